"""What differs between two scenarios, expert by expert and structure by structure, on the same worlds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deference_sim.analysis.alternatives import kinds_of
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import MEASURES, VALUE, Measure, Success, Successes, success_of
from deference_sim.analysis.paired import Difference
from deference_sim.scenario import Scenario
from deference_sim.study.runner import run

Pair = tuple[Estimate, Estimate, Difference]
Told = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Apart:
    """What two scenarios differ by with one expert, or one structure, alone.

    ``weights`` are its weight in the first and in the second, None in the one that does not have it: that one is then
    as it is. ``measures`` has both chances and their paired difference, the second less the first.
    """

    name: str
    weights: tuple[float | None, float | None]
    measures: Mapping[str, Pair]


@dataclass(frozen=True, slots=True)
class ApartBy:
    """The same for all experts, or for all structures; ``paths`` are the inputs in which these differ."""

    kind: str
    paths: tuple[str, ...]
    each: tuple[Apart, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "kind": self.kind,
            "paths": list(self.paths),
            "each": [
                {"name": one.name, "weights": list(one.weights)}
                | {
                    name: {"first": first.as_dict(), "second": second.as_dict(), "difference": change.as_dict()}
                    for name, (first, second, change) in one.measures.items()
                }
                for one in self.each
            ],
        }


_Paired = tuple[str, tuple[float | None, float | None], tuple[Scenario, Scenario]]


def paired(first: Scenario, second: Scenario) -> list[tuple[str, tuple[str, ...], list[_Paired]]]:
    """Return for each kind of alternatives their names, weights, and the two scenarios that are to be compared.

    Where both have the same experts, or the same structures, each meets itself; else each meets the other scenario.
    """
    found: list[tuple[str, tuple[str, ...], list[_Paired]]] = []
    ours, theirs = ({kind: (paths, each) for kind, paths, each in kinds_of(one)} for one in (first, second))
    for kind in dict.fromkeys([*ours, *theirs]):
        one, other = ours.get(kind), theirs.get(kind)
        if one and other and [name for name, _, _ in one[1]] == [name for name, _, _ in other[1]]:
            both = zip(one[1], other[1], strict=True)
            found.append((kind, one[0], [(a[0], (a[1], b[1]), (a[2], b[2])) for a, b in both]))
            continue
        if one:
            found.append((kind, one[0], [(name, (weight, None), (own, second)) for name, weight, own in one[1]]))
        if other:
            found.append((kind, other[0], [(name, (None, weight), (first, own)) for name, weight, own in other[1]]))
    return found


def planned(first: Scenario, second: Scenario) -> int:
    """Return how many scenarios ``apart_by`` runs."""
    return len({one.hash for _, _, each in paired(first, second) for _, _, both in each for one in both})


def apart_by(
    first: Scenario,
    second: Scenario,
    replicates: int,
    seed: int,
    *,
    value: Measure | None = None,
    progress: Told | None = None,
) -> list[ApartBy]:
    """Return what two scenarios differ by with each expert, and with each structure, alone; none if neither has any.

    All meet the same worlds. ``value`` are weights of ends, by which what futures are worth is compared too.
    """
    wanted = dict(MEASURES) if value is None else {**MEASURES, VALUE: success_of(value)}
    known: dict[str, dict[str, Successes]] = {}

    def successes(scenario: Scenario) -> dict[str, Successes]:
        if scenario.hash not in known:
            records = run(scenario, replicates, seed, progress=progress)[0]
            known[scenario.hash] = {name: success.of_records(records) for name, success in wanted.items()}
        return known[scenario.hash]

    return [
        ApartBy(
            kind,
            paths,
            tuple(Apart(name, weights, _compared(wanted, *map(successes, both))) for name, weights, both in each),
        )
        for kind, paths, each in paired(first, second)
    ]


def _compared(
    wanted: Mapping[str, Success], first: Mapping[str, Successes], second: Mapping[str, Successes]
) -> dict[str, Pair]:
    return {
        name: (by.chance_of(first[name]), by.chance_of(second[name]), by.difference(second[name], first[name]))
        for name, by in wanted.items()
    }
