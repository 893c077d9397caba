"""The command ``loops``: which feedback loops move the takeoff."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import number_of_futures, whole_number
from deference_sim.study.limits import MOST_REPLICATES


@answering(engine="compiled", plot=True)
def loops(
    asked: Asked,
    replicates: Annotated[
        int, typer.Option(metavar="N", parser=number_of_futures, help="How many runs are looked at, from 1.")
    ] = 1_000,
    replicate: Annotated[
        int | None,
        typer.Option(
            metavar="K", parser=whole_number(0, MOST_REPLICATES - 1), help="Look at this future alone, counted from 0."
        ),
    ] = None,
    cut: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FAMILY",
            help="Cut a family of loops at the handoff, and see what that changes; repeatable, or `all`.",
        ),
    ] = None,
    pairs: Annotated[
        int, typer.Option(metavar="N", parser=number_of_futures, help="On how many worlds a family is cut.")
    ] = 4_000,
) -> Answer:
    """Find which feedback loops move the takeoff, and whether it is the basin or the policy that keeps the AIs good.

    At moments of every run the law's own equations say how much of the movement goes round each loop.
    """
    from deference_sim.analysis import loops as analysis
    from deference_sim.analysis.loops.knockouts import wanted_cuts
    from deference_sim.scenario.layers import COMMAND_LINE

    families = wanted_cuts(cut or [], COMMAND_LINE)
    runs = (replicates if replicate is None else 1) + (pairs * (len(families) + 1) if families else 0)
    with asked.at_work(runs, then="scoring the loops") as tick:
        found = analysis.loops(
            asked.scenario, replicates, asked.seed, replicate=replicate, cut=families, pairs=pairs, progress=tick
        )
    told = "What the families of loops carry, over capability"
    return Answer(
        found,
        found.replicates,
        drawings=lambda plots: {
            "loops": (told, lambda: plots.loop_areas(found)),
            "loop-diagram": ("The loops, arrows as thick as what goes through them", lambda: plots.loop_diagram(found)),
        },
        tables=lambda: {"families": found.table, "bands": found.bands},
    )
