"""Who influences whom is found in the law: slopes are right, and what is switched off has no influence.

Would catch: a wrong rule of calculus in the numbers that remember, an influence of the wrong sign or left out, a
mechanism that stands in the picture of a scenario without it, a new quantity or event that has no place in a diagram.
"""

from itertools import combinations
from typing import Any

import pytest

import deference_sim as ds
from deference_sim.analysis import slopes
from deference_sim.analysis.influences import influences
from deference_sim.analysis.moment import hazards_of, just_deferring, parameters_of
from deference_sim.analysis.slopes import Nodes, sloped_law, slopes_of
from deference_sim.model.declare import EQUATIONS, Equation
from deference_sim.model.evaluation import review
from deference_sim.model.stocks import STOCKS
from deference_sim.model.strategy import decide
from deference_sim.plots.diagrams import CAUSES, EVENT_WORDS, GROUPS, HIGH, LOOPS, WIDE, placed, polarity_of
from deference_sim.scenario import shipped
from deference_sim.trajectory.rates import derivatives
from deference_sim.trajectory.state import stocks_in

MOVING = ("C", "A", "W", "D", "R", "bought", "Z")
STEP = 1e-5  # py or months; errors of the finite differences are far below the tolerance


def rates_by_hand(p: Any, stocks: dict[str, float]) -> tuple[float, ...]:
    """What the plain law does at these stocks after a review that is right, and a decision."""
    state = just_deferring(p, **stocks)
    review(state, p)
    decide(state, p)
    return derivatives(state, p, stocks_in(state))


