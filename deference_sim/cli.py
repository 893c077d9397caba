"""The command line: ``deference-sim``. What is typed is checked first; heavy imports happen inside the commands."""

import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from deference_sim.layout import Block

FAILED, BAD_INPUT, CANNOT_WRITE, INTERRUPTED = 1, 2, 4, 130
MOST_REPLICATES = 1_000_000_000
LAST_SEED = 2**128 - 1
EngineName = Literal["compiled", "events"]
PICTURES = (".png", ".pdf", ".svg")


class Commands(TyperGroup):
    """The commands, with one place where errors are put in plain text."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; on an error that has a remedy say it on standard error and exit without a traceback."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except (ValueError, RuntimeError) as error:
            code = _exit_code(error)
            if code is None:
                raise
            print(error, file=sys.stderr)
            raise typer.Exit(code) from None


def _exit_code(error: Exception) -> int | None:
    """Return the exit code of an error that tells its own remedy; None for one that must not be hidden."""
    from deference_sim.scenario import ScenarioError

    if isinstance(error, ScenarioError):
        return BAD_INPUT
    from deference_sim.engines.events import StepError

    return FAILED if isinstance(error, StepError) else None


app = typer.Typer(
    cls=Commands,
    help="Simulate an AI takeoff after humans have deferred to their AIs: do the AIs stay in the Basin of Good "
    "Deference?",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _whole_number(least: int, most: int) -> Callable[[object], int]:
    """Return a parser of whole numbers between ``least`` and ``most``."""

    def parse(text: object) -> int:
        try:
            number = int(str(text))
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            raise typer.BadParameter(f"found {text}; allowed: a whole number from {least} to {most}")
        return number

    return parse


ScenarioName = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", help="A shipped scenario's name, or the path of a file.", show_default=False),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Set one value, such as rival.lead='3 months'; repeatable."),
]
Seed = Annotated[
    int, typer.Option(metavar="N", parser=_whole_number(0, LAST_SEED), help="Seed of all randomness, from 0.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, numbers in full.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no notices.")]


@app.command(short_help="Chance of staying in the basin, by Monte Carlo.")
def run(
    scenario: ScenarioName,
    replicates: Annotated[
        int,
        typer.Option(
            metavar="N", parser=_whole_number(1, MOST_REPLICATES), help="How many futures to simulate, from 1."
        ),
    ] = 10_000,
    seed: Seed = 1,
    engine: Annotated[
        EngineName, typer.Option(help="compiled is fast; events is the readable reference, and slow.")
    ] = "compiled",
    settings: Settings = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Estimate by Monte Carlo how likely the AIs are to stay in the Basin of Good Deference, and what it costs."""
    from deference_sim.scenario import load

    chosen = load(scenario, set=settings or ())
    from deference_sim.analysis.result import simulate

    _announce(quiet)
    with _progress(replicates, quiet) as advance:
        result = simulate(chosen, replicates, seed, engine=engine, progress=advance)
    if as_json:
        _print_json(result.as_dict())
        return
    from deference_sim import report

    given = [part for setting in settings or () for part in ("--set", setting)]
    options = ["--replicates", str(replicates), "--seed", str(seed), "--engine", engine, *given]
    _print_page(report.page(result, shlex.join(["deference-sim", "run", scenario, *options])))


