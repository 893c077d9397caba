"""Who influences whom: found by running the law's own equations on numbers that remember what they depend on.

Nothing here says what depends on what, nor which quantities there are. A ``Traced`` number carries the slopes of its
value in the *quantities* it came from: stocks, and what the law's functions declare of their results, their arguments
and what they set in the state (see ``model.declare.Equation``). Wherever one is computed, the slopes found become
influences on it and it starts afresh. The law's text is run unchanged, at a few dozen states, so a mechanism that a
scenario switches off has no influence. Reviews are right at all of them, so that no influence hangs on luck.
"""

import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from itertools import product
from types import FunctionType, SimpleNamespace
from typing import Any

from deference_sim.analysis.moment import hazards_of, just_deferring, parameters_of
from deference_sim.elementary import exp, log
from deference_sim.model.declare import EQUATIONS, Equation
from deference_sim.model.hazards import EXOGENOUS_CATASTROPHE
from deference_sim.model.processes import RATE_PROCESSES
from deference_sim.model.rival import TAKEOFF
from deference_sim.model.stocks import STOCKS
from deference_sim.scenario import Scenario
from deference_sim.trajectory.levels import MEET_DEADLINE, OVERTAKEN
from deference_sim.trajectory.state import stocks_in

#: States at which the law is looked at: stocks in py and months, every combination.
CAPABILITIES = (0.2, 2.5)
GOODNESS_AHEAD = ((-0.1, 0.1), (0.05, 0.3), (0.9, 0.4), (1.3, 1.2))  # of A and W, beyond capability
RIVALS = (-0.2, 0.05)
OVERTAKING = "overtaking"
FILLED = 0.05  # of every other stock, in its unit

Slopes = Mapping[str, float]


@dataclass(frozen=True)
class Influences:
    """What influences what in a scenario: the signs of every slope found, by (source, target).

    A sign of 1 means that more of the source makes for more of the target, all other quantities being equal.
    """

    signs: Mapping[tuple[str, str], frozenset[int]]

    def merged(self, names: Mapping[str, str]) -> "Influences":
        """Return the influences between groups of quantities: ``names`` maps a quantity to its group, others stay.

        What quantities of one group do to one another is left out.
        """
        found: dict[tuple[str, str], frozenset[int]] = {}
        for (source, target), signs in self.signs.items():
            link = names.get(source, source), names.get(target, target)
            if link[0] != link[1]:
                found[link] = found.get(link, frozenset()) | signs
        return Influences(found)

    def polarity(self, source: str, target: str) -> str:
        """Return ``+``, ``−`` or, where it depends on the state, ``±``; empty if there is no influence."""
        signs = self.signs.get((source, target), frozenset())
        return {frozenset({1}): "+", frozenset({-1}): "−", frozenset(): ""}.get(signs, "±")


def influences(scenario: Scenario) -> Influences:
    """Return what influences what once AIs have been deferred to in ``scenario``; of uncertain inputs, at the medians.

    Targets are stocks (by letter), the quantities that the law declares, and what can happen (by the names of its rate
    processes; all exogenous hazards together are ``exogenous catastrophe``).
    """
    tracer = _Tracer()
    law = _traced_law(tracer)
    p, hazards = parameters_of(scenario), hazards_of(scenario)
    for stocks in _states():
        _trace(tracer, law, just_deferring(p, **stocks), p, hazards)
    moved = {target for _, target in tracer.signs}
    still = set(STOCKS) - moved  # what nothing moves stays at its start, and so makes no difference
    return Influences({link: frozenset(signs) for link, signs in tracer.signs.items() if link[0] not in still})


def _states() -> Iterator[dict[str, float]]:
    for C, (ahead_A, ahead_W), R in product(CAPABILITIES, GOODNESS_AHEAD, RIVALS):
        yield dict.fromkeys(STOCKS, FILLED) | {"C": C, "A": C + ahead_A, "W": C + ahead_W, "R": R}


