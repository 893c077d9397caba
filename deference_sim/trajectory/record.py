"""The record: what one trajectory leaves behind, a row of the results table."""

from typing import Final

import numpy as np

from deference_sim.model.events import COUNTERS
from deference_sim.model.stocks import STOCKS
from deference_sim.trajectory.written import written

#: Fields in months, py and the units of the stocks, with what of the state they take.
_NUMBERS: Final = {
    "months": "end_month",  # when it resolved
    "handoff_month": "handoff_month",  # infinite if there was no handoff
    "handoff_estimate": "handoff_estimate",  # margin that the review at the handoff found
    "first_exit_month": "first_exit_month",  # first outside the basin since the handoff, infinite if never
    "minimum_margin": "minimum_margin",  # since the handoff, infinite if there was none
    **{stock.name: stock.name for stock in STOCKS.values() if stock.shown},
    "Q": "end_Q",
    "lead": "end_lead",
    "delay_goodness": "delay_goodness",
    "delay_buying": "delay_buying",
    "delay_defence": "delay_defence",
    "delay_tests": "delay_tests",
    "delay_halts": "delay_halts",
    "aggregate_tax_months": "aggregate_tax_months",
}
#: Counts, codes, and what is so (1) or not (0).
_COUNTS: Final = (
    "replicate",
    "outcome",  # position in state.OUTCOMES
    "cause",  # column of the hazard that ended it, or -1
    "in_basin",  # at the end
    "generations",
    *COUNTERS,
    "scheming",  # at the end
    "recovered",  # scheming AIs failed to take over
    "reviews",
    "steps",
)
RECORD_DTYPE = np.dtype(
    [(name, "f8") for name in _NUMBERS] + [(name, "i8") for name in (*_COUNTS, "in_basin_throughout")], align=True
)
NEVER_IS_INFINITE: Final = ("handoff_month", "first_exit_month", "minimum_margin")
YES_OR_NO: Final = ("in_basin", "in_basin_throughout", "scheming", "recovered")

leave_record = written(
    "leave_record(state: Any, p: Any, record: Any) -> None",
    "Write what is left of a resolved trajectory into ``record``.",
    [
        *(f"record.{name} = state.{taken}" for name, taken in _NUMBERS.items()),
        *(f"record.{name} = state.{name}" for name in _COUNTS),
        "record.in_basin_throughout = 1 if state.in_basin and not state.left_basin else 0",
    ],
    globals(),
)
