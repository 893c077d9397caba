"""The best handoff: when to hand off, and to AIs of which capability, for the lead there is in all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import floor, log10
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, spread
from deference_sim.analysis.measure import Measure, Success, Successes, success_of
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.worlds import SAFELY, Chosen, Worlds, share_of
from deference_sim.described import described
from deference_sim.model.state import CATASTROPHES
from deference_sim.scenario import Scenario, ScenarioError, ScenarioLike, as_scenario
from deference_sim.shown import Shown
from deference_sim.study.limits import Engine, replicates_of, seed_of
from deference_sim.study.runner import engine_of, warm_up

if TYPE_CHECKING:
    import pandas as pd

SEARCH_SHARE = 4  # the search has one world for so many fresh ones
FIRST_GRID = 13  # months tried first, denser towards the start, where pre-work brings most
REFINED = 8  # months tried between the neighbours of the best one found
ROUNDS = 2  # of refinement
JUDGED = 12  # months, beside the first grid, that fresh worlds are spent on around the best one
LEVELS_ABOVE = (0.0, 0.5, 1.0, 2.0)  # py above the least capability that suffices
#: What is changed to see how the answer moves, and by which factors.
CHANGES = (
    ("rival.lead", (0.5, 2.0)),
    ("capability.initial_speedup", (0.5, 2.0, 10.0)),
    ("handoff.human_pace", (0.5, 2.0)),
)
_OTHER_WAYS = {"handoff.when_lead_below": None, "handoff.when_margin_above": None, "handoff.indifference": False}
_QUANTILE = 0.95  # of an uncertain lead, up to which months are tried

OWN_WAY, INDIFFERENCE, NEVER = "own", "indifference", "never"
#: Other ways to decide than a fixed month, in words.
WAYS = {OWN_WAY: "as the scenario says", INDIFFERENCE: "by indifference", NEVER: "never"}

Records = NDArray[np.void]
Trials = dict[float, Successes]


@dataclass(frozen=True, slots=True)
class Timing:
    """A handoff in a given month, judged on fresh worlds.

    ``loss`` is what the best month found does better; ``risks`` are the shares of runs that end in each catastrophe or
    are overtaken and safe by luck, ``unresolved`` that of runs not settled by the horizon, which are neither good nor
    bad.
    """

    month: float
    estimate: Estimate
    loss: Difference
    as_good: bool
    risks: dict[str, float]
    unresolved: float


@dataclass(frozen=True, slots=True)
class Level:
    """The best month found for a handoff to AIs of a given ``capability`` (py), judged on fresh worlds.

    ``handed_off`` are quantiles of the month in which it happens, which is later while AIs are not yet so capable.
    ``overtaken_safely`` is the share of runs that end so, which is the part of p_good that is luck; here as below.
    """

    capability: float
    month: float
    searched: float
    estimate: Estimate
    loss: Difference
    overtaken_safely: float
    handed_off: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to decide on the handoff, judged on the same fresh worlds; ``loss`` is what the best does better."""

    name: str
    estimate: Estimate
    loss: Difference
    overtaken_safely: float
    handed_off: dict[str, float | None]
    share_handed_off: float
    unresolved: float


@dataclass(frozen=True, slots=True)
class Moved:
    """The answer where one input has another value: ``value`` in its documented unit, ``factor`` times the own one."""

    path: str
    value: float
    factor: float
    month: float
    as_good: tuple[float, float]
    estimate: Estimate
    overtaken_safely: float


