"""Loops: which feedback loops move the takeoff, along the runs of a Monte Carlo.

At moments of every run the law's own text gives the slopes of all that moves; from these come the scores of all loops
(``scores``), and families of loops with a name (``families``) share them out.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import sqrt
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from deference_sim.analysis.estimate import NORMAL_975, Estimate, Statistic, chance_of, probability
from deference_sim.analysis.loops.families import BASIN, FAMILIES, OTHER, family_of
from deference_sim.analysis.loops.knockouts import PAIRS, Knockout, knock_out, wanted_cuts
from deference_sim.analysis.loops.moments import linked_with, scored
from deference_sim.analysis.loops.paths import APART, Paths, paths
from deference_sim.analysis.loops.scores import Loop, relative
from deference_sim.described import described
from deference_sim.model.roads import ROADS, STAYED
from deference_sim.model.stocks import STOCKS
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.own import refuse_own
from deference_sim.scenario.several import OneOrMore
from deference_sim.shown import Shown
from deference_sim.study.limits import MOST_REPLICATES, replicates_of, seed_of, whole
from deference_sim.study.runner import warm_up

USUAL_RUNS = 1_000
HALF = 0.5  # of all movement: what carries more dominates
THRESHOLDS = (0.4, HALF, 0.6)
#: Ways to weigh and to look at a run; the first is the answer, the others show what hangs on it.
CHOSEN, BY_MONTHS, WITHOUT_ERROR = "by capability", "by months", "estimates without error"
OF_GOODNESS = "loops of goodness alone"  # that pass alignment or the profile: a narrower meaning of all movement
SHIFTED = 0.1  # of all runs: an answer that another way moves by more hangs on it
BAND = 0.25  # py of capability
FEWEST = 20  # runs that a band needs
NAMES = tuple(family.name for family in (*FAMILIES, OTHER))
STOCK_NAMES = frozenset(STOCKS)
_COMPONENTS = frozenset({"A", "W"})  # of goodness
GOODNESS = "A"  # the stock whose cycle partition is looked at

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """Runs with one end: how many, and what share of the movement each family carries on average, by name."""

    n: int
    shares: Mapping[str, Statistic]


@dataclass(frozen=True, slots=True)
class Strength:
    """What one loop carries on average, and how much of that reinforces; the rest balances."""

    share: float
    reinforcing: float


@dataclass(frozen=True, slots=True)
class Shift:
    """Where another family takes over from the one that carries most at the handoff.

    ``first`` is the family that carries most at the handoff in most runs, ``leads`` in which share; all that follows
    is of those. ``second`` is the one that takes over most often, empty if none does. ``chance`` is the share of runs
    in which one takes over, ``capability`` where, in py, as 10, 50 and 90 % quantiles; None if none does.
    """

    first: str
    leads: Estimate
    second: str
    chance: Estimate
    capability: tuple[float, ...] | None


@described(
    replicates="How many runs were made.",
    replicate="The one run that was looked at alone; None for the first ``replicates``.",
    handed_off="In how many of them capability grew after a handoff; all shares are of those.",
    moments="At how many moments of these runs the law was looked at.",
    groups="By end (``all``, ``stayed``, or a road) what each family carries: its share in the sum of absolute scores, "
    "averaged over capability.",
    basin="By way of looking and mark the chance that the basin's own reinforcing loops carry more than that.",
    basin_by_end="The chance that they carry more than half, in runs that ``stayed`` in the basin and in those that "
    "``left``, which the same loops take further out.",
    basin_above_policy="The chance that they carry more than the policy's.",
    shift="Where another family takes over.",
    bands="A row for each band of capability, kind of end and family.",
    strongest="Every loop, the one that carries most first, with what it carries.",
    links="What goes through each link, as a share of all.",
    knockouts="What cutting a family changes, where that was asked.",
)
@dataclass(frozen=True, repr=False)
class Loops(Shown):
    """Which feedback loops move the takeoff in a scenario."""

    scenario: Scenario
    replicates: int
    replicate: int | None
    seed: int
    handed_off: int
    moments: int
    groups: Mapping[str, Group]
    basin: Mapping[str, Mapping[float, Estimate]]
    basin_by_end: Mapping[str, Estimate]
    basin_above_policy: Estimate | None
    shift: Shift | None
    bands: pd.DataFrame
    strongest: Mapping[Loop, Strength]
    links: Mapping[tuple[str, str], float]
    knockouts: Sequence[Knockout]
    seconds: float

    @property
    def answer(self) -> Estimate | None:
        """The chance that the basin's own reinforcing loops carry more than half; None without a handoff."""
        return self.basin[CHOSEN][HALF] if self.handed_off else None

    @property
    def hangs_on(self) -> list[tuple[str, float]]:
        """The ways and thresholds that move that chance by more than 10 points."""
        if self.answer is None:
            return []
        found = [(way, level) for way, chances in self.basin.items() for level in chances]
        return [(way, level) for way, level in found if abs(self.basin[way][level] - self.answer) > SHIFTED]

    @property
    def reinforcing(self) -> dict[str, float]:
        """What reinforcing loops of each family carry; what is left of its share in ``groups`` balances."""
        found = dict.fromkeys(NAMES, 0.0)
        for loop, one in self.strongest.items():
            found[family_of(loop)] += one.reinforcing
        return found

    @property
    def table(self) -> pd.DataFrame:
        """A row for each end and family: runs, share of the movement, its interval."""
        rows = [
            {"end": end, "runs": group.n, "family": name, "share": one.estimate, "low": one.low, "high": one.high}
            for end, group in self.groups.items()
            for name, one in group.shares.items()
        ]
        return pd.DataFrame(rows)

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "replicates": self.replicates,
            **({} if self.replicate is None else {"replicate": self.replicate}),
            "seed": self.seed,
            "handed_off": self.handed_off,
            "moments": self.moments,
            "basin_carries_more_than": [
                {"way": way, "share": level, **chance.as_dict()}
                for way, chances in self.basin.items()
                for level, chance in chances.items()
            ],
            "basin_carries_more_than_half": {end: one.as_dict() for end, one in self.basin_by_end.items()},
            "basin_above_policy": None if self.basin_above_policy is None else self.basin_above_policy.as_dict(),
            "shift": None
            if self.shift is None
            else {
                "first": self.shift.first,
                "leads": self.shift.leads.as_dict(),
                "second": self.shift.second,
                "chance": self.shift.chance.as_dict(),
                "capability": self.shift.capability,
            },
            "families": self.table.to_dict("records"),
            "bands": self.bands.to_dict("records"),
            "loops": [
                {"loop": list(loop), "family": family_of(loop), "share": one.share, "reinforcing": one.reinforcing}
                for loop, one in self.strongest.items()
            ],
            "knockouts": [one.as_dict() for one in self.knockouts],
            "seconds": self.seconds,
        }


