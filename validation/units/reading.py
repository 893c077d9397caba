"""The law's text carried out on numbers that have units: both ways of every branch that hangs on a value."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from deference_sim import elementary, streams
from deference_sim.engines.lanes.text import text_of
from deference_sim.model.declare import CONSTANTS, EQUATIONS
from deference_sim.model.processes import RATE_PROCESSES
from deference_sim.model.stocks import FLOWS
from validation.units import numbers
from validation.units.numbers import (
    FREE,
    PER_MONTH,
    PLAIN,
    UNSURE,
    UnitError,
    agreed,
    is_known,
    joined,
    number,
    unit_of,
)
from validation.units.records import Many, Record, Row, constant

Names = dict[str, Any]
Ways = list[Names]
Place = tuple[str, int, int, int, int]
MOST_TURNS = 3  # of a loop whose number of turns is not known, until nothing changes any more

_SIGNS: Mapping[type[ast.operator], tuple[Callable[..., Any], Callable[[Any, Any], Any]]] = {
    ast.Add: (numbers.added, operator.add),
    ast.Sub: (numbers.added, operator.sub),
    ast.Mult: (numbers.scaled, operator.mul),
    ast.Div: (numbers.scaled, operator.truediv),
    ast.BitAnd: (numbers.counted, operator.and_),
    ast.BitOr: (numbers.counted, operator.or_),
    ast.LShift: (numbers.counted, operator.lshift),
    ast.RShift: (numbers.counted, operator.rshift),
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class UnreadableError(Exception):
    """The law's text has something that this reader does not know."""


@dataclass(frozen=True)
class Finding:
    """Two units that do not agree: in which function, at which line, in which text."""

    function: str
    file: str
    line: int
    text: str
    units: tuple[str, str]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}, {self.function}: {self.units[0]} meets {self.units[1]} in `{self.text}`"


def place_of(function: Any, node: Any) -> Place:
    """Return where a piece of text stands, in which function."""
    return function.__name__, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


def _length(several: Any) -> Any:
    return PLAIN if isinstance(several, Many) else len(several)


def _drawn(pair: bool) -> Callable[..., Any]:
    return lambda *address: (PLAIN, PLAIN) if pair else PLAIN


#: What has a meaning of its own here.
INSTEAD: Mapping[Any, Callable[..., Any]] = {
    abs: numbers.sized,
    int: lambda x: agreed(numbers.without_unit(x), PLAIN),
    len: _length,
    range: lambda *ends: range(*ends) if all(map(is_known, ends)) else [PLAIN] * MOST_TURNS,
    min: numbers.extreme(min),
    max: numbers.extreme(max),
    math.sqrt: numbers.rooted,
    elementary.exp: numbers.transcendental,
    elementary.log: numbers.transcendental,
    elementary.log1p: numbers.transcendental,
    elementary.choose: lambda condition, this, that: agreed(this, that),
    streams.uniform: _drawn(pair=False),
    streams.normal: _drawn(pair=False),
    streams.exponential: _drawn(pair=False),
    streams.normal_quantile: numbers.transcendental,
    streams.uniform_pair: _drawn(pair=True),
    streams.normal_pair: _drawn(pair=True),
}


class Reader:
    """Carries out functions of the law, remembers what it has seen of their text, and collects what does not agree.

    ``instead`` gives functions another text, by name; ``left_out`` are functions that are not carried out.
    """

    def __init__(self, instead: Mapping[str, str] | None = None, left_out: Mapping[str, str] | None = None) -> None:
        self.trees = {name: _tree(text) for name, text in (instead or {}).items()}
        self.left_out = left_out or {}
        self.findings: dict[tuple[str, int, str], Finding] = {}
        self.seen: set[Place] = set()
        self.known: dict[Any, Any] = {}

    def tree_of(self, function: FunctionType) -> ast.FunctionDef:
        """Return the syntax tree of a function, or the one that it is given instead."""
        return self.trees.get(function.__name__) or text_of(function)

    def call(self, function: Any, arguments: list[Any]) -> Any:
        """Return what a function gives for these arguments. Raises ``UnitError`` where mathematics is given a unit."""
        if function in INSTEAD:
            return INSTEAD[function](*arguments)
        if isinstance(function, type) and issubclass(function, tuple):
            return function(*arguments)
        if not isinstance(function, FunctionType) or not function.__module__.startswith("deference_sim."):
            raise UnreadableError(f"{function!r} is no function of the law")
        if function.__name__ in self.left_out:
            return PLAIN
        key = function, tuple(map(_key, arguments))
        if key not in self.known:
            self.known[key] = arguments, _Frame(self, function).result(arguments)
        return self.known[key][1]


