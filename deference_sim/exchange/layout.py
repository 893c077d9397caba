"""Where everything stands in the diagram of a file: stocks with their flows in a column, auxiliaries beside them.

Arrows, which XMILE calls connectors, go from whatever moves to whatever it stands in the equation of. Inputs have
none: some stand in dozens of equations, and their arrows would cover all others.
"""

from collections.abc import Sequence
from math import atan2, degrees
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from deference_sim.exchange.symbols import identifier, identifiers_in

WIDE, HIGH = 180, 80  # of the room that one variable has, in points
COLUMNS = 12
FLOWS_AT, STOCKS_AT, REST_AT = 200, 420, 700


def places(variables: Sequence[Any]) -> dict[str, tuple[int, int]]:
    """Return the middle of every variable, by name: no two are nearer than their room."""
    found, stocks, others = {}, 0, 0
    for one in variables:
        if one.kind == "stock":
            stocks += 1
            found[one.name] = (STOCKS_AT, HIGH * stocks)
            found[one.rate] = (FLOWS_AT, HIGH * stocks)
        elif one.kind == "aux":
            found[one.name] = (REST_AT + WIDE * (others % COLUMNS), HIGH * (1 + others // COLUMNS))
            others += 1
    return found


def links(variables: Sequence[Any]) -> list[tuple[str, str]]:
    """Return the names of what moves and of what has that in its equation, in order of the latter."""
    moving = {
        identifier(one.name): one.name for one in variables if one.kind == "stock" or identifiers_in(one.equation)
    }
    targets = (one for one in variables if one.kind != "stock")  # what a stock's equation says is where it starts
    return [
        (moving[source], one.name)
        for one in targets
        for source in sorted(identifiers_in(one.equation) & moving.keys() - {identifier(one.name)})
    ]


def layout(variables: Sequence[Any]) -> list[str]:
    """Return the view of every variable, and of every arrow, as XMILE has it."""
    at, lines = places(variables), []
    for one in variables:
        x, y = at[one.name]
        head = f'<{one.kind} name={quoteattr(one.name)} x="{x}" y="{y}"'
        if one.kind == "flow":
            pipe = f'<pt x="{x - 90}" y="{y}"/><pt x="{STOCKS_AT - 22}" y="{y}"/>'
            lines.append(f"{head}><pts>{pipe}</pts></flow>")
        else:
            lines.append(f"{head}/>")
    for number, (source, target) in enumerate(links(variables), start=1):
        (x, y), (u, v) = at[source], at[target]
        angle = degrees(atan2(y - v, u - x)) % 360.0  # as the arrow leaves: 0 is to the right, 90 up
        ends = f"<from>{escape(identifier(source))}</from><to>{escape(identifier(target))}</to>"
        lines.append(f'<connector uid="{number}" angle="{angle:.1f}">{ends}</connector>')
    return lines
