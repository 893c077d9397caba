"""Paths without chance: growth, goodness and the rival along closed forms, in one replicate."""

from math import asinh, exp, expm1, log, log1p, sinh
from typing import Any

from validation.answers.growth import explosion_months
from validation.quiet import MEDIAN_EXPLOSION, NO_BASIN, STANDING_STILL, YEAR, start
from validation.recipe import Case, Number, column

MONTHS = column("months")
DEFAULT_REVIEWS = {"evaluation.review_interval": 7 / 30.4375, "evaluation.review_work": 0.1, "generations.step": 0.5}


def one(name: str, changes: dict[str, Any], *answers: Number) -> Case:
    """Return a case of a single replicate."""
    return Case(name, changes, 1, answers)


def c08(exponent: float, months: float) -> Case:
    """dC/dt = g·10^{kC} from 0 to 3 py at g = 1/2."""
    changes = {"capability.exponent": exponent, "capability.initial_speedup": 12, "capability.stabilise_at": 3}
    return one(f"C08 growth with exponent {exponent:g}", changes, Number("months to 3 py", MONTHS, months))


def blow_up() -> Case:
    """The same for ever: blows up in finite time, and ends there."""
    changes = {
        "capability.exponent": 0.25,
        "capability.initial_speedup": 12,
        "capability.fizzle_pace": 1,
        "capability.settle": 0,
    }
    return one("C08 blow-up", changes, Number("months", MONTHS, 3.47435585523))


def saturating() -> Case:
    """With returns that make the exponent 1 and hardly any parallel returns, dC/dt = g·(1 − C/K)."""
    K, p, g, level = 10.0, 1e-9, 1.0, 8.0
    changes = {
        "capability.law": "software_explosion",
        "capability.initial_speedup": 24 * g,
        "capability.parallel_returns": p,
        "capability.returns": 8.0 * p * K * log(2.0),
        "capability.ceiling": K,
        "capability.stabilise_at": level,
    }
    return one("growth towards a ceiling", changes, Number("months to 8 of 10 py", MONTHS, -K / g * log1p(-level / K)))


def explosion() -> Case:
    """Equation (1) at the median parameters, with reviews and generations on the way."""
    changes = {**MEDIAN_EXPLOSION, **DEFAULT_REVIEWS}
    return one("software explosion", changes, Number("months to 5 py", MONTHS, explosion_months(5.0)))


def goodness_alone(margin: float, **changes: Any) -> dict[str, Any]:
    """All effort on goodness at capability 0 and 1 py a month, alignment alone at stake."""
    return {
        "strategy.policy": "fixed",
        "strategy.goodness_share": 1,
        "goodness.broad_alignment": start(margin),
        "tax.broad_alignment": 0.5,
        **changes,
    }


def recovering() -> Case:
    """From the edge inwards dM/dt = (P/τ)·tanh(M/width), so sinh(M/width) grows exponentially."""
    margin, width, tax, months = 0.05, 0.25, 1.25, 0.5
    exact = width * asinh(sinh(margin / width) * exp(months / tax / width))
    changes = goodness_alone(margin, **{"tax.broad_alignment": tax, "basin.width": width})
    return one(
        "recovery within the basin", {**changes, "horizon": months}, Number("alignment", column("A"), exact, 1e-5)
    )


def falling() -> Case:
    """Outside, AIs spoil their own goodness: the same law with the sign turned, whatever the tax."""
    margin, width, months = -0.05, 0.25, 0.6
    exact = -width * asinh(sinh(-margin / width) * exp(months / width))
    changes = goodness_alone(margin, **{"basin.width": width, "horizon": months})
    return one("decay outside the basin", changes, Number("alignment", column("A"), exact, 1e-5))


def reach() -> Case:
    """Full returns up to 1 py of margin, none at the reach, dM/dt = (P/τ)·(reach − M)/(reach − 1) between."""
    margin, far, tax, months = 0.5, 3.0, 0.5, 0.8
    at_full_price = (1.0 - margin) * tax
    exact = far - (far - 1.0) * exp(-(months - at_full_price) / tax / (far - 1.0))
    changes = goodness_alone(margin, **{"goodness.reach": far, "basin.width": 1e-3, "horizon": months})
    return one("goodness towards its reach", changes, Number("alignment", column("A"), exact, 1e-5))


