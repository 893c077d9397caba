"""Pictures of comparisons, of boxes of failures, and of how a number is distributed over runs."""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.discover import Box, Discovery, Limit, plan_of
from deference_sim.analysis.estimate import probability
from deference_sim.plots.style import BLUE, GREY, ORANGE


def test_paired_differences_are_drawn_with_their_intervals() -> None:
    """Would catch an interval of the wrong difference, or one that holds 0 in the colour of a difference."""
    (found,) = ds.compare("plan-b", "plan-d", replicates=400)
    ax = ds.plot.differences(found)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[:2] == ["p_stay", "p_good"]
    drawn = {line.get_ydata()[0]: line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 2}
    for place, (_, _, change) in enumerate(found.measures.values()):
        assert list(drawn[place].get_xdata()) == [change.low, change.high]
        assert drawn[place].get_color() == ORANGE, "plan D does worse"
    by_colour = {drawn[place].get_color() for place in range(2, len(names))}
    assert by_colour <= {BLUE, ORANGE, GREY}
    told = f"p_stay: {100 * found.measures['p_stay'][0].estimate:.0f} % in plan-b"
    assert ax.get_title(loc="left").startswith(told)


def test_boxes_are_drawn_at_their_coverage_and_density_with_their_limits() -> None:
    plan = plan_of(ds.load("uncertain-baseline"), ["rival.lead", "rival.speed"], "p_stay", 64, 1)
    box = Box(
        (Limit("rival.lead", "months", None, 2.449), Limit("rival.speed", "1", 1.001, None)),
        probability(80, 100),
        probability(30, 100),
        probability(20, 100),
    )
    found = Discovery(plan, probability(50, 100), {"prim": (box,), "cart": ()}, 64, 1.0)
    quality, limits = ds.plot.boxes(found)
    assert any(
        (line.get_xdata()[0], line.get_ydata()[0]) == (0.3, 0.8) for line in quality.lines if len(line.get_xdata()) == 1
    )
    across, up = [line for line in quality.lines if len(line.get_xdata()) == 2 and line.get_alpha()]
    assert (list(across.get_xdata()), list(across.get_ydata())) == ([box.coverage.low, box.coverage.high], [0.8, 0.8])
    assert (list(up.get_xdata()), list(up.get_ydata())) == ([0.3, 0.3], [box.density.low, box.density.high])
    below, above = limits.patches
    assert (below.get_x(), below.get_x() + below.get_width()) == pytest.approx((0.0, 0.5), abs=0.01)
    assert (above.get_x(), above.get_x() + above.get_width()) == pytest.approx((0.5, 1.0), abs=0.01)
    assert [label.get_text() for label in limits.get_yticklabels()] == [
        "PRIM 1: Lead over the rival (months)",
        "PRIM 1: The rival's speed",
    ]
    ds.plot.boxes(Discovery(plan, probability(50, 100), {"prim": (), "cart": ()}, 64, 1.0))


def test_the_share_of_runs_is_drawn_over_any_number_of_the_records(result: ds.Result) -> None:
    ax = ds.plot.distribution(result, "handoff_month")
    values, shares = ax.lines[0].get_data()
    months = result.records["handoff_month"]
    assert shares[-1] == pytest.approx(months.notna().mean())
    assert np.all(np.diff(values) >= 0.0)
    density = ds.plot.distribution(result, "months", "pdf")
    assert sum(bar.get_height() for bar in density.patches) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="no number 'outcome' in the records: there are"):
        ds.plot.distribution(result, "outcome")
