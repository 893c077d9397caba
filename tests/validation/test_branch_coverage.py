"""The report of branch coverage adds up and leaves nothing out."""

from importlib.util import find_spec
from typing import Any

from deference_sim.pages.layout import Table
from validation.branch_coverage import PACKAGE, REASONS, Count, counts, missing, page, runs_of, share, why


def file(statements: int, missed: list[int], branches: int, untaken: list[tuple[int, int]]) -> dict[str, Any]:
    """A file as coverage reports it."""
    summary = {
        "num_statements": statements,
        "covered_lines": statements - len(missed),
        "num_branches": branches,
        "covered_branches": branches - len(untaken),
    }
    return {"summary": summary, "missing_lines": missed, "missing_branches": [list(branch) for branch in untaken]}


REPORT = {
    "files": {
        "/x/deference_sim/model/basin.py": file(10, [4, 5, 7], 4, [(3, 4), (8, -2)]),
        "/x/deference_sim/model/tax.py": file(20, [], 2, []),
        "/x/deference_sim/shown.py": file(5, [], 2, [(2, 5)]),
    }
}


def test_rooms_add_up() -> None:
    """Would catch a file that is left out, or counted for another room."""
    assert counts(REPORT)["model/basin.py"] == Count(10, 7, 4, 2)
    heading, rooms, left, *_ = page(REPORT, "")
    assert isinstance(rooms, Table)
    assert isinstance(left, Table)
    assert rooms.rows == (
        ("model", "30", "90.0 %", "6", "66.6 %"),
        ("top", "5", "100.0 %", "2", "50.0 %"),
        ("all", "35", "91.4 %", "8", "62.5 %"),
    )
    assert "62.5 % of branches" in str(heading)
    assert [row[0] for row in left.rows] == ["model/basin.py", "shown.py"]


def test_what_is_missing_is_told_by_line_and_branch() -> None:
    """Would catch a gap that is not told; a branch of a line that was not run says nothing new."""
    assert list(missing(REPORT)) == [("model/basin.py", "4–5, 7", "3→4, 8→end"), ("shown.py", "", "2→5")]
    assert runs_of([1, 2, 3, 7, 9, 10]) == "1–3, 7, 9–10"
    assert (share(999, 1000), share(9_999, 10_000), share(1, 1), share(0, 0)) == ("99.9 %", "99.9 %", "100.0 %", "–")


def test_reasons_are_given_of_rooms_and_modules_that_are_there() -> None:
    """Would catch a reason that no file has any more, and the reason of a room in place of a module's own."""
    for start in filter(None, REASONS):
        assert find_spec(f"{PACKAGE}.{start}"), start
    assert why("engines/entry.py") == REASONS["engines.entry"]
    assert why("engines/events.py") == REASONS["engines"]
    assert why("version.py") == REASONS[""]
