"""Sensitivity studies of scenarios: what is varied, on which worlds, what is shown, and how bad input is met."""

import json
from typing import Any, get_args

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.measure import stayed
from deference_sim.analysis.sensitivity import plan_of, planned_runs
from deference_sim.analysis.sensitivity.inputs import HALF_TO_DOUBLE, RANGES, WIDENED, choose
from deference_sim.analysis.sensitivity.result import Method
from deference_sim.pages import layout
from deference_sim.pages import sensitivity as sensitivity_page
from deference_sim.scenario import shipped
from deference_sim.scenario.distributions import Loguniform, Uniform
from deference_sim.scenario.listing import parameter_table
from deference_sim.scenario.plausible import TWINS, core_paths
from deference_sim.scenario.problems import ArgumentError, ScenarioError
from deference_sim.streams import named_stream, uniforms
from deference_sim.study.quasi_random import run_at
from deference_sim.study.runner import run

from .quick import QUICK

UNCERTAIN = ds.load("uncertain-baseline")
#: The same, were those who are quicker also thought to be further ahead.
TIED = UNCERTAIN.with_(
    correlations=[
        *({"between": list(pair), "spearman": 1} for pair in TWINS),
        {"between": ["capability.initial_speedup", "rival.lead"], "spearman": 0.7},
    ]
)
SMALL = {"tornado": 40, "sobol": 128, "morris": 4, "rank": 128, "voi": 128}


# ---- what is varied


def test_what_a_scenario_has_uncertain_is_varied_over_its_own_ranges() -> None:
    varied = choose(UNCERTAIN)
    assert [one.path for one in varied.inputs] == list(UNCERTAIN.uncertain)
    assert {one.path: one.distribution for one in varied.inputs} == dict(UNCERTAIN.uncertain)
    assert varied.scenario == UNCERTAIN


def test_correlated_inputs_are_one_group_and_come_together() -> None:
    labels = choose(TIED).labels
    assert "capability.initial_speedup + rival.lead" in labels
    assert "tax.broad_alignment + tax.capability_profile" in labels
    assert len(labels) == len(TIED.uncertain) - 3
    assert choose(TIED, ["rival.lead"]).labels == ["rival.lead + capability.initial_speedup"]
    assert [group for group in choose(TIED, ["rival.lead"]).bundles if len(group) > 1] == []  # either can move alone


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_scenario_is_varied_in_all_main_unknowns_over_what_is_plausible(name: str) -> None:
    scenario = ds.load(name)
    varied = choose(scenario)
    inputs = {one.path: one for one in varied.inputs}
    assert set(inputs) == {*core_paths(), *UNCERTAIN.uncertain, *scenario.uncertain}
    assert varied.left_out == ()
    assert not any(path.startswith(("strategy.", "handoff.")) for path in inputs)  # decisions
    for path, one in inputs.items():
        if path in scenario.uncertain:
            continue
        low, high = one.ends
        assert low <= scenario.value(path) <= high, path
        if one.range_from == RANGES:
            assert one.distribution == UNCERTAIN.uncertain[path]
        else:
            assert one.range_from == WIDENED
    # Where deference-goodness starts is one unknown, and so is what it costs, unless the scenario itself parts them.
    bundled = {varied.label(group) for group in varied.bundles if len(group) > 1}
    for pair in TWINS:
        assert " + ".join(pair) in bundled or set(pair) & set(scenario.uncertain), pair


def test_a_range_is_the_plausible_one_wherever_the_value_lies_in_it() -> None:
    inputs = {one.path: one for one in choose(ds.load("one-month-lead")).inputs}
    lead = inputs["rival.lead"]
    assert (lead.value, lead.range_from, lead.status) == (1.0, RANGES, "derived")
    assert lead.ends == pytest.approx((0.5, 12.0))
    assert (inputs["tax.decline"].range_from, inputs["tax.decline"].status) == (RANGES, "guess")


