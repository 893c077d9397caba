"""Rates: the right-hand side of the flow, how fast every stock moves."""

from typing import Any, NamedTuple

from deference_sim.model.declare import equation
from deference_sim.model.goodness import sufficient
from deference_sim.model.progress import growth_rate
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.stocks import FLOWS, STOCKS
from deference_sim.model.time_buying import time_bought
from deference_sim.model.work import work_clock, working_pace
from deference_sim.trajectory.state import Stocks
from deference_sim.trajectory.written import written


class Now(NamedTuple):
    """What all rates share at one moment: aligned capability without defence (py), months bought per month, the pace
    of progress and of work (of humans while deference is halted, 0 before the handoff) and dC/dt (py per month).
    """

    aligned: float
    buying: float
    pace: float
    clock: float
    growth: float


@equation(inlined=True)
def shared(state: Any, p: Any, stocks: Any) -> Now:
    """Return what all rates share for these stocks."""
    aligned = min(stocks.C, sufficient(state, p, stocks.C, stocks.A, stocks.W))
    buying = time_bought(state, p, aligned, stocks.bought)
    if state.phase == PRE:
        return Now(aligned, buying, 0.0, 0.0, growth_rate(state, p, 0.0))
    if state.phase == HALTED:
        return Now(aligned, buying, p.human_pace, p.human_pace, 0.0)
    pace = working_pace(state, p, stocks.C)
    return Now(aligned, buying, pace, work_clock(state, p, pace), growth_rate(state, p, pace))


def _moved() -> list[str]:
    calls = [
        f"{', '.join(f'd{stock.name}' for stock in stocks)} = {function.__name__}(state, p, stocks, now)"
        for function, stocks in FLOWS.items()
    ]
    return ["now = shared(state, p, stocks)", *calls, f"return Stocks({', '.join(f'd{name}' for name in STOCKS)})"]


derivatives = written(
    "derivatives(state: Any, p: Any, stocks: Any) -> Any",
    "Return how fast every stock moves, per month, by name.",
    _moved(),
    globals(),
    [*FLOWS, Stocks],
    inlined=True,
)
