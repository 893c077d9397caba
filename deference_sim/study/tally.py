"""The tally: what a set of records says, in constant memory and in whole numbers, so that tallies add up exactly.

Every count and sum is an integer. Adding is therefore exact and in any order: however replicates are shared out over
blocks, threads or machines, the tally of all of them is the same to the last bit.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from deference_sim.model.events import COUNTERS
from deference_sim.model.roads import BY_HAZARD, ROADS, STAYED
from deference_sim.model.state import OUTCOMES, SETTLED
from deference_sim.trajectory.record import RECORD_DTYPE

Records = NDArray[np.void]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

LEAST_MONTHS, MOST_MONTHS = 1e-3, 2.0**15  # what is nearer to 0 counts as about 0, what is beyond as the most
RATIO = 1.002  # of the upper to the lower edge of a bin
_BINS: Final = int(np.ceil(np.log(MOST_MONTHS / LEAST_MONTHS) / np.log(RATIO)))
EDGES: Final = LEAST_MONTHS * RATIO ** np.arange(_BINS)
_ZERO = _BINS  # place of the bin around 0; bins of negative months stand before it, the most negative first
_SIZE = 2 * _BINS + 1
_TICK = 2.0**-17  # months, 20 seconds: sums are whole numbers of these, which a billion replicates do not overflow
_COARSE = 2.0**-6  # months, half a day: squares are whole numbers of the squares of these, for the same reason

OWN_TICK: Final = 2.0**-20  # of a measure of a user's own: sums are whole numbers of these, exact at any size
_LAWFUL: Final = frozenset(RECORD_DTYPE.names or ())

#: Outcomes that are a good end: no catastrophe, and the matter is settled. What is not settled is neither good nor bad.
GOOD_ENDS: Final = ("overtaken_safely", *SETTLED)
GOOD_CODES: Final = [OUTCOMES.index(name) for name in GOOD_ENDS]
UNRESOLVED_CODE: Final = OUTCOMES.index("unresolved")


def places_of(months: Floats) -> NDArray[np.intp]:
    """Return the place of the bin that holds each of ``months``."""
    from_zero = np.searchsorted(EDGES, np.abs(months), side="left")
    return np.asarray(_ZERO + np.where(months < 0.0, -from_zero, from_zero))


def upper_edges() -> Floats:
    """Return the upper edge of every bin from the one around 0 on, in months: bin k holds what is in (k-1, k]."""
    return np.append(EDGES, np.inf)


class Sketch:
    """Quantiles and mean of a quantity in months, from counts in fixed bins.

    A quantile is off by at most 0.2 % of itself (the width of a bin) or 0.001 months; where many values are one and
    the same (a handoff at month 1), or all lie in one bin, by 20 seconds at most. Values beyond 32,768 months count
    as that many. Least and greatest value are kept as they are.
    """

    def __init__(self) -> None:
        self.counts: Counts = np.zeros(_SIZE, np.int64)
        self.ticks: Counts = np.zeros(_SIZE, np.int64)  # sums of the values in each bin
        self.low, self.high = np.inf, -np.inf

    def add(self, months: Floats) -> None:
        """Take up values in months, which must not be NaN."""
        if not len(months):
            return
        places = places_of(months)
        self.counts += np.bincount(places, minlength=_SIZE)
        whole = np.rint(np.clip(months, -MOST_MONTHS, MOST_MONTHS) / _TICK).astype(np.int64)
        np.add.at(self.ticks, places, whole)
        self.low, self.high = min(self.low, float(months.min())), max(self.high, float(months.max()))

    def merge(self, other: "Sketch") -> None:
        """Take up what another sketch holds."""
        self.counts += other.counts
        self.ticks += other.ticks
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    @property
    def n(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        """The mean in months; NaN if there is no value."""
        n = self.n
        return self._within(sum(int(part) for part in self.ticks[self.ticks != 0]) * _TICK / n) if n else np.nan

    @property
    def sd(self) -> float:
        """The standard deviation in months, of which each bin counts as its mean; NaN with fewer than two values."""
        n = self.n
        if n < 2:
            return np.nan
        held = self.counts > 0
        means = self.ticks[held] * _TICK / self.counts[held]
        return float(np.sqrt((self.counts[held] * (means - self.mean) ** 2).sum() / (n - 1)))

    def quantile(self, share: float) -> float:
        """Return the least value that at least ``share`` of the values do not exceed; NaN if there is no value."""
        n = self.n
        return self.of_rank(min(max(int(np.ceil(share * n)), 1), n)) if n else np.nan

    def of_rank(self, rank: int) -> float:
        """Return the ``rank``-th smallest value, counted from 1."""
        place = int(np.searchsorted(np.cumsum(self.counts), rank))
        return self._within(int(self.ticks[place]) * _TICK / int(self.counts[place]))

    def _within(self, months: float) -> float:
        return float(min(max(months, self.low), self.high))


def _handed_off(records: Records) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(records["handoff_month"]))


def _no_catastrophe(records: Records) -> NDArray[np.bool_]:
    return np.isin(records["outcome"], [*GOOD_CODES, UNRESOLVED_CODE])


def _complete_delay(records: Records) -> NDArray[np.bool_]:
    return _no_catastrophe(records) & _handed_off(records)


def _resolved(records: Records) -> NDArray[np.bool_]:
    return np.asarray(records["outcome"] != UNRESOLVED_CODE)


def _has_rival(records: Records) -> NDArray[np.bool_]:
    return np.asarray(_no_catastrophe(records) & np.isfinite(records["lead"]))


#: Quantities in months, each with the records that it is defined on. A run that a catastrophe cuts short has not paid
#: its full delay, and is left out there.
QUANTITIES: Final[Mapping[str, Callable[[Records], NDArray[np.bool_]]]] = {
    "delay_goodness": _complete_delay,
    "delay_buying": _complete_delay,
    "delay_defence": _complete_delay,
    "delay_tests": _complete_delay,
    "delay_halts": _complete_delay,
    "aggregate_tax_months": _handed_off,
    "handoff_month": _handed_off,
    "months": _resolved,
    "bought": _no_catastrophe,
    "lead": _has_rival,
}
#: What is true of a run or not.
REMARKS: Final[Mapping[str, Callable[[Records], NDArray[np.bool_]]]] = {
    "recovered": lambda records: records["recovered"] != 0,
    "scheming": lambda records: records["scheming"] != 0,
    "scheming_takeover": lambda records: _taken_over(records) & (records["scheming"] != 0),
    "early_takeover": lambda records: _taken_over(records) & ~_handed_off(records),
    "ever_schemed": lambda records: records["ever_schemed"] != 0,
}
_NAMES: Final = tuple(ROADS)


def loss_of(road: int, cause: str = "") -> str:
    """Return the name under which losses by ``road`` are counted: the road's, or of hazards that of the ``cause``."""
    return f"{_NAMES[road]} {cause}" if road == BY_HAZARD else _NAMES[road]


