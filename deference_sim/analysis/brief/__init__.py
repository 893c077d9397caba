"""The brief: what to do, how sure that is, what would change it, and what the answer rests on, from every question.

Each part is the answer of a command, found by the very function that the command asks, so that its figures are those of
the command that stands beside them. Only what no command tells is found here: what is advised, what would flip it, and
how well those keep up who handed off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis import discover as discovery
from deference_sim.analysis import handoff as handoffs
from deference_sim.analysis import sensitivity as sensitivities
from deference_sim.analysis import strategy as strategies
from deference_sim.analysis.alternatives import Alternatives, alternatives, planned
from deference_sim.analysis.brief.choices import (
    BEST,
    NOW,
    WEIGHED,
    Choice,
    Choices,
    MonthMore,
    WeightFlip,
    choices_of,
    months_more,
    weight_flips,
)
from deference_sim.analysis.brief.flips import Flip, flips, policy_flips
from deference_sim.analysis.brief.keep_up import KeepUp, keep_up
from deference_sim.analysis.brief.parts import AtWork, Command, Futures, by, command, in_silence
from deference_sim.analysis.brief.signposts import Signpost, Switch, signposts, switches
from deference_sim.analysis.discover import Discovery
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.handoff import INDIFFERENCE, NEVER, OWN_WAY, BestHandoff
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.nested import InputSpread, input_spread
from deference_sim.analysis.required_lead import Requirement, required_lead
from deference_sim.analysis.run import Result, simulate
from deference_sim.analysis.sensitivity import Sensitivity
from deference_sim.analysis.sensitivity.result import Method
from deference_sim.analysis.strategy import BestStrategy, PolicyRegret
from deference_sim.analysis.worlds import Worlds
from deference_sim.described import described
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario, as_scenarios
from deference_sim.scenario.own import refuse_own
from deference_sim.scenario.problems import ArgumentError
from deference_sim.scenario.several import is_several
from deference_sim.shown import Shown
from deference_sim.study.limits import LEAST_BRIEF, USUAL_BRIEF, replicates_of, seed_of
from deference_sim.study.runner import warm_up
from deference_sim.study.tally import GOOD_ENDS

__all__ = [
    "BEST", "INDIFFERENCE", "NEVER", "NOW", "OWN_WAY", "Brief", "Choice", "Choices", "Command", "Flip", "KeepUp",
    "MonthMore", "WeightFlip", "brief",
]  # fmt: skip

TARGETS = (0.5, 0.8, 0.9)
MOST_INPUTS = 5  # named as those that matter most
MOST_FOR_POLICIES = 3  # of them, along which policies are held against one another: there are more of these than dates
#: The parts, in the order in which they are made, in words for whoever waits.
PARTS: Mapping[str, str] = {
    "run": "the scenario as written",
    "spread": "the spread over what is uncertain",
    "alternatives": "by expert and by structure of the world",
    "handoff": "when to hand off",
    "choices": "the choices, side by side",
    "months": "what a month more is worth",
    "keep_up": "how well those keep up who handed off",
    "required_lead": "how much lead it takes",
    "strategy": "which policy does best, here and elsewhere",
    "tornado": "which inputs move it",
    "sobol": "what the variance comes from",
    "knowing": "what knowing an input would be worth",
    "discover": "where it fails",
    "flips": "what would flip the choice",
    "policy_flips": "what would make another policy better",
    "signposts": "what to look out for",
}


@described(
    futures="How many futures each part had.",
    run="The scenario as written.",
    by="The chance as written by expert and by structure of the world, where the scenario has these.",
    spread="The chance over what is uncertain.",
    handoff="When to hand off.",
    choices="What can be done, and how well each does.",
    months="What a month more of lead is worth.",
    keep_up="Whether goodness keeps up with capability.",
    required="The lead that it takes; None without a rival.",
    strategy="Which policy does best.",
    regret="How policies do in other worlds.",
    tornado="What matters most, one input at a time.",
    sobol="What matters most, as shares of variance.",
    knowing="What it is worth to know an input beforehand.",
    failing="In which ranges it fails; None where EMA Workbench is missing.",
    flips="Values of inputs at which the advice changes.",
    policy_flips="Values of inputs at which another policy is best.",
    weight_flips="Weights of ends at which the advice changes.",
    signposts="What can be seen, and how the chance goes with it.",
    switches="Signposts at which another choice is better.",
    commands="For each part the command that gives its figures.",
)
@dataclass(frozen=True, repr=False)
class Brief(Shown):
    """What a strategist asks of a scenario, answered part by part."""

    scenario: Scenario
    measure: Measure
    seed: int
    futures: Futures
    run: Result
    spread: InputSpread
    by: tuple[Alternatives, ...]
    handoff: BestHandoff
    choices: Choices
    months: tuple[MonthMore, ...]
    keep_up: KeepUp
    required: Requirement | None
    strategy: BestStrategy
    regret: PolicyRegret
    tornado: Sensitivity
    sobol: Sensitivity
    knowing: Sensitivity
    failing: Discovery | None
    flips: tuple[Flip, ...]
    policy_flips: tuple[Flip, ...]
    weight_flips: tuple[WeightFlip, ...]
    signposts: tuple[Signpost, ...]
    switches: tuple[Switch, ...]
    commands: Mapping[str, Command]

    @property
    def dates(self) -> BestHandoff:
        """The search for a date, its best and those as good being what the choices say, which saw other worlds."""
        best = next(one for one in self.handoff.curve if one.month == self.choices.best_date)
        level = replace(self.handoff.best, month=best.month, estimate=best.estimate)
        return replace(self.handoff, best=level, as_good=self.choices.dates)

    @property
    def chance(self) -> Estimate:
        """The chance as written, or the mean worth."""
        return self.run.chance(self.measure)

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision, and nothing that differs from run to run."""
        found: dict[str, Any] = _without_seconds(
            {
                "scenario": self.scenario.name,
                "hash": self.scenario.hash,
                "measure": self.measure,
                "seed": self.seed,
                "replicates": self.futures.each,
                "advised": self.choices.advised,
                "choices": [
                    {
                        "name": one.name,
                        "changes": dict(one.changes),
                        "estimate": one.estimate.as_dict(),
                        "gain": one.gain.as_dict(),
                        "short_of_advised": one.short.as_dict(),
                    }
                    for one in self.choices.every
                ],
                "as_written": self.chance.as_dict(),
                "over_ranges": self.spread.as_dict(),
                "alternatives": [one.as_dict() for one in self.by],
                "run": self.run.as_dict(),
                "handoff": self.handoff.as_dict(),
                "months_more": {
                    one.name: {
                        "changes": dict(one.changes),
                        "first": one.first.as_dict(),
                        "second": one.second.as_dict(),
                        "gain": one.gain.as_dict(),
                    }
                    for one in self.months
                },
                "keep_up": _keep_up_dict(self.keep_up),
                "required_lead": None if self.required is None else self.required.as_dict(),
                "strategy": self.strategy.as_dict() | {"regret": self.regret.as_dict()},
                "tornado": self.tornado.as_dict(),
                "sobol": self.sobol.as_dict(),
                "knowing": self.knowing.as_dict(),
                "discover": None if self.failing is None else self.failing.as_dict(),
                "dates": list(self.choices.dates),
                "flips": [_flip_dict(one) for one in self.flips],
                "policy_flips": [_flip_dict(one) for one in self.policy_flips],
                "weight_flips": [
                    {"end": one.end, "own": one.own, "at": one.at, "sure": one.sure, "to": one.to}
                    for one in self.weight_flips
                ],
                "signposts": [_signpost_dict(one) for one in self.signposts],
                "switches": [
                    {"given": str(one.given), "policy": one.policy, "gain": one.gain.as_dict()} for one in self.switches
                ],
                "commands": {name: [one.name, *one.words] for name, one in self.commands.items()},
            }
        )
        return found


