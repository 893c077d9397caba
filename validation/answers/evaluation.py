"""Evaluation: what reviews find, and decisions that chance in them takes."""

from math import exp, log, pi, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtr

from validation.quiet import STANDING_STILL
from validation.recipe import Case, Law, Mean, Share, column


def density(x: float) -> float:
    """Return the standard normal density."""
    return exp(-0.5 * x * x) / sqrt(2.0 * pi)


def clark(mu: tuple[float, float], sd: tuple[float, float]) -> tuple[float, float]:
    """Return mean and standard deviation of the smaller of two normal numbers (C. E. Clark, Oper. Res. 9, 1961)."""
    (x, y), (a, b) = mu, sd
    spread = sqrt(a * a + b * b)
    alpha = (x - y) / spread
    mean = x * ndtr(-alpha) + y * ndtr(alpha) - spread * density(alpha)
    square = (x * x + a * a) * ndtr(-alpha) + (y * y + b * b) * ndtr(alpha) - (x + y) * spread * density(alpha)
    return float(mean), sqrt(float(square - mean**2))


def first_review() -> Case:
    """The margin found at handoff is the smaller of two normal estimates of normal starts."""
    mean, sd = clark((0.1, 0.2), (sqrt(0.3**2 + 0.2**2), sqrt(0.3**2 + 0.1**2)))
    return Case(
        "the weaker of two components (Clark)",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": 0.1,
            "goodness.capability_profile": 0.2,
            "goodness.spread": 0.3,
            "evaluation.alignment_noise": 0.2,
            "evaluation.profile_noise": 0.1,
            "horizon": 0.1,
        },
        12_000,
        (
            Mean("margin found at handoff, py", column("handoff_estimate"), mean, sd),
            Share("in the basin", column("in_basin"), float(ndtr(0.1 / 0.3) * ndtr(0.2 / 0.3))),
        ),
    )


def tests_and_months() -> Case:
    """Noise falls with tests, checking, and months of human work; kindness with none of them."""
    sd = 0.4 * 0.5 / sqrt(4.0 * 1.5)
    return Case(
        "noise of a review after tests, checking and months",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": 0.6,
            "evaluation.alignment_noise": 0.4,
            "evaluation.bias": 0.1,
            "evaluation.tests_share": 0.15,
            "evaluation.tests_reference": 0.05,
            "evaluation.calendar_half": 6,
            "tax.checking": 0.5,
            "strategy.goodness_share": 0.5,
            "handoff.at": 6,
            "handoff.capability": 0,
            "horizon": 6.01,
        },
        12_000,
        (
            Mean("margin found at handoff, py", column("handoff_estimate"), 0.7, sd),
            Law("margin found at handoff", column("handoff_estimate"), lambda m: ndtr((m - 0.7) / sd)),
        ),
    )


def trial() -> Case:
    """A trial of a fifth of the months that deference will take makes the review at its end less noisy and kind."""
    months = 5.0 / 5.0  # 5 py at 1 py a month without tax
    factor = 1.0 / sqrt(1.0 + months)
    mean, sd = 0.6 + 0.2 * factor, 0.4 * factor
    return Case(
        "trial run before handoff",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": 0.6,
            "evaluation.alignment_noise": 0.4,
            "evaluation.bias": 0.2,
            "evaluation.trial_fraction": 0.2,
            "capability.stabilise_at": 5,
            "horizon": 1.01,
        },
        12_000,
        (
            Mean("margin found at handoff, py", column("handoff_estimate"), mean, sd),
            Mean("month of handoff", column("handoff_month"), months, 1e-9),
        ),
    )


def margin_trigger() -> Case:
    """Humans wait until a review finds enough: a geometric number of months, whatever the truth."""
    start, sd, wanted, reviews = 0.2, 0.3, 0.5, 4
    enough = float(ndtr((start - wanted) / sd))
    return Case(
        "handoff when a review finds enough (geometric)",
        waiting(start, sd, wanted, reviews - 0.5),
        12_000,
        (
            Share("handed off", lambda table: table["handoff_month"].notna(), 1.0 - (1.0 - enough) ** reviews),
            Share("at the second review", lambda table: table["handoff_month"] == 1.0, enough * (1.0 - enough)),
        ),
    )


