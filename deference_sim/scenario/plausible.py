"""Plausible ranges of the core inputs: read from their declarations, as strictly as from a file."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from deference_sim.model.declare import Status
from deference_sim.scenario.catalogue import Parameter, parameters
from deference_sim.scenario.compose import compose
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.own_text import own_text
from deference_sim.scenario.problems import Mark, ScenarioError, refusal
from deference_sim.scenario.tree import Node
from deference_sim.scenario.values import read_value

#: Inputs that are one unknown: both components of deference-goodness, where they start and what they cost.
TWINS = (
    ("goodness.broad_alignment", "goodness.capability_profile"),
    ("tax.broad_alignment", "tax.capability_profile"),
)


@cache
def plausible_ranges() -> Mapping[str, Distribution]:
    """Return the plausible range of every core input by its path, in declared order."""
    return MappingProxyType(
        {path: read_range(parameter) for path, parameter in parameters().items() if parameter.declaration.plausible}
    )


def range_status(path: str) -> Status:
    """Return the status of an input's plausible range: derived where its value rests on published figures."""
    return "guess" if parameters()[path].declaration.status == "guess" else "derived"


def core_paths() -> list[str]:
    """Return the paths of the core inputs, in declared order."""
    return [path for path, parameter in parameters().items() if parameter.declaration.tier == "core"]


def read_range(parameter: Parameter) -> Distribution:
    """Return the distribution that a declaration gives as plausible, read as from a file.

    Raises ``ScenarioError`` if it gives none, or one that reaches beyond the bounds of the input.
    """
    node = _declared(parameter)
    value = read_value(node, parameter, parameter.path)
    if not isinstance(value, Distribution):
        raise refusal(node.mark, parameter.path, f"{value}", "a distribution, such as {lognormal: {p5: 1, p95: 9}}")
    return value


def plausible_text(parameter: Parameter) -> str:
    """Return the plausible range of a core input as its declaration has it."""
    return own_text(_declared(parameter))


def _declared(parameter: Parameter) -> Node:
    label = f"the declaration of {parameter.path}"
    node, problems = compose(parameter.declaration.plausible, label)
    if problems:
        raise ScenarioError(problems)
    if node is None:
        raise refusal(Mark(label), parameter.path, "no range", "a distribution")
    return node
