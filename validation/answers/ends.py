"""Ends and roads: when a takeoff has been ridden out, and how runs that fail are accounted for."""

from math import exp, expm1, log
from typing import Any

import numpy as np
from scipy.special import ndtr

from deference_sim.model.roads import ROADS
from validation.quiet import NO_BASIN, STANDING_STILL, YEAR, hazard, start
from validation.recipe import NOTHING, Case, Law, Number, Share, column, lasts, outcome, road

#: Pace 1 py a month that falls tenfold over four py, until it is down to 3 py a year.
SLOWING = {"capability.exponent": -0.25, "capability.fizzle_pace": 3}
_FALL = 0.25 * log(10.0)
MONTHS_TO_FIZZLE = (YEAR / 3.0 - 1.0) / _FALL  # 1/pace grows by ln(10)/4 a month, from 1 to 4
C_AT_FIZZLE = log(4.0) / _FALL
ROUNDING = 1e-6  # months


def settle() -> Case:
    """The pace is down after t months; with a constant hazard until then and through ``settle``, e^{−λ(t + settle)}."""
    rate, settle = 0.05, 6.0
    months = MONTHS_TO_FIZZLE + settle
    alive = exp(-rate * months)
    return Case(
        "ridden out after settling",
        {**SLOWING, "capability.settle": settle, "hazards": [hazard(rate=rate * YEAR)]},
        12_000,
        (
            Share("ridden out", outcome("ridden_out"), alive, trap=exp(-rate * MONTHS_TO_FIZZLE)),
            Share("stayed", road("stayed"), alive),
            Share("alive when the takeoff is over", lasts(MONTHS_TO_FIZZLE), exp(-rate * MONTHS_TO_FIZZLE)),
            Law(
                "month of the hazard",
                lambda table: table["months"].where(table["outcome"] == "exogenous_catastrophe"),
                lambda t: -np.expm1(-rate * t) / (1.0 - alive),
            ),
        ),
    )


def settle_after_handoff() -> Case:
    """AIs who are past the end of the takeoff when they are deferred to: settling begins at the handoff, later."""
    rate, settle, handoff = 0.05, 4.0, 5.0
    alive = exp(-rate * (handoff + settle))
    return Case(
        "settling begins at a late handoff",
        {
            **SLOWING,
            "capability.settle": settle,
            "handoff.capability": C_AT_FIZZLE + 0.5,
            "handoff.human_pace": 12,
            "handoff.at": handoff,
            "hazards": [hazard(rate=rate * YEAR)],
        },
        12_000,
        (
            Share("ridden out", outcome("ridden_out"), alive, trap=exp(-rate * settle)),
            Share("still there just before", lasts(handoff + settle - ROUNDING), alive),
        ),
    )


def settle_month() -> Case:
    """Capability and month at which it is so, without chance."""
    return Case(
        "the end of a takeoff that is ridden out",
        {**SLOWING, "capability.settle": 2},
        1,
        (
            Number("month", column("months"), MONTHS_TO_FIZZLE + 2.0),
            Number("capability, py", column("C"), log(1.0 + _FALL * (MONTHS_TO_FIZZLE + 2.0)) / _FALL),
        ),
    )


def no_edge_after_the_end() -> Case:
    """Once our takeoff is over a positive edge counts as 0: only rivals who were dangerous before can overtake us.

    Both slow down alike, R behind Q for good, and the edge is beyond all: overtaken where R is dangerous, lognormal.
    """
    settle, speed, at = 3.0, 0.6, 1.2
    R = log(1.0 + speed * _FALL * MONTHS_TO_FIZZLE) / _FALL
    later = log(1.0 + speed * _FALL * (MONTHS_TO_FIZZLE + settle)) / _FALL
    return Case(
        "no edge is needed once the takeoff is over",
        {
            **SLOWING,
            "capability.settle": settle,
            "rival.mode": "takeoff",
            "rival.lead": 0,
            "rival.speed": speed,
            "rival.danger_at": at,
            "rival.edge": 1e3,
            "rival.edge_sd": 0,
        },
        12_000,
        (
            Share(
                "ridden out", outcome("ridden_out"), float(ndtr(-log(R / at) / 0.7)),
                trap=float(ndtr(-log(later / at) / 0.7)),
            ),
        ),
    )  # fmt: skip


