"""Scheming: how it starts, is found, is cleared or hides again, and fails: Markov chains of few states."""

from math import exp, expm1, sqrt
from typing import Any

import numpy as np

from validation.quiet import STANDING_STILL
from validation.recipe import Case, Mean, Share, column, outcome

SCHEMING = column("scheming")
#: Chances that do not depend on capability, and nothing that humans could repair while deference is halted.
FLAT = {
    "goodness.reach": 1e-6,
    "scheming.capability_slope": 0,
    "scheming.detection_half": 1e9,
    "scheming.recovery_half": 1e9,
}


def at_handoff() -> Case:
    """Likelier for more capable AIs, half as likely for every six months of work before."""
    return Case(
        "schemers at handoff",
        {
            "handoff.capability": 0.5,
            "handoff.human_pace": 6,
            "handoff.at": 6,
            "scheming.at_handoff": 0.4,
            "scheming.capability_slope": 0.5,
            "scheming.work_halves": 6,
            "scheming.detection": 0,
            "horizon": 6.5,
        },
        12_000,
        (Share("scheming", SCHEMING, 0.4 * 10.0**0.25 * 0.5, trap=0.4 * 0.5),),
    )


def by_generation() -> Case:
    """Each successor without margin may begin; the chance grows with capability up to a half."""
    levels = 0.5 * np.arange(1, 9)
    chance = np.minimum(0.05 * 10.0 ** (0.3 * levels), 0.5)
    return Case(
        "schemers by generation",
        {
            "goodness.broad_alignment": -5,
            "generations.step": 0.5,
            "scheming.per_generation": 0.05,
            "scheming.capability_slope": 0.3,
            "scheming.detection": 0,
            "horizon": 4.25,
        },
        12_000,
        (Share("scheming", SCHEMING, float(1.0 - np.prod(1.0 - chance))),),
    )


def detection() -> Case:
    """Monthly reviews find schemers with one chance each: geometric."""
    return Case(
        "schemers found at reviews (geometric)",
        {
            **STANDING_STILL,
            **FLAT,
            "scheming.at_handoff": 0.4,
            "scheming.detection": 0.2,
            "evaluation.review_interval": 1,
            "handoff.resume_above": 1e9,
            "horizon": 6.5,
        },
        12_000,
        (Share("halted", lambda table: table["halts"] == 1, 0.4 * (1.0 - 0.8**7)),),
    )


def chain(reviews: int, found: float, cleared: float) -> tuple[float, float, float]:
    """Return the chance of scheming after so many reviews, and mean and square of the number of halts.

    An AI that schemes at first is found with probability ``found`` at a review, which halts deference; the next
    review resumes it, cleared with probability ``cleared`` or hidden again.
    """
    hidden, halted, clean = (np.zeros(reviews + 1) for _ in range(3))  # by number of halts
    hidden[0] = 1.0
    for _ in range(reviews):
        caught = found * hidden
        resumed = halted
        halted = np.concatenate([[0.0], caught[:-1]])
        hidden = hidden - caught + (1.0 - cleared) * resumed
        clean = clean + cleared * resumed
    counts = np.arange(reviews + 1)
    total = hidden + halted + clean
    return float((hidden + halted).sum()), float(counts @ total), float(counts**2 @ total)


def recovery() -> Case:
    """Found, halted, resumed, cleared or hidden again, month after month: a Markov chain of three states."""
    schemes, reviews, found, cleared = 0.6, 13, 0.35, 0.4
    left, mean, square = chain(reviews, found, cleared)
    sd = sqrt(schemes * square - (schemes * mean) ** 2)
    return Case(
        "schemers cleared or hidden again (Markov chain)",
        {
            **STANDING_STILL,
            **FLAT,
            "scheming.at_handoff": schemes,
            "scheming.detection": found,
            "scheming.recovery": cleared,
            "evaluation.review_interval": 1,
            "handoff.resume_above": -1e9,
            "handoff.min_halt": 0,
            "horizon": reviews - 0.5,
        },
        12_000,
        (
            Share("still scheming", SCHEMING, schemes * left),
            Mean("halts", column("halts"), schemes * mean, sd),
        ),
    )


def takeover() -> Case:
    """Schemers take over at the rate of AIs deep outside the basin, and fail with the chance of recovery."""
    schemes, base, depth, scale, fails, months = 0.5, 0.06, 0.6, 0.3, 0.3, 3.0
    tried = -expm1(-base * exp(depth / scale) * months)
    changes: dict[str, Any] = {
        **STANDING_STILL,
        **FLAT,
        "basin.hazard_outside": base,
        "basin.outside_scale": scale,
        "control.strength": 1,
        "scheming.at_handoff": schemes,
        "scheming.depth": depth,
        "scheming.detection": 0,
        "scheming.recovery": fails,
        "handoff.resume_above": 1e9,
        "horizon": months,
    }
    return Case(
        "takeover by schemers",
        changes,
        12_000,
        (
            Share("taken over", outcome("ai_takeover"), schemes * tried * (1.0 - fails), trap=schemes * tried),
            Share("failed", column("recovered"), schemes * tried * fails),
        ),
    )


CASES = (at_handoff(), by_generation(), detection(), recovery(), takeover())
