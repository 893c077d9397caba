"""Strategies: which policy does best in a scenario, with which settings, and which one regrets least across worlds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import Measure, Success, Successes
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.worlds import SAFELY, Chosen, Worlds
from deference_sim.described import described
from deference_sim.model.strategy import Strategy
from deference_sim.scenario import Scenario, ScenarioError, ScenarioLike, as_scenario, as_scenarios, load
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import ArgumentError, gather, refusal
from deference_sim.shown import Shown
from deference_sim.study.limits import Engine, replicates_of, seed_of
from deference_sim.study.runner import engine_of, warm_up

if TYPE_CHECKING:
    import pandas as pd

DESIGN = 6  # 2 to this power settings of each policy are tried
KEPT = 4  # of so many settings one goes on to the next round
ROUNDS = 3  # the last with all replicates, each before it with a quarter of the next one's
#: Within which bounds settings are searched; units as declared. The shares leave something for capability.
SEARCHED = {
    "goodness_share": (0.0, 0.5),
    "target": (0.0, 2.0),
    "gate": (-0.5, 1.5),
    "time_buying_share": (0.0, 0.4),
    "defence_share": (0.0, 0.1),
}
_COMMON = ("time_buying_share", "defence_share")
#: The settings that each policy heeds.
POLICIES = {
    "fixed": ("goodness_share", *_COMMON),
    "race": _COMMON,
    "margin_target": ("target", *_COMMON),
    "safety_case": ("target", "gate", *_COMMON),
    "deadline_aware": ("target", "gate", *_COMMON),
}
#: Shipped scenarios in which policies do differently, each for another reason.
WORLDS = ("baseline", "rushed-handoff", "single-deadline", "bad-epistemics", "five-hazards", "with-scheming", "plan-b")
AS_IT_IS = "as it is"  # the name of a scenario's own policy with its own settings

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Tuned:
    """A policy with the settings that did best for it.

    ``searched`` is its success on the worlds it was chosen on, ``estimate`` that on fresh ones, ``overtaken_safely``
    the part of p_good there that is luck, and ``gain`` what it does better there than the scenario's own policy.
    ``as_good`` says that the policy chosen over all does not do significantly better there (a paired test at 5 %).
    ``last`` are the lowest and highest value of each setting among the last few that were left to choose from.
    ``at_edge`` are settings that lie at a bound of what was searched.
    """

    policy: str
    settings: dict[str, float]
    searched: float
    estimate: Estimate
    overtaken_safely: float
    gain: Difference
    as_good: bool
    last: dict[str, tuple[float, float]]
    at_edge: tuple[str, ...]

    @property
    def changes(self) -> dict[str, Any]:
        """What makes a scenario follow it: ``scenario.with_(**changes)``."""
        return _changes(self.policy, self.settings)


@described(
    own="The chance with the scenario's own policy and settings.",
    own_overtaken_safely="The part of that which is luck.",
    policies="Each policy with its best settings, the one chosen first.",
)
@dataclass(frozen=True, repr=False)
class BestStrategy(Shown, Chosen):
    """Which policy does best in ``scenario``: ``policies`` each with its best settings, the one chosen first.

    All choices were made on the worlds of ``seed``; every estimate is of the fresh worlds of ``fresh_seed``.
    """

    scenario: Scenario
    own: Estimate
    own_overtaken_safely: float
    policies: tuple[Tuned, ...]
    seconds: float

    @property
    def best(self) -> Tuned:
        """The policy that did best on the worlds it was searched on."""
        return self.policies[0]

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each policy: its chance of success with its best settings, and these."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"policy": one.policy, "searched": one.searched}
                | one.estimate.as_dict()
                | {SAFELY: one.overtaken_safely}
                | one.settings
                for one in self.policies
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            **self.how_chosen(),
            "settings_tried": 2**DESIGN,
            "own": self.own.as_dict(),
            f"own_{SAFELY}": self.own_overtaken_safely,
            "best": self.best.policy,
            "policies": {
                tuned.policy: {
                    "settings": tuned.settings,
                    "searched": tuned.searched,
                    "estimate": tuned.estimate.as_dict(),
                    SAFELY: tuned.overtaken_safely,
                    "gain": tuned.gain.as_dict(),
                    "as_good": tuned.as_good,
                    "last": {name: list(bounds) for name, bounds in tuned.last.items()},
                    "at_edge": list(tuned.at_edge),
                }
                for tuned in self.policies
            },
            "seconds": self.seconds,
        }


@described(
    worlds="The names of the worlds.",
    policies="By name what each policy changes.",
    estimates="For each policy its chance in each world.",
    overtaken_safely="The part of these that is luck.",
    regret="For each policy what the best one does better in each world.",
    best="The best policy of each world.",
    minimax="The policy with the smallest largest regret.",
    best_on_average="The policy with the highest mean chance.",
)
@dataclass(frozen=True, repr=False)
class PolicyRegret(Shown, Chosen):
    """Policies across worlds. ``estimates`` and ``regret`` have a row for each policy and a column for each world.

    ``regret`` is what the best policy of a world does better there. Which one is best in a world, and which policy
    has the smallest largest regret (``minimax``) and the highest mean success (``best_on_average``), was decided on
    the worlds of ``seed``; the estimates are of the fresh ones of ``fresh_seed``.
    """

    worlds: tuple[str, ...]
    policies: dict[str, Settings]
    estimates: dict[str, tuple[Estimate, ...]]
    overtaken_safely: dict[str, tuple[float, ...]]
    regret: dict[str, tuple[Difference, ...]]
    best: tuple[str, ...]
    minimax: str
    best_on_average: str
    seconds: float

    def largest_regret(self, policy: str) -> float:
        """Return the largest regret of ``policy`` in any of the worlds."""
        return max(regret.estimate for regret in self.regret[policy])

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each policy in each world: its chance of success, and its regret there."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"policy": policy, "world": world}
                | estimate.as_dict()
                | {SAFELY: safely}
                | {f"regret_{name}": number for name, number in regret.as_dict().items() if name != "n"}
                for policy in self.policies
                for world, estimate, safely, regret in self._in_worlds(policy)
            ]
        )

    def _in_worlds(self, policy: str) -> Iterable[tuple[str, Estimate, float, Difference]]:
        columns = (self.estimates[policy], self.overtaken_safely[policy], self.regret[policy])
        return zip(self.worlds, *columns, strict=True)

    def average(self, policy: str) -> float:
        """Return the mean success of ``policy`` over the worlds, each counted alike."""
        return float(np.mean([estimate.estimate for estimate in self.estimates[policy]]))

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "worlds": list(self.worlds),
            **self.how_chosen(),
            "best": dict(zip(self.worlds, self.best, strict=True)),
            "minimax_regret": self.minimax,
            "best_on_average": self.best_on_average,
            "policies": {
                policy: {
                    "settings": dict(changes),
                    "largest_regret": self.largest_regret(policy),
                    "average": self.average(policy),
                    "worlds": {
                        world: {"estimate": estimate.as_dict(), SAFELY: safely, "regret": regret.as_dict()}
                        for world, estimate, safely, regret in self._in_worlds(policy)
                    },
                }
                for policy, changes in self.policies.items()
            },
            "seconds": self.seconds,
        }


# ---- searching in one world ---------------------------------------------------------------------------------


@described(
    replicates="How many fresh worlds judge what is found; the last round of the search has as many.",
)
def best_strategy(
    scenario: ScenarioLike,
    replicates: int = 4_000,
    seed: int = 1,
    *,
    measure: Measure = "p_good",
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> BestStrategy:
    """Find for each policy the settings that do best in ``scenario``, and the best of the policies.

    Of each policy 64 settings, the first points of Sobol's sequence over ``SEARCHED``, and the scenario's own ones
    are tried on the worlds of ``seed`` by successive halving (Jamieson and Talwalkar, AISTATS 2016): the better
    quarter of them on a quarter of the replicates, and the better quarter of those on all. The best of each policy
    is judged on fresh worlds. Raises ``ValueError`` for what cannot be run.
    """
    replicates, seed = replicates_of(replicates), seed_of(seed)
    scenario = as_scenario(scenario)
    _check_policies(scenario)
    engine = engine_of(engine, [scenario])
    warm_up(engine)
    started = perf_counter()
    worlds = Worlds(seed, measure, engine, progress)
    found = sorted((_halved(scenario, policy, worlds, replicates) for policy in POLICIES), key=lambda one: -one.share)
    (own, own_safely), *judged = worlds.fresh.judged([scenario, *(one.scenario for one in found)], replicates)
    best = judged[0][0]
    return BestStrategy(
        scenario,
        worlds.success.chance_of(own),
        own_safely,
        tuple(_tuned(one, *tried, best, own, worlds.success) for one, tried in zip(found, judged, strict=True)),
        perf_counter() - started,
        measure=measure,
        seed=seed,
        fresh_seed=worlds.fresh.seed,
        engine=engine,
        replicates=replicates,
    )


def _check_policies(scenario: Scenario) -> None:
    if scenario.own.policy is not None:
        allowed = "scenarios whose policy is one of the model's, since these are tried in its place"
        raise ArgumentError("scenario", f"{scenario.name} with a policy of your own", allowed)


def _rounds(replicates: int) -> list[int]:
    return [max(replicates // KEPT**later, 1) for later in reversed(range(ROUNDS))]


def _sizes(candidates: int) -> list[int]:
    return [max(candidates // KEPT**done, 1) for done in range(ROUNDS)]


@dataclass(frozen=True, slots=True)
class _Halved:
    """What is left of a policy's settings after the search: the best, and the last few it was chosen from."""

    policy: str
    scenario: Scenario
    share: float
    last: list[dict[str, float]]  # the chosen first


