"""Two engines, one law: on the same addresses they leave the same bits, however the work is shared out or cut off.

Scenarios are the shipped ones and random ones, drawn from the declared ranges of all parameters, so that a new
parameter is tried without a change here.
"""

import math
import os
from collections.abc import Callable, Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import deference_sim as ds
from deference_sim.engines.law import plain_law
from deference_sim.model.state import FIRST_HAZARD, PROCESS_DTYPE, RESOLVED, STATE_DTYPE
from deference_sim.scenario.catalogue import Parameter, Section, catalogue
from deference_sim.scenario.shipped import shipped
from deference_sim.streams import key_of_seed
from deference_sim.study import runner
from deference_sim.trajectory.flow import STEP_FAILED
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from validation.quiet import quiet

SHIPPED = sorted(shipped())
RANDOM = range(30)
SEED = 11


def assert_same(first: pd.DataFrame, second: pd.DataFrame) -> None:
    """Assert that two tables of records are the same to the last bit."""
    pd.testing.assert_frame_equal(first, second, check_exact=True)


# ---- random scenarios --------------------------------------------------------------------------------------

#: Ranges where the declared one is open, or so wide that nearly every draw would be a world without events.
SENSIBLE = {
    "capability.initial_speedup": (2, 60),
    "capability.stabilise_at": (0.3, 8),
    "capability.exponent": (-0.3, 0.5),
    "capability.returns": (0.4, 3.6),
    "capability.fizzle_pace": (0.5, 40),
    "goodness.broad_alignment": (-0.3, 2.5),
    "goodness.capability_profile": (-0.3, 2.5),
    "tax.broad_alignment": (0, 2),
    "tax.capability_profile": (0, 2),
    "tax.decline": (-0.1, 0.5),
    "generations.tail_df": (2.5, 9),
    "generations.accept": (-0.5, 0.8),
    "evaluation.review_interval": (0.1, 3),
    "evaluation.review_work": (0.05, 1),
    "evaluation.bias": (-0.3, 0.3),
    "evaluation.calendar_half": (1, 24),
    "evaluation.lead_error": (0, 6),
    "strategy.target": (-0.2, 2),
    "strategy.risk_floor": (-0.5, 0.5),
    "strategy.gate": (-0.5, 1),
    "strategy.goodness_share": (0, 0.6),
    "strategy.time_buying_share": (0, 0.1),
    "strategy.defence_share": (0, 0.1),
    "evaluation.tests_share": (0, 0.1),
    "time_buying.deal_rate": (0, 10),
    "rival.lead": (0, 8),
    "rival.initial_speedup": (2, 60),
    "rival.returns": (0.4, 3.6),
    "rival.parallel_returns": (0.15, 0.6),
    "rival.ceiling": (4, 16),
    "rival.theft_rate": (0, 3),
    "rival.handle_at": (0, 6),
    "rival.catastrophe": (0, 1),
    "rival.edge": (-1, 1),
    "rival.danger_at": (0, 2),
    "handoff.at": (0, 6),
    "handoff.when_lead_below": (0, 6),
    "handoff.when_margin_above": (-0.5, 1),
    "handoff.capability": (-1, 1.5),
    "handoff.full_when": (-0.5, 1),
    "handoff.halt_below": (-0.5, 0.3),
    "handoff.resume_above": (0.4, 1),
    "hazards.NAME.rate": (0, 5),
    "hazards.NAME.growth": (-0.3, 0.6),
    "hazards.NAME.onset": (0, 6),
    "hazards.NAME.until": (6.5, 30),
    "hazards.NAME.severity_mean": (-2, 3),
    "hazards.NAME.severity_df": (2.5, 9),
    "hazards.NAME.setback": (0, 3),
    "hazards.NAME.lethality": (0, 0.2),
    "scheming.per_generation": (0, 0.1),
    "numerics.tolerance": (1e-8, 1e-4),
}
#: Decided beforehand by many simulations, which look as far as the horizon: see its own tests.
LEFT_OUT = ("handoff.indifference",)
#: All or none of them may be given.
TOGETHER = ("tax.labour_growth", "tax.alpha_goodness", "tax.alpha_capability")
POLICIES = ("fixed", "race", "margin_target", "safety_case", "deadline_aware")
LAWS = (
    "software_explosion",
    "constant_returns",
    "software_explosion",
    "exponential",
    "software_explosion",
    "milestones",
)
MODES = ("takeoff", "deadline", "takeoff", "none")


def a_number(parameter: Parameter, rng: np.random.Generator) -> float:
    """Return a number in the declared range: in the sensible one if there is one, else within 3 of the default."""
    low, high = SENSIBLE.get(parameter.path, (None, None))
    if low is None:
        around = abs(parameter.default or 0.0)
        low, high = (around / 3.0, around * 3.0) if around else (0.0, 0.5)
    value = float(np.clip(rng.uniform(low, high), parameter.low, parameter.high))
    return value if parameter.admits(value) else (low + high) / 2.0


def a_value(parameter: Parameter, rng: np.random.Generator) -> Any:
    """Return any value that the declaration allows."""
    if parameter.nullable and parameter.path != "capability.milestones" and rng.random() < 0.25:
        return None
    if parameter.kind == "word":
        return str(rng.choice(parameter.words))
    if parameter.kind == "truth":
        return parameter.default if rng.random() < 0.8 else not parameter.default
    if parameter.kind == "pairs":
        x = np.cumsum(rng.uniform(0.1, 3.0, size=rng.integers(1, 5)))
        return [[float(month), float(y)] for month, y in zip(x, np.cumsum(rng.uniform(0.1, 1.5, len(x))), strict=True)]
    value = a_number(parameter, rng)
    if rng.random() < 0.15 and (other := a_number(parameter, rng)) != value:
        return {"uniform": {"min": min(value, other), "max": max(value, other)}}
    return value


