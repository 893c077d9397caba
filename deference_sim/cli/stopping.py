"""Being stopped: the first signal ends the work in good order within seconds, the second at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE_SECONDS = 4.0
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stop:
    """Whether a signal has asked the work to end, and which."""

    caught: signal.Signals | None = None

    def asked(self) -> bool:
        """Whether the work is to end."""
        return self.caught is not None

    @property
    def exit_code(self) -> int:
        """128 and the signal's number, as shells have it; 130 for Ctrl-C."""
        return 128 + (self.caught or signal.SIGINT)

    def _handle(self, number: int, _: FrameType | None) -> None:
        self.caught = signal.Signals(number)
        for one in SIGNALS:
            if signal.getsignal(one) == self._handle:
                signal.signal(one, signal.SIG_DFL)  # the second one ends the process at once
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._no_more_time)
            signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    @staticmethod
    def _no_more_time(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt


@contextmanager
def stoppable() -> Iterator[Stop]:
    """Yield what tells whether a signal came. What does not look in time is ended by ``KeyboardInterrupt``.

    A signal that is ignored, as SIGHUP under ``nohup``, stays ignored.
    """
    stop = Stop()
    before = {one: signal.getsignal(one) for one in SIGNALS}
    for one, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(one, stop._handle)
    try:
        yield stop
    finally:
        if stop.asked() and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        for one, handler in before.items():
            signal.signal(one, handler)
