"""The command ``sweep``: how success depends on some inputs."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import Measured, MeasureName, Precision, ReplicatesIfFixed, fixed_number, scenarios
from deference_sim.cli.output import check_file
from deference_sim.study.limits import Design

if TYPE_CHECKING:
    from deference_sim.analysis.sweep import Sweep
    from deference_sim.cli.folder import Drawings

MOST_CURVES = 7  # in one picture


@answering(scenarios("SCENARIO", "Scenarios, by name or file."), plot=True)
def sweep(
    asked: Asked,
    over: Annotated[
        list[str],
        typer.Option(
            "--over",
            metavar="PATH=VALUES",
            help="PATH=A:B:N, PATH=A:B:N:log or PATH=VALUE,VALUE; once for each input.",
            show_default=False,
        ),
    ],
    design: Annotated[
        Design,
        typer.Option(
            help="How the values of several inputs go together: every combination; the first of each, the second of "
            "each, and so on; or as many points as a range has values, spread over all inputs at once."
        ),
    ] = "grid",
    measure: Measured = "p_stay",
    replicates: ReplicatesIfFixed = None,
    precision: Precision = None,
    table: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the table (.csv, .parquet, .md, .tex).")
    ] = None,
) -> Answer:
    """Show how success depends on some inputs: the same worlds at every point, a table and a picture."""
    from deference_sim.analysis.sweep import planned
    from deference_sim.analysis.sweep import sweep as run_sweep
    from deference_sim.analysis.tables import TABLES
    from deference_sim.scenario.layers import COMMAND_LINE
    from deference_sim.scenario.problems import gather, refusal
    from deference_sim.study.designs import spacing_of

    wanted = fixed_number(replicates, precision)
    axes = dict(gather(partial(spacing_of, text, COMMAND_LINE) for text in over))
    if len(axes) < len(over):
        raise refusal(COMMAND_LINE, "", "an input given twice with --over", "each input once")
    if asked.plot is not None and design == "grid" and len(axes) == 1 and len(asked.scenarios) > MOST_CURVES:
        problem = f"{len(asked.scenarios)} scenarios are too many curves for one picture: at most {MOST_CURVES}"
        raise typer.BadParameter(problem, param_hint="'--plot'")
    if table is not None:
        check_file(table, TABLES, "'--table'")
    runs = planned(asked.scenarios, axes, wanted, precision, COMMAND_LINE, design)
    with asked.at_work(None if precision else runs) as tick:
        found = run_sweep(
            asked.scenarios,
            axes,
            wanted,
            asked.seed,
            design=design,
            engine=asked.engine,
            precision=precision,
            progress=tick,
        )
    if table is not None:
        found.save(table)
    return Answer(
        found,
        max(tally.n for tally in found.tallies),
        came_out={"replicates": None if precision else wanted},
        about={"measure": measure},
        drawings=lambda plots: _drawings(plots, found, measure),
        tables=lambda: {"table": found.table},
    )


def _drawings(plots: Any, found: "Sweep", measure: MeasureName) -> "Drawings":
    """Return the picture of a sweep: curves, or a heat map or dots of each scenario; none of too many curves."""
    from deference_sim.plots.sweep import kind_of

    kind = kind_of(found)
    if kind == "lead_curve":
        fits = len(found.scenarios) <= MOST_CURVES
        return {"picture": ("The same as a picture", lambda: plots.lead_curve(found, measure))} if fits else {}
    draw = getattr(plots, kind)
    return {
        f"picture_{place}": (f"{scenario.name}, as a picture", partial(draw, found, measure, number=place - 1))
        for place, scenario in enumerate(found.scenarios, start=1)
    }
