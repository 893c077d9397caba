"""Boundary adequacy: each mechanism off alone, each family of loops cut alone, and by how much p_stay moves, paired.

python -m validation.boundary [SCENARIO] [REPLICATES]
"""

import sys
from collections.abc import Iterator, Mapping

import deference_sim as ds
from deference_sim.analysis.paired import Difference

#: What switches each mechanism off, in a file's words.
OFF: Mapping[str, Mapping[str, object]] = {
    "exogenous hazards": {"hazard_factor": 0.0},
    "scheming": {"scheming.at_handoff": 0.0, "scheming.rate": 0.0},
    "catastrophes by the AIs": {"basin.hazard_at_edge": 0.0},
    "the basin": {"basin.exists": 0.0},
    "the rival": {"rival.mode": "none"},
    "buying time": {"time_buying.max_rate": 0.0},
    "active defence": {"defence.returns": 0.0},
    "memetic drift": {"goodness.drift": 0.0},
    "waste without wisdom": {"goodness.waste": 1.0},
    "the tax": {"tax.broad_alignment": 0.0, "tax.capability_profile": 0.0},
    "fall of the tax": {"tax.decline": 0.0},
    "chance in succession": {"generations.alignment_sd": 0.0},
    "spread at the start": {"goodness.spread": 0.0},
    "errors of reviews": {"evaluation.noise": 0.0, "evaluation.persistent_error": 0.0},
    "the end of the takeoff": {"capability.fizzle_pace": None},
    "stabilisation": {"capability.stabilise_at": None},
    "control": {"control.strength": 0.0},
}
REPLICATES = 4000


def without_each(scenario: ds.Scenario, replicates: int) -> Iterator[tuple[str, Difference]]:
    """Yield each mechanism, and by how much p_stay is higher without it than with it, paired world by world."""
    for name, changes in OFF.items():
        (found,) = ds.compare(scenario, scenario.with_(**changes), replicates=replicates)
        yield name, found.measures["p_stay"][2]


def main(scenario: str = "baseline", replicates: str = str(REPLICATES)) -> None:
    """Print the table."""
    print(f"*Each mechanism of {scenario} off, {replicates} worlds, seed 1: p_stay without it less with it.*\n")
    print("| off | change of p_stay, points | 95 % interval |\n| --- | ---: | --- |")
    for name, change in without_each(ds.load(scenario), int(replicates)):
        print(f"| {name} | {100 * change.estimate:+.1f} | {100 * change.low:+.1f} to {100 * change.high:+.1f} |")
        sys.stdout.flush()
    print(
        f"\n*Each family of loops of {scenario} cut at the handoff, {replicates} worlds, seed 1: with the cut less "
        "without.*\n"
    )
    print("| cut | carries of all movement | change of p_stay, points | of p_good |\n| --- | ---: | ---: | ---: |")
    found = ds.loops(scenario, cut="all", pairs=int(replicates))
    for one in found.knockouts:
        told = (
            f"{100 * one.measures[name].estimate:+.1f} ± {196 * one.measures[name].mcse:.1f}"
            for name in ("p_stay", "p_good")
        )
        share = 100 * found.groups["all"].shares[one.family].estimate
        print(f"| {one.family} | {share:.1f} % | {' | '.join(told)} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
