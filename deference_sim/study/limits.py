"""What may be asked of a run: engines, numbers of replicates, seeds; told without loading what carries a run out.

Every public function checks what it is given here, so that the same mistake is told in the same words everywhere, those
of the command line: what was found, and what is allowed.
"""

from collections.abc import Sequence
from operator import index
from typing import Final, Literal, TypeVar, get_args

from deference_sim.scenario.problems import ArgumentError, listed

Word = TypeVar("Word", bound=str)
Engine = Literal["compiled", "events"]
ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)
Design = Literal["grid", "paired", "latin-hypercube"]  # how the values of several inputs go together
DESIGNS: Final[tuple[Design, ...]] = get_args(Design)
USUAL_REPLICATES: Final = 10_000
MOST_REPLICATES: Final = 1_000_000_000
USUAL_PATHS: Final = 200  # replicates that are followed where nobody says how many
LEAST_BRIEF, USUAL_BRIEF = 40, 500  # futures on which a brief judges each choice; fewer would fill no interval
LAST_SEED: Final = 2**128 - 1
#: On a live page, which counts in JavaScript's numbers: futures of one view, and the last seed.
LEAST_SHOWN, MOST_SHOWN = 100, 100_000
LAST_SEED_SHOWN: Final = 2**53 - 1


def whole(given: object, name: str, least: int, most: int) -> int:
    """Return a count as a plain ``int``. NumPy's integers are counts too; a truth value or a float, even 2.0, is none.

    Raises ``ArgumentError`` that names the argument, what was found, and what is allowed.
    """
    try:
        if isinstance(given, bool):
            raise TypeError("a truth value counts nothing")
        number = index(given)  # type: ignore[arg-type]  # which it is asked here
    except TypeError:
        raise ArgumentError(name, given, a_whole_number(least, most)) from None
    if not least <= number <= most:
        raise ArgumentError(name, number, a_whole_number(least, most))
    return number


def a_whole_number(least: int, most: int) -> str:
    """Return in words what is allowed of a count."""
    return f"a whole number from {least:,} to {'2^128 − 1' if most == LAST_SEED else f'{most:,}'}"


def replicates_of(given: object, *, least: int = 1, most: int = MOST_REPLICATES) -> int:
    """Return ``given`` if it is a number of replicates, as ``whole`` does."""
    return whole(given, "replicates", least, most)


def seed_of(given: object) -> int:
    """Return ``given`` if it is a seed, as ``whole`` does."""
    return whole(given, "seed", 0, LAST_SEED)


def share(given: object, name: str) -> float:
    """Return a share or a chance above 0 and below 1 as a plain ``float``. Raises ``ArgumentError``."""
    number = plain_number(given)
    if not 0.0 < number < 1.0:
        raise ArgumentError(name, given, "a number above 0 and below 1")
    return number


def number_in(given: object, name: str, low: float, high: float) -> float:
    """Return a number from ``low`` to ``high`` as a plain ``float``. Raises ``ArgumentError``."""
    number = plain_number(given)
    if not low <= number <= high:
        raise ArgumentError(name, given, f"a number from {low:g} to {high:g}")
    return number


def plain_number(given: object) -> float:
    """Return a number, NumPy's too, as a plain ``float``; NaN for what is none, such as text or a truth value."""
    if isinstance(given, bool | str | bytes):
        return float("nan")
    try:
        return float(given)  # type: ignore[arg-type]  # which it is asked here
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def one_of(given: object, name: str, allowed: Sequence[Word]) -> Word:
    """Return ``given`` if it is one of the words that are allowed. Raises ``ArgumentError``."""
    for word in allowed:
        if isinstance(given, str) and given == word:
            return word
    raise ArgumentError(name, given, listed(allowed))
