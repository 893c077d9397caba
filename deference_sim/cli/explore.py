"""The command ``explore``: the live page, opened in the browser."""

from typing import Annotated

import typer

from deference_sim.cli.live import live_page
from deference_sim.cli.options import Quiet, Settings, whole_number
from deference_sim.study.limits import LAST_SEED_SHOWN, LEAST_SHOWN, MOST_SHOWN, USUAL_REPLICATES


def explore(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO", help="Shipped scenarios' names or paths of files; the first is shown."),
    ] = None,
    replicates: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole_number(LEAST_SHOWN, MOST_SHOWN),
            help=f"How many futures the refined answer has, from {LEAST_SHOWN} to {MOST_SHOWN:,}.",
        ),
    ] = USUAL_REPLICATES,
    seed: Annotated[
        int, typer.Option(metavar="N", parser=whole_number(0, LAST_SEED_SHOWN), help="Seed of all randomness, from 0.")
    ] = 1,
    settings: Settings = None,
    port: Annotated[
        int, typer.Option(metavar="PORT", parser=whole_number(0, 65535), help="Port to listen on; 0 takes a free one.")
    ] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address, open nothing.")] = False,
    quiet: Quiet = False,
) -> None:
    """Open a page in the browser on which inputs can be moved and answers appear at once; Ctrl-C ends it.

    The page simulates in the browser. What serves it listens on this machine alone and asks nothing of any other.
    """
    from deference_sim.live.serving import PageServer, serve

    made = live_page(*(scenarios or ()), quiet=quiet, set=settings or (), replicates=replicates, seed=seed)
    try:
        server = PageServer(made.html, port)
    except OSError as error:
        raise typer.BadParameter(f"{port}: {error.strerror or error}", param_hint="'--port'") from None
    serve(server, open_browser=not no_browser)
