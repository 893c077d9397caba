"""The command ``takeoff``: the figures of published models of capability growth, reproduced."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import number_of_futures
from deference_sim.cli.output import print_page


@answering(None, engine="compiled")
def takeoff(
    asked: Asked,
    preset: Annotated[
        str | None, typer.Argument(metavar="PRESET", help="Which published table; without it they are listed.")
    ] = None,
    only_list: Annotated[bool, typer.Option("--list", help="List the presets.")] = False,
    replicates: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=number_of_futures,
            help="How many runs, from 1; each preset has its own default.",
            show_default=False,
        ),
    ] = None,
) -> Answer:
    """Reproduce published figures of capability growth: printed, recomputed, ours, difference and interval.

    Nothing but capability grows in the presets of Forethought and AI 2027; --set puts another prior in, such as
    --set capability.returns='0.5 to 2'.
    """
    from deference_sim.analysis.takeoff import PRESETS
    from deference_sim.analysis.takeoff import takeoff as table_of
    from deference_sim.pages.takeoff import presets_page
    from deference_sim.scenario.problems import did_you_mean

    if only_list or preset is None:
        print_page(presets_page())
        raise typer.Exit
    if preset not in PRESETS:
        near = did_you_mean(preset, PRESETS)
        raise typer.BadParameter(f"no preset {preset!r}; {near or 'see `deference-sim takeoff --list`'}")
    count = replicates or PRESETS[preset].replicates
    if count > PRESETS[preset].most:
        problem = f"found {count}; {preset} takes at most {PRESETS[preset].most}"
        raise typer.BadParameter(problem, param_hint="'--replicates'")
    with asked.at_work(count * PRESETS[preset].passes) as tick:
        found = table_of(preset, replicates, asked.seed, tuple(asked.settings), tick)
    return Answer(
        found,
        found.replicates,
        came_out={"replicates": found.replicates},
        tables=lambda: {"figures": found.frame},
    )
