"""The command ``run``: Monte Carlo of one scenario."""

import shlex

from deference_sim.cli.options import (
    AsJson,
    Engine,
    Precision,
    Quiet,
    ReplicatesIfFixed,
    ScenarioName,
    Seed,
    Settings,
    as_typed,
    fixed_number,
)
from deference_sim.cli.output import announce, print_json, print_page, progress


def run(
    scenario: ScenarioName,
    replicates: ReplicatesIfFixed = None,
    precision: Precision = None,
    seed: Seed = 1,
    engine: Engine = "compiled",
    settings: Settings = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Estimate by Monte Carlo how likely the AIs are to stay in the Basin of Good Deference, and what it costs."""
    from deference_sim.scenario import load

    wanted = fixed_number(replicates, precision)
    chosen = load(scenario, set=settings or ())
    from deference_sim.analysis.result import simulate

    announce(quiet)
    with progress(None if precision else wanted, quiet) as advance:
        result = simulate(
            chosen, wanted, seed, engine=engine, precision=precision, keep_records=False, progress=advance
        )
    if as_json:
        print_json(result.as_dict())
        return
    from deference_sim import report

    options = ["--replicates", str(result.replicates), "--seed", str(seed), "--engine", engine, *as_typed(settings)]
    print_page(report.page(result, shlex.join(["deference-sim", "run", scenario, *options])))
