"""Records as a table: a row for each replicate, in words where the law has codes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.columns import RECORDS, units_of
from deference_sim.model.roads import ROADS
from deference_sim.model.state import OUTCOMES
from deference_sim.trajectory.record import NEVER_IS_INFINITE, YES_OR_NO

if TYPE_CHECKING:
    import pandas as pd


def outcome_words(outcome: str, with_deadline: bool) -> str:
    """Return ``outcome`` in words; where the rival is a deadline, its catastrophe is that it was missed."""
    if with_deadline and outcome == "rival_catastrophe":
        return "deadline missed"
    return outcome.replace("_", " ").replace("ai ", "AI ")


def records_table(records: NDArray[np.void], causes: Sequence[str]) -> "pd.DataFrame":
    """Return records as a table: words for outcomes, roads and causes, missing for what never happened."""
    import pandas as pd

    names = records.dtype.names or ()
    table = pd.DataFrame({name: records[name] for name in names}).set_index("replicate", drop=False)
    table.index.name = None
    table["handoff_estimate"] = table["handoff_estimate"].where(np.isfinite(table["handoff_month"]))
    for name in NEVER_IS_INFINITE:
        table[name] = table[name].where(np.isfinite(table[name]))
    outcomes, hazards = pd.Index(OUTCOMES[1:]), pd.Index(list(causes), dtype=object)
    table["outcome"] = pd.Categorical.from_codes(table["outcome"] - 1, outcomes)
    table["road"] = pd.Categorical.from_codes(table["road"], pd.Index(list(ROADS)))
    table["cause"] = pd.Categorical.from_codes(table["cause"], hazards)
    for name in YES_OR_NO:
        table[name] = table[name].astype(bool)
    table.attrs["units"] = units_of(RECORDS)
    return table
