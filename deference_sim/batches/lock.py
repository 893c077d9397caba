"""The lock of a folder: one process at a time, and it dies with its process.

The kernel gives the lock back however the process ends. Between hosts, where a network file system may not pass locks
on, the owner's record tells: it is renewed while the owner works.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from deference_sim.study.provenance import now

fcntl: Any = None
with suppress(ImportError):  # on Windows, where the owner's record alone has to do
    fcntl = import_module("fcntl")

NAME: Final = ".lock"
RENEW_SECONDS: Final = 15.0
STALE_SECONDS: Final = 120.0


class LockedError(RuntimeError):
    """Another process works in the folder."""


class Lock:
    """A lock that is held."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._record = {"host": socket.gethostname(), "process": os.getpid(), "started": now()}
        self._renewed = 0.0
        self.renew()

    def renew(self) -> None:
        """Say in the owner's record that the owner is still at work; cheap to call often."""
        if time.monotonic() - self._renewed < RENEW_SECONDS and self._renewed:
            return
        self._renewed = time.monotonic()
        # A record that cannot be written is no reason to stop: the lock itself is the kernel's.
        with suppress(OSError):
            self._write(json.dumps(self._record | {"renewed": time.time()}))

    def clear(self) -> None:
        """Take the owner's record back."""
        with suppress(OSError):
            self._write("")

    def _write(self, text: str) -> None:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.truncate(self._descriptor, os.write(self._descriptor, text.encode()))


@contextmanager
def locked(folder: Path, *, take_over: bool = False) -> Iterator[Lock]:
    """Hold the lock of ``folder``. Raises ``LockedError``, which names the owner, if another process holds it.

    ``take_over`` passes over the record of an owner on another host that seems to be at work.
    """
    descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        owner = _owner(folder)
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LockedError(f"{folder} is in use by {_described(owner)}: wait until it ends, or end it") from None
        elsewhere = fcntl is None or owner.get("host") != socket.gethostname()
        if owner and elsewhere and not take_over and _is_fresh(owner):
            raise LockedError(
                f"{folder} is in use by {_described(owner)}: wait, or say --take-over if that process is gone"
            )
        lock = Lock(descriptor)
        try:
            yield lock
        finally:
            lock.clear()
    finally:
        os.close(descriptor)


def _owner(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / NAME).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _described(owner: dict[str, Any]) -> str:
    if not owner:
        return "another process"
    return f"process {owner.get('process')} on {owner.get('host')} since {owner.get('started')}"


def _is_fresh(owner: dict[str, Any]) -> bool:
    # A record from the future is of a host with another clock: it counts as fresh.
    renewed = owner.get("renewed")
    return isinstance(renewed, int | float) and time.time() - renewed < STALE_SECONDS
