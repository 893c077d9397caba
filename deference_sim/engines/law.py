"""The law as an engine calls it: plain Python, or compiled by Numba once and kept in a cache.

Numba's own cache does not notice when a function that another one calls has changed, so the cache folder is named
after the sources of the law and the versions that compile it.
"""

import functools
import hashlib
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from deference_sim import streams
from deference_sim.engines import entry
from deference_sim.model.declare import EQUATIONS

#: What one evaluation of the rates calls; as code of its own each would hand its numbers over through memory.
INLINED = (
    "derivatives",
    "goodness_rates",
    "gains",
    "room",
    "price_factor",
    "shape_factor",
    "basin_depth",
    "sufficient",
    "time_bought",
    "buying_rate",
    "bounded_rate",
    "rival_rate",
    "rival_pace",
    "racing_pace",
    "slowdown",
    "pace",
    "own_pace",
    "working_pace",
    "work_clock",
)
PACKAGE = Path(streams.__file__).parent


@functools.cache
def plain_law() -> SimpleNamespace:
    """Return the entry points as plain Python: slow, needs no compiler, and can be stepped through."""
    return SimpleNamespace(**{function.__name__: function for function in entry.ENTRY_POINTS})


@functools.cache
def compiled_law() -> SimpleNamespace:
    """Return the entry points compiled; each compiles at its first call, or is read from the cache."""
    import numba
    from numba.extending import register_jitable

    folder = cache_folder()
    if folder is not None:
        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    for function in (*streams.EQUATIONS, *EQUATIONS):
        register_jitable(error_model="numpy", forceinline=function.__name__ in INLINED)(function)  # type: ignore[type-var]
    options: dict[str, Any] = {"cache": folder is not None, "nogil": True, "error_model": "numpy"}
    compiled = {function.__name__: numba.njit(function, **options) for function in entry.ENTRY_POINTS}
    return SimpleNamespace(**compiled)


def is_cached() -> bool:
    """Return whether the compiled law is already in the cache, so that nothing needs compiling."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob("*.nbc"))


@functools.cache
def cache_folder() -> Path | None:
    """Return the folder for compiled code of this very source, or None where none can be written."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(base) / "deference_sim" / law_fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return None
    return folder


def law_fingerprint() -> str:
    """Return a hash of everything that the compiled law depends on: sources, versions, machine."""
    from importlib.metadata import version

    digest = hashlib.blake2b(digest_size=12)
    folders = (PACKAGE / "engines", PACKAGE / "model")
    for path in (PACKAGE / "streams.py", *(path for folder in folders for path in sorted(folder.glob("*.py")))):
        digest.update(path.read_bytes())
    for part in (version("numba"), version("numpy"), sys.version, platform.machine()):
        digest.update(part.encode())
    return digest.hexdigest()


def announce_compilation(say: Callable[[str], Any]) -> None:
    """Tell the user, through ``say``, that the first run compiles, if it will."""
    if not is_cached():
        say("Compiling the model for this machine (once, about half a minute) …")
