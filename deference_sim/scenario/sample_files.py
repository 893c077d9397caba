"""Tables of samples beside a scenario: ``{samples: FILE.csv, column: NAME, weight: NAME}`` → the rows themselves.

They are put into the tree when the file is read, so that whatever is made of a scenario holds them: its hash, the
resolved file, the provenance of a result, the live page.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TypeAlias

from deference_sim.scenario.experts import MAX_ROWS
from deference_sim.scenario.problems import Mark, Problem, ScenarioError, did_you_mean, refusal, shown
from deference_sim.scenario.scalars import read_text
from deference_sim.scenario.shipped import label_of
from deference_sim.scenario.source import beside
from deference_sim.scenario.source import read_text as read_file
from deference_sim.scenario.tree import Broken, Entry, ListNode, MapNode, Node, Scalar, as_text

_ALLOWED = "a CSV file in the same folder"
_KEYS = {"samples", "column", "weight"}
_FORM = "names of columns in the first line, then a row a line, with commas between the cells"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the names of its columns, its rows with the line of each, and a name for its content."""

    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def of(self) -> str:
        """16 hexadecimal digits of a hash of all that the table says."""
        content = json.dumps([self.columns, [cells for _, cells in self.rows]], ensure_ascii=False)
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()

    def column(self, name: str) -> ListNode:
        """Return the cells of a column as a list, each marked with its line."""
        place = self.columns.index(name)
        cells = [Scalar(cells[place], True, Mark(self.label, line, 1)) for line, cells in self.rows]
        return ListNode(tuple(cells), Mark(self.label, 1, 1))


_GetTable: TypeAlias = Callable[[Node, str], Table]


def with_samples(root: MapNode, path: Path) -> tuple[MapNode, list[Problem]]:
    """Return the tree of the file at ``path`` with every table of samples in its place, and what is wrong with them."""
    problems: list[Problem] = []
    tables: dict[str, Table] = {}
    found = _replaced(root, "", partial(_table, path, tables), problems)
    assert isinstance(found, MapNode)
    return found, problems


def _replaced(node: Node, place: str, table: _GetTable, problems: list[Problem]) -> Node:
    if isinstance(node, ListNode):
        items = (_replaced(item, f"{place}[{number}]", table, problems) for number, item in enumerate(node.items))
        return ListNode(tuple(items), node.mark)
    if not isinstance(node, MapNode):
        return node
    samples = node.entries.get("samples")
    if samples is not None and isinstance(samples.node, Scalar):
        try:
            return _rows(node, place, table)
        except ScenarioError as error:
            problems += error.problems
            return Broken(node.mark)
    entries = {
        key: Entry(entry.key, _replaced(entry.node, f"{place}.{key}".strip("."), table, problems))
        for key, entry in node.entries.items()
    }
    return MapNode(entries, node.mark, node.flow, node.written)


def _rows(node: MapNode, place: str, table: _GetTable) -> Node:
    entries: Mapping[str, Entry] = node.entries
    where = f"{place}.samples"
    if not {"samples", "column"} <= entries.keys() <= _KEYS:
        found = "samples without a column" if "column" not in entries else "a key that is not known beside samples"
        raise refusal(node.mark, where, found, "{samples: FILE.csv, column: NAME}, also with weight: NAME")
    held = table(entries["samples"].node, where)
    inside: dict[str, Node] = {"of": Scalar(held.of, False, entries["samples"].key)}
    for key, told in (("column", "values"), ("weight", "weights")):
        if key in entries:
            inside[told] = held.column(_column(entries[key].node, held, f"{place}.{key}"))
    inner = MapNode({key: Entry(node.mark, one) for key, one in inside.items()}, node.mark)
    return MapNode({"samples": Entry(entries["samples"].key, inner)}, node.mark, node.flow, as_text(node))


def _column(node: Node, table: Table, place: str) -> str:
    allowed = "one of " + ", ".join(table.columns)
    name = node.text.strip() if isinstance(node, Scalar) else ""
    if name not in table.columns:
        hint = did_you_mean(name, table.columns)
        raise refusal(node.mark, place, f"no column `{shown(name)}` in {table.label}", allowed, hint)
    return name


def _table(path: Path, tables: dict[str, Table], node: Node, place: str) -> Table:
    name = read_text(node, place, _ALLOWED)
    if name not in tables:
        target = beside(path, name, node.mark, place, _ALLOWED, "*.csv")
        tables[name] = read_table(target, label_of(target))
    return tables[name]


def read_table(path: Path, label: str) -> Table:
    """Return the table in the CSV file at ``path``, called ``label`` in messages. Raises ``ScenarioError``."""
    reader = csv.reader(StringIO(read_file(path, label, "a CSV")), strict=True)
    lines: list[tuple[int, tuple[str, ...]]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                lines.append((reader.line_num, tuple(cell.strip() for cell in row)))
    except csv.Error as error:
        raise refusal(Mark(label, reader.line_num, 1), "", f"not a CSV file: {error}", _FORM) from None
    (first, columns), *rows = lines
    _check_names(columns, Mark(label, first, 1))
    if not 2 <= len(rows) <= MAX_ROWS:
        raise refusal(Mark(label, 1, 1), "", f"{len(rows)} rows below the names", f"2 to {MAX_ROWS} rows")
    for line, cells in rows:
        if len(cells) != len(columns):
            found = f"{len(cells)} cells in this row, {len(columns)} names of columns"
            raise refusal(Mark(label, line, 1), "", found, _FORM)
    return Table(label, columns, tuple(rows))


def _check_names(columns: Sequence[str], mark: Mark) -> None:
    if any(not name for name in columns):
        raise refusal(mark, "", "a column without a name", _FORM)
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise refusal(mark, "", f"column `{shown(twice[0])}` twice", "names of their own")