@app.command(short_help="One future, told as a story.")
def trace(
    scenario: ScenarioName,
    replicate: Annotated[
        int,
        typer.Option(
            metavar="K", parser=_whole_number(0, MOST_REPLICATES - 1), help="Which future to tell, counted from 0."
        ),
    ] = 0,
    seed: Seed = 1,
    settings: Settings = None,
    as_json: AsJson = False,
    every_entry: Annotated[bool, typer.Option("--all", help="Tell every entry of the log, each review too.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Save a picture of the trajectory ({', '.join(PICTURES)})."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Tell one future as a story: what happened when, why effort moved, what it cost and why it ended."""
    from deference_sim.scenario import load

    if plot is not None:
        _check_picture(plot)
    chosen = load(scenario, set=settings or ())
    from deference_sim import story
    from deference_sim.analysis.paths import trace as follow

    _announce(quiet)
    trajectory = follow(chosen, replicate, seed)
    if plot is not None:
        _save_plot(trajectory, plot)
    if as_json:
        _print_json(story.as_dict(chosen, trajectory))
    else:
        _print_page(story.page(chosen, trajectory, every_entry=every_entry))


@app.command(short_help="What scenarios ship.")
def scenarios() -> None:
    """List the scenarios that ship, with what they are about."""
    from deference_sim import tables

    _print_page(tables.scenarios_page())


@app.command(short_help="Whether scenario files are right.")
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenario files.", show_default=False)],
) -> None:
    """Check scenario files: every problem at once, with its place and remedy. Exit code 2 if there is any."""
    from deference_sim.scenario import ScenarioError, load

    all_sound = True
    for file in files:
        try:
            print(f"{file}: sound, hash {load(file).hash}")
        except ScenarioError as error:
            all_sound = False
            print(error, file=sys.stderr)
    if not all_sound:
        raise typer.Exit(BAD_INPUT)


@app.command(short_help="What the inputs mean, and which are guesses.")
def parameters(
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="A block or a parameter, such as rival or rival.lead.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, not only the core.")] = False,
) -> None:
    """Say what parameters mean: unit, default, range, whether it is a guess, and the source. The core ones first."""
    from deference_sim import tables

    _print_page(tables.parameters_page(path, every=every))


@app.command(short_help="Every value of a scenario, and its source.")
def show(scenario: ScenarioName, settings: Settings = None) -> None:
    """Show every value of a scenario and where it comes from: file and line, default, or command line."""
    from deference_sim import tables
    from deference_sim.scenario import load

    _print_page(tables.show_page(load(scenario, set=settings or ())))


@app.command(short_help="Where two scenarios differ.")
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario.", show_default=False)],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.", show_default=False)],
) -> None:
    """Show where two scenarios differ in meaning."""
    from deference_sim import tables
    from deference_sim.scenario import load

    _print_page(tables.diff_page(load(first), load(second)))


# ---- output -------------------------------------------------------------------------------------------------


def _print_json(found: dict[str, Any]) -> None:
    print(json.dumps(found, indent=2, allow_nan=False))


def _print_page(page: "list[Block]") -> None:
    from deference_sim import layout

    layout.show(page, sys.stdout)


def _announce(quiet: bool) -> None:
    """Say on standard error that the model will be compiled, if it will."""
    from deference_sim.engines.law import announce_compilation

    if not quiet:
        announce_compilation(lambda notice: print(notice, file=sys.stderr, flush=True))


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[int], object] | None]:
    """Yield what is to be told how many more are done: a bar on standard error, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulating", total=total)
        yield lambda count: bar.advance(task, count)


def _check_picture(file: Path) -> None:
    if file.suffix.lower() not in PICTURES:
        raise typer.BadParameter(f"{file}: the name must end in {', '.join(PICTURES)}", param_hint="'--plot'")
    if not file.parent.is_dir() or file.is_dir():
        found = f"{file} is a folder" if file.is_dir() else f"{file.parent} is not a folder"
        raise typer.BadParameter(f"{found}: name a file in a folder that exists", param_hint="'--plot'")


def _save_plot(trajectory: Any, file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")  # a picture in a file needs no screen
    from deference_sim import plots

    panels: Any = plots.trajectory(trajectory)
    panels.flat[0].figure.savefig(file)


# ---- the entry point ----------------------------------------------------------------------------------------


def main() -> None:
    """Run the command line; exit codes: 0 done, 2 bad input, 4 output cannot be written, 130 interrupted."""
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
        print(f"cannot write: {error}", file=sys.stderr)
        sys.exit(CANNOT_WRITE)
