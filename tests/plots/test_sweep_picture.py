"""Pictures of a sweep: a line and a band a policy, a cell a point, dots where inputs are words."""

import pytest

import deference_sim as ds
from deference_sim.plots.sweep import is_grid

from .reading import edges

RUSHED = ds.load("rushed-handoff")
LEADS = [1, 3, 5]


@pytest.fixture(scope="module")
def swept() -> ds.Sweep:
    return ds.sweep(RUSHED, over={"rival.lead": LEADS, "strategy.policy": ["race", "fixed"]}, replicates=40)


def test_a_curve_has_a_line_and_a_band_for_each_policy(swept: ds.Sweep) -> None:
    ax = ds.plot.lead_curve(swept, "p_good")
    assert ax.get_xlabel() == "Lead over the rival (months)"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["race", "fixed", "of it overtaken safely"]
    safely = [tally.ended("overtaken_safely") / tally.n for tally in swept.tallies]
    assert max(safely) > 0.0
    expected = [swept.table["p_good"].iloc[k::2].tolist() for k in range(2)] + [safely[k::2] for k in range(2)]
    for line, levels in zip(ax.lines, expected, strict=True):
        assert line.get_xdata().tolist() == LEADS
        assert line.get_ydata().tolist() == levels
    assert len(ax.collections) == 2
    for number, band in enumerate(ax.collections):  # would catch one end of the interval drawn twice
        rows = swept.table.iloc[number::2]
        intervals = zip(rows["p_good_low"], rows["p_good_high"], strict=True)
        assert edges(band) == {lead: pytest.approx(ends) for lead, ends in zip(LEADS, intervals, strict=True)}
    stays = ds.plot.lead_curve(swept)
    assert [text.get_text() for text in stays.get_legend().get_texts()] == ["race", "fixed"]


def test_a_heat_map_has_a_cell_for_each_point(swept: ds.Sweep) -> None:
    """Would catch axes that are swapped."""
    over = {"rival.lead": LEADS, "tax.broad_alignment": ds.logspace(0.05, 2, 4)}
    found = ds.sweep(RUSHED, over=over, replicates=30)
    ax = ds.plot.heat_map(found)
    cells = ax.collections[0].get_array().reshape(4, 3)
    assert cells.T.ravel().tolist() == found.table["p_stay"].tolist()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Lead over the rival (months)", "Tax of broad alignment")
    assert [label.get_text() for label in ds.plot.heat_map(swept).get_yticklabels()] == ["race", "fixed"]


def test_of_several_scenarios_each_has_a_heat_map_with_its_name() -> None:
    """Would catch a picture under the name of another scenario."""
    over = {"rival.lead": [1, 4], "tax.decline": [0, 0.05]}
    found = ds.sweep([ds.load("baseline"), RUSHED], over=over, replicates=30)
    assert is_grid(found)
    for number, name in enumerate(("baseline", "rushed-handoff")):
        ax = ds.plot.heat_map(found, number=number)
        shown = ax.collections[0].get_array().reshape(2, 2).T.ravel().tolist()
        assert shown == found.table.loc[found.table["scenario"] == name, "p_stay"].tolist()
        assert ax.get_title(loc="left").startswith(f"p_stay: {name} ")
        assert any(text.get_text().startswith(f"{name}: 30 replicates") for text in ax.texts)


def test_inputs_that_are_words_have_dots_with_intervals() -> None:
    found = ds.sweep(RUSHED, over={"strategy.policy": ["race", "safety_case"]}, replicates=30)
    assert not is_grid(found)
    ax = ds.plot.lead_curve(found)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["race", "safety case"]
    (dots, _, (bars,)) = ax.containers[0]
    assert list(dots.get_ydata()) == found.table["p_stay"].tolist()
    ends = [tuple(path.vertices[:, 1]) for path in bars.get_paths()]
    assert ends == [
        pytest.approx(pair) for pair in zip(found.table["p_stay_low"], found.table["p_stay_high"], strict=True)
    ]


def test_pictures_that_cannot_be_drawn_say_so() -> None:
    with pytest.raises(ValueError, match="two inputs"):
        ds.plot.heat_map(ds.sweep(RUSHED, over={"rival.lead": [1, 2]}, replicates=5))
    many = {"rival.lead": LEADS, "tax.decline": ds.linspace(0, 0.1, 9)}
    with pytest.raises(ValueError, match="heat_map"):
        ds.plot.lead_curve(ds.sweep(RUSHED, over=many, replicates=2))
