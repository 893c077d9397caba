"""Layout: the few kinds of blocks that a page of text is made of, and how a terminal and a notebook show them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from textwrap import fill, shorten
from typing import Any, Literal, TextIO

from rich.console import Console, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from deference_sim.analysis.digits import with_minus
from deference_sim.scenario.problems import printable

WIDTH = 100  # letters in a line of a page that is not shown on a terminal, and the most in running text on one
INDENT = 4  # spaces before what is said of an entry
GAP = 2  # spaces between the columns of a table
LONGEST_NUMBER = 32  # letters: a cell that begins as a number does and is no longer than that stays in one line
SHORT = 12  # letters: a cell that HTML does not break
EASY = 24  # letters in a line of a cell that are read with ease
TIGHT = 16  # letters in a line of a cell below which rows are read with more ease one below the other
STRONG = "bold"
LEFT_OUT = "Left out for lack of room: {}. A wider window shows all."
MORE = "more: "  # before how to go on


_NEGATIVE = re.compile(r"(?<![\w.=\-])-\.?\d[\d.]*")
_COMMAND = "deference-sim "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def _printed(text: str) -> str:
    """Return a text with true minus signs, as all numbers have them; a command in it stays as one types it.

    No letter of it commands a terminal.
    """
    told, command, typed = text.partition(_COMMAND)
    minus = _NEGATIVE.sub(lambda number: with_minus(number.group()), told)
    return _CONTROL.sub(lambda letter: printable(letter.group()), minus + command + typed)


class _Printed:
    """A block whose texts are printed as people write numbers."""

    __slots__: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, _each_printed(getattr(self, name)))


def _each_printed(part: Any) -> Any:
    if isinstance(part, str):
        return _printed(part)
    return tuple(map(_each_printed, part)) if isinstance(part, tuple) else part


@dataclass(frozen=True, slots=True)
class Heading(_Printed):
    """The title of a page, and its ``answer`` in one line, for where there is no room for the page.

    That of a ``section`` stands on the page only.
    """

    text: str
    answer: str = ""
    section: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph(_Printed):
    """Running text; ``aside`` for what explains the rest and can be skipped."""

    text: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Table(_Printed):
    """A table of plain texts, its title above it. ``right`` are the columns that hold numbers.

    Words and numbers with their units and intervals are never broken. ``whole`` are the columns whose cells (not their
    headings) take several lines only if there is no other way. ``spare`` are those to leave out, in this order, where
    a terminal is too narrow for all. Cells equal to ``mark`` stand out. A ``folded`` table is closed at first where the
    page can open and close it.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset({0})
    spare: tuple[int, ...] = ()
    mark: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Entry(_Printed):
    """A term with lines that say what it is."""

    term: str
    lines: tuple[str, ...]


Block = Heading | Paragraph | Table | Entry
Page = list[Block]


def show(page: Iterable[Block], file: TextIO) -> None:
    """Print ``page`` on ``file``, blocks apart by an empty line; in colour on a terminal only."""
    console = Console(file=file, markup=False, emoji=False, highlight=False)
    width = console.width if console.is_terminal else WIDTH
    console.width = width + GAP  # room for the space after a table's last column, which is cut off below
    with console.capture() as captured:
        for number, block in enumerate(page):
            if number:
                console.print()
            for part in _rich(block, width):
                # Text comes in lines. What no line has room for, such as an address, is left to the terminal, whole.
                console.print(part, soft_wrap=isinstance(part, Text))
    file.write("".join(line.rstrip() + "\n" for line in captured.get().splitlines()))


def brief(page: Iterable[Block], further: str = "") -> str:
    """Return the titles of ``page``, their answers, and how to go on ``further``, as lines of plain text.

    A line that is wider than a page ends after its first sentence, or is cut.
    """
    titles = [block for block in page if isinstance(block, Heading) and not block.section]
    lines = [line for title in titles for line in (title.text, title.answer) if line]
    return "\n".join([*map(_short, lines), *([MORE + further] if further else [])])


