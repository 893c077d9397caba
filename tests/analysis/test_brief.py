"""The brief: what it advises, what would flip it, and that its figures are those of the commands beside them.

Would catch: advice that hangs on which of several equals comes out first, a flip at the wrong value or of the wrong
sign, weights that flip a choice elsewhere than where two are worth the same, thirds that lose futures, a part that is
asked otherwise than its command, anything that differs from run to run.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.analysis import brief as briefs
from deference_sim.analysis import discover as discovery
from deference_sim.analysis import handoff
from deference_sim.analysis.brief import choices_of
from deference_sim.analysis.brief.choices import weight_flips
from deference_sim.analysis.brief.flips import crossings, flips, policy_flips
from deference_sim.analysis.brief.keep_up import keep_up
from deference_sim.analysis.brief.signposts import parted
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.sensitivity.inputs import choose
from deference_sim.analysis.worlds import Worlds
from deference_sim.pages import page_of
from deference_sim.pages.layout import Heading, Paragraph, Table

from ..cli.commands import output_of, without_times
from .pretended_worlds import pretend

FEW = 40
SETTINGS = (
    *("--set", "horizon=24", "--set", "capability.stabilise_at=1.5", "--set", "rival.lead=1.5 months"),
    *("--set", "evaluation.review_interval=1 month", "--set", "rival.danger_at=0.2", "--set", "handoff.at=0.5 months"),
)
QUICK = ds.load("baseline", set=SETTINGS[1::2])

# ---- what is advised ----------------------------------------------------------------------------------------


def around(month: float, best: float = 0.6, never: float = 0.1) -> Callable[[Any], float]:
    """Return chances that are ``best`` at a handoff in ``month``, less before and after, and ``never`` without one."""

    def chance(scenario: Any) -> float:
        if scenario.handoff.never:
            return never
        return float(0.2 + (best - 0.2) * np.exp(-(((scenario.handoff.at or 0.0) - month) ** 2)))

    return chance


def advised(monkeypatch: pytest.MonkeyPatch, chance: Callable[[Any], float], at: float, seed: int = 1) -> Any:
    pretend(monkeypatch, chance)
    monkeypatch.setattr(handoff, "LEVELS_ABOVE", (0.0,))
    found = handoff.best_handoff(QUICK.with_(**{"handoff.at": at, "rival.lead": 4}), 400, seed, moved=False)
    return found, choices_of(found, Worlds(seed, "p_good").fresh, 1_600)[0]


def test_the_scenario_s_own_date_is_advised_where_it_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    _, choices = advised(monkeypatch, around(1.0), at=1.0)
    assert choices.advised == briefs.OWN_WAY


def test_a_better_date_is_advised_where_the_own_one_is_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    found, choices = advised(monkeypatch, around(1.0), at=3.0)
    assert choices.advised == briefs.BEST
    assert found.as_good[0] <= 1.0 <= found.as_good[1]
    assert choices[briefs.OWN_WAY].is_worse
    assert choices[briefs.BEST].gain.low > 0.0


def test_never_is_advised_where_it_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch advice that only looks among dates."""
    _, choices = advised(monkeypatch, around(1.0, never=0.9), at=1.0)
    assert choices.advised == briefs.NEVER


def test_advice_does_not_move_with_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """20 seeds: all advise alike, and the dates advised have one in common, but for at most one seed."""
    for at, expected in ((1.0, briefs.OWN_WAY), (3.0, briefs.BEST)):
        made = [advised(monkeypatch, around(1.0), at, seed) for seed in range(20)]
        assert {choices.advised for _, choices in made} == {expected}
        spans = sorted(found.as_good for found, _ in made)
        assert any(sum(first <= month <= last for first, last in spans) >= 19 for month in (0.9, 1.0, 1.1))


# ---- what would flip it -------------------------------------------------------------------------------------