def _keep_up_dict(found: KeepUp) -> dict[str, Any]:
    def told(one: Any) -> Any:
        return None if one is None else {name: getattr(one, name) for name in ("estimate", "low", "high", "n", "never")}

    pairs = {"least_lead_months": found.least_lead, "bought_per_month_of_tax": found.bought}
    both = {
        name: None if pair is None else dict(zip(("p50", "p10"), map(told, pair), strict=True))
        for name, pair in pairs.items()
    }
    return {**both, "binds_at_capability": told(found.binds_at), "runs": found.runs}


def _signpost_dict(one: Signpost) -> dict[str, Any]:
    thirds = [{"given": str(third.given)} | third.estimate.as_dict() for third in one.thirds]
    return {"seen": one.name, "months_after_handoff": one.months, "thirds": thirds}


def _flip_dict(one: Flip) -> dict[str, Any]:
    def values(numbers: tuple[float, ...] | None) -> Any:
        return None if numbers is None else list(numbers)

    return {
        "inputs": list(one.paths),
        "own": values(one.own),
        "at": values(one.at),
        "low": values(one.low),
        "high": values(one.high),
        "to": one.to,
        "beyond": one.beyond.as_dict() | {"at": values(one.looked)},
    }


def _without_seconds(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _without_seconds(value) for name, value in found.items() if name != "seconds"}
    return [_without_seconds(value) for value in found] if isinstance(found, list) else found


