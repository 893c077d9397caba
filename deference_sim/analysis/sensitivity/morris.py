"""Morris screening: elementary effects on the chance of success, one input (or group) at a time, by SALib.

Inputs move between their 5th and 95th percentile, in steps of probability. The chance at a point is the mean over the
same worlds at every point of a trajectory, so that an input without any effect has an effect of exactly zero.
"""

from typing import Any

import numpy as np

from deference_sim.analysis.sensitivity.plan import Evaluate, Finding, Plan, described
from deference_sim.scenario.distributions import Floats

DEFAULT = 64  # trajectories
WORLDS = 32  # a trajectory
FIRST, LAST = 0.05, 0.95  # the ends of the unit cube, where many distributions are infinite, are no inputs
EXTRA, MODULE = "sensitivity", "SALib"
_LEVELS = 4
_RESAMPLES = 1000


def runs(plan: Plan) -> int:
    """Return how many futures the study runs."""
    return plan.replicates * (len(plan.varied.groups) + 1) * WORLDS


def elementary_effects(
    evaluate: Evaluate, groups: list[list[int]], trajectories: int, seed: int
) -> tuple[dict[str, Any], Floats]:
    """Return SALib's statistics of each group of columns, in order, and the chance at every point.

    Effects are changes of the chance over the whole way from the 5th to the 95th percentile.
    """
    import SALib.analyze.morris
    import SALib.sample.morris

    problem = _problem(groups)
    # SALib takes a seed of 0 for none: it gets positive ones that ours leads to.
    sample_seed, resample_seed = (int(number) for number in np.random.default_rng([seed]).integers(1, 2**31, 2))
    points = SALib.sample.morris.sample(problem, trajectories, num_levels=_LEVELS, seed=sample_seed)
    chances = _chances(evaluate, FIRST + (LAST - FIRST) * points, trajectories)
    # SALib pairs points and outcomes by the order of rows alone.
    found = SALib.analyze.morris.analyze(
        problem, points, chances, num_resamples=_RESAMPLES, num_levels=_LEVELS, seed=resample_seed
    )
    places = [list(found["names"]).index(f"group_{number}") for number in range(len(groups))]
    statistics = {name: np.asarray(found[name], float)[places] for name in ("mu", "mu_star", "sigma", "mu_star_conf")}
    return statistics, chances


def _problem(groups: list[list[int]]) -> dict[str, Any]:
    group_of = {place: number for number, group in enumerate(groups) for place in group}
    return {
        "num_vars": len(group_of),
        "names": [f"column_{place}" for place in range(len(group_of))],
        "bounds": [[0.0, 1.0]] * len(group_of),
        "groups": [f"group_{group_of[place]}" for place in range(len(group_of))],
    }


def _chances(evaluate: Evaluate, points: Floats, trajectories: int) -> Floats:
    """Return the chance at each point: the mean over the worlds of its trajectory."""
    each = len(points) // trajectories
    worlds = np.arange(trajectories * WORLDS).reshape(trajectories, 1, WORLDS).repeat(each, axis=1)
    outcomes = evaluate(points.repeat(WORLDS, axis=0), worlds.ravel())
    chances: Floats = outcomes.reshape(-1, WORLDS).mean(axis=1)
    return chances


def analyse(plan: Plan) -> Finding:
    """Run the study: a row a group, the greatest mean absolute effect first."""
    groups = [list(group) for group in plan.varied.groups]
    found, chances = elementary_effects(plan.evaluate, groups, plan.replicates, plan.seed)
    table = []
    for place, group in enumerate(plan.varied.groups):
        size, half = float(found["mu_star"][place]), float(found["mu_star_conf"][place])
        effects = {"mu_star": size, "mu_star_low": max(size - half, 0.0), "mu_star_high": size + half}
        alone = {name: float(found[name][place]) if len(group) == 1 else np.nan for name in ("mu", "sigma")}
        table.append(described(plan.varied, group) | effects | alone)
    table.sort(key=lambda row: -row["mu_star"])
    each = chances.reshape(plan.replicates, -1).mean(axis=1)
    half = 1.96 * each.std(ddof=1) / np.sqrt(len(each))
    expected = (float(each.mean()), float(each.mean() - half), float(each.mean() + half))
    return Finding(table, expected, {"rows": plan.replicates, "worlds": WORLDS})
