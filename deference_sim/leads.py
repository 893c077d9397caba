"""Pages about lead: sweeps, the lead that it takes, comparisons, and how much of it the aggregate tax eats."""

from collections.abc import Sequence

import numpy as np

from deference_sim.analysis.aggregate_tax import AggregateTax, Driver
from deference_sim.analysis.comparison import Comparison
from deference_sim.analysis.estimate import Estimate, spread
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.required_lead import LEAD, Answer, Requirement
from deference_sim.analysis.sweep import Sweep
from deference_sim.analysis.worlds import MEANINGS, Measure
from deference_sim.layout import Entry, Heading, Page, Paragraph, Table
from deference_sim.report import ending
from deference_sim.scenario import Scenario
from deference_sim.scenario.canonical import value_text
from deference_sim.scenario.catalogue import find
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.study.designs import Axis, Value
from deference_sim.wording import chance, decimals, percent, shortened, singular, with_interval, with_repeat

MOST_COLUMNS = 9  # of a grid that is shown as one
MOST_DRIVERS = 8
MOST_INPUTS = 24  # that differ and are listed
MOST_CHANGES = 8
MOST_DECIMALS = 6
SAME_WORLDS = "All points meet the same worlds. Intervals hold the Monte Carlo error alone."


def sweep_page(found: Sweep, measure: Measure = "p_stay", repeat: str = "") -> Page:
    """Return the chances over a sweep; ``repeat`` is the command that repeats it."""
    estimates = found.estimates(measure)
    names = ", ".join(scenario.name for scenario in found.scenarios)
    blocks: Page = [Heading(f"{names} – {measure} ({MEANINGS[measure]}) over {_paths(found.axes)}")]
    if len(found.axes) == 2 and len(found.axes[1].values) <= MOST_COLUMNS:
        size = len(found.axes[0].values) * len(found.axes[1].values)
        for place, scenario in enumerate(found.scenarios):
            title = scenario.name if len(found.scenarios) > 1 else ""
            blocks.append(_grid(found, title, estimates[place * size : (place + 1) * size]))
    else:
        blocks.append(_list(found, estimates))
    runs = sum(tally.n for tally in found.tallies)
    points = f"{len(found.points)} point{'s' * (len(found.points) > 1)}"
    told = f"{runs:,} runs at {points}, seed {found.seed}, {found.engine} engine, {found.seconds:.1f} s."
    return [*blocks, Paragraph(SAME_WORLDS, aside=True), Paragraph(with_repeat(told, repeat), aside=True)]


def _paths(axes: Sequence[Axis]) -> str:
    return " and ".join(axis.path for axis in axes)


def _grid(found: Sweep, title: str, estimates: Sequence[Estimate]) -> Table:
    rows, columns = found.axes
    width = len(columns.values)
    cells = tuple(
        (shown_value(rows, value), *(percent(one.value, one) for one in estimates[k * width : (k + 1) * width]))
        for k, value in enumerate(rows.values)
    )
    head = (f"{rows.path} ↓  {columns.path} →", *(shown_value(columns, value) for value in columns.values))
    return Table(title, head, cells, frozenset(range(1, width + 1)), frozenset(range(width + 1)))


def _list(found: Sweep, estimates: Sequence[Estimate]) -> Table:
    several = len(found.scenarios) > 1
    rows = tuple(
        (
            *((point.base,) if several else ()),
            *(shown_value(axis, value) for axis, value in zip(found.axes, point.values, strict=True)),
            *chance(estimate),
        )
        for point, estimate in zip(found.points, estimates, strict=True)
    )
    columns = (*(("scenario",) if several else ()), *(axis.path for axis in found.axes), "chance", "95 % interval")
    last = len(columns) - 1
    numeric = {several + place for place, axis in enumerate(found.axes) if axis.is_numeric}
    return Table("", columns, rows, frozenset(numeric | {last - 1}), frozenset(range(len(columns))))


# ---- what it takes ------------------------------------------------------------------------------------------


def required_page(found: Requirement, repeat: str = "") -> Page:
    """Return how much lead (or of another input) success takes; ``repeat`` is the command that repeats it."""
    what = "required lead" if found.path == LEAD else f"{found.path} for success"
    enough = "at least" if found.rising else "at most"
    rows = tuple((f"{100.0 * one.target:g} %", *_answer(one)) for one in found.answers)
    unit = f" ({found.unit})" if found.unit != "1" else ""
    columns = (f"for {found.measure} of", f"{found.path} {enough}{unit}", "95 % interval")
    lowest, highest = found.curve[0][0], found.curve[-1][0]
    blocks: Page = [
        Heading(f"{found.scenario.name} – {what}"),
        Paragraph(f"{found.measure}: {MEANINGS[found.measure]}."),
        Table("", columns, rows, frozenset({1}), frozenset(range(3))),
        *(Paragraph(told) for one in found.answers if (told := _exception(one, found))),
        _curve(found),
    ]
    note = (
        f"Searched from {lowest:g} to {highest:g}. All values meet the same worlds. An interval holds each value at "
        "which the exact binomial test does not reject that the chance is the target; – is an end it does not have."
    )
    told = (
        f"{found.replicates:,} replicates at each of {len(found.curve)} values, seed {found.seed}, "
        f"{found.engine} engine, {found.seconds:.1f} s."
    )
    return [*blocks, Paragraph(note, aside=True), Paragraph(with_repeat(told, repeat), aside=True)]


