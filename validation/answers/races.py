"""Races: catastrophes that AIs cause, time that deals buy or cost, stolen weights, punting, early takeovers."""

from math import exp, expm1, log, sqrt
from typing import Any

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.stats import gamma, poisson

from validation.answers.growth import explosion_pace
from validation.quiet import MEDIAN_EXPLOSION, NEVER_HAND_OFF, STANDING_STILL, YEAR, start
from validation.recipe import NOTHING, Case, Law, Mean, Share, column, ended, outcome, road

#: Time is bought at next to no rate, but deals come at their full rate.
DEALS = {
    "strategy.time_buying_share": 0.05,
    "time_buying.max_rate": 1e-9,
    "time_buying.capability_half": 1e-12,
}


def ai_hazard(name: str, alignment: float, profile: float) -> Case:
    """AIs at capability 0 and constant margin: h(M) = h₀·e^{min(−M/scale, 7)} per py of their work, 1 py a month."""
    at_edge, scale = 0.3, 0.25
    margin = min(alignment, profile)
    h = at_edge * exp(min(-margin / scale, 7.0))
    uncapped = exp(-0.8 * exp(-margin / scale - min(-margin / scale, 7.0)))
    inside = margin > 0.0
    return Case(
        f"catastrophe caused by AIs, {name}",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(alignment),
            "goodness.capability_profile": start(profile),
            "basin.hazard_at_edge": at_edge,
            "basin.hazard_scale": scale,
            "horizon": 0.8 / h,
        },
        12_000,
        (
            Share("none", NOTHING, exp(-0.8), trap=uncapped if -margin / scale > 7.0 else None),
            Share(
                "takeover if alignment binds, mistake if the profile does",
                outcome("ai_takeover" if alignment <= profile else "catastrophic_mistake"),
                -expm1(-0.8),
            ),
            Share("by AIs inside", road("mistake_inside"), -expm1(-0.8) if inside else 0.0),
        ),
    )


def ai_hazard_under_way() -> Case:
    """Goodness keeps in step at a tax of 1, all at the same margin, and dC/dt = P/2. The AIs' clock is P̄."""
    margin, h = 0.3, 0.6
    pace_at_zero = explosion_pace(0.0)
    work = quad(lambda C: 2.0 * max(explosion_pace(C), pace_at_zero) / explosion_pace(C), 0.0, 5.0, epsabs=1e-10)[0]
    return Case(
        "catastrophe caused by AIs, margin held at tax 1",
        {
            **MEDIAN_EXPLOSION,
            "goodness.broad_alignment": start(margin),
            "goodness.capability_profile": start(margin),
            "tax.broad_alignment": 0.25,
            "tax.capability_profile": 0.75,
            "basin.width": 0.01,
            "basin.hazard_at_edge": h,
            "basin.hazard_scale": 0.15,
            "strategy.policy": "margin_target",
            "strategy.target": margin,
        },
        12_000,
        (Share("stabilised", outcome("stabilised"), exp(-h * exp(-2.0) * work), trap=exp(-h * exp(-2.0) * 10.0)),),
    )


def aggregate_claims() -> Case:
    """Deals that backfire cost an exponential time each: the deadline is lost to a compound Poisson sum."""
    rate, size, months, lead = 0.5, 0.8, 5.0, 8.0
    count = np.arange(1, 60)
    lost = float(np.sum(poisson.pmf(count, rate * months) * gamma.sf((lead - months) / size, count)))
    return Case(
        "deals that backfire (aggregate claims)",
        {
            **DEALS,
            "time_buying.deal_rate": rate * YEAR,
            "time_buying.deal_size": size,
            "time_buying.backfire": 1,
            "rival.mode": "deadline",
            "rival.lead": lead,
            "rival.handle_at": 1e6,
            "horizon": months,
        },
        12_000,
        (Share("deadline lost", outcome("rival_catastrophe"), lost),),
    )


def pauses() -> Case:
    """Deals queue: months paused are the busy time of an M/M/1 queue that starts empty."""
    rate, size, months = 0.7, 1.2, 6.0
    mean, sd = busy_months(rate, 1.0 / size, months)
    return Case(
        "months paused by deals (M/M/1 queue)",
        {
            **DEALS,
            "time_buying.deal_rate": rate * YEAR,
            "time_buying.deal_size": size,
            "horizon": months,
        },
        12_000,
        (
            Mean("months paused", column("bought"), mean, sd),
            Share("no deal", lambda table: table["deals"] == 0, exp(-rate * months)),
            Mean("deals", column("deals"), rate * months, sqrt(rate * months)),
        ),
    )


