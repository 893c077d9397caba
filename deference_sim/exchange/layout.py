"""Where everything stands in the diagram of a file: stocks with their flows in a column, auxiliaries beside them."""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

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


def layout(variables: Sequence[Any]) -> list[str]:
    """Return the view of every variable as XMILE has it."""
    at, lines = places(variables), []
    for one in variables:
        x, y = at[one.name]
        head = f'<{one.kind} name={quoteattr(one.name)} x="{x}" y="{y}"'
        if one.kind == "flow":
            pipe = f'<pt x="{x - 90}" y="{y}"/><pt x="{STOCKS_AT - 22}" y="{y}"/>'
            lines.append(f"{head}><pts>{pipe}</pts></flow>")
        else:
            lines.append(f"{head}/>")
    return lines
