"""The command ``trace``: one future, told as a story."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.errors import DONE, FAILED
from deference_sim.cli.options import whole_number
from deference_sim.study.limits import MOST_REPLICATES


@answering(engine="events", plot=True)
def trace(
    asked: Asked,
    replicate: Annotated[
        int,
        typer.Option(
            metavar="K", parser=whole_number(0, MOST_REPLICATES - 1), help="Which future to tell, counted from 0."
        ),
    ] = 0,
    every_entry: Annotated[bool, typer.Option("--all", help="Tell every entry of the log, each review too.")] = False,
) -> Answer:
    """Tell one future as a story: what happened when, why effort moved, what it cost and why it ended."""
    from deference_sim.analysis.trace import trace as follow

    with asked.at_work(None, needs="compiled"):
        found = follow(asked.scenario, replicate, asked.seed)
    carried = "What the families of feedback loops carry, over capability"
    told = "Stocks, margin, lead, effort and events, by month"
    return Answer(
        found,
        1,
        about={"every_entry": every_entry, "with_loops": asked.out is not None},
        drawings=lambda plots: {
            "picture": (told, lambda: plots.trajectory(found)),
            **({} if found.loops is None else {"loops": (carried, lambda: plots.loop_areas(found.loops))}),
        },
        tables=lambda: {"log": found.log, "path": found.to_frame()},
        exit_code=FAILED if found.failure else DONE,
    )
