"""The page of a scenario: every value with its source, the core ones and what was changed before the rest."""

from collections.abc import Callable

from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import singular, with_repeat
from deference_sim.scenario import Scenario
from deference_sim.scenario.explain import ValueRow, resolved

_PARTS: tuple[tuple[str, Callable[[ValueRow], bool]], ...] = (
    ("Core inputs", lambda row: row.tier == "core"),
    ("Other inputs that were given", lambda row: row.tier != "core" and row.source != "default"),
    ("Other inputs, at their defaults", lambda row: row.tier != "core" and row.source == "default"),
)
_NOTE = "guess: no source fixes the value. given: chosen by whoever wrote the scenario. See `deference-sim parameters`."


def page(found: Scenario, repeat: str = "", *, meanings: bool = True) -> Page:
    """Return every value of a scenario with its source and, if wanted, what it means; defaults folded away.

    ``repeat`` is the command that shows it.
    """
    rows = resolved(found)
    given = sum(row.source != "default" for row in rows)
    answer = f"{given} inputs given, {len(rows) - given} at their defaults; {len(found.uncertain)} uncertain"
    tables = [_table(title, [row for row in rows if belongs(row)], meanings) for title, belongs in _PARTS]
    return [
        Heading(f"{found.name} (hash {found.hash})", answer),
        *([Paragraph(" ".join(found.description.split()))] if found.description else []),
        *(table for table in tables if table.rows),
        Paragraph(with_repeat(_NOTE, repeat), aside=True),
    ]


def _table(title: str, rows: list[ValueRow], meanings: bool) -> Table:
    columns = ("", "value", "status", "from", *(("meaning",) if meanings else ()))
    cells = (
        (row.path, singular(row.value), row.status, row.source, *((row.meaning,) if meanings else ())) for row in rows
    )
    return Table(title, columns, tuple(cells), whole=frozenset({0, 3}), folded=title.endswith("defaults"))
