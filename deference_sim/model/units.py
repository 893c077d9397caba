"""Units: which a file may use, and the one conversion to the unit in which a parameter is documented.

The law itself counts in months, progress-years (py) and per month; ``LAW_DIVISOR`` is the only other conversion.
Conversions use exact rational arithmetic and are rounded once, so that ``1 year`` is exactly ``12 months``.
"""

from fractions import Fraction

_MONTH_IN_DAYS = Fraction("30.4375")  # 365.25 / 12
_DURATIONS = {
    "day": 1 / _MONTH_IN_DAYS,
    "week": 7 / _MONTH_IN_DAYS,
    "month": Fraction(1),
    "year": Fraction(12),
}


def _with_plurals(factors: dict[str, Fraction]) -> dict[str, Fraction]:
    return factors | {name + "s": factor for name, factor in factors.items()}


#: Documented unit -> spelling accepted in a file -> how many documented units one of that spelling is.
UNITS: dict[str, dict[str, Fraction]] = {
    "months": _with_plurals(_DURATIONS),
    "py": {"py": Fraction(1), "progress-year": Fraction(1), "progress-years": Fraction(1)},
    "per year": {f"per {name}": 12 / factor for name, factor in _DURATIONS.items()},
    "per py": {"per py": Fraction(1)},
    "py per year": {f"py per {name}": 12 / factor for name, factor in _DURATIONS.items()},
    "1": {},
}

#: Units in which the law counts.
LAW_UNITS = ("1", "months", "py", "per month", "per py", "py per month", "months per month", "months per py")

#: Documented unit -> divisor to the unit in which the law counts (months, py, per month); 1 where not listed.
LAW_DIVISOR: dict[str, float] = {"per year": 12.0, "py per year": 12.0}
_LAW_UNIT = {"per year": "per month", "py per year": "py per month"}


def in_documented_unit(number: Fraction, spelling: str, unit: str) -> float:
    """Return ``number`` of ``spelling`` (for example 2 ``weeks``) in the documented ``unit``, rounded once.

    Raises ``KeyError`` if ``spelling`` is not a unit of that dimension.
    """
    return float(number * UNITS[unit][spelling])


def per(unit: str) -> str:
    """Return what a number in each ``unit`` of something is in."""
    return "1" if unit == "1" else f"per {unit.removesuffix('s')}"


def law_unit(unit: str) -> str:
    """Return the unit in which the law counts what is documented in ``unit``."""
    return _LAW_UNIT.get(unit, unit)


def check_law_unit(unit: str, what: str) -> None:
    """Raise ``ValueError`` unless the law counts in ``unit``; ``what`` is the thing that is declared with it."""
    if unit not in LAW_UNITS:
        raise ValueError(f"{what} has the unit {unit!r}: the law counts in {', '.join(LAW_UNITS)}")
