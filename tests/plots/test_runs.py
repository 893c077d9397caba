"""The plots: what is drawn is what the result says, labelled with units, and nothing global is touched.

Would catch: a fan of other quantiles or of too few runs, a path in the colour of another outcome, an axis without
its unit, a figure that opens by itself, a plot that ignores the Axes it was given.
"""

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

import deference_sim as ds
from deference_sim.analysis.records import outcome_words
from deference_sim.model.state import CATASTROPHES, OUTCOMES
from deference_sim.plots import style

from .reading import edges

OKABE_ITO = {"#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"}
REPLICATES, SEED = 40, 3
MEDIAN_WIDTH, SAMPLE_WIDTH = 2.0, 0.8  # points: how the lines of a fan and of single runs are told apart
FIELDS = ("capability", "deference_goodness", "margin", "lead")


@pytest.fixture(scope="module")
def result() -> ds.Result:
    """Runs whose ends lie months apart, of several outcomes, with a handoff that is not at the start."""
    scenario = ds.load("rushed-handoff").with_(**{"capability.initial_speedup": "5 to 40"})
    return ds.simulate(scenario, REPLICATES, SEED)


@pytest.fixture(scope="module")
def paths(result: ds.Result) -> ds.Trajectories:
    return result.trajectories(REPLICATES)


@pytest.fixture
def drawn(result: ds.Result, monkeypatch: pytest.MonkeyPatch, paths: ds.Trajectories) -> Any:
    """The four panels, drawn from ``paths``."""
    monkeypatch.setattr(ds.Result, "trajectories", lambda self, n, points: paths)
    return ds.plot.trajectories(result)


def quantile_by_hand(values: list[float], share: float) -> float:
    """Linear interpolation between order statistics."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def months_shown(paths: ds.Trajectories) -> list[int]:
    """Columns of the grid at which at least 20 % of the runs are under way."""
    return [
        column
        for column, month in enumerate(paths.months)
        if sum(end >= month for end in paths.end_month) >= 0.2 * len(paths.end_month)
    ]


def medians(panel: Axes, colour: str = style.OURS) -> list[Any]:
    return [
        line
        for line in panel.lines
        if line.get_linewidth() == MEDIAN_WIDTH and to_hex(line.get_color()) == colour.lower()
    ]


def end_markers(panel: Axes) -> list[Any]:
    return [line for line in panel.lines if line.get_marker() != "None"]


def sample_lines(panel: Axes) -> list[Any]:
    return [line for line in panel.lines if line.get_linewidth() == SAMPLE_WIDTH and line.get_alpha() is not None]


def share_of_ink(ax: Axes) -> float:
    """The share of an Axes' pixels that are not white."""
    figure: Any = ax.figure
    figure.canvas.draw()
    image = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    box = ax.get_window_extent()
    rows = slice(int(image.shape[0] - box.y1), int(image.shape[0] - box.y0))
    return float((image[rows, int(box.x0) : int(box.x1)] < 250).any(axis=-1).mean())


# ---- many runs ----------------------------------------------------------------------------------------------


def test_panels_say_what_they_show_and_in_which_unit(drawn: Any, result: ds.Result) -> None:
    assert drawn.shape == (2, 2)
    labels = [panel.get_ylabel() for panel in drawn.flat]
    assert labels == [
        "capability C (py)",
        "deference-goodness G (py)",
        "margin M = G − C (py)",
        "lead L (months)",
    ]
    assert all("(months)" in panel.get_xlabel() for panel in drawn[1])
    assert len({panel.get_xlim() for panel in drawn.flat}) == 1
    title = drawn[0, 0].get_title(loc="left")
    assert title == f"rushed-handoff: {REPLICATES} replicates, seed {SEED}"


def test_lines_at_zero_are_explained(drawn: Any) -> None:
    words = [[text.get_text() for text in panel.texts] for panel in drawn.flat]
    assert "edge of the Basin of Good Deference" in words[2]
    assert "handoff" in words[2]
    assert words[3] == ["level with the rival"]
    for panel in drawn[1]:
        assert any(list(line.get_ydata()) == [0.0, 0.0] for line in panel.lines)
        assert panel.get_ylim()[0] < 0.0


