"""Files that extend files, and single values set on top: everything that makes one tree of several."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deference_sim.model.declare import Block
from deference_sim.scenario.catalogue import Parameter, Section, catalogue, general_path, nearest_path, parameters
from deference_sim.scenario.compose import compose
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.problems import Mark, Problem, ScenarioError, did_you_mean, refusal, shown
from deference_sim.scenario.reader import HEAD_KEYS, check_schema
from deference_sim.scenario.sample_files import with_samples
from deference_sim.scenario.scalars import kind_of, read_text
from deference_sim.scenario.several import plain
from deference_sim.scenario.shipped import label_of, shipped
from deference_sim.scenario.source import SCENARIO, beside, checked_text
from deference_sim.scenario.source import read_text as read_file
from deference_sim.scenario.tree import Broken, Entry, ListNode, MapNode, Node, Scalar, is_broken, node_of, with_entry
from deference_sim.scenario.uncertain_input import UncertainInput

COMMAND_LINE = Mark("command line")
ARGUMENT = Mark("argument")
MAX_CHAIN = 8
_TEXT_KEYS = ("name", "description")


# ---- files --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layers:
    """The tree of a file laid over all that it extends, the problems found on the way, and the files, top first."""

    tree: MapNode
    problems: tuple[Problem, ...]
    files: tuple[str, ...]


def read_layers(path: Path, chain: Sequence[Path] = ()) -> Layers:
    """Read the file at ``path`` and what it extends. Raises ``ScenarioError`` if there is no tree at all."""
    label = label_of(path)
    root, problems = read_mapping(path, label)
    root, of_samples = with_samples(root, path)
    problems += of_samples
    try:
        check_schema(root, root.mark)
    except ScenarioError as error:
        problems += error.problems
    entry = root.entries.get("extends")
    if entry is None or is_broken(entry.node):
        return Layers(root, tuple(problems), (label,))
    try:
        below = _extended(entry.node, path, (*chain, path))
    except ScenarioError as error:
        return Layers(root, (*problems, *error.problems), (label,))
    base = MapNode({key: held for key, held in below.tree.entries.items() if key not in HEAD_KEYS}, below.tree.mark)
    return Layers(merged(base, root), (*problems, *below.problems), (label, *below.files))


def read_mapping(path: Path, label: str, kind: str = SCENARIO) -> tuple[MapNode, list[Problem]]:
    """Return the mapping that the file at ``path``, called ``label`` in messages, holds, and the problems of its form.

    ``kind`` is what the file should be, in messages.
    Raises ``ScenarioError`` if it holds none.
    """
    root, problems = compose(read_file(path, label, kind), label)
    if isinstance(root, MapNode):
        return root, problems
    if root is not None and not isinstance(root, Broken):
        problems += refusal(root.mark, "", kind_of(root), "a mapping", "start with `schema: 1`").problems
    raise ScenarioError(problems)


def _extended(node: Node, path: Path, chain: Sequence[Path]) -> Layers:
    target = _target(node, path)
    if len(chain) > MAX_CHAIN:
        raise refusal(node.mark, "extends", "a long chain of files", f"at most {MAX_CHAIN} files below the first")
    resolved = [file.resolve() for file in chain]
    if target.resolve() in resolved:
        names = [file.name for file in chain[resolved.index(target.resolve()) :]] + [target.name]
        raise refusal(node.mark, "extends", "a cycle: " + " → ".join(names), "files that end in one that extends none")
    return read_layers(target, chain)


def _target(node: Node, path: Path) -> Path:
    allowed = "a shipped scenario, or a file in the same folder"
    text = read_text(node, "extends", allowed)
    if text in shipped():
        return shipped()[text]
    return beside(path, text, node.mark, "extends", allowed, "*.y*ml", shipped())


def merged(base: MapNode, child: MapNode) -> MapNode:
    """Return ``child`` laid over ``base``: blocks merge key by key, everything else (lists, values) replaces."""
    entries = dict(base.entries)
    for key, entry in child.entries.items():
        below, known = entries.get(key), catalogue().get(key)
        if _is_block(known) and below and isinstance(below.node, MapNode) and isinstance(entry.node, MapNode):
            inside: Mapping[str, Entry] = {**below.node.entries, **entry.node.entries}
            entry = Entry(entry.key, MapNode(inside, entry.node.mark, entry.node.flow))
        entries[key] = entry
    return MapNode(entries, child.mark, child.flow)


def _is_block(known: Parameter | Section | None) -> bool:
    return isinstance(known, Section) and not known.is_list


# ---- single values ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One value to be set at ``path``."""

    path: str
    node: Node


def setting(text: str) -> Change:
    """Return the change that ``PATH=VALUE`` asks for on the command line. Raises ``ScenarioError``."""
    path, equals, value = text.partition("=")
    if not equals:
        raise refusal(COMMAND_LINE, shown(text), "no `=`", "PATH=VALUE", "such as rival.lead='3 months'")
    return change_of(path.strip(), value.strip(), COMMAND_LINE)


def change_of(path: str, value: Any, mark: Mark = ARGUMENT) -> Change:
    """Return the change of ``path`` to a Python value; text is read as a file would read it."""
    if isinstance(value, UncertainInput):
        value = value.distribution
    value = value.specification() if isinstance(value, Distribution) else plain(value)
    if isinstance(value, str) and not _is_text(path):
        return Change(path, _composed(value, path, mark))
    return Change(path, node_of(_without_blocks(value), mark))


