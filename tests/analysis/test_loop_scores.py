"""Scores of loops against published figures and exact answers, on systems small enough to be worked out by hand.

Would catch: a score with a wrong sign or that hangs on how a flow is grouped, a loop left out or counted twice, shares
taken over loops of another partition, a slope lost at a minimum, a score that an auxiliary changes.
"""

from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis import slopes
from deference_sim.analysis.loops.moments import scored
from deference_sim.analysis.loops.paths import paths
from deference_sim.analysis.loops.scores import Scores, link_score, loop_scores, relative
from deference_sim.analysis.pointwise import CHOOSE, code_at_points
from deference_sim.analysis.slopes import Nodes, Several, Sloped, at_each, at_points, choose, minimum
from deference_sim.model.growth import between_knots
from deference_sim.model.tax import shape_factor

MARKET = 1e6


def scores_of(nodes: Nodes, rates: dict[str, Any], points: int = 1) -> Scores:
    """Return the scores of loops at points that all have the same links."""
    ((places, scores),) = loop_scores(nodes.made, rates, points)
    assert len(places) == points
    return scores


def bass(adopters: Any) -> Scores:
    """Diffusion with 1.5 contacts that adopt a year: what a share of the market has adopted, the rest still may."""
    nodes = Nodes()
    adopters = np.atleast_1d(np.asarray(adopters, float))
    potential, adopted = nodes.start("potential", MARKET - adopters), nodes.start("adopters", adopters)
    adoption = nodes.arrive("adoption", adopted * potential * 1.5 / MARKET)
    return scores_of(nodes, {"potential": -adoption, "adopters": adoption}, len(adopters))


def test_bass_diffusion_has_two_loops_whose_shares_are_those_of_the_market() -> None:
    adopters = np.array([1.0, 1e3, 4e5, 4.99e5, 9e5])
    found = relative(bass(adopters))
    assert set(found) == {("potential", "adoption"), ("adopters", "adoption")}
    assert found["adopters", "adoption"] == pytest.approx(1 - adopters / MARKET, abs=1e-6)
    assert found["potential", "adoption"] == pytest.approx(-adopters / MARKET, abs=1e-6)


def test_its_dominance_shifts_when_half_have_adopted() -> None:
    # Logistic growth from one adopter: half of the market at ln(N - 1) / 1.5 = 9.2103 years.
    for years, reinforcing in ((9.2102, True), (9.2104, False)):
        grown = np.exp(1.5 * years)
        shares = relative(bass(MARKET * grown / (MARKET - 1 + grown)))
        assert bool(shares["adopters", "adoption"][0] > 0.5) is reinforcing


def test_published_scores_of_single_links() -> None:
    # z = 2x + y while x goes from 5 to 7 and y from 4 to 5; a stock with inflow 5 to 10 and outflow 4 to 5.
    assert [link_score(2.0, 2.0, 5.0), link_score(1.0, 1.0, 5.0)] == pytest.approx([0.8, 0.2])
    assert [link_score(1.0, 5.0, 4.0), link_score(-1.0, 1.0, 4.0)] == pytest.approx([1.25, -0.25])
    assert link_score(1.0, 1.0, 0.0) == 0.0


def test_a_loop_alone_on_its_stocks_has_score_one_whatever_its_gain() -> None:
    for gain in (-3.0, -0.01, 0.01, 40.0):
        nodes = Nodes()
        stock = nodes.start("stock", np.array([2.0]))
        assert scores_of(nodes, {"stock": stock * gain})["stock",] == pytest.approx(np.sign(gain))


def arms_race(A: Any, B: Any, C: Any) -> Scores:
    """Three parties that arm towards what they think they need for the others: eight loops."""
    nodes = Nodes()
    a, b, c = (nodes.start(name, np.atleast_1d(value)) for name, value in zip("ABC", (A, B, C), strict=True))
    rates = {"A": b + 0.9 * c - a, "B": 1.1 * c + a - b, "C": 1.1 * a + 0.9 * b - c}
    return scores_of(nodes, rates)


def test_a_three_party_arms_race_has_eight_loops_whose_scores_in_steady_growth_are_products_of_slopes() -> None:
    assert len(arms_race(50.0, 100.0, 150.0)) == 8
    matrix = np.array([[-1.0, 1.0, 0.9], [1.0, -1.0, 1.1], [1.1, 0.9, -1.0]])
    values, vectors = np.linalg.eig(matrix)
    grown = np.real(vectors[:, np.argmax(np.real(values))])  # what is left of any start after a long time
    scores = arms_race(*np.abs(grown) * 1e9)
    (gain,) = {round(float(np.max(np.real(values))), 9)}
    # In growth at one rate every |Ṡ/S̈| is the inverse of that rate, so scores are products of slopes over it.
    assert scores["A", "B", "C"] == pytest.approx(1.0 * 0.9 * 0.9 / gain**3, rel=1e-6)
    assert scores["A",] == pytest.approx(-1.0 / gain, rel=1e-6)


