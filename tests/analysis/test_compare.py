"""Comparisons: paired on the same worlds, complete, and told with the runs to look at."""

import io

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.model.state import OUTCOMES
from deference_sim.pages import compare as compare_page
from deference_sim.pages.layout import html, show
from deference_sim.pages.wording import lost_by

N, SEED = 300, 4
GOOD = ("overtaken_safely", "punted", "stabilised", "ridden_out")


@pytest.fixture(scope="module")
def pair() -> tuple[ds.Scenario, ds.Scenario]:
    first = ds.load("rushed-handoff")
    return first, first.with_(**{"handoff.at": 0})


@pytest.fixture(scope="module")
def found(pair: tuple[ds.Scenario, ds.Scenario]) -> ds.Comparison:
    (one,) = ds.compare(*pair, replicates=N, seed=SEED)
    return one


def test_differences_are_paired_world_by_world(pair: tuple[ds.Scenario, ds.Scenario], found: ds.Comparison) -> None:
    """Would catch the sign of a difference, other worlds for the second, and an unpaired standard error."""
    before, after = (ds.simulate(scenario, N, seed=SEED).records for scenario in pair)
    assert [OUTCOMES[code] for code in found.outcomes[1]] == after["outcome"].tolist()
    good = [table["outcome"].isin(GOOD).to_numpy() for table in (before, after)]
    change = found.measures["p_good"][2]
    gained, lost = int((good[1] & ~good[0]).sum()), int((good[0] & ~good[1]).sum())
    assert (change.gained, change.lost) == (gained, lost)
    assert change.estimate == pytest.approx((gained - lost) / N)
    assert change.mcse == pytest.approx(np.sqrt(gained + lost - (gained - lost) ** 2 / N) / N)
    assert found.measures["p_good"][0].estimate == good[0].mean()
    assert min(gained, lost) > 5
    unpaired = np.hypot(*(found.measures["p_good"][place].mcse for place in (0, 1)))
    assert change.mcse < unpaired


def test_what_is_not_settled_is_no_good_end_of_either(pair: tuple[ds.Scenario, ds.Scenario]) -> None:
    """Would catch p_good as whatever is no catastrophe: half of the runs are under way when the horizon comes."""
    hurried = [scenario.with_(horizon=12) for scenario in pair]
    (one,) = ds.compare(*hurried, replicates=N, seed=SEED)
    for place, scenario in enumerate(hurried):
        ends = ds.simulate(scenario, N, seed=SEED).records["outcome"]
        assert one.measures["p_good"][place].estimate == ends.isin(GOOD).mean()
        assert one.shares["unresolved"][place].estimate == (ends == "unresolved").mean() > 0.2
    assert "unresolved" in one.losses


def test_every_changed_world_is_counted_once(found: ds.Comparison) -> None:
    before, after = found.outcomes
    assert sum(change.count for change in found.changes) == (before != after).sum()
    for change in found.changes:
        was, became = OUTCOMES.index(change.before), OUTCOMES.index(change.after)
        assert ((before == was) & (after == became)).sum() == change.count
        assert all((before[k], after[k]) == (was, became) for k in change.examples)
        assert 1 <= len(change.examples) <= 3
    shares = found.shares
    assert sum(one.estimate for one, _, _ in shares.values()) == pytest.approx(1.0)
    assert sum(change.estimate for _, _, change in shares.values()) == pytest.approx(0.0)


def test_inputs_that_differ_are_named(found: ds.Comparison) -> None:
    assert [(row.path, row.first, row.second) for row in found.inputs] == [("handoff.at", "1 months", "0 months")]


def test_a_scenario_differs_from_itself_in_nothing(pair: tuple[ds.Scenario, ds.Scenario]) -> None:
    (same,) = ds.compare(pair[0], pair[0], replicates=50)
    assert (same.inputs, same.changes) == ([], [])
    assert same.measures["p_stay"][2].estimate == 0.0
    text = html(compare_page.page(same))
    assert "no input differs" in text
    assert "Every world ends the same way in both." in text


def test_several_are_compared_with_the_first(pair: tuple[ds.Scenario, ds.Scenario]) -> None:
    found = ds.compare(*pair, ds.load("baseline"), replicates=30)
    assert [one.second.name for one in found] == ["rushed-handoff", "baseline"]
    assert all(one.first == pair[0] for one in found)
    with pytest.raises(ValueError, match="at least two"):
        ds.compare(pair[0])
    with pytest.raises(TypeError, match="one after the other"):
        ds.compare(list(pair))  # type: ignore[arg-type]


def test_the_page_names_runs_to_look_at(found: ds.Comparison) -> None:
    text = html(compare_page.page(found, "again", ("as it is", "at once"), ("trace A", "trace B")))
    first = found.changes[0].examples[0]
    assert f"trace A --replicate {first}" in text
    assert f"trace B --replicate {first}" in text
    assert "at once as against as it is" in text
    assert "Repeat: again" in text
    assert found._repr_html_().startswith("<div>")


def test_the_page_says_which_road_moves_most_first(found: ds.Comparison) -> None:
    """Would catch roads in the law's order, a change with the wrong sign, and luck that is hidden in p_good."""
    file = io.StringIO()
    show(compare_page.page(found, "again", ("as it is", "at once")), file)
    roads = (
        file.getvalue().partition("Where the others are lost, what differs most first")[2].partition("How it ends")[0]
    )
    moves = sorted(found.losses, key=lambda road: -abs(found.losses[road][2].estimate))
    begun = {road: lost_by(road, [found.first])[:20] for road in moves}
    places = [roads.index(begun[road]) for road in moves]
    assert places == sorted(places)
    first = next(line for line in roads.splitlines() if line.startswith(begun[moves[0]]))
    assert f"{100 * found.losses[moves[0]][2].estimate:+.0f}" in first
    assert "part of p_good: overtaken, and safely" in file.getvalue()
    assert "hazard adversary was fatal: foreign" in roads


def test_everything_is_in_the_json(found: ds.Comparison) -> None:
    told = found.as_dict()
    assert told["p_stay"]["difference"]["gained"] == found.measures["p_stay"][2].gained
    assert [change["count"] for change in told["changes"]] == [change.count for change in found.changes]
    assert told["inputs"] == [{"path": "handoff.at", "first": "1 months", "second": "0 months"}]
