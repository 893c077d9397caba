"""A module of translated functions: what a call becomes, and the object code of it all."""

import inspect
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from deference_sim import elementary
from deference_sim.engines.lanes.frame import Frame
from deference_sim.engines.lanes.memory import Array, Place, Table, View
from deference_sim.engines.lanes.text import Function, work_in
from deference_sim.engines.lanes.values import (
    FLOAT,
    TRUTH,
    WHOLE,
    WORD,
    Code,
    Num,
    each_part,
    is_constant,
    kind_of,
    literal,
)
from deference_sim.engines.lanes.ways import Ways
from deference_sim.model.declare import EQUATIONS

MOST_INLINED = 80  # operations of a function that becomes part of whatever calls it


class Made:
    """A function that has been translated: its name and what it returns."""

    def __init__(self, name: str, result: Any) -> None:
        self.name, self.result = name, result


class Module:
    """Functions translated for so many lanes.

    ``special`` has what calls of some functions become instead; calls of ``parts`` are never functions of their own.
    ``changed`` has functions whose text is to be taken in place of others'.
    """

    def __init__(
        self,
        lanes: int,
        special: dict[Function, Callable[..., Any]],
        parts: Collection[Function],
        changed: Mapping[Function, Function] = MappingProxyType({}),
    ) -> None:
        self.lanes, self.special, self.parts, self.changed = lanes, special, parts, changed
        self.texts: list[str] = []
        self.globals: dict[Any, str] = {}
        self.made: dict[Any, Made] = {}

    # ---- calls ------------------------------------------------------------------------------------------------------

    def call(self, frame: Ways, function: Any, arguments: list[Any]) -> Any:
        """Return what a call returns."""
        code = frame.code
        function = self.changed.get(function, function)
        if function in self.special:
            return self.special[function](frame, *arguments)
        if isinstance(function, type) and hasattr(function, "_fields"):
            return function(*arguments)
        if function in _SIMPLE:
            return _SIMPLE[function](code, *arguments)
        about = EQUATIONS.get(function)
        short = work_in(function) <= MOST_INLINED
        if short or function in self.parts or function in _ALWAYS_INLINED or (about is not None and about.inlined):
            return self.inlined(code, function, arguments, frame.mask)
        return self.called(code, function, arguments, frame.mask)

    def inlined(self, code: Code, function: Function, arguments: list[Any], mask: Num) -> Any:
        """Return what a function returns that is translated as part of its caller."""
        env = dict(zip(inspect.signature(function).parameters, arguments, strict=True))
        return Frame(self, code, function, env, mask).run()

    def called(self, code: Code, function: Function, arguments: list[Any], mask: Num) -> Any:
        """Return what a function returns that has code of its own."""
        signature, given = _flat([_passed(code, each) for each in arguments])
        key = function, signature
        if key not in self.made:
            self.made[key] = self.make(function, arguments, signature)
        made = self.made[key]
        bits = code.add(f"bitcast {code.typed(mask)} to i{self.lanes}")
        handed = ", ".join([f"i{self.lanes} {bits}", *(_handed(code, each) for each in given)])
        types = [code.type(kind, wide) for kind, wide in _kinds(made.result)]
        if not types:
            code.do(f"call fastcc void {made.name}({handed})")
            return made.result
        whole = code.add(f"call fastcc {{{', '.join(types)}}} {made.name}({handed})")
        parts = [code.add(f"extractvalue {{{', '.join(types)}}} {whole}, {place}") for place in range(len(types))]
        return _rebuilt(made.result, iter(parts))

    def make(self, function: Function, arguments: Sequence[Any], signature: Any) -> Made:
        """Translate a function with code of its own."""
        code = Code(self.lanes)
        name = f"@{function.__name__}.{len(self.made)}.{len(self.texts)}"
        taken: list[str] = []
        env = {
            name: _received(code, each, kinds, taken)
            for name, each, kinds in zip(inspect.signature(function).parameters, arguments, signature, strict=True)
        }
        mask = Num(code.add(f"bitcast i{self.lanes} %mask to {code.type(TRUTH, True)}"), TRUTH, True)
        result = Frame(self, code, function, env, mask).run()
        leaves = list(_numbers(result))
        types = [code.type(each.kind, each.wide) for each in leaves]
        if types:
            whole, kind = "poison", f"{{{', '.join(types)}}}"
            for place, each in enumerate(leaves):
                whole = code.add(f"insertvalue {kind} {whole}, {code.typed(each)}, {place}")
            code.do(f"ret {kind} {whole}")
        else:
            kind = "void"
            code.do("ret void")
        head = f"define internal fastcc {kind} {name}({', '.join([f'i{self.lanes} %mask', *taken])}) #0 {{"
        self.texts.append("\n".join([head, "start:", *code.reserved, *code.lines, "}"]))
        return Made(name, result)

    def constant(self, code: Code, table: tuple[Any, ...], index: Num) -> Num:
        """Return an element of a table that is known while the text is translated."""
        kind = FLOAT if any(kind_of(each) == FLOAT for each in table) else kind_of(table[0])
        kept = WHOLE if kind == TRUTH else kind
        one = "double" if kind == FLOAT else "i64"
        words = ", ".join(f"{one} {literal(each, kept, 0)}" for each in table)
        text = f"[{len(table)} x {one}] [{words}]"
        name = self.globals.setdefault(text, f"@table.{len(self.globals)}")
        if index.wide:
            raise NotImplementedError("a table of constants that each lane reads elsewhere")
        at = code.add(f"getelementptr inbounds {one}, ptr {name}, i64 {index.name}")
        number = Num(code.add(f"load {one}, ptr {at}, align 8"), kept, False)
        return code.cast(number, kind)

    def text(self) -> str:
        """Return the module as LLVM reads it."""
        lanes, found = self.lanes, []
        found += [f"{name} = private unnamed_addr constant {text}, align 64" for text, name in self.globals.items()]
        for name in ("sqrt", "fabs"):
            found.append(f"declare double @llvm.{name}.f64(double)")
            found.append(f"declare <{lanes} x double> @llvm.{name}.v{lanes}f64(<{lanes} x double>)")
        wide = 64 * lanes
        found.append(f'attributes #0 = {{ nounwind "prefer-vector-width"="{wide}" "min-legal-vector-width"="{wide}" }}')
        return "\n\n".join([*self.texts, "\n".join(found)]) + "\n"


