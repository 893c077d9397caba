"""The diagrams: an arrow for every influence that the law has, and none besides."""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.influences import influences
from deference_sim.plots.diagrams import CAUSES, EVENT_WORDS, GROUPS, SIGNS, STOCK_WORDS, placed


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
    assert words == {place.words for place in placed(links, CAUSES, STOCK_WORDS | EVENT_WORDS).values()}


def test_stocks_that_never_move_are_left_out() -> None:
    words = [text.get_text() for text in ds.plot.stocks_and_flows(ds.load("baseline")).texts]
    assert "methods spread Z" not in words
    assert "capability C" in words
    words = [text.get_text() for text in ds.plot.stocks_and_flows(ds.load("proliferate-methods")).texts]
    assert "methods spread Z" in words


def test_a_diagram_is_the_same_picture_every_time() -> None:
    pictures = []
    for _ in range(2):
        figure = ds.plot.stocks_and_flows(ds.load("baseline")).figure
        figure.set_dpi(50)
        figure.canvas.draw()
        pictures.append(np.asarray(figure.canvas.buffer_rgba()).astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 2
    assert (pictures[0][..., :3].min(axis=2) < 200).mean() > 0.02, "the picture is blank"


@pytest.mark.parametrize("name", ["baseline", "deals-and-coordination", "no-basin"])
def test_a_diagram_fits_its_figure(name: str) -> None:
    """Would catch a title or a list of loops cut off in a file, for a scenario with more in it than the baseline."""
    for draw in (ds.plot.causal_loops, ds.plot.stocks_and_flows):
        figure = draw(name).figure
        figure.canvas.draw()
        ink, (wide, high) = figure.get_tightbbox(), figure.get_size_inches()
        assert 0.0 <= ink.x0 <= ink.x1 <= wide
        assert 0.0 <= ink.y0 <= ink.y1 <= high