def busy_months(arrivals: float, services: float, months: float, most: int = 60) -> tuple[float, float]:
    """Return mean and standard deviation of the busy time of an M/M/1 queue, empty at first.

    With p_k the probability of k in the queue, and m, s the first two moments of the busy time so far in that state:
    m' = mQ + p, s' = sQ + 2m for k > 0.
    """
    Q = np.diag(np.full(most, arrivals), 1) + np.diag(np.full(most, services), -1)
    Q -= np.diag(Q.sum(axis=1))
    busy = (np.arange(most + 1) > 0).astype(float)

    def rates(_: float, y: Any) -> Any:
        p, m, s = y.reshape(3, -1)
        return np.concatenate([p @ Q, m @ Q + p * busy, s @ Q + 2.0 * m * busy])

    start = np.zeros(3 * (most + 1))
    start[0] = 1.0
    _, m, s = solve_ivp(rates, (0.0, months), start, rtol=1e-9, atol=1e-12).y[:, -1].reshape(3, -1)
    return float(m.sum()), sqrt(float(s.sum() - m.sum() ** 2))


def stolen_weights() -> Case:
    """The gap to a rival grows steadily and each theft closes part of it: a growth–collapse process."""
    rate, cut, speed, months = 0.5, 0.6, 0.5, 6.0
    loss, loss2 = rate * cut, rate * (1.0 - (1.0 - cut) ** 2)
    mean = speed / loss * -expm1(-loss * months)
    square = solve_ivp(
        lambda t, y: [2.0 * speed * speed / loss * -expm1(-loss * t) - loss2 * y[0]], (0.0, months), [0.0],
        rtol=1e-10, atol=1e-12,
    ).y[0, -1]  # fmt: skip
    return Case(
        "stolen weights (growth and collapse)",
        {
            "rival.mode": "takeoff",
            "rival.lead": 0,
            "rival.speed": 0.5,
            "rival.danger_at": 1e6,
            "rival.edge": -1e6,
            "rival.theft_rate": rate * YEAR,
            "rival.theft_cut": cut,
            "horizon": months,
        },
        12_000,
        (
            Mean("gap, py", lambda table: table["C"] - table["R"], mean, sqrt(float(square) - mean**2)),
            Share("no theft", lambda table: table["thefts"] == 0, exp(-rate * months)),
        ),
    )


def punting() -> Case:
    """Time is bought at half a month a month, and the rate of punting grows with what is bought (Gompertz)."""
    rate, growth, bought, months = 0.3 / YEAR, 2.0, 0.5, 10.0
    b = growth * log(10.0) * bought / YEAR

    def integrated(t: Any) -> Any:
        return rate * np.expm1(b * t) / b

    alive = float(np.exp(-integrated(months)))
    return Case(
        "punting at a rate that grows with bought time",
        {
            **NEVER_HAND_OFF,
            "time_buying.before_handoff": bought,
            "alternatives.punt_rate": rate * YEAR,
            "alternatives.punt_growth": growth,
            "horizon": months,
        },
        12_000,
        (
            Share("not punted", NOTHING, alive, trap=exp(-rate * months)),
            Share("punted before the handoff", road("punted_before"), 1.0 - alive),
            Law("time of punting", ended("punted"), lambda t: -np.expm1(-integrated(t)) / (1.0 - alive)),
        ),
    )


def early_takeover() -> Case:
    """Control fades as capability is scaled up before handoff, by half a py a month."""
    rate, strength, pace, months = 0.25, 0.8, 0.5, 5.0
    halved = -expm1(-log(2.0) * pace * months) / (log(2.0) * pace)
    integral = rate * (months - strength * halved)
    return Case(
        "early takeover as control fades",
        {
            "handoff.capability": 3,
            "handoff.human_pace": 6,
            "alternatives.early_takeover_rate": rate * YEAR,
            "control.strength": strength,
            "control.half": 1,
            "horizon": months,
        },
        12_000,
        (
            Share("none", NOTHING, exp(-integral), trap=exp(-rate * (1.0 - strength) * months)),
            Share("by that road", road("early_takeover"), -expm1(-integral)),
        ),
    )


CASES = (
    ai_hazard("alignment binds", 0.2, 1.0),
    ai_hazard("profile binds", 1.0, 0.2),
    ai_hazard("outside", -0.45, 1.0),
    ai_hazard("far outside", 1.0, -6.0),
    ai_hazard_under_way(),
    aggregate_claims(),
    pauses(),
    stolen_weights(),
    punting(),
    early_takeover(),
)
