"""The command ``trace``: one future, told as a story."""

from pathlib import Path
from typing import Annotated

import typer

from deference_sim.cli.options import MOST_REPLICATES, AsJson, Quiet, ScenarioName, Seed, Settings, whole_number
from deference_sim.cli.output import PICTURES, announce, check_picture, print_json, print_page, save_picture


def trace(
    scenario: ScenarioName,
    replicate: Annotated[
        int,
        typer.Option(
            metavar="K", parser=whole_number(0, MOST_REPLICATES - 1), help="Which future to tell, counted from 0."
        ),
    ] = 0,
    seed: Seed = 1,
    settings: Settings = None,
    as_json: AsJson = False,
    every_entry: Annotated[bool, typer.Option("--all", help="Tell every entry of the log, each review too.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Save a picture of the trajectory ({', '.join(PICTURES)})."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Tell one future as a story: what happened when, why effort moved, what it cost and why it ended."""
    from deference_sim.scenario import load

    if plot is not None:
        check_picture(plot)
    chosen = load(scenario, set=settings or ())
    from deference_sim import story
    from deference_sim.analysis.paths import trace as follow

    announce(quiet)
    trajectory = follow(chosen, replicate, seed)
    if plot is not None:
        from deference_sim import plots

        save_picture(lambda: plots.trajectory(trajectory), plot)
    if as_json:
        print_json(story.as_dict(chosen, trajectory))
    else:
        print_page(story.page(chosen, trajectory, every_entry=every_entry))
