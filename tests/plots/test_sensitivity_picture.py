"""The picture of what matters most: its whiskers are intervals of the swing."""

import pytest

import deference_sim as ds

from ..analysis.quick import QUICK


def test_whiskers_of_a_tornado_are_intervals_of_the_swing() -> None:
    """Would catch an interval laid off from the wrong end, or in the order of another table."""
    found = ds.sensitivity(QUICK, "tornado", inputs=["uncertain", "tax.decline"], replicates=40)
    axes = ds.plot.tornado(found)
    (whiskers,) = axes.collections
    drawn = [tuple(path.vertices[:, 0]) for path in whiskers.get_paths()]
    for ends, row in zip(drawn, found.table.itertuples(), strict=True):
        assert ends == pytest.approx((row.at_low + row.swing_low, row.at_low + row.swing_high))
        assert ends[0] <= row.at_high <= ends[1]
