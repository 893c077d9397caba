"""What runs at each step, review and decision can run in lanes: no loop of variable length, no draw in a condition.

Would catch: a search or a sum as long as its data says, a number drawn only where something else is so.
"""

import ast
from collections.abc import Callable
from typing import Any

from deference_sim import streams
from deference_sim.model.declare import EQUATIONS
from deference_sim.model.evaluation import review
from deference_sim.model.strategy import decide
from deference_sim.trajectory.instant import change_phase
from deference_sim.trajectory.rates import derivatives

from .sweeps import text_of

Function = Callable[..., Any]
DRAWS = {function.__name__ for function in streams.EQUATIONS}
#: Rare events, which may do what they need: a showdown that is won, a handoff, the end, a note in the log.
RARE = {"hand_off", "resolve", "clear", "note", "handoff_comes", "watch_margin"}
STEPPED: tuple[Function, ...] = (derivatives, review, decide, change_phase)


def called(function: Function) -> set[Function]:
    """The functions of the law that ``function`` calls, rare events left out."""
    space = function.__globals__
    names = {node.func.id for node in ast.walk(text_of(function)) if isinstance(node, ast.Call)}  # type: ignore[attr-defined]
    found = {space[name] for name in names if name in space and name not in RARE}
    return {one for one in found if one in EQUATIONS}


def reachable() -> set[Function]:
    seen: set[Function] = set()
    left = list(STEPPED)
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += called(one)
    return seen


def is_constant_range(loop: ast.For, function: Function) -> bool:
    call = loop.iter
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "range":
        return False
    return all(
        isinstance(limit, ast.Constant)
        or (isinstance(limit, ast.Name) and isinstance(function.__globals__.get(limit.id), int))
        for limit in call.args
    )


def test_loops_are_of_constant_length() -> None:
    found = []
    for function in reachable():
        for node in ast.walk(text_of(function)):
            if isinstance(node, ast.While | ast.Break):
                found.append(f"{function.__name__}: {type(node).__name__}")
            if isinstance(node, ast.For) and not is_constant_range(node, function):
                found.append(f"{function.__name__}: for over {ast.unparse(node.iter)}")
    assert found == []


def draws(function: Function) -> bool:
    """Whether ``function`` draws, itself or in what it calls."""
    names = {node.func.id for node in ast.walk(text_of(function)) if isinstance(node, ast.Call)}  # type: ignore[attr-defined]
    return bool(names & DRAWS) or any(draws(one) for one in called(function))


def test_nothing_is_drawn_inside_a_condition() -> None:
    """In the function that draws; a call, inside a condition, of a function that draws is not looked for."""
    drawing = {function.__name__ for function in reachable() if draws(function)}
    assert {"review", "decide", "change_phase"} <= drawing
    found = []
    for function in reachable():
        for node in ast.walk(text_of(function)):
            bodies: list[ast.AST] = []
            if isinstance(node, ast.If):
                bodies = [*node.body, *node.orelse]
            elif isinstance(node, ast.IfExp):
                bodies = [node.body, node.orelse]
            for part in (part for body in bodies for part in ast.walk(body)):
                if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in DRAWS:
                    found.append(f"{function.__name__}: {part.func.id}")
    assert found == []
