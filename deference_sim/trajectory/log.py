"""The log of a trajectory: what happened when, and where things stood. Written by the law, read by people."""

from typing import Any

import numpy as np

from deference_sim.model.declare import equation
from deference_sim.model.evaluation import margin_estimate
from deference_sim.model.rival import lead_months

#: What can be logged, in words.
EVENTS = (
    "handed off",
    "reviewed",
    "effort shared",
    "successor deferred to",
    "successor sent back",
    "successor waits",
    "entered the basin",
    "left the basin",
    "rival takes off",
    "rival dangerous",
    "overtaken",
    "deadline met",
    "deadline missed",
    "hazard handled",
    "hazard suffered",
    "hazard fatal",
    "weights stolen",
    "deal struck",
    "deal backfired",
    "paradigm shifted",
    "outbreak",
    "trial run begun",
    "takeover failed",
    "scheming detected",
    "halted",
    "resumed",
    "fully deferred",
    "resolved",
)
(
    HANDED_OFF,
    REVIEWED,
    EFFORT_SHARED,
    SUCCESSOR_DEFERRED_TO,
    SUCCESSOR_SENT_BACK,
    SUCCESSOR_WAITS,
    ENTERED_BASIN,
    LEFT_BASIN,
    RIVAL_TAKES_OFF,
    RIVAL_DANGEROUS,
    OVERTAKEN_BY_RIVAL,
    DEADLINE_PASSED,
    DEADLINE_MISSED,
    HAZARD_HANDLED,
    HAZARD_SUFFERED,
    HAZARD_FATAL,
    WEIGHTS_STOLEN,
    DEAL_STRUCK,
    DEAL_BACKFIRED,
    PARADIGM_SHIFTED,
    OUTBREAK_HAPPENED,
    TRIAL_BEGUN,
    TAKEOVER_FAILED,
    SCHEMING_DETECTED,
    HALTED_NOW,
    RESUMED,
    FULLY_DEFERRED,
    RESOLVED_AS,
) = range(len(EVENTS))

_SNAPSHOT = (
    "t",
    "C",
    "A",
    "W",
    "D",
    "R",
    "lead",
    "margin_estimate",
    "capability_share",
    "goodness_share",
    "time_buying_share",
    "defence_share",
    "tests_share",
    "value",
)
#: One entry: the event, which item it is about (a hazard's column, a count, an outcome), a value of its own
#: (severity, estimate), and a snapshot of the state just after it.
LOG_DTYPE = np.dtype([("event", "i8"), ("item", "i8")] + [(name, "f8") for name in _SNAPSHOT], align=True)


@equation
def note(state: Any, p: Any, log: Any, event: int, item: int, value: float) -> None:
    """Write one entry, if there is room in ``log`` (none at all when nobody reads it)."""
    if state.logged >= len(log):
        return
    entry = log[state.logged]
    state.logged += 1
    entry.event = event
    entry.item = item
    entry.value = value
    entry.t = state.t
    entry.C = state.C
    entry.A = state.A
    entry.W = state.W
    entry.D = state.D
    entry.R = state.R
    entry.lead = lead_months(state, p)
    entry.margin_estimate = margin_estimate(state)
    entry.capability_share = state.capability_share
    entry.goodness_share = state.goodness_share
    entry.time_buying_share = state.time_buying_share
    entry.defence_share = state.defence_share
    entry.tests_share = state.tests_share
