"""The choice of a date: what can be chosen, which of it is advised, what does as well, and what it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.brief.parts import Command, Told, by, command
from deference_sim.analysis.compare import compare
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.handoff import INDIFFERENCE, NEVER, OWN_WAY, BestHandoff, dated
from deference_sim.analysis.measure import MEASURES, VALUE, Measure, Success, Successes
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.worlds import Worlds
from deference_sim.scenario import Scenario

NOW, BEST = "now", "best"
MOST_DATES = 6  # judged around the best
SURE = 3.0  # standard errors by which a choice must be better to be called so: several are looked at
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to decide on the handoff, judged on fresh worlds.

    ``month`` is that of a fixed date, ``changes`` what makes a scenario follow it, ``gain`` what it does better than
    the scenario's own way, ``short`` what the advised choice does better than it (both paired world by world).
    """

    name: str
    month: float | None
    changes: Mapping[str, Any]
    estimate: Estimate
    gain: Difference
    short: Difference
    command: Command

    @property
    def is_worse(self) -> bool:
        """Whether it is surely worse than what is advised."""
        return is_sure(self.short)


@dataclass(frozen=True, slots=True)
class Choices:
    """All that was judged, the scenario's own way first, and the name of what is advised.

    ``dates`` are the first and the last of the dates judged that do as well as ``best_date`` (a paired test at 5 %).
    Advised is the scenario's own way, unless others are better by more than ``SURE`` standard errors: then the best of
    these. So what is advised does not hang on which of several equals happens to come out first.
    """

    every: tuple[Choice, ...]
    advised: str
    best_date: float
    dates: tuple[float, float]

    def __getitem__(self, name: str) -> Choice:
        """Return the choice of a name."""
        return next(choice for choice in self.every if choice.name == name)


def choices_of(found: BestHandoff, worlds: Worlds, replicates: int) -> tuple[Choices, Mapping[str, NDArray[np.void]]]:
    """Return what can be chosen according to a search for the best handoff, judged on ``worlds``; and the records.

    The best date is that with the highest chance among those that the search judged, and some around it are judged with
    it. ``worlds`` are others than the search has seen. A choice that is the scenario's own way by another name is left
    out.
    """
    scenario, level = found.scenario, found.best.capability
    best = max(found.curve, key=lambda timing: timing.estimate.estimate).month
    ways, dates = _ways(found, best), _around(found, best)
    changed = [scenario.with_(**changes) for changes in (*ways.values(), *(dated(level, month) for month in dates))]
    tables = list(worlds.records(changed, replicates))
    records = dict(zip(ways, tables, strict=False))
    success = worlds.success
    by_date = {month: success.of_records(table) for month, table in zip(dates, tables[len(ways) :], strict=True)}
    worth = {name: success.of_records(table) for name, table in records.items()}
    gains = {name: success.difference(one, worth[OWN_WAY]) for name, one in worth.items()}
    better = [name for name, gain in gains.items() if is_sure(gain)]
    advised = max(better, key=lambda name: gains[name].estimate, default=OWN_WAY)
    counted = by(worlds.measure) if success.weights is not None else ()
    every = [
        Choice(
            name,
            {NOW: 0.0, BEST: best}.get(name),
            ways[name],
            success.chance_of(worth[name]),
            gains[name],
            success.difference(worth[advised], worth[name]),
            command("compare", worlds.seed, *with_changes(ways[name]), *counted, "--replicates", replicates),
        )
        for name in ways
    ]
    return Choices(tuple(every), advised, best, _as_good(by_date, best, success)), records


def _around(found: BestHandoff, best: float) -> list[float]:
    """Return some dates that may be as good as the best one, from the first to the last, the best among them."""
    first, last = min(found.as_good[0], best), max(found.as_good[1], best)
    months = [timing.month for timing in found.curve if first <= timing.month <= last]
    places = np.unique(np.linspace(0, len(months) - 1, MOST_DATES).round().astype(int))
    return sorted({best, *(months[place] for place in places)})


def _as_good(by_date: Mapping[float, Successes], best: float, success: Success) -> tuple[float, float]:
    """Return the first and last of the unbroken run of dates around the best that are not worse than it."""
    months = list(by_date)
    first = last = months.index(best)
    while first > 0 and not success.is_worse(by_date[months[first - 1]], by_date[best]):
        first -= 1
    while last < len(months) - 1 and not success.is_worse(by_date[months[last + 1]], by_date[best]):
        last += 1
    return months[first], months[last]


def _ways(found: BestHandoff, best: float) -> dict[str, Mapping[str, Any]]:
    scenario, level = found.scenario, found.best.capability
    own, handoff = {path: scenario.value(path) for path in dated(level, 0.0)}, scenario.medians.handoff
    ways: dict[str, Mapping[str, Any]] = {OWN_WAY: {}, NOW: dated(handoff.capability, 0.0), BEST: dated(level, best)}
    if scenario.rival.mode != "none":
        ways[INDIFFERENCE] = {**dated(level, 0.0), "handoff.at": None, "handoff.indifference": True}
    ways[NEVER] = {"handoff.never": True}
    if best == 0.0:
        del ways[NOW]
    if handoff.never:
        del ways[NEVER]
    kept = {name: changes for name, changes in ways.items() if name == OWN_WAY or changes != own}
    return {
        name: {path: value for path, value in changes.items() if scenario.value(path) != value}
        for name, changes in kept.items()
    }


