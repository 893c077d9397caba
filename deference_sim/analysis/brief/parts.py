"""The parts of a brief: what is asked of which command, and of how many futures."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from deference_sim.analysis.measure import MEASURES, Measure

Told = Callable[[int], object]
#: Called as a part begins, with its words; what it yields is told how many more futures are done.
AtWork = Callable[[str], AbstractContextManager[Told]]


@contextmanager
def in_silence(words: str) -> Iterator[Told]:
    """Tell nobody which part is at work."""
    yield lambda count: None


@dataclass(frozen=True, slots=True)
class Command:
    """The command that gives a part's figures: its name and the words behind the scenario, seed included.

    ``more`` are what goes before the scenario's own changes, such as other inputs set.
    """

    name: str
    words: tuple[str, ...]


def command(name: str, seed: int, *words: object) -> Command:
    """Return a command with its seed."""
    return Command(name, (*map(str, words), "--seed", str(seed)))


def by(measure: Measure) -> tuple[str, str]:
    """Return the option that says what counts."""
    return ("--measure", measure) if measure in MEASURES else ("--value", measure)


@dataclass(frozen=True, slots=True)
class Futures:
    """How many futures each part of a brief takes, made from ``each``: those on which every choice is judged."""

    each: int

    @property
    def run(self) -> int:
        """Futures of the scenario as written."""
        return 8 * self.each

    @property
    def draws(self) -> int:
        """Draws of the inputs over their ranges; ``run`` futures are shared among them."""
        return max(min(200, self.run // 2), 2)

    @property
    def choices(self) -> int:
        """Fresh futures on which the choices of a date are held against one another."""
        return 4 * self.each

    @property
    def strategy(self) -> int:
        """Fresh futures for each policy."""
        return max(self.each // 2, 1)

    @property
    def months(self) -> int:
        """Futures of what a month more is worth."""
        return 4 * self.each

    @property
    def ends(self) -> int:
        """Futures at each end of every input's range (tornado)."""
        return max(self.each // 2, 1)

    @property
    def sobol(self) -> int:
        """Rows of the base sample of the shares of variance."""
        return self.each

    @property
    def knowing(self) -> int:
        """Points for the value of knowing an input."""
        return 4 * self.each

    @property
    def failing(self) -> int:
        """Futures among which ranges that hold failures are looked for."""
        return 4 * self.each

    @property
    def switches(self) -> int:
        """Futures on which a policy is chosen by what is seen at the handoff, and as many fresh ones to judge it."""
        return 2 * self.each

    @property
    def flips(self) -> int:
        """Futures at each value at which the choice is made again."""
        return max(self.each // 2, 1)
