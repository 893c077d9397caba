"""Layout: the few kinds of blocks that a page of text is made of, and how a terminal and a notebook show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from textwrap import shorten
from typing import Literal, TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

WIDTH = 100  # columns of a page that is not shown on a terminal, and the most that one on a terminal takes
STRONG = "bold"


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a page, and its ``answer`` in one line, for where there is no room for the page.

    That of a ``section`` stands on the page only.
    """

    text: str
    answer: str = ""
    section: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``aside`` for what explains the rest and can be skipped."""

    text: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of plain texts, its title above it. ``right`` are the columns that hold numbers.

    ``whole`` are the columns whose cells (not their headings) take several lines only if there is no other way. Cells
    equal to ``mark`` stand out. A ``folded`` table is closed at first where the page can open and close it.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset({0})
    mark: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A term with lines that say what it is."""

    term: str
    lines: tuple[str, ...]


Block = Heading | Paragraph | Table | Entry
Page = list[Block]


def show(page: Iterable[Block], file: TextIO) -> None:
    """Print ``page`` on ``file``, blocks apart by an empty line; in colour on a terminal only."""
    console = Console(file=file, markup=False, emoji=False, highlight=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    with console.capture() as captured:
        for number, block in enumerate(page):
            if number:
                console.print()
            for part in _rich(block, console.width):
                console.print(part)
    file.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def brief(page: Iterable[Block]) -> str:
    """Return the titles of ``page`` and their answers as lines of plain text, each cut at the width of a page."""
    titles = [block for block in page if isinstance(block, Heading) and not block.section]
    lines = [line for title in titles for line in (title.text, title.answer) if line]
    return "\n".join(shorten(line, WIDTH, placeholder=" …") for line in lines)


def html(page: Iterable[Block]) -> str:
    """Return ``page`` as HTML, every text escaped."""
    return "<div>" + "".join(_html(block) for block in page) + "</div>"


def _rich(block: Block, width: int) -> list[RenderableType]:
    match block:
        case Heading(text):
            return [Text(text, STRONG)]
        case Paragraph(text, aside):
            return [Text(text, "dim" if aside else "")]
        case Entry(term, lines):
            return [Text(term, STRONG), *(Padding(Text(line), (0, 0, 0, 4)) for line in lines)]
    return [*([Text(block.title, STRONG)] if block.title else []), _rich_table(block, width)]


def _rich_table(table: Table, width: int) -> RichTable:
    made = RichTable(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=any(table.columns), header_style="dim")
    widths = _widths(table, width - 2 * (len(table.columns) - 1))
    for place, column in enumerate(table.columns):
        justify: Literal["left", "right"] = "right" if place in table.right else "left"
        made.add_column(Text(column), justify=justify, overflow="fold", width=widths[place])
    for row in table.rows:
        made.add_row(*(Text(cell, "yellow" if table.mark and cell == table.mark else "") for cell in row))
    return made


def _widths(table: Table, room: int) -> list[int | None]:
    """Return how wide each column is so that no word is broken; None for each where there is not enough room for that.

    What is left goes to cells that are to be whole, then to the rest, always to the narrowest column.
    """
    columns = list(zip(table.columns, *table.rows, strict=True))
    widths = [max((len(word) for cell in cells for word in cell.split()), default=0) for cells in columns]
    if sum(widths) > room:
        return [None] * len(columns)
    cells = [
        max(map(len, column[1:]), default=0) if place in table.whole else 0 for place, column in enumerate(columns)
    ]
    for wanted in (cells, [max(map(len, column)) for column in columns]):
        while sum(widths) < room and (
            wanting := [place for place, width in enumerate(widths) if width < wanted[place]]
        ):
            widths[min(wanting, key=widths.__getitem__)] += 1
    return [*widths]


def _html(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h4>{escape(text)}</h4>"
        case Paragraph(text, aside):
            return f"<p>{f'<small>{escape(text)}</small>' if aside else escape(text)}</p>"
        case Entry(term, lines):
            return f"<p><strong>{escape(term)}</strong><br>{'<br>'.join(escape(line) for line in lines)}</p>"
    title = escape(block.title)
    if block.folded:
        return f"<details><summary>{title}</summary>{_html_table(block)}</details>"
    return (f"<strong>{title}</strong>" if title else "") + _html_table(block)


def _html_table(table: Table) -> str:
    rows = [_html_row("th", table.columns, table)] if any(table.columns) else []
    rows += [_html_row("td", row, table) for row in table.rows]
    return f"<table>{''.join(rows)}</table>"


def _html_row(tag: str, cells: Iterable[str], table: Table) -> str:
    made = []
    for place, cell in enumerate(cells):
        text = f"<em>{escape(cell)}</em>" if table.mark and cell == table.mark else escape(cell)
        made.append(f'<{tag} style="text-align:{"right" if place in table.right else "left"}">{text}</{tag}>')
    return f"<tr>{''.join(made)}</tr>"