def _halved(scenario: Scenario, policy: str, worlds: Worlds, replicates: int) -> _Halved:
    candidates = _candidates(scenario, policy)
    scenarios = [scenario.with_(**_changes(policy, settings)) for settings in candidates]
    left = list(range(len(candidates)))
    shares: dict[int, float] = {}
    for n, keep in zip(_rounds(replicates), _sizes(len(candidates)), strict=True):
        left = left[:keep]
        found = worlds.successes([scenarios[place] for place in left], n)
        shares = {place: float(successes.mean()) for place, successes in zip(left, found, strict=True)}
        left.sort(key=lambda place: -shares[place])  # stable: of equals the earlier in the design goes on
    return _Halved(policy, scenarios[left[0]], shares[left[0]], [candidates[place] for place in left])


def _tuned(
    found: _Halved, judged: Successes, safely: float, best: Successes, own: Successes, success: Success
) -> Tuned:
    settings = found.last[0]
    values = {name: [one[name] for one in found.last] for name in settings}
    return Tuned(
        found.policy,
        settings,
        found.share,
        success.chance_of(judged),
        safely,
        success.difference(judged, own),
        not success.is_worse(judged, best),
        {name: (min(of_all), max(of_all)) for name, of_all in values.items()},
        tuple(name for name, value in settings.items() if _is_at_edge(name, value)),
    )


