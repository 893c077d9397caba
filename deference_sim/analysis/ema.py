"""The simulator as a model of EMA Workbench, for whatever its users do with models.

    from ema_workbench import perform_experiments
    model = ds.ema_model(ds.load("uncertain-baseline"))
    experiments, outcomes = perform_experiments(model, scenarios=200, policies=4)

Names are paths with ``_`` for ``.``, which the workbench asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from deference_sim.analysis.discover import missing_extra
from deference_sim.analysis.measure import good, stayed
from deference_sim.analysis.sensitivity.inputs import Input, choose
from deference_sim.model.declare import choices_of
from deference_sim.model.strategy import Strategy
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.distributions import Distribution
from deference_sim.study.quasi_random import run_at

POLICY = "strategy.policy"
ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Experiment:
    """One experiment: from values of inputs, by name, to the chances of success over the same worlds each time."""

    scenario: Scenario
    paths: tuple[tuple[str, str], ...]  # name, path
    replicates: int
    seed: int

    def __call__(self, **values: Any) -> dict[str, float]:
        """Run the experiment; an input that is not given is as the scenario has it."""
        path_of = dict(self.paths)
        policy = values.pop(_name(POLICY), None)
        scenario = self.scenario if policy is None else self.scenario.with_(**{POLICY: policy})
        draws = {path_of[name]: np.full(self.replicates, float(value)) for name, value in values.items()}
        ends = run_at(scenario, draws, self.seed, np.arange(self.replicates), _both)
        return {"p_stay": float(ends[:, 0].mean()), "p_good": float(ends[:, 1].mean())}


def ema_model(scenario: ScenarioLike, *, inputs: Sequence[str] = (), replicates: int = 200, seed: int = 1) -> Any:
    """Return a ``Model`` of EMA Workbench that runs ``replicates`` futures of ``scenario`` at each point.

    ``scenario`` is one, or a shipped one's name or a file's path. Uncertainties are ``inputs`` (as in ``sensitivity``),
    each over the whole of its range if that is finite, else from its 5th to its 95th percentile; the workbench samples
    them evenly and knows nothing of correlations. The lever is the policy. Outcomes are p_stay and p_good; every point
    meets the same worlds. The compiled engine uses all cores, so a sequential evaluator is as fast as any. Raises as
    ``discover`` does.
    """
    if told := missing_extra():
        raise ModuleNotFoundError(told)
    from ema_workbench import CategoricalParameter, Model, RealParameter, ScalarOutcome

    scenario = as_scenario(scenario)
    varied = choose(scenario, inputs)
    paths = tuple((_name(one.path), one.path) for one in varied.inputs)
    model = Model("deferencesim", function=Experiment(scenario, paths, replicates, seed))
    model.uncertainties = [RealParameter(_name(one.path), *_ends(one)) for one in varied.inputs]
    model.levers = [CategoricalParameter(_name(POLICY), choices_of(Strategy, "policy"))]
    model.outcomes = [ScalarOutcome("p_stay"), ScalarOutcome("p_good")]
    return model


def _name(path: str) -> str:
    return path.replace(".", "_")


def _ends(one: Input) -> tuple[float, float]:
    low, high = one.distribution.support
    return (low, high) if isfinite(low) and isfinite(high) else _percentiles(one.distribution)


def _percentiles(distribution: Distribution) -> tuple[float, float]:
    low, high = distribution.quantile(np.array(ENDS))
    return float(low), float(high)


def _both(records: Any) -> Any:
    return np.column_stack([stayed(records), good(records)])
