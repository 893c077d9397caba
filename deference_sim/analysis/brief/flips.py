"""What would flip a choice, of a date or of a policy: the nearest values of an input at which another is better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.brief.choices import Choices, is_sure, with_changes, written
from deference_sim.analysis.brief.parts import Command, by, command
from deference_sim.analysis.handoff import INDIFFERENCE
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.sensitivity.inputs import Input, Varied
from deference_sim.analysis.strategy import Settings
from deference_sim.analysis.worlds import Worlds
from deference_sim.scenario import Scenario
from deference_sim.study.quasi_random import run_at

LOOKS = (0.05, 0.3, 0.7, 0.95)  # percentiles of an input's range that are looked at, beside its own value
DIGITS = 3  # of values that are looked at
NARROWED = 2  # more looks at where the two are about as good
_APART = 0.01  # percentiles between two looks that are worth taking


@dataclass(frozen=True, slots=True)
class Flip:
    """Where another choice, ``to``, becomes better than the advised one as inputs move together.

    ``at`` are their values there (an end of ``low`` or ``high`` is None where the interval reaches beyond what was
    looked at), ``own`` those that they have. ``beyond`` is how much better the other is at the values ``looked``.
    """

    paths: tuple[str, ...]
    units: tuple[str, ...]
    own: tuple[float, ...]
    at: tuple[float, ...]
    low: tuple[float, ...] | None
    high: tuple[float, ...] | None
    to: str
    beyond: Difference
    looked: tuple[float, ...]
    command: Command


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a difference first is above 0 for good, with its 95 % interval (None: not within what was looked at)."""

    at: float
    low: float | None
    high: float | None
    sure_at: float


def crossings(apart: Mapping[float, Difference], own: float) -> list[Crossing]:
    """Return the nearest crossing below and above ``own``: where a difference reaches 0 before it is surely above 0.

    ``apart`` is told at some places, in between by straight lines.
    """
    found = []
    for side in (-1.0, 1.0):
        places = [place for place in sorted(apart, key=lambda place: side * place) if side * (place - own) >= 0.0]
        sure = next((k for k, place in enumerate(places) if is_sure(apart[place])), None)
        if sure is None:
            continue
        before = max((k for k in range(sure) if apart[places[k]].estimate <= 0.0), default=None)
        if before is None:
            continue  # it is better where the scenario is, too
        at = _reaches_0([(place, apart[place].estimate) for place in places[before : sure + 1]])
        near, far = (_reaches_0([(place, getattr(apart[place], end)) for place in places]) for end in ("high", "low"))
        low, high = (near, far) if side > 0.0 else (far, near)
        found.append(Crossing(places[sure] if at is None else at, low, high, places[sure]))
    return found


def _reaches_0(line: Sequence[tuple[float, float]]) -> float | None:
    """Return where a line of points first goes from 0 or less to above; None if it does not."""
    for (before, low), (after, high) in pairwise(line):
        if low <= 0.0 < high:
            return before + (after - before) * -low / (high - low)
    return None


def flips(
    scenario: Scenario,
    varied: Varied,
    bundles: Sequence[tuple[int, ...]],
    choices: Choices,
    worlds: Worlds,
    replicates: int,
) -> list[Flip]:
    """Return for each of ``bundles`` of inputs the nearest values at which another date, or never, is better.

    Deciding by indifference is left out, unless it is what is advised: each value would take a table of its own.
    """
    ways = {
        choice.name: choice.changes
        for choice in choices.every
        if choice.name == choices.advised or choice.name != INDIFFERENCE
    }
    search = _Search(scenario, varied, ways, choices.advised, worlds, replicates)
    return [flip for bundle in bundles for flip in search.along(bundle)]


def policy_flips(
    scenario: Scenario,
    varied: Varied,
    bundles: Sequence[tuple[int, ...]],
    policies: Mapping[str, Settings],
    best: str,
    worlds: Worlds,
    replicates: int,
) -> list[Flip]:
    """Return for each of ``bundles`` of inputs the nearest values at which another policy is better than the ``best``.

    Each of ``policies`` has the settings that suit the scenario as written.
    """
    search = _Search(scenario, varied, policies, best, worlds, replicates)
    return [flip for bundle in bundles for flip in search.along(bundle)]


