"""Commands of ``deference-sim`` that pages show: what they print, and where that is kept if it takes long."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from typer.testing import CliRunner

from deference_sim.cli import app

DOCS = Path(__file__).parents[1]
OUTPUTS = DOCS / "outputs"


def output_of(line: str) -> tuple[int, str]:
    """Run a command of ``deference-sim`` in this process; return its exit code and what it prints.

    What goes to stderr is left out where the command succeeds: progress, and that the model is compiled first.
    """
    program, *arguments = shlex.split(line)
    if program != "deference-sim":
        raise ValueError(f"{line}: only commands of deference-sim can be shown")
    done = CliRunner().invoke(app, arguments, prog_name="deference-sim", env={"COLUMNS": "100"})
    return done.exit_code, done.output if done.exit_code else done.stdout


def printed(line: str) -> str:
    """Run a command and return what it prints; one that fails ends the program."""
    status, output = output_of(line)
    if status != 0:
        raise SystemExit(f"{line}: exit code {status}\n{output}")
    return output


def kept_at(line: str) -> Path:
    """Return the file that holds what a command printed."""
    return OUTPUTS / (re.sub(r"[^a-z0-9]+", "-", line.removeprefix("deference-sim").lower()).strip("-") + ".txt")


def is_asked_for(line: str, words: Sequence[str]) -> bool:
    """Return whether a command contains one of the words given, and say so; without words any is asked for."""
    asked = not words or any(word in line for word in words)
    if asked:
        print(line, flush=True)
    return asked