def waiting(start: float, sd: float, wanted: float, months: float) -> dict[str, Any]:
    """Return the changes for humans who wait until a monthly review finds the margin that is wanted."""
    return {
        **STANDING_STILL,
        "goodness.broad_alignment": start,
        "evaluation.alignment_noise": sd,
        "evaluation.review_interval": 1,
        "handoff.when_margin_above": wanted,
        "horizon": months,
    }


def winners_curse() -> Case:
    """What is found at such a handoff is the upper tail of a normal law, far above the truth."""
    start, sd, wanted = 0.2, 0.3, 0.5
    z = (wanted - start) / sd
    excess = density(z) / float(ndtr(-z))
    spread = sd * sqrt(1.0 + z * excess - excess**2)
    return Case(
        "winner's curse at handoff",
        waiting(start, sd, wanted, 5.5),
        12_000,
        (Mean("margin found at handoff, py", estimate_at_handoff, start + sd * excess, spread),),
    )


def estimate_at_handoff(table: Any) -> Any:
    """Return what the review at the handoff found, of the runs that handed off."""
    return table.loc[table["handoff_month"].notna(), "handoff_estimate"]


def lead_trigger() -> Case:
    """Humans hand off when the lead seems short; how wrong they are is drawn once for each run."""
    return Case(
        "handoff when lead seems short",
        {
            "rival.mode": "deadline",
            "rival.lead": 10,
            "evaluation.lead_error": 2,
            "evaluation.review_interval": 0.5,
            "handoff.when_lead_below": 6,
            "horizon": 8,
        },
        12_000,
        (
            Share("by month 5", lambda table: table["handoff_month"] <= 5.0, float(ndtr(0.5))),
            Share("at once", lambda table: table["handoff_month"] == 0.0, float(ndtr(-2.0))),
        ),
    )


def smoothed() -> Case:
    """Estimates with memory ρ: after k + 1 reviews of the same truth the variance is a geometric sum."""
    sd, rho, reviews = 0.4, 0.6, 4
    # Weights of the estimates: the first counts ρ^k, later ones (1 − ρ)·ρ^j.
    variance = sd**2 * (rho ** (2 * reviews) + (1 - rho) ** 2 * sum(rho ** (2 * j) for j in range(reviews)))
    return Case(
        "estimates with memory",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": 0.5,
            "evaluation.alignment_noise": sd,
            "evaluation.memory": rho,
            "evaluation.review_interval": 1,
            "handoff.when_margin_above": 1e9,
            "handoff.at": reviews,
            "horizon": reviews + 0.5,
        },
        12_000,
        (Mean("margin found at handoff, py", column("handoff_estimate"), 0.5, sqrt(variance)),
         Law("margin found at handoff", column("handoff_estimate"), lambda m: ndtr((m - 0.5) / sqrt(variance)))),
    )  # fmt: skip


def company() -> Case:
    """Advice to halt is one episode as long as it is wanted: the company ignores it once and for all, or not."""
    ignored = 0.3
    return Case(
        "advice to halt, ignored once and for all",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": 0.5,
            "goodness.reach": 1e-6,
            "evaluation.review_interval": 1,
            "handoff.halt_below": 1,
            "handoff.resume_above": 2,
            "strategy.advice_ignored": ignored,
            "horizon": 6,
        },
        12_000,
        (Share("halted", lambda table: table["halts"] == 1, 1.0 - ignored, trap=1.0 - ignored**6),),
    )


def tax_error() -> Case:
    """A misjudged tax: effort for goodness is τ̂/(1 + τ̂) with τ̂ lognormal, so its logit is normal."""
    tax, error, months = 1.0, 0.5, 0.5
    return Case(
        "effort for goodness by a misjudged tax",
        {
            "tax.broad_alignment": tax / 2.0,
            "tax.capability_profile": tax / 2.0,
            "evaluation.tax_error": error,
            "strategy.policy": "margin_target",
            "strategy.gain": 0,
            "horizon": months,
        },
        12_000,
        (
            Share("more than half", lambda table: table["delay_goodness"] > months / 2.0, 0.5),
            Law("its logit", logit_of_share, lambda x: ndtr((x - log(tax)) / error)),
        ),
    )


def logit_of_share(table: Any) -> Any:
    """Return the logit of the share of time since handoff that went to goodness."""
    share = table["delay_goodness"] / table["months"]
    return np.log(share / (1.0 - share))


CASES = (
    first_review(),
    tests_and_months(),
    trial(),
    margin_trigger(),
    winners_curse(),
    lead_trigger(),
    smoothed(),
    company(),
    tax_error(),
)
