"""How a scenario shows itself in a notebook: the core parameters and whatever was changed; the rest folded away."""

from collections.abc import Iterable
from html import escape

from deference_sim.scenario.explain import ValueRow, resolved
from deference_sim.scenario.scenario import Scenario

_HEAD = "<tr><th>parameter</th><th>value</th><th>status</th><th>source</th><th>meaning</th></tr>"


def html_of(scenario: Scenario) -> str:
    """Return a small table as HTML, every text escaped."""
    rows = resolved(scenario)
    shown = [row for row in rows if row.tier == "core" or row.source != "default"]
    rest = [row for row in rows if row not in shown]
    return (
        f"<div><strong>{escape(scenario.name)}</strong> <code>{scenario.hash[:8]}</code>"
        f"<p>{escape(scenario.description)}</p>{_table(shown)}"
        f"<details><summary>{len(rest)} more, at their defaults</summary>{_table(rest)}</details></div>"
    )


def _table(rows: Iterable[ValueRow]) -> str:
    lines = (
        "".join(f"<td>{escape(text)}</td>" for text in (row.path, row.value, row.status, row.source, row.meaning))
        for row in rows
    )
    return f"<table>{_HEAD}{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
