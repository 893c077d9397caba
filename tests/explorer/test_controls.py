"""Controls: one for every input, whose span holds its value and keeps to the declared range."""

from html import escape

import pytest

from deference_sim.explorer.controls import Control, paths_by_block
from deference_sim.explorer.page import Explorer
from deference_sim.explorer.spans import points_of, span_of
from deference_sim.explorer.state import View, start
from deference_sim.explorer.words import about_html
from deference_sim.scenario import load, shipped
from deference_sim.scenario.catalogue import paths_of
from deference_sim.scenario.explain import parameter_table
from deference_sim.scenario.plausible import core_paths


@pytest.fixture
def explorer() -> Explorer:
    return Explorer(*start("five-hazards", (), 256, 1))


@pytest.mark.parametrize("name", shipped())
def test_every_span_holds_the_value_and_lies_in_the_declared_range(name: str) -> None:
    scenario = load(name)
    for path, parameter, value in paths_of(scenario):
        if parameter.kind != "number":
            continue
        span = span_of(path, scenario)
        assert parameter.admits(span.low), path
        assert parameter.admits(span.high), path
        assert span.low + 10 * span.step < span.high, path
        if value is not None:
            assert span.low - span.step < value < span.high + span.step, path
        points = points_of(path, scenario, 9)
        assert (points[0], points[-1]) == pytest.approx((span.low, span.high))
        assert sorted(set(points)) == list(points)


def test_there_is_a_control_for_every_core_input_with_unit_status_and_meaning() -> None:
    core = [row for row in parameter_table() if row.tier == "core"]
    assert core_paths() == [row.path for row in core]
    for row in core:
        label = Control(row.path, load("baseline"), print).label.object
        for text in (row.path, row.unit, row.status, row.meaning, row.range):
            assert escape(text) in label, row.path


def test_every_other_input_is_in_a_block() -> None:
    scenario = load("five-hazards")
    others = [path for paths in paths_by_block(scenario).values() for path in paths]
    assert sorted([*core_paths(), *others]) == sorted(path for path, _, _ in paths_of(scenario))
    for path in others:
        Control(path, scenario, print)


def test_a_change_is_the_command_lines_and_can_be_taken_back(explorer: Explorer) -> None:
    explorer.change("rival.lead", "3 months")
    explorer.change("strategy.policy", "race")
    explorer.change("capability.stabilise_at", "null")
    expected = load("five-hazards", set=["rival.lead=3 months", "strategy.policy=race", "capability.stabilise_at=null"])
    assert explorer.scenario.hash == expected.hash
    assert "changed" in explorer.control("rival.lead").label.object
    explorer.change("rival.lead", f"{load('five-hazards').value('rival.lead')} months")
    explorer.change("strategy.policy", "")
    assert dict(explorer.view.settings) == {"capability.stabilise_at": "null"}
    assert "rival.lead" not in dict(explorer.view.settings)
    explorer.change("rival.lead", "-1")
    assert "at least 0" in explorer.control("rival.lead").problem.object
    assert "rival.lead" not in dict(explorer.view.settings)


def test_a_slider_that_is_moved_sets_a_round_value(explorer: Explorer) -> None:
    explorer.control("rival.lead").slider.value = 3.3000000000000003
    assert dict(explorer.view.settings) == {"rival.lead": "3.3 months"}
    assert explorer.control("rival.lead").entry.value == "3.3 months"


def test_an_uncertain_input_is_shown_as_such_and_fixed_by_its_slider() -> None:
    explorer = Explorer(*start("uncertain-baseline", (), 256, 1))
    control = explorer.control("rival.lead")
    assert "uncertain" in control.label.object
    assert control.entry.value.startswith("{lognormal")
    control.slider.value = 5.0
    assert "rival.lead" not in explorer.scenario.uncertain
    explorer.choose(View("baseline"))
    assert control.entry.value == "4 months"


def test_texts_of_scenarios_are_escaped() -> None:
    scenario = load("baseline").with_(description="<script>alert(1)</script>")
    told = about_html(scenario, View("<b>mine</b>"))
    assert "<script>" not in told
    assert "<b>mine" not in told
    assert "&lt;script&gt;" in told
