"""Why two scenarios differ: shares that sum to the difference, exact where they are known.

Would catch: weights of coalitions that are off, a mixture that is no scenario between the two, other worlds for a
mixture, a word parted from the fields that it switches, orders drawn so that shares lean to one side.
"""

from collections.abc import Callable, Iterator, Sequence
from math import exp
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis import explain as analysis
from deference_sim.analysis.explain.mixing import Mixing
from deference_sim.analysis.explain.players import players_of
from deference_sim.analysis.explain.shapley import exact, sampled
from deference_sim.model.roads import OUTRUN, STAYED
from deference_sim.model.state import AI_TAKEOVER, STABILISED
from deference_sim.trajectory.record import RECORD_DTYPE
from validation.quiet import hazard, quiet

N, SEED = 400, 7


def shares_of(worth: Callable[[Sequence[int]], float], players: int, order: Any) -> np.ndarray:
    """Return what each player's share is of a game whose coalitions are worth ``worth`` of their members."""
    members = ([k for k in range(players) if coalition >> k & 1] for coalition in order.weights)
    return sum(weights * worth(inside) for weights, inside in zip(order.weights.values(), members, strict=True))


@pytest.mark.parametrize("players", [1, 2, 5, 12])
def test_of_a_sum_each_has_its_own(players: int) -> None:
    own = np.arange(1.0, players + 1.0) ** 2
    assert shares_of(lambda inside: own[inside].sum(), players, exact(players)) == pytest.approx(own, rel=1e-12)


def test_of_a_product_each_has_half_of_what_they_do_together() -> None:
    """v = x·y, from 2·3 to 5·7: one adds 3·(3 + 7)/2, the other 4·(2 + 5)/2; a third without effect nothing."""
    worth = lambda inside: (5.0 if 0 in inside else 2.0) * (7.0 if 1 in inside else 3.0)  # noqa: E731
    for order in (exact(3), sampled(3, 3, np.random.default_rng(1))):
        assert shares_of(worth, 3, order) == pytest.approx([15.0, 14.0, 0.0], abs=1e-12)


def test_drawn_orders_lean_to_no_side() -> None:
    rng = np.random.default_rng(SEED)
    worths = rng.random(1 << 6)
    worth = lambda inside: worths[sum(1 << k for k in inside)]  # noqa: E731
    drawn = np.array([shares_of(worth, 6, sampled(6, 2, rng)) for _ in range(2000)])
    assert drawn.sum(axis=1) == pytest.approx(np.full(2000, worths[-1] - worths[0]), abs=1e-12)
    error = drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))
    assert (abs(drawn.mean(axis=0) - shares_of(worth, 6, exact(6))) < 5.0 * error).all()


def test_of_two_hazards_each_has_its_share_of_the_product() -> None:
    """Both must be survived for a year: from 1 to exp(-a)·exp(-b)."""
    a, b = 0.9, 0.3
    first = quiet(**{"capability.stabilise_at": 12.0})
    second = first.with_(hazards=[hazard("one", rate=a), hazard("two", rate=b)])
    found = ds.explain(first, second, 4_000, SEED)
    assert [player.name for player in found.players] == ["hazards.one", "hazards.two"]
    known = [0.5 * (x - 1.0) * (1.0 + y) for x, y in ((exp(-a), exp(-b)), (exp(-b), exp(-a)))]
    for share, expected in zip(found.shares["p_good"], known, strict=True):
        assert abs(share.estimate - expected) < 5.0 * share.mcse


def pretended(monkeypatch: pytest.MonkeyPatch, chance: Callable[[Any], float]) -> None:
    """Have world ``k`` of ``n`` end well where (k + ½)/n is below the scenario's ``chance``."""

    def stream(scenarios: Sequence[Any], jobs: Any, *_given: Any, **_more: Any) -> Iterator[Any]:
        for place, worlds in jobs:
            made = np.zeros(len(worlds), RECORD_DTYPE)
            good = (worlds + 0.5) / N < chance(scenarios[place])
            made["replicate"], made["outcome"] = worlds, np.where(good, STABILISED, AI_TAKEOVER)
            made["road"] = np.where(good, STAYED, OUTRUN)
            yield place, made, []

    monkeypatch.setattr(analysis, "stream", stream)


def test_where_inputs_add_up_each_has_what_it_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    pretended(monkeypatch, lambda s: 0.5 + 0.1 * (s.rival.lead - 1.0) - 0.2 * (s.rival.speed - 1.0))
    base = ds.load("baseline").with_(**{"rival.lead": 1.0, "rival.speed": 1.0})
    found = ds.explain(base, base.with_(**{"rival.lead": 3.0, "rival.speed": 2.0}), N)
    assert [share.estimate for share in found.shares["p_stay"]] == pytest.approx([0.2, -0.2], abs=1e-12)


