"""How the model declares itself: a parameter is declared once, an equation is registered once.

A mechanism's file holds its ``Block`` of parameters and its equations. Reading, units, validation, the parameter
table, docs and both engines take everything they know about a parameter from its declaration here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast, get_args

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["published", "derived", "guess"]
Tier = Literal["core", "more"]
Pairs = tuple[tuple[float, float], ...]
MAX_KNOTS = 16
MOST_OFTEN = 100_000.0  # per year, or per py of work; what happens ten times an hour is a condition, not an event

Function = TypeVar("Function", bound=Callable[..., Any])
EQUATIONS: list[Callable[..., Any]] = []


def equation(function: Function) -> Function:
    """Register ``function`` as text of the law: plain Python that Numba can compile unchanged."""
    EQUATIONS.append(function)
    return function


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of one parameter beside its type, default and range (which pydantic holds)."""

    unit: str  # a key of units.UNITS; for pairs, "unit of the first, unit of the second"
    status: Status
    source: str
    tier: Tier
    null: float | str | None  # what the law uses for null: a number, or the path of the parameter that stands in


class Block(BaseModel):
    """One block of a scenario file: parameters only, frozen, nothing unknown, nothing infinite."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def parameter(
    default: Any,
    meaning: str,
    *,
    unit: str = "1",
    status: Status = "guess",
    source: str = "",
    tier: Tier = "more",
    null: float | str | None = None,
    **bounds: Any,
) -> Any:
    """Declare one parameter: default in its documented unit, one-line meaning, unit, status, source, tier.

    ``null`` is what the law uses where the file says ``null``; without it ``null`` is refused.
    ``bounds`` are pydantic's (``ge``, ``gt``, ``le``, ``lt``, ``min_length`` …), in the documented unit.
    """
    extra: dict[str, Any] = {"declaration": Declaration(unit, status, source, tier, null)}
    return Field(default, description=meaning, json_schema_extra=extra, **bounds)


def share(default: float | None, meaning: str, **more: Any) -> Any:
    """Declare a share or a probability: a number in [0, 1]."""
    return parameter(default, meaning, ge=0.0, le=1.0, **more)


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