def test_a_range_is_widened_as_far_as_the_value_and_no_further() -> None:
    (lead,) = choose(ds.load("baseline").with_(**{"rival.lead": 60}), ["rival.lead"]).inputs
    assert (lead.range_from, lead.status) == (WIDENED, "guess")
    assert lead.ends == pytest.approx((0.5, 60.0))
    assert lead.distribution == Loguniform(*lead.ends)
    (edge,) = choose(ds.load("baseline").with_(**{"rival.edge": -3}), ["rival.edge"]).inputs
    assert edge.ends == pytest.approx((-3.0, 1.5))
    assert edge.distribution == Uniform(*edge.ends)


def test_without_a_plausible_range_it_is_half_to_double_within_what_is_allowed() -> None:
    scenario = ds.load("baseline").with_(
        **{"strategy.defence_share": 0.8, "strategy.gate": -0.4, "generations.alignment_sd": 0.2}
    )
    wanted = ["strategy.defence_share", "strategy.gate", "generations.alignment_sd"]
    inputs = {one.path: one for one in choose(scenario, wanted).inputs}
    assert {one.range_from for one in inputs.values()} == {HALF_TO_DOUBLE}
    assert inputs["strategy.defence_share"].distribution == Loguniform(0.4, 1.0)
    assert inputs["strategy.gate"].distribution == Uniform(-0.8, -0.2)
    assert inputs["generations.alignment_sd"].ends == (0.1, 0.4)


def test_a_core_input_that_is_null_is_left_out_and_said() -> None:
    scenario = ds.load("baseline").with_(**{"capability.stabilise_at": None})
    for wanted in ([], ["core"]):
        varied = choose(scenario, wanted)
        assert varied.left_out == (("capability.stabilise_at", "it is null"),)
        assert "capability.stabilise_at" not in {one.path for one in varied.inputs}
    told = " ".join(sensitivity_page.about_inputs(varied, scenario))
    assert "Left out: capability.stabilise_at (it is null)." in told


# ---- worlds


def test_given_draws_meet_the_worlds_of_any_run() -> None:
    """The uniform numbers that a run would draw, given to a design, make the records of that run."""
    replicates = np.arange(300)
    own = {path: uniforms(3, replicates, named_stream(f"parameter:{path}"), 0) for path in QUICK.uncertain}
    expected = stayed(run(QUICK, 300, 3)[0])
    assert (run_at(QUICK, QUICK.draws_at(own), 3, replicates, stayed) == expected).all()
    assert (run_at(QUICK, {}, 3, replicates, stayed) == expected).all()


def test_the_rest_of_the_inputs_is_drawn_as_ever() -> None:
    only_lead = run_at(QUICK, QUICK.draws_at({"rival.lead": np.full(200, 0.5)}), 1, np.arange(200), stayed)
    fixed = QUICK.with_(**{"rival.lead": QUICK.value("rival.lead")})
    assert (only_lead == stayed(run(fixed, 200, 1)[0])).all()


def test_correlations_among_the_given_inputs_hold() -> None:
    n = 4000
    own = {path: (np.random.default_rng(place).permutation(n) + 0.5) / n for place, path in enumerate(TIED.uncertain)}
    drawn = TIED.draws_at(own)
    ranks = {path: values.argsort().argsort() for path, values in drawn.items()}
    found = np.corrcoef(ranks["capability.initial_speedup"], ranks["rival.lead"])[0, 1]
    assert found == pytest.approx(0.7, abs=0.05)  # 5 standard errors are 0.04
    for first, second in TWINS:
        assert (ranks[first] == ranks[second]).all()


def test_handoff_by_indifference_has_its_table() -> None:
    scenario = QUICK.with_(**{"handoff.indifference": True})
    assert (run_at(scenario, {}, 1, np.arange(40), stayed) == stayed(run(scenario, 40, 1)[0])).all()


# ---- studies


@pytest.fixture(scope="module")
def studies() -> dict[str, ds.Sensitivity]:
    return {
        method: ds.sensitivity(QUICK, method, inputs=["uncertain", "tax.decline"], replicates=count, seed=0)  # type: ignore[arg-type]
        for method, count in SMALL.items()
    }


