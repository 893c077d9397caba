"""The worker of one page: does what was asked for last, in the background, and drops what nobody waits for."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import BoundedSemaphore, Thread
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
Wanted = Callable[[], bool]
Job = Callable[[Wanted], Iterator[Answer]]

MOST_JOBS = 2
SLOTS = BoundedSemaphore(MOST_JOBS)  # of this process: all pages together
PATIENCE = 0.2  # seconds between two looks at whether a job that waits for its turn is still wanted


class Dropped(Exception):  # noqa: N818 - nothing went wrong
    """Ends a job that nobody waits for any more."""


def go_on(wanted: Wanted) -> None:
    """Raise ``Dropped`` unless the job is still wanted."""
    if not wanted():
        raise Dropped


class Worker(Generic[Answer]):
    """The last job asked for; ``deliver`` and ``failed`` are called on its thread.

    A job is asked to look at ``wanted`` often. While it is slow to do so the next one begins beside it: at most two
    are under way at once in this process, however many pages there are, and the others wait.
    """

    def __init__(
        self, deliver: Callable[[Answer, Wanted], object], failed: Callable[[Exception, Wanted], object]
    ) -> None:
        self._deliver, self._failed = deliver, failed
        self._asked, self._stopped = 0, False

    def ask(self, job: Job[Answer]) -> None:
        """Do ``job`` instead of whatever is under way."""
        self._asked += 1
        number = self._asked
        if not self._stopped:
            Thread(target=self._do, args=(job, lambda: self._is_wanted(number)), daemon=True).start()

    def stop(self) -> None:
        """Drop what is under way, for good."""
        self._stopped = True

    def _is_wanted(self, number: int) -> bool:
        return not self._stopped and self._asked == number

    def _do(self, job: Job[Answer], wanted: Wanted) -> None:
        while not SLOTS.acquire(timeout=PATIENCE):
            if not wanted():
                return
        try:
            with suppress(Dropped):
                go_on(wanted)
                for answer in job(wanted):
                    go_on(wanted)
                    self._deliver(answer, wanted)
        except Exception as error:  # whatever it is, the page must say it
            self._failed(error, wanted)
        finally:
            SLOTS.release()