def _answer(one: Answer) -> tuple[str, str]:
    if one.status != "found" or one.value is None:
        return one.status, _interval(one) if one.status == "not reachable" and one.low is not None else ""
    width = (one.high if one.high is not None else one.value) - (one.low if one.low is not None else one.value)
    return _number(one.value, width / 4.0), _interval(one)


def _interval(one: Answer) -> str:
    ends = [end for end in (one.low, one.high) if end is not None]
    error = (max(ends) - min(ends)) / 4.0 if len(ends) == 2 else 0.0
    low, high = ("–" if end is None else _number(end, error) for end in (one.low, one.high))
    return f"{low} to {high}"


def _exception(one: Answer, found: Requirement) -> str:
    target = f"{100.0 * one.target:g} %"
    if one.status == "not reachable":
        level = with_interval(one.level)
        return f"{target} is not reachable: the highest chance found is {level}, at {one.level_at:.3g}."
    if one.status == "none needed":
        hard = "no lead at all" if found.path == LEAD else f"the worst end of {found.path}"
        return f"For {target} none is needed: the chance is higher with {hard}."
    return ""


def _curve(found: Requirement) -> Table:
    rows = tuple((f"{value:.4g}", *chance(estimate)) for value, estimate in found.curve)
    columns = (found.path, found.measure, "95 % interval")
    return Table("The curve", columns, rows, frozenset({0, 1}), frozenset(range(3)), folded=True)


# ---- comparisons --------------------------------------------------------------------------------------------


def comparison_page(
    found: Comparison, names: tuple[str, str] | None = None, trace: Sequence[str] = (), repeat: str = ""
) -> Page:
    """Return what differs between two scenarios, called ``names`` (by default as they are).

    ``trace`` holds the commands, up to the option ``--replicate``, that tell one run of the first and the second.
    """
    first, second = names or _names(found)
    columns = ("", first, second, "difference (points)", "95 % interval")
    chances = tuple((f"{name}: {MEANINGS[name]}", *_pair(*pair)) for name, pair in found.measures.items())
    ends = tuple((_short(found.second, name), *_pair(*pair)) for name, pair in found.shares.items())
    numbers = frozenset({1, 2, 3})
    note = (
        "Differences are those of the second less the first, paired world by world. The intervals hold the Monte Carlo "
        "error alone."
    )
    told = f"{found.replicates:,} replicates of each, seed {found.seed}, {found.engine} engine, {found.seconds:.1f} s."
    return [
        Heading(f"{second} as against {first}, on the same {found.replicates:,} worlds"),
        *_inputs(found, first, second),
        Table("Chances", columns, chances, numbers, frozenset(range(1, 5))),
        Table("How it ends", columns, ends, numbers, frozenset(range(5))),
        *_changes(found, first, second, trace),
        Paragraph(note, aside=True),
        Paragraph(with_repeat(told, repeat), aside=True),
    ]


def _names(found: Comparison) -> tuple[str, str]:
    first, second = found.first.name, found.second.name
    return (first, second) if first != second else (f"{first} (first)", f"{second} (second)")


def _short(scenario: Scenario, outcome: str) -> str:
    return ending(scenario, outcome).partition(":")[0]


def _inputs(found: Comparison, first: str, second: str) -> Page:
    if not found.inputs:
        return [Paragraph("Both say the same: no input differs.")]
    rows = tuple(
        (row.path, shortened(row.first or "–"), shortened(row.second or "–")) for row in found.inputs[:MOST_INPUTS]
    )
    title = "1 input differs" if len(found.inputs) == 1 else f"{len(found.inputs)} inputs differ"
    table = Table(title, ("", first, second), rows)
    left = len(found.inputs) - len(rows)
    return [table, Paragraph(f"… and {left} more: see `deference-sim diff`.", aside=True)] if left else [table]


def _pair(first: Estimate, second: Estimate, change: Difference) -> tuple[str, str, str, str]:
    error = max(100.0 * change.mcse, 100.0 * (change.high - change.low) / 4.0)
    digits = decimals(error, MOST_DECIMALS)
    low, high = f"{100.0 * change.low:+.{digits}f}", f"{100.0 * change.high:+.{digits}f}"
    points = f"{100.0 * change.value:+.{digits}f}"
    return percent(first.value, first), percent(second.value, second), points, f"{low} to {high}"


