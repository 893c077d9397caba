"""Processes and policies of one's own in a few lines of Python, and that looking on changes nothing."""

import re
from math import exp, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

import deference_sim as ds
from deference_sim import streams
from deference_sim.model.stages import REVIEW_STAGE
from validation.quiet import quiet, start

from ..tables import assert_same

SEED = 7
DOCUMENT = Path(__file__).parents[2] / "docs" / "architecture.md"


# ---- processes ---------------------------------------------------------------------------------------------


def breakthrough(world: ds.World) -> Any:
    """After three months a better method of alignment is published."""
    yield world.timeout(3)
    world.change(A=world.state.A + 0.5)


def solar_storm(world: ds.World) -> Any:
    """Once in four years on average a storm ends it all."""
    yield world.timeout(-48 * log(world.uniform("storm", 0)))
    world.catastrophe("solar_storm")


def test_documented_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch documentation that has fallen behind: its Python blocks run, in order, and give estimates."""
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(blocks) == 2
    simulate, results = ds.simulate, []

    def simulate_few(*arguments: Any, **more: Any) -> ds.Result:
        results.append(simulate(*arguments, **more | {"replicates": 30}))
        return results[-1]

    monkeypatch.setattr(ds, "simulate", simulate_few)
    names = {"ds": ds}
    for block in blocks:
        exec(block, names)
    assert [result.engine for result in results] == ["events", "events"]
    assert all(0 <= result.p_stay.estimate <= 1 and result.p_stay.n == 30 for result in results)


def test_a_breakthrough_helps_those_who_are_still_there() -> None:
    """Would catch a change that the flow does not notice, or that reaches back in time."""
    scenario = ds.load("baseline").with_(**{"goodness.broad_alignment": 0.5})
    without = ds.simulate(scenario, 150, SEED).records
    with_it = ds.simulate(scenario, 150, SEED, processes=[breakthrough]).records
    over = without["months"] < 3
    assert_same(with_it[over], without[over])
    assert 5 < over.sum() < 145
    assert (with_it["A"] != without["A"])[~over].all()
    settled = with_it["outcome"].eq("stabilised") & without["outcome"].eq("stabilised")
    assert with_it["months"][settled & ~over].mean() < without["months"][settled & ~over].mean() - 0.05


def test_a_change_is_exact() -> None:
    """Would catch a change that is lost, doubled or at the wrong time: at 1 py a month the rest is arithmetic."""

    def setback(world: ds.World) -> Any:
        yield world.timeout(2.5)
        assert world.month == world.now == 2.5
        world.change(C=world.state.C - 1.25)

    table = ds.simulate(quiet(**{"capability.stabilise_at": 5}), 3, SEED, processes=[setback]).records
    np.testing.assert_allclose(table["months"], 6.25, rtol=1e-9)
    assert (table["outcome"] == "stabilised").all()


def test_a_catastrophe_of_ones_own() -> None:
    """Would catch an own stream that is not the replicate's own, and a cause that does not reach the result."""
    n = 250
    result = ds.simulate(quiet(horizon=48), n, SEED, processes=[solar_storm])
    key, stream = streams.key_of_seed(SEED), streams.named_stream("user:storm")
    due = np.array([-48 * log(streams.uniform(key, replicate, stream, 0)) for replicate in range(n)])
    np.testing.assert_allclose(result.records["months"], np.minimum(due, 48), rtol=0, atol=1e-9)
    storms = result.records["cause"] == "solar_storm"
    assert storms.tolist() == (due < 48).tolist()
    assert (result.records["outcome"] == "exogenous_catastrophe").equals(storms)
    assert result.causes["solar_storm"].estimate == storms.mean()
    tail = min(binom.cdf(storms.sum(), n, 1 - exp(-1)), binom.sf(storms.sum() - 1, n, 1 - exp(-1)))
    assert tail > 1e-6  # the law of it, too, is the one asked for
    trace = result.trace(int(storms.idxmax()))
    assert (trace.outcome, trace.cause) == ("exogenous_catastrophe", "solar_storm")


def test_own_causes_stand_beside_listed_ones() -> None:
    """Would catch causes that are numbered per replicate, so that names get mixed up."""
    hazard = {"name": "zzz", "kind": "background", "rate": 1, "severity_mean": 99, "lethality": 1}
    scenario = ds.load("baseline").with_(hazards=[hazard | {"name": "aaa"}, hazard])

    def flood(world: ds.World) -> Any:
        yield world.timeout(-24 * log(world.uniform("flood", 0)))
        world.catastrophe("flood")

    result = ds.simulate(scenario, 120, SEED, processes=[flood, solar_storm])
    only_listed = ds.simulate(scenario, 120, SEED).records
    assert set(result.causes) == {"aaa", "zzz", "flood", "solar_storm"}
    assert all(share.estimate > 0 for share in result.causes.values())
    listed = result.records["cause"].isin(["aaa", "zzz"])
    names = result.records["cause"].astype(object)
    assert names[listed].equals(only_listed["cause"].astype(object)[listed])


@pytest.mark.parametrize("name", ["baseline", "five-hazards", "safety-case-gated", "with-scheming", "hail-mary"])
def test_looking_on_changes_nothing(name: str) -> None:
    """Would catch a look that ends a step, moves a crossing by a rounding, or draws a number."""
    seen = []

    def every_week(world: ds.World) -> Any:
        while True:
            yield world.timeout(7 / 30.4375)
            seen.append((world.month, world.state.C, world.observe().margin))

    def at_reviews(world: ds.World) -> Any:
        while True:
            yield world.when(REVIEW_STAGE)
            seen.append((world.month, world.state.C, world.observe().margin))

    scenario = ds.load(name)
    without = ds.simulate(scenario, 25, SEED).records
    with_it = ds.simulate(scenario, 25, SEED, processes=[every_week, at_reviews]).records
    assert_same(with_it, without)
    assert len(seen) > without["reviews"].sum()


