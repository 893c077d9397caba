"""The page of a least change: how far named inputs must be moved until success is likely enough."""

from deference_sim.analysis.least_change import LeastChange, Way
from deference_sim.analysis.measure import success_of
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import counted, footer, rounded, to_error, with_interval


def page(found: LeastChange, repeat: str = "") -> Page:
    """Return which inputs, moved least, reach the target; ``repeat`` is the command that repeats it."""
    success, target = success_of(found.measure), f"{100.0 * found.target:g} %"
    columns = ("", "own value", "moved to", "how far (95 %)", f"{success.name} there, fresh worlds")
    rows = (*(row for way in found.alone for row in _rows(found, way)), *_rows(found, found.together, "together: "))
    note = (
        "Each input alone, the nearest first, then all together along the nearest way found. How far it is is told in "
        "standard deviations of a normal number with the same percentile: the plausible range of an input from its 5th "
        "to its 95th percentile is 3.29 wide, and none is moved beyond its percentiles 1 and 99. Ways are found on the "
        "same worlds; – is an end that an interval does not have. Where the target is not reachable, the values are "
        "those with the highest chance on the way; perhaps beyond: in these worlds it is not reached "
        "either, but from there on by no more than chance may do, which more replicates can tell."
    )
    told = f"{counted(found.replicates, 'replicate')} at each place, seed {found.seed}"
    return [
        Heading(f"{found.scenario.name} – the least change to a {success.name} of {target}", _answer(found, target)),
        Paragraph(f"{success.name}: {success.meaning}."),
        Table(f"What it takes for {target}", columns, rows, frozenset({1, 2, 3}), frozenset({0, 1, 2, 3, 4})),
        Paragraph(note, aside=True),
        footer(told, found.engine, found.seconds, repeat),
    ]


def _answer(found: LeastChange, target: str) -> str:
    nearest = found.alone[0]
    if nearest.status == "none needed":
        return f"{target} is reached as it is"
    if nearest.distance is None:
        unit = "" if found.together.distance is None else " standard deviations"
        return f"none of them reaches {target} alone; together: {_far(found.together)}{unit}"
    (one,) = (one for one in found.inputs if one.path == nearest.paths[0])
    moved = f"{rounded(one.value, '1')} to {rounded(float(f'{nearest.values[0]:.3g}'), one.unit)}"
    return f"the nearest is {one.path}, from {moved}: {_far(nearest)} standard deviations"


def _rows(found: LeastChange, way: Way, prefix: str = "") -> list[tuple[str, ...]]:
    inputs = {one.path: one for one in found.inputs}
    rows: list[tuple[str, ...]] = []
    for number, (path, value) in enumerate(zip(way.paths, way.values, strict=True)):
        one = inputs[path]
        cells = ("", "") if number else (_far(way), with_interval(way.judged))
        name = f"+ {path}" if number else f"{prefix}{path}"
        rows.append((name, rounded(one.value, one.unit), rounded(float(f"{value:.3g}"), one.unit), *cells))
    return rows


def _far(way: Way) -> str:
    if way.status == "none needed":
        return way.status
    if way.distance is None:
        return way.status if way.low is None else f"perhaps beyond {way.low:.2g}"
    ends = [end for end in (way.low, way.high) if end is not None]
    error = (max(ends) - min(ends)) / 4.0 if len(ends) == 2 else 0.0
    low, high = ("–" if end is None else to_error(end, error) for end in (way.low, way.high))
    return f"{to_error(way.distance, error)} ({low} to {high})"
