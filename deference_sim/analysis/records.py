"""Records as a table: a row for each replicate, in words where the law has codes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deference_sim.model.state import OUTCOMES
from deference_sim.study.tally import CATASTROPHE_CODES, SETTLED_CODES
from deference_sim.study.words import NEVER_IS_INFINITE, YES_OR_NO


def good(records: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return for each record whether no catastrophe happened; p_good is the mean."""
    return ~_among(records, CATASTROPHE_CODES)


def stayed(records: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return for each record whether it was in the basin from a handoff until it settled; p_stay is the mean."""
    throughout: NDArray[np.bool_] = records["in_basin_throughout"] == 1
    return throughout & _among(records, SETTLED_CODES)


def _among(records: NDArray[np.void], codes: list[int]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.isin(records["outcome"], codes)
    return found


def records_table(records: NDArray[np.void], causes: Sequence[str]) -> pd.DataFrame:
    """Return records as a table: words for outcomes and causes, missing for what never happened."""
    names = records.dtype.names or ()
    table = pd.DataFrame({name: records[name] for name in names}).set_index("replicate", drop=False)
    table.index.name = None
    table["handoff_estimate"] = table["handoff_estimate"].where(np.isfinite(table["handoff_month"]))
    for name in NEVER_IS_INFINITE:
        table[name] = table[name].where(np.isfinite(table[name]))
    outcomes, hazards = pd.Index(OUTCOMES[1:]), pd.Index(list(causes), dtype=object)
    table["outcome"] = pd.Categorical.from_codes(table["outcome"] - 1, outcomes)
    table["cause"] = pd.Categorical.from_codes(table["cause"], hazards)
    for name in YES_OR_NO:
        table[name] = table[name].astype(bool)
    return table
