"""The scenarios that ship with the package: where they are, by name."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from deference_sim.scenario.problems import shown

_PACKAGE = Path(__file__).resolve().parent.parent
#: In a wheel the scenarios lie inside the package; a checkout keeps them beside it.
_FOLDERS = (_PACKAGE / "shipped_scenarios", _PACKAGE.parent / "scenarios")


def shipped() -> Mapping[str, Path]:
    """Return the file of every shipped scenario by name, in alphabetical order."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), None)
    files = sorted(folder.glob("*.yaml")) if folder else []
    return MappingProxyType({file.stem: file for file in files})


def label_of(path: Path) -> str:
    """Return what messages and sources call the file at ``path``: a shipped one the same on every machine."""
    return f"scenarios/{path.name}" if path.parent in _FOLDERS else shown(str(path), 4096)
