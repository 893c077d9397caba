"""The scripts of ``docs/make``, which are in no package, as modules."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"


def script(name: str) -> ModuleType:
    """Return a script of ``docs/make`` as a module; they import one another by name alone."""
    folder = str(DOCS / "make")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)
