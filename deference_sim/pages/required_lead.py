"""The pages of a required lead: how much it takes, with its interval and curve; where in two inputs it is enough."""

from deference_sim.analysis.measure import success_of
from deference_sim.analysis.region import Region
from deference_sim.analysis.required_lead import LEAD, Answer, Requirement
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import aligned, chances, counted, footer, rounded, to_error, with_interval
from deference_sim.scenario.catalogue import label_at
from deference_sim.scenario.problems import listed


def page(found: Requirement, repeat: str = "") -> Page:
    """Return how much lead (or of another input) success takes; ``repeat`` is the command that repeats it."""
    lowest, highest = found.curve[0][0], found.curve[-1][0]
    success = success_of(found.measure)
    what = "required lead" if found.path == LEAD else f"{found.path} for success"
    blocks: Page = [
        Heading(f"{found.scenario.name} – {what}", _in_one_line(found)),
        *answers(found, f"{success.name}: {success.meaning}"),
        _curve(found),
    ]
    test = "normal test" if success.is_graded else "exact binomial test"
    note = (
        f"Searched: {found.path} from {lowest:g} to {rounded(highest, found.unit)}. All values meet the same worlds. "
        f"An interval holds each value at which the {test} does not reject that the chance is the target; – is an end "
        "it does not have."
    )
    told = f"{counted(found.replicates, 'replicate')} at each of {len(found.curve)} values, seed {found.seed}"
    return [*blocks, Paragraph(note, aside=True), footer(told, found.engine, found.seconds, repeat)]


def region_page(found: Region, repeat: str = "") -> Page:
    """Return where in two inputs success is likely enough; ``repeat`` is the command that repeats it."""
    success = success_of(found.measure)
    side = "at least" if found.rising else "at most"
    across, up = (f"{one.path} ({one.unit})" if one.unit != "1" else one.path for one in (found.across, found.up))
    rows = tuple((f"{value:.3g}", *_answer(one)) for value, one in found.edge)
    note = (
        f"At each value of {found.across.path} the value of {found.up.path} is the one that the chance takes to be "
        f"{100.0 * found.target:g} %, searched from {found.up.low:.4g} to {found.up.high:.4g}; all meet the same "
        "worlds. The intervals are the band of the edge, and hold the Monte Carlo error alone; – is an end that they "
        "do not have."
    )
    told = f"{counted(found.replicates, 'replicate')} at each value, seed {found.seed}"
    answer = _region_answer(found, side)
    return [
        Heading(f"{found.scenario.name} – where {success.name} is {100.0 * found.target:g} %", answer),
        Paragraph(f"{success.name}: {success.meaning}."),
        Table("The edge", (across, f"{up} {side}", "95 % interval"), rows, frozenset({0, 1}), frozenset(range(3))),
        Paragraph(note, aside=True),
        footer(told, found.engine, found.seconds, repeat),
    ]


def _region_answer(found: Region, side: str) -> str:
    """Return at how many values the target can be reached, and what it takes at the middle one of those."""
    reached = [(value, one) for value, one in found.edge if one.status == "found"]
    can = sum(one.status != "not reachable" for _, one in found.edge)
    told = f"reachable at {can} of {len(found.edge)} values"
    if not reached:
        return f"{told} of {found.across.path}"
    value, one = reached[len(reached) // 2]
    unit = "" if found.up.unit == "1" else f" {found.up.unit}"
    amount, interval = _answer(one)
    return f"{found.across.path} {value:.3g}: {found.up.path} {side} {amount}{unit} ({interval}); {told}"


def answers(found: Requirement, title: str = "") -> Page:
    """Return the table of what each target takes, and what to say where it is not reachable or none is needed."""
    enough = "at least" if found.rising else "at most"
    rows = tuple((f"{100.0 * one.target:g} %", *_answer(one)) for one in found.answers)
    unit = f" ({found.unit})" if found.unit != "1" else ""
    columns = (f"for {success_of(found.measure).name} of", f"{label_at(found.path)} {enough}{unit}", "95 % interval")
    told: dict[str, list[str]] = {}  # by what is to be said of targets, which ones
    for one in found.answers:
        told.setdefault(_exception(one, found), []).append(f"{100.0 * one.target:g} %")
    said = (Paragraph(words.format(listed(targets, "and"))) for words, targets in told.items() if words)
    return [Table(title, columns, rows, frozenset({1}), frozenset(range(3))), *said]


def _in_one_line(found: Requirement) -> str:
    unit = "" if found.unit == "1" else f" {found.unit}"
    told = ((f"{100.0 * one.target:g} %", *_answer(one), one.status) for one in found.answers)
    return "; ".join(
        f"for {target}: {value}{f'{unit} ({interval})' if status == 'found' else ''}"
        for target, value, interval, status in told
    )


def _answer(one: Answer) -> tuple[str, str]:
    if one.status != "found" or one.estimate is None:
        return one.status, _interval(one) if one.status == "not reachable" and one.low is not None else ""
    width = (one.high if one.high is not None else one.estimate) - (one.low if one.low is not None else one.estimate)
    return to_error(one.estimate, width / 4.0), _interval(one)


def _interval(one: Answer) -> str:
    ends = [end for end in (one.low, one.high) if end is not None]
    error = (max(ends) - min(ends)) / 4.0 if len(ends) == 2 else 0.0
    low, high = ("–" if end is None else to_error(end, error) for end in (one.low, one.high))
    return f"{low} to {high}"


def _exception(one: Answer, found: Requirement) -> str:
    """Return what is to be said of a target that has no answer of its own, with {} in its place; else nothing."""
    if one.status == "not reachable":
        level, place = with_interval(one.level), rounded(one.level_at, found.unit)
        return f"Not reachable: {{}}. The highest chance found is {level}, at {place}."
    if one.status == "none needed":
        hard = "no lead at all" if found.path == LEAD else f"the worst end of {found.path}"
        return f"None is needed for {{}}: the chance is higher with {hard}."
    return ""


def _curve(found: Requirement) -> Table:
    values, estimates = zip(*found.curve, strict=True)
    rows = tuple((value, *told) for value, told in zip(aligned(values), chances(estimates), strict=True))
    unit = "" if found.unit == "1" else f" ({found.unit})"
    columns = (f"{label_at(found.path)}{unit}", success_of(found.measure).name, "95 % interval")
    return Table("The curve", columns, rows, frozenset({0, 1}), frozenset(range(3)), folded=True)