def a_hazard(section: Section, name: str, rng: np.random.Generator) -> dict[str, Any]:
    """Return a hazard with a value for about every second parameter."""
    drawn = {
        field: a_value(parameter, rng)
        for field, parameter in section.parameters.items()
        if field != "name" and (parameter.required or rng.random() < 0.5)
    }
    return {"name": name} | drawn


def every_parameter() -> Iterator[Parameter]:
    """Yield every parameter that is not of a hazard."""
    for entry in catalogue().values():
        if isinstance(entry, Parameter):
            yield entry
        elif not entry.is_list:
            yield from entry.parameters.values()


@cache
def random_scenario(number: int) -> Any:
    """Return random scenario ``number``: the baseline with about every fourth parameter drawn anew."""
    rng = np.random.default_rng([2025, number])
    changes = {
        parameter.path: a_value(parameter, rng)
        for parameter in every_parameter()
        if parameter.kind != "text" and parameter.path not in (*TOGETHER, *LEFT_OUT) and rng.random() < 0.25
    }
    if rng.random() < 0.2:
        changes |= {path: float(rng.uniform(0.1, 0.9)) for path in TOGETHER}
    changes |= {"horizon": float(rng.uniform(2, 36)), "strategy.policy": POLICIES[number % len(POLICIES)]}
    changes |= {
        "capability.law": LAWS[(number + number // 5) % len(LAWS)],
        "rival.mode": MODES[number // 2 % len(MODES)],
    }
    section = catalogue()["hazards"]
    assert isinstance(section, Section)
    changes["hazards"] = [a_hazard(section, f"h{place}", rng) for place in rng.permutation(number % 6)]
    return ds.load("baseline").with_(**changes)


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
    assert sum(round(share.value * n) for share in compiled.outcomes.values()) == n


def test_handing_off_by_indifference_is_the_same() -> None:
    """Would catch a table made beforehand that depends on the engine, or on how many replicates are asked for."""
    changes = {"rival.lead": 3, "goodness.broad_alignment": 0.2, "capability.stabilise_at": 2}
    scenario = ds.load("baseline").with_(**changes, **{"handoff.indifference": True})
    many = ds.simulate(scenario, 120, SEED).records
    assert many["handoff_month"].nunique() > 3
    assert_same(ds.simulate(scenario, 20, SEED, engine="events").records, many.iloc[:20])
    assert_same(ds.simulate(scenario, 20, SEED).records, many.iloc[:20])


def test_random_scenarios_reach_everything() -> None:
    """Would catch random scenarios in which nothing much happens: every outcome and kind of event comes up."""
    table = pd.concat([ds.simulate(random_scenario(number), 20, SEED).records for number in RANDOM])
    assert set(table["outcome"].unique()) == set(table["outcome"].cat.categories)
    counts = ["generations", "retrainings", "halts", "deals", "thefts", "paradigms", "outbreaks", "scheming",
              "hazards_handled", "hazards_suffered", "reviews"]  # fmt: skip
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


@pytest.mark.parametrize(("make", "n"), scenarios()[len(SHIPPED) :])
def test_a_later_horizon_changes_nothing_before_an_earlier_one(make: Callable[[], Any], n: int) -> None:
    """Would catch a horizon that shortens a step or counts as an event before it comes."""
    scenario = make()
    whole = ds.simulate(scenario, n, SEED).records
    cut = 0.8 * float(whole["months"].median()) + 0.01
    early = whole["months"] < cut
    found = ds.simulate(scenario.with_(horizon=cut), n, SEED).records
    assert_same(found[early], whole[early])
    assert (found["outcome"][~early] == "unresolved").all()
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


@pytest.mark.parametrize(
    "lead",
    [
        0,
        10,
    ],
)
def test_fizzles_when_lead_comes_back_and_not_when_somebody_looks(lead: float) -> None:
    """Would catch an outcome that waits until something else opens an instant: defence brings lead back after a fizzle.

    Our pace is 10^(-C/10) py a month, half for capability and half for defence, and growth has fizzled out at 2 py.
    With 10^(C/10) = 1 + t·ln10/20 and Q = C - 3, lead is back when the rival (tax 9) is as far: 10^(Q/10) = 10^(R/10).
    """
    if lead == 0:  # 10^(R/10) = 1 + t·ln10/100
        exact = (1 - 10**-0.3) / (math.log(10) * (10**-0.3 / 20 - 1 / 100))
    else:  # lead - t + 100·(10^(Q/10) - 1)/ln10 = 0
        exact = (100 / math.log(10) * (1 - 10**-0.3) - lead) / (5 * 10**-0.3 - 1)
    scenario = quiet(
        **{
            "capability.exponent": -0.1,
            "capability.fizzle_pace": 12 * 10**-0.2,
            "goodness.broad_alignment": -3,
            "strategy.defence_share": 0.5,
            "rival.mode": "takeoff",
            "rival.lead": lead,
            "rival.tax": 9,
            "rival.overtake_rate": 0,
            "horizon": 60,
        }
    )
    for table in (
        ds.simulate(scenario, 5, SEED).records,
        ds.simulate(with_neutral_hazards(scenario), 5, SEED).records,
    ):
        assert (table["outcome"] == "fizzled").all()
        np.testing.assert_allclose(table["months"], exact, rtol=1e-6)


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