@described(
    search_replicates="How many worlds the search met.",
    window="The last month tried.",
    best="The capability and month that did best.",
    as_good="The first and the last month tried around the best that do not do significantly worse.",
    curve="The months tried, each as judged on fresh worlds.",
    levels="The capabilities tried, each with its best month.",
    alternatives="Other ways to decide, in the same fresh worlds.",
    changes="The best month under changed assumptions.",
)
@dataclass(frozen=True, repr=False)
class BestHandoff(Shown, Chosen):
    """When to hand off, to AIs of which capability, and how much that matters.

    ``best`` is the level and month that did best on the worlds of ``seed``; every ``estimate`` is of the fresh
    worlds of ``fresh_seed``, so that the luck of the best is not in it. ``as_good`` are the first and last month of
    those tried around it that do not do significantly worse than the best (a paired test at 5 % for each):
    whichever month is truly best of those tried is among those that pass with a probability of at least 95 %.
    """

    scenario: Scenario
    search_replicates: int
    window: float
    best: Level
    as_good: tuple[float, float]
    curve: tuple[Timing, ...]
    levels: tuple[Level, ...]
    alternatives: tuple[Alternative, ...]
    changes: tuple[Moved, ...]
    seconds: float

    @property
    def lead(self) -> float | None:
        """The lead there is in all, in months (of an uncertain one the median); None without a rival."""
        return None if self.scenario.rival.mode == "none" else float(self.scenario.medians.rival.lead)

    @property
    def after(self) -> float | None:
        """Months of the lead that are left after the handoff; negative if it comes after the lead has run out."""
        return None if self.lead is None else self.lead - self.best.month

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each month that was judged: its chance of success, what the best does better, what goes wrong."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"month": timing.month, "as_good": timing.as_good}
                | timing.estimate.as_dict()
                | {f"loss_{name}": number for name, number in timing.loss.as_dict().items() if name != "n"}
                | timing.risks
                | {"unresolved": timing.unresolved}
                for timing in self.curve
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            **self.how_chosen(),
            "search_replicates": self.search_replicates,
            "lead_months": self.lead,
            "before_months": self.best.month,
            "after_months": self.after,
            "best": _level_dict(self.best),
            "as_good_months": list(self.as_good),
            "curve": [
                {
                    "month": timing.month,
                    success_of(self.measure).name: timing.estimate.as_dict(),
                    "loss": timing.loss.as_dict(),
                    "as_good": timing.as_good,
                    "risks": timing.risks,
                    "unresolved": timing.unresolved,
                }
                for timing in self.curve
            ],
            "levels": [_level_dict(level) for level in self.levels],
            "alternatives": {
                way.name: {
                    "estimate": way.estimate.as_dict(),
                    "loss": way.loss.as_dict(),
                    SAFELY: way.overtaken_safely,
                    "handoff_months": way.handed_off,
                    "share_handed_off": way.share_handed_off,
                    "unresolved": way.unresolved,
                }
                for way in self.alternatives
            },
            "changes": [
                {
                    "path": moved.path,
                    "value": moved.value,
                    "factor": moved.factor,
                    "month": moved.month,
                    "as_good_months": list(moved.as_good),
                    success_of(self.measure).name: moved.estimate.as_dict(),
                    SAFELY: moved.overtaken_safely,
                }
                for moved in self.changes
            ],
            "seconds": self.seconds,
        }


def _level_dict(level: Level) -> dict[str, Any]:
    return {
        "capability": level.capability,
        "month": level.month,
        "searched": level.searched,
        "estimate": level.estimate.as_dict(),
        "loss": level.loss.as_dict(),
        SAFELY: level.overtaken_safely,
        "handoff_months": level.handed_off,
    }


