"""The claims: what the results must show, each declared once; tests and docs/claims.md come from here.

Worlds are the baseline with changes, or a shipped scenario. ``low`` and ``high`` bound the value that a look finds.
"""

from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from deference_sim.model.state import OUTCOMES
from validation.looks import (
    Found,
    Gain,
    Look,
    RankCorrelation,
    Records,
    Reversals,
    Share,
    World,
    ai_caused,
    both,
    ends_well,
    start,
    takes,
    tax,
)


@dataclass(frozen=True)
class Claim:
    """One claim: its number in the list, what it says, how it is measured, on how many runs, and its bounds.

    ``chosen`` marks calibration, or a world chosen after its numbers were seen; ``missed`` says why it does not hold.
    """

    number: str
    says: str
    look: Look
    n: int
    low: float = -inf
    high: float = inf
    chosen: bool = False
    missed: str = ""
    seed: int = 1

    def missed_by(self, found: Found) -> float:
        """Return how far the value lies outside the bounds, 0 inside."""
        return max(self.low - found.value, found.value - self.high, 0.0)


def world(words: str, *changes: dict[str, Any]) -> World:
    """Return the baseline with changes."""
    return World(words, {path: value for one in changes for path, value in one.items()})


BASE = World("baseline")
TRUSTED = {"scheming.at_handoff": 0.0, "scheming.rate": 0.0}
VERY_GOOD = {**start(1.2), **TRUSTED, "time_buying.max_rate": 1.0, "strategy.target": 1.2, "rival.lead": 1.0}
FAST = {"capability.initial_speedup": 25.0}
NO_TIME = {"rival.lead": 0.0, "time_buying.max_rate": 0.0}
KEEPS_UP = {
    **start(1.2),
    "time_buying.max_rate": 1.0,
    "time_buying.capability_half": 0.2,
    "time_buying.max_bought": 240.0,
    "strategy.time_buying_share": 0.15,
    "strategy.target": 1.2,
    "tax.decline": 0.3,
    "horizon": 240.0,
}
UNWISE = {"goodness.capability_profile": 0.1, "rival.lead": 12.0}
FILL_IN = {"handoff.human_share": 0.1, "handoff.fill_in_profile": 0.8, "handoff.full_when": 0.5}
HALTING = {"handoff.halt_below": 0.1, "handoff.resume_above": 0.2}
BEYOND = {"handoff.capability": 1.5, "goodness.loss_above": 0.0}
FINDABLE = {"scheming.at_handoff": 0.3, "scheming.rate": 0.06, "scheming.recovery": 0.95, "scheming.half": 6.0}
HIDDEN = {
    "scheming.at_handoff": 1.0,
    "scheming.capability_slope": 0.0,
    "scheming.detection": 0.0,
    "goodness.spread": 0.0,
    "rival.mode": "none",
    "hazard_factor": 0.0,
}
TRUE_START = 0.5  # of HIDDEN: start .8 less .21 by g(0) and .09 for capability below the best
HAIL_MARY = {**start(0.2), "scheming.at_handoff": 0.4}
RUSHED = world("handoff after a week, lead 1.5, start .4", start(0.4), {"handoff.at": 0.25, "rival.lead": 1.5})
CAREFUL = world("handoff after 9 months, lead 15, start .4", start(0.4), {"handoff.at": 9.0, "rival.lead": 15.0})
RUSHED_BUT_GOOD, CAREFUL_AND_GOOD = (
    world(f"handoff after {at:g} months, lead 15, start 1.2", start(1.2), {"handoff.at": at, "rival.lead": 15.0})
    for at in (0.25, 9.0)
)
LEAN = World("lean-rush, target 1", {"strategy.target": 1.0}, "lean-rush")
FAR_OUTSIDE = {**start(-0.5), "hazard_factor": 0.0}
NO_BASIN = {"basin.exists": 0.0, "capability.stabilise_at": 0.3, "strategy.policy": "fixed"}
PUNTING = {"basin.exists": 0.0, "alternatives.punt_rate": 0.5, "rival.lead": 24.0}
HOSTILE = {"hazard_factor": 10.0}
LEADS = [round(0.5 + 1.15 * step, 3) for step in range(11)]
STARTS = [round(0.3 + 0.1 * step, 3) for step in range(11)]
RATES = [round(0.1 * step, 3) for step in range(11)]
ELSEWHERE: dict[str, dict[str, Any]] = {
    "baseline": {},
    "a poorer start, handoff after a month": {"goodness.broad_alignment": 0.5, "handoff.at": 1.0},
    "hazards five times as frequent": {"hazard_factor": 5.0},
    "safety cases": {"strategy.policy": "safety_case"},
}


