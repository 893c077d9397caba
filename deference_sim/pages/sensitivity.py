"""The page of a sensitivity study: what matters most, in words and one table, for a terminal and a notebook."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from deference_sim.analysis.alternatives import Alternatives
from deference_sim.analysis.digits import shared_decimals, signed, with_minus
from deference_sim.analysis.measure import success_of
from deference_sim.analysis.sensitivity import Sensitivity
from deference_sim.analysis.sensitivity.inputs import CORE, HALF_TO_DOUBLE, RANGES, WIDENED, Varied
from deference_sim.pages.alternatives import tables as alternatives_tables
from deference_sim.pages.glossary import label_of
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import counted, footer, lowered
from deference_sim.scenario import Scenario

Row = Mapping[str, Any]
MOST_NAMED = 3  # inputs in the answer
TITLES = {
    "tornado": "Tornado: one input at a time",
    "sobol": "Sobol' indices: shares of the variance of the chance",
    "morris": "Morris screening: elementary effects",
    "rank": "Rank correlations",
    "voi": "Value of perfect information",
}


def page(found: Sensitivity, repeat: str = "", by: Sequence[Alternatives] = ()) -> Page:
    """Return the page; ``repeat`` is the command that repeats the study, ``by`` the answer by expert and structure."""
    success, (columns, cells) = success_of(found.plan.measure), _COLUMNS[found.method]
    table: list[dict[str, Any]] = found.table.to_dict("records")  # type: ignore[assignment]
    digits = _shared_digits(table, found.method)
    rows = tuple(line for row in table for line in _lines(row, cells(row, digits)))
    numbers, last = frozenset(range(2, 2 + len(columns))), 2 + len(columns)
    head = ("", "p5 to p95", *columns, "range's status")
    spare = {"tornado": (3, 2, last, 1), "sobol": (last, 1, 2), "morris": (last, 1, 4, 3)}.get(found.method, (last, 1))
    return [
        Heading(f"{found.plan.scenario.name} – what matters most for {success.headline}", _answer(found)),
        Paragraph(_in_words(found)),
        *_summary(found),
        Table(TITLES[found.method], head, rows, numbers, numbers | {0}, spare, "guess"),
        *([*_by_status(found), _single_futures(found)] if found.method == "sobol" else []),
        *alternatives_tables(by, found.plan.measure),
        *(Paragraph(text, aside=True) for text in (*_READINGS[found.method](found), *_about_inputs(found))),
        _footer(found, repeat),
    ]


def _lines(row: Row, cells: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the lines of one row: one for each input of a group, the numbers in the first."""
    named, ranges, statuses = (
        row[name].split(mark) for name, mark in (("input", " + "), ("range", "; "), ("status", "; "))
    )
    nothing = ("",) * len(cells)
    return [
        (
            f"{path} +" if place < len(named) - 1 else path,
            with_minus(ranges[place]),
            *(nothing if place else cells),
            statuses[place],
        )
        for place, path in enumerate(named)
    ]


def _answer(found: Sensitivity) -> str:
    table: list[dict[str, Any]] = found.table.to_dict("records")  # type: ignore[assignment]
    row = table[0]
    if not _named(found):
        return _NOTHING_WORTH_KNOWING
    what, place = _MEASURED_BY[found.method]
    cells = _COLUMNS[found.method][1](row, _shared_digits(table, found.method))
    points = " points" if found.method in _IN_POINTS else ""
    return f"most by {row['input']}: {what} {cells[place]}{points}"


def _in_words(found: Sensitivity) -> str:
    """Return the inputs that matter most, by their names, in a sentence."""
    most = [f"{lowered(label_of(group.split(' + ')))} ({group})" for group in _named(found)]
    if not most:
        return f"{_NOTHING_WORTH_KNOWING.capitalize()}: whatever its value, the same choice is best."
    return f"{'Worth knowing most' if found.method == 'voi' else 'What matters most'}: {'; '.join(most)}."


_NOTHING_WORTH_KNOWING = "no single input is worth knowing before the choice"


def _named(found: Sensitivity) -> list[str]:
    """Return the inputs that matter most; of what is worth knowing only those that are."""
    table = found.table
    worth = table[table["value"] > 0.0] if found.method == "voi" else table
    return [str(name) for name in worth["input"].head(MOST_NAMED)]


