"""The command ``strategy``: which policy does best, with which settings, and what each regrets across worlds."""

from typing import Annotated

import typer

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import FreshReplicates, Measured


@answering(plot=True)
def strategy(
    asked: Asked,
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
) -> Answer:
    """Find which policy does best, with which settings; and what each would regret in other worlds."""
    from deference_sim.analysis import strategy as analysis

    named = analysis.WORLDS if worlds is None else worlds.split(",")
    others = analysis.load_worlds(named, beside=asked.scenario)
    few = max(replicates // 2, 1)
    with asked.at_work(analysis.runs_planned(replicates, few, len(others))) as tick:
        found = analysis.best_strategy(
            asked.scenario, replicates, asked.seed, measure=measure, engine=asked.engine, progress=tick
        )
        policies = analysis.policies_to_compare(found)
        regret = analysis.policy_regret(
            others, policies, few, asked.seed, measure=measure, engine=asked.engine, progress=tick
        )
    told = "Policies at their best, and what each regrets in each world"
    return Answer(
        found,
        replicates,
        about={"regret": regret},
        json=found.as_dict() | {"regret": regret.as_dict()},
        drawings=lambda plots: {"picture": (told, lambda: plots.policies(found, regret))},
        tables=lambda: {"policies": found.table, "regret": regret.table},
        scenarios=others,
    )
