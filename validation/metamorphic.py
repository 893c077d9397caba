"""Metamorphic relations on random scenarios: what must not change records at all, and what may in one direction only.

``python -m validation.metamorphic --scenarios 200`` draws worlds as ``validation.agreement`` does: everything that a
file may say but extreme numbers; policies, laws and modes in turn. It asks every relation of each. Nobody knows the
right answer of such a world; but a hazard that never comes changes no bit of it, the first of its replicates are those
of a smaller run, and a rival who is further behind, slower, or less easily dangerous spoils nothing.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt
from time import perf_counter
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from deference_sim.engines import compiled
from deference_sim.engines.failure import StepError
from deference_sim.model.state import (
    AI_TAKEOVER,
    CATASTROPHES,
    CATASTROPHIC_MISTAKE,
    OUTCOMES,
    SETTLED,
    UNRESOLVED,
)
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.scenario import Scenario
from deference_sim.scenario.canonical import document
from deference_sim.scenario.catalogue import parameters, paths_of
from deference_sim.scenario.compose import compose
from deference_sim.study import runner
from deference_sim.study.tally import GOOD_CODES
from validation import pages
from validation.agreement import scenario_of
from validation.quiet import hazard

SECTION = "metamorphic"
TOLERANCE = 5.0  # standard errors
AFFORDABLE = 400  # steps and hazards met that a replicate may take on average
FEW = 5  # replicates to find that out
EVENTS = 3  # replicates on the events engine
DAYS_OF_A_MONTH = Decimal("30.4375")
AI_CAUSED = [AI_TAKEOVER, CATASTROPHIC_MISTAKE]


@dataclass(frozen=True)
class Run:
    """What replicates left: their records, and the causes by name."""

    records: NDArray[np.void]
    causes: NDArray[np.str_]

    def __getitem__(self, which: Any) -> "Run":
        return Run(self.records[which], self.causes[which])

    @property
    def catastrophe(self) -> NDArray[np.bool_]:
        """Which had a catastrophe."""
        return np.isin(self.records["outcome"], [OUTCOMES.index(name) for name in CATASTROPHES])

    @property
    def good(self) -> NDArray[np.bool_]:
        """Which had a good end; a run without any end had neither that nor a catastrophe."""
        return np.isin(self.records["outcome"], GOOD_CODES)

    @property
    def stayed(self) -> NDArray[np.bool_]:
        """Which were in the basin throughout until the matter was settled."""
        settled = np.isin(self.records["outcome"], [OUTCOMES.index(name) for name in SETTLED])
        return np.asarray((self.records["in_basin_throughout"] != 0) & settled)


@dataclass(frozen=True)
class World:
    """A random world, and what its replicates leave."""

    scenario: Scenario
    seed: int
    base: Run

    def run(self, replicates: int = 0, **changes: Any) -> Run:
        """Return what replicates of this world with some changes leave."""
        return run(self.scenario.with_(**changes), replicates or len(self.base.records), self.seed)

    @property
    def hazards(self) -> list[dict[str, Any]]:
        """Its hazards as a file lists them, uncertain numbers as distributions."""
        return list(document(self.scenario)["hazards"])


Relation = Callable[[World], str | None]


def run(scenario: Scenario, replicates: int, seed: int) -> Run:
    """Return what replicates of a scenario leave."""
    records, names = runner.run(scenario, replicates, seed)
    return Run(records, np.array([*names, ""])[records["cause"]])


def world(number: int, replicates: int, seed: int) -> World | None:
    """Return random world ``number``; None if it takes too many steps for so many relations."""
    scenario, _, _ = scenario_of(number, seed)
    seed = (seed << 32) + number  # of its own, so that worlds do not share their luck
    try:
        few = run(scenario, FEW, seed).records
        if sum(float(few[name].sum()) for name in ("steps", "hazards_handled", "hazards_suffered")) > AFFORDABLE * FEW:
            return None
        return World(scenario, seed, run(scenario, replicates, seed))
    except StepError:
        return None


def difference(one: Run, other: Run, *but: str) -> str | None:
    """Return in what two runs differ, columns ``but`` aside; None if they are the same to the last bit."""
    for name in one.records.dtype.names or ():
        first, second = one.records[name], other.records[name]
        if name not in (*but, "cause") and first.tobytes() != second.tobytes():
            place = int(np.argmax(first != second))
            return f"{name} of replicate {place}: {first[place]} and {second[place]}"
    return None if (one.causes == other.causes).all() else "causes"


# ---- to the last bit -----------------------------------------------------------------------------------------


def a_hazard_that_never_comes(world: World) -> str | None:
    """Nor does the order of hazards matter."""
    never = [hazard(name, rate=0.0) for name in ("aa_never", "zz_never")]
    return difference(world.base, world.run(hazards=[never[1], *world.hazards[::-1], never[0]]))


def a_hazard_that_is_always_handled(world: World) -> str | None:
    """It is counted, and that is all."""
    harmless = hazard("mm_harmless", rate=3.0, severity_mean=-1e9)
    return difference(world.base, world.run(hazards=[*world.hazards, harmless]), "hazards_handled")


def another_name(world: World) -> str | None:
    """A name and a description are for people."""
    return difference(world.base, world.run(name="another", description="The same world."))


def fewer_replicates(world: World) -> str | None:
    """The first of many are the few."""
    few = len(world.base.records) // 3
    return difference(world.base[:few], world.run(few))


def one_replicate_alone(world: World) -> str | None:
    """A replicate knows nothing of the others."""
    place = len(world.base.records) - 1
    numbers = runner.numbers_of(world.scenario, world.seed, np.array([place]))
    alone = compiled.run_replicates(*numbers, world.seed, np.array([place]))
    return difference(world.base[[place]], Run(alone, world.base.causes[[place]]))


def other_blocks_and_threads(world: World) -> str | None:
    """Nor does it know who computes it."""
    with patch.object(runner, "BLOCK", 7), patch.object(os, "cpu_count", lambda: 3):
        return difference(world.base, world.run())


def a_grid_to_look_at(world: World) -> str | None:
    """Neither the events engine nor somebody who looks on changes anything."""
    grid = np.linspace(0.0, float(world.base.records["months"][:EVENTS].max()), 20)
    for replicate in range(min(EVENTS, len(world.base.records))):
        seen = runner.world_of(world.scenario, world.seed, replicate, grid=grid).run_to_the_end()
        if found := difference(world.base[[replicate]], Run(seen, world.base.causes[[replicate]])):
            return found
    return None


def a_later_horizon(world: World) -> str | None:
    """What is resolved before the horizon is so whenever it comes."""
    longer = world.run(horizon=min(1.5 * world.scenario.horizon, 12_000.0))
    done = world.base.records["months"] < world.scenario.horizon
    return difference(world.base[done], longer[done])


def an_earlier_horizon(world: World) -> str | None:
    """Up to it nothing changes, and then a run is unresolved, or a takeover if schemers are in charge."""
    months = world.base.records["months"]
    ends = months[months < world.scenario.horizon]
    cut = float(np.median(ends)) + 1e-6 if len(ends) else 0.7 * world.scenario.horizon
    earlier, done = world.run(horizon=cut), months < cut
    cut_short = earlier.records[~done]
    if not (cut_short["outcome"] == np.where(cut_short["scheming"] == 1, AI_TAKEOVER, UNRESOLVED)).all():
        return "neither unresolved at the horizon nor taken over by schemers"
    return difference(world.base[done], earlier[done])


def other_units(world: World) -> str | None:
    """Months are as good as days: 30.4375 times as many."""
    changed = {
        path: f"{Decimal(value) * DAYS_OF_A_MONTH:f} days"
        for path, parameter, value in paths_of(world.scenario)
        if parameter.unit == "months" and isinstance(value, float) and path not in world.scenario.uncertain
    }
    other = world.scenario.with_(**changed)
    if other.hash != world.scenario.hash:
        return "another hash"
    return difference(world.base, run(other, len(world.base.records), world.seed))


def read_again(world: World) -> str | None:
    """The file that says everything means the same."""
    root, problems = compose(world.scenario.to_yaml(), "again")
    other = type(world.scenario).of_tree(root)
    if problems or other.hash != world.scenario.hash:
        return "another hash"
    return difference(world.base, run(other, len(world.base.records), world.seed))


def uncertain_inputs_at_what_was_drawn(world: World) -> str | None:
    """An uncertain world is, replicate by replicate, the certain one of what was drawn."""
    for place in (0, len(world.base.records) - 1):
        drawn = world.scenario.draws(world.seed, np.array([place]))
        certain = world.scenario.with_(**{path: float(values[0]) for path, values in drawn.items()})
        numbers = runner.numbers_of(certain, world.seed, np.array([place]))
        alone = compiled.run_replicates(*numbers, world.seed, np.array([place]))
        if found := difference(world.base[[place]], Run(alone, world.base.causes[[place]])):
            return found
    return None


def the_factor_in_the_rates(world: World) -> str | None:
    """Half the rates at twice the factor on all hazards are the same hazards: both are exact in binary."""
    factor = 2.0 * world.scenario.hazard_factor
    if "hazard_factor" in world.scenario.uncertain or factor > parameters()["hazard_factor"].high:
        return None
    if any(not isinstance(each["rate"], float) for each in world.hazards):
        return None
    halves = [each | {"rate": 0.5 * each["rate"]} for each in world.hazards]
    return difference(world.base, world.run(hazard_factor=factor, hazards=halves))


# ---- in one direction ----------------------------------------------------------------------------------------


def a_fatal_hazard_of_its_own(world: World) -> str | None:
    """It ends runs and changes nothing else; at twice the rate it ends those, and more, and none later."""
    rate = 2.0 / max(float(np.median(world.base.records["months"])), 1e-3)  # per month
    fatal = [hazard("zz_fatal", rate=f"{factor * rate!r} per month") for factor in (1.0, 2.0)]
    before = world.base
    for one in fatal:
        after = world.run(hazards=[*world.hazards, one])
        struck = after.causes == "zz_fatal"
        if (after.records["months"] > before.records["months"]).any():
            return "a run lasts longer"
        if (struck < (before.causes == "zz_fatal")).any():
            return "a run is struck no more"
        if found := difference(before[~struck], after[~struck]):
            return found
        before = after
    return None


def safer_ais(world: World) -> str | None:
    """With half the AIs' hazard, runs that they did not end are the same, and the others last as long or longer."""
    path = "basin.hazard_at_edge"
    if path in world.scenario.uncertain:
        return None
    safer = world.run(**{path: 0.5 * world.scenario.value(path)})
    spared = ~np.isin(world.base.records["outcome"], AI_CAUSED)
    if (safer.records["months"] < world.base.records["months"]).any():
        return "a run is shorter"
    return difference(world.base[spared], safer[spared])


