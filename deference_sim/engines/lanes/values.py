"""Values of a translation: numbers of which every lane has one, or all lanes the same, and arithmetic on them.

A value is a constant of Python, known while the text is translated, or a ``Num`` in the code that is made. All that
is done to numbers here is what plain Python does to them: each operation is rounded by itself.
"""

import operator
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

#: Kinds of numbers: a float, a signed and an unsigned whole number of 64 bits, a truth value.
FLOAT, WHOLE, WORD, TRUTH = "f", "i", "u", "b"
_SCALARS: Final = {FLOAT: "double", WHOLE: "i64", WORD: "i64", TRUTH: "i1"}


@dataclass(frozen=True, slots=True)
class Num:
    """A number in the code that is made: the name that holds it, its kind, and whether each lane has its own."""

    name: str
    kind: str
    wide: bool


def is_constant(value: Any) -> bool:
    """Return whether ``value`` is a number that is known while the text is translated."""
    return isinstance(value, bool | int | float | np.generic)


def kind_of(value: Any) -> str:
    """Return the kind of a number, known or not."""
    if isinstance(value, Num):
        return value.kind
    if isinstance(value, bool | np.bool_):
        return TRUTH
    if isinstance(value, np.unsignedinteger):
        return WORD
    return WHOLE if isinstance(value, int | np.integer) else FLOAT


def type_of(kind: str, lanes: int) -> str:
    """Return LLVM's type of a number of this kind, in so many lanes; 0 for one that all lanes share."""
    return f"<{lanes} x {_SCALARS[kind]}>" if lanes else _SCALARS[kind]


def literal(value: Any, kind: str, lanes: int) -> str:
    """Return how LLVM writes a constant of this kind, in so many lanes or, with 0, for all of them."""
    if kind == FLOAT:
        text = f"0x{struct.unpack('<Q', struct.pack('<d', float(value)))[0]:016X}"
    elif kind == TRUTH:
        text = "true" if value else "false"
    else:
        text = str(int(value))
    return f"splat ({_SCALARS[kind]} {text})" if lanes else text


def each_part(function: Callable[..., Any], *values: tuple[Any, ...]) -> Any:
    """Return a tuple like the first of ``values``, with what ``function`` makes of each part of them."""
    parts = [function(*parts) for parts in zip(*values, strict=True)]
    kind = type(values[0])
    return kind(*parts) if hasattr(kind, "_fields") else tuple(parts)


_COMPARED: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Eq": operator.eq,
    "NotEq": operator.ne,
}
_FLOAT_TEST: Final = {"Lt": "olt", "LtE": "ole", "Gt": "ogt", "GtE": "oge", "Eq": "oeq", "NotEq": "une"}
_WHOLE_TEST: Final = {"Lt": "slt", "LtE": "sle", "Gt": "sgt", "GtE": "sge", "Eq": "eq", "NotEq": "ne"}
_WORD_TEST: Final = _WHOLE_TEST | {"Lt": "ult", "LtE": "ule", "Gt": "ugt", "GtE": "uge"}
_DONE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "BitXor": operator.xor,
    "LShift": operator.lshift,
    "RShift": operator.rshift,
}
_FLOAT_CODE: Final = {"Add": "fadd", "Sub": "fsub", "Mult": "fmul", "Div": "fdiv"}
_WHOLE_CODE: Final = {
    "Add": "add", "Sub": "sub", "Mult": "mul", "BitAnd": "and", "BitOr": "or", "BitXor": "xor", "LShift": "shl",
}  # fmt: skip