def _trace(tracer: "_Tracer", law: SimpleNamespace, state: Any, p: Any, hazards: list[Any]) -> None:
    """Let the law review, decide, move and threaten in ``state``, and note what depends on what."""
    for stock in STOCKS:
        setattr(state, stock, tracer.start(stock, getattr(state, stock)))
    state.dangerous = int(p.rival_mode == TAKEOFF)
    law.review(state, p)
    law.decide(state, p)
    stocks = stocks_in(state)
    for stock, rate in law.derivatives(state, p, stocks)._asdict().items():
        tracer.arrive(stock, rate)
    names = [*(process.name for process in RATE_PROCESSES), *(EXOGENOUS_CATASTROPHE for _ in hazards)]
    for row, name in enumerate(names):
        if law.is_active(state, p, row):
            tracer.arrive(name, law.process_rate(state, p, hazards, row, stocks))
    law.set_levels(state, p)
    for crossing, sign in ((OVERTAKEN, 1.0), (MEET_DEADLINE, -1.0)):  # what comes of the rival without a rate
        if math.isfinite(_value(state.levels[crossing])):
            gap = law.crossing_gap(state, p, crossing, state.t, list(stocks))
            tracer.arrive(OVERTAKING, sign * gap)
    for column, hazard in enumerate(hazards):
        process = SimpleNamespace(fired=0, threshold=0.0, due=1)
        law.meet_hazard(state, p, hazard, process, column)


# ---- numbers that remember ----------------------------------------------------------------------------------


@dataclass
class _Tracer:
    """Collects influences while the law runs."""

    signs: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    deciding: list[tuple[str, int] | None] = field(default_factory=lambda: [None])
    looking_ahead: int = 0

    def start(self, quantity: str, value: float) -> "Traced":
        """Return a number that is the quantity itself."""
        return Traced(self, float(value), {quantity: 1.0})

    def arrive(self, quantity: str, number: Any) -> "Traced":
        """Note what ``number``, which is the quantity, depends on; from here on others depend on it.

        What was made from the quantity is the same one again, such as aligned capability less the defence in it.
        """
        if quantity in STOCKS or quantity not in _slopes(number):
            self.note(quantity, _slopes(number), 1)
        return self.start(quantity, _value(number))

    def compare(self, left: Any, right: Any) -> None:
        """Note what makes ``left`` greater than ``right``, if something is being decided by that."""
        if self.deciding[-1] is not None:
            quantity, sign = self.deciding[-1]
            self.note(quantity, _combined(left, 1.0, right, -1.0), sign)

    def note(self, quantity: str, slopes: Slopes, sign: int) -> None:
        for source, slope in slopes.items():
            if slope != 0.0 and source != quantity:
                self.signs.setdefault((source, quantity), set()).add(sign if slope > 0.0 else -sign)


class Traced:
    """A number with its slopes in the quantities that it depends on."""

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic with this one to it
    __slots__ = ("slopes", "tracer", "value")

    def __init__(self, tracer: _Tracer, value: float, slopes: Slopes) -> None:
        self.tracer, self.value, self.slopes = tracer, value, slopes

    def _made(self, value: float, other: Any, own: float, others: float = 0.0) -> "Traced":
        return Traced(self.tracer, value, _combined(self, own, other, others))

    def __add__(self, other: Any) -> "Traced":
        return self._made(self.value + _value(other), other, 1.0, 1.0)

    def __sub__(self, other: Any) -> "Traced":
        return self._made(self.value - _value(other), other, 1.0, -1.0)

    def __rsub__(self, other: Any) -> "Traced":
        return self._made(_value(other) - self.value, other, -1.0, 1.0)

    def __mul__(self, other: Any) -> "Traced":
        return self._made(self.value * _value(other), other, _value(other), self.value)

    def __truediv__(self, other: Any) -> "Traced":
        below = _value(other)
        return self._made(self.value / below, other, 1.0 / below, -self.value / below**2)

    def __rtruediv__(self, other: Any) -> "Traced":
        return self._made(_value(other) / self.value, other, -_value(other) / self.value**2, 1.0 / self.value)

    def __neg__(self) -> "Traced":
        return self._made(-self.value, 0.0, -1.0)

    def __abs__(self) -> "Traced":
        return self if self >= 0.0 else -self

    def __int__(self) -> int:
        return int(self.value)  # rounded it is flat nearly everywhere, so no slope is left

    __radd__, __rmul__ = __add__, __mul__

    def __lt__(self, other: Any) -> bool:
        self.tracer.compare(other, self)
        return bool(self.value < _value(other))

    def __le__(self, other: Any) -> bool:
        self.tracer.compare(other, self)
        return bool(self.value <= _value(other))

    def __gt__(self, other: Any) -> bool:
        self.tracer.compare(self, other)
        return bool(self.value > _value(other))

    def __ge__(self, other: Any) -> bool:
        self.tracer.compare(self, other)
        return bool(self.value >= _value(other))

    def __eq__(self, other: object) -> bool:
        return bool(self.value == _value(other))

    def __hash__(self) -> int:
        return id(self)