def with_changes(changes: Mapping[str, Any]) -> list[str]:
    """Return the words of a command that change a scenario."""
    return [word for path, value in changes.items() for word in ("--with", f"{path}={written(value)}")]


def written(value: Any) -> str:
    """Return a value as one types it behind ``--set``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def is_sure(found: Difference) -> bool:
    """Return whether a difference is above 0 by more than ``SURE`` standard errors."""
    return found.estimate > SURE * found.mcse and found.estimate > 0.0


# ---- a month more -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthMore:
    """What a change of a month is worth: the measure as written, with it, and the paired difference."""

    name: str
    changes: Mapping[str, float]
    first: Estimate
    second: Estimate
    gain: Difference
    command: Command


def months_more(scenario: Scenario, measure: Measure, replicates: int, seed: int, told: Told) -> list[MonthMore]:
    """Return what a month more of lead is worth before the handoff and after it, and handing off a month later.

    Where the lead is uncertain it stands at its median in all of these. Nothing without a rival; nothing before the
    handoff where it has no date.
    """
    if scenario.rival.mode == "none":
        return []
    lead = float(scenario.medians.rival.lead)
    lead = float(f"{lead:.3g}") if "rival.lead" in scenario.uncertain else lead
    fixed = {"rival.lead": lead} if "rival.lead" in scenario.uncertain else {}
    at = scenario.medians.handoff.at
    dated_ahead = at is not None and not scenario.handoff.never
    wanted = {"after": {"rival.lead": lead + 1.0}}
    if dated_ahead:
        wanted["before"] = {"rival.lead": lead + 1.0, "handoff.at": float(at or 0.0) + 1.0}
        wanted["later"] = {"handoff.at": float(at or 0.0) + 1.0}
    return [_month(name, scenario, fixed, wanted[name], measure, replicates, seed, told) for name in sorted(wanted)]


def _month(
    name: str,
    scenario: Scenario,
    fixed: Mapping[str, float],
    changes: Mapping[str, float],
    measure: Measure,
    replicates: int,
    seed: int,
    told: Told,
) -> MonthMore:
    base = scenario.with_(**fixed)
    value = None if measure in MEASURES else measure
    (found,) = compare(base, base.with_(**changes), replicates=replicates, seed=seed, value=value, progress=told)
    words = [word for path, number in fixed.items() for word in ("--set", f"{path}={written(number)}")]
    words += [word for path, number in changes.items() for word in ("--with", f"{path}={written(number)}")]
    words += [] if value is None else ["--value", value]
    made = command("compare", seed, *words, "--replicates", replicates)
    return MonthMore(name, changes, *found.measures[measure if value is None else VALUE], made)


# ---- weights ------------------------------------------------------------------------------------------------

WEIGHED = ("overtaken_safely", "unresolved")
_STEPS = 200  # between a weight of 0 and of 1


@dataclass(frozen=True, slots=True)
class WeightFlip:
    """At which weight of an end another choice becomes the better one, and up from which one it is sure to be.

    ``own`` is the weight that the measure has; ``at`` the weight at which both are worth the same; ``sure`` that from
    which on the difference is more than luck, None if it never is. All other ends keep their weights.
    """

    end: str
    own: float
    at: float
    sure: float | None
    to: str


def weight_flips(
    shares: Mapping[str, Mapping[str, Array]],
    worth: Mapping[str, Array],
    advised: str,
    own: Mapping[str, float],
) -> list[WeightFlip]:
    """Return for each of ``WEIGHED`` the weight nearest to its own at which another choice is better, if there is one.

    ``shares`` has by choice and end which worlds end so, ``worth`` by choice what each world is worth now.
    """

    def flip_to(name: str, end: str) -> WeightFlip | None:
        by_end = shares[name][end].astype(float) - shares[advised][end]
        return _flip(end, own[end], name, worth[name] - worth[advised], by_end)

    found = []
    for end in WEIGHED:
        flips = [flip for name in worth if name != advised and (flip := flip_to(name, end))]
        found += sorted(flips, key=lambda flip: abs(flip.at - flip.own))[:1]
    return found


def _flip(end: str, own: float, name: str, apart: Array, by_end: Array) -> WeightFlip | None:
    """Return where what a choice is worth more (``apart`` as it is, ``by_end`` more for each unit) changes its sign."""
    slope, now = float(by_end.mean()), float(apart.mean())
    if slope == 0.0 or now >= 0.0:
        return None
    at = own - now / slope
    if not 0.0 <= at <= 1.0:
        return None
    far = np.linspace(at, 1.0 if slope > 0.0 else 0.0, _STEPS)
    error = sqrt(len(apart))
    moved = ((float(w), apart + (w - own) * by_end) for w in far)
    sure = next((w for w, one in moved if one.mean() > 1.96 * one.std() / error), None)
    return WeightFlip(end, own, at, sure, name)
