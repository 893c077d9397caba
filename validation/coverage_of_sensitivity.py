"""How often the 95 % intervals of the sensitivity methods hold the truth, on models whose answers are known.

    python -m validation.coverage_of_sensitivity [repetitions] [first seed]

Futures are tosses of a coin whose chance depends on the inputs as in the exact answers below. Between 93 % and 97 % of
1,000 intervals should hold the truth. Exit code 1 if one does not; where an interval is wider than it need be (more
than 97 %), that is said but is no fault.
"""

import sys
from collections import defaultdict

import numpy as np

from deference_sim.analysis.sensitivity.morris import FIRST, LAST, elementary_effects
from deference_sim.analysis.sensitivity.rank import rank_correlation
from deference_sim.analysis.sensitivity.sobol import sobol_indices
from deference_sim.analysis.sensitivity.voi import value_of_information
from deference_sim.scenario.distributions import Floats
from deference_sim.study.quasi_random import design

ROWS = 4096
TRAJECTORIES = 64  # of Morris' method
WANTED = (0.93, 0.97)
WEIGHTS = np.array([0.5, 0.3, 0.1])
INTERACTION = 0.8
LESS = 0.1  # chance by which the second option is behind on average


def chance(points: Floats) -> Floats:
    """Return the chance of success: three inputs by themselves, and the first two together."""
    x = points - 0.5
    found: Floats = 0.5 + x @ WEIGHTS + INTERACTION * x[:, 0] * x[:, 1]
    return found


def exact() -> dict[str, float]:
    """Return the exact indices of ``chance``: variances of uniform numbers are 1/12."""
    alone = WEIGHTS**2 / 12.0
    together = INTERACTION**2 / 144.0
    variance = alone.sum() + together
    first = alone / variance
    total = (alone + np.array([together, together, 0.0])) / variance
    return (
        {f"first order {place + 1}": float(value) for place, value in enumerate(first)}
        | {f"total order {place + 1}": float(value) for place, value in enumerate(total)}
        | {"chance": float(1.0 - variance / 0.25), "mean": 0.5}
        # Cov(u, Y)/(sd u · sd Y), Y a toss of mean 1/2
        | {f"rank correlation {place + 1}": float(weight / 12.0**0.5 / 0.5) for place, weight in enumerate(WEIGHTS)}
        | {f"elementary effect {place + 1}": float(effect) for place, effect in enumerate(elementary())}
        # The second option succeeds with a chance that is the same everywhere: E max(0, w·(u - 1/2) + l) - l.
        | {"value of information": float((WEIGHTS[0] / 2.0 + LESS) ** 2 / (2.0 * WEIGHTS[0]) - LESS)}
    )


def elementary() -> Floats:
    """Return the exact mean absolute elementary effects: over Morris' four levels, each of two levels up at a time."""
    levels = np.stack(np.meshgrid(*[FIRST + (LAST - FIRST) * np.linspace(0.0, 1.0, 4)] * 3, indexing="ij"), axis=-1)
    tossed = np.clip(chance(levels.reshape(-1, 3)), 0.0, 1.0).reshape(4, 4, 4)
    up = [np.take(tossed, [2, 3], axis) - np.take(tossed, [0, 1], axis) for axis in range(3)]
    found: Floats = np.array([np.abs(steps).mean() for steps in up]) * 3.0 / 2.0  # a step is two thirds of the way
    return found


def estimates(seed: int) -> dict[str, tuple[float, float, float]]:
    """Return every estimate with its interval, on one seed."""
    toss = np.random.default_rng([seed, 1]).random(2 * ROWS)

    def evaluate(points: Floats, worlds: Floats) -> Floats:
        return (toss[worlds] < chance(points)).astype(float)

    indices = sobol_indices(evaluate, [(0,), (1,), (2,)], ROWS, seed)
    points = design(3, ROWS, seed).reshape(ROWS, -1)
    outcomes = evaluate(points, np.arange(ROWS))
    effects, _ = elementary_effects(evaluate, [[0], [1], [2]], TRAJECTORIES, seed)
    spans = zip(effects["mu_star"], effects["mu_star_conf"], strict=True)
    options = np.column_stack([outcomes, toss[ROWS:] < 0.5 - LESS]).astype(float)
    return (
        {f"first order {place + 1}": value for place, value in enumerate(indices.first)}
        | {f"total order {place + 1}": value for place, value in enumerate(indices.total)}
        | {"chance": indices.chance, "mean": indices.mean}
        | {f"rank correlation {place + 1}": rank_correlation(points[:, place], outcomes) for place in range(3)}
        | {
            f"elementary effect {place + 1}": (size, size - half, size + half)
            for place, (size, half) in enumerate(spans)
        }
        | {"value of information": value_of_information(points[:, :1], options)}
    )


def main(repetitions: int = 1000, first_seed: int = 1) -> int:
    """Print the coverage of every interval; return 1 if one holds the truth too seldom."""
    truth, held, sums = exact(), defaultdict(int), defaultdict(float)
    for seed in range(first_seed, first_seed + repetitions):
        for name, (value, low, high) in estimates(seed).items():
            held[name] += low <= truth[name] <= high
            sums[name] += value
    worst = 0
    print(f"{repetitions} repetitions, {ROWS} rows, {TRAJECTORIES} trajectories of elementary effects")
    for name, exact_value in truth.items():
        share = held[name] / repetitions
        worst |= share < WANTED[0]
        told = "" if share <= WANTED[1] else "  (wider than it need be)"
        told = "  TOO SELDOM" if share < WANTED[0] else told
        print(f"{name:22} exact {exact_value:.4f}  mean {sums[name] / repetitions:.4f}  held {share:.1%}{told}")
    return int(worst)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
