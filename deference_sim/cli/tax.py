"""The command ``tax``: how many months of lead staying in the basin costs, what drives it, and where its edge lies."""

from deference_sim.cli.answer import Answer, Asked, answering


@answering(engine="compiled", plot=True)
def tax(asked: Asked) -> Answer:
    """Tell what staying in the basin costs in months of lead by the tax alone, without simulating a single run."""
    from deference_sim.analysis.tax import aggregate_tax

    scenario = asked.scenario
    found = aggregate_tax(scenario, seed=asked.seed)
    return Answer(
        found,
        len(found.draws),
        drawings=lambda plots: {
            "picture": ("The tax by capability", lambda: plots.tax_by_capability(scenario, asked.seed))
        },
    )