def _summary(found: Sensitivity) -> Page:
    value, low, high = found.expected
    name = success_of(found.plan.measure).name
    digits = shared_decimals([_error(low, high)])
    chance = f"{_percent(value, digits)} ({_range(low, high, digits)})"
    if found.method == "tornado":
        return [Paragraph(f"{name} with the scenario as it is: {chance}.")]
    if found.method == "voi":
        return [Paragraph(f"{name} with the best choice: {chance}."), *_decision(found)]
    if found.method == "morris":
        return [Paragraph(f"{name} at the points tried: {chance}.")]
    said = f"{name} over all these inputs: {chance}."
    if found.method == "sobol":
        spread = max(found.more["variance_of_expected_outcome"]["estimate"], 0.0) ** 0.5
        said += (
            f" From one set of inputs to another it has a standard deviation of {_points(spread, 1)} percentage points."
        )
    return [Paragraph(said)]


def _by_status(found: Sensitivity) -> Page:
    """Return how much of the variance inputs of each status explain together; nothing if all have the same."""
    rows = tuple(
        (status, _with_interval(row, "first", _two), _with_interval(row, "total", _two))
        for status, row in found.more["by_status"].items()
    )
    columns = ("status of the range", "by themselves (95 %)", "with all they take part in (95 %)")
    return [Table("Variance of the chance by status of the ranges", columns, rows, frozenset({1, 2}))] if rows else []


def _single_futures(found: Sensitivity) -> Table:
    """Return how much of single futures the inputs explain, and how much the world's randomness."""
    names = (
        ("the inputs together: what is divided below", "share_of_inputs"),
        ("chance (events, noise, draws), first order", "share_of_chance_alone"),
        ("chance, total order", "share_of_chance"),
    )
    rows = tuple((words, *_shares(found.more[name])) for words, name in names)
    return Table("Variance of a single future", ("", "share", "95 % interval"), rows, frozenset({1}))


def _decision(found: Sensitivity) -> Page:
    told = found.more["decision"]
    digits = shared_decimals([_error(one["low"], one["high"]) for one in told["options"]])
    rows = tuple(
        (str(one["option"]), _percent(one["estimate"], digits), _range(one["low"], one["high"], digits))
        for one in told["options"]
    )
    best = max(one["estimate"] for one in told["options"])
    ties = [str(one["option"]) for one in told["options"] if one["estimate"] == best]
    choice = f"{told['path']}: {' or '.join(ties)} is best without more information"
    return [Table(choice, ("", success_of(found.plan.measure).name, "95 % interval"), rows, frozenset({1}))]


# ---- tables, method by method -------------------------------------------------------------------------------


#: By method, what has an interval in points, from which the decimals follow.
_IN_POINTS = {"tornado": "swing", "morris": "mu_star", "voi": "value"}


def _shared_digits(rows: list[dict[str, Any]], method: str) -> int:
    """Return how many decimals what is in per cent and in points has in the table of a method."""
    name = _IN_POINTS.get(method)
    known = [row for row in rows if name and row[name] == row[name]]
    errors = [_error(row[f"{name}_low"], row[f"{name}_high"]) for row in known]
    return shared_decimals([error for error in errors if error > 0.0] or [1.0])


def _error(low: float, high: float) -> float:
    """Return about the standard error that an interval tells, in points."""
    return 100.0 * (high - low) / 4.0


def _tornado(row: Row, digits: int) -> tuple[str, ...]:
    told = partial(_change, digits=digits)
    return _percent(row["at_low"], digits), _percent(row["at_high"], digits), _with_interval(row, "swing", told)


def _sobol(row: Row, digits: int) -> tuple[str, ...]:
    return _with_interval(row, "first", _two), _with_interval(row, "total", _two)


def _morris(row: Row, digits: int) -> tuple[str, ...]:
    size, change = partial(_points, digits=digits), partial(_change, digits=digits)
    return _with_interval(row, "mu_star", size), _or_none(row["mu"], change), _or_none(row["sigma"], size)


def _rank(row: Row, digits: int) -> tuple[str, ...]:
    return (_with_interval(row, "correlation", _signed),)


def _voi(row: Row, digits: int) -> tuple[str, ...]:
    return (_with_interval(row, "value", partial(_change, digits=digits)),)


def _with_interval(row: Row, name: str, told: Callable[[float], str]) -> str:
    value, low, high = (row[name + end] for end in ("", "_low", "_high"))
    return "–" if value != value else f"{told(value)} ({told(low)} to {told(high)})"


