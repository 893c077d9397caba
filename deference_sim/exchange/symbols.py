"""Numbers that are not known yet: what the law makes of them is text, in the language of XMILE's equations."""

import math
import operator
import re
from collections.abc import Callable
from typing import Any

_COMPARED = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}


def identifier(name: str) -> str:
    """Return a variable's name as equations have it."""
    return name.replace(" ", "_")


def identifiers_in(equation: str) -> frozenset[str]:
    """Return the identifiers, and the words of the language, in an equation."""
    return frozenset(re.findall(r"\b[A-Za-z]\w*", equation))


class Named(float):
    """A parameter: a number that stands in equations by its name, so that the reader of a file can change it there."""

    name: str

    @classmethod
    def of(cls, name: str, value: float) -> "Named":
        """Return the number ``value`` with the name of its parameter."""
        one = cls(value)
        one.name = name
        return one

    def __mul__(self, other: Any) -> Any:
        """Return the product; times 1 it is still the parameter."""
        return self if not isinstance(other, Symbol) and other == 1.0 else float.__mul__(self, other)


class Symbol:
    """A number that is given by an equation, ``text``."""

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic with this one to it
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def __add__(self, other: Any) -> Any:
        return self if _is(other, 0.0) else _joined(self, "+", other)

    def __radd__(self, other: Any) -> Any:
        return self if _is(other, 0.0) else _joined(other, "+", self)

    def __sub__(self, other: Any) -> Any:
        return self if _is(other, 0.0) else _joined(self, "-", other)

    def __rsub__(self, other: Any) -> Any:
        return -self if _is(other, 0.0) else _joined(other, "-", self)

    def __mul__(self, other: Any) -> Any:
        return 0.0 if _is(other, 0.0) else self if _is(other, 1.0) else _joined(self, "*", other)

    def __rmul__(self, other: Any) -> Any:
        return 0.0 if _is(other, 0.0) else self if _is(other, 1.0) else _joined(other, "*", self)

    def __truediv__(self, other: Any) -> Any:
        return 0.0 if isinstance(other, float) and math.isinf(other) else _joined(self, "/", other)

    def __rtruediv__(self, other: Any) -> Any:
        return 0.0 if _is(other, 0.0) else _joined(other, "/", self)

    def __neg__(self) -> "Symbol":
        return Symbol(f"(-{self.text})")

    def __abs__(self) -> "Symbol":
        return Symbol(f"ABS({self.text})")

    def __lt__(self, other: Any) -> Any:
        return _compared(self, "<", other)

    def __le__(self, other: Any) -> Any:
        return _compared(self, "<=", other)

    def __gt__(self, other: Any) -> Any:
        return _compared(self, ">", other)

    def __ge__(self, other: Any) -> Any:
        return _compared(self, ">=", other)

    def __eq__(self, other: object) -> Any:
        return _compared(self, "=", other)

    def __ne__(self, other: object) -> Any:
        return negation(_compared(self, "=", other))

    def __hash__(self) -> int:
        return hash(self.text)

    def __bool__(self) -> bool:
        raise TypeError(f"{self.text} is not known yet, so nothing can be decided by it here")


class Condition(Symbol):
    """What may hold or not; as a number it is 1 or 0."""

    __slots__ = ()
    __hash__ = Symbol.__hash__


def text_of(value: Any) -> str:
    """Return a number as it stands in an equation."""
    if isinstance(value, Condition):
        return f"(IF {value.text} THEN 1 ELSE 0)"
    if isinstance(value, Symbol):
        return value.text
    if isinstance(value, Named):
        return value.name
    number = float(value)
    if math.isinf(number):
        number = math.copysign(1e300, number)
    text = repr(number).replace("e+", "e")  # not every reader knows the sign
    return text if number >= 0.0 else f"({text})"


def condition_of(value: Any) -> Any:
    """Return as a condition whether a number is not 0; plain truth where that is known."""
    if isinstance(value, Condition):
        return value
    return Condition(f"({value.text} <> 0)") if isinstance(value, Symbol) else bool(value)


def negation(condition: Any) -> Any:
    """Return the condition that this one does not hold."""
    return Condition(f"(NOT{condition.text})") if isinstance(condition, Condition) else not condition


def chosen(condition: Condition, this: Any, that: Any) -> Any:
    """Return ``this`` where the condition holds, else ``that``."""
    if this is that or that is None:
        return this
    if this is None:
        return that  # a name that only one way sets, and only it uses
    if isinstance(this, tuple) and isinstance(that, tuple):
        return tuple(chosen(condition, *pair) for pair in zip(this, that, strict=True))
    if not _is_number(this) or not _is_number(that):
        return this
    if text_of(this) == text_of(that):
        return this
    text = f"(IF {condition.text} THEN {text_of(this)} ELSE {text_of(that)})"
    whole = all(isinstance(one, bool | Condition) for one in (this, that))
    return Condition(f"({text} > 0.5)") if whole else Symbol(text)


def both(parts: list[Any], word: str) -> Any:
    """Return the condition that all (``AND``) or any (``OR``) of the parts hold."""
    joined = any(f" {other} " in part.text for part in parts for other in ("AND", "OR"))
    texts = [part.text if joined else part.text[1:-1] for part in parts]  # no more brackets than it takes
    return Condition("(" + f" {word} ".join(texts) + ")")


def function_in_words(name: str, known: Callable[[float], float]) -> Callable[[Any], Any]:
    """Return a function of mathematics that is written out where its argument is not known yet."""
    return lambda x: Symbol(f"{name}({x.text})") if isinstance(x, Symbol) else known(x)


def extreme_in_words(name: str, known: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``min`` or ``max``, written out two by two where something is not known yet."""
    idle = math.inf if name == "MIN" else -math.inf

    def extreme(*numbers: Any) -> Any:
        if not any(isinstance(one, Symbol) for one in numbers):
            return known(*numbers)
        first, *others = [one for one in numbers if isinstance(one, Symbol) or one != idle]
        for other in others:
            first = Symbol(f"{name}({text_of(first)}, {text_of(other)})")
        return first

    return extreme


def _joined(left: Any, sign: str, right: Any) -> Symbol:
    return Symbol(f"({text_of(left)} {sign} {text_of(right)})")


def _compared(left: Symbol, sign: str, right: Any) -> Any:
    if isinstance(right, float) and (math.isinf(right) or math.isnan(right)):
        return _COMPARED[sign](0.0, float(right))  # as for every finite number
    return Condition(f"({text_of(left)} {sign} {text_of(right)})")


def _is(value: Any, number: float) -> bool:
    return not isinstance(value, Symbol | Named) and value == number


def _is_number(value: Any) -> bool:
    return isinstance(value, Symbol | int | float)
