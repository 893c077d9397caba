"""The commands about batches: ``batch``, ``resume``, ``verify``, ``rerun`` and ``merge``."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deference_sim.cli.errors import BAD_INPUT, CANNOT_WRITE, CONFLICT, FAILED
from deference_sim.cli.options import (
    AsJson,
    Quiet,
    Settings,
    number_of_futures,
    whole_number,
)
from deference_sim.cli.output import announce, print_json, print_page
from deference_sim.cli.pace import duration, pace, tell
from deference_sim.cli.repeat import in_shell
from deference_sim.cli.stopping import Stop, stoppable
from deference_sim.study.limits import LAST_SEED, Engine

if TYPE_CHECKING:
    from deference_sim.batches.plan import Plan
    from deference_sim.batches.result import BatchResult
    from deference_sim.batches.session import Session
    from deference_sim.batches.work import Workers

RESUMABLE = 75
MOST_SHARDS = 100_000
Shard = tuple[int, int]


def shard_of(text: str) -> Shard:
    """Return i and N of ``i/N``. Raises an error with the remedy."""
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    part, parts = (int(number) for number in found.groups()) if found else (0, 0)
    if not 1 <= part <= parts <= MOST_SHARDS:
        raise typer.BadParameter(f"found {text}; allowed: i/N with i from 1 to N, N at most {MOST_SHARDS}")
    return part, parts


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a batch.", show_default=False)]
ClusterAddress = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Work on a Dask cluster: the address of its scheduler, such as tcp://host:8786, or local for one of "
        "this machine. Default: threads of this process.",
    ),
]
TakeOver = Annotated[
    bool,
    typer.Option("--take-over", help="Go on although a process on another host seems to hold the folder."),
]


def batch(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A batch file.", show_default=False)],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for results; what is there is continued.", show_default=False)
    ],
    replicates: Annotated[
        int | None,
        typer.Option(metavar="N", parser=number_of_futures, help="Futures of each run, in place of the file's."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole_number(0, LAST_SEED), help="The only seed, in place of the file's."),
    ] = None,
    engine: Annotated[Engine | None, typer.Option(help="In place of the file's.")] = None,
    settings: Settings = None,
    shard: Annotated[
        Any,
        typer.Option(
            metavar="i/N", parser=shard_of, help="Do only the i-th of N parts, in a folder of its own inside DIR."
        ),
    ] = None,
    cluster: ClusterAddress = None,
    allow_large: Annotated[bool, typer.Option("--allow-large", help="Begin even what seems far too much.")] = False,
    take_over: TakeOver = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run many scenarios, sweeps, policies and seeds into a folder. The same command goes on after any interruption.

    Exit codes: 0 done, 1 a chunk cannot be made, 2 bad input, 3 conflict, 4 input or output fault, 75 interrupted and
    resumable, 130 Ctrl-C, 143 SIGTERM.
    """
    from deference_sim.batches.batch_file import Instead, read_batch

    plan = read_batch(file, Instead(replicates, seed, engine, settings or (), allow_large))
    if plan.studies:
        from deference_sim.batches.studies import check_studies

        check_studies(plan)
    folder = out
    if shard is not None:
        width = len(str(shard[1]))
        folder = out / f"shard-{shard[0]:0{width}d}-of-{shard[1]}"
    _carry_out(folder, plan, shard or (1, 1), cluster, take_over, as_json, quiet)