def _short(line: str) -> str:
    if len(line) <= WIDTH:
        return line
    first, end, _ = line.partition(". ")
    return first + end.rstrip() if len(first) < WIDTH else shorten(line, WIDTH, placeholder=" …")


def html(page: Iterable[Block], further: str = "") -> str:
    """Return ``page`` as HTML, every text escaped, with how to go on ``further`` at its end."""
    end = [Paragraph(MORE + further, aside=True)] if further else []
    return "<div>" + "".join(_html(block) for block in (*page, *end)) + "</div>"


def _rich(block: Block, width: int) -> list[RenderableType]:
    room = min(width, WIDTH)
    match block:
        case Heading(text):
            return [Text(_wrapped(text, room), STRONG)]
        case Paragraph(text, aside):
            return [Text(_wrapped(text, room), "dim" if aside else "")]
        case Entry(term, lines):
            return [Text(_wrapped(term, room), STRONG), *(Text(_wrapped(line, room, INDENT)) for line in lines)]
    title = [Text(_wrapped(block.title, room), STRONG)] if block.title else []
    return [*title, *_rich_table(block, width)]


def _wrapped(text: str, width: int, indent: int = 0) -> str:
    """Return running text in lines, in which a number stays with its unit, each after ``indent`` spaces."""
    space = " " * indent
    lines = fill(
        _kept_together(text),
        width,
        initial_indent=space,
        subsequent_indent=space,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return lines.replace(_NO_BREAK, " ")


_NO_BREAK = "\u00a0"
_BEFORE_A_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|s\b|(?:per )?(?:py|years?|months?|weeks?|days?)\b))|(?<=\d per) (?=(?:py|year|month)\b)"
    r"|(?<=\bmonth) (?=\d)"
)


def _kept_together(text: str) -> str:
    return _BEFORE_A_UNIT.sub(_NO_BREAK, text)


def _parts(text: str) -> list[str]:
    """Return the parts of a text between which a line may end."""
    return _kept_together(text).split(" ")


def _rich_table(table: Table, width: int) -> list[RenderableType]:
    """Return a table as wide as ``width`` allows, with what had to be left out of it; line by line if none fits."""
    fitting, left_out = _fitting(table, width)
    widths = _widths(fitting, _room(fitting, width))
    if widths is None or _is_squeezed(fitting, widths):
        return _stacked(table, width)
    made = RichTable(box=None, padding=(0, GAP, 0, 0), pad_edge=False, show_header=any(table.columns))
    made.header_style = "dim"
    for place, column in enumerate(fitting.columns):
        justify: Literal["left", "right"] = "right" if place in fitting.right else "left"
        made.add_column(Text(_wrapped(column, widths[place])), justify=justify, width=widths[place])
    for row in fitting.rows:
        made.add_row(*(_cell(cell, room, table.mark) for cell, room in zip(row, widths, strict=True)))
    told = LEFT_OUT.format(", ".join(left_out))
    return [made, *([Text(_wrapped(told, min(width, WIDTH)), "dim")] if left_out else [])]


def _cell(cell: str, width: int, mark: str) -> Text:
    return Text(_wrapped(cell, width), "yellow" if mark and cell == mark else "")


def _is_squeezed(table: Table, widths: list[int]) -> bool:
    """Return whether running text would stand in a column too narrow to be read."""
    longest = (max(map(len, cells), default=0) for cells in zip(*table.rows, strict=True))
    return any(room < min(TIGHT, wanted) for room, wanted in zip(widths, longest, strict=False))


def _room(table: Table, width: int) -> int:
    return width - GAP * (len(table.columns) - 1)


def _fitting(table: Table, width: int) -> tuple[Table, list[str]]:
    """Return ``table`` without as many of its spare columns as there is no room for, and the names of these."""
    dropped: list[int] = []
    spare = iter(table.spare)
    while sum(_with_ease(_without(table, dropped))) > _room(_without(table, dropped), width):
        if (column := next(spare, None)) is None:
            break
        dropped.append(column)
    return _without(table, dropped), [table.columns[place] for place in dropped]


