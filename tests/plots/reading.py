"""What is read off a drawn picture."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes


def edges(band: Any) -> dict[float, tuple[float, float]]:
    """Return the lowest and highest level of a filled band at each of its months."""
    found: dict[float, list[float]] = {}
    for path in band.get_paths():
        for month, level in path.vertices:
            found.setdefault(float(month), []).append(float(level))
    return {month: (min(levels), max(levels)) for month, levels in found.items()}


def entries(ax: Axes) -> list[str]:
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


def share_of_ink(ax: Axes) -> float:
    """The share of an Axes' pixels that are not white."""
    figure: Any = ax.figure
    figure.canvas.draw()
    image = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    box = ax.get_window_extent()
    rows = slice(int(image.shape[0] - box.y1), int(image.shape[0] - box.y0))
    return float((image[rows, int(box.x0) : int(box.x1)] < 250).any(axis=-1).mean())
