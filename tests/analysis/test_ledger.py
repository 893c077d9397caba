"""The ledger adds up, says in whose eyes a loss had looked safe, and is the same in every answer that tells it."""

import io
import json

import pytest

import deference_sim as ds
from deference_sim.analysis.ledger import road_in_words
from deference_sim.model.roads import ROADS
from deference_sim.pages import layout
from deference_sim.pages import run as run_page
from deference_sim.pages.wording import lost_by

N = 800


@pytest.fixture(scope="module")
def found() -> ds.Result:
    return ds.simulate("five-hazards", N, 7)


def test_shares_add_up_to_what_did_not_stay(found: ds.Result) -> None:
    counts = [round(loss.estimate.estimate * N) for loss in found.losses.values()]
    assert sum(counts) + round(found.p_stay.estimate * N) == N
    hazards = {f"hazard {hazard.name}" for hazard in found.scenario.hazards}
    assert set(found.losses) == (set(ROADS) - {"stayed", "hazard"}) | hazards


def test_believed_safe_is_a_share_of_the_losses(found: ds.Result) -> None:
    told = json.loads(json.dumps(found.as_dict()))["losses"]
    for road, loss in found.losses.items():
        lost = found.records["road"] == road
        if road.startswith("hazard "):
            lost = (found.records["road"] == "hazard") & (found.records["cause"] == road.removeprefix("hazard "))
        assert loss.estimate.estimate == lost.mean()
        assert told[road]["estimate"] == lost.mean()
        assert told[road]["low"] <= lost.mean() <= told[road]["high"]
        safe = found.records["believed_safe"][lost]
        assert told[road]["believed_safe"] == (safe.mean() if lost.any() else None)
    assert sum(loss["believed_safe"] is None for loss in told.values()) > 0


def test_p_stay_without_scheming_is_that_of_runs_without_any(found: ds.Result) -> None:
    without = found.records[~found.records["ever_schemed"]]
    assert found.p_stay_without_scheming is not None
    assert found.p_stay_without_scheming.n == len(without) < N
    assert found.p_stay_without_scheming.estimate == (without["road"] == "stayed").mean() > found.p_stay.estimate


def test_an_unresolved_run_is_neither_good_nor_bad() -> None:
    """Would catch that never handing off is good by definition."""
    never = ds.simulate(ds.load("baseline", set=["handoff.at=100 months", "horizon=1 month", "rival.mode=none"]), 50)
    assert never.p_good.estimate == never.p_stay.estimate == 0.0
    assert never.unresolved.estimate == never.losses["unresolved"].estimate.estimate > 0.9


def test_roads_are_told_in_words() -> None:
    assert road_in_words("rival") == ROADS["rival"]
    assert road_in_words("hazard misuse") == "hazard misuse was fatal"
    world = [ds.load("five-hazards")]
    assert all(len(road_in_words(road)) <= len(words) for road, words in ROADS.items())
    assert lost_by("rival", world) == ROADS["rival"]
    assert lost_by("hazard misuse", world) == "hazard misuse was fatal: terrorist misuse"
    assert lost_by("hazard external_ai", world) == "hazard external_ai was fatal: external misaligned AI"
    assert lost_by("hazard background", world) == "hazard background was fatal: background risk, not from AI"


def test_no_line_of_the_ledger_is_broken(found: ds.Result) -> None:
    """Would catch words that do not fit beside their share on a page of 100 columns."""
    file = io.StringIO()
    layout.show(run_page.ledger(found), file)
    lines = file.getvalue().partition("Where the others are lost")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(lines) == sum(loss.believed_safe is not None for loss in found.losses.values())
    room = max(map(len, (lost_by(road, [found.scenario]) for road in found.losses)))
    assert room + len("  38.71 %  38.69 to 38.80 %  believed safe") <= layout.WIDTH


def test_a_comparison_says_which_road_moves(found: ds.Result) -> None:
    (pair,) = ds.compare("five-hazards", ds.load("five-hazards", set=["rival.lead=1 month"]), replicates=N, seed=7)
    assert {road: first.estimate for road, (first, _, _) in pair.losses.items() if first.estimate} == {
        road: loss.estimate.estimate for road, loss in found.losses.items() if loss.estimate.estimate
    }
    change = pair.measures["p_stay"][2].estimate + sum(moved.estimate for _, _, moved in pair.losses.values())
    assert change == pytest.approx(0.0, abs=1e-12)
    assert max(pair.losses, key=lambda road: pair.losses[road][2].estimate) == "rival"
    assert set(pair.as_dict()["losses"]) == set(pair.losses)
