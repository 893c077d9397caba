"""What a trajectory is at one moment: stocks, controls, estimates, latches, and what it has left behind.

The law reads and writes one record with these fields, in months, py and shares. The engines own the record: an
element of a structured array for the compiled law, any object with these attributes for the plain one.
"""

import numpy as np

#: The stocks that the flow integrates, in the order of the step's arrays; letters as in ``docs/model.md``.
STOCKS = ("C", "A", "W", "D", "R", "U", "bought", "Z")
STOCK_COUNT = len(STOCKS)
MOST_CROSSINGS = 16  # room in the record; levels.py says which there are

PHASES = ("pre", "partial", "full", "halted", "resolved")
PRE, PARTIAL, FULL, HALTED, RESOLVED = range(len(PHASES))

#: End states in order of priority within one instant; 0 stands for none yet.
OUTCOMES = (
    "",
    "ai_takeover",
    "catastrophic_mistake",
    "exogenous_catastrophe",
    "rival_catastrophe",
    "overtaken_safely",
    "punted",
    "stabilised",
    "fizzled",
    "unresolved",
)
(
    NO_OUTCOME,
    AI_TAKEOVER,
    CATASTROPHIC_MISTAKE,
    EXOGENOUS_CATASTROPHE,
    RIVAL_CATASTROPHE,
    OVERTAKEN_SAFELY,
    PUNTED,
    STABILISED,
    FIZZLED,
    UNRESOLVED,
) = range(len(OUTCOMES))
CATASTROPHES = OUTCOMES[AI_TAKEOVER : RIVAL_CATASTROPHE + 1]
#: Outcomes in which deference has run its course, so that a run in the basin throughout has stayed in it.
SETTLED = OUTCOMES[PUNTED : FIZZLED + 1]

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
    "capability_effect",  # share to the power of the effort elasticity
    "goodness_effect",
    "defence_effect",
    "buying_scale",  # months bought per month by unlimited aligned capability
    "alignment_weight",  # share of goodness work that goes to broad alignment
    # estimates
    "alignment_estimate",
    "profile_estimate",
    "tax_error_factor",
    "lead_error",
    "practice",  # py of goodness work against the same tests
    "noise_factor",  # what human work and a trial before handoff leave of noise and bias of reviews
    "bias_factor",
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
    "way_whole",  # at the last fresh integral
    "race_from",
    "race_to",
    "race_months",
    "race_whole",
    # what the handoff drew
    "start_alignment",
    "start_profile",
    # the step of the flow
    "step_from",
    "step_end",
    "step_reach",  # the first crossing on the step, or its end: as far as it will be followed
    "step_proposed",
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
    "replicate",
    "phase",
    "outcome",
    "cause",  # position of the hazard that ended the run
    "retraining",  # a rejected successor is being trained again
    "capable",  # the AIs have reached the capability that we hand off to
    "triggered",  # the handoff is wanted
    "came_from",  # phase to go back to after a halt
    "scheming",
    "detected",  # it is known that the AIs scheme
    "recovered",  # scheming AIs failed to take over
    "gate_advice",  # advice to wait for goodness: none, taken or ignored
    "halt_advice",
    "episodes",  # of advice to wait or halt
    "attempted_recoveries",
    "paradigms",
    "outbreaks",
    "deals",
    "thefts",
    "halts",
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
    "step_phase",
    "reviews",
    "generations",
    "retrainings",
    "hazards_handled",
    "hazards_suffered",
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
    [(name, "f8") for name in ("total", "gain", "so_far", "threshold", "fires_at")]
    + [(name, "i8") for name in ("fired", "due", "together")],
    align=True,
)
#: Rows of the process table; the listed hazards follow, by name.
PROCESSES = (
    "AI catastrophe",
    "overtaking",
    "theft",
    "deal",
    "punt",
    "early takeover",
    "paradigm shift",
    "outbreak",
)
FIRST_HAZARD = len(PROCESSES)
AI_CATASTROPHE, OVERTAKING, THEFT, DEAL, PUNT, EARLY_TAKEOVER, PARADIGM_SHIFT, OUTBREAK = range(FIRST_HAZARD)
#: What became of advice to wait or halt.
NO_ADVICE, TAKEN, IGNORED = range(3)
