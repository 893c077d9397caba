"""The command ``tax``: how many months of lead staying in the basin costs, what drives it, and where its edge lies."""

from deference_sim.cli.answer import Answer, check_places, deliver
from deference_sim.cli.options import AsJson, Out, Picture, ScenarioName, Seed, Settings, command_line


def tax(
    scenario: ScenarioName,
    seed: Seed = 1,
    settings: Settings = None,
    as_json: AsJson = False,
    plot: Picture = None,
    out: Out = None,
) -> None:
    """Tell what staying in the basin costs in months of lead by the tax alone, without simulating a single run."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    check_places(plot, out)
    from deference_sim.analysis.tax import aggregate_tax
    from deference_sim.pages import tax as tax_page

    found = aggregate_tax(chosen, seed=seed)

    def draw() -> object:
        from deference_sim import plots

        return plots.tax_by_capability(chosen, seed)

    answer = Answer(
        tax_page.page(found),
        {"scenario": chosen.name, "hash": chosen.hash, "seed": seed} | found.as_dict(),
        command_line("tax", scenario, seed=seed, set=settings),
        [chosen],
        seed,
        len(found.draws),
        drawings={"picture": ("The tax by capability", draw)},
    )
    deliver(answer, as_json=as_json, plot=plot, out=out)
