"""The log of a trajectory: what happened when, and where things stood. Written by the law, read by people."""

import numpy as np

from deference_sim.model.evaluation import margin_estimate
from deference_sim.model.goodness import sufficient
from deference_sim.model.rival import lead_months
from deference_sim.model.state import RESOLVED
from deference_sim.model.stocks import STOCKS
from deference_sim.trajectory.written import written

_STOCKS = tuple(stock.name for stock in STOCKS.values() if stock.shown)
_SHARES = ("capability_share", "goodness_share", "time_buying_share", "defence_share", "tests_share")
_SNAPSHOT = ("t", *_STOCKS, "G", "lead", "margin_estimate", *_SHARES, "value")
#: One entry: the event, which item it is about (a hazard's column, a count, an outcome), a value of its own
#: (severity, estimate), and a snapshot of the state just after it.
LOG_DTYPE = np.dtype([("event", "i8"), ("item", "i8")] + [(name, "f8") for name in _SNAPSHOT], align=True)


note = written(
    "note(state: Any, p: Any, log: Any, event: int, item: int, value: float) -> None",
    "Write one entry, if there is room in ``log`` (none at all when nobody reads it).",
    [
        "if state.logged >= len(log):",
        "    return",
        "entry = log[state.logged]",
        "state.logged += 1",
        "entry.event = event",
        "entry.item = item",
        "entry.value = value",
        "phase = state.phase",
        f"if phase == {RESOLVED}:",
        "    state.phase = state.step_phase  # what holds at the end is what held on the way there",
        "entry.G = sufficient(state, p, state.C, state.A, state.W)",
        "state.phase = phase",
        "entry.lead = lead_months(state, p)",
        "entry.margin_estimate = margin_estimate(state, p)",
        *(f"entry.{name} = state.{name}" for name in ("t", *_STOCKS, *_SHARES)),
    ],
    globals(),
    [sufficient, lead_months, margin_estimate],
)
