"""The built kernel: kept in the package, built anew when it is missing or comes from another law."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from deference_sim.engines.law import PACKAGE

#: Ignored by version control; wheels and source distributions carry what is in it.
FOLDER: Final = PACKAGE / "live" / "built"
_MODULE, _ABOUT = "kernel.wasm", "kernel.json"
_ROOMS = ("engines", "model", "trajectory")
_FILES = (
    "elementary.py",
    "streams.py",
    "quantiles.py",
    "scenario/distributions.py",
    "scenario/metalog.py",
    "scenario/combined.py",
    "scenario/copula.py",
    "analysis/estimate.py",
    "analysis/loops/paths.py",
    "live/kernel/drawing.py",
    "live/kernel/worlds.py",
    "live/kernel/intervals.py",
    "live/kernel/exports.py",
    "live/kernel/text_to_llvm.py",
    "live/kernel/settings.py",
    "live/kernel/linking.py",
)
#: What builds the kernel; with the same versions the bytes are the same.
BUILT_WITH: Final = ("numba", "llvmlite", "ziglang")
_ZIGLANG = "ziglang>=0.14"


class KernelMissing(RuntimeError):  # noqa: N818  says what there is not
    """There is no kernel of this law, and it cannot be built here; the message says how to mend it."""


@cache
def law_hash() -> str:
    """Return 24 hexadecimal digits of a hash of all text that the kernel is built from, whatever builds it."""
    digest = hashlib.blake2b(digest_size=12)
    rooms = (path for room in _ROOMS for path in sorted((PACKAGE / room).glob("*.py")))
    for path in (*(PACKAGE / name for name in _FILES), *rooms):
        digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def kernel_bytes(say: Callable[[str], Any] = lambda text: None) -> bytes:
    """Return the WebAssembly module of this very law, built and kept first if there is none.

    ``say`` is told before a build, which takes a minute. Raises ``KernelMissing`` where it cannot be built.
    """
    kept = _read()
    if kept is not None:
        return kept
    if find_spec("ziglang") is None:
        raise KernelMissing(
            f"The kernel of the live page is not built, or is that of another law ({FOLDER / _MODULE}), and the "
            f"package ziglang, whose linker builds it, is not installed. Install it: pip install '{_ZIGLANG}'"
        )
    with _one_at_a_time():
        kept = _read()  # by another process, while this one waited for it
        if kept is not None:
            return kept
        say("Building the kernel of the live page (once, about a minute) …")
        module = built()
        _write(module)
        return module


def is_built() -> bool:
    """Return whether the kernel of this very law is kept, whole."""
    return _read() is not None


def built() -> bytes:
    """Build the kernel and return it; nothing is kept."""
    from deference_sim.live.kernel.linking import linked
    from deference_sim.live.kernel.settings import SETTINGS

    plain = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    command = [sys.executable, "-m", "deference_sim.live.kernel.text_to_llvm"]
    found = subprocess.run(command, capture_output=True, text=True, env={**plain, **SETTINGS})
    if found.returncode != 0:
        raise RuntimeError(f"the kernel cannot be compiled:\n{found.stderr.strip()[-4000:]}")
    return linked({name: (symbol, text) for name, (symbol, text) in json.loads(found.stdout).items()})


def about() -> dict[str, str]:
    """Return of which law the kept kernel is, what built it, and its digest; empty if there is none."""
    try:
        return dict(json.loads((FOLDER / _ABOUT).read_text("utf-8")))
    except (OSError, ValueError):
        return {}


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Wait while another process builds; where the folder cannot be made or locked, do not wait."""
    descriptor = None
    try:
        FOLDER.mkdir(exist_ok=True)
        import fcntl

        descriptor = os.open(FOLDER, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except (ImportError, OSError):
        pass
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _read() -> bytes | None:
    try:
        module = (FOLDER / _MODULE).read_bytes()
    except OSError:
        return None
    told = about()
    whole = told.get("law") == law_hash() and told.get("digest") == hashlib.blake2b(module).hexdigest()
    return module if whole else None


def _write(module: bytes) -> None:
    """Keep the module and what is known about it; where that cannot be done it is built again next time."""
    versions = {name: version(name) for name in BUILT_WITH}
    told = {"law": law_hash(), "digest": hashlib.blake2b(module).hexdigest(), **versions}
    try:
        for name, content in ((_MODULE, module), (_ABOUT, json.dumps(told, indent=1).encode())):
            handle, path = tempfile.mkstemp(dir=FOLDER, prefix=f".{name}-")
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(path).chmod(0o644)
            Path(path).replace(FOLDER / name)
    except OSError:
        return
