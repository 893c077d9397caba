"""Working tasks off: chunks are handed to workers, kept as they come back, tried again when a worker dies."""

import errno
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from deference_sim.batches.chunk import OtherVersionError, StoppedError, made
from deference_sim.batches.files import DamagedError
from deference_sim.batches.plan import Task
from deference_sim.engines.failure import StepError

MOST_TRIES = 3
_POLL_SECONDS = 0.2
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)


class LostWorkersError(RuntimeError):
    """There is nobody left to do the work; what is kept stays."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A chunk that could not be made, and why."""

    task: Task
    reason: str


class Workers(Protocol):
    """Whoever makes chunks."""

    hopeless: tuple[type[Exception], ...]  # errors after which a task need not be tried again

    @property
    def width(self) -> int:
        """How many tasks to hand out at a time."""

    def submit(self, task: Task) -> Future[bytes]:
        """Begin a task."""

    def trouble(self) -> str | None:
        """Return why nothing will come back any more, or None."""

    def renew(self) -> bool:
        """Replace a broken pool by a new one; return whether that can be done."""

    def close(self) -> None:
        """Drop what is running and let the workers go."""


class Threads:
    """Threads of this process: the compiled engine lets them run side by side."""

    hopeless: tuple[type[Exception], ...] = (StepError,)

    def __init__(self, count: int | None = None) -> None:
        self.width = count or usable_cores()
        self._pool = ThreadPoolExecutor(self.width, thread_name_prefix="chunk")
        self._closing = False

    def submit(self, task: Task) -> Future[bytes]:
        """Begin a task, which looks now and then whether the work is given up."""
        return self._pool.submit(made, task, lambda: self._closing)

    def trouble(self) -> str | None:
        """Return None: threads do not get lost."""
        return None

    def renew(self) -> bool:
        """Return False: threads do not break."""
        return False

    def close(self) -> None:
        """Have running chunks given up, and wait the moment that takes."""
        self._closing = True
        self._pool.shutdown(cancel_futures=True)


class Pool:
    """Any ``concurrent.futures.Executor``, or a function that makes one and so can replace it when it breaks."""

    hopeless: tuple[type[Exception], ...] = (StepError, OtherVersionError)

    def __init__(self, executor: Executor | Callable[[], Executor], width: int | None = None) -> None:
        self._make = None if isinstance(executor, Executor) else executor
        self._pool = executor if isinstance(executor, Executor) else executor()
        self.width = width or 2 * usable_cores()
        self._begun: set[Future[bytes]] = set()

    def submit(self, task: Task) -> Future[bytes]:
        """Begin a task."""
        future = self._pool.submit(made, task)
        self._begun.add(future)
        future.add_done_callback(self._begun.discard)
        return future

    def trouble(self) -> str | None:
        """Return None: a pool that breaks says so in its futures."""
        return None

    def renew(self) -> bool:
        """Replace the pool if it is ours."""
        if self._make is None:
            return False
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._make()
        return True

    def close(self) -> None:
        """Take back what has not begun; shut the pool down if it is ours."""
        for future in list(self._begun):
            future.cancel()
        if self._make is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def usable_cores() -> int:
    """Return how many cores this process may use, which on a cluster is fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Line:
    """The tasks that wait. After a pool broke, those it had are tried one at a time, to find the one that breaks it."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._waiting = deque(tasks)
        self._suspects: deque[Task] = deque()
        self._tries: Counter[Task] = Counter()

    def __bool__(self) -> bool:
        return bool(self._waiting or self._suspects)

    def next(self, running: int, width: int) -> Task | None:
        """Return the next task to hand out, or None while none should be."""
        if self._suspects:
            return None if running else self._suspects.popleft()
        return self._waiting.popleft() if self._waiting and running < width else None

    def put_back(self, task: Task) -> None:
        """Put a task back that has not begun."""
        self._waiting.appendleft(task)

    def again(self, task: Task, *, suspect: bool = False, most: int = MOST_TRIES) -> bool:
        """Put a task back that came to nothing; return False if it has been tried often enough."""
        self._tries[task] += 1
        if self._tries[task] >= most:
            return False
        (self._suspects if suspect else self._waiting).append(task)
        return True


def work_off(
    tasks: Iterable[Task],
    workers: Workers,
    keep: Callable[[Task, bytes], object],
    stopped: Callable[[], bool],
    tick: Callable[[int], object],
) -> list[Failure]:
    """Make every chunk and have it kept; return those that cannot be made.

    ``stopped`` is asked several times a second and ends the work when it says so; ``tick`` is told how many more
    replicates are done. Raises ``LostWorkersError``, and what ``keep`` raises.
    """
    line, running, failures = _Line(tasks), dict[Future[bytes], Task](), list[Failure]()
    while (line or running) and not stopped():
        broken = not _hand_out(line, running, workers)
        if reason := workers.trouble():
            raise LostWorkersError(reason)
        done, _ = wait(running, _POLL_SECONDS, FIRST_COMPLETED)
        for future in [future for future in running if future in done]:
            task = running.pop(future)
            try:
                data = future.result()
            except BrokenExecutor as error:
                broken = True
                if not line.again(task, suspect=True):
                    failures.append(Failure(task, f"broke the pool of workers {MOST_TRIES} times: {error}"))
            except StoppedError:
                pass
            except Exception as error:
                if isinstance(error, workers.hopeless) or not line.again(task):
                    failures.append(Failure(task, f"{type(error).__name__}: {error}"))
            else:
                if _kept(task, data, keep, line):
                    tick(task.stop - task.first)
        if broken and not workers.renew():
            raise LostWorkersError("the pool of workers broke")
        tick(0)
    return failures


def _hand_out(line: _Line, running: dict[Future[bytes], Task], workers: Workers) -> bool:
    """Hand out as many tasks as there is room for; return False if the pool turns out to be broken."""
    while (task := line.next(len(running), workers.width)) is not None:
        try:
            running[workers.submit(task)] = task
        except BrokenExecutor:
            line.put_back(task)
            return False
    return True


def _kept(task: Task, data: bytes, keep: Callable[[Task, bytes], object], line: _Line) -> bool:
    """Keep a chunk; if it could not be kept, have it made once more, unless that cannot help."""
    try:
        keep(task, data)
    except (OSError, DamagedError) as error:
        cannot_help = isinstance(error, OSError) and error.errno in _FULL
        if cannot_help or not line.again(task, most=2):
            raise
        return False
    return True
