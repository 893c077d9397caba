"""The simulator as a model of EMA Workbench: the ranges it declares, and what it makes of any value it is given."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.measure import good, stayed
from deference_sim.scenario import ScenarioError
from deference_sim.study.runner import run

from .quick import QUICK

#: At 0 with 95 %, so that both percentiles are 0; likewise at 2 with 92 %, between what lies below and above.
AT_ITS_LEAST = "{mixture: [{probability: 0.95, value: 0}, {probability: 0.05, value: {lognormal: {p5: 1, p95: 9}}}]}"
IN_ITS_MIDDLE = "{mixture: [{probability: 0.92, value: 2}, {probability: 0.08, value: {normal: {mean: 2, sd: 1}}}]}"
TWO_VALUES = "{discrete: [{probability: 0.9, value: 0.2}, {probability: 0.1, value: 0.4}]}"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The workbench warns of what it could use and is not there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_ema_workbench_drives_the_simulator() -> None:
    """Each experiment is a run of the scenario with those values, on the same worlds."""
    from ema_workbench import SequentialEvaluator

    model = ds.ema_model(QUICK, inputs=["uncertain"], replicates=60, seed=2)
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=3, policies=2)
    assert len(experiments) == 6
    for row, experiment in experiments.iterrows():
        scenario = QUICK.with_(
            **{
                "rival.lead": float(experiment["rival_lead"]),
                "goodness.broad_alignment": float(experiment["goodness_broad_alignment"]),
                "strategy.policy": experiment["strategy_policy"],
            }
        )
        records = run(scenario, 60, 2)[0]
        assert outcomes["p_stay"][row] == stayed(records).mean()
        assert outcomes["p_good"][row] == good(records).mean()


def test_uncertainties_have_the_ranges_of_the_inputs() -> None:
    model = ds.ema_model(QUICK, inputs=["uncertain"])
    bounds = {one.name: (one.lower_bound, one.upper_bound) for one in model.uncertainties}
    assert bounds["rival_lead"] == pytest.approx((0.3, 3.0))
    assert [one.name for one in model.outcomes] == ["p_stay", "p_good"]


def test_an_input_that_has_only_some_values_becomes_categories() -> None:
    """Would catch values between them, which the input never takes."""
    model = ds.ema_model(QUICK.with_(**{"tax.decline": TWO_VALUES}), inputs=["tax.decline"])
    (one,) = model.uncertainties
    assert [category.value for category in one.categories] == [0.2, 0.4]


@pytest.mark.parametrize(("path", "text"), [("rival.lead", AT_ITS_LEAST), ("capability.stabilise_at", IN_ITS_MIDDLE)])
def test_a_likely_value_is_not_the_whole_range(path: str, text: str) -> None:
    """Would catch ends from percentiles that are both that value: a range from 0 to 0."""
    scenario = QUICK.with_(**{path: text})
    distribution = scenario.uncertain[path]
    (one,) = ds.ema_model(scenario, inputs=[path]).uncertainties
    (value, share), *_ = distribution.points
    below, upto = distribution.cumulative(np.array([np.nextafter(value, -np.inf), value]))
    expected = [value if not below else distribution.quantile(0.05 * np.array([below]))[0]]
    expected.append(distribution.quantile(1.0 - 0.05 * np.array([1.0 - upto]))[0])
    assert [one.lower_bound, one.upper_bound] == pytest.approx(expected)
    assert one.lower_bound <= value < one.upper_bound
    assert share > 0.9


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, np.float64(-1.0), None, "soon", True])
def test_a_value_that_no_file_may_give_is_refused(value: Any) -> None:
    """Would catch a run of NaN, whose outcomes look like any other's."""
    model = ds.ema_model(QUICK, inputs=["uncertain"], replicates=5)
    with pytest.raises(ScenarioError, match=r"rival\.lead"):
        model.function(rival_lead=value)


def test_a_name_that_is_no_input_is_refused() -> None:
    model = ds.ema_model(QUICK, inputs=["uncertain"], replicates=5)
    with pytest.raises(ScenarioError, match="rival_leed"):
        model.function(rival_leed=1.0)


def test_constants_may_be_any_inputs_of_the_model() -> None:
    """Would catch a constant that is known only if it is an uncertainty too."""
    from ema_workbench import Constant, SequentialEvaluator

    model = ds.ema_model(QUICK, inputs=["rival.lead"], replicates=60, seed=2)
    model.constants = [Constant("rival_speed", 0.6), Constant("handoff_never", False)]
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(scenarios=2, policies=1)
    for row, experiment in experiments.iterrows():
        changes = {"rival.lead": float(experiment["rival_lead"]), "strategy.policy": experiment["strategy_policy"]}
        records = run(QUICK.with_(**changes, **{"rival.speed": 0.6}), 60, 2)[0]
        assert outcomes["p_stay"][row] == stayed(records).mean()


@pytest.mark.parametrize("more", [{"replicates": 0}, {"seed": -1}, {"seed": 1.5}])
def test_a_run_that_cannot_be_is_refused_at_once(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"replicates: found 0|seed: found"):
        ds.ema_model(QUICK, **more)
