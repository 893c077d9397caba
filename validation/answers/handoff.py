"""Phases: human work before handoff and in halts, the capability that we hand off to, partial and halted deference."""

from math import exp, log

from scipy.integrate import quad
from scipy.special import ndtr

from validation.quiet import STANDING_STILL, g, start
from validation.recipe import NOTHING, Case, Law, Number, Share, column, outcome, road


def misaligned(months: float, published: float) -> Case:
    """After t months the start is normal around start + g(t): Φ(−g(t)/spread) are misaligned, as published."""
    gain = g(months)
    exact = float(ndtr(-gain / 0.3))
    assert abs(exact - published) < 0.011
    return Case(
        f"misaligned after {months:g} months of human work",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": 0,
            "goodness.spread": 0.3,
            "handoff.human_tests": 0,
            "handoff.at": months,
            "horizon": months + 1,
        },
        12_000,
        (
            Share("misaligned", lambda table: table["first_exit_month"] == months, exact),
            Law("alignment", column("A"), lambda A: ndtr((A - gain) / 0.3)),
        ),
    )


def human_curve() -> Case:
    """∫2^{−C/2 py} dg(H) at 6/3 of the reference pace, less what scales up and what tests take, while C grows."""
    months, scaling, tests, pace = 5.0, 0.4, 0.25, 6.0
    rate = (1.0 - scaling) * (1.0 - tests) * pace / 3.0
    growth = scaling * pace / 12.0

    def gained(t: float) -> float:
        slope = 0.81 * 0.457 / 0.6 * (1.0 + rate * t / 0.6) ** -1.457
        return rate * slope * 2.0 ** (-growth * t / 2.0)

    human = quad(gained, 0.0, months, epsabs=1e-12)[0]
    return Case(
        "human work beside scaling up",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(0.2),
            "handoff.human_pace": pace,
            "handoff.human_tests": tests,
            "handoff.scaling_share": scaling,
            "handoff.at": months,
            "horizon": months + 1e-3,
        },
        1,
        (
            Number("alignment, py", column("A"), growth * months + 0.2 + human),
            Number("capability, py", column("C"), growth * months),
            Number("months of human work", column("H"), rate * months),
        ),
    )


def across_a_halt() -> Case:
    """One curve: after 2 months before handoff and 3 in a halt, humans have added g(5) − g(0), not more."""
    before, halted, margin = 2.0, 3.0, 0.1
    return Case(
        "human work across a halt",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(margin),
            "handoff.human_tests": 0,
            "handoff.at": before,
            "handoff.halt_below": 0.6,
            "handoff.resume_above": 0.65,
            "horizon": before + halted,
        },
        1,
        (
            Number("alignment, py", column("A"), margin + g(before + halted) - g(0.0)),
            Number("months of human work", column("H"), before + halted),
            Number("halts", column("halts"), 1.0),
        ),
    )


def partial_work() -> Case:
    """In partial deference humans do their share of the same work: g goes on at half the months."""
    before, partial, share, margin = 1.0, 4.0, 0.5, 0.3
    return Case(
        "human work beside AIs",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(margin),
            "handoff.human_tests": 0,
            "handoff.human_share": share,
            "handoff.at": before,
            "horizon": before + partial,
        },
        1,
        (Number("alignment, py", column("A"), margin + g(before + share * partial) - g(0.0)),),
    )


def capability_handed_off_to(name: str, capability: float, above: float, below: float) -> Case:
    """Off the best capability the start is worse by a loss per py; inside with Φ(margin/spread)."""
    best, spread, margin = 0.3, 0.4, 0.5
    off = capability - best
    mean = margin - above * max(off, 0.0) - below * max(-off, 0.0)
    return Case(
        f"handed off to AIs {name}",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(margin),
            "goodness.spread": spread,
            "goodness.best_capability": best,
            "goodness.loss_above": above,
            "goodness.loss_below": below,
            "handoff.capability": capability,
            "handoff.human_pace": 12,
            "horizon": max(capability, 0.0) + 0.1,
        },
        12_000,
        (
            Share("inside", column("in_basin"), float(ndtr(mean / spread)), trap=float(ndtr(margin / spread))),
            Law("margin", lambda table: table["A"] - table["C"], lambda M: ndtr((M - mean) / spread)),
        ),
    )


def checking(extra: float, gain: float) -> Case:
    """Checking raises what suffices by min(.5, gain·log2(1 + extra)), once, at the start."""
    margin, spread = -0.2, 0.3
    raised = min(0.5, gain * log(1.0 + extra) / log(2.0))
    return Case(
        f"checking by {extra:g} times the work",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": start(margin),
            "goodness.spread": spread,
            "tax.checking": extra,
            "tax.checking_gain": gain,
            "horizon": 0.1,
        },
        12_000,
        (
            Share(
                "inside", column("in_basin"), float(ndtr((margin + raised) / spread)),
                trap=float(ndtr((margin + gain * log(1.0 + extra) / log(2.0)) / spread)) if raised == 0.5 else None,
            ),
        ),
    )  # fmt: skip


def partial() -> Case:
    """Half of the work by humans at half our pace (Amdahl), with control, and a profile that they fill in."""
    humans, share, fill_in, h, scale, strength = 0.5, 0.5, 0.3, 3.0, 0.15, 0.5
    pace = humans / ((1.0 - share) * humans + share)
    rate = pace * h * exp(-fill_in / scale) * (1.0 - strength)
    return Case(
        "partial deference under control",
        {
            **STANDING_STILL,
            "goodness.capability_profile": start(-1.0),
            "basin.hazard_at_edge": h,
            "basin.hazard_scale": scale,
            "control.strength": strength,
            "handoff.human_share": share,
            "handoff.human_pace": 12 * humans,
            "handoff.fill_in_profile": fill_in,
            "horizon": 0.8 / rate,
        },
        12_000,
        (
            Share("no catastrophe", NOTHING, exp(-0.8)),
            Share("a mistake", outcome("catastrophic_mistake"), 1.0 - exp(-0.8)),
            Share("by AIs inside", road("mistake_inside"), 1.0 - exp(-0.8)),
        ),
    )


def halted() -> Case:
    """Halted at the first review: the hazard runs on the humans' clock and under control."""
    humans, margin, h, scale, strength = 0.5, 0.2, 3.0, 0.15, 0.7
    rate = humans * h * exp(-margin / scale) * (1.0 - strength)
    return Case(
        "halted deference under control",
        {
            "goodness.broad_alignment": start(margin),
            "basin.hazard_at_edge": h,
            "basin.hazard_scale": scale,
            "control.strength": strength,
            "handoff.human_pace": 12 * humans,
            "handoff.halt_below": 0.5,
            "handoff.resume_above": 0.9,
            "evaluation.review_interval": 1,
            "horizon": 0.8 / rate,
        },
        12_000,
        (Share("no catastrophe", NOTHING, exp(-0.8)),),
    )


CASES = (
    misaligned(1.0, 0.40),
    misaligned(12.0, 0.10),
    misaligned(120.0, 0.04),
    human_curve(),
    across_a_halt(),
    partial_work(),
    capability_handed_off_to("below the best capability", -0.5, 0.5, 0.4),
    capability_handed_off_to("above the best capability", 1.5, 0.5, 0.4),
    capability_handed_off_to("above it, if more capable is better", 1.1, -0.4, -0.3),
    checking(3.0, 0.15),
    checking(31.0, 0.15),
    partial(),
    halted(),
)
