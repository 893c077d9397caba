"""Columns: the unit and the meaning of everything that stands in records, logs and paths.

Stocks and counters are described by their declarations in the law; what is neither is described here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from deference_sim.model.events import COUNTERS
from deference_sim.model.stocks import STOCKS

if TYPE_CHECKING:
    import pandas as pd

SHARE, COUNT, WORD, YES_OR_NO, NUMBER = "1", "count", "word", "yes or no", "number"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: ``unit`` is months, py, 1 (a share), count, word, yes or no, or number (an index).

    ``words`` name it on a picture, where its meaning is too long for that.
    """

    unit: str
    meaning: str
    words: str = ""

    @property
    def label(self) -> str:
        """What an axis says of it, without the unit."""
        return self.words or self.meaning.partition(";")[0]

    @property
    def sentence(self) -> str:
        """The meaning, with the unit where it is one of time or of progress."""
        told = f"{self.meaning[0].upper()}{self.meaning[1:]}"
        return f"{told}; {self.unit}." if self.unit in ("months", "py") else f"{told}."


def _stock(letter: str) -> Column:
    return Column(STOCKS[letter].unit, STOCKS[letter].meaning, STOCKS[letter].words)


#: Stocks by letter, as records and logs hold them.
_STOCKS: Final = {name: _stock(name) for name, one in STOCKS.items() if one.shown}
_GOODNESS = Column("py", "deference-goodness: the lesser of A and W, with what humans fill in during partial deference")
_ALIGNED = Column("py", "aligned capability: the lesser of C and G, plus active defence D", "aligned capability Q")
_LEAD = Column("months", "how many months of its own work the rival is behind the aligned capability", "lead L")
_BELIEVED = Column("py", "the margin that decisions go by, as the last review found goodness")

#: Months since the handoff that did not go into capability, by what they went into.
DELAYS: Mapping[str, str] = MappingProxyType(
    {
        "goodness": "for deference-goodness (the tax)",
        "buying": "for buying time",
        "defence": "for active defence",
        "tests": "for tests",
        "halts": "while deference was halted",
    }
)
_SHARES: Final = {
    "capability_share": Column(SHARE, "share of all effort that goes into capability; 0 before the handoff"),
    "goodness_share": Column(SHARE, "share of all effort that goes into deference-goodness"),
    "time_buying_share": Column(SHARE, "share of all effort that goes into buying time"),
    "defence_share": Column(SHARE, "share of all effort that goes into active defence"),
    "tests_share": Column(SHARE, "share of all effort that goes into tests"),
}

#: Columns of ``Result.records`` and of the Parquet files of batches. Stocks are as they stand at the end of the run.
RECORDS: Mapping[str, Column] = MappingProxyType(
    {
        "months": Column("months", "when the run ended", "month of the end"),
        "handoff_month": Column("months", "when humans handed off; missing if they never did", "month of the handoff"),
        "handoff_estimate": Column("py", "margin that the review at the handoff found; missing without a handoff"),
        "first_exit_month": Column(
            "months", "first moment outside the basin since the handoff; missing if never", "month of the first exit"
        ),
        "minimum_margin": Column("py", "least margin since the handoff; missing without a handoff"),
        **_STOCKS,
        "Q": _ALIGNED,
        "lead": _LEAD,
        **{f"delay_{kind}": Column("months", f"delay since the handoff {words}") for kind, words in DELAYS.items()},
        "aggregate_tax_months": Column(
            "months", "lead that the tax alone has cost since the handoff, ∫ τ/P dC", "lead that the tax cost"
        ),
        "replicate": Column(NUMBER, "which replicate of the seed, counted from 0"),
        "outcome": Column(WORD, "how the run ended"),
        "cause": Column(WORD, "the hazard that ended it; missing if none did"),
        "in_basin": Column(YES_OR_NO, "whether the AIs were in the basin at the end"),
        "road": Column(WORD, "the first event by which the run failed or left the basin; stayed if it did neither"),
        "believed_safe": Column(
            YES_OR_NO, "whether the last review before it failed found at least the margin that the policy aims at"
        ),
        "generations": Column(COUNT, "successors that were deferred to"),
        **{name: Column(COUNT, f"how often: {words}") for name, words in COUNTERS.items()},
        "scheming": Column(YES_OR_NO, "whether AIs schemed at the end"),
        "ever_schemed": Column(YES_OR_NO, "whether AIs ever schemed"),
        "recovered": Column(YES_OR_NO, "whether a showdown with schemers was won"),
        "reviews": Column(COUNT, "reviews of the margin"),
        "steps": Column(COUNT, "steps of the integration"),
        "in_basin_throughout": Column(YES_OR_NO, "whether the AIs were in the basin at the end and never left it"),
    }
)

#: Fields of ``Trajectories``, over replicates and months.
PATHS: Mapping[str, Column] = MappingProxyType(
    {
        "capability": _stock("C"),
        "broad_alignment": _stock("A"),
        "capability_profile": _stock("W"),
        "deference_goodness": _GOODNESS,
        "margin": Column("py", "deference-goodness less capability: above 0 in the basin"),
        "defence": _stock("D"),
        "aligned_capability": _ALIGNED,
        "rival": _stock("R"),
        "lead": _LEAD,
        "bought": _stock("bought"),
        **_SHARES,
        "margin_believed": _BELIEVED,
        "lead_believed": Column("months", "the lead that decisions go by"),
    }
)

#: Columns of ``Trajectories.to_frame``.
FRAME: Mapping[str, Column] = MappingProxyType(
    {
        "replicate": RECORDS["replicate"],
        "month": Column("months", "the time at which things stand so"),
        **PATHS,
        "outcome": RECORDS["outcome"],
    }
)

#: Columns of ``Trajectory.log``: where things stand just after an event.
LOG: Mapping[str, Column] = MappingProxyType(
    {
        "month": Column("months", "when it happened"),
        "event": Column(WORD, "what happened"),
        "item": Column(NUMBER, "which one of several it is about: a hazard, a successor, an outcome"),
        **_STOCKS,
        "G": _GOODNESS,
        "lead": _LEAD,
        "margin_estimate": _BELIEVED,
        **_SHARES,
        "value": Column(NUMBER, "a number of the event's own, such as the severity of a hazard or a margin found"),
        "about": Column(WORD, "the hazard or the outcome that it is about; empty for other events"),
        "phase": Column(WORD, "pre, partial, full or halted: how far AIs are deferred to"),
        "scheming": Column(YES_OR_NO, "whether AIs scheme, known or not"),
    }
)


def table_of(columns: Mapping[str, Column], names: Iterable[str] | None = None) -> "pd.DataFrame":
    """Return a row for each column, or for ``names`` of them: ``column``, ``unit``, ``meaning``."""
    import pandas as pd

    wanted = columns if names is None else names
    rows = [(name, columns[name].unit, columns[name].meaning) for name in wanted]
    return pd.DataFrame(rows, columns=["column", "unit", "meaning"])


def units_of(columns: Mapping[str, Column]) -> dict[str, str]:
    """Return the unit of each column by name."""
    return {name: one.unit for name, one in columns.items()}
