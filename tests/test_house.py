"""The house: which module imports which, and how long a function may be; ``lint-imports`` checks the order of rooms.

Would catch: modules that need each other, be it inside a function or for types alone; an exception slipped into the
contracts; a function that cannot be read at once; a scenario that the type checker does not know as one.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import deference_sim

PACKAGE = Path(deference_sim.__file__).parent
LONGEST = 80  # lines of a function


@cache
def modules() -> Mapping[str, ast.Module]:
    """Return every module of the package by name, parsed."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = (PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts)
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text("utf-8"))
    return found


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules of the package that ``tree`` imports anywhere, in functions and for types too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules())
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None
            assert node.level == 0, "relative imports are not followed"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield from (found for found in [name if name in modules() else node.module] if found in modules())


def test_no_module_needs_one_that_needs_it() -> None:
    graph = {name: set(imported(tree)) for name, tree in modules().items()}
    assert len(graph) > 100
    assert "deference_sim.study.limits" in graph["deference_sim.study.runner"]
    cycle = None
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle = " -> ".join(reversed(error.args[1]))
    assert cycle is None


def test_the_contracts_have_no_exception() -> None:
    linter = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    assert len(linter["contracts"]) == 3
    assert [contract["name"] for contract in linter["contracts"] if contract.get("ignore_imports")] == []


def test_no_function_is_long() -> None:
    lengths = {
        f"{name}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_a_scenario_is_known_as_one() -> None:
    places = (path for folder in (PACKAGE, PACKAGE.parent / "validation") for path in folder.rglob("*.py"))
    untyped = [path.name for path in places if "scenario: Any" in path.read_text("utf-8")]
    assert untyped == []