class Code:
    """The code of one function as it is made: instructions in blocks, and arithmetic that adds to them."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.reserved: list[str] = []  # room for variables, at the head of the function
        self.lines: list[str] = []
        self.at = "start"  # the block to which instructions are added
        self._names = 0

    def new_name(self, prefix: str = "v") -> str:
        """Return a name that nothing in the function has yet."""
        self._names += 1
        return f"{prefix}{self._names}"

    def add(self, instruction: str) -> str:
        """Add an instruction that makes something, and return the name of what it makes."""
        name = f"%{self.new_name()}"
        self.lines.append(f"  {name} = {instruction}")
        return name

    def do(self, instruction: str) -> None:
        """Add an instruction that makes nothing."""
        self.lines.append(f"  {instruction}")

    def begin(self, label: str) -> None:
        """Begin a block; what was begun before must have ended with a branch."""
        self.lines.append(f"{label}:")
        self.at = label

    def branch(self, label: str) -> None:
        """Go on at another block."""
        self.do(f"br label %{label}")

    def branch_if(self, condition: Num, yes: str, no: str) -> None:
        """Go on at one of two blocks, by what all lanes share."""
        self.do(f"br i1 {condition.name}, label %{yes}, label %{no}")

    def reserve(self, kind: str, wide: bool) -> str:
        """Return the address of room for one variable."""
        name = f"%{self.new_name('room')}"
        self.reserved.append(f"  {name} = alloca {self.type(kind, wide)}, align 64")
        return name

    def type(self, kind: str, wide: bool) -> str:
        """Return LLVM's type of a number of this kind."""
        return type_of(kind, self.lanes if wide else 0)

    def typed(self, number: Num) -> str:
        """Return a number with its type before it."""
        return f"{self.type(number.kind, number.wide)} {number.name}"

    # ---- kinds and lanes ----------------------------------------------------------------------------------------

    def num(self, value: Any, kind: str, wide: bool) -> Num:
        """Return ``value`` as a number of this kind, each lane's own if ``wide``."""
        if not isinstance(value, Num):
            return Num(literal(value, kind, self.lanes if wide else 0), kind, wide)
        if value.kind == FLOAT and kind != FLOAT:
            raise TypeError("a float does not become a whole number by itself")
        value = self.cast(value, kind)
        return self.widened(value) if wide and not value.wide else value

    def cast(self, value: Num, kind: str) -> Num:
        """Return a number as one of another kind."""
        if value.kind == kind or {value.kind, kind} == {WHOLE, WORD}:
            return Num(value.name, kind, value.wide)
        if kind == TRUTH:
            test, zero = ("fcmp une" if value.kind == FLOAT else "icmp ne"), self.num(0, value.kind, value.wide)
            return Num(self.add(f"{test} {self.typed(value)}, {zero.name}"), TRUTH, value.wide)
        if kind == FLOAT:
            code = "sitofp" if value.kind == WHOLE else "uitofp"
        elif value.kind == TRUTH:
            code = "zext"
        else:
            code = "fptosi"
        return Num(self.add(f"{code} {self.typed(value)} to {self.type(kind, value.wide)}"), kind, value.wide)

    def widened(self, value: Num) -> Num:
        """Return a number that all lanes share as one that each has."""
        pair, one = self.type(value.kind, True), self.type(value.kind, False)
        first = self.add(f"insertelement {pair} poison, {one} {value.name}, i64 0")
        spread = f"shufflevector {pair} {first}, {pair} poison, <{self.lanes} x i32> zeroinitializer"
        return Num(self.add(spread), value.kind, True)

    def alike(self, *values: Any, wide: bool = False) -> list[Num]:
        """Return numbers as of one kind, and all wide if one of them is."""
        kinds = {kind_of(value) for value in values}
        kind = next(each for each in (FLOAT, WORD, WHOLE, TRUTH) if each in kinds)
        wide = wide or any(isinstance(value, Num) and value.wide for value in values)
        return [self.num(value, kind, wide) for value in values]

    # ---- arithmetic ---------------------------------------------------------------------------------------------

    def operated(self, code: str, a: Any, b: Any) -> Any:
        """Return what an operator of Python's, by its name in the syntax tree, makes of two numbers."""
        if is_constant(a) and is_constant(b):
            return _DONE[code](a, b)
        left, right = self.alike(a, b)
        if code == "Div" and left.kind != FLOAT:
            left, right = self.cast(left, FLOAT), self.cast(right, FLOAT)
        if left.kind == FLOAT:
            name = _FLOAT_CODE[code]
        elif code == "RShift":
            name = "lshr" if left.kind == WORD else "ashr"
        else:
            name = _WHOLE_CODE[code]
            if left.kind == TRUTH and code in ("Add", "Sub", "Mult"):
                left, right = self.cast(left, WHOLE), self.cast(right, WHOLE)
        return Num(self.add(f"{name} {self.typed(left)}, {right.name}"), left.kind, left.wide)

    def compared(self, code: str, a: Any, b: Any) -> Any:
        """Return the truth value of a comparison, by its name in the syntax tree."""
        if is_constant(a) and is_constant(b):
            return bool(_COMPARED[code](a, b))
        left, right = self.alike(a, b)
        tests = {FLOAT: _FLOAT_TEST, WORD: _WORD_TEST}.get(left.kind, _WHOLE_TEST)
        test = "fcmp" if left.kind == FLOAT else "icmp"
        return Num(self.add(f"{test} {tests[code]} {self.typed(left)}, {right.name}"), TRUTH, left.wide)

    def truth(self, value: Any) -> Any:
        """Return whether a value counts as true."""
        return self.cast(value, TRUTH) if isinstance(value, Num) else bool(value)

    def negated(self, value: Any) -> Any:
        """Return -``value``, of a float with the sign turned even of 0 and NaN."""
        if not isinstance(value, Num):
            return -value
        if value.kind == FLOAT:
            return Num(self.add(f"fneg {self.typed(value)}"), FLOAT, value.wide)
        return self.operated("Sub", 0, value)

    def opposite(self, value: Any) -> Any:
        """Return whether ``value`` does not count as true."""
        true = self.truth(value)
        return self.operated("BitXor", true, True) if isinstance(true, Num) else not true

    def both(self, a: Any, b: Any) -> Any:
        """Return whether two truth values hold."""
        if not isinstance(a, Num):
            return b if a else False
        if not isinstance(b, Num):
            return a if b else False
        return self.operated("BitAnd", a, b)

    def either(self, a: Any, b: Any) -> Any:
        """Return whether one of two truth values holds."""
        if not isinstance(a, Num):
            return True if a else b
        if not isinstance(b, Num):
            return True if b else a
        return self.operated("BitOr", a, b)

    def chosen(self, condition: Any, this: Any, that: Any) -> Any:
        """Return one of two values, or of each pair of their parts, by a truth value."""
        if not isinstance(condition, Num):
            return this if condition else that
        if isinstance(this, tuple):
            return each_part(lambda *pair: self.chosen(condition, *pair), this, that)
        if this is that or (is_constant(this) and is_constant(that) and same_constant(this, that)):
            return this
        first, second = self.alike(this, that, wide=condition.wide)
        picked = self.add(f"select {self.typed(condition)}, {self.typed(first)}, {self.typed(second)}")
        return Num(picked, first.kind, first.wide)

    def smallest(self, code: str, values: Sequence[Any]) -> Any:
        """Return what min (``code`` "Lt") or max ("Gt") makes of numbers: the first one that none is beyond."""
        found = values[0]
        for value in values[1:]:
            found = self.chosen(self.compared(code, value, found), value, found)
        return found

    def called(self, name: str, number: Num) -> Num:
        """Return what a function of LLVM's makes of one float, such as ``sqrt``."""
        suffix = f"v{self.lanes}f64" if number.wide else "f64"
        kind = self.type(FLOAT, number.wide)
        return Num(self.add(f"call {kind} @llvm.{name}.{suffix}({self.typed(number)})"), FLOAT, number.wide)

    def with_bits(self, value: Num, kind: str) -> Num:
        """Return the number of another kind with the same bits."""
        return Num(self.add(f"bitcast {self.typed(value)} to {self.type(kind, value.wide)}"), kind, value.wide)

    def any_of(self, mask: Num) -> Num:
        """Return whether a truth value holds in any lane."""
        bits = self.add(f"bitcast {self.typed(mask)} to i{self.lanes}")
        return Num(self.add(f"icmp ne i{self.lanes} {bits}, 0"), TRUTH, False)


def same_constant(a: Any, b: Any) -> bool:
    """Return whether two constants are the same to the last bit."""
    kind = kind_of(a)
    return kind == kind_of(b) and literal(a, kind, 0) == literal(b, kind, 0)