def apart(value: float, error: float = 0.01) -> Difference:
    return Difference(value, value - 1.96 * error, value + 1.96 * error, error, 1000, 0, 0)


def test_a_crossing_lies_where_the_line_meets_0() -> None:
    looks = {0.1: apart(-0.3), 0.5: apart(-0.1), 0.9: apart(0.3)}
    (found,) = crossings(looks, 0.2)
    assert found.at == pytest.approx(0.6)
    assert (found.low, found.high) == (pytest.approx(0.5 + 0.4 * 0.0804 / 0.4), pytest.approx(0.5 + 0.4 * 0.1196 / 0.4))
    assert found.sure_at == 0.9


def test_crossings_on_both_sides_and_none_where_nothing_is_sure() -> None:
    """Would catch the wrong sign, and a flip that is luck."""
    both = crossings({0.0: apart(0.2), 0.5: apart(-0.2), 1.0: apart(0.2)}, 0.5)
    assert [one.at for one in both] == [pytest.approx(0.25), pytest.approx(0.75)]
    assert crossings({0.0: apart(-0.2), 1.0: apart(0.02)}, 0.0) == []
    assert crossings({0.0: apart(-0.2), 1.0: apart(-0.3)}, 0.0) == []


def test_a_flip_is_found_where_two_choices_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handing off succeeds with a chance of lead/6, never handing off with one half: they are alike at 3 months."""

    def run_at(
        scenario: ds.Scenario,
        draws: Mapping[str, NDArray[np.float64]],
        seed: int,
        replicates: NDArray[np.int64],
        keep: object,
        told: object = None,
    ) -> NDArray[np.bool_]:
        luck = np.random.default_rng([seed, scenario.handoff.never]).random(10_000)[replicates]
        chance = 0.5 if scenario.handoff.never else np.clip(draws["rival.lead"] / 6.0, 0.0, 1.0)
        return np.asarray(luck < chance)

    monkeypatch.setattr(sys.modules[flips.__module__], "run_at", run_at)
    scenario = QUICK.with_(**{"rival.lead": 5})
    pretend(monkeypatch, around(0.5))
    monkeypatch.setattr(handoff, "LEVELS_ABOVE", (0.0,))
    worlds = Worlds(1, "p_good")
    choices, _ = choices_of(handoff.best_handoff(scenario, 400, moved=False), worlds.fresh, 1_600)
    assert choices.advised == briefs.OWN_WAY
    varied = choose(scenario, ["rival.lead"])
    (found,) = flips(scenario, varied, [(0,)], choices, worlds, 4000)
    assert found.to == briefs.NEVER
    assert found.own == (5.0,)
    assert found.low is not None
    assert found.high is not None
    assert found.low[0] < found.at[0] < found.high[0]
    # 5 standard errors of a difference of two chances of one half on 4,000 worlds each, over a slope of 1/6 a month.
    assert found.at[0] == pytest.approx(3.0, abs=5 * 6 * np.sqrt(0.5 / 4000))
    assert found.looked[0] < 3.0  # a choice that is better at higher values would be the wrong sign
    assert found.beyond.low > 0.0


def test_a_policy_flips_where_another_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """Racing succeeds with a chance of lead/6, a fixed share with one half: they are alike at 3 months."""

    def run_at(
        scenario: ds.Scenario,
        draws: Mapping[str, NDArray[np.float64]],
        seed: int,
        replicates: NDArray[np.int64],
        keep: object,
        told: object = None,
    ) -> NDArray[np.bool_]:
        races = scenario.strategy.policy == "race"
        luck = np.random.default_rng([seed, races]).random(10_000)[replicates]
        return np.asarray(luck < (np.clip(draws["rival.lead"] / 6.0, 0.0, 1.0) if races else 0.5))

    monkeypatch.setattr(sys.modules[flips.__module__], "run_at", run_at)
    scenario = QUICK.with_(**{"rival.lead": 5, "strategy.goodness_share": 0.1})
    policies = {
        "race": {"strategy.policy": "race", "strategy.time_buying_share": 0.0},
        "fixed": {"strategy.policy": "fixed", "strategy.goodness_share": 0.3},
    }
    varied = choose(scenario, ["rival.lead"])
    (found,) = policy_flips(scenario, varied, [(0,)], policies, "race", Worlds(1, "p_good"), 4000)
    assert (found.to, found.own) == ("fixed", (5.0,))
    assert found.at[0] == pytest.approx(3.0, abs=5 * 6 * np.sqrt(0.5 / 4000))
    words = " ".join(found.command.words)
    assert "--set strategy.policy=race --set strategy.time_buying_share=0" in words
    assert "--with strategy.policy=fixed" in words
    kept = scenario.strategy.time_buying_share  # what racing changes and the other leaves as the scenario has it
    assert f"--with strategy.time_buying_share={kept:g}" in words


def test_weights_flip_a_choice_where_both_are_worth_the_same() -> None:
    """One choice is good in .6 of all, the other in .5, and .3 and 0 of these are luck: alike where luck counts 2/3."""
    n = 1000
    worth = {"a": np.arange(n) < 600, "b": np.arange(n) < 500}
    nothing = np.zeros(n, bool)
    shares = {
        "a": {"overtaken_safely": np.arange(n) < 300, "unresolved": nothing},
        "b": {"overtaken_safely": nothing, "unresolved": nothing},
    }
    own = {"overtaken_safely": 1.0, "unresolved": 0.0}
    (found,) = weight_flips(shares, {name: one.astype(float) for name, one in worth.items()}, "a", own)
    assert (found.end, found.to) == ("overtaken_safely", "b")
    assert found.at == pytest.approx(2 / 3)
    assert found.sure is not None
    assert found.sure < found.at
    assert weight_flips(shares, {"a": worth["a"] * 1.0, "b": worth["b"] * 0.5}, "a", own) == []


# ---- keeping up, and what is seen ---------------------------------------------------------------------------


def test_the_least_lead_is_that_of_the_paths() -> None:
    """Would catch a lead of before the handoff, and one of the wrong end."""
    found = keep_up(QUICK, 64, 1, 24.0, lambda count: None)
    paths = ds.simulate(QUICK, 64).trajectories(64, 240)
    least = np.nanmin(np.where(paths.months >= 0.5, paths.lead, np.nan), axis=1)
    assert found.least_lead is not None
    middle, low = found.least_lead
    assert middle.estimate == pytest.approx(np.median(least), abs=0.3)
    assert low.estimate <= middle.estimate
    assert keep_up(QUICK.with_(**{"handoff.never": True}), 64, 1, 24.0, lambda count: None).least_lead is None


def test_thirds_hold_every_future_once() -> None:
    seen = np.random.default_rng(1).normal(size=600)
    seen[:30] = np.nan
    found = parted("lead", 1.0, seen)
    assert len(found) == 3
    assert (sum(met.astype(int) for _, met in found) == np.isfinite(seen)).all()
    assert all(150 < met.sum() < 230 for _, met in found)
    assert next(str(given) for given, _ in found).startswith("lead@1 < ")
    assert parted("lead", 1.0, np.ones(600)) == []


# ---- the whole ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole() -> briefs.Brief:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            discovery, "missing_extra", lambda: "discover needs EMA Workbench"
        )  # which takes seconds to import
        return ds.brief(QUICK, FEW, seed=3, worlds=["baseline"])


def test_every_part_is_what_its_command_says(whole: briefs.Brief) -> None:
    """Would catch a part with other replicates, another seed or another measure than the command beside it."""
    told = whole.as_dict()
    for part, key in {
        "run": "run",
        "handoff": "handoff",
        "required_lead": "required_lead",
        "tornado": "tornado",
        "sobol": "sobol",
        "knowing": "knowing",
        "strategy": "strategy",
    }.items():
        command = whole.commands[part]
        found = without_times(json.loads(output_of(command.name, "baseline", *SETTINGS, *command.words, "--json")))
        expected = told[key]
        for name in set(found) - {"hangs_on", "changes"}:
            assert found[name] == expected[name], (part, name)
    command = whole.commands["spread"]
    found = json.loads(output_of(command.name, "baseline", *SETTINGS, *command.words, "--json"))
    assert found["input_spread"] == json.loads(json.dumps(told["over_ranges"]))
    for month in whole.months:
        words = ("compare", "baseline", *SETTINGS, *month.command.words, "--json")
        assert json.loads(output_of(*words))["p_good"]["difference"] == month.gain.as_dict()


def test_a_signpost_is_what_its_command_says(whole: briefs.Brief) -> None:
    for post in whole.signposts[:3]:
        for third in post.thirds:
            words = ("run", "baseline", *SETTINGS, *third.command.words, "--no-look", "--json")
            assert json.loads(output_of(*words))["p_good"] == third.estimate.as_dict()


def test_the_same_brief_has_the_same_bytes(whole: briefs.Brief, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "missing_extra", lambda: "discover needs EMA Workbench")
    again = ds.brief(QUICK, FEW, seed=3, worlds=["baseline"])
    assert json.dumps(again.as_dict()) == json.dumps(whole.as_dict())
    assert page_of(again) == page_of(whole)


def test_the_page_answers_first_and_tells_its_commands(whole: briefs.Brief) -> None:
    page = page_of(whole, "deference-sim brief baseline", typed=("baseline", *SETTINGS))
    headings = [block.text for block in page if isinstance(block, Heading)][1:]
    assert headings == [
        "What should we do?",
        "How sure is that?",
        "What would change it?",
        "What does it rest on?",
    ]
    told = " ".join(block.text for block in page if isinstance(block, Paragraph))
    assert "Repeat: deference-sim brief baseline" in told
    assert told.count("From: deference-sim") >= 6
    assert "'rival.lead=1.5 months'" in told
    titles = [block.title for block in page if isinstance(block, Table)]
    assert {"The choices", "Two chances, not to be mixed", "Where the others are lost"} <= set(titles)


def test_a_brief_of_too_few_futures_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed: a whole number from 40"):
        ds.brief(QUICK, 10)
    with pytest.raises(ds.ScenarioError, match="one of p_stay, p_good"):
        ds.brief(QUICK, 40, measure="p_bad")


@pytest.mark.parametrize(
    ("changes", "measure", "said"),
    [
        ({"rival.mode": "none"}, "p_good", "Nobody presses"),
        ({"rival.mode": "deadline"}, "p_stay", "By p_stay, ends have no weights"),
        ({"handoff.never": True}, "stabilised=1,overtaken_safely=.5,unresolved=.3,month=-.002", "Hand off"),
        ({"capability.law": "{discrete: {software_explosion: 0.5, milestones: 0.5}}"}, "p_good", "between structures"),
    ],
)
def test_a_brief_of_any_kind_of_world(
    changes: dict[str, object], measure: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch a part that takes a rival, a date or a probability for granted."""
    monkeypatch.setattr(discovery, "missing_extra", lambda: "discover needs EMA Workbench")
    found = ds.brief(QUICK.with_(**changes), FEW, measure=measure, worlds=["baseline"])
    json.dumps(found.as_dict(), allow_nan=False)
    told = " ".join(block.text for block in page_of(found) if isinstance(block, Paragraph | Heading))
    assert said in told
    assert "nan" not in told
    assert "None" not in told
    for by in found.by:  # as the command beside it has it
        words = [word for path, value in changes.items() for word in ("--set", f"{path}={value}")]
        command = found.commands["alternatives"]
        said_there = json.loads(output_of(command.name, "baseline", *SETTINGS, *words, *command.words, "--json"))
        assert said_there["alternatives"] == [by.as_dict()]
