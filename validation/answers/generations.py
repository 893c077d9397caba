"""Generations: random walks of goodness, looked at in steps, against the edge of the basin."""

from math import exp, pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import lognorm, norm, poisson

from validation.quiet import NO_BASIN, STANDING_STILL, start
from validation.recipe import Case, Law, Mean, Share, column, road

IN_BASIN = column("in_basin_throughout")


def survival_of_walk(first: float, sd: float, barriers: Any) -> float:
    """Return the probability that a walk of normal steps is above each of ``barriers`` after its step, on a grid."""
    grid = np.linspace(min(barriers) - sd, first + 9.0 * sd * sqrt(len(barriers)) + 1e-9, 3001)
    width = grid[1] - grid[0]
    density = norm.pdf(grid, first, sd)
    kernel = np.exp(-0.5 * ((grid[:, None] - grid[None, :]) / sd) ** 2) / (sd * sqrt(2.0 * pi))
    for k, barrier in enumerate(barriers):
        if k:
            density = kernel @ density * width
        # The cell that a barrier cuts counts by its part above it.
        density = density * np.clip((grid - barrier) / width + 0.5, 0.0, 1.0)
    return float(density.sum() * width)


def c11_rising_need() -> Case:
    """In the basin throughout: the k-th successor still suffices when capability has grown to k + 1 steps."""
    margin, step, sd, generations = 1.2, 0.5, 0.5, 5
    barriers = [step * (k + 1 if k < generations else k + 0.5) for k in range(1, generations + 1)]
    return Case(
        "C11 generations against a rising need",
        {
            "goodness.broad_alignment": start(margin),
            "generations.step": step,
            "generations.alignment_sd": sd,
            "horizon": step * (generations + 0.5),
        },
        12_000,
        (Share("in the basin throughout", IN_BASIN, survival_of_walk(margin, sd * sqrt(step), barriers)),),
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
            "goodness.broad_alignment": start(3.0 * scale),
            "basin.exists": 0,
            "generations.step": step,
            "generations.alignment_sd": scale * sqrt(dt / step),
            "generations.alignment_loss": scale * 0.5 * dt / step - 1.0,
            "horizon": (looks + 0.5) * step,
        },
        n,
        (Share("barrier hit", lambda table: ~table["in_basin_throughout"], hit, trap=trap),),
    )


def shock_before_horizon() -> Case:
    """At 0.5 py a successor comes and, at the same instant, the horizon: its shock counts first, by its road."""
    margin, sd = 0.6, 0.2
    z = (margin - 0.5) / (sd * sqrt(0.5))
    inside = float(ndtr(z))
    return Case(
        "generation shock before the end",
        {
            "goodness.broad_alignment": start(margin),
            "generations.step": 0.5,
            "generations.alignment_sd": sd,
            "horizon": 0.5,
        },
        12_000,
        (
            Share("in the basin throughout", IN_BASIN, inside, trap=1.0),
            Share("by a successor", road("successor"), 1.0 - inside),
        ),
    )


def no_successor_at_the_end() -> Case:
    """At the level that ends the run no successor is trained any more: whoever got there has stabilised."""
    return Case(
        "no successor at the level that ends the run",
        {
            "goodness.broad_alignment": start(0.6),
            "generations.step": 0.25,
            "generations.alignment_sd": 0.2,
            "capability.stabilise_at": 0.5,
            "horizon": 0.5,
        },
        12_000,
        (
            Share(
                "stabilised", road("stayed"), float(ndtr(0.1 / 0.1)),
                trap=survival_of_walk(0.6, 0.1, [0.25, 0.5]),
            ),
        ),
    )  # fmt: skip


def retraining() -> Case:
    """A successor is sent back until it is good enough, at most five times: a geometric number of tries, cut off."""
    margin, sd, step, accept = 0.3, 0.4, 0.5, 0.0
    size = sd * sqrt(step)
    passes = float(ndtr((margin - step - accept) / size))
    tries = np.arange(6)
    shares = np.append(passes * (1.0 - passes) ** tries[:5], (1.0 - passes) ** 5)
    mean = float(np.sum(tries * shares))

    def of_accepted(A: Any) -> NDArray[np.float64]:
        return np.asarray((ndtr((A - margin) / size) - (1.0 - passes)) / passes)

    return Case(
        "retraining until accepted (geometric)",
        {
            **NO_BASIN,
            "goodness.broad_alignment": start(margin),
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
    margin, rate, median, spread, months = 0.8, 0.5, 0.3, 0.5, 4.0
    grid = np.linspace(0.0, margin, 4001)
    width = grid[1] - grid[0]
    cells = np.diff(lognorm.cdf(np.append(grid, margin + width) - width / 2.0, spread, scale=median))
    inside, mass = exp(-rate * months), cells
    for count in range(1, 25):
        kept = float(mass[:-1].sum() + 0.5 * mass[-1])  # the last cell is cut in half by the edge
        inside += float(poisson.pmf(count, rate * months)) * kept
        mass = np.convolve(mass, cells)[: len(grid)]
    return Case(
        "outbreaks (compound Poisson)",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(margin),
            "goodness.infection_rate": rate,
            "goodness.infection_size": median,
            "horizon": months,
        },
        12_000,
        (
            Share("in the basin throughout", IN_BASIN, inside),
            Share("by an outbreak", road("infection"), 1.0 - inside),
            Share("no outbreak", lambda table: table["outbreaks"] == 0, exp(-rate * months)),
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
    shock_before_horizon(),
    no_successor_at_the_end(),
    retraining(),
    outbreaks(),
    paradigms(),
)
