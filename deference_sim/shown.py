"""Results show themselves: by pages that are registered by name, and imported when something is first looked at."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

_PAGES: dict[str, tuple[str, str]] = {}
_FORMS: dict[str, str] = {}


def register(pages: Mapping[str, tuple[str, str]], *, brief: str, html: str) -> None:
    """Register for a class (``module.Class``) what makes the page of one (``module:function``), and how to go on.

    ``brief`` and ``html`` are the functions that turn a page, and what is said of how to go on, into a few lines of
    plain text and into HTML.
    """
    _PAGES.update(pages)
    _FORMS.update(brief=brief, html=html)


def page_function(kind: type) -> Callable[..., Any]:
    """Return the function that makes the page of an instance of ``kind``."""
    return _imported(_registered(kind)[0])


class Shown:
    """What shows itself: in a notebook with its whole page, elsewhere with the title and the answer of that.

    Both say how to go on: which attributes and plots there are. A subclass without a registered page cannot be made:
    it raises ``TypeError`` with the remedy.
    """

    __slots__ = ()

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        _registered(cls)

    def __repr__(self) -> str:
        return self._told("brief")

    def __str__(self) -> str:
        return self._told("brief")

    def _repr_html_(self) -> str:
        return self._told("html")

    def _told(self, form: str) -> str:
        text: str = _imported(_FORMS[form])(page_function(type(self))(self), _registered(type(self))[1])
        return text


def _registered(kind: type) -> tuple[str, str]:
    names = (f"{one.__module__}.{one.__qualname__}" for one in kind.__mro__)
    found = next((_PAGES[name] for name in names if name in _PAGES), None)
    if found is None:
        named = f"{kind.__module__}.{kind.__qualname__}"
        raise TypeError(f"{named} has no page: name one in deference_sim/pages/__init__.py, or by shown.register")
    return found


def _imported(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
