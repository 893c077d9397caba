"""Pages on terminals of any width: nothing is broken that belongs together, and nothing is dropped in silence.

Would catch an interval cut in two, a word cut off, a line beyond the window, a column that is gone without a word.
"""

import re
from io import StringIO

import pytest

from deference_sim.pages import layout
from deference_sim.pages.layout import Entry, Heading, Paragraph, Table
from deference_sim.pages.wording import aligned, plainly
from deference_sim.scenario.catalogue import parameters

TABLE = Table(
    "Where futures are lost",
    ("", "share", "95 % interval", "believed safe"),
    (
        ("the AIs were outside the basin when they were deferred to", "30.8 %", "29.9 to 31.7 %", "12.0 %"),
        ("the rival overtook us", "7.5 %", "6.8 to 8.3 %", "40.1 %"),
    ),
    frozenset({1, 3}),
    spare=(3,),
)


class Window(StringIO):
    """A terminal of some width."""

    def isatty(self) -> bool:
        return True


def lines_at(width: int, *blocks: layout.Block, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    window = Window()
    layout.show(blocks, window)
    return re.sub(r"\x1b\[[0-9;]*m", "", window.getvalue()).splitlines()


@pytest.mark.parametrize("width", [44, 60, 80, 120, 200])
def test_tables_fit_and_break_no_number(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = lines_at(width, TABLE, monkeypatch=monkeypatch)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for row in TABLE.rows:
        assert row[1] in text
        assert row[2] in text
    assert set(" ".join(row[0] for row in TABLE.rows).split()) <= set(text.split())
    assert ("40.1 %" in text) != ("Left out for lack of room: believed safe" in text)


def test_a_narrow_window_leaves_out_spare_columns_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    wide, narrow = (lines_at(width, TABLE, monkeypatch=monkeypatch) for width in (80, 44))
    assert "40.1 %" in "\n".join(wide)
    assert "Left out for lack of room: believed safe" in " ".join(narrow)


def test_where_no_table_fits_its_cells_stand_below_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = lines_at(26, TABLE, monkeypatch=monkeypatch)
    assert "    share: 30.8 %" in lines
    assert max(map(len, lines)) <= 26


def test_tables_take_the_whole_window_and_running_text_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = Table("", ("", "meaning"), (("rival.lead", "many words " * 12),))
    lines = lines_at(170, wide, Paragraph("many words " * 30), monkeypatch=monkeypatch)
    assert len(lines[1].rstrip()) > 120
    assert max(len(line) for line in lines[2:]) <= layout.WIDTH


def test_a_number_stays_with_its_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    for width in range(20, 60):
        blocks = Heading("x"), Paragraph("between 71 % and 2 months or 0.5 py " * 3), Entry("y", ("about 31 % " * 4,))
        lines = lines_at(width, *blocks, monkeypatch=monkeypatch)
        assert not any(line.strip().split(" ")[0] in ("%", "months", "py") for line in lines)


def test_a_row_that_no_table_has_room_for_is_told_in_as_few_lines_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Would catch a cell a line, twenty of which hide the rest, and a cell broken in two that a line has room for."""
    wide = Table("", ("", "first order", "total order", "status"), (("tax." + "x" * 40, "0.22", "0.38", "guess"),))
    cells = ["    first order: 0.22; total order: 0.38", "    status: guess"]
    assert lines_at(60, wide, monkeypatch=monkeypatch)[1:] == [f"{cells[0]}; {cells[1].strip()}"]
    assert lines_at(50, wide, monkeypatch=monkeypatch)[1:] == cells


def test_running_text_is_not_squeezed_into_a_column_of_a_few_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "an alternative that is told in many words"
    table = Table("", ("", *"abcd"), ((words, *["−48 (−51 to −45)"] * 4),), frozenset({1, 2, 3, 4}))
    assert words in "\n".join(lines_at(85, table, monkeypatch=monkeypatch))


def test_a_unit_stays_with_its_number_in_a_table_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for width in range(34, 70):
        table = Table("", ("", ""), (("hazard", "rate 0.005 per year, growth 0.8 per py, setback 1 month, 30 % " * 3),))
        lines = [line.strip() for line in lines_at(width, table, monkeypatch=monkeypatch)]
        assert not any(re.match(r"(%|per|py|year|month)\b", line.removeprefix("hazard").lstrip()) for line in lines)


def test_an_address_is_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://www.forethought.org/research/how-quick-and-big-would-a-software-intelligence-explosion-be"
    assert address in lines_at(60, Paragraph(f"Source: {address}"), monkeypatch=monkeypatch)


def test_numbers_have_a_true_minus_and_commands_stay_as_typed() -> None:
    table = Table("", ("", "-2 py"), (("a-b", "-0.25 (-1 to -0.0)"),), frozenset({1}))
    assert (table.columns, table.rows) == (("", "−2 py"), (("a-b", "−0.25 (−1 to 0.0)"),))
    typed = "Repeat: deference-sim run x --set 'rival.edge=normal p5 -0.5 py, p95 1 py' --seed 1"
    assert Paragraph(f"Lead -3. {typed}").text == f"Lead −3. {typed}"
    assert Entry("with rival.edge=-1 py", ("5-10",)) == Entry("with rival.edge=-1 py", ("5-10",))
    assert Heading("x", "-.5").answer == "−.5"


def test_null_is_told_as_people_say_it() -> None:
    meanings = [plainly(parameter.meaning) for parameter in parameters().values()]
    assert not any(re.search(r"(?<!\()\bnull\b", meaning) for meaning in meanings)
    assert plainly("a number, in py, or null") == "a number, in py, or none"


def test_numbers_of_an_axis_have_as_many_decimals_as_tell_them_apart() -> None:
    assert aligned([1.0, 2.0, 4.0]) == ["1", "2", "4"]
    assert aligned([0.5, 0.793700526, 8.0]) == ["0.50", "0.79", "8.00"]
    assert aligned([3.01, 3.011, 12.0]) == ["3.010", "3.011", "12.000"]
    assert aligned([-0.1, 0.0, 0.1]) == ["−0.1", "0.0", "0.1"]
    assert aligned([1e-7, 1.0]) == ["1e−07", "1"]
