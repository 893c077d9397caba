"""The page of a sweep: the chance of success over some inputs."""

from collections.abc import Sequence

from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.sweep import Sweep
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import chances, counted, footer, lowered, percent, shown_values, with_interval
from deference_sim.scenario.catalogue import label_at
from deference_sim.scenario.problems import listed
from deference_sim.study.arrangements import GRID, LATIN, PAIRED
from deference_sim.study.designs import Axis
from deference_sim.study.tally import Tally

MOST_COLUMNS = 9  # of a grid that is shown as one
_DESIGNS = {GRID: "", PAIRED: ", values paired", LATIN: " of a Latin hypercube"}
SAFELY = "of that overtaken safely"
SAME_WORLDS = "All points meet the same worlds. Intervals hold the Monte Carlo error alone."


def page(found: Sweep, repeat: str = "", measure: Measure = "p_stay") -> Page:
    """Return the chances over a sweep; ``repeat`` is the command that repeats it."""
    estimates = found.estimates(measure)
    names = ", ".join(scenario.name for scenario in found.scenarios)
    success = success_of(measure)
    title = f"{names} – {success.name} ({success.meaning}) by {_paths(found.axes)}"
    answer = _answer(found, measure, estimates)
    blocks: Page = [Heading(title, answer), Paragraph(f"{answer}.")]
    if found.design == GRID and len(found.axes) == 2 and len(found.axes[1].values) <= MOST_COLUMNS:
        size = len(found.axes[0].values) * len(found.axes[1].values)
        for place, scenario in enumerate(found.scenarios):
            title = scenario.name if len(found.scenarios) > 1 else ""
            here = slice(place * size, (place + 1) * size)
            shares = [one.estimate for one in estimates[here]]
            blocks.append(_grid(found, title, shares, estimates[here]))
            if measure == "p_good":
                safely = [_safely(tally) for tally in found.tallies[here]]
                blocks.append(_grid(found, f"{title}: {SAFELY}".removeprefix(": "), safely, estimates[here]))
    else:
        blocks.append(_list(found, estimates, measure))
    runs = sum(tally.n for tally in found.tallies)
    points = f"{counted(len(found.points), 'point')}{_DESIGNS[found.design]}"
    told = f"{counted(runs, 'run')} at {points}, seed {found.seed}"
    return [*blocks, Paragraph(SAME_WORLDS, aside=True), footer(told, found.engine, found.seconds, repeat)]


def _answer(found: Sweep, measure: Measure, estimates: Sequence[Estimate]) -> str:
    """Return where success is least and most likely."""
    order = sorted(range(len(estimates)), key=lambda place: estimates[place].estimate)
    least, most = ((with_interval(estimates[place]), _where(found, place)) for place in (order[0], order[-1]))
    name = success_of(measure).name
    if len(found.axes) == 1:
        return f"{name} is lowest, {least[0]}, at {least[1]}, and highest, {most[0]}, at {most[1]}"
    return f"{name} goes from {least[0]} to {most[0]}: lowest at {least[1]}; highest at {most[1]}"


def _where(found: Sweep, place: int) -> str:
    """Return the values of a point, with the scenario where there are several."""
    point = found.points[place]
    values = [shown_values(axis, [value])[0] for axis, value in zip(found.axes, point.values, strict=True)]
    if len(values) > 1:  # whose units alone do not say what is what
        values = [f"{axis.path} {value}" for axis, value in zip(found.axes, values, strict=True)]
    where = ", ".join(values)
    return f"{where} in {point.base}" if len(found.scenarios) > 1 else where


def _paths(axes: Sequence[Axis]) -> str:
    return listed(
        [axis.path if len(axes) > 1 else f"{lowered(label_at(axis.path))} ({axis.path})" for axis in axes], "and"
    )


def _safely(tally: Tally) -> float:
    return tally.ended("overtaken_safely") / tally.n


def _grid(found: Sweep, title: str, shares: Sequence[float], estimates: Sequence[Estimate]) -> Table:
    """Return ``shares`` over two inputs, to the digits that the error of ``estimates`` supports."""
    rows, columns = found.axes
    width = len(columns.values)
    told = [percent(share, *estimates) for share in shares]
    sides = shown_values(rows, rows.values)
    cells = tuple((side, *told[k * width : (k + 1) * width]) for k, side in enumerate(sides))
    corner = f"{label_at(rows.path)} ↓  {label_at(columns.path)} →"
    head = (corner, *shown_values(columns, columns.values))
    return Table(title, head, cells, frozenset(range(1, width + 1)), frozenset(range(width + 1)))


def _list(found: Sweep, estimates: Sequence[Estimate], measure: Measure) -> Table:
    several, safely = len(found.scenarios) > 1, measure == "p_good"
    places = zip(
        *(shown_values(axis, [point.values[k] for point in found.points]) for k, axis in enumerate(found.axes)),
        strict=True,
    )
    rows = tuple(
        (
            *((point.base,) if several else ()),
            *where,
            *told,
            *((percent(_safely(tally), *estimates),) if safely else ()),
        )
        for point, where, told, tally in zip(found.points, places, chances(estimates), found.tallies, strict=True)
    )
    columns = (
        *(("scenario",) if several else ()),
        *(label_at(axis.path) for axis in found.axes),
        success_of(measure).name,
        "95 % interval",
    )
    last = len(columns) - 1
    columns = (*columns, *((SAFELY,) if safely else ()))
    numeric = {several + place for place, axis in enumerate(found.axes) if axis.is_numeric}
    numbers = frozenset(numeric | {last - 1, *range(last + 1, len(columns))})
    return Table("", columns, rows, numbers, frozenset(range(len(columns))))
