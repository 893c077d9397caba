"""Rules across fields as data: the checks of each block, translated from their own text for JavaScript.

A rule is ``[when, message]``; an expression is a constant, or a list whose first item says what it is.
"""

from typing import Any


def rules() -> list[dict[str, Any]]:
    """Return the rules of every section."""
    return []
