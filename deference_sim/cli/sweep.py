"""The command ``sweep``: how success depends on one or two inputs."""

import shlex
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from deference_sim.cli.choosing import Measured, Picture
from deference_sim.cli.folder import Out, check_folder, save_folder
from deference_sim.cli.options import (
    AsJson,
    Engine,
    Precision,
    Quiet,
    ReplicatesIfFixed,
    Seed,
    Settings,
    as_typed,
    fixed_number,
)
from deference_sim.cli.output import announce, check_picture, print_json, print_page, progress, save_picture


def sweep(
    scenarios: Annotated[
        list[str], typer.Argument(metavar="SCENARIO...", help="Scenarios, by name or file.", show_default=False)
    ],
    over: Annotated[
        list[str],
        typer.Option(
            "--over",
            metavar="PATH=VALUES",
            help="PATH=A:B:N, PATH=A:B:N:log or PATH=VALUE,VALUE; twice for a grid.",
            show_default=False,
        ),
    ],
    measure: Measured = "p_stay",
    replicates: ReplicatesIfFixed = None,
    precision: Precision = None,
    seed: Seed = 1,
    engine: Engine = "compiled",
    settings: Settings = None,
    as_json: AsJson = False,
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the table (.csv, .parquet, .md, .tex).")
    ] = None,
    plot: Picture = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Show how success depends on one or two inputs: the same worlds at every point, a table and a picture."""
    from deference_sim.scenario import load
    from deference_sim.scenario.layers import COMMAND_LINE
    from deference_sim.scenario.problems import gather, refusal
    from deference_sim.study.designs import spacing_of

    wanted = fixed_number(replicates, precision)
    if plot is not None:
        check_picture(plot)
    if table is not None:
        _check_table(table)
    chosen = [load(name, set=settings or ()) for name in scenarios]
    axes = dict(gather(partial(spacing_of, text, COMMAND_LINE) for text in over))
    if len(axes) < len(over):
        raise refusal(COMMAND_LINE, "", "an input given twice with --over", "each input once")
    if out is not None:
        check_folder(out)
    from deference_sim.analysis.sweep import planned
    from deference_sim.analysis.sweep import sweep as run_sweep

    total = planned(chosen, axes, wanted, precision, COMMAND_LINE)
    announce(quiet)
    with progress(None if precision else total, quiet) as advance:
        found = run_sweep(
            chosen, axes, wanted, seed, engine=engine, precision=precision, progress=advance, mark=COMMAND_LINE
        )

    def draw() -> object:
        from deference_sim import plots

        if len(found.axes) == 2 and all(axis.is_numeric for axis in found.axes):
            return plots.heat_map(found, measure)
        return plots.lead_curve(found, measure)

    options = ["--seed", str(seed), "--engine", engine, "--measure", measure, *as_typed(settings)]
    number = ["--precision", str(precision)] if precision else ["--replicates", str(wanted)]
    overs = [part for text in over for part in ("--over", text)]
    repeat = shlex.join(["deference-sim", "sweep", *scenarios, *overs, *number, *options])
    if table is not None:
        found.save(table)
    if plot is not None:
        save_picture(draw, plot)
    from deference_sim import leads

    page = leads.sweep_page(found, measure, repeat)
    if out is not None:
        from deference_sim.study.provenance import provenance

        labels = {f"{place}": scenario for place, scenario in enumerate(chosen)}
        made_by = provenance(repeat, labels, [seed], engine, max(tally.n for tally in found.tallies))
        drawable = any(axis.is_numeric for axis in found.axes)
        drawings = {"picture": ("The same as a picture", draw)} if drawable else {}
        save_folder(out, page, drawings, {"table": found.table}, chosen, found.as_dict(), made_by)
    if as_json:
        print_json(found.as_dict())
        return
    print_page(page)


def _check_table(file: Path) -> None:
    suffixes = (".csv", ".parquet", ".md", ".tex")
    if file.suffix.lower() not in suffixes:
        raise typer.BadParameter(f"{file}: the name must end in {', '.join(suffixes)}", param_hint="'--table'")
    if not file.parent.is_dir() or file.is_dir():
        raise typer.BadParameter(f"{file}: name a file in a folder that exists", param_hint="'--table'")