@described(
    replicates="How many fresh futures judge each choice; the other parts take their numbers from it.",
    worlds="Scenarios in which policies are tried as well.",
    at_work="Is called with words as each part begins, and returns a context manager that yields what hears of "
    "progress.",
)
def brief(
    scenario: ScenarioLike,
    replicates: int = USUAL_BRIEF,
    seed: int = 1,
    *,
    measure: Measure = "p_good",
    worlds: Sequence[ScenarioLike] = strategies.WORLDS,
    at_work: AtWork | None = None,
) -> Brief:
    """Answer what to do in ``scenario``, how sure that is, what would change it, and what the answer rests on.

    Raises ``ScenarioError`` or ``ValueError`` for what cannot be answered.
    """
    chosen = as_scenario(scenario)
    refuse_own(chosen.own, chosen.name, "since a brief runs more than they would leave time for")
    success_of(measure)
    replicates, seed = replicates_of(replicates, least=LEAST_BRIEF), seed_of(seed)
    warm_up("compiled")
    several = (worlds,) if isinstance(worlds, str | Scenario) else worlds
    if not is_several(several):
        raise ArgumentError("worlds", worlds, "scenarios, their names or paths, in a list")
    return _Making(chosen, measure, seed, Futures(replicates), tuple(several), at_work or in_silence).whole()


