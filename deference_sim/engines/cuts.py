"""Cuts: a copy of the law in which one argument of one call stays what it was at the handoff.

So a feedback loop is cut where it passes that argument. The rest of the law's text is as it was, and is not touched:
the copy is compiled on demand, beside the law itself.
"""

import ast
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deference_sim.engines.kernel import Kernel, changed_kernel
from deference_sim.engines.lanes.text import text_of
from deference_sim.model.state import PRE


@dataclass(frozen=True)
class Cut:
    """Where a loop is cut: the ``function`` of the law, a ``call`` in it as its text says, and which ``argument``."""

    function: Callable[..., Any]
    call: str
    argument: int

    def rewritten(self) -> Callable[..., Any]:
        """Return the function with that argument held in the state that it is called with.

        Raises ``ValueError`` unless the call stands there once, or if the function has no state.
        """
        tree = ast.parse(ast.unparse(text_of(self.function))).body[0]
        assert isinstance(tree, ast.FunctionDef)
        tree.decorator_list = []
        if "state" not in [argument.arg for argument in tree.args.args]:
            raise ValueError(f"{self.function.__name__} is called without a state, in which to hold anything")
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node) == self.call]
        if len(calls) != 1:
            raise ValueError(f"{self.call} stands {len(calls)} times in {self.function.__name__}, and must once")
        calls[0].args[self.argument] = ast.Call(
            ast.Name("hold", ast.Load()), [ast.Name("state", ast.Load()), calls[0].args[self.argument]], []
        )
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        file = f"<{self.function.__module__}.{self.function.__name__}, cut at {self.call}, {self.argument}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        space = {**self.function.__globals__, "hold": hold}
        exec(compile(text, file, "exec"), space)  # the law's own text but for the call of ``hold``
        made: Callable[..., Any] = space[self.function.__name__]
        return made

    def kernel(self) -> Kernel:
        """Return the compiled law with this cut."""
        return changed_kernel({self.function: self.rewritten()})


def hold(state: Any, x: Any) -> Any:
    """Return what ``x`` was when it first counted from the handoff on; before the handoff, ``x`` itself."""
    if state.phase == PRE:
        return x
    if state.is_held == 0:
        state.held = x
        state.is_held = 1
    return state.held