@pytest.mark.parametrize("value", [None, "stabilised=1,overtaken_safely=0.5,month=-0.002"])
def test_shares_sum_to_what_a_comparison_says(value: str | None) -> None:
    pair = "baseline", "rushed-handoff"
    found = ds.explain(*pair, N, SEED, value=value)
    (compared,) = ds.compare(*pair, replicates=N, seed=SEED, value=value)
    assert found.measures.keys() == compared.measures.keys()
    for name, (first, second, change) in found.measures.items():
        assert (first, second) == compared.measures[name][:2]
        assert change == compared.measures[name][2]
        assert sum(share.estimate for share in found.shares[name]) == pytest.approx(change.estimate, abs=1e-9)


def test_of_many_inputs_orders_are_drawn_and_shares_still_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = "baseline", "rushed-handoff"
    whole = ds.explain(*pair, N, SEED)
    monkeypatch.setattr(analysis, "MOST_EXACT", 3)
    drawn = ds.explain(*pair, N, SEED)
    assert (whole.orders, drawn.orders) == (None, 400)
    for name, (_, _, change) in whole.measures.items():
        assert drawn.measures[name][2] == change
        assert sum(share.estimate for share in drawn.shares[name]) == pytest.approx(change.estimate, abs=1e-9)
        for one, other in zip(drawn.shares[name], whole.shares[name], strict=True):
            assert abs(one.estimate - other.estimate) < 5.0 * one.mcse
            assert one.low < one.estimate < one.high


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("baseline", "rushed-handoff"),
        ("uncertain-baseline", "rushed-handoff"),
        ("baseline", "five-hazards"),
        ("uncertain-baseline", "ai-2027"),
        ("plan-a", "hostile-world"),
    ],
)
def test_mixtures_lead_from_the_one_to_the_other(first: str, second: str) -> None:
    one, other = ds.load(first), ds.load(second)
    mixing = Mixing(one, other)
    everything = frozenset(found.path for found in mixing.inputs)
    assert mixing.mixed(frozenset()).canonical() == one.canonical()
    assert mixing.mixed(everything).canonical() == other.canonical()
    backwards = Mixing(other, one)
    some = frozenset(sorted(everything)[::2])
    assert mixing.mixed(some).canonical() == backwards.mixed(everything - some).canonical()


def test_a_mixture_is_the_first_with_values_of_the_second() -> None:
    first, second = ds.load("baseline"), ds.load("rushed-handoff")
    by_hand = first.with_(**{"rival.lead": 3.0, "handoff.at": 1.0})
    assert Mixing(first, second).mixed(frozenset({"rival.lead", "handoff.at"})).hash == by_hand.hash


def test_a_correlation_is_an_input_where_both_are_uncertain_in_both() -> None:
    first = ds.load("uncertain-baseline")
    tied = {"between": ["goodness.broad_alignment", "goodness.capability_profile"], "spearman": 0.5}
    second = first.with_(correlations=[tied])
    names = [player.name for player in players_of(Mixing(first, second), SEED)]
    assert "correlation of goodness.broad_alignment and goodness.capability_profile" in names
    fixed = first.with_(**{"goodness.broad_alignment": 1.0})
    assert [player.name for player in players_of(Mixing(first, fixed), SEED)] == ["goodness.broad_alignment"]


def test_a_word_moves_with_the_fields_that_it_switches() -> None:
    base = ds.load("baseline").with_(**{"rival.lead": 8.0})
    takeoff = base.with_(**{"rival.speed": 1.5, "rival.handle_at": 1.0, "tax.decline": 0.1})
    changes = {"rival.mode": "deadline", "rival.speed": 1.0, "rival.handle_at": 3.0, "tax.decline": 0.2}
    deadline = takeoff.with_(**changes)
    players = players_of(Mixing(takeoff, deadline), SEED)
    assert [player.name for player in players] == ["tax.decline", "rival.mode with rival.speed with rival.handle_at"]


def test_inputs_that_cannot_be_moved_apart_move_together() -> None:
    first = ds.load("baseline").with_(**{"capability.milestones": None})
    second = ds.load("ai-2027")
    together = {player.name for player in players_of(Mixing(first, second), SEED)}
    assert "capability.law with capability.milestones" in together


def test_groups_join_paths_hazards_and_blocks() -> None:
    mixing = Mixing(ds.load("baseline"), ds.load("rushed-handoff"))
    (goodness, others) = players_of(mixing, SEED, [["goodness"], ["rival.lead", "handoff.at"]])
    assert len(goodness.inputs) == 2
    assert others.name == "rival.lead with handoff.at"
    with pytest.raises(ds.ScenarioError, match=r"rival\.leed.*did you mean"):
        players_of(mixing, SEED, [["rival.leed"]])


def test_a_mixture_that_is_no_scenario_names_the_remedy() -> None:
    first = ds.load("baseline").with_(**{"handoff.halt_below": 0.1, "handoff.resume_above": 0.2})
    second = first.with_(**{"handoff.resume_above": 0.5, "handoff.halt_below": 0.4})
    with pytest.raises(ds.ScenarioError, match=r"resume_above.*--group"):
        ds.explain(first, second, 10)
    assert len(ds.explain(first, second, 10, groups=[["handoff"]]).players) == 1


def test_two_that_say_the_same_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing to explain"):
        ds.explain("baseline", "baseline")
