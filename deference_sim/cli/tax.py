"""The command ``tax``: how many months of lead staying in the basin costs, what drives it, and where its edge lies."""

from deference_sim.cli.options import AsJson, ScenarioName, Seed, Settings
from deference_sim.cli.output import print_json, print_page


def tax(scenario: ScenarioName, seed: Seed = 1, settings: Settings = None, as_json: AsJson = False) -> None:
    """Tell what staying in the basin costs in months of lead by the tax alone, without simulating a single run."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    from deference_sim.analysis.aggregate_tax import aggregate_tax

    found = aggregate_tax(chosen, seed=seed)
    if as_json:
        print_json({"scenario": chosen.name, "hash": chosen.hash, "seed": seed} | found.as_dict())
        return
    from deference_sim import leads

    print_page(leads.tax_page(found))