# ---- arguments and results ------------------------------------------------------------------------------------------


def _passed(code: Code, value: Any) -> Any:
    """Return an argument as it is handed to a function with code of its own."""
    if isinstance(value, tuple):
        return each_part(lambda each: _passed(code, each), value)
    if isinstance(value, Num):
        return code.num(value, FLOAT, True) if value.kind == FLOAT else value
    if is_constant(value) and kind_of(value) == FLOAT:
        return code.num(value, FLOAT, True)
    if is_constant(value) and kind_of(value) in (WHOLE, WORD):
        return code.num(value, kind_of(value), False)
    return value


def _flat(values: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Return what kinds of arguments these are, and those that are handed over as the code runs."""
    kinds: list[Any] = []
    given: list[Any] = []
    for value in values:
        if isinstance(value, Num):
            kinds.append((value.kind, value.wide))
            given.append(value)
        elif isinstance(value, Table):
            count = value.count if isinstance(value.count, Num) else None
            kinds.append((Table, value.layout, value.entries, value.count if count is None else None))
            given += [value] if count is None else [value, count]
        elif isinstance(value, View | Array):
            kinds.append(value.signature)
            given.append(value)
        elif isinstance(value, tuple):
            inner, more = _flat(value)
            kinds.append((type(value), inner))
            given += more
        else:
            kinds.append(value)
    return tuple(kinds), given


def _handed(code: Code, value: Any) -> str:
    return f"ptr {value.handed()}" if isinstance(value, Place) else code.typed(value)


def _received(code: Code, value: Any, kinds: Any, taken: list[str]) -> Any:
    """Return what an argument is inside the function; ``taken`` gets how the function's head names it."""
    name = f"%a{len(taken)}"
    if isinstance(value, tuple):
        return each_part(lambda each, kind: _received(code, each, kind, taken), value, kinds[1])
    if isinstance(value, Table):
        taken.append(f"ptr {name}")
        count = value.count
        if isinstance(count, Num):
            count = Num(f"%a{len(taken)}", WHOLE, False)
            taken.append(f"i64 {count.name}")
        return Table(code, name, 0, value.layout, count, entries=value.entries)
    if isinstance(value, View | Array):
        taken.append(f"ptr {name}")
        return value.at(code, name)
    if isinstance(kinds, tuple):
        kind, wide = kinds
        taken.append(f"{code.type(kind, wide)} {name}")
        return Num(name, kind, wide)
    return value


def _numbers(result: Any) -> Any:
    if isinstance(result, tuple):
        for each in result:
            yield from _numbers(each)
    elif isinstance(result, Num):
        yield result


def _kinds(result: Any) -> list[tuple[str, bool]]:
    return [(each.kind, each.wide) for each in _numbers(result)]


def _rebuilt(result: Any, names: Any) -> Any:
    if isinstance(result, tuple):
        return each_part(lambda each: _rebuilt(each, names), result)
    return Num(next(names), result.kind, result.wide) if isinstance(result, Num) else result


# ---- what is one instruction ----------------------------------------------------------------------------------------


def _absolute(code: Code, x: Any) -> Any:
    if not isinstance(x, Num):
        return abs(x)
    if x.kind == FLOAT:
        return code.called("fabs", x)
    return code.chosen(code.compared("Lt", x, 0), code.negated(x), x)


def _root(code: Code, x: Any) -> Any:
    return code.called("sqrt", code.cast(x, FLOAT)) if isinstance(x, Num) else math.sqrt(x)


def _to(kind: str, plain: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda code, x: code.cast(x, kind) if isinstance(x, Num) else plain(x)


def _bits(code: Code, x: Any) -> Any:
    return code.with_bits(x, WHOLE) if isinstance(x, Num) else elementary.bits_of(x)


def _of_bits(code: Code, bits: Any) -> Any:
    return code.with_bits(bits, FLOAT) if isinstance(bits, Num) else elementary.of_bits(bits)


def _length(code: Code, whole: Any) -> Any:
    if isinstance(whole, Table):
        return whole.count
    return whole.shape[0] if isinstance(whole, Array) else len(whole)


_SIMPLE: dict[Any, Callable[..., Any]] = {
    min: lambda code, *values: code.smallest("Lt", values),
    max: lambda code, *values: code.smallest("Gt", values),
    abs: _absolute,
    len: _length,
    float: _to(FLOAT, float),
    int: _to(WHOLE, int),
    bool: _to(TRUTH, bool),
    np.uint64: _to(WORD, np.uint64),
    math.sqrt: _root,
    elementary.sqrt: _root,
    elementary.bits_of: _bits,
    elementary.of_bits: _of_bits,
    elementary.choose: lambda code, condition, this, that: code.chosen(condition, this, that),
    elementary.tame: lambda code, x, low, high: x,
}
_ALWAYS_INLINED = {elementary.exp, elementary.log, elementary.log_series, elementary.log1p}
