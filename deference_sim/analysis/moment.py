"""A moment of the model: the law's own equations at stocks of your choosing, in plain Python, without a run."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines.law import on_arrays, plain_law
from deference_sim.model.handoff import hand_off
from deference_sim.model.parameters import hazard_numbers, law_numbers
from deference_sim.model.rival import TAKEOFF, rival_months
from deference_sim.model.strategy import decide
from deference_sim.scenario import Scenario
from deference_sim.trajectory.rates import derivatives
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE, stocks_in

NO_SEED = 0  # of the luck at the start, which the given stocks replace


def parameters_of(scenario: Scenario) -> Any:
    """Return the law's parameters of ``scenario`` as an object with their names; of an uncertain input, its median."""
    return _prepared(law_numbers(scenario.medians))[0]


def parameters_drawn(scenario: Scenario, seed: int, draws: int) -> list[Any]:
    """Return the law's parameters of the first ``draws`` replicates, as objects; one for all if none is uncertain."""
    return _prepared(law_numbers(scenario.medians, scenario.draws(seed, np.arange(draws))))


def hazards_of(scenario: Scenario) -> list[Any]:
    """Return the law's numbers of each hazard of ``scenario``, by name, as objects."""
    return [_plain(row) for row in hazard_numbers(scenario.medians)[0]]


def just_deferring(p: Any, **stocks: float) -> Any:
    """Return a state in which AIs with these ``stocks`` (py and months, by letter) have just been deferred to.

    Reviews are right about them, tests, tax and lead are known without error, and effort is shared as the scenario's
    policy has it. The rival is where its capability ``R`` puts it, by default at the start of its clock.
    """
    state = _plain(np.zeros(1, STATE_DTYPE)[0])
    state.key, state.replicate = streams.key_of_seed(NO_SEED), 0
    plain_law().begin([state], [p], [], [_plain(row) for row in np.zeros(FIRST_HAZARD, PROCESS_DTYPE)])
    hand_off(state, p)
    for name, value in stocks.items():
        setattr(state, name, value)
    if p.rival_mode == TAKEOFF and state.R >= 0.0:
        state.rival_started = 1
        state.clock_shift = p.rival_lead + rival_months(p, 0.0, state.R) + state.bought
    state.alignment_estimate, state.profile_estimate = state.A, state.W
    state.lasting_error_A = state.lasting_error_W = state.lead_error = 0.0
    state.tax_error_factor = 1.0
    decide(state, p)
    state.way_whole = state.race_whole = 0.0  # nothing is kept: another decision is made from where things stand alone
    return state


def rates_of(state: Any, p: Any) -> dict[str, float]:
    """Return how fast each stock moves in ``state``, per month, by letter."""
    rates: dict[str, float] = derivatives(state, p, stocks_in(state))._asdict()
    return rates


def _prepared(rows: NDArray[np.void]) -> list[Any]:
    """Return rows of parameters as objects, with the constants that the law derives from them."""
    on_arrays(plain_law().prepare)(rows)
    return [_plain(row) for row in rows]


def _plain(row: Any) -> SimpleNamespace:
    """Return a record as an object with its fields as plain numbers and lists."""
    return SimpleNamespace(**{name: row[name].tolist() for name in row.dtype.names})
