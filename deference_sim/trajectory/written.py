"""Equations written from declarations: where the law does the same for every stock or process, by name.

Numba compiles neither loops over names nor calls through tables, so such functions are written out, a line for each
declaration. Their text is kept where tracebacks, ``inspect`` and debuggers look for it.
"""

import linecache
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from deference_sim.model.declare import equation


def written(
    signature: str,
    meaning: str,
    lines: Iterable[str],
    home: dict[str, Any],
    uses: Iterable[Callable[..., Any]] = (),
    *,
    inlined: bool = False,
) -> Callable[..., Any]:
    """Return an equation with this ``signature``, docstring and body ``lines``.

    It belongs to the module whose globals are ``home``; ``uses`` are functions it calls by their own names.
    """
    home.setdefault("Any", Any)
    for function in uses:
        home.setdefault(function.__name__, function)
    name = signature.partition("(")[0]
    text = "\n    ".join([f"def {signature}:", f'"""{meaning}"""', *lines]) + "\n"
    file = f"<{home['__name__']}.{name}, written from declarations>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), home)  # the text is made here, of names that declarations have checked
    return equation(inlined=inlined)(home[name])


def by_row(calls: Sequence[str], otherwise: str) -> list[str]:
    """Return the lines that return one of ``calls`` by ``row``, and ``otherwise`` beyond the last."""
    lines = [f"if row == {row}:\n        return {call}" for row, call in enumerate(calls)]
    return [*lines, f"return {otherwise}"]
