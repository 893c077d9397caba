"""Answers that come at once and get better: each is a prefix of the next, on the same worlds."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.measure import MEASURES, Measure
from deference_sim.analysis.paired import Difference, difference
from deference_sim.analysis.records import records_table
from deference_sim.analysis.run import Result
from deference_sim.analysis.sweep import Sweep, sweep
from deference_sim.explorer.spans import points_of
from deference_sim.explorer.state import Presets, View
from deference_sim.explorer.worker import Wanted, go_on
from deference_sim.scenario import Scenario
from deference_sim.study.runner import blocks, hazard_names, stream
from deference_sim.study.tally import Tally

FIRST_LOOK = 256  # replicates of the first answer
LOOKS = (FIRST_LOOK, 1024, 4096)  # and of the next ones, as far as so many were asked for
SHARED_OUT = 128  # replicates of a block of the first answer, so that two cores work on it
SOON_DROPPED = 256  # and of a block of the next ones, so that the cores are soon free for what is asked instead
CURVE_POINTS = 15
ROUGH_CURVE, FINE_CURVE = 64, 512  # replicates of each point of the curve, at first and in the end
CURVE_NAMES = ("shown", "compared")
KEPT = 6  # runs, and curves, that are remembered

Records = NDArray[np.void]


@dataclass(frozen=True)
class Numbers:
    """What the first replicates say, and what they say of the scenario compared with, on the same worlds."""

    result: Result
    against: Result | None
    differences: Mapping[Measure, Difference]
    is_last: bool


@dataclass(frozen=True)
class Curve:
    """Success over one input, the first scenario's and that of the one compared with."""

    sweep: Sweep
    value: float | None  # of the scenario shown


Answer = Numbers | Curve


class Runs:
    """Replicates 0, 1, 2 … of one scenario, as many as were asked for so far."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed, self.seconds = scenario, seed, 0.0
        self._records: list[Records] = []

    @property
    def replicates(self) -> int:
        """How many there are."""
        return sum(map(len, self._records))

    @property
    def records(self) -> Records:
        """All of them, in order."""
        if len(self._records) > 1:
            self._records = [np.concatenate(self._records)]
        return self._records[0]

    def grow(self, replicates: int, wanted: Wanted) -> None:
        """Make those that are missing of the first ``replicates``. Raises ``Dropped`` after a block if unwanted."""
        size = SHARED_OUT if replicates <= FIRST_LOOK else SOON_DROPPED
        whole = blocks(self.replicates, replicates)
        parts = [part for block in whole for part in np.array_split(block, ceil(len(block) / size))]
        started = perf_counter()
        for _, records, _ in stream([self.scenario], ((0, part) for part in parts), self.seed):
            self.seconds += perf_counter() - started
            self._records.append(records)
            go_on(wanted)
            started = perf_counter()

    def result(self, replicates: int, scenario: Scenario) -> Result:
        """Return what the first ``replicates`` say, under the name that ``scenario`` has."""
        records, causes, tally = self.records[:replicates], hazard_names(scenario), Tally()
        tally.add(records, causes)
        table = records_table(records, causes)
        return Result(scenario, self.seed, "compiled", replicates, tally, table, self.seconds)


class Memory:
    """The runs and the curves of late, so that going back and comparing cost nothing."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[str, int], Runs] = OrderedDict()
        self._curves: OrderedDict[tuple[object, ...], Sweep] = OrderedDict()

    def take(self, scenario: Scenario, seed: int) -> Runs:
        """Return the runs of ``scenario``, whatever its name, for the caller alone; new ones if there are none."""
        return self._runs.pop((scenario.hash, seed), None) or Runs(scenario, seed)

    def give_back(self, runs: Runs) -> None:
        """Remember ``runs``, unless there are as many of the same already."""
        key = runs.scenario.hash, runs.seed
        held = self._runs.pop(key, runs)
        _keep(self._runs, key, max(held, runs, key=lambda one: one.replicates))

    def curve(self, scenarios: tuple[Scenario, ...], over: str, replicates: int, seed: int, wanted: Wanted) -> Sweep:
        """Return success over an input; curves of scenarios that differ in that input alone are the same."""
        points = points_of(over, scenarios[0], CURVE_POINTS)
        at_one_end = [one.with_(**{over: points[-1]}) for one in _with_names(scenarios)]
        key = (*((one.name, one.hash) for one in at_one_end), over, points, replicates, seed)
        if key not in self._curves:
            found = sweep(at_one_end, {over: points}, replicates, seed, progress=lambda _: go_on(wanted))
            _keep(self._curves, key, found)
        return self._curves[key]


def answers(view: View, presets: Presets, memory: Memory, wanted: Wanted) -> Iterator[Answer]:
    """Yield better and better answers to ``view``.

    The last ``Numbers`` are those of ``view.replicates`` replicates, the same as on the command line, bit for bit.
    Raises ``Dropped`` if they are no longer ``wanted``.
    """
    scenarios = scenarios_of(view, presets)
    runs = [memory.take(scenario, view.seed) for scenario in scenarios]
    looks = sorted({*(look for look in LOOKS if look < view.replicates), view.replicates})
    known = max((look for look in looks if all(look <= run.replicates for run in runs)), default=0)
    try:
        for look in looks:
            if look >= known:
                for run in runs:
                    run.grow(look, wanted)
                yield _numbers(runs, scenarios, look, look == view.replicates)
            if look == max(known, looks[0]):
                yield _curve(view, scenarios, ROUGH_CURVE, memory, wanted)
    finally:
        for run in runs:
            memory.give_back(run)
    yield _curve(view, scenarios, FINE_CURVE, memory, wanted)


def _with_names(scenarios: tuple[Scenario, ...]) -> list[Scenario]:
    """Return scenarios with names that differ, as they stand beside their curves."""
    if len({scenario.name for scenario in scenarios}) == len(scenarios):
        return list(scenarios)
    return [one.with_(name=name) for one, name in zip(scenarios, CURVE_NAMES, strict=True)]


def _keep(held: OrderedDict[Any, Any], key: object, value: object) -> None:
    held[key] = value
    while len(held) > KEPT:
        held.popitem(last=False)


def scenarios_of(view: View, presets: Presets) -> tuple[Scenario, ...]:
    """Return the scenario shown and, if there is one, that compared with."""
    shown = presets.scenario(view.scenario, view.settings)
    return (shown, presets.scenario(view.against, view.against_settings)) if view.against else (shown,)


def _numbers(runs: list[Runs], scenarios: tuple[Scenario, ...], look: int, is_last: bool) -> Numbers:
    results = [run.result(look, scenario) for run, scenario in zip(runs, scenarios, strict=True)]
    if len(runs) == 1:
        return Numbers(results[0], None, {}, is_last)
    shown, against = (run.records[:look] for run in runs)
    differences = {
        name: difference(success.of_records(shown), success.of_records(against)) for name, success in MEASURES.items()
    }
    return Numbers(results[0], results[1], differences, is_last)


def _curve(view: View, scenarios: tuple[Scenario, ...], replicates: int, memory: Memory, wanted: Wanted) -> Curve:
    shown, replicates = scenarios[0], min(replicates, view.replicates)
    value = None if view.over in shown.uncertain else shown.value(view.over)
    return Curve(memory.curve(scenarios, view.over, replicates, view.seed, wanted), value)
