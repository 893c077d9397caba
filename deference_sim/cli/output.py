"""What commands print and save: JSON, pages, progress, pictures."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from deference_sim.layout import Block

PICTURES = (".png", ".pdf", ".svg")


def print_json(found: dict[str, Any]) -> None:
    """Print one JSON object, numbers in full; a number that is not finite is an error."""
    print(json.dumps(found, indent=2, allow_nan=False))


def print_page(page: "list[Block]") -> None:
    """Print a page, laid out for the terminal or the file that standard output is."""
    from deference_sim import layout

    layout.show(page, sys.stdout)


def tell_notices(scenario: Any, quiet: bool) -> None:
    """Say on standard error what is allowed in the scenario but can hardly be meant."""
    from deference_sim.scenario.notices import notices

    if not quiet:
        for notice in notices(scenario):
            print(f"notice: {notice}", file=sys.stderr)


def announce(quiet: bool) -> None:
    """Say on standard error that the model will be compiled, if it will."""
    from deference_sim.engines.law import announce_compilation

    if not quiet:
        announce_compilation(lambda notice: print(notice, file=sys.stderr, flush=True))


@contextmanager
def progress(total: int | None, quiet: bool) -> Iterator[Callable[[int], object] | None]:
    """Yield what is to be told how many more are done: a bar on standard error, on a terminal only.

    ``total`` is None where nobody knows beforehand how many it will be.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=total)
        yield lambda count: bar.advance(task, count)


def check_picture(file: Path) -> None:
    """Raise an error with the remedy, before any work, if a picture cannot be saved in ``file``."""
    if file.suffix.lower() not in PICTURES:
        raise typer.BadParameter(f"{file}: the name must end in {', '.join(PICTURES)}", param_hint="'--plot'")
    if not file.parent.is_dir() or file.is_dir():
        found = f"{file} is a folder" if file.is_dir() else f"{file.parent} is not a folder"
        raise typer.BadParameter(f"{found}: name a file in a folder that exists", param_hint="'--plot'")


def save_picture(draw: Callable[[], Any], file: Path) -> None:
    """Save in ``file`` the figure of the Axes that ``draw`` returns."""
    import matplotlib

    matplotlib.use("Agg")  # a picture in a file needs no screen
    import numpy as np

    axes: Any = np.ravel(draw())
    axes[0].figure.savefig(file)
