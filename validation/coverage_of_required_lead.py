"""How often the 95 % interval of a required lead holds the truth, where the truth is known.

    python -m validation.coverage_of_required_lead [repetitions] [repetitions through the engine]

Once on curves of known shape: each world needs a lead of its own, drawn from a distribution, and some are lost with any
lead. Once through the engine: a hazard whose rate is solved for, where the chance of a good end is exp(-rate·T).
Exit code 1 if an interval holds the truth in less than 93 % of the repetitions (3 standard errors below 95 % of 1,000).
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from scipy.stats import gamma, lognorm, uniform

import deference_sim as ds
from deference_sim.analysis.required_lead import TARGETS, Answer, Binomial, solved
from validation.quiet import hazard, quiet

WORLDS = 1_000
LONGEST = 120.0  # months
REACHED = 0.97  # chance where the curve levels off
#: What a world needs, in months: steep, gradual, and with a threshold.
SHAPES = {
    "lognormal": lognorm(0.8, scale=np.exp(1.0)),
    "steep": lognorm(0.15, scale=4.0),
    "gamma": gamma(1.2, scale=6.0),
    "linear from 2 to 5": uniform(2.0, 3.0),
}
ENGINE_WORLDS = 300
MONTHS = 12.0
LEAST = 0.93


@dataclass(frozen=True)
class Line:
    """How often the intervals for one target held, over how many repetitions, and how wide they were."""

    curve: str
    target: float
    held: int
    repetitions: int
    width: float
    looks: float


def on_known_curves(repetitions: int) -> Iterator[Line]:
    """Yield the coverage for every shape and target."""
    for shape, needs in SHAPES.items():
        held, widths, looks = dict.fromkeys(TARGETS, 0), dict.fromkeys(TARGETS, 0.0), 0
        for repetition in range(repetitions):
            random = np.random.default_rng([repetition, len(shape)])
            lost = random.random(WORLDS) >= REACHED
            needed = np.sort(np.where(lost, np.inf, needs.rvs(WORLDS, random_state=random)))

            def counts_at(leads: Sequence[float], needed: np.ndarray = needed) -> list[int]:
                return np.searchsorted(needed, leads, side="right").tolist()

            answers, counts, _ = solved(counts_at, Binomial(WORLDS), TARGETS, 0.0, LONGEST)
            looks += len(counts)
            for answer in answers:
                held[answer.target] += covers(answer, float(needs.ppf(answer.target / REACHED)))
                widths[answer.target] += width(answer)
        for target in TARGETS:
            yield Line(shape, target, held[target], repetitions, widths[target] / repetitions, looks / repetitions)


def through_the_engine(repetitions: int) -> Iterator[Line]:
    """Yield the coverage of the largest rate of a hazard, per year, of which exp(-rate·T) survive to a good end at T.

    Quiet AIs raise capability by 1 py a month, and so stabilise the situation when as many months have passed.
    """
    world = quiet(**{"capability.stabilise_at": MONTHS}, hazards=[hazard("storm", rate=1.0)])
    targets = (0.5, 0.9)
    held, widths, looks = dict.fromkeys(targets, 0), dict.fromkeys(targets, 0.0), 0
    for repetition in range(repetitions):
        found = ds.required_lead(
            world,
            targets,
            ENGINE_WORLDS,
            seed=repetition,
            measure="p_good",
            solve="hazards.storm.rate",
            between=ds.linspace(0.0, 3.0, 2),
        )
        looks += len(found.curve)
        for answer in found.answers:
            held[answer.target] += covers(answer, -log(answer.target) * 12.0 / MONTHS)
            widths[answer.target] += width(answer)
    for target in targets:
        yield Line("hazard", target, held[target], repetitions, widths[target] / repetitions, looks / repetitions)


def covers(answer: Answer, truth: float) -> bool:
    """Return whether the interval holds the truth; an end that it does not have is infinitely far."""
    low = -np.inf if answer.low is None else answer.low
    high = np.inf if answer.high is None else answer.high
    return low <= truth <= high


def width(answer: Answer) -> float:
    """Return how wide the interval is, up to the longest lead if it is open."""
    return (LONGEST if answer.high is None else answer.high) - (answer.low or 0.0)


def main() -> int:
    """Print a line for each curve and target; return 1 if an interval holds too seldom."""
    numbers = [int(word) for word in sys.argv[1:3]]
    repetitions, of_engine = (*numbers, *(1_000, 300)[len(numbers) :])
    worst = 1.0
    print(f"{'curve':<20} {'target':>6} {'holds':>8} {'error':>6} {'width':>7} {'looks':>6}")
    for line in (*on_known_curves(repetitions), *through_the_engine(of_engine)):
        share = line.held / line.repetitions
        error = sqrt(0.95 * 0.05 / line.repetitions)
        worst = min(worst, share + max(0.0, 3.0 * (error - sqrt(0.95 * 0.05 / 1_000))))
        print(
            f"{line.curve:<20} {line.target:>6} {100 * share:>6.1f} % {100 * error:>5.1f}  "
            f"{line.width:>6.3f} {line.looks:>6.1f}",
            flush=True,
        )
    return 0 if worst >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