#: What makes decisions look at the rival, or a longer race worse than a shorter one, and how it is when it does not.
BLIND_TO_THE_RIVAL = {"handoff.when_lead_below": None, "rival.catastrophe": 1.0, "time_buying.proliferation": 0.0}


def lost_by(world: World, path: str, weaker: Callable[[float], float]) -> str | None:
    """Return which replicate is lost by a rival who is weaker in ``path``, where no decision looks at the rival.

    Whoever ends well, or stays, must do so still, and nobody may have a catastrophe who had none.
    """
    if world.scenario.rival.mode == "none":
        return None
    policy = str(world.scenario.strategy.policy)
    chosen = {"strategy.policy": "safety_case" if policy == "deadline_aware" else policy}
    hazards = [each | {"growth": 0.0, "severity_slope": 0.0} for each in world.hazards]
    blind = world.scenario.with_(**BLIND_TO_THE_RIVAL, **chosen, hazards=hazards)
    value = blind.value(path)
    as_it_is, after = (
        run(blind.with_(**{path: x}), len(world.base.records), world.seed) for x in (value, weaker(value))
    )
    lost = as_it_is.good & ~after.good | as_it_is.stayed & ~after.stayed | ~as_it_is.catastrophe & after.catastrophe
    return f"replicate {int(np.argmax(lost))} is lost" if lost.any() else None


