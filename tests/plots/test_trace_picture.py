"""The picture of a trace: its path, what reviews found, every event in its month, and who worked on what.

Would catch: an estimate drawn as the truth, an event without a mark, a share that holds past the next decision.
"""

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

import deference_sim as ds
from deference_sim.analysis.records import outcome_words
from deference_sim.model.events import EVENTS
from deference_sim.plots import style
from deference_sim.plots.trace import EVENT_LOOKS, ROUTINE, TURNING_POINTS

from .reading import edges, share_of_ink


@pytest.fixture(scope="module")
def trace(few: ds.Result) -> ds.Trajectory:
    return few.trace(int(few.records["months"].idxmax()))


@pytest.fixture
def traced(trace: ds.Trajectory) -> Any:
    return ds.plot.trajectory(trace)


def test_one_run_has_labels_units_and_a_title(traced: Any, trace: ds.Trajectory) -> None:
    labels = [panel.get_ylabel() for panel in traced.flat]
    assert labels == ["level (py)", "margin M (py)", "lead L (months)", "share of effort", ""]
    assert "(months)" in traced.flat[4].get_xlabel()
    words = outcome_words(trace.outcome, with_deadline=False)
    assert traced.flat[0].get_title(loc="left").startswith(f"{trace.scenario.name}: {words}")
    made_from = f"replicate {trace.replicate}, seed {trace.seed}, scenario hash {trace.scenario.hash[:12]}"
    assert made_from in [text.get_text() for text in traced.flat[0].texts]


def test_one_run_shows_its_path_and_what_reviews_found(traced: Any, trace: ds.Trajectory) -> None:
    lines = {line.get_label(): line for panel in traced.flat for line in panel.lines}
    expected = {
        "capability C": trace.path.capability[0],
        "rival's capability R": trace.path.rival[0],
        "margin M": trace.path.margin[0],
        "broad alignment A": trace.path.broad_alignment[0],
        "capability profile W": trace.path.capability_profile[0],
        "as reviewed": trace.log.loc[trace.log["event"] == "reviewed", "margin_estimate"],
    }
    for label, values in expected.items():
        np.testing.assert_array_equal(lines[label].get_ydata(), values, err_msg=label)


def test_every_event_but_routine_has_a_mark_at_its_month(traced: Any, trace: ds.Trajectory) -> None:
    timeline = traced.flat[4]
    rows = [label.get_text() for label in timeline.get_yticklabels()]
    marks = {
        (round(float(month), 9), rows[int(row)])
        for line in timeline.lines
        if line.get_marker() != "None"
        for month, row in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }
    told = trace.log[~trace.log["event"].isin(["reviewed", "effort shared"])]
    for month, event in told[["month", "event"]].itertuples(index=False):
        words = outcome_words(trace.outcome, with_deadline=False) if event == "resolved" else event
        assert any(at == round(month, 9) and row.startswith(words) for at, row in marks), event
    assert len(marks) == len(told.drop_duplicates(["month", "event", "about"]))


def test_every_look_is_that_of_an_event() -> None:
    """Would catch a look, or a turning point, that was left behind under an event's former name."""
    assert {*EVENT_LOOKS, *TURNING_POINTS, *ROUTINE} <= set(EVENTS)


def test_shares_are_stacked_to_the_whole_from_the_handoff_on(traced: Any, trace: ds.Trajectory) -> None:
    handoff = float(trace.log.loc[trace.log["event"] == "handed off", "month"].iloc[0])
    assert handoff > 0.0
    bottom, *_, top = traced.flat[3].collections
    levels = edges(top)
    assert min(levels) == handoff
    assert max(levels) == trace.month
    assert [high for _, high in levels.values()] == pytest.approx([1.0] * len(levels))
    corners = {(float(month), float(level)) for path in bottom.get_paths() for month, level in path.vertices}
    after = trace.log[trace.log["month"] > handoff]
    for share, until in zip(after["capability_share"][:-1], after["month"][1:], strict=True):
        assert (until, share) in corners, "a share holds until the next decision"
    assert "humans" in [text.get_text() for text in traced.flat[3].texts]


