"""The state: the record that the law reads and writes, made of what the mechanisms declare, and its stocks by name.

In months, py and shares. The engines own the record: an element of a structured array for the compiled law, any
object with these attributes for the plain one. In the arrays of a step stocks stand in the order of ``STOCKS``;
``AT.C`` is the place of one, and ``stocks_of`` gives all of them names.
"""

from collections import namedtuple
from typing import Any

import numpy as np

import deference_sim.model.parameters  # noqa: F401  so that every mechanism has declared its own
from deference_sim.model.events import COUNTERS
from deference_sim.model.processes import RATE_PROCESSES
from deference_sim.model.stocks import STOCKS, check_flows
from deference_sim.trajectory.written import written

check_flows()
STOCK_COUNT = len(STOCKS)
MOST_CROSSINGS = 16  # room in the record; levels.py says which there are

#: The numbers of the state, with their units.
NUMBERS = {
    "t": "months",
    **{stock.name: stock.unit for stock in STOCKS.values()},
    "clock_shift": "months",  # the rival's clock is clock_shift + t - bought
    # controls, held between policy decisions
    "capability_share": "1",
    "goodness_share": "1",
    "time_buying_share": "1",
    "defence_share": "1",
    "tests_share": "1",
    "buying_scale": "months per month",  # months bought per month by unlimited aligned capability
    "alignment_weight": "1",  # share of goodness work that goes to broad alignment
    # estimates
    "alignment_estimate": "py",
    "profile_estimate": "py",
    "tax_error_factor": "1",
    "lead_error": "months",
    "practice": "py",  # py of goodness work against the same tests
    "lasting_error_A": "py",  # of the run's tests, before any work on them
    "lasting_error_W": "py",
    # what happens next by the clock or by level
    "next_review_at": "months",
    "next_generation": "py",
    "retraining_left": "py",  # py of work
    "retraining_speed": "py per month",  # py of work per month, since effort was last shared
    "candidate_alignment": "py",
    "candidate_profile": "py",
    "trial_until": "months",
    "trial_length": "months",
    "pause_until": "months",  # a deal pauses the rival's clock until then
    "halted_at": "months",
    "paradigm_factor": "1",
    # months over spans of capability, kept from one decision to the next (spans.py)
    "way_from": "py",
    "way_to": "py",
    "way_taxed": "months",
    "way_untaxed": "months",
    "way_taxed_bought": "months",  # of these, for one month bought per month by unlimited aligned capability
    "way_untaxed_bought": "months",
    "way_whole": "months",  # at the last fresh integral
    "race_from": "py",
    "race_to": "py",
    "race_months": "months",
    "race_whole": "months",
    # the rival of this run
    "edge_run": "py",  # how far ahead of it one must be
    "danger_run": "py",  # capability from which on it is dangerous
    "settled_at": "months",  # when the takeoff will have been over for long enough
    "held": "1",  # what is held from the handoff on where a loop is cut (engines/cuts.py), in whichever unit
    # the step of the flow
    "step_from": "months",
    "step_end": "months",
    "step_reach": "months",  # the first crossing on the step, or its end: as far as it will be followed
    "step_proposed": "months",
    "step_tried": "months",  # how long the step is that is tried next
    # what the trajectory leaves behind
    "handoff_month": "months",
    "handoff_estimate": "py",  # margin that the review at the handoff found
    "end_month": "months",
    "end_Q": "py",
    "end_lead": "months",
    "minimum_margin": "py",
    "first_exit_month": "months",
    "counted_to": "months",  # time up to which delay is booked
    "delay_goodness": "months",
    "delay_buying": "months",
    "delay_defence": "months",
    "delay_tests": "months",
    "delay_halts": "months",
    "aggregate_tax_months": "months",
}
_COUNTS = (
    *COUNTERS,
    "replicate",
    "phase",
    "outcome",
    "cause",  # position of the hazard that ended the run
    "retraining",  # a rejected successor is being trained again
    "capable",  # the AIs have reached the capability that we hand off to
    "triggered",  # the handoff is wanted
    "came_from",  # phase to go back to after a halt
    "basin_exists",
    "scheming",
    "ever_schemed",
    "suspected",  # that the AIs scheme: the next review comes to a showdown
    "recovered",  # a showdown with schemers was won
    "shaken_by",  # the road of a jump at this instant that may take the AIs out of the basin
    "road",  # by which the run failed or left the basin first
    "looks_safe",  # at the last review the margin found reached the target
    "believed_safe",  # the same when the run failed
    "gate_advice",  # advice to wait for goodness: none, taken or ignored
    "halt_advice",
    "episodes",  # of advice to wait or halt
    "paused",  # a deal holds
    "candidate_waiting",  # a successor waits until goodness has caught up
    "attempts",  # retrainings of the present successor
    "is_held",
    "rival_started",
    "dangerous",
    "fizzle_reached",
    "deadline_met",
    "overtaken",
    "in_basin",
    "at_edge",  # the flow has just stopped where the margin is exactly 0
    "left_basin",
    "step_alive",
    "trying",  # a step has been aimed at, and none has been exact enough so far
    "step_limited",  # what is tried is shorter than its error calls for
    "step_phase",
    "reviews",
    "review_cell",  # the stretch of capability at the last review, and how many reviews there were in it
    "reviews_in_cell",
    "generations",
    "steps",
    "instants",
    "panels",  # of steps on which a rate turned far
    "logged",
)

