"""Files that are written whole or not at all, and JSON that notices when it was damaged.

Each step can be made to fail for tests: ``DEFSIM_FAILPOINT=after_fsync:kill`` or ``any@7:error`` (the seventh step of
any kind). Steps are those of ``STEPS``; actions are ``kill``, ``error`` (EIO) and ``full`` (ENOSPC).
"""

import errno
import hashlib
import itertools
import json
import os
import re
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

STEPS: Final = ("open", "write", "fsync", "after_fsync", "replace", "after_replace", "rename", "mkdir")
TEMPORARY: Final = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")
_SEAL = "sha256"
_counts: dict[str, Iterator[int]] = {}


class DamagedError(ValueError):
    """A file that is not as it was written."""


def reach(step: str) -> None:
    """Fail here if ``DEFSIM_FAILPOINT`` says so."""
    failpoint = os.environ.get("DEFSIM_FAILPOINT")
    if not failpoint:
        return
    where, _, action = failpoint.partition(":")
    name, _, number = where.partition("@")
    if name not in (step, "any") or next(_counts.setdefault(name, itertools.count(1))) != int(number or 1):
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    code = errno.ENOSPC if action == "full" else errno.EIO
    raise OSError(code, f"{os.strerror(code)} (failpoint {failpoint})")


@contextmanager
def written_whole(path: Path, check: Callable[[Path], object]) -> Iterator[BinaryIO]:
    """Yield a stream whose content becomes the file at ``path`` once it is on the disk and ``check`` has read it back.

    ``check`` is given the temporary file and raises if it is not right. After an error nothing is left behind, and
    whatever stood at ``path`` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    reach("open")
    try:
        with open(temporary, "x+b") as stream:
            reach("write")
            yield stream
            stream.flush()
            reach("fsync")
            os.fsync(stream.fileno())
        reach("after_fsync")
        check(temporary)
        reach("replace")
        os.replace(temporary, path)
        reach("after_replace")
        _fsync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Make ``data`` the content of the file at ``path``. Raises ``OSError``."""

    def is_as_written(temporary: Path) -> None:
        if temporary.read_bytes() != data:
            raise OSError(errno.EIO, f"{path.name}: read back other bytes than were written")

    with written_whole(path, is_as_written) as stream:
        stream.write(data)


def make_folder(path: Path) -> None:
    """Make the folder at ``path``, and those above it, if need be."""
    if not path.is_dir():
        reach("mkdir")
        path.mkdir(parents=True, exist_ok=True)
        _fsync_folder(path.parent)


def set_aside(path: Path) -> Path:
    """Give the file at ``path`` the ending ``.bad``, under which nothing reads it; return its new path."""
    bad = path.with_name(path.name + ".bad")
    reach("rename")
    os.replace(path, bad)
    return bad


def check_writable(folder: Path) -> None:
    """Raise ``OSError`` unless a file can be made in ``folder`` and removed again."""
    probe = folder / f".probe.{secrets.token_hex(4)}.tmp"
    probe.touch()
    probe.unlink()


def remove_temporaries(folder: Path) -> int:
    """Remove what interrupted writes have left in ``folder`` and below; return how many. Only for the lock's owner."""
    stale = [path for path in folder.rglob(".*.tmp") if TEMPORARY.fullmatch(path.name)]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write ``content`` with a checksum of itself."""
    write_whole(path, _dumped(content | {_SEAL: _digest(content)}))


def read_json(path: Path) -> dict[str, Any]:
    """Return what ``write_json`` wrote. Raises ``DamagedError`` for anything else, ``OSError`` if it cannot be read."""
    data = path.read_bytes()
    try:
        content = json.loads(data)
        seal = content.pop(_SEAL)
    except (ValueError, AttributeError, KeyError, RecursionError):
        raise DamagedError(f"{path.name} is damaged") from None
    if seal != _digest(content) or data != _dumped(content | {_SEAL: seal}):
        raise DamagedError(f"{path.name} is damaged: its checksum does not match")
    return content  # type: ignore[no-any-return]


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(_dumped(content)).hexdigest()


def _dumped(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _fsync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows opens no folders, and keeps renames without
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
