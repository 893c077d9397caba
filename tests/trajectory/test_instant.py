"""What happens at one instant, in its order: hazards, successors, drift, the basin, outcomes, reviews, policy.

Draws are looked up at their addresses, so most checks are exact; where one is statistical it states the discrepancy
that it would miss once in a thousand.
"""

import math
from typing import Any

import numpy as np
import pytest
from deference_sim.model.tails import TAIL_MARKS

from deference_sim import streams
from deference_sim.engines.events import World
from deference_sim.model.events import EVENTS
from deference_sim.model.generations import MOST_RETRAININGS
from deference_sim.model.parameters import Blocks
from deference_sim.model.stages import (
    BASIN_STAGE,
    DRIFT_STAGE,
    GENERATION_STAGE,
    OUTCOME_STAGE,
    POLICY_STAGE,
    REVIEW_STAGE,
    STAGES,
)

from ..model.helpers import SEED, WEEK, Plain, Watched, hazard, outcomes, quiet, run, run_one, steady, watch

KEY = streams.key_of_seed(SEED)
NO_REVIEW = {"review_interval": None, "review_work": None}
GOOD = {"broad_alignment": 2.0, "capability_profile": 2.0}


def normals(replicate: int, stream: int, index: int) -> tuple[float, float]:
    return streams.normal_pair(KEY, replicate, stream, index)


# ---- the order --------------------------------------------------------------------------------------------


def test_the_stages_stand_in_the_documented_order() -> None:
    """Would catch a stage put elsewhere: order within an instant decides outcomes."""
    assert STAGES == (
        "theft",
        "hazards, by name",
        "deal",
        "paradigm shift",
        "outbreak",
        "generation",
        "drift",
        "overtaking",
        "takeover attempt",
        "basin entered or left",
        "outcome",
        "handoff",
        "review",
        "phase changed on estimates",
        "policy",
    )
    order = [GENERATION_STAGE, DRIFT_STAGE, BASIN_STAGE, OUTCOME_STAGE, REVIEW_STAGE, POLICY_STAGE]
    assert order == sorted(order)


def everything_at_once() -> Watched:
    """At month 1: a successor who is worse, a review by work, a rival that takes off and is dangerous."""
    blocks = quiet(
        horizon=1.5,
        capability=steady(1.0),
        goodness=GOOD | {"broad_alignment": 1.2},
        generations={"step": 1.0, "alignment_loss": 2.0},
        evaluation={"review_interval": None, "review_work": 1.0},
        rival={"mode": "takeoff", "lead": 1.0, "overtake_rate": 0.0},
    )
    return watch(blocks)


def test_events_of_one_instant_are_logged_in_order() -> None:
    """Would catch: a review of the AIs before they are succeeded, a policy that decides on last week's estimates."""
    log = [entry for entry in everything_at_once().log if entry.t == pytest.approx(1.0, abs=1e-9)]
    assert [entry.event for entry in log] == [
        "rival takes off",
        "successor deferred to",
        "left the basin",
        "reviewed",
        "effort shared",
        "rival dangerous",
    ]
    left, reviewed = log[2], log[3]
    assert left.A < left.C
    assert reviewed.margin_estimate == pytest.approx(left.A - left.C, abs=1e-12)


def test_hazards_of_one_instant_are_met_in_the_order_of_their_names() -> None:
    """Both are put at month 2 by their rates. The first that is fatal is the cause."""
    blocks = [quiet(hazards=[hazard(name, rate=12.0, severity_mean=1e6, lethality=1.0)]) for name in ("alpha", "beta")]
    rates = {name: 12.0 * run_one(b).months / 2.0 for name, b in zip(("alpha", "beta"), blocks, strict=True)}
    for order in (("alpha", "beta"), ("beta", "alpha")):
        both = [hazard(name, rate=rates[name], severity_mean=1e6, lethality=1.0) for name in order]
        found = watch(quiet(hazards=both))
        assert found.record.cause == 0
        assert [entry.item for entry in found.log if entry.event.startswith("hazard")] == [0, 1]


