"""What may be given as one or as several: words and values in a list, an array, a column, a range or a generator."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, TypeGuard

import numpy as np

from deference_sim.scenario.problems import ArgumentError

OneOrMore: TypeAlias = str | Iterable[str]


def words_of(given: OneOrMore, name: str, allowed: str = "text, or several in a list") -> tuple[str, ...]:
    """Return one text, or all of several, in order. Raises ``ArgumentError`` for what is neither.

    ``name`` is what the argument is called, ``allowed`` what it takes, in words.
    """
    if isinstance(given, str):
        return (str(given),)
    words = plain_list(given)
    if not isinstance(words, list):
        raise ArgumentError(name, given, allowed)
    for word in words:
        if not isinstance(word, str):
            raise ArgumentError(name, word, allowed)
    return tuple(words)


def is_several(given: object) -> TypeGuard[Iterable[Any]]:
    """Return whether ``given`` gives values one after the other, and is neither text nor a mapping."""
    own = plain(given)
    return isinstance(own, Iterable) and not isinstance(own, str | bytes | Mapping)


def plain(value: Any) -> Any:
    """Return a value of NumPy or pandas as Python's own, an array or a column as a list; any other as it is."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) or hasattr(value, "to_numpy"):
        return np.asarray(value).tolist()
    return value


def plain_list(values: Any) -> Any:
    """Return the values of whatever gives one after the other as a list; text, and what gives none, as ``plain``."""
    own = plain(values)
    return [plain(value) for value in own] if is_several(own) else own