def _candidates(scenario: Scenario, policy: str) -> list[dict[str, float]]:
    """Return the scenario's own settings, where they fit the policy, and those of the design."""
    from scipy.stats import qmc

    names = POLICIES[policy]
    low, high = np.array([SEARCHED[name] for name in names]).T
    design = qmc.scale(qmc.Sobol(len(names), scramble=False).random_base2(DESIGN), low, high)
    made = [{name: round(float(value), 3) for name, value in zip(names, point, strict=True)} for point in design]
    own = {name: float(getattr(scenario.medians.strategy, name)) for name in names}
    try:
        scenario.with_(**_changes(policy, own))
    except ScenarioError:
        return made
    return [own, *made]


def _changes(policy: str, settings: Settings) -> dict[str, Any]:
    return {"strategy.policy": policy, **{f"strategy.{name}": value for name, value in settings.items()}}


def _is_at_edge(name: str, value: float) -> bool:
    low, high = SEARCHED[name]
    near = (high - low) / 2**DESIGN
    return not low + near < value < high - near


# ---- across worlds ------------------------------------------------------------------------------------------


@described(
    worlds="Scenarios, names of shipped ones, or paths of files; each once.",
    policies='By name what a policy changes in a scenario, such as ``{"strategy.policy": "race"}``; by default the '
    "five policies as declared.",
)
def policy_regret(
    worlds: ScenarioLike | Sequence[ScenarioLike] = WORLDS,
    policies: Mapping[str, Settings] | None = None,
    replicates: int = 2_000,
    seed: int = 1,
    *,
    measure: Measure = "p_good",
    engine: Engine = "compiled",
    progress: Callable[[int], object] | None = None,
) -> PolicyRegret:
    """Try ``policies`` in several ``worlds`` (scenarios, their names or paths): how much does each regret in each?

    A policy is a name with what it changes in a scenario (such as ``{"strategy.policy": "race"}``); without any,
    the five policies at their declared defaults are tried. All else in a world stays as it is, including what its
    company insists on. Raises ``ScenarioError`` for a world that does not exist or is named twice and for a policy
    that does not fit one, ``ValueError`` if there is no policy.
    """
    replicates, seed = replicates_of(replicates), seed_of(seed)
    scenarios = as_scenarios(worlds)
    for scenario in scenarios:
        _check_policies(scenario)
    engine = engine_of(engine, scenarios)
    names = [scenario.name for scenario in scenarios]
    _check_each_once(names)
    ways = with_defaults() if policies is None else _ways_of(policies)
    if not ways:
        raise ValueError("policies are none: name at least one, or leave them out for the five policies")
    changed = {way: [scenario.with_(**changes) for scenario in scenarios] for way, changes in ways.items()}
    warm_up(engine)
    started = perf_counter()
    bench = Worlds(seed, measure, engine, progress)
    searched = np.array([[found.mean() for found in bench.successes(row, replicates)] for row in changed.values()])
    judged = {way: bench.fresh.judged(row, replicates) for way, row in changed.items()}
    best = [list(ways)[place] for place in searched.argmax(axis=0)]
    return PolicyRegret(
        tuple(names),
        ways,
        {way: tuple(bench.success.chance_of(found) for found, _ in row) for way, row in judged.items()},
        {way: tuple(safely for _, safely in row) for way, row in judged.items()},
        {
            way: tuple(
                bench.success.difference(judged[best[place]][place][0], found) for place, (found, _) in enumerate(row)
            )
            for way, row in judged.items()
        },
        tuple(best),
        list(ways)[int((searched.max(axis=0) - searched).max(axis=1).argmin())],
        list(ways)[int(searched.mean(axis=1).argmax())],
        perf_counter() - started,
        measure=measure,
        seed=seed,
        fresh_seed=bench.fresh.seed,
        engine=engine,
        replicates=replicates,
    )


