"""The best handoff: found where it is, judged without the luck of the winner, and on the model.

Would catch: a search that stops on its first grid, the luck of the best in its estimate, months called as good that
are not, a handoff that the scenario's own triggers take over, levels below what suffices.
"""

import json
from math import exp, sqrt
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis import handoff as module
from deference_sim.analysis.handoff import NEVER, OWN_WAY, best_handoff, runs_planned
from deference_sim.analysis.worlds import FRESH, Worlds
from deference_sim.pages import handoff as handoff_page
from deference_sim.pages import layout

from .pretended_worlds import pretend

BEST, HIGHEST = 2.3, 0.8


def hump(scenario: Any) -> float:
    """Return a chance that is highest for a handoff in month 2.3 to the least capable AIs."""
    if scenario.handoff.never:
        return 0.05
    at = scenario.handoff.at or 0.0
    return HIGHEST * exp(-(((at - BEST) / 1.2) ** 2) - scenario.handoff.capability)


@pytest.fixture
def world() -> Any:
    return ds.load("baseline").with_(**{"rival.lead": 6.0})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """One level and no changed assumptions: what is tested does not need them."""
    monkeypatch.setattr(module, "LEVELS_ABOVE", (0.0,))
    monkeypatch.setattr(module, "CHANGES", ())


def test_it_finds_the_best_month_and_level_and_what_is_as_good(monkeypatch: pytest.MonkeyPatch, world: Any) -> None:
    """On common random numbers and 40,000 worlds the months that lose a point or more are told apart."""
    pretend(monkeypatch, hump)
    found = best_handoff(world, 40_000)
    assert found.best.month == pytest.approx(BEST, abs=0.05)
    assert found.best.capability == 0.0
    first, last = found.as_good
    assert first <= BEST <= last
    assert HIGHEST - hump(world.with_(**{"handoff.at": first})) < 0.01
    assert HIGHEST - hump(world.with_(**{"handoff.at": last})) < 0.01
    assert found.lead == 6.0
    assert found.after == pytest.approx(6.0 - found.best.month)
    own, never = (next(way for way in found.alternatives if way.name == name) for name in (OWN_WAY, NEVER))
    assert own.loss.estimate == pytest.approx(HIGHEST - hump(world), abs=5 * own.loss.mcse)
    assert never.loss.estimate == pytest.approx(HIGHEST - 0.05, abs=5 * never.loss.mcse)
    assert never.share_handed_off == 0.0


def test_changed_assumptions_move_the_answer(monkeypatch: pytest.MonkeyPatch, world: Any) -> None:
    """With a best month at 40 % of the lead, half the lead halves it; more speed leaves it where it is."""
    pretend(monkeypatch, lambda s: HIGHEST * exp(-(((s.handoff.at or 0.0) / s.rival.lead - 0.4) ** 2) / 0.1))
    found = best_handoff(world, 20_000)
    months = {(moved.path, moved.factor): moved.month for moved in found.changes}
    assert months["rival.lead", 0.5] == pytest.approx(1.2, abs=0.1)
    assert months["rival.lead", 2.0] == pytest.approx(4.8, abs=0.2)
    assert months["capability.initial_speedup", 10.0] == pytest.approx(2.4, abs=0.1)


def test_the_luck_of_the_winner_is_not_in_its_estimate(
    monkeypatch: pytest.MonkeyPatch, world: Any, small: None
) -> None:
    """40 searches of independent worlds: 5 standard errors of the mean of 40·80 fresh worlds are 3.5 points."""
    pretend(monkeypatch, hump, common=False)
    found = [best_handoff(world, 80, seed) for seed in range(40)]
    truth = np.array([hump(world.with_(**{"handoff.at": one.best.month})) for one in found])
    error = sqrt(HIGHEST * (1.0 - HIGHEST) / (40 * 80))
    assert abs(np.mean([one.best.estimate.estimate for one in found] - truth)) < 5 * error
    assert np.mean([one.best.searched for one in found] - truth) > 5 * error  # where the luck is
    passed = [max(one.curve, key=lambda timing: -abs(timing.month - BEST)).as_good for one in found]
    assert sum(passed) > 40 * 0.95 - 5 * sqrt(40 * 0.95 * 0.05)


