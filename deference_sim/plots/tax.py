"""The deference-goodness tax by capability: what a progress-year of goodness costs, in progress-years."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from deference_sim.analysis.moment import parameters_drawn
from deference_sim.described import described
from deference_sim.model.strategy import end_of_the_way
from deference_sim.model.tax import total_tax
from deference_sim.plots.fans import INNER, OUTER, QUANTILES
from deference_sim.plots.style import (
    GREEN,
    ORANGE,
    OURS,
    axes,
    clean,
    entitle,
    hashed,
    in_percent,
    legend_beside,
    level_line,
    percent,
)
from deference_sim.scenario import ScenarioLike, as_scenario
from deference_sim.study.limits import seed_of

POINTS = 120  # capabilities
DRAWS = 400  # of uncertain inputs

Floats = NDArray[np.float64]


@described()
def tax_by_capability(scenario: ScenarioLike, seed: int = 1, ax: Axes | None = None) -> Axes:
    """Draw the deference-goodness tax against the capability (py) of AIs whose goodness is just level with it.

    The tax is effort to raise goodness by 1 py over effort to raise capability by 1 py; at 1, keeping in step
    doubles the work. From the capability handed off to, up to where the takeoff is over. Thin lines are the two
    components, broad alignment and capability profile. If inputs are uncertain, their first 400 draws of ``seed``
    are shown as a fan. Draws on ``ax`` or a new figure; returns the Axes.
    """
    seed = seed_of(seed)
    scenario, drawn = as_scenario(scenario), axes(ax, (8.0, 4.2))
    draws = parameters_drawn(scenario, seed, DRAWS)
    start = min(p.handoff_capability for p in draws)
    levels = np.linspace(start, max(end_of_the_way(p, start) for p in draws), POINTS)
    handles = _draw_fan(drawn, levels, draws) if len(draws) > 1 else []
    handles = [*_draw_lines(drawn, levels, draws), *handles]
    drawn.set_xlim(levels[0], levels[-1])
    drawn.set_ylim(bottom=0.0)
    if drawn.get_ylim()[1] > 1.0:
        level_line(drawn, 1.0, "as dear as capability")
    drawn.set_xlabel("capability C (py), with goodness level with it")
    drawn.set_ylabel("tax τ (effort on goodness per effort on capability)")
    in_percent(drawn.yaxis)
    taxes = np.median([_taxes(levels[[0, -1]], p) for p in draws], axis=0)
    message = f"{scenario.name}: {_message(levels, taxes, len(draws) > 1)}"
    entitle(drawn, message, f"{_made_from(seed, len(draws))}, {hashed(scenario)}")
    clean(np.array([drawn]))
    legend_beside(drawn, handles)
    return drawn


def _message(levels: Floats, taxes: Floats, is_median: bool) -> str:
    """Return how the tax goes from the first to the last of ``levels``."""
    name = "the median tax" if is_median else "the tax"
    first, last = (f"{percent(tax)} at {levels[end]:.2g} py" for end, tax in ((0, taxes[0]), (-1, taxes[1])))
    if percent(taxes[0]) == percent(taxes[1]):
        return f"{name} is {first} and {last}"
    return f"{name} {'falls' if taxes[1] < taxes[0] else 'rises'} from {first} to {last}"


def _made_from(seed: int, draws: int) -> str:
    inputs = "no uncertain inputs" if draws == 1 else f"{draws:,} draws of the uncertain inputs, seed {seed}"
    return f"from the law's equations, {inputs}"


def _taxes(levels: Floats, p: Any) -> Floats:
    return np.array([total_tax(p, level, level, level, 1.0) for level in levels])


def _draw_fan(ax: Axes, levels: Floats, draws: Sequence[Any]) -> list[Any]:
    p5, p25, _, p75, p95 = np.quantile([_taxes(levels, p) for p in draws], QUANTILES, axis=0)
    ax.fill_between(levels, p5, p95, color=OURS, alpha=OUTER, linewidth=0)
    ax.fill_between(levels, p25, p75, color=OURS, alpha=INNER, linewidth=0)
    return [
        Patch(color=OURS, alpha=INNER + OUTER, linewidth=0, label="25–75 % of draws"),
        Patch(color=OURS, alpha=OUTER, linewidth=0, label="5–95 %"),
    ]


def _draw_lines(ax: Axes, levels: Floats, draws: Sequence[Any]) -> list[Line2D]:
    """Draw the tax and its two components; of several draws the median of each."""
    lines: list[Line2D] = []
    taxes = np.median([_taxes(levels, p) for p in draws], axis=0)
    lines += ax.plot(levels, taxes, color=OURS, linewidth=2.0, label="deference-goodness tax τ")
    for name, words, colour in (
        ("tax_broad_alignment", "of broad alignment", GREEN),
        ("tax_capability_profile", "of the capability profile", ORANGE),
    ):
        parts = [_share_of(p, name) for p in draws]
        component = np.median([part * _taxes(levels, p) for part, p in zip(parts, draws, strict=True)], axis=0)
        lines += ax.plot(levels, component, color=colour, linewidth=1.1, linestyle=_dash(colour), label=words)
    if len(draws) > 1:
        lines[0].set_label("deference-goodness tax τ (median)")
    return lines


def _share_of(p: Any, name: str) -> float:
    """Return a component's share of the tax where both are at one level."""
    both = p.tax_broad_alignment + p.tax_capability_profile
    return float(getattr(p, name) / both) if both > 0.0 else 0.0


def _dash(colour: str) -> Any:
    return "-" if colour == GREEN else (0, (5, 3))  # equal components lie on one another
