"""The page that maps the essay to the model names nothing that does not exist, and forgets no footnote."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.shipped import shipped
from tests.mechanisms.claims import CLAIMS
from validation.answers import CASES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "essay.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TEXT.splitlines() if line.startswith("| ")]
MAPPED = [row for row in ROWS if len(row) == 4 and row[0] != "the essay"]
FOOTNOTES = 35


@cache
def names_of_tests() -> set[str]:
    """Return the names of all tests."""
    files = (ROOT / "tests").rglob("test_*.py")
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def quoted(cell: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0][:40].replace(" ", "-")) for row in MAPPED])
def test_what_a_row_names_exists(row: list[str]) -> None:
    """Would catch a parameter, file, equation, scenario, claim or test that was renamed or never was."""
    _, mechanism, named, shown = row
    assert quoted(named)
    assert set(quoted(named)) <= set(parameters())
    for name in quoted(mechanism):
        assert name in shipped() or (ROOT / "deference_sim" / name).is_file(), name
    model = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    for number in re.findall(r"\((\d+)\)", mechanism):
        assert f"(eq-{number})" in model
    parts = [part.strip() for part in shown.split(";")]
    worlds = {part.removeprefix("exact: ") for part in parts if part.startswith("exact: ")}
    claims = {part.removeprefix("claim ") for part in parts if part.startswith("claim ")}
    assert worlds <= {case.name for case in CASES}
    assert claims <= {claim.number for claim in CLAIMS}
    assert set(quoted(shown)) <= names_of_tests()
    assert len(parts) == len(worlds) + len(claims) + len(quoted(shown))


def test_no_footnote_is_forgotten() -> None:
    """Would catch an idea of the essay that is neither in the model nor said to be left out."""
    groups = re.findall(r"fn ((?:\d+)(?:, \d+)*)", TEXT)
    mentioned = {int(number) for group in groups for number in group.split(", ")}
    assert mentioned == set(range(1, FOOTNOTES + 1))
    assert len(MAPPED) > 40
