"""Numbers in words: shares and their intervals, to no more digits than the Monte Carlo error supports."""

import re
from math import ceil, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deference_sim.analysis.estimate import Estimate


def percent(share: float, estimate: "Estimate") -> str:
    """Return ``share`` in per cent, to the first digit of the Monte Carlo error of ``estimate``."""
    error = 100.0 * max(estimate.mcse, (estimate.high - estimate.low) / 4.0)
    return f"{100.0 * share:.{decimals(error, 4)}f} %"


def chance(estimate: "Estimate") -> tuple[str, str]:
    """Return a probability and its interval, as two cells of a table."""
    low, high = percent(estimate.low, estimate), percent(estimate.high, estimate)
    return percent(estimate.value, estimate), f"{low.removesuffix(' %')} to {high}"


def with_interval(estimate: "Estimate") -> str:
    """Return a probability with its interval in brackets, as part of a sentence."""
    value, interval = chance(estimate)
    return f"{value} ({interval})"


def singular(text: str) -> str:
    """Return a value with its unit in the singular where it is one month."""
    return re.sub(r"(?<![\d.])1 months\b", "1 month", text)


def shortened(text: str) -> str:
    """Return a value with its long numbers at four digits."""
    return singular(re.sub(r"\d+\.\d{5,}", lambda match: f"{float(match.group()):.4g}", text))


def decimals(error: float, most: int) -> int:
    """Return how many decimals a number with ``error`` has: up to the first digit of the error, at most ``most``."""
    return most if error <= 0.0 else min(max(ceil(-log10(error)), 0), most)


def with_repeat(told: str, repeat: str) -> str:
    """Return ``told`` with the command that repeats it, if there is one."""
    return f"{told} Repeat: {repeat}" if repeat else told
