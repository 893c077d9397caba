"""The command ``explain``: why two scenarios differ, input by input."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import Valued, number_of_futures, scenarios


@answering(scenarios("A B", "Two scenarios, by name or file: what makes B come out otherwise than A?"), plot=True)
def explain(
    asked: Asked,
    group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH,PATH",
            help="Inputs that are to move together: paths, hazards.NAME, or whole blocks such as tax; repeatable.",
        ),
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=number_of_futures,
            help="How many futures each mixture of the two meets, from 1; by default 10,000, fewer where many inputs "
            "differ.",
            show_default=False,
        ),
    ] = None,
    value: Valued = None,
) -> Answer:
    """Explain why two scenarios differ: what of the difference is due to each input in which they do.

    Each input's share is what moving it from A to B changes, on average over all orders in which inputs can be moved
    (Shapley). Shares sum to the difference that `compare` tells. Up to 12 inputs all mixtures are run; beyond that
    orders are drawn at random, and intervals hold their error too.
    """
    from deference_sim.analysis import explain as analysis
    from deference_sim.scenario.layers import COMMAND_LINE

    if len(asked.scenarios) != 2:
        raise typer.BadParameter(f"give two scenarios, not {len(asked.scenarios)}", param_hint="'A B'")
    groups = [[path.strip() for path in paths.split(",")] for paths in group or []]
    first, second = asked.scenarios
    made = analysis.plan(first, second, replicates, asked.seed, groups=groups, mark=COMMAND_LINE)
    with asked.at_work(made.runs(asked.seed)) as tick:
        found = analysis.explained(made, asked.seed, value, asked.engine, tick)
    told = "From the one chance to the other, input by input"
    return Answer(
        found,
        found.replicates,
        came_out={"replicates": found.replicates},
        drawings=lambda plots: {"waterfall": (told, lambda: plots.waterfall(found))},
        tables=lambda: {"shares": found.table},
    )