#: By method, what says how much an input matters, and in which of the cells below it stands.
_MEASURED_BY = {
    "tornado": ("swing", 2),
    "sobol": ("total order", 1),
    "morris": ("µ*", 0),
    "rank": ("correlation", 0),
    "voi": ("knowing it is worth", 0),
}

_COLUMNS: dict[str, tuple[tuple[str, ...], Callable[[Row, int], tuple[str, ...]]]] = {
    "tornado": (("at low", "at high", "swing (95 %)"), _tornado),
    "sobol": (("first order (95 %)", "total order (95 %)"), _sobol),
    "morris": (("mean size of the change, µ* (95 %)", "mean change, µ", "spread, σ"), _morris),
    "rank": (("correlation (95 %)",), _rank),
    "voi": (("worth (95 %)",), _voi),
}


# ---- how to read them ---------------------------------------------------------------------------------------


def _read_tornado(found: Sensitivity) -> list[str]:
    return [
        "Each input is set to the low and to the high end of its range (p5 and p95, the 5th and 95th percentile; the "
        "ends of a range that was widened, or is half to double), everything else stays as the scenario has it, and "
        "all bars meet the same worlds. swing: chance at the high end less that at the low end, in percentage points; "
        "paired interval. Inputs that are one unknown move together; one that is merely correlated with others is "
        "moved alone."
        + (_WORDS_SHOWN + " Its two were picked by what came of them, so with three words or more the interval is a "
           "little too short." if _has_words(found) else "")
    ]  # fmt: skip


def _read_sobol(found: Sensitivity) -> list[str]:
    return [
        "What is explained is the chance given the inputs, not single futures. first order: share of its variance that "
        "would go if the input were known. total order: share that would remain if all others were known; the rest of "
        "it beyond the first order is interaction. Estimated on a Saltelli design of scrambled Sobol' points, each row "
        "in two independent worlds whose outcomes are multiplied with one another, so that chance cancels; intervals "
        "from independent scramblings. An index slightly below 0 is Monte Carlo error; – means that the chance differs "
        "too little over these inputs to be divided. " + _RANGE_SHOWN
        + (" first order of a word: between the structures of the world that it stands for; the rest lies within them."
           if _has_words(found) else "")
    ]  # fmt: skip


def _read_morris(found: Sensitivity) -> list[str]:
    return [
        "µ*: mean absolute change of the chance, in percentage points over the whole way from the 5th to the 95th "
        "percentile of the input, while the others lie anywhere; µ: its mean with sign; σ: how much it differs from "
        f"place to place (interactions, bends, and the noise of {found.more['worlds']} worlds a trajectory, which "
        "raises µ* a little too). Screening: the order counts, not the size. " + _RANGE_SHOWN
    ]


def _read_rank(found: Sensitivity) -> list[str]:
    return [
        "Spearman's rank correlation of the input with whether a future succeeds, all inputs drawn together; that a "
        "future is a matter of luck too keeps it well below 1. Correlated inputs share what they explain. "
        "Intervals from independent scramblings of a Sobol' sequence. " + _RANGE_SHOWN
    ]


def _read_voi(found: Sensitivity) -> list[str]:
    told = {name: found.more[name] for name in ("all_inputs", "all_inputs_and_chance")}
    digits = shared_decimals([_error(one["low"], one["high"]) for one in told.values()])
    words = {name: f"{_change(one['estimate'], digits)} ({_interval(one, digits)})" for name, one in told.items()}
    return [
        f"Knowing all of them together is worth {words['all_inputs']}; knowing how every option turns out in each "
        f"future, chance included, {words['all_inputs_and_chance']}.",
        "worth: by how many percentage points the chance of success rises if the input is known before the choice is "
        "made. A rule that chooses by the input is fitted on some futures and judged on others, together with the "
        "best choice without it: no gain from picking the luckiest option, at most slightly too low, and about 0 for "
        "an input that tells nothing, exactly 0 where no rule that uses it helped; the interval reaches up to what a "
        "rule gains on the very futures it was fitted to. " + _RANGE_SHOWN,
    ]


