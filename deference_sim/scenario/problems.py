"""What is wrong with a scenario, where it stands, and how it is put: one line a problem, all of them at once."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

MAX_PROBLEMS = 50
_MAX_SHOWN = 48
_MAX_PATH = 160
DID_YOU_MEAN: Final = "did you mean `{}`?"

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something was written: a file (or "command line") and, where known, line and column from 1."""

    file: str
    line: int = 0
    column: int = 0

    @property
    def source(self) -> str:
        """The place as a source of a value: ``file:line``."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it is, what was found, what is allowed there, and what to do about it."""

    file: str
    line: int
    column: int
    path: str
    found: str
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        allowed = f"allowed: {self.allowed}" if self.allowed else ""
        parts = (place, shown(self.path, _MAX_PATH), self.found, allowed, self.hint)
        return printable("  ".join(part for part in parts if part))


class ScenarioError(ValueError):
    """A scenario that cannot be read. Its text is one line a problem; ``problems`` holds them as objects.

    At most ``MAX_PROBLEMS`` are kept.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))[:MAX_PROBLEMS]
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[tuple[Problem, ...]]]:
        return ScenarioError, (self.problems,)


class ArgumentError(ValueError):
    """An argument that a public function cannot take. Its text says which, what was found, and what is allowed."""

    def __init__(self, name: str, found: object, allowed: str) -> None:
        # What was found is told as one writes it: a number without its type, and text that looks like one in quotes.
        told = shown(repr(found) if isinstance(found, str) and _reads_as_number(found) else str(found))
        super().__init__(f"{name}: found {told or 'nothing'}; allowed: {allowed}")
        self.told = name, found, allowed

    def __reduce__(self) -> tuple[type["ArgumentError"], tuple[str, object, str]]:
        return ArgumentError, self.told


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def in_order(problems: Iterable[Problem], files: Sequence[str]) -> list[Problem]:
    """Return ``problems`` file by file, in the order of ``files`` (what is in none of them last), and top to bottom."""
    rank = {file: place for place, file in enumerate(files)}
    return sorted(problems, key=lambda found: (rank.get(found.file, len(rank)), found.line, found.column))


def refusal(mark: Mark, path: str, found: str, allowed: str = "", hint: str = "") -> ScenarioError:
    """Return the error of one problem at ``mark``, to be raised."""
    return ScenarioError([Problem(mark.file, mark.line, mark.column, path, found, allowed, hint)])


def gather(readings: Iterable[Callable[[], Value]]) -> list[Value]:
    """Return what all ``readings`` return; if any raises ``ScenarioError``, raise one error of all their problems."""
    values, problems = sift(readings)
    if problems:
        raise ScenarioError(problems)
    return values


def sift(readings: Iterable[Callable[[], Value]]) -> tuple[list[Value], list[Problem]]:
    """Return what those ``readings`` return that raise no ``ScenarioError``, and the problems of those that do."""
    values: list[Value] = []
    problems: list[Problem] = []
    for reading in readings:
        try:
            values.append(reading())
        except ScenarioError as error:
            problems += error.problems
    return values, problems


def shown(text: str, limit: int = _MAX_SHOWN) -> str:
    """Return ``text`` fit to print on one line: shortened, and whatever does not print as its code point."""
    kept = text if len(text) <= limit else text[: limit - 1] + "…"
    return printable(kept)


def printable(text: str) -> str:
    """Return ``text`` with whatever does not print as its code point, so that it cannot command a terminal."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return ``did you mean `name`?`` for the nearest of ``names``, or nothing if none is near."""
    near = difflib.get_close_matches(word[:80], list(names), n=1, cutoff=0.6)
    return DID_YOU_MEAN.format(near[0]) if near else ""


def listed(names: Sequence[str], last: str = "or") -> str:
    """Return names as ``a, b or c``."""
    return f" {last} ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
