"""The text of functions as syntax trees, and about how much work a piece of text is."""

import ast
import functools
import inspect
import math
import textwrap
from collections.abc import Callable, Iterable
from typing import Any

from deference_sim import elementary

Function = Callable[..., Any]
HEAVY = 60  # nodes of text in vain cost about as much as to ask whether any lane needs them
_ONE_INSTRUCTION = {min, max, abs, int, float, bool, len, math.sqrt, *elementary.PRIMITIVES}


@functools.cache
def text_of(function: Function) -> ast.FunctionDef:
    """Return the syntax tree of a function."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"{function.__name__} is no plain function")
    return tree


def work_of(nodes: Iterable[ast.AST], space: dict[str, Any]) -> int:
    """Return about how many operations nodes are, with what they call; ``space`` says what names stand for."""
    total = 0
    for tree in nodes:
        for node in ast.walk(tree):
            total += 1
            if isinstance(node, ast.For | ast.While):
                total += HEAVY
            if isinstance(node, ast.Call):
                total += _called(node.func, space)
    return total


def _called(name: ast.AST, space: dict[str, Any]) -> int:
    function = space.get(name.id) if isinstance(name, ast.Name) else None
    if function is None or function in _ONE_INSTRUCTION or not inspect.isfunction(function):
        return 0
    return work_in(function)


@functools.cache
def work_in(function: Function) -> int:
    """Return about how many operations a call of a function is."""
    return work_of(text_of(function).body, function.__globals__)


@functools.cache
def assigned_in(node: ast.AST) -> frozenset[str]:
    """Return the names that a piece of text assigns to."""
    return frozenset(
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


def ends_early(function: Function) -> bool:
    """Return whether a function may return before its last statement."""
    body = text_of(function).body
    returns = sum(isinstance(node, ast.Return) for node in ast.walk(text_of(function)))
    return returns > (1 if isinstance(body[-1], ast.Return) else 0)


def leaves(body: list[ast.stmt]) -> bool:
    """Return whether a loop with this body may be left, or a turn of it cut short, before its time."""
    kinds = ast.Return | ast.Break | ast.Continue
    return any(isinstance(node, kinds) for statement in body for node in ast.walk(statement))