def test_fresh_worlds_and_the_search_share_no_seed() -> None:
    assert Worlds(7, "p_good").fresh.seed == 7 + FRESH
    assert Worlds(2**128 - 1, "p_good").fresh.seed == FRESH - 1


def test_the_months_tried_reach_as_far_as_a_handoff_can_matter(world: Any) -> None:
    assert module._window(world) == 6.0
    assert module._window(world.with_(**{"time_buying.before_handoff": 0.5})) == pytest.approx(12.0)
    assert module._window(world.with_(**{"rival.mode": "none"})) == world.horizon
    assert module._window(world.with_(horizon=4)) == 4.0
    uncertain = world.with_(**{"rival.lead": "2 to 9 months"})
    assert module._window(uncertain) == pytest.approx(9.0)


def test_levels_begin_with_the_least_that_suffices(world: Any) -> None:
    assert module._levels(world) == [0.0, 0.5, 1.0, 2.0]
    assert module._levels(world.with_(**{"handoff.capability": 0.7})) == [0.0, 0.5, 0.7, 1.0, 2.0]
    assert module._levels(world.with_(**{"handoff.capability": -0.5})) == [-0.5, 0.0, 0.5, 1.5]


def test_the_month_is_the_only_trigger_left() -> None:
    eager = {"handoff.when_lead_below": 3.0, "handoff.indifference": True, "handoff.never": True}
    scenario = module._at(ds.load("baseline").with_(**eager), 0.5, 2.0).handoff
    assert (scenario.at, scenario.capability, scenario.never, scenario.indifference) == (2.0, 0.5, False, False)
    assert scenario.when_lead_below is scenario.when_margin_above is None


def test_no_lead_leaves_one_month_to_try(monkeypatch: pytest.MonkeyPatch, small: None) -> None:
    pretend(monkeypatch, hump)
    found = best_handoff(ds.load("baseline").with_(**{"rival.lead": 0.0}), 50)
    assert (found.best.month, found.as_good, found.after) == (0.0, (0.0, 0.0), 0.0)


def test_an_uncertain_input_is_also_fixed_at_its_median(world: Any) -> None:
    factors = [(path, factor) for path, _, factor, _ in module._changed(world.with_(**{"rival.lead": "2 to 9 months"}))]
    assert ("rival.lead", 1.0) in factors
    assert ("handoff.human_pace", 1.0) not in factors


def test_bad_input_is_met_before_any_work(world: Any) -> None:
    with pytest.raises(ValueError, match="measure  p_bad  allowed: one of p_stay, p_good"):
        best_handoff(world, 10, measure="p_bad")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="replicates: found 0"):
        best_handoff(world, 0)


def test_faster_ais_are_handed_off_to_later_on_the_model(monkeypatch: pytest.MonkeyPatch, world: Any) -> None:
    """Six months in all, a modest start: AIs ten times as fast leave more time to make them good before the handoff."""
    monkeypatch.setattr(module, "LEVELS_ABOVE", (0.0,))
    monkeypatch.setattr(module, "CHANGES", (("capability.initial_speedup", (10.0,)),))
    monkeypatch.setattr(module, "_alternatives", lambda scenario, capability: {})
    start = {"goodness.broad_alignment": 0.0, "goodness.capability_profile": 0.3}
    done: list[int] = []
    changed = world.with_(**start)
    found = best_handoff(changed, 160, progress=done.append)
    (fast,) = found.changes
    assert found.best.month <= 4.0
    assert fast.month >= 4.0
    assert fast.month > found.best.month
    assert sum(done) <= runs_planned(changed, 160) + 2 * 160  # beside two runs of the best months


def test_the_page_and_the_json_hold_what_was_found(monkeypatch: pytest.MonkeyPatch, world: Any) -> None:
    pretend(monkeypatch, hump)
    found = best_handoff(world, 200)
    told = layout.html(handoff_page.page(found, "deference-sim handoff baseline"))
    first, last = found.as_good
    assert f"hand off in month {found.best.month:g}" in told
    assert f"Anything from {first:g} to {last:g} months is as good" in told
    assert "capability.initial_speedup" in told
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["best"]["month"] == found.best.month
    assert found._repr_html_().startswith("<div>")
