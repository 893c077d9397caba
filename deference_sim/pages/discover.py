"""The page of scenario discovery: in which ranges of the inputs it fails, in plain words."""

from deference_sim.analysis.discover import CHANCE, Box, Discovery, Limit
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.sensitivity.plan import short
from deference_sim.pages.layout import Entry, Heading, Page, Paragraph
from deference_sim.pages.sensitivity import about_inputs
from deference_sim.pages.wording import footer, percent

ALGORITHMS = {"prim": "PRIM (peeling)", "cart": "CART (tree)"}


def page(found: Discovery, repeat: str = "") -> Page:
    """Return the page; ``repeat`` is the command that repeats the study."""
    plan = found.plan
    blocks: Page = [
        Heading(f"{plan.scenario.name} – where {success_of(plan.measure).headline} fails", _answer(found)),
        Paragraph(f"Of all futures {_told(found.failures)} fail{_by_weights(plan.measure)}. {_densest(found)}"),
    ]
    for algorithm, boxes in found.boxes.items():
        blocks += [
            Entry(f"{ALGORITHMS[algorithm]}, box {number}", _lines(box)) for number, box in enumerate(boxes, start=1)
        ]
        if not boxes:
            blocks.append(
                Paragraph(f"{ALGORITHMS[algorithm]}: no box found; failures are too few, too many, or anywhere.")
            )
    return [
        *blocks,
        Paragraph(_READING, aside=True),
        *(Paragraph(text, aside=True) for text in about_inputs(plan.varied, plan.scenario)),
        footer(f"{found.runs:,} futures, seed {plan.seed}", "compiled", found.seconds, repeat, plan.scenario),
    ]


def _by_weights(measure: Measure) -> str:
    """Return what failing means where futures are worth more or less."""
    return f", that is, are worth less than half ({success_of(measure).label})" if success_of(measure).is_graded else ""


def _answer(found: Discovery) -> str:
    boxes = [box for several in found.boxes.values() for box in several]
    if not boxes:
        return f"{_told(found.failures)} of all futures fail; no ranges of the inputs hold many more than others"
    best = max(boxes, key=lambda box: box.density.estimate)
    limits = " and ".join(_words(limit, technical=False) for limit in best.limits)
    return f"{_told(found.failures)} fail, {_told(best.density)} where {limits}"


def _densest(found: Discovery) -> str:
    """Return in a sentence where failures are densest."""
    boxes = [box for several in found.boxes.values() for box in several]
    if not boxes:
        return "No ranges of these inputs hold many more failures than others."
    return f"They are densest {in_words(max(boxes, key=lambda box: box.density.estimate))}."


_READING = (
    "A box is a set of limits that hold together. Boxes are found on one half of the futures and judged on the "
    "other; one that does not hold up there is left out. Wanted is a density at least halfway from the share that "
    "fails anywhere to all; of PRIM's boxes that reach it the one with the best balance of density and coverage, of "
    "CART's leaves all, or the densest if none does. PRIM finds each box in what those before it leave, and there it "
    "is judged, so that coverages add up. p: how likely so many failures would be inside by chance if the limit did "
    f"nothing (the literature's quasi-p value); limits above {CHANCE:g} are dropped, and a box that has no other ends "
    "the search. CART has no such test. 95 % intervals in brackets."
)


def _lines(box: Box) -> tuple[str, ...]:
    return (
        where(box),
        f"{_told(box.density)} of the futures {_there(box)} fail (density); they are {_told(box.coverage)} of all "
        f"failures (coverage), in {_told(box.mass)} of all futures (mass)",
    )


def _there(box: Box) -> str:
    return "there, outside the boxes before it," if box.of_the_rest else "there"


def where(box: Box) -> str:
    """Return the limits of a box in words."""
    return "where " + ", and ".join(_words(limit) for limit in box.limits)


def in_words(box: Box) -> str:
    """Return a box in one sentence, without the technical words."""
    limits = ", and ".join(_words(limit, technical=False) for limit in box.limits)
    return (
        f"where {limits}. {_there(box).capitalize()} {_told(box.density)} of the futures fail, and these are "
        f"{_told(box.coverage)} of all that fail"
    )


def _words(limit: Limit, *, technical: bool = True) -> str:
    unit = "" if limit.unit == "1" else f" {limit.unit}"
    if limit.low is None:
        assert limit.high is not None
        words = f"is below {short(limit.high)}{unit}"
    elif limit.high is None:
        words = f"is above {short(limit.low)}{unit}"
    else:
        words = f"is from {short(limit.low)} to {short(limit.high)}{unit}"
    chances = [p for p in (limit.quasi_p_low, limit.quasi_p_high) if p is not None]
    return f"{limit.path} {words}" + (f" (p {_p(max(chances))})" if chances and technical else "")


def _p(chance: float) -> str:
    return "below 0.001" if chance < 0.001 else f"= {chance:.2g}"


def _told(estimate: Estimate) -> str:
    low, high = (percent(end, estimate).removesuffix(" %") for end in (estimate.low, estimate.high))
    return f"{percent(estimate.estimate, estimate)} ({low} to {high})"
