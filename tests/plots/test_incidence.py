"""Outcomes over time: bands are shares of all runs, with the interval of each sum.

Would catch: runs counted twice or left out of the denominator, an interval around the wrong sum.
"""

import pytest
from matplotlib.colors import to_hex

import deference_sim as ds
from deference_sim.analysis.estimate import probability
from deference_sim.analysis.records import outcome_words
from deference_sim.model.state import CATASTROPHES
from deference_sim.plots import style
from deference_sim.plots.incidence import POINTS

from .reading import edges, entries

PERCENT = 100.0


def test_bands_of_outcomes_are_shares_of_all_runs(result: ds.Result) -> None:
    ax = ds.plot.outcomes_over_time(result)
    bands = {to_hex(band.get_facecolor()): edges(band) for band in ax.collections}
    months = sorted(next(iter(bands.values())))
    for name, share in result.outcomes.items():
        if name == "unresolved" or share.estimate == 0.0:
            continue
        band = bands[style.LOOKS[name].colour.lower()]
        ends = result.records["months"].where(result.records["outcome"] == name)
        for month in (months[40], months[150], months[-1]):
            low, high = band[month]
            assert high - low == pytest.approx((ends <= month).mean(), abs=1e-9), (name, month)


def test_the_picture_goes_on_until_nearly_all_runs_have_ended(result: ds.Result) -> None:
    """Would catch a last month that is left out: the shares at the right edge would not be those of the table."""
    ax = ds.plot.outcomes_over_time(result)
    last = max(edges(ax.collections[0]))
    ends = result.records["months"][result.records["outcome"] != "unresolved"]
    assert ax.get_xlim() == (0.0, last)
    assert (ends <= last).mean() >= 0.98
    assert last >= min(ends.max(), 1.15 * ends.quantile(0.98))


def test_the_picture_goes_to_its_last_month() -> None:
    """Would catch a last point that is left out: these runs all end in the month of the deadline, and it shows more."""
    late = ds.load("single-deadline").with_(**{"rival.lead": 4, "handoff.never": True, "hazard_factor": 0})
    result = ds.simulate(late, 20)
    assert result.records["months"].unique() == pytest.approx([4.0])
    ax = ds.plot.outcomes_over_time(result)
    for band in ax.collections:
        assert max(edges(band)) == pytest.approx(1.05 * 4.0)
        assert len(edges(band)) == POINTS
    assert ax.get_xlim() == (0.0, pytest.approx(1.05 * 4.0))


def test_the_grey_bands_are_intervals_of_both_sums(result: ds.Result) -> None:
    ax = ds.plot.outcomes_over_time(result)
    grey = [edges(band) for band in ax.collections if to_hex(band.get_facecolor()) == style.WORDS]
    assert len(grey) == 2
    month = sorted(grey[0])[200]
    ended = result.records[result.records["months"] <= month]
    bad = probability(int(ended["outcome"].isin(CATASTROPHES).sum()), result.replicates)
    well = probability(int((~ended["outcome"].isin(CATASTROPHES)).sum()), result.replicates)
    assert grey[0][month] == pytest.approx((bad.low, bad.high))
    assert grey[1][month] == pytest.approx((1.0 - well.high, 1.0 - well.low))


def test_outcomes_are_named_with_share_and_interval(result: ds.Result) -> None:
    ax = ds.plot.outcomes_over_time(result)
    share = result.outcomes["stabilised"]
    low, high = PERCENT * share.low, PERCENT * share.high
    assert f"stabilised\n{PERCENT * share.estimate:.1f} % ({low:.1f} to {high:.1f})" in entries(ax)
    assert "under way" in entries(ax)
    lost = sum(result.outcomes[name].estimate for name in CATASTROPHES)
    assert ax.get_title(loc="left") == f"rushed-handoff: {100 * lost:.0f} % of the runs end in a catastrophe"
    told = f"{result.replicates} replicates, seed {result.seed}, scenario hash {result.scenario.hash[:12]}"
    assert told in [text.get_text() for text in ax.texts]
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "100 %"
    assert "(months)" in ax.get_xlabel()


def test_runs_that_end_at_the_horizon_are_said_to_be_unresolved() -> None:
    scenario = ds.load("baseline").with_(**{"horizon": "2 months", "handoff.never": True})
    ax = ds.plot.outcomes_over_time(ds.simulate(scenario, 20))
    assert any("unresolved" in entry for entry in entries(ax))


def test_names_stand_within_their_bands() -> None:
    """Would catch a name on another outcome's colour, or on none: a band may be wide only at its very end."""
    for name in ("plan-e", "single-deadline", "rushed-handoff"):
        ax = ds.plot.outcomes_over_time(ds.simulate(name, 300))
        written = [text for text in ax.texts if text.get_gid() != style.PROVENANCE]
        assert written
        bands = {to_hex(band.get_facecolor()): edges(band) for band in ax.collections}
        looks = {outcome_words(key, with_deadline=name == "single-deadline"): look for key, look in style.LOOKS.items()}
        for text in written:
            box = text.get_window_extent().transformed(ax.transData.inverted())
            band = bands[looks[text.get_text()].colour.lower()]
            within = [ends for month, ends in band.items() if box.x0 <= month <= box.x1]
            assert within
            assert all(low <= box.y0 and box.y1 <= high for low, high in within)