class _Frame:
    """One function being carried out."""

    def __init__(self, reader: Reader, function: FunctionType) -> None:
        self.reader, self.function, self.tree = reader, function, reader.tree_of(function)
        self.returned: list[Any] = []
        self.breaks: list[Ways] = []
        self.continues: list[Ways] = []
        self.truths: dict[ast.expr, Any] = {}
        self.expected = _expected(function)

    def result(self, arguments: list[Any]) -> Any:
        names = [one.arg for one in self.tree.args.args]
        given = dict(zip(names, arguments, strict=True))
        about = EQUATIONS.get(self.function)
        for name, quantity in about.takes.items() if about else ():
            given[name] = self.agree(self.tree, number(quantity.unit), given[name])
        self.run(self.tree.body, given)
        found = self.returned[0] if self.returned else None
        for other in self.returned[1:]:
            found = joined(found, other)
        return found

    def agree(self, node: ast.AST, left: Any, right: Any) -> Any:
        """Return the number of the unit that both have; note if they have not, and go on with the first."""
        return self.tried(node, lambda: agreed(left, right), left)

    def tried(self, node: ast.AST, made: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return made()
        except UnitError as error:
            line = self.function.__code__.co_firstlineno + getattr(node, "lineno", 1) - 1
            text = "its arguments" if isinstance(node, ast.FunctionDef) else ast.unparse(node).partition("\n")[0]
            file = self.function.__code__.co_filename.rpartition("/")[2]
            found = Finding(self.function.__name__, file, line, text, (error.left, error.right))
            self.reader.findings.setdefault((found.function, line, text), found)
            return otherwise

    # ---- statements: each returns the names as they stand after it, or None if nothing goes on from there ----

    def run(self, statements: list[ast.stmt], names: Names | None) -> Names | None:
        for statement in statements:
            if names is None:
                return None
            self.saw(statement)
            names = self.do(statement, names)
        return names

    def saw(self, node: ast.AST) -> None:
        self.reader.seen.add(place_of(self.function, node))

    def do(self, statement: ast.stmt, names: Names) -> Names | None:
        match statement:
            case ast.Return(value=value):
                self.give(statement, None if value is None else self.value(value, names))
                return None
            case ast.If():
                return self.branch(statement, names)
            case ast.For():
                return self.repeat(statement, names, self.value(statement.iter, names))
            case ast.While():
                return self.repeat(statement, names, [None] * MOST_TURNS)
            case ast.Break():
                self.breaks[-1].append(names)
                return None
            case ast.Continue():
                self.continues[-1].append(names)
                return None
            case ast.Assign(targets=[target], value=value):
                self.put(statement, target, self.value(value, names), names)
            case ast.AugAssign(target=target, op=sign, value=value):
                old = self.value(target, names)
                new = self.signed(statement, type(sign), old, self.value(value, names))
                self.put(statement, target, new, names)
            case ast.Expr(value=value):
                self.value(value, names)
            case _:
                raise self.unreadable(statement)
        return names

    def give(self, statement: ast.stmt, value: Any) -> None:
        """Note what the function returns; it must be in the unit that is declared of it."""
        if self.expected and value is not None:
            parts = value if isinstance(value, tuple) else (value,)
            checked = [self.agree(statement, *pair) for pair in zip(self.expected, parts, strict=True)]
            value = tuple(checked) if isinstance(value, tuple) else checked[0]
        self.returned.append(value)

    def branch(self, statement: ast.If, names: Names) -> Names | None:
        condition = self.truth(statement.test, names)
        if condition is not UNSURE:
            return self.run(statement.body if condition else statement.orelse, names)
        ends = []
        for body, truth in ((statement.body, True), (statement.orelse, False)):
            there = dict(names)
            there.update(dict.fromkeys(self.without_number(statement.test, truth), math.nan))
            ends.append(self.run(body, there))
        return _merged(ends)

    def without_number(self, test: ast.expr, truth: bool) -> list[str]:
        """Return the names that are no number (NaN) where ``test`` has this truth: they differ from themselves."""
        match test:
            case ast.Compare(left=ast.Name(id=one), ops=[sign], comparators=[ast.Name(id=other)]) if one == other:
                return [one] if isinstance(sign, ast.NotEq) is truth else []
            case ast.BoolOp(op=sign, values=values) if isinstance(sign, ast.Or) is truth:
                unsure = [each for each in values if self.truths.get(each, UNSURE) is UNSURE]
                return self.without_number(unsure[0], truth) if len(unsure) == 1 else []
        return []

    def repeat(self, loop: ast.For | ast.While, names: Names, items: Any) -> Names | None:
        """Carry a loop out: item by item where all are known and used, else until nothing changes any more."""
        several = list(items.elements if isinstance(items, Row) else items)
        each_counts = isinstance(loop, ast.For) and _uses(loop.body, loop.target) and PLAIN not in several
        now: Names | None = names
        self.breaks.append([])
        for item in several if each_counts else several[:MOST_TURNS]:
            if now is None or (isinstance(loop, ast.While) and self.truth(loop.test, now) is False):
                break
            before, now = now, dict(now)
            if isinstance(loop, ast.For):
                self.put(loop, loop.target, item, now)
            self.continues.append([])
            now = _merged([self.run(loop.body, now), *self.continues.pop()])
            if not each_counts:
                now = _merged([before, now])
        return _merged([now, *self.breaks.pop()])

    def put(self, statement: ast.stmt, target: ast.expr, value: Any, names: Names) -> None:
        match target:
            case ast.Name(id=name):
                names[name] = value
            case ast.Tuple(elts=several):
                for one, part in zip(several, value, strict=True):
                    self.put(statement, one, part, names)
            case ast.Attribute(value=owner, attr=field):
                record = self.value(owner, names)
                self.tried(statement, lambda: record.put(field, value), None)
            case ast.Subscript(value=owner, slice=index):
                element = self.element(target, self.value(owner, names), self.value(index, names))
                self.agree(statement, element, value)
            case _:
                raise self.unreadable(target)

    # ---- expressions -----------------------------------------------------------------------------------------

    def value(self, node: ast.expr, names: Names) -> Any:
        self.saw(node)
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self.found(name, names)
            case ast.Attribute(value=owner, attr=field):
                return self.field(node, self.value(owner, names), field)
            case ast.Subscript(value=owner, slice=index):
                return self.element(node, self.value(owner, names), self.value(index, names))
            case ast.Tuple(elts=elements):
                return tuple(self.value(one, names) for one in elements)
            case ast.BinOp(left=left, op=sign, right=right):
                return self.signed(node, type(sign), self.value(left, names), self.value(right, names))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self.value(operand, names)
                return -value if is_known(value) else self.agree(node, value, value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                truth = self.truth(operand, names)
                return UNSURE if truth is UNSURE else not truth
            case ast.Compare():
                return self.compared(node, names)
            case ast.BoolOp():
                return self.joined(node, names)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                truth = self.truth(test, names)
                if truth is not UNSURE:
                    return self.value(body if truth else orelse, names)
                this, that = self.value(body, names), self.value(orelse, names)
                return self.tried(node, lambda: _one(this, that), this)
            case ast.Call(func=function, args=arguments, keywords=[]):
                called, given = self.value(function, names), [self.value(one, names) for one in arguments]
                return self.tried(node, lambda: self.reader.call(called, given), PLAIN)
        raise self.unreadable(node)

    def signed(self, node: ast.AST, sign: type[ast.operator], left: Any, right: Any) -> Any:
        if sign not in _SIGNS:
            raise self.unreadable(node)
        kind, plainly = _SIGNS[sign]
        return self.tried(node, lambda: kind(left, right, plainly), left)

    def compared(self, node: ast.Compare, names: Names) -> Any:
        parts = [self.value(one, names) for one in (node.left, *node.comparators)]
        return _all([self.pair(node, *pair) for pair in zip(node.ops, parts, parts[1:], strict=False)])

    def pair(self, node: ast.Compare, sign: ast.cmpop, left: Any, right: Any) -> Any:
        if isinstance(sign, ast.In):
            return _any([self.pair(node, ast.Eq(), left, one) for one in right])
        return self.tried(node, lambda: numbers.compared(left, right, _COMPARISONS[type(sign)]), UNSURE)

    def joined(self, node: ast.BoolOp, names: Names) -> Any:
        every = isinstance(node.op, ast.And)
        truths = []
        for one in node.values:
            truths.append(self.truth(one, names))
            if truths[-1] is not every and truths[-1] is not UNSURE:
                break
        return _all(truths) if every else _any(truths)

    def truth(self, node: ast.expr, names: Names) -> Any:
        value = self.value(node, names)
        self.truths[node] = bool(value) if is_known(value) or isinstance(value, tuple) else UNSURE
        return self.truths[node]

    def field(self, node: ast.expr, owner: Any, field: str) -> Any:
        if isinstance(owner, Record):
            if field not in owner.fields:
                raise UnreadableError(f"{self.function.__name__}: no unit is declared for the field {field}")
            return owner.fields[field]
        if isinstance(owner, ModuleType) and field in CONSTANTS:
            return constant(field)
        return getattr(owner, field)

    def element(self, node: ast.expr, several: Any, place: Any) -> Any:
        if isinstance(several, Many):
            return several.record
        if isinstance(several, Row):
            return several.at(place)
        if is_known(place):
            return several[place]
        return Row(*several).at(place)

    def found(self, name: str, names: Names) -> Any:
        if name in names:
            return names[name]
        space = self.function.__globals__
        if name in CONSTANTS and name in space:
            return constant(name)
        return space[name] if name in space else getattr(__import__("builtins"), name)

    def unreadable(self, node: ast.AST) -> UnreadableError:
        return UnreadableError(f"{self.function.__name__}: {ast.unparse(node)} cannot be carried out on units alone")


def _tree(text: str) -> ast.FunctionDef:
    (tree,) = ast.parse(text).body
    assert isinstance(tree, ast.FunctionDef)
    return tree


def _expected(function: Any) -> list[Any]:
    """Return the units that are declared of what a function returns, one or several."""
    about = EQUATIONS.get(function)
    if function in FLOWS:
        return [number(stock.unit) * PER_MONTH for stock in FLOWS[function]]
    if any(function is process.rate for process in RATE_PROCESSES):
        return [PER_MONTH]
    return [number(about.gives.unit)] if about and about.gives else []


def _one(this: Any, that: Any) -> Any:
    found = joined(this, that)
    if isinstance(found, numbers.Clash):
        raise UnitError(this, that)
    return found


def _merged(ends: list[Names | None]) -> Names | None:
    """Return what is known of names after ways that meet; None if no way goes on."""
    living = [one for one in ends if one is not None]
    if not living:
        return None
    first, *others = living
    for other in others:
        both = {name: joined(first[name], other[name]) for name in first.keys() & other.keys()}
        first = {**other, **first, **both}
    return first


def _any(truths: list[Any]) -> Any:
    return True if True in truths else UNSURE if UNSURE in truths else False


def _all(truths: list[Any]) -> Any:
    return False if False in truths else UNSURE if UNSURE in truths else True


def _uses(body: list[ast.stmt], target: ast.expr) -> bool:
    names = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    return any(isinstance(node, ast.Name) and node.id in names for one in body for node in ast.walk(one))


def _key(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(map(_key, value))
    if isinstance(value, float) and value != value:
        return "NaN"
    if is_known(value) or value is FREE or value is UNSURE:
        return repr(value)
    return unit_of(value) if numbers.is_number(value) else id(value)