def test_a_hazard_of_the_same_instant_comes_before_the_successor() -> None:
    """A setback that starts the rival does so at once, whatever else happens."""
    blocks = quiet(
        horizon=2.0,
        hazards=[hazard(rate=12.0, severity_mean=1e6, lethality=0.0, setback=50.0)],
        rival={"mode": "takeoff", "lead": 20.0, "overtake_rate": 0.0},
    )
    log = watch(blocks).log
    suffered = next(entry for entry in log if entry.event == "hazard suffered")
    (off,) = (entry for entry in log if entry.event == "rival takes off")
    assert off.t == suffered.t


# ---- successors -------------------------------------------------------------------------------------------

SUCCESSION: dict[str, Any] = {
    "capability": steady(1.0),
    "goodness": GOOD | {"reach": 1e9},
    "generations": {"step": 0.5, "alignment_sd": 0.3, "profile_sd": 0.2, "alignment_loss": 0.4, "profile_loss": 0.1},
    "evaluation": NO_REVIEW,
}


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("tail_df", [None, 3.0])
@pytest.mark.parametrize("checking", [0.0, 2.0])
def test_what_a_successor_changes(exists: bool, tail_df: float | None, checking: float) -> None:
    """Would catch: a variance that is not per py, a loss that is not spared deep inside, draws at other addresses."""
    changes = SUCCESSION | {"basin": {"exists": exists, "width": 0.5}, "tax": {"checking": checking}}
    changes["generations"] = SUCCESSION["generations"] | {"tail_df": tail_df}
    for replicate in (0, 7):
        found = watch(quiet(horizon=1.8, **changes), replicate)
        A, W = 2.0, 2.0
        for number, entry in enumerate(found.entries("successor deferred to")):
            shocks = normals(replicate, streams.GENERATION_SHOCK, 6 * number)
            if tail_df is not None:
                shocks = tuple(heavier(replicate, 12 * number + lane, shocks[lane], tail_df) for lane in (0, 1))
            depth = math.tanh((min(A, W) - entry.C) / 0.5)
            careless = 0.5 * (1.0 - (max(depth, 0.0) if exists else 0.0))
            scale = math.sqrt(0.5 / (1.0 + checking))
            A += 0.3 * scale * shocks[0] - 0.4 * careless
            W += 0.2 * scale * shocks[1] - 0.1 * careless
            assert (entry.A, entry.W) == (pytest.approx(A, abs=1e-12), pytest.approx(W, abs=1e-12))
        assert found.record.generations == 3


def heavier(replicate: int, mark: int, z: float, df: float) -> float:
    """Bailey's polar method for Student's t of unit variance, from a normal number and two uniform ones."""
    u, v = streams.uniform_pair(KEY, replicate, streams.GENERATION_SHOCK, mark + TAIL_MARKS)
    across = streams.normal_quantile(v)
    t = math.sqrt(df * (u ** (-2.0 / df) - 1.0)) * z / math.hypot(z, across)
    return t * math.sqrt((df - 2.0) / df)


def worse_successor() -> Blocks:
    """The successor at month 1 takes the AIs out of the basin; so would growth at month 1.5, without it."""
    return quiet(
        horizon=3.0,
        capability=steady(1.0),
        goodness={"broad_alignment": 1.5, "capability_profile": 9.0},
        generations={"step": 1.0, "alignment_loss": 1e4},
        evaluation=NO_REVIEW,
    )


def test_the_margin_is_measured_after_the_shock() -> None:
    """Would catch: a margin that is measured before the generation shock, so that the exit comes with the next look."""
    found = watch(worse_successor())
    assert found.record.first_exit_month == found.times("successor deferred to")[0] == pytest.approx(1.0)
    names = [entry.event for entry in found.log]
    assert names.index("left the basin") == names.index("successor deferred to") + 1