def test_how_flows_are_grouped_changes_no_score() -> None:
    def tank(grouped: bool) -> Scores:
        nodes = Nodes()
        x, y = nodes.start("x", np.array([2.0])), nodes.start("y", np.array([5.0]))
        into, out = x * y * 0.3, y * 0.2
        flow = nodes.arrive("flow", into - out) if grouped else into - out
        return scores_of(nodes, {"x": y - x * 0.1, "y": flow})

    whole, apart = tank(grouped=True), tank(grouped=False)
    assert sum(whole.values()) == pytest.approx(sum(apart.values()), abs=1e-12)
    assert whole["y", "flow"] == pytest.approx(apart["y",], abs=1e-12)


def test_at_a_minimum_only_what_is_smaller_counts() -> None:
    nodes = Nodes()
    x, y = nodes.start("x", np.array([1.0, 3.0])), nodes.start("y", np.array([2.0, 2.0]))
    least = minimum(x, y)
    assert isinstance(least, Sloped)
    assert list(least.slopes[0]) == [1.0, 0.0]
    assert list(least.slopes[1]) == [0.0, 1.0]


def test_where_points_disagree_each_takes_its_own_way() -> None:
    values = np.array([-2.0, 3.0, -1.0, 5.0])
    found = at_points(np.arange(4), lambda places: _size(at_each(values[places])))
    sizes = np.zeros(4)
    for places, size in found:
        sizes[places] = size.value if isinstance(size, Sloped) else size
    assert list(sizes) == [2.0, 3.0, 1.0, 5.0]


def _size(x: Any) -> Any:
    return -x if x < 0.0 else x + 0.0


@pytest.mark.parametrize("without", ["depth", "margin", "room", "rival's pace"])
@pytest.mark.parametrize("name", ["baseline", "uncertain-baseline"])
def test_taking_an_auxiliary_out_changes_no_score(name: str, without: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each of these has one way in or one way out, so that every loop is left, only shorter by it.
    made = paths(ds.load(name), 1, np.arange(6), 0.5, lambda count: None)
    whole = _scores(made, without)
    arrive = Nodes.arrive
    monkeypatch.setattr(
        Nodes, "arrive", lambda self, name, number: number if name == without else arrive(self, name, number)
    )
    shorter = _scores(made, without)
    assert whole.keys() == shorter.keys()
    assert any(len(scores) > 20 for scores in whole.values())
    for place, scores in whole.items():
        assert scores.keys() == shorter[place].keys()
        for loop, score in scores.items():
            assert shorter[place][loop] == pytest.approx(score, abs=1e-9, rel=1e-9), loop


def _scores(made: Any, without: str) -> dict[int, dict[tuple[str, ...], float]]:
    """Return the scores of every loop at every moment, loops without mention of one quantity."""
    found: dict[int, dict[tuple[str, ...], float]] = {}
    for places, several in scored(made):
        for loop, score in several.items():
            for place, value in zip(places, score, strict=True):
                scores = found.setdefault(int(place), {})
                shorter = tuple(one for one in loop if one != without)
                scores[shorter] = scores.get(shorter, 0.0) + float(value)
    return {place: {loop: score for loop, score in scores.items() if score} for place, scores in found.items()}


def test_a_quantity_made_from_one_of_its_name_is_no_other() -> None:
    # Two ways of one name: a pace that some points take as it is, others with a part of it taken away.
    nodes = Nodes()
    stock = nodes.start("stock", np.array([1.0, 2.0]))
    pace = nodes.arrive("pace", stock * 3.0)
    less = nodes.arrive("pace", choose(stock > 1.5, pace * 0.5, pace))
    assert set(scores_of(nodes, {"stock": less}, 2)) == {("stock", "pace")}


def test_conditional_expressions_are_chosen_between_point_by_point() -> None:
    x = Nodes().start("x", np.array([-1.0, 2.0, 3.0]))
    found = choose(x > 0.0, x * 2.0, 5.0)
    assert found.value.tolist() == [5.0, 4.0, 6.0]
    assert found.slopes[0].tolist() == [0.0, 2.0, 2.0]
    assert choose(True, 1.0, x) == 1.0
    assert Several([x, 7.0, 8.0])[Sloped(np.array([0, 2, 1]), {})].value.tolist() == [-1.0, 8.0, 7.0]


def test_only_harmless_sides_are_computed_everywhere() -> None:
    """Would catch a logarithm or a quotient that is computed where the law takes the other side."""
    assert CHOOSE in code_at_points(between_knots).co_names
    assert "max" in code_at_points(between_knots).co_names  # its own text, which divides in the other expression
    assert code_at_points(shape_factor) is shape_factor.__code__  # has none


@pytest.mark.parametrize("name", ["tax-hump", "partial-deference"])
def test_points_part_or_not_with_the_same_scores(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = paths(ds.load(name), 1, np.arange(3), 0.5, lambda count: None)

    def by_place() -> dict[tuple[int, tuple[str, ...]], float]:
        found = ((places, relative(scores)) for places, scores in scored(made))
        return {
            (place, loop): share
            for places, shares in found
            for loop, several in shares.items()
            for place, share in zip(places.tolist(), several.tolist(), strict=True)
            if share != 0.0
        }

    together = by_place()
    monkeypatch.setattr(slopes, "code_at_points", lambda function: function.__code__)
    assert by_place() == pytest.approx(together, abs=1e-12)
