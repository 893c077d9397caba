"""What the kernel exports: functions of scalars and of arrays that are lent to it, each a text of its own elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from deference_sim import elementary, quantiles, streams
from deference_sim.analysis import estimate
from deference_sim.engines import entry
from deference_sim.live.kernel import drawing, intervals, worlds
from deference_sim.model.parameters import HAZARD_DTYPE, PARAMETERS_DTYPE
from deference_sim.scenario import combined, copula, metalog
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import SAMPLE_DTYPE
from deference_sim.trajectory.state import PROCESS_DTYPE, STATE_DTYPE

_KEY, _WHOLE, _NUMBER = np.dtype(np.uint64), np.dtype(np.int64), np.dtype(np.float64)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an export: of how many dimensions the array is, 0 for a scalar, and what it holds."""

    name: str
    dtype: np.dtype[Any]
    dimensions: int = 0


@dataclass(frozen=True, slots=True)
class Export:
    """A function of the kernel with its arguments in order."""

    function: Callable[..., Any]
    arguments: tuple[Argument, ...]

    @property
    def name(self) -> str:
        """What JavaScript calls it."""
        return self.function.__name__


_WORLD: Final = (
    Argument("parameters", PARAMETERS_DTYPE, 1),
    Argument("parameter_cells", _NUMBER, 1),
    Argument("hazards", HAZARD_DTYPE, 2),
    Argument("hazard_cells", _NUMBER, 1),
    Argument("inputs", drawing.INPUT_DTYPE, 1),
    Argument("parts", drawing.PART_DTYPE, 1),
    Argument("root", _NUMBER, 2),
    Argument("own", _NUMBER, 1),
)
_MATRIX = (Argument("spearmans", _NUMBER, 2), Argument("matrix", _NUMBER, 2), Argument("root", _NUMBER, 2))
_FIT = (
    Argument("levels", _NUMBER, 1),
    Argument("values", _NUMBER, 1),
    Argument("low", _NUMBER),
    Argument("high", _NUMBER),
    Argument("matrix", _NUMBER, 2),
    Argument("terms", _NUMBER, 1),
)
_AT = (
    Argument("form", _WHOLE),
    Argument("parts", drawing.PART_DTYPE, 1),
    Argument("at", _NUMBER, 1),
    Argument("found", _NUMBER, 1),
)
_COUNTS = (Argument("successes", _WHOLE), Argument("n", _WHOLE))
_FOUND = Argument("found", _NUMBER, 1)

EXPORTS: Final = (
    Export(
        worlds.run,
        (
            Argument("key", _KEY),
            Argument("worlds_per_draw", _WHOLE),
            Argument("replicates", _WHOLE, 1),
            *_WORLD,
            Argument("draws", _NUMBER, 2),
            Argument("blank", STATE_DTYPE, 1),
            Argument("state", STATE_DTYPE, 1),
            Argument("processes", PROCESS_DTYPE, 1),
            Argument("log", LOG_DTYPE, 1),
            Argument("grid", _NUMBER, 1),
            Argument("samples", SAMPLE_DTYPE, 2),
            Argument("records", RECORD_DTYPE, 1),
        ),
    ),
    Export(
        worlds.follow,
        (
            Argument("key", _KEY),
            Argument("replicate", _WHOLE),
            *_WORLD,
            Argument("draws", _NUMBER, 1),
            Argument("state", STATE_DTYPE, 1),
            Argument("processes", PROCESS_DTYPE, 1),
            Argument("log", LOG_DTYPE, 1),
            Argument("marks", worlds.MARK_DTYPE, 1),
            Argument("spells", worlds.SPELL_DTYPE, 1),
            Argument("apart", _NUMBER),
            Argument("states", STATE_DTYPE, 1),
            Argument("counts", _WHOLE, 1),
            Argument("records", RECORD_DTYPE, 1),
        ),
    ),
    Export(drawing.tie, _MATRIX),
    Export(drawing.fit, _FIT),
    Export(drawing.falls, (Argument("parts", drawing.PART_DTYPE, 1),)),
    Export(drawing.quantiles, _AT),
    *(
        Export(one, (Argument("x", _NUMBER),))
        for one in (elementary.exp, elementary.log, elementary.log1p, streams.normal_quantile)
    ),
    Export(intervals.wilson_ends, (*_COUNTS, Argument("z", _NUMBER), _FOUND)),
    Export(intervals.exact_ends, (*_COUNTS, Argument("tail", _NUMBER), _FOUND)),
    Export(estimate.binomial_quantile, (Argument("u", _NUMBER), Argument("n", _WHOLE), Argument("share", _NUMBER))),
)
#: Functions that the exports call, beside the law and what it calls.
CALLED: Final[tuple[Callable[..., Any], ...]] = (
    *quantiles.EQUATIONS,
    *metalog.EQUATIONS,
    *combined.EQUATIONS,
    *copula.EQUATIONS,
    *drawing.EQUATIONS,
    *intervals.EQUATIONS,
    *worlds.EQUATIONS,
    *entry.ENTRY_POINTS,
)
#: The layouts of all that is lent, by name.
LAYOUTS: Final = {
    "parameters": PARAMETERS_DTYPE,
    "hazards": HAZARD_DTYPE,
    "inputs": drawing.INPUT_DTYPE,
    "parts": drawing.PART_DTYPE,
    "state": STATE_DTYPE,
    "processes": PROCESS_DTYPE,
    "log": LOG_DTYPE,
    "marks": worlds.MARK_DTYPE,
    "spells": worlds.SPELL_DTYPE,
    "samples": SAMPLE_DTYPE,
    "records": RECORD_DTYPE,
}
