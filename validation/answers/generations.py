"""Generations and drift: random walks of goodness, looked at in steps, against the edge of the basin."""

from math import exp, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import lognorm, norm, poisson
from scipy.stats import t as student

from validation.quiet import STANDING_STILL
from validation.recipe import Case, Law, Mean, Share, column, outcome

IN_BASIN = column("in_basin_throughout")


def survival_of_walk(start: float, sd: float, barriers: Any) -> float:
    """Return the probability that a walk of normal steps is above each of ``barriers`` after its step, on a grid."""
    grid = np.linspace(min(barriers) - sd, start + 9.0 * sd * sqrt(len(barriers)) + 1e-9, 3001)
    width = grid[1] - grid[0]
    density = norm.pdf(grid, start, sd)
    kernel = np.exp(-0.5 * ((grid[:, None] - grid[None, :]) / sd) ** 2) / (sd * sqrt(2.0 * pi))
    for k, barrier in enumerate(barriers):
        if k:
            density = kernel @ density * width
        # The cell that a barrier cuts counts by its part above it.
        density = density * np.clip((grid - barrier) / width + 0.5, 0.0, 1.0)
    return float(density.sum() * width)


def c11_rising_need() -> Case:
    """In the basin throughout: the k-th successor still suffices when capability has grown to k + 1 steps."""
    start, step, sd, generations = 1.2, 0.5, 0.5, 5
    barriers = [step * (k + 1 if k < generations else k + 0.5) for k in range(1, generations + 1)]
    return Case(
        "C11 generations against a rising need",
        {
            "goodness.broad_alignment": start,
            "generations.step": step,
            "generations.alignment_sd": sd,
            "horizon": step * (generations + 0.5),
        },
        12_000,
        (Share("in the basin throughout", IN_BASIN, survival_of_walk(start, sd * sqrt(step), barriers)),),
    )


def c11(looks: int, n: int, hit: float, trap: float | None = None) -> Case:
    """Brownian motion of drift 0.5 a year towards a barrier 3 away, over 6 years, looked at at generations.

    Goodness is measured in hundreds of py, and generations are close, so that capability hardly moves; a loss at each
    makes the drift.
    """
    dt, step, scale = 6.0 / looks, 1e-3, 100.0
    return Case(
        f"C11 Brownian motion, looked at {looks} times",
        {
            "goodness.broad_alignment": 3.0 * scale,
            "basin.exists": False,
            "generations.step": step,
            "generations.alignment_sd": scale * sqrt(dt / step),
            "generations.alignment_loss": scale * 0.5 * dt / step - 1.0,
            "horizon": (looks + 0.5) * step,
        },
        n,
        (Share("barrier hit", lambda table: ~table["in_basin_throughout"], hit, trap=trap),),
    )


def shock_before_outcome(df: float | None) -> Case:
    """At 0.5 py a successor comes and, at the same instant, capability suffices: its shock counts first."""
    start, sd = 0.6, 0.2
    z = (start - 0.5) / (sd * sqrt(0.5))
    exact = float(ndtr(z)) if df is None else float(student.cdf(z * sqrt(df / (df - 2.0)), df))
    return Case(
        "generation shock before outcome" + (", heavy tail" if df else ""),
        {
            "goodness.broad_alignment": start,
            "generations.step": 0.5,
            "generations.alignment_sd": sd,
            "generations.tail_df": df,
            "capability.stabilise_at": 0.5,
            "horizon": 0.9,
        },
        12_000,
        (Share("stabilised", outcome("stabilised"), exact, trap=float(ndtr(z)) if df else 1.0),),
    )


def retraining() -> Case:
    """A successor is sent back until it is good enough, at most five times: a geometric number of tries, cut off."""
    start, sd, step, accept = 0.3, 0.4, 0.5, 0.0
    size = sd * sqrt(step)
    passes = float(ndtr((start - step - accept) / size))
    tries = np.arange(6)
    shares = np.append(passes * (1.0 - passes) ** tries[:5], (1.0 - passes) ** 5)
    mean = float(np.sum(tries * shares))

    def of_accepted(A: Any) -> NDArray[np.float64]:
        return np.asarray((ndtr((A - start) / size) - (1.0 - passes)) / passes)

    return Case(
        "retraining until accepted (geometric)",
        {
            "goodness.broad_alignment": start,
            "basin.exists": False,
            "generations.step": step,
            "generations.alignment_sd": sd,
            "generations.accept": accept,
            "generations.retrain": 0.001,
            "horizon": 0.6,
        },
        12_000,
        (
            Mean("times sent back", column("retrainings"), mean, sqrt(float(np.sum(tries**2 * shares)) - mean**2)),
            Share("accepted in the end", lambda table: table["generations"] == 1, 1.0 - (1.0 - passes) ** 6),
            Law("alignment of those accepted", lambda table: table["A"].where(table["generations"] == 1), of_accepted),
        ),
    )


def outbreaks() -> Case:
    """Infectious misalignment: the sum of a Poisson number of lognormal losses, by convolution on a grid."""
    start, rate, median, spread, months = 0.8, 0.5, 0.3, 0.5, 4.0
    grid = np.linspace(0.0, start, 4001)
    width = grid[1] - grid[0]
    cells = np.diff(lognorm.cdf(np.append(grid, start + width) - width / 2.0, spread, scale=median))
    inside, mass = exp(-rate * months), cells
    for count in range(1, 25):
        kept = float(mass[:-1].sum() + 0.5 * mass[-1])  # the last cell is cut in half by the edge
        inside += float(poisson.pmf(count, rate * months)) * kept
        mass = np.convolve(mass, cells)[: len(grid)]
    return Case(
        "outbreaks (compound Poisson)",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start,
            "goodness.infection_rate": rate,
            "goodness.infection_size": median,
            "goodness.infection_spread": spread,
            "horizon": months,
        },
        12_000,
        (
            Share("in the basin throughout", IN_BASIN, inside),
            Share("no outbreak", lambda table: table["outbreaks"] == 0, exp(-rate * months)),
        ),
    )


def drift_noise() -> Case:
    """Random drift at monthly reviews: a walk of normal steps, and its end."""
    start, sd, reviews = 0.8, 0.3, 6
    return Case(
        "drift at reviews (random walk)",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start,
            "goodness.drift_noise": sd,
            "evaluation.review_interval": 1,
            "horizon": reviews + 0.5,
        },
        12_000,
        (
            Share("in the basin throughout", IN_BASIN, survival_of_walk(start, sd, [0.0] * reviews)),
            Law("alignment at the end", column("A"), lambda A: ndtr((A - start) / (sd * sqrt(reviews)))),
        ),
    )


def paradigms() -> Case:
    """Paradigm shifts come by capability, not by time: their number is Poisson in py, whatever the pace."""
    rate, C = 0.4, 5.0
    return Case(
        "paradigm shifts by capability",
        {
            "capability.law": "software_explosion",
            "capability.initial_speedup": 20,
            "capability.stabilise_at": C,
            "tax.paradigm_shift_rate": rate,
        },
        12_000,
        (
            Share("none", lambda table: table["paradigms"] == 0, exp(-rate * C)),
            Mean("shifts", column("paradigms"), rate * C, sqrt(rate * C)),
        ),
    )


CASES = (
    c11_rising_need(),
    c11(6, 12_000, 0.556557453458, trap=0.643670624767),
    c11(72, 3_000, 0.614535378983),
    shock_before_outcome(None),
    shock_before_outcome(3.0),
    retraining(),
    outbreaks(),
    drift_noise(),
    paradigms(),
)