def test_a_mutant_that_measures_it_before_is_told_apart() -> None:
    """The check above must be able to fail: here the stage of the basin comes before that of the successor."""
    order = list(range(len(STAGES)))
    order.remove(BASIN_STAGE)
    order.insert(order.index(GENERATION_STAGE), BASIN_STAGE)
    between = []
    for stages in (list(range(len(STAGES))), order):
        run_ = Plain(worse_successor(), room_in_log=64)
        run_.to_the_end(stages)
        names = [EVENTS[entry.event] for entry in run_.log[: run_.state.logged]]
        between.append(names.index("left the basin") - names.index("successor deferred to"))
    assert between[0] == 1 < between[1]


def test_a_successor_can_decide_how_a_catastrophe_is_called() -> None:
    """A and W both bind by the state after the shock: the outcome is looked at last."""
    blocks = quiet(
        horizon=9.0,
        capability=steady(1.0),
        goodness=GOOD,
        generations={"step": 1.0, "profile_loss": 0.0, "alignment_loss": 0.0},
        basin={"hazard_inside": 5.0, "inside_scale": 1e6, "hazard_outside": 5.0},
    )
    assert set(outcomes(run(blocks, 50))) == {"ai_takeover"}  # equal components: alignment counts as binding
    blocks = quiet(
        goodness={"broad_alignment": 2.1, "capability_profile": 2.0}, basin={"hazard_inside": 5.0, "inside_scale": 1e6}
    )
    assert set(outcomes(run(blocks, 50))) == {"catastrophic_mistake"}


# ---- retraining -------------------------------------------------------------------------------------------


def strict(accept: float | None, **changes: Any) -> dict[str, Any]:
    """Successors of spread 0.5 are looked at without error; the margin without them is 1 at the first."""
    return {
        "capability": steady(1.0),
        "goodness": {"broad_alignment": 2.0, "capability_profile": 9.0, "reach": 1e9},
        "generations": {"step": 1.0, "alignment_sd": 0.5, "profile_sd": 0.0, "accept": accept, "retrain": 0.3}
        | changes,
        "evaluation": NO_REVIEW,
    }


def first_acceptable(replicate: int, needed: float) -> tuple[int, float]:
    """The number of the first draw that is acceptable, at most the last, and the draw."""
    for attempt in range(MOST_RETRAININGS + 1):
        draw = 0.5 * normals(replicate, streams.GENERATION_SHOCK, attempt)[0]
        if draw >= needed:
            break
    return attempt, draw


@pytest.mark.parametrize("retrain", [0.3, 0.0, 2.5])
def test_a_successor_is_trained_again_until_it_is_good_enough(retrain: float) -> None:
    """Would catch: a retraining that costs no work or the wrong amount, the same draw again, growth meanwhile."""
    needed = 0.3
    seen = set()
    for replicate in range(40):
        attempt, draw = first_acceptable(replicate, needed)
        if draw < needed:
            continue
        seen.add(attempt)
        found = watch(quiet(horizon=1.5 + 5.0 * retrain, **strict(1.0 + needed, retrain=retrain)), replicate)
        (entry, *_) = found.entries("successor deferred to")
        assert entry.t == pytest.approx(1.0 + attempt * retrain, abs=1e-9)
        assert (entry.C, entry.A) == (1.0, pytest.approx(2.0 + draw, abs=1e-9))
        sent_back = [t for t in found.times("successor sent back") if t <= entry.t]
        assert sent_back == pytest.approx([1.0 + k * retrain for k in range(attempt)], abs=1e-9)
    assert {0, 1, 2, 3} <= seen


def test_accept_null_takes_every_successor() -> None:
    found = watch(quiet(horizon=5.5, **strict(None, alignment_sd=30.0)))
    assert found.record.generations == 5
    assert found.record.retrainings == 0


