"""Memory of a translation: records whose fields every lane has for itself, their tables, and plain arrays.

A record of lanes lies in words of 8 bytes: for each field one word a lane, lane by lane, then the next field. Views of
it have the fields as attributes, as records have in plain Python, so the same text reads and writes both.
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from deference_sim.engines.lanes.values import FLOAT, WHOLE, WORD, Code, Num

BYTES = 8  # of a word
_KINDS = {"f": FLOAT, "i": WHOLE, "u": WORD}


@dataclass(frozen=True)
class Layout:
    """The layout of a record: its fields, and which of them all lanes share (of those only the first lane is used)."""

    dtype: np.dtype[Any]
    shared: frozenset[str] = frozenset()

    @cached_property
    def fields(self) -> dict[str, tuple[int, str, tuple[int, ...]]]:
        """The first word of every field, its kind and its shape."""
        found: dict[str, tuple[int, str, tuple[int, ...]]] = {}
        for name, (dtype, offset, *_) in (self.dtype.fields or {}).items():
            base, shape = (dtype.base, dtype.shape)
            if base.itemsize != BYTES or offset % BYTES:
                raise TypeError(f"the field {name} must be of {BYTES} bytes, not {base}")
            found[name] = (offset // BYTES, _KINDS[base.kind], shape)
        return found

    @property
    def words(self) -> int:
        """How many words the record has in each lane."""
        return self.dtype.itemsize // BYTES


class Place:
    """Something in memory, at an address and so many bytes on."""

    def __init__(self, code: Code, address: str, offset: int = 0) -> None:
        self.code, self.address, self.offset = code, address, offset

    def pointer(self) -> str:
        """Return the address as one name."""
        if self.offset == 0:
            return self.address
        return self.code.add(f"getelementptr inbounds i8, ptr {self.address}, i64 {self.offset}")

    def handed(self) -> str:
        """Return the address by which it is passed to a function."""
        return self.pointer()

    def moved(self, index: Any, stride: int) -> tuple[str, int]:
        """Return address and offset of what lies ``index`` times ``stride`` bytes on."""
        if not isinstance(index, Num):
            return self.address, self.offset + int(index) * stride
        bytes_on = self.code.operated("Mult", self.code.cast(index, WHOLE), stride)
        return self.code.add(f"getelementptr inbounds i8, ptr {self.address}, i64 {bytes_on.name}"), self.offset


class Cell(Place):
    """One number in memory; ``wide``: one in each lane."""

    def __init__(self, code: Code, address: str, offset: int, kind: str, wide: bool) -> None:
        super().__init__(code, address, offset)
        self.kind, self.wide = kind, wide

    def load(self) -> Num:
        """Return the number."""
        kind = self.code.type(self.kind, self.wide)
        return Num(self.code.add(f"load {kind}, ptr {self.pointer()}, align 8"), self.kind, self.wide)

    def store(self, value: Any, mask: Num) -> None:
        """Put a number there, in the lanes of ``mask``."""
        number = self.code.num(value, self.kind, self.wide)
        if number.wide != self.wide:
            raise TypeError("a number that lanes have for themselves cannot be stored where they share one")
        if self.wide and not is_everywhere(mask):
            # Frozen, what was there is no plain load, so that LLVM makes no masked store of this: a processor can
            # hand on to the next load what was just stored whole, and waits long where a mask left lanes out.
            kept = self.code.add(f"freeze {self.code.typed(self.load())}")
            number = self.code.chosen(mask, number, Num(kept, self.kind, True))
        self.code.do(f"store {self.code.typed(number)}, ptr {self.pointer()}, align 8")


def is_everywhere(mask: Num) -> bool:
    """Return whether a mask is the constant that holds in all lanes."""
    return mask.name == "splat (i1 true)"


class View(Place):
    """A record of lanes, or the one that all share."""

    def __init__(self, code: Code, address: str, offset: int, layout: Layout) -> None:
        super().__init__(code, address, offset)
        self.layout = layout

    @property
    def signature(self) -> Any:
        """What another view must have in common with this one to be passed in its place."""
        return View, self.layout

    def handed(self) -> str:
        """Return the address by which the view is passed: of a word near its middle.

        A processor writes offsets of up to 127 vectors either way in one byte, others in four.
        """
        return View(self.code, self.address, self.offset + self.bias, self.layout).pointer()

    @property
    def bias(self) -> int:
        """How many bytes after the first word the address lies by which the view is passed."""
        return min(self.layout.words // 2, 127) * BYTES * self.code.lanes

    def at(self, code: Code, address: str) -> "View":
        """Return such a view, passed by this address."""
        return View(code, address, -self.bias, self.layout)

    def get(self, name: str) -> Any:
        """Return the number in a field, or a view of its array."""
        cell = self.cell(name)
        return cell.load() if isinstance(cell, Cell) else cell

    def cell(self, name: str) -> "Cell | Array":
        """Return where a field is."""
        word, kind, shape = self.layout.fields[name]
        at, wide = self.offset + word * BYTES * self.code.lanes, name not in self.layout.shared
        if shape:
            return Array(self.code, self.address, at, kind, wide, shape, BYTES * self.code.lanes)
        return Cell(self.code, self.address, at, kind, wide)


class Array(Place):
    """An array of numbers, or of one in each lane; ``step`` is how many bytes lie between neighbours."""

    def __init__(
        self, code: Code, address: str, offset: int, kind: str, wide: bool, shape: tuple[Any, ...], step: int
    ) -> None:
        super().__init__(code, address, offset)
        self.kind, self.wide, self.shape, self.step = kind, wide, shape, step

    @property
    def signature(self) -> Any:
        """What another array must have in common with this one to be passed in its place."""
        return Array, self.kind, self.wide, self.shape, self.step

    def at(self, code: Code, address: str) -> "Array":
        """Return such an array at another address."""
        return Array(code, address, 0, self.kind, self.wide, self.shape, self.step)

    def item(self, index: Any) -> "Cell | Array | Scattered":
        """Return where an element is, or one row of several dimensions."""
        if isinstance(index, tuple):
            first, *others = index
            inner = self.item(first)
            return inner.item(others[0] if len(others) == 1 else tuple(others)) if others else inner  # type: ignore[union-attr]
        inner_shape = self.shape[1:]
        stride = self.step * prod(inner_shape)
        if isinstance(index, Num) and index.wide:
            return Scattered(self.code, self.pointer(), index, stride, self.kind, BYTES if self.wide else 0)
        address, offset = self.moved(index, stride)
        if inner_shape:
            return Array(self.code, address, offset, self.kind, self.wide, inner_shape, self.step)
        return Cell(self.code, address, offset, self.kind, self.wide)


class Scattered:
    """Numbers of which each lane has one at a place of its own: ``index`` times ``stride`` bytes after an address.

    ``beside`` is how many bytes lanes lie apart there.
    """

    def __init__(self, code: Code, address: str, index: Num, stride: int, kind: str, beside: int) -> None:
        self.code, self.address, self.kind = code, address, kind
        bytes_on = code.operated("Mult", code.cast(index, WHOLE), stride)
        if beside:
            apart = ", ".join(f"i64 {lane * beside}" for lane in range(code.lanes))
            bytes_on = code.operated("Add", bytes_on, Num(f"<{apart}>", WHOLE, True))
        self.offsets = bytes_on

    def _addresses(self, mask: Num, offset: int, elsewhere: str) -> list[str]:
        """Return the address for each lane; ``elsewhere`` for those that are not in ``mask``."""
        code, found = self.code, []
        offsets = code.operated("Add", self.offsets, offset) if offset else self.offsets
        for lane in range(code.lanes):
            on = code.add(f"extractelement {code.typed(offsets)}, i64 {lane}")
            here = code.add(f"extractelement {code.typed(mask)}, i64 {lane}")
            at = code.add(f"getelementptr i8, ptr {self.address}, i64 {on}")
            found.append(code.add(f"select i1 {here}, ptr {at}, ptr {elsewhere}"))
        return found

    def load(self, mask: Num) -> Num:
        """Return the numbers, in the lanes of ``mask``; whatever it is elsewhere."""
        code, one, vector = self.code, self.code.type(self.kind, False), self.code.type(self.kind, True)
        whole = "poison"
        for lane, at in enumerate(self._addresses(mask, 0, "@no_word")):
            number = code.add(f"load {one}, ptr {at}, align 8")
            whole = code.add(f"insertelement {vector} {whole}, {one} {number}, i64 {lane}")
        return Num(whole, self.kind, True)

    def store(self, value: Any, mask: Num, offset: int = 0, kind: str | None = None) -> None:
        """Put numbers there, in the lanes of ``mask``."""
        code = self.code
        number = code.num(value, kind or self.kind, True)
        one, nowhere = code.type(number.kind, False), code.reserve(number.kind, False)
        for lane, at in enumerate(self._addresses(mask, offset, nowhere)):
            part = code.add(f"extractelement {code.typed(number)}, i64 {lane}")
            code.do(f"store {one} {part}, ptr {at}, align 8")


class Entry:
    """A record in an ordinary array of records, of which each lane has one of its own."""

    def __init__(self, place: Scattered, layout: Layout) -> None:
        self.place, self.layout = place, layout

    def set(self, name: str, value: Any, mask: Num) -> None:
        """Put numbers into a field, in the lanes of ``mask``."""
        word, kind, _ = self.layout.fields[name]
        self.place.store(value, mask, word * BYTES, kind)


class Table(Place):
    """A table of records of lanes, or (``entries``) of ordinary records; ``count`` is how many it has."""

    def __init__(
        self, code: Code, address: str, offset: int, layout: Layout, count: Any, *, entries: bool = False
    ) -> None:
        super().__init__(code, address, offset)
        self.layout, self.count, self.entries = layout, count, entries

    def item(self, index: Any) -> View | Entry:
        """Return one record."""
        if self.entries:
            stride = self.layout.words * BYTES
            place = Scattered(self.code, self.pointer(), self.code.num(index, WHOLE, True), stride, FLOAT, 0)
            return Entry(place, self.layout)
        address, offset = self.moved(index, self.layout.words * BYTES * self.code.lanes)
        return View(self.code, address, offset, self.layout)
