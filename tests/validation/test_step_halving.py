"""Steps small enough: halving the tolerance moves p_stay and p_good by less than 0.1 point on the same addresses.

Pairs that change are counted, which sees far less than the difference of two shares would: over all scenarios together
fewer than 3 of some 10,850 pairs may change in either, an upper bound (95 %) of 0.07 points. With 3,000 replicates of
every scenario 22 of 132,000 pairs changed, most of them in worlds whose goodness moves very fast.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

import deference_sim as ds
from deference_sim.model.state import SETTLED
from deference_sim.scenario.shipped import shipped
from deference_sim.study.tally import GOOD_ENDS

SEED = 3
MAIN = {"baseline", "one-month-lead", "rushed-handoff", "single-deadline", "uncertain-baseline"}
MOVES = 0.001  # of p_stay or p_good


def at_tolerance(scenario: Any, n: int, factor: float) -> pd.DataFrame:
    """Return the records of a scenario at ``factor`` times its tolerance."""
    tolerance = scenario.value("numerics.tolerance") * factor
    return ds.simulate(scenario.with_(**{"numerics.tolerance": tolerance}), n, SEED).records


def stayed(table: pd.DataFrame) -> np.ndarray:
    """Return which runs stayed in the basin until the matter was settled."""
    return (table["in_basin_throughout"] & table["outcome"].isin(SETTLED)).to_numpy()


def ended_well(table: pd.DataFrame) -> np.ndarray:
    """Return which runs had a good end."""
    return table["outcome"].isin(GOOD_ENDS).to_numpy()


@dataclass(frozen=True)
class Change:
    """How many pairs change when the tolerance is halved, and how far the share of either kind of success moves."""

    pairs: int
    largest: float


def changed(name: str, n: int) -> Change:
    """Return what halving the tolerance changes in a scenario."""
    whole, half = (at_tolerance(ds.load(name), n, factor) for factor in (1.0, 0.5))
    successes = [(success(whole), success(half)) for success in (stayed, ended_well)]
    pairs = np.any([first != second for first, second in successes], axis=0).sum()
    return Change(int(pairs), max(abs(second.mean() - first.mean()) for first, second in successes))


def test_halving_the_tolerance_moves_nothing() -> None:
    """Would catch a step, a crossing or an arrival that is located by luck: outcomes that depend on the tolerance."""
    sizes = {name: 1_000 if name in MAIN else 150 for name in shipped()}
    moves = {name: changed(name, n) for name, n in sizes.items()}
    assert sum(move.pairs for move in moves.values()) < 3, {name: move for name, move in moves.items() if move.pairs}
    assert all(moves[name].largest < MOVES for name in MAIN)
    assert sum(sizes.values()) > 10_500


@pytest.mark.parametrize("name", sorted(MAIN))
def test_months_hardly_move(name: str) -> None:
    """Would catch a tolerance that is not heard: a hundred times smaller, months move, but by some 1e-4.

    Most of it is from steps across corners of the law, which may err by more where reviews are noisy.
    """
    whole, fine = at_tolerance(ds.load(name), 150, 1.0), at_tolerance(ds.load(name), 150, 0.01)
    same = whole["outcome"] == fine["outcome"]
    assert same.mean() > 0.99
    moved = (whole["months"] - fine["months"])[same].abs()
    assert 0.0 < moved.quantile(0.9) < 1e-3
    assert (fine["steps"] > whole["steps"]).any()


GRIDS = {
    "generation": ({"generations.step": 0.25}, 0.02),
    "review": ({"evaluation.review_interval": 7 / 30.4375 / 2, "evaluation.review_work": 0.05}, 0.01),
}


@pytest.mark.parametrize("grid", GRIDS)
def test_half_a_generation_or_a_review_interval_moves_little(grid: str) -> None:
    """Would catch answers that depend on how often AIs are succeeded or reviewed: 2 points, or 1, and 5 errors."""
    halved, allowed = GRIDS[grid]
    n, baseline = 4_000, ds.load("baseline")
    whole, half = (ds.simulate(scenario, n, SEED).records for scenario in (baseline, baseline.with_(**halved)))
    for success in (stayed, ended_well):
        moved = success(half).astype(float) - success(whole)
        assert moved.any()
        assert abs(moved.mean()) <= allowed + 5.0 * moved.std() / n**0.5
