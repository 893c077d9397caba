"""The command ``sensitivity``: which inputs matter most."""

from typing import Annotated, Literal

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import Inputs, Measured, number_of_futures, split
from deference_sim.study.limits import USUAL_REPLICATES


@answering(engine="compiled", plot=True)
def sensitivity(
    asked: Asked,
    method: Annotated[
        Literal["tornado", "sobol", "morris", "rank", "voi"],
        typer.Option(
            help="tornado: one at a time; sobol: shares of variance; morris: screening; rank: rank correlations; "
            "voi: value of perfect information."
        ),
    ] = "tornado",
    inputs: Inputs = None,
    measure: Measured = "p_stay",
    decide: Annotated[
        str | None,
        typer.Option(
            metavar="PATH=A,B,…",
            help="For voi: the choice that information helps with, such as handoff.at=0,1,2. Default: every policy.",
        ),
    ] = None,
    replicates: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=number_of_futures,
            help="Futures at each end (tornado), rows of the base sample (sobol), trajectories (morris), points "
            "(rank, voi). Default: 4096, 4096, 64, 16384, 8192.",
        ),
    ] = None,
) -> Answer:
    """Find out which inputs matter most for staying in the Basin of Good Deference."""
    from deference_sim.analysis.alternatives import alternatives, planned
    from deference_sim.analysis.sensitivity import carry_out, missing_extra, plan_of, planned_runs

    if told := missing_extra(method):
        raise typer.BadParameter(told, param_hint="'--method'")
    decision = None if decide is None else _decision(decide)
    plan = plan_of(
        asked.scenario,
        method,
        inputs=split(inputs),
        measure=measure,
        replicates=replicates,
        seed=asked.seed,
        decision=decision,
    )
    with asked.at_work(planned_runs(plan, method) + USUAL_REPLICATES * planned(asked.scenario)) as tick:
        found = carry_out(plan, method, tick)
        by = alternatives(asked.scenario, USUAL_REPLICATES, asked.seed, measure=measure, progress=tick)
    shown = "The same as a picture, the most important input on top"
    return Answer(
        found,
        found.runs,
        came_out={"replicates": plan.replicates},
        about={"by": by},
        json=found.as_dict() | ({"alternatives": [one.as_dict() for one in by]} if by else {}),
        drawings=lambda plots: {"picture": (shown, lambda: plots.tornado(found))},
        tables=lambda: {"table": found.table},
    )


def _decision(text: str) -> dict[str, list[str]]:
    path, equals, values = text.partition("=")
    if not equals:
        raise typer.BadParameter(
            f"found {text}; allowed: PATH=A,B,…, such as handoff.at=0,1,2", param_hint="'--decide'"
        )
    return {path.strip(): [value.strip() for value in values.split(",")]}