def test_the_state_is_changed_only_through_the_world() -> None:
    """Would catch a change behind the flow's back, and a misspelt stock that goes unnoticed."""

    def assigns(world: ds.World) -> Any:
        yield world.timeout(0.1)
        world.state.A = 3

    def misspells(world: ds.World) -> Any:
        yield world.timeout(0.1)
        world.change(alignment=3)

    for process, message in ((assigns, "world.change"), (misspells, "no field 'alignment'")):
        with pytest.raises(AttributeError, match=message):
            ds.simulate(ds.load("baseline"), 1, SEED, processes=[process])


# ---- policies ----------------------------------------------------------------------------------------------


def as_fixed(seen: ds.Observation) -> ds.Shares:
    """Share effort as policy fixed does with its default shares."""
    return ds.Shares(goodness=0.25, time_buying=0.05, defence=0.02)


@pytest.mark.parametrize("name", ["baseline", "rushed-handoff", "five-hazards"])
def test_a_policy_like_fixed_gives_its_records(name: str) -> None:
    """Would catch a policy asked at other times than the built-in ones, or whose shares are put in otherwise."""
    scenario = ds.load(name).with_(**{"strategy.policy": "fixed", "strategy.defence_share": 0.02})
    assert_same(ds.simulate(scenario, 40, SEED, policy=as_fixed).records, ds.simulate(scenario, 40, SEED).records)


def test_a_policy_sees_estimates_only() -> None:
    """Would catch the truth leaking into decisions: what a policy sees is what the log calls estimates.

    Errors are of alignment alone, so that what the want of wisdom adds to the tax is known.
    """
    seen = []

    def watch(observation: ds.Observation) -> ds.Shares:
        seen.append(observation)
        return as_fixed(observation)

    scenario = ds.load("baseline").with_(
        **{
            "evaluation.lead_error": 2,
            "evaluation.tax_error": 0.5,
            "evaluation.noise": 0.4,
            "goodness.profile_ratio": 0,
        }
    )
    log_ = ds.simulate(scenario, 1, SEED, policy=watch).trace(0).log
    seen = seen[len(seen) - (log_["event"] == "effort shared").sum() :]  # those of the last time it ran
    shared = log_[log_["event"] == "effort shared"]
    assert [observation.month for observation in seen] == shared["month"].tolist()
    assert [observation.margin for observation in seen] == shared["margin_estimate"].tolist()
    assert [observation.capability for observation in seen] == shared["C"].tolist()
    errors = np.array([observation.lead for observation in seen]) - shared["lead"].to_numpy()
    assert abs(errors[0]) > 0.01
    np.testing.assert_allclose(errors, errors[0], atol=1e-9)
    C, W = shared["C"].to_numpy(), shared["W"].to_numpy()
    wasteful = 2 ** np.clip(1 - (W - C), 0, 1)
    assert np.ptp(wasteful) > 0.1
    tax = np.array([observation.tax for observation in seen]) / (0.3 * 10 ** (-0.05 * C) * wasteful)
    assert abs(tax[0] - 1) > 0.01
    np.testing.assert_allclose(tax, tax[0], rtol=1e-9)
    true_margin = np.minimum(shared["A"], shared["W"]) - shared["C"]
    assert abs(shared["margin_estimate"] - true_margin).mean() > 0.1


def test_a_policy_that_pays_the_tax_keeps_its_margin() -> None:
    """Would catch shares that are not put into force: τ/(1 + τ) of effort for goodness holds the margin."""

    def pays(seen: ds.Observation) -> ds.Shares:
        return ds.Shares(goodness=seen.tax / (1 + seen.tax))

    scenario = quiet(
        **{
            "goodness.broad_alignment": start(0.2),
            "goodness.capability_profile": start(0.2),
            "tax.broad_alignment": 0.5,
            "tax.capability_profile": 1.5,
            "basin.width": 1e-3,
            "capability.stabilise_at": 5,
        }
    )
    result = ds.simulate(scenario, 2, SEED, policy=pays)
    np.testing.assert_allclose(result.records["months"], 15.0, rtol=1e-6)
    np.testing.assert_allclose(result.records["minimum_margin"], 0.2, atol=1e-6)
    assert result.trajectories(n=1).goodness_share[0, 1] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "shares",
    [
        ds.Shares(goodness=-0.1),
        ds.Shares(goodness=1.1),
        ds.Shares(goodness=0.6, time_buying=0.3, defence=0.2),
        ds.Shares(time_buying=float("nan")),
        ds.Shares(defence=float("inf")),
    ],
)
def test_bad_shares_are_refused(shares: ds.Shares) -> None:
    """Would catch effort out of nothing: the message names what the policy returned."""
    with pytest.raises(ValueError, match=re.escape(f"a policy returned {shares}")):
        ds.simulate(ds.load("baseline"), 1, SEED, policy=lambda seen: shares)


@pytest.mark.parametrize("own", [{"policy": as_fixed}, {"processes": [breakthrough]}])
def test_own_things_need_the_events_engine(own: dict[str, Any]) -> None:
    """Would catch a policy or process that the compiled engine silently leaves out."""
    with pytest.raises(ValueError, match="events engine"):
        ds.simulate(ds.load("baseline"), 2, SEED, engine="compiled", **own)
    assert ds.simulate(ds.load("baseline"), 2, SEED, **own).engine == "events"
