"""The phase portrait: runs from their handoff to their end.

Would catch: a run drawn from before its handoff, an end in the look of another outcome.
"""

import pytest

import deference_sim as ds
from deference_sim.plots import style


def test_runs_are_drawn_from_the_handoff_to_their_end(result: ds.Result) -> None:
    ax = ds.plot.phase_portrait(result, n=15)
    records = result.records.head(15)
    markers = [line for line in ax.lines if len(line.get_xdata()) == 1]
    margins = records[["A", "W"]].min(axis=1) - records["C"]
    assert [float(line.get_xdata()[0]) for line in markers] == pytest.approx(list(records["C"]), abs=1e-9)
    assert [float(line.get_ydata()[0]) for line in markers] == pytest.approx(list(margins), abs=1e-9)
    assert [line.get_color() for line in markers] == [style.LOOKS[name].colour for name in records["outcome"]]
    paths = [line for line in ax.lines if len(line.get_xdata()) > 10 and line.get_linewidth() == 0.7]
    assert len(paths) == 15
    # Before the handoff alignment is prepared at capability 0: that stretch is not part of the portrait.
    handoff = result.records["handoff_month"].iloc[0]
    months = result.trajectories(15, 400).months
    assert len(paths[0].get_xdata()) <= int((months >= handoff).sum()) + 1


def test_never_handing_off_leaves_the_portrait_empty() -> None:
    scenario = ds.load("baseline").with_(**{"handoff.never": True, "horizon": "2 months"})
    ax = ds.plot.phase_portrait(ds.simulate(scenario, 3))
    assert not [line for line in ax.lines if len(line.get_xdata()) == 1]
