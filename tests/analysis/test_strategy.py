"""Strategies: the search finds what is best, its luck is not in the estimate, regret is what the best does better.

Would catch: a policy tried without a setting that it heeds, a search that drops the best early, estimates from the
worlds of the search, regret against the wrong policy, settings that do not fit.
"""

import json
from math import exp, sqrt
from typing import Any, get_args

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis import strategy as module
from deference_sim.analysis.strategy import POLICIES, SEARCHED, best_strategy, policies_to_compare, policy_regret
from deference_sim.model.strategy import Strategy
from deference_sim.pages import layout
from deference_sim.pages import strategy as strategy_page
from deference_sim.study.runner import run

from .pretended_worlds import pretend

WANTED = {"target": 1.2, "gate": 0.5}
CEILING = {"fixed": 0.3, "race": 0.1, "margin_target": 0.7, "safety_case": 0.8, "deadline_aware": 0.6}


def peaked(scenario: Any) -> float:
    """Return a chance that is best for safety_case near a target of 1.2 py and a gate of 0.5 py."""
    strategy = scenario.strategy
    if strategy.policy in ("fixed", "race"):
        return CEILING[strategy.policy]
    far = (strategy.target - WANTED["target"]) ** 2 + (strategy.gate - WANTED["gate"]) ** 2
    return CEILING[strategy.policy] * exp(-far)


def test_every_policy_is_searched_over_the_settings_that_it_heeds() -> None:
    """Other settings change no run; and each of its own is declared."""
    assert set(POLICIES) == set(get_args(Strategy.model_fields["policy"].annotation))
    assert set(SEARCHED) == set().union(*POLICIES.values()) <= set(Strategy.model_fields)
    world = ds.load("rushed-handoff")
    others = {"goodness_share": 0.1, "target": 0.3, "gate": 0.6}
    for policy, heeded in POLICIES.items():
        unheeded = {f"strategy.{name}": value for name, value in others.items() if name not in heeded}
        one = world.with_(**{"strategy.policy": policy})
        same, other = (run(scenario, 30, 3)[0] for scenario in (one, one.with_(**unheeded)))
        for name in set(same.dtype.names or ()) - {"believed_safe"}:  # which is as the target has it, heeded or not
            assert same[name].tobytes() == other[name].tobytes(), (policy, name)


def test_the_design_stays_within_its_bounds_and_leaves_effort_for_capability() -> None:
    scenario = ds.load("baseline")
    for policy in POLICIES:
        own, *design = module._candidates(scenario, policy)
        assert own == {name: getattr(scenario.strategy, name) for name in POLICIES[policy]}
        assert len(design) == len({tuple(one.values()) for one in design}) == 64
        for name in POLICIES[policy]:
            low, high = SEARCHED[name]
            assert all(low <= one[name] <= high for one in design)
    assert sum(SEARCHED[name][1] for name in ("goodness_share", "time_buying_share", "defence_share")) <= 1.0


def test_own_settings_that_do_not_fit_a_policy_are_left_out() -> None:
    busy = ds.load("baseline").with_(**{"strategy.time_buying_share": 0.9})
    assert len(module._candidates(busy, "fixed")) == 64
    assert len(module._candidates(busy, "race")) == 65


def test_the_search_finds_the_best_policy_and_settings_near_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, peaked)
    scenario = ds.load("baseline")
    found = best_strategy(scenario, 4_000)
    assert found.best.policy == "safety_case"
    tried = module._candidates(scenario, "safety_case")
    best = max(peaked(scenario.with_(**module._changes("safety_case", one))) for one in tried)
    chosen = peaked(scenario.with_(**found.best.changes))
    assert chosen == best > 0.75
    assert found.best.estimate.estimate == pytest.approx(chosen, abs=5 * found.best.estimate.mcse)
    assert found.own.estimate == pytest.approx(peaked(scenario), abs=5 * found.own.mcse)
    assert found.best.gain.estimate == pytest.approx(found.best.estimate.estimate - found.own.estimate)
    assert [tuned.as_good for tuned in found.policies] == [True, False, False, False, False]


