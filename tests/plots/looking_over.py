"""What an editor would send back: words cut off by the edge, words over words, a legend over what is drawn."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

EDGE, TOUCH = 0.5, 1.0  # pixels that words may reach over the edge, or into other words
PALE = 225  # and lighter: paper, and the grid
MOST_INK = 0.01  # of a legend's box that may be drawn on


def troubles(figure: Figure) -> list[str]:
    """Return, in words, all that is cut off or covered in a figure as it is saved."""
    figure.canvas.draw()
    return [*_cut_off(figure), *_overlaps(figure), *_legends_on_data(figure)]


def _words(figure: Figure) -> Iterator[tuple[str, Bbox]]:
    """Yield all words in sight and the box that they fill; turned ones, whose box is wider than they, are left out."""
    hidden = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            room = 1e-9 * (high - low)
            shown = ax.get_visible() and ax.axison and axis.get_visible()
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not shown or not low - room <= tick.get_loc() <= high + room:
                    hidden |= {tick.label1, tick.label2}
            if not shown:
                hidden |= {axis.label, axis.offsetText}
        if not ax.get_visible():
            hidden |= set(ax.findobj(Text))
    for text in figure.findobj(Text):
        if text not in hidden and text.get_visible() and text.get_text().strip() and text.get_rotation() % 90 == 0:
            box = Text.get_window_extent(text) if isinstance(text, Annotation) else text.get_window_extent()
            yield text.get_text(), box


def _cut_off(figure: Figure) -> Iterator[str]:
    page = figure.bbox
    for words, box in _words(figure):
        if min(box.x0, box.y0) < -EDGE or box.x1 > page.x1 + EDGE or box.y1 > page.y1 + EDGE:
            yield f"cut off: {words!r}"


def _overlaps(figure: Figure) -> Iterator[str]:
    for (one, first), (other, second) in combinations(_words(figure), 2):
        both = Bbox.intersection(first, second)
        if both is not None and min(both.width, both.height) > TOUCH and both.width * both.height > 4.0:
            yield f"overlap: {one!r} and {other!r}"


def _legends_on_data(figure: Figure) -> Iterator[str]:
    for ax in figure.axes:
        legend = ax.get_legend()
        if legend is None:
            continue
        box = legend.get_window_extent()
        legend.set_visible(False)
        ink = _ink(figure, box)
        legend.set_visible(True)
        if ink > MOST_INK:
            yield f"legend on data ({100 * ink:.0f} %): {_name(ax)}"


def _ink(figure: Any, box: Bbox) -> float:
    """The share of the pixels in a box that are drawn on."""
    layout = figure.get_layout_engine()
    figure.set_layout_engine("none")
    figure.canvas.draw()
    image = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    figure.set_layout_engine(layout)
    height = image.shape[0]
    rows = slice(max(int(height - box.y1), 0), max(int(height - box.y0), 0))
    inside = image[rows, max(int(box.x0), 0) : max(int(box.x1), 0)]
    return float((inside.min(axis=-1) < PALE).mean()) if inside.size else 0.0


def _name(ax: Axes) -> str:
    return ax.get_title(loc="left") or ax.get_ylabel() or "an Axes"
