"""What a scenario says, in one form: the canonical text behind its hash, and the file that resolves everything."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from deference_sim.model.declare import Block
from deference_sim.scenario.catalogue import Parameter, Section, catalogue, paths_of
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.fields import Fields
from deference_sim.scenario.reader import SCHEMA

#: Fields of a scenario that change no result, and so are not in its hash.
COSMETIC: Final = ("name", "description", "sources", "written")


def canonical_text(scenario: Fields) -> str:
    """Return one line of JSON that is equal for scenarios of equal meaning, in documented units.

    Every parameter is in it, given or not; an uncertain one as its distribution.
    """
    values = {path: _plain(scenario.uncertain.get(path, value)) for path, _, value in paths_of(scenario)}
    correlations = sorted([*correlation.between, correlation.spearman] for correlation in scenario.correlations)
    meaning = {"schema": SCHEMA, "values": values, "correlations": correlations}
    return json.dumps(meaning, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_of(scenario: Fields) -> str:
    """Return 16 bytes of BLAKE2b of the canonical text, in hexadecimal."""
    return hashlib.blake2b(canonical_text(scenario).encode(), digest_size=16).hexdigest()


def document(scenario: Fields, *, defaults: bool = True) -> dict[str, Any]:
    """Return the scenario as the mapping of a file, in documented units; without ``defaults`` only what was given."""
    found: dict[str, Any] = {"schema": SCHEMA, "name": scenario.name, "description": scenario.description}
    for name, entry in catalogue().items():
        value = vars(scenario)[name]
        if isinstance(entry, Parameter):
            found |= _held(scenario, {name: (name, value)}, defaults)
        elif entry.is_list:
            found[name] = [_block(scenario, entry, f"{name}.{item.name}", item, True) for item in value]
        elif block := _block(scenario, entry, name, value, defaults):
            found[name] = block
    found["correlations"] = [
        {"between": list(correlation.between), "spearman": correlation.spearman}
        for correlation in scenario.correlations
    ]
    return found


def _block(scenario: Fields, section: Section, prefix: str, block: Block, defaults: bool) -> dict[str, Any]:
    values = {name: (f"{prefix}.{name}", getattr(block, name)) for name in section.parameters}
    return _held(scenario, values, defaults)


def _held(scenario: Fields, values: Mapping[str, tuple[str, Any]], defaults: bool) -> dict[str, Any]:
    return {
        name: _plain(scenario.uncertain.get(path, value))
        for name, (path, value) in values.items()
        if defaults or scenario.sources[path] != "default"
    }


def yaml_text(scenario: Fields) -> str:
    """Return a file that holds every parameter, with its unit; reading it gives an equal scenario."""
    lines: list[str] = []
    for key, value in document(scenario).items():
        entry = catalogue().get(key)
        if isinstance(entry, Section) and value:
            lines.append(f"{key}:")
            lines += _section_lines(entry, value)
        elif isinstance(entry, Parameter):
            lines.append(f"{key}: {value_text(value, entry)}")
        else:
            lines.append(f"{key}: {_flow(value)}")
    return "\n".join(lines) + "\n"


def value_text(value: Any, parameter: Parameter) -> str:
    """Return a value as a file says it, with its documented unit."""
    if isinstance(value, Distribution):
        value = value.specification()
    if parameter.kind == "pairs" and value is not None:
        pairs = (
            ", ".join(_number(part, unit) for part, unit in zip(pair, parameter.pair_units, strict=True))
            for pair in value
        )
        return "[" + ", ".join(f"[{pair}]" for pair in pairs) + "]"
    if parameter.kind == "text":
        return _quoted(value)
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _number(value, parameter.unit)
    return value if isinstance(value, str) else _flow(value)


def _section_lines(section: Section, value: Any) -> list[str]:
    lines: list[str] = []
    for item in value if section.is_list else [value]:
        start = "  - " if section.is_list else "  "
        for name, held in item.items():
            lines.append(f"{start}{name}: {value_text(held, section.parameters[name])}")
            start = " " * len(start)
    return lines


def _plain(value: Any) -> Any:
    return value.specification() if isinstance(value, Distribution) else value


def _number(value: float, unit: str) -> str:
    # A whole number of a double reads the same without its ".0".
    text = repr(value)
    return text.removesuffix(".0") + ("" if unit == "1" else f" {unit}")


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(held)}" for key, held in value.items()) + "}"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(_flow(held) for held in value) + "]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return _number(value, "1")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
