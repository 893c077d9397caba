"""The law for a single run: plain Python at first, which is over before Numba is loaded, then what Numba has compiled.

Both are one text and leave the same bits, so that nobody can tell by what a run was made but by how long it took.
"""

import functools
import sys
from collections.abc import Callable
from time import process_time
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines.cache import is_cached
from deference_sim.engines.law import compiled_law, is_structured, plain_law, with_attributes
from deference_sim.model.parameters import HAZARD_DTYPE, PARAMETERS_DTYPE
from deference_sim.trajectory.state import PROCESS_DTYPE, STATE_DTYPE

#: Seconds of plain Python after which to load what is compiled, and after which to compile: about what these take.
LOADING, COMPILING = 0.6, 30.0
Rows = NDArray[np.void]
Objects = list[SimpleNamespace]


def law_for_one_run() -> SimpleNamespace:
    """Return the entry points to the law as a single run of the events engine calls them."""
    return compiled_law() if "numba" in sys.modules else plain_at_first()


def plain_at_first() -> SimpleNamespace:
    """Return entry points that are plain Python until that has taken longer than to have them compiled."""
    desk = _Desk()
    return SimpleNamespace(**{name: _entry(name, function, desk) for name, function in vars(plain_law()).items()})


def _entry(name: str, function: Callable[..., Any], desk: "_Desk") -> Callable[..., Any]:
    sets_inputs = name == "prepare"

    def call(*arguments: Any) -> Any:
        if desk.spent > desk.most:
            return getattr(compiled_law(), name)(*arguments)
        started = process_time()
        laid_out = [desk.laid_out(each, sets_inputs) if is_structured(each) else each for each in arguments]
        with np.errstate(all="ignore"):  # as in compiled code, where infinity is a number like any other
            found = function(*laid_out)
        desk.put_back()
        desk.spent += process_time() - started
        return found

    return call


class _Desk:
    """Where rows of structured arrays lie as plain objects while the law works on them, which reads these far faster.

    ``spent`` is how many seconds that has taken so far, ``most`` how many it may take.
    """

    def __init__(self) -> None:
        self.spent = 0.0
        self._at_work: list[tuple[Rows, Objects]] = []
        self._inputs: list[tuple[Rows, Objects]] = []  # of the run, which do not change once they are set

    @functools.cached_property
    def most(self) -> float:
        return LOADING if is_cached("events") else COMPILING

    def laid_out(self, rows: Rows, sets_inputs: bool) -> Any:
        """Return ``rows`` as objects; logs, samples and records, of which little is written, as arrays of records."""
        is_input = rows.dtype in (PARAMETERS_DTYPE, HAZARD_DTYPE)
        if is_input and not sets_inputs:
            known = next((objects for held, objects in self._inputs if held is rows), None)
            if known is None:
                known = _objects(rows)
                self._inputs.append((rows, known))
            return known
        if is_input or rows.dtype in (STATE_DTYPE, PROCESS_DTYPE):
            self._at_work.append((rows, _objects(rows)))
            return self._at_work[-1][1]
        return with_attributes(rows)

    def put_back(self) -> None:
        """Write what has been worked on back into its arrays."""
        for rows, objects in self._at_work:
            for place, one in enumerate(objects):
                for name, value in vars(one).items():
                    rows[name][place] = value
        self._at_work.clear()


def _objects(rows: Rows) -> Objects:
    names = rows.dtype.names or ()
    columns = [rows[name] for name in names]
    return [
        SimpleNamespace(**{name: column[place] for name, column in zip(names, columns, strict=True)})
        for place in range(len(rows))
    ]
