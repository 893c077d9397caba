"""The command ``handoff``: when to hand off, and to AIs of which capability."""

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


def handoff(
    scenario: ScenarioName,
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
    """Find when to hand off, and to AIs of which capability, for the lead there is; and how the answer moves."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    check_places(plot, out)
    from deference_sim.analysis.handoff import best_handoff, runs_planned
    from deference_sim.pages import handoff as handoff_page

    announce(quiet, engine)
    with progress(runs_planned(chosen, replicates), quiet) as advance:
        found = best_handoff(chosen, replicates, seed, measure=measure, engine=engine, progress=advance)

    def draw() -> object:
        from deference_sim import plots

        return plots.handoff_timing(found)

    repeat = command_line(
        "handoff", scenario, replicates=replicates, seed=seed, engine=engine, measure=measure, set=settings
    )
    answer = Answer(
        handoff_page.page(found, repeat),
        found.as_dict(),
        repeat,
        [chosen],
        seed,
        replicates,
        engine,
        {"picture": ("By month of the handoff: the chance of success, and what goes wrong", draw)},
        lambda: {"months": found.table},
    )
    deliver(answer, as_json=as_json, plot=plot, out=out)