def test_retraining_happens_at_most_five_times_then_capability_waits_for_goodness() -> None:
    """What waits is the last draw; it is looked at again at each review, and all research goes to goodness."""
    changes = strict(1.5, retrain=0.1) | {
        "tax": {"broad_alignment": 2.0},
        "evaluation": {"review_interval": 0.25, "review_work": None},
    }
    waited = 0
    for replicate in range(200):
        attempt, draw = first_acceptable(replicate, 0.5)
        if draw >= 0.5:
            continue
        waited += 1
        found = watch(quiet(horizon=9.0, **changes), replicate, grid=np.linspace(0.0, 9.0, 181))
        assert attempt == MOST_RETRAININGS
        (waits,) = [entry for entry in found.entries("successor waits") if entry.C == 1.0]
        assert waits.t == pytest.approx(1.5, abs=1e-9)
        assert len([t for t in found.times("successor sent back") if t < waits.t]) == MOST_RETRAININGS
        (taken,) = [entry for entry in found.entries("successor deferred to") if entry.C == 1.0]
        while_waiting = [row for row in found.samples if waits.t + 0.01 < row["t"] < taken.t - 0.01]
        assert while_waiting
        stands = ("C", "capability_share", "goodness_share")
        assert all(row[list(stands)].item() == (1.0, 0.0, 1.0) for row in while_waiting)
        assert taken.A >= 2.5
        assert taken.A - 2.5 < 0.25 * 0.5 + 1e-9  # no later than the first review at which it suffices
        assert taken.value == pytest.approx(draw, abs=1e-12)
        if waited == 5:
            break
    assert waited == 5


def test_a_company_that_ignores_advice_takes_the_last_successor() -> None:
    changes = strict(99.0, retrain=0.1) | {"strategy": {"advice_ignored": 1.0}}
    found = watch(quiet(horizon=1.9, **changes))
    assert found.times("successor deferred to") == pytest.approx([1.5], abs=1e-9)
    assert found.record.retrainings == MOST_RETRAININGS


# Would catch: a successor that waits and is taken up while deference is halted, although no generation happens then.
def test_no_successor_is_deferred_to_while_deference_is_halted() -> None:
    """AI work on goodness yields nothing here; humans who repair it make the waiting successor acceptable."""

    def spoil(world: World) -> Any:
        yield world.timeout(2.0)
        world.change(A=1.0)

    changes = strict(1.5, retrain=0.1, alignment_sd=0.0) | {
        "tax": {"broad_alignment": 1.0},
        "evaluation": {"review_interval": 0.25, "review_work": None},
        "handoff": {"halt_below": 0.5, "resume_above": 9.0},
        "basin": {"exists": False},
    }
    found = watch(quiet(horizon=30.0, **changes), processes=[spoil])
    assert found.times("successor waits") == pytest.approx([1.5], abs=1e-9)
    (halted,) = found.times("halted")
    assert found.record.A > 2.5
    assert not [t for t in found.times("successor deferred to") if t > halted]


# Months may be too coarse for the work that is left, so that the clock cannot get to the end of a retraining.
def test_a_fast_retraining_comes_to_an_end() -> None:
    """All values lie within the published ranges, and p = 1 is allowed. Would catch a run that never ends."""
    blocks = Blocks.model_validate(
        {
            "capability": {
                "initial_speedup": 32.0,
                "returns": 3.6,
                "parallel_returns": 0.6,
                "ceiling": 16.0,
                "stabilise_at": 10.0,
            },
            "generations": {"accept": 0.5},
            "handoff": {"at": 6.0},
            "rival": {"mode": "none"},
        }
    )
    records = run(blocks, range(10), seed=1)
    assert records["retrainings"].sum() > 0


# ---- reviews ----------------------------------------------------------------------------------------------


def test_reviews_by_the_calendar() -> None:
    blocks = quiet(
        horizon=3.0,
        handoff={"at": 0.4},
        capability=steady(1.0),
        evaluation={"review_interval": WEEK, "review_work": None},
        generations={"step": 9.0},
    )
    expected = [0.4 + k * WEEK for k in range(12)]
    assert watch(blocks).times("reviewed") == pytest.approx([t for t in expected if t < 3.0], abs=1e-12)


