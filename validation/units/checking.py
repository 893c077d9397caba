"""The check: all of the law carried out from where engines enter it, and what of its text that leaves out."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deference_sim.engines.entry import ENTRY_POINTS, run_block
from deference_sim.engines.lanes.text import text_of
from deference_sim.model.declare import EQUATIONS
from validation.units.numbers import PLAIN
from validation.units.reading import Finding, Reader, place_of
from validation.units.records import everything

#: Functions that are not carried out, with the reason.
LEFT_OUT: Mapping[str, str] = {
    "step_error": "weighs errors of stocks of different units against one another by their numbers, as a norm must",
}


@dataclass(frozen=True)
class Checked:
    """What came of the check.

    ``findings`` are units that do not agree, ``not_run`` is text that was not carried out, of all ``pieces`` in so many
    ``functions``. ``units`` has for every function what it took and gave, in units, each time that this differed.
    """

    findings: tuple[Finding, ...]
    not_run: tuple[str, ...]
    functions: int
    pieces: int
    units: Mapping[str, list[tuple[list[Any], Any]]]


def check(instead: Mapping[str, str] | None = None, given: Mapping[str, Any] | None = None) -> Checked:
    """Carry the law out on units; ``instead`` gives functions another text by name, ``given`` are other records."""
    reader, given = Reader(instead, LEFT_OUT), given or everything()
    for entry in ENTRY_POINTS:
        if entry is not run_block:  # which is these others in a loop
            reader.call(entry, [given.get(name, PLAIN) for name in inspect.signature(entry).parameters])
    pieces = [(function, node) for function in EQUATIONS for node in _pieces(text_of(function))]
    missed = [f"{function.__name__}, `{ast.unparse(node).partition(chr(10))[0]}`" for function, node in pieces
              if function.__name__ not in LEFT_OUT and place_of(function, node) not in reader.seen]  # fmt: skip
    units: dict[str, list[tuple[list[Any], Any]]] = {}
    for (function, _), took_and_gave in reader.known.items():
        units.setdefault(function.__name__, []).append(took_and_gave)
    return Checked(tuple(reader.findings.values()), tuple(missed), len(EQUATIONS), len(pieces), units)


def _pieces(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield what of a function's text may be left out by a choice: statements, and parts of conditional expressions."""
    for node in ast.walk(function):
        if isinstance(node, ast.stmt) and node is not function:
            yield node
        elif isinstance(node, ast.IfExp):
            yield from (node.body, node.orelse)
        elif isinstance(node, ast.BoolOp):
            yield from node.values
