"""A small batch of a few tiny chunks, and what it gives when nothing disturbs it."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from deference_sim.batches import files
from deference_sim.batches.batch_file import read_batch
from deference_sim.batches.plan import Plan
from deference_sim.batches.result import batch, merged

FILE = """\
schema: 1
name: small
scenarios: [five-hazards]
sweep: {rival.lead: [1 month, 6 months]}
seeds: [1, 7]
replicates: 40
"""


@pytest.fixture(scope="session")
def batch_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("file") / "small.yaml"
    file.write_text(FILE)
    return file


@pytest.fixture(scope="session")
def plan(batch_file: Path) -> Plan:
    """Four runs of three chunks each."""
    return replace(read_batch(batch_file), chunk=16)


@pytest.fixture(scope="session")
def finished(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the finished batch, merged; not to be changed."""
    folder = tmp_path_factory.mktemp("finished") / "batch"
    batch(plan, folder)
    merged(folder)
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """The finished batch in a folder that may be changed."""
    return shutil.copytree(finished, tmp_path / "batch")


@pytest.fixture(scope="session")
def expected(finished: Path) -> dict[str, bytes]:
    return content_of(finished)


@pytest.fixture
def result() -> Callable[[Path], dict[str, bytes]]:
    """Merges a finished batch and returns the content of every merged run and every table."""

    def of(folder: Path) -> dict[str, bytes]:
        merged(folder)
        return content_of(folder)

    return of


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for name in ("runs", "tables") for path in sorted((folder / name).iterdir())}


@pytest.fixture
def failpoint(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets what fails; empty for nothing."""

    def fail_at(where: str) -> None:
        files._counts.clear()
        monkeypatch.setenv("DEFSIM_FAILPOINT", where)

    return fail_at
