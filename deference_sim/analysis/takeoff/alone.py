"""Capability alone: a scenario with everything but growth switched off, and the months its law takes."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines.law import cache_folder, compiled_law
from deference_sim.model.rival import rival_months
from deference_sim.scenario import Scenario, load
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import refusal
from deference_sim.study.runner import numbers_of, run

Floats = NDArray[np.float64]

BLOCK = 4096  # replicates whose parameters are held at once; part of no result
_TYPED = "command line"  # how a scenario names the source of a value from ``--set``

#: All effort goes to capability from the start, deference-goodness is beyond any need, nothing else happens.
ALONE: Mapping[str, Any] = {
    "horizon": 12_000,
    "capability.fizzle_pace": None,
    "capability.stabilise_at": None,
    "goodness.broad_alignment": 1e6,
    "goodness.capability_profile": 1e6,
    "goodness.drift": 0,
    "hazard_factor": 0,
    "scheming.at_handoff": 0,
    "scheming.rate": 0,
    "generations.step": 1e6,
    "evaluation.review_interval": None,
    "evaluation.review_work": None,
    "strategy.policy": "race",
    "strategy.time_buying_share": 0,
    "strategy.defence_share": 0,
    "rival.mode": "none",
    "handoff.at": None,
    "numerics.tolerance": 1e-9,
}


def capability_alone(name: str, settings: Sequence[str], **changes: Any) -> Scenario:
    """Return the shipped scenario ``name`` with all but growth switched off, ``changes`` made and ``settings`` on top.

    ``settings`` are ``PATH=VALUE`` as typed; what they set is left as it is. Raises ``ScenarioError``.
    """
    return below_settings(name, settings, {**ALONE, **changes})


def below_settings(name: str, settings: Sequence[str], changes: Mapping[str, Any]) -> Scenario:
    """Return the shipped scenario ``name`` with ``changes``, and ``settings`` (``PATH=VALUE``) on top of them."""
    typed = load(name, set=settings)
    return typed.with_(**{path: value for path, value in changes.items() if typed.sources.get(path) != _TYPED})


def require_law(scenario: Scenario, law: str, instead: str) -> None:
    """Raise ``ScenarioError`` unless capability grows by ``law``, for which the publication has a procedure."""
    if scenario.capability.law != law:
        found = f"{scenario.capability.law}, for which the source has no procedure"
        raise refusal(ARGUMENT, "capability.law", found, allowed=law, hint=instead)


def months_to(scenario: Scenario, level: float, seed: int) -> float:
    """Return the months the compiled engine takes from the start to a capability of ``level`` py."""
    records, _ = run(scenario.with_(**{"capability.stabilise_at": level}), 1, seed)
    return float(records["months"][0])


def worlds(scenario: Scenario, replicates: int, seed: int, told: Callable[[int], object]) -> Iterator[NDArray[np.void]]:
    """Yield the law's numbers of all replicates, a row for each, in blocks; ``told`` hears how many more are done."""
    law = compiled_law()
    for first in range(0, replicates, BLOCK):
        block = np.arange(first, min(first + BLOCK, replicates))
        rows, _ = numbers_of(scenario, seed, block)
        law.prepare(rows)
        yield np.repeat(rows, len(block)) if len(rows) == 1 else rows
        told(len(block))


def months_at_levels(rows: NDArray[np.void], step: float, count: int, until: float) -> Floats:
    """Return the months our law takes to 0, 1 … ``count`` times ``step`` py, shape (rows, ``count`` + 1).

    They are the law's own integral, that of a rival without tax: its parameters are ours where none are given.
    Levels that are not reached in ``until`` months are infinite.
    """
    months = np.full((len(rows), count + 1), np.inf)
    _fill_in_months()(rows, step, until, months)
    return months


@functools.cache
def _fill_in_months() -> Callable[[NDArray[np.void], float, float, Floats], None]:
    compiled_law()  # makes the equations known to Numba, and names the folder of compiled code after the law
    import numba

    return numba.njit(_months_of_steps, nogil=True, cache=cache_folder() is not None)  # type: ignore[no-any-return]


def _months_of_steps(rows: Any, step: float, until: float, months: Any) -> None:
    for row in range(len(rows)):
        passed = 0.0
        months[row, 0] = 0.0
        for k in range(1, months.shape[1]):
            passed += rival_months(rows[row], (k - 1) * step, k * step)
            if passed > until:
                break
            months[row, k] = passed