def test_the_luck_of_the_winner_is_not_in_its_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    """All settings alike at one half, 16 replicates, 8 seeds, 5 policies: 5 standard errors are 9.9 points."""
    pretend(monkeypatch, lambda scenario: 0.5, common=False)
    scenario = ds.load("baseline")
    found = [tuned for seed in range(8) for tuned in best_strategy(scenario, 16, seed).policies]
    error = sqrt(0.25 / (16 * len(found)))
    assert abs(np.mean([tuned.estimate.estimate for tuned in found]) - 0.5) < 5 * error
    assert np.mean([tuned.searched for tuned in found]) > 0.5 + 5 * error  # where the luck is


def test_regret_is_what_the_best_of_a_world_does_better(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two worlds, three policies: one is best in each, the third regrets least and is best on average."""
    chances = {
        ("baseline", "fixed"): 0.9, ("baseline", "race"): 0.2, ("baseline", "safety_case"): 0.8,
        ("plan-b", "fixed"): 0.1, ("plan-b", "race"): 0.6, ("plan-b", "safety_case"): 0.5,
    }  # fmt: skip
    pretend(monkeypatch, lambda scenario: chances[scenario.name, scenario.strategy.policy])
    policies = {name: {"strategy.policy": name} for name in ("fixed", "race", "safety_case")}
    found = policy_regret(["baseline", ds.load("plan-b")], policies, 4_000)
    assert found.best == ("fixed", "race")
    assert found.minimax == found.best_on_average == "safety_case"
    assert found.largest_regret("safety_case") == pytest.approx(0.1, abs=0.03)
    assert found.largest_regret("race") == pytest.approx(0.7, abs=0.05)
    assert found.average("safety_case") == pytest.approx(0.65, abs=0.03)
    for policy in policies:
        for place, world in enumerate(found.worlds):
            estimate, regret = found.estimates[policy][place], found.regret[policy][place]
            assert estimate.estimate == pytest.approx(chances[world, policy], abs=5 * estimate.mcse)
            best = found.estimates[found.best[place]][place].estimate
            assert regret.estimate == pytest.approx(best - estimate.estimate)
    told = layout.html(strategy_page.regret_page(found))
    assert "safety_case does best in the worst case" in told
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["minimax_regret"] == "safety_case"


def test_without_policies_the_five_are_tried_at_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, peaked)
    found = policy_regret(["tax-hump"], replicates=50)
    assert list(found.policies) == list(POLICIES)
    assert found.policies["safety_case"]["strategy.gate"] == Strategy().gate


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"worlds": []}, "found none"),
        ({"worlds": ["baseline", "baseline"]}, "each once"),
        ({"worlds": ["baselin"]}, "did you mean `baseline`"),
        ({"worlds": ["baseline"], "policies": {}}, "policies are none"),
        ({"worlds": ["baseline"], "policies": {"mine": {"strategy.polcy": "race"}}}, "strategy.policy"),
        ({"worlds": ["baseline"], "replicates": 0}, "replicates: found 0"),
    ],
)
def test_bad_input_is_met_with_its_remedy(arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        policy_regret(**arguments)


def test_the_model_before_a_deadline_pays_for_a_better_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """One large risk at a known date: some policy does better than the scenario's own, with 5 standard errors."""
    monkeypatch.setattr(module, "DESIGN", 3)
    found = best_strategy(ds.load("single-deadline"), 160)
    assert found.best.gain.estimate > 5 * found.best.gain.mcse
    assert set(policies_to_compare(found)) == {"as it is", *POLICIES}
    assert next(tuned for tuned in found.policies if tuned.policy == "race").estimate.estimate < 0.1
    told = layout.html(strategy_page.page(found))
    assert f"Best of what was tried: {found.best.policy}" in told
    assert json.loads(json.dumps(found.as_dict(), allow_nan=False))["best"] == found.best.policy
