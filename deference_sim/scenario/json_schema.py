"""JSON Schema of scenario files, for editors: generated from the declarations, so that it cannot fall behind them.

The schema knows names, types, units, words, ranges of plain numbers and the form of distributions. Ranges of quantities
and of distributions, and what several fields must satisfy together, only the reader knows: whatever the reader accepts,
the schema accepts. Its patterns mean the same to validators in Python and in JavaScript.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from deference_sim.model.units import UNITS
from deference_sim.scenario.catalogue import Parameter, Section, catalogue, parameters
from deference_sim.scenario.experts import MAX_EXPERTS, MAX_ROWS, MAX_WEIGHT, OF_PATTERN
from deference_sim.scenario.experts import NAME_PATTERN as EXPERT_PATTERN
from deference_sim.scenario.quantities import NUMBER
from deference_sim.scenario.reader import DEVICES, NAME_PATTERN, SCHEMA
from deference_sim.scenario.uncertain import BY_NUMBERS, BY_PARTS, MAX_PARTS
from deference_sim.scenario.values import OF_A_LIST

#: The first line of a scenario file whose editor is to use the schema, kept beside it under this name.
EDITOR_LINE = "# yaml-language-server: $schema=deference-sim.schema.json"
_ALL = r"(?!\n)"  # after $, which in Python also stands before a last newline, and in JavaScript does not
_PERCENTILE = rf"^p(?!00?(\.0*)?$)[0-9]{{1,2}}(\.[0-9]{{1,9}})?${_ALL}"

_NAME_ALONE = {"type": "string", "pattern": rf"^[^/]*${_ALL}"}  # of a file in the same folder
_POSITIVE = ("sigma", "sd", "alpha", "beta")  # numbers of distributions that are above 0, as are these two whole:
_ALL_POSITIVE = ("lognormal", "loguniform")
_PROBABILITY = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
_WEIGHT = {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_WEIGHT}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file."""
    head = {
        "schema": {"const": SCHEMA, "description": "Version of this format; required."},
        "name": {
            "type": "string",
            "pattern": f"^(?!{DEVICES}$){NAME_PATTERN}${_ALL}",
            "description": "Name of the scenario.",
        },
        "description": {"type": "string", "description": "What the scenario is about."},
        "extends": _NAME_ALONE | {"description": "A shipped scenario, or a file in the same folder."},
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
        "$defs": {name: held for unit in dict.fromkeys(_units()) for name, held in _distributions(unit).items()},
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
            return [{"enum": list(parameter.words)}, *([] if parameter.path == OF_A_LIST else [_words(parameter)])]
        case "text":
            return [{"type": "string"} | ({"pattern": parameter.pattern + _ALL} if parameter.pattern else {})]
        case "pairs":
            return [_pairs(parameter)]
        case "whole":
            return [{"type": "integer"} | _bounds(parameter)]
        case "number":
            number = {"type": "number"} | _bounds(parameter)
            uncertain = {"$ref": f"#/$defs/{_key(parameter.unit)}"}
            return [number, *_with_unit(parameter.unit), _between(parameter.unit), uncertain]


def _words(parameter: Parameter) -> dict[str, Any]:
    """Return the schema of words with probabilities."""
    shares = _object(dict.fromkeys(parameter.words, _PROBABILITY)) | {"minProperties": 1}
    return _object({"discrete": shares}) | {"required": ["discrete"]}


def _bounds(parameter: Parameter) -> dict[str, float]:
    ends = {
        "exclusiveMinimum" if parameter.low_open else "minimum": parameter.low,
        "exclusiveMaximum" if parameter.high_open else "maximum": parameter.high,
    }
    return {key: end for key, end in ends.items() if math.isfinite(end)}


def _quantity(unit: str) -> list[dict[str, Any]]:
    return [{"type": "number"}, *_with_unit(unit)]


def _with_unit(unit: str) -> list[dict[str, Any]]:
    spellings = _spellings(unit)
    return [{"type": "string", "pattern": rf"^\s*{NUMBER}\s+{spellings}\s*$"}] if spellings else []


def _between(unit: str) -> dict[str, Any]:
    """Return the schema of ``2 to 9 months``; the first number may have a unit too."""
    spellings = _spellings(unit)
    end = NUMBER + (rf"(?:\s+{spellings})?" if spellings else "")
    return {"type": "string", "pattern": rf"^\s*{end}\s+to\s+{end}\s*$"}


def _spellings(unit: str) -> str:
    spellings = "|".join(spelling.replace(" ", r"\s+") for spelling in UNITS[unit])
    return f"(?:{spellings})" if spellings else ""


def _pairs(parameter: Parameter) -> dict[str, Any]:
    slots = [{"anyOf": _quantity(unit)} for unit in parameter.pair_units]
    pair = {"type": "array", "prefixItems": slots, "minItems": 2, "maxItems": 2}
    found = {"type": "array", "items": pair, "minItems": parameter.shortest}
    return found if parameter.longest is None else found | {"maxItems": parameter.longest}


def _description(parameter: Parameter) -> str:
    declaration = parameter.declaration
    unit = "" if parameter.unit == "1" else f" Unit: {parameter.unit}."
    source = f" Source: {declaration.source}." if declaration.source else ""
    return f"{parameter.meaning}{unit} Status: {declaration.status}.{source}"


def _correlations() -> dict[str, Any]:
    known = "|".join(re.escape(path).replace("NAME", NAME_PATTERN) for path in parameters())
    path = {"type": "string", "pattern": f"^(?:{known})${_ALL}"}
    paths = {"type": "array", "items": path, "minItems": 2, "maxItems": 2, "uniqueItems": True}
    rank = {"type": "number", "minimum": -1, "maximum": 1}
    pair = _object({"between": paths, "spearman": rank}) | {"required": ["between", "spearman"]}
    return {"type": "array", "items": pair, "description": "Rank correlations of uncertain inputs."}


def _units() -> Iterator[str]:
    for entry in catalogue().values():
        for parameter in entry.parameters.values() if isinstance(entry, Section) else [entry]:
            if parameter.kind == "number":
                yield parameter.unit


def _key(unit: str, kind: str = "distribution") -> str:
    return kind if unit == "1" else f"{kind}_in_{unit.replace(' ', '_')}"


def _distributions(unit: str) -> dict[str, Any]:
    """Return by name the schemas of a mapping that names one distribution of a number in ``unit``, and what it uses."""
    by_numbers = {"anyOf": [_by_numbers(name, unit) for name in BY_NUMBERS]}
    held = _key(unit, "by_numbers")
    known = {"$ref": f"#/$defs/{held}"}
    values = {"discrete": _quantity(unit), "mixture": [*_quantity(unit), _between(unit), known]}
    return {
        held: by_numbers,
        _key(unit): {
            "anyOf": [
                known,
                *(_by_parts(name, values[name]) for name in BY_PARTS),
                _pool(values["mixture"]),
                *_samples(unit),
            ]
        },
    }


def _by_numbers(name: str, unit: str) -> dict[str, Any]:
    kind, quantity = BY_NUMBERS[name], {"anyOf": _quantity(unit)}
    above = {"exclusiveMinimum": 0}
    positive = {"anyOf": [{"type": "number"} | above, *_with_unit(unit)]}
    of_names = {}
    for each in kind.names:
        is_positive = each in _POSITIVE or (name in _ALL_POSITIVE and not (kind.cut and each in ("min", "max")))
        plain = {"type": "number"} | (above if is_positive else {})
        of_names[each] = plain if each in kind.plain else positive if is_positive else quantity
    numbers = _object(of_names)
    percentile = positive if name in _ALL_POSITIVE else quantity
    numbers |= {"patternProperties": {_PERCENTILE: percentile}} if kind.percentiles else {}
    numbers |= {"minProperties": kind.fewest}
    beside = {"min": quantity, "max": quantity} if kind.cut else {}
    return _object({name: numbers} | beside) | {"required": [name]}


def _by_parts(name: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    part = _object({"probability": _PROBABILITY, "value": {"anyOf": values}})
    part |= {"required": ["probability", "value"]}
    parts = {"type": "array", "items": part, "minItems": 1, "maxItems": MAX_PARTS}
    return _object({name: parts}) | {"required": [name]}


def _pool(values: list[dict[str, Any]]) -> dict[str, Any]:
    name = {"type": "string", "pattern": f"^{EXPERT_PATTERN}${_ALL}"}
    opinion = _object({"expert": name, "weight": _WEIGHT, "value": {"anyOf": values}})
    opinion |= {"required": ["expert", "value"]}
    opinions = {"type": "array", "items": opinion, "minItems": 1, "maxItems": MAX_EXPERTS}
    return _object({"pool": opinions}) | {"required": ["pool"]}


def _samples(unit: str) -> list[dict[str, Any]]:
    """Return the schemas of a column of a file, and of the rows in their place."""
    text = {"type": "string"}
    file = _object({"samples": _NAME_ALONE, "column": text, "weight": text}) | {"required": ["samples", "column"]}
    of = {"type": "string", "pattern": f"^{OF_PATTERN}${_ALL}"}
    values, weights = (
        {"type": "array", "items": items, "minItems": 2, "maxItems": MAX_ROWS}
        for items in ({"anyOf": _quantity(unit)}, _WEIGHT)
    )
    rows = _object({"of": of, "values": values, "weights": weights}) | {"required": ["of", "values"]}
    return [file, _object({"samples": rows}) | {"required": ["samples"]}]


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}