_RANGE_SHOWN = "p5 to p95: 5th to 95th percentile."
_WORDS_SHOWN = " Of a word: from the one with the lowest chance to the one with the highest."
_READINGS: dict[str, Callable[[Sensitivity], list[str]]] = {
    "tornado": _read_tornado,
    "sobol": _read_sobol,
    "morris": _read_morris,
    "rank": _read_rank,
    "voi": _read_voi,
}


def _has_words(found: Sensitivity) -> bool:
    return any(one.words for one in found.plan.varied.inputs)


def _about_inputs(found: Sensitivity) -> list[str]:
    as_groups = found.method not in ("tornado", "rank")
    return about_inputs(found.plan.varied, found.plan.scenario, as_groups=as_groups)


def _how_many(paths: Sequence[str], varied: Varied) -> str:
    return "all" if len(paths) == len(varied.inputs) > 1 else str(len(paths))


def about_inputs(varied: Varied, scenario: Scenario, *, as_groups: bool = False) -> list[str]:
    """Return what was varied, where the ranges are from, and what was left out, in words."""
    own = [one.path for one in varied.inputs if one.path in scenario.uncertain]
    sources = {
        RANGES: f"the plausible range, which the scenario {RANGES} has too",
        WIDENED: "the plausible range, widened to hold the scenario's value, which lies outside",
        HALF_TO_DOUBLE: "half to double the scenario's value, for lack of anything better",
    }
    told = [f"Varied: {counted(len(varied.inputs), 'input')}"]
    if own:
        told.append(f"{_how_many(own, varied)} over the scenario's own ranges")
    for source, words in sources.items():
        paths = [one.path for one in varied.inputs if one.range_from == source]
        if paths:
            told.append(f"{_how_many(paths, varied) if source == RANGES else ', '.join(paths)} over {words}")
    text = "; ".join(told) + "."
    tied = [varied.label(group) for group in varied.groups if len(group) > 1]
    if tied:
        text += f" Correlated{', hence one group' if as_groups else ''}: {'; '.join(tied)}."
    if varied.left_out:
        text += f" Left out: {'; '.join(f'{path} ({reason})' for path, reason in varied.left_out)}."
    unvaried = [path for path in scenario.uncertain if path not in {one.path for one in varied.inputs}]
    if unvaried:
        text += f" Drawn anew in each world, as part of chance: {', '.join(unvaried)}."
    if own:
        ranges = (f"{path} {scenario.written.get(path, 'uncertain')}" for path in own)
        text += f" The scenario's own ranges: {'; '.join(ranges)}."
    return [
        f"{text} Others with --inputs PATH (or --inputs {CORE}), another range with --set PATH='A to B'.",
        "range's status: that of the range, which `deference-sim parameters` tells beside that of the value. guess: no "
        "source fixes it. derived: from published figures. given: chosen by whoever wrote the scenario.",
    ]


def _footer(found: Sensitivity, repeat: str) -> Paragraph:
    rows = {
        "tornado": "futures at each end",
        "sobol": "rows in the base sample, two worlds each",
        "morris": "trajectories",
        "rank": "points",
        "voi": "points, each with every option",
    }[found.method]
    runs = f"{found.more['rows']:,} {rows}: {found.runs:,} futures, seed {found.plan.seed}"
    return footer(runs, "compiled", found.seconds, repeat, found.plan.scenario)


# ---- numbers in words ---------------------------------------------------------------------------------------


def _percent(share: float, digits: int) -> str:
    return with_minus(f"{100.0 * share:.{digits}f} %")


def _range(low: float, high: float, digits: int) -> str:
    return f"{with_minus(f'{100.0 * low:.{digits}f}')} to {_percent(high, digits)}"


def _points(change: float, digits: int) -> str:
    return f"{100.0 * change:.{digits}f}"


def _change(change: float, digits: int) -> str:
    return signed(100.0 * change, digits)


def _two(number: float) -> str:
    return with_minus(f"{number:.2f}")


def _signed(number: float) -> str:
    return signed(number, 2)


def _or_none(number: float, told: Callable[[float], str]) -> str:
    return "–" if number != number else told(number)


def _shares(one: Mapping[str, float]) -> tuple[str, str]:
    if one["estimate"] != one["estimate"]:
        return "–", ""
    return _two(one["estimate"]), f"{_two(one['low'])} to {_two(one['high'])}"


def _interval(one: Mapping[str, float], digits: int) -> str:
    return f"{_change(one['low'], digits)} to {_change(one['high'], digits)}"
