"""What happens at one instant, in its order: hazards, successors, the basin, outcomes, reviews, policy.

Draws are looked up at their addresses, so most checks are exact; where one is statistical it states the discrepancy
that it would miss once in a thousand.
"""

import math
from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from deference_sim import streams
from deference_sim.engines.events import World
from deference_sim.model.evaluation import LOWEST, MOST_IN_A_CELL, REVIEW_CELL
from deference_sim.model.events import EVENTS
from deference_sim.model.generations import MOST_RETRAININGS
from deference_sim.model.parameters import Blocks
from deference_sim.model.stages import (
    BASIN_STAGE,
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
        "onset of scheming",
        "schemers found",
        "generation",
        "overtaking",
        "basin entered or left",
        "outcome",
        "handoff",
        "review",
        "phase changed on estimates",
        "policy",
    )
    order = [GENERATION_STAGE, BASIN_STAGE, OUTCOME_STAGE, REVIEW_STAGE, POLICY_STAGE]
    assert order == sorted(order)


def everything_at_once() -> Watched:
    """At month 1: a successor who is worse, a review by work, a rival that takes off and is dangerous."""
    blocks = quiet(
        horizon=1.5,
        capability=steady(1.0),
        goodness=GOOD | {"broad_alignment": 1.2},
        generations={"step": 1.0, "alignment_loss": 2.0},
        evaluation={"review_interval": None, "review_work": 1.0},
        rival={"mode": "takeoff", "lead": 1.0, "danger_at": 0.0, "edge": -1e9},
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
        rival={"mode": "takeoff", "lead": 20.0, "danger_at": 1e9},
    )
    log = watch(blocks).log
    suffered = next(entry for entry in log if entry.event == "hazard suffered")
    (off,) = (entry for entry in log if entry.event == "rival takes off")
    assert off.t == suffered.t


# ---- successors -------------------------------------------------------------------------------------------

SUCCESSION: dict[str, Any] = {
    "capability": steady(1.0),
    "goodness": GOOD | {"reach": 1e9},
    "generations": {"step": 0.5, "alignment_sd": 0.3, "alignment_loss": 0.4},
    "evaluation": NO_REVIEW,
}


@pytest.mark.parametrize("exists", [1.0, 0.0])
@pytest.mark.parametrize("ratio", [0.5, 0.0])
def test_what_a_successor_changes(exists: float, ratio: float) -> None:
    """Would catch: a variance that is not per py, a loss that is not spared deep inside, draws at other addresses."""
    changes = SUCCESSION | {"basin": {"exists": exists, "width": 1.5}}
    changes["goodness"] = {"broad_alignment": 2.8, "capability_profile": 2.8, "profile_ratio": ratio}
    for replicate in (0, 7):
        found = watch(quiet(horizon=1.8, **changes), replicate)
        A, W = 2.8, 2.8
        for number, entry in enumerate(found.entries("successor deferred to")):
            shocks = normals(replicate, streams.GENERATION_SHOCK, 6 * number)
            depth = math.tanh((min(A, W) - entry.C) / 1.5)
            careless = 0.5 * 0.4 * (1.0 - (max(depth, 0.0) if exists else 0.0))
            A += 0.3 * math.sqrt(0.5) * shocks[0] - careless
            W += ratio * (0.3 * math.sqrt(0.5) * shocks[1] - careless)
            assert (entry.A, entry.W) == (pytest.approx(A, abs=1e-12), pytest.approx(W, abs=1e-12))
        assert found.record.generations == 3


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
        generations={"step": 1.0},
        basin={"hazard_at_edge": 5.0, "hazard_scale": 1e6},
    )
    assert set(outcomes(run(blocks, 50))) == {"ai_takeover"}  # equal components: alignment counts as binding
    blocks = quiet(
        goodness={"broad_alignment": 2.1, "capability_profile": 2.0}, basin={"hazard_at_edge": 5.0, "hazard_scale": 1e6}
    )
    assert set(outcomes(run(blocks, 50))) == {"catastrophic_mistake"}


# ---- retraining -------------------------------------------------------------------------------------------