@pytest.mark.parametrize("name", ["baseline", "tax-hump", "proliferate-methods", "commercial-spillover", "ai-2027"])
def test_slopes_are_those_of_the_law(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without quantities in between, slopes of the rates in the stocks must be finite differences of the whole chain.
    monkeypatch.setattr(slopes, "EQUATIONS", dict.fromkeys(EQUATIONS, Equation()))
    p = parameters_of(ds.load(name).with_(**{"evaluation.noise": 0}))
    stocks = {"C": 1.3, "A": 1.62, "W": 1.85, "D": 0.05, "R": 0.07, "bought": 0.4, "Z": 0.2}
    nodes = Nodes()
    law = sloped_law(nodes)
    state = just_deferring(p, **stocks)
    for letter in MOVING:
        setattr(state, letter, nodes.start(letter, stocks[letter]))
    law(review, state, p)
    law(decide, state, p)
    rates = law(derivatives, state, p, stocks_in(state))
    for letter in MOVING:
        if letter == "R":
            continue  # the clock at the start of `just_deferring` follows R; a traced R alone does not move it
        above = rates_by_hand(p, {**stocks, letter: stocks[letter] + STEP})
        below = rates_by_hand(p, {**stocks, letter: stocks[letter] - STEP})
        for stock, rate, high, low in zip(STOCKS, rates, above, below, strict=True):
            slope = slopes_of(rate).get(MOVING.index(letter), 0.0)
            if letter == "bought" and stock in ("C", "A", "W"):
                continue  # likewise: bought time and the clock move together there
            assert slope == pytest.approx((high - low) / (2 * STEP), rel=2e-4, abs=2e-6), (letter, stock)


def test_the_essays_influences_are_found_with_their_signs() -> None:
    found = influences(ds.load("five-hazards"))
    expected = {
        ("goodness", "margin"): "+",
        ("C", "margin"): "−",
        ("margin", "depth"): "+",
        ("depth", "A"): "+",
        ("tax", "A"): "−",
        ("tax", "effort on goodness"): "±",  # what is dear is less of it within reach where time is short
        ("estimated margin", "effort on goodness"): "−",
        ("C", "tax"): "−",
        ("C", "pace"): "±",  # it rises up to its peak and falls towards the ceiling
        ("margin", "AI catastrophe"): "−",
        ("aligned capability", "exogenous catastrophe"): "−",
        ("goodness", "overtaking"): "−",
        ("R", "overtaking"): "+",
        ("D", "overtaking"): "−",
        ("aligned capability", "time buying"): "+",
        ("time buying", "R"): "−",
        ("bought", "slack"): "±",  # more time, and less that can still be bought
        ("slack", "effort on goodness"): "±",  # more is aimed at, but where it is in vain less is given up
        ("slack", "effort on capability"): "±",
        ("D", "aligned capability"): "+",
        ("W", "waste"): "−",
        ("waste", "A"): "−",  # without wisdom the same work costs more
        ("R", "rival's pace"): "+",  # it takes off as we do
        ("lead", "slack"): "",  # which counts the months to the danger itself
        ("A", "onset of scheming"): "−",
        ("C", "onset of scheming"): "+",
        ("effort on capability", "T"): "−",  # tests age as AIs get smarter
    }
    assert {link: found.polarity(*link) for link in expected} == expected
    assert found.polarity("slack", "tax") == ""
    assert found.polarity("R", "pace") == ""  # the rival's pace is the law of ours at its own capability
    assert found.polarity("A", "room") == "−"


def test_schemers_only_pretend_what_work_on_goodness_gains() -> None:
    found = influences(ds.load("hail-mary"))  # in which the AIs that are looked at scheme
    assert found.polarity("effort on goodness", "V") == "+"
    assert found.polarity("pace", "schemers found") == "+"
    assert found.polarity("C", "schemers found") == "−"  # cleverer ones hide better


def test_no_influence_hangs_on_the_luck_of_one_run() -> None:
    """Would catch reviews that find too little at every state, so that no share of effort moves any more."""
    world = ds.load("baseline")
    plain = influences(world.with_(**{"evaluation.tax_error": 0.5, "evaluation.lead_error": 1}))
    assert plain == influences(world)
    unlucky = world.with_(**{"evaluation.persistent_error": 2})
    of_time = {"slack", "pace", "T"}  # which count only where a margin is given up for time
    links = [link for link in influences(world).signs if "effort on goodness" in link and of_time.isdisjoint(link)]
    assert links
    assert set(links) <= set(influences(unlucky).signs)


def test_what_is_switched_off_has_no_influence() -> None:
    baseline = influences(ds.load("baseline"))
    assert baseline.polarity("effort on capability", "A") == ""
    assert not any("Z" in link for link in baseline.signs)
    assert influences(ds.load("commercial-spillover")).polarity("effort on capability", "A") == "+"
    assert influences(ds.load("proliferate-methods")).polarity("Z", "exogenous catastrophe") == "−"
    assert not any(
        "slack" in link for link in influences(ds.load("baseline").with_(**{"strategy.policy": "race"})).signs
    )
    assert influences(ds.load("no-basin")).polarity("depth", "A") in ("", "+")
    assert influences(ds.load("single-deadline")).polarity("goodness", "overtaking") == "−"
    alone = influences(ds.load("baseline").with_(**{"rival.mode": "none"}))
    assert not any(link[1] in ("R", "overtaking") for link in alone.signs)


def test_named_loops_reinforce_or_balance_as_in_the_essay() -> None:
    found = influences(ds.load("five-hazards")).merged(GROUPS)
    assert {loop.name: polarity_of(found, loop) for loop in LOOPS} == {
        "bootstrapping": "R",
        "takeoff": "R/B",
        "correction": "R/B",  # of two noisy estimates the greater lowers what is given back for taking the lesser
        "outgrowing one's goodness": "B",
        "buying time": "R/B",  # little time is not gained by giving up goodness in vain
    }


@pytest.mark.parametrize(
    ("name", "changes", "moves"),
    [
        ("baseline", {}, True),
        ("baseline", {"rival.lead": 60}, True),  # short of time or not, the law has it
        ("plan-b", {}, True),  # where goodness costs next to nothing, a thousandth of a month decides
        ("tax-ten-times", {}, True),
        ("single-deadline", {}, True),
        ("baseline", {"rival.mode": "none"}, False),
        ("baseline", {"strategy.policy": "margin_target"}, False),
        ("baseline", {"strategy.policy": "safety_case"}, False),
        ("baseline", {"strategy.policy": "fixed"}, False),
        ("baseline", {"evaluation.persistent_error": 0.6}, False),  # so little is known that no margin is given up
    ],
)
def test_time_moves_effort_where_the_law_has_it(name: str, changes: dict[str, Any], moves: bool) -> None:
    """Would catch states that are never short of time, and with them a slack that moves nothing."""
    found = influences(ds.load(name).with_(**changes) if changes else ds.load(name))
    for effort in ("effort on goodness", "effort on capability"):
        assert bool(found.polarity("slack", effort)) is moves


@pytest.mark.parametrize("name", sorted(shipped()))
def test_everything_found_has_a_place_of_its_own(name: str) -> None:
    # Would catch: a quantity or an event that is left out of the picture, or stands on top of another.
    links = influences(ds.load(name)).merged(GROUPS).signs
    words = {name: stock.words for name, stock in STOCKS.items()} | EVENT_WORDS
    places = placed(links, CAUSES, words)
    assert set(places) == {end for link in links for end in link}
    spots = [(place.x, place.y) for place in places.values()]
    assert len(set(spots)) == len(spots)
    without = placed(links, {}, words).values()  # as if nothing had a spot of its own
    assert all(abs(one.x - other.x) > WIDE or abs(one.y - other.y) > HIGH for one, other in combinations(without, 2))


def test_hazards_are_looked_at_by_name() -> None:
    assert len(hazards_of(ds.load("five-hazards"))) == 5
