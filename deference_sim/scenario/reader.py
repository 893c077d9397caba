"""Tree of a scenario → its fields: every key known, every value checked, and where each came from.

Nothing is raised until all has been looked at: ``read_fields`` reports every problem of the tree at once.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from pydantic import ValidationError

from deference_sim.model.declare import Block
from deference_sim.scenario.catalogue import Parameter, Section, catalogue
from deference_sim.scenario.correlations import read_correlations
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.own_text import own_text
from deference_sim.scenario.problems import Mark, Problem, ScenarioError, did_you_mean, refusal, shown
from deference_sim.scenario.scalars import check_presence, kind_of, read_number, read_text
from deference_sim.scenario.tree import Broken, Entry, ListNode, MapNode, Node, Scalar, is_broken
from deference_sim.scenario.values import read_value

Found = TypeVar("Found")
More = ParamSpec("More")

SCHEMA: Final = 1
NAME_PATTERN: Final = r"[a-z0-9][a-z0-9-]{0,63}"
NAME_ALLOWED: Final = "a name of small letters, digits and -, at most 64"
#: Names that Windows keeps for devices: a results folder could not bear them.
DEVICES: Final = r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])"

#: Keys of a file beside the blocks, in the order in which a file has them.
HEAD_KEYS: Final = ("schema", "name", "description", "extends")
TOP_KEYS: Final = (*HEAD_KEYS, *catalogue(), "correlations")


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    fields: dict[str, Any] = field(default_factory=dict)
    uncertain: dict[str, Distribution] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    has_gaps: bool = False  # something in the tree was broken, and is reported elsewhere


def read_fields(tree: MapNode, freed: Iterable[str] = ()) -> dict[str, Any]:
    """Return the fields of a scenario from its whole tree, which no longer extends another.

    A correlation of a path in ``freed`` is dropped, not refused, where that input is no longer uncertain.
    Raises ``ScenarioError`` with every problem of the tree.
    """
    reading = _Reading()
    for key, entry in tree.entries.items():
        _attempt(reading, _read_key, key, entry)
    _attempt(reading, _read_correlations, tree, frozenset(freed))
    if reading.problems:
        raise ScenarioError(reading.problems)
    return reading.fields | {"uncertain": reading.uncertain, "sources": reading.sources, "written": reading.written}


def check_schema(tree: MapNode, start: Mark) -> None:
    """Refuse a file that does not say which schema it is written in, or says one not known here."""
    entry = tree.entries.get("schema")
    if entry is None:
        raise refusal(start, "schema", "`schema` is required", f"schema: {SCHEMA}", f"write `schema: {SCHEMA}` first")
    if is_broken(entry.node):
        return
    if read_number(entry.node, "1", "schema", f"{SCHEMA}") != SCHEMA:
        raise refusal(entry.node.mark, "schema", kind_of(entry.node), f"{SCHEMA}", "the only schema there is so far")


def read_name(node: Node, path: str = "name") -> str:
    """Return the name of a scenario. It never becomes part of a path unchecked."""
    name = read_text(node, path, NAME_ALLOWED, NAME_PATTERN)
    if re.fullmatch(DEVICES, name):
        raise refusal(node.mark, path, f"`{name}`, a device on Windows", NAME_ALLOWED, f"such as `{name}-1`")
    return name


def _attempt(
    reading: _Reading, read: Callable[Concatenate[_Reading, More], Found], *arguments: More.args, **named: More.kwargs
) -> Found | None:
    """Call ``read``; on an error keep its problems and return None."""
    try:
        return read(reading, *arguments, **named)
    except ScenarioError as error:
        reading.problems += error.problems
        return None


def _read_key(reading: _Reading, key: str, entry: Entry) -> None:
    known = catalogue().get(key)
    is_block = isinstance(known, Section)  # whose parts are looked at one by one
    if isinstance(entry.node, Broken) or (is_broken(entry.node) and not is_block):
        reading.has_gaps = True
    elif isinstance(known, Parameter):
        _read_parameter(reading, reading.fields, known, key, entry)
    elif isinstance(known, Section) and known.is_list:
        _read_list(reading, known, entry)
    elif isinstance(known, Section):
        block = _read_block(reading, known, known.name, entry.node, entry.key)
        if block is not None:
            reading.fields[key] = block
    elif key == "name":
        reading.fields["name"] = read_name(entry.node)
    elif key == "description":
        reading.fields["description"] = read_text(entry.node, "description")
    elif key not in TOP_KEYS:
        raise _unknown_key(key, entry, "", TOP_KEYS)


def _read_parameter(reading: _Reading, values: dict[str, Any], parameter: Parameter, path: str, entry: Entry) -> None:
    value = read_value(entry.node, parameter, path)
    if isinstance(value, Distribution):
        reading.uncertain[path], reading.written[path] = value, own_text(entry.node)
        value = value.central
    values[parameter.name] = value
    reading.sources[path] = entry.key.source


def _read_block(reading: _Reading, section: Section, path: str, node: Node, key: Mark) -> Block | None:
    check_presence(node, path, "a mapping")
    if not isinstance(node, MapNode):
        names = list(section.parameters)
        start = "" if section.is_list else f"{path}: "
        raise refusal(node.mark, path, kind_of(node), "a mapping", f"such as {start}{{{names[0]}: …}}")
    values: dict[str, Any] = {}
    before = len(reading.problems)
    for name, entry in node.entries.items():
        _attempt(reading, _read_field, section, values, f"{path}.{name}", name, entry, flow=node.flow)
    for parameter in section.parameters.values():
        if parameter.required and parameter.name not in node.entries:
            example = parameter.words[0] if parameter.words else f"my_{section.name.removesuffix('s')}"
            found, hint = f"`{parameter.name}` is required", f"such as {parameter.name}: {example}"
            reading.problems += refusal(node.mark, path, found, parameter.allowed, hint).problems
    if len(reading.problems) > before or is_broken(node):
        return None
    return _built(section.block, values, path, node, key)


def _read_field(
    reading: _Reading, section: Section, values: dict[str, Any], path: str, name: str, entry: Entry, *, flow: bool
) -> None:
    parameter = section.parameters.get(name)
    if is_broken(entry.node):
        reading.has_gaps = True
    elif parameter is not None:
        _read_parameter(reading, values, parameter, path, entry)
    else:
        raise _unknown_key(name, entry, path, section.parameters, flow=flow)


def _unknown_key(key: str, entry: Entry, path: str, known: Iterable[str], *, flow: bool = False) -> ScenarioError:
    hint = did_you_mean(key, known)
    odd = next((letter for letter in key if not letter.isascii()), None)
    left_out = isinstance(entry.node, Scalar) and entry.node.plain and not entry.node.text
    if flow and left_out and re.fullmatch(r"[0-9]+( .*)?", key):
        hint = "decimal comma? write 0.5, not 0,5"
    elif flow and left_out and re.match(r"[a-z0-9_]+:\S", key):
        hint = "write a space after `:`"
    elif odd:
        hint = f"it has U+{ord(odd):04X}: keys are of a-z, 0-9, _" + (f"; {hint}" if hint else "")
    allowed = "one of " + ", ".join(sorted(known))
    return refusal(entry.key, path or shown(key), f"unknown key `{shown(key)}`", allowed, hint)


def _read_list(reading: _Reading, section: Section, entry: Entry) -> None:
    node = entry.node
    check_presence(node, section.name, "a list")
    if not isinstance(node, ListNode):
        raise refusal(node.mark, section.name, kind_of(node), "a list of mappings", "write `- {name: …}`; [] for none")
    blocks = []
    names: dict[str, Mark] = {}
    for place, item in enumerate(node.items):
        label = _item_label(section, item, place)
        reading.has_gaps |= isinstance(item, Broken)
        if not isinstance(item, Broken):
            blocks.append(_attempt(reading, _read_block, section, label, item, item.mark))
        if (first := names.setdefault(label, item.mark)) is not item.mark:
            found = f"name again, first at {first.line}:{first.column}"
            reading.problems += refusal(item.mark, label, found, "a name of its own").problems
    reading.fields[section.name] = tuple(block for block in blocks if block is not None)
    reading.sources[section.name] = entry.key.source


def _item_label(section: Section, item: Node, place: int) -> str:
    """Return the path of an item: by its name if that can be read, else by its place."""
    entry = item.entries.get("name") if isinstance(item, MapNode) else None
    pattern = section.parameters["name"].pattern
    if entry and isinstance(entry.node, Scalar) and pattern and re.fullmatch(pattern, entry.node.text):
        return f"{section.name}.{entry.node.text}"
    return f"{section.name}[{place}]"


def _built(block: type[Block], values: dict[str, Any], path: str, node: MapNode, key: Mark) -> Block:
    """Return the block; what its own checks across fields say is put at the first field they name."""
    try:
        return block(**values)
    except ValidationError as error:
        raise ScenarioError(reworded(error, path, node, key)) from None


def reworded(error: ValidationError, path: str, node: MapNode, key: Mark) -> Iterator[Problem]:
    """Yield what pydantic found in plain words, at the first key of ``node`` that it names, else at ``key``."""
    for detail in error.errors(include_url=False):
        said = str(detail["ctx"]["error"]) if "error" in detail.get("ctx", {}) else detail["msg"]
        said_words = re.findall(r"[a-z_0-9]+", said)
        named = [*map(str, detail["loc"]), *said_words, *(f"{word}s" for word in said_words)]
        name = next((name for name in named if name in node.entries), None)
        mark = node.entries[name].node.mark if name else key
        found, _, hint = said.partition(": ")
        place = ".".join(part for part in (path, name) if part)
        yield Problem(mark.file, mark.line, mark.column, place, found, "", hint)


def _read_correlations(reading: _Reading, tree: MapNode, freed: frozenset[str]) -> None:
    entry = tree.entries.get("correlations")
    if entry is None or is_broken(entry.node):
        return
    reading.sources["correlations"] = entry.key.source
    # Beside another problem a correlation may seem to tie inputs that are not uncertain: it is then not judged.
    uncertain = None if reading.problems or reading.has_gaps else reading.uncertain
    reading.fields["correlations"] = read_correlations(entry.node, uncertain, freed)
