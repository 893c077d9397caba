"""Evaluation: what reviews find, errors that last, tests that age, and decisions that chance in them takes."""

from math import exp, expm1, log, pi, sqrt
from typing import Any

import numpy as np
from scipy.special import ndtr
from scipy.stats import norm

from validation.quiet import STANDING_STILL, g, start
from validation.recipe import Case, Law, Mean, Number, Share, column, road

FOUND = column("handoff_estimate")


def density(x: float) -> float:
    """Return the standard normal density."""
    return exp(-0.5 * x * x) / sqrt(2.0 * pi)


def margin_found(a: Any, w: Any, spread: float) -> Any:
    """Return m̂ of two estimates: the smaller one, and what noise of ψ = ``spread`` takes from it on average."""
    apart = np.abs(a - w)
    if spread == 0.0:
        return np.minimum(a, w)
    return np.minimum(a, w) + spread * norm.pdf(apart / spread) - apart * ndtr(-apart / spread)


def moments_of_margin(a: float, sd_a: float, w: float, sd_w: float, spread: float) -> tuple[float, float]:
    """Return mean and standard deviation of m̂ of two normal estimates, by the trapezoidal rule in both."""
    z = np.linspace(-8.5, 8.5, 1_701)
    weight = norm.pdf(z) * (z[1] - z[0])
    values = margin_found((a + sd_a * z)[:, None], (w + sd_w * z)[None, :], spread)
    mean = float(weight @ values @ weight)
    return mean, sqrt(float(weight @ (values - mean) ** 2 @ weight))


def first_review() -> Case:
    """What noise takes from the smaller of two estimates is given back, as well as it can be: m̂ has a known mean.

    E[min(â, ŵ) + ψφ(d̂/ψ) − |d̂|Φ(−|d̂|/ψ)] over normal starts and errors, ψ² = 2(1 + r²)·noise²:
    lasting errors are not given back.
    """
    spread, noise, lasting, ratio = 0.3, 0.4, 0.2, 0.5
    unknown = noise**2 + lasting**2
    sd_a, sd_w = sqrt(spread**2 + unknown), sqrt(spread**2 + ratio**2 * unknown)
    psi = sqrt(2.0 * (1.0 + ratio**2)) * noise
    mean, sd = moments_of_margin(0.1, sd_a, 0.2, sd_w, psi)
    without, _ = moments_of_margin(0.1, sd_a, 0.2, sd_w, 0.0)
    assert mean - without > 8.09 * sd / sqrt(12_000)  # Clark's mean of the smaller one would be told apart
    return Case(
        "the weaker of two components, and what noise takes from it",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(0.1),
            "goodness.capability_profile": start(0.2),
            "goodness.spread": spread,
            "goodness.profile_ratio": ratio,
            "evaluation.noise": noise,
            "evaluation.persistent_error": lasting,
            "horizon": 0.1,
        },
        12_000,
        (
            Mean("margin found at handoff, py", FOUND, mean, sd),
            Share("in the basin", column("in_basin"), float(ndtr(0.1 / 0.3) * ndtr(0.2 / 0.3))),
        ),
    )


def lasting_error() -> Case:
    """Humans test before handoff: T = t·tests·pace/12, and the lasting error shrinks to sd/√(1 + T/half).

    Outside at margin −.1 whatever is found: believed safe with probability Φ((m − target)/sd), without any noise.
    """
    margin, target, sd, half, months, share, pace = -0.1, 0.1, 0.5, 0.25, 8.0, 0.5, 3.0
    T = months * share * pace / 12.0
    left = sd / sqrt(1.0 + T / half)
    human = g(months * (1.0 - share) * pace / 3.0) - g(0.0)
    return Case(
        "a lasting error that human tests shrink",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(margin - human),
            "evaluation.persistent_error": sd,
            "evaluation.tests_half": half,
            "strategy.target": target,
            "handoff.human_tests": share,
            "handoff.human_pace": pace,
            "handoff.at": months,
            "horizon": months + 0.1,
        },
        12_000,
        (
            Share(
                "believed safe", column("believed_safe"), float(ndtr((margin - target) / left)),
                trap=float(ndtr((margin - target) / sd)),
            ),
            Share("outside at the handoff", road("start"), 1.0),
            Mean("margin found at handoff, py", FOUND, margin, left),
            Law("margin found at handoff", FOUND, lambda m: ndtr((m - margin) / left)),
        ),
    )  # fmt: skip


def noise_beside_it() -> Case:
    """An error that lasts is the same at each review, noise is not: waiting for a good review finds only the noise.

    Given the lasting error e each monthly review finds enough with probability Φ((m + e − wanted)/noise).
    """
    margin, sd, noise, wanted, reviews = 0.2, 0.4, 0.2, 0.5, 4
    z = np.linspace(-8.5, 8.5, 3_401)
    weight = norm.pdf(z) * (z[1] - z[0])
    enough = ndtr((margin + sd * z - wanted) / noise)
    exact = float(weight @ (1.0 - (1.0 - enough) ** reviews))
    anew = float(ndtr((margin - wanted) / sqrt(sd**2 + noise**2)))
    return Case(
        "reviews that share one lasting error",
        {
            **waiting(margin, noise, wanted, reviews - 0.5),
            "evaluation.persistent_error": sd,
            "evaluation.tests_half": 1e9,
        },
        12_000,
        (Share("handed off", lambda table: table["handoff_month"].notna(), exact, trap=1.0 - (1.0 - anew) ** reviews),),
    )


