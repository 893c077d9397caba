"""Words and numbers that several sections of a brief use."""

from deference_sim.analysis.brief import (
    BEST,
    INDIFFERENCE,
    NEVER,
    NOW,
    OWN_WAY,
    Choice,
)
from deference_sim.analysis.estimate import Quantile
from deference_sim.analysis.strategy import AS_IT_IS


def choice_words(one: Choice) -> str:
    """Return what a choice of a date is called."""
    to_whom = to_ais_of(one)
    return {
        NOW: "hand off now",
        BEST: f"hand off in month {a_month(one.month or 0.0)}{to_whom}, the best of the dates tried",
        OWN_WAY: "as the scenario says",
        INDIFFERENCE: f"by indifference{to_whom}: as soon as waiting stops paying",
        NEVER: "never hand off",
    }[one.name]


def to_ais_of(one: Choice) -> str:
    """Return to AIs of which capability one hands off, where that is not as the scenario says; else nothing."""
    capability = one.changes.get("handoff.capability")
    return "" if capability is None else f" to AIs of capability {capability:g} py"


def a_month(month: float) -> str:
    """Return a month to two digits."""
    return f"{float(f'{month:.2g}'):g}"


def in_months(found: Quantile) -> str:
    """Return a quantile in months, with its interval."""
    return f"{a_number(found)} months"


def a_number(found: Quantile) -> str:
    """Return a quantile with its interval; a dash where nothing bounds it."""
    low, high = ("–" if end is None else f"{end:.2g}" for end in (found.low, found.high))
    return f"{found.estimate:.2g} ({low} to {high})"


def policy_words(name: str, own: str) -> str:
    """Return what a policy is called; ``own`` is that of the scenario."""
    return f"{own} {AS_IT_IS}" if name == AS_IT_IS else f"{name}, tuned"


def in_per_cent(value: float, low: float, high: float) -> str:
    """Return a part of a variance with its interval, which luck may carry beyond 0 and 1, within these."""
    held = (min(max(one, 0.0), 1.0) for one in (value, low, high))
    part, *ends = (f"{100 * one:.0f}" for one in held)
    return f"{part} % ({' to '.join(ends)})"
