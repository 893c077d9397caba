"""The notebooks: each runs without error from top to bottom, and what was kept of its last run is whole and current.

Would catch: a public name that changed under a notebook, a notebook committed without outputs, with an error, with
numbers that the model no longer gives, or with traces of the machine it ran on. `python notebooks/refresh.py`
executes them again.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import deference_sim as ds

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
LARGEST = 400_000  # bytes
PATIENCE = 900  # seconds a cell: the first on a machine waits for the compiler, beside whatever else it does
PATH_OF_A_MACHINE = re.compile(r"/(home|root|tmp|work|usr|opt|Users|private|var)/|\b[A-Z]:\\\\")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def printed(notebook: Any) -> str:
    """Everything on standard output, however the kernel cut it into pieces."""
    streams = [output for output in outputs(notebook) if output.output_type == "stream"]
    return "".join(output.text for output in streams if output.name == "stdout")


def test_there_is_a_notebook_for_each_question() -> None:
    assert {path.stem for path in NOTEBOOKS} == {
        "start_here",
        "sweep_lead_time",
        "when_to_hand_off",
        "reading_one_trajectory",
        "uncertainty_and_sensitivity",
        "published_figures",
        "your_own_mechanism",
    }


@every_notebook
def test_says_what_it_says_and_what_it_does_not(path: Path) -> None:
    text = " ".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    if path.stem != "start_here":
        assert text.index("**Question.**") < text.index("**What it says.**") < text.index("**What it does not say.**")
    assert printed(read(path))
    assert any("image/png" in output.get("data", {}) for output in outputs(read(path)))


def private_names(source: str) -> Iterator[str]:
    """Yield what a cell takes from the package that is no public name of it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.startswith("deference_sim."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "deference_sim":
            module = node.module or ""
            yield from (f"{module}.{one.name}" for one in node.names if "." in module or one.name not in ds.__all__)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ds":
            yield from [node.attr] if node.attr not in ds.__all__ else []
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
            yield node.attr


@every_notebook
def test_uses_public_names_alone(path: Path) -> None:
    assert [name for cell in code_cells(read(path)) for name in private_names(cell.source)] == []


def test_private_names_are_found() -> None:
    source = "import deference_sim.a\nfrom deference_sim.a import load\nds.resolved(ds.load(1)._uncertain)"
    assert set(private_names(source)) == {"deference_sim.a", "deference_sim.a.load", "resolved", "_uncertain"}


@every_notebook
# The kernel says, in a thread of its own, how its sockets are set up; that is no concern of the notebook.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_runs_and_prints_what_was_kept(path: Path) -> None:
    kept = read(path)
    notebook = read(path)
    for cell in code_cells(notebook):
        cell.outputs = []
    NotebookClient(notebook, timeout=PATIENCE, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert [output for output in outputs(notebook) if output.output_type == "error"] == []
    assert printed(notebook) == printed(kept)


@every_notebook
def test_outputs_were_kept(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in code_cells(notebook)] == list(range(1, len(code_cells(notebook)) + 1))
    assert outputs(notebook)
    assert [output for output in outputs(notebook) if output.output_type == "error"] == []
    assert [output.text for output in outputs(notebook) if output.get("name") == "stderr"] == []
    assert path.stat().st_size < LARGEST


@every_notebook
def test_holds_nothing_of_a_machine(path: Path) -> None:
    notebook = read(path)
    pictures = re.compile(r'"image/png": "[^"]*"')
    text = pictures.sub("", path.read_text(encoding="utf-8"))
    assert PATH_OF_A_MACHINE.findall(text) == []
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert set(notebook.metadata.language_info) == {"name"}
    assert [cell.metadata for cell in notebook.cells if cell.metadata] == []
