"""The least change: on chances of which the nearest way is known, alone and together.

Would catch: distances in units of the inputs, a way that goes down, values that are not those at the distance told, a
judgement on the worlds of the search.
"""

from collections.abc import Sequence
from math import log
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

import deference_sim as ds
from deference_sim.analysis import least_change as analysis
from deference_sim.analysis import required_lead
from deference_sim.analysis.worlds import FRESH, Worlds
from deference_sim.scenario.plausible import plausible_ranges
from deference_sim.study.tally import Tally

from .pretended_worlds import pretend

LEAD, DECLINE = "rival.lead", "tax.decline"
N, SEED = 4_000, 5


def standing(path: str, value: float) -> float:
    """Return how many standard deviations a value is from the middle of a normal or lognormal range."""
    low, middle, high = plausible_ranges()[path].quantile(np.array([0.05, 0.5, 0.95]))
    if path == LEAD:
        low, middle, high, value = log(low), log(middle), log(high), log(value)
    return 2.0 * 1.6448536269514722 * (value - middle) / (high - low)


@pytest.fixture
def seeds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have success rise by 0.8 with the lead and 0.6 with the decline, a standard deviation each; note the seeds."""
    used: list[int] = []
    pretend(monkeypatch, chance)

    def tally_runs(scenarios: Sequence[Any], replicates: int, seed: int, *_given: Any, **_more: Any) -> list[Tally]:
        used.append(seed)
        made = []
        for records in Worlds(seed, "p_stay").records(scenarios, replicates):
            made.append(Tally((), with_months=False))
            made[-1].add(records, ["none"])
        return made

    for module in (analysis, required_lead):
        monkeypatch.setattr(module, "tally_runs", tally_runs)
        monkeypatch.setattr(module, "warm_up", lambda engine: None)
    return used


def chance(scenario: Any) -> float:
    lead, decline = standing(LEAD, scenario.rival.lead), standing(DECLINE, scenario.tax.decline)
    return float(ndtr(-1.0 + 0.8 * lead + 0.6 * decline))


MIDDLE = ds.load("baseline").with_(
    **{path: float(plausible_ranges()[path].quantile(np.array([0.5]))[0]) for path in (LEAD, DECLINE)}
)


def test_the_nearest_way_is_found_alone_and_together(seeds: list[int]) -> None:
    found = ds.least_change(MIDDLE, [DECLINE, LEAD], 0.5, N, SEED)
    assert [way.paths for way in found.alone] == [(LEAD,), (DECLINE,)]
    for way, known in zip((*found.alone, found.together), (1.25, 1.0 / 0.6, 1.0), strict=True):
        assert way.status == "found"
        assert way.low is not None
        assert way.high is not None
        error = (way.high - way.low) / 3.92
        assert abs(way.distance - known) < 5.0 * error
        moved = [standing(path, value) for path, value in zip(way.paths, way.values, strict=True)]
        assert sum(step**2 for step in moved) ** 0.5 == pytest.approx(way.distance, abs=1e-6)
        assert abs(way.judged.estimate - 0.5) < 0.5 * error + 5.0 * way.judged.mcse
    decline, lead = (standing(*moved) for moved in zip(found.together.paths, found.together.values, strict=True))
    assert (decline, lead) == pytest.approx((0.6, 0.8), abs=0.15)
    assert set(seeds) == {SEED, SEED + FRESH}


def test_what_is_out_of_reach_and_what_is_reached_already(seeds: list[int]) -> None:
    far = ds.least_change(MIDDLE, [LEAD, DECLINE], 0.9, N, SEED)
    assert [way.status for way in far.alone] == ["not reachable", "not reachable"]
    assert far.together.status == "found"
    near = ds.least_change(MIDDLE, [LEAD, DECLINE], 0.1, N, SEED)
    assert {way.status for way in (*near.alone, near.together)} == {"none needed"}
    assert near.together.distance == 0.0
    assert list(near.table["moved_to"]) == [MIDDLE.rival.lead, MIDDLE.tax.decline] * 2


@pytest.mark.parametrize(
    ("inputs", "said"),
    [([LEAD], "1 input"), ([LEAD, LEAD], "one input twice"), ([LEAD, "strategy.policy"], "cannot be varied")],
)
def test_what_cannot_be_moved_is_refused(inputs: list[str], said: str) -> None:
    with pytest.raises(ds.ScenarioError, match=said):
        ds.least_change(MIDDLE, inputs, 0.5, 10)
