"""What commands print and save: JSON, pages, notices, pictures."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from deference_sim.pages.layout import Page
    from deference_sim.scenario import Scenario


def print_json(found: dict[str, Any]) -> None:
    """Print one JSON object, numbers in full; a number that is not finite is an error."""
    print(json.dumps(found, indent=2, allow_nan=False))


def tell_written(place: Path, what: str) -> None:
    """Say which file, or folder, has been written, and what there is in it."""
    from deference_sim.scenario.problems import printable

    print(f"Written: {printable(str(place))} ({what})")


def print_page(page: "Page") -> None:
    """Print a page, laid out for the terminal or the file that standard output is."""
    from deference_sim.pages import layout

    layout.show(page, sys.stdout)


def tell_notices(scenario: "Scenario", quiet: bool) -> None:
    """Say on standard error what is allowed in the scenario but can hardly be meant."""
    from deference_sim.scenario.notices import notices

    if not quiet:
        for notice in notices(scenario):
            print(f"notice: {notice}", file=sys.stderr)


def announce(quiet: bool, *engines: str) -> None:
    """Say on standard error, once, that the model will be compiled for one of ``engines``, if it will."""
    from deference_sim.engines.cache import announce_compilation, is_cached

    missing = next((engine for engine in engines if not is_cached(engine)), None)
    if missing is not None and not quiet:
        announce_compilation(lambda notice: print(notice, file=sys.stderr, flush=True), missing)


def check_file(file: Path, suffixes: Sequence[str], option: str) -> None:
    """Raise an error with the remedy, before any work, if ``option`` names a file that cannot be saved."""
    if file.suffix.lower() not in suffixes:
        raise typer.BadParameter(f"{file}: the name must end in {', '.join(suffixes)}", param_hint=option)
    if not file.parent.is_dir() or file.is_dir():
        found = f"{file} is a folder" if file.is_dir() else f"{file.parent} is not a folder"
        raise typer.BadParameter(f"{found}: name a file in a folder that exists", param_hint=option)
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise typer.BadParameter(f"{file} cannot be written: name another file", param_hint=option)


def save_picture(
    draw: Callable[[], Any],
    file: Path | IO[bytes],
    *,
    title: str | None = None,
    size: tuple[float, float] | None = None,
    **form: Any,
) -> None:
    """Save in ``file`` the figure of the Axes that ``draw`` returns; ``form`` is matplotlib's, such as ``dpi``.

    ``title`` stands in place of that of the first of the Axes, ``size`` (width and height in inches) of the figure's.
    """
    import matplotlib

    matplotlib.use("Agg")  # a picture in a file needs no screen
    matplotlib.rcdefaults()  # the same picture whatever this machine's settings: some ask for what is not there
    import matplotlib.pyplot as plt
    import numpy as np

    from deference_sim.plots.fitting import fit

    axes: Any = np.ravel(draw())
    if title is not None or size is not None:
        fit(axes[0].figure, title, size)
    axes[0].figure.savefig(file, **form)
    plt.close(axes[0].figure)