@dataclass(frozen=True, slots=True)
class _Search:
    scenario: Scenario
    varied: Varied
    ways: Mapping[str, Mapping[str, object]]
    advised: str
    worlds: Worlds
    replicates: int

    def along(self, bundle: tuple[int, ...]) -> list[Flip]:
        line = _Line([self.varied.inputs[place] for place in bundle], self.scenario)
        tried = {name: line.fixed.with_(**changes) for name, changes in self.ways.items()}
        places = sorted({*LOOKS, line.own})
        advised, others = self._successes(tried[self.advised], line, places), dict(tried)
        del others[self.advised]
        looks = {
            name: self._apart(places, self._successes(other, line, places), advised) for name, other in others.items()
        }
        found = []
        for name, other in others.items():
            for _ in range(NARROWED):
                here = looks[name]
                more = [one.at for one in crossings(here, line.own) if _is_new(one.at, here)]
                if more:
                    both = [self._successes(one, line, more) for one in (other, tried[self.advised])]
                    here |= self._apart(more, *both)
            found += [
                (crossing.at, self._flip(line, name, crossing, looks[name]))
                for crossing in crossings(looks[name], line.own)
            ]
        return _nearest(found, line.own)

    def _successes(self, scenario: Scenario, line: "_Line", places: Sequence[float]) -> NDArray[Any]:
        """Return what each world is worth (columns) at each place of the line (rows)."""
        worlds = np.arange(self.replicates)
        values = [line.values(place) for place in places]
        draws = {path: np.repeat([one[path] for one in values], self.replicates) for path in line.paths}
        found = run_at(
            scenario,
            draws,
            self.worlds.seed,
            np.tile(worlds, len(places)),
            self.worlds.success.of_records,
            self.worlds.progress,
        )
        return found.reshape(len(places), self.replicates)

    def _apart(self, places: Sequence[float], found: NDArray[Any], advised: NDArray[Any]) -> dict[float, Difference]:
        rows = zip(found, advised, strict=True)
        return dict(zip(places, (self.worlds.success.difference(*row) for row in rows), strict=True))

    def _flip(self, line: "_Line", name: str, crossing: Crossing, looks: Mapping[float, Difference]) -> Flip:
        looked = line.values(crossing.sure_at)
        settings = [*looked.items(), *self.ways[self.advised].items()]
        words = [word for path, value in settings for word in ("--set", f"{path}={written(value)}")]
        taken_back = {path: self.scenario.value(path) for path in self.ways[self.advised]}
        words += with_changes({**taken_back, **self.ways[name]})
        words += by(self.worlds.measure) if self.worlds.success.weights is not None else []
        ends = [None if end is None else tuple(line.values(end).values()) for end in (crossing.low, crossing.high)]
        return Flip(
            tuple(line.paths),
            tuple(one.unit for one in line.inputs),
            tuple(line.values(line.own).values()),
            tuple(line.values(crossing.at).values()),
            ends[0],
            ends[1],
            name,
            looks[crossing.sure_at],
            tuple(looked.values()),
            command("compare", self.worlds.seed, *words, "--replicates", self.replicates),
        )


class _Line:
    """The way along which inputs that are one unknown move: by percentiles of their ranges.

    ``own`` is where the scenario stands, of an uncertain input in the middle; ``fixed`` is the scenario with it there.
    """

    def __init__(self, inputs: Sequence[Input], scenario: Scenario) -> None:
        self.inputs, self.paths = inputs, [one.path for one in inputs]
        uncertain = [one for one in inputs if one.path in scenario.uncertain]
        self._values = {} if uncertain else {one.path: float(one.value) for one in inputs}
        self.own = 0.5 if uncertain else _percentile(inputs[0])
        middle = {one.path: _typed(one, 0.5) for one in uncertain}
        self.fixed = scenario.with_(**middle) if middle else scenario

    def values(self, place: float) -> dict[str, float]:
        """Return the inputs' values at a percentile."""
        if place == self.own and self._values:
            return self._values
        return {one.path: _typed(one, place) for one in self.inputs}


def _typed(one: Input, place: float) -> float:
    """Return the value at a percentile, to as many digits as one would type."""
    return float(f"{float(one.distribution.quantile(np.array([place]))[0]):.{DIGITS}g}")


def _percentile(one: Input) -> float:
    found = float(one.distribution.cumulative(np.array([float(one.value)]))[0])
    return float(np.clip(found, LOOKS[0] / 5.0, 1.0 - LOOKS[0] / 5.0))


def _is_new(place: float, looks: Mapping[float, Difference]) -> bool:
    return min(abs(place - other) for other in looks) > _APART


def _nearest(found: list[tuple[float, Flip]], own: float) -> list[Flip]:
    """Return the nearest of the flips below and of those above the scenario's own place."""
    below = [one for one in found if one[0] <= own]
    above = [one for one in found if one[0] > own]
    return [min(side, key=lambda one: abs(one[0] - own))[1] for side in (below, above) if side]
