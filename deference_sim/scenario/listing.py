"""Tables about parameters and scenarios: what each parameter means, what a scenario says and why, how two differ."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from deference_sim.scenario.canonical import value_text
from deference_sim.scenario.catalogue import (
    Parameter,
    Section,
    catalogue,
    general_path,
    nearest_path,
    parameters,
    paths_of,
)
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.groups import GROUPS
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.library import load
from deference_sim.scenario.plausible import plausible_ranges, plausible_text, range_status
from deference_sim.scenario.problems import ScenarioError, refusal
from deference_sim.scenario.scenario import Scenario
from deference_sim.scenario.spreads import spread_text


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One parameter as it is declared; all text."""

    path: str
    label: str
    meaning: str
    unit: str
    default: str
    range: str
    status: str
    source: str
    tier: str
    plausible: str  # the range over which a core input is looked at; empty for any other
    plausible_status: str


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value of a scenario, with its unit, and where it came from (``file:line``, default, command line)."""

    path: str
    value: str
    source: str
    status: str
    tier: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ShippedRow:
    """One shipped scenario: its group, one line and the whole description that say what it is about, and its hash."""

    name: str
    group: str
    summary: str
    description: str
    hash: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One path at which two scenarios differ; empty where one has no such item."""

    path: str
    first: str
    second: str


def shipped_table() -> list[ShippedRow]:
    """Return the scenarios that ship, group by group."""
    rows = []
    for group, summaries in GROUPS.items():
        for name, summary in summaries.items():
            scenario = load(name)
            rows.append(ShippedRow(name, group, summary, " ".join(scenario.description.split()), scenario.hash))
    return rows


def parameters_at(what: str | None = None, *, every: bool = False) -> list[ParameterRow]:
    """Return the core parameters, all of them, those at a path or, if ``what`` is none, those that it is a word of.

    Raises ``ScenarioError`` if there is none, with the nearest path.
    """
    if what is None:
        return [row for row in parameter_table() if every or row.tier == "core"]
    try:
        return parameter_table(what)
    except ScenarioError:
        if rows := parameters_about(what):
            return rows
        if nearest_path(what):
            raise
        hint = "see `deference-sim parameters --all`"
        raise refusal(ARGUMENT, what, "no parameter has that in its path, name or meaning", hint=hint) from None


def parameters_about(words: str) -> list[ParameterRow]:
    """Return the parameters whose path, label or meaning holds all ``words``, whatever their case, core ones first."""
    wanted = words.casefold().split()
    found = (
        parameter
        for parameter in parameters().values()
        if all(word in f"{parameter.path} {parameter.label} {parameter.meaning}".casefold() for word in wanted)
    )
    return [_parameter_row(parameter) for parameter in _core_first(found)]


def parameter_table(path: str | None = None) -> list[ParameterRow]:
    """Return every parameter, or those at ``path`` (a parameter or a block), the core ones first.

    Raises ``ScenarioError`` with the nearest path if there is none at ``path``.
    """
    found = list(parameters().values()) if path is None else _at(path)
    return [_parameter_row(parameter) for parameter in _core_first(found)]


def resolved(scenario: Scenario) -> list[ValueRow]:
    """Return every value of ``scenario`` with its source, the core parameters first."""
    values = {path: (parameter, value) for path, parameter, value in paths_of(scenario)}
    core = [path for path, (parameter, _) in values.items() if parameter.declaration.tier == "core"]
    rows = [_value_row(scenario, path, *values[path]) for path in dict.fromkeys([*core, *values])]
    return rows + [
        ValueRow(
            f"correlation of {' and '.join(correlation.between)}",
            f"{correlation.spearman:g}",
            scenario.sources.get("correlations", ""),
            "",
            "more",
            "Rank correlation of two uncertain inputs.",
        )
        for correlation in scenario.correlations
    ]


def values_of(scenario: Scenario) -> list[dict[str, Any]]:
    """Return what ``resolved`` does as plain data: besides its text each value in full, in its documented unit.

    That of an uncertain input is its distribution as a file has it; correlations are left out.
    """
    full = {
        path: (parameter.unit, scenario.uncertain.get(path, value)) for path, parameter, value in paths_of(scenario)
    }
    rows = []
    for row in resolved(scenario):
        if row.path in full:
            unit, value = full[row.path]
            plain = value.specification() if isinstance(value, Distribution) else value
            rows.append(asdict(row) | {"text": row.value, "value": plain, "unit": "" if unit == "1" else unit})
    return rows


def differences(first: Scenario, second: Scenario) -> list[DifferenceRow]:
    """Return where two scenarios differ in meaning, in the order of the declarations."""
    left, right = _exact_and_shown(first), _exact_and_shown(second)
    none = ("", "")
    pairs = {path: (left.get(path, none), right.get(path, none)) for path in [*left, *right]}
    return [DifferenceRow(path, one[1], other[1]) for path, (one, other) in pairs.items() if one[0] != other[0]]


def text_of(scenario: Scenario, path: str, parameter: Parameter, value: Any) -> str:
    """Return one value of a scenario in words: with its unit, and its spread if it is uncertain."""
    distribution = scenario.uncertain.get(path)
    return (
        value_text(value, parameter)
        if distribution is None
        else spread_text(distribution, parameter.unit, scenario.written.get(path, ""))
    )


def _at(path: str) -> list[Parameter]:
    known = catalogue().get(path.removesuffix(".NAME"))
    if isinstance(known, Section):
        return list(known.parameters.values())
    if parameter := parameters().get(general_path(path)):
        return [parameter]
    raise refusal(ARGUMENT, path, "unknown parameter", hint=nearest_path(path))


def _core_first(found: Iterable[Parameter]) -> list[Parameter]:
    return sorted(found, key=lambda parameter: parameter.declaration.tier != "core")


def _parameter_row(parameter: Parameter) -> ParameterRow:
    declaration = parameter.declaration
    default = "required" if parameter.required else value_text(parameter.default, parameter)
    unit = "" if parameter.unit == "1" else parameter.unit
    plausible = plausible_ranges().get(parameter.path)
    return ParameterRow(
        parameter.path,
        parameter.label,
        parameter.meaning,
        unit,
        default,
        parameter.allowed,
        declaration.status,
        declaration.source,
        declaration.tier,
        "" if plausible is None else spread_text(plausible, parameter.unit, plausible_text(parameter)),
        "" if plausible is None else range_status(parameter.path),
    )


def _value_row(scenario: Scenario, path: str, parameter: Parameter, value: Any) -> ValueRow:
    # Only the default has a status of ours; whoever chose another value knows where it is from.
    is_default = value == parameter.default and path not in scenario.uncertain
    status = parameter.declaration.status if is_default else "given"
    text = text_of(scenario, path, parameter, value)
    return ValueRow(path, text, scenario.sources[path], status, parameter.declaration.tier, parameter.meaning)


def _exact_and_shown(scenario: Scenario) -> dict[str, tuple[str, str]]:
    texts = {}
    for path, parameter, value in paths_of(scenario):
        exact = value_text(scenario.uncertain.get(path, value), parameter)
        texts[path] = exact, text_of(scenario, path, parameter, value)
    for correlation in scenario.correlations:
        texts[f"correlation of {' and '.join(correlation.between)}"] = (repr(correlation.spearman),) * 2
    return texts
