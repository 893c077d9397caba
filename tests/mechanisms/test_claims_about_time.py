"""What the essay says of lead, tax, deadlines, bought time and plans, on shipped scenarios; numbers of docs/claims.md.

Both sides of a comparison meet the same worlds (same seed, same addresses), so differences are judged by their
discordant pairs. A claim that something is better is asserted as an effect of ten points or more, 5 standard errors
clear of its bound; at the sizes measured (docs/claims.md) each has a power of more than 99.9 %. Seeds are fixed and
part of no claim. Claims about scheming, override, best handoff and a world without basin are tests of the mechanisms.
"""

from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.model.state import SETTLED

from .claims import MARGIN, Gain, good, records, share_is_above, start, stayed

CLEAR = 0.10  # a difference that is worth claiming


# ---- 1, 2: lead --------------------------------------------------------------------------------------------

LEADS = np.geomspace(0.25, 6.0, 24)
ON_THE_CURVE = 500


@pytest.fixture(scope="module")
def curve() -> list[NDArray[np.bool_]]:
    """Return, for each lead, which replicates of the baseline stay in the basin."""
    return [stayed("baseline", ON_THE_CURVE, **{"rival.lead": float(lead)}) for lead in LEADS]


def test_claim_1_a_month_of_lead_suffices_with_a_good_start_and_bought_time() -> None:
    """Would catch a world in which the essay's hope is out of reach: more than 90 % at one month of lead."""
    assert share_is_above(good("one-month-lead", 1_000), 0.9)
    assert share_is_above(stayed("one-month-lead", 1_000), 0.9)


@pytest.mark.parametrize("name", ["one-month-lead", "baseline"])
def test_claim_1_nothing_helps_without_lead_and_bought_time(name: str) -> None:
    """Would catch a rival without teeth: at no lead and no bought time less than 10 % end well."""
    assert share_is_above(~good(name, 400, **{"rival.lead": 0.0, "time_buying.max_rate": 0.0}), 0.9)


def test_claim_1_no_cliff(curve: list[NDArray[np.bool_]]) -> None:
    """Would catch a threshold in disguise: p_stay rises from 0.25 to 6 months by no more than 15 points a step.

    Steps are of 15 % of lead. The largest is 10 points, known to 1.3 of them.
    """
    shares = np.array([stays.mean() for stays in curve])
    assert shares[0] < 0.2
    assert shares[-1] > 0.85
    assert np.diff(shares).max() <= 0.15
    assert (np.diff(shares) > 0.02).sum() >= 10  # the rise is spread over many leads


def test_claim_2_more_lead_never_hurts(curve: list[NDArray[np.bool_]]) -> None:
    """Would catch lead with the wrong sign somewhere: p rises, and at most 1 % of replicates do worse with more."""
    for less, more in pairwise(curve):
        assert Gain(more, less).reversals <= 0.01
        assert more.mean() >= less.mean()
    assert Gain(curve[-1], curve[0]).reversals <= 0.01


@pytest.mark.parametrize("name", ["rushed-handoff", "five-hazards", "with-scheming", "deals-and-coordination"])
def test_claim_2_elsewhere(name: str) -> None:
    """Would catch the same where more than the rival is at work: twice the lead."""
    lead = ds.load(name).value("rival.lead")
    gain = Gain(stayed(name, 400, **{"rival.lead": 2 * lead}), stayed(name, 400))
    assert gain.reversals <= 0.01
    assert gain.value >= 0


# ---- 4: a heavy tax ----------------------------------------------------------------------------------------

BUYING = {
    "time_buying.max_rate": 1.0,
    "time_buying.capability_half": 0.2,
    "time_buying.max_bought": 240.0,
    "strategy.time_buying_share": 0.15,
}


def test_claim_4_a_heavy_tax_needs_bought_time() -> None:
    """Would catch a tax of ten times that is paid out of nothing, or bought time that cannot keep up with it."""
    begin = start(1.2)
    assert share_is_above(~good("tax-ten-times", 200, **begin), 0.9)
    table = records("tax-ten-times", 150, **begin, **BUYING)
    ends_well = table["outcome"].isin(SETTLED).to_numpy()  # settled, not merely at the horizon
    assert Gain(ends_well, good("tax-ten-times", 200, **begin)[:150]).is_above(CLEAR)
    assert share_is_above(ends_well, 0.6)
    assert table["bought"][ends_well].median() > 24


