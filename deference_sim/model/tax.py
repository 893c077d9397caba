"""The deference-goodness tax: effort to raise goodness by one py over effort to raise capability by one py."""

from itertools import pairwise
from typing import Any, Self

from pydantic import model_validator

from deference_sim.elementary import exp, log
from deference_sim.model.declare import MAX_KNOTS, Block, Pairs, Quantity, constant, equation, parameter
from deference_sim.model.events import counter, event
from deference_sim.model.growth import log_linear
from deference_sim.model.processes import STEADY, rate_process
from deference_sim.model.stages import PARADIGM_STAGE
from deference_sim.model.work import is_deferring, software_pace
from deference_sim.streams import PARADIGM, normal_quantile, uniform_pair

LN10 = log(10.0)
TAX = Quantity("tax", "1", "tax τ")
PARADIGM_SHIFTED = event("paradigm shifted", "paradigm shift {item}: the tax is now {value:.2f} times what it would be")


class Tax(Block):
    """The price of each component of deference-goodness, and how it falls."""

    broad_alignment: float = parameter(
        0.15,
        "Tax of broad alignment",
        "Tax of broad alignment at level 0: effort per py of it over effort per py of capability.",
        ge=0.0,
        source="the essay: from about 0 to 10 and more; Clymer's odds point lower; the two together 0.3",
        tier="core",
        plausible="{lognormal: {p5: 0.005, p95: 1.5}}",
    )
    capability_profile: float = parameter(
        0.15,
        "Tax of the capability profile",
        "Tax of the capability profile at level 0: effort per py of it over effort per py of capability.",
        ge=0.0,
        source="the essay: from about 0 to 10 and more; Clymer's odds point lower; the two together 0.3",
        tier="core",
        plausible="{lognormal: {p5: 0.005, p95: 1.5}}",
    )
    decline: float = parameter(
        0.05,
        "Fall of the tax with capability",
        "Orders of magnitude by which both taxes fall per py of capability, as labour outgrows compute.",
        unit="per py",
        ge=-2.0,
        le=2.0,
        source="the essay gives the direction: work on goodness has higher returns to labour",
        tier="core",
        plausible="{normal: {p5: -0.1 per py, p95: 0.3 per py}}",
    )
    shape: Pairs = parameter(
        ((0.0, 1.0), (5.0, 1.0)),
        "Shape of the tax",
        "Factor on each tax by the level that is being aligned, log-linear between, flat beyond the ends.",
        unit="py, 1",
        min_length=1,
        max_length=MAX_KNOTS,
    )
    checking: float = parameter(
        0.0,
        "Extra checking of work",
        "Extra checking of work by other AIs, as a share of the work: it raises what suffices, and the tax.",
        ge=0.0,
        le=100.0,
    )
    checking_gain: float = parameter(
        0.15,
        "Gain from checking",
        "By how much one doubling of the work by checking raises both components at the start; at most 0.5 in all.",
        unit="py",
        ge=0.0,
        source="guess: many AIs that check suffice where one does not (the essay), at diminishing returns",
    )
    paradigm_shift_rate: float = parameter(
        0.0,
        "Paradigm shifts",
        "Shifts of the AI paradigm per py of capability, each changing the tax from then on.",
        unit="per py",
        ge=0.0,
        le=10_000.0,  # each is a change of the law of the tax, which takes longer than an arrival
    )
    paradigm_shift_sd: float = parameter(
        0.5,
        "Size of paradigm shifts",
        "Standard deviation of the natural logarithm of the factor by which a shift changes the tax.",
        ge=0.0,
    )

    @model_validator(mode="after")
    def _shape_is_a_function(self) -> Self:
        if any(low >= high for (low, _), (high, _) in pairwise(self.shape)):
            raise ValueError("the levels of shape must rise from each to the next")
        if not all(1e-9 <= factor <= 1e9 for _, factor in self.shape):
            raise ValueError("the factors of shape must lie between 1e-9 and 1e9")
        return self


# A tax at these cannot be paid; without them products of them would be infinite, and shares of effort then no numbers.
MOST_PRICE = 300.0  # natural log
MOST_PARADIGM = 1e50
MOST_BY_CHECKING = constant("MOST_BY_CHECKING", 0.5, "py", "what checking adds to both components at most")


@equation
def prepare_tax(p: Any) -> None:
    """Set the decline of the tax per py as natural logarithm, and whether its shape is flat."""
    p.tax_fall = LN10 * p.tax_decline
    p.tax_is_flat = 1.0
    for knot in range(p.tax_shape_count):
        if p.tax_shape_y[knot] != 1.0:
            p.tax_is_flat = 0.0


@equation(gives=TAX, inlined=True)
def shape_factor(p: Any, level: float) -> float:
    """Return the factor on the tax of aligning up to ``level``: log-linear between knots, flat beyond the ends."""
    if p.tax_is_flat == 1.0:
        return 1.0
    return log_linear(level, p.tax_shape_x, p.tax_shape_y, p.tax_shape_count)


@equation(gives=TAX, inlined=True)
def price_factor(p: Any, C: float) -> float:
    """Return the factor on both taxes for AIs of capability ``C``: fallen with labour, dearer with checking."""
    return exp(min(max(-p.tax_fall * C, -700.0), MOST_PRICE)) * (1.0 + p.tax_checking)


@equation
def total_tax(p: Any, C: float, A: float, W: float, paradigm: float) -> float:
    """Return the deference-goodness tax at capability ``C`` for components at ``A`` and ``W``; equation (3)."""
    base = p.tax_broad_alignment * shape_factor(p, A) + p.tax_capability_profile * shape_factor(p, W)
    return base * price_factor(p, C) * paradigm


@equation
def paradigm_rate(state: Any, p: Any, stocks: Any) -> float:
    """Return paradigm shifts per month."""
    return p.tax_paradigm_shift_rate * software_pace(state, p, stocks.C)


@equation
def paradigm_can_shift(state: Any, p: Any) -> bool:
    """Return whether the paradigm can shift in the present phase."""
    return is_deferring(state) and p.tax_paradigm_shift_rate > 0.0


@equation
def shift_paradigm(state: Any, p: Any, number: int) -> Any:
    """Let a new paradigm change both taxes from now on by a lognormal factor of median 1; return the event."""
    _, luck = uniform_pair(state.key, state.replicate, PARADIGM, number)
    change = p.tax_paradigm_shift_sd * normal_quantile(luck)
    state.paradigm_factor = min(state.paradigm_factor * exp(min(max(change, -50.0), 50.0)), MOST_PARADIGM)
    state.step_alive = 0
    return PARADIGM_SHIFTED, state.paradigm_factor


PARADIGM_SHIFT = rate_process(
    "paradigm shift",
    words="paradigm shift",
    stream=PARADIGM,
    rate=paradigm_rate,
    active=paradigm_can_shift,
    turn=STEADY,
    stage=PARADIGM_STAGE,
    happens=shift_paradigm,
    counter=counter("paradigms", "paradigm shift"),
)


@equation
def gain_by_checking(p: Any) -> float:
    """Return by how much checking raises both components at the start, in py."""
    return min(MOST_BY_CHECKING, p.tax_checking_gain * log(1.0 + p.tax_checking) / log(2.0))