def _ways_of(policies: Any) -> dict[str, Settings]:
    allowed = "a mapping of names to what each changes: {'racing': {'strategy.policy': 'race'}}"
    if not isinstance(policies, Mapping):
        raise ArgumentError("policies", policies, allowed)
    for changes in policies.values():
        if not isinstance(changes, Mapping):
            raise ArgumentError("policies", changes, allowed)
    return dict(policies)


def runs_planned(replicates: int, few: int, worlds: int) -> int:
    """Return about how many runs ``best_strategy`` makes, with ``policy_regret`` of what it finds in ``worlds``."""
    each = sum(tried * n for tried, n in zip(_sizes(2**DESIGN + 1), _rounds(replicates), strict=True))
    return len(POLICIES) * (each + replicates) + replicates + 2 * few * (len(POLICIES) + 1) * worlds


def load_worlds(names: Iterable[str], *, beside: Scenario) -> list[Scenario]:
    """Return the scenario ``beside`` and those of ``names``, but not again the one that it was loaded from.

    Raises ``ScenarioError`` with every name that is wrong.
    """
    wanted = [name.strip() for name in names]
    _check_each_once(wanted)
    found = gather(partial(load, name) for name in wanted)
    return [beside, *(world for world in found if world.name != beside.name)]


def _check_each_once(names: list[str]) -> None:
    if not names or not all(names) or len(set(names)) < len(names):
        told = ", ".join(name or "nothing" for name in names) or "none"
        raise refusal(ARGUMENT, "worlds", f"found {told}", "names of scenarios, at least one, each once")


def with_defaults() -> dict[str, Settings]:
    """Return the five policies with the declared defaults of the settings they heed."""
    declared = Strategy()
    return {
        policy: _changes(policy, {name: getattr(declared, name) for name in POLICIES[policy]}) for policy in POLICIES
    }


def policies_to_compare(found: BestStrategy) -> dict[str, Settings]:
    """Return the scenario's own policy and each policy tuned for the scenario, to try them in other worlds."""
    own = found.scenario.medians.strategy
    as_it_is = _changes(own.policy, {name: getattr(own, name) for name in POLICIES[own.policy]})
    return {AS_IT_IS: as_it_is, **{tuned.policy: tuned.changes for tuned in found.policies}}
