"""The records that the law reads and writes, with the units of their fields, from where these are declared."""

from collections.abc import Mapping
from typing import Any

from deference_sim.model import parameters as law_parameters
from deference_sim.model.declare import CONSTANTS, Block, declaration_of, parameters_of
from deference_sim.model.hazards import Hazard
from deference_sim.model.parameters import (
    DERIVED,
    GOOD_END_TABLE,
    HAZARD_DTYPE,
    PARAMETERS_DTYPE,
    Blocks,
    block_classes,
)
from deference_sim.model.stocks import STOCKS
from deference_sim.model.units import law_unit
from deference_sim.trajectory.levels import LEVEL_UNITS
from deference_sim.trajectory.state import FIRST_HAZARD, NUMBERS, PROCESS_DTYPE, PROCESS_NUMBERS, STATE_DTYPE
from validation.units.numbers import PER_MONTH, PLAIN, agreed, is_known, joined, number

#: Fields that hold numbers of more than one unit, with the reason.
OWN_UNIT = {"value": "an event of the log has a value of its own, in the unit that its sentence says"}
HAZARDS = 2  # in the table; any number would do
#: Constants that are given another unit than the declared one, to try what that would lead to.
INSTEAD: dict[str, Any] = {}


class Row:
    """An array, with the unit of each of its elements, or of all."""

    def __init__(self, *elements: Any) -> None:
        self.elements = elements

    def at(self, place: Any) -> Any:
        """Return an element; where its place is not known, what is known of all."""
        if len(self.elements) == 1:
            return self.elements[0]
        if is_known(place):
            return self.elements[place]
        found = self.elements[0]
        for other in self.elements[1:]:
            found = joined(found, other)
        return found


class Slopes(Row):
    """The slopes of a step: by stage, all of one kind, and by stock."""

    def __init__(self, *elements: Any) -> None:
        super().__init__(*elements)
        self.of_a_stage = Row(*elements)

    def at(self, place: Any) -> Any:
        """Return the slopes of a stage, or the one of a stock in it."""
        return super().at(place[1]) if isinstance(place, tuple) else self.of_a_stage


class Record:
    """A record; what is put into a field must have the field's unit. A field without one takes the first that comes."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = dict(fields)

    def put(self, name: str, value: Any) -> None:
        """Put a number into a field. Raises ``UnitError`` if it has another unit."""
        if name not in OWN_UNIT:
            self.fields[name] = agreed(self.fields[name], value) if name in self.fields else value


class Many:
    """So many records, of one kind, that nobody knows how many."""

    def __init__(self, record: Record) -> None:
        self.record = record


def by_stock() -> list[Any]:
    """Return a number in the unit of each stock."""
    return [number(stock.unit) for stock in STOCKS.values()]


def state() -> Record:
    """Return the state of a trajectory."""
    fields = dict.fromkeys(STATE_DTYPE.names or (), PLAIN)
    fields |= {name: number(unit) for name, unit in NUMBERS.items()}
    fields |= {name: Row(*by_stock()) for name in ("y0", "y1", "dense1", "dense2", "dense3", "dense4", "trial")}
    fields["slopes"] = Slopes(*(one * PER_MONTH for one in by_stock()))
    fields["levels"] = Row(*map(number, LEVEL_UNITS))
    fields["crossing_times"] = Row(number("months"))
    return Record(fields)


def parameters() -> Record:
    """Return the law's parameters, in the units in which it counts."""
    fields = dict.fromkeys(PARAMETERS_DTYPE.names or (), PLAIN)
    fields |= {name: number(law_unit(declaration_of(Blocks, name).unit)) for name in law_parameters.PLAIN}
    for block_name, block in block_classes().items():
        fields |= {f"{block_name}_{name}": value for name, value in _units_of(block).items()}
    fields |= {name: number(unit) for name, unit in DERIVED.items()}
    fields |= {name: Row(number(unit)) for name, unit in GOOD_END_TABLE.items()}
    return Record({name: value for name, value in fields.items() if name in (PARAMETERS_DTYPE.names or ())})


def hazard() -> Record:
    """Return the law's numbers of one hazard."""
    fields = dict.fromkeys(HAZARD_DTYPE.names or (), PLAIN) | _units_of(Hazard)
    return Record({name: value for name, value in fields.items() if name in (HAZARD_DTYPE.names or ())})


def process() -> Record:
    """Return a rate process."""
    fields = dict.fromkeys(PROCESS_DTYPE.names or (), PLAIN)
    return Record(fields | {name: number(unit) for name, unit in PROCESS_NUMBERS.items()})


def everything() -> dict[str, Any]:
    """Return what entry points take, by the names of their arguments."""
    hazards = [hazard()] * HAZARDS
    given = {"S": [state()], "P": [parameters()], "H": hazards, "X": [process()] * (FIRST_HAZARD + HAZARDS)}
    given |= {name: Many(Record({})) for name in ("L", "samples", "records")}
    return given | {"t_pause": number("months")}


def constant(name: str) -> Any:
    """Return a declared constant as a number with its unit, or several as a tuple."""
    if name in INSTEAD:
        return INSTEAD[name]
    unit = CONSTANTS[name].unit
    return number(unit) if isinstance(unit, str) else tuple(map(number, unit))


def _units_of(block: type[Block]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, declaration in parameters_of(block):
        first, _, second = declaration.unit.partition(", ")
        if second:
            found |= {f"{name}_x": Row(number(first)), f"{name}_y": Row(number(second))}
        else:
            found[name] = number(law_unit(first))
    return found