def losses_of(records: Records | Mapping[str, NDArray[Any]], causes: Sequence[str]) -> NDArray[np.object_]:
    """Return the name of the loss of each record, "stayed" where there is none; ``cause`` is a place in ``causes``.

    As much of the records as columns by name will do.
    """
    roads = np.array(_NAMES, object)
    by_hazard = np.array([loss_of(BY_HAZARD, cause) for cause in (*causes, "")], object)  # -1 is the last
    return np.asarray(np.where(records["road"] == BY_HAZARD, by_hazard[records["cause"]], roads[records["road"]]))


def _taken_over(records: Records) -> NDArray[np.bool_]:
    return np.asarray(records["outcome"] == OUTCOMES.index("ai_takeover"))


class Tally:
    """Counts of ends, losses, causes and events of a set of runs, and sketches of their quantities in months.

    ``ends`` counts runs by outcome (row), whether they stayed in the basin, and whether humans handed off;
    ``ends_by_month`` by outcome and bin of the month in which they ended. ``month_ticks`` and ``month_squares`` add up,
    by outcome, the months until runs ended and their squares. ``losses`` counts runs that did not stay by the road that
    they took (see ``loss_of``), ``believed_safe`` those of them that looked safe at the last review before.
    ``quantities`` are sketched; a sweep, which keeps a tally for every point, needs none.
    """

    def __init__(self, quantities: Iterable[str] = QUANTITIES, *, with_months: bool = True) -> None:
        self.ends: Counts = np.zeros((len(OUTCOMES), 2, 2), np.int64)
        self.ends_by_month: Counts = np.zeros((len(OUTCOMES) if with_months else 0, _BINS + 1), np.int64)
        self.month_ticks: Counts = np.zeros(len(OUTCOMES), np.int64)
        self.month_squares: Counts = np.zeros(len(OUTCOMES), np.int64)
        self.losses: Counter[str] = Counter()
        self.believed_safe: Counter[str] = Counter()
        self.causes: Counter[str] = Counter()
        self.runs_with: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.sketches = {name: Sketch() for name in quantities}
        #: Sums, and sums of squares, of the measures of a user's own, in whole ticks and their squares.
        self.own_sums: Counter[str] = Counter()
        self.own_squares: Counter[str] = Counter()

    def add(self, records: Records, causes: Sequence[str]) -> None:
        """Take up records, whose column ``cause`` is a place in ``causes``."""
        stayed, handed_off = records["road"] == STAYED, _handed_off(records)
        np.add.at(self.ends, (records["outcome"], stayed.astype(int), handed_off.astype(int)), 1)
        if len(self.ends_by_month):
            np.add.at(self.ends_by_month, (records["outcome"], places_of(records["months"]) - _ZERO), 1)
        months = records["months"]
        np.add.at(self.month_ticks, records["outcome"], np.rint(months / _TICK).astype(np.int64))
        np.add.at(self.month_squares, records["outcome"], np.rint(months / _COARSE).astype(np.int64) ** 2)
        ended_by = records["cause"][records["cause"] >= 0]
        self.causes.update({causes[code]: int(count) for code, count in enumerate(np.bincount(ended_by)) if count})
        self._add_losses(records, causes)
        for name in COUNTERS:
            self.runs_with[name] += int((records[name] > 0).sum())
            self.events[name] += int(records[name].sum())
        for name, holds in REMARKS.items():
            self.runs_with[name] += int(holds(records).sum())
        for name, sketch in self.sketches.items():
            sketch.add(records[name][QUANTITIES[name](records)])

        for name in [name for name in records.dtype.names or () if name not in _LAWFUL]:
            ticks = [round(value / OWN_TICK) for value in records[name].tolist()]
            self.own_sums[name] += sum(ticks)
            self.own_squares[name] += sum(value * value for value in ticks)

    def _add_losses(self, records: Records, causes: Sequence[str]) -> None:
        names, stayed = losses_of(records, causes), records["road"] == STAYED
        self.losses.update(names[~stayed].tolist())
        self.believed_safe.update(names[~stayed & (records["believed_safe"] != 0)].tolist())

    def merge(self, other: Self) -> None:
        """Take up what another tally of the same quantities holds."""
        self.ends += other.ends
        self.ends_by_month += other.ends_by_month
        self.month_ticks += other.month_ticks
        self.month_squares += other.month_squares
        self.losses.update(other.losses)
        self.believed_safe.update(other.believed_safe)
        self.causes.update(other.causes)
        self.runs_with.update(other.runs_with)
        self.events.update(other.events)
        self.own_sums.update(other.own_sums)
        self.own_squares.update(other.own_squares)
        for name, sketch in self.sketches.items():
            sketch.merge(other.sketches[name])

    @property
    def n(self) -> int:
        """How many runs there are."""
        return int(self.ends.sum())

    @property
    def stayed(self) -> int:
        """How many were in the basin at every moment from a handoff until the matter was settled."""
        return int(self.ends[:, 1].sum())

    @property
    def never_schemed(self) -> int:
        """In how many no AI ever schemed; all that stayed are among them."""
        return self.n - self.runs_with["ever_schemed"]

    @property
    def good(self) -> int:
        """How many came to a good end."""
        return int(self.ends[GOOD_CODES].sum())

    @property
    def handed_off(self) -> int:
        """How many had a handoff."""
        return int(self.ends[:, :, 1].sum())

    @property
    def months_by_outcome(self) -> Floats:
        """The months until they ended of all runs together, by outcome."""
        return np.asarray(self.month_ticks * _TICK)

    @property
    def squared_months_by_outcome(self) -> Floats:
        """The sum of the squares of these."""
        return np.asarray(self.month_squares * _COARSE**2)

    def ended(self, outcome: str) -> int:
        """Return how many ended with ``outcome``."""
        return int(self.ends[OUTCOMES.index(outcome)].sum())

    def ended_by(self, outcome: str) -> Counts:
        """Return how many had ended with ``outcome`` by each of ``upper_edges()``."""
        return np.asarray(np.cumsum(self.ends_by_month[OUTCOMES.index(outcome)]))
