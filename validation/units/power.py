"""How much the check would notice: every unit that is declared is made wrong, one at a time."""

from collections.abc import Iterator
from typing import Any

import pint

from deference_sim.model.declare import CONSTANTS
from validation.units import records
from validation.units.checking import check
from validation.units.numbers import number, unit_of

RECORDS = {"S": "state", "P": "parameters", "H": "a hazard", "X": "a process"}
WRONG = number("months")  # by which a unit is wrong


def trials() -> Iterator[tuple[str, str, bool]]:
    """Yield what was made wrong, its right unit, and whether the check notices."""
    for key, words in RECORDS.items():
        for name, value in records.everything()[key][0].fields.items():
            given = records.everything()
            given[key][0].fields[name] = _wrong(value)
            yield f"{name} of {words}", _unit(value), bool(check(given=given).findings)
    for name, declared in list(CONSTANTS.items()):
        wrong = records.constant(name)
        if isinstance(declared.unit, str) and isinstance(wrong, pint.Quantity):
            records.INSTEAD[name] = wrong * WRONG
            noticed = bool(check().findings)
            del records.INSTEAD[name]
            yield name, declared.unit, noticed


def _wrong(value: Any) -> Any:
    return type(value)(*(one * WRONG for one in value.elements)) if isinstance(value, records.Row) else value * WRONG


def _unit(value: Any) -> str:
    elements = value.elements if isinstance(value, records.Row) else (value,)
    return ", ".join(dict.fromkeys(map(unit_of, elements)))
