"""Numbers in words: shares and their intervals, to no more digits than the Monte Carlo error supports."""

import re
from collections.abc import Iterable, Sequence
from math import floor, log10
from typing import TYPE_CHECKING

from deference_sim.analysis.digits import decimals, in_percent, shared_decimals, signed, with_minus
from deference_sim.analysis.estimate import Estimate, Statistic
from deference_sim.analysis.ledger import road_in_words
from deference_sim.analysis.measure import Measure
from deference_sim.pages.layout import WIDTH, Paragraph
from deference_sim.scenario import Scenario
from deference_sim.scenario.canonical import value_text
from deference_sim.scenario.catalogue import find
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.study.designs import Axis, Value

if TYPE_CHECKING:
    from deference_sim.analysis.worlds import Chosen

MOST_DECIMALS = 6
BACKGROUND = "background risk, not from AI"
BY_LUCK = "by luck"  # the part of p_good in which a rival overtakes us safely, beside p_good wherever it stands
UNRESOLVED_WORTH_SAYING = 0.01  # share of runs that were not settled


def percent(share: float, *estimates: Estimate) -> str:
    """Return ``share`` in per cent, to the first digit of the Monte Carlo error of its estimate.

    Where it stands in a column, ``estimates`` are all of that, so that its numbers have as many decimals.
    """
    return in_percent(share, shared_decimals([_error(one) for one in estimates]))


def chance(estimate: Estimate) -> tuple[str, str]:
    """Return a probability and its interval, as two cells of a table."""
    return chances([estimate])[0]


def chances(column: Sequence[Estimate]) -> list[tuple[str, str]]:
    """Return each probability of a column of a table with its interval, all with as many decimals."""
    digits = shared_decimals([_error(one) for one in column])
    return [
        (in_percent(one.estimate, digits), f"{100.0 * one.low:.{digits}f} to {100.0 * one.high:.{digits}f} %")
        for one in column
    ]


def _error(estimate: Estimate) -> float:
    """Return the Monte Carlo error of an estimate in percentage points."""
    return 100.0 * max(estimate.mcse, (estimate.high - estimate.low) / 4.0)


def with_interval(estimate: Estimate) -> str:
    """Return a probability with its interval in brackets, as part of a sentence."""
    value, interval = chance(estimate)
    return f"{value} ({interval})"


def singular(text: str) -> str:
    """Return a value as people say it: in the singular where it is one month, and none where a file has null."""
    return "none" if text == "null" else re.sub(r"(?<![\d.])1 months\b", "1 month", text)


def counted(number: int, what: str) -> str:
    """Return how many there are of something, in the singular where it is one."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def lowered(name: str) -> str:
    """Return a name as it stands within a sentence, its first letter small unless it is one of several large ones."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def plainly(meaning: str) -> str:
    """Return what an input means, or may be, with what a file calls null as people say it."""
    return re.sub(r"\bor null$", "or none", re.sub(r"\bnull(?=: )", "none (null in a file)", meaning))


def shortened(text: str) -> str:
    """Return a value with its long numbers at four digits."""
    return singular(re.sub(r"\d+\.\d{5,}", lambda match: f"{float(match.group()):.4g}", text))


def with_repeat(told: str, repeat: str) -> str:
    """Return ``told`` with the command that repeats it, if there is one."""
    return f"{told} Repeat: {repeat}" if repeat else told


def as_many_as_fit(parts: Sequence[str], mark: str = ", ") -> str:
    """Return as many of ``parts`` as one line of a page has room for, and … for the rest."""
    line, *others = parts or [""]
    for part in others:
        if len(line) + len(part) > WIDTH - 2 * len(mark) - 1:
            return f"{line}{mark}…"
        line = f"{line}{mark}{part}"
    return line


def repeated(repeat: str) -> list[Paragraph]:
    """Return the end of a page that has nothing more to say than the command that repeats it, if there is one."""
    return [Paragraph(with_repeat("", repeat).lstrip(), aside=True)] if repeat else []


def in_words(kind: str) -> str:
    """Return a word of the scenario files, such as the kind of a hazard, as people write it."""
    return kind.replace("_", " ").replace(" ai", " AI")


