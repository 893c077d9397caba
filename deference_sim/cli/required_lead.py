"""The command ``required-lead``: the smallest lead, or value of another input, at which success is likely enough."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import (
    USUAL_REPLICATES,
    AsJson,
    Engine,
    Measured,
    Out,
    Picture,
    Quiet,
    Replicates,
    ScenarioName,
    Seed,
    Settings,
    command_line,
)
from deference_sim.cli.output import announce, progress


def chance(text: object) -> float:
    """Parse a target: a chance between 0 and 1, both left out."""
    try:
        number = float(str(text))
    except ValueError:
        number = 0.0
    if not 0.0 < number < 1.0:
        raise typer.BadParameter(f"found {text}; allowed: a number above 0 and below 1, such as 0.9")
    return number


def required_lead(
    scenario: ScenarioName,
    target: Annotated[
        list[float] | None,
        typer.Option(metavar="P", parser=chance, help="Chance to reach; repeatable. Default: 0.5, 0.8, 0.9, 0.95."),
    ] = None,
    measure: Measured = "p_stay",
    solve: Annotated[
        str,
        typer.Option(metavar="PATH[=A:B]", help="Another input to solve for, and between what to search."),
    ] = "rival.lead",
    replicates: Replicates = USUAL_REPLICATES,
    seed: Seed = 1,
    engine: Engine = "compiled",
    settings: Settings = None,
    as_json: AsJson = False,
    plot: Picture = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Find the smallest lead at which success is likely enough, with an interval; or say that none is."""
    from deference_sim.scenario import load
    from deference_sim.scenario.layers import COMMAND_LINE
    from deference_sim.study.designs import between_of

    path, between = between_of(solve, COMMAND_LINE)
    chosen = load(scenario, set=settings or ())
    from deference_sim.analysis import required_lead as analysis
    from deference_sim.pages import required_lead as required_lead_page

    analysis.check_input(chosen, path, between, COMMAND_LINE)
    check_places(plot, out)
    targets = sorted(set(target)) if target else list(analysis.TARGETS)
    announce(quiet, engine)
    with progress(None, quiet) as advance:
        found = analysis.required_lead(
            chosen,
            targets,
            replicates,
            seed,
            measure=measure,
            solve=path,
            between=between,
            engine=engine,
            progress=advance,
            mark=COMMAND_LINE,
        )

    def draw() -> object:
        from deference_sim import plots

        return plots.required_lead(found)

    repeat = command_line(
        "required-lead",
        scenario,
        target=[f"{one:g}" for one in targets],
        solve=solve if solve != analysis.LEAD else None,
        measure=measure,
        replicates=replicates,
        seed=seed,
        engine=engine,
        set=settings,
    )

    answer = Answer(
        required_lead_page.page(found, repeat),
        found.as_dict(),
        repeat,
        [chosen],
        seed,
        replicates,
        engine,
        {"picture": ("The curve, and where it meets the targets", draw)},
        lambda: {"answers": found.table, "curve": found.curve_table},
    )
    deliver(answer, as_json=as_json, plot=plot, out=out)
