"""Slopes: the law's own text carried out on many points at once, on numbers that remember what they depend on.

A ``Sloped`` number holds its value at every point and the slopes of that in the *nodes* it came from: stocks, and the
quantities that the law's functions declare (see ``model.declare.Equation``). Wherever such a quantity is computed it
becomes a node of its own, from which what comes after depends on it. The law's text is run as it is, so nothing here
says what depends on what. Where points would take different branches, ``at_points`` lets each side run by itself, but
for simple conditional expressions, which are chosen between point by point (see ``pointwise``).
"""

import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.pointwise import CHOOSE, code_at_points
from deference_sim.elementary import exp, log
from deference_sim.model.declare import EQUATIONS, Equation
from deference_sim.streams import normal, normal_pair, uniform, uniform_pair

Floats = NDArray[np.float64]
Slopes = Mapping[int, Any]  # by node: a number, or an array with one for each point
Found = TypeVar("Found")


class PartedError(Exception):
    """Points disagree on a branch: ``where`` says which of them take it."""

    def __init__(self, where: NDArray[np.bool_]) -> None:
        super().__init__("points disagree on a branch")
        self.where = where


@dataclass(frozen=True, slots=True)
class Node:
    """A quantity at every point: what it is called, its value, and its slopes in the nodes before it."""

    name: str
    value: Any
    slopes: Slopes


@dataclass
class Nodes:
    """The quantities that have been computed, each after those that it depends on."""

    #: Whether a quantity that depends on nothing here, such as a share of effort that is fixed, is one too.
    even_constants: bool = False
    made: list[Node] = field(default_factory=list)
    #: What was decided by comparing: about what, and the slopes of what speaks for it.
    decided: list[tuple[str, Slopes]] = field(default_factory=list)
    looking_ahead: int = 0

    def clear(self) -> None:
        """Forget everything, for another look."""
        self.made, self.decided, self.looking_ahead = [], [], 0

    def start(self, name: str, value: Any) -> "Sloped":
        """Return a quantity that depends on nothing here, such as a stock."""
        return self._node(name, value, {})

    def arrive(self, name: str, number: Any) -> Any:
        """Return ``number`` as the quantity ``name``, on which what comes after depends.

        A number without slopes stays one, unless even those are wanted; the quantity itself, or the same computed once
        more, is no other node.
        """
        if self.looking_ahead:
            return number
        if not slopes_of(number):
            return self._node(name, value_of(number), {}) if self.even_constants else number
        if len(number.slopes) == 1:
            ((source, slope),) = number.slopes.items()
            if self.made[source].name == name and np.all(slope == 1.0):
                return number
        for place, node in enumerate(self.made):
            if node.name == name and _same(node.value, number.value) and _same_slopes(node.slopes, number.slopes):
                return Sloped(node.value, {place: 1.0})
        return self._node(name, number.value, number.slopes)

    def _node(self, name: str, value: Any, slopes: Slopes) -> "Sloped":
        self.made.append(Node(name, value, slopes))
        return Sloped(value, {len(self.made) - 1: 1.0})

    @contextmanager
    def deciding(self, what: tuple[str, int] | None) -> Iterator[None]:
        """Note what is compared meanwhile as what decides; ``what`` is about what, and for (1) or against it (-1)."""
        _LISTENING.append((self, what))
        try:
            yield
        finally:
            _LISTENING.pop()


#: Whoever hears of comparisons, the innermost last: functions that decide something, and those that they call.
_LISTENING: list[tuple[Nodes, tuple[str, int] | None]] = []


def at_points(
    points: NDArray[np.intp], run: Callable[[NDArray[np.intp]], Found]
) -> list[tuple[NDArray[np.intp], Found]]:
    """Return what ``run`` gives for ``points``, part by part: each part takes one way through the text."""
    found, waiting = [], [points] if len(points) else []
    while waiting:
        some = waiting.pop()
        try:
            found.append((some, run(some)))
        except PartedError as parted:
            waiting += [some[~parted.where], some[parted.where]]
    return found


def at_each(values: NDArray[Any]) -> Any:
    """Return the numbers that hold at each point: a plain one where all are the same (or NaN)."""
    first = values[0]
    if np.all(values == first) or (first != first and np.all(values != values)):
        return first.item()
    return Sloped(values, {})


class Truth:
    """Whether something holds, at every point; asked about as a whole, it has to be the same at all."""

    __slots__ = ("where",)

    def __init__(self, where: Any) -> None:
        self.where = where

    def __bool__(self) -> bool:
        if np.all(self.where):
            return True
        if not np.any(self.where):
            return False
        raise PartedError(self.where)


