"""Rates that turn far within a step are integrated in panels: how many, for which, and that they come to an end."""

from math import inf
from types import SimpleNamespace
from typing import Any

import pytest

from deference_sim.model import basin
from deference_sim.model.basin import catastrophe_exponent
from deference_sim.model.catastrophe import AI_CATASTROPHE
from deference_sim.trajectory import step
from deference_sim.trajectory.arrivals import turn
from deference_sim.trajectory.state import FIRST_HAZARD

BASIN = SimpleNamespace(mistakes_fall=10.0)


@pytest.mark.parametrize(
    ("margin0", "margin1", "factors"),
    [
        (0.5, 0.2, 3.0),
        (0.2, 0.5, 3.0),
        (-0.1, -0.3, 2.0),  # outside as inside
        (0.3, -0.2, 5.0),
        (1e6, 2e6, 0.0),  # as low as it gets
        (1e6, 0.0, basin.LEAST_HAZARD),
        (-0.7, -1e6, 0.0),  # as high as it gets
        (0.0, -1e6, basin.MOST_HAZARD),
    ],
)
def test_a_catastrophe_turns_by_one_scale_on_both_sides(margin0: float, margin1: float, factors: float) -> None:
    assert abs(catastrophe_exponent(BASIN, margin1) - catastrophe_exponent(BASIN, margin0)) == pytest.approx(factors)


@pytest.mark.parametrize("row", sorted(set(range(FIRST_HAZARD)) - {AI_CATASTROPHE}))
def test_other_processes_do_not_turn_with_the_basin(row: int) -> None:
    # Would catch: a theft or an outbreak integrated in a thousand panels because the basin's edge is sharp.
    assert turn(None, None, [], row, None, None) == 0.0


@pytest.mark.parametrize("what", ["steps", "instants", "panels"])
def test_a_trajectory_may_not_take_for_ever(what: str) -> None:
    spent: dict[str, Any] = dict.fromkeys(("steps", "instants", "panels"), 1_000_000)
    assert not step.is_exhausted(SimpleNamespace(**spent))
    spent[what] = inf
    assert step.is_exhausted(SimpleNamespace(**spent))
