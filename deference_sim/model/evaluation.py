"""Evaluation: what the AIs and their developer believe about margin, tax and lead. Decisions use nothing else."""

from math import inf, sqrt
from typing import Any

from deference_sim.elementary import exp
from deference_sim.model.declare import Block, Quantity, constant, equation, parameter, share
from deference_sim.model.events import event
from deference_sim.model.goodness import effective_profile
from deference_sim.model.growth import own_pace
from deference_sim.model.human import human_effort
from deference_sim.model.state import HALTED, PRE
from deference_sim.model.stocks import flow, stock
from deference_sim.model.tax import total_tax
from deference_sim.streams import ESTIMATES, PERSISTENT_ERROR, REVIEW_NOISE, normal_pair

ESTIMATED_MARGIN = Quantity("estimated margin", "py", "estimated margin")
T = stock("T", "work on tests that still tells something", unit="py", words="test work T")
HIGHEST_DENSITY = 0.3989422804014327  # of a standard normal number
U = stock(
    "U", "AI work since the last review", unit="py", words="work since the review", speed=1.0, exact=False, shown=False
)
REVIEWED = event("reviewed", "review: margin found {believed:.2f}, true {margin:.2f}")


class Evaluation(Block):
    """When reviews happen and how wrong they are."""

    review_interval: float | None = parameter(
        7 / 30.4375,
        "Time between reviews",
        "Calendar time after which a review is due; null: none by calendar.",
        unit="months",
        ge=1 / 30.4375,
        null=float("inf"),
        source="proposed default: one week",
    )
    review_work: float | None = parameter(
        0.1,
        "AI work between reviews",
        "AI work after which a review is due; null: none by work.",
        unit="py",
        ge=0.001,
        null=float("inf"),
    )
    noise: float = parameter(
        0.2,
        "Error of one review",
        "Standard deviation of the error of one review's estimate of broad alignment.",
        unit="py",
        ge=0.0,
        source="guess, 0.1 to 0.5",
    )
    persistent_error: float = parameter(
        0.3,
        "Lasting error of tests",
        "How wrong a run's tests of broad alignment stay without any work on the tests, as a standard deviation.",
        unit="py",
        ge=0.0,
        source="guess: evaluation is hard (the essay), and what tests miss they miss each time",
        tier="core",
        plausible="{lognormal: {p5: 0.1 py, p95: 0.7 py}}",
    )
    tests_half: float = parameter(
        0.5,
        "Test work that halves the error",
        "Work on tests that halves the variance of that lasting error.",
        unit="py",
        gt=0.0,
    )
    overfitting: float = parameter(
        0.0,
        "Overfitting to tests",
        "By how much reviews overrate both components after much work against the same tests.",
        unit="py",
        ge=0.0,
    )
    tests_share: float = share(0.0, "Effort for tests", "Share of effort for tests.")
    trial_fraction: float = parameter(
        0.0,
        "Length of a trial run",
        "Length of a trial run before handoff, as a share of the expected months of deference; 0: no trial.",
        ge=0.0,
        le=10.0,
        source="the essay: a behavioural test may take a fifth of the deferred duration",
    )
    tax_error: float = parameter(
        0.0,
        "Error about the tax",
        "Standard deviation of the error of the estimated tax, as natural logarithm; one draw per run.",
        ge=0.0,
    )
    lead_error: float = parameter(
        0.0,
        "Error about the lead",
        "Standard deviation of the error of the estimated lead; one draw per run.",
        unit="months",
        ge=0.0,
    )


OVERFITTED_AFTER = constant(
    "OVERFITTED_AFTER", 1.0, "py", "work against the same tests after which 63 % of the overfitting is reached"
)
PRACTICE_A_MONTH = constant(
    "PRACTICE_A_MONTH", 0.25, "py per month", "work against tests in a month of human work at the reference pace"
)
LOWEST = constant(
    "LOWEST", -2.53, "py", "below any capability, and such that no round capability lies between two cells"
)
REVIEW_CELL = constant("REVIEW_CELL", 0.25, "py", "stretch of capability in which reviews are numbered together")
MOST_IN_A_CELL = 65_536
TESTS_AGE = constant("TESTS_AGE", 3.0, "py", "capability over which tests lose 63 % of their worth")


@equation
def draw_errors_of_the_run(state: Any, p: Any) -> None:
    """Draw the errors of estimates that last for the whole run: of tests, of the tax, of the lead."""
    tax_error, lead_error = normal_pair(state.key, state.replicate, ESTIMATES, 0)
    state.tax_error_factor = exp(min(max(p.evaluation_tax_error * tax_error, -50.0), 50.0))
    state.lead_error = p.evaluation_lead_error * lead_error
    lasting_A, lasting_W = normal_pair(state.key, state.replicate, PERSISTENT_ERROR, 0)
    state.lasting_error_A = p.evaluation_persistent_error * lasting_A
    state.lasting_error_W = p.evaluation_persistent_error * p.goodness_profile_ratio * lasting_W


