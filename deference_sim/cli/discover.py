"""The command ``discover``: in which ranges of the inputs it fails."""

from typing import Annotated, Literal

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import Inputs, Measured, Replicates, split


@answering(engine="compiled", plot=True)
def discover(
    asked: Asked,
    inputs: Inputs = None,
    measure: Measured = "p_stay",
    algorithm: Annotated[
        Literal["both", "prim", "cart"], typer.Option(help="prim peels slices off; cart is a tree of splits.")
    ] = "both",
    replicates: Replicates = 8_192,
) -> Answer:
    """Find out which ranges of the inputs make staying in the basin fail (scenario discovery)."""
    from deference_sim.analysis.discover import ALGORITHMS, carry_out, missing_extra, plan_of

    if told := missing_extra():
        raise typer.BadParameter(told)
    plan = plan_of(asked.scenario, split(inputs), measure, replicates, asked.seed)
    with asked.at_work(plan.replicates, then="looking for the ranges in which it fails") as tick:
        found = carry_out(plan, ALGORITHMS if algorithm == "both" else (algorithm,), tick)
    return Answer(
        found,
        found.runs,
        came_out={"replicates": plan.replicates},
        drawings=lambda plots: {"boxes": ("How good each box is, and what its limits are", lambda: plots.boxes(found))},
        tables=lambda: {"boxes": found.table},
    )
