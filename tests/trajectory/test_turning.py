"""Rates that turn far within a step are integrated in panels: how many, for which, and that they come to an end."""

from math import inf
from types import SimpleNamespace
from typing import Any

import pytest

from deference_sim.model import basin, overtaking
from deference_sim.model.basin import catastrophe_exponent
from deference_sim.model.catastrophe import AI_CATASTROPHE
from deference_sim.model.overtaking import widths_ahead
from deference_sim.trajectory import step
from deference_sim.trajectory.arrivals import turn
from deference_sim.trajectory.state import FIRST_HAZARD

BASIN = SimpleNamespace(basin_inside_scale=0.1, basin_outside_scale=2.0)
RIVAL = SimpleNamespace(rival_edge=0.5, rival_overtake_width=0.1)


@pytest.mark.parametrize(
    ("margin0", "margin1", "factors"),
    [
        (0.5, 0.2, 3.0),
        (0.2, 0.5, 3.0),
        (-1.0, -3.0, 1.0),  # outside it is the other scale that counts
        (0.3, -1.0, 3.5),
        (1e6, 2e6, 0.0),  # as low as it gets
        (1e6, 0.0, basin.LEAST_HAZARD),
        (-14.0, -1e6, 0.0),  # as high as it gets
        (0.0, -1e6, basin.MOST_HAZARD),
    ],
)
def test_a_catastrophe_turns_by_the_scale_of_its_side(margin0: float, margin1: float, factors: float) -> None:
    assert abs(catastrophe_exponent(BASIN, margin1) - catastrophe_exponent(BASIN, margin0)) == pytest.approx(factors)


@pytest.mark.parametrize(
    ("ahead0", "ahead1", "factors"),
    [
        (-1.0, -0.5, 5.0),
        (-0.5, 1.5, 20.0),
        (10.0, 1e6, 0.0),  # certain
        (-1e6, -2e6, 0.0),  # out of the question
        (-1e6, 1e6, overtaking.LEAST_LIKELY + overtaking.SURELY),
    ],
)
def test_being_overtaken_turns_until_it_is_certain(ahead0: float, ahead1: float, factors: float) -> None:
    assert abs(widths_ahead(RIVAL, ahead1) - widths_ahead(RIVAL, ahead0)) == pytest.approx(factors)


@pytest.mark.parametrize("row", sorted(set(range(FIRST_HAZARD)) - {AI_CATASTROPHE, overtaking.OVERTAKING}))
def test_other_processes_do_not_turn_with_the_basin_or_the_rival(row: int) -> None:
    # Would catch: a theft or an outbreak integrated in a thousand panels because the basin's edge is sharp.
    assert turn(None, None, [], row, None, None) == 0.0


@pytest.mark.parametrize("what", ["steps", "instants", "panels"])
def test_a_trajectory_may_not_take_for_ever(what: str) -> None:
    spent: dict[str, Any] = dict.fromkeys(("steps", "instants", "panels"), 1_000_000)
    assert not step.is_exhausted(SimpleNamespace(**spent))
    spent[what] = inf
    assert step.is_exhausted(SimpleNamespace(**spent))
