"""Numbers and quantities as text → exact values: ``5``, ``1e-3``, ``2 months``, ``0.05 per year``.

Decimal numbers only. A quantity is converted in exact rational arithmetic and rounded once, so that ``1 year`` and
``12 months`` are the same number. What is not a number is refused with what it looks like and how to write it.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from deference_sim.model.units import UNITS, in_documented_unit
from deference_sim.scenario.notations import is_spread
from deference_sim.scenario.problems import did_you_mean, listed, shown

MAX_NUMBER = 64  # characters; a double needs at most 24
_LONGEST_GUESS = 200  # characters looked at to explain what is not a number
_MAX_EXPONENT = 400  # beyond it no double lies; keeps the exact arithmetic small

NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_NUMBER = re.compile(NUMBER)
_PER = re.compile(rf"({NUMBER}(?: [a-z]+)?) ?/ ?([a-z]+)")
_BETWEEN = " to "
OTHER_UNIT = "that is a unit of {}; this is in {}"


class NumberError(ValueError):
    """Text that is no number of the wanted unit: what was found, what is allowed instead, how to write it."""

    def __init__(self, found: str, allowed: str = "", hint: str = "") -> None:
        super().__init__(found)
        self.found, self.allowed, self.hint = found, allowed, hint


def quantity(text: str, unit: str) -> float:
    """Return the number or quantity ``text`` in the documented ``unit``, rounded once. Raises ``NumberError``."""
    number, spelling = split(text, unit)
    return _converted(number, spelling, unit)


def between(text: str) -> tuple[str, str] | None:
    """Return the two ends of ``2 to 9 months`` as text, the unit given to both; None if ``text`` is no such range."""
    ends = _with_single_spaces(text).split(_BETWEEN)
    if len(ends) != 2:
        return None
    low, high = ends
    if _NUMBER.fullmatch(low) and (found := _NUMBER.match(high)):
        low += high[found.end() :]
    return low, high


def split(text: str, unit: str = "") -> tuple[str, str]:
    """Return number and unit of ``text`` (the unit empty if there is none). Raises ``NumberError``.

    ``unit`` is the documented one, so that a remedy can name what is known there.
    """
    text = _with_single_spaces(text)
    found = _NUMBER.match(text)
    rest = text[found.end() :] if found else text
    if found is None or (rest and not re.match(" [A-Za-z]", rest)) or _BETWEEN in rest + " " or is_spread(text):
        raise _explained(text, unit)
    return found.group(), rest.strip()


def _with_single_spaces(text: str) -> str:
    return " ".join(text.split())


def _converted(number: str, spelling: str, unit: str) -> float:
    exact = exact_number(number)
    known = UNITS[unit]
    if spelling and not known:
        raise NumberError(f"unit `{shown(spelling)}`", "a plain number, without unit", f"write {shown(number)}")
    if spelling and spelling not in known:
        raise NumberError(f"unit `{shown(spelling)}`", _known_units(unit), _unit_hint(spelling, unit))
    try:
        value = in_documented_unit(exact, spelling, unit) if spelling else float(exact)
    except OverflowError:
        raise NumberError(f"{shown(number)}, too large", "a number below 1e308") from None
    if exact and not value:
        raise NumberError(f"{shown(number)}, too close to 0", hint="write 0")
    return value + 0.0  # -0 becomes 0


def exact_number(text: str) -> Fraction:
    """Return the decimal number ``text`` exactly. Raises ``NumberError`` if it is too long or far too large."""
    if len(text) > MAX_NUMBER:
        raise NumberError(f"number too long ({len(text)} characters)", f"at most {MAX_NUMBER}")
    if re.match(r"[-+]?0[0-9]", text):
        raise NumberError(f"`{text}`: leading zero", "decimal numbers only", f"write {_without_zeros(text)}")
    _, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > _MAX_EXPONENT:
        size = "too close to 0" if exponent.startswith("-") else "too large"
        raise NumberError(f"{text}, {size}", "a number below 1e308")
    return Fraction(text)


def _known_units(unit: str) -> str:
    return listed(sorted(name for name in UNITS[unit] if not name.endswith("s") or name[:-1] not in UNITS[unit]))


def _unit_hint(spelling: str, unit: str) -> str:
    for other, spellings in UNITS.items():
        if spelling in spellings and other != unit:
            return OTHER_UNIT.format(other, unit)
    slashes = re.sub(r" ?/ ?", " per ", spelling).strip()
    if slashes in UNITS[unit]:
        return f"write `{slashes}`"
    return did_you_mean(spelling.lower(), UNITS[unit])


def _explained(text: str, unit: str) -> NumberError:
    if len(text) > MAX_NUMBER and re.fullmatch(r"[-+0-9._,eE]+", text):
        return NumberError(f"number too long ({len(text)} characters)", f"at most {MAX_NUMBER}")
    for found, hint in _guesses(text, unit):
        return NumberError(f"`{shown(text)}`{found and ': '}{found}", "", hint)
    return NumberError(f"text `{shown(text)}`")


def _guesses(text: str, unit: str) -> Iterator[tuple[str, str]]:
    """Yield what ``text`` may have meant as a number, the likeliest first, as (what it is, how to write it)."""
    text = text[:_LONGEST_GUESS]
    if not text:
        yield "no number", ""
    if re.fullmatch(r"[-+]?(\.?inf(inity)?|\.?nan)", text, re.IGNORECASE):
        yield "not a finite number", ""
    if re.match(r"[-+]?0[xXoObB][0-9a-fA-F]", text):
        yield "not a decimal number", _decimal_hint(text)
    if re.match(r"[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?![0-9])", text):
        yield "a date", "count in months from the start"
    if re.match(r"[-+]?[0-9]+(:[0-9]+)+", text):
        yield "base 60", "decimal numbers only"
    if found := re.fullmatch(r"(\S+?) ?%", text):
        yield "per cent", _percent_hint(found.group(1))
    if re.match(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?\b", text):
        yield "comma in a number", f"write {text.replace(',', '')}"
    if is_spread(text):
        yield "not one number", ""
    if text.count(",") > 1:
        yield "several numbers", "write a range as `2 to 9`: 5th to 95th percentile"
    if re.match(r"[-+]?[0-9]*,[0-9]+", text):
        yield "decimal comma?", f"write {text.replace(',', '.', 1)}"
    if re.match(r"[-+]?[0-9][0-9_]*_", text):
        yield "underscore in a number", f"write {text.replace('_', '')}"
    if text[0] in "“”„‘’«»":
        yield "typographic quotes", 'use ", or no quotes'
    if text[0] in "−–—":
        yield "typographic minus", f"write -{text[1:].strip()}"
    if found := _PER.fullmatch(text):
        yield "slash in a unit", f"write {found.group(1)} per {found.group(2)}"
    if re.match(r"[-+.0-9eE]+( [a-z]+)? ?(-|–|—|\.\.+|±|\+/-|to)( ?[0-9]|$)", text):
        yield "not one number", "write a range as `2 to 9`: 5th to 95th percentile"
    if any(letter.isdigit() and not letter.isascii() for letter in text):
        yield "digits other than 0 to 9", ""
    if found := re.fullmatch(rf"({NUMBER})([A-Za-z].*)", text):
        known = found.group(2) in UNITS.get(unit, ())
        yield "no space before the unit", f"write {found.group(1)} {found.group(2)}" if known else ""
    if re.search(r"[-+*/^()]", text) and re.search(r"[0-9(]", text):
        yield "no arithmetic here", "write the result"


def _without_zeros(text: str) -> str:
    digits = text.lstrip("+-0")
    return ("-" if text.startswith("-") else "") + ("" if digits[:1].isdigit() else "0") + digits


def _decimal_hint(text: str) -> str:
    try:
        return f"write {int(text, 0)}" if len(text) <= 18 else ""
    except ValueError:
        return ""


def _percent_hint(number: str) -> str:
    text = number.replace(",", ".")
    if len(text) > MAX_NUMBER or not re.fullmatch(r"[-+]?\d+(\.\d+)?", text, re.ASCII):
        return "write it as a share of 1"
    return f"write {float(Fraction(text) / 100):.12g}"
