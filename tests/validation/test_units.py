"""The units of the law agree: every equation, every branch, on numbers that have units and no values."""

import inspect
from functools import cache
from pathlib import Path

import pytest

from deference_sim.model.declare import EQUATIONS, constant
from deference_sim.model.units import LAW_DIVISOR, law_unit
from validation import pages
from validation.mistakes import MUTANTS, Mutant
from validation.units import records
from validation.units.__main__ import PLACE, SECTION, found, tables
from validation.units.checking import Checked, check
from validation.units.numbers import UnitError, added, agreed, compared, number, rooted, scaled, transcendental, unit_of

SEEDED = [mutant for mutant in MUTANTS if mutant.kind == "units"]


@cache
def checked() -> Checked:
    return check()


def test_units_agree() -> None:
    """Would catch a sum of months and py, a share where months are due, an undeclared constant that has a unit."""
    assert [str(one) for one in checked().findings] == []


def test_all_of_the_law_is_carried_out() -> None:
    """Would catch an equation, or one way of a branch, that the check passes over."""
    assert checked().not_run == ()
    assert checked().functions == len(EQUATIONS) > 200


@pytest.mark.parametrize("mutant", [pytest.param(one, id=one.name.replace(" ", "-")) for one in SEEDED])
def test_a_seeded_mistake_is_found_where_it_is(mutant: Mutant) -> None:
    (function,) = (one for one in EQUATIONS if mutant.old in inspect.getsource(one))
    text = inspect.getsource(function).replace(mutant.old, mutant.new)
    findings = check({function.__name__: text}).findings
    place = text[: text.index(mutant.new)].count("\n") + function.__code__.co_firstlineno
    there = [one for one in findings if (one.function, one.line) == (function.__name__, place)]
    used = [one for one in findings if f"{function.__name__}(" in one.text]  # where nothing is declared of the result
    assert there or used, findings
    assert all(one.units[0] != one.units[1] for one in findings)


@pytest.mark.parametrize(
    ("record", "field"), [("S", "way_taxed"), ("P", "time_buying_proliferation"), ("H", "rate"), ("X", "fires_at")]
)
def test_a_declared_unit_that_is_wrong_is_noticed(record: str, field: str) -> None:
    """The same of all fields: ``python -m validation.units --power``."""
    given = records.everything()
    given[record][0].fields[field] *= number("py")
    assert check(given=given).findings


def test_the_page_is_made_from_the_same_declarations() -> None:
    """Would catch a unit, a constant or an input that docs/units.md does not have: ``--write`` makes it anew."""
    first, last = pages.marks(SECTION)
    text = Path(PLACE).read_text("utf-8")
    made = pages.markdown([*found(checked()), *tables(checked())])
    assert text.partition(first)[2].partition(last)[0].strip() == made


def test_numbers_with_units() -> None:
    months, py = number("months"), number("py")
    assert unit_of(scaled(py, months, lambda a, b: a / b)) == "py/month"
    assert unit_of(rooted(scaled(py, py, lambda a, b: a * b))) == "py"
    assert unit_of(added(0.0, py, lambda a, b: a + b)) == "py"
    assert unit_of(agreed(float("inf"), months)) == "month"
    assert unit_of(agreed(number("py or months"), months)) == "month"
    for wrong in (
        lambda: added(1.0, py, lambda a, b: a + b),
        lambda: compared(months, py, lambda a, b: a < b),
        lambda: agreed(number("py or months"), number("per py")),
        lambda: transcendental(months),
    ):
        with pytest.raises(UnitError):
            wrong()


def test_a_constant_needs_a_name_of_its_own_and_a_unit_of_the_law() -> None:
    with pytest.raises(ValueError, match="GAIN needs a name of its own"):
        constant("GAIN", 1.0, "py", "another")
    with pytest.raises(ValueError, match="has the unit 'years'"):
        constant("NEW", 1.0, "years", "one that the law does not count in")


def test_what_is_converted_has_another_unit_in_the_law() -> None:
    assert all(law_unit(unit) != unit for unit in LAW_DIVISOR)