def lost_by(road: str, scenarios: Iterable[Scenario]) -> str:
    """Return what happened on a road in words; of a hazard of ``scenarios`` with what kind it is."""
    told = road_in_words(road)
    kinds = {f"hazard {hazard.name}": hazard.kind for scenario in scenarios for hazard in scenario.hazards}
    if road not in kinds:
        return told
    return f"{told}: {BACKGROUND if kinds[road] == 'background' else in_words(kinds[road])}"


def change(share: float) -> str:
    """Return a difference of shares in whole points, with its sign."""
    return signed(100.0 * share, 0)


def shown_values(axis: Axis, column: Sequence[Value]) -> list[str]:
    """Return values of an axis in words, with its unit, numbers with as many decimals in all of them."""
    if not axis.is_numeric:
        return [value_text(value, find(axis.path, ARGUMENT)) for value in column]
    return [with_unit(number, axis.unit) for number in aligned([float(value) for value in column])]


def aligned(column: Sequence[float]) -> list[str]:
    """Return exact numbers of a column with as many decimals in all: two digits of the least, and all apart.

    Where that would take many decimals each has four digits of its own.
    """
    told = [f"{value:.4g}" for value in column]
    if any("e" in number for number in told):
        return [with_minus(number) for number in told]
    most = max((len(number.partition(".")[2]) for number in told), default=0)
    least = min((abs(value) for value in column if value), default=1.0)
    digits = min(most, max(1 - floor(log10(least)), 0))
    while digits < most and len({f"{value:.{digits}f}" for value in column}) < len(set(column)):
        digits += 1
    return [with_minus(f"{value:.{digits}f}" if digits < len("0.000") else f"{value:.4g}") for value in column]


def rounded(value: float, unit: str) -> str:
    """Return a value with its unit, to four digits."""
    return with_unit(with_minus(f"{value:.4g}"), unit)


def with_unit(number: str, unit: str) -> str:
    """Return a number that is written already with its unit."""
    return number if unit == "1" else singular(f"{number} {unit}")


def to_error(value: float, error: float) -> str:
    """Return ``value`` to the first digit of its error; to two digits if none is known."""
    return with_minus(f"{value:.{decimals(error, MOST_DECIMALS)}f}" if error > 0.0 else f"{value:.2g}")


def points(found: Statistic) -> str:
    """Return a difference in points with its interval."""
    return in_points([found])[0]


def in_points(column: Sequence[Statistic]) -> list[str]:
    """Return each difference of a column of a table in points with its interval, all with as many decimals."""
    digits = points_decimals(column)
    return [
        "{} ({} to {})".format(*(signed(100.0 * part, digits) for part in (one.estimate, one.low, one.high)))
        for one in column
    ]


def points_decimals(column: Sequence[Statistic]) -> int:
    """Return how many decimals differences in points have."""
    return shared_decimals([100.0 * max(one.mcse, (one.high - one.low) / 4.0) for one in column])


def fresh_note(found: "Chosen") -> str:
    """Return on which worlds the best was chosen, and on which it was judged."""
    luck = "By luck: the part of p_good in which a rival overtakes us and happens to do no catastrophic harm."
    note = (
        f"What is best was chosen on the worlds of seed {found.seed}; all chances are from {found.replicates:,} fresh "
        f"worlds (seed {found.fresh_seed}), so that the luck of the winner is not in them. Differences are paired: "
        "both ways meet the same worlds. Intervals hold the Monte Carlo error alone."
    )
    return f"{note} {luck}" if found.measure == "p_good" else note


def by_which_measure(measure: Measure) -> str:
    """Return why p_good decides where the choice is between ways that may not hand off; nothing of other measures."""
    if measure != "p_good":
        return ""
    return " Ways are judged by p_good: by p_stay, waiting and never handing off could not win (--measure p_stay)."


def footer(runs: str, engine: str, seconds: float, repeat: str = "", scenario: Scenario | None = None) -> Paragraph:
    """Return the end of a page: which runs made it, on what, how long that took, and the command that repeats it.

    With the hash of the ``scenario`` where the page is about one alone.
    """
    told = ", ".join(part for part in (runs, f"{engine} engine", f"{seconds:.1f} s") if part)
    made_from = "" if scenario is None else f"; scenario hash {scenario.hash[:12]}"
    return Paragraph(with_repeat(f"{told}{made_from}.", repeat), aside=True)