@flow(T)
def test_work(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return dT/dt in py per month: by humans, in a trial run, by AIs; tests age as AIs get smarter."""
    done = human_effort(state, p) * p.handoff_human_tests * p.human_pace
    if state.phase == PRE:
        done += 0.0 if state.trial_until == inf else max(own_pace(p, stocks.C), p.pace_floor)
    elif state.phase != HALTED:
        done += state.tests_share * now.clock
    return done - stocks.T * now.growth / TESTS_AGE


@equation
def what_tests_leave(p: Any, T: float) -> float:
    """Return the share of the lasting error that ``T`` py of work on tests leave."""
    return 1.0 / sqrt(1.0 + T / p.evaluation_tests_half)


@equation
def capability_cell(state: Any) -> int:
    """Return the number of the stretch of capability in which the AIs are now."""
    return int((state.C - LOWEST) / REVIEW_CELL)


@equation
def review_address(state: Any) -> int:
    """Return where the noise of the coming review stands: by the stretch of capability, and how many were there before.

    So the same noise meets two runs that differ a little at the same capability, however often each is reviewed.
    """
    cell = capability_cell(state)
    return cell * MOST_IN_A_CELL + (state.reviews_in_cell if cell == state.review_cell else 0)


@equation
def estimates_of(state: Any, p: Any, A: float, W: float) -> Any:
    """Return what the coming review finds for AIs that show components ``A`` and ``W``; equation (8)."""
    error_A, error_W = normal_pair(state.key, state.replicate, REVIEW_NOISE, review_address(state))
    practice = PRACTICE_A_MONTH * state.H + state.practice
    kind = p.evaluation_overfitting * (1.0 - exp(max(-practice / OVERFITTED_AFTER, -700.0)))
    left = what_tests_leave(p, state.T)
    found_A = A + kind + left * state.lasting_error_A + p.evaluation_noise * error_A
    found_W = W + kind + left * state.lasting_error_W + p.evaluation_noise * p.goodness_profile_ratio * error_W
    return found_A, found_W


@equation
def margin_found(state: Any, p: Any, A: float, W: float) -> float:
    """Return the margin that estimates ``A`` and ``W`` make one believe in, in py.

    The smaller of two noisy estimates is too low on average; that is given back, as far as it can be known.
    """
    supplied = effective_profile(state, p, W)
    return min(A, supplied) + lost_to_noise(abs(A - supplied), p.noise_apart) - state.C


@equation
def prepare_evaluation(p: Any) -> None:
    """Set how far the noise of one review sets components apart."""
    p.noise_apart = spread_of_estimates(p)


@equation
def spread_of_estimates(p: Any) -> float:
    """Return ψ, the root of two times the standard deviation of how far the noise of one review sets components apart.

    Lasting errors do not count: work goes to whichever component looks weaker, until both look alike, and so the
    smaller of the true ones lies below the smaller estimate, not above it.
    """
    ratio = p.goodness_profile_ratio
    return sqrt(2.0 * (1.0 + ratio * ratio)) * p.evaluation_noise


@equation
def unknown_margin(state: Any, p: Any) -> float:
    """Return the standard deviation of what one review leaves unknown about broad alignment, in py."""
    left = what_tests_leave(p, state.T) * p.evaluation_persistent_error
    return sqrt(p.evaluation_noise * p.evaluation_noise + left * left)


@equation
def lost_to_noise(apart: float, spread: float) -> float:
    """Return by how much the smaller of two noisy numbers found ``apart`` is too low: ψφ(d/ψ) − dΦ(−d/ψ).

    ``spread`` is ψ; Φ by Abramowitz & Stegun (1964) 26.2.17, which errs by 7.5e-8 at most.
    """
    if spread <= 0.0:
        return 0.0
    x = apart / spread
    density = HIGHEST_DENSITY * exp(max(-0.5 * x * x, -700.0))
    t = 1.0 / (1.0 + 0.2316419 * x)
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    return spread * density - apart * density * series


@equation
def review(state: Any, p: Any) -> None:
    """Evaluate the AIs in charge and set when the next review is due."""
    state.practice += state.U * state.goodness_share
    state.alignment_estimate, state.profile_estimate = estimates_of(state, p, state.A, state.W)
    state.looks_safe = 1 if margin_estimate(state, p) >= p.strategy_target else 0
    if state.t == state.handoff_month:
        state.handoff_estimate = margin_estimate(state, p)
        if state.first_exit_month == state.t:  # outside from the start: what counts is this review
            state.believed_safe = state.looks_safe
    cell = capability_cell(state)
    state.reviews_in_cell = state.reviews_in_cell + 1 if cell == state.review_cell else 1
    state.review_cell = cell
    state.reviews += 1
    state.U = 0.0
    state.next_review_at = state.t + p.evaluation_review_interval
    state.step_alive = 0


@equation(gives=ESTIMATED_MARGIN)
def margin_estimate(state: Any, p: Any) -> float:
    """Return m̂, the margin that decisions believe in, in py."""
    return margin_found(state, p, state.alignment_estimate, state.profile_estimate)


@equation
def own_margin_estimate(state: Any, p: Any) -> float:
    """Return the margin that decisions believe the AIs have without what humans supply, in py."""
    apart = abs(state.alignment_estimate - state.profile_estimate)
    smaller = min(state.alignment_estimate, state.profile_estimate)
    return smaller + lost_to_noise(apart, p.noise_apart) - state.C


@equation
def tax_estimate(state: Any, p: Any, C: float, wasteful: float) -> float:
    """Return τ̂, the tax that decisions believe in at capability ``C``, dearer by the factor ``wasteful``."""
    tax = total_tax(p, C, state.alignment_estimate, state.profile_estimate, state.paradigm_factor)
    return tax * state.tax_error_factor * wasteful


@flow(U)
def work_since_review(state: Any, p: Any, stocks: Any, now: Any) -> float:
    """Return how fast AIs, or humans in a halt, work, in py per month."""
    return 0.0 if state.phase == PRE else now.clock
