"""JSON Schema of scenario files, for editors: generated from the declarations, so that it cannot fall behind them.

The schema knows names, types, units, words and ranges of plain numbers. Ranges of quantities and distributions, and
what several fields must satisfy together, only the reader knows: whatever the reader accepts, the schema accepts.
"""

import math
from collections.abc import Mapping
from typing import Any

from deference_sim.model.units import UNITS
from deference_sim.scenario.catalogue import Parameter, Section, catalogue
from deference_sim.scenario.quantities import NUMBER
from deference_sim.scenario.reader import NAME_PATTERN, SCHEMA
from deference_sim.scenario.uncertain import BY_NUMBERS, BY_PARTS

_DISTRIBUTION = {"$ref": "#/$defs/distribution"}
_QUANTITY: dict[str, Any] = {"type": ["number", "string"]}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file."""
    head = {
        "schema": {"const": SCHEMA, "description": "Version of this format; required."},
        "name": {"type": "string", "pattern": f"^{NAME_PATTERN}$", "description": "Name of the scenario."},
        "description": {"type": "string", "description": "What the scenario is about."},
        "extends": {"type": "string", "description": "A shipped scenario, or a file in the same folder."},
    }
    body = {
        name: _section(entry) if isinstance(entry, Section) else _value(entry) for name, entry in catalogue().items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "deference_sim scenario",
        "type": "object",
        "properties": head | body | {"correlations": _correlations()},
        "required": ["schema"],
        "additionalProperties": False,
        "$defs": {"distribution": _distribution()},
    }


def _section(section: Section) -> dict[str, Any]:
    block = {
        "type": "object",
        "description": section.meaning,
        "properties": {name: _value(parameter) for name, parameter in section.parameters.items()},
        "required": [name for name, parameter in section.parameters.items() if parameter.required],
        "additionalProperties": False,
    }
    return {"type": "array", "items": block, "description": section.meaning} if section.is_list else block


def _value(parameter: Parameter) -> dict[str, Any]:
    choices = _choices(parameter) + ([{"type": "null"}] if parameter.nullable else [])
    found: dict[str, Any] = {"title": parameter.label, "description": _description(parameter)}
    found |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    return found if parameter.required else found | {"default": parameter.default}


def _choices(parameter: Parameter) -> list[dict[str, Any]]:
    match parameter.kind:
        case "truth":
            return [{"type": "boolean"}]
        case "word":
            return [{"enum": list(parameter.words)}]
        case "text":
            return [{"type": "string"} | ({"pattern": parameter.pattern} if parameter.pattern else {})]
        case "pairs":
            return [_pairs(parameter)]
        case "whole":
            return [{"type": "integer"} | _bounds(parameter)]
        case "number":
            number = {"type": "number"} | _bounds(parameter)
            between = {"type": "string", "pattern": r"\sto\s"}
            return [number, *_with_unit(parameter.unit), between, _DISTRIBUTION]


def _bounds(parameter: Parameter) -> dict[str, float]:
    ends = {
        "exclusiveMinimum" if parameter.low_open else "minimum": parameter.low,
        "exclusiveMaximum" if parameter.high_open else "maximum": parameter.high,
    }
    return {key: end for key, end in ends.items() if math.isfinite(end)}


def _with_unit(unit: str) -> list[dict[str, Any]]:
    spellings = "|".join(spelling.replace(" ", " +") for spelling in UNITS[unit])
    return [{"type": "string", "pattern": f"^ *{NUMBER} +({spellings}) *$"}] if spellings else []


def _pairs(parameter: Parameter) -> dict[str, Any]:
    slots = [{"anyOf": [{"type": "number"}, *_with_unit(unit)]} for unit in parameter.pair_units]
    pair = {"type": "array", "prefixItems": slots, "minItems": 2, "maxItems": 2}
    found = {"type": "array", "items": pair, "minItems": parameter.shortest}
    return found if parameter.longest is None else found | {"maxItems": parameter.longest}


def _description(parameter: Parameter) -> str:
    declaration = parameter.declaration
    unit = "" if parameter.unit == "1" else f" Unit: {parameter.unit}."
    source = f" Source: {declaration.source}." if declaration.source else ""
    return f"{parameter.meaning}{unit} Status: {declaration.status}.{source}"


def _correlations() -> dict[str, Any]:
    paths = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
    rank = {"type": "number", "minimum": -1, "maximum": 1}
    pair = _object({"between": paths, "spearman": rank}) | {"required": ["between", "spearman"]}
    return {"type": "array", "items": pair, "description": "Rank correlations of uncertain inputs."}


def _distribution() -> dict[str, Any]:
    numbers = {name: _numbers(kind.names, kind.percentiles) for name, kind in BY_NUMBERS.items()}
    part = _object({"probability": _QUANTITY, "value": _QUANTITY | {"type": ["number", "string", "object"]}})
    parts = {name: {"type": "array", "items": part, "minItems": 1} for name in BY_PARTS}
    return _object(numbers | parts | {"min": _QUANTITY, "max": _QUANTITY})


def _numbers(names: tuple[str, ...], percentiles: bool) -> dict[str, Any]:
    found = _object(dict.fromkeys(names, _QUANTITY))
    return found | ({"patternProperties": {r"^p[0-9]{1,2}(\.[0-9]+)?$": _QUANTITY}} if percentiles else {})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}
