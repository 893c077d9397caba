"""The tree of a scenario file: scalars, lists and mappings, each knowing where it was written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from deference_sim.scenario.problems import Mark


@dataclass(frozen=True, slots=True)
class Scalar:
    """One word, number or text as it was written; ``plain`` if not in quotes."""

    text: str
    plain: bool
    mark: Mark


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list."""

    items: tuple["Node", ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entry:
    """What a mapping holds under one key, and where that key was written."""

    key: Mark
    node: "Node"


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping; ``flow`` if it was written in braces. ``written`` is what stood here, if that was something else."""

    entries: Mapping[str, Entry]
    mark: Mark
    flow: bool = False
    written: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """Something whose problem is already reported: nothing more is said about it."""

    mark: Mark


Node = Scalar | ListNode | MapNode | Broken

_WORDS = {None: "null", True: "true", False: "false"}
_BITS_OF_A_DOUBLE = 1024  # a larger whole number is no double; its digits may be more than Python would print


def node_of(value: Any, mark: Mark) -> Node:
    """Return the tree of a Python value: None, truth, number, text, list or mapping of these. Text is quoted."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return Scalar(_WORDS[value], True, mark)
    if isinstance(value, int):
        return Scalar(str(value) if value.bit_length() < _BITS_OF_A_DOUBLE else "1e999", True, mark)
    if isinstance(value, float):
        return Scalar(repr(value), True, mark)
    if isinstance(value, str):
        return Scalar(value, False, mark)
    if isinstance(value, Mapping):
        return MapNode({str(key): Entry(mark, node_of(item, mark)) for key, item in value.items()}, mark)
    if isinstance(value, Iterable):
        return ListNode(tuple(node_of(item, mark) for item in value), mark)
    return Scalar(repr(value), True, mark)


def as_text(node: Node) -> str:
    """Return what stands in a file for ``node``, on one line."""
    if isinstance(node, ListNode):
        return "[" + ", ".join(as_text(item) for item in node.items) + "]"
    if isinstance(node, MapNode):
        inside = ", ".join(f"{key}: {as_text(entry.node)}" for key, entry in node.entries.items())
        return node.written or f"{{{inside}}}"
    return " ".join(node.text.split()) if isinstance(node, Scalar) else ""


def is_broken(node: Node) -> bool:
    """Whether anything in ``node`` is broken."""
    if isinstance(node, ListNode):
        return any(is_broken(item) for item in node.items)
    if isinstance(node, MapNode):
        return any(is_broken(entry.node) for entry in node.entries.values())
    return isinstance(node, Broken)


def with_entry(node: MapNode, key: str, entry: Entry) -> MapNode:
    """Return ``node`` with ``entry`` under ``key``, in the place of what stood there."""
    return MapNode({**node.entries, key: entry}, node.mark, node.flow, node.written)
