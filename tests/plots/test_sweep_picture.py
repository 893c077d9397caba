"""Pictures of a sweep: a line and a band a policy, a cell a point, dots where inputs are words."""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.plots.sweep import kind_of

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
    assert kind_of(found) == "heat_map"
    for number, name in enumerate(("baseline", "rushed-handoff")):
        ax = ds.plot.heat_map(found, number=number)
        shown = ax.collections[0].get_array().reshape(2, 2).T.ravel().tolist()
        assert shown == found.table.loc[found.table["scenario"] == name, "p_stay"].tolist()
        assert ax.get_title(loc="left").startswith(f"{name}: p_stay ")
        scenario_hash = ds.load(name).hash[:12]
        assert any(
            text.get_text().startswith("30 replicates") and scenario_hash in text.get_text() for text in ax.texts
        )


def test_inputs_that_are_words_have_dots_with_intervals() -> None:
    found = ds.sweep(RUSHED, over={"strategy.policy": ["race", "safety_case"]}, replicates=30)
    assert kind_of(found) == "lead_curve"
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


def test_a_grid_of_three_inputs_is_cut_and_the_picture_says_where() -> None:
    """Would catch a cut at another value than the one it names, and axes that are mixed up."""
    over = {"rival.lead": [1, 2, 4], "strategy.policy": ["race", "fixed"], "tax.broad_alignment": [0.1, 0.2, 0.4, 0.8]}
    found = ds.sweep([RUSHED, "baseline"], over, replicates=60)
    assert kind_of(found) == "heat_map"
    ax = ds.plot.heat_map(found, number=1, inputs=["tax.broad_alignment", "rival.lead"], at={"strategy.policy": "race"})
    assert ax.get_xlabel().endswith(" race")
    drawn = np.asarray(ax.collections[0].get_array()).reshape(3, 4)
    table = found.table[(found.table["scenario"] == "baseline") & (found.table["strategy.policy"] == "race")]
    wanted = table.pivot(index="rival.lead", columns="tax.broad_alignment", values="p_stay").to_numpy()
    np.testing.assert_array_equal(drawn, wanted)
    default = ds.plot.heat_map(found)
    assert "0.4" in default.get_xlabel()
    wrong_ones = {"inputs": ["rival.lead"]}, {"inputs": ["rival.lead", "x"]}, {"at": {"x": 1}}, {"at": {"horizon": 3}}
    for wrong in wrong_ones:
        with pytest.raises(ValueError, match=r"^(inputs|at): found .*; allowed: "):
            ds.plot.heat_map(found, **wrong)


def test_curves_have_a_line_for_each_combination_of_the_others() -> None:
    over = {"rival.lead": [1, 2], "strategy.policy": ["race", "fixed"], "handoff.never": [False, True]}
    found = ds.sweep(RUSHED, over, replicates=20)
    assert kind_of(found) == "lead_curve"
    ax = ds.plot.lead_curve(found)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "race, never false",
        "race, never true",
        "fixed, never false",
        "fixed, never true",
    ]


def test_paired_values_are_one_curve_that_says_what_moves_along() -> None:
    over = {"rival.lead": [4, 1, 2], "tax.broad_alignment": [0.1, 0.2, 0.4]}
    found = ds.sweep(RUSHED, over, replicates=40, design="paired")
    assert kind_of(found) == "lead_curve"
    ax = ds.plot.lead_curve(found)
    (line,) = (line for line in ax.lines if len(line.get_xdata()) == 3)
    assert list(line.get_xdata()) == [1.0, 2.0, 4.0]
    assert list(line.get_ydata()) == [found.table["p_stay"][place] for place in (1, 2, 0)]
    assert "from 0.2 to 0.1" in ax.get_xlabel()
    with pytest.raises(ValueError, match="this is a paired design: draw a lead_curve"):
        ds.plot.heat_map(found)


def test_a_latin_hypercube_has_a_panel_for_each_input() -> None:
    taxes = ds.logspace(0.1, 1, 20)
    over = {"rival.lead": ds.linspace(1, 8, 20), "tax.broad_alignment": taxes, "strategy.policy": ["race", "fixed"]}
    found = ds.sweep(RUSHED, over, replicates=20, design="latin-hypercube")
    assert kind_of(found) == "sweep_points"
    panels = ds.plot.sweep_points(found)
    assert [len(panel.lines[0].get_xdata()) for panel in panels.flat] == [20, 20, 20]
    assert panels.flat[1].get_xscale() == "log"
    assert [label.get_text() for label in panels.flat[2].get_xticklabels()] == ["race", "fixed"]
    with pytest.raises(ValueError, match="lie on no curve: draw sweep_points"):
        ds.plot.lead_curve(found)


def test_values_chosen_by_ratios_have_cells_of_one_width_and_ticks_at_themselves() -> None:
    """Would catch cells that reach to values that no input can have, with numbers there."""
    leads = [0.5, 1, 2, 4, 8]
    ax = ds.plot.heat_map(ds.sweep(RUSHED, {"rival.lead": leads, "tax.decline": [0, 0.05, 0.1]}, 10))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.5", "1", "2", "4", "8"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0", "0.05", "0.1"]
    assert np.ptp(np.diff(ax.get_xticks())) == pytest.approx(0.0, abs=1e-9)


def test_luck_of_words_is_marks_beside_dots_and_no_line_between_words() -> None:
    found = ds.sweep(["baseline", RUSHED], {"strategy.policy": ["race", "fixed"]}, 30)
    ax = ds.plot.lead_curve(found, "p_good")
    luck = [line for line in ax.lines if line.get_marker() == "_" and line.get_zorder() == 2.5]
    assert [line.get_linestyle() for line in luck] == ["None", "None"]
    dots = [container[0].get_xdata().tolist() for container in ax.containers]
    assert [line.get_xdata().tolist() for line in luck] == dots
