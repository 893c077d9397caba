"""What must not change a scenario's records, bit for bit, and what must change them in one direction only.

Of shipped scenarios here; of random ones by ``validation.metamorphic``, a few of them in the test suite.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import deference_sim as ds
from deference_sim.scenario import shipped
from deference_sim.study import runner
from validation.metamorphic import (
    OF_A_WEAKER_RIVAL,
    RELATIONS,
    Findings,
    Relation,
    World,
    halves_of_a_rate,
    look,
    world,
)
from validation.recipe import TOLERANCE

N = 40
SEED = 11


def records(scenario: Any, n: int = N) -> pd.DataFrame:
    return ds.simulate(scenario, n, seed=SEED).records.astype({"cause": str})


@pytest.fixture(params=sorted(shipped()))
def scenario(request: pytest.FixtureRequest) -> Any:
    return ds.load(request.param)


def test_outcomes_add_up(scenario: Any) -> None:
    """Every replicate ends in exactly one outcome, and every hazard's share is part of the exogenous one."""
    result = ds.simulate(scenario, N, seed=SEED)
    assert sum(round(share.estimate * N) for share in result.outcomes.values()) == N
    by_cause = sum(round(share.estimate * N) for share in result.causes.values())
    assert by_cause == round(result.outcomes["exogenous_catastrophe"].estimate * N)


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


# ---- random scenarios ------------------------------------------------------------------------------------------

NUMBERS = range(10)  # of which two take too long
SOME = 1  # all kinds of ends, a rival who is raced, uncertain inputs


@pytest.fixture(scope="module")
def found() -> Findings:
    """Every relation asked of some random worlds."""
    return look(NUMBERS, 30, seed=1)


@pytest.fixture(scope="module")
def some_world() -> World:
    """A world in which much happens."""
    made = world(SOME, 60, seed=1)
    assert made is not None
    return made


def test_relations_hold_in_random_worlds(found: Findings) -> None:
    """Would catch randomness that depends on what else there is, a stage that ends a step, a unit converted twice."""
    assert found.broken == []
    assert found.worlds >= 8
    assert set(found.held.values()) == {found.worlds}


def test_two_halves_of_a_rate_are_as_much_as_the_whole(found: Findings) -> None:
    """Would catch hazards that share a stream or take each other's place: 5 standard errors in each world."""
    assert max(map(abs, found.halves)) <= TOLERANCE
    assert sum(z != 0.0 for z in found.halves) >= 5
    assert found.tail > 1e-5


TO_THE_BIT = [
    pytest.param(each, id=name.replace(" ", "-")) for name, each in RELATIONS if each not in OF_A_WEAKER_RIVAL
]


@pytest.mark.parametrize("relation", TO_THE_BIT)
def test_a_relation_notices_a_single_bit(relation: Relation, some_world: World) -> None:
    """Would catch a relation that holds whatever comes."""
    assert relation(some_world) is None
    records = some_world.base.records.copy()
    records["A"] = np.nextafter(records["A"], np.inf)
    assert relation(replace(some_world, base=replace(some_world.base, records=records))) is not None


PATHS = ("rival.lead", "rival.speed", "rival.edge", "rival.danger_at")


@pytest.mark.parametrize(("relation", "path"), list(zip(OF_A_WEAKER_RIVAL, PATHS, strict=True)), ids=PATHS)
def test_a_rival_who_gains_by_being_weaker_is_noticed(
    relation: Relation, path: str, some_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch the same of relations that ask two runs of their own: here what makes it weaker makes it stronger."""
    scenario = ds.load("one-month-lead").with_(**{"time_buying.max_rate": 0, "rival.danger_at": 3})
    short = replace(some_world, scenario=scenario)
    assert relation(short) is None
    real, value = runner.numbers_of, short.scenario.value(path)

    def backwards(scenario: Any, *rest: Any) -> Any:
        parameters, hazards = real(scenario, *rest)
        column = path.replace(".", "_")
        parameters[column] = 3.0 * value - 2.0 * parameters[column]
        return parameters, hazards

    monkeypatch.setattr(runner, "numbers_of", backwards)
    assert relation(short) is not None


def test_a_hazard_that_counts_double_is_seen(some_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a comparison of halves without power."""
    real = runner.numbers_of

    def double(scenario: Any, *rest: Any) -> Any:
        parameters, hazards = real(scenario, *rest)
        hazards["rate"] *= 3.0 if len(scenario.hazards) > len(some_world.scenario.hazards) + 1 else 1.0
        return parameters, hazards

    many = replace(some_world, base=world(SOME, 400, seed=1).base)  # type: ignore[union-attr]
    monkeypatch.setattr(runner, "numbers_of", double)
    assert abs(halves_of_a_rate(many)) > TOLERANCE
