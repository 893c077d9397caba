"""What the essay says about the mechanisms, on shipped scenarios; claims are numbered as in docs/claims.md.

Differences are paired on the same addresses, where the standard error is sqrt(b + c - (b - c)²/n)/n from the discordant
counts b and c. Every effect asserted is below the measured one by more than 5 standard errors of 2,000 replicates
(5·sqrt(0.25/2000) = 0.056), so that only a change of the model can fail a test.
"""

from typing import Any

import numpy as np

from .claims import Gain, good, records, start

N = 2_000
AI_CAUSED = ("ai_takeover", "catastrophic_mistake")


def test_claim_5_just_outside_the_basin_no_lead_helps_just_inside_it_recovers() -> None:
    """Five years of lead: 0.15 py outside is lost without exception, 0.15 py inside is nearly always saved."""
    assert not good("just-outside-the-basin", N).any()
    assert good("just-outside-the-basin", N, **start(0.15)).mean() > 0.9


def test_claim_6_more_capable_ais_scheme_more() -> None:
    """At equal dates and margins, handing off to more capable AIs costs more and more."""
    dates = {"handoff.at": 9.0, "rival.lead": 20.0}
    least, more, most = (
        good("with-scheming", N, **dates, **{"handoff.capability": C, **start(0.8 + C)}) for C in (0.0, 1.0, 2.0)
    )
    assert Gain(least, more).is_above(0.03)
    assert Gain(more, most).is_above(0.1)


def test_claim_7_faster_ais_move_the_best_handoff_later() -> None:
    """With six months in all, AIs ten times as fast are best handed off to later, for some gain."""
    world = {"rival.lead": 6.0, "goodness.broad_alignment": 0.0, "goodness.capability_profile": 0.3}
    dates = (1.0, 2.0, 3.0, 4.0, 5.0, 5.5, 5.8)

    def curve(speedup: float) -> Any:
        fast = {"capability.initial_speedup": speedup}
        return np.array([good("baseline", N, **world, **fast, **{"handoff.at": at}).mean() for at in dates])

    slow, fast = curve(20.0), curve(200.0)
    assert dates[int(slow.argmax())] <= 4.0
    assert dates[int(fast.argmax())] >= 5.0
    assert 0.0 < fast.max() - slow.max() < 0.25


def test_claim_10_company_override_costs() -> None:
    """A company that insists on half of all effort for capability, at a tax of 1, undoes the basin."""
    heeded = {"strategy.advice_ignored": 0.0}
    free = good("company-override", N, **heeded, **{"strategy.min_capability_share": 0.0})
    assert Gain(free, good("company-override", N, **heeded)).is_above(0.5)


def test_claim_12_rushed_risk_is_goodness_careful_risk_is_scheming() -> None:
    """In a rush most AI-caused risk is a lack of deference-goodness; with months of lead most of it is scheming."""
    rushed = {"handoff.at": 0.25, "rival.lead": 1.5, **start(0.4)}

    def risks(table: Any) -> tuple[float, float]:
        caused = table["outcome"].isin(AI_CAUSED)
        return float((caused & table["scheming"]).mean()), float((caused & ~table["scheming"]).mean())

    scheming, goodness = risks(records("with-scheming", N, **rushed))
    assert goodness > scheming + 0.05
    scheming, goodness = risks(records("with-scheming", N))
    assert scheming > goodness + 0.05


def test_claim_13_the_start_matters_more_than_drift() -> None:
    """0.3 py less at handoff costs far more than drift three times as strong over the whole takeoff."""
    base = good("baseline", N)
    worse_drift = good("baseline", N, **{"goodness.drift": 0.06, "goodness.drift_noise": 0.09})
    assert Gain(base, good("baseline", N, **start(0.5))).is_above(0.1)
    assert abs(base.mean() - worse_drift.mean()) < 0.05


def test_claim_15_without_a_basin_only_human_work_or_punting_succeeds() -> None:
    """AI work on goodness yields nothing: a good end needs humans' work before, or another end state."""
    punting = {"alternatives.punt_rate": 0.5, "handoff.never": True, "rival.lead": 24.0}
    assert good("no-basin", N, **{"alternatives.punt_rate": 0.0}).mean() < 0.01
    assert good("no-basin", N, **punting).mean() > 0.4
    human_work = {**start(6.5), "goodness.reach": 20.0, "rival.lead": 24.0, "alternatives.punt_rate": 0.0}
    assert good("no-basin", N, **human_work).mean() > 0.9
