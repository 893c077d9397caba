"""Effort over time: shares are means over the runs that are under way, and make up the whole."""

import numpy as np
import pytest

import deference_sim as ds

from .reading import edges, entries


def test_shares_of_effort_are_means_over_runs_under_way(result: ds.Result) -> None:
    ax = ds.plot.effort_over_time(result, n=20)
    paths = result.trajectories(20, 300)
    bands = [edges(band) for band in ax.collections]
    column = 150
    month = float(paths.months[column])
    under_way = np.isfinite(paths.capability[:, column])
    low, high = bands[0][month]
    assert low == 0.0
    assert high == pytest.approx(paths.capability_share[under_way, column].mean())
    assert bands[1][month][1] - high == pytest.approx(paths.goodness_share[under_way, column].mean())
    assert bands[-1][month][1] == pytest.approx(1.0)
    first = min(bands[-1])
    assert bands[-1][first] == pytest.approx((0.0, 1.0)), "before the handoff humans do all of it"
    assert entries(ax)[0].startswith("humans")
