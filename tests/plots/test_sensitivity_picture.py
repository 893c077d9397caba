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


@pytest.mark.parametrize(
    ("method", "columns"),
    [("sobol", ["total", "first"]), ("morris", ["mu_star"]), ("rank", ["correlation"]), ("voi", ["value"])],
)
def test_whiskers_of_an_index_are_its_interval(method: str, columns: list[str]) -> None:
    """Would catch one end drawn twice, or the interval of another index."""
    found = ds.sensitivity(QUICK, method, inputs=["uncertain"], replicates=4 if method == "morris" else 128)
    drawn = [tuple(path.vertices[:, 0]) for bars in ds.plot.tornado(found).collections for path in bars.get_paths()]
    expected = [
        (row[f"{column}_low"], row[f"{column}_high"]) for column in columns for _, row in found.table.iterrows()
    ]
    assert [end for ends in drawn for end in ends] == pytest.approx([end for ends in expected for end in ends])
    assert any(low < high for low, high in expected)
