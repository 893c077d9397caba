"""The command ``sensitivity``: which inputs matter most."""

from typing import Annotated, Literal

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import (
    AsJson,
    Measured,
    Out,
    Picture,
    Quiet,
    ScenarioName,
    Seed,
    Settings,
    command_line,
    number_of_futures,
)
from deference_sim.cli.output import announce, progress

Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--inputs",
        metavar="PATH",
        help="What to vary: paths, uncertain, or core; repeatable, or with commas. Default: what is uncertain in the "
        "scenario, and the core inputs too if that is fewer than two.",
    ),
]


def sensitivity(
    scenario: ScenarioName,
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
    seed: Seed = 1,
    settings: Settings = None,
    as_json: AsJson = False,
    plot: Picture = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Find out which inputs matter most for staying in the Basin of Good Deference."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    check_places(plot, out)
    from deference_sim.analysis.sensitivity import carry_out, missing_extra, plan_of, planned_runs
    from deference_sim.pages import sensitivity as sensitivity_page

    if told := missing_extra(method):
        raise typer.BadParameter(told, param_hint="'--method'")
    plan = plan_of(
        chosen,
        method,
        inputs=split(inputs),
        measure=measure,
        replicates=replicates,
        seed=seed,
        decision=_decision(decide) if decide is not None else None,
    )
    announce(quiet, "compiled")
    with progress(planned_runs(plan, method), quiet) as advance:
        found = carry_out(plan, method, advance)

    def draw() -> object:
        from deference_sim import plots

        return plots.tornado(found)

    repeat = command_line(
        "sensitivity",
        scenario,
        method=method,
        inputs=inputs,
        measure=measure,
        replicates=plan.replicates,
        seed=seed,
        decide=decide,
        set=settings,
    )
    answer = Answer(
        sensitivity_page.page(found, repeat),
        found.as_dict(),
        repeat,
        [chosen],
        seed,
        found.runs,
        drawings={"picture": ("The same as a picture, the most important input on top", draw)},
        tables=lambda: {"table": found.table},
    )
    deliver(answer, as_json=as_json, plot=plot, out=out)


def split(inputs: list[str] | None) -> list[str]:
    """Return the paths of ``--inputs``, given one at a time or with commas."""
    return [path.strip() for several in inputs or () for path in several.split(",") if path.strip()]


def _decision(text: str) -> dict[str, list[str]]:
    path, equals, options = text.partition("=")
    if not equals:
        raise typer.BadParameter(
            f"found {text}; allowed: PATH=A,B,…, such as handoff.at=0,1,2", param_hint="'--decide'"
        )
    return {path.strip(): [option.strip() for option in options.split(",")]}