@described(
    replicates="How many fresh worlds judge what is found; it is searched on a quarter as many.",
    moved="Whether to answer under changed assumptions as well.",
)
def best_handoff(
    scenario: ScenarioLike,
    replicates: int = 4_000,
    seed: int = 1,
    *,
    measure: Measure = "p_good",
    moved: bool = True,
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> BestHandoff:
    """Find the month and the capability of the handoff that do best in ``scenario``, and what else does as well.

    Months up to the lead (without a rival: the horizon) and some levels of capability are tried on a quarter of
    ``replicates`` worlds of ``seed``: first on a coarse grid, then on finer ones around the best. What is found is
    judged on ``replicates`` fresh worlds, the answers under changed assumptions on a quarter of that. Raises
    ``ValueError`` for what cannot be run.
    """
    replicates, seed = replicates_of(replicates), seed_of(seed)
    scenario = as_scenario(scenario)
    engine = engine_of(engine, [scenario])
    warm_up(engine)
    started = perf_counter()
    few = max(replicates // SEARCH_SHARE, 1)
    worlds, window = Worlds(seed, measure, engine, progress), _window(scenario)
    tried = {level: _search(partial(_at, scenario, level), window, worlds, few) for level in _levels(scenario)}
    found = {level: _best(trials) for level, trials in tried.items()}
    best_level = max(tried, key=lambda level: (tried[level][found[level]].mean(), -level))
    judge = _Judge(partial(_at, scenario, best_level), found[best_level], worlds.fresh, replicates)
    curve = judge.curve(_worth_judging(tried[best_level], window, worlds.success))
    searched = {level: float(tried[level][month].mean()) for level, month in found.items()}
    levels = judge.levels(scenario, found, searched)
    return BestHandoff(
        scenario,
        few,
        window,
        next(level for level in levels if level.capability == best_level),
        _as_good(curve, found[best_level]),
        curve,
        levels,
        judge.alternatives(_alternatives(scenario, best_level)),
        tuple(_moved(scenario, best_level, worlds, few)) if moved else (),
        perf_counter() - started,
        measure=measure,
        seed=seed,
        fresh_seed=worlds.fresh.seed,
        engine=engine,
        replicates=replicates,
    )


def runs_planned(scenario: Scenario, replicates: int) -> int:
    """Return about how many runs ``best_handoff`` makes."""
    few = max(replicates // SEARCH_SHARE, 1)
    search, curve = FIRST_GRID + ROUNDS * REFINED, FIRST_GRID + JUDGED
    levels, changes = len(_levels(scenario)), len(list(_changed(scenario)))
    alternatives = len(_alternatives(scenario, 0.0))
    return few * search * (levels + changes) + replicates * (curve + levels + alternatives) + few * curve * changes


def dated(capability: float, month: float) -> dict[str, Any]:
    """Return what makes a scenario hand off in ``month`` at the earliest, to AIs of ``capability`` at least."""
    return {**_OTHER_WAYS, "handoff.never": False, "handoff.capability": capability, "handoff.at": month}


def _at(scenario: Scenario, capability: float, month: float) -> Scenario:
    return scenario.with_(**dated(capability, month))


def _levels(scenario: Scenario) -> list[float]:
    """Return the levels to try: the least that suffices (0, or the scenario's own below), its own, and some above."""
    own = float(scenario.medians.handoff.capability)
    least = min(own, 0.0)
    return sorted({own, *(least + above for above in LEVELS_ABOVE)})


def _window(scenario: Scenario) -> float:
    """Return the last month worth trying: when the lead will have run out, or the horizon."""
    if scenario.rival.mode == "none":
        return float(scenario.medians.horizon)
    uncertain = scenario.uncertain.get("rival.lead")
    lead = float(scenario.medians.rival.lead if uncertain is None else uncertain.quantile(np.array([_QUANTILE]))[0])
    bought = scenario.medians.time_buying.max_bought if scenario.medians.time_buying.before_handoff > 0.0 else 0.0
    slowed = lead / max(1.0 - scenario.medians.time_buying.before_handoff, 1e-9)
    return float(min(slowed, lead + bought, scenario.medians.horizon))


# ---- searching ----------------------------------------------------------------------------------------------


def _search(at: Callable[[float], Scenario], window: float, worlds: Worlds, n: int) -> Trials:
    """Try months on a coarse grid, then between the neighbours of the best one, twice."""
    trials: Trials = {}
    months = _first_grid(window)
    for _ in range(ROUNDS + 1):
        new = [month for month in months if month not in trials]
        trials |= zip(new, worlds.successes([at(month) for month in new], n), strict=True)
        months = _typed(np.linspace(*_neighbours(sorted(trials), _best(trials)), REFINED + 2)[1:-1], window)
    return dict(sorted(trials.items()))


def _first_grid(window: float) -> list[float]:
    return _typed(window * (np.arange(FIRST_GRID) / (FIRST_GRID - 1)) ** 1.5, window)


def _typed(months: Any, window: float) -> list[float]:
    """Return months as one would type them: to a hundredth, or finer where the window is shorter than a month."""
    decimals = 2 if window >= 1.0 or window == 0.0 else 2 - floor(log10(window))
    return list(dict.fromkeys(min(round(float(month), decimals), window) for month in months))


def _best(trials: Trials) -> float:
    """Return the month with most successes; of several, the one in the middle."""
    most = max(float(found.sum()) for found in trials.values())
    ties = sorted(month for month, found in trials.items() if float(found.sum()) == most)
    return ties[(len(ties) - 1) // 2]


def _neighbours(months: list[float], month: float) -> tuple[float, float]:
    place = months.index(month)
    return months[max(place - 1, 0)], months[min(place + 1, len(months) - 1)]


def _worth_judging(trials: Trials, window: float, success: Success) -> list[float]:
    """Return the months to spend fresh worlds on: a coarse grid, and a finer one wherever the best may be."""
    months, best = sorted(trials), _best(trials)
    close = [month for month in months if not success.is_worse(trials[month], trials[best])]
    low, high = _neighbours(months, close[0])[0], _neighbours(months, close[-1])[1]
    fine = _typed(np.linspace(low, high, JUDGED), window)
    return sorted({*_first_grid(window), *fine, best})


# ---- judging ------------------------------------------------------------------------------------------------


class _Judge:
    """Compares with the best month found, on fresh worlds."""

    def __init__(self, at: Callable[[float], Scenario], month: float, worlds: Worlds, replicates: int) -> None:
        self.at, self.worlds, self.replicates = at, worlds, replicates
        (self.best,) = worlds.successes([at(month)], replicates)

    def curve(self, months: list[float]) -> tuple[Timing, ...]:
        runs = self.worlds.records([self.at(month) for month in months], self.replicates)
        return tuple(self._timing(month, records) for month, records in zip(months, runs, strict=True))

    def _timing(self, month: float, records: Records) -> Timing:
        found = self.worlds.succeeded(records)
        estimate, loss, safely = self._judged(records)
        risks = {name: share_of(records, name) for name in CATASTROPHES} | {SAFELY: safely}
        as_good = not self.worlds.success.is_worse(found, self.best)
        return Timing(month, estimate, loss, as_good, risks, share_of(records, "unresolved"))

    def levels(self, scenario: Scenario, months: dict[float, float], searched: dict[float, float]) -> tuple[Level, ...]:
        scenarios = [_at(scenario, level, month) for level, month in months.items()]
        runs = self.worlds.records(scenarios, self.replicates)
        return tuple(
            Level(level, months[level], searched[level], *self._judged(records), spread(_handoff_months(records)))
            for level, records in zip(months, runs, strict=True)
        )

    def alternatives(self, ways: dict[str, Scenario]) -> tuple[Alternative, ...]:
        runs = self.worlds.records(list(ways.values()), self.replicates)
        return tuple(self._alternative(name, records) for name, records in zip(ways, runs, strict=True))

    def _alternative(self, name: str, records: Records) -> Alternative:
        months = _handoff_months(records)
        share = len(months) / len(records)
        return Alternative(name, *self._judged(records), spread(months), share, share_of(records, "unresolved"))

    def _judged(self, records: Records) -> tuple[Estimate, Difference, float]:
        found = self.worlds.succeeded(records)
        success = self.worlds.success
        return success.chance_of(found), success.difference(self.best, found), share_of(records, SAFELY)


def _handoff_months(records: Any) -> Any:
    return records["handoff_month"][np.isfinite(records["handoff_month"])]


def _as_good(curve: tuple[Timing, ...], best: float) -> tuple[float, float]:
    """Return the first and last month of the unbroken run around the best in which months do as well."""
    months = [timing.month for timing in curve]
    first = last = months.index(best)
    while first > 0 and curve[first - 1].as_good:
        first -= 1
    while last < len(curve) - 1 and curve[last + 1].as_good:
        last += 1
    return months[first], months[last]


def _alternatives(scenario: Scenario, capability: float) -> dict[str, Scenario]:
    """Return the scenario's own way, handoff by indifference (which needs a lead), and not deferring."""
    ways = {OWN_WAY: scenario}
    if scenario.rival.mode != "none":
        by_indifference = {"handoff.at": None, "handoff.indifference": True}
        ways[INDIFFERENCE] = _at(scenario, capability, 0.0).with_(**by_indifference)
    return {**ways, NEVER: scenario.with_(**{"handoff.never": True})}


# ---- how the answer moves -----------------------------------------------------------------------------------


def _moved(scenario: Scenario, capability: float, worlds: Worlds, n: int) -> Iterator[Moved]:
    for path, value, factor, changed in _changed(scenario):
        at = partial(_at, changed, capability)
        trials = _search(at, _window(changed), worlds, n)
        month = _best(trials)
        curve = _Judge(at, month, worlds.fresh, n).curve(_worth_judging(trials, _window(changed), worlds.success))
        best = next(timing for timing in curve if timing.month == month)
        yield Moved(path, value, factor, month, _as_good(curve, month), best.estimate, best.risks[SAFELY])


def _changed(scenario: Scenario) -> Iterator[tuple[str, float, float, Scenario]]:
    """Yield the changed scenarios; an uncertain input is fixed, at its median too, to tell the two effects apart."""
    for path, factors in CHANGES:
        own = float(scenario.value(path))
        if own == 0.0 or (path == "rival.lead" and scenario.rival.mode == "none"):
            continue
        for factor in (*factors, *((1.0,) if path in scenario.uncertain else ())):
            try:
                yield path, own * factor, factor, scenario.with_(**{path: own * factor})
            except ScenarioError:
                continue  # beyond the declared range: there is no such world to ask about
