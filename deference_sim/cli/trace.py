"""The command ``trace``: one future, told as a story."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.errors import FAILED
from deference_sim.cli.options import (
    MOST_REPLICATES,
    AsJson,
    Out,
    Picture,
    Quiet,
    ScenarioName,
    Seed,
    Settings,
    command_line,
    whole_number,
)
from deference_sim.cli.output import announce


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
    plot: Picture = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Tell one future as a story: what happened when, why effort moved, what it cost and why it ended."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    check_places(plot, out)
    from deference_sim.analysis.trace import trace as follow
    from deference_sim.pages import page_of

    announce(quiet, "events")
    trajectory = follow(chosen, replicate, seed)

    def draw() -> object:
        from deference_sim import plots

        return plots.trajectory(trajectory)

    repeat = command_line("trace", scenario, replicate=replicate, seed=seed, all=every_entry, set=settings)
    answer = Answer(
        page_of(trajectory, repeat, every_entry=every_entry),
        trajectory.as_dict(),
        repeat,
        [chosen],
        seed,
        1,
        "events",
        {"picture": ("Stocks, margin, lead, effort and events, by month", draw)},
        lambda: {"log": trajectory.log},
    )
    deliver(answer, as_json=as_json, plot=plot, out=out)
    if trajectory.failure:
        raise typer.Exit(FAILED)
