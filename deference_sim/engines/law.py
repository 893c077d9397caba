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

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines import entry
from deference_sim.engines.entry import OPTIONS
from deference_sim.model.declare import EQUATIONS

#: What the events engine calls in every run; it calls others besides, each in some runs.
NEEDED = ("prepare", "begin", "go_on", "open_instant", "perform", "finish")
PACKAGE = Path(streams.__file__).parent


@functools.cache
def plain_law() -> SimpleNamespace:
    """Return the entry points as plain Python: slow, needs no compiler, and can be stepped through."""
    return SimpleNamespace(**{function.__name__: function for function in entry.ENTRY_POINTS})


def is_compiling() -> bool:
    """Return whether Numba may compile: not where it is told to leave plain Python (``NUMBA_DISABLE_JIT=1``)."""
    return os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")


def is_checking() -> bool:
    """Return whether indices are to be checked (``NUMBA_BOUNDSCHECK=1``), which only code made by Numba can do."""
    return os.environ.get("NUMBA_BOUNDSCHECK", "0") not in ("", "0")


@functools.cache
def compiled_law() -> SimpleNamespace:
    """Return the entry points compiled; each compiles at its first call, or is read from the cache.

    Where Numba is told not to compile (``NUMBA_DISABLE_JIT=1``) they are plain Python on the same arrays.
    """
    import numba

    if not is_compiling():
        return SimpleNamespace(**{name: on_arrays(function) for name, function in vars(plain_law()).items()})
    folder = cache_folder()
    if folder is not None:
        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    make_known()
    options: dict[str, Any] = {**OPTIONS, "cache": folder is not None, "nogil": True}
    compiled = {function.__name__: numba.njit(function, **options) for function in entry.ENTRY_POINTS}
    if folder is not None:
        from deference_sim.engines.numba_cache import make_forgiving

        for each in compiled.values():
            make_forgiving(each)
    return SimpleNamespace(**compiled)


@functools.cache
def make_known() -> None:
    """Tell Numba of every function that the law's text calls."""
    from numba.extending import register_jitable

    from deference_sim.engines import bits  # noqa: F401  which tells it of our exp and log

    for function in streams.EQUATIONS:
        register_jitable(**OPTIONS)(function)
    for function, about in EQUATIONS.items():
        register_jitable(**OPTIONS, forceinline=about.inlined)(function)


class Row(np.record):  # type: ignore[misc]  # NumPy says final of what its own record inherits from
    """An element of a structured array with its fields as attributes, even those that NumPy has a use for, as ``T``."""

    def __getattribute__(self, name: str) -> Any:
        try:
            return self[name]
        except ValueError:  # no field of that name
            return super().__getattribute__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


def on_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a plain entry point that takes structured arrays, by letting their elements have attributes."""

    def call(*arguments: Any) -> Any:
        return function(*(with_attributes(each) if is_structured(each) else each for each in arguments))

    return call


def with_attributes(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Return a view of a structured array whose elements are ``Row``s."""
    return rows.view(np.dtype((Row, rows.dtype)))


def is_structured(value: Any) -> bool:
    """Return whether ``value`` is an array whose elements have fields."""
    return isinstance(value, np.ndarray) and value.dtype.names is not None


@functools.cache
def cache_folder() -> Path | None:
    """Return the folder for compiled code of this very source, or None where none can be written.

    A relative ``XDG_CACHE_HOME`` counts for nothing, as its specification has it.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(base):
        return None  # a user without a home, for whom ~ stays as it is
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
    """Return a hash of everything that the compiled law depends on: sources, versions, machine, settings of Numba."""
    from importlib.metadata import version

    digest = hashlib.blake2b(digest_size=12)
    folders = (PACKAGE / "engines", PACKAGE / "model", PACKAGE / "trajectory")
    files = (PACKAGE / "elementary.py", PACKAGE / "streams.py")
    for path in (*files, *(path for folder in folders for path in sorted(folder.rglob("*.py")))):
        digest.update(path.read_bytes())
    # With a setting such as NUMBA_BOUNDSCHECK, Numba would still read code that was compiled without it.
    settings = [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("NUMBA_")]
    for part in (version("numba"), version("llvmlite"), version("numpy"), sys.version, platform.machine(), *settings):
        digest.update(part.encode())
    return digest.hexdigest()
