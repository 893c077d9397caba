"""The span of a slider: which part of an input's declared range is worth dragging through, and in which steps."""

from dataclasses import dataclass
from functools import cache
from math import floor, isfinite, log10

import numpy as np

from deference_sim.scenario import Scenario, load
from deference_sim.scenario.catalogue import Parameter, general_path, parameters

RANGES = "uncertain-baseline"  # the shipped scenario that holds a plausible range of the main unknowns
WIDEST = 25.0  # a declared range up to this width is a slider's whole span
ROOM, LITTLE_ROOM = 2.5, 1.5  # times the value; times the end of a plausible range
STEPS = 100  # of a slider, at least
TAILS = np.array([0.1, 0.9])
ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
#: What is worth trying where no value above 0 tells: by unit, 1 for any other.
REACH = {"months": 24.0, "py": 2.0, "py per year": 3.0, "per year": 0.2}


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high`` in steps of ``step``, in the documented unit, inside the declared range."""

    low: float
    high: float
    step: float

    @property
    def decimals(self) -> int:
        """How many decimals a value on the slider has."""
        return max(-floor(log10(self.step) + 1e-9), 0)


def span_of(path: str, scenario: Scenario) -> Span:
    """Return the span of the slider of a number; it holds its value in ``scenario`` and all that is plausible."""
    parameter = parameters()[general_path(path)]
    low, high = parameter.low, parameter.high
    if not high - low <= WIDEST:
        values, tails = _values(path, parameter, scenario), _tails(path, scenario)
        least, most = min([*values, *tails]), max([ROOM * max(values), *(LITTLE_ROOM * tail for tail in tails)])
        reach = REACH.get(parameter.unit, 1.0)
        if not isfinite(low):
            low = 0.0 if least > reach else min(least, 0.0) - reach
        high = min(_rounded_up(most if most > 0.0 else max(low, 0.0) + reach), parameter.high)
    step = 10.0 ** floor(log10((high - low) / STEPS))
    if low == parameter.low and parameter.low_open:
        low += step
    if high == parameter.high and parameter.high_open:
        high -= step
    return Span(low, high, step)


def points_of(path: str, scenario: Scenario, count: int) -> tuple[float, ...]:
    """Return where a curve over an input is looked at: over the slider's span, denser where an input begins at 0."""
    span, parameter = span_of(path, scenario), parameters()[general_path(path)]
    power = 2.0 if parameter.low == 0.0 and parameter.high > WIDEST else 1.0
    return tuple(span.low + (span.high - span.low) * (place / (count - 1)) ** power for place in range(count))


def _values(path: str, parameter: Parameter, scenario: Scenario) -> list[float]:
    """Return the default and the scenario's own value, 0 if there is none."""
    found = [parameter.default, scenario.value(path)]
    return [float(value) for value in found if isinstance(value, float | int)] or [0.0]


def _tails(path: str, scenario: Scenario) -> list[float]:
    """Return the outer percentiles of what is plausible and of what the scenario holds to be."""
    spreads = [held[path] for held in (_shipped_ranges().uncertain, scenario.uncertain) if path in held]
    return [float(tail) for spread in spreads for tail in spread.quantile(TAILS)]


def _rounded_up(value: float) -> float:
    """Return the least round number that is at least ``value``, which is above 0."""
    scale = 10.0 ** floor(log10(value))
    return next(digit * scale for digit in ROUND if digit * scale >= value * (1.0 - 1e-9))


@cache
def _shipped_ranges() -> Scenario:
    return load(RANGES)
