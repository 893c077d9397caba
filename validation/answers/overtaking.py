"""Overtaking: how far ahead of a rival one must be, and from where on it is dangerous, are drawn once a run."""

from math import exp, log
from typing import Any

import numpy as np
from scipy.special import ndtr

from validation.quiet import NEVER_HAND_OFF, YEAR
from validation.recipe import NOTHING, Case, Law, Number, Share, column, lasts, outcome, road

RIVAL = outcome("rival_catastrophe", "overtaken_safely")
DANGER_SPREAD = 0.7


def at_a_standstill(bought: float) -> Case:
    """Q = 0, and the rival is dangerous from the start: overtaken where R reaches −edge, edge ~ N(μ, σ²), drawn once.

    A share of the rival's time is bought; from s = lead on it moves at 1 py a month of its clock. Where the edge is
    positive it is there at once: Φ(μ/σ).
    """
    lead, edge, sd, split, months = 1.5, -1.0, 0.8, 0.7, 5.0
    R = months * (1.0 - bought) - lead
    takes_off = lead / (1.0 - bought)
    survives = float(ndtr((-edge - R) / sd))

    def by(t: Any) -> Any:
        return ndtr(((1.0 - bought) * (t - takes_off) + edge) / sd)

    def month(table: Any) -> Any:
        return table["months"].where(RIVAL(table) & (table["months"] > takes_off + 1e-6))

    first = float(by(takes_off))
    return Case(
        f"overtaken before handoff, {bought:g} of the rival's time bought",
        {
            **NEVER_HAND_OFF,
            "horizon": months,
            "time_buying.before_handoff": bought,
            "rival.mode": "takeoff",
            "rival.lead": lead,
            "rival.edge": edge,
            "rival.edge_sd": sd,
            "rival.danger_at": 0,
            "rival.catastrophe": split,
        },
        12_000,
        (
            Share("not overtaken", NOTHING, survives),
            Share("as it takes off", lambda table: RIVAL(table) & (table["months"] <= takes_off + 1e-6), first),
            Share("catastrophe", outcome("rival_catastrophe"), split * (1.0 - survives), trap=1.0 - survives),
            Share("safely", outcome("overtaken_safely"), (1.0 - split) * (1.0 - survives)),
            Law("month, of those later", month, lambda t: (by(t) - first) / (1.0 - survives - first)),
        ),
    )


def danger() -> Case:
    """An edge that is always there: overtaken where the rival becomes dangerous, lognormal around danger_at."""
    lead, at, speed, months = 1.0, 1.5, 0.8, 4.0
    R = speed * (months - lead)
    overtaken = float(ndtr(log(R / at) / DANGER_SPREAD))

    def by(t: Any) -> Any:
        return ndtr(np.log(np.maximum(speed * (t - lead), 1e-300) / at) / DANGER_SPREAD) / overtaken

    return Case(
        "overtaken where the rival becomes dangerous (lognormal)",
        {
            **NEVER_HAND_OFF,
            "horizon": months,
            "rival.mode": "takeoff",
            "rival.lead": lead,
            "rival.speed": speed,
            "rival.edge": 1e3,
            "rival.danger_at": at,
        },
        12_000,
        (
            Share("overtaken", RIVAL, overtaken, trap=float(R > at)),
            Law("month", lambda table: table["months"].where(RIVAL(table)), by),
        ),
    )


def in_a_race() -> Case:
    """We move at ½ py a month, the rival from month 1 on at 1: overtaken once it is dangerous and within the edge.

    Both only grow, and are drawn apart: P = Φ(ln(R/danger)/.7)·Φ((edge − (Q − R))/sd) at any time t.
    """
    lead, ours, theirs, at, edge, sd, months = 1.0, 0.5, 1.0, 1.2, 0.3, 0.6, 4.0

    def by(t: Any) -> Any:
        R = theirs * (np.asarray(t) - lead)
        dangerous = ndtr(np.log(np.maximum(R, 1e-300) / at) / DANGER_SPREAD)
        return dangerous * ndtr((edge - (ours * np.asarray(t) - R)) / sd)

    overtaken = float(by(months))
    return Case(
        "overtaken in a race",
        {
            "capability.initial_speedup": 24 * ours,
            "horizon": months,
            "rival.mode": "takeoff",
            "rival.lead": lead,
            "rival.speed": theirs / ours,
            "rival.danger_at": at,
            "rival.edge": edge,
            "rival.edge_sd": sd,
        },
        12_000,
        (
            Share("not overtaken", lasts(months), 1.0 - overtaken),
            Share("by month 2.5", lambda table: RIVAL(table) & (table["months"] <= 2.5), float(by(2.5))),
            Share("by the rival", road("rival"), overtaken),
            Law("month", lambda table: table["months"].where(RIVAL(table)), lambda t: by(t) / overtaken),
        ),
    )


def less_reckless() -> Case:
    """Methods that have spread make being overtaken a catastrophe with catastrophe·e^{−Z} only, at a known time.

    Half of our effort goes on buying time, at which nothing is bought; Z = share·spread·∫(C + ½) dC/share'.
    """
    share, spread, lead, split = 0.5, 0.3, 0.0, 0.9
    C = 1.0 - share  # a month, against 1 of the rival
    months = 4.0
    edge = C * months - months  # the rival, ahead by then, reaches Q − edge at that time
    Z = share * spread * (0.5 * C * months**2 + 0.5 * months)
    return Case(
        "a rival less reckless by our methods",
        {
            "strategy.time_buying_share": share,
            "time_buying.proliferation": spread,
            "horizon": 12,
            "rival.mode": "takeoff",
            "rival.lead": lead,
            "rival.edge": edge,
            "rival.edge_sd": 0,
            "rival.danger_at": 0,
            "rival.catastrophe": split,
        },
        12_000,
        (
            Share("catastrophe", outcome("rival_catastrophe"), split * exp(-Z), trap=split),
            Share("safely", outcome("overtaken_safely"), 1.0 - split * exp(-Z)),
            Number("month", column("months"), months),
            Number("methods spread", column("Z"), Z),
        ),
    )


def the_rivals_own_growth() -> Case:
    """The rival's growth is ours times its speed, compute that grows included; nobody of ours is handed off to."""
    lead, speed, software, hardware, months = 1.0, 0.7, 0.6, 2.0, 5.0
    pace = 24.0 * software / YEAR + (1.0 - software) / YEAR * hardware
    changes = {
        **NEVER_HAND_OFF,
        "capability.software_share": software,
        "capability.hardware_pace": hardware,
        "horizon": months,
        "rival.mode": "takeoff",
        "rival.lead": lead,
        "rival.speed": speed,
        "rival.edge": -1e6,
    }
    exact = speed * pace * (months - lead)
    return Case("a rival with hardware of its own", changes, 1, (Number("rival, py", column("R"), exact),))


CASES = (
    at_a_standstill(0.0),
    at_a_standstill(0.25),
    danger(),
    in_a_race(),
    less_reckless(),
    the_rivals_own_growth(),
)