def _without(table: Table, dropped: Iterable[int]) -> Table:
    """Return ``table`` without some columns."""
    gone = set(dropped)
    kept = [place for place in range(len(table.columns)) if place not in gone]
    places = {before: after for after, before in enumerate(kept)}

    def of(row: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(row[place] for place in kept)

    def moved(columns: frozenset[int]) -> frozenset[int]:
        return frozenset(places[place] for place in columns if place in places)

    return replace(
        table,
        columns=of(table.columns),
        rows=tuple(of(row) for row in table.rows),
        right=moved(table.right),
        whole=moved(table.whole),
        spare=(),
    )


def _stacked(table: Table, width: int) -> list[RenderableType]:
    """Return the rows of a table one below the other, their cells with the names of their columns.

    As many cells stand in a line as there is room for.
    """
    lines: list[RenderableType] = []
    for row in table.rows:
        first, *cells = row
        named = zip(table.columns[1:], cells, strict=True)
        told = [f"{name}: {cell}" if name else cell for name, cell in named if cell]
        lines.append(Text(_wrapped(first or "–", width)))
        lines += [Text(_wrapped(line, width, INDENT)) for line in _in_lines(told, width - INDENT)]
    return lines


def _in_lines(parts: list[str], width: int) -> list[str]:
    """Return ``parts`` in lines, none of them in two lines if it fits into one."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 2 <= width:
            lines[-1] += f"; {part}"
        else:
            lines.append(part)
    return lines


_NUMBER_BEGINS = re.compile(r"[-+−–<×.(]*\d|–")


def _unbroken(cell: str) -> list[str]:
    """Return the parts of a cell that are not to be broken: a whole number with its unit and interval, else words."""
    return [cell] if _is_number(cell) else _parts(cell)


def _is_number(cell: str) -> bool:
    return bool(_NUMBER_BEGINS.match(cell)) and len(cell) <= LONGEST_NUMBER


def _least(table: Table) -> list[int]:
    """Return the width of each column with which nothing is broken."""
    columns = zip(table.columns, *table.rows, strict=True)
    return [
        max(map(len, [*_parts(head), *(part for cell in cells for part in _unbroken(cell))]), default=0)
        for head, *cells in columns
    ]


def _with_ease(table: Table) -> list[int]:
    """Return the width of each column with which running text need not be squeezed into a few letters a line."""
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    return [
        max(least, min(max(map(len, cells), default=0), EASY))
        for least, cells in zip(_least(table), columns, strict=True)
    ]


def _widths(table: Table, room: int) -> list[int] | None:
    """Return how wide each column is so that nothing is broken; None where there is not enough room for that.

    What is left goes to cells that are to be whole, then to the rest, always to the narrowest column.
    """
    columns = list(zip(table.columns, *table.rows, strict=True))
    widths = _least(table)
    if sum(widths) > room:
        return None
    cells = [
        max(map(len, column[1:]), default=0) if place in table.whole else 0 for place, column in enumerate(columns)
    ]
    for wanted in (cells, [max(map(len, column)) for column in columns]):
        while sum(widths) < room and (
            wanting := [place for place, width in enumerate(widths) if width < wanted[place]]
        ):
            widths[min(wanting, key=widths.__getitem__)] += 1
    return widths


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
    return f'<table style="margin-left:0">{"".join(rows)}</table>'  # a notebook centres what says nothing of it


def _html_row(tag: str, cells: Iterable[str], table: Table) -> str:
    made = []
    for place, cell in enumerate(cells):
        text = f"<em>{escape(cell)}</em>" if table.mark and cell == table.mark else escape(cell)
        style = f"text-align:{'right' if place in table.right else 'left'}"
        style += ";white-space:nowrap" if tag == "td" and (_is_number(cell) or len(cell) <= SHORT) else ""
        made.append(f'<{tag} style="{style}">{text}</{tag}>')
    return f"<tr>{''.join(made)}</tr>"
