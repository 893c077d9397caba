"""The page of the tax: what staying in the basin costs in months, and where its edge lies."""

import numpy as np

from deference_sim.analysis.estimate import spread
from deference_sim.analysis.tax import AggregateTax, Driver
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import rounded, with_repeat
from deference_sim.scenario.catalogue import find
from deference_sim.scenario.layers import ARGUMENT

MOST_DRIVERS = 8
_MADE_BY = "Computed from the law's equations (3) to (5): nothing is simulated."


def page(found: AggregateTax, repeat: str = "") -> Page:
    """Return what staying in the basin costs in months of lead, what drives it, and where the effective edge lies.

    ``repeat`` is the command that repeats it.
    """
    costs = f"Staying in the basin all the way costs {found.months:.2f} months of lead"
    answer = costs
    told = f"{costs}, on top of the {found.untaxed_months:.2f} months that growth takes without a tax."
    if np.isfinite(found.lead):
        share = f"{100.0 * found.share_of_lead:.0f} % of the {found.lead:.3g} months of lead"
        told += f" That is {share}, before any time is bought."
        answer += f", {share.removesuffix(' of lead')}"
    if len(found.draws) > 1:
        low, high = np.quantile(found.draws, (0.05, 0.95))
        answer += f"; {low:.2f} to {high:.2f} over what is uncertain"
    return [
        Heading(f"{found.scenario.name} – the aggregate deference-goodness tax", answer),
        Paragraph(told),
        *_tax_spread(found),
        _drivers(found),
        *_edges(found),
        Paragraph(with_repeat(_MADE_BY, repeat), aside=True),
    ]


def _tax_spread(found: AggregateTax) -> Page:
    if len(found.draws) == 1:
        return []
    over = spread(found.draws)
    told = (
        f"Over {len(found.draws):,} draws of the uncertain inputs: median {over['p50']:.2g} months, 5 % to 95 % "
        f"{over['p5']:.2g} to {over['p95']:.2g}, mean {over['mean']:.2g}"
    )
    more = f"; more than the lead in {100.0 * found.share_beyond_lead:.0f} %." if np.isfinite(found.lead) else "."
    return [Paragraph(told + more)]


def _drivers(found: AggregateTax) -> Table:
    rows = tuple(_driver(driver) for driver in found.drivers[:MOST_DRIVERS])
    columns = ("one input at a time", "low", "high", "tax at low (months)", "tax at high (months)")
    some = any(driver.uncertain for driver in found.drivers)
    title = f"What drives it, each from half to twice its value{_OWN_RANGE * some}"
    return Table(title, columns, rows, frozenset({1, 2, 3, 4}), frozenset(range(5)), (2, 1))


_OWN_RANGE = ", uncertain ones from their 5th to their 95th percentile"


def _driver(driver: Driver) -> tuple[str, ...]:
    unit = find(driver.path, ARGUMENT).unit
    low, high = (rounded(value, unit) for value in (driver.low, driver.high))
    return driver.path, low, high, f"{driver.months_at_low:.2f}", f"{driver.months_at_high:.2f}"


def _edges(found: AggregateTax) -> Page:
    rows = tuple(
        (
            f"{edge.capability:.3g}",
            f"{edge.tax:.3f}",
            f"{100.0 * edge.tax / (1.0 + edge.tax):.0f} %",
            "none" if edge.margin is None else f"{edge.margin:.4f}",
        )
        for edge in found.edges
    )
    columns = ("capability (py)", "tax τ", "effort to keep in step, τ/(1+τ)", "effective edge: margin (py)")
    note = (
        "Effective edge: the least margin from which all research on goodness still outruns drift, where broad "
        "alignment and the capability profile are equal. Below it AIs lose goodness however they try, though still in "
        "the basin. Successors' noise comes on top."
    )
    table = Table("The tax and the basin's effective edge on the way", columns, rows, frozenset(range(4)))
    return [table, Paragraph(note, aside=True)]
