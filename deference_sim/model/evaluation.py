"""Evaluation: what the AIs and their developer believe about margin, tax and lead. Decisions use nothing else."""

from math import exp
from typing import Any

from deference_sim.model.declare import Block, equation, parameter, share
from deference_sim.model.tax import total_tax
from deference_sim.streams import ESTIMATES, REVIEW_NOISE, normal_pair


class Evaluation(Block):
    """When reviews happen and how wrong they are."""

    review_interval: float | None = parameter(
        7 / 30.4375,
        "Calendar time after which a review is due; null: none by calendar.",
        unit="months",
        ge=1 / 30.4375,
        null=float("inf"),
        source="proposed default: one week",
    )
    review_work: float | None = parameter(
        0.1,
        "AI work after which a review is due; null: none by work.",
        unit="py",
        ge=0.001,
        null=float("inf"),
    )
    alignment_noise: float = parameter(
        0.2, "Standard deviation of the error of one review's estimate of broad alignment.", unit="py", ge=0.0,
        source="proposed range 0.1 to 0.5",
    )  # fmt: skip
    profile_noise: float = parameter(
        0.1, "Standard deviation of the error of one review's estimate of the capability profile.", unit="py", ge=0.0,
        source="capability is easier to test than alignment (the essay)",
    )  # fmt: skip
    bias: float = parameter(0.0, "How much reviews overrate broad alignment.", unit="py")
    memory: float = share(0.0, "Weight of the previous estimate in the present one.", lt=1.0)
    tax_error: float = parameter(
        0.0,
        "Standard deviation of the error of the estimated tax, as natural logarithm; one draw per run.",
        ge=0.0,
    )
    lead_error: float = parameter(
        0.0, "Standard deviation of the error of the estimated lead; one draw per run.", unit="months", ge=0.0
    )


@equation
def draw_errors_of_the_run(state: Any, p: Any) -> None:
    """Draw the errors of the estimated tax and lead that last for the whole run."""
    tax_error, lead_error = normal_pair(state.key, state.replicate, ESTIMATES, 0)
    state.tax_error_factor = exp(p.evaluation_tax_error * tax_error)
    state.lead_error = p.evaluation_lead_error * lead_error


@equation
def estimates_of(state: Any, p: Any, A: float, W: float) -> Any:
    """Return what the coming review finds for AIs whose true components are ``A`` and ``W``; equation (8)."""
    error_A, error_W = normal_pair(state.key, state.replicate, REVIEW_NOISE, state.reviews)
    found_A = A + p.evaluation_bias + p.evaluation_alignment_noise * error_A
    found_W = W + p.evaluation_profile_noise * error_W
    if state.reviews == 0:
        return found_A, found_W
    kept = p.evaluation_memory
    return (
        kept * state.alignment_estimate + (1.0 - kept) * found_A,
        kept * state.profile_estimate + (1.0 - kept) * found_W,
    )


@equation
def review(state: Any, p: Any) -> None:
    """Evaluate the AIs in charge and set when the next review is due."""
    state.alignment_estimate, state.profile_estimate = estimates_of(state, p, state.A, state.W)
    state.reviews += 1
    state.U = 0.0
    state.next_review_at = state.t + p.evaluation_review_interval
    state.step_alive = 0


@equation
def margin_estimate(state: Any) -> float:
    """Return m̂, the margin that decisions believe in, in py."""
    return min(state.alignment_estimate, state.profile_estimate) - state.C


@equation
def tax_estimate(state: Any, p: Any, C: float) -> float:
    """Return τ̂, the tax that decisions believe in at capability ``C``."""
    return total_tax(p, C) * state.tax_error_factor / p.goodness_epistemic_efficiency
