"""Provenance: what made a result, and with what, so that it can be made again. Kept apart from the data."""

import functools
import hashlib
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deference_sim import streams
from deference_sim.version import __version__

if TYPE_CHECKING:
    from deference_sim.scenario import Scenario

PACKAGE: Final = Path(streams.__file__).parent
#: Everything that decides a record, and nothing that only shows it.
_DECIDING: Final = (
    "streams.py",
    "model",
    "trajectory",
    "engines",
    "scenario",
    "study/runner.py",
    "study/indifference.py",
)
_LIBRARIES: Final = ("numpy", "scipy", "numba", "simpy", "pydantic", "pyyaml", "pandas", "pyarrow")


def engine_version() -> str:
    """Return 16 hexadecimal digits of a hash of the sources that decide a record."""
    return sources_version(*_DECIDING)


@functools.cache
def sources_version(*names: str) -> str:
    """Return 16 hexadecimal digits of a hash of some files and folders of this package's sources."""
    digest = hashlib.blake2b(digest_size=8)
    for name in names:
        place = PACKAGE / name
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of this package, of Python and of the libraries that results are made with."""
    from importlib.metadata import version

    libraries = {name: version(name) for name in _LIBRARIES}
    return {
        "deference_sim": __version__,
        "python": platform.python_version(),
    } | libraries


def now() -> str:
    """Return the time as ISO 8601, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def provenance(
    command: str, scenarios: Mapping[str, "Scenario"], seeds: Sequence[int], engine: str, replicates: int
) -> dict[str, Any]:
    """Return what made a result, for a JSON file beside it: ``command`` as it was typed, scenarios by what they
    are called in it, seeds, engine and its version, replicates, versions of everything, platform and time.

    A scenario is given whole, as a file that reads back to it, with its hash. Seeds are text: they may be larger
    than other readers' numbers.
    """
    return {
        "command": command,
        "engine": engine,
        "engine_version": engine_version(),
        "seeds": [str(seed) for seed in seeds],
        "replicates": replicates,
        "scenarios": {
            label: {"hash": scenario.hash, "resolved": scenario.to_yaml()} for label, scenario in scenarios.items()
        },
        **circumstances(),
    }


def circumstances() -> dict[str, Any]:
    """Return versions, platform and time of this process."""
    return {
        "versions": versions(),
        "platform": {
            "system": platform.platform(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "python": sys.implementation.name,
        },
        "time": now(),
    }
