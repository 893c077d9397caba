"""The simulator as a model of EMA Workbench, for whatever its users do with models.

    from ema_workbench import perform_experiments
    model = ds.ema_model(ds.load("uncertain-baseline"))
    experiments, outcomes = perform_experiments(model, scenarios=200, policies=4)

Names are paths with ``_`` for ``.``, which the workbench asks for.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from deference_sim.analysis.discover import missing_extra
from deference_sim.analysis.measure import good, stayed
from deference_sim.analysis.sensitivity.inputs import choose
from deference_sim.described import described
from deference_sim.model.declare import choices_of
from deference_sim.model.strategy import Strategy
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.catalogue import paths_of
from deference_sim.scenario.combined import Mixture
from deference_sim.scenario.distributions import FIRST_U, LAST_U, Distribution
from deference_sim.scenario.several import OneOrMore
from deference_sim.study.limits import replicates_of, seed_of
from deference_sim.study.runner import run

POLICY = "strategy.policy"
ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Experiment:
    """One experiment: from values of inputs, by name, to the chances of success over the same worlds each time."""

    scenario: Scenario
    replicates: int
    seed: int

    def __call__(self, **values: Any) -> dict[str, float]:
        """Run the experiment; an input that is not given is as the scenario has it.

        Any input of the model may be given, under its name or as a constant. Raises ``ScenarioError`` for a value that
        a scenario file may not give either.
        """
        paths = {_name(path): path for path, _, _ in paths_of(self.scenario)}
        changes = {paths.get(name, name): value for name, value in values.items()}
        records = run(self.scenario.with_(**changes), self.replicates, self.seed)[0]
        return {"p_stay": float(stayed(records).mean()), "p_good": float(good(records).mean())}


@described(
    replicates="How many futures are run at each point.",
)
def ema_model(scenario: ScenarioLike, *, inputs: OneOrMore = (), replicates: int = 200, seed: int = 1) -> Any:
    """Return a ``Model`` of EMA Workbench that runs ``replicates`` futures of ``scenario`` at each point.

    Uncertainties are ``inputs`` (as in ``sensitivity``), each over the whole of its range if that is finite, else
    from its 5th to its 95th percentile, and those that have only some values as categories; the workbench samples
    them evenly and knows nothing of correlations. The lever is the policy. Outcomes are p_stay and p_good; every
    point meets the same worlds. The compiled engine uses all cores, so a sequential evaluator is as fast as any.
    Raises as ``simulate`` and ``discover`` do.
    """
    replicates, seed = replicates_of(replicates), seed_of(seed)
    if told := missing_extra():
        raise ModuleNotFoundError(told)
    from ema_workbench import CategoricalParameter, Model, RealParameter, ScalarOutcome

    scenario = as_scenario(scenario)
    varied = choose(scenario, inputs)
    model = Model("deferencesim", function=Experiment(scenario, replicates, seed))
    model.uncertainties = [
        CategoricalParameter(_name(one.path), values_of(one.distribution))
        if values_of(one.distribution)
        else RealParameter(_name(one.path), *ends_of(one.distribution))
        for one in varied.inputs
    ]
    model.levers = [CategoricalParameter(_name(POLICY), choices_of(Strategy, "policy"))]
    model.outcomes = [ScalarOutcome("p_stay"), ScalarOutcome("p_good")]
    return model


def _name(path: str) -> str:
    return path.replace(".", "_")


def values_of(distribution: Distribution) -> tuple[float, ...]:
    """Return the values of an input that has only some; none if it has a range."""
    values = tuple(value for value, _ in distribution.points)
    return values if isinstance(distribution, Mixture) and distribution.is_discrete else ()


def ends_of(distribution: Distribution) -> tuple[float, float]:
    """Return the ends of a range to sample evenly: all of it if it is finite, else its 5th and 95th percentile.

    Where both of these are one value of a probability of its own, they are percentiles of what lies below and above it.
    """
    low, high = distribution.support
    if isfinite(low) and isfinite(high):
        return low, high
    low, high = _quantiles(distribution, *ENDS)
    if low == high:
        above = 1.0 - float(distribution.cumulative(np.array([high]))[0])
        below = 1.0 - above - dict(distribution.points)[low]
        low, high = _quantiles(distribution, max(ENDS[0] * below, FIRST_U), min(1.0 - ENDS[0] * above, LAST_U))
    return low, high


def _quantiles(distribution: Distribution, *levels: float) -> tuple[float, float]:
    low, high = distribution.quantile(np.array(levels))
    return float(low), float(high)