STATE_DTYPE = np.dtype(
    [(name, "f8") for name in NUMBERS]
    + [(name, "i8") for name in _COUNTS]
    + [("key", "u8")]
    + [("slopes", "f8", (7, STOCK_COUNT)), ("levels", "f8", (MOST_CROSSINGS,))]
    + [("crossing_times", "f8", (MOST_CROSSINGS,))]
    + [(name, "f8", (STOCK_COUNT,)) for name in ("y0", "y1", "dense1", "dense2", "dense3", "dense4", "trial")],
    align=True,
)

#: Numbers of a rate process, with their units: its integrated rate at the start of the step, the integral over all of
#: the step, how that tilts and bends along it, the integral up to now, that at which it next fires, and when that is on
#: the living step.
PROCESS_NUMBERS = {
    **dict.fromkeys(("total", "gain", "tilt", "bend", "so_far", "threshold"), "1"),
    "fires_at": "months",
}
#: And how often it has fired, whether it fires at this instant, and whether it is integrated together with the others
#: on this step.
PROCESS_DTYPE = np.dtype(
    [(name, "f8") for name in PROCESS_NUMBERS] + [(name, "i8") for name in ("fired", "due", "together")],
    align=True,
)
#: The row of the first listed hazard in the process table.
FIRST_HAZARD = len(RATE_PROCESSES)

#: Levels, or rates, of all stocks by name.
Stocks: Any = namedtuple("Stocks", tuple(STOCKS))  # type: ignore[misc]  # names known only here
#: The place of each stock in the arrays of a step.
AT: Any = Stocks(*range(STOCK_COUNT))

stocks_of = written(
    "stocks_of(y: Any) -> Any",
    "Return the stocks in an array of a step, by name.",
    [f"return Stocks({', '.join(f'y[{place}]' for place in AT)})"],
    globals(),
    inlined=True,
)
put_stocks = written(
    "put_stocks(y: Any, stocks: Any) -> None",
    "Put stocks, or rates, by name into an array of a step.",
    [f"y[{place}] = stocks.{name}" for name, place in AT._asdict().items()],
    globals(),
    inlined=True,
)
stocks_in = written(
    "stocks_in(state: Any) -> Any",
    "Return the stocks as they stand now, by name.",
    [f"return Stocks({', '.join(f'state.{name}' for name in STOCKS)})"],
    globals(),
    inlined=True,
)
set_stocks = written(
    "set_stocks(state: Any, stocks: Any) -> None",
    "Let the stocks stand at these levels.",
    [f"state.{name} = stocks.{name}" for name in STOCKS],
    globals(),
    inlined=True,
)
