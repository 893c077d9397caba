"""Scheming: how it starts, is pretended, is found, comes to a showdown, and what it is at the end of a run."""

from math import asinh, exp, expm1, log, sinh
from typing import Any

import numpy as np
from scipy.integrate import quad

from validation.quiet import NO_BASIN, STANDING_STILL, start
from validation.recipe import NOTHING, Case, Number, Share, column, outcome, road

SCHEMED = column("ever_schemed")
#: Chances that do not depend on capability.
FLAT = {"scheming.capability_slope": 0, "scheming.half": 1e9}
#: A halt that outlasts every horizon, so that what is cleared stays so.
HALTED_FOR_GOOD = {"handoff.min_halt": 1e6}


def at_handoff() -> Case:
    """p·10^{slope·C}·2^{−H/halves}: likelier for more capable AIs, and half as likely after 8 months of human work.

    Humans scale up to .5 py for a month at twice the reference pace, then work for five, a fifth of it on tests.
    """
    H = 5.0 * 2.0 * 0.8
    return Case(
        "schemers at handoff after months of human work",
        {
            "handoff.capability": 0.5,
            "handoff.human_pace": 6,
            "handoff.human_tests": 0.2,
            "handoff.at": 6,
            "scheming.at_handoff": 0.4,
            "scheming.capability_slope": 0.5,
            "scheming.work_halves": 8,
            "scheming.detection": 0,
            "horizon": 6.5,
        },
        12_000,
        (
            Share("schemed", SCHEMED, 0.4 * 10.0**0.25 * 2.0 ** (-H / 8.0), trap=0.4 * 10.0**0.25 * 2.0**-1.5),
            Share("by that road", road("scheming"), 0.4 * 10.0**0.25 * 0.5),
        ),
    )


def onset() -> Case:
    """Onset is a process in capability, whatever the pace: rate·10^{sC}·e^{−(A−C)⁺/m} per py, integrated.

    Up to A it grows like e^{(s·ln 10 + 1/m)C}, beyond it like 10^{sC}.
    """
    rate, slope, scale, A, C = 0.3, 0.3, 0.5, 1.0, 1.5
    s = slope * log(10.0)
    inside = rate * exp(-A / scale) * expm1((s + 1.0 / scale) * A) / (s + 1.0 / scale)
    beyond = rate * (exp(s * C) - exp(s * A)) / s
    return Case(
        "onset of scheming by capability",
        {
            **NO_BASIN,
            "goodness.broad_alignment": start(A),
            "capability.exponent": 0.2,
            "capability.stabilise_at": None,
            "scheming.rate": rate,
            "scheming.capability_slope": slope,
            "scheming.margin_scale": scale,
            "scheming.detection": 0,
            "horizon": -expm1(-0.2 * log(10.0) * C) / (0.2 * log(10.0)),
        },
        12_000,
        (Share("schemed", SCHEMED, -expm1(-inside - beyond), trap=-expm1(-rate * expm1(s * C) / s)),),
    )


def both(first: float, second: float, months: float) -> float:
    """Return the chance that two exponential times, one after the other, are over after ``months``."""
    return 1.0 - (second * exp(-first * months) - first * exp(-second * months)) / (second - first)


def showdown() -> Case:
    """Onset at rate a, then finding at rate b, then the next monthly review: hypoexponential, rounded up to months.

    By review n a showdown has come with F(n) = 1 − (b·e^{−an} − a·e^{−bn})/(b − a), lost with 1 − recovery.
    """
    a, b, wins, reviews = 0.25, 0.6, 0.7, 5
    F = both(a, b, reviews)
    months = reviews + 0.5
    hidden = 1.0 - F - exp(-a * months)  # schemed by the horizon, but no review has come to a showdown
    return Case(
        "showdown after onset and finding (hypoexponential)",
        {
            **NO_BASIN,
            **FLAT,
            **HALTED_FOR_GOOD,
            "goodness.broad_alignment": start(-5.0),
            "scheming.rate": a,
            "scheming.detection": b,
            "scheming.recovery": wins,
            "evaluation.review_interval": 1,
            "horizon": months,
        },
        16_000,
        (
            Share("showdown won", column("recovered"), wins * F, trap=wins * both(a, b, months)),
            Share("taken over in a showdown", takeover_before(months), (1.0 - wins) * F),
            Share("schemers in charge at the horizon", takeover_at(months), hidden, trap=0.0),
            Share("never schemed", lambda table: ~table["ever_schemed"], exp(-a * months)),
        ),
    )


def takeover_before(months: float) -> Any:
    """Return the function that says which runs AIs ended before ``months``."""
    return lambda table: (table["outcome"] == "ai_takeover") & (table["months"] < months)


def takeover_at(months: float) -> Any:
    """Return the function that says which runs AIs ended at ``months``."""
    return lambda table: (table["outcome"] == "ai_takeover") & (table["months"] == months)