def test_a_run_that_never_hands_off_or_has_no_rival_is_drawn_too() -> None:
    scenario = ds.load("baseline").with_(**{"handoff.at": "100 months"})
    never = ds.plot.trajectory(ds.simulate(scenario, 1).trace(0))
    assert share_of_ink(never.flat[3]) > 0.9  # grey all the way
    scenario = scenario.with_(**{"handoff.at": None, "rival.mode": "none", "horizon": "2 months"})
    alone = ds.plot.trajectory(ds.simulate(scenario, 1).trace(0))
    assert [text.get_text() for text in alone.flat[2].texts] == ["no rival"]


def shaded(panel: Axes) -> list[tuple[float, float, str]]:
    """Spans over the whole height of a panel that are shaded: start, end, colour."""
    spans = [patch for patch in panel.patches if patch.get_zorder() == 0.5]
    return [(*patch.get_extents().intervalx, to_hex(patch.get_facecolor())) for patch in spans]


def test_spells_of_partial_and_halted_deference_are_shaded_in_every_panel() -> None:
    scenario = ds.load("partial-deference").with_(**{"handoff.halt_below": "0.3 py", "handoff.min_halt": "0.2 months"})
    trace = next(
        found
        for found in (ds.simulate(scenario, 20, seed=3).trace(replicate) for replicate in range(20))
        if {"partial", "full", "halted"} <= {spell.phase for spell in found.phases}
    )
    drawn = ds.plot.trajectory(trace)
    spells = [spell for spell in trace.phases if spell.phase in ("partial", "halted")]
    colours = {"partial": style.SKY.lower(), "halted": style.VERMILION.lower()}
    for panel in drawn.flat:
        to_data = panel.transData.inverted()
        found = [
            (to_data.transform((start, 0))[0], to_data.transform((end, 0))[0], c) for start, end, c in shaded(panel)
        ]
        expected = [(spell.start, spell.end, colours[spell.phase]) for spell in spells]
        for left, right in zip(found, expected, strict=True):
            assert left[:2] == pytest.approx(right[:2], abs=1e-9)
            assert left[2] == right[2]
    legend = [text.get_text() for text in drawn.flat[0].get_legend().get_texts()]
    assert {"partial deference", "deference halted"} <= set(legend)
    assert "G, with what humans fill in" in legend


def test_ais_that_scheme_are_shown_as_outside_the_basin() -> None:
    scenario = ds.load("with-scheming").with_(**{"scheming.at_handoff": 1, "scheming.capability_slope": 0})
    scenario = scenario.with_(**{"scheming.work_halves": "1000 months"})
    trace = ds.simulate(scenario, 1).trace(0)
    assert trace.scheming[0][0] == 3.0
    drawn = ds.plot.trajectory(trace)
    assert "AIs scheme, known or not" in [label.get_text() for label in drawn.flat[4].get_yticklabels()]
    assert "outside the basin" in [text.get_text() for text in drawn.flat[1].get_legend().get_texts()]
    (area,) = drawn.flat[1].collections
    assert min(edges(area)) >= 3.0


def test_scheming_that_lasts_an_instant_is_seen() -> None:
    """Would catch a bar too short to be drawn: a row of the picture with a name and nothing in it."""
    all_scheme = {"scheming.at_handoff": 1, "scheming.work_halves": "1000 months", "horizon": "3.005 months"}
    trace = ds.trace(ds.load("with-scheming").with_(**all_scheme))
    ((start, end),) = trace.scheming
    assert 0.0 < end - start < 0.01
    timeline = ds.plot.trajectory(trace).flat[4]
    names = [label.get_text() for label in timeline.get_yticklabels()]
    row = names.index("AIs scheme, known or not")
    (mark,) = (line for line in timeline.lines if list(line.get_ydata()) == [row])
    assert list(mark.get_xdata()) == [start]
    assert mark.get_marker() == "|"


def test_what_ended_a_run_has_one_row() -> None:
    """Would catch the same words twice: the event, and the outcome that is called the same."""
    missed = ds.simulate(ds.load("single-deadline").with_(**{"rival.lead": "1 month"}), 3)
    assert (missed.records["outcome"] == "rival_catastrophe").all()
    names = [label.get_text() for label in ds.plot.trajectory(missed.trace(0))[4].get_yticklabels()]
    assert names.count("deadline missed") == 1
