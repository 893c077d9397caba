"""Paths without chance: growth, goodness and the rival along closed forms, in one replicate."""

from math import asinh, exp, expm1, log, log1p, sinh
from typing import Any

from validation.answers.growth import explosion_months
from validation.quiet import MEDIAN_EXPLOSION, STANDING_STILL, YEAR
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
    changes = {"capability.exponent": 0.25, "capability.initial_speedup": 12, "capability.fizzle_pace": 1}
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


def goodness_alone(start: float, **changes: Any) -> dict[str, Any]:
    """All effort on goodness at capability 0 and 1 py a month, alignment alone at stake."""
    return {
        "strategy.policy": "fixed",
        "strategy.goodness_share": 1,
        "goodness.broad_alignment": start,
        "tax.broad_alignment": 0.5,
        **changes,
    }


def recovering() -> Case:
    """From the edge inwards dM/dt = (P·ε/τ)·tanh(M/width), so sinh(M/width) grows exponentially."""
    start, width, tax, efficiency, months = 0.05, 0.25, 0.5, 0.4, 0.5
    exact = width * asinh(sinh(start / width) * exp(efficiency / tax / width * months))
    changes = goodness_alone(start, **{"goodness.epistemic_efficiency": efficiency, "basin.width": width})
    return one(
        "recovery within the basin", {**changes, "horizon": months}, Number("alignment", column("A"), exact, 1e-5)
    )


def falling() -> Case:
    """Outside, AIs spoil their own goodness: the same law with the sign turned."""
    start, width, pull, months = -0.05, 0.25, 0.7, 0.9
    exact = -width * asinh(sinh(-start / width) * exp(pull / width * months))
    changes = goodness_alone(start, **{"basin.outside_pull": pull, "basin.width": width, "horizon": months})
    return one("decay outside the basin", changes, Number("alignment", column("A"), exact, 1e-5))


def reach() -> Case:
    """Returns fall to nothing at the reach: dA/dt = (P/τ)·(1 − A/reach) deep inside the basin."""
    start, far, tax, months = 0.5, 3.0, 0.5, 0.8
    exact = far - (far - start) * exp(-months / tax / far)
    changes = goodness_alone(start, **{"goodness.reach": far, "basin.width": 1e-3, "horizon": months})
    return one("goodness towards its reach", changes, Number("alignment", column("A"), exact))


def drifting() -> Case:
    """Drift grows as the margin falls: dM/dt = −δ·e^{−M/m} is at the edge after m·(e^{M/m} − 1)/δ months."""
    start, drift, scale = 0.6, 0.2, 0.5
    exact = scale * expm1(start / scale) / drift
    changes = {
        **STANDING_STILL,
        "goodness.broad_alignment": start,
        "goodness.drift": drift,
        "goodness.drift_margin": scale,
        "horizon": 12,
    }
    return one("drift to the edge", changes, Number("month of leaving the basin", column("first_exit_month"), exact))


def spillover() -> Case:
    """What capability work does for goodness comes free: part of it keeps step while the margin lasts."""
    start, free = 0.6, 0.7
    changes = {"goodness.broad_alignment": start, "goodness.alignment_spillover": free, "horizon": 3}
    leaves = Number("month of leaving the basin", column("first_exit_month"), start / (1.0 - free))
    return one("commercial spillover", changes, leaves, Number("alignment", column("A"), start + 3.0 * free))


def hardware() -> Case:
    """Compute that grows adds to capability, at its own pace."""
    changes = {"capability.hardware_pace": 2, "capability.software_share": 0.6, "horizon": 6}
    exact = 6.0 * (24.0 * 0.6 / YEAR + 0.4 / YEAR * 2.0)
    return one("growing compute", changes, Number("capability", column("C"), exact))


def slow_generations() -> Case:
    """A generation takes its least time, however fast growth would be."""
    changes = {"generations.step": 0.5, "generations.min_time": 2, "capability.stabilise_at": 3}
    return one("generations of two months", changes, Number("months to 3 py", MONTHS, 12.0))


def spread_methods() -> Case:
    """Methods that have spread slow the rival down: its pace falls with Z, which grows quadratically."""
    share, spread, tax, months = 0.5, 1.0, 3.0, 4.0
    changes = {
        "strategy.time_buying_share": share,
        "time_buying.proliferation": spread,
        "rival.mode": "takeoff",
        "rival.lead": 0,
        "rival.overtake_rate": 0,
        "rival.spread_tax": tax,
        "rival.spread_scale": 0.8,
        "horizon": months,
    }
    return one("a rival slowed by our methods", changes, Number("rival", column("R"), slowed(share, spread, months)))


def slowed(share: float, spread: float, months: float) -> float:
    """Return the rival's capability by quadrature: its pace is 1 ÷ (1 + 3·(1 − e^{−Z/0.8}))."""
    from scipy.integrate import quad

    def pace(t: float) -> float:
        Z = share * spread * (0.5 * (1.0 - share) * t * t + 0.5 * t)
        return 1.0 / (1.0 - 3.0 * expm1(-Z / 0.8))

    return float(quad(pace, 0.0, months, epsabs=1e-12)[0])


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
    drifting(),
    spillover(),
    hardware(),
    slow_generations(),
    spread_methods(),
)
