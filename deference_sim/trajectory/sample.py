"""A sample: where a trajectory stands at a time that somebody asks for."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.model.declare import equation
from deference_sim.model.goodness import sufficient
from deference_sim.model.rival import lead_months
from deference_sim.model.state import RESOLVED

#: Shares of effort, of 1.
SHARES = ("capability_share", "goodness_share", "time_buying_share", "defence_share", "tests_share")
#: Months, py and shares; G is deference-goodness with what humans fill in.
SAMPLE_DTYPE = np.dtype(
    [(name, "f8") for name in ("t", "C", "A", "W", "G", "D", "R", "lead", "bought", *SHARES)], align=True
)


def blank_samples(replicates: int, months: int) -> NDArray[np.void]:
    """Return room for samples at so many months and at the end, NaN until they are taken; a row for each replicate."""
    samples = np.empty((replicates, months + 1), SAMPLE_DTYPE)
    for name in SAMPLE_DTYPE.names or ():
        samples[name] = np.nan
    return samples


@equation
def take_sample(state: Any, p: Any, sample: Any) -> None:
    """Write where the trajectory stands, after all that happens at this time, into ``sample``."""
    phase = state.phase
    if phase == RESOLVED:
        state.phase = state.step_phase  # what holds at the end is what held on the way there
    sample.t = state.t
    sample.C = state.C
    sample.A = state.A
    sample.W = state.W
    sample.G = sufficient(state, p, state.C, state.A, state.W)
    sample.D = state.D
    sample.R = state.R
    sample.lead = lead_months(state, p)
    sample.bought = state.bought
    sample.capability_share = state.capability_share
    sample.goodness_share = state.goodness_share
    sample.time_buying_share = state.time_buying_share
    sample.defence_share = state.defence_share
    sample.tests_share = state.tests_share
    state.phase = phase