IMPORTANCE = {"tornado": "swing", "sobol": "total", "morris": "mu_star", "rank": "correlation", "voi": "value"}


@pytest.mark.parametrize("method", get_args(Method))
def test_a_study_is_a_sorted_table_with_intervals(studies: dict[str, ds.Sensitivity], method: str) -> None:
    table, column = studies[method].table, IMPORTANCE[method]
    assert set(table["input"]) == {"rival.lead", "goodness.broad_alignment", "tax.decline"}
    assert table["status"].isin(["given", "guess"]).all()
    sizes = table[column] if method in ("sobol", "voi") else table[column].abs()
    assert sizes.is_monotonic_decreasing
    assert (table[f"{column}_low"] <= table[column] + 1e-12).all()
    assert (table[column] <= table[f"{column}_high"] + 1e-12).all()


@pytest.mark.usefixtures("no_window")
@pytest.mark.parametrize("method", get_args(Method))
def test_a_study_shows_itself(studies: dict[str, ds.Sensitivity], method: str) -> None:
    found = studies[method]
    told = found._repr_html_()
    assert "rival.lead" in told
    assert "0.3 to 3 months" in told
    heading = sensitivity_page.page(found)[0]
    assert isinstance(heading, layout.Heading)
    assert heading.text == "baseline – what matters most for staying in the Basin of Good Deference (p_stay)"
    best = found.table.iloc[0]
    is_worth_it = method != "voi" or best["value"] > 0.0
    assert heading.answer.startswith(f"most by {best['input']}: " if is_worth_it else "no single input is worth")
    told_in_json = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    assert told_in_json["runs"] == found.runs == planned_runs(found.plan, method)
    axes = ds.plot.tornado(found)
    assert len(axes.get_yticklabels()) == 3
    message = "what matters most for p_stay is" if is_worth_it else "no input alone is worth knowing for p_stay"
    assert axes.get_title(loc="left").startswith(f"baseline: {message}")
    drawn = [text.get_text() for text in axes.texts]
    assert any(text.startswith(f"{found.runs:,} replicates, seed {found.plan.seed}, scenario hash") for text in drawn)


def test_a_study_is_repeatable_and_told_of_its_progress() -> None:
    counts: list[int] = []
    one = ds.sensitivity(QUICK, "sobol", inputs=["uncertain"], replicates=128, progress=counts.append)
    again = ds.sensitivity(QUICK, "sobol", inputs=["uncertain"], replicates=128)
    assert one.table.equals(again.table)
    # Two inputs, what is first taken, and what it is swapped with; both ranges are the scenario's own.
    assert sum(counts) == one.runs == 128 * 2 * 4


def test_the_status_of_a_range_is_the_same_wherever_it_is_told() -> None:
    """Would catch a study that calls a range published because the default within it is."""
    (row,) = parameter_table("rival.lead")
    assert (row.status, row.plausible_status) == ("published", "derived")
    for name in ("rushed-handoff", "uncertain-baseline"):
        study = ds.sensitivity(name, inputs=["rival.lead"], replicates=2)
        assert list(study.table["status"]) == ["derived"]
    chosen = ds.load("baseline").with_(**{"rival.lead": "2 to 3 months"})
    assert list(ds.sensitivity(chosen, inputs=["rival.lead"], replicates=2).table["status"]) == ["given"]


def test_a_tornado_bar_is_the_difference_of_two_runs_on_the_same_worlds() -> None:
    scenario = QUICK.with_(**{"rival.lead": 2})
    found = ds.sensitivity(scenario, "tornado", inputs=["rival.lead"], replicates=300, seed=4)
    (bar,) = found.table.to_dict("records")
    for end, value in zip(("at_low", "at_high"), choose(scenario, ["rival.lead"]).inputs[0].ends, strict=True):
        assert bar[end] == stayed(run(scenario.with_(**{"rival.lead": value}), 300, 4)[0]).mean()
    assert bar["swing"] == pytest.approx(bar["at_high"] - bar["at_low"])
    assert found.expected[0] == stayed(run(scenario, 300, 4)[0]).mean()