def fading_with_capability() -> Case:
    """Capability grows by a py a month, and finding and winning fall with it: b·2^{−C/half}, recovery·2^{−C/half}.

    Schemers from the start, found by review n with F(n) = 1 − exp(−b·half/ln 2·(1 − 2^{−n/half})).
    """
    schemes, b, wins, half, reviews = 0.6, 0.5, 0.9, 2.0, 5
    n = np.arange(reviews + 1)
    F = -np.expm1(-b * half / log(2.0) * (1.0 - 2.0 ** (-n / half)))
    won = schemes * wins * float(np.sum(np.diff(F) * 2.0 ** (-n[1:] / half)))
    return Case(
        "finding and winning, less likely as AIs get smarter",
        {
            **HALTED_FOR_GOOD,
            "scheming.at_handoff": schemes,
            "scheming.capability_slope": 0,
            "scheming.detection": b,
            "scheming.recovery": wins,
            "scheming.half": half,
            "evaluation.review_interval": 1,
            "horizon": reviews + 0.5,
        },
        12_000,
        (
            Share("showdown won", column("recovered"), won, trap=schemes * wins * float(F[-1])),
            Share("taken over in a showdown", takeover_before(reviews + 0.5), schemes * float(F[-1]) - won),
        ),
    )


def found_at_work() -> Case:
    """Schemers are found per py of their work, not per month: at 2.5 py a month, at the next review (geometric)."""
    schemes, b, pace, reviews = 0.5, 0.1, 2.5, 4
    found = -expm1(-b * pace * reviews)
    return Case(
        "schemers found by their work",
        {
            **STANDING_STILL,
            **FLAT,
            **HALTED_FOR_GOOD,
            "capability.initial_speedup": 24 * pace,
            "scheming.at_handoff": schemes,
            "scheming.detection": b,
            "scheming.recovery": 1,
            "evaluation.review_interval": 1,
            "horizon": reviews + 0.5,
        },
        12_000,
        (
            Share("halted", lambda table: table["halts"] == 1, schemes * found, trap=schemes * -expm1(-b * reviews)),
            Share("unresolved", NOTHING, 1.0 - schemes * (1.0 - found)),
        ),
    )


def pretended() -> Case:
    """Schemers' work on alignment is sabotage: A as it is shown follows its law, V rises as much, A − V stands still.

    sinh(M/width) grows exponentially, as for those that mean it.
    """
    margin, width, tax, months = 0.05, 0.25, 1.25, 0.5
    shown = width * asinh(sinh(margin / width) * exp(months / tax / width))
    changes = {
        "strategy.policy": "fixed",
        "strategy.goodness_share": 1,
        "goodness.broad_alignment": start(margin),
        "tax.broad_alignment": tax,
        "basin.width": width,
        "scheming.at_handoff": 1,
        "scheming.detection": 0,
        "horizon": months,
    }
    return Case(
        "alignment that schemers pretend",
        changes,
        1,
        (
            Number("alignment as it is shown, py", column("A"), shown, 1e-5),
            Number("pretended, py", column("V"), shown - margin, 1e-5),
            Number("true alignment, py", lambda table: table["A"] - table["V"], margin, 1e-5),
        ),
    )


def at_the_end() -> Case:
    """Who reaches the level that ends the run with schemers in charge has been taken over; onset is uniform in C."""
    rate, C = 0.12, 4.0
    clean = exp(-rate * C)
    return Case(
        "schemers in charge at the end",
        {
            **NO_BASIN,
            **FLAT,
            "scheming.rate": rate,
            "scheming.margin_scale": 1e12,
            "scheming.detection": 0,
            "capability.stabilise_at": C,
        },
        12_000,
        (
            Share("stabilised", outcome("stabilised"), clean, trap=1.0),
            Share("taken over", outcome("ai_takeover"), 1.0 - clean),
            Share("by that road", road("scheming"), 1.0 - clean),
        ),
    )


def fading_after_onset() -> Case:
    """The same as a whole: onset in capability, finding that falls with it, and a showdown at the next review."""
    a, b, wins, half, reviews = 0.3, 0.8, 0.8, 3.0, 4
    lost = log(2.0) / half

    def found_by(n: float) -> float:
        def density(s: float) -> float:
            return float(a * exp(-a * s) * -expm1(-b / lost * (exp(-lost * s) - exp(-lost * n))))

        return float(quad(density, 0.0, n, epsabs=1e-12)[0])

    F = [found_by(float(n)) for n in range(reviews + 1)]
    won = sum(wins * 2.0 ** (-n / half) * (F[n] - F[n - 1]) for n in range(1, reviews + 1))
    return Case(
        "onset, finding and showdown as AIs get smarter",
        {
            **NO_BASIN,
            **HALTED_FOR_GOOD,
            "goodness.broad_alignment": start(-50.0),
            "scheming.rate": a,
            "scheming.capability_slope": 0,
            "scheming.detection": b,
            "scheming.recovery": wins,
            "scheming.half": half,
            "evaluation.review_interval": 1,
            "horizon": reviews + 0.5,
        },
        12_000,
        (
            Share("showdown won", column("recovered"), won, trap=wins * F[-1]),
            Share("taken over in a showdown", takeover_before(reviews + 0.5), F[-1] - won),
        ),
    )


CASES = (
    at_handoff(),
    onset(),
    showdown(),
    fading_with_capability(),
    fading_after_onset(),
    found_at_work(),
    pretended(),
    at_the_end(),
)