# ---- 8: deadlines and safety cases -------------------------------------------------------------------------


def test_claim_8a_a_deadline_asks_for_more_risk_as_time_runs_out() -> None:
    """Would catch a policy blind to a deadline: where all of the tax is too much, safety cases come too late."""
    safety_case = {"strategy.policy": "safety_case"}
    gain = Gain(good("single-deadline", 400), good("single-deadline", 400, **safety_case))
    assert gain.is_above(CLEAR)
    assert gain.value > 0.3


MISJUDGED = {
    "rival.lead": 9.0,
    "tax.broad_alignment": 0.5,
    "tax.capability_profile": 0.5,
    "strategy.risk_floor": -0.2,
}


def test_claim_8b_with_ample_lead_misjudging_it_is_the_risk() -> None:
    """Would catch a safety case that looks at the clock, or a deadline-aware policy that no wrong clock misleads."""

    def run(policy: str, error: float) -> NDArray[np.bool_]:
        changes = MISJUDGED | {"strategy.policy": policy, "evaluation.lead_error": error}
        return good("baseline", 500, **changes)

    assert Gain(run("safety_case", 12.0), run("deadline_aware", 12.0)).is_above(CLEAR)
    assert Gain(run("deadline_aware", 0.0), run("deadline_aware", 12.0)).is_above(CLEAR)
    assert (run("safety_case", 0.0) == run("safety_case", 12.0)).all()
    assert abs(Gain(run("safety_case", 0.0), run("deadline_aware", 0.0)).value) < 0.02


# ---- 9: epistemics -----------------------------------------------------------------------------------------


def test_claim_9_poor_epistemics_cost_much_only_when_lead_is_short() -> None:
    """Would catch epistemic efficiency that does not lengthen the way: five times slower at 2 and 6 months of lead."""

    def loss(lead: float) -> Gain:
        lead_is = {"rival.lead": lead}
        return Gain(
            good("bad-epistemics", 500, **lead_is, **{"goodness.epistemic_efficiency": 1.0}),
            good("bad-epistemics", 500, **lead_is),
        )

    short, ample = loss(2.0), loss(6.0)
    assert short.is_above(CLEAR)
    assert 0.0 <= ample.value < 0.05
    assert short.value - ample.value - MARGIN * sqrt(short.error**2 + ample.error**2) > CLEAR


# ---- 11: buying time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["fixed", "race", "margin_target", "safety_case", "deadline_aware"])
def test_claim_11_more_ability_to_buy_time_never_hurts(policy: str) -> None:
    """Would catch bought time that works against those who buy it: no policy does worse for being better at it."""
    runs = [
        good("baseline", 300, **{"strategy.policy": policy, "rival.lead": 2.0, "time_buying.max_rate": rate})
        for rate in (0.0, 0.5, 1.0)
    ]
    for less, more in pairwise(runs):
        assert Gain(more, less).reversals <= 0.01
        assert Gain(more, less).value >= 0
    if policy != "race":  # racers are lost before it matters
        assert Gain(runs[-1], runs[0]).is_above(CLEAR)


# ---- 14: the published plans -------------------------------------------------------------------------------

PUBLISHED_RISK = {"plan-a": 0.07, "plan-b": 0.13, "plan-c": 0.20, "plan-d": 0.45, "plan-e": 0.75}


def test_claim_14_risk_falls_from_plan_e_to_plan_a() -> None:
    """Would catch plans that come out in another order, or far from print (0.17; 5 standard errors are 0.1)."""
    risk = {plan: 1.0 - float(good(plan, 600).mean()) for plan in PUBLISHED_RISK}
    for plan, published in PUBLISHED_RISK.items():
        assert abs(risk[plan] - published) < 0.17
    assert max(risk["plan-a"], risk["plan-b"], risk["plan-c"]) < risk["plan-d"] - CLEAR
    assert risk["plan-d"] < risk["plan-e"] - CLEAR
