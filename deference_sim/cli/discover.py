"""The command ``discover``: in which ranges of the inputs it fails."""

import shlex
from typing import Annotated, Literal

import typer

from deference_sim.cli.options import AsJson, Quiet, Replicates, ScenarioName, Seed, Settings, as_typed
from deference_sim.cli.output import announce, print_json, print_page, progress
from deference_sim.cli.sensitivity import Inputs, MeasureName, split


def discover(
    scenario: ScenarioName,
    inputs: Inputs = None,
    measure: MeasureName = "p_stay",
    algorithm: Annotated[
        Literal["both", "prim", "cart"], typer.Option(help="prim peels slices off; cart is a tree of splits.")
    ] = "both",
    replicates: Replicates = 8_192,
    seed: Seed = 1,
    settings: Settings = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find out which ranges of the inputs make staying in the basin fail (scenario discovery)."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    from deference_sim.analysis.discovery import ALGORITHMS, carry_out, missing_extra, plan_of

    if told := missing_extra():
        raise typer.BadParameter(told)
    plan = plan_of(chosen, split(inputs), measure, replicates, seed)
    announce(quiet)
    with progress(plan.replicates, quiet) as advance:
        found = carry_out(plan, ALGORITHMS if algorithm == "both" else (algorithm,), advance)
    if as_json:
        print_json(found.as_dict())
        return
    from deference_sim import discovery_page

    options = [part for path in inputs or () for part in ("--inputs", path)]
    options += ["--measure", measure, "--algorithm", algorithm, "--replicates", str(plan.replicates)]
    options += ["--seed", str(seed), *as_typed(settings)]
    print_page(discovery_page.page(found, shlex.join(["deference-sim", "discover", scenario, *options])))