def wasteful() -> Case:
    """Without wisdom the same work costs more: τ·waste^{1 − (W − C)} for a profile .6 ahead."""
    margin, wise, tax, waste, months = 0.2, 0.6, 1.5, 3.0, 0.5
    exact = margin + months / (tax * waste ** (1.0 - wise))
    changes = {
        "goodness.capability_profile": start(wise),
        "goodness.waste": waste,
        "tax.broad_alignment": tax,
        "tax.capability_profile": tax,
        "basin.width": 1e-3,  # all work goes to the weaker component
        "horizon": months,
    }
    return one("work without wisdom", goodness_alone(margin, **changes), Number("alignment", column("A"), exact, 1e-5))


def drifting() -> Case:
    """Drift grows as the margin falls: dM/dt = −δ·e^{−M/m} is at the edge after m·(e^{M/m} − 1)/δ months, m = ½ py."""
    margin, drift, scale = 0.6, 0.2, 0.5
    exact = scale * expm1(margin / scale) / drift
    changes = {
        **STANDING_STILL,
        "goodness.broad_alignment": start(margin),
        "goodness.drift": drift,
        "horizon": 12,
    }
    return one("drift to the edge", changes, Number("month of leaving the basin", column("first_exit_month"), exact))


def spillover() -> Case:
    """What capability work does for goodness comes free: part of it keeps step while the margin lasts."""
    margin, free = 0.6, 0.7
    changes = {
        **NO_BASIN, "goodness.broad_alignment": start(margin), "goodness.alignment_spillover": free, "horizon": 3
    }  # fmt: skip
    leaves = Number("month of leaving the basin", column("first_exit_month"), margin / (1.0 - free))
    return one("commercial spillover", changes, leaves, Number("alignment", column("A"), margin + 3.0 * free, 1e-5))


def taxed_time() -> Case:
    """The tax is a slowdown: with goodness in step the way takes (1 + τ) times as long, at τ that falls with C.

    ∫(1 + τ₀·10^{−dC}) dC at 1 py a month, looked at often enough that effort follows the tax.
    """
    tax, decline, end = 1.6, 0.2, 2.0
    fall = decline * log(10.0)
    exact = end + tax * -expm1(-fall * end) / fall
    changes = {
        "goodness.broad_alignment": start(1.0),
        "goodness.capability_profile": start(1.0),
        "tax.broad_alignment": tax / 2.0,
        "tax.capability_profile": tax / 2.0,
        "tax.decline": decline,
        "basin.width": 1e-3,
        "strategy.policy": "margin_target",
        "strategy.target": 1,
        "evaluation.review_work": 0.001,
        "capability.stabilise_at": end,
    }
    return one(
        "the way at a tax that falls", changes, Number("months to 2 py", MONTHS, exact, 1e-3),
        Number("aggregate tax, months", column("aggregate_tax_months"), exact - end),
    )  # fmt: skip


def defence() -> Case:
    """Defence that is built and lost: D = returns·share·12/decay·(1 − e^{−decay·t/12})."""
    share, decay, months, returns = 0.3, 1.5, 9.0, 0.7
    exact = returns * share * YEAR / decay * -expm1(-decay * months / YEAR)
    changes = {"strategy.defence_share": share, "defence.decay": decay, "defence.returns": returns, "horizon": months}
    return one("defence that decays", changes, Number("defence, py", column("D"), exact))


def hardware() -> Case:
    """Compute that grows adds to capability, at its own pace."""
    changes = {"capability.hardware_pace": 2, "capability.software_share": 0.6, "horizon": 6}
    exact = 6.0 * (24.0 * 0.6 / YEAR + 0.4 / YEAR * 2.0)
    return one("growing compute", changes, Number("capability", column("C"), exact))


def slow_generations() -> Case:
    """A generation takes its least time, however fast growth would be."""
    changes = {"generations.step": 0.5, "generations.min_time": 2, "capability.stabilise_at": 3}
    return one("generations of two months", changes, Number("months to 3 py", MONTHS, 12.0))


CASES = (
    c08(0.25, 2.85651830718),
    c08(-0.1, 8.64473862874),
    c08(0.0, 6.0),
    c08(1e-9, 5.99999997928),
    blow_up(),
    saturating(),
    explosion(),
    recovering(),
    falling(),
    reach(),
    wasteful(),
    drifting(),
    spillover(),
    taxed_time(),
    defence(),
    hardware(),
    slow_generations(),
)