def strict(accept: float | None, **changes: Any) -> dict[str, Any]:
    """Successors of spread 0.5 are looked at without error; the margin without them is 1 at the first."""
    return {
        "capability": steady(1.0),
        "goodness": {"broad_alignment": 2.0, "capability_profile": 9.0, "reach": 1e9, "profile_ratio": 0.0},
        "generations": {"step": 1.0, "alignment_sd": 0.5, "accept": accept, "retrain": 0.3} | changes,
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
    """What makes the waiting successor acceptable happens in the halt; it is taken up at a review after that."""

    def spoil_and_repair(world: World) -> Any:
        yield world.timeout(2.0)
        world.change(A=1.0)
        yield world.timeout(1.1)
        world.change(A=5.0)

    changes = strict(1.5, retrain=0.1, alignment_sd=0.0) | {
        "evaluation": {"review_interval": 0.25, "review_work": None},
        "handoff": {"halt_below": 0.5, "resume_above": 0.55, "min_halt": 3.0},
        "basin": {"exists": 0.0},
    }
    found = watch(quiet(horizon=6.0, **changes), processes=[spoil_and_repair])
    assert found.times("successor waits") == pytest.approx([1.5], abs=1e-9)
    ((halted,), (resumed,)) = found.times("halted"), found.times("resumed")
    assert halted < 3.1 < resumed
    taken = found.times("successor deferred to")
    assert taken
    assert resumed <= taken[0] <= resumed + 0.25 + 1e-9


# Would catch: a run that reaches its end, and there takes up AIs with whom it would not have.
@pytest.mark.parametrize(("stabilise_at", "months", "taken_up"), [(1.0, 2.0, []), (1.15, 2.9, [2.0])])
def test_no_waiting_successor_is_taken_up_at_the_instant_that_stabilises(
    stabilise_at: float, months: float, taken_up: list[float]
) -> None:
    """It passes its review once alignment is mended, and is too bad for the level that stabilises all the same."""

    def mend(world: World) -> Any:
        yield world.timeout(2.0)
        world.change(A=1.2)

    blocks = quiet(
        horizon=2.9,
        capability=steady(1.0) | {"stabilise_at": stabilise_at},
        goodness={"broad_alignment": 0.9, "capability_profile": 9.0, "reach": 1.1},
        generations={"step": 1.0, "alignment_loss": 0.6, "accept": -0.5, "retrain": 0.1},
        evaluation={"review_interval": 0.25, "review_work": None},
        basin={"exists": 0.0, "width": 1e12},
    )
    found = watch(blocks, processes=[mend])
    assert found.times("successor waits")[:1] == pytest.approx([1.5], abs=1e-9)
    assert found.times("successor deferred to") == taken_up
    assert (found.record.months, found.record.outcome) == (months, "unresolved" if taken_up else "stabilised")


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


def work_on_tests(share: float, pace: float, months: float) -> float:
    """Test work by a share of effort at a steady pace: what is done ages as AIs get smarter, in closed form."""
    ageing = (1.0 - share) * pace / 3.0
    return share * pace * -math.expm1(-ageing * months) / ageing


def cell_of(entry: SimpleNamespace) -> int:
    """The number of the stretch of capability in which the AIs are."""
    return math.floor((entry.C - LOWEST) / REVIEW_CELL + 1e-9)


def test_what_a_review_finds() -> None:
    """Would catch: an error on the wrong component, tests that do not age, a draw used twice, noise that tests lessen.

    The smaller of two noisy numbers d apart is too low by ψφ(d/ψ) − dΦ(−d/ψ), which is given back.
    """
    share, pace, ratio, noise, lasting = 0.15, 0.4, 0.6, 0.3, 0.5
    blocks = quiet(
        horizon=4.2,
        capability=steady(pace),
        goodness={"broad_alignment": 2.0, "capability_profile": 2.1, "profile_ratio": ratio},
        evaluation={
            "review_interval": 0.5,
            "review_work": None,
            "noise": noise,
            "persistent_error": lasting,
            "tests_share": share,
            "tests_half": 0.3,
        },
        generations={"step": 9.0},
        basin={"width": 1e12},
    )
    spread = noise * math.sqrt(2.0 * (1.0 + ratio * ratio))
    for replicate in (0, 5):
        lasting_A, lasting_W = normals(replicate, streams.PERSISTENT_ERROR, 0)
        so_far: Counter[int] = Counter()
        for entry in watch(blocks, replicate).entries("reviewed"):
            cell = cell_of(entry)
            z_A, z_W = normals(replicate, streams.REVIEW_NOISE, cell * MOST_IN_A_CELL + so_far[cell])
            so_far[cell] += 1
            left = 1.0 / math.sqrt(1.0 + work_on_tests(share, pace, entry.t) / 0.3)
            A_hat = 2.0 + left * lasting * lasting_A + noise * z_A
            W_hat = 2.1 + ratio * (left * lasting * lasting_W + noise * z_W)
            apart = abs(A_hat - W_hat)
            given_back = spread * stats.norm.pdf(apart / spread) - apart * stats.norm.cdf(-apart / spread)
            assert entry.value == entry.margin_estimate
            assert entry.value == pytest.approx(min(A_hat, W_hat) + given_back - entry.C, abs=2e-6)
        assert max(so_far.values()) > 1 < len(so_far)  # noise anew within a stretch of capability and in the next


def test_the_noise_of_a_review_goes_by_capability_not_by_its_number() -> None:
    """The first review of each stretch finds the same however many there were before.

    Would catch: draws by the number of the review, so that halving the interval changes all that is found.
    """
    first: list[dict[int, float]] = []
    for interval in (0.5, 0.25):
        blocks = quiet(
            horizon=4.2,
            capability=steady(0.5),
            goodness={"broad_alignment": 5.0, "capability_profile": 99.0},
            evaluation={"review_interval": interval, "review_work": None, "noise": 0.3},
            generations={"step": 9.0},
        )
        entries = watch(blocks).entries("reviewed")
        first.append({cell_of(entry): entry.value + entry.C for entry in reversed(entries)})
    often = {cell: found for cell, found in first[1].items() if cell in first[0]}
    assert len(often) >= 8
    assert often == pytest.approx(first[0], abs=1e-9)


@pytest.mark.parametrize(
    ("handoff", "trial", "months", "work"),
    [
        ({"human_tests": 0.0}, 0.0, 2.0, 0.0),
        ({"human_tests": 0.2, "human_pace": 6.0}, 0.0, 2.0, 0.2),  # a fifth of half a py a month
        ({"human_tests": 0.0}, 0.75, 5.0, 1.5),  # of the 4 months to 2 py, at half a py a month
        ({"human_tests": 0.2, "human_pace": 6.0}, 0.75, 5.0, 1.7),  # none by humans during the trial
    ],
)
def test_human_tests_and_a_trial_lessen_the_lasting_error(
    handoff: dict[str, Any], trial: float, months: float, work: float
) -> None:
    """Would catch: tests by humans that cost no time, a trial that acts in any other way than by test work."""
    found = watch(
        quiet(
            capability=steady(0.5) | {"stabilise_at": 2.0},
            goodness={"broad_alignment": 3.0, "capability_profile": 99.0},
            evaluation=NO_REVIEW | {"persistent_error": 1.0, "trial_fraction": trial},
            handoff={"at": 2.0} | handoff,
        ),
        3,
    )
    (entry, *_) = found.entries("reviewed")
    lasting, _ = normals(3, streams.PERSISTENT_ERROR, 0)
    assert (entry.t, entry.T) == (pytest.approx(months), pytest.approx(work, abs=1e-9))
    assert entry.margin_estimate - entry.A + entry.C == pytest.approx(lasting / math.sqrt(1.0 + work / 0.5), abs=1e-9)


# Would catch: test work that follows the declared share of tests, not the share that is in force.
@pytest.mark.parametrize(("insisted_on", "work"), [(0.0, work_on_tests(0.15, 1.0, 1.0)), (1.0, 0.0)])
def test_tests_that_the_company_takes_away_are_not_done(insisted_on: float, work: float) -> None:
    blocks = quiet(
        horizon=1.1,
        capability=steady(1.0),
        evaluation={"review_interval": 1.0, "review_work": None, "tests_share": 0.15},
        strategy={"min_capability_share": insisted_on},
        generations={"step": 9.0},
    )
    assert watch(blocks).entries("reviewed")[-1].T == pytest.approx(work, abs=1e-7)


def test_reviews_grow_too_kind_with_practice_against_the_same_tests() -> None:
    """Practice is work on goodness, and before the handoff a quarter of the months of human work."""
    for at in (0.0, 2.0):
        blocks = quiet(
            horizon=at + 2.2,
            capability=steady(1.0),
            goodness={"broad_alignment": 9.0, "capability_profile": 99.0, "reach": 1.1},
            evaluation={"review_interval": 0.5, "review_work": None, "overfitting": 2.0},
            strategy={"policy": "fixed", "goodness_share": 0.3},
            generations={"step": 9.0},
            handoff={"at": at, "human_tests": 0.0},
        )
        for entry in watch(blocks).entries("reviewed"):
            practice = at / 4.0 + 0.3 * (entry.t - at)
            kind = 2.0 * -math.expm1(-practice)
            assert entry.margin_estimate - (entry.A - entry.C) == pytest.approx(kind, abs=1e-9)