@dataclass(frozen=True, slots=True)
class _Making:
    """A brief in the making: one method a part."""

    scenario: Scenario
    measure: Measure
    seed: int
    futures: Futures
    worlds: Sequence[ScenarioLike]
    at_work: AtWork

    def whole(self) -> Brief:
        run, spread, by_alternative = self._run(), self._spread(), self._alternatives()
        handoff = self._handoff()
        with self.at_work(PARTS["choices"]) as told:
            fresh = Worlds(self.seed, self.measure, progress=told).fresh.fresh  # the search has judged on the others
            choices, records_by_choice = choices_of(handoff, fresh, self.futures.choices)
        with self.at_work(PARTS["months"]) as told:
            months = months_more(self.scenario, self.measure, self.futures.months, self.seed, told)
        with self.at_work(PARTS["keep_up"]) as told:
            last = float(run.records["months"].max())
            keeping = keep_up(self.scenario, self.futures.run, self.seed, last, told)
        required = self._required()
        strategy, regret = self._strategy()
        tornado, sobol, knowing = self._tornado(), self._sobol(), self._knowing(choices.best_date, choices)
        failing = self._failing()
        flipping, policies_flipping = self._flips(choices, sobol), self._policy_flips(strategy, sobol)
        with self.at_work(PARTS["signposts"]) as told:
            here = Worlds(self.seed, self.measure, progress=told)
            (records,) = here.records([self.scenario], self.futures.run)
            posts = signposts(self.scenario, records, here)
            policies = strategies.policies_to_compare(strategy)
            turns = switches(self.scenario, policies, self.futures.switches, here) if posts else []
        return Brief(
            self.scenario,
            self.measure,
            self.seed,
            self.futures,
            run,
            spread,
            by_alternative,
            handoff,
            choices,
            tuple(months),
            keeping,
            required,
            strategy,
            regret,
            tornado,
            sobol,
            knowing,
            failing,
            flipping,
            policies_flipping,
            tuple(self._weights(choices, records_by_choice)),
            tuple(posts),
            tuple(turns),
            self._commands(knowing),
        )

    def _run(self) -> Result:
        with self.at_work(PARTS["run"]) as told:
            return simulate(self.scenario, self.futures.run, self.seed, progress=told)

    def _spread(self) -> InputSpread:
        draws = self.futures.draws
        with self.at_work(PARTS["spread"]) as told:
            return input_spread(
                self.scenario,
                draws,
                max(self.futures.run // draws, 2),
                self.seed,
                measure=self.measure,
                ranges=True,
                progress=told,
            )

    def _alternatives(self) -> tuple[Alternatives, ...]:
        if not planned(self.scenario):
            return ()
        with self.at_work(PARTS["alternatives"]) as told:
            return tuple(alternatives(self.scenario, self.futures.run, self.seed, measure=self.measure, progress=told))

    def _handoff(self) -> BestHandoff:
        with self.at_work(PARTS["handoff"]) as told:
            return handoffs.best_handoff(
                self.scenario, self.futures.each, self.seed, measure=self.measure, moved=False, progress=told
            )

    def _required(self) -> Requirement | None:
        if self.scenario.rival.mode == "none":
            return None
        with self.at_work(PARTS["required_lead"]) as told:
            return required_lead(
                self.scenario, TARGETS, self.futures.each, self.seed, measure=self.measure, progress=told
            )

    def _strategy(self) -> tuple[BestStrategy, PolicyRegret]:
        n = self.futures.strategy
        others = [self.scenario, *(one for one in as_scenarios(self.worlds) if one.name != self.scenario.name)]
        with self.at_work(PARTS["strategy"]) as told:
            found = strategies.best_strategy(self.scenario, n, self.seed, measure=self.measure, progress=told)
            policies = strategies.policies_to_compare(found)
            few = max(n // 2, 1)
            regret = strategies.policy_regret(others, policies, few, self.seed, measure=self.measure, progress=told)
        return found, regret

    def _tornado(self) -> Sensitivity:
        return self._sensitivity("tornado", self.futures.ends, None)

    def _sobol(self) -> Sensitivity:
        return self._sensitivity("sobol", self.futures.sobol, None)

    def _knowing(self, best: float, choices: Choices) -> Sensitivity:
        return self._sensitivity("voi", self.futures.knowing, _decision(self.scenario, best, choices))

    def _sensitivity(
        self, method: Method, replicates: int, decision: Mapping[str, Sequence[Any]] | None
    ) -> Sensitivity:
        words = PARTS["knowing" if method == "voi" else method]
        with self.at_work(words) as told:
            return sensitivities.sensitivity(
                self.scenario,
                method,
                measure=self.measure,
                replicates=replicates,
                seed=self.seed,
                decision=decision,
                progress=told,
            )

    def _failing(self) -> Discovery | None:
        if discovery.missing_extra():
            return None
        with self.at_work(PARTS["discover"]) as told:
            return discovery.discover(
                self.scenario,
                measure=self.measure,
                algorithms=("prim",),
                boxes=1,
                replicates=self.futures.failing,
                seed=self.seed,
                progress=told,
            )

    def _flips(self, choices: Choices, sobol: Sensitivity) -> tuple[Flip, ...]:
        with self.at_work(PARTS["flips"]) as told:
            fresh = Worlds(self.seed, self.measure, progress=told).fresh
            varied = sobol.plan.varied
            bundles = most_important(sobol)
            return tuple(flips(self.scenario, varied, bundles, choices, fresh, self.futures.flips))

    def _policy_flips(self, strategy: BestStrategy, sobol: Sensitivity) -> tuple[Flip, ...]:
        with self.at_work(PARTS["policy_flips"]) as told:
            return tuple(
                policy_flips(
                    self.scenario,
                    sobol.plan.varied,
                    most_important(sobol)[:MOST_FOR_POLICIES],
                    strategies.policies_to_compare(strategy),
                    strategy.best.policy,
                    Worlds(self.seed, self.measure, progress=told).fresh,
                    self.futures.flips,
                )
            )

    def _weights(self, choices: Choices, records: Mapping[str, NDArray[np.void]]) -> list[WeightFlip]:
        if self.measure == "p_stay":
            return []  # a run can stay in the basin whatever its end
        success = success_of(self.measure)
        worth = {name: np.asarray(success.of_records(table), float) for name, table in records.items()}
        shares = {
            name: {end: table["outcome"] == OUTCOMES.index(end) for end in WEIGHED} for name, table in records.items()
        }
        if success.weights is None:
            own = {end: float(end in GOOD_ENDS) for end in WEIGHED}
        else:
            own = {end: success.weights.by_outcome[OUTCOMES.index(end)] for end in WEIGHED}
        return weight_flips(shares, worth, choices.advised, own)

    def _commands(self, knowing: Sensitivity) -> dict[str, Command]:
        futures, seed = self.futures, self.seed
        counted = by(self.measure)
        decision = knowing.plan.decision
        assert decision is not None
        decide = ["--decide", f"{decision.path}={','.join(decision.options)}"]
        targets = [word for target in TARGETS for word in ("--target", target)]
        names = [one if isinstance(one, str) else as_scenario(one).name for one in self.worlds]
        worlds = ["--worlds", ",".join(names)] if tuple(self.worlds) != strategies.WORLDS else []
        made: dict[str, tuple[str, list[Any]]] = {
            "run": ("run", ["--replicates", futures.run]),
            "alternatives": ("run", [*counted, "--replicates", futures.run]),
            "spread": ("run", [*counted, "--draws", futures.draws, "--ranges", "--replicates", futures.run]),
            "handoff": ("handoff", [*counted, "--replicates", futures.each]),
            "required_lead": ("required-lead", [*targets, *counted, "--replicates", futures.each]),
            "strategy": ("strategy", [*worlds, *counted, "--replicates", futures.strategy]),
            "tornado": ("sensitivity", [*counted, "--replicates", futures.ends]),
            "sobol": ("sensitivity", ["--method", "sobol", *counted, "--replicates", futures.sobol]),
            "knowing": ("sensitivity", ["--method", "voi", *counted, *decide, "--replicates", futures.knowing]),
            "discover": ("discover", [*counted, "--algorithm", "prim", "--replicates", futures.failing]),
        }
        if success_of(self.measure).weights is not None:
            made["run"][1].extend(counted)
        return {name: command(words[0], seed, *words[1]) for name, words in made.items()}


def most_important(sobol: Sensitivity, *, words: bool = False) -> list[tuple[int, ...]]:
    """Return the unknowns with the greatest part in the variance, most first, each as the places of its inputs.

    Those that are a word only with ``words``: they have no values between which a choice could flip.
    """
    varied = sobol.plan.varied
    groups = {varied.label(group): group for group in varied.groups}
    ordered = (set(groups[label]) for label in sobol.table["input"])
    bundles = [bundle for group in ordered for bundle in varied.bundles if set(bundle) <= group]
    return [one for one in bundles if words or not varied.inputs[one[0]].words][:MOST_INPUTS]


def _decision(scenario: Scenario, best: float, choices: Choices) -> dict[str, Sequence[Any]]:
    """Return the choice that knowing something would help with, as one types it: of a date, or of a handoff at all."""
    if scenario.handoff.never or choices.advised == NEVER or scenario.rival.mode == "none":
        return {"handoff.never": ("true", "false")}
    at = scenario.medians.handoff.at
    months = {0.0, round(best, 2), round(float(scenario.medians.rival.lead) / 2.0, 2)}
    if at is not None:
        months.add(round(float(at), 2))
    if len(months) == 1:
        return {"handoff.never": ("true", "false")}
    return {"handoff.at": tuple(f"{month:g}" for month in sorted(months))}
