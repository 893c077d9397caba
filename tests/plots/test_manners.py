"""Manners of pictures: drawn where they are asked to be, never blank, nothing shown, nothing global touched."""

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

import deference_sim as ds

from .reading import share_of_ink


@pytest.fixture(scope="module")
def trace(few: ds.Result) -> ds.Trajectory:
    return few.trace(0)


def draw_all(scenario: ds.Scenario, result: ds.Result, trace: ds.Trajectory, ax: Any = None) -> list[Any]:
    """Draw each of seven pictures, each on its own of the given Axes if there are any."""
    axes = [None] * 7 if ax is None else ax
    return [
        ds.plot.trajectories(result, n=3, ax=axes[0]),
        ds.plot.trajectory(trace, ax=axes[1]),
        ds.plot.outcomes_over_time(result, ax=axes[2]),
        ds.plot.phase_portrait(result, n=3, ax=axes[3]),
        ds.plot.tax_by_capability(scenario, ax=axes[4]),
        ds.plot.causal_loops(scenario, ax=axes[5]),
        ds.plot.stocks_and_flows(scenario, ax=axes[6]),
    ]


def test_nothing_is_blank_or_shown_and_nothing_global_is_changed(
    scenario: ds.Scenario, few: ds.Result, trace: ds.Trajectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plt, "show", lambda *args, **kwargs: pytest.fail("show was called"))
    before = mpl.rcParams.copy()
    four, five, *others = draw_all(scenario, few, trace)
    assert mpl.rcParams == before
    for panel in (*four.flat, *five.flat, *others):
        assert share_of_ink(panel) > 0.01


def test_given_axes_are_drawn_on_and_returned(scenario: ds.Scenario, few: ds.Result, trace: ds.Trajectory) -> None:
    four, five, others = plt.subplots(1, 4)[1], plt.subplots(5)[1], plt.subplots(1, 5)[1]
    before = plt.get_fignums()
    returned = draw_all(scenario, few, trace, [four, list(five), *others])
    assert [id(panel) for panel in returned[0].flat] == [id(panel) for panel in four]
    assert [id(panel) for panel in returned[1].flat] == [id(panel) for panel in five]
    assert [id(panel) for panel in returned[2:]] == [id(panel) for panel in others]
    assert plt.get_fignums() == before
    assert all(panel.has_data() for panel in (*four, *five, *others))


def test_one_axes_gives_its_place_to_the_panels(few: ds.Result) -> None:
    figure, (left, right) = plt.subplots(1, 2)
    returned = ds.plot.trajectories(few, n=3, ax=left)
    assert returned.shape == (2, 2)
    assert all(panel.figure is figure for panel in returned.flat)
    assert all(panel.get_position().x1 < right.get_position().x0 for panel in returned.flat)


def test_a_wrong_number_of_axes_is_refused(few: ds.Result) -> None:
    _, three = plt.subplots(3)
    with pytest.raises(ValueError, match="one Axes or 4 of them, not 3"):
        ds.plot.trajectories(few, n=3, ax=three)
