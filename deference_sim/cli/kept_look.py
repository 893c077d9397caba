"""Looks at what p_stay hangs on, kept in the user's cache: the same scenario under the same law is looked at once."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deference_sim.analysis.look import Look
    from deference_sim.scenario import Scenario

FORM = 1  # of a look: goes up when what is looked at, or how it is written, changes


def kept_look(scenario: "Scenario") -> "Look":
    """Return the look at ``scenario`` from the cache, or take one and keep it."""
    from deference_sim.analysis.look import look

    file = _file_for(scenario)
    held = None if file is None else _read(file)
    if held is not None:
        return held
    found = look(scenario)
    if file is not None:
        _keep(file, found)
    return found


def _file_for(scenario: "Scenario") -> Path | None:
    """Return where the look at a scenario belongs, which lies beside the compiled law; None where nothing is kept."""
    from deference_sim.engines.law import cache_folder
    from deference_sim.study.provenance import engine_version

    folder = cache_folder()
    return None if folder is None else folder / f"look-{FORM}-{engine_version()}-{scenario.hash}.json"


def _read(file: Path) -> "Look | None":
    from deference_sim.analysis.look import Look

    try:
        return Look.of(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there, or damaged: it is made anew


def _keep(file: Path, found: "Look") -> None:
    temporary = file.with_name(f".{file.name}-{os.getpid()}")
    with suppress(OSError):  # a full disk must not hide the answer
        temporary.write_text(json.dumps(found.as_dict()), "utf-8")
        os.replace(temporary, file)
