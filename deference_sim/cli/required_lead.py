"""The command ``required-lead``: the smallest lead, or value of another input, at which success is likely enough."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import Measured, Replicates
from deference_sim.study.limits import USUAL_REPLICATES


def chance(text: object) -> float:
    """Parse a target: a chance between 0 and 1, both left out."""
    try:
        number = float(str(text))
    except ValueError:
        number = 0.0
    if not 0.0 < number < 1.0:
        raise typer.BadParameter(f"found {text}; allowed: a number above 0 and below 1, such as 0.9")
    return number


@answering(plot=True)
def required_lead(
    asked: Asked,
    target: Annotated[
        list[float] | None,
        typer.Option(metavar="P", parser=chance, help="Chance to reach; repeatable. Default: 0.5, 0.8, 0.9, 0.95."),
    ] = None,
    measure: Measured = "p_stay",
    solve: Annotated[
        str,
        typer.Option(
            metavar="PATH[=A:B]",
            help="Another input to solve for, and between what to search; without ends over its plausible range.",
        ),
    ] = "rival.lead",
    region: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH[=A:B]",
            help="Twice, instead of --solve: where in two inputs the one --target is reached; without ends over their "
            "plausible ranges.",
        ),
    ] = None,
    move: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="Twice or more, instead of --solve: which of these inputs, moved least within their plausible ranges, "
            "reach the one --target, each alone and all together.",
        ),
    ] = None,
    replicates: Replicates = USUAL_REPLICATES,
) -> Answer:
    """Find the smallest lead at which success is likely enough, with an interval; or say that none is.

    --solve asks the same of another input, --region of two at once, --move which of several is moved least.
    """
    if region and move:
        raise typer.BadParameter("give either --region or --move", param_hint="'--move'")
    if region:
        return _region(asked, _only(target), measure, region, replicates)
    if move:
        return _move(asked, _only(target), measure, move, replicates)
    from deference_sim.analysis import required_lead as analysis
    from deference_sim.scenario.layers import COMMAND_LINE
    from deference_sim.study.designs import between_of

    path, between = between_of(solve, COMMAND_LINE)
    analysis.check_input(asked.scenario, path, between, COMMAND_LINE)
    targets = sorted(set(target)) if target else list(analysis.TARGETS)
    with asked.at_work(None) as tick:
        found = analysis.required_lead(
            asked.scenario,
            targets,
            replicates,
            asked.seed,
            measure=measure,
            solve=path,
            between=between,
            engine=asked.engine,
            progress=tick,
        )
    told = "The curve, and where it meets the targets"
    return Answer(
        found,
        replicates,
        came_out={"target": targets},
        drawings=lambda plots: {"picture": (told, lambda: plots.required_lead(found))},
        tables=lambda: {"answers": found.table, "curve": found.curve_table},
    )


def _only(target: list[float] | None) -> float:
    """Return the only target. Raises an error if there is none, or more than one."""
    if target is None or len(target) != 1:
        raise typer.BadParameter("--region and --move take one --target, such as 0.75", param_hint="'--target'")
    return target[0]


def _region(asked: Asked, target: float, measure: str, region: list[str], replicates: int) -> Answer:
    from deference_sim.analysis import region as analysis
    from deference_sim.scenario.layers import COMMAND_LINE
    from deference_sim.study.designs import between_of

    inputs = [between_of(text, COMMAND_LINE) for text in region]
    analysis.sides_of(asked.scenario, inputs, COMMAND_LINE)
    with asked.at_work(None) as tick:
        found = analysis.region(
            asked.scenario,
            inputs,
            target,
            replicates,
            asked.seed,
            measure=measure,
            engine=asked.engine,
            progress=tick,
        )
    return Answer(
        found,
        replicates,
        drawings=lambda plots: {"picture": ("The region and its edge", lambda: plots.region(found))},
        tables=lambda: {"edge": found.table},
    )


def _move(asked: Asked, target: float, measure: str, move: list[str], replicates: int) -> Answer:
    from deference_sim.analysis import least_change as analysis
    from deference_sim.scenario.layers import COMMAND_LINE

    analysis.inputs_of(asked.scenario, move, COMMAND_LINE)
    with asked.at_work(None) as tick:
        found = analysis.least_change(
            asked.scenario,
            move,
            target,
            replicates,
            asked.seed,
            measure=measure,
            engine=asked.engine,
            progress=tick,
        )
    return Answer(found, replicates, tables=lambda: {"ways": found.table})
