"""The command ``handoff``: when to hand off, and to AIs of which capability."""

from deference_sim.cli.answer import Answer, Asked, answering
from deference_sim.cli.options import FreshReplicates, Measured


@answering(plot=True)
def handoff(asked: Asked, measure: Measured = "p_good", replicates: FreshReplicates = 4_000) -> Answer:
    """Find when to hand off, and to AIs of which capability, for the lead there is; and how the answer moves."""
    from deference_sim.analysis.handoff import best_handoff, runs_planned

    with asked.at_work(runs_planned(asked.scenario, replicates)) as tick:
        found = best_handoff(
            asked.scenario, replicates, asked.seed, measure=measure, engine=asked.engine, progress=tick
        )
    told = "By month of the handoff: the chance of success, and what goes wrong"
    return Answer(
        found,
        replicates,
        drawings=lambda plots: {"picture": (told, lambda: plots.handoff_timing(found))},
        tables=lambda: {"months": found.table},
    )
