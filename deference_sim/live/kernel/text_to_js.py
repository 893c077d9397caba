"""The text of a moment as JavaScript: how fast all stocks move, translated from the law's own text.

In a browser it is carried out on numbers that carry slopes (``js/kernel/slopes.js``), so every operation becomes a
call: ``a + b`` is ``$add(a, b)``. What is translated is ``Continuous.rates`` with all that it calls. What the
translation does not know is an error that says where it stands, so that new text is translated or noticed.
"""

import ast
import builtins
import json
import math
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np

from deference_sim.analysis.continuous import Continuous
from deference_sim.analysis.slopes import DRAWN
from deference_sim.elementary import exp, log
from deference_sim.engines.lanes.text import assigned_in, text_of
from deference_sim.model.declare import EQUATIONS, Equation

#: The name under which a worker finds the text.
NAME: Final = "lawOfAMoment"
_ROOT = Continuous.rates
_SIGNS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "$add",
    ast.Sub: "$subtract",
    ast.Mult: "$multiply",
    ast.Div: "$divide",
}
_COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "$isBelow",
    ast.LtE: "$isAtMost",
    ast.Gt: "$isAbove",
    ast.GtE: "$isAtLeast",
    ast.Eq: "$equals",
    ast.NotEq: "$differs",
}
_MATHEMATICS: Final[dict[Any, str]] = {
    exp: "$exp",
    log: "$log",
    math.sqrt: "$sqrt",
    abs: "$abs",
    int: "$whole",
    min: "$min",
    max: "$max",
}
#: Names of Python's that JavaScript keeps for itself.
_RESERVED: Final = frozenset({
    "arguments", "await", "case", "catch", "const", "debugger", "default", "delete", "do", "enum", "eval", "export",
    "extends", "false", "function", "implements", "instanceof", "interface", "let", "new", "null", "package", "private",
    "protected", "public", "static", "super", "switch", "this", "throw", "true", "typeof", "var", "void", "yield",
})  # fmt: skip


class UntranslatableError(NotImplementedError):
    """The text has something that JavaScript cannot be made of; the message says where."""


@cache
def moment_text() -> str:
    """Return the script that leaves the law of a moment under ``NAME``: a function of the operations in it.

    It returns the ``functions`` by name, and ``record``, which makes an object of all fields that they use, written out
    as engines of JavaScript read it fastest.
    """
    waiting: list[Callable[..., Any]] = [_ROOT]
    written: dict[Callable[..., Any], str] = {}
    while waiting:
        function = waiting.pop()
        if function not in written:
            one = _Function(function)
            written[function] = one.text()
            waiting += one.calls
    nodes = [node for function in written for node in ast.walk(text_of(function))]
    fields = sorted({node.attr for node in nodes if isinstance(node, ast.Attribute)})
    record = f"(read) => ({{ {', '.join(f'{name}: read({json.dumps(name)})' for name in fields)} }})"
    parts = [*written.values(), f"return {{ record: {record}, functions: {{ {', '.join(map(_name_of, written))} }} }};"]
    return f"globalThis.{NAME} = ($) => {{\n{_operations(parts)}\n" + "\n".join(parts) + "\n};\n"


def _operations(parts: list[str]) -> str:
    """Return the line that names the operations that the parts use."""
    used = sorted(
        name
        for name in {*_SIGNS.values(), *_COMPARISONS.values(), *_MATHEMATICS.values(), "$negative", "$holds", "$watch"}
        if any(f"{name}(" in part for part in parts)
    )
    return f"const {{ {', '.join(f'{name[1:]}: {name}' for name in used)} }} = $;"


def _name_of(function: Callable[..., Any]) -> str:
    """Return what a function is called in JavaScript: as in Python, a method without its class."""
    return _own(function.__name__)


def _own(name: str) -> str:
    return f"{name}$" if name in _RESERVED else name


