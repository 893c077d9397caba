"""The law's text carried out on numbers that are not known yet: where a branch hangs on one, both ways are followed.

What a way does to records is undone before the other is followed, and what differs after both is chosen between. Loops
run over known numbers only. Anything else in the text is refused, with the function and the line.
"""

import ast
import math
import operator
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from deference_sim.elementary import exp, log
from deference_sim.engines.lanes.text import text_of as tree_of
from deference_sim.exchange.symbols import (
    Condition,
    Symbol,
    both,
    chosen,
    condition_of,
    extreme_in_words,
    function_in_words,
    negation,
)
from deference_sim.model.declare import EQUATIONS
from deference_sim.streams import normal, normal_pair

_SIGNS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FELL_THROUGH = object()
Names = dict[str, Any]


class UnreadableError(ValueError):
    """The law's text has something that cannot be carried out on numbers that are not known yet."""


class Reader:
    """Carries out functions of the law; ``note`` may give a result a name: it takes function, what of it, number."""

    def __init__(self, note: Callable[[Any, str, Any], Any]) -> None:
        self.note = note
        self.instead: dict[Any, Callable[..., Any]] = {
            exp: function_in_words("EXP", exp),
            log: function_in_words("LN", log),
            math.sqrt: function_in_words("SQRT", math.sqrt),
            abs: abs,
            int: function_in_words("INT", int),
            min: extreme_in_words("MIN", min),
            max: extreme_in_words("MAX", max),
            normal_pair: lambda *address: (0.0, 0.0),  # the middle of what the law would draw
            normal: lambda *address: 0.0,
        }

    def call(self, function: Any, *arguments: Any) -> Any:
        """Return what a function of the law gives for these arguments, some of which are not known yet."""
        if function in self.instead:
            return self.instead[function](*arguments)
        if function not in EQUATIONS or not any(_is_open(one) for one in arguments):
            return function(*arguments)
        tree = tree_of(function)
        names = {argument.arg: value for argument, value in zip(tree.args.args, arguments, strict=True)}
        result = _Frame(self, function).run(list(tree.body), names)
        if result is FELL_THROUGH:
            return None
        if isinstance(result, tuple):
            parts = [self.note(function, str(place), part) for place, part in enumerate(result)]
            return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
        return self.note(function, "", result)


