"""A sample: where a trajectory stands at a time that somebody asks for."""

import numpy as np
from numpy.typing import NDArray

from deference_sim.model.evaluation import margin_estimate
from deference_sim.model.goodness import sufficient
from deference_sim.model.rival import lead_months
from deference_sim.model.state import RESOLVED
from deference_sim.model.stocks import STOCKS
from deference_sim.model.strategy import lead_estimate
from deference_sim.trajectory.written import written

#: Shares of effort, of 1.
SHARES = ("capability_share", "goodness_share", "time_buying_share", "defence_share", "tests_share")
_STOCKS = tuple(stock.name for stock in STOCKS.values() if stock.shown)
#: What decisions believe: the margin, in py, and the lead, in months.
BELIEVED = ("margin_believed", "lead_believed")
#: Months, py and shares; G is deference-goodness with what humans fill in.
SAMPLE_DTYPE = np.dtype([(name, "f8") for name in ("t", *_STOCKS, "G", "lead", *SHARES, *BELIEVED)], align=True)


def blank_samples(replicates: int, months: int) -> NDArray[np.void]:
    """Return room for samples at so many months and at the end, NaN until they are taken; a row for each replicate."""
    samples = np.empty((replicates, months + 1), SAMPLE_DTYPE)
    for name in SAMPLE_DTYPE.names or ():
        samples[name] = np.nan
    return samples


take_sample = written(
    "take_sample(state: Any, p: Any, sample: Any) -> None",
    "Write where the trajectory stands, after all that happens at this time, into ``sample``.",
    [
        "phase = state.phase",
        f"if phase == {RESOLVED}:",
        "    state.phase = state.step_phase  # what holds at the end is what held on the way there",
        "sample.G = sufficient(state, p, state.C, state.A, state.W)",
        "sample.lead = lead_months(state, p)",
        "sample.margin_believed = margin_estimate(state, p)",
        "sample.lead_believed = lead_estimate(state, p)",
        *(f"sample.{name} = state.{name}" for name in ("t", *_STOCKS, *SHARES)),
        "state.phase = phase",
    ],
    globals(),
    [sufficient, lead_months, margin_estimate, lead_estimate],
)