class Sloped:
    """A number at every point, with its slopes in the nodes that it depends on."""

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic with this one to it
    __slots__ = ("slopes", "value")

    def __init__(self, value: Any, slopes: Slopes) -> None:
        self.value, self.slopes = value, slopes

    def __add__(self, other: Any) -> "Sloped":
        return Sloped(self.value + value_of(other), _summed(self, 1.0, other, 1.0))

    def __sub__(self, other: Any) -> "Sloped":
        return Sloped(self.value - value_of(other), _summed(self, 1.0, other, -1.0))

    def __rsub__(self, other: Any) -> "Sloped":
        return Sloped(value_of(other) - self.value, _summed(self, -1.0, other, 1.0))

    def __mul__(self, other: Any) -> "Sloped":
        return Sloped(self.value * value_of(other), _summed(self, value_of(other), other, self.value))

    def __truediv__(self, other: Any) -> "Sloped":
        below = value_of(other)
        value = self.value / below
        return Sloped(value, _summed(self, 1.0 / below, other, -value / below))

    def __rtruediv__(self, other: Any) -> "Sloped":
        value = value_of(other) / self.value
        return Sloped(value, _summed(self, -value / self.value, other, 1.0 / self.value))

    def __neg__(self) -> "Sloped":
        return Sloped(-self.value, _summed(self, -1.0, 0.0, 0.0))

    def __abs__(self) -> "Sloped":
        return Sloped(abs(self.value), _summed(self, np.where(self.value < 0.0, -1.0, 1.0), 0.0, 0.0))

    __radd__, __rmul__ = __add__, __mul__

    def __lt__(self, other: Any) -> Truth:
        _compared(other, self)
        return Truth(self.value < value_of(other))

    def __le__(self, other: Any) -> Truth:
        _compared(other, self)
        return Truth(self.value <= value_of(other))

    def __gt__(self, other: Any) -> Truth:
        _compared(self, other)
        return Truth(self.value > value_of(other))

    def __ge__(self, other: Any) -> Truth:
        _compared(self, other)
        return Truth(self.value >= value_of(other))

    def __eq__(self, other: object) -> Truth:  # type: ignore[override]  # at every point
        return Truth(self.value == value_of(other))

    def __ne__(self, other: object) -> Truth:  # type: ignore[override]
        return Truth(self.value != value_of(other))

    def __bool__(self) -> bool:
        return bool(Truth(self.value != 0))

    __hash__ = None  # type: ignore[assignment]


def _compared(more: Any, less: Any) -> None:
    """Let whoever listens know what makes ``more`` greater than ``less``."""
    if _LISTENING and (about := _LISTENING[-1][1]) is not None:
        what, sign = about
        _LISTENING[-1][0].decided.append((what, _summed(more, float(sign), less, -float(sign))))


def value_of(number: Any) -> Any:
    """Return a number without its slopes."""
    return number.value if isinstance(number, Sloped) else number


def slopes_of(number: Any) -> Slopes:
    """Return the slopes of a number, by node."""
    return number.slopes if isinstance(number, Sloped) else {}


def _same(one: Any, other: Any) -> bool:
    return one is other or bool(np.array_equal(one, other))


def _same_slopes(one: Slopes, other: Slopes) -> bool:
    return one.keys() == other.keys() and all(_same(slope, other[node]) for node, slope in one.items())


def _summed(left: Any, by_left: Any, right: Any, by_right: Any) -> Slopes:
    slopes = {node: by_left * slope for node, slope in slopes_of(left).items()}
    for node, slope in slopes_of(right).items():
        slopes[node] = slopes[node] + by_right * slope if node in slopes else by_right * slope
    return slopes


# ---- the law on such numbers ----------------------------------------------------------------------------------------


