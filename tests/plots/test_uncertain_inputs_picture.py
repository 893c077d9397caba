"""The picture of uncertain inputs: a panel each, with the author's own text, percentiles and bars."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import deference_sim as ds
from deference_sim.plots import uncertain_inputs
from deference_sim.scenario import Scenario


def scenario() -> Scenario:
    return ds.load("baseline").with_(
        **{
            "rival.lead": "2 to 9 months",
            "tax.decline": "{discrete: [{probability: 0.4, value: 0}, {probability: 0.6, value: 0.1}]}",
            "tax.broad_alignment": "{pool: [{expert: ana, value: 0.1 to 0.5}, {expert: ben, value: 0.1 to 10}]}",
            "capability.law": "{discrete: {software_explosion: 0.6, milestones: 0.4}}",
        }
    )


def test_every_uncertain_input_has_a_panel_with_what_its_author_wrote() -> None:
    drawn = uncertain_inputs(scenario())
    titles = [panel.get_title(loc="left").replace("\n", " ") for panel in drawn]
    assert [title.split(" ")[0] for title in titles] == list(scenario().uncertain)
    assert "rival.lead 2 to 9 months" in titles
    assert "capability.law discrete software_explosion 0.6, milestones 0.4" in titles
    assert "tax.broad_alignment pool ana 0.1 to 0.5 or ben 0.1 to 10" in titles
    plt.close(drawn[0].figure)


def test_what_is_drawn_is_the_distribution() -> None:
    found = scenario()
    panels = dict(zip(found.uncertain, uncertain_inputs(found), strict=True))
    density, marks = panels["rival.lead"].lines
    x, heights = density.get_data()
    assert np.trapezoid(heights, x) == pytest.approx(0.99, abs=0.005)
    np.testing.assert_allclose(marks.get_xdata(), [2.0, np.sqrt(18.0), 9.0], rtol=1e-12)
    assert [bar.get_height() for bar in panels["capability.law"].patches] == [0.6, 0.4]
    assert [tick.get_text() for tick in panels["capability.law"].get_xticklabels()] == [
        "software explosion",
        "milestones",
    ]
    assert panels["tax.broad_alignment"].get_xscale() == "log"
    assert [one.get_text() for one in panels["tax.broad_alignment"].get_legend().get_texts()] == ["ana", "ben"]
    plt.close(panels["rival.lead"].figure)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="has no uncertain input"):
        uncertain_inputs(ds.load("baseline"))
    figure, axes = plt.subplots(1, 2)
    with pytest.raises(ValueError, match="ax must be 4 Axes"):
        uncertain_inputs(scenario(), axes)
    plt.close(figure)
