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

_NUMBERS = (
    "t",
    *STOCKS,
    "clock_shift",  # the rival's clock is clock_shift + t - bought
    # controls, held between policy decisions
    "capability_share",
    "goodness_share",
    "time_buying_share",
    "defence_share",
    "tests_share",
    "buying_scale",  # months bought per month by unlimited aligned capability
    "alignment_weight",  # share of goodness work that goes to broad alignment
    # estimates
    "alignment_estimate",
    "profile_estimate",
    "tax_error_factor",
    "lead_error",
    "practice",  # py of goodness work against the same tests
    "lasting_error_A",  # of the run's tests, before any work on them
    "lasting_error_W",
    # what happens next by the clock or by level
    "next_review_at",
    "next_generation",
    "retraining_left",  # py of work
    "retraining_speed",  # py of work per month, since effort was last shared
    "candidate_alignment",
    "candidate_profile",
    "trial_until",
    "trial_length",
    "pause_until",  # a deal pauses the rival's clock until then
    "halted_at",
    "paradigm_factor",
    # months over spans of capability, kept from one decision to the next (spans.py)
    "way_from",
    "way_to",
    "way_taxed",
    "way_untaxed",
    "way_taxed_bought",  # of these, for one month bought per month by unlimited aligned capability
    "way_untaxed_bought",
    "way_whole",  # at the last fresh integral
    "race_from",
    "race_to",
    "race_months",
    "race_whole",
    # the rival of this run
    "edge_run",  # how far ahead of it one must be
    "danger_run",  # capability from which on it is dangerous
    "settled_at",  # when the takeoff will have been over for long enough
    # the step of the flow
    "step_from",
    "step_end",
    "step_reach",  # the first crossing on the step, or its end: as far as it will be followed
    "step_proposed",
    "step_tried",  # how long the step is that is tried next
    # what the trajectory leaves behind
    "handoff_month",
    "handoff_estimate",  # margin that the review at the handoff found
    "end_month",
    "end_Q",
    "end_lead",
    "minimum_margin",
    "first_exit_month",
    "counted_to",  # time up to which delay is booked
    "delay_goodness",
    "delay_buying",
    "delay_defence",
    "delay_tests",
    "delay_halts",
    "aggregate_tax_months",
)
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
    [(name, "f8") for name in _NUMBERS]
    + [(name, "i8") for name in _COUNTS]
    + [("key", "u8")]
    + [("slopes", "f8", (7, STOCK_COUNT)), ("levels", "f8", (MOST_CROSSINGS,))]
    + [("crossing_times", "f8", (MOST_CROSSINGS,))]
    + [(name, "f8", (STOCK_COUNT,)) for name in ("y0", "y1", "dense1", "dense2", "dense3", "dense4", "trial")],
    align=True,
)

#: A rate process: its integrated rate at the start of the step, the integral over all of the step and up to now,
#: the integral at which it next fires, when that is on the living step, how often it has fired, and whether it fires
#: at this instant, and whether it is integrated together with the others on this step.
PROCESS_DTYPE = np.dtype(
    [(name, "f8") for name in ("total", "gain", "tilt", "bend", "so_far", "threshold", "fires_at")]
    + [(name, "i8") for name in ("fired", "due", "together")],
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