def resume(
    folder: Folder,
    cluster: ClusterAddress = None,
    take_over: TakeOver = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Go on with the batch in a folder, from what is there alone. Exit codes as those of batch."""
    _carry_out(folder, None, (1, 1), cluster, take_over, as_json, quiet)


def verify(folder: Folder, as_json: AsJson = False) -> None:
    """Read every file of a batch to the last bit and name what is damaged, misplaced or missing. Changes nothing.

    Exit codes: 0 all is well, 3 no batch or files of another one, 4 something is damaged, 75 something is missing.
    """
    from deference_sim.batches.checking import contents
    from deference_sim.scenario.problems import printable

    with _errors(folder, Stop()):
        whole = contents(folder)
        foreign = [finding for finding in whole.findings if finding.foreign]
        damaged = [finding for finding in whole.findings if not finding.foreign]
        if as_json:
            print_json(
                {
                    "folder": str(folder),
                    "chunks": len(whole.held),
                    "missing": whole.missing,
                    "damaged": {str(finding.path): finding.reason for finding in damaged},
                    "foreign": {str(finding.path): finding.reason for finding in foreign},
                }
            )
        else:
            for finding in whole.findings:
                print(printable(f"{finding.path}: {finding.reason}"))
            verdict = "" if whole.findings or whole.missing else "All is well: "
            print(f"{verdict}{are(len(whole.held), 'chunk')} as written, {are(whole.missing, 'replicate')} missing")
        if damaged or foreign or whole.missing:
            tell(f"Mend it with:\n  {_resume(folder, None)}" if not foreign or damaged else "")
            raise typer.Exit(CANNOT_WRITE if damaged else CONFLICT if foreign else RESUMABLE)


def rerun(folder: Folder, cluster: ClusterAddress = None, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Do all the work of a batch again, from the plan in its folder, and compare. Writes nothing.

    Exit codes: 0 every bit is the same, 1 something differs, 3 no batch, 75 something is missing, 130 and 143 as batch.
    """
    from deference_sim.batches.checking import contents, repeat
    from deference_sim.scenario.problems import printable

    with stoppable() as stop, _errors(folder, stop):
        whole = contents(folder)
        announce(quiet, whole.plan.engine)
        total = sum(chunk.stop - chunk.first for chunk in whole.held)
        workers = _workers(cluster)
        try:
            with pace(total, quiet, in_lines=True) as tick:
                found = repeat(whole, workers, stop.asked, tick)
        finally:
            workers.close()
        if stop.asked():
            raise KeyboardInterrupt
        if as_json:
            print_json(
                {
                    "folder": str(folder),
                    "same": found.same,
                    "different": list(found.different),
                    "failed": {failure.task.name: failure.reason for failure in found.failures},
                    "missing": whole.missing,
                }
            )
        else:
            for line in [*found.different, *(f"{one.task.name}: {one.reason}" for one in found.failures)]:
                print(printable(line))
            verdict = "" if found.different or found.failures or whole.missing else "Every bit is the same: "
            made = f"{found.same:,} of {are(len(whole.held), 'chunk')} the same"
            print(f"{verdict}{made}, {are(whole.missing, 'replicate')} missing")
        if found.different or found.failures:
            raise typer.Exit(FAILED)
        if whole.missing:
            raise typer.Exit(RESUMABLE)


def merge(folder: Folder, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Write every run of a finished batch as one Parquet file in DIR/runs, its shards together, and the tables.

    Exit codes: 0 done, 3 no batch, 4 input or output fault, 75 something is missing.
    """
    from deference_sim.batches.result import merged

    with stoppable() as stop, _errors(folder, stop), pace(None, quiet) as tick:
        result = merged(folder, tick)
        _show(result, as_json)


def are(number: int, what: str) -> str:
    """Return that there are so many of something, in the singular where it is one."""
    return f"{number:,} {what} is" if number == 1 else f"{number:,} {what}s are"


def _carry_out(
    folder: Path, plan: "Plan | None", shard: Shard, cluster: str | None, take_over: bool, as_json: bool, quiet: bool
) -> None:
    from deference_sim.batches.result import work_in
    from deference_sim.batches.session import opened_batch

    say = (lambda text: None) if quiet else tell
    again = _resume(folder, cluster)
    with (
        stoppable() as stop,
        _errors(folder, stop, again),
        opened_batch(folder, plan, shard=shard, take_over=take_over, say=say) as session,
    ):
        announce(quiet, session.plan.engine)
        workers = _workers(cluster)
        try:
            _tell_size(session, workers.width, say)
            with pace(session.to_do, quiet, in_lines=True) as tick:
                result = work_in(session, workers, in_shell(*sys.argv[1:]), stop.asked, tick)
        finally:
            workers.close()
        if result.lost:
            tell(f"{result.lost}; what is done is kept. Go on with:\n  {again}")
            raise typer.Exit(RESUMABLE)
        if stop.asked() and result.missing:
            raise KeyboardInterrupt
        _show(result, as_json)
        if result.failures:
            for failure in result.failures:
                tell(f"cannot be made: {failure.task.name}: {failure.reason}")
            tell(f"{len(result.failures)} chunks are left out of the tables. Try them again with:\n  {again}")
            raise typer.Exit(FAILED)


def _tell_size(session: "Session", width: int, say: Callable[[str], object]) -> None:
    """Say how much there is to do, and raise an error if the disk has no room for it."""
    from deference_sim.batches.session import megabytes

    plan = session.plan
    missing, whole = session.to_do, len(plan.runs) * plan.replicates
    text = f"{plan.name}: {len(plan.points):,} points, {len(plan.runs):,} runs of {plan.replicates:,} futures"
    if not session.missing:
        say(f"{text}: all there")
        return
    seconds, size = session.sample()
    session.check_room(size)
    text += f"; {missing:,} of {whole:,} to do" if missing < whole else ""
    say(f"{text}: about {duration(missing * seconds / width)} and {megabytes(missing * size)}")


def _workers(cluster: str | None) -> "Workers":
    if cluster is None:
        from deference_sim.batches.work import Threads

        return Threads()
    from deference_sim.batches.cluster import Cluster

    return Cluster(cluster)


def _resume(folder: Path, cluster: str | None) -> str:
    return in_shell("resume", str(folder), *(["--cluster", cluster] if cluster else []))


@contextmanager
def _errors(folder: Path, stop: Stop, again: str | None = None) -> Iterator[None]:
    """Put what can go wrong with a folder in plain words, each with its exit code."""
    from deference_sim.batches.cluster import NoClusterError
    from deference_sim.batches.files import DamagedError
    from deference_sim.batches.lock import LockedError
    from deference_sim.batches.result import IncompleteError
    from deference_sim.batches.session import ConflictError
    from deference_sim.batches.store import DamagedPlanError

    again = again or _resume(folder, None)
    codes: dict[type[Exception], tuple[int, str]] = {
        LockedError: (CONFLICT, ""),
        ConflictError: (CONFLICT, ""),
        NoClusterError: (BAD_INPUT, ""),
        IncompleteError: (RESUMABLE, f". Go on with:\n  {again}"),
        DamagedPlanError: (CANNOT_WRITE, ""),
        DamagedError: (CANNOT_WRITE, f". Mend it with:\n  {again}"),
    }
    try:
        yield
    except tuple(codes) as error:
        code, remedy = next(told for kind, told in codes.items() if isinstance(error, kind))
        tell(f"{error}{remedy}")
        raise typer.Exit(code) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        tell(f"{folder}: {error}. What is done is kept; when that is mended go on with:\n  {again}")
        raise typer.Exit(CANNOT_WRITE) from None
    except KeyboardInterrupt:
        name = stop.caught.name if stop.caught else "Ctrl-C"
        tell(f"stopped by {name}; what is done is kept. Go on with:\n  {again}")
        raise typer.Exit(stop.exit_code) from None


def _show(result: "BatchResult", as_json: bool) -> None:
    if as_json:
        print_json(result.as_dict())
        return
    from deference_sim.pages.batch import points

    print_page(points(result))
