"""The command ``export``: a scenario as a model that other tools of system dynamics open."""

from pathlib import Path
from typing import Annotated

import typer

from deference_sim.cli.options import ScenarioName, Seed, Settings, whole_number
from deference_sim.cli.output import tell_written
from deference_sim.study.limits import MOST_REPLICATES


def export(
    scenario: ScenarioName,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it, such as baseline.xmile.")],
    draw: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            parser=whole_number(0, MOST_REPLICATES - 1),
            help="Take uncertain inputs as drawn for this replicate, counted from 0. Default: their medians.",
        ),
    ] = None,
    seed: Seed = 1,
    settings: Settings = None,
) -> None:
    """Write a scenario as an XMILE file, which Stella, PySD and other tools of system dynamics read.

    It holds stocks, flows and auxiliaries from the law's own text, without chance and in continuous time, from the
    handoff on. What that leaves out stands in the file's header.
    """
    from deference_sim.exchange.xmile import export as make
    from deference_sim.pages.export import in_short
    from deference_sim.scenario import load

    asked = load(scenario, set=settings or ())
    try:
        model = make(asked, draw, seed)
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        raise typer.BadParameter(str(error)) from None
    try:
        place = model.save(out)
    except OSError as error:
        raise typer.BadParameter(f"{out}: {error.strerror or error}", param_hint="'--out'") from None
    tell_written(place, in_short(model))
