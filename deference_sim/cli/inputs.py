"""The commands about inputs: ``scenarios``, ``check``, ``parameters``, ``show`` and ``diff``."""

import sys
from typing import Annotated

import typer

from deference_sim.cli.errors import BAD_INPUT
from deference_sim.cli.options import PICTURES, Picture, ScenarioName, Settings
from deference_sim.cli.output import check_file, print_page, save_picture


def scenarios() -> None:
    """List the scenarios that ship, with what they are about."""
    from deference_sim.pages import inputs as inputs_page

    print_page(inputs_page.scenarios_page())


def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files.", show_default=False)],
) -> None:
    """Check scenario files: every problem at once, with its place and remedy. Exit code 2 if there is any."""
    from deference_sim.scenario import ScenarioError, load
    from deference_sim.scenario.notices import notices

    all_sound = True
    for file in files:
        try:
            scenario = load(file)
            print(f"{file}: sound, hash {scenario.hash}")
            for notice in notices(scenario):
                print(f"{file}: notice: {notice}")
        except ScenarioError as error:
            all_sound = False
            print(error, file=sys.stderr)
    if not all_sound:
        raise typer.Exit(BAD_INPUT)


def parameters(
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="A block or a parameter, such as rival or rival.lead.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, not only the core.")] = False,
) -> None:
    """Say what parameters mean: unit, default, range, whether it is a guess, and the source. The core ones first."""
    from deference_sim.pages import inputs as inputs_page

    print_page(inputs_page.parameters_page(path, every=every))


def show(scenario: ScenarioName, settings: Settings = None, plot: Picture = None) -> None:
    """Show every value of a scenario and where it comes from: file and line, default, or command line.

    With --plot also a picture of every uncertain input: density, quantiles, and what its author wrote.
    """
    from deference_sim.pages import page_of
    from deference_sim.scenario import load

    if plot is not None:
        check_file(plot, PICTURES, "'--plot'")
    found = load(scenario, set=settings or ())
    if plot is not None:
        if not found.uncertain:
            raise typer.BadParameter(f"{found.name} has no uncertain input to draw", param_hint="'--plot'")
        from deference_sim import plots

        save_picture(lambda: plots.uncertain_inputs(found), plot)
    print_page(page_of(found, meanings=False))


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario.", show_default=False)],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.", show_default=False)],
) -> None:
    """Show where two scenarios differ in meaning."""
    from deference_sim.pages import inputs as inputs_page
    from deference_sim.scenario import load

    print_page(inputs_page.diff_page(load(first), load(second)))
