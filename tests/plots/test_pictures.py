"""Outcomes over time, phase portrait, tax and diagrams: what is drawn is what the records and the law say.

Would catch: runs counted twice or left out of the denominator, an interval around the wrong sum, a run drawn from
before its handoff, an edge that is not where the law has it, an arrow in a diagram that the law does not have.
"""

from math import exp, tanh

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from scipy.optimize import brentq

import deference_sim as ds
from deference_sim.analysis.estimate import probability
from deference_sim.analysis.influences import influences
from deference_sim.analysis.tax import effective_edge
from deference_sim.model.state import CATASTROPHES
from deference_sim.plots import style
from deference_sim.plots.diagrams import CAUSES, GROUPS, SIGNS

from .reading import edges

REPLICATES, SEED = 300, 3
PERCENT = 100.0


@pytest.fixture(scope="module")
def result() -> ds.Result:
    scenario = ds.load("rushed-handoff").with_(**{"capability.initial_speedup": "5 to 40"})
    return ds.simulate(scenario, REPLICATES, SEED)


def entries(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


# ---- outcomes over time -------------------------------------------------------------------------------------


def test_bands_of_outcomes_are_shares_of_all_runs(result: ds.Result) -> None:
    ax = ds.plot.outcomes_over_time(result)
    bands = {to_hex(band.get_facecolor()): edges(band) for band in ax.collections}
    months = sorted(next(iter(bands.values())))
    for name, share in result.outcomes.items():
        if name == "unresolved" or share.value == 0.0:
            continue
        band = bands[style.LOOKS[name].colour.lower()]
        ends = result.records["months"].where(result.records["outcome"] == name)
        for month in (months[40], months[150], months[-1]):
            low, high = band[month]
            assert high - low == pytest.approx((ends <= month).mean(), abs=1e-9), (name, month)


def test_the_grey_bands_are_intervals_of_both_sums(result: ds.Result) -> None:
    ax = ds.plot.outcomes_over_time(result)
    grey = [edges(band) for band in ax.collections if to_hex(band.get_facecolor()) == style.WORDS]
    assert len(grey) == 2
    month = sorted(grey[0])[200]
    ended = result.records[result.records["months"] <= month]
    bad = probability(int(ended["outcome"].isin(CATASTROPHES).sum()), REPLICATES)
    well = probability(int((~ended["outcome"].isin(CATASTROPHES)).sum()), REPLICATES)
    assert grey[0][month] == pytest.approx((bad.low, bad.high))
    assert grey[1][month] == pytest.approx((1.0 - well.high, 1.0 - well.low))


def test_outcomes_are_named_with_share_and_interval(result: ds.Result) -> None:
    ax = ds.plot.outcomes_over_time(result)
    share = result.outcomes["stabilised"]
    low, high = PERCENT * share.low, PERCENT * share.high
    assert f"stabilised\n{PERCENT * share.value:.1f} % ({low:.1f} to {high:.1f})" in entries(ax)
    assert "under way" in entries(ax)
    assert ax.get_title(loc="left") == f"rushed-handoff: {REPLICATES} replicates, seed {SEED}"
    assert "(months)" in ax.get_xlabel()


def test_runs_that_end_at_the_horizon_are_said_to_be_unresolved() -> None:
    scenario = ds.load("baseline").with_(**{"horizon": "2 months", "handoff.never": True})
    ax = ds.plot.outcomes_over_time(ds.simulate(scenario, 20, SEED))
    assert any("unresolved" in entry for entry in entries(ax))


# ---- phase portrait -----------------------------------------------------------------------------------------


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
    ax = ds.plot.phase_portrait(ds.simulate(scenario, 3, SEED))
    assert not [line for line in ax.lines if len(line.get_xdata()) == 1]


def test_the_effective_edge_is_where_gains_equal_drift() -> None:
    scenario = ds.load("tax-ten-times")
    level = 1.5  # at and below its peak the pace at work is the clock, which then cancels
    (found,) = effective_edge(scenario, np.array([level]))
    tax = scenario.tax.broad_alignment * 10.0 ** (-scenario.tax.decline * level)
    research = 1.0 - scenario.strategy.time_buying_share - scenario.strategy.defence_share

    def gain(margin: float) -> float:
        room = 1.0 - margin / scenario.goodness.reach
        useful = 0.5 * research * scenario.goodness.epistemic_efficiency * tanh(margin / scenario.basin.width)
        return useful / tax * room - scenario.goodness.drift * exp(-margin / scenario.goodness.drift_margin)

    assert scenario.tax.broad_alignment == scenario.tax.capability_profile, "half of the work goes to each"
    assert found == pytest.approx(brentq(gain, 0.0, 1.0), abs=1e-5)
    assert found > 0.02


def test_without_a_basin_there_is_no_effective_edge() -> None:
    assert np.isnan(effective_edge(ds.load("no-basin"), np.array([0.0, 1.0]))).all()


# ---- tax ----------------------------------------------------------------------------------------------------


def test_the_tax_falls_as_declared() -> None:
    scenario = ds.load("baseline")
    ax = ds.plot.tax_by_capability(scenario)
    levels, taxes = (np.asarray(values) for values in ax.lines[0].get_data())
    both = scenario.tax.broad_alignment + scenario.tax.capability_profile
    np.testing.assert_allclose(taxes, both * 10.0 ** (-scenario.tax.decline * levels), rtol=1e-12)
    np.testing.assert_allclose(ax.lines[1].get_ydata() + ax.lines[2].get_ydata(), taxes, rtol=1e-12)
    assert levels[-1] == scenario.capability.stabilise_at
    assert "no uncertain inputs" in ax.get_title(loc="left")
    assert not ax.collections


def test_uncertain_inputs_give_the_tax_a_fan() -> None:
    scenario = ds.load("baseline").with_(**{"tax.broad_alignment": "0.1 to 1", "tax.capability_profile": 0})
    ax = ds.plot.tax_by_capability(scenario, seed=SEED)
    drawn = scenario.draws(SEED, np.arange(400))["tax.broad_alignment"]
    outer = edges(ax.collections[0])
    assert outer[0.0] == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])))
    assert f"seed {SEED}" in ax.get_title(loc="left")


