"""The diagrams: an arrow for every influence that the law has, and none besides."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

import deference_sim as ds
from deference_sim.analysis.influences import influences
from deference_sim.plots import diagrams, routes
from deference_sim.plots.diagrams import CAUSES, EVENT_WORDS, GROUPS, SIGNS, STOCK_WORDS, placed
from deference_sim.plots.style import PROVENANCE


@pytest.mark.parametrize("name", ["baseline", "five-hazards", "single-deadline"])
def test_a_diagram_has_an_arrow_for_every_influence(name: str) -> None:
    scenario = ds.load(name)
    ax = ds.plot.causal_loops(scenario)
    found = influences(scenario).merged(GROUPS)
    links = [link for link in found.signs if "U" not in link]
    signs = [text.get_text() for text in ax.texts if text.get_text() in SIGNS]
    assert sorted(signs) == sorted(found.polarity(*link) for link in links)
    assert len(ax.patches) == len(links)
    words = {text.get_text() for text in ax.texts if text.get_gid() != PROVENANCE} - set(SIGNS)
    words -= {"R1", "R/B2", "R/B3", "R/B4", "B4", "R/B5", "B5", "R5"}
    assert words == {place.words for place in placed(links, CAUSES, STOCK_WORDS | EVENT_WORDS).values()}


@pytest.mark.parametrize("name", ["baseline", "five-hazards", "single-deadline", "deals-and-coordination", "no-basin"])
@pytest.mark.parametrize("draw", [ds.plot.causal_loops, ds.plot.stocks_and_flows])
def test_no_arrow_passes_through_a_node_or_leaves_the_picture(
    name: str, draw: Callable[[str], Axes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch an arrow that seems to begin or end at a node that it only passes."""
    routed = []

    def spy(links: Any, sources: Any, targets: Any, nodes: Any) -> Any:
        ways = routes.ways_of(links, sources, targets, nodes)
        routed.append((ways, sources, targets, nodes))
        return ways

    monkeypatch.setattr(diagrams, "ways_of", spy)
    ax = draw(name)
    ((ways, sources, targets, nodes),) = routed
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    for (source, target), way in ways.items():
        assert routes.passed_through(way, sources[source], targets[target], nodes) == 0, (source, target)
        assert left <= way[:, 0].min() <= way[:, 0].max() <= right
        assert bottom <= way[:, 1].min() <= way[:, 1].max() <= top


def test_loops_are_named_where_they_are() -> None:
    ax = ds.plot.causal_loops("baseline")
    names = [text for text in ax.texts if text.get_text() == "R1"]
    assert len(names) == 1
    assert "R1  bootstrapping: goodness → margin" in [text.get_text() for text in ax.get_legend().get_texts()]
    nodes = {text.get_text(): np.array(text.get_position()) for text in ax.texts}
    goodness = next(place for words, place in nodes.items() if words.startswith("deference-goodness"))
    label = np.array(names[0].get_position())
    assert np.hypot(*(label - goodness)) < np.hypot(*(nodes["margin M"] - goodness)), "not between the two"


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