def trial() -> Case:
    """A trial of a fifth of the months that deference will take is T = ∫P̄ dt of tests, and no human work."""
    months, sd, half = 5.0 / 5.0, 0.4, 0.5  # 5 py at 1 py a month without tax
    left = sd / sqrt(1.0 + months / half)
    return Case(
        "trial run before handoff",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(0.6),
            "evaluation.persistent_error": sd,
            "evaluation.tests_half": half,
            "evaluation.trial_fraction": 0.2,
            "capability.stabilise_at": 5,
            "handoff.human_tests": 0,
            "horizon": 1.01,
        },
        12_000,
        (
            Mean("margin found at handoff, py", FOUND, 0.6, left),
            Mean("month of handoff", column("handoff_month"), months, 1e-9),
        ),
    )


def ageing_tests() -> Case:
    """AIs test at a share of their pace while they get smarter: dT = s dt − T/3 dC, so T = 3s(1 − e^{−gt/3})/g."""
    share, months = 0.2, 5.0
    growth = 1.0 - share
    exact = 3.0 * share / growth * -expm1(-growth * months / 3.0)
    changes = {"evaluation.tests_share": share, "horizon": months}
    return Case("tests that age", changes, 1, (Number("test work, py", column("T"), exact),))


def overfitting() -> Case:
    """Reviews overrate by o·(1 − e^{−practice}), practice a quarter of a py a month of human work before handoff."""
    margin, most, months = 0.4, 0.3, 4.0
    found = margin + g(months) - g(0.0) + most * -expm1(-months / 4.0)
    changes = {
        **STANDING_STILL,
        "goodness.broad_alignment": start(margin),
        "evaluation.overfitting": most,
        "handoff.human_tests": 0,
        "handoff.at": months,
        "horizon": months + 0.1,
    }
    return Case("reviews that overrate", changes, 1, (Number("margin found at handoff, py", FOUND, found),))


def margin_trigger() -> Case:
    """Humans wait until a review finds enough: a geometric number of months, whatever the truth."""
    margin, sd, wanted, reviews = 0.2, 0.3, 0.5, 4
    enough = float(ndtr((margin - wanted) / sd))
    return Case(
        "handoff when a review finds enough (geometric)",
        waiting(margin, sd, wanted, reviews - 0.5),
        12_000,
        (
            Share("handed off", lambda table: table["handoff_month"].notna(), 1.0 - (1.0 - enough) ** reviews),
            Share("at the second review", lambda table: table["handoff_month"] == 1.0, enough * (1.0 - enough)),
        ),
    )


def waiting(margin: float, sd: float, wanted: float, months: float) -> dict[str, Any]:
    """Return the changes for humans who wait until a monthly review finds the margin that is wanted."""
    return {
        **STANDING_STILL,
        "goodness.broad_alignment": start(margin),
        "evaluation.noise": sd,
        "evaluation.review_interval": 1,
        "handoff.when_margin_above": wanted,
        "horizon": months,
    }


def winners_curse() -> Case:
    """What is found at such a handoff is the upper tail of a normal law, far above the truth."""
    margin, sd, wanted = 0.2, 0.3, 0.5
    z = (wanted - margin) / sd
    excess = density(z) / float(ndtr(-z))
    spread = sd * sqrt(1.0 + z * excess - excess**2)
    return Case(
        "winner's curse at handoff",
        waiting(margin, sd, wanted, 5.5),
        12_000,
        (Mean("margin found at handoff, py", estimate_at_handoff, margin + sd * excess, spread),),
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


def company() -> Case:
    """Advice to halt is one episode as long as it is wanted: the company ignores it once and for all, or not."""
    ignored = 0.3
    return Case(
        "advice to halt, ignored once and for all",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(0.5),
            "evaluation.review_interval": 1,
            "handoff.halt_below": 1,
            "handoff.resume_above": 1.2,
            "strategy.advice_ignored": ignored,
            "horizon": 6,
        },
        12_000,
        (Share("halted", lambda table: table["halts"] == 1, 1.0 - ignored, trap=1.0 - ignored**6),),
    )


def tax_error() -> Case:
    """A misjudged tax: effort for goodness at the target is τ̂/(1 + τ̂) with τ̂ lognormal, so its logit is normal."""
    tax, error, months = 1.0, 0.5, 0.5
    return Case(
        "effort for goodness by a misjudged tax",
        {
            "goodness.broad_alignment": start(1.0),
            "goodness.capability_profile": start(1.0),
            "tax.broad_alignment": tax / 2.0,
            "tax.capability_profile": tax / 2.0,
            "evaluation.tax_error": error,
            "strategy.policy": "margin_target",
            "strategy.target": 1,
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
    lasting_error(),
    noise_beside_it(),
    trial(),
    ageing_tests(),
    overfitting(),
    margin_trigger(),
    winners_curse(),
    lead_trigger(),
    company(),
    tax_error(),
)
