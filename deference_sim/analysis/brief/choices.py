"""The choice of a date: what can be chosen, which of it is advised, what does as well, and what it is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.brief.parts import Command, Told, command
from deference_sim.analysis.compare import compare
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.handoff import INDIFFERENCE, NEVER, OWN_WAY, BestHandoff, dated
from deference_sim.analysis.measure import MEASURES, VALUE, Measure
from deference_sim.analysis.paired import Difference
from deference_sim.scenario import Scenario

NOW, BEST = "now", "best"
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to decide on the handoff, judged on fresh worlds.

    ``month`` is that of a fixed date, ``changes`` what makes a scenario follow it, ``loss`` what the best date does
    better, ``beside`` what the advised choice does better (both paired; an end above 0 only: it is worse).
    """

    name: str
    month: float | None
    changes: Mapping[str, object]
    estimate: Estimate
    loss: Difference


@dataclass(frozen=True, slots=True)
class Choices:
    """All that was judged, and the name of what is advised.

    Advised is what does better than the best date by more than luck, such as never; if nothing does, what the scenario
    says, where no date does better than that by more than luck; and only else the best date. So what is advised does
    not hang on which of several equals happens to come out first.
    """

    every: tuple[Choice, ...]
    advised: str

    def __getitem__(self, name: str) -> Choice:
        """Return the choice of a name."""
        return next(choice for choice in self.every if choice.name == name)


def choices_of(found: BestHandoff) -> Choices:
    """Return what can be chosen according to a search for the best handoff, and what is advised."""
    level = found.best.capability
    now = next(timing for timing in found.curve if timing.month == 0.0)
    every = [
        Choice(NOW, 0.0, dated(level, 0.0), now.estimate, now.loss),
        Choice(BEST, found.best.month, dated(level, found.best.month), found.best.estimate, found.best.loss),
    ]
    ways: dict[str, Mapping[str, object]] = {
        OWN_WAY: {},
        INDIFFERENCE: {**dated(level, 0.0), "handoff.at": None, "handoff.indifference": True},
        NEVER: {"handoff.never": True},
    }
    every += [Choice(way.name, None, ways[way.name], way.estimate, way.loss) for way in found.alternatives]
    return Choices(tuple(every), _advised(every))


def _advised(every: Sequence[Choice]) -> str:
    better = [choice for choice in every if choice.loss.high < 0.0]
    if better:
        own = [choice for choice in better if choice.name == OWN_WAY]
        most = min(better, key=lambda choice: choice.loss.value)
        return own[0].name if own and own[0].loss.low <= most.loss.high else most.name
    own = [choice for choice in every if choice.name == OWN_WAY]
    return OWN_WAY if own and own[0].loss.low <= 0.0 else BEST


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
    lead = float(scenario.rival.lead)
    fixed = {"rival.lead": lead} if "rival.lead" in scenario.uncertain else {}
    at = scenario.handoff.at
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
    words = [word for path, number in fixed.items() for word in ("--set", f"{path}={number:.17g}")]
    words += [word for path, number in changes.items() for word in ("--with", f"{path}={number:.17g}")]
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
    sure = next((float(w) for w in far if _is_sure(apart + (w - own) * by_end)), None)
    return WeightFlip(end, own, at, sure, name)


def _is_sure(apart: Array) -> bool:
    return bool(apart.mean() > 1.96 * apart.std(ddof=1) / np.sqrt(len(apart))) if len(apart) > 1 else False
