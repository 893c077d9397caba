"""The command ``strategy``: which policy does best, with which settings, and what each regrets across worlds."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import (
    AsJson,
    Engine,
    FreshReplicates,
    Measured,
    Out,
    Picture,
    Quiet,
    ScenarioName,
    Seed,
    Settings,
    command_line,
)
from deference_sim.cli.output import announce, progress


def strategy(
    scenario: ScenarioName,
    worlds: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME…",
            help="Scenarios in which the policies are tried as well, names or files; by default a handful that ship. "
            "--set does not change them.",
        ),
    ] = None,
    measure: Measured = "p_good",
    replicates: FreshReplicates = 4_000,
    seed: Seed = 1,
    engine: Engine = "compiled",
    settings: Settings = None,
    as_json: AsJson = False,
    plot: Picture = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Find which policy does best, with which settings; and what each would regret in other worlds."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    check_places(plot, out)
    from deference_sim.analysis import strategy as strategies
    from deference_sim.pages import strategy as strategy_page

    others = strategies.load_worlds(strategies.WORLDS if worlds is None else worlds.split(","), beside=chosen)
    few = max(replicates // 2, 1)
    planned = strategies.runs_planned(replicates, few, len(others))
    announce(quiet, engine)
    with progress(planned, quiet) as advance:
        found = strategies.best_strategy(chosen, replicates, seed, measure=measure, engine=engine, progress=advance)
        policies = strategies.policies_to_compare(found)
        regret = strategies.policy_regret(others, policies, few, seed, measure=measure, engine=engine, progress=advance)

    def draw() -> object:
        from deference_sim import plots

        return plots.policies(found, regret)

    repeat = command_line(
        "strategy",
        scenario,
        replicates=replicates,
        seed=seed,
        engine=engine,
        measure=measure,
        worlds=worlds,
        set=settings,
    )
    answer = Answer(
        strategy_page.page(found, repeat, regret),
        found.as_dict() | {"regret": regret.as_dict()},
        repeat,
        others,
        seed,
        replicates,
        engine,
        {"picture": ("Policies at their best, and what each regrets in each world", draw)},
        lambda: {"policies": found.table, "regret": regret.table},
    )
    deliver(answer, as_json=as_json, plot=plot, out=out)
