"""The command ``run``: Monte Carlo of one scenario."""

import shlex
from typing import Annotated

import typer

from deference_sim.cli.folder import Out, check_folder, save_folder
from deference_sim.cli.options import (
    AsJson,
    Engine,
    Precision,
    Quiet,
    ReplicatesIfFixed,
    ScenarioName,
    Seed,
    Settings,
    as_typed,
    fixed_number,
    whole_number,
)
from deference_sim.cli.output import announce, print_json, print_page, progress, tell_notices

MOST_DRAWS = 100_000
PATHS_DRAWN = 80  # each takes some hundredths of a second


def run(
    scenario: ScenarioName,
    replicates: ReplicatesIfFixed = None,
    precision: Precision = None,
    draws: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            parser=whole_number(2, MOST_DRAWS),
            help="Tell the spread over uncertain inputs too: K draws of them, as many more futures shared among these.",
        ),
    ] = None,
    seed: Seed = 1,
    engine: Engine = "compiled",
    settings: Settings = None,
    as_json: AsJson = False,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Estimate by Monte Carlo how likely the AIs are to stay in the Basin of Good Deference, and what it costs."""
    from deference_sim.scenario import load

    wanted = fixed_number(replicates, precision)
    chosen = load(scenario, set=settings or ())
    if draws is not None and not chosen.uncertain:
        hint = "leave --draws out, or give an input a range: --set rival.lead='2 to 9 months'"
        raise typer.BadParameter(f"{chosen.name} has no uncertain input: {hint}", param_hint="'--draws'")
    if out is not None:
        check_folder(out)
    tell_notices(chosen, quiet)
    from deference_sim.analysis.nested import input_spread
    from deference_sim.analysis.result import simulate

    announce(quiet)
    with progress(None if precision or draws else wanted, quiet) as advance:
        result = simulate(
            chosen, wanted, seed, engine=engine, precision=precision, keep_records=out is not None, progress=advance
        )
        worlds = max(result.replicates // draws, 2) if draws else 0
        spread = input_spread(chosen, draws, worlds, seed, engine=engine, progress=advance) if draws else None
    found = result.as_dict() | ({"input_spread": spread.as_dict()} if spread else {})
    options = ["--replicates", str(result.replicates), "--seed", str(seed), "--engine", engine, *as_typed(settings)]
    asked = ["--draws", str(draws)] if draws else []
    repeat = shlex.join(["deference-sim", "run", scenario, *asked, *options])
    from deference_sim import report

    page = report.page(result, repeat, spread)
    if out is not None:
        from deference_sim import plots
        from deference_sim.study.provenance import provenance

        drawings = {
            "outcomes_over_time": ("How runs end, by month", lambda: plots.outcomes_over_time(result)),
            "trajectories": (
                "Capability, deference-goodness, margin and lead: where 50 and 90 % of the runs are, and some runs",
                lambda: plots.trajectories(result, n=PATHS_DRAWN),
            ),
            "effort_over_time": (
                "What the AIs work on, on average",
                lambda: plots.effort_over_time(result, n=PATHS_DRAWN),
            ),
        }
        tables = {"outcomes": result.outcome_table(), "cumulative_incidence": result.cumulative_incidence()}
        made_by = provenance(repeat, {"0": chosen}, [seed], engine, result.replicates)
        save_folder(out, page, drawings, tables, [chosen], found, made_by)
    if as_json:
        print_json(found)
        return
    print_page(page)