def ledger() -> Case:
    """Roads of two competing constant hazards, a punt beside them, and a start that is outside with Φ(−m/s).

    Inside, each takes its rate's share of 1 − e^{−(λ + h + μ)T}; what is left is unresolved. They add up to 1.
    """
    margin, spread, exogenous, mistake, punt, months = 0.3, 0.4, 0.08, 0.06, 0.04, 6.0
    outside = float(ndtr(-margin / spread))
    total = exogenous + mistake + punt
    over = (1.0 - outside) * -expm1(-total * months)
    parts = {
        "start": outside,
        "hazard": over * exogenous / total,
        "mistake_inside": over * mistake / total,
        "stayed": over * punt / total,
        "unresolved": (1.0 - outside) * exp(-total * months),
    }
    assert abs(sum(parts.values()) - 1.0) < 1e-12
    return Case(
        "the ledger of competing roads",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(margin),
            "goodness.spread": spread,
            "basin.hazard_at_edge": mistake,
            "basin.hazard_scale": 1e12,
            "alternatives.punt_rate": punt * YEAR,
            "hazards": [hazard(rate=exogenous * YEAR)],
            "horizon": months,
        },
        12_000,
        (
            *(
                Share(f"by {name.replace('_', ' ')}" if name != "stayed" else name, road(name), exact,
                      trap=-expm1(-exogenous * months) if name == "hazard" else None)
                for name, exact in parts.items()
            ),
            Share("on one of these roads", road(*parts), 1.0),
            Share("stayed, or on a road that fails", road(*ROADS), 1.0),
        ),
    )  # fmt: skip


def first_road() -> Case:
    """The first event counts: outside by an outbreak, it is that road however the run ends, with competing hazards.

    Outbreaks of any size take the AIs out; a fatal hazard before that has λ/(λ + ν) of those that are over.
    """
    margin, outbreak, fatal, months = 1e-3, 0.15, 0.1, 5.0
    over = -expm1(-(outbreak + fatal) * months)
    left = outbreak / (outbreak + fatal) * over
    return Case(
        "the first road counts",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(margin),
            "goodness.infection_rate": outbreak,
            "goodness.infection_size": 1e3,
            "hazards": [hazard(rate=fatal * YEAR)],
            "horizon": months,
        },
        12_000,
        (
            Share("by infection", road("infection"), left, trap=-expm1(-outbreak * months)),
            Share("by the hazard", road("hazard"), over - left),
            Share("ended by the hazard", outcome("exogenous_catastrophe"), -expm1(-fatal * months)),
            Share("unresolved, and inside until then", road("unresolved"), 1.0 - over),
            Share("unresolved", NOTHING, exp(-fatal * months)),
        ),
    )


def crossing_the_edge() -> Case:
    """Goodness stands, capability grows: outrun when C reaches a normal A, unless a constant hazard is first."""
    mean, spread, fatal, months = 2.0, 0.6, 0.2, 4.0
    z = np.linspace(-8.5, 8.5, 3_401)
    weight = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) * (z[1] - z[0])
    A = mean + spread * z
    reached = np.clip(A, 0.0, months)
    outrun = float(weight @ (np.exp(-fatal * reached) * ((A > 0.0) & (A < months))))
    return Case(
        "outrun, or struck before that",
        {
            **NO_BASIN,
            "goodness.broad_alignment": start(mean),
            "goodness.spread": spread,
            "hazards": [hazard(rate=fatal * YEAR)],
            "horizon": months,
        },
        12_000,
        (
            Share("by being outrun", road("outrun"), outrun, trap=float(ndtr((months - mean) / spread))),
            Share("outside at the start", road("start"), float(ndtr(-mean / spread))),
        ),
    )


def missed_deadline() -> Case:
    """A deadline that is missed is the rival's road, unless a constant hazard of the AIs, who are inside, is first."""
    h, lead = 0.3, 2.0
    alive = exp(-h * lead)

    def month(table: Any) -> Any:
        return table["months"].where(table["outcome"] == "ai_takeover")

    return Case(
        "mistakes inside before a deadline that is missed",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(1.0),
            "basin.hazard_at_edge": h,
            "basin.hazard_scale": 1e12,
            "rival.mode": "deadline",
            "rival.lead": lead,
        },
        12_000,
        (
            Share("by the rival", road("rival"), alive),
            Share("by AIs inside", road("mistake_inside"), 1.0 - alive),
            Law("month of the mistake", month, lambda t: -np.expm1(-h * t) / (1.0 - alive)),
        ),
    )


CASES = (
    settle(),
    settle_after_handoff(),
    settle_month(),
    no_edge_after_the_end(),
    ledger(),
    first_road(),
    crossing_the_edge(),
    missed_deadline(),
)