OTHER_LUCK = (
    "the noise of a review belongs to a stretch of capability and to the count of reviews there, so that where reviews "
    "fall a little differently a few runs meet other luck"
)
LONG_STEPS = {"c": "successors come half as often and differ more at once, with nothing repaired in between"}
REVERSED = {"b": OTHER_LUCK, "c": OTHER_LUCK}
#: Claims whose worlds were chosen after a first look at numbers, beside those that are calibration.
AFTER_A_LOOK = frozenset(
    {"5a", "7a", "7b", "7c", "11b", "12a", "12b", "13a", "13b", "14b", "16c", "17", "18a", "18b", "18c"}
)


def row(changes: dict[str, Any], steps: list[dict[str, Any]]) -> tuple[World, ...]:
    """Return worlds that differ by one step each."""
    return tuple(world("", changes, step) for step in steps)


def ends_inside(records: Records) -> np.ndarray:
    """Ends settled with AIs inside the basin."""
    return (records["in_basin"] == 1) & np.isin(records["outcome"], [OUTCOMES.index("stabilised")])


def truly_gained(records: Records) -> np.ndarray:
    """True alignment is above where it began."""
    return np.asarray(records["A"] - records["V"] > TRUE_START)


def looks_better(records: Records) -> np.ndarray:
    """The margin that schemers show ends above where it began."""
    return np.asarray(np.minimum(records["A"], records["W"]) - records["C"] > TRUE_START)


def schemed(records: Records) -> np.ndarray:
    """Some AI schemed."""
    return np.asarray(records["ever_schemed"] == 1)


def never_schemed(records: Records) -> np.ndarray:
    """No AI ever schemed."""
    return ~schemed(records)


def within_a_year(records: Records) -> np.ndarray:
    """Over within a year."""
    return np.asarray(records["months"] < 12.0)


def taken_over(records: Records) -> np.ndarray:
    """AIs, ours or a rival's, take over."""
    codes = [OUTCOMES.index(name) for name in ("ai_takeover", "catastrophic_mistake", "rival_catastrophe")]
    return np.isin(records["outcome"], codes)


def gain(better: World | tuple[World, ...], worse: World | tuple[World, ...], *measures: Any) -> Gain:
    """Return the look at a difference."""
    several = (one if isinstance(one, tuple) else (one,) for one in (better, worse))
    return Gain(*several, *measures)


