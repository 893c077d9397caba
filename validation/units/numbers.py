"""Numbers that carry units, by pint: what arithmetic, comparisons and mathematics make of them.

A number is one of these: a plain Python number, which is known and has no unit; a quantity of pint whose value is not
known (NaN); ``FREE``, a number that is 0 or infinite, and so the same in every unit; or an ``Either``, a constant that
serves numbers of more than one unit. What is decided by numbers that are not known is ``UNSURE``. Months and py are
dimensions of their own, and a year is no unit here: nothing is ever converted.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pint

REGISTRY: Final = pint.UnitRegistry(None)
REGISTRY.define("month = [time]")
REGISTRY.define("py = [progress]")
UNKNOWN: Final = math.nan


class UnitError(Exception):
    """Two units that should be one: what was found, and what it meets."""

    def __init__(self, left: Any, right: Any) -> None:
        super().__init__(f"{unit_of(left)} meets {unit_of(right)}")
        self.left, self.right = unit_of(left), unit_of(right)


class _Sentinel:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


FREE: Final = _Sentinel("0 or infinite")
UNSURE: Final = _Sentinel("true or false")


@dataclass(frozen=True)
class Either:
    """A constant that is in one of several units, as what it meets demands."""

    units: tuple[str, ...]


@dataclass(frozen=True)
class Clash:
    """What is of one unit if one way was taken, and of another if the other was."""

    left: Any
    right: Any


def number(unit: str) -> Any:
    """Return a number in a unit as the law's declarations write it, such as ``py per month``."""
    if " or " in unit:
        return Either(tuple(unit.split(" or ")))
    above, _, below = unit.partition("per ")
    parsed = REGISTRY.parse_units(f"{_singular(above) or 'dimensionless'}/{_singular(below) or 'dimensionless'}")
    return REGISTRY.Quantity(UNKNOWN, parsed)


def _singular(words: str) -> str:
    word = words.strip()
    return "" if word == "1" else word.removesuffix("s")


PLAIN: Final = number("1")
PER_MONTH: Final = number("per month")


def unit_of(value: Any) -> str:
    """Return the unit of a number in words."""
    if isinstance(value, Clash):
        return f"{unit_of(value.left)} or {unit_of(value.right)}, by which way was taken"
    if isinstance(value, Either):
        return " or ".join(value.units)
    if isinstance(value, pint.Quantity):
        text = f"{value.units:~C}".replace("**", "^")
        return "1" if text in ("", "dimensionless") else text
    return "1" if is_number(value) else repr(value)


def is_known(value: Any) -> bool:
    """Return whether a value is a plain number of which all is known."""
    return isinstance(value, bool | int | float) and value == value


def is_number(value: Any) -> bool:
    """Return whether a value is a number here, known or not."""
    return value is FREE or value is UNSURE or isinstance(value, bool | int | float | pint.Quantity | Either | Clash)


def is_free(value: Any) -> bool:
    """Return whether a number is the same in every unit: 0, infinite, or none at all."""
    return value is FREE or (isinstance(value, int | float) and (value == 0 or not math.isfinite(value)))


def agreed(left: Any, right: Any) -> Any:
    """Return a number of the unit that both have. Raises ``UnitError`` if they have not."""
    if isinstance(left, Either) or isinstance(right, Either):
        return _resolved(left, right)
    if is_free(left):
        return FREE if is_free(right) else _unknown(right)
    if is_free(right):
        return _unknown(left)
    try:
        return _unknown(left) + _unknown(right)
    except pint.DimensionalityError:
        raise UnitError(left, right) from None


def _resolved(left: Any, right: Any) -> Any:
    """Return the unit of the one, if it is among those of the other."""
    one, other = (right, left) if isinstance(left, Either) else (left, right)
    if isinstance(one, Either) or is_free(one):
        return other
    if any(unit_of(one) == unit_of(number(unit)) for unit in other.units):
        return _unknown(one)
    raise UnitError(left, right)


def _unknown(value: Any) -> Any:
    if isinstance(value, Clash):
        raise UnitError(value.left, value.right)
    return value if isinstance(value, pint.Quantity) else PLAIN


def joined(left: Any, right: Any) -> Any:
    """Return what is known of a value that is one of two, by which way was taken."""
    if left is right or (is_known(left) and is_known(right) and left == right):
        return left
    if left is None or right is None:
        return right if left is None else left
    if isinstance(left, tuple) and isinstance(right, tuple):
        parts = [joined(*pair) for pair in zip(left, right, strict=True)]
        return type(left)(*parts) if hasattr(left, "_fields") else tuple(parts)
    if not is_number(left):
        return left
    if {left is UNSURE or isinstance(left, bool), right is UNSURE or isinstance(right, bool)} == {True}:
        return UNSURE
    try:
        return agreed(left, right)
    except UnitError:
        return Clash(left, right)


# ---- what the law does with numbers -------------------------------------------------------------------------


def added(left: Any, right: Any, plainly: Callable[[Any, Any], Any]) -> Any:
    """Return a sum or a difference; with what is infinite, or no number, it is that too."""
    if is_known(left) and is_known(right):
        return plainly(left, right)
    found = agreed(left, right)
    return FREE if any(isinstance(one, float) and not math.isfinite(one) for one in (left, right)) else found


def scaled(left: Any, right: Any, plainly: Callable[[Any, Any], Any]) -> Any:
    """Return a product or a quotient."""
    if is_known(left) and is_known(right):
        return plainly(left, right) if right else FREE
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Either):
            raise UnitError(one, other)
    return FREE if is_free(left) or is_free(right) else plainly(_unknown(left), _unknown(right))


def counted(left: Any, right: Any, plainly: Callable[[Any, Any], Any]) -> Any:
    """Return what is made of whole numbers, such as bits."""
    if is_known(left) and is_known(right):
        return plainly(left, right)
    return agreed(without_unit(left), without_unit(right))


def compared(left: Any, right: Any, plainly: Callable[[Any, Any], Any]) -> Any:
    """Return the truth of a comparison, which is often not known."""
    if is_known(left) and is_known(right):
        return plainly(left, right)
    if is_number(left) and is_number(right):
        agreed(left, right)
    return UNSURE


def without_unit(value: Any) -> Any:
    """Return a number that must have no unit. Raises ``UnitError`` if it has one."""
    return value if is_known(value) else agreed(value, PLAIN)


def extreme(plainly: Callable[..., Any]) -> Callable[..., Any]:
    """Return the smallest or the largest of numbers of one unit."""

    def of_several(*numbers: Any) -> Any:
        if all(map(is_known, numbers)):
            return plainly(*numbers)
        first, *others = numbers
        for other in others:
            first = agreed(first, other)
        return first

    return of_several


def rooted(value: Any) -> Any:
    """Return the square root."""
    return value**0.5 if is_known(value) else FREE if is_free(value) else _unknown(value) ** 0.5


def transcendental(value: Any) -> Any:
    """Return what exponential and logarithm make of a number, which can have no unit."""
    agreed(value, PLAIN)
    return PLAIN


def sized(value: Any) -> Any:
    """Return the absolute value, or the negative: of the same unit."""
    return agreed(value, value)
