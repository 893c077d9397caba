"""The command ``page``: the live page as a file, or as a folder of files."""

from pathlib import Path
from typing import Annotated

import typer

from deference_sim.cli.live import live_page
from deference_sim.cli.options import Quiet
from deference_sim.cli.output import tell_written


def page(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO", help="Shipped scenarios' names or paths of files; the first is shown."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where to write it: a file, or with --folder a folder.")
    ] = Path("deference-sim.html"),
    folder: Annotated[
        bool, typer.Option("--folder", help="Write a folder of files, for a host that prefers them.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write a page that carries the whole simulator: whoever opens it moves inputs and sees the answers.

    One HTML file that works from disk, offline, and on any static host. All shipped scenarios are in it.
    """
    made = live_page(*(scenarios or ()), quiet=quiet, folder=folder)
    try:
        place = made.save(out)
    except OSError as error:
        raise typer.BadParameter(f"{out}: {error.strerror or error}", param_hint="'--out'") from None
    tell_written(place, f"{sum(map(len, made.files.values())) / 1e6:.2f} MB")
