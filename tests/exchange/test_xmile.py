"""Exported files: what stands in them, what PySD makes of them, and how near that is to the law's own text.

Would catch: a law that is written a second time and differs, a branch that is lost, an input that is not where the law
has it, a file that other tools cannot open, boxes that lie on one another, a step that is not first order.
"""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

import deference_sim as ds
from deference_sim.cli import app
from deference_sim.exchange.layout import HIGH, WIDE, layout, links, places
from deference_sim.exchange.reading import Reader, UnreadableError
from deference_sim.exchange.symbols import Condition, Symbol, chosen, text_of
from deference_sim.exchange.xmile import NAMESPACE, Variable
from deference_sim.model.declare import EQUATIONS
from validation.xmile import INTERVALS, POLICIES, STEPS, by_pysd, engine_error, errors, largest_error, reference

pytest.importorskip("pysd")
QUICK = 2.0  # months


@pytest.mark.parametrize("policy", POLICIES)
def test_pysd_follows_the_law_under_every_policy(policy: str) -> None:
    scenario = ds.load("baseline").with_(**{"strategy.policy": policy})
    exact = reference(scenario, QUICK)
    assert largest_error(by_pysd(scenario, exact["month"], 0.01), exact) < 0.005


def test_the_error_falls_with_the_step_in_proportion() -> None:
    first, second = errors(ds.load("baseline").with_(**{"strategy.policy": "fixed"}))
    assert first / second == pytest.approx(STEPS[0] / STEPS[1], rel=0.05)


def test_the_engine_comes_nearer_as_reviews_come_more_often() -> None:
    first, second = (engine_error(ds.load("rushed-handoff"), interval) for interval in INTERVALS)
    assert first / second == pytest.approx(2.0, rel=0.1)
    assert second < 0.01


@pytest.mark.parametrize("name", ["partial-deference", "tax-hump", "single-deadline"])
def test_pysd_follows_the_law_in_other_worlds(name: str) -> None:
    exact = reference(ds.load(name), QUICK)
    assert largest_error(by_pysd(ds.load(name), exact["month"], 0.01), exact) < 0.005


@pytest.mark.parametrize("name", ["never-hand-off", "five-hazards", "no-basin", "safety-case-gated", "lean-rush"])
def test_scenarios_of_every_kind_export(name: str) -> None:
    model = ds.export(name)
    tree = ElementTree.fromstring(model.text)
    names = [one.name.lower() for one in model.variables]
    assert tree.tag == f"{{{NAMESPACE}}}xmile"
    assert len(set(names)) == len(names)
    assert len(model.auxiliaries) <= 1000
    assert all(one.told and one.equation for one in model.variables)


def test_a_handoff_by_simulations_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"set handoff\.indifference=false"):
        ds.export(ds.load("baseline").with_(**{"handoff.indifference": True}))


def test_no_two_boxes_overlap() -> None:
    at = places(ds.export("tax-hump").variables).values()
    assert all(abs(x - u) >= WIDE or abs(y - v) >= HIGH for (x, y), (u, v) in combinations(at, 2))


def test_arrows_go_from_all_that_moves_to_what_has_it_in_its_equation() -> None:
    """Would catch an arrow that no equation has, one that is missing, one between boxes that there are not."""
    model = ds.export("baseline")
    view = ElementTree.fromstring(model.text).find(f".//{{{NAMESPACE}}}view")
    assert view is not None
    arrows = view.findall(f"{{{NAMESPACE}}}connector")
    ends = [
        tuple(str(one.findtext(f"{{{NAMESPACE}}}{end}")).replace("_", " ") for end in ("from", "to")) for one in arrows
    ]
    assert ends == links(model.variables)
    assert len(set(ends)) == len(ends) == len({one.get("uid") for one in arrows})
    assert {name for link in ends for name in link} <= set(places(model.variables))
    equations = {one.name: one.equation for one in model.variables}
    assert all(re.search(rf"\b{source.replace(' ', '_')}\b", equations[target]) for source, target in ends)
    assert ("growth rate rate", "change of capability C") in ends
    assert ("capability C", "change of capability C") not in ends  # but by the pace, and what makes that
    inputs = {one.name for one in model.auxiliaries if re.fullmatch(r"[-\d.e()]+", one.equation)}
    assert len(inputs) > 30
    assert inputs.isdisjoint(source for source, _ in ends)


def test_an_arrow_leaves_towards_where_it_goes() -> None:
    one, other, third = (Variable("aux", name, text, "", "") for name, text in (("a", "b"), ("b", "a"), ("c", "a + b")))
    lines = [line for line in layout([one, other, third]) if line.startswith("<connector")]
    assert [line.partition('angle="')[2].partition('"')[0] for line in lines] == ["180.0", "0.0", "0.0", "0.0"]
    assert "<from>b</from><to>a</to>" in lines[0]


def test_a_draw_is_another_world_than_the_medians_and_the_same_each_time() -> None:
    first, again = ds.export("uncertain-baseline", draw=3).text, ds.export("uncertain-baseline", draw=3).text
    assert first == again
    assert first != ds.export("uncertain-baseline").text


def test_a_file_says_what_it_leaves_out_and_where_inputs_come_from(tmp_path: Path) -> None:
    text = ds.export("baseline").save(tmp_path / "b.xmile").read_text("utf-8")
    assert "Left out: halts of deference" in text
    assert "Source: the essay: from about 0 to 10 and more" in text
    assert "<units>py/month</units>" in text


def test_both_ways_of_a_branch_are_followed_and_undone() -> None:
    found = chosen(Condition("(x > 0.0)"), Symbol("a"), 1.0)
    assert text_of(found) == "(IF (x > 0.0) THEN a ELSE 1.0)"
    assert chosen(Condition("(x > 0.0)"), 2.0, 2.0) == 2.0


def test_what_cannot_be_read_is_refused_by_function_and_line() -> None:
    def odd(x: float) -> float:
        return next(x for _ in range(1))

    EQUATIONS[odd] = next(iter(EQUATIONS.values()))
    try:
        with pytest.raises(UnreadableError, match=r"odd, line \d+: cannot be carried out"):
            Reader(lambda function, what, value: value).call(odd, Symbol("x"))
    finally:
        del EQUATIONS[odd]


def test_the_command_writes_a_file_and_refuses_with_the_remedy(tmp_path: Path) -> None:
    written = CliRunner().invoke(app, ["export", "baseline", "--out", str(tmp_path / "b.xmile")])
    refused = CliRunner().invoke(app, ["export", "slow-takeoff", "--out", str(tmp_path / "s.xmile")])
    assert "18 stocks" in written.output
    assert (tmp_path / "b.xmile").read_text("utf-8") == ds.export("baseline").text
    assert refused.exit_code == 2
    assert "handoff.indifference=false" in refused.output.replace("\n", "")
