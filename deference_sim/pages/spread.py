"""The spread over uncertain inputs in words: how the chance given the inputs varies."""

from math import isfinite

from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.nested import InputSpread
from deference_sim.pages.layout import Heading, Page, Paragraph
from deference_sim.pages.wording import with_interval, with_repeat

_CHANCE = "the chance of success"


def page(found: InputSpread, repeat: str = "") -> Page:
    """Return the spread over the uncertain inputs; ``repeat`` is the command that repeats it."""
    low, high = _ends(found)
    answer = f"{with_interval(found.overall)} over all; given the inputs p5 {low}, p95 {high}"
    made = f"{found.draws:,} draws of the inputs with {found.worlds:,} worlds each."
    return [
        Heading(f"Spread over the uncertain inputs, {found.draws:,} draws with {found.worlds:,} worlds each", answer),
        Paragraph(f"Over inputs and worlds: {with_interval(found.overall)}. {spread_in_short(found, _CHANCE)}"),
        Paragraph(with_repeat(made, repeat), aside=True),
    ]


def spread_over_inputs(spread: InputSpread, measure: Measure = "p_stay") -> str:
    """Return in words how ``measure`` given the inputs varies over what is uncertain about them."""
    mean = f"{100.0 * spread.overall.estimate:.0f} % ({_whole((spread.overall.low, spread.overall.high))})"
    worlds = f"{spread.draws:,} draws of the inputs with {spread.worlds:,} worlds each"
    told = spread_in_short(spread, success_of(measure).name)
    spread_of = "Spread over the uncertain inputs, apart from Monte Carlo error"
    return f"{spread_of}, around a mean of {mean}. {told} From {worlds}."


def spread_in_short(spread: InputSpread, name: str) -> str:
    """Return the same of a measure called ``name`` in three sentences."""
    low, high = _ends(spread)
    return (
        f"Given the inputs, {name} is from {low} to {high} (5th to 95th percentile, each with its 95 % interval); the "
        f"standard deviation is {100.0 * spread.sd:.0f} points. Knowing the inputs would take away "
        f"{100.0 * spread.share_of_variance:.0f} % ({_whole(spread.share_of_variance_interval)}) of the variance of "
        "one future's success. The noise of few worlds is removed."
    )


def _ends(spread: InputSpread) -> tuple[str, str]:
    """Return the 5th and the 95th percentile, each with its interval."""
    low, high = (
        f"{100.0 * share:.0f} % ({_whole(around)})"
        for share, around in ((spread.p5, spread.p5_interval), (spread.p95, spread.p95_interval))
    )
    return low, high


def _whole(interval: tuple[float, float]) -> str:
    low, high = (f"{100.0 * end:.0f}" if isfinite(end) else "–" for end in interval)
    return f"{low} to {high}"
