"""What must not change a shipped scenario's records, bit for bit, and what must change them in one direction only."""

from typing import Any

import pandas as pd
import pytest

import deference_sim as ds
from deference_sim.scenario import shipped
from deference_sim.study import runner

N = 40
SEED = 11
NEVER = {"name": "zz_never", "kind": "background", "rate": 0.0}
EARLY = {"name": "aa_never", "kind": "background", "rate": 0.0}


def records(scenario: Any, n: int = N) -> pd.DataFrame:
    return ds.simulate(scenario, n, seed=SEED).records.astype({"cause": str})


def plain(hazards: Any) -> list[dict[str, Any]]:
    return [hazard.model_dump() for hazard in hazards]


@pytest.fixture(params=sorted(shipped()))
def scenario(request: pytest.FixtureRequest) -> Any:
    return ds.load(request.param)


def test_hazards_that_never_come_and_their_order_change_nothing(scenario: Any) -> None:
    """Randomness that depends on the list of hazards, or steps that hazards shorten, would show."""
    base = records(scenario)
    hazards = plain(scenario.hazards)
    uncertain = [path for path in scenario.uncertain if path.startswith("hazards.")]
    if not uncertain:  # a list given anew fixes what was uncertain in it
        pd.testing.assert_frame_equal(records(scenario.with_(hazards=[NEVER, *hazards, EARLY])), base, check_exact=True)
        pd.testing.assert_frame_equal(records(scenario.with_(hazards=hazards[::-1])), base, check_exact=True)


def test_a_longer_horizon_agrees_up_to_the_shorter(scenario: Any) -> None:
    """A horizon that ends steps would change what comes before it."""
    long = records(scenario)
    middle = float(long["months"].median())
    short = records(scenario.with_(horizon=middle))
    done = (long["months"] < middle).to_numpy()
    pd.testing.assert_frame_equal(short[done], long[done], check_exact=True)
    assert set(short.loc[~done, "outcome"]) <= {"unresolved", *long.loc[long["months"] == middle, "outcome"]}


def test_blocks_and_workers_change_nothing(scenario: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replicate must not know who computes it, nor with whom."""
    base = records(scenario)
    monkeypatch.setattr(runner, "BLOCK", 7)
    pd.testing.assert_frame_equal(records(scenario), base, check_exact=True)
    pd.testing.assert_frame_equal(records(scenario, 13), base[:13], check_exact=True)


def test_outcomes_add_up(scenario: Any) -> None:
    """Every replicate ends in exactly one outcome, and every hazard's share is part of the exogenous one."""
    result = ds.simulate(scenario, N, seed=SEED)
    assert sum(round(share.value * N) for share in result.outcomes.values()) == N
    by_cause = sum(round(share.value * N) for share in result.causes.values())
    assert by_cause == round(result.outcomes["exogenous_catastrophe"].value * N)


@pytest.mark.parametrize("factor", [2.0, 10.0])
def test_a_higher_rate_never_makes_the_first_arrival_later(factor: float) -> None:
    """On the same addresses the integrated rate reaches the first threshold earlier."""
    fatal = {
        "name": "x",
        "kind": "background",
        "rate": 1.0,
        "severity_mean": 99.0,
        "severity_sd": 0.0,
        "lethality": 1.0,
    }
    world = ds.load("baseline")
    slow = records(world.with_(hazards=[fatal]))
    fast = records(world.with_(hazards=[fatal | {"rate": factor}]))
    assert (fast["months"] <= slow["months"]).all()
