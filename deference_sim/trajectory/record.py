"""The record: what one trajectory leaves behind, a row of the results table."""

from typing import Any, Final

import numpy as np

from deference_sim.model.declare import equation

_NUMBERS = (
    "months",  # when it resolved
    "handoff_month",  # infinite if there was no handoff
    "handoff_estimate",  # margin that the review at the handoff found
    "first_exit_month",  # when it was first outside the basin since the handoff, infinite if never
    "minimum_margin",  # since the handoff, at events and ends of steps; infinite if there was no handoff
    "C",
    "A",
    "W",
    "D",
    "Q",
    "R",
    "lead",
    "bought",
    "Z",
    "delay_goodness",
    "delay_buying",
    "delay_defence",
    "delay_tests",
    "delay_halts",
    "aggregate_tax_months",
)
_COUNTS = (
    "replicate",
    "outcome",  # position in state.OUTCOMES
    "cause",  # column of the hazard that ended it, or -1
    "in_basin",  # at the end
    "in_basin_throughout",  # since the handoff
    "generations",
    "retrainings",
    "halts",
    "deals",
    "thefts",
    "paradigms",
    "outbreaks",
    "scheming",  # at the end
    "recovered",  # scheming AIs failed to take over
    "reviews",
    "hazards_handled",
    "hazards_suffered",
    "steps",
)
RECORD_DTYPE = np.dtype([(name, "f8") for name in _NUMBERS] + [(name, "i8") for name in _COUNTS], align=True)


@equation
def leave_record(state: Any, p: Any, record: Any) -> None:
    """Write what is left of a resolved trajectory into ``record``."""
    record.months = state.end_month
    record.handoff_month = state.handoff_month
    record.handoff_estimate = state.handoff_estimate
    record.first_exit_month = state.first_exit_month
    record.minimum_margin = state.minimum_margin
    record.C = state.C
    record.A = state.A
    record.W = state.W
    record.D = state.D
    record.Q = state.end_Q
    record.R = state.R
    record.lead = state.end_lead
    record.bought = state.bought
    record.delay_goodness = state.delay_goodness
    record.delay_buying = state.delay_buying
    record.delay_defence = state.delay_defence
    record.delay_tests = state.delay_tests
    record.delay_halts = state.delay_halts
    record.Z = state.Z
    record.aggregate_tax_months = state.aggregate_tax_months
    record.replicate = state.replicate
    record.outcome = state.outcome
    record.cause = state.cause
    record.in_basin = state.in_basin
    record.in_basin_throughout = 1 if state.in_basin and not state.left_basin else 0
    record.generations = state.generations
    record.retrainings = state.retrainings
    record.halts = state.halts
    record.deals = state.deals
    record.thefts = state.thefts
    record.paradigms = state.paradigms
    record.outbreaks = state.outbreaks
    record.scheming = state.scheming
    record.recovered = state.recovered
    record.reviews = state.reviews
    record.hazards_handled = state.hazards_handled
    record.hazards_suffered = state.hazards_suffered
    record.steps = state.steps


NEVER_IS_INFINITE: Final = ("handoff_month", "first_exit_month", "minimum_margin")
YES_OR_NO: Final = ("in_basin", "in_basin_throughout", "scheming", "recovered")
