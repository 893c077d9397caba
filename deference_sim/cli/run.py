"""The command ``run``: Monte Carlo of one scenario."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import GivenThat, Measured, Precision, ReplicatesIfFixed, fixed_number, whole_number
from deference_sim.cli.output import announce
from deference_sim.cli.repeat import in_shell
from deference_sim.study.limits import USUAL_PATHS

if TYPE_CHECKING:
    import pandas as pd

    from deference_sim.analysis.loops import Loops
    from deference_sim.analysis.run import Result
    from deference_sim.cli.folder import Drawings
    from deference_sim.pages.layout import Page
    from deference_sim.scenario import Scenario

MOST_DRAWS = 100_000
LEAST_FOR_A_LOOK = 1_000  # futures; whoever asks for fewer wants to know soon
PATHS_DRAWN = 80  # each takes some hundredths of a second
RUNS_FOR_LOOPS = 100  # of which a report says what loops move them: some seconds

Records = Annotated[
    bool,
    typer.Option(
        "--records",
        help="With --out: also every run (records.csv), the paths of the first "
        f"{USUAL_PATHS} by month (trajectories.csv), and what the columns mean.",
    ),
]
Look = Annotated[
    bool,
    typer.Option(
        "--look/--no-look",
        help="Also tell which two main unknowns move p_stay most over what is plausible: a second or so the first "
        f"time, kept then; from {LEAST_FOR_A_LOOK:,} futures on.",
    ),
]


@answering(plot=True)
def run(
    asked: Asked,
    replicates: ReplicatesIfFixed = None,
    precision: Precision = None,
    measure: Measured = "p_stay",
    given: GivenThat = None,
    draws: Annotated[
        int | None,
        typer.Option(
            metavar="K",
            parser=whole_number(2, MOST_DRAWS),
            help="Tell the spread over uncertain inputs too: K draws of them, as many more futures shared among these.",
        ),
    ] = None,
    ranges: Annotated[
        bool,
        typer.Option(
            "--ranges",
            help="Also draw the main unknowns that the scenario holds fixed, each from its plausible range.",
        ),
    ] = False,
    records: Records = False,
    look: Look = True,
) -> Answer:
    """Estimate by Monte Carlo how likely the AIs are to stay in the Basin of Good Deference, and what it costs."""
    from deference_sim.analysis.alternatives import alternatives, planned
    from deference_sim.analysis.measure import MEASURES, VALUE
    from deference_sim.analysis.nested import input_spread
    from deference_sim.analysis.run import simulate
    from deference_sim.cli.kept_look import kept_look

    scenario, seed, engine = asked.scenario, asked.seed, asked.engine
    wanted = fixed_number(replicates, precision)
    if records and asked.out is None:
        raise typer.BadParameter("say into which folder: --out DIR", param_hint="'--records'")
    _check_draws(scenario, draws, ranges=ranges)
    _check_given(given, precision, draws)
    keep = asked.out is not None or asked.plot is not None
    looks = look and engine == "compiled" and (precision is not None or wanted >= LEAST_FOR_A_LOOK)
    then = "looking at what the answer hangs on" if looks else "working out the answer"
    with asked.at_work(None if precision or draws else wanted * (1 + planned(scenario)), then=then) as tick:
        found = simulate(
            scenario,
            wanted,
            seed,
            engine=engine,
            precision=precision,
            keep_records=keep,
            given=given,
            progress=tick,
        )
        worlds = max(found.simulated // draws, 2) if draws else 0
        spread = None
        if draws:
            spread = input_spread(
                scenario, draws, worlds, seed, measure=measure, ranges=ranges, engine=engine, progress=tick
            )
        hangs_on = kept_look(scenario) if looks else None
        compares = given is None and engine == "compiled"
        by = alternatives(scenario, found.simulated, seed, measure=measure, progress=tick) if compares else []
        loops = _loops(asked, found) if asked.out is not None and given is None else None
    return Answer(
        found,
        found.simulated,
        came_out={"replicates": found.simulated, "precision": None},
        about={"spread": spread, "hangs_on": hangs_on, "by": by, "measure": measure, "loops": _of_loops(asked, loops)},
        json=found.as_dict()
        | ({} if measure in MEASURES else {VALUE: found.chance(measure).as_dict(), "weights": measure})
        | ({"input_spread": spread.as_dict()} if spread else {})
        | ({"hangs_on": hangs_on.as_dict()} if hangs_on else {})
        | ({"alternatives": [one.as_dict() for one in by]} if by else {}),
        drawings=lambda plots: _drawings(plots, found, loops),
        tables=lambda: _tables(found, loops, records=records),
    )


def _check_draws(scenario: "Scenario", draws: int | None, *, ranges: bool) -> None:
    if ranges and draws is None:
        raise typer.BadParameter("say how many draws: --draws 200", param_hint="'--ranges'")
    if draws is not None and not (ranges or scenario.uncertain):
        hint = "add --ranges for the main unknowns, or give an input a range: --set rival.lead='2 to 9 months'"
        raise typer.BadParameter(f"{scenario.name} has no uncertain input: {hint}", param_hint="'--draws'")


def _check_given(given: str | None, precision: float | None, draws: int | None) -> None:
    if given is not None and (precision is not None or draws is not None):
        raise typer.BadParameter("goes with neither --precision nor --draws", param_hint="'--given'")


def _loops(asked: Asked, found: "Result") -> "Loops":
    """Return which feedback loops move the first futures."""
    from deference_sim.analysis.loops import loops

    announce(asked.quiet, "events")  # whose code follows a run from moment to moment
    return loops(asked.scenario, min(found.simulated, RUNS_FOR_LOOPS), asked.seed)


def _of_loops(asked: Asked, found: "Loops | None") -> "Page":
    """Return what a report says of feedback loops, or why it says nothing; without a report nothing."""
    if asked.out is None:
        return []
    if found is None:
        from deference_sim.pages.layout import Paragraph

        told = "Which feedback loops move it is not told with --given: they are looked for along all futures."
        return [Paragraph(told, aside=True)]
    from deference_sim.pages.loops import section

    settings = [word for change in asked.settings for word in ("--set", change)]
    runs = ("--replicates", str(found.replicates), "--seed", str(found.seed))
    return section(found, in_shell("loops", asked.names[0], *settings, *runs))


def _tables(found: "Result", loops: "Loops | None", *, records: bool) -> "dict[str, pd.DataFrame]":
    tables = {"outcomes": found.outcome_table(), "cumulative_incidence": found.cumulative_incidence()}
    tables |= {} if loops is None else {"loops": loops.table}
    if not records:
        return tables
    paths = found.trajectories()
    return tables | {
        "records": found.records,
        "records_columns": found.columns,
        "trajectories": paths.to_frame(),
        "trajectories_columns": paths.columns,
    }


def _drawings(plots: Any, found: "Result", loops: "Loops | None") -> "Drawings":
    carried = "What the families of feedback loops carry, over capability"
    return {
        "outcomes_over_time": ("How runs end, by month", lambda: plots.outcomes_over_time(found)),
        "trajectories": (
            "Capability, deference-goodness, margin and lead: where 50 and 90 % of the runs are, and some runs",
            lambda: plots.trajectories(found, n=PATHS_DRAWN),
        ),
        "effort_over_time": ("What the AIs work on, on average", lambda: plots.effort_over_time(found, n=PATHS_DRAWN)),
        **({} if loops is None else {"loops": (carried, lambda: plots.loop_areas(loops))}),
    }
