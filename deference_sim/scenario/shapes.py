"""Named numbers of a distribution, in documented units → the distribution; what does not fit together is refused."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from deference_sim.elementary import exp, log, log1p
from deference_sim.quantiles import BETA_SHAPES
from deference_sim.scenario.distributions import (
    Beta,
    Distribution,
    Lognormal,
    Loguniform,
    Metalog,
    Normal,
    Triangular,
    Uniform,
)
from deference_sim.scenario.metalog import MOST_TERMS, falls_at, fill_terms, log_odds, placed, unplaced
from deference_sim.scenario.problems import listed
from deference_sim.streams import normal_quantile

Arguments: TypeAlias = Mapping[str, float]


class ArgumentsError(ValueError):
    """Numbers that make no distribution: what was found, what is allowed, what to do."""

    def __init__(self, found: str, allowed: str, hint: str = "") -> None:
        super().__init__(found)
        self.found, self.allowed, self.hint = found, allowed, hint


def percentile(name: str) -> float | None:
    """Return 0.1 for ``p10``; None if ``name`` is no percentile."""
    level = float(name[1:]) / 100.0 if re.fullmatch(r"p[0-9]{1,2}(\.[0-9]{1,9})?", name) else 0.0
    return level or None


def _two_levels(given: Arguments) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return (level, value) of the two percentiles in ``given``, the lower first; None if it is not just two."""
    levels = sorted((0.5 if name == "median" else percentile(name) or math.nan, value) for name, value in given.items())
    if len(levels) != 2 or any(math.isnan(level) for level, _ in levels):
        return None
    (low_level, low), (high_level, high) = levels
    if not (low_level < high_level and low < high):
        found = f"{low:.12g} at {low_level:.4g}, {high:.12g} at {high_level:.4g}"
        raise ArgumentsError(found, "the lower percentile must be below the upper")
    return levels[0], levels[1]


def _positive(given: Arguments, *names: str) -> None:
    for name in names:
        if name in given and not given[name] > 0.0:
            raise ArgumentsError(f"{name} {given[name]:.12g}", f"{name} above 0")


def _centre_and_scale(levels: tuple[tuple[float, float], tuple[float, float]]) -> tuple[float, float]:
    (low_level, low), (high_level, high) = levels
    if low_level + high_level == 1.0:  # the centre is then exactly the middle
        return low + (high - low) / 2.0, (high - low) / (2.0 * normal_quantile(high_level))
    low_z, high_z = normal_quantile(low_level), normal_quantile(high_level)
    scale = (high - low) / (high_z - low_z)
    return (low * high_z - high * low_z) / (high_z - low_z), scale


def normal(given: Arguments) -> Distribution:
    """Return the normal of mean (or median) and sd, or of two percentiles."""
    _positive(given, "sd")
    if given.keys() in ({"mean", "sd"}, {"median", "sd"}):
        return Normal(given.get("mean", given.get("median", 0.0)), given["sd"])
    if levels := _two_levels(given):
        return Normal(*_centre_and_scale(levels))
    raise ArgumentsError(_names(given), "two percentiles, such as p10 and p90, or mean and sd")


def lognormal(given: Arguments) -> Distribution:
    """Return the lognormal of two percentiles, of median and sigma, or of mean and sd."""
    if any(not value > 0.0 for value in given.values()):
        raise ArgumentsError(_names(given, values=True), "numbers above 0 for a lognormal", "use normal")
    if given.keys() == {"median", "sigma"}:
        return Lognormal(given["median"], given["sigma"])
    if given.keys() == {"mean", "sd"}:
        spread = given["sd"] / given["mean"]
        variance = log1p(spread * spread)
        return Lognormal(given["mean"] * exp(-variance / 2.0), math.sqrt(variance))
    if levels := _two_levels(given):
        (low_level, low), (high_level, high) = levels
        centre, scale = _centre_and_scale(((low_level, log(low)), (high_level, log(high))))
        if low_level + high_level == 1.0:
            return Lognormal(low * math.sqrt(high / low), scale)
        return Lognormal(given.get("median", exp(centre)), scale)
    raise ArgumentsError(_names(given), "two percentiles, such as p10 and p90, or median and sigma, or mean and sd")


