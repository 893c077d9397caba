"""Names of stacked bands, written in them, so that no colour is needed to tell which is which."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from deference_sim.plots.style import SMALL

ROOM = 1.4  # height of a band that has room for its name, in heights of that
ASIDE = 0.015  # of the width of a picture: from the right end of a name to the right

Floats = NDArray[np.float64]


def name_bands(ax: Axes, along: Floats, bands: Mapping[str, tuple[Floats, Floats]], dark: Collection[str] = ()) -> None:
    """Write in each band what it is, as far right as it has room, in white on those that are ``dark``.

    ``bands`` are the lower and the upper edge of each, ``along`` the horizontal axis, which begins at the left end of
    ``ax`` and ends at its right end. What has no room for its name goes without one.
    """
    figure: Any = ax.get_figure(root=True)
    figure.draw_without_rendering()  # after which it is known how large the Axes are
    aside = ASIDE * (along[-1] - along[0])
    for words, (low, high) in bands.items():
        colour = "white" if words in dark else "black"
        text = ax.text(along[-1], 0.5, words, ha="right", va="center", fontsize=SMALL, color=colour, zorder=5)
        box = text.get_window_extent().transformed(ax.transData.inverted())
        found = _room_in(along, low, high, box.width + aside, ROOM * box.height)
        if found is None:
            text.remove()
        else:
            text.set_position((found[0] - aside, found[1]))


def _room_in(along: Floats, low: Floats, high: Floats, width: float, height: float) -> tuple[float, float] | None:
    """Return the right end and the middle of a place of this size that lies within a band, the last one there is."""
    for place in range(len(along) - 1, 0, -1):
        if along[place] - along[0] < width:
            return None
        within = (along > along[place] - width) & (along <= along[place])
        top, bottom = float(high[within].min()), float(low[within].max())
        if top - bottom > height:
            return float(along[place]), (top + bottom) / 2.0
    return None