@pytest.mark.parametrize(("panel", "field"), list(enumerate(FIELDS)))
def test_the_fan_is_the_quantiles_of_the_runs_still_under_way(
    drawn: Any, paths: ds.Trajectories, panel: int, field: str
) -> None:
    ax, values = drawn.flat[panel], getattr(paths, field)
    outer, inner = (edges(band) for band in ax.collections[:2])
    (median,) = medians(ax)
    drawn_median = dict(zip(median.get_xdata(), median.get_ydata(), strict=True))
    for column in months_shown(paths):
        month = float(paths.months[column])
        under_way = [value for value in values[:, column] if not np.isnan(value)]
        expected = [quantile_by_hand(under_way, share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
        found = [outer[month][0], inner[month][0], drawn_median[month], inner[month][1], outer[month][1]]
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_fan_ends_when_fewer_than_a_fifth_are_under_way(drawn: Any, paths: ds.Trajectories) -> None:
    last = float(paths.months[months_shown(paths)[-1]])
    assert last < 0.95 * paths.months[-1], "the test needs stragglers"
    for panel in drawn.flat:
        for band in panel.collections:
            assert max(edges(band)) == last
        for median in [*medians(panel), *medians(panel, style.RIVALS)]:
            known = np.isfinite(np.asarray(median.get_ydata(), dtype=float))
            assert np.asarray(median.get_xdata())[known].max() == last
    legend = drawn[1, 0].get_legend().get_title().get_text()
    assert "under way" in legend
    assert "20 %" in legend


def test_the_rival_is_a_second_fan_beside_our_capability(drawn: Any, paths: ds.Trajectories) -> None:
    (median,) = medians(drawn[0, 0], style.RIVALS)
    column = months_shown(paths)[-1]
    under_way = [value for value in paths.rival[:, column] if not np.isnan(value)]
    assert median.get_ydata()[column] == pytest.approx(quantile_by_hand(under_way, 0.5))
    assert len(drawn[0, 0].collections) == 4
    assert "rival's capability R" in [text.get_text() for text in drawn[1, 0].get_legend().get_texts()]


@pytest.mark.parametrize(("panel", "field"), list(enumerate(FIELDS)))
def test_single_runs_end_where_the_records_say_in_the_look_of_their_outcome(
    drawn: Any, result: ds.Result, panel: int, field: str
) -> None:
    records = result.records.assign(
        capability=result.records["C"], deference_goodness=result.records[["A", "W"]].min(axis=1)
    )
    records["margin"] = records["deference_goodness"] - records["C"]
    markers = end_markers(drawn.flat[panel])
    assert 8 <= len(markers) <= 12
    found = set()
    for marker in markers:
        (month,), (level,) = marker.get_xdata(), marker.get_ydata()
        row = records.loc[(records["months"] - month).abs().idxmin()]
        assert (month, level) == pytest.approx((row["months"], row[field]), rel=1e-6, abs=1e-6)
        look = style.LOOKS[row["outcome"]]
        assert (marker.get_color(), marker.get_marker()) == (look.colour, look.marker)
        found.add(row["outcome"])
    assert found == set(records["outcome"]), "an outcome that occurs has no run in the picture"


def test_a_path_has_the_colour_of_the_marker_at_its_end(drawn: Any) -> None:
    for panel in drawn.flat:
        ends = {float(marker.get_xdata()[0]): marker.get_color() for marker in end_markers(panel)}
        lines = {float(line.get_xdata()[-1]): line.get_color() for line in sample_lines(panel)}
        assert ends.items() <= lines.items()


def test_the_legend_has_the_outcomes_that_occur_with_their_shares(drawn: Any, result: ds.Result) -> None:
    entries = [text.get_text() for text in drawn[1, 1].get_legend().get_texts()]
    occurring = {name: share.value for name, share in result.outcomes.items() if share.value > 0}
    assert entries == [
        f"{outcome_words(name, with_deadline=False)} {100 * share:.1f} %" for name, share in occurring.items()
    ]


def test_every_outcome_has_a_look_of_its_own() -> None:
    assert set(style.LOOKS) == set(OUTCOMES[1:])
    assert len({look.colour for look in style.LOOKS.values()}) == len(style.LOOKS)
    assert {look.colour for look in style.LOOKS.values()} - OKABE_ITO == {style.GREY}
    for outcome, look in style.LOOKS.items():
        assert (look.marker == style.BAD) == (outcome in CATASTROPHES)


def test_fewer_replicates_than_asked_for_are_all_drawn() -> None:
    result = ds.simulate(ds.load("baseline"), 5, SEED)
    drawn = ds.plot.trajectories(result, n=200)
    assert "of 5 runs" in drawn[1, 0].get_legend().get_title().get_text()
    assert len(end_markers(drawn[0, 0])) == 5


def test_without_a_rival_there_is_no_lead_and_a_deadline_is_called_one() -> None:
    alone = ds.simulate(ds.load("baseline").with_(**{"rival.mode": "none"}), 5, SEED)
    drawn = ds.plot.trajectories(alone)
    assert [text.get_text() for text in drawn[1, 1].texts] == ["no rival"]
    assert len(drawn[0, 0].collections) == 2
    late = ds.load("single-deadline").with_(**{"rival.lead": "1 month"})
    drawn = ds.plot.trajectories(ds.simulate(late, 5, SEED))
    assert [text.get_text() for text in drawn[1, 1].texts] == ["deadline"]
    assert "deadline missed" in drawn[1, 1].get_legend().get_texts()[-1].get_text()


def test_a_few_runs_that_last_long_do_not_squeeze_the_others() -> None:
    # Nobody hands off; the rival overtakes at random, now and then only after a long time.
    scenario = ds.load("baseline").with_(**{"handoff.at": "100 months"})
    result = ds.simulate(scenario, 12, seed=1)  # one of the twelve lasts three times as long
    ends = result.records["months"]
    drawn = ds.plot.trajectories(result)
    last = drawn[0, 0].get_xlim()[1]
    assert ends.quantile(0.9) < last < ends.max()
    (median,) = medians(drawn[0, 0])
    assert np.diff(median.get_xdata()).max() <= last / 150, "too few points are in view"
    for panel in drawn.flat:
        assert len(sample_lines(panel)) == 12
        assert max(line.get_xdata()[-1] for line in sample_lines(panel)) <= last
        assert len(end_markers(panel)) == (ends <= last).sum()


# ---- one run ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trace(result: ds.Result) -> ds.Trajectory:
    return result.trace(int(result.records["months"].idxmax()))


@pytest.fixture
def traced(trace: ds.Trajectory) -> Any:
    return ds.plot.trajectory(trace)


def test_one_run_has_labels_units_and_a_title(traced: Any, trace: ds.Trajectory) -> None:
    labels = [panel.get_ylabel() for panel in traced.flat]
    assert labels == ["level (py)", "margin M (py)", "lead L (months)", "share of effort", ""]
    assert "(months)" in traced.flat[4].get_xlabel()
    words = outcome_words(trace.outcome, with_deadline=False)
    assert (
        traced.flat[0]
        .get_title(loc="left")
        .startswith(f"{trace.scenario.name}, replicate {trace.replicate}, seed {SEED}: {words}")
    )


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
    never = ds.plot.trajectory(ds.simulate(scenario, 1, SEED).trace(0))
    assert share_of_ink(never.flat[3]) > 0.9  # grey all the way
    scenario = scenario.with_(**{"handoff.at": None, "rival.mode": "none", "horizon": "2 months"})
    alone = ds.plot.trajectory(ds.simulate(scenario, 1, SEED).trace(0))
    assert [text.get_text() for text in alone.flat[2].texts] == ["no rival"]


def shaded(panel: Axes) -> list[tuple[float, float, str]]:
    """Spans over the whole height of a panel that are shaded: start, end, colour."""
    spans = [patch for patch in panel.patches if patch.get_zorder() == 0.5]
    return [(*patch.get_extents().intervalx, to_hex(patch.get_facecolor())) for patch in spans]


def test_spells_of_partial_and_halted_deference_are_shaded_in_every_panel() -> None:
    scenario = ds.load("partial-deference").with_(**{"handoff.halt_below": "0.3 py", "handoff.min_halt": "0.2 months"})
    trace = next(
        found
        for found in (ds.simulate(scenario, 20, SEED).trace(replicate) for replicate in range(20))
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
    trace = ds.simulate(scenario, 1, SEED).trace(0)
    assert trace.scheming[0][0] == 3.0
    drawn = ds.plot.trajectory(trace)
    assert "AIs scheme, known or not" in [label.get_text() for label in drawn.flat[4].get_yticklabels()]
    assert "outside the basin" in [text.get_text() for text in drawn.flat[1].get_legend().get_texts()]
    (area,) = drawn.flat[1].collections
    assert min(edges(area)) >= 3.0


# ---- manners ------------------------------------------------------------------------------------------------


def test_the_pictures_are_not_blank(drawn: Any, traced: Any) -> None:
    for panel in (*drawn.flat, *traced.flat):
        assert share_of_ink(panel) > 0.01


def test_given_axes_are_drawn_on_and_returned(result: ds.Result, trace: ds.Trajectory) -> None:
    four, five = plt.subplots(1, 4)[1], plt.subplots(5)[1]
    before = plt.get_fignums()
    returned = ds.plot.trajectories(result, n=3, ax=four)
    assert [id(panel) for panel in returned.flat] == [id(panel) for panel in four]
    returned = ds.plot.trajectory(trace, ax=list(five))
    assert [id(panel) for panel in returned.flat] == [id(panel) for panel in five]
    assert plt.get_fignums() == before
    assert all(panel.lines for panel in (*four, *five))


def test_one_axes_gives_its_place_to_the_panels(result: ds.Result) -> None:
    figure, (left, right) = plt.subplots(1, 2)
    returned = ds.plot.trajectories(result, n=3, ax=left)
    assert returned.shape == (2, 2)
    assert all(panel.figure is figure for panel in returned.flat)
    assert all(panel.get_position().x1 < right.get_position().x0 for panel in returned.flat)


def test_a_wrong_number_of_axes_is_refused(result: ds.Result) -> None:
    _, three = plt.subplots(3)
    with pytest.raises(ValueError, match="one Axes or 4 of them, not 3"):
        ds.plot.trajectories(result, n=3, ax=three)


def test_nothing_is_shown_and_nothing_global_is_changed(
    result: ds.Result, trace: ds.Trajectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plt, "show", lambda *args, **kwargs: pytest.fail("show was called"))
    before = mpl.rcParams.copy()
    ds.plot.trajectories(result, n=3)
    ds.plot.trajectory(trace)
    assert mpl.rcParams == before
