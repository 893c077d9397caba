"""Loops along runs: families part them, shares sum to one, and the answer is that of the scores underneath.

Would catch: a loop counted in two families, a share of runs that never came to a handoff, weights that do not sum to
the way, bands of the wrong runs, an answer that hangs on how densely a run is looked at without saying so.
"""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis import loops as module
from deference_sim.analysis.loops import CHOSEN, HALF, NAMES, Shares
from deference_sim.analysis.loops.families import BASIN, CUTS, FAMILIES, family_of, in_words
from deference_sim.analysis.loops.moments import linked_with
from deference_sim.analysis.loops.paths import paths
from deference_sim.model.declare import quantities
from deference_sim.model.stocks import STOCKS
from deference_sim.scenario import ScenarioError

from .quick import QUICK

RUNS = 40
LINKED = linked_with(ds.load("rushed-handoff"), "A")


@pytest.fixture(scope="module")
def found() -> ds.Loops:
    return ds.loops("baseline", RUNS)


def test_shares_of_the_families_sum_to_one(found: ds.Loops) -> None:
    for group in found.groups.values():
        assert sum(one.estimate for one in group.shares.values()) == pytest.approx(1.0, abs=1e-9)
    assert sum(one.share for one in found.strongest.values()) == pytest.approx(1.0, abs=1e-9)
    by_family = dict.fromkeys(NAMES, 0.0)
    for loop, one in found.strongest.items():
        by_family[family_of(loop)] += one.share
        assert 0.0 <= one.reinforcing <= one.share + 1e-12
    assert by_family == pytest.approx(
        {name: one.estimate for name, one in found.groups["all"].shares.items()}, abs=1e-9
    )


def test_runs_are_those_of_the_simulation(found: ds.Loops) -> None:
    result = ds.simulate("baseline", RUNS)
    grew = result.records["C"] > 0.0  # from the handoff on, which is at capability 0 there
    assert found.handed_off == int(grew.sum())
    assert found.groups["stayed"].n == int((grew & (result.records["road"] == "stayed")).sum())
    assert sum(group.n for end, group in found.groups.items() if end != "all") == found.handed_off


def test_the_answer_is_that_of_the_shares(found: ds.Loops) -> None:
    shares = Shares(paths(ds.load("baseline"), 1, np.arange(RUNS), module.APART, lambda count: None), LINKED)
    own = shares.of_runs(BASIN)
    assert found.answer == found.basin[CHOSEN][HALF]
    assert found.answer is not None
    assert found.answer.estimate == np.mean(own > 0.5)
    ends = found.basin_by_end.values()
    assert sum(one.estimate * one.n for one in ends) == pytest.approx(found.answer.estimate * found.handed_off)
    assert found.basin_by_end["stayed"].n == found.groups["stayed"].n
    assert np.all(shares.of_runs(BASIN, of_goodness=True) >= own - 1e-12)
    # Outside the basin from the start, goodness feeds on itself: that is what takes these runs further out.
    assert found.groups["start"].shares["goodness"].estimate > 0.5 if "start" in found.groups else True
    carried = shares.carried.sum(axis=1)
    assert np.all((np.abs(carried - 1.0) < 1e-9) | (carried == 0.0))


def test_a_run_is_the_same_whatever_it_is_looked_at_together_with() -> None:
    scenario = ds.load("rushed-handoff")
    together = Shares(paths(scenario, 1, np.arange(30), module.APART, lambda count: None), LINKED)
    for replicate in (3, 17):
        alone = Shares(paths(scenario, 1, np.array([replicate]), module.APART, lambda count: None), LINKED)
        among = together.carried[together.paths.run == replicate]
        assert alone.carried == pytest.approx(among, abs=1e-12)


def test_twice_as_many_moments_hardly_change_shares() -> None:
    scenario, runs = ds.load("baseline"), np.arange(60)
    coarse, fine = (Shares(paths(scenario, 1, runs, apart, lambda count: None), LINKED) for apart in (0.125, 0.0625))
    for name in ("policy", "growth", "goodness", "race"):
        assert coarse.of_runs((name,)).mean() == pytest.approx(fine.of_runs((name,)).mean(), abs=0.03)


def test_families_are_named_by_what_there_is() -> None:
    known = {*STOCKS, *quantities()}
    for family in FAMILIES:
        assert family.through <= known, family.name
        assert family.words
    assert in_words(("C", "pace")) == "capability C → pace P → capability C"
    assert len(CUTS) >= 7


def test_a_loop_that_the_policy_takes_part_in_is_not_the_basins_own() -> None:
    assert family_of(("A", "goodness", "margin", "depth")) == "goodness"
    assert family_of(("A", "goodness", "margin", "depth", "W", "estimated margin", "effort on goodness")) == "policy"
    assert family_of(("C", "pace")) == "growth"
    assert family_of(("Z",)) == "other"


def test_where_nobody_hands_off_there_is_nothing_to_look_at() -> None:
    found = ds.loops("never-hand-off", 3)
    assert found.handed_off == 0
    assert found.answer is None
    assert "no run came to a handoff" in repr(found)
    assert found.as_dict()["basin_carries_more_than"] == []
    assert ds.plot.loop_areas(found).size == 1


def test_uncertain_inputs_are_drawn() -> None:
    assert ds.loops(QUICK, 8).groups.keys() == ds.loops(QUICK, 8).groups.keys()


def test_a_family_that_cannot_be_cut_is_told() -> None:
    for name, told in (("reach", "no single argument cuts"), ("polcy", "did you mean `policy`")):
        with pytest.raises(ScenarioError, match=told):
            ds.loops("baseline", 3, cut=[name])


def test_a_cut_is_paired_with_the_runs_as_they_are() -> None:
    found = ds.loops("baseline", 3, cut="policy", pairs=300)
    (knockout,) = found.knockouts
    assert knockout.pairs == 300
    assert knockout.measures["p_stay"].estimate < -0.3
    assert knockout.measures["p_stay"].n == 300
    lost = sum(change.estimate for change in knockout.roads.values())
    assert lost == pytest.approx(-knockout.measures["p_stay"].estimate)


def test_one_run_is_told_by_itself() -> None:
    found = ds.loops("baseline", replicate=12)
    assert (found.replicate, found.replicates, found.handed_off) == (12, 1, 1)
    assert "replicate 12 of seed 1" in repr(found)
    trajectory = ds.trace("baseline", 12)
    assert trajectory.loops is not None
    assert trajectory.loops.as_dict() | {"seconds": 0} == found.as_dict() | {"seconds": 0}
    with pytest.raises(ValueError, match="replicate"):
        ds.loops("baseline", replicate=-1)


def test_own_processes_are_refused() -> None:
    own = ds.load("baseline").with_own(policy=lambda seen: ds.Shares(0.5))
    with pytest.raises(ValueError, match="one without them"):
        ds.loops(own, 3)
    assert ds.trace(own, 3).loops is None
