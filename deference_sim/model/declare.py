"""How the model declares itself: a parameter, an equation and the quantity that it computes are declared once.

A mechanism's file holds its ``Block`` of parameters and its equations. Reading, units, validation, the parameter
table, docs, diagrams and both engines take everything they know about them from their declarations.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, cast, get_args, overload

from pydantic import BaseModel, ConfigDict, Field

from deference_sim.model.units import check_law_unit

Status = Literal["published", "derived", "guess"]
Tier = Literal["core", "lever", "more"]
Pairs = tuple[tuple[float, float], ...]
MAX_KNOTS = 16
MOST_OFTEN = 100_000.0  # per year, or per py of work; what happens ten times an hour is a condition, not an event

#: What every model of pydantic has, and no scenario's user asks for.
_OF_ANY_MODEL = frozenset(name for name in dir(BaseModel) if not name.startswith("_"))

Function = TypeVar("Function", bound=Callable[..., Any])
Number = TypeVar("Number", float, tuple[float, ...])


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity that people speak of, such as the pace: its name, its unit in the law, and the words in a diagram."""

    name: str
    unit: str
    words: str

    def __post_init__(self) -> None:
        """Refuse a quantity without words or without a unit that the law knows."""
        check_law_unit(self.unit, f"the quantity {self.name!r}")
        if not self.words:
            raise ValueError(f"the quantity {self.name!r} has no words: give those that stand in a diagram")


@dataclass(frozen=True, slots=True)
class Equation:
    """What is known of one function of the law beside its text.

    ``gives`` is the quantity that it computes, ``takes`` those among its arguments, ``sets`` those that it puts into
    fields of the state, all by name. What ``looks_ahead`` follows a path that is not the trajectory's, so quantities
    computed in it are not those of the moment. ``decides`` is what it is about by comparing, and whether the
    comparison speaks for it (1) or against it (-1). ``inlined`` functions become part of whatever calls them: what
    one evaluation of the rates calls would otherwise hand its numbers over through memory.
    """

    gives: Quantity | None = None
    takes: Mapping[str, Quantity] = field(default_factory=dict)
    sets: Mapping[str, Quantity] = field(default_factory=dict)
    decides: tuple[str, int] | None = None
    looks_ahead: bool = False
    inlined: bool = False


#: Every function of the law, with what is declared of it.
EQUATIONS: dict[Callable[..., Any], Equation] = {}


@dataclass(frozen=True, slots=True)
class Constant:
    """A number in the text of the law that has a unit, or several with a unit each; ``py or months`` may be either."""

    value: float | tuple[float, ...]
    unit: str | tuple[str, ...]
    meaning: str


#: Every constant of the law that has a unit, by name.
CONSTANTS: dict[str, Constant] = {}


def constant(name: str, value: Number, unit: str | tuple[str, ...], meaning: str) -> Number:
    """Declare a constant of the law under the name that its text uses; return ``value``.

    Any other number in that text is one without a unit. Raises ``ValueError`` for a second constant of that name, one
    without a meaning, or a unit that the law does not know.
    """
    if name in CONSTANTS or not meaning:
        raise ValueError(f"the constant {name} needs a name of its own, and a meaning")
    for one in (unit,) if isinstance(unit, str) else unit:
        for either in one.split(" or "):
            check_law_unit(either, f"the constant {name}")
    CONSTANTS[name] = Constant(value, unit, meaning)
    return value


@overload
def equation(function: Function) -> Function: ...
@overload
def equation(
    *,
    gives: Quantity | None = None,
    takes: Mapping[str, Quantity] | None = None,
    sets: Mapping[str, Quantity] | None = None,
    decides: tuple[str, int] | None = None,
    looks_ahead: bool = False,
    inlined: bool = False,
) -> Callable[[Function], Function]: ...
def equation(function: Any = None, **declared: Any) -> Any:
    """Register a function as text of the law: plain Python that Numba can compile unchanged; see ``Equation``.

    Raises ``ValueError`` for a quantity that is said to be an argument which there is not, and for a second function
    of one name.
    """
    if function is None:
        return lambda one: _registered(one, declared)
    return _registered(function, declared)


def _registered(function: Function, declared: dict[str, Any]) -> Function:
    about = Equation(**{name: value for name, value in declared.items() if value is not None})
    unknown = set(about.takes) - set(inspect.signature(function).parameters)
    if unknown:
        raise ValueError(f"{function.__name__} has no argument {', '.join(sorted(unknown))} to be a quantity")
    twin = next((one for one in EQUATIONS if one.__name__ == function.__name__), None)
    if twin is not None:
        raise ValueError(f"{function.__name__} is a function of the law in {twin.__module__} already: rename one")
    EQUATIONS[function] = about
    return function


def quantities() -> dict[str, Quantity]:
    """Return every quantity that is declared of an equation, by name."""
    found = [
        one
        for about in EQUATIONS.values()
        for one in (*([about.gives] if about.gives else []), *about.takes.values(), *about.sets.values())
    ]
    return {one.name: one for one in found}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of one parameter beside its type, default and range (which pydantic holds)."""

    unit: str  # a key of units.UNITS; for pairs, "unit of the first, unit of the second"
    status: Status
    source: str
    tier: Tier
    null: float | None  # what the law uses for null
    plausible: str  # the range of a core input over which answers are to be looked at, as a file would say it


class Block(BaseModel):
    """One block of a scenario file: parameters only, frozen, nothing unknown, nothing infinite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    def __dir__(self) -> list[str]:
        """Return what a block has, without what every model of pydantic has: for completion."""
        own = {name for name in super().__dir__() if not name.startswith("model_")} - _OF_ANY_MODEL
        return sorted(own | set(type(self).model_fields))


def parameter(
    default: Any,
    label: str,
    meaning: str,
    *,
    unit: str = "1",
    status: Status = "guess",
    source: str = "",
    tier: Tier = "more",
    null: float | None = None,
    plausible: str = "",
    **bounds: Any,
) -> Any:
    """Declare one parameter: default in its documented unit, label, one-line meaning, unit, status, source, tier.

    The label is a noun phrase for axes, sliders and tables, such as "Lead over the rival". ``null`` is
    what the law uses where the file says ``null``; without it ``null`` is refused. ``plausible`` is the range (5th to
    95th percentile, with its distribution) over which a core input is varied to see what it decides.
    ``bounds`` are pydantic's (``ge``, ``gt``, ``le``, ``lt``, ``min_length`` …), in the documented unit.
    """
    extra: dict[str, Any] = {"declaration": Declaration(unit, status, source, tier, null, plausible)}
    return Field(default, title=label, description=meaning, json_schema_extra=extra, **bounds)


def share(default: float | None, label: str, meaning: str, **more: Any) -> Any:
    """Declare a share or a probability: a number in [0, 1]."""
    return parameter(default, label, meaning, ge=0.0, le=1.0, **more)


def declaration_of(block: type[Block], name: str) -> Declaration:
    """Return the declaration of the parameter ``name`` of ``block``."""
    extra = cast(dict[str, Declaration], block.model_fields[name].json_schema_extra)
    return extra["declaration"]


def choices_of(block: type[Block], name: str) -> tuple[str, ...]:
    """Return the words that a ``Literal`` parameter may take, in declared order; empty for any other."""
    annotation = block.model_fields[name].annotation
    words = get_args(annotation)
    return tuple(words) if words and all(isinstance(word, str) for word in words) else ()


def parameters_of(block: type[Block]) -> Iterator[tuple[str, Declaration]]:
    """Yield name and declaration of every parameter of ``block``, in declared order."""
    for name in block.model_fields:
        yield name, declaration_of(block, name)
