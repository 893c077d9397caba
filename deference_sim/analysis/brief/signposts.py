"""Signposts: what is seen at the handoff and after it, how the chance goes with it, and which policy is better then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.brief.parts import Command, by, command
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.given import COUNTED, OBSERVABLES, Condition, Given, observed
from deference_sim.analysis.measure import Successes
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.strategy import AS_IT_IS, Settings
from deference_sim.analysis.worlds import Worlds
from deference_sim.scenario import Scenario

MONTHS = (0.0, 1.0, 2.0, 4.0)  # after the handoff
LEAST = 20  # futures in a third, below which it tells nothing
_LEAST_PART = 1.0 / 6.0  # of all, that a third must hold: half of what it would by its name
_DIGITS = 2  # of the numbers that part the thirds, so that one can type them

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Third:
    """Futures that look alike: what is seen of them, how many they are, and the chance among them."""

    given: Given
    estimate: Estimate
    command: Command


@dataclass(frozen=True, slots=True)
class Signpost:
    """What is seen ``months`` after the handoff, by thirds from the lowest (of what is counted: none, some)."""

    name: str
    months: float
    thirds: tuple[Third, ...]

    @property
    def apart(self) -> float:
        """By how much the chance of the last third is above that of the first."""
        return self.thirds[-1].estimate.estimate - self.thirds[0].estimate.estimate

    @property
    def clear(self) -> float:
        """By how many standard errors the first and the last third differ."""
        error = float(np.hypot(self.thirds[0].estimate.mcse, self.thirds[-1].estimate.mcse))
        return abs(self.apart) / error if error > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class Switch:
    """The policy that does best where something is seen at the handoff: chosen on some worlds, judged on fresh ones."""

    given: Given
    policy: str
    gain: Difference
    command: Command


def signposts(scenario: Scenario, records: NDArray[np.void], worlds: Worlds) -> list[Signpost]:
    """Return by thirds of what can be seen, at the handoff and some months later, how likely success is."""
    worth = worlds.succeeded(records)
    found = []
    for months in MONTHS:
        names = [name for name in OBSERVABLES if name != COUNTED or months]
        seen = observed(scenario, worlds.seed, records, months, set(names))
        for name in names:
            thirds = [
                Third(given, worlds.success.chance_of(worth[met]), _command(given, len(records), worlds))
                for given, met in parted(name, months, seen[name])
            ]
            if len(thirds) > 1:
                found.append(Signpost(name, months, tuple(thirds)))
    return found


def parted(name: str, months: float, seen: Floats) -> list[tuple[Given, NDArray[np.bool_]]]:
    """Return thirds of what was seen as conditions, each with those that meet it; nothing if little differs."""
    known = seen[np.isfinite(seen)]
    if len(known) < 2 * LEAST:
        return []
    if name == COUNTED:
        bounds = [1.0]
    else:
        cuts = (float(f"{cut:.{_DIGITS}g}") for cut in np.quantile(known, [1 / 3, 2 / 3]))
        bounds = sorted(set(cuts))
    ends = [None, *bounds, None]
    made = []
    for low, high in pairwise(ends):
        conditions = [Condition(name, months, ">=", low)] if low is not None else []
        conditions += [Condition(name, months, "<", high)] if high is not None else []
        above = -np.inf if low is None else low
        below = np.inf if high is None else high
        made.append((Given(tuple(conditions)), np.isfinite(seen) & (seen >= above) & (seen < below)))
    least = max(LEAST, _LEAST_PART * len(known) if name != COUNTED else 0.0)
    return made if all(met.sum() >= least for _, met in made) else []


def _command(given: Given, replicates: int, worlds: Worlds) -> Command:
    words = by(worlds.measure) if worlds.success.weights is not None else ()
    return command("run", worlds.seed, *words, "--given", str(given), "--replicates", replicates)


def switches(scenario: Scenario, policies: Mapping[str, Settings], replicates: int, worlds: Worlds) -> list[Switch]:
    """Return where at the handoff another policy is better, by thirds of the margin found, the lead and the capability.

    Policies act after the handoff, so that what is seen at it is the same under each. The policy is chosen among the
    first worlds that look so and judged among fresh ones.
    """
    changed = [scenario.with_(**changes) for changes in policies.values()]
    own = list(policies).index(AS_IT_IS)
    here, fresh = (_tried(scenario, changed, own, replicates, one) for one in (worlds, worlds.fresh))
    found = []
    for name in OBSERVABLES:
        if name == COUNTED:
            continue
        for given, met in parted(name, 0.0, here.seen[name]):
            means = [float(one[met].mean()) for one in here.worth]
            best = int(np.argmax(means))
            judged = given.holds_of({name: fresh.seen[name]})
            if best == own or judged.sum() < LEAST:
                continue
            gain = worlds.success.difference(fresh.worth[best][judged], fresh.worth[own][judged])
            policy = list(policies)[best]
            words = [word for path, value in policies[policy].items() for word in ("--with", f"{path}={value}")]
            words += by(worlds.measure) if worlds.success.weights is not None else []
            told = command("compare", worlds.fresh.seed, *words, "--given", str(given), "--replicates", replicates)
            found.append(Switch(given, policy, gain, told))
    return found


@dataclass(frozen=True, slots=True)
class _Tried:
    """What was seen at the handoff of the scenario's own runs, and what runs are worth under each policy."""

    seen: Mapping[str, Floats]
    worth: Sequence[Successes]


def _tried(scenario: Scenario, changed: Sequence[Scenario], own: int, replicates: int, worlds: Worlds) -> _Tried:
    tables = list(worlds.records(changed, replicates))
    names = {name for name in OBSERVABLES if name != COUNTED}
    seen = observed(scenario, worlds.seed, tables[own], 0.0, names)
    return _Tried(seen, [worlds.succeeded(table) for table in tables])
