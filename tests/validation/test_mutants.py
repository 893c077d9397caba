"""The list of mutants stays in step with the product: each text stands once, and the test that rejects it exists."""

import ast
from functools import cache
from pathlib import Path

import pytest

from validation.mistakes import MUTANTS, Mutant
from validation.mutants import files_of, places_of


@cache
def names_in(file: Path) -> set[str]:
    """Return the names of the tests of a file, those of classes as Class::test."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for group in tree.body:
        if isinstance(group, ast.ClassDef):
            found |= {f"{group.name}::{node.name}" for node in group.body if isinstance(node, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name.replace(" ", "-")) for mutant in MUTANTS])
def test_it_fits_and_its_test_exists(mutant: Mutant) -> None:
    """Would catch a mutant that no longer changes anything, or a test that was renamed away."""
    assert len(places_of(mutant)) == 1, "the text to change must stand once in the package"
    (file,) = files_of(mutant)
    name, _, parameter = mutant.test.partition("::")[2].partition("[")
    assert not name or name in names_in(file)
    if parameter and name == "test_known_law":
        from validation.answers import CASES

        assert parameter.removesuffix("]") in {case.name.replace(" ", "-") for case in CASES}


def test_there_are_enough_of_every_kind() -> None:
    """Would catch a part of the product that no mutant tries."""
    assert len(MUTANTS) >= 50
    assert {mutant.kind for mutant in MUTANTS} >= {
        "flow",
        "engines",
        "streams",
        "estimators",
        "reader",
        "runner",
        "store",
    }
