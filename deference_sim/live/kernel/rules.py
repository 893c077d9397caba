"""Rules across fields as data: the checks of each block, translated from their own text for JavaScript.

A statement or an expression is a list whose first item says what it is; ``js/kernel/rules.js`` carries them out. What
the translation does not know is an error, so that a new rule is translated or noticed.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any, Final

from deference_sim.scenario.catalogue import Parameter, catalogue

_COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Eq: "=",
    ast.NotEq: "≠",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Is: "=",
    ast.IsNot: "≠",
}
_CALLS: Final = ("any", "all", "pairwise")


def rules() -> list[dict[str, Any]]:
    """Return the rules of every section: its name, whether it is a list of items, and the statements of the rule."""
    found = []
    for name, section in catalogue().items():
        if isinstance(section, Parameter):
            continue
        for decorator in section.block.__pydantic_decorators__.model_validators.values():
            steps = translated(decorator.func)
            found.append({"section": name, "is_list": section.is_list, "steps": steps})
    return found


def translated(check: Callable[..., Any]) -> list[Any]:
    """Return the statements of a check that raises ``ValueError`` or returns its argument."""
    (function,) = ast.parse(textwrap.dedent(inspect.getsource(check))).body
    assert isinstance(function, ast.FunctionDef)
    return [_statement(one) for one in function.body if not isinstance(one, ast.Return)]


def _statement(node: ast.stmt) -> list[Any]:
    match node:
        case ast.If(test=test, body=body, orelse=[]):
            return ["if", _expression(test), [_statement(one) for one in body]]
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return ["let", name, _expression(value)]
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
            return ["let", name, ["+", ["name", name], _expression(value)]]
        case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"), args=[message])):
            return ["refuse", _expression(message)]
    raise _unknown(node)


def _expression(node: ast.expr) -> list[Any]:
    match node:
        case ast.Constant(value=value):
            return ["constant", value]
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return ["field", name]
        case ast.Name(id=name):
            return ["name", name]
        case ast.Tuple(elts=parts):
            return ["list", *map(_expression, parts)]
        case ast.BoolOp(op=kind, values=parts):
            return ["and" if isinstance(kind, ast.And) else "or", *map(_expression, parts)]
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return ["not", _expression(part)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return ["+", _expression(left), _expression(right)]
        case ast.Compare(left=left, ops=kinds, comparators=rights):
            return _chain([left, *rights], [_COMPARISONS[type(kind)] for kind in kinds])
        case ast.Call(func=ast.Name(id=name), args=[given], keywords=[]) if name in _CALLS:
            return [name, _expression(given)]
        case ast.ListComp(elt=made, generators=[one]) | ast.GeneratorExp(elt=made, generators=[one]) if not one.ifs:
            return ["each", _names(one.target), _expression(one.iter), _expression(made)]
        case ast.JoinedStr(values=parts):
            return ["text", *map(_expression, parts)]
        case ast.FormattedValue(value=value, format_spec=ast.JoinedStr(values=[ast.Constant(value="g")])):
            return ["general", _expression(value)]
    raise _unknown(node)


def _chain(parts: list[ast.expr], kinds: list[str]) -> list[Any]:
    """Return ``a < b < c`` as both comparisons."""
    told = [_expression(part) for part in parts]
    each = [[kind, left, right] for kind, left, right in zip(kinds, told, told[1:], strict=False)]
    return each[0] if len(each) == 1 else ["and", *each]


def _names(target: ast.expr) -> Any:
    """Return the name, or the nested names, to which an item is bound."""
    if isinstance(target, ast.Tuple):
        return [_names(part) for part in target.elts]
    assert isinstance(target, ast.Name)
    return target.id


def _unknown(node: ast.AST) -> NotImplementedError:
    return NotImplementedError(f"a rule across fields has text that JavaScript cannot carry out: {ast.unparse(node)}")
