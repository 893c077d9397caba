from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from deference_sim.scenario import Scenario, load

Read = Callable[..., Scenario]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one, so that messages name files as a user would."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def read(here: Path) -> Read:
    """Write a file and load it, with whatever other files lie beside it."""

    def write_and_load(
        text: str | bytes, *, set: Sequence[str] = (), name: str = "bad.yaml", **beside: str
    ) -> Scenario:
        for other, content in beside.items():
            (here / f"{other}.yaml").write_text(content, encoding="utf-8")
        (here / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return load(name, set=set)

    return write_and_load
