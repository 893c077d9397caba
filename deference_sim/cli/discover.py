"""The command ``discover``: in which ranges of the inputs it fails."""

from typing import Annotated, Literal

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import (
    AsJson,
    Measured,
    Out,
    Quiet,
    Replicates,
    ScenarioName,
    Seed,
    Settings,
    command_line,
)
from deference_sim.cli.output import announce, progress
from deference_sim.cli.sensitivity import Inputs, split


def discover(
    scenario: ScenarioName,
    inputs: Inputs = None,
    measure: Measured = "p_stay",
    algorithm: Annotated[
        Literal["both", "prim", "cart"], typer.Option(help="prim peels slices off; cart is a tree of splits.")
    ] = "both",
    replicates: Replicates = 8_192,
    seed: Seed = 1,
    settings: Settings = None,
    as_json: AsJson = False,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Find out which ranges of the inputs make staying in the basin fail (scenario discovery)."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    check_places(None, out)
    from deference_sim.analysis.discover import ALGORITHMS, carry_out, missing_extra, plan_of
    from deference_sim.pages import discover as discover_page

    if told := missing_extra():
        raise typer.BadParameter(told)
    plan = plan_of(chosen, split(inputs), measure, replicates, seed)
    announce(quiet, "compiled")
    with progress(plan.replicates, quiet) as advance:
        found = carry_out(plan, ALGORITHMS if algorithm == "both" else (algorithm,), advance)

    repeat = command_line(
        "discover",
        scenario,
        inputs=inputs,
        measure=measure,
        algorithm=algorithm,
        replicates=plan.replicates,
        seed=seed,
        set=settings,
    )
    answer = Answer(
        discover_page.page(found, repeat),
        found.as_dict(),
        repeat,
        [chosen],
        seed,
        found.runs,
        tables=lambda: {"boxes": found.table},
    )
    deliver(answer, as_json=as_json, out=out)