class _Frame:
    """One function being carried out."""

    def __init__(self, reader: Reader, function: Any) -> None:
        self.reader, self.function = reader, function

    def run(self, statements: list[ast.stmt], names: Names) -> Any:
        while statements:
            first, *rest = statements
            if isinstance(first, ast.Return):
                return None if first.value is None else self.value(first.value, names)
            if isinstance(first, ast.If):
                condition = condition_of(self.value(first.test, names))
                if not isinstance(condition, Condition):
                    statements = [*(first.body if condition else first.orelse), *rest]
                    continue
                returns = any(isinstance(node, ast.Return) for node in ast.walk(first))
                result = self.follow_both(condition, first, rest if returns else [], names)
                if returns:
                    return result
            elif isinstance(first, ast.For):
                for item in self.value(first.iter, names):
                    self.put(first.target, item, names)
                    self.run(list(first.body), names)
            else:
                self.do(first, names)
            statements = rest
        return FELL_THROUGH

    def follow_both(self, condition: Condition, branch: ast.If, rest: list[ast.stmt], names: Names) -> Any:
        start = _kept(names)
        this = self.run([*branch.body, *rest], names)
        after = _kept(names)
        _put_back(start, names)
        that = self.run([*branch.orelse, *rest], names)
        _choose(condition, after, names)
        return (
            this if this is that else chosen(condition, *(None if one is FELL_THROUGH else one for one in (this, that)))
        )

    def do(self, statement: ast.stmt, names: Names) -> None:
        if isinstance(statement, ast.Assign):
            (target,) = statement.targets
            value = self.value(statement.value, names)
            if isinstance(target, ast.Name):
                value = self.reader.note(self.function, target.id, value)
            self.put(target, value, names)
        elif isinstance(statement, ast.AugAssign):
            old = self.value(_loaded(statement.target), names)
            self.put(statement.target, _SIGNS[type(statement.op)](old, self.value(statement.value, names)), names)
        elif isinstance(statement, ast.Expr):
            self.value(statement.value, names)
        else:
            raise self.refusal(statement)

    def put(self, target: ast.expr, value: Any, names: Names) -> None:
        if isinstance(target, ast.Name):
            names[target.id] = value
        elif isinstance(target, ast.Attribute):
            setattr(self.value(target.value, names), target.attr, value)
        elif isinstance(target, ast.Tuple):
            for one, part in zip(target.elts, value, strict=True):
                self.put(one, part, names)
        else:
            raise self.refusal(target)

    def value(self, node: ast.expr, names: Names) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self.found(name, names)
            case ast.Attribute(value=owner, attr=field):
                return getattr(self.value(owner, names), field)
            case ast.Subscript(value=owner, slice=index):
                return _element(self.value(owner, names), self.value(index, names))
            case ast.Tuple(elts=elements):
                return tuple(self.value(one, names) for one in elements)
            case ast.BinOp(left=left, op=sign, right=right):
                return _SIGNS[type(sign)](self.value(left, names), self.value(right, names))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.value(operand, names)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return negation(condition_of(self.value(operand, names)))
            case ast.Compare():
                return self.compared(node, names)
            case ast.BoolOp():
                return self.joined(node, names)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                condition = condition_of(self.value(test, names))
                if isinstance(condition, Condition):
                    return chosen(condition, self.value(body, names), self.value(orelse, names))
                return self.value(body if condition else orelse, names)
            case ast.Call(func=function, args=arguments, keywords=[]):
                called = self.value(function, names)
                return self.reader.call(called, *(self.value(one, names) for one in arguments))
        raise self.refusal(node)

    def compared(self, node: ast.Compare, names: Names) -> Any:
        parts = [self.value(one, names) for one in (node.left, *node.comparators)]
        found = [
            _COMPARISONS[type(sign)](left, right) for left, sign, right in zip(parts, node.ops, parts[1:], strict=False)
        ]
        return found[0] if len(found) == 1 else _joined(found, every=True)

    def joined(self, node: ast.BoolOp, names: Names) -> Any:
        every = isinstance(node.op, ast.And)
        found: list[Any] = []
        for one in node.values:
            condition = condition_of(self.value(one, names))
            if not isinstance(condition, Condition) and condition is not every:
                return condition if not found else _joined([*found, condition], every)
            found.append(condition)
        return _joined(found, every)

    def found(self, name: str, names: Names) -> Any:
        for space in (names, self.function.__globals__):
            if name in space:
                return space[name]
        return getattr(__import__("builtins"), name)

    def refusal(self, node: ast.AST) -> UnreadableError:
        line = self.function.__code__.co_firstlineno + getattr(node, "lineno", 1) - 1
        where = f"{self.function.__module__}.{self.function.__name__}, line {line}"
        return UnreadableError(f"{where}: cannot be carried out on numbers that are not known yet: {ast.unparse(node)}")


def _joined(parts: list[Any], every: bool) -> Any:
    if any(part is not every for part in parts if not isinstance(part, Condition)):
        return not every
    still_open = [part for part in parts if isinstance(part, Condition)]
    if not still_open:
        return every
    return still_open[0] if len(still_open) == 1 else both(still_open, "AND" if every else "OR")


def _element(several: Any, place: Any) -> Any:
    """Return one of several numbers; where its place is not known yet, the choice between all of them."""
    if not isinstance(place, Symbol):
        return several[place]
    found = several[-1]
    for number in range(len(several) - 2, -1, -1):
        found = chosen(place <= number, several[number], found)
    return found


def _is_open(value: Any) -> bool:
    if isinstance(value, SimpleNamespace):
        return any(_is_open(one) for one in vars(value).values())
    return isinstance(value, Symbol) or (isinstance(value, tuple | list) and any(map(_is_open, value)))


def _loaded(target: ast.expr) -> ast.expr:
    """Return what an assignment in place reads: its target, as an expression."""
    return ast.parse(ast.unparse(target), mode="eval").body


def _records(names: Names) -> list[SimpleNamespace]:
    return [value for value in names.values() if isinstance(value, SimpleNamespace)]


def _kept(names: Names) -> tuple[Names, list[Names]]:
    """Return names and the fields of the records that they stand for, as they are now."""
    return dict(names), [dict(vars(record)) for record in _records(names)]


def _put_back(kept: tuple[Names, list[Names]], names: Names) -> None:
    names.clear()
    names.update(kept[0])
    for record, fields in zip(_records(names), kept[1], strict=True):
        vars(record).update(fields)


def _choose(condition: Condition, this: tuple[Names, list[Names]], names: Names) -> None:
    """Choose between what one way left, ``this``, and what the other has left in ``names`` and its records."""
    for record, fields in zip(_records(names), this[1], strict=True):
        for name, value in vars(record).items():
            setattr(record, name, chosen(condition, fields[name], value))
    for name in {*names, *this[0]}:
        mine, other = this[0].get(name), names.get(name)
        if not isinstance(other, SimpleNamespace):
            names[name] = chosen(condition, mine, other)
