"""Entry points to the law for an engine: the same few functions as plain Python or compiled by Numba.

They take one-element sequences, because Numba passes an array on far faster than a record. Plain Python takes lists
of objects with the records' attributes instead.
"""

from math import inf
from typing import Any

from deference_sim.model import evaluation, strategy
from deference_sim.model.state import RESOLVED
from deference_sim.trajectory import flow, instant, log, record
from deference_sim.trajectory.sample import take_sample
from deference_sim.trajectory.start import next_stop, prepare_row, start
from deference_sim.trajectory.step import STEP_FAILED


def prepare(P: Any) -> None:
    """Set the constants that the law derives from the parameters in every row of ``P``."""
    for row in range(len(P)):
        prepare_row(P[row])


def begin(S: Any, P: Any, H: Any, X: Any) -> None:
    """Start the trajectory in ``S`` (key and replicate set) with parameters ``P``, hazards ``H``, processes ``X``."""
    start(S[0], P[0], H, X)


def go_on(S: Any, P: Any, H: Any, X: Any, t_pause: float) -> int:
    """Let time pass until something happens, at most to ``t_pause``; return why it stopped."""
    return flow.advance(S[0], P[0], H, X, next_stop(S[0], P[0]), t_pause)


def open_instant(S: Any, P: Any, X: Any, L: Any, why: int) -> int:
    """Return the stages that are due, as bits."""
    return instant.open_instant(S[0], P[0], X, L, why)


def perform(stage: int, S: Any, P: Any, H: Any, X: Any, L: Any) -> int:
    """Do one stage of the instant; return the later stages that it makes due, as bits."""
    return instant.perform(stage, S[0], P[0], H, X, L)


def meet(column: int, S: Any, P: Any, H: Any, X: Any, L: Any) -> None:
    """Meet the hazard in one column of ``H``, which has arrived."""
    instant.meet(S[0], P[0], H, X, L, column)


def share_effort(S: Any, P: Any, L: Any, capability: float, goodness: float, buying: float, defence: float) -> None:
    """Put shares of effort into force that the engine's user has decided."""
    strategy.set_shares(S[0], P[0], capability, goodness, buying, defence)
    log.note(S[0], P[0], L, strategy.EFFORT_SHARED, 0, 0.0)


def sample(S: Any, P: Any, samples: Any, row: int) -> None:
    """Write where the trajectory stands now into a row of ``samples``."""
    take_sample(S[0], P[0], samples[row])


def estimates(S: Any, P: Any) -> Any:
    """Return what decisions believe: (margin in py, tax, lead in months)."""
    state, p = S[0], P[0]
    tax = evaluation.tax_estimate(state, p, state.C, strategy.wasteful(state, p))
    return evaluation.margin_estimate(state, p), tax, strategy.lead_estimate(state, p)


def finish(S: Any, P: Any, records: Any, row: int) -> None:
    """Write what the resolved trajectory leaves behind into a row of ``records``."""
    record.leave_record(S[0], P[0], records[row])


def run_block(
    key: Any, replicates: Any, P: Any, H: Any, blank: Any, S: Any, X: Any, L: Any, grid: Any, samples: Any, records: Any
) -> int:
    """Run the given replicates from start to resolution; return how many, fewer if one could not be integrated.

    ``P`` and ``H`` have one row for all replicates or a row for each; ``S``, ``X``, ``L`` are scratch. ``samples`` has
    a row for each replicate, if any: where it stands at each time of ``grid`` that it reaches, and last at its end.
    """
    for i in range(len(replicates)):
        p = P[i if len(P) > 1 else 0]
        hazards = H[i if len(P) > 1 else 0]
        S[0] = blank[0]
        state = S[0]
        state.key = key
        state.replicate = replicates[i]
        start(state, p, hazards, X)
        sampled = 0
        while state.phase != RESOLVED:
            sample_at = grid[sampled] if sampled < len(grid) else inf
            why = flow.advance(state, p, hazards, X, next_stop(state, p), sample_at)
            if why == STEP_FAILED:
                return i
            if why == flow.PAUSED:
                take_sample(state, p, samples[i][sampled])
                sampled += 1
                continue
            due = instant.open_instant(state, p, X, L, why)
            stage = 0
            while due >> stage and state.phase != RESOLVED:
                if (due >> stage) & 1:
                    due |= instant.perform(stage, state, p, hazards, X, L)
                stage += 1
        record.leave_record(state, p, records[i])
        if len(samples) > 0:
            take_sample(state, p, samples[i][len(grid)])
            if sampled < len(grid) and grid[sampled] <= state.t:
                take_sample(state, p, samples[i][sampled])
    return len(replicates)


ENTRY_POINTS = (prepare, begin, go_on, open_instant, perform, meet, share_effort, sample, estimates, finish, run_block)
#: How Numba compiles all of it. The law is lent its arrays, so that nobody need count who refers to them.
OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
