"""The command ``explore``: the interactive page."""

import sys
from typing import Annotated

import typer

from deference_sim.cli.errors import BAD_INPUT
from deference_sim.cli.options import Quiet, Seed, Settings, whole_number
from deference_sim.cli.output import announce
from deference_sim.study.limits import USUAL_REPLICATES


def number_shown(text: object) -> int:
    """Parse a number of futures that a page can show."""
    from deference_sim.explorer.state import MOST_SHOWN

    return whole_number(1, MOST_SHOWN)(text)


def explore(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="A shipped scenario's name, or the path of a file.")
    ] = "baseline",
    replicates: Annotated[
        int,
        typer.Option(metavar="N", parser=number_shown, help="How many futures the refined answer has, from 1."),
    ] = USUAL_REPLICATES,
    seed: Seed = 1,
    settings: Settings = None,
    port: Annotated[
        int, typer.Option(metavar="PORT", parser=whole_number(0, 65535), help="Port to listen on; 0 takes a free one.")
    ] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, open nothing.")] = False,
    quiet: Quiet = False,
) -> None:
    """Open a page in the browser on which inputs can be moved and answers appear at once; Ctrl-C ends it.

    It listens on this machine alone and asks nothing of any other.
    """
    from deference_sim.explorer import REMEDY, is_installed
    from deference_sim.explorer.state import start

    presets, view = start(scenario, settings or (), replicates, seed)
    if not is_installed():
        print(REMEDY, file=sys.stderr)
        raise typer.Exit(BAD_INPUT)
    announce(quiet, "compiled", "events")
    from deference_sim.explorer.server import make_server, serve

    try:
        server = make_server(presets, view, port)
    except OSError as error:
        raise typer.BadParameter(f"{port}: {error.strerror or error}", param_hint="'--port'") from None
    serve(server, open_browser=not no_browser)
