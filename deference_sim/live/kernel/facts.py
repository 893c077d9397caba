"""What the kernel's JavaScript reads: layouts, columns, codes and constants, all taken from where they are declared."""

from dataclasses import MISSING, fields
from typing import Any, Final

import numpy as np

from deference_sim.analysis.estimate import FEW, NORMAL_975
from deference_sim.analysis.loops import BAND, GOODNESS
from deference_sim.analysis.loops.families import BASIN, FAMILIES, OTHER
from deference_sim.analysis.loops.moments import FOUND, LINKING_APART, LINKING_RUNS, LINKING_SEED, STARTED
from deference_sim.analysis.loops.paths import APART
from deference_sim.analysis.loops.scores import CLOCK
from deference_sim.live.kernel.drawing import KINDS
from deference_sim.live.kernel.exports import EXPORTS, LAYOUTS, Argument
from deference_sim.model.declare import MAX_KNOTS
from deference_sim.model.evaluation import review
from deference_sim.model.events import EVENTS
from deference_sim.model.hazards import Hazard
from deference_sim.model.parameters import GOOD_END_TABLE, HAZARD_DTYPE, PARAMETERS_DTYPE, Blocks, hazard_numbers
from deference_sim.model.roads import BY_HAZARD, ROADS, STAYED
from deference_sim.model.state import OUTCOMES, PHASES
from deference_sim.model.stocks import STOCKS
from deference_sim.model.units import LAW_DIVISOR
from deference_sim.scenario.catalogue import Parameter, catalogue, parameters
from deference_sim.scenario.combined import Point
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.reader import SCHEMA
from deference_sim.study import indifference
from deference_sim.study.tally import GOOD_CODES
from deference_sim.trajectory.state import FIRST_HAZARD

_SCALARS: Final = {"u8": "key", "i8": "whole", "f8": "number"}


def facts() -> dict[str, Any]:
    """Return all of it, ready for JSON."""
    return {
        "schema": SCHEMA,
        "exports": {export.name: [_argument(one) for one in export.arguments] for export in EXPORTS},
        "layouts": {name: layout(dtype) for name, dtype in LAYOUTS.items()},
        "parameters": {path: _conversion(one) for path, one in parameters().items()},
        "lists": [name for name, entry in catalogue().items() if not isinstance(entry, Parameter) and entry.is_list],
        "methods_help": _methods_help(),
        "first_hazard": FIRST_HAZARD,
        "kinds": _kinds(),
        "good_ends": _good_ends(),
        "outcomes": list(OUTCOMES),
        "good": GOOD_CODES,
        "roads": list(ROADS),
        "stayed": STAYED,
        "by_hazard": BY_HAZARD,
        "phases": list(PHASES),
        "events": list(EVENTS),
        "normal_975": NORMAL_975,
        "few": FEW,
        "loops": _loops(),
    }


def _loops() -> dict[str, Any]:
    """Return how the loops of a run are found, and the families that they are told by."""
    families = [
        {"name": one.name, "words": one.words, "through": sorted(one.through), "without": sorted(one.without)}
        for one in (*FAMILIES, OTHER)
    ]
    return {
        "families": families,
        "basin": BASIN,
        "stocks": list(STOCKS),
        "started": STARTED,
        "clock": CLOCK,
        "review": review.__name__,
        "stay": FOUND,
        "apart": APART,
        "band": BAND,
        "linking": {"with": GOODNESS, "seed": LINKING_SEED, "runs": LINKING_RUNS, "apart": LINKING_APART},
    }


def layout(dtype: np.dtype[Any]) -> dict[str, Any]:
    """Return the size of a row, and of each field its name, kind of number, offset and how many of them it holds."""
    found = []
    for name, (kind, offset, *_) in (dtype.fields or {}).items():
        found.append([name, kind.base.str[1:], offset, int(np.prod(kind.shape, dtype=int))])
    return {"size": dtype.itemsize, "fields": found}


def _argument(argument: Argument) -> dict[str, Any]:
    named = {id(dtype): name for name, dtype in LAYOUTS.items()}
    what = named.get(id(argument.dtype)) or _SCALARS[argument.dtype.str[1:]]
    return {"name": argument.name, "of": what, "dimensions": argument.dimensions}


def _conversion(parameter: Parameter) -> dict[str, Any]:
    """Return how a value becomes a number of the law, and between which ends a draw is kept."""
    return {
        "kind": parameter.kind,
        "column": column_of(parameter.path),
        "divisor": LAW_DIVISOR.get(parameter.unit, 1.0),
        "null": number(parameter.declaration.null),
        "words": list(parameter.words),
        "low": number(np.nextafter(parameter.low, np.inf) if parameter.low_open else parameter.low),
        "high": number(np.nextafter(parameter.high, -np.inf) if parameter.high_open else parameter.high),
    }


def column_of(path: str) -> str | None:
    """Return the field of a parameter in the law's numbers; of pairs the start of its name; None if it has none."""
    parts = path.split(".")
    if len(parts) == 3:
        return parts[2] if parts[2] in (HAZARD_DTYPE.names or ()) else None
    column, names = "_".join(parts), PARAMETERS_DTYPE.names or ()
    return column if column in names or f"{column}_count" in names else None


def number(value: float | None) -> float | str | None:
    """Return a number for JSON, which knows no infinite ones: those as ``inf``, ``-inf`` and ``nan``."""
    return None if value is None else float(value) if np.isfinite(value) else str(float(value))


def _methods_help() -> dict[str, int]:
    """Return of each kind of hazard whether it is one that better methods make rarer, as the law's numbers say."""
    kinds = parameters()["hazards.NAME.kind"].words
    found = hazard_numbers(Blocks(hazards=tuple(Hazard(name=kind, kind=kind) for kind in kinds)))  # type: ignore[arg-type]
    return {kind: int(value) for kind, value in zip(sorted(kinds), found["methods_help"][0], strict=True)}


def _kinds() -> list[dict[str, Any]]:
    """Return of each kind of part its name in a file, which field each of its numbers fills, and what is not given."""
    found = []
    for kind in KINDS:
        names = [one.name for one in fields(kind)]  # type: ignore[arg-type]  # dataclasses all
        if kind is Point:
            found.append({"name": "", "fields": {"value": names[0]}, "defaults": {}})
            continue
        ((name, numbers),) = kind(*(float(place) for place in range(len(names)))).specification().items()
        filled = {key: names[int(place)] for key, place in numbers.items()}
        found.append({"name": name, "fields": filled, "defaults": _defaults(kind)})
    return found


def _defaults(kind: type[Distribution]) -> dict[str, float | str | None]:
    """Return what a number of a distribution is where a file leaves it out, by its field."""
    told = fields(kind)  # type: ignore[arg-type]  # dataclasses all
    return {one.name: number(one.default) for one in told if one.default is not MISSING}


def _good_ends() -> dict[str, Any]:
    return {
        "columns": list(GOOD_END_TABLE),
        "months": MAX_KNOTS,
        "replicates": indifference.TABLE_REPLICATES,
        "seed": str(indifference.TABLE_SEED),
        "month": indifference.MONTH_PATH,
        "changed": dict(indifference.CHANGED),
        "least_lead": indifference.LEAST_LEAD,
        "newton_steps": indifference.NEWTON_STEPS,
        "prior": indifference.PRIOR,
    }
