"""The region of two inputs: on its edge the chance is the target, and on the side that is called enough it is more."""

import matplotlib.pyplot as plt
import pytest

import deference_sim as ds
from deference_sim.analysis.region import ACROSS

from .quick import QUICK

N, SEED, TARGET = 600, 3, 0.5
LEAD, GOODNESS = "rival.lead", "goodness.broad_alignment"


@pytest.fixture(scope="module")
def found() -> ds.Region:
    return ds.region(QUICK, [(LEAD, ds.linspace(0.5, 4.0, 2)), (GOODNESS, ds.linspace(0.0, 1.5, 2))], TARGET, N, SEED)


def test_on_the_edge_the_chance_is_the_target(found: ds.Region) -> None:
    """Would catch inputs that are mixed up, an edge of other worlds, an interval that is not that of its place."""
    assert len(found.edge) == ACROSS
    reached = [(value, one) for value, one in found.edge if one.status == "found"]
    assert len(reached) >= 3
    for value, one in reached[:: max(len(reached) // 3, 1)]:
        assert one.estimate is not None
        here = QUICK.with_(**{LEAD: value, GOODNESS: one.estimate})
        chance = ds.simulate(here, N, SEED, keep_records=False).p_stay
        assert abs(chance.estimate - TARGET) < 5.0 * chance.mcse
        assert one.low is not None
        assert one.low < one.estimate


def test_success_rises_into_the_region_and_with_the_first_input(found: ds.Region) -> None:
    assert found.rising
    edge = [one.estimate for _, one in found.edge if one.status == "found"]
    assert edge == sorted(edge, reverse=True)  # the more lead, the less goodness it takes


@pytest.mark.usefixtures("no_window")
def test_the_picture_has_the_edge_and_its_band(found: ds.Region) -> None:
    drawn = ds.plot.region(found)
    edge = {(value, one.estimate) for value, one in found.edge if one.status == "found"}
    line = next(line for line in drawn.lines if line.get_marker() == ".")
    assert edge <= set(zip(line.get_xdata().tolist(), line.get_ydata().tolist(), strict=True))
    band = {tuple(point) for path in drawn.collections[1].get_paths() for point in path.vertices}
    intervals = [(value, one.low, one.high) for value, one in found.edge if one.status == "found"]
    assert {(value, low) for value, low, _ in intervals} <= band
    assert {(value, found.up.high if high is None else high) for value, _, high in intervals} <= band
    enough = {tuple(point) for path in drawn.collections[0].get_paths() for point in path.vertices}
    assert edge | {(value, found.up.high) for value, _, _ in intervals} <= enough
    plt.close(drawn.figure)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([(LEAD, None)], "1 inputs"),
        ([(LEAD, None), (LEAD, None)], "one input twice"),
        ([(LEAD, None), ("strategy.policy", None)], "cannot be varied"),
    ],
)
def test_what_has_no_region_is_refused(inputs: list[tuple[str, None]], said: str) -> None:
    with pytest.raises(ds.ScenarioError, match=said):
        ds.region(QUICK, inputs, TARGET, 10)
