"""Lists of results, and figures by name, which show themselves; otherwise they are lists and dicts."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from deference_sim.shown import Shown

One = TypeVar("One")


class Several(Shown, list[One]):
    """A list of results that shows itself with the pages of all."""

    __slots__ = ()


class Named(Shown, dict[str, One]):
    """Figures by name, with a line ``about`` what they are; they show themselves as a table."""

    __slots__ = ("about",)

    def __init__(self, items: Iterable[tuple[str, One]] | Mapping[str, One] = (), about: str = "") -> None:
        super().__init__(items)
        self.about = about