@described(
    replicates="How many runs are looked at.",
    replicate="The one run that is looked at, instead of ``replicates``.",
    cut="Families of loops, or ``all``, that are cut at the handoff as well, to see what that changes.",
    pairs="On how many worlds a family is cut.",
)
def loops(
    scenario: ScenarioLike,
    replicates: int = USUAL_RUNS,
    seed: int = 1,
    *,
    replicate: int | None = None,
    cut: OneOrMore = (),
    pairs: int = PAIRS,
    progress: Callable[[int], object] | None = None,
) -> Loops:
    """Find which feedback loops move the takeoff in ``scenario``, from the handoff to the end of each run.

    Uncertain inputs are drawn, one value a run. Raises ``ScenarioError`` for a family that cannot be cut,
    ``ValueError`` for what cannot be run, and ``StepError`` for a replicate that cannot be integrated.
    """
    scenario = as_scenario(scenario)
    refuse_own(scenario.own, scenario.name, "since only the law's own text says what they depend on")
    replicates, pairs, seed = replicates_of(replicates), whole(pairs, "pairs", 1, MOST_REPLICATES), seed_of(seed)
    if replicate is not None:
        replicate = whole(replicate, "replicate", 0, MOST_REPLICATES - 1)
    families, progress = wanted_cuts(cut), progress or (lambda count: None)
    warm_up("events")
    started = perf_counter()
    runs = np.arange(replicates) if replicate is None else np.array([replicate])
    made = paths(scenario, seed, runs, APART, progress)
    linked = linked_with(scenario, GOODNESS)
    shares = Shares(made, linked)
    without_error = Shares(made, linked, believed=False)
    basin = {}
    if shares.runs.size:
        basin = {
            way: {level: chance_of(carried > level) for level in THRESHOLDS}
            for way, carried in (
                (CHOSEN, shares.of_runs(BASIN)),
                (BY_MONTHS, shares.of_runs(BASIN, by_months=True)),
                (WITHOUT_ERROR, without_error.of_runs(BASIN)),
                (OF_GOODNESS, shares.of_runs(BASIN, of_goodness=True)),
            )
        }
    return Loops(
        scenario,
        len(runs),
        replicate,
        seed,
        int(shares.runs.size),
        len(made.states),
        shares.groups(),
        basin,
        shares.by_end(),
        chance_of(shares.of_runs(BASIN) > shares.of_runs(("policy",))) if shares.runs.size else None,
        shares.shift(),
        shares.bands(),
        {
            loop: Strength(share, shares.up[loop])
            for loop, share in sorted(shares.loops.items(), key=lambda one: -one[1])
        },
        dict(shares.links),
        knock_out(scenario, families, pairs, seed, progress),
        perf_counter() - started,
    )


