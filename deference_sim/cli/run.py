"""The command ``run``: Monte Carlo of one scenario."""

from typing import TYPE_CHECKING, Annotated

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import (
    AsJson,
    Engine,
    Out,
    Precision,
    Quiet,
    ReplicatesIfFixed,
    ScenarioName,
    Seed,
    Settings,
    command_line,
    fixed_number,
    whole_number,
)
from deference_sim.cli.output import announce, progress, tell_notices

if TYPE_CHECKING:
    from deference_sim.analysis.run import Result
    from deference_sim.cli.folder import Drawings

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
    check_places(None, out)
    tell_notices(chosen, quiet)
    from deference_sim.analysis.nested import input_spread
    from deference_sim.analysis.run import simulate
    from deference_sim.pages import run as run_page

    announce(quiet, engine, *(["events"] if out is not None else []))  # which draws single trajectories
    with progress(None if precision or draws else wanted, quiet) as advance:
        result = simulate(
            chosen, wanted, seed, engine=engine, precision=precision, keep_records=out is not None, progress=advance
        )
        worlds = max(result.replicates // draws, 2) if draws else 0
        spread = input_spread(chosen, draws, worlds, seed, engine=engine, progress=advance) if draws else None
    repeat = command_line(
        "run", scenario, draws=draws, replicates=result.replicates, seed=seed, engine=engine, set=settings
    )

    answer = Answer(
        run_page.page(result, repeat, spread),
        result.as_dict() | ({"input_spread": spread.as_dict()} if spread else {}),
        repeat,
        [chosen],
        seed,
        result.replicates,
        engine,
        _drawings(result) if out is not None else {},
        lambda: {"outcomes": result.outcome_table(), "cumulative_incidence": result.cumulative_incidence()},
    )
    deliver(answer, as_json=as_json, out=out)


def _drawings(result: "Result") -> "Drawings":
    from deference_sim import plots

    return {
        "outcomes_over_time": ("How runs end, by month", lambda: plots.outcomes_over_time(result)),
        "trajectories": (
            "Capability, deference-goodness, margin and lead: where 50 and 90 % of the runs are, and some runs",
            lambda: plots.trajectories(result, n=PATHS_DRAWN),
        ),
        "effort_over_time": ("What the AIs work on, on average", lambda: plots.effort_over_time(result, n=PATHS_DRAWN)),
    }
