"""Worlds whose chances are known: records drawn from a formula in place of the model."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from deference_sim.analysis import handoff, strategy
from deference_sim.analysis.worlds import Worlds
from deference_sim.model.roads import OUTRUN, STAYED
from deference_sim.model.state import AI_TAKEOVER, STABILISED
from deference_sim.trajectory.record import RECORD_DTYPE

Chance = Callable[[Any], float]


def pretend(monkeypatch: pytest.MonkeyPatch, chance: Chance, *, common: bool = True) -> None:
    """Have runs end well with the ``chance`` of their scenario: on common random numbers, or on some of its own."""

    def records(worlds: Worlds, scenarios: Sequence[Any], replicates: int) -> Iterator[NDArray[np.void]]:
        for scenario in scenarios:
            stream = 0 if common else crc32(f"{scenario.handoff} {scenario.strategy}".encode())
            luck = np.random.default_rng([worlds.seed, stream]).random(replicates)
            made = np.zeros(replicates, RECORD_DTYPE)
            succeeded = luck < chance(scenario)
            made["outcome"] = np.where(succeeded, STABILISED, AI_TAKEOVER)
            made["road"] = np.where(succeeded, STAYED, OUTRUN)
            made["handoff_month"] = np.inf if scenario.handoff.never else scenario.handoff.at or 0.0
            yield made

    monkeypatch.setattr(Worlds, "records", records)
    for module in (handoff, strategy):
        monkeypatch.setattr(module, "warm_up", lambda engine: None)


def pretend_few_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have known chances and few points, for tests of what is made of them."""

    def chance(scenario: Any) -> float:
        strategy = scenario.strategy
        at = 0.0 if scenario.handoff.never else 0.3 * np.exp(-(((scenario.handoff.at or 0.0) - 1.0) ** 2))
        return float(0.2 + at + 0.3 * np.exp(-((strategy.target - 1.0) ** 2)) * (strategy.policy != "race"))

    pretend(monkeypatch, chance)
    monkeypatch.setattr(handoff, "LEVELS_ABOVE", (0.0, 1.0))
    monkeypatch.setattr(handoff, "CHANGES", (("rival.lead", (2.0,)),))
    monkeypatch.setattr(strategy, "DESIGN", 3)
