"""Required lead: the smallest lead, or the best bound on any other input, at which success is likely enough."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from deference_sim.analysis.estimate import NORMAL_975, Estimate, binomial_quantile, probability
from deference_sim.analysis.measure import Measure, Success, success_of
from deference_sim.described import described
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.catalogue import find
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.plausible import plausible_ranges
from deference_sim.scenario.problems import ArgumentError, Mark, refusal
from deference_sim.scenario.several import is_several
from deference_sim.shown import Shown
from deference_sim.study.designs import Spacing, ends_of, spacing_between
from deference_sim.study.limits import Engine, replicates_of, seed_of, share
from deference_sim.study.runner import check_run, engine_of, tally_runs, warm_up
from deference_sim.study.tally import Tally

if TYPE_CHECKING:
    import pandas as pd

LEAD = "rival.lead"
TARGETS = (0.5, 0.8, 0.9, 0.95)
LEVEL = 0.95  # of the interval
_DOUBLINGS = 9  # of the first look at the curve, down from the upper end
_MOST_ROUNDS = 12
_FINE = 1e-3  # a bracket this narrow, as a share of its upper end, is narrow enough
_NEAR = 1.0  # or a place this near to one looked at: in standard errors, by which a bent curve may differ from a line

Status = Literal["found", "none needed", "not reachable"]
Counts = Mapping[float, float]  # by value: how many succeed, or what all runs are worth together
Counted = Callable[[Sequence[float]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The value at which success reaches ``target``, with its 95 % interval.

    ``found``: ``estimate`` is the smallest (where success falls with the input, the largest) that is enough. ``none
    needed``: it is reached at the easy end already. ``not reachable``: the curve levels off below, and there is no
    ``estimate``. ``low`` or ``high`` is None where the interval is open: the target may not be reachable after all.
    ``level`` is the highest chance that was found, at the value ``level_at``.
    """

    target: float
    status: Status
    estimate: float | None
    low: float | None
    high: float | None
    level: Estimate
    level_at: float

    def as_dict(self) -> dict[str, Any]:
        """Return the answer for JSON."""
        return {
            "target": self.target,
            "status": self.status,
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "level": self.level.as_dict() | {"at": self.level_at},
        }


@described(
    path="The input that was searched.",
    unit="Its unit.",
    answers="What each target takes, with its interval.",
    curve="The values looked at, with the chance at each.",
    rising="Whether success rises with the input.",
)
@dataclass(frozen=True, slots=True, repr=False)
class Requirement(Shown):
    """What it takes for success to be likely enough, for each target, and the curve that this was read from."""

    scenario: Scenario
    path: str
    unit: str
    measure: Measure
    answers: tuple[Answer, ...]
    curve: tuple[tuple[float, Estimate], ...]
    rising: bool
    replicates: int
    seed: int
    engine: Engine
    seconds: float

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each target: status, value, interval, and the chance at the best end."""
        import pandas as pd

        rows = [one.as_dict() | {"level": one.level.estimate} for one in self.answers]
        return pd.DataFrame(rows).rename(columns={"estimate": self.path})

    @property
    def curve_table(self) -> "pd.DataFrame":
        """A row for each value that was looked at."""
        import pandas as pd

        return pd.DataFrame([{self.path: value} | estimate.as_dict() for value, estimate in self.curve])

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision; for a single target also at the top."""
        name = "lead_months" if self.path == LEAD else "value"
        found: dict[str, Any] = {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "path": self.path,
            "unit": self.unit,
            "measure": self.measure,
            "seed": self.seed,
            "engine": self.engine,
            "replicates": self.replicates,
        }
        if len(self.answers) == 1:
            (answer,) = self.answers
            found |= {"target": answer.target, "status": answer.status}
            found[name] = {"estimate": answer.estimate, "low": answer.low, "high": answer.high}
        found["targets"] = [answer.as_dict() for answer in self.answers]
        found["curve"] = [{name: value} | estimate.as_dict() for value, estimate in self.curve]
        return found | {"seconds": self.seconds}


