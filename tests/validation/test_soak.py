"""A small soak is sound and meets everything, and each fault that a soak looks for is seen (``validation.soak``)."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from deference_sim.engines.failure import StepError
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario.catalogue import parameters
from validation import soak as soak_module
from validation.soak import Block, Reading, Soak, drifts, growth, holds, is_sound, page, seed_of, size_of, soak
from validation.soak_worlds import worlds

SEED = 1
WORDS = ("strategy.policy", "capability.law", "rival.mode")


@pytest.fixture(scope="module")
def small() -> Soak:
    """30,000 trajectories of all worlds."""
    return soak(worlds(), 30_000, SEED, lambda _: None)


def test_a_small_soak_is_sound(small: Soak) -> None:
    """Would catch estimates that depend on how much was run before, and a second run that differs from the first."""
    assert small.repeats
    assert small.failures == []
    assert all(holds(made) for made in drifts(small).values())
    assert is_sound(small)
    assert small.trajectories == small.total.n >= 30_000
    assert "Failures: none (0)" in str(page(small, SEED))


def test_its_worlds_meet_everything(small: Soak) -> None:
    """Would catch a mechanism that is off: every policy, law and mode, every outcome and kind of event."""
    made = list(worlds().values())
    for path in WORDS:
        assert {str(scenario.value(path)) for scenario in made} == set(parameters()[path].words)
    assert any(scenario.uncertain for scenario in made)
    assert all(small.total.ended(name) for name in OUTCOMES[1:])
    assert all(small.total.events.values()), small.total.events
    assert all(small.total.runs_with.values()), small.total.runs_with


def test_no_two_blocks_share_a_seed() -> None:
    """Would catch blocks that repeat each other, which would look too steady."""
    seeds = [seed_of(seed, block, place) for seed in (0, 1) for block in range(100) for place in range(20)]
    assert len(set(seeds)) == len(seeds)
    assert size_of(100_000_000, 10) == (100, 100_000)
    assert size_of(100, 10) == (2, 5)


# ---- what it looks for -----------------------------------------------------------------------------------------


def imagined(shift: float = 0.0, leak: float = 0.0, blocks: int = 100) -> Soak:
    """A soak whose chance of a good end rises by ``shift`` and whose memory by ``leak`` MB from first to last block."""
    random = np.random.default_rng(2)
    found = Soak(("a", "b"), 50_000, repeats=True)
    for part in np.linspace(0.0, 1.0, blocks):
        good = random.binomial(50_000, 0.7 + shift * part, 2)
        readings = tuple(Reading(50_000, int(count) // 2, int(count), 1.0, 0.5, 50_000) for count in good)
        found.blocks.append(Block(100_000, 1.0, 2.0, 300.0 + leak * part, readings))
    return found


def test_drift_is_seen_where_it_says() -> None:
    """Would catch a test of drift without power, or one that finds it where there is none."""
    assert holds(drifts(imagined())["p_good"])
    smallest = max(one.smallest for one in drifts(imagined())["p_good"])
    assert 0.001 < smallest < 0.006
    assert not holds(drifts(imagined(shift=1.2 * smallest))["p_good"])
    assert not is_sound(imagined(shift=1.2 * smallest))


def test_one_block_that_is_off_is_seen() -> None:
    """Would catch a look at trends alone: a single block with 7 standard errors more."""
    found = imagined()
    block = found.blocks[30]
    assert block.readings[0] is not None
    off = replace(block.readings[0], good=round(50_000 * 0.7 + 7 * (50_000 * 0.21) ** 0.5))
    found.blocks[30] = replace(block, readings=(off, block.readings[1]))
    (first, second) = drifts(found)["p_good"]
    assert int(np.argmax(abs(first.z))) == 30
    assert not holds([first, second])


def test_a_leak_is_seen() -> None:
    """Would catch memory that grows with what was run: 100 MB over the run, but not what is taken once at first."""
    assert growth(imagined(leak=100.0)) > 70.0
    assert not is_sound(imagined(leak=100.0))
    warm = imagined()
    warm.blocks[0] = replace(warm.blocks[0], megabytes=100.0)
    assert growth(warm) == 0.0


def test_a_failure_is_told_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a trajectory that fails silently, or that ends everything."""
    real = soak_module.runner.tally_runs

    def broken(scenarios: Any, n: int, seed: int) -> Any:
        if seed == seed_of(SEED, 1, 0):
            raise StepError("replicate 5 could not be integrated")
        return real(scenarios, n, seed)

    monkeypatch.setattr(soak_module.runner, "tally_runs", broken)
    found = soak(dict(list(worlds().items())[:2]), 1_600, SEED, lambda _: None)
    assert found.failures == ["block 1, partial deference: replicate 5 could not be integrated"]
    assert not is_sound(found)
    assert found.trajectories == (2 * len(found.blocks) - 1) * found.per_world
    assert "Failures: block 1, partial deference" in str(page(found, SEED))