CLAIMS: tuple[Claim, ...] = (
    Claim("1a", "p_stay of the baseline lies between .5 and .8", Share(BASE), 4_000, 0.5, 0.8, chosen=True),
    Claim("1b", "the same on another seed", Share(BASE), 4_000, 0.5, 0.8, chosen=True, seed=2),
    *(
        Claim(
            f"1{letter}", f"the road {road} loses at least 2 points", Share(BASE, takes(road)), 4_000, 0.02, chosen=True
        )
        for letter, road in zip("cdef", ("start", "scheming", "rival", "hazard"), strict=True)
    ),
    Claim(
        "1g",
        "outrun and successor together lose at least 3 points",
        Share(BASE, takes("outrun", "successor")),
        4_000,
        0.03,
        chosen=True,
    ),
    Claim(
        "2a",
        "a very good start, a month of lead and AIs good at buying time suffice where AIs speed research up 25 times",
        Share(world("very good, speed-up 25", VERY_GOOD, FAST)),
        3_000,
        0.9,
    ),
    Claim(
        "2b",
        "and where they speed it up 12 times",
        Share(world("very good, speed-up 12", VERY_GOOD)),
        3_000,
        0.9,
        missed="at the slower pace the rival is dangerous before the situation is stabilised: it takes a tax of .1 "
        "with danger_at 2, or two months of lead",
    ),
    Claim(
        "2c",
        "with two months of lead 12 times suffice",
        Share(world("very good, lead 2", VERY_GOOD, {"rival.lead": 2.0})),
        3_000,
        0.9,
        chosen=True,
    ),
    Claim(
        "2d",
        "without lead and bought time nothing helps",
        Share(world("very good, speed-up 25, no lead, no bought time", VERY_GOOD, FAST, NO_TIME)),
        1_000,
        high=0.1,
    ),
    *(
        Claim(
            f"3{letter}",
            f"more {name}, in steps of a tenth: at most 1 % of the pairs that differ are reversed",
            Reversals(tuple(row(changes, steps) for changes in ELSEWHERE.values())),
            1_500,
            high=0.01,
            missed=REVERSED.get(letter, ""),
        )
        for letter, name, steps in (
            ("a", "lead", [{"rival.lead": value} for value in LEADS]),
            ("b", "margin at the start", [start(value) for value in STARTS]),
            ("c", "ability to buy time", [{"time_buying.max_rate": value} for value in RATES]),
        )
    ),
    Claim("3d", "less tax is not worse on average", gain(world("tax .1", tax(0.1)), BASE), 2_000, 0.0),
    *(
        Claim(
            f"3{letter}",
            f"less noise is not worse on average, {words}",
            gain(
                world("noise 0", changes, {"evaluation.noise": 0.0}),
                world("noise .5", changes, {"evaluation.noise": 0.5}),
            ),
            3_000,
            -0.01,
            seed=3,
        )
        for letter, (words, changes) in zip("efgh", ELSEWHERE.items(), strict=True)
    ),
    Claim(
        "3i",
        "nor are smaller errors that last",
        gain(BASE, world("error .6", {"evaluation.persistent_error": 0.6})),
        2_000,
        0.0,
    ),
    Claim(
        "4a",
        "a tenfold tax with a month of lead fails",
        Share(world("tax 3, lead 1", tax(3.0), {"rival.lead": 1.0})),
        1_000,
        high=0.1,
    ),
    Claim(
        "4b",
        "ten times the tax is paid by bought time that keeps up, with a high start and target and a tax that falls",
        Share(world("the same, keeping up", tax(3.0), {"rival.lead": 1.0}, KEEPS_UP)),
        1_000,
        0.5,
        chosen=True,
    ),
    Claim(
        "5a",
        "the best date is neither the first nor the last, start 0 and six months of lead",
        gain(
            tuple(world(f"at {at}", start(0.0), {"rival.lead": 6.0, "handoff.at": at}) for at in (2.0, 3.0)),
            tuple(world(f"at {at}", start(0.0), {"rival.lead": 6.0, "handoff.at": at}) for at in (0.0, 5.8)),
            ends_well,
        ),
        3_000,
        0.02,
    ),
    *(
        Claim(
            f"5{letter}",
            f"the best capability at handoff is neither the least nor the most{where}",
            gain(
                tuple(world(f"C {C}", losses, {"handoff.capability": C}) for C in (0.0, 0.3)),
                tuple(world(f"C {C}", losses, {"handoff.capability": C}) for C in (-0.5, 0.8)),
            ),
            3_000,
            0.02,
        )
        for letter, where, losses in (
            ("b", "", {}),
            ("c", ", without either loss too", {"goodness.loss_above": 0.0, "goodness.loss_below": 0.0}),
        )
    ),
    *(
        Claim(
            f"6{letter}",
            f"halting at once does not beat the best date by 3 points, {words}",
            gain(
                tuple(
                    world(
                        f"halt below {low}",
                        changes,
                        {"handoff.at": 0.0, "handoff.halt_below": low, "handoff.resume_above": low + 0.2},
                    )
                    for low in (0.3, 0.6, 1.0)
                ),
                tuple(world(f"at {at}", changes, {"handoff.at": at}) for at in (0.0, 0.5, 2.0, 3.0)),
                ends_well,
            ),
            2_000,
            high=0.03,
        )
        for letter, words, changes in (
            ("a", "baseline", {}),
            ("b", "start 0, lead 6", {**start(0.0), "rival.lead": 6.0}),
        )
    ),
    Claim(
        "7a",
        "unwise AIs with people who fill in end inside more often than without, by 40 points",
        gain(world("fill-in", UNWISE, FILL_IN), world("neither", UNWISE), ends_inside),
        3_000,
        0.4,
    ),
    Claim(
        "7b",
        "and more often than after halts",
        gain(world("fill-in", UNWISE, FILL_IN), world("halts", UNWISE, HALTING), ends_inside),
        3_000,
        0.0,
    ),
    Claim(
        "7c",
        "AIs beyond human level are not rescued by it",
        gain(world("fill-in, C 1.5", UNWISE, FILL_IN, BEYOND), world("neither, C 1.5", UNWISE, BEYOND), ends_inside),
        2_000,
        high=0.05,
    ),
    Claim(
        "8a",
        "detection four times as good pays where a showdown is likely to be won",
        gain(world("detection 2", FINDABLE, {"scheming.detection": 2.0}), world("detection .5", FINDABLE), ends_well),
        3_000,
        0.0,
        chosen=True,
    ),
    *(
        Claim(
            f"8{letter}",
            f"a generation of {step} py instead of ½ moves p_stay by at most 2 points",
            gain(world(f"step {step}", {"generations.step": step}), BASE),
            4_000,
            -0.02,
            0.02,
            missed=LONG_STEPS.get(letter, ""),
        )
        for letter, step in (("b", 0.25), ("c", 1.0))
    ),
    Claim(
        "9a",
        "in schemers' hands true alignment gains nothing",
        Share(world("hidden schemers", HIDDEN), truly_gained),
        1_000,
        high=0.0,
    ),
    Claim(
        "9b", "while the margin that they show rises", Share(world("hidden schemers", HIDDEN), looks_better), 1_000, 0.5
    ),
    Claim(
        "10a",
        "a lower target pays when time is short",
        gain(World("lean-rush, target .35", scenario="lean-rush"), LEAN),
        3_000,
        0.05,
        chosen=True,
    ),
    Claim(
        "10b",
        "but not on the baseline with a month of lead: there errors and successors take AIs of a small margin out",
        gain(
            world("lead 1", {"rival.lead": 1.0}),
            world("lead 1, target .5", {"rival.lead": 1.0, "strategy.target": 0.5}),
        ),
        3_000,
        0.0,
    ),
    Claim(
        "10c",
        "and hurts with ample lead",
        gain(
            world("lead 12", {"rival.lead": 12.0}),
            world("lead 12, target .5", {"rival.lead": 12.0, "strategy.target": 0.5}),
        ),
        3_000,
        0.05,
    ),
    Claim(
        "11a",
        "tests that stay wrong by .6 py cost more than 10 points",
        gain(
            world("error 0", {"evaluation.persistent_error": 0.0}),
            world("error .6", {"evaluation.persistent_error": 0.6}),
        ),
        3_000,
        0.1,
    ),
    Claim(
        "11b",
        "tests pay for themselves where errors last and lead is ample",
        gain(
            world(
                "a fifth for tests",
                {"rival.lead": 12.0, "evaluation.persistent_error": 0.7, "evaluation.tests_share": 0.2},
            ),
            world("no tests", {"rival.lead": 12.0, "evaluation.persistent_error": 0.7}),
        ),
        3_000,
        0.03,
    ),
    Claim(
        "12a",
        "checking rescues a start just short when lead is ample",
        gain(
            world("checking 3", start(0.3), {"rival.lead": 12.0, "tax.checking": 3.0}),
            world("none", start(0.3), {"rival.lead": 12.0}),
        ),
        4_000,
        0.2,
    ),
    Claim(
        "12b",
        "and costs when it is not",
        gain(
            world("none, lead 1", {"rival.lead": 1.0}),
            world("checking 3, lead 1", {"rival.lead": 1.0, "tax.checking": 3.0}),
        ),
        3_000,
        0.0,
    ),
    *(
        Claim(
            f"13{letter}",
            f"never handing off beats a hail mary where another end is near{words}",
            gain(
                world("never", HAIL_MARY, changes, {"handoff.never": True}),
                world("hail mary", HAIL_MARY, changes),
                ends_well,
            ),
            2_000,
            0.0,
        )
        for letter, words, changes in (
            ("a", "", {"rival.lead": 12.0, "alternatives.punt_rate": 0.5}),
            (
                "b",
                ", when to be overtaken is always a catastrophe too",
                {"rival.lead": 12.0, "alternatives.punt_rate": 0.5, "rival.catastrophe": 1.0},
            ),
        )
    ),
    Claim("13c", "elsewhere it does not", gain(BASE, world("never", {"handoff.never": True}), ends_well), 2_000, 0.0),
    Claim(
        "14a",
        "rushed, most AI-caused risk is a lack of goodness",
        gain(RUSHED, RUSHED, both(ai_caused, never_schemed), both(ai_caused, schemed)),
        3_000,
        0.0,
    ),
    Claim(
        "14b",
        "after months of care most of it is scheming",
        gain(CAREFUL, CAREFUL, both(ai_caused, schemed), both(ai_caused, never_schemed)),
        6_000,
        0.0,
    ),
    Claim(
        "14c",
        "although care lowers scheming",
        gain(RUSHED, CAREFUL, both(ai_caused, schemed)),
        3_000,
        0.0,
        missed="rushed runs are over, by a lack of goodness or the rival, before schemers act (compare 14d)",
    ),
    Claim(
        "14d",
        "care lowers scheming where goodness and lead let AIs of both live as long",
        gain(RUSHED_BUT_GOOD, CAREFUL_AND_GOOD, both(ai_caused, schemed)),
        8_000,
        0.0,
    ),
    Claim("14e", "and goodness's part", gain(RUSHED, CAREFUL, both(ai_caused, never_schemed)), 3_000, 0.0),
    *(
        Claim(
            f"15{letter}",
            f"far outside (start −.5, no hazards), AIs cause a catastrophe within a year, rival at {lead:g} months",
            Share(
                world(f"start −.5, lead {lead:g}", FAR_OUTSIDE, {"rival.lead": lead}),
                both(ai_caused, within_a_year),
            ),
            1_000,
            0.5,
        )
        for letter, lead in (("a", 1.0), ("b", 4.0), ("c", 12.0))
    ),
    Claim(
        "15d",
        "and a year of lead adds less than 3 points of good ends to a month",
        gain(
            *(world(f"start −.5, lead {lead:g}", FAR_OUTSIDE, {"rival.lead": lead}) for lead in (12.0, 1.0)), ends_well
        ),
        1_000,
        high=0.03,
    ),
    Claim(
        "16a",
        "without a basin effort on goodness moves p_stay by less than a point",
        gain(
            world("goodness .3", NO_BASIN, {"strategy.goodness_share": 0.3}),
            world("goodness 0", NO_BASIN, {"strategy.goodness_share": 0.0}),
        ),
        4_000,
        -0.01,
        0.01,
        chosen=True,
    ),
    Claim(
        "16b",
        "nor does the margin that a policy aims at",
        gain(
            world("target −5", NO_BASIN, {"strategy.policy": "deadline_aware", "strategy.target": -5.0}),
            world("target 1", NO_BASIN, {"strategy.policy": "deadline_aware", "strategy.target": 1.0}),
        ),
        4_000,
        -0.01,
        0.01,
        missed="who believes in a basin stops capability until its margin is there, which no work brings about: the "
        "hazard from the AIs' work goes on meanwhile, and the rival comes nearer",
    ),
    Claim(
        "16c",
        "and people who keep a part until another end is reached beat full deference by 10 points",
        gain(
            world("partial", PUNTING, {"handoff.human_share": 0.3, "handoff.fill_in_profile": 0.5}),
            world("full", PUNTING),
            ends_well,
        ),
        2_000,
        0.1,
    ),
    Claim(
        "17",
        "plans A to D rank as published (7, 13, 20, 45 % takeover)",
        RankCorrelation(
            tuple(World(f"plan {plan}", scenario=f"plan-{plan}") for plan in "abcd"),
            (0.07, 0.13, 0.20, 0.45),
            taken_over,
        ),
        2_000,
        0.99,
    ),
    Claim(
        "18a",
        "in a hostile world hazards decide more than a tenth",
        Share(world("hazards ten times as frequent", HOSTILE), takes("hazard")),
        2_000,
        0.1,
    ),
    Claim(
        "18b",
        "where defence pays",
        gain(
            world("defence .1", HOSTILE, {"strategy.defence_share": 0.1}),
            world("none", HOSTILE, {"strategy.defence_share": 0.0}),
            ends_well,
        ),
        2_000,
        0.0,
    ),
    Claim(
        "18c",
        "and lead pays",
        gain(world("lead 8", HOSTILE, {"rival.lead": 8.0}), world("lead 4", HOSTILE), ends_well),
        2_000,
        0.0,
    ),
)