class Shares:
    """What each family, loop and link carries at moments of runs: shares in the sum of absolute scores of all loops.

    Loops are those whose stocks are all among those that are ``linked`` with goodness both ways.
    ``reinforcing`` and ``balancing`` have a row for each moment and a column for each family; the second are negative.
    """

    def __init__(self, made: Paths, linked: Set[str], *, believed: bool = True) -> None:
        self.paths = made
        self.reinforcing = np.zeros((len(made.states), len(NAMES)))
        self.balancing = np.zeros_like(self.reinforcing)
        self.of_goodness = np.zeros(len(made.states))  # what all loops that pass a component of goodness carry
        length = np.bincount(made.run, made.by_capability, len(made.records))
        self.runs: NDArray[np.intp] = np.flatnonzero(length > 0.0)  # those that went on after a handoff
        whole = length[made.run] * max(len(self.runs), 1)
        self._weight = np.divide(made.by_capability, whole, out=np.zeros(len(whole)), where=whole > 0.0)
        self.loops: dict[Loop, float] = defaultdict(float)
        self.up: dict[Loop, float] = defaultdict(float)
        self.links: dict[tuple[str, str], float] = defaultdict(float)
        for places, scores in scored(made, believed=believed):
            inside = {loop: score for loop, score in scores.items() if STOCK_NAMES.intersection(loop) <= linked}
            for loop, score in relative(inside).items():
                self._take(places, loop, score)

    def _take(self, places: NDArray[np.intp], loop: Loop, score: Floats) -> None:
        family = NAMES.index(family_of(loop))
        self.reinforcing[places, family] += np.maximum(score, 0.0)
        self.balancing[places, family] += np.minimum(score, 0.0)
        if not _COMPONENTS.isdisjoint(loop):
            self.of_goodness[places] += np.abs(score)
        carried = float(self._weight[places] @ np.abs(score))
        self.loops[loop] += carried
        self.up[loop] += float(self._weight[places] @ np.maximum(score, 0.0))
        for link in zip(loop, (*loop[1:], loop[0]), strict=True):
            self.links[link] += carried

    @property
    def carried(self) -> Floats:
        """What each family carries at every moment."""
        return self.reinforcing - self.balancing

    def of_runs(self, families: tuple[str, ...], *, by_months: bool = False, of_goodness: bool = False) -> Floats:
        """Return what families carry together in each of the ``runs``, averaged over its way.

        With ``of_goodness`` as a share of what the loops carry that pass a component of goodness.
        """
        weight = self.paths.by_months if by_months else self.paths.by_capability
        together = self.carried[:, [NAMES.index(name) for name in families]].sum(axis=1)
        if of_goodness:
            together = np.divide(together, self.of_goodness, out=np.zeros_like(together), where=self.of_goodness > 0.0)
        total = np.bincount(self.paths.run, weight, len(self.paths.records))[self.runs]
        found = np.bincount(self.paths.run, weight * together, len(self.paths.records))[self.runs]
        return np.divide(found, total, out=np.zeros_like(found), where=total > 0.0)

    def by_end(self) -> dict[str, Estimate]:
        """Return the chance that the basin's own loops carry more than half, in runs that stay and in others."""
        if not self.runs.size:
            return {}
        most = self.of_runs(BASIN) > HALF
        stayed = self.paths.records["road"][self.runs] == STAYED
        return {end: chance_of(most[here]) for end, here in (("stayed", stayed), ("left", ~stayed)) if here.any()}

    def groups(self) -> dict[str, Group]:
        """Return by end what each family carries on average."""
        if not self.runs.size:
            return {}
        each = {name: self.of_runs((name,)) for name in NAMES}
        road = self.paths.records["road"][self.runs]
        ends = {"all": np.ones(len(road), bool)}
        ends |= {name if code else "stayed": road == code for code, name in enumerate(ROADS) if np.any(road == code)}
        return {
            end: Group(int(which.sum()), {name: _mean(values[which]) for name, values in each.items()})
            for end, which in ends.items()
        }

    def shift(self) -> Shift | None:
        """Return where another family takes over from the one that carries most at the handoff."""
        if not self.runs.size:
            return None
        most = np.argmax(self.carried, axis=1)
        begin = np.searchsorted(self.paths.run, self.runs)
        end = np.searchsorted(self.paths.run, self.runs, side="right")
        first = int(np.bincount(most[begin], minlength=len(NAMES)).argmax())
        led = most[begin] == first
        levels, taken_over = [], []
        for start, stop in zip(begin[led], end[led], strict=True):
            other = np.flatnonzero(most[start:stop] != first)
            if other.size:
                levels.append(float(self.paths.states["C"][start + other[0]]))
                taken_over.append(NAMES[most[start + other[0]]])
        return Shift(
            NAMES[first],
            chance_of(led),
            Counter(taken_over).most_common(1)[0][0] if taken_over else "",
            probability(len(levels), int(led.sum())),
            tuple(np.quantile(levels, [0.1, 0.5, 0.9]).tolist()) if levels else None,
        )

    def bands(self) -> pd.DataFrame:
        """Return what families carry by band of capability, in runs that stay in the basin and in those that do not."""
        band = np.floor(self.paths.states["C"] / BAND)
        stayed = self.paths.records["road"][self.paths.run] == STAYED
        rows = []
        for kept, end in ((True, "stayed"), (False, "left")):
            for number in np.unique(band[stayed == kept]):
                here = (band == number) & (stayed == kept)
                runs = np.unique(self.paths.run[here]).size
                if runs >= min(FEWEST, max(self.runs.size, 1)):
                    up, down = self.reinforcing[here].mean(axis=0), self.balancing[here].mean(axis=0)
                    rows += [
                        {
                            "end": end,
                            "capability": (number + 0.5) * BAND,
                            "runs": runs,
                            "family": name,
                            "reinforcing": up[place],
                            "balancing": down[place],
                        }
                        for place, name in enumerate(NAMES)
                    ]
        columns = ["end", "capability", "runs", "family", "reinforcing", "balancing"]
        return pd.DataFrame(rows, columns=columns)


def _mean(values: Floats) -> Statistic:
    """Return the mean with a normal 95 % interval."""
    error = float(values.std(ddof=1)) / sqrt(len(values)) if len(values) > 1 else 0.0
    mean = float(values.mean())
    half = NORMAL_975 * error
    return Statistic(mean, max(mean - half, 0.0), min(mean + half, 1.0), error, len(values))
