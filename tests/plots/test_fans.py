"""Fans of many runs: what is drawn is what the result says, labelled with units.

Would catch: a fan of other quantiles or of too few runs, a path in the colour of another outcome, an axis without
its unit.
"""

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

import deference_sim as ds
from deference_sim.analysis.records import outcome_words
from deference_sim.plots import style

from .reading import edges

MEDIAN_WIDTH, SAMPLE_WIDTH = 2.0, 0.8  # points: how the lines of a fan and of single runs are told apart
FIELDS = ("capability", "deference_goodness", "margin", "lead")


@pytest.fixture(scope="module")
def paths(few: ds.Result) -> ds.Trajectories:
    return few.trajectories(few.replicates)


@pytest.fixture
def drawn(few: ds.Result, monkeypatch: pytest.MonkeyPatch, paths: ds.Trajectories) -> Any:
    """The four panels, drawn from ``paths``."""
    monkeypatch.setattr(ds.Result, "trajectories", lambda self, n, points: paths)
    return ds.plot.trajectories(few)


def quantile_by_hand(values: list[float], share: float) -> float:
    """Linear interpolation between order statistics."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


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


def test_panels_say_what_they_show_and_in_which_unit(drawn: Any, few: ds.Result) -> None:
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
    assert title == f"rushed-handoff: half of the runs have ended by month {few.records['months'].median():.1f}"
    made_from = f"{few.replicates} replicates, seed {few.seed}, scenario hash {few.scenario.hash[:12]}"
    assert made_from in [text.get_text() for text in drawn[0, 0].texts]


def test_lines_at_zero_are_explained(drawn: Any) -> None:
    words = [[text.get_text() for text in panel.texts] for panel in drawn.flat]
    assert "edge of the Basin of Good Deference" in words[2]
    assert "handoff" in words[2]
    assert words[3] == ["level with the rival"]
    for panel in drawn[1]:
        assert any(list(line.get_ydata()) == [0.0, 0.0] for line in panel.lines)
        assert panel.get_ylim()[0] < 0.0


@pytest.mark.parametrize(("panel", "field"), list(enumerate(FIELDS)))
def test_the_fan_is_the_quantiles_of_all_runs_those_that_have_ended_where_they_ended(
    drawn: Any, paths: ds.Trajectories, panel: int, field: str
) -> None:
    """Would catch a fan of survivors, which looks steady because lost runs have left it."""
    ax, values, ends = drawn.flat[panel], getattr(paths, field), paths.at_end[field]
    outer, inner = (edges(band) for band in ax.collections[:2])
    (median,) = medians(ax)
    drawn_median = dict(zip(median.get_xdata(), median.get_ydata(), strict=True))
    over = 0
    for column, month in enumerate(paths.months.tolist()):
        all_runs = [end if np.isnan(value) else value for value, end in zip(values[:, column], ends, strict=True)]
        over += sum(np.isnan(values[:, column]))
        expected = [quantile_by_hand(all_runs, share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)]
        found = [outer[month][0], inner[month][0], drawn_median[month], inner[month][1], outer[month][1]]
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert over > 0, "the test needs runs that have ended"
    legend = drawn[1, 0].get_legend().get_title().get_text()
    assert legend == "of all 40 runs drawn; one that has ended stays where it ended"


def test_the_share_of_runs_that_have_ended_is_drawn(drawn: Any, paths: ds.Trajectories) -> None:
    (beside,) = [ax for ax in drawn[0, 0].figure.axes if "ended" in ax.get_ylabel()]
    shares = edges(beside.collections[0])
    for month in paths.months.tolist():
        assert shares[month][1] == pytest.approx(float((paths.end_month <= month).mean()))


def test_the_rivals_median_is_a_line_beside_our_capability(drawn: Any, paths: ds.Trajectories) -> None:
    (median,) = medians(drawn[0, 0], style.RIVALS)
    column = len(paths.months) // 4
    last = [row[np.isfinite(row)][-1] if np.isnan(row[column]) else row[column] for row in paths.rival]
    assert median.get_ydata()[column] == pytest.approx(quantile_by_hand(last, 0.5))
    assert "rival's capability R (median)" in [text.get_text() for text in drawn[1, 0].get_legend().get_texts()]


@pytest.mark.parametrize(("panel", "field"), list(enumerate(FIELDS)))
def test_single_runs_end_where_the_records_say_in_the_look_of_their_outcome(
    drawn: Any, few: ds.Result, panel: int, field: str
) -> None:
    records = few.records.assign(capability=few.records["C"], deference_goodness=few.records[["A", "W"]].min(axis=1))
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


def test_the_legend_has_the_outcomes_that_occur_with_their_shares(drawn: Any, few: ds.Result) -> None:
    entries = [text.get_text() for text in drawn[1, 1].get_legend().get_texts()]
    occurring = {name: share.estimate for name, share in few.outcomes.items() if share.estimate > 0}
    words = {name: outcome_words(name, with_deadline=False) for name in occurring}
    assert entries == [f"{words[name]} {100 * share:.1f} %" for name, share in occurring.items()]


def test_fewer_replicates_than_asked_for_are_all_drawn() -> None:
    result = ds.simulate(ds.load("baseline"), 5)
    drawn = ds.plot.trajectories(result, n=200)
    assert "of all 5 runs" in drawn[1, 0].get_legend().get_title().get_text()
    assert len(end_markers(drawn[0, 0])) == 5


def test_without_a_rival_there_is_no_lead_and_a_deadline_is_called_one() -> None:
    alone = ds.simulate(ds.load("baseline").with_(**{"rival.mode": "none"}), 5)
    drawn = ds.plot.trajectories(alone)
    assert [text.get_text() for text in drawn[1, 1].texts] == ["no rival"]
    assert len(drawn[0, 0].collections) == 2
    late = ds.load("single-deadline").with_(**{"rival.lead": "1 month"})
    drawn = ds.plot.trajectories(ds.simulate(late, 5))
    assert [text.get_text() for text in drawn[1, 1].texts] == ["deadline"]
    assert "deadline missed" in drawn[1, 1].get_legend().get_texts()[-1].get_text()


def test_a_few_runs_that_last_long_do_not_squeeze_the_others() -> None:
    # Nobody hands off; the rival overtakes soon after its lead, which is now and then a long one.
    lead = {"lognormal": {"p5": 1, "p95": 9}}
    scenario = ds.load("baseline").with_(**{"handoff.at": "100 months", "rival.lead": lead})
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


def test_the_title_holds_for_all_runs_and_not_only_for_those_drawn(result: ds.Result) -> None:
    """Would catch a median of the few that are drawn, above a line that names all of them."""
    drawn = ds.plot.trajectories(result, n=5)
    month = result.records["months"].median()
    assert month != pytest.approx(result.records["months"][:5].median(), rel=0.01)
    assert drawn[0, 0].get_title(loc="left").endswith(f"by month {month:.1f}")