def _ends(given: Arguments) -> tuple[float, float]:
    if given.keys() != {"min", "max"}:
        raise ArgumentsError(_names(given), "min and max, or two percentiles such as p10 and p90")
    if not given["min"] < given["max"]:
        raise ArgumentsError(f"min {given['min']:.12g}, max {given['max']:.12g}", "min below max")
    return given["min"], given["max"]


def uniform(given: Arguments) -> Distribution:
    """Return the uniform of its two ends, or of two percentiles."""
    if levels := _two_levels(given):
        (low_level, low), (high_level, high) = levels
        slope = (high - low) / (high_level - low_level)
        return Uniform(low - low_level * slope, high + (1.0 - high_level) * slope)
    return Uniform(*_ends(given))


def loguniform(given: Arguments) -> Distribution:
    """Return the loguniform of its two ends, or of two percentiles."""
    if any(not value > 0.0 for value in given.values()):
        raise ArgumentsError(_names(given, values=True), "numbers above 0 for a loguniform", "use uniform")
    if _two_levels(given):
        logs = uniform({name: log(value) for name, value in given.items()})
        return Loguniform(*(exp(end) for end in logs.support))
    return Loguniform(*_ends(given))


def beta(given: Arguments) -> Distribution:
    """Return the beta of alpha and beta, or of mean and sd; from min to max where they are not 0 and 1."""
    low, high = given.get("min", 0.0), given.get("max", 1.0)
    shape = {name: number for name, number in given.items() if name not in ("min", "max")}
    _positive(shape, "alpha", "beta", "sd")
    if not low < high:
        raise ArgumentsError(f"min {low:.12g}, max {high:.12g}", "min below max")
    if shape.keys() == {"alpha", "beta"}:
        return _beta(shape, shape["alpha"], shape["beta"], low, high)
    if shape.keys() != {"mean", "sd"}:
        raise ArgumentsError(_names(shape), "alpha and beta, or mean and sd; min and max if not 0 and 1")
    mean, sd = (shape["mean"] - low) / (high - low), shape["sd"] / (high - low)
    if not (0.0 < mean < 1.0 and sd * sd < mean * (1.0 - mean)):
        raise ArgumentsError(_names(shape, values=True), "a mean between the ends and an sd that fits between them")
    size = mean * (1.0 - mean) / (sd * sd) - 1.0
    return _beta(shape, mean * size, (1.0 - mean) * size, low, high)


def _beta(given: Arguments, alpha: float, beta: float, low: float, high: float) -> Distribution:
    least, most = BETA_SHAPES
    if not (least <= alpha <= most and least <= beta <= most):
        allowed = f"alpha and beta from {least:g} to {most:g}"
        raise ArgumentsError(f"{_names(given, values=True)}: alpha {alpha:.6g} and beta {beta:.6g}", allowed)
    return Beta(alpha, beta, low, high)


def triangular(given: Arguments) -> Distribution:
    """Return the triangular of min, mode and max."""
    if given.keys() != {"min", "mode", "max"}:
        raise ArgumentsError(_names(given), "min, mode and max")
    low, mode, high = given["min"], given["mode"], given["max"]
    if not (low <= mode <= high and low < high):
        raise ArgumentsError(_names(given, values=True), "a mode from min to max, and min below max")
    return Triangular(low, mode, high)


def pert(given: Arguments) -> Distribution:
    """Return the PERT of min, mode and max: the beta whose mean is a sixth of min + 4·mode + max."""
    if given.keys() != {"min", "mode", "max"}:
        raise ArgumentsError(_names(given), "min, mode and max")
    low, mode, high = given["min"], given["mode"], given["max"]
    if not (low <= mode <= high and low < high):
        raise ArgumentsError(_names(given, values=True), "a mode from min to max, and min below max")
    width = high - low
    return Beta(1.0 + 4.0 * (mode - low) / width, 1.0 + 4.0 * (high - mode) / width, low, high)