def _changes(found: Comparison, first: str, second: str, trace: Sequence[str]) -> Page:
    moved = sum(change.count for change in found.changes)
    if not moved:
        return [Paragraph("Every world ends the same way in both.")]
    rows = tuple(
        (
            _short(found.first, change.before),
            _short(found.second, change.after),
            f"{change.count:,}",
            ", ".join(str(replicate) for replicate in change.examples),
        )
        for change in found.changes[:MOST_CHANGES]
    )
    title = f"{moved:,} of the {found.replicates:,} worlds end otherwise"
    columns = (f"in {first}", f"in {second}", "worlds", "such as replicates")
    table = Table(title, columns, rows, frozenset({2}), frozenset(range(4)))
    lines = [f"{command} --replicate {change.examples[0]}" for change in found.changes[:2] for command in trace]
    return [table, Entry("To see why, follow one of them in both", tuple(lines))] if lines else [table]


# ---- the aggregate tax --------------------------------------------------------------------------------------


def tax_page(found: AggregateTax) -> Page:
    """Return what staying in the basin costs in months of lead, what drives it, and where the effective edge lies."""
    told = (
        f"Staying in the basin all the way costs {found.months:.2f} months of lead, on top of the "
        f"{found.untaxed_months:.2f} months that growth takes without a tax."
    )
    if np.isfinite(found.lead):
        share = f"{100.0 * found.share_of_lead:.0f} % of the {found.lead:.3g} months of lead"
        told += f" That is {share}, before any time is bought."
    return [
        Heading(f"{found.scenario.name} – the aggregate deference-goodness tax"),
        Paragraph(told),
        *_tax_spread(found),
        _drivers(found),
        *_edges(found),
    ]


def _tax_spread(found: AggregateTax) -> Page:
    if len(found.draws) == 1:
        return []
    over = spread(found.draws)
    told = (
        f"Over {len(found.draws):,} draws of the uncertain inputs: median {over['p50']:.2g} months, 5 % to 95 % "
        f"{over['p5']:.2g} to {over['p95']:.2g}, mean {over['mean']:.2g}"
    )
    more = f"; more than the lead in {100.0 * found.share_beyond_lead:.0f} %." if np.isfinite(found.lead) else "."
    return [Paragraph(told + more)]


def _drivers(found: AggregateTax) -> Table:
    rows = tuple(_driver(driver) for driver in found.drivers[:MOST_DRIVERS])
    columns = ("one input at a time", "from", "to", "months", "to", "")
    return Table("What drives it", columns, rows, frozenset({1, 2, 3, 4}), frozenset(range(6)))


def _driver(driver: Driver) -> tuple[str, ...]:
    unit = find(driver.path, ARGUMENT).unit
    low, high = (_rounded(value, unit) for value in (driver.low, driver.high))
    why = "5th to 95th percentile" if driver.uncertain else "half to twice"
    return driver.path, low, high, f"{driver.months_at_low:.2f}", f"{driver.months_at_high:.2f}", why


def _edges(found: AggregateTax) -> Page:
    rows = tuple(
        (
            f"{edge.capability:.3g}",
            f"{edge.tax:.3f}",
            f"{100.0 * edge.tax / (1.0 + edge.tax):.0f} %",
            "none" if edge.margin is None else f"{edge.margin:.4f}",
        )
        for edge in found.edges
    )
    columns = ("capability (py)", "tax τ", "effort to keep in step, τ/(1+τ)", "effective edge: margin (py)")
    note = (
        "Effective edge: the least margin from which all research on goodness still outruns drift, both components "
        "level. Below it AIs lose goodness however they try, though still in the basin. Successors' noise comes on top."
    )
    table = Table("The tax and the basin's effective edge on the way", columns, rows, frozenset(range(4)))
    return [table, Paragraph(note, aside=True)]


# ---- numbers ------------------------------------------------------------------------------------------------


def shown_value(axis: Axis, value: Value) -> str:
    """Return one value of an axis in words, with its unit."""
    if axis.is_numeric:
        return _rounded(float(value), axis.unit)
    return value_text(value, find(axis.path, ARGUMENT))


def _rounded(value: float, unit: str) -> str:
    return f"{value:.4g}" if unit == "1" else singular(f"{value:.4g} {unit}")


def _number(value: float, error: float) -> str:
    """Return ``value`` to the first digit of its error; to two digits if none is known."""
    return f"{value:.{decimals(error, MOST_DECIMALS)}f}" if error > 0.0 else f"{value:.2g}"