def a_rival_further_behind(world: World) -> str | None:
    """Where no decision looks at the rival, nobody is lost by half as much lead again."""
    return lost_by(world, "rival.lead", lambda lead: 1.5 * lead)


def a_slower_rival(world: World) -> str | None:
    """Nor by a rival who takes off at two thirds of the speed."""
    return lost_by(world, "rival.speed", lambda speed: speed / 1.5)


def a_smaller_edge(world: World) -> str | None:
    """Nor where one need be half a py less ahead."""
    return lost_by(world, "rival.edge", lambda edge: edge - 0.5)


def a_later_danger(world: World) -> str | None:
    """Nor by a rival who is dangerous half a py later."""
    return lost_by(world, "rival.danger_at", lambda level: level + 0.5)


# ---- by chance alone -----------------------------------------------------------------------------------------


def halves_of_a_rate(world: World) -> float:
    """Return z of the runs that two hazards end at half the rate against those that one ends, in standard errors."""
    rate = 1.0 / max(float(np.median(world.base.records["months"])), 1e-3)  # per month
    whole = world.run(hazards=[*world.hazards, hazard("zz_fatal", rate=f"{rate!r} per month")])
    parts = [hazard(f"zz_fatal_{part}", rate=f"{rate / 2.0!r} per month") for part in (1, 2)]
    halves = world.run(hazards=[*world.hazards, *parts])
    gained, lost = (
        int((np.char.startswith(one.causes, "zz_fatal") & ~np.char.startswith(other.causes, "zz_fatal")).sum())
        for one, other in ((halves, whole), (whole, halves))
    )
    return (gained - lost) / sqrt(gained + lost) if gained + lost else 0.0


