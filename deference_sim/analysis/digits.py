"""How numbers are written for people: to the digits that their error supports, as many in all of a column."""

import re
from collections.abc import Sequence
from math import ceil, log10


def decimals(error: float, most: int) -> int:
    """Return how many decimals a number with ``error`` has: up to the first digit of the error, at most ``most``."""
    return most if error <= 0.0 else min(max(ceil(-log10(error)), 0), most)


def shared_decimals(errors: Sequence[float], most: int = 4) -> int:
    """Return how many decimals all numbers of a column have: what the largest of their ``errors`` supports.

    One more than none where a smaller error supports it, so that small shares do not all read 0.
    """
    each = [decimals(error, most) for error in errors]
    return max(min(each, default=0), min(max(each, default=0), 1))


def in_percent(share: float, digits: int) -> str:
    """Return ``share`` in per cent; one that is above 0 does not read 0."""
    least = 10.0**-digits
    if 0.0 < 100.0 * share < 0.5 * least:
        return f"<{least:.{digits}f} %"
    return with_minus(f"{100.0 * share:.{digits}f} %")


def with_minus(number: str) -> str:
    """Return numbers, with their units, as they are printed: with a true minus, and none before 0."""
    return re.sub(r"-(?=0*\.?0*(?![\d.]))", "", number).replace("-", "−")


def signed(number: float, digits: int) -> str:
    """Return a difference with its sign; none before 0."""
    told = f"{number:+.{digits}f}"
    return told[1:] if not told.strip("+-0.") else told.replace("-", "−")
