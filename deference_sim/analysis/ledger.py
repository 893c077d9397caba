"""The ledger: by which roads runs were lost, and how many of those had looked safe shortly before."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deference_sim.analysis.estimate import Estimate, probability
from deference_sim.analysis.listed import Named
from deference_sim.model.roads import BY_HAZARD, ROADS
from deference_sim.shown import Shown
from deference_sim.study.tally import Tally, loss_of

_SHORTER = {
    "scheming": "AIs schemed, from the handoff or from later on",
    "outrun": "capability outran goodness, or goodness wore away",
}


@dataclass(frozen=True, slots=True, repr=False)
class Loss(Shown):
    """The share of all runs that failed, or left the basin, by one road.

    ``believed_safe`` is the share of these whose margin had looked large enough at the last review before; None if
    there are none.
    """

    estimate: Estimate
    believed_safe: Estimate | None

    def as_dict(self) -> dict[str, Any]:
        """Return share, interval and how much of it had looked safe for JSON, in full precision."""
        return {
            "estimate": self.estimate.estimate,
            "low": self.estimate.low,
            "high": self.estimate.high,
            "believed_safe": None if self.believed_safe is None else self.believed_safe.estimate,
        }


def roads_of(hazards: Iterable[str]) -> list[str]:
    """Return the names of all roads on which runs can be lost, each of ``hazards`` its own, in the law's order."""
    names = []
    for road, name in enumerate(ROADS):
        if road == BY_HAZARD:
            names += [loss_of(road, hazard) for hazard in sorted(hazards)]
        elif road:
            names.append(name)
    return names


def ledger_of(tally: Tally, hazards: Iterable[str]) -> dict[str, Loss]:
    """Return for every road what was lost on it; the shares and p_stay add up to 1, to the last run.

    ``hazards`` are the names of those that can end a run, whether or not they did; others that did are added.
    """
    known = roads_of({*hazards, *tally.causes})
    names = [*known, *(name for name in tally.losses if name not in known)]
    found = Named[Loss](about="Share of all runs that failed, or left the basin, by each road")
    for name in names:
        lost = tally.losses[name]
        believed = probability(tally.believed_safe[name], lost) if lost else None
        found[name] = Loss(probability(lost, tally.n), believed)
    return found


def road_in_words(name: str) -> str:
    """Return what happened on the road ``name``, in words that fit a line of a table; of a hazard by its own name."""
    return _SHORTER.get(name) or ROADS.get(name, f"{name} was fatal")
