"""The command ``page``: the live page as a file, or as a folder of files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deference_sim.cli.errors import BAD_INPUT


def page(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCENARIO]…", help="Shipped scenarios' names or paths of files; the first is shown."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Where to write it: a file, or with --folder a folder.")
    ] = Path("deference-sim.html"),
    folder: Annotated[
        bool, typer.Option("--folder", help="Write a folder of files, for a host that prefers them.")
    ] = False,
) -> None:
    """Write a page that carries the whole simulator: whoever opens it moves inputs and sees the answers.

    One HTML file that works from disk, offline, and on any static host. All shipped scenarios are in it.
    """
    from deference_sim.live import building, kernel
    from deference_sim.live.building import PageMissing
    from deference_sim.live.kernel import KernelMissing
    from deference_sim.live.page import page as make

    if not (building.is_built() and kernel.is_built()):
        print("Building the parts of the page (once, about a minute) …", file=sys.stderr, flush=True)
    try:
        made = make(*(scenarios or ()), folder=folder)
    except (PageMissing, KernelMissing) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(BAD_INPUT) from None
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        raise typer.BadParameter(str(error)) from None
    try:
        place = made.save(out)
    except OSError as error:
        raise typer.BadParameter(f"{out}: {error.strerror or error}", param_hint="'--out'") from None
    print(f"{place}  {sum(map(len, made.files.values())) / 1e6:.2f} MB")
