"""What every command prints, on terminals of any width: no line beyond the window, no word and no number broken.

Would catch a column without room, a table that is squeezed in silence, a new command whose help or page does not fit.
"""

import re
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest

from deference_sim import cli
from deference_sim.cli.examples import EXAMPLES
from deference_sim.cli.help import as_typed
from deference_sim.pages import layout

from .commands import call

WIDTHS = (60, 80, 120, 200)
TWO = ("--inputs", "rival.lead,tax.decline")
#: By command, what is typed after its name: everything that has a page, with as few futures as make one.
PAGES: dict[str, tuple[str, ...]] = {
    "run": (
        "uncertain-baseline --replicates 40 --draws 10 --value stabilised=1,month=-.002",
        "five-hazards --replicates 40 --given lead>0",
    ),
    "trace": ("rushed-handoff --replicate 12", "never-hand-off"),
    "sweep": (
        "baseline rushed-handoff --over rival.lead=0.5:8:3:log --replicates 20",
        "baseline --over rival.lead=1,2 --over tax.decline=-0.1,0 --replicates 20",
        "baseline --over rival.lead=1,2 --over tax.decline=0,1 --over strategy.policy=race,fixed --replicates 20",
    ),
    "required-lead": (
        "rushed-handoff --replicates 40",
        "baseline --solve capability.initial_speedup --target 0.8 --replicates 40",
        "baseline --region rival.lead --region tax.decline --target 0.5 --replicates 20",
        "baseline --move rival.lead --move tax.decline --target 0.8 --replicates 20",
    ),
    "compare": ("plan-a plan-b plan-c plan-d --replicates 20", "baseline --with tax.decline=-0.1 --replicates 20"),
    "explain": ("baseline rushed-handoff --replicates 20",),
    "tax": ("uncertain-baseline",),
    "handoff": ("rushed-handoff --replicates 4",),
    "strategy": ("rushed-handoff --worlds baseline --replicates 1",),
    "sensitivity": tuple(
        f"uncertain-baseline --method {method} --inputs rival.lead,tax.decline,rival.edge --replicates {replicates}"
        for method, replicates in (("tornado", 20), ("sobol", 32), ("morris", 4), ("rank", 64), ("voi", 128))
    ),
    "discover": (f"uncertain-baseline {' '.join(TWO)} --algorithm prim --replicates 128",),
    "loops": ("rushed-handoff --replicates 4", "rushed-handoff --replicates 4 --cut goodness --pairs 10"),
    "takeoff": ("forethought --replicates 200", "ai-2027 --replicates 200", "--list"),
    "batch": ("{study} --out {folder}",),
    "resume": ("{folder}",),
    "merge": ("{folder}",),
    "scenarios": ("",),
    "parameters": ("--all", "scheming"),
    "show": ("uncertain-baseline", "five-hazards"),
    "diff": ("plan-a plan-d",),
    "brief": ("rushed-handoff --replicates 40",),
}
#: Commands that print no page: a sentence, JSON, or nothing.
WITHOUT = {"export", "explore", "page", "verify", "rerun", "check", "schema"}
STUDY = """schema: 1
scenarios: [rushed-handoff, baseline]
sweep: {rival.lead: [1 month, 4 months]}
policies: [deadline_aware, fixed]
replicates: 20
"""


class Window(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[list[layout.Block]]:
    """Every page that commands print."""
    printed: list[list[layout.Block]] = []
    monkeypatch.setattr(layout, "show", lambda page, file: printed.append(list(page)))
    return printed


def test_every_command_is_looked_at() -> None:
    assert set(PAGES) | WITHOUT == {name.replace("_", "-") for name in EXAMPLES if name}


@pytest.mark.parametrize("command", PAGES)
def test_pages_fit_every_window(
    command: str, pages: list[list[layout.Block]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, folder = tmp_path / "study.yaml", tmp_path / "results"
    study.write_text(STUDY)
    if command in ("resume", "merge"):
        assert call("batch", study, "--out", folder, "--quiet").exit_code == 0
    for typed in PAGES[command]:
        result = call(command, *typed.format(study=study, folder=folder).split())
        assert result.exit_code == 0, (typed, result.output)
    monkeypatch.undo()
    monkeypatch.setenv("TERM", "xterm")
    assert pages
    for page in pages:
        known = set(_words(" ".join(_texts(page)))) | set(_words(layout.LEFT_OUT))
        for width in WIDTHS:
            monkeypatch.setenv("COLUMNS", str(width))
            window = Window()
            layout.show(page, window)
            lines = re.sub(r"\x1b\[[0-9;]*m", "", window.getvalue()).splitlines()
            assert [line for line in lines if len(line) > width and " " in line.strip()] == []
            assert set(_words(" ".join(lines))) <= known
            assert [after for before, after in pairwise(lines) if _CUT.search(f"{before}\n{after.lstrip()}")] == []


_CUT = re.compile(r"(?<![=,.])\b\d+\n(%|py\b|months?\b)")  # a number at the end of a line, its unit in the next


def _texts(page: list[layout.Block]) -> Iterator[str]:
    for block in page:
        if isinstance(block, layout.Table):
            yield from (block.title, *block.columns, *(cell for row in block.rows for cell in row))
        elif isinstance(block, layout.Entry):
            yield from (block.term, *block.lines)
        else:
            yield block.text


def _words(text: str) -> list[str]:
    """Return words without what rows that stand in lines put between their cells."""
    return [word for part in text.split() if (word := part.strip(".,;:–"))]


@pytest.mark.parametrize("command", ["", *EXAMPLES])
def test_help_fits_every_window(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = set(_words(_help(command, 1000, monkeypatch)))
    for width in WIDTHS:
        text = _help(command, width, monkeypatch)
        limit = min(width, 100)
        assert [line for line in text.splitlines() if len(line) > limit and " " in line.strip()] == []
        assert set(_words(text)) <= whole | {"\\"}


def _help(command: str, width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    name = [command.replace("_", "-")] if command else []
    parser = cli.typer.main.get_command(cli.app)
    monkeypatch.setenv("COLUMNS", str(width))
    context = parser.make_context("deference-sim", name or ["run"], resilient_parsing=True)
    if not name:
        return str(parser.get_help(context))
    one = parser.commands[name[0]]  # type: ignore[attr-defined]  # the command is a group
    return str(one.get_help(one.make_context(name[0], [], parent=context, resilient_parsing=True)))


def test_an_example_is_broken_as_a_shell_takes_it() -> None:
    command = "  deference-sim run baseline --set rival.lead='2 to 9 months' --draws 200 -q"
    lines = as_typed(command, 50)
    assert "".join(line.removesuffix("\\") for line in lines).split() == command.split()
    assert all(line.endswith(" \\") for line in lines[:-1])
    assert max(map(len, lines)) <= 50
    assert as_typed(command, 100) == [command]
