"""The command ``sweep``: how success depends on one or two inputs."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import (
    AsJson,
    Engine,
    Measured,
    MeasureName,
    Out,
    Picture,
    Precision,
    Quiet,
    ReplicatesIfFixed,
    Seed,
    Settings,
    command_line,
    fixed_number,
)
from deference_sim.cli.output import announce, check_file, progress

TABLES = (".csv", ".parquet", ".md", ".tex")
MOST_CURVES = 7  # in one picture

if TYPE_CHECKING:
    from deference_sim.analysis.sweep import Sweep
    from deference_sim.cli.folder import Drawings


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
    chosen = [load(name, set=settings or ()) for name in scenarios]
    axes = dict(gather(partial(spacing_of, text, COMMAND_LINE) for text in over))
    if len(axes) < len(over):
        raise refusal(COMMAND_LINE, "", "an input given twice with --over", "each input once")
    _check_places(table, plot, out, len(chosen), len(axes))
    from deference_sim.analysis.sweep import planned
    from deference_sim.analysis.sweep import sweep as run_sweep
    from deference_sim.pages import sweep as sweep_page

    total = planned(chosen, axes, wanted, precision, COMMAND_LINE)
    announce(quiet, engine)
    with progress(None if precision else total, quiet) as advance:
        found = run_sweep(
            chosen, axes, wanted, seed, engine=engine, precision=precision, progress=advance, mark=COMMAND_LINE
        )
    if table is not None:
        found.save(table)
    repeat = command_line(
        "sweep",
        *scenarios,
        over=over,
        precision=precision,
        replicates=None if precision else wanted,
        seed=seed,
        engine=engine,
        measure=measure,
        set=settings,
    )

    answer = Answer(
        sweep_page.page(found, repeat, measure),
        found.as_dict(),
        repeat,
        chosen,
        seed,
        max(tally.n for tally in found.tallies),
        engine,
        _drawings(found, measure) if plot is not None or out is not None else {},
        lambda: {"table": found.table},
    )
    deliver(answer, as_json=as_json, plot=plot, out=out)


def _check_places(table: Path | None, plot: Path | None, out: Path | None, scenarios: int, axes: int) -> None:
    check_places(plot, out)
    if plot is not None and axes == 1 and scenarios > MOST_CURVES:
        found = f"{scenarios} scenarios are too many curves for one picture: at most {MOST_CURVES}"
        raise typer.BadParameter(found, param_hint="'--plot'")
    if table is not None:
        check_file(table, TABLES, "'--table'")


def _drawings(found: "Sweep", measure: MeasureName) -> "Drawings":
    """Return the picture of a sweep: curves, or a heat map of each scenario; none of too many curves."""
    from deference_sim import plots
    from deference_sim.plots.sweep import is_grid

    if not is_grid(found):
        fits = len(found.scenarios) <= MOST_CURVES
        return {"picture": ("The same as a picture", lambda: plots.lead_curve(found, measure))} if fits else {}
    return {
        f"picture_{place}": (
            f"{scenario.name}, as a picture",
            partial(plots.heat_map, found, measure, number=place - 1),
        )
        for place, scenario in enumerate(found.scenarios, start=1)
    }
