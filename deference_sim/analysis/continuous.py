"""The world without chance, in continuous time: reviews at every instant and without error, nothing drawn."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.analysis.moment import hazards_of, parameters_drawn, parameters_of
from deference_sim.engines.law import plain_law
from deference_sim.model.evaluation import review
from deference_sim.model.generations import train_successor
from deference_sim.model.parameters import hazard_numbers
from deference_sim.model.rival import rival_clock
from deference_sim.model.stages import STAGES
from deference_sim.model.state import PRE
from deference_sim.model.stocks import STOCKS
from deference_sim.model.strategy import decide, end_of_the_way
from deference_sim.model.work import is_deferring
from deference_sim.scenario import Scenario
from deference_sim.trajectory.rates import derivatives
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE, stocks_in

#: What is 0 in a world without chance.
CHANCE = (
    "goodness.spread",
    "generations.alignment_sd",
    "evaluation.noise",
    "evaluation.persistent_error",
    "evaluation.tax_error",
    "evaluation.lead_error",
    "rival.edge_sd",
    "scheming.at_handoff",
    "strategy.advice_ignored",
)
#: Stocks that stay empty where reviews come at every instant.
EMPTIED = ("U",)
MOVED = tuple(name for name in STOCKS if name not in EMPTIED)

Call = Callable[..., Any]


def natively(function: Call, *arguments: Any) -> Any:
    """Call a function of the law on plain numbers."""
    return function(*arguments)


@dataclass(frozen=True)
class Continuous:
    """A world without chance from the moment of its handoff, or from the start if it never comes."""

    p: Any
    hazards: list[Any]
    state: Any

    def at(self, stocks: Mapping[str, Any], practice: Any, month: Any) -> Any:
        """Return the state with these stocks and this practice at ``month``, before anything is decided."""
        state = copy.copy(self.state)
        vars(state).update(stocks, practice=practice, t=month)
        return state

    def rates(self, state: SimpleNamespace, call: Call = natively) -> tuple[dict[str, Any], Any]:
        """Review, decide and return how fast each stock moves, and practice, per month; ``state`` is what decides.

        ``call`` carries functions of the law out. What looks ahead is computed afresh.
        """
        state.rival_started = call(rival_clock, state) >= self.p.rival_lead
        state.capable = state.C >= self.p.handoff_capability
        if state.phase != PRE:
            state.way_whole = state.race_whole = 0.0
            call(review, state, self.p)
            call(decide, state, self.p)
        found = call(derivatives, state, self.p, call(stocks_in, state))._asdict()
        practised = self._practised(state, found["U"], call)
        if call(is_deferring, state):
            for stock, field in (("A", "candidate_alignment"), ("W", "candidate_profile")):
                found[stock] = found[stock] + self._successor(state, field, call) * found["C"]
        return {name: found[name] for name in MOVED}, practised

    def _practised(self, state: SimpleNamespace, work: Any, call: Call) -> Any:
        """Return how fast practice against the same tests grows, ``work`` being done a month; reviews book it."""
        booked = copy.copy(state)
        booked.U, booked.practice = work, 0.0
        call(review, booked, self.p)
        return booked.practice

    def _successor(self, state: SimpleNamespace, field: str, call: Call) -> Any:
        """Return what successors change on average, per py of capability."""
        trained = copy.copy(state)
        call(train_successor, trained, self.p)
        return getattr(trained, field) / self.p.generations_step


def without_chance(scenario: Scenario) -> Scenario:
    """Return the scenario with everything at 0 that chance needs, hazards and other processes left as they are."""
    return scenario.with_(**dict.fromkeys(CHANCE, 0.0))


def continuous(scenario: Scenario, draw: int | None = None, seed: int = 1) -> Continuous:
    """Return the world of ``scenario`` without chance in continuous time.

    Uncertain inputs are at their medians, or as they are drawn for replicate ``draw`` at ``seed``. Raises
    ``ValueError`` where the handoff waits for simulations that are made beforehand.
    """
    if scenario.handoff.indifference:
        raise ValueError(
            "handoff.indifference decides by simulations that are made beforehand, which a file of equations cannot "
            "hold: set handoff.indifference=false, and handoff.at or another trigger"
        )
    quiet = without_chance(scenario)
    if draw is None:
        p, hazards = parameters_of(quiet), hazards_of(quiet)
    else:
        p = parameters_drawn(quiet, seed, draw + 1)[draw]
        rows = hazard_numbers(quiet.medians, quiet.draws(seed, np.array([draw])))[0]
        hazards = [SimpleNamespace(**_fields(row)) for row in rows]
    return Continuous(p, hazards, _at_handoff(p))


def path(world: Continuous, months: Sequence[float]) -> dict[str, NDArray[np.float64]]:
    """Return the stocks and practice at ``months`` (rising, not before the handoff), by SciPy from the law's own text.

    It stops where the takeoff is over: later months are left out.
    """
    from scipy.integrate import solve_ivp

    end = end_of_the_way(world.p, world.state.C)

    def moved(month: float, y: NDArray[np.float64]) -> list[float]:
        *stocks, practice = y.tolist()
        rates, practised = world.rates(world.at(dict(zip(MOVED, stocks, strict=True)), practice, month))
        return [*rates.values(), practised]

    def is_over(month: float, y: NDArray[np.float64]) -> float:
        return float(y[MOVED.index("C")] - end)

    is_over.terminal = True  # type: ignore[attr-defined]  # as SciPy has it
    start = [*(getattr(world.state, name) for name in MOVED), world.state.practice]
    span = (world.state.t, months[-1])
    found = solve_ivp(moved, span, start, "LSODA", t_eval=months, events=is_over, rtol=1e-8, atol=1e-9, max_step=0.1)
    return {"month": found.t} | dict(zip((*MOVED, "practice"), found.y, strict=True))


def _at_handoff(p: Any) -> SimpleNamespace:
    """Return the state just after the handoff in the world without chance, or at the start if it does not come."""
    state, processes = _started(p)
    while state.phase == PRE and state.t < p.horizon:
        why = plain_law().go_on([state], [p], [], processes, p.horizon)
        due = plain_law().open_instant([state], [p], processes, [], why)
        for stage in range(len(STAGES)):
            if due >> stage & 1 and state.phase == PRE:
                due |= plain_law().perform(stage, [state], [p], [], processes, [])
    if state.phase == PRE or state.handoff_month > p.horizon:
        state, _ = _started(p)
    return state


def _started(p: Any) -> tuple[SimpleNamespace, list[Any]]:
    state = SimpleNamespace(**_blank(STATE_DTYPE))
    state.key, state.replicate = streams.key_of_seed(0), 0
    processes = [SimpleNamespace(**_blank(PROCESS_DTYPE)) for _ in range(FIRST_HAZARD)]
    plain_law().begin([state], [p], [], processes)
    for process in processes:
        process.threshold = np.inf
    state.basin_exists = int(p.basin_exists >= 0.5)
    state.edge_run, state.danger_run = p.rival_edge, p.rival_danger_at
    return state, processes


def _blank(fields: np.dtype[Any]) -> dict[str, Any]:
    return _fields(np.zeros(1, fields)[0])


def _fields(row: Any) -> dict[str, Any]:
    """Return the fields of a record: numbers as plain ones, tables as arrays, as a step needs them."""
    return {name: value if (value := row[name]).ndim > 1 else value.tolist() for name in row.dtype.names}
