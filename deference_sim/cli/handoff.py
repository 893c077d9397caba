"""The command ``handoff``: when to hand off, and to AIs of which capability."""

from deference_sim.cli.choosing import FreshReplicates, Measured, Picture, repeat_command
from deference_sim.cli.options import AsJson, Engine, Quiet, ScenarioName, Seed, Settings
from deference_sim.cli.output import announce, check_picture, print_json, print_page, progress, save_picture


def handoff(
    scenario: ScenarioName,
    measure: Measured = "p_good",
    replicates: FreshReplicates = 4_000,
    seed: Seed = 1,
    engine: Engine = "compiled",
    settings: Settings = None,
    as_json: AsJson = False,
    plot: Picture = None,
    quiet: Quiet = False,
) -> None:
    """Find when to hand off, and to AIs of which capability, for the lead there is; and how the answer moves."""
    from deference_sim.scenario import load

    if plot is not None:
        check_picture(plot)
    chosen = load(scenario, set=settings or ())
    from deference_sim.analysis.best_handoff import best_handoff, runs_planned

    announce(quiet)
    with progress(runs_planned(chosen, replicates), quiet) as advance:
        found = best_handoff(chosen, replicates, seed, measure=measure, engine=engine, progress=advance)
    if plot is not None:
        from deference_sim import plots

        save_picture(lambda: plots.handoff_timing(found), plot)
    if as_json:
        print_json(found.as_dict())
        return
    from deference_sim import choices

    repeat = repeat_command("handoff", scenario, replicates, seed, engine, measure, settings)
    print_page(choices.handoff_page(found, repeat))
