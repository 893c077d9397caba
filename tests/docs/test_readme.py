"""The README: its commands exist, what it shows is what they print, its links lead somewhere, and it is short.

Would catch: an option or a command that was renamed, numbers that the model no longer gives, a kept output that was
made again and not put in, a page that was moved, a README that nobody finishes.
"""

import re
import shlex

import typer

from deference_sim import cli

from .scripts import DOCS, script

ROOT = DOCS.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
MOST_LINES = 250
LARGEST_PICTURE = 100_000  # bytes
readme = script("readme")
QUICK = ("run ", "tax ", "trace ", "parameters ", "takeoff ")  # a second or two each


def test_every_command_exists_and_takes_its_options() -> None:
    joined = TEXT.replace("\\\n", " ")
    lines = re.findall(r"^(?:\$ )?\./dev deference-sim (.*)$", joined, re.MULTILINE)
    assert len(lines) > len(re.findall("<!-- lines: ", TEXT))
    commands = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    for line in lines:
        name, *arguments = shlex.split(line, comments=True)
        commands[name].make_context(name, arguments)
    for name in ("required-lead", "sweep", "handoff", "strategy", "sensitivity", "discover", "compare", "batch"):
        assert f"./dev deference-sim {name} " in TEXT


def test_what_is_shown_is_what_is_printed() -> None:
    checked = []
    for block in readme.SHOWN.finditer(TEXT):
        line = readme.command_of(block)
        command = line.removeprefix("deference-sim ")
        if command.startswith(QUICK) or readme.kept_at(line).exists():
            assert block["output"] == readme.extract(readme.output(line), block["lines"]), line
            checked.append(command.split()[0])
    assert {"run", "required-lead", "handoff", "strategy", "sensitivity", "discover", "compare", "tax"} <= set(checked)


def test_extracts_say_where_lines_are_left_out() -> None:
    text = "one\ntwo\nthree\nfour\nfive\n"
    assert readme.extract(text, "2-3, 5") == "two\nthree\n…\nfive\n"
    assert readme.extract(text, "1, 2, 3") == "one\ntwo\nthree\n"


def test_links_and_pictures_are_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert target.startswith("https://") or (ROOT / target).exists(), target
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert len(pictures) == 2
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < LARGEST_PICTURE, picture


def test_it_is_read_in_a_few_minutes() -> None:
    assert len(TEXT.splitlines()) <= MOST_LINES
