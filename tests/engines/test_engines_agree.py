"""Two engines, one law: on the same addresses they leave the same bits, however the work is shared out or cut off.

Scenarios are the shipped ones and random ones, drawn from the declared ranges of all parameters, so that a new
parameter is tried without a change here (``eventful_worlds``).
"""

import math
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

import deference_sim as ds
from deference_sim.engines.law import plain_law
from deference_sim.model.events import COUNTERS
from deference_sim.model.state import RESOLVED
from deference_sim.scenario.catalogue import Section, catalogue
from deference_sim.scenario.shipped import shipped
from deference_sim.streams import key_of_seed
from deference_sim.study import runner
from deference_sim.trajectory.flow import STEP_FAILED
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE
from validation.quiet import NO_BASIN, quiet, start
from validation.random_worlds import plain_parameters

from ..tables import assert_same
from .eventful_worlds import SENSIBLE, random_scenario

SHIPPED = sorted(shipped())
RANDOM = range(30)
SEED = 11


def scenarios() -> list[Any]:
    """Return all scenarios as pytest's parameters, made when they are used."""
    named = [pytest.param(lambda name=name: ds.load(name), 30, id=name) for name in SHIPPED]
    drawn = [
        pytest.param(lambda number=number: random_scenario(number), 10, id=f"random-{number}") for number in RANDOM
    ]
    return named + drawn


@pytest.mark.parametrize(("make", "n"), scenarios()[len(SHIPPED) :])
def test_records_are_the_same(make: Callable[[], Any], n: int) -> None:
    """Would catch any difference between the engines: in a stage, a draw, an order, a parameter row.

    Of the scenarios that ship see ``test_agreement.py``.
    """
    scenario = make()
    compiled = ds.simulate(scenario, n, SEED, engine="compiled")
    events = ds.simulate(scenario, n, SEED, engine="events")
    assert_same(compiled.records, events.records)
    finite = ["months", "C", "A", "W", "D", "Q", "R", "bought", "aggregate_tax_months"]
    assert np.isfinite(compiled.records[finite].to_numpy(float)).all()
    assert sum(round(share.estimate * n) for share in compiled.outcomes.values()) == n


def test_handing_off_by_indifference_is_the_same() -> None:
    """Would catch a table made beforehand that depends on the engine, or on how many replicates are asked for."""
    changes = {"rival.lead": 3, "goodness.broad_alignment": 0.2, "capability.stabilise_at": 2}
    scenario = ds.load("baseline").with_(**changes, **{"handoff.indifference": True})
    many = ds.simulate(scenario, 120, SEED).records
    assert many["handoff_month"].nunique() > 3
    assert_same(ds.simulate(scenario, 20, SEED, engine="events").records, many.iloc[:20])
    assert_same(ds.simulate(scenario, 20, SEED).records, many.iloc[:20])


def test_random_scenarios_reach_everything() -> None:
    """Would catch random scenarios in which nothing much happens: every outcome, road and kind of event comes up."""
    hazards = catalogue()["hazards"]
    assert isinstance(hazards, Section)
    declared = {parameter.path for parameter in (*plain_parameters(), *hazards.parameters.values())}
    assert set(SENSIBLE) <= declared
    table = pd.concat([ds.simulate(random_scenario(number), 20, SEED).records for number in RANDOM])
    for column in ("outcome", "road"):
        assert set(table[column].cat.categories) == set(table[column].unique())
    counts = ["generations", "reviews", "scheming", "ever_schemed", "recovered", *COUNTERS]
    assert (table[counts].sum() > 0).all(), table[counts].sum()


# ---- the law as plain Python -------------------------------------------------------------------------------


def as_objects(row: np.void) -> SimpleNamespace:
    """Return a structured element as an object of plain numbers and lists (arrays where they have two dimensions)."""
    fields = {name: row[name] for name in row.dtype.names or ()}
    return SimpleNamespace(
        **{
            name: value.item() if value.ndim == 0 else (value.copy() if value.ndim > 1 else value.tolist())
            for name, value in fields.items()
        }
    )


