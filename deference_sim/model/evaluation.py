"""Evaluation: what the AIs and their developer believe about margin, tax and lead. Decisions use nothing else."""

from math import exp, sqrt
from typing import Any

from deference_sim.model.control import LN2
from deference_sim.model.declare import Block, Quantity, equation, parameter, share
from deference_sim.model.events import event
from deference_sim.model.state import PRE
from deference_sim.model.stocks import flow, stock
from deference_sim.model.tax import total_tax
from deference_sim.streams import ESTIMATES, REVIEW_NOISE, normal_pair

ESTIMATED_MARGIN = Quantity("estimated margin", "py", "estimated margin")
U = stock(
    "U", "AI work since the last review", unit="py", words="work since the review", speed=1.0, exact=False, shown=False
)
REVIEWED = event("reviewed", "review: margin found {believed:.2f}, true {own_margin:.2f}")


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
    bias: float = parameter(0.0, "How much reviews overrate both components.", unit="py")
    overfitting: float = parameter(
        0.0, "How much more reviews overrate per py of goodness work against the same tests.", ge=0.0
    )
    misjudgement: float = parameter(
        0.0, "How much more they overrate per py by which the capability profile falls short of capability.", ge=0.0
    )
    tests_share: float = share(0.0, "Share of effort for tests, which lowers the noise of reviews.")
    tests_reference: float = parameter(
        0.05, "Share of effort for tests that halves the variance of reviews.", gt=0.0, le=1.0
    )
    calendar_half: float | None = parameter(
        None,
        "Months of human work before handoff that halve the noise of reviews; null: they do not.",
        unit="months",
        gt=0.0,
        null=float("inf"),
    )
    trial_fraction: float = parameter(
        0.0,
        "Length of a trial run before handoff, as a share of the expected months of deference; 0: no trial.",
        ge=0.0,
        le=10.0,
        source="the essay: a behavioural test may take a fifth of the deferred duration",
    )
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
    state.tax_error_factor = exp(min(max(p.evaluation_tax_error * tax_error, -50.0), 50.0))
    state.lead_error = p.evaluation_lead_error * lead_error


@equation
def estimates_of(state: Any, p: Any, A: float, W: float) -> Any:
    """Return what the coming review finds for AIs whose true components are ``A`` and ``W``; equation (8).

    More tests, checking, human work and a trial before handoff make it less noisy; iterating against the same tests
    and judging with too little wisdom make it too kind.
    """
    error_A, error_W = normal_pair(state.key, state.replicate, REVIEW_NOISE, state.reviews)
    tests = 1.0 + state.tests_share / p.evaluation_tests_reference
    noise = state.noise_factor / sqrt(tests * (1.0 + p.tax_checking))
    kind = state.bias_factor * (p.evaluation_bias + p.evaluation_overfitting * state.practice)
    kind += p.evaluation_misjudgement * max(state.C - W, 0.0)
    found_A = A + kind + noise * p.evaluation_alignment_noise * error_A
    found_W = W + kind + noise * p.evaluation_profile_noise * error_W
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
    state.practice += state.U * state.goodness_share
    state.alignment_estimate, state.profile_estimate = estimates_of(state, p, state.A, state.W)
    if state.t == state.handoff_month:
        state.handoff_estimate = margin_estimate(state)
    state.reviews += 1
    state.U = 0.0
    state.next_review_at = state.t + p.evaluation_review_interval
    state.step_alive = 0


@equation
def learn_before_handoff(state: Any, p: Any, trial_months: float) -> None:
    """Let months of human work, and a trial run of ``trial_months``, make later reviews less noisy and less kind."""
    trial = 1.0 / sqrt(1.0 + trial_months)
    state.noise_factor = trial * exp(max(-LN2 * state.t / p.evaluation_calendar_half, -700.0))
    state.bias_factor = trial


@equation(gives=ESTIMATED_MARGIN)
def margin_estimate(state: Any) -> float:
    """Return m̂, the margin that decisions believe in, in py."""
    return min(state.alignment_estimate, state.profile_estimate) - state.C


@equation
def tax_estimate(state: Any, p: Any, C: float, A: float, W: float) -> float:
    """Return τ̂, the tax that decisions believe in at capability ``C`` with components at ``A`` and ``W``."""
    tax = total_tax(p, C, A, W, state.paradigm_factor)
    return tax * state.tax_error_factor / p.goodness_epistemic_efficiency


@flow(U)
def work_since_review(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return how fast AIs, or humans in a halt, work, in py per month."""
    return 0.0 if state.phase == PRE else now.clock
