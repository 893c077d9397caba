"""Points: the axes of a sweep, and the points of the design that they make; counted before anything is built."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any

from deference_sim.described import described
from deference_sim.elementary import exp, log
from deference_sim.scenario import Scenario, ScenarioError
from deference_sim.scenario.catalogue import Parameter, find, label_at
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import ArgumentError, Mark, gather, refusal, shown
from deference_sim.scenario.quantities import NumberError, quantity, split
from deference_sim.scenario.several import plain_list
from deference_sim.study.arrangements import GRID, PAIRED, Column, count_rows, rows
from deference_sim.study.limits import Design, whole

MOST_POINTS = 100_000
MOST_RUNS = 1_000_000_000  # of all points together
_WRITTEN_IN_PYTHON = "such as {'rival.lead': linspace('1 month', '1 year', 12)}"
_WRITTEN = "such as rival.lead='0.25 months:12 months:25', with :log for equal ratios, or strategy.policy=race,fixed"

Value = float | int | str | bool


@dataclass(frozen=True, slots=True)
class Spacing:
    """Values from ``low`` to ``high``, numbers in the documented unit or quantities as in a file ("3 months")."""

    low: float | str
    high: float | str
    count: int
    logarithmic: bool = False


@described(
    low="The first value: a number in the documented unit, or text such as ``1 month``.",
    high="The last value, likewise.",
    count="How many values, 2 or more.",
)
def linspace(low: float | str, high: float | str, count: int) -> Spacing:
    """Return ``count`` values in equal steps from ``low`` to ``high``, both included."""
    return Spacing(low, high, whole(count, "count", 2, MOST_POINTS))


@described(
    low="The first value, above 0: a number in the documented unit, or text such as ``1 month``.",
    high="The last value, likewise.",
    count="How many values, 2 or more.",
)
def logspace(low: float | str, high: float | str, count: int) -> Spacing:
    """Return ``count`` values in equal ratios from ``low`` to ``high``, both included and above 0."""
    return Spacing(low, high, whole(count, "count", 2, MOST_POINTS), logarithmic=True)


def spacing_between(given: object) -> Spacing | None:
    """Return two ends as a spacing: given as one, or as a pair. Raises ``ArgumentError`` for what is neither."""
    if given is None or isinstance(given, Spacing):
        return given
    ends = plain_list(given)
    if not isinstance(ends, list) or len(ends) != 2:
        raise ArgumentError("between", given, "two ends, such as (1, 12) or ('1 month', '1 year')")
    return Spacing(ends[0], ends[1], 2)


@dataclass(frozen=True, slots=True)
class Axis:
    """One input and the values that it takes, in its documented unit: in a grid each once, else one for each point."""

    path: str
    unit: str
    values: tuple[Value, ...]
    logarithmic: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers, which a curve can be drawn over."""
        return all(isinstance(value, float | int) and not isinstance(value, bool) for value in self.values)

    @property
    def label(self) -> str:
        """What the input is called, with its unit, as it stands at an axis."""
        name = label_at(self.path)
        return name if self.unit == "1" else f"{name} ({self.unit})"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a sweep: a scenario with the swept values put in."""

    base: str
    values: tuple[Value, ...]
    scenario: Scenario


def listed(over: Mapping[str, Spacing | Iterable[Value]]) -> dict[str, Spacing | Sequence[Value]]:
    """Return ``over`` with what it gives as arrays, columns, ranges or generators as lists; text stays as it is."""
    if not isinstance(over, Mapping):
        raise ArgumentError("over", over, f"a mapping of paths to values, {_WRITTEN_IN_PYTHON}")
    return {path: values if isinstance(values, Spacing) else plain_list(values) for path, values in over.items()}


def points_of(
    scenarios: Sequence[Scenario],
    over: Mapping[str, Spacing | Sequence[Value]],
    replicates: int,
    mark: Mark = ARGUMENT,
    *,
    design: Design = GRID,
    seed: int = 1,
) -> tuple[list[Axis], list[Point]]:
    """Return the axes of ``over`` and every point of every scenario, in a grid the last axis running fastest.

    In other designs than a grid an axis has a value for each point, in their order. Raises ``ScenarioError`` for a path
    or a value that is none, for values that do not go together, and for more points or runs than can be done, before
    any point is made.
    """
    count_points(scenarios, over, replicates, mark, design)
    columns = gather(partial(column_of, path, values, mark) for path, values in over.items())
    if design != PAIRED:
        gather(partial(_check_once, column.path, column.values, mark) for column in columns)
    # Each axis by itself first: of a bad range this tells the two ends, without trying every point.
    gather(
        partial(_changed, scenario, {column.path: value}, mark)
        for scenario, column in product(scenarios, columns)
        for value in (column.values if column.at is None else (column.values[0], column.values[-1]))
    )
    places = rows(columns, design, seed)
    _check_once(" and ".join(over), places, mark)
    axes = [
        Axis(
            column.path,
            _unit_of(column.path, mark),
            tuple(column.values if design == GRID else (place[number] for place in places)),
            _is_logarithmic(over[column.path]),
        )
        for number, column in enumerate(columns)
    ]
    return axes, gather(
        partial(_point, scenario, axes, values, mark) for scenario, values in product(scenarios, places)
    )


def count_points(
    scenarios: Sequence[Scenario],
    over: Mapping[str, Spacing | Sequence[Value]],
    replicates: int,
    mark: Mark = ARGUMENT,
    design: Design = GRID,
) -> int:
    """Return how many points a design has, without making it. Raises ``ScenarioError`` if it is too large."""
    if not over:
        raise refusal(mark, "", "no input to sweep over", "at least 1", _WRITTEN)
    counts = dict(zip(over, gather(partial(_count, path, values, mark) for path, values in over.items()), strict=True))
    ranges = [path for path, values in over.items() if isinstance(values, Spacing)]
    points = len(scenarios) * count_rows(counts, ranges, design, mark)
    _check_size(points, replicates, mark)
    return points


def _point(scenario: Scenario, axes: Sequence[Axis], values: tuple[Value, ...], mark: Mark) -> Point:
    changes = {axis.path: value for axis, value in zip(axes, values, strict=True)}
    return Point(scenario.name, values, _changed(scenario, changes, mark))


def _changed(scenario: Scenario, changes: Mapping[str, Value], mark: Mark) -> Scenario:
    try:
        return scenario.with_(**changes)
    except ScenarioError as error:
        raise ScenarioError(replace(problem, file=mark.file) for problem in error.problems) from None


def _check_size(points: int, replicates: int, mark: Mark) -> None:
    if points > MOST_POINTS:
        allowed = f"at most {MOST_POINTS:,} points"
        raise refusal(mark, "", f"a sweep of {points:,} points", allowed, "take fewer values on each axis")
    if points * replicates > MOST_RUNS:
        most = max(MOST_RUNS // points, 1)
        found = f"{points:,} points of {replicates:,} replicates are {points * replicates:,} runs"
        hint = f"with these points take at most {most:,} replicates"
        raise refusal(mark, "", found, f"at most {MOST_RUNS:,}", hint)


def _count(path: str, values: Any, mark: Mark) -> int:
    parameter = find(path, mark)
    if parameter.kind in ("text", "pairs"):
        what = "text" if parameter.kind == "text" else "a list of pairs"
        raise refusal(
            mark, path, f"{what}, which cannot be swept over", "an input that is a number or one of some words"
        )
    if not isinstance(values, Spacing):
        if not isinstance(values, Sequence) or isinstance(values, str) or not values:
            raise refusal(mark, path, f"`{shown(str(values))}`", "a list of values, linspace(...) or logspace(...)")
        return len(values)
    if parameter.kind not in ("number", "whole"):
        hint = f"list them: {path}={','.join(parameter.words or ('true', 'false'))}"
        raise refusal(mark, path, "a range of an input that is no number", parameter.allowed, hint)
    if values.count < 2:
        raise refusal(mark, path, f"{values.count} values from one end to the other", "at least 2")
    return values.count


def _check_once(path: str, values: Sequence[Value | tuple[Value, ...]], mark: Mark) -> None:
    met: set[Value | tuple[Value, ...]] = set()
    for value in values:
        if value in met:
            told = ", ".join(map(str, value)) if isinstance(value, tuple) else value
            raise refusal(mark, path, f"`{told}` twice", "each value once")
        met.add(value)


def column_of(path: str, values: Spacing | Sequence[Value], mark: Mark) -> Column[Value]:
    """Return the values of an input in its documented unit. Raises ``ScenarioError`` for one that is none."""
    parameter = find(path, mark)
    if not isinstance(values, Spacing):
        if parameter.kind not in ("number", "whole"):
            return Column(path, [_word(parameter, value) for value in values])
        return Column(path, [_number(path, parameter, value, mark) for value in values])
    low, high = ends_of(path, values, mark)

    def at(share: float) -> Value:
        if values.logarithmic:
            return exp((1.0 - share) * log(low) + share * log(high))
        return (1.0 - share) * low + share * high

    inner = [at(place / (values.count - 1)) for place in range(1, values.count - 1)]
    return Column(path, [low, *inner, high], at)


def _unit_of(path: str, mark: Mark) -> str:
    parameter = find(path, mark)
    return parameter.unit if parameter.kind in ("number", "whole") else "1"


def _is_logarithmic(values: Spacing | Sequence[Value]) -> bool:
    return isinstance(values, Spacing) and values.logarithmic


def ends_of(path: str, spacing: Spacing, mark: Mark = ARGUMENT) -> tuple[float, float]:
    """Return both ends of ``spacing`` in the documented unit of ``path``. Raises ``ScenarioError``."""
    parameter = find(path, mark)
    low, high = (_number(path, parameter, value, mark) for value in (spacing.low, spacing.high))
    if low >= high:
        raise refusal(mark, path, f"from {low:g} to {high:g}", "a lower end below the upper one")
    if spacing.logarithmic and low <= 0.0:
        hint = "leave out `:log`, or begin higher"
        raise refusal(mark, path, f"equal ratios from {low:g}", "a lower end above 0", hint)
    return low, high


def _word(parameter: Parameter, value: Value) -> Value:
    if parameter.kind == "truth" and value in ("true", "false"):
        return value == "true"
    return value


def _number(path: str, parameter: Parameter, value: Value, mark: Mark) -> float:
    if isinstance(value, float | int) and not isinstance(value, bool):
        return float(value)
    try:
        return quantity(str(value), parameter.unit)
    except NumberError as error:
        raise refusal(mark, path, error.found, error.allowed or parameter.allowed, error.hint) from None


def spacing_of(text: str, mark: Mark) -> tuple[str, Spacing | tuple[str, ...]]:
    """Return path and values of ``PATH=A:B:N[:log]`` or ``PATH=VALUE,VALUE,…``. Raises ``ScenarioError``."""
    path, equals, wanted = (part.strip() for part in text.partition("="))
    if not equals or not wanted:
        raise refusal(mark, shown(text), "no values to sweep over", "PATH=A:B:N or PATH=VALUE,VALUE", _WRITTEN)
    if ":" not in wanted:
        return path, tuple(part.strip() for part in wanted.split(","))
    parts = [part.strip() for part in wanted.split(":")]
    logarithmic = len(parts) == 4 and parts[3] == "log"
    if len(parts) != 3 + logarithmic or not parts[2].isdecimal():
        raise refusal(mark, path, f"`{shown(wanted)}`", "A:B:N or A:B:N:log, N a whole number", _WRITTEN)
    low, high, count = parts[0], parts[1], int(parts[2]) if len(parts[2]) <= 18 else 10**18
    return path, Spacing(*_with_shared_unit(low, high), count, logarithmic)


def between_of(text: str, mark: Mark) -> tuple[str, Spacing | None]:
    """Return path and ends of ``PATH=A:B``, or path and None of ``PATH``. Raises ``ScenarioError``."""
    path, equals, ends = (part.strip() for part in text.partition("="))
    if not equals:
        return path, None
    low, colon, high = (part.strip() for part in ends.partition(":"))
    if not colon or ":" in high:
        raise refusal(mark, path, f"`{shown(ends)}`", "PATH or PATH=A:B, such as tax.broad_alignment=0:3")
    return path, Spacing(*_with_shared_unit(low, high), 2)


def _with_shared_unit(low: str, high: str) -> tuple[str, str]:
    """Give the unit of the upper end to a lower one that has none: 0.25:12 months."""
    try:
        (_, unit_low), (_, unit_high) = split(low), split(high)
    except NumberError:
        return low, high
    return (f"{low} {unit_high}" if unit_high and not unit_low else low), high
