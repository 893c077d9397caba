"""Another size and another title for a picture that is drawn already: words broken into lines, legends moved."""

from textwrap import fill
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from deference_sim.plots.style import BESIDE, EDGE, PAD, PROVENANCE, SMALL, TITLE, in_lines, legend_below, write_title

NARROW = 6.0  # inches: a figure in which a legend beside would leave too little for what it tells of
LEAST_SCALE = 0.7  # of words in a figure that is narrower than it was drawn for
LEAST_LETTERS = 12  # in a line of a title
ROW_LETTERS = 36  # in a line of a row's name
USUAL = 10.0  # points of a label at a tick


def fit(figure: Figure, title: str | None = None, size: tuple[float, float] | None = None) -> None:
    """Make a figure fit another ``size`` in inches, and another ``title`` in place of what its first one says.

    In a narrower figure words are smaller, down to seven tenths, titles and labels of axes are broken into lines, and a
    legend beside stands below. A figure that fits stays as it is.
    """
    entitled: dict[Axes, Any] = {ax: below for ax in figure.axes for below in ax.texts if below.get_gid() == PROVENANCE}
    first = next(iter(entitled), figure.axes[0])
    if title is not None and first not in entitled:
        first.set_title(title, loc="left", fontsize=TITLE)
    scale = 1.0
    if size is not None:
        scale = min(max(size[0] / figure.get_figwidth(), LEAST_SCALE), 1.0)
        figure.set_size_inches(*size)
        _scale_words(figure, scale)
    if len(figure.axes) == 1:
        _move_legend(first)
    for ax in figure.axes:
        ax.set_ylabel(_within(ax.yaxis.label, ax.get_ylabel(), 0.8 * figure.bbox.height / len(_rows(figure))))
        ax.set_xlabel(_within(ax.xaxis.label, ax.get_xlabel(), 0.8 * figure.bbox.width))
    figure.draw_without_rendering()
    for ax, below in entitled.items():
        from_edge = "subfigure fraction" in below.xycoords
        room = figure.bbox.x1 * (1.0 - EDGE) - below.get_window_extent().x0
        below.set_text(_within(below, below.get_text(), room))
        words = ax.get_title(loc="left") if title is None or ax is not first else title
        measured = ax.text(0.0, 0.0, words, fontsize=TITLE * scale)
        message = _within(measured, words, room)
        measured.remove()
        pad = scale * (PAD + SMALL * below.get_text().count("\n"))
        write_title(ax, message, pad, from_edge).set_fontsize(TITLE * scale)


def _rows(figure: Figure) -> set[float]:
    """Return how high the rows of panels stand, of which each has its part of the height."""
    return {round(ax.get_position().y0, 2) for ax in figure.axes}


def _scale_words(figure: Figure, scale: float) -> None:
    """Make all words smaller, and break long names of rows into lines."""
    for ax in figure.axes:
        names = [label.get_text() for label in ax.get_yticklabels()]
        if scale < 1.0 and max(map(len, names), default=0) > ROW_LETTERS:
            ax.set_yticks(ax.get_yticks(), [fill(name, ROW_LETTERS) for name in names])
        for axis in (ax.xaxis, ax.yaxis):
            labels = axis.get_ticklabels()
            axis.set_tick_params(labelsize=scale * (float(labels[0].get_fontsize()) if labels else USUAL))
        ticks = {label for axis in (ax.xaxis, ax.yaxis) for label in axis.get_ticklabels(which="both")}
        for words in set(ax.findobj(Text)) - ticks:
            words.set_fontsize(scale * float(words.get_fontsize()))


def _within(measured: Text, words: str, room: float) -> str:
    """Return ``words`` in lines that have ``room``, in pixels, as wide as they are in ``measured``."""
    box = Text.get_window_extent(measured)
    length = box.height if measured.get_rotation() == 90.0 else box.width
    if length <= room:
        return words
    letters = max(map(len, words.split("\n")))
    return in_lines(" ".join(words.split()), max(int(0.95 * letters * room / length), LEAST_LETTERS))


def _move_legend(ax: Axes) -> None:
    """Put a legend that stands beside ``ax`` below it where the figure is too narrow for both."""
    legend, figure = ax.get_legend(), cast(Figure, ax.figure)
    if legend is None or legend.get_gid() != BESIDE or figure.get_figwidth() >= NARROW:
        return
    handles = [handle for handle in legend.legend_handles if handle is not None]
    for handle, text in zip(handles, legend.get_texts(), strict=True):
        handle.set_label(text.get_text())
    size = legend.get_texts()[0].get_fontsize()
    for columns in (2, 1):
        legend_below(ax, handles, "", columns=columns)
        moved = ax.get_legend()
        if moved is not None:
            for text in moved.get_texts():
                text.set_fontsize(size)
            figure.draw_without_rendering()
            if moved.get_window_extent().x1 <= figure.bbox.x1:
                return
