"""Dimensional consistency: every equation of the law on numbers that have units, and the table of these units.

    python -m validation.units [--write]            the check, and the tables of docs/units.md
    python -m validation.units --power [--write]    every declared unit wrong, one at a time: is it noticed?

Both ways of every branch are followed. Exits with 1 if units disagree, or text of the law was not carried out.
"""

import argparse
import sys
from typing import Any

from deference_sim.model.declare import CONSTANTS, EQUATIONS
from deference_sim.model.parameters import DERIVED
from deference_sim.model.stocks import STOCKS
from deference_sim.model.units import law_unit
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.scenario.catalogue import parameters
from deference_sim.trajectory.state import NUMBERS
from validation import pages
from validation.units.checking import LEFT_OUT, Checked, check
from validation.units.numbers import FREE, UNSURE, is_free, is_number, unit_of
from validation.units.power import trials

SECTION, POWER = "units", "power of the units"
PLACE = pages.DOCS / "units.md"


def found(checked: Checked) -> Page:
    """Return what the check says, in words."""
    carried = f"{checked.functions - len(LEFT_OUT)} functions of the law, {checked.pieces} statements and choices"
    lines = [str(one) for one in checked.findings] or ["No units disagree."]
    missed = [f"Not carried out: {one}." for one in checked.not_run]
    missed += [f"Left out: `{name}`, which {reason}." for name, reason in LEFT_OUT.items()]
    return [Heading(f"{carried}, on numbers with units"), *(Paragraph(line) for line in (*lines, *missed))]


def tables(checked: Checked) -> Page:
    """Return what has which unit, from the declarations, and what every equation makes of them."""
    stocks = [(stock.name, stock.meaning, stock.unit) for stock in STOCKS.values()]
    computed: dict[tuple[str, str], dict[str, None]] = {}
    for function, about in EQUATIONS.items():
        for quantity in (*filter(None, [about.gives]), *about.sets.values()):
            computed.setdefault((quantity.name, quantity.unit), {})[f"`{function.__name__}`"] = None
    quantities = [(*named, ", ".join(functions)) for named, functions in computed.items()]
    constants = [(f"`{name}`", _value(one.value), _listed(one.unit), one.meaning) for name, one in CONSTANTS.items()]
    inputs: dict[tuple[str, str], list[str]] = {}
    for one in parameters().values():
        if one.kind in ("number", "pairs"):
            inputs.setdefault((one.unit, _in_the_law(one.unit)), []).append(f"`{one.path}`")
    rest: dict[str, list[str]] = {}
    for name, unit in {**NUMBERS, **DERIVED}.items():
        if name not in STOCKS:
            rest.setdefault(unit, []).append(f"`{name}`")
    return [
        Table("Stocks", ("stock", "what it is", "unit"), tuple(stocks)),
        Table("Quantities", ("quantity", "unit", "computed by"), tuple(quantities)),
        Table("Constants in the law's text", ("name", "value", "unit", "what it is"), tuple(constants)),
        Table("Inputs", ("unit in a file", "in the law", "inputs"),
              tuple((*units, ", ".join(names)) for units, names in inputs.items())),
        Table("The state, and what a run derives from its inputs", ("unit", "fields"),
              tuple((unit, ", ".join(names)) for unit, names in rest.items())),
        Table("What equations give", ("function", "in the unit", "from"), tuple(_equations(checked))),
    ]  # fmt: skip


def _equations(checked: Checked) -> list[tuple[str, str, str]]:
    """Return every function that gives numbers, with their units, and the units of the numbers that it takes."""
    rows = []
    for function in EQUATIONS:
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        gives: dict[str, None] = {}
        takes: dict[str, dict[str, None]] = {}
        for took, gave in checked.units.get(function.__name__, []):
            gives[_given(gave)] = None
            for name, value in zip(names, took, strict=True):
                if is_number(value) and not isinstance(value, int) and not is_free(value):
                    takes.setdefault(name, {})[unit_of(value)] = None
        words = " or ".join(each for each in gives if each.strip(" –,"))
        if words:
            taken = ", ".join(f"{name}: {' or '.join(units)}" for name, units in takes.items())
            rows.append((f"`{function.__name__}`", words, taken))
    return sorted(rows)


def _given(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_given(one) or "–" for one in value)
    if value is None or value is UNSURE or value is FREE or isinstance(value, bool | int | float):
        return ""
    return unit_of(value) if is_number(value) else ""


def _value(value: Any) -> str:
    return ", ".join(f"{one:g}" for one in value) if isinstance(value, tuple) else f"{value:g}"


def _listed(unit: Any) -> str:
    return ", ".join(unit) if isinstance(unit, tuple) else unit


def _in_the_law(unit: str) -> str:
    return ", ".join(map(law_unit, unit.split(", ")))


def power() -> Page:
    """Return how many wrong units the check notices, and which it does not."""
    tried = []
    for one in trials():
        tried.append(one)
        print(f"{one[0]}: {'noticed' if one[2] else 'NOT NOTICED'}", file=sys.stderr, flush=True)
    missed = ", ".join(name for name, _, noticed in tried if not noticed)
    noticed = sum(noticed for _, _, noticed in tried)
    return [
        Heading(f"{len(tried)} declared units, each wrong by a factor of months, alone: {noticed} are noticed"),
        Paragraph(f"Not noticed: {missed}."),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Run the check and print what it says, or write it into the docs."""
    parser = argparse.ArgumentParser(prog="python -m validation.units", description=__doc__)
    parser.add_argument("--power", action="store_true", help="make every declared unit wrong, one at a time")
    parser.add_argument("--write", action="store_true", help="put what is found into the docs")
    args = parser.parse_args(arguments)
    if args.power:
        made = power()
        show(made, sys.stdout)
        if args.write:
            pages.write(POWER, made)
        return 0
    checked = check()
    show(found(checked), sys.stdout)
    if args.write:
        pages.write(SECTION, [*found(checked), *tables(checked)], PLACE)
    else:
        show(tables(checked), sys.stdout)
    return 1 if checked.findings or checked.not_run else 0


if __name__ == "__main__":
    sys.exit(main())