def run_plainly(scenario: Any, replicate: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Run one replicate by the law as plain Python, without SimPy or Numba; return its record and its log."""
    law = plain_law()
    parameters, hazards = runner.numbers_of(scenario, SEED, np.array([replicate]))
    P, H = [as_objects(parameters[0])], [as_objects(hazard) for hazard in hazards[0]]
    law.prepare(P)
    X = [as_objects(row) for row in np.zeros(FIRST_HAZARD + len(H), PROCESS_DTYPE)]
    S = [as_objects(np.zeros(1, STATE_DTYPE)[0])]
    S[0].key, S[0].replicate = key_of_seed(SEED), replicate
    L = [SimpleNamespace() for _ in range(20_000)]
    law.begin(S, P, H, X)
    while S[0].phase != RESOLVED:
        why = law.go_on(S, P, H, X, math.inf)
        assert why != STEP_FAILED
        due, stage = law.open_instant(S, P, X, L, why), 0
        while due >> stage and S[0].phase != RESOLVED:
            if due >> stage & 1:
                due |= law.perform(stage, S, P, H, X, L)
            stage += 1
    record = [SimpleNamespace()]
    law.finish(S, P, record, 0)
    assert S[0].logged < len(L)
    return vars(record[0]), [vars(entry) for entry in L[: S[0].logged]]


def same_numbers(first: Any, second: Any) -> bool:
    """Return whether two numbers are the same to the last bit, NaN being the same as NaN."""
    return bool(first == second or (first != first and second != second))


PLAIN = [
    *((lambda name=name: ds.load(name), name) for name in ("rushed-handoff", "with-scheming", "single-deadline")),
    *((lambda number=number: random_scenario(number), f"random-{number}") for number in range(12)),
]


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for make, name in PLAIN])
def test_log_and_record_are_those_of_the_plain_law(make: Callable[[], Any]) -> None:
    """Would catch a compiled law, or a SimPy process, that does something else than the text of the law says."""
    scenario = make()
    record, log = run_plainly(scenario, 1)
    world = runner.world_of(scenario, SEED, 1, log=True)
    found = world.run_to_the_end()[0]
    assert [name for name in RECORD_DTYPE.names or () if not same_numbers(found[name], record[name])] == []
    assert len(world.log) == len(log)
    for entry, expected in zip(world.log, log, strict=True):
        assert [name for name in LOG_DTYPE.names or () if not same_numbers(entry[name], expected[name])] == []


# ---- what must not matter ----------------------------------------------------------------------------------

SPLIT = ("baseline", "uncertain-baseline", "five-hazards")


@pytest.mark.parametrize("name", SPLIT)
def test_workers_and_blocks_do_not_matter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch scratch memory shared between threads, and a block that is lost, doubled or shifted by one."""
    scenario = ds.load(name)
    whole = ds.simulate(scenario, 300, SEED).records
    assert whole["replicate"].tolist() == list(range(300))
    for block, workers in ((7, 4), (299, 1), (300, 3), (64, 2)):
        monkeypatch.setattr(runner, "BLOCK", block)
        monkeypatch.setattr(os, "cpu_count", lambda workers=workers: workers)
        assert_same(ds.simulate(scenario, 300, SEED).records, whole)


@pytest.mark.parametrize("name", SPLIT)
def test_the_first_of_many_are_the_few(name: str) -> None:
    """Would catch draws that depend on how many replicates there are."""
    many = ds.simulate(ds.load(name), 1_000, SEED).records
    few = ds.simulate(ds.load(name), 100, SEED).records
    assert many["outcome"].nunique() > 1
    assert_same(many.iloc[:100], few)


@pytest.mark.parametrize(("make", "n"), scenarios())
def test_a_later_horizon_changes_nothing_before_an_earlier_one(make: Callable[[], Any], n: int) -> None:
    """Would catch a horizon that shortens a step or counts as an event before it comes.

    By indifference one would hand off with a view to the horizon, so nobody does here.
    """
    scenario = make().with_(**{"handoff.indifference": False})
    whole = ds.simulate(scenario, n, SEED).records
    cut = 0.8 * float(whole["months"].median()) + 0.01
    early = whole["months"] < cut
    found = ds.simulate(scenario.with_(horizon=cut), n, SEED).records
    assert_same(found[early], whole[early])
    at_the_end = np.where(found["scheming"], "ai_takeover", "unresolved")  # whoever schemes then is in charge
    assert (found["outcome"][~early] == at_the_end[~early]).all()
    assert (found["months"][~early] == cut).all()


NEUTRAL = {"name": "zz_neutral", "kind": "background", "rate": 30, "severity_mean": -1e9, "severity_sd": 0}


def with_neutral_hazards(scenario: Any, **fields: Any) -> Any:
    """Return the scenario with its hazards in reverse, one that is always handled, and one that never arrives."""
    hazards = [dict(hazard) | uncertain_fields(scenario, hazard.name) for hazard in scenario.hazards]
    never = NEUTRAL | {"name": "aa_never", "rate": 0, "severity_mean": 1e9}
    return scenario.with_(hazards=[NEUTRAL | fields, *reversed(hazards), never])


def uncertain_fields(scenario: Any, name: str) -> dict[str, Any]:
    """Return the uncertain inputs of a hazard, as its fields."""
    prefix = f"hazards.{name}."
    return {
        path.removeprefix(prefix): distribution.specification()
        for path, distribution in scenario.uncertain.items()
        if path.startswith(prefix)
    }


@pytest.mark.parametrize(("make", "n"), scenarios())
def test_hazards_that_change_nothing(make: Callable[[], Any], n: int) -> None:
    """Would catch a handled hazard that ends a step or moves anything, and an order of hazards that matters."""
    scenario = make()
    with_them = ds.simulate(with_neutral_hazards(scenario), n, SEED).records
    without = ds.simulate(scenario, n, SEED).records
    assert (with_them["hazards_handled"] >= without["hazards_handled"]).all()
    assert with_them["cause"].astype(object).equals(without["cause"].astype(object))
    columns = without.columns.difference(["hazards_handled", "cause"])
    assert_same(with_them[columns], without[columns])


def test_hazards_that_change_nothing_while_hardware_grows_and_a_successor_is_trained_again() -> None:
    """Would catch an end of retraining that depends on who looks on the way: capability grows during it."""
    scenario = ds.load("baseline").with_(**{"capability.hardware_pace": 3, "generations.accept": 0.7})
    without = ds.simulate(scenario, 100, SEED).records
    assert without["retrainings"].sum() > 100
    with_them = ds.simulate(with_neutral_hazards(scenario), 100, SEED).records
    columns = without.columns.difference(["hazards_handled", "cause"])
    assert_same(with_them[columns], without[columns])


@pytest.mark.parametrize("settle", [0, 6])
@pytest.mark.parametrize("lead", [0, 10])
def test_it_is_ridden_out_when_lead_comes_back_and_not_when_somebody_looks(lead: float, settle: float) -> None:
    """Would catch an outcome that waits until something else opens an instant, or for less than its conditions.

    Our pace is 10^(-C/10) py a month, half for capability and half for defence, and the takeoff is over at 2 py.
    With 10^(C/10) = 1 + t·ln10/20, lead is back when Q = C - 3 is where the rival is: a tenth as fast as we would be at
    full effort, or before its takeoff a py behind for each year. Later than that only the time to settle counts.
    """
    if lead == 0:  # 10^(Q/10) = 10^(R/10) = 1 + t·ln10/100
        back = (1 - 10**-0.3) / (math.log(10) * (10**-0.3 / 20 - 1 / 100))
    else:
        back = brentq(lambda t: 10 * math.log10(1 + t * math.log(10) / 20) - 3 - (t - lead) / 12, 0, lead, xtol=1e-12)
    over = 20 / math.log(10) * (10**0.2 - 1)
    scenario = quiet(
        **{
            "capability.exponent": -0.1,
            "capability.fizzle_pace": 12 * 10**-0.2,
            "capability.settle": settle,
            "goodness.broad_alignment": start(-3),
            **NO_BASIN,
            "defence.returns": 1,
            "defence.decay": 0,
            "strategy.defence_share": 0.5,
            "rival.mode": "takeoff",
            "rival.lead": lead,
            "rival.speed": 0.1,
            "rival.danger_at": 1e9,
            "horizon": 60,
        }
    )
    for table in (
        ds.simulate(scenario, 5, SEED).records,
        ds.simulate(with_neutral_hazards(scenario), 5, SEED).records,
    ):
        assert (table["outcome"] == "ridden_out").all()
        np.testing.assert_allclose(table["months"], max(back, over + settle), rtol=1e-6)


@pytest.mark.parametrize(
    ("years", "months"),
    [
        ({"rival.lead": "0.5 years"}, {"rival.lead": "6 months"}),
        ({"horizon": "0.75 years"}, {"horizon": 9}),
        ({"rival.theft_rate": "1.2 per year"}, {"rival.theft_rate": "0.1 per month"}),
        ({"capability.fizzle_pace": "6 py per year"}, {"capability.fizzle_pace": "0.5 py per month"}),
        ({"hazards.misuse.rate": "3 per year"}, {"hazards.misuse.rate": "0.25 per month"}),
        ({"hazards.misuse.onset": "0.25 years"}, {"hazards.misuse.onset": "3 months"}),
        ({"evaluation.review_interval": "4 weeks"}, {"evaluation.review_interval": "28 days"}),
    ],
)  # fmt: skip
def test_units_do_not_matter(years: dict[str, Any], months: dict[str, Any]) -> None:
    """Would catch a conversion that is done twice, not at all, or rounded on the way."""
    base = ds.load("rushed-handoff")
    first, second = base.with_(**years), base.with_(**months)
    assert first.hash == second.hash != base.hash
    assert_same(ds.simulate(first, 100, SEED).records, ds.simulate(second, 100, SEED).records)