def test_reviews_by_work() -> None:
    """Work is on the AIs' own clock, whatever share of effort goes into capability."""
    blocks = quiet(
        horizon=3.0,
        capability=steady(0.5),
        strategy={"policy": "fixed", "goodness_share": 0.75},
        evaluation={"review_interval": None, "review_work": 0.2},
        generations={"step": 9.0},
    )
    assert watch(blocks).times("reviewed") == pytest.approx([0.4 * k for k in range(8)], abs=1e-12)


def test_whichever_is_first_and_each_starts_both_anew() -> None:
    """At 1 py a month: generations at 0.5, 1.0 …, else 0.3 py of work or 0.2 months."""
    for interval, work, gap in ((0.2, 0.3, 0.2), (0.4, 0.3, 0.3)):
        blocks = quiet(
            horizon=1.45,
            capability=steady(1.0),
            evaluation={"review_interval": interval, "review_work": work},
            generations={"step": 0.5},
        )
        within = [k * gap for k in range(3) if k * gap < 0.5]
        expected = [start + offset for start in (0.0, 0.5, 1.0) for offset in within if start + offset < 1.45]
        assert watch(blocks).times("reviewed") == pytest.approx(expected, abs=1e-12)


def test_no_review_but_at_handoff_and_generations() -> None:
    blocks = quiet(horizon=2.2, capability=steady(1.0), evaluation=NO_REVIEW, generations={"step": 1.0})
    assert watch(blocks).times("reviewed") == pytest.approx([0.0, 1.0, 2.0], abs=1e-12)


@pytest.mark.parametrize("memory", [0.0, 0.7])
def test_what_a_review_finds(memory: float) -> None:
    """Would catch: noise or bias on the wrong component, memory that smooths the first estimate, a draw used twice."""
    evaluation = {
        "review_interval": 0.5,
        "review_work": None,
        "alignment_noise": 0.3,
        "profile_noise": 0.2,
        "bias": 0.1,
    }
    blocks = quiet(
        horizon=4.2,
        capability=steady(0.4),
        goodness={"broad_alignment": 2.0, "capability_profile": 2.1},
        evaluation=evaluation | {"memory": memory, "misjudgement": 0.6, "tests_share": 0.15, "tests_reference": 0.05},
        generations={"step": 9.0},
        tax={"checking": 3.0},
    )
    noise = 1.0 / math.sqrt((1.0 + 0.15 / 0.05) * (1.0 + 3.0))
    for replicate in (0, 5):
        A_hat = W_hat = 0.0
        for number, entry in enumerate(watch(blocks, replicate).entries("reviewed")):
            z_A, z_W = normals(replicate, streams.REVIEW_NOISE, number)
            kind = 0.1 + 0.6 * max(entry.C - 2.1, 0.0)
            kept = memory if number else 0.0
            A_hat = kept * A_hat + (1.0 - kept) * (2.0 + kind + noise * 0.3 * z_A)
            W_hat = kept * W_hat + (1.0 - kept) * (2.1 + kind + noise * 0.2 * z_W)
            assert entry.value == entry.margin_estimate
            assert entry.value == pytest.approx(min(A_hat, W_hat) - entry.C, abs=1e-12)


def test_tests_human_work_and_a_trial_make_reviews_less_noisy_and_less_kind() -> None:
    """With σ 1 and kindness 1 the estimate itself shows both factors."""

    def at_handoff(**changes: Any) -> tuple[float, float, float]:
        evaluation = {"review_interval": None, "review_work": None, "alignment_noise": 1.0, "bias": 1.0}
        capability = steady(0.5) | {"stabilise_at": 2.0}
        goodness = {"broad_alignment": 3.0, "capability_profile": 99.0}
        found = watch(
            quiet(capability=capability, goodness=goodness, evaluation=evaluation | changes, handoff={"at": 2.0}), 3
        )
        (entry, *_) = found.entries("reviewed")
        z, _ = normals(3, streams.REVIEW_NOISE, 0)
        return entry.t, entry.margin_estimate - 3.0, z

    t, found, z = at_handoff()
    assert (t, found) == (2.0, pytest.approx(1.0 + z))
    t, found, z = at_handoff(calendar_half=2.0)
    assert found == pytest.approx(1.0 + 0.5 * z)
    t, found, z = at_handoff(trial_fraction=0.75)
    assert t == pytest.approx(2.0 + 0.75 * 4.0)  # of the 4 months to 2 py
    assert found == pytest.approx((1.0 + z) / math.sqrt(1.0 + 3.0))


