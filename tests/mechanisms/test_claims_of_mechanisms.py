"""What the essay says about the mechanisms, on shipped scenarios; claims are numbered as in docs/claims.md.

Differences are paired on the same addresses, where the standard error is sqrt(b + c - (b - c)²/n)/n from the discordant
counts b and c. Every effect asserted is below the measured one by more than 5 standard errors of 2,000 replicates
(5·sqrt(0.25/2000) = 0.056), so that only a change of the model can fail a test.
"""

from math import sqrt
from typing import Any

import numpy as np

import deference_sim as ds

N = 2_000
AI_CAUSED = ("ai_takeover", "catastrophic_mistake")


def result(scenario: Any, **changes: Any) -> ds.Result:
    return ds.simulate(scenario.with_(**changes) if changes else scenario, N, seed=1)


def good(scenario: Any, **changes: Any) -> Any:
    catastrophe = ("ai_takeover", "catastrophic_mistake", "exogenous_catastrophe", "rival_catastrophe")
    return ~result(scenario, **changes).records["outcome"].isin(catastrophe).to_numpy()


def assert_lower(worse: Any, better: Any, at_least: float) -> None:
    """Assert that paired outcomes are worse by ``at_least``, with 5 standard errors to spare."""
    b, c = int((better & ~worse).sum()), int((worse & ~better).sum())
    error = sqrt(b + c - (b - c) ** 2 / len(worse)) / len(worse)
    assert (b - c) / len(worse) - 5 * error > at_least, (b, c)


def start(level: float) -> dict[str, float]:
    return {"goodness.broad_alignment": level, "goodness.capability_profile": level}


def test_claim_5_just_outside_the_basin_no_lead_helps_just_inside_it_recovers() -> None:
    """Five years of lead: 0.15 py outside is lost without exception, 0.15 py inside is nearly always saved."""
    outside = ds.load("just-outside-the-basin")
    assert not good(outside).any()
    assert good(outside, **start(0.15)).mean() > 0.9


def test_claim_6_more_capable_ais_scheme_more() -> None:
    """At equal dates and margins, handing off to more capable AIs costs more and more."""
    world = ds.load("with-scheming").with_(**{"handoff.at": 9.0, "rival.lead": 20.0})
    levels = (0.0, 1.0, 2.0)
    outcomes = [good(world, **{"handoff.capability": C, **start(0.8 + C)}) for C in levels]
    assert_lower(outcomes[1], outcomes[0], 0.03)
    assert_lower(outcomes[2], outcomes[1], 0.1)


def test_claim_7_faster_ais_move_the_best_handoff_later() -> None:
    """With six months in all, AIs ten times as fast are best handed off to later, for some gain."""
    world = ds.load("baseline").with_(**{"rival.lead": 6.0, **start(0.0), "goodness.capability_profile": 0.3})
    dates = (1.0, 2.0, 3.0, 4.0, 5.0, 5.5, 5.8)

    def curve(speedup: float) -> Any:
        fast = {"capability.initial_speedup": speedup}
        return np.array([good(world, **fast, **{"handoff.at": at}).mean() for at in dates])

    slow, fast = curve(20.0), curve(200.0)
    assert dates[int(slow.argmax())] <= 4.0
    assert dates[int(fast.argmax())] >= 5.0
    assert 0.0 < fast.max() - slow.max() < 0.25


def test_claim_10_company_override_costs() -> None:
    """A company that insists on half of all effort for capability, at a tax of 1, undoes the basin."""
    world = ds.load("company-override").with_(**{"strategy.advice_ignored": 0.0})
    assert_lower(good(world), good(world, **{"strategy.min_capability_share": 0.0}), 0.5)


def test_claim_12_rushed_risk_is_goodness_careful_risk_is_scheming() -> None:
    """In a rush most AI-caused risk is a lack of deference-goodness; with months of lead most of it is scheming."""
    careful = ds.load("with-scheming")
    rushed = {"handoff.at": 0.25, "rival.lead": 1.5, **start(0.4)}

    def risks(table: Any) -> tuple[float, float]:
        caused = table["outcome"].isin(AI_CAUSED)
        return float((caused & table["scheming"]).mean()), float((caused & ~table["scheming"]).mean())

    scheming, goodness = risks(result(careful, **rushed).records)
    assert goodness > scheming + 0.05
    scheming, goodness = risks(result(careful).records)
    assert scheming > goodness + 0.05


def test_claim_13_the_start_matters_more_than_drift() -> None:
    """0.3 py less at handoff costs far more than drift three times as strong over the whole takeoff."""
    world = ds.load("baseline")
    base = good(world)
    worse_start = good(world, **start(0.5))
    worse_drift = good(world, **{"goodness.drift": 0.06, "goodness.drift_noise": 0.09})
    assert_lower(worse_start, base, 0.1)
    assert abs(base.mean() - worse_drift.mean()) < 0.05


def test_claim_15_without_a_basin_only_human_work_or_punting_succeeds() -> None:
    """AI work on goodness yields nothing: a good end needs humans' work before, or another end state."""
    world = ds.load("no-basin")
    assert good(world, **{"alternatives.punt_rate": 0.0}).mean() < 0.01
    assert good(world, **{"alternatives.punt_rate": 0.5, "handoff.never": True, "rival.lead": 24.0}).mean() > 0.4
    human_work = {**start(6.5), "goodness.reach": 20.0, "rival.lead": 24.0, "alternatives.punt_rate": 0.0}
    assert good(world, **human_work).mean() > 0.9