def _smooth(function: Callable[[Any], Any], slope: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """Return a function of mathematics that passes slopes on; ``slope`` takes argument and result."""

    def sloped(x: Any) -> Any:
        y = function(value_of(x))
        return Sloped(y, _summed(x, slope(x.value, y), 0.0, 0.0)) if isinstance(x, Sloped) else y

    return sloped


def _extreme(plain: Callable[..., Any], wins: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Return ``min`` or ``max``, point by point; ``wins`` says where a later number is chosen."""

    def extreme(*numbers: Any) -> Any:
        if not any(isinstance(one, Sloped) for one in numbers):
            return plain(*numbers)
        found = numbers[0]
        for other in numbers[1:]:
            found = _chosen(wins(value_of(other), value_of(found)), other, found)
        return found

    return extreme


def _chosen(where: Any, this: Any, that: Any) -> Any:
    if np.all(where):
        return this
    if not np.any(where):
        return that
    nodes = slopes_of(this).keys() | slopes_of(that).keys()
    slopes = {node: np.where(where, slopes_of(this).get(node, 0.0), slopes_of(that).get(node, 0.0)) for node in nodes}
    return Sloped(np.where(where, value_of(this), value_of(that)), slopes)


def choose(condition: Any, this: Any, that: Any) -> Any:
    """Return ``this`` where ``condition`` holds, ``that`` elsewhere."""
    if isinstance(condition, Sloped):
        condition = condition != 0
    where = condition.where if isinstance(condition, Truth) else bool(condition)
    return _chosen(where, this, that)


class Several(list[Any]):
    """Numbers one of which is looked up by its place, which may differ from point to point."""

    def __getitem__(self, place: Any) -> Any:
        """Return the number at ``place``."""
        if not isinstance(place, Sloped):
            return super().__getitem__(place)
        found = self[0]
        for number in range(1, len(self)):
            found = choose(place == number, self[number], found)
        return found


minimum, maximum = _extreme(min, np.less), _extreme(max, np.greater)


def _whole(number: Any) -> Any:
    """Return the whole part of a number: rounded it is flat nearly everywhere, so no slope is left."""
    return Sloped(np.trunc(number.value), {}) if isinstance(number, Sloped) else int(number)


#: What a draw gives here: the middle of what the law would draw, and what happens with a chance does not happen.
DRAWN: dict[Callable[..., Any], Any] = {normal: 0.0, normal_pair: (0.0, 0.0), uniform: 1.0, uniform_pair: (1.0, 1.0)}


def _middle(drawn: Any) -> Callable[..., Any]:
    return lambda *address: drawn


_MATHEMATICS: dict[Any, Callable[..., Any]] = {
    **{function: _middle(drawn) for function, drawn in DRAWN.items()},
    exp: _smooth(exp, lambda x, y: y),
    log: _smooth(log, lambda x, y: 1.0 / x),
    math.sqrt: _smooth(np.sqrt, lambda x, y: 0.5 / np.where(y > 0.0, y, np.inf)),  # at 0 it is of what stays 0
}


def sloped_law(nodes: Nodes) -> Callable[..., Any]:
    """Return what calls a function of the law on such numbers; quantities become ``nodes``.

    Nothing is drawn: luck is in its middle.
    """
    homes: dict[str, dict[str, Any]] = {
        name: dict(vars(sys.modules[name])) for name in {equation.__module__ for equation in EQUATIONS}
    }
    copies: dict[Any, Callable[..., Any]] = dict(_MATHEMATICS)
    for equation, about in EQUATIONS.items():
        if equation not in copies:
            code, home = code_at_points(equation), homes[equation.__module__]
            copy = FunctionType(code, home, equation.__name__, equation.__defaults__)
            copies[equation] = _watched(nodes, copy, about)
    for home in homes.values():
        home.update({"min": minimum, "max": maximum, "int": _whole, CHOOSE: choose})
        home.update({name: copies[thing] for name, thing in home.items() if _is_known(thing) and thing in copies})
    return lambda function, *arguments: copies[function](*arguments)


def _is_known(thing: Any) -> bool:
    return callable(thing) and getattr(thing, "__hash__", None) is not None


def _watched(nodes: Nodes, function: Callable[..., Any], about: Equation) -> Callable[..., Any]:
    """Return ``function`` such that the quantities that it takes, gives and sets become nodes."""
    names = list(inspect.signature(function).parameters)
    places = [(names.index(name), quantity.name) for name, quantity in about.takes.items()]
    if not (places or about.gives or about.sets or about.looks_ahead or about.decides):
        return function

    @wraps(function)
    def watched(*given: Any) -> Any:
        arguments = list(given)
        for place, name in places:
            arguments[place] = nodes.arrive(name, arguments[place])
        nodes.looking_ahead += about.looks_ahead
        with nodes.deciding(about.decides):
            result = function(*arguments)
        nodes.looking_ahead -= about.looks_ahead
        for name, quantity in about.sets.items():
            state = arguments[names.index("state")]
            setattr(state, name, nodes.arrive(quantity.name, getattr(state, name)))
        return result if about.gives is None else nodes.arrive(about.gives.name, result)

    return watched
