"""Long work as it goes on: notices on standard error, and how much is done, in a bar or in lines."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

LINE_SECONDS = 60.0


def tell(text: str) -> None:
    """Print on standard error; a disk or a terminal that takes nothing more is no reason to stop."""
    if not text:
        return
    from deference_sim.scenario.problems import printable

    try:
        print("\n".join(map(printable, text.split("\n"))), file=sys.stderr, flush=True)
    except OSError:
        # What is left in the buffer can go nowhere: without this Python would complain, and fail, when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


class Lines:
    """Progress in lines: how much is done, how fast, how long it may still take; once a minute."""

    def __init__(self, total: int, say: Callable[[str], object], clock: Callable[[], float] = monotonic) -> None:
        self._total, self._say, self._clock = total, say, clock
        self._started = self._told = clock()
        self._done = 0

    def tick(self, count: int) -> None:
        """Take note that ``count`` more are done."""
        self._done += count
        now = self._clock()
        if now - self._told < LINE_SECONDS:
            return
        self._told = now
        rate = self._done / (now - self._started)
        left = f"about {duration((self._total - self._done) / rate)} left" if rate else "none done yet"
        self._say(f"{self._done:,} of {self._total:,} futures, {rate:,.0f} a second, {left}")


@contextmanager
def pace(
    total: int | None, quiet: bool, *, in_lines: bool = False, part: str = "", then: str = "working out the answer"
) -> Iterator[Callable[[int], object]]:
    """Yield what is to be told how many more are done: a bar on a terminal, with ``in_lines`` lines elsewhere.

    ``total`` is None where nobody knows beforehand how many it will be. ``part`` says which part of the work this is:
    beside the bar, or in a line of its own. ``then`` is what goes on when all of ``total`` are done, for which nobody
    knows how long it takes: no bar that is full claims that it is over.
    """
    on_terminal = sys.stderr.isatty()
    if part and not (quiet or on_terminal):
        tell(part)
    if quiet or not (on_terminal or (in_lines and total is not None)):
        yield lambda count: None
        return
    if not on_terminal:
        yield Lines(total or 0, tell).tick
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(part, total=total, told="")

        def advance(count: int) -> None:
            bar.advance(task, count)
            done, speed = int(bar.tasks[0].completed), bar.tasks[0].speed
            if total is not None and done >= total:
                bar.update(task, description=then, total=None, told="")
            else:
                bar.update(task, told=how_far(done, total, speed))

        yield advance


def how_far(done: int, total: int | None, speed: float | None) -> str:
    """Return how many futures are done, and how fast; of how many and how long that takes where it is known."""
    told = f"{done:,} futures" if total is None else f"{100 * done // total} %, {done:,} of {total:,} futures"
    if speed:
        told += f", {speed:,.0f} a second"
        told += "" if total is None else f", about {duration((total - done) / speed)} left"
    return told


def duration(seconds: float) -> str:
    """Return a length of time in words."""
    if seconds < 120:
        return f"{max(round(seconds), 1)} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:,.1f} h"