@described(
    target="The chance, or the chances, to reach.",
    replicates="How many worlds each value that is looked at meets.",
    solve="The path of the input that is searched.",
    between="The ends to search between, as ``(low, high)``; a lead is searched from 0 to the horizon.",
)
def required_lead(
    scenario: ScenarioLike,
    target: float | Iterable[float] = TARGETS,
    replicates: int = 10_000,
    seed: int = 1,
    *,
    measure: Measure = "p_stay",
    solve: str = LEAD,
    between: Spacing | tuple[float | str, float | str] | None = None,
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> Requirement:
    """Return the smallest lead at which ``measure`` reaches each target, with an interval.

    All leads meet the same worlds, in which success hardly ever turns to failure as lead grows, so the curve is as
    good as monotone. The interval holds every lead at which the exact binomial test (of weights: the normal one)
    does not reject that the chance is the target. Raises ``ScenarioError`` for an input that is no number or has no
    ends.
    """
    chosen = as_scenario(scenario)
    replicates, seed = replicates_of(replicates), seed_of(seed)
    targets = targets_of(target)
    success = success_of(measure)
    check_run(replicates, engine)
    engine = engine_of(engine, [chosen])
    low, high, unit = check_input(chosen, solve, spacing_between(between))
    warm_up(engine)
    started = perf_counter()
    answers, curve, rising = solved_along(
        lambda value: chosen.with_(**{solve: value}), targets, low, high, replicates, seed, success, engine, progress
    )
    seconds = perf_counter() - started
    return Requirement(chosen, solve, unit, measure, answers, curve, rising, replicates, seed, engine, seconds)


def solved_along(
    scenario_at: Callable[[float], Scenario],
    targets: Sequence[float],
    low: float,
    high: float,
    replicates: int,
    seed: int,
    success: Success,
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> tuple[tuple[Answer, ...], tuple[tuple[float, Estimate], ...], bool]:
    """Return what each target takes on a line of scenarios from ``low`` to ``high``, the curve, and whether it rises.

    ``scenario_at`` returns the scenario at a place of the line; all meet the same worlds.
    """
    tallies: dict[float, Tally] = {}

    def counts_at(places: Sequence[float]) -> list[float]:
        changed = [scenario_at(place) for place in places]
        found = tally_runs(changed, replicates, seed, engine, brief=True, progress=progress)
        tallies.update(zip(places, found, strict=True))
        return [success.of_tally(tally) for tally in found]

    yardstick = _Worths(success, tallies) if success.is_graded else Binomial(replicates)
    answers, counts, rising = solved(counts_at, yardstick, targets, low, high)
    return answers, tuple((place, success.chance(tallies[place])) for place in sorted(counts)), rising


@dataclass(frozen=True, slots=True)
class Bound:
    """A count to be reached, and the Monte Carlo standard error of a count near it."""

    count: float
    error: float


class Yardstick(Protocol):
    """How counts of the same worlds are held against a target."""

    def bounds(self, target: float, counts: Counts) -> tuple[Bound, Bound, Bound]:
        """Return the least count that does not speak against the target, that reaches it, that speaks for more."""
        ...

    def estimate(self, counts: Counts, value: float) -> Estimate:
        """Return the chance at a value that was looked at."""
        ...


@dataclass(frozen=True, slots=True)
class Binomial:
    """Counts of successes among ``n`` runs, by the exact binomial test."""

    n: int

    def bounds(self, target: float, counts: Counts) -> tuple[Bound, Bound, Bound]:
        """Return what the protocol says."""
        tail = (1.0 - LEVEL) / 2.0
        # 1e-9: a product such as 0.95·1000 may lie just above the whole number that it is meant to be.
        enough = ceil(target * self.n - 1e-9)
        least, most = (binomial_quantile(share, self.n, target) for share in (tail, 1.0 - tail))
        return self._bound(least), self._bound(enough), self._bound(most + 1)

    def _bound(self, count: int) -> Bound:
        share = count / self.n
        return Bound(count, sqrt(self.n * max(share * (1.0 - share), 0.0)))

    def estimate(self, counts: Counts, value: float) -> Estimate:
        """Return what the protocol says."""
        return probability(int(counts[value]), self.n)


@dataclass(frozen=True, slots=True)
class _Worths:
    """What runs are worth together, by the normal test; ``tallies`` by value, added to as values are looked at."""

    success: Success
    tallies: Mapping[float, Tally]

    def bounds(self, target: float, counts: Counts) -> tuple[Bound, Bound, Bound]:
        """Return what the protocol says; the error is that of the value whose runs come nearest to the target."""
        estimates = [self.estimate(counts, value) for value in counts]
        nearest = min(estimates, key=lambda one: abs(one.estimate - target))
        error = nearest.n * nearest.mcse
        enough = target * nearest.n
        return tuple(Bound(enough + side * NORMAL_975 * error, error) for side in (-1.0, 0.0, 1.0))  # type: ignore[return-value]

    def estimate(self, counts: Counts, value: float) -> Estimate:
        """Return what the protocol says."""
        return self.success.chance(self.tallies[value])


def solved(
    counts_at: Counted, yardstick: Yardstick, targets: Sequence[float], low: float, high: float
) -> tuple[tuple[Answer, ...], Counts, bool]:
    """Return the answers for ``targets``, the successes counted on the way, and whether success rises with the input.

    ``counts_at`` returns the successes of the same worlds at each of some values between ``low`` and ``high``.
    """
    looks = first_looks(low, high)
    counts = dict(zip(looks, counts_at(looks), strict=True))
    half = len(looks) // 2
    rising = sum(counts[look] for look in looks[half:]) >= sum(counts[look] for look in looks[:-half])
    for _ in range(_MOST_ROUNDS):
        wanted = [(b, place == 2) for target in targets for place, b in enumerate(yardstick.bounds(target, counts))]
        found = [(_bracket(counts, bound.count, rising, last=last), bound) for bound, last in wanted]
        steps = [_next_look(counts, bracket, bound) for bracket, bound in found if bracket]
        looks = sorted({step for step in steps if step is not None})
        if not looks:
            break
        counts.update(zip(looks, counts_at(looks), strict=True))
    return tuple(_answer(counts, target, yardstick, rising) for target in targets), counts, rising


def first_looks(low: float, high: float) -> list[float]:
    """Return where to look first: equal ratios down towards 0 or an end far below, else equal steps."""
    if low == 0.0 < high:
        return [low, *(high / 2**halvings for halvings in range(_DOUBLINGS, -1, -1))]
    if 0.0 < low < high / 8.0:
        inner = [low * (high / low) ** (place / _DOUBLINGS) for place in range(1, _DOUBLINGS)]
    else:
        inner = [low + (high - low) * place / _DOUBLINGS for place in range(1, _DOUBLINGS)]
    return [low, *inner, high]


def _bracket(counts: Counts, count: float, rising: bool, *, last: bool = False) -> tuple[float, float] | None:
    """Return two neighbouring values, the first with fewer successes than ``count``, the second with as many.

    In the direction in which success rises: where it first reaches ``count``, or for good (``last``). None if it is
    reached at once or never.
    """
    values = sorted(counts, reverse=not rising)
    below = [counts[value] < count for value in values]
    if last:
        place = max((place for place, is_below in enumerate(below) if is_below), default=-1) + 1
    else:
        place = below.index(False) if False in below else len(values)
    return (values[place - 1], values[place]) if 0 < place < len(values) else None


def _next_look(counts: Counts, bracket: tuple[float, float], bound: Bound) -> float | None:
    """Return the place to look at next, None if the straight line is good enough there.

    A curve leaves the line between two of its points by at most a share of at·(1 - at) of what it rises between them.
    """
    before, after = bracket
    rise = counts[after] - counts[before]
    at = (bound.count - counts[before]) / rise
    near = at * (1.0 - at) * rise <= _NEAR * bound.error
    fine = abs(after - before) <= _FINE * max(abs(after), abs(before))
    return None if near or fine else before + (after - before) * at


def _answer(counts: Counts, target: float, yardstick: Yardstick, rising: bool) -> Answer:
    least, enough, more = (bound.count for bound in yardstick.bounds(target, counts))
    hard = min(counts) if rising else max(counts)
    best = max(sorted(counts, reverse=not rising), key=lambda value: counts[value])
    low = _place(counts, least, rising)
    value = _place(counts, enough, rising)
    high = _place(counts, more, rising, last=True)
    status: Status = "found"
    if value is None:
        status = "not reachable"
    elif counts[hard] >= enough:
        status = "none needed"
    ends = (low, high) if rising else (high, low)
    return Answer(target, status, value, *ends, yardstick.estimate(counts, best), best)


def _place(counts: Counts, count: float, rising: bool, *, last: bool = False) -> float | None:
    """Return where success reaches ``count``, between the values looked at in a straight line; None if it does not."""
    bracket = _bracket(counts, count, rising, last=last)
    if bracket is None:
        hard, easy = (min(counts), max(counts)) if rising else (max(counts), min(counts))
        return hard if counts[hard] >= count and (not last or counts[easy] >= count) else None
    before, after = bracket
    return before + (after - before) * (count - counts[before]) / (counts[after] - counts[before])


def targets_of(target: float | Iterable[float]) -> tuple[float, ...]:
    """Return one chance or several, each above 0 and below 1. Raises ``ValueError``."""
    targets = tuple(share(one, "target") for one in (target if is_several(target) else (target,)))
    if not targets:
        raise ArgumentError("target", "none", "a number above 0 and below 1, or several")
    return targets


PLAUSIBLE_ENDS = (0.05, 0.95)  # of what is plausible of an input, between which it is searched


def check_input(
    scenario: Scenario, path: str, between: Spacing | None = None, mark: Mark = ARGUMENT
) -> tuple[float, float, str]:
    """Return the ends to search between and the unit of an input. Raises ``ScenarioError`` if that is impossible."""
    low, high, unit = _ends(scenario, path, between, mark)
    for end in (low, high):
        scenario.with_(**{path: end})  # both ends must be allowed
    return low, high, unit


def _ends(scenario: Scenario, path: str, between: Spacing | None, mark: Mark) -> tuple[float, float, str]:
    parameter = find(path, mark)
    scenario.value(path)
    if parameter.kind != "number":
        raise refusal(mark, path, "no number, which cannot be solved for", "an input that is a number")
    if between is not None:
        return *ends_of(path, between, mark), parameter.unit
    if path == LEAD:
        return 0.0, scenario.medians.horizon, parameter.unit
    plausible = plausible_ranges().get(path)
    if plausible is not None:
        low, high = plausible.quantile(np.array(PLAUSIBLE_ENDS))
        return float(low), float(high), parameter.unit
    if not (isfinite(parameter.low) and isfinite(parameter.high)):
        hint = f"say between what: {path}=A:B"
        raise refusal(mark, path, "an input without a lowest and a highest value", "two ends to search between", hint)
    if parameter.low_open or parameter.high_open:
        raise refusal(mark, path, "a range that leaves out an end", parameter.allowed, f"write {path}=A:B")
    return parameter.low, parameter.high, parameter.unit
