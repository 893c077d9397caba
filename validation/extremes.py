"""Extreme values that a file may say: one world each, through both engines, with a limit of time.

``python -m validation.extremes`` runs each world's replicates on both engines in a process that is ended if it takes
too long. Allowed are records without NaN that are the same bit for bit, a refusal by the reader, and the error of a
budget of steps that names the replicate, which ``trace`` must follow on the other engine up to the same month. Not
allowed is anything else: NaN, an endless run, a traceback, engines that differ.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import deference_sim as ds
from deference_sim.analysis.trace import trace
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.problems import ScenarioError
from validation import pages
from validation.random_worlds import Look, Watched, look_at

SECTION = "extremes"
REPLICATES = 4
_NAMED = re.compile(r"replicate (\d+) \(seed \d+\) cannot be integrated past month ")
MOST_SECONDS = 10.0  # of a core for a replicate on one engine
SEED = 1
STEP_ERROR = "step error"

_DAY, _CENTURY = 1.0 / 30.4375, 1_200.0
_ENDLESS = {"capability.stabilise_at": None, "capability.fizzle_pace": None}
_MILD = {"kind": "background", "severity_mean": -1e6, "severity_sd": 0.0}


def _hazards(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"name": f"h{number}"} | _MILD | fields for number in range(count)]


@dataclass(frozen=True)
class World:
    """The baseline with extreme values; ``quick`` if it also runs in the tests.

    ``told``: a failure is followed by ``trace``; not where a million arrivals would take it minutes.
    """

    name: str
    changes: Mapping[str, Any]
    replicates: int = REPLICATES
    quick: bool = True
    told: bool = True


#: Every rate that a file can give; 0, and as much as is allowed or a million.
RATES: Final = (
    "alternatives.early_takeover_rate", "alternatives.punt_rate", "goodness.infection_rate",
    "rival.theft_rate", "tax.paradigm_shift_rate", "time_buying.deal_rate",
)  # fmt: skip
SLOW_RATES: Final = ("rival.theft_rate", "tax.paradigm_shift_rate", "time_buying.deal_rate")
#: What a rate needs beside it to matter.
BESIDE: Final = {
    "alternatives.early_takeover_rate": {"handoff.at": 3.0},
    "time_buying.deal_rate": {"time_buying.max_rate": 0.5, "time_buying.before_handoff": 1.0},
}
#: Widths and scales, over which something comes up or falls.
SCALES: Final = (
    "basin.width", "basin.hazard_scale", "control.half", "goodness.reach", "rival.danger_at", "rival.edge_sd",
    "scheming.half", "scheming.margin_scale", "scheming.work_halves", "time_buying.capability_half",
    "evaluation.tests_half",
)  # fmt: skip
_ALL_ON = {"time_buying.proliferation": 1.0, "scheming.at_handoff": 0.5, "scheming.rate": 0.1,
           "handoff.human_share": 0.2, "handoff.full_when": 0.5,
           "handoff.halt_below": 0.0, "goodness.infection_rate": 0.2, "time_buying.max_rate": 0.5}  # fmt: skip


def least(path: str) -> float:
    """Return the smallest number that may stand at ``path``, 1e-12 where that is 0 and left out."""
    return max(parameters()[path].low, 1e-12)


def most(path: str) -> float:
    """Return the largest number that may stand at ``path``, a million where there is no bound."""
    return min(parameters()[path].high, 1e6)


def _worlds() -> list[World]:
    return [*_risks_taxes_and_spans(), *_growth(), *_scales_and_generations(), *_people_rivals_and_noise()]


def _risks_taxes_and_spans() -> list[World]:
    return [
        World("all rates zero", dict.fromkeys(RATES, 0.0) | {"hazards": _hazards(2, rate=0.0)}),
        *(
            World(f"{path} at its most", {path: most(path)} | BESIDE.get(path, {}), quick=path not in SLOW_RATES)
            for path in RATES
        ),
        World("thefts a million a year", {"rival.theft_rate": 1e6}),
        World("overtaken at once", {"rival.edge": 1e6, "rival.danger_at": 0.0, "rival.lead": 0.0}),
        World("a hazard at its most, handled", {"hazards": _hazards(1, rate=most("hazards.NAME.rate"))}, quick=False),
        World("a hazard that grows a hundred thousandfold with each py",
              {"hazards": _hazards(1, rate=1.0, growth=5.0, diffusion_gap=0.0)}, quick=False, told=False),
        World("a hazard that falls as fast", {"hazards": _hazards(1, rate=1.0, growth=-5.0, diffusion_gap=0.0)}),
        World("1,000 hazards", {"hazards": _hazards(1_000, rate=1e-3)}, quick=False),
        World("no tax", {"tax.broad_alignment": 0.0, "tax.capability_profile": 0.0}),
        World("a tax of a million", {"tax.broad_alignment": 1e6, "tax.capability_profile": 1e6}),
        World("a tax whose shape rises to 1e300", {"tax.shape": [[-2.0, 1e-300], [5.0, 1e300]]}),
        World("one replicate", {}, replicates=1),
        World("a day", {"horizon": _DAY}),
        World("a millionth of a month", {"horizon": 1e-6}),
        World("a century", {"horizon": _CENTURY} | _ENDLESS),
        World("a thousand years of waiting", {"horizon": 12_000.0, "handoff.never": True}, quick=False),
    ]  # fmt: skip


def _growth() -> list[World]:
    hardware = {"capability.hardware_pace": most("capability.hardware_pace")}
    return [
        World("ceiling just above the start", {"capability.ceiling": 1e-9}),
        World("ceiling just above what is handed off to",
              {"handoff.capability": 2.0, "capability.ceiling": 2.0 + 1e-9}),
        World("a ceiling of a million", {"capability.ceiling": 1e6}),
        *(
            World(f"returns 1 {sign:+g}, {law.replace('_', ' ')}",
                  {"capability.returns": 1.0 + sign, "capability.law": law})
            for law in ("software_explosion", "constant_returns") for sign in (-1e-12, 1e-12)
        ),
        World("returns of 1e-12", {"capability.returns": 1e-12}),
        World("returns of a million", {"capability.returns": 1e6}),
        *(
            World(f"blow-up by constant returns of {returns:g}",
                  {"capability.law": "constant_returns", "capability.returns": returns} | _ENDLESS, quick=False)
            for returns in (2.0, 1e6)
        ),
        *(
            World(f"blow-up by tenfold pace for each {1 / exponent:g} py",
                  {"capability.law": "exponential", "capability.exponent": exponent} | _ENDLESS, quick=exponent > 1.0)
            for exponent in (0.5, 10.0)
        ),
        World("constant returns of a million", {"capability.law": "constant_returns", "capability.returns": 1e6}),
        World("exponential decline", {"capability.law": "exponential", "capability.exponent": -10.0}),
        World("milestones of a billion", {"capability.law": "milestones", "capability.milestones": [[0.0, 1e9]],
              "capability.stabilise_at": None}, quick=False),
        World("initial speed-up of 1e-9", {"capability.initial_speedup": 1e-9}),
        World("initial speed-up of a million", {"capability.initial_speedup": 1e6}),
        World("no software", {"capability.software_share": 0.0}),
        World("hardware at its most", hardware),
        World("hardware at its most for a century, scaled up all along", hardware | {"horizon": _CENTURY,
              "capability.stabilise_at": None, "handoff.never": True, "handoff.scaling_share": 1.0}, quick=False),
    ]  # fmt: skip


def _scales_and_generations() -> list[World]:
    shortest = {"generations.step": least("generations.step")}
    return [
        *(World(f"{path} {size:g}", _ALL_ON | {path: size}) for path in SCALES for size in (1e-12, 1e12)),
        World("all scales 1e-12", _ALL_ON | dict.fromkeys(SCALES, 1e-12)),
        World("all scales 1e12", _ALL_ON | dict.fromkeys(SCALES, 1e12)),
        World("generations of 1e-12 py", {"generations.step": 1e-12}),
        World("generations as short as can be", shortest, quick=False),
        World("generations as short as can be, each sent back", shortest | {"generations.accept": 1e6}, quick=False),
        World("generations of a million", {"generations.step": 1e6}),
        World("generations of a million months", {"generations.min_time": 1e6}),
        World("reviews as often as can be", {"evaluation.review_interval": least("evaluation.review_interval"),
              "evaluation.review_work": least("evaluation.review_work")}, quick=False),
        World("no review", {"evaluation.review_interval": None, "evaluation.review_work": None}),
    ]  # fmt: skip


def _people_rivals_and_noise() -> list[World]:
    humans = {"handoff.human_pace": most("handoff.human_pace"), "handoff.when_margin_above": 1e6}
    return [
        World("humans at their fastest who wait for a margin of a million", humans),
        World("humans at their fastest who scale up all along", humans | {"handoff.scaling_share": 1.0}, quick=False),
        World("humans at 1e-9", {"handoff.human_pace": 1e-9, "handoff.at": 3.0}),
        World("handed off to AIs far above", {"handoff.capability": 20.0, "handoff.scaling_share": 1.0}),
        *(World(f"tolerance {size:g}", _ALL_ON | {"numerics.tolerance": size}) for size in (1e-12, 1e-2)),
        World("lead 0 and a rival of a million", {"rival.lead": 0.0, "rival.speed": 1e6}),
        World("a lead of a million months", {"rival.lead": 1e6}),
        World("a deadline at once", {"rival.mode": "deadline", "rival.lead": 0.0}),
        World("noise of a million", {"evaluation.noise": 1e6, "goodness.spread": 1e6,
              "generations.alignment_sd": 1e6, "goodness.profile_ratio": most("goodness.profile_ratio")}),
        World("errors of a million", {"evaluation.tax_error": 1e6, "evaluation.lead_error": 1e6,
              "evaluation.persistent_error": 1e6, "evaluation.overfitting": 1e6}),
        World("drift of a million", {"goodness.drift": 1e6}),
        World("a hazard from the AIs of a million", {"basin.hazard_at_edge": 1e6}),
        World("defence of a million", {"defence.returns": 1e6, "defence.decay": 1e6, "strategy.defence_share": 0.5},
              quick=False),
        World("waste at its most", {"goodness.waste": most("goodness.waste")}),
        World("schemers at their most", {"scheming.at_handoff": 1.0, "scheming.rate": most("scheming.rate"),
              "scheming.detection": most("scheming.detection"), "scheming.capability_slope": 5.0}),
        World("capability at handoff, losses at their most", {"handoff.capability": 20.0, "handoff.human_pace": 1e3,
              "goodness.loss_above": most("goodness.loss_above"), "goodness.best_capability": -1e6}),
        *(World(f"settle {months:g}", {"capability.settle": months, "capability.fizzle_pace": 50.0,
              "capability.stabilise_at": None}) for months in (0.0, 1e6)),
        World("all hazards a thousand times", {"hazard_factor": most("hazard_factor")}),
        World("tests by everybody all along", {"handoff.human_tests": 1.0, "evaluation.tests_share": 1.0,
              "strategy.time_buying_share": 0.0, "strategy.defence_share": 0.0, "handoff.at": 12.0}),
        World("checking at its most", {"tax.checking": 100.0}),
        World("everything uncertain to the ends", {"rival.lead": {"uniform": {"min": 0.0, "max": 1e6}},
              "capability.returns": {"loguniform": {"min": 1e-6, "max": 1e6}}}),
    ]  # fmt: skip


@dataclass
class Seen:
    """What came of one world."""

    world: World
    verdict: str  # fine, refused, step error, or what is wrong
    seconds: float = 0.0  # of a core for a replicate on both engines
    outcomes: Counter[str] = field(default_factory=Counter)
    message: str = ""

    @property
    def allowed(self) -> bool:
        """Whether this is a thing that may happen."""
        return self.verdict in ("fine", "refused", STEP_ERROR)


def judged(world: World, look: Look) -> Seen:
    """Return the verdict on what a run of ``world`` left."""
    verdict, runs = ", ".join(sorted(look.failures)) or "fine", world.replicates
    if named := _NAMED.match(look.message):
        runs = int(named.group(1)) + 1  # the first that fails ends the run
        if world.told and not is_replayed(world, runs - 1, look.message):
            verdict = "trace tells another failure"
    return Seen(world, verdict, look.seconds / runs, look.outcomes, look.message.partition(":")[0])


def is_replayed(world: World, replicate: int, message: str) -> bool:
    """Return whether ``trace``, on the events engine, follows a replicate that fails up to the very same failure."""
    told = trace(ds.load("baseline").with_(**world.changes), replicate, SEED)
    return told.failure == message and told.month > 0.0 and len(told.log) > 0


def refusal_of(world: World) -> Seen | None:
    """Return what the reader says if it refuses ``world``, else None."""
    try:
        ds.load("baseline").with_(**world.changes)
    except ScenarioError as error:
        return Seen(world, "refused", message=str(error))
    return None


def see(world: World) -> Seen:
    """Run ``world`` here and now."""
    return refusal_of(world) or judged(world, look_at(dict(world.changes), world.replicates, SEED, world.replicates))


def see_watched(world: World, worker: Watched) -> Seen:
    """Run ``world`` in a process that is ended when it takes too long."""
    if refused := refusal_of(world):
        return refused
    worker.limit = 2 * MOST_SECONDS * world.replicates
    return refusal_of(world) or judged(
        world, worker.look(dict(world.changes), world.replicates, SEED, world.replicates)
    )


def page(found: Sequence[Seen]) -> Page:
    """Return the table: a row for each world."""
    rows = [
        (
            seen.world.name,
            seen.verdict,
            f"{seen.seconds:.2f}",
            ", ".join(f"{name} {count}" for name, count in seen.outcomes.most_common()) or seen.message,
        )
        for seen in found
    ]
    bad = sum(not seen.allowed for seen in found)
    return [
        Heading(f"{len(found)} worlds of extreme values, both engines: {bad} not as they must be"),
        Table("", ("world", "verdict", "s", "ends"), tuple(rows), right=frozenset({2})),
        Paragraph(
            "s: seconds of a core for a replicate on both engines together (of a step error: on the compiled one). A "
            "step error is followed by `trace`, on the events engine, up to the same month.",
            aside=True,
        ),
    ]


WORLDS: Final = _worlds()


def main(arguments: list[str] | None = None) -> int:
    """Run all worlds and print the table; return 1 if any is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m validation.extremes", description=__doc__)
    parser.add_argument("--only", default="", help="worlds with this in their name")
    parser.add_argument("--write", action="store_true", help="put the table into docs/validation.md")
    args = parser.parse_args(arguments)
    worker = Watched(0.0)
    found = []
    for world in WORLDS:
        if args.only in world.name:
            found.append(see_watched(world, worker))
            print(f"{found[-1].seconds:8.2f} s  {found[-1].verdict:12} {world.name}", file=sys.stderr, flush=True)
    made = page(found)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made)
    return 1 if any(not seen.allowed for seen in found) else 0


if __name__ == "__main__":
    sys.exit(main())