def test_more_lead_is_better_and_matters(studies: dict[str, ds.Sensitivity]) -> None:
    swings = studies["tornado"].table.set_index("input")["swing"]
    assert swings["rival.lead"] > 0.0


def test_the_value_of_information_helps_a_decision_of_ones_own() -> None:
    found = ds.sensitivity(QUICK, "voi", replicates=128, decision={"handoff.at": [0, "1 month"]})
    assert [one["option"] for one in found.more["decision"]["options"]] == [0, "1 month"]
    assert found.runs == 256


def test_both_components_of_goodness_move_as_one_in_a_bar() -> None:
    found = ds.sensitivity(QUICK, "tornado", inputs=list(TWINS[1]), replicates=100, seed=4)
    (bar,) = found.table.to_dict("records")
    assert bar["input"] == "tax.broad_alignment + tax.capability_profile"
    low, high = found.plan.varied.inputs[0].ends
    for end, value in (("at_low", low), ("at_high", high)):
        assert bar[end] == stayed(run(QUICK.with_(**dict.fromkeys(TWINS[1], value)), 100, 4)[0]).mean()


def test_a_group_takes_a_line_for_each_input() -> None:
    plan = plan_of(TIED, "sobol", inputs=["rival.lead"], replicates=128)
    rows: list[dict[str, Any]] = [
        {"input": plan.varied.labels[0], "range": "2 to 9 months; 9.6 to 42", "status": "published; guess"}
    ]
    lines = sensitivity_page._lines(rows[0], ("0.5", "0.6"))
    assert lines == [
        ("rival.lead +", "2 to 9 months", "0.5", "0.6", "published"),
        ("capability.initial_speedup", "9.6 to 42", "", "", "guess"),
    ]


# ---- bad input


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"inputs": ["rival.leed"]}, "did you mean `rival.lead`?"),
        ({"inputs": ["strategy.policy"]}, "cannot be varied over a range"),
        ({"inputs": ["tax.checking"]}, "--set tax.checking='A to B'"),
        ({"method": "sobolev"}, "one of tornado, sobol, morris, rank, voi"),
        ({"measure": "p_bad"}, "one of p_"),
        ({"replicates": 0}, "replicates: found 0; allowed: a whole number from 1"),
        ({"method": "morris", "replicates": 3}, "replicates: found 3; allowed: a whole number from 4"),
        ({"decision": {"handoff.at": [0, 1]}}, "method voi only"),
        ({"method": "voi", "decision": {"handoff.at": [0]}}, "two options or more"),
        ({"method": "voi", "decision": {"handoff.at": [0, -1]}}, "handoff.at"),
        ({"method": "voi", "decision": {"rival.lead": [1, 2]}}, "both varied and decided"),
        ({"method": "voi", "inputs": ["strategy.target"]}, "leave it out of inputs"),
    ],
)
def test_bad_input_is_refused_with_the_remedy_before_any_work(
    more: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deference_sim.analysis.sensitivity.warm_up", lambda engine: pytest.fail("work began"))
    with pytest.raises((ArgumentError, ScenarioError)) as caught:
        ds.sensitivity(QUICK, **({"method": "tornado"} | more))  # type: ignore[arg-type]
    assert told in str(caught.value)


def test_what_is_worth_nothing_is_not_named_as_worth_knowing() -> None:
    """Would catch the first three of a table of zeros told as what matters most."""
    choice = {"strategy.policy": ["race", "fixed"]}
    found = ds.sensitivity("baseline", "voi", inputs=["hazard_factor"], replicates=64, decision=choice)
    assert (found.table["value"] <= 0.0).all()
    blocks = sensitivity_page.page(found)
    assert "no single input is worth knowing" in blocks[0].answer
    assert "No single input is worth knowing before the choice" in blocks[1].text
    (table,) = (block for block in blocks if isinstance(block, layout.Table) and block.title.startswith("Value of"))
    assert table.rows[0][2] == "0 (0 to 0)"
