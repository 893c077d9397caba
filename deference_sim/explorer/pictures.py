"""The pictures of a page, as PNG, drawn off screen so that several pages can draw at once."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from deference_sim import plots
from deference_sim.analysis.run import Result
from deference_sim.engines.events import Process, World
from deference_sim.explorer.computing import Curve
from deference_sim.explorer.worker import Wanted, go_on
from deference_sim.plots.style import WORDS
from deference_sim.study.runner import Own

DOTS = 110  # an inch
PATHS = 48  # trajectories: they are run by the events engine, which is slow
WIDTH = 8.5  # inches
HEIGHTS = {"outcomes": 3.7, "curve": 3.7, "trajectories": 5.6}


def picture_of_outcomes(result: Result) -> bytes:
    """Return outcomes over time."""
    return _png([(HEIGHTS["outcomes"], lambda ax: plots.outcomes_over_time(result, ax=ax))])


def picture_of_curve(curve: Curve) -> bytes:
    """Return success over one input, with a line where the scenario shown is."""
    return _png([(HEIGHTS["curve"], lambda ax: _draw_curve(curve, ax))])


def picture_of_trajectories(result: Result, wanted: Wanted) -> bytes:
    """Return capability, deference-goodness, margin and lead over time. Raises ``Dropped`` if no longer ``wanted``."""

    def look(world: World) -> Process:
        go_on(wanted)  # a process that only looks: it changes nothing in the world that it is part of
        yield world.timeout(0.0)

    result = replace(result, own=Own(processes=(look,)))
    return _png([(HEIGHTS["trajectories"], lambda ax: plots.trajectories(result, PATHS, ax=ax))])


def picture_of_all(result: Result, curve: Curve | None) -> bytes:
    """Return all pictures one below the other."""
    drawn: list[tuple[float, Callable[[Axes], Any]]] = [
        (HEIGHTS["outcomes"], lambda ax: plots.outcomes_over_time(result, ax=ax))
    ]
    if curve is not None:
        drawn.append((HEIGHTS["curve"], lambda ax: _draw_curve(curve, ax)))
    drawn.append((HEIGHTS["trajectories"], lambda ax: plots.trajectories(result, PATHS, ax=ax)))
    return _png(drawn)


def _draw_curve(curve: Curve, ax: Axes) -> None:
    plots.lead_curve(curve.sweep, ax=ax)
    if curve.value is not None:
        ax.axvline(curve.value, color=WORDS, linewidth=1.0, linestyle=":")


def _png(drawn: list[tuple[float, Callable[[Axes], Any]]]) -> bytes:
    heights = [height for height, _ in drawn]
    figure = Figure(figsize=(WIDTH, sum(heights)), dpi=DOTS, layout="constrained")
    FigureCanvasAgg(figure)
    parts = figure.subfigures(len(drawn), 1, height_ratios=heights, squeeze=False)
    for part, (_, draw) in zip(parts.flat, drawn, strict=True):
        draw(part.subplots())
    found = BytesIO()
    figure.savefig(found, format="png", metadata={"Software": None})
    return found.getvalue()
