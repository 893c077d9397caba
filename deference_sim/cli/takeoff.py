"""The command ``takeoff``: the figures of published models of capability growth, reproduced."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import AsJson, Out, Quiet, Seed, Settings, command_line, number_of_futures
from deference_sim.cli.output import announce, print_page, progress


def takeoff(
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
    seed: Seed = 1,
    settings: Settings = None,
    as_json: AsJson = False,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Reproduce published figures of capability growth: printed, recomputed, ours, difference and interval.

    Nothing but capability grows in the presets of Forethought and AI 2027; --set puts another prior in, such as
    --set capability.returns='0.5 to 2'.
    """
    from deference_sim.analysis.takeoff import PRESETS
    from deference_sim.analysis.takeoff import takeoff as table_of
    from deference_sim.analysis.takeoff.table import unheard
    from deference_sim.pages import page_of
    from deference_sim.pages.takeoff import presets_page
    from deference_sim.scenario.problems import did_you_mean

    if only_list or preset is None:
        print_page(presets_page())
        return
    if preset not in PRESETS:
        near = did_you_mean(preset, PRESETS)
        raise typer.BadParameter(f"no preset {preset!r}; {near or 'see `deference-sim takeoff --list`'}")
    count = replicates or PRESETS[preset].replicates
    if count > PRESETS[preset].most:
        found = f"found {count}; {preset} takes at most {PRESETS[preset].most}"
        raise typer.BadParameter(found, param_hint="'--replicates'")
    check_places(None, out)
    announce(quiet, "compiled")
    with progress(count * PRESETS[preset].passes, quiet) as advance:
        table = table_of(preset, replicates, seed, tuple(settings or ()), advance or unheard)
    repeat = command_line("takeoff", preset, replicates=table.replicates, seed=seed, set=settings)
    tables = {"figures": table.frame}
    answer = Answer(page_of(table, repeat), table.as_dict(), repeat, [], seed, table.replicates, tables=lambda: tables)
    deliver(answer, as_json=as_json, out=out)
