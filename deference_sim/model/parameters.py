"""All parameter blocks together, and the numbers that the law computes with.

``Blocks`` is what a scenario file can say. ``law_numbers`` turns it into one structured array, a row per
replicate, whose fields are the paths with ``_`` for ``.`` (``rival.lead`` is ``rival_lead``), in the law's units:
months, py, per month. Words become their position in the declared choices, ``null`` what its declaration says.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.model import catastrophe, halting, overtaking, progress  # noqa: F401  mechanisms without parameters
from deference_sim.model.alternatives import Alternatives
from deference_sim.model.basin import Basin
from deference_sim.model.control import Control
from deference_sim.model.declare import MAX_KNOTS, Block, choices_of, declaration_of, parameter, parameters_of
from deference_sim.model.evaluation import Evaluation
from deference_sim.model.generations import Generations
from deference_sim.model.goodness import Goodness
from deference_sim.model.growth import Capability
from deference_sim.model.handoff import Handoff
from deference_sim.model.hazards import Defence, Hazard
from deference_sim.model.rival import Rival
from deference_sim.model.scheming import Scheming
from deference_sim.model.strategy import Strategy
from deference_sim.model.tax import Tax
from deference_sim.model.time_buying import TimeBuying
from deference_sim.model.units import LAW_DIVISOR
from deference_sim.streams import named_stream


class Numerics(Block):
    """How exactly time is integrated."""

    tolerance: float = parameter(
        1e-6,
        "Error allowed in a step",
        "Error allowed in one step of the integrator, in py and months.",
        ge=1e-12,
        le=1e-2,
    )


class Blocks(Block):
    """Every parameter of the model: what a scenario file can say about the world."""

    horizon: float = parameter(
        120.0, "Horizon", "Month at which a run that has not resolved ends.", unit="months", gt=0.0, le=12_000.0
    )
    hazard_factor: float = parameter(
        1.0,
        "Frequency of all hazards",
        "How often exogenous hazards come, as a multiple of what was guessed.",
        ge=0.0,
        le=1_000.0,
        source="guess: no base rate exists for most of them",
        tier="core",
        plausible="{lognormal: {p5: 0.2, p95: 5, max: 1000}}",
    )
    capability: Capability = Capability()
    goodness: Goodness = Goodness()
    tax: Tax = Tax()
    basin: Basin = Basin()
    control: Control = Control()
    generations: Generations = Generations()
    evaluation: Evaluation = Evaluation()
    strategy: Strategy = Strategy()
    time_buying: TimeBuying = TimeBuying()
    rival: Rival = Rival()
    defence: Defence = Defence()
    hazards: tuple[Hazard, ...] = ()
    scheming: Scheming = Scheming()
    handoff: Handoff = Handoff()
    alternatives: Alternatives = Alternatives()
    numerics: Numerics = Numerics()


def block_classes() -> dict[str, type[Block]]:
    """Return the class of each block by its name in a file, ``hazards`` (a list of blocks) left out."""
    fields = Blocks.model_fields
    return {name: info.annotation for name, info in fields.items() if _is_block(info.annotation)}  # type: ignore[misc]


def _is_block(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Block)


#: Constants of a run that the law computes once from its parameters (see the ``prepare`` functions), with their units.
DERIVED = {
    "pace_at_zero": "py per month",
    "pace_slope": "per py",
    "pace_power": "1",
    "pace_floor": "py per month",
    "pace_bend": "1",
    "ceiling_inverse": "per py",
    "generations_pace": "py per month",
    "hardware_pace": "py per month",
    "human_pace": "py per month",
    "safety_pace": "1",
    "pace_back_at": "py",
    "pace_peak_at": "py",
    "fizzle_at": "py",
    "tax_fall": "per py",
    "waste_fall": "1",
    "tax_is_flat": "1",
    "reach_fall": "per py",
    "depth_rise": "per py",
    "mistakes_fall": "per py",
    "onset_fall": "per py",
    "bought_inverse": "per month",
    "noise_apart": "py",
    "handoff_clock": "months",
}
#: For handoff by indifference: months, and the chance of a good end after a handoff then, as log odds at margin 0 and
#: their slope in the margin found (filled in by ``study.indifference``), with their units.
GOOD_END_TABLE = {"good_end_month": "months", "good_end_base": "1", "good_end_slope": "per py"}


#: Parameters that stand in no block.
PLAIN = ("horizon", "hazard_factor")


def _columns(prefix: str, block: type[Block]) -> list[tuple[Any, ...]]:
    columns: list[tuple[Any, ...]] = []
    for name, declaration in parameters_of(block):
        column = prefix + name
        if ", " in declaration.unit:
            columns += [(f"{column}_x", "f8", (MAX_KNOTS,)), (f"{column}_y", "f8", (MAX_KNOTS,))]
            columns.append((f"{column}_count", "i8"))
        else:
            columns.append((column, "i8" if _is_whole(block, name) else "f8"))
    return columns


def _is_whole(block: type[Block], name: str) -> bool:
    return bool(choices_of(block, name)) or block.model_fields[name].annotation is bool


PARAMETERS_DTYPE = np.dtype(
    [(name, "f8") for name in PLAIN]
    + [column for name, block in block_classes().items() for column in _columns(f"{name}_", block)]
    + [(name, "f8") for name in DERIVED]
    + [(name, "f8", (MAX_KNOTS,)) for name in GOOD_END_TABLE]
    + [("good_end_count", "i8")],
    align=True,
)
_HAZARD_WORDS = ("name", "kind")
HAZARD_DTYPE = np.dtype(
    [(name, "f8") for name, _ in parameters_of(Hazard) if name not in _HAZARD_WORDS]
    + [("methods_help", "i8"), ("arrival_stream", "i8"), ("severity_stream", "i8")],
    align=True,
)


def law_numbers(blocks: Blocks, draws: Mapping[str, NDArray[np.float64]] | None = None) -> NDArray[np.void]:
    """Return the law's parameters, one row (no ``draws``) or a row per replicate.

    ``draws`` maps paths to values in documented units, one per replicate, that replace the fixed ones; of a word, its
    position.
    """
    draws = draws or {}
    rows = np.zeros(_row_count(draws), PARAMETERS_DTYPE)
    for name in PLAIN:
        rows[name] = draws.get(name, getattr(blocks, name))
    for block_name, block_class in block_classes().items():
        for name, declaration in parameters_of(block_class):
            path = f"{block_name}.{name}"
            if ", " in declaration.unit:
                _fill_pairs(rows, f"{block_name}_{name}", getattr(getattr(blocks, block_name), name) or ())
            else:
                rows[f"{block_name}_{name}"] = _law_value(blocks, draws, path)
    return rows


def hazard_numbers(blocks: Blocks, draws: Mapping[str, NDArray[np.float64]] | None = None) -> NDArray[np.void]:
    """Return the law's numbers of the hazards: rows as in ``law_numbers``, a column per hazard, by name.

    Hazards stand in the order of their names, so that the order in the file changes nothing.
    """
    draws = draws or {}
    hazards = sorted(blocks.hazards, key=lambda hazard: hazard.name)
    table = np.zeros((_row_count(draws), len(hazards)), HAZARD_DTYPE)
    for column, hazard in enumerate(hazards):
        for name, declaration in parameters_of(Hazard):
            if name not in _HAZARD_WORDS:
                given = draws.get(f"hazards.{hazard.name}.{name}", getattr(hazard, name))
                value = declaration.null if given is None else given
                table[name][:, column] = _divided(value, declaration.unit)
        table["methods_help"][:, column] = hazard.kind == "external_misaligned_ai"
        table["arrival_stream"][:, column] = named_stream(f"hazard:{hazard.name}")
        table["severity_stream"][:, column] = named_stream(f"severity:{hazard.name}")
    return table


def _row_count(draws: Mapping[str, NDArray[np.float64]]) -> int:
    return len(next(iter(draws.values()))) if draws else 1


def _law_value(blocks: Blocks, draws: Mapping[str, NDArray[np.float64]], path: str) -> Any:
    block_name, name = path.split(".")
    block_class = block_classes()[block_name]
    declaration = declaration_of(block_class, name)
    value = draws.get(path, getattr(getattr(blocks, block_name), name))
    if value is None:
        value = declaration.null
    words = choices_of(block_class, name)
    if words:
        return draws[path].astype(np.int64) if path in draws else words.index(value)
    return _divided(value, declaration.unit)


def _divided(value: Any, unit: str) -> Any:
    divisor = LAW_DIVISOR.get(unit, 1.0)
    return value if divisor == 1.0 else value / divisor


def _fill_pairs(rows: NDArray[np.void], column: str, pairs: tuple[tuple[float, float], ...]) -> None:
    for knot, (x, y) in enumerate(pairs):
        rows[f"{column}_x"][:, knot] = x
        rows[f"{column}_y"][:, knot] = y
    rows[f"{column}_count"] = len(pairs)
