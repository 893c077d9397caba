"""Sensitivity: what matters most for staying in the basin, by five methods, a file each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from time import perf_counter
from types import ModuleType
from typing import Any, get_args

from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.sensitivity import morris, rank, sobol, tornado, voi
from deference_sim.analysis.sensitivity.inputs import DECISIONS, Input, Varied, choose
from deference_sim.analysis.sensitivity.plan import Decision, Plan
from deference_sim.analysis.sensitivity.result import Method, Sensitivity
from deference_sim.described import described
from deference_sim.model.declare import choices_of
from deference_sim.model.strategy import Strategy
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import ArgumentError, gather, refusal, shown
from deference_sim.scenario.several import OneOrMore, plain_list
from deference_sim.study.limits import replicates_of, seed_of
from deference_sim.study.runner import warm_up

__all__ = ["Input", "Sensitivity", "Varied", "carry_out", "missing_extra", "plan_of", "planned_runs", "sensitivity"]

_METHODS: dict[str, ModuleType] = {"tornado": tornado, "sobol": sobol, "morris": morris, "rank": rank, "voi": voi}
LEAST_TRAJECTORIES = 4


@described(
    method="``tornado``, ``sobol``, ``morris``, ``rank`` or ``voi``.",
    replicates="Futures at each value (tornado), rows of the base sample (sobol), trajectories (morris) or points "
    "(rank, voi).",
    decision="For ``voi``: the path of one input with the options among which to choose; by default every policy.",
)
def sensitivity(
    scenario: ScenarioLike,
    method: Method = "tornado",
    *,
    inputs: OneOrMore = (),
    measure: Measure = "p_stay",
    replicates: int | None = None,
    seed: int = 1,
    decision: Mapping[str, Sequence[Any]] | None = None,
    progress: Callable[[int], object] | None = None,
) -> Sensitivity:
    """Find out which inputs of ``scenario`` matter most for the chance of success.

    ``method`` is ``tornado`` (each input at its low and high value), ``sobol`` (shares of variance), ``morris``
    (screening), ``rank`` (rank correlations) or ``voi`` (value of knowing an input before taking a decision). Main
    unknowns are varied over their plausible ranges. For Sobol' designs ``replicates`` is raised to a power of two.
    Raises ``ScenarioError`` for what cannot be studied and ``ModuleNotFoundError`` where an extra is missing.
    """
    plan = plan_of(
        as_scenario(scenario),
        method,
        inputs=inputs,
        measure=measure,
        replicates=replicates,
        seed=seed,
        decision=decision,
    )
    return carry_out(plan, method, progress)


def plan_of(
    scenario: Scenario,
    method: str,
    *,
    inputs: OneOrMore = (),
    measure: Measure = "p_stay",
    replicates: int | None = None,
    seed: int = 1,
    decision: Mapping[str, Sequence[Any]] | None = None,
) -> Plan:
    """Return the plan of a study, everything about it checked. Raises as ``sensitivity`` does."""
    if str(method) not in _METHODS:
        raise refusal(ARGUMENT, "method", shown(str(method)), "one of " + ", ".join(get_args(Method)))
    success_of(measure)
    if told := missing_extra(method):
        raise ModuleNotFoundError(told)
    if decision and method != "voi":
        raise refusal(ARGUMENT, "decision", f"a decision for method {method}", "a decision for method voi only")
    count = _METHODS[method].DEFAULT if replicates is None else replicates
    least = LEAST_TRAJECTORIES if method == "morris" else 1
    count, seed = replicates_of(count, least=least), seed_of(seed)
    varied = choose(scenario, inputs)
    chosen = _decision(varied, decision) if method == "voi" else None
    return Plan(scenario, varied, measure, count, seed, chosen)


def planned_runs(plan: Plan, method: str) -> int:
    """Return how many futures a study runs."""
    runs: int = _METHODS[method].runs(plan)
    return runs


def carry_out(plan: Plan, method: Method, progress: Callable[[int], object] | None = None) -> Sensitivity:
    """Run a planned study. ``progress`` is told how many more futures are done."""
    import pandas as pd

    warm_up("compiled")
    started = perf_counter()
    found = _METHODS[method].analyse(replace(plan, progress=progress))
    seconds = perf_counter() - started
    return Sensitivity(
        method, plan, pd.DataFrame(found.rows), found.expected, found.more, planned_runs(plan, method), seconds
    )


def missing_extra(method: str) -> str:
    """Return what to say if ``method`` needs a package that is not installed; empty if it does not."""
    module = getattr(_METHODS.get(method), "MODULE", None)
    if module is None or find_spec(module) is not None:
        return ""
    extra = _METHODS[method].EXTRA
    return f"method {method} needs {module}, which is not installed: pip install 'deference-sim[{extra}]'"


def _decision(varied: Varied, given: Mapping[str, Sequence[Any]] | None) -> Decision:
    if given is not None and not isinstance(given, Mapping):
        raise ArgumentError("decision", given, "a mapping of one path to its options: {'handoff.at': [1, 2]}")
    wanted = given or {voi.POLICIES: choices_of(Strategy, "policy")}
    if len(wanted) != 1:
        raise refusal(ARGUMENT, "decision", f"{len(wanted)} inputs", "one input and its options")
    ((path, given_options),) = wanted.items()
    options = plain_list(given_options)
    if not isinstance(options, Sequence) or isinstance(options, str) or len(options) < 2:
        raise refusal(ARGUMENT, path, "fewer than two options", "two options or more to choose among")
    if path in (one.path for one in varied.inputs):
        raise refusal(ARGUMENT, path, "both varied and decided", "one of the two", "leave it out of inputs")
    gather(partial(_checked, varied.scenario, path, option) for option in options)
    chosen = [one.path for one in varied.inputs if one.path.split(".")[0] in DECISIONS]
    if chosen:
        raise refusal(ARGUMENT, chosen[0], "a decision", "inputs that can be found out", "leave it out of inputs")
    return Decision(path, tuple(options))


def _checked(scenario: Scenario, path: str, option: Any) -> Scenario:
    return scenario.with_(**{path: option})
