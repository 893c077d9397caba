"""A mapping that cannot change, can be hashed and travels between processes."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from deference_sim.shown import Shown

Item = TypeVar("Item")


class FrozenMap(Shown, Mapping[str, Item]):
    """A read-only copy of a mapping, in the order of its keys; equal to any mapping with the same items."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Item] | None = None) -> None:
        self._items: dict[str, Item] = {key: items[key] for key in sorted(items)} if items else {}

    def __getitem__(self, key: str) -> Item:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))