# Would catch: noise that follows the declared share of tests, not the share that is in force.
def test_tests_that_the_company_takes_away_do_not_make_reviews_less_noisy() -> None:
    def spread(min_capability_share: float) -> float:
        blocks = quiet(
            horizon=1.1,
            capability=steady(1.0),
            goodness={"broad_alignment": 3.0, "capability_profile": 99.0},
            evaluation={"review_interval": 1.0, "review_work": None, "alignment_noise": 1.0, "tests_share": 0.15},
            strategy={"min_capability_share": min_capability_share},
            generations={"step": 9.0},
        )
        last = watch(blocks, 3).entries("reviewed")[-1]
        return (last.margin_estimate - (last.A - last.C)) / normals(3, streams.REVIEW_NOISE, 1)[0]

    assert spread(0.0) == pytest.approx(0.5)
    assert spread(1.0) == pytest.approx(1.0)


def test_bias_grows_with_practice_against_the_same_tests() -> None:
    blocks = quiet(
        horizon=2.2,
        capability=steady(1.0),
        goodness={"broad_alignment": 9.0, "capability_profile": 99.0, "reach": 0.1},
        evaluation={"review_interval": 0.5, "review_work": None, "overfitting": 2.0},
        strategy={"policy": "fixed", "goodness_share": 0.3},
        generations={"step": 9.0},
    )
    for entry in watch(blocks).entries("reviewed"):
        assert entry.margin_estimate - (entry.A - entry.C) == pytest.approx(2.0 * 0.3 * entry.t, abs=1e-9)


# ---- drift noise ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pace", [0.5, 2.0])
def test_drift_noise_is_that_of_the_work_since_the_last_review(pace: float) -> None:
    """Would catch: noise per month in place of per py of work, or at draws of another review."""
    blocks = quiet(
        horizon=3.0,
        capability=steady(pace),
        goodness=GOOD | {"drift_noise": 0.1},
        evaluation={"review_interval": 0.4, "review_work": None},
        generations={"step": 99.0},
    )
    for replicate in (0, 3):
        A, W = 2.0, 2.0
        (_, *later) = watch(blocks, replicate).entries("reviewed")
        for number, entry in enumerate(later, start=1):
            z_A, z_W = normals(replicate, streams.DRIFT, number)
            size = 0.1 * math.sqrt(pace * 0.4)
            A, W = A + size * z_A, W + size * z_W
            assert (entry.A, entry.W) == (pytest.approx(A, abs=1e-12), pytest.approx(W, abs=1e-12))


def test_the_variance_of_drift_is_that_of_all_work_however_often_it_is_reviewed() -> None:
    """n = 4,000: sees a variance that is off by 18 % (8.09 · sqrt(2/n)) with 99.9 % probability."""
    n, work, sd = 4_000, 1.8, 0.1
    for interval in (0.3, 0.9):
        blocks = quiet(
            horizon=1.8001,
            capability=steady(1.0),
            goodness=GOOD | {"broad_alignment": 50.0, "capability_profile": 50.0, "drift_noise": sd},
            evaluation={"review_interval": interval, "review_work": None},
            generations={"step": 99.0},
        )
        records = run(blocks, n)
        for component in ("A", "W"):
            shifts = records[component] - 50.0
            assert abs(np.mean(shifts)) < 5.0 * sd * math.sqrt(work / n)
            assert abs(np.mean(shifts**2) / (sd * sd * work) - 1.0) < 5.0 * math.sqrt(2.0 / n)
        assert abs(np.corrcoef(records["A"], records["W"])[0, 1]) < 5.0 / math.sqrt(n)