class _Function:
    """One function being translated; ``calls`` are those that it calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.tree = function, text_of(function)
        self.calls: list[Callable[..., Any]] = []
        self.arguments = [one.arg for one in self.tree.args.args]
        self.assigned = set(assigned_in(self.tree)) - set(self.arguments)

    def text(self) -> str:
        """Return the function, watched where it is declared to compute quantities."""
        name = _name_of(self.function)
        local = f"  let {', '.join(sorted(map(_own, self.assigned)))};\n" if self.assigned else ""
        body = "".join(self.statement(one, 1) for one in self.tree.body)
        made = f"function {name}({', '.join(map(_own, self.arguments))}) {{\n{local}{body}}}"
        about = self.about(EQUATIONS.get(self.function, Equation()))
        return f"const {name} = $watch({made}, {json.dumps(about)});" if about else made

    def about(self, declared: Equation) -> dict[str, Any]:
        """Return what has to be watched: places of arguments, the result, fields of the state, looking ahead."""
        found: dict[str, Any] = {}
        if declared.takes:
            found["takes"] = [[self.arguments.index(name), one.name] for name, one in declared.takes.items()]
        if declared.gives:
            found["gives"] = declared.gives.name
        if declared.sets:
            found["sets"] = [[name, one.name] for name, one in declared.sets.items()]
            found["state"] = self.arguments.index("state")
        if declared.looks_ahead:
            found["looksAhead"] = True
        return found

    # ---- statements -----------------------------------------------------------------------------------------------

    def statement(self, node: ast.stmt, depth: int) -> str:
        """Return a statement, a line or several."""
        indent = "  " * depth
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                return ""
            case ast.Expr(value=value):
                return f"{indent}{self.value(value)};\n"
            case ast.Return(value=None):
                return f"{indent}return;\n"
            case ast.Return(value=ast.expr() as value):
                return f"{indent}return {self.value(value)};\n"
            case ast.Assign(targets=targets, value=value):
                return f"{indent}{' = '.join(map(self.target, targets))} = {self.value(value)};\n"
            case ast.AugAssign(target=target, op=sign, value=value) if type(sign) in _SIGNS:
                told = self.target(target)
                return f"{indent}{told} = {_SIGNS[type(sign)]}({told}, {self.value(value)});\n"
            case ast.If(test=test, body=body, orelse=orelse):
                told = f"{indent}if ({self.truth(test)}) {{\n{self.block(body, depth)}{indent}}}"
                return f"{told} else {{\n{self.block(orelse, depth)}{indent}}}\n" if orelse else f"{told}\n"
            case ast.While(test=test, body=body, orelse=[]):
                return f"{indent}while ({self.truth(test)}) {{\n{self.block(body, depth)}{indent}}}\n"
            case ast.For(orelse=[]):
                return f"{indent}{self.loop(node)} {{\n{self.block(node.body, depth)}{indent}}}\n"
            case ast.Break():
                return f"{indent}break;\n"
            case ast.Continue():
                return f"{indent}continue;\n"
            case ast.Pass():
                return ""
        raise self.refusal(node)

    def block(self, body: list[ast.stmt], depth: int) -> str:
        return "".join(self.statement(one, depth + 1) for one in body)

    def loop(self, node: ast.For) -> str:
        """Return the head of a loop, over numbers or over what is written out."""
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=bounds, keywords=[]) if len(bounds) <= 2:
                first, last = (["0"] + [self.value(one) for one in bounds])[-2:]
                name = self.target(node.target)
                return f"for ({name} = {first}; {name} < {last}; {name}++)"
            case ast.Tuple() | ast.List():
                return f"for ({self.target(node.target)} of {self.value(node.iter)})"
        raise self.refusal(node)

    def target(self, node: ast.expr) -> str:
        """Return what is assigned to."""
        match node:
            case ast.Name(id=name):
                return _own(name)
            case ast.Attribute(value=owner, attr=field):
                return f"{self.value(owner)}.{field}"
            case ast.Subscript(value=owner, slice=index):
                return f"{self.value(owner)}[{self.value(index)}]"
            case ast.Tuple(elts=parts):
                return f"[{', '.join(map(self.target, parts))}]"
        raise self.refusal(node)

    # ---- expressions ------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> str:
        """Return an expression."""
        match node:
            case ast.Constant(value=value):
                return self.literal(value, node)
            case ast.Name(id=name):
                return self.named(name, node)
            case ast.Attribute(value=owner, attr=field):
                return f"{self.value(owner)}.{field}"
            case ast.Subscript(value=owner, slice=index) if not isinstance(index, ast.Slice | ast.UnaryOp):
                return f"{self.value(owner)}[{self.value(index)}]"
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return f"[{', '.join(map(self.value, parts))}]"
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
                return f"{_SIGNS[type(sign)]}({self.value(left)}, {self.value(right)})"
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=float() | int() as number)):
                return self.literal(-number, node)
            case ast.UnaryOp(op=ast.USub(), operand=part):
                return f"$negative({self.value(part)})"
            case ast.UnaryOp(op=ast.Not()) | ast.BoolOp() | ast.Compare():
                return self.truth(node)
            case ast.IfExp(test=test, body=this, orelse=that):
                return f"({self.truth(test)} ? {self.value(this)} : {self.value(that)})"
            case ast.DictComp(key=ast.Name(id=key), value=value, generators=[each]) if not each.ifs:
                pair = f"[{_own(key)}, {self.value(value)}]"
                return f"Object.fromEntries({self.value(each.iter)}.map(({self.target(each.target)}) => {pair}))"
            case ast.Call(keywords=[]):
                return self.call(node)
        raise self.refusal(node)

    def truth(self, node: ast.expr) -> str:
        """Return an expression as whether it holds."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return f"!({self.truth(part)})"
            case ast.BoolOp(op=kind, values=parts):
                return f"({(' && ' if isinstance(kind, ast.And) else ' || ').join(map(self.truth, parts))})"
            case ast.Compare(left=left, ops=kinds, comparators=rights):
                if not all(isinstance(one, ast.Name | ast.Attribute | ast.Constant) for one in rights[:-1]):
                    raise self.refusal(node)  # it would be computed twice
                told = [self.value(one) for one in (left, *rights)]
                pairs = zip(kinds, told, told[1:], strict=False)
                return " && ".join(f"{_COMPARISONS[type(kind)]}({one}, {other})" for kind, one, other in pairs)
        return f"$holds({self.value(node)})"

    def call(self, node: ast.Call) -> str:
        """Return a call: of a function of the law, of mathematics, or of the little that a moment itself needs."""
        given = [self.value(one) for one in node.args]
        match node.func:
            case ast.Name(id=name) if name in self.arguments:
                return f"{_own(name)}({', '.join(given)})"
            case ast.Name(id="getattr") if len(given) == 2:
                return f"{given[0]}[{given[1]}]"
            case ast.Name(id=name):
                return self.call_of(self.found(name, node), given, node)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                method = getattr(Continuous, name)
                self.calls.append(method)
                return f"{_name_of(method)}({', '.join(['self', *given])})"
            case ast.Attribute(value=ast.Name(id="copy"), attr="copy") if len(given) == 1:
                return f"({{ ...{given[0]} }})"
            case ast.Attribute(value=record, attr="_asdict") if not given:
                return f"({{ ...{self.value(record)} }})"
        raise self.refusal(node)

    def call_of(self, called: Any, given: list[str], node: ast.Call) -> str:
        if called in DRAWN:
            return self.literal(DRAWN[called], node)
        if called in (min, max):
            found = given[0]
            for one in given[1:]:
                found = f"{_MATHEMATICS[called]}({found}, {one})"
            return found
        if called in _MATHEMATICS:
            return f"{_MATHEMATICS[called]}({', '.join(given)})"
        if hasattr(called, "_fields"):  # numbers with names, of which a record is made
            fields = zip(called._fields, given, strict=True)
            return f"({{ {', '.join(f'{name}: {value}' for name, value in fields)} }})"
        if called in EQUATIONS and len(given) == called.__code__.co_argcount:
            self.calls.append(called)
            return f"{_name_of(called)}({', '.join(given)})"
        raise self.refusal(node)

    def named(self, name: str, node: ast.expr) -> str:
        """Return what a name stands for: a variable, a function of the law, or the number that it is."""
        if name in self.arguments or name in self.assigned:
            return _own(name)
        found = self.found(name, node)
        if callable(found) and found in EQUATIONS:
            self.calls.append(found)
            return _name_of(found)
        return self.literal(found, node)

    def found(self, name: str, node: ast.expr) -> Any:
        for space in (self.function.__globals__, vars(builtins)):
            if name in space:
                return space[name]
        raise self.refusal(node)

    def literal(self, value: Any, node: ast.expr) -> str:
        """Return a constant: a number, a truth value, a word, or several of these."""
        match value:
            case bool():
                return "true" if value else "false"
            case tuple() | list() | np.ndarray():
                return f"[{', '.join(self.literal(one, node) for one in value)}]"
            case int() | float() | np.number():
                number = float(value)
                if not math.isfinite(number):
                    return "NaN" if math.isnan(number) else "Infinity" if number > 0.0 else "-Infinity"
                return repr(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
            case str():
                return json.dumps(value)
        raise self.refusal(node)

    def refusal(self, node: ast.AST) -> UntranslatableError:
        line = self.function.__code__.co_firstlineno + getattr(node, "lineno", 1) - 1
        where = f"{self.function.__module__}.{self.function.__name__}, line {line}"
        return UntranslatableError(f"{where}: has text that JavaScript cannot be made of: {ast.unparse(node)}")