def _value(number: Any) -> Any:
    return number.value if isinstance(number, Traced) else number


def _slopes(number: Any) -> Slopes:
    return number.slopes if isinstance(number, Traced) else {}


def _combined(left: Any, by_left: float, right: Any, by_right: float) -> dict[str, float]:
    slopes = {name: by_left * slope for name, slope in _slopes(left).items()}
    for name, slope in _slopes(right).items():
        slopes[name] = slopes.get(name, 0.0) + by_right * slope
    return slopes


def _smooth(function: Callable[[float], float], slope: Callable[[float, float], float]) -> Callable[[Any], Any]:
    """Return a function of mathematics that passes slopes on; ``slope`` takes argument and result."""

    def traced(x: Any) -> Any:
        y = function(_value(x))
        return x._made(y, 0.0, slope(x.value, y)) if isinstance(x, Traced) else y

    return traced


def _without_luck(*_address: Any) -> tuple[float, float]:
    """Return the middle of the normal numbers that the law would draw, wherever they stand."""
    return 0.0, 0.0


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``min`` or ``max`` that compares without deciding anything."""
    return lambda *numbers: function(numbers, key=_value)


_MATHEMATICS: dict[Any, Callable[..., Any]] = {
    exp: _smooth(exp, lambda x, y: y),
    log: _smooth(log, lambda x, y: 1.0 / x),
    math.sqrt: _smooth(math.sqrt, lambda x, y: 0.5 / y),
}


def _traced_law(tracer: _Tracer) -> SimpleNamespace:
    """Return a copy of the law, its text unchanged, that runs on traced numbers; by the names of its functions."""
    homes: dict[str, dict[str, Any]] = {
        name: dict(vars(sys.modules[name])) for name in {equation.__module__ for equation in EQUATIONS}
    }
    copies: dict[Any, Callable[..., Any]] = dict(_MATHEMATICS)
    for equation, about in EQUATIONS.items():
        copy = FunctionType(equation.__code__, homes[equation.__module__], equation.__name__, equation.__defaults__)
        copies[equation] = _watched(tracer, copy, about)
    for home in homes.values():
        home.update(min=_extreme(min), max=_extreme(max), normal_pair=_without_luck)
        home.update({name: copies[thing] for name, thing in home.items() if callable(thing) and thing in copies})
    return SimpleNamespace(**{equation.__name__: copies[equation] for equation in EQUATIONS})


def _watched(tracer: _Tracer, function: Callable[..., Any], about: Equation) -> Callable[..., Any]:
    """Return ``function`` such that the quantities that it takes, gives and sets are noted."""
    names = list(inspect.signature(function).parameters)
    places = [(names.index(name), quantity.name) for name, quantity in about.takes.items()]

    @wraps(function)
    def watched(*given: Any) -> Any:
        arguments = list(given)
        for place, name in places:
            arguments[place] = tracer.arrive(name, arguments[place])
        tracer.deciding.append(about.decides)
        tracer.looking_ahead += about.looks_ahead
        result = function(*arguments)
        tracer.looking_ahead -= about.looks_ahead
        tracer.deciding.pop()
        for name, quantity in about.sets.items():
            state = arguments[names.index("state")]
            setattr(state, name, tracer.arrive(quantity.name, getattr(state, name)))
        return result if about.gives is None or tracer.looking_ahead else tracer.arrive(about.gives.name, result)

    return watched
