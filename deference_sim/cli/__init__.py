"""The command line: ``deference-sim``. What is typed is checked first; heavy imports happen inside the commands."""

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Annotated

import typer

from deference_sim.cli import inputs
from deference_sim.cli.batch import batch, merge, rerun, resume, verify
from deference_sim.cli.brief import brief
from deference_sim.cli.compare import compare
from deference_sim.cli.discover import discover
from deference_sim.cli.errors import CANNOT_WRITE, FAILED, Commands
from deference_sim.cli.examples import told
from deference_sim.cli.explain import explain
from deference_sim.cli.explore import explore
from deference_sim.cli.export import export
from deference_sim.cli.handoff import handoff
from deference_sim.cli.help import Command
from deference_sim.cli.loops import loops
from deference_sim.cli.memory import is_want_of_memory, prepare_for_little
from deference_sim.cli.page import page
from deference_sim.cli.required_lead import required_lead
from deference_sim.cli.run import run
from deference_sim.cli.sensitivity import sensitivity
from deference_sim.cli.strategy import strategy
from deference_sim.cli.sweep import sweep
from deference_sim.cli.takeoff import takeoff
from deference_sim.cli.tax import tax
from deference_sim.cli.trace import trace
from deference_sim.version import __version__

app = typer.Typer(
    cls=Commands,
    help="Simulate an AI takeoff after humans have deferred to their AIs: do the AIs stay in the Basin of Good "
    "Deference?",
    epilog=told(),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"deference-sim {__version__}")
        raise typer.Exit


@app.callback()
def before_any_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Take what stands before any command."""


COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (brief, "What to do, how sure that is, what would change it."),
    (run, "Chance of staying in the basin, by Monte Carlo."),
    (trace, "One future, told as a story."),
    (sweep, "How success depends on one or two inputs."),
    (required_lead, "The lead that it takes, or the value of another input."),
    (compare, "What differs between scenarios, on the same worlds."),
    (explain, "Which inputs make two scenarios differ, and by how much."),
    (tax, "Months of lead that staying in the basin costs."),
    (handoff, "When to hand off, and to AIs of which capability."),
    (strategy, "Which policy does best, here and across worlds."),
    (sensitivity, "Which inputs matter most."),
    (discover, "In which ranges of the inputs it fails."),
    (loops, "Which feedback loops move the takeoff."),
    (takeoff, "Published figures of capability growth, and ours."),
    (export, "A file for other tools of system dynamics."),
    (explore, "Inputs moved by hand, on the live page."),
    (page, "A page that carries the simulator: one file."),
    (batch, "Many runs into a folder, resumable."),
    (resume, "Go on with a batch."),
    (verify, "Whether a batch's files are as written."),
    (rerun, "Do a batch's work again and compare."),
    (merge, "A batch's runs, each as one file."),
    (inputs.scenarios, "What scenarios ship."),
    (inputs.check, "Whether scenario files are right."),
    (inputs.parameters, "What the inputs mean, and which are guesses."),
    (inputs.show, "Every value of a scenario, and its source."),
    (inputs.diff, "Where two scenarios differ."),
    (inputs.schema, "The JSON Schema of scenario files."),
)
for command, purpose in COMMANDS:
    app.command(cls=Command, short_help=purpose, epilog=told(command.__name__))(command)


def fill_closed_streams() -> None:
    """Let closed standard streams lead nowhere, so that no file gets their numbers and printing cannot fail."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            assert os.open(os.devnull, os.O_RDWR) == number, "the lowest free number is the closed one's"
            setattr(sys, name, os.fdopen(number, "w" if number else "r"))


def main() -> None:
    """Run the command line; exit codes: 0 done, 2 bad input, 4 output cannot be written, 130 interrupted."""
    fill_closed_streams()
    prepare_for_little()
    os.environ["MPLBACKEND"] = "agg"  # pictures go into files: another backend could only be missing
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter is no reason to stop
    try:
        try:
            app(prog_name="deference-sim")
        finally:
            sys.stdout.flush()
    except OSError as error:
        # What is left to write can go nowhere: without this Python would try again, and complain, when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            sys.exit(FAILED)  # nobody reads any more, which is no reason to say anything
        # Errors without a number are of the loader of libraries, which says little of why: most often, of no memory.
        what = "cannot write" if error.errno else "cannot load what this needs (is there too little memory?)"
        print(f"{what}: {error}", file=sys.stderr)
        sys.exit(CANNOT_WRITE)
    except (MemoryError, ImportError, SystemError) as error:
        if not is_want_of_memory(error):
            raise
        print(f"there is too little memory: {str(error) or 'none is left'}", file=sys.stderr)
        sys.exit(CANNOT_WRITE)