#: Relations that compare two runs of their own, not with the base.
OF_A_WEAKER_RIVAL: tuple[Relation, ...] = (a_rival_further_behind, a_slower_rival, a_smaller_edge, a_later_danger)
RELATIONS: tuple[tuple[str, Relation], ...] = tuple(
    (function.__name__.replace("_", " "), function)
    for function in (
        a_hazard_that_never_comes,
        a_hazard_that_is_always_handled,
        another_name,
        fewer_replicates,
        one_replicate_alone,
        other_blocks_and_threads,
        a_grid_to_look_at,
        a_later_horizon,
        an_earlier_horizon,
        other_units,
        read_again,
        uncertain_inputs_at_what_was_drawn,
        the_factor_in_the_rates,
        a_fatal_hazard_of_its_own,
        safer_ais,
        *OF_A_WEAKER_RIVAL,
    )
)


# ---- all of them ---------------------------------------------------------------------------------------------


@dataclass
class Findings:
    """What came of many worlds."""

    worlds: int = 0
    passed_over: int = 0
    held: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    halves: list[float] = field(default_factory=list)

    def take(self, number: int, world: World) -> None:
        """Ask every relation of a world."""
        self.worlds += 1
        for name, relation in RELATIONS:
            try:
                wrong = relation(world)
            except StepError as error:
                wrong = str(error)
            self.held[name] = self.held.get(name, 0) + (wrong is None)
            if wrong is not None:
                self.broken.append(f"world {number}, {name}: {wrong}")
        self.halves.append(halves_of_a_rate(world))

    @property
    def tail(self) -> float:
        """The probability of halves that differ more."""
        return float(chi2.sf(sum(z * z for z in self.halves), len(self.halves)))


def look(numbers: Sequence[int], replicates: int, seed: int) -> Findings:
    """Ask every relation of random worlds."""
    found = Findings()
    for number in numbers:
        made = world(number, replicates, seed)
        if made is None:
            found.passed_over += 1
        else:
            found.take(number, made)
        if sys.stderr.isatty():
            print(f"\r{number + 1 - numbers[0]} of {len(numbers)} worlds", end="", file=sys.stderr, flush=True)
    return found


def page(found: Findings, replicates: int, seed: int, seconds: float) -> Page:
    """Return the table of relations."""
    rows = [
        (name, relation.__doc__ or "", f"{found.held.get(name, 0)} of {found.worlds}") for name, relation in RELATIONS
    ]
    largest = max(found.halves, key=abs, default=0.0)
    return [
        Heading(f"{len(RELATIONS)} relations on {found.worlds} random worlds × {replicates} replicates, seed {seed}"),
        Table("", ("relation", "what it says", "holds in"), tuple(rows), right=frozenset({2})),
        Paragraph(
            f"A fatal hazard against two of half its rate: largest z {largest:+.2f}, P(more) of all together "
            f"{found.tail:.3f}. {found.passed_over} worlds were passed over because they take more than {AFFORDABLE} "
            f"steps a replicate or cannot be integrated. {seconds:.0f} s."
        ),
        *(Paragraph(line) for line in found.broken[:20]),
    ]


def main(arguments: list[str] | None = None) -> int:
    """Ask and print; return 1 if a relation does not hold."""
    parser = argparse.ArgumentParser(prog="python -m validation.metamorphic", description=__doc__)
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--replicates", type=int, default=60)
    parser.add_argument("--first", type=int, default=0, help="number of the first world")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the table into docs/validation.md")
    args = parser.parse_args(arguments)
    started = perf_counter()
    found = look(range(args.first, args.first + args.scenarios), args.replicates, args.seed)
    made = page(found, args.replicates, args.seed, perf_counter() - started)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made)
    sound = not found.broken and all(abs(z) <= TOLERANCE for z in found.halves) and found.tail > 1e-5
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