# ---- diagrams -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["baseline", "five-hazards", "single-deadline"])
def test_a_diagram_has_an_arrow_for_every_influence(name: str) -> None:
    scenario = ds.load(name)
    ax = ds.plot.causal_loops(scenario)
    found = influences(scenario).merged(GROUPS)
    links = [link for link in found.signs if "U" not in link]
    signs = [text.get_text() for text in ax.texts if text.get_text() in SIGNS]
    assert sorted(signs) == sorted(found.polarity(*link) for link in links)
    assert len(ax.patches) == len(links)
    words = {text.get_text() for text in ax.texts} - set(SIGNS)
    assert words == {CAUSES[end].words for link in links for end in link}


def test_stocks_that_never_move_are_left_out() -> None:
    words = [text.get_text() for text in ds.plot.stocks_and_flows(ds.load("baseline")).texts]
    assert "methods\nspread Z" not in words
    assert "capability\nC" in words
    words = [text.get_text() for text in ds.plot.stocks_and_flows(ds.load("proliferate-methods")).texts]
    assert "methods\nspread Z" in words


def test_a_diagram_is_the_same_picture_every_time() -> None:
    pictures = []
    for _ in range(2):
        figure = ds.plot.stocks_and_flows(ds.load("baseline")).figure
        figure.set_dpi(50)
        figure.canvas.draw()
        pictures.append(np.asarray(figure.canvas.buffer_rgba()).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 2
    assert (pictures[0][..., :3].min(axis=2) < 200).mean() > 0.02, "the picture is blank"


# ---- manners ------------------------------------------------------------------------------------------------


def test_given_axes_are_drawn_on_and_returned(result: ds.Result) -> None:
    _, axes = plt.subplots(1, 5)
    before = plt.get_fignums()
    scenario = ds.load("baseline")
    assert ds.plot.outcomes_over_time(result, ax=axes[0]) is axes[0]
    assert ds.plot.phase_portrait(result, n=3, ax=axes[1]) is axes[1]
    assert ds.plot.tax_by_capability(scenario, ax=axes[2]) is axes[2]
    assert ds.plot.causal_loops(scenario, ax=axes[3]) is axes[3]
    assert ds.plot.stocks_and_flows(scenario, ax=axes[4]) is axes[4]
    assert plt.get_fignums() == before


# ---- effort -------------------------------------------------------------------------------------------------


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