def quantiles(given: Arguments) -> Distribution:
    """Return the metalog through two to nine quantiles, with as many terms, from min to max where they are given."""
    ends, levels = _split_ends(given)
    known = sorted((0.5 if name == "median" else percentile(name) or math.nan, value) for name, value in levels.items())
    if not 2 <= len(known) <= MOST_TERMS:
        allowed = f"2 to {MOST_TERMS} quantiles, such as p10, p50 and p90; min and max where it ends"
        raise ArgumentsError(_names(levels), allowed)
    for (level, value), (next_level, next_value) in pairwise(known):
        if not (level < next_level and value < next_value):
            found = f"{value:.12g} at {level:.4g}, {next_value:.12g} at {next_level:.4g}"
            raise ArgumentsError(found, "each quantile above the one of the level below it")
    if not ends[0] < known[0][1] or not known[-1][1] < ends[1]:
        found = f"quantiles from {known[0][1]:.12g} to {known[-1][1]:.12g}, ends {ends[0]:.12g} and {ends[1]:.12g}"
        raise ArgumentsError(found, "quantiles between min and max, not at them")
    fitted = _through(known, ends)
    if level := falls_at(fitted):
        told = ", ".join(f"{100.0 * at:.4g} % at {value:.6g}" for at, value in known)
        found = f"no metalog of {len(known)} terms rises all the way through {told}: it falls {_where(level)}"
        raise ArgumentsError(found, "quantiles that one smooth curve can pass through", _remedy(known, ends))
    return fitted


def _split_ends(given: Arguments) -> tuple[tuple[float, float], dict[str, float]]:
    low, high = given.get("min", -math.inf), given.get("max", math.inf)
    if not low < high:
        raise ArgumentsError(f"min {low:.12g}, max {high:.12g}", "min below max")
    return (low, high), {name: value for name, value in given.items() if name not in ("min", "max")}


def _through(known: Sequence[tuple[float, float]], ends: tuple[float, float]) -> Metalog:
    size = len(known)
    terms = np.zeros(size)
    levels, values = (list(column) for column in zip(*known, strict=True))
    fill_terms(levels, values, *ends, np.zeros((size, size + 1)), terms)
    return replace(Metalog(*terms.tolist()), low=ends[0], high=ends[1])


def _where(level: float) -> str:
    return (
        f"at {100.0 * level:.3g} %" if 0.001 < level < 0.999 else f"in its {'lower' if level < 0.5 else 'upper'} tail"
    )


def _remedy(known: Sequence[tuple[float, float]], ends: tuple[float, float]) -> str:
    """Return what to change: of three quantiles between which values the middle one may lie."""
    if len(known) != 3:
        return "give fewer quantiles, or move those apart between which it falls"
    (first, low), (middle, _), (last, high) = known
    share = (log_odds(middle) - log_odds(first)) / (log_odds(last) - log_odds(first))
    below, above = unplaced(low, *ends), unplaced(high, *ends)
    sound = float(placed(below + share * (above - below), *ends))  # of two terms, which always rise

    def edge(beyond: float) -> float:
        inside = sound
        for _ in range(30):
            tried = inside + (beyond - inside) / 2.0
            rises = not falls_at(_through([known[0], (middle, tried), known[2]], ends))
            inside, beyond = (tried, beyond) if rises else (inside, tried)
        return inside

    name = f"{100.0 * middle:.4g} % quantile"
    return f"with the others as they are, the {name} may lie from {edge(low):.3g} to {edge(high):.3g}"


def metalog(given: Arguments) -> Distribution:
    """Return the metalog of its terms a1, a2 and so on, from min to max where they are given."""
    (low, high), terms = _split_ends(given)
    names = [f"a{number}" for number in range(1, len(terms) + 1)]
    if len(terms) < 2 or terms.keys() != set(names):
        raise ArgumentsError(_names(given), f"a1, a2 and so on up to a{MOST_TERMS}, without a gap")
    made = replace(Metalog(*(terms[name] for name in names)), low=low, high=high)
    if level := falls_at(made):
        raise ArgumentsError(f"terms of a curve that falls {_where(level)}", "terms of a curve that rises")
    return made


def _names(given: Arguments, *, values: bool = False) -> str:
    return listed([f"{name} {value:.12g}" if values else name for name, value in given.items()], "and") or "nothing"
