"""Phases: work before handoff, partial deference with control, and halted deference."""

from math import exp, log10

from scipy.special import ndtr

from validation.quiet import STANDING_STILL
from validation.recipe import NOTHING, Case, Number, Share, column


def misaligned(months: float, published: float) -> Case:
    """The published chances that AIs are misaligned at handoff after so many months of work."""
    gain = {1.0: 0.075, 12.0: 0.384, 120.0: 0.525}[months]
    exact = float(ndtr(-gain / 0.3))
    assert abs(exact - published) < 0.002
    return Case(
        f"misaligned after {months:g} months of pre-work",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": 0,
            "goodness.spread": 0.3,
            "handoff.at": months,
            "handoff.prework": [[0.1, -0.21], [1, 0.075], [12, 0.384], [120, 0.525]],
            "horizon": months + 1,
        },
        12_000,
        (Share("misaligned", lambda table: table["first_exit_month"] == months, exact),),
    )


def prework() -> Case:
    """Pre-work is linear in the logarithm of months, human pace 6 counting double, less the part that scales up."""
    months, scaling = 5.0, 0.4
    work = months * (1.0 - scaling) * 2.0
    return Case(
        "pre-work beside scaling up",
        {
            "goodness.broad_alignment": 0.2,
            "handoff.prework": [[0.1, 0], [1, 0.1], [10, 0.5]],
            "handoff.human_pace": 6,
            "handoff.scaling_share": scaling,
            "handoff.at": months,
            "horizon": months + 1e-3,
            **STANDING_STILL,
        },
        1,
        (
            Number("alignment, py", column("A"), 0.2 + 0.1 + 0.4 * log10(work)),
            Number("capability, py", column("C"), scaling * months * 6.0 / 12.0),
        ),
    )


def partial() -> Case:
    """Half of the work by humans at half our pace (Amdahl), with control, and a margin that they fill in."""
    humans, share, fill_in, h, scale, strength = 0.5, 0.5, 0.3, 3.0, 0.15, 0.5
    pace = humans / ((1.0 - share) * humans + share)
    rate = pace * h * exp(-fill_in / scale) * (1.0 - strength)
    return Case(
        "partial deference under control",
        {
            **STANDING_STILL,
            "goodness.broad_alignment": -1,
            "basin.hazard_inside": h,
            "basin.inside_scale": scale,
            "basin.hazard_outside": 1e3,
            "control.strength": strength,
            "handoff.human_share": share,
            "handoff.human_pace": 12 * humans,
            "handoff.fill_in_alignment": fill_in,
            "horizon": 0.8 / rate,
        },
        12_000,
        (Share("no catastrophe", NOTHING, exp(-0.8)),),
    )


def halted() -> Case:
    """Halted at the first review: the hazard runs on the humans' clock and under control."""
    humans, margin, h, scale, strength = 0.5, 0.2, 3.0, 0.15, 0.7
    rate = humans * h * exp(-margin / scale) * (1.0 - strength)
    return Case(
        "halted deference under control",
        {
            "goodness.broad_alignment": margin,
            "goodness.reach": 1e-6,  # nothing is left to repair
            "basin.hazard_inside": h,
            "basin.inside_scale": scale,
            "control.strength": strength,
            "handoff.human_pace": 12 * humans,
            "handoff.halt_below": 1,
            "handoff.resume_above": 2,
            "evaluation.review_interval": 1,
            "horizon": 0.8 / rate,
        },
        12_000,
        (Share("no catastrophe", NOTHING, exp(-0.8)),),
    )


CASES = (misaligned(1.0, 0.40), misaligned(12.0, 0.10), misaligned(120.0, 0.04), prework(), partial(), halted())
