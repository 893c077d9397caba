"""Conditional expressions of the law point by point, so that points need not part at each of them.

``a if condition else b`` asks whether the condition holds, as a whole. Where neither side calls or divides, nothing can
happen in a side that is not chosen: there both are computed, and ``choose`` says which counts where.
"""

import ast
import copy
from collections.abc import Callable
from types import CodeType
from typing import Any

from deference_sim.engines.lanes.text import text_of

CHOOSE = "choose_at_points"  # what the text calls instead: it takes the condition and both sides


def code_at_points(function: Callable[..., Any]) -> CodeType:
    """Return the code of a function of the law in which such expressions are calls of ``CHOOSE``; as it is if none."""
    tree = copy.deepcopy(text_of(function))
    rewriting = _Rewriting()
    rewriting.visit(tree)
    if not rewriting.done:
        return function.__code__
    tree.decorator_list = []
    ast.increment_lineno(tree, function.__code__.co_firstlineno - 1)
    whole = ast.fix_missing_locations(ast.Module([tree], []))
    space = dict(function.__globals__)
    exec(compile(whole, function.__code__.co_filename, "exec"), space)  # the law's own text but for these calls
    code: CodeType = space[function.__name__].__code__
    return code


class _Rewriting(ast.NodeTransformer):
    done = 0

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if not (_is_harmless(node.body) and _is_harmless(node.orelse)):
            return node
        self.done += 1
        return ast.Call(ast.Name(CHOOSE, ast.Load()), [node.test, node.body, node.orelse], [])


def _is_harmless(side: ast.expr) -> bool:
    return not any(isinstance(node, ast.Call | ast.Div) for node in ast.walk(side))
