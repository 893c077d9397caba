"""Stocks: what the flow integrates. Each is declared once, beside its mechanism, and so is what moves it.

The state, the step and its error, the log, samples, diagrams and documentation take a stock from its declaration.
The law reaches stocks by name: ``state.C`` at an instant, ``stocks.C`` while time passes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from deference_sim.model.declare import equation
from deference_sim.model.units import check_law_unit

Flow = TypeVar("Flow", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Stock:
    """One stock: its letter in docs/model.md, what it is, its unit in the law, and how the flow treats it.

    ``words`` stand in diagrams and tables. ``speed`` is the weight of its rate in the limit on how far one step goes
    (1: a step moves it by an eighth of a unit at most; 0: it sets no limit). ``exact`` stocks count in the error of a
    step. ``shown`` stocks stand in the log, in trajectories and in the record.
    """

    name: str
    meaning: str
    unit: str
    words: str
    speed: float
    exact: bool
    shown: bool


#: All stocks, by letter.
STOCKS: dict[str, Stock] = {}
#: What moves them: a function of (state, p, stocks, now) and the stocks whose rates it returns, in order.
FLOWS: dict[Callable[..., Any], tuple[Stock, ...]] = {}


def stock(
    name: str,
    meaning: str,
    *,
    unit: str,
    words: str,
    speed: float = 0.0,
    exact: bool = True,
    shown: bool = True,
) -> Stock:
    """Declare a stock. Raises ``ValueError`` for a second one of that name or a part that is missing or unknown."""
    if name in STOCKS:
        raise ValueError(f"there is a stock {name} already")
    check_law_unit(unit, f"the stock {name}")
    if not meaning or not words:
        raise ValueError(f"the stock {name} needs a meaning, and words for diagrams")
    STOCKS[name] = Stock(name, meaning, unit, words, speed, exact, shown)
    return STOCKS[name]


def flow(*stocks: Stock) -> Callable[[Flow], Flow]:
    """Declare an equation as what moves ``stocks``: it returns the rate of one, or those of several as a tuple.

    It takes (state, p, stocks, now): the stocks by letter, and what all rates share at that moment (see
    ``trajectory.rates.Now``). Raises ``ValueError`` for a stock that something else moves already.
    """

    def declared(function: Flow) -> Flow:
        for one in stocks:
            mover = next((other.__name__ for other, moved in FLOWS.items() if one in moved), None)
            if mover is not None:
                raise ValueError(f"the stock {one.name} is moved by {mover} already, so {function.__name__} cannot")
        FLOWS[function] = stocks
        return equation(inlined=True)(function)

    return declared


def check_flows() -> None:
    """Raise ``ValueError`` for a stock that nothing moves: it would stand still without a word."""
    moved = {one.name for stocks in FLOWS.values() for one in stocks}
    still = [name for name in STOCKS if name not in moved]
    if still:
        raise ValueError(f"nothing moves {', '.join(still)}: mark a function of the law with @flow")