def changed(tree: MapNode, changes: Iterable[Change]) -> tuple[MapNode, list[Problem]]:
    """Return ``tree`` with every change that leads somewhere, and the problems of those that do not."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for change in changes:
        try:
            if change.path in seen:
                raise refusal(change.node.mark, change.path, "set twice", "each path once")
            seen.add(change.path)
            tree = _changed(tree, change)
        except ScenarioError as error:
            problems += error.problems
    return tree, problems


def _changed(tree: MapNode, change: Change) -> MapNode:
    path, node = change.path, change.node
    entry = Entry(node.mark, node)
    first, *rest = path.split(".")
    known = catalogue().get(first)
    if path in (*_TEXT_KEYS, "correlations") or (not rest and isinstance(known, Parameter)):
        return with_entry(tree, path, entry)
    if isinstance(known, Section) and not rest and (known.is_list or isinstance(node, MapNode)):
        return merged(tree, MapNode({path: entry}, tree.mark))
    if general_path(path) not in parameters():
        found = "a block, not a parameter" if isinstance(known, Section) and not rest else "unknown parameter"
        raise refusal(node.mark, shown(path), found, hint=nearest_path(path))
    if isinstance(known, Section) and known.is_list:
        return _changed_item(tree, known, rest[0], rest[1], entry)
    block = MapNode({rest[0]: entry}, node.mark)
    return merged(tree, MapNode({first: Entry(node.mark, block)}, tree.mark))


def _changed_item(tree: MapNode, section: Section, name: str, field: str, entry: Entry) -> MapNode:
    held = tree.entries.get(section.name)
    items = held.node.items if held and isinstance(held.node, ListNode) else ()
    names = [_name_of(item) for item in items]
    if held is None or name not in names:
        known = sorted({known for known in names if known})
        hint = did_you_mean(name, known) or ("there is " + ", ".join(known) if known else "there is none")
        raise refusal(entry.key, f"{section.name}.{name}", f"no `{shown(name)}` in {section.name}", hint=hint)
    place = names.index(name)
    item = items[place]
    assert isinstance(item, MapNode)
    replaced = (*items[:place], with_entry(item, field, entry), *items[place + 1 :])
    return with_entry(tree, section.name, Entry(held.key, ListNode(replaced, held.node.mark)))


def _name_of(item: Node) -> str:
    entry = item.entries.get("name") if isinstance(item, MapNode) else None
    return entry.node.text if entry and isinstance(entry.node, Scalar) else ""


def _is_text(path: str) -> bool:
    parameter = parameters().get(general_path(path))
    return path in _TEXT_KEYS or (parameter is not None and parameter.kind == "text")


def _composed(value: str, path: str, mark: Mark) -> Node:
    """Return the tree of text as a file would have it, every node marked with where it was set."""
    if not value.strip():
        raise refusal(mark, path, "value missing", "PATH=VALUE")
    try:
        root, problems = compose(checked_text(value.encode(errors="surrogatepass"), mark.file), mark.file)
    except ScenarioError as error:
        root, problems = None, list(error.problems)
    if problems or root is None:
        raise ScenarioError(Problem(mark.file, 0, 0, path, one.found, one.allowed, one.hint) for one in problems)
    return _marked(root, mark)


def _marked(node: Node, mark: Mark) -> Node:
    if isinstance(node, Scalar):
        return Scalar(node.text, node.plain, mark)
    if isinstance(node, ListNode):
        return ListNode(tuple(_marked(item, mark) for item in node.items), mark)
    if isinstance(node, MapNode):
        entries = {key: Entry(mark, _marked(entry.node, mark)) for key, entry in node.entries.items()}
        return MapNode(entries, mark, node.flow, node.written)
    return node


def marked_tree(document: Mapping[str, Any], sources: Mapping[str, str]) -> MapNode:
    """Return the tree of ``document``, every value marked with the source of its path."""
    entries: dict[str, Entry] = {}
    for key, value in document.items():
        known = catalogue().get(key)
        node = node_of(value, Mark(sources.get(key, ARGUMENT.file)))
        if isinstance(known, Section) and isinstance(node, ListNode):
            items = [_sourced(item, f"{key}.{_name_of(item)}", sources) for item in node.items]
            node = ListNode(tuple(items), node.mark)
        elif isinstance(known, Section):
            node = _sourced(node, key, sources)
        entries[key] = Entry(node.mark, node)
    return MapNode(entries, ARGUMENT)


def _sourced(node: Node, path: str, sources: Mapping[str, str]) -> Node:
    assert isinstance(node, MapNode)
    marks = {key: Mark(sources.get(f"{path}.{key}", ARGUMENT.file)) for key in node.entries}
    entries = {key: Entry(marks[key], _marked(entry.node, marks[key])) for key, entry in node.entries.items()}
    return MapNode(entries, node.mark)


def _without_blocks(value: Any) -> Any:
    if isinstance(value, Block):
        return {name: _without_blocks(held) for name, held in value}
    if isinstance(value, UncertainInput):
        return value.distribution.specification()
    if isinstance(value, tuple | list):
        return [_without_blocks(item) for item in value]
    return plain(value)
