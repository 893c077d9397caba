"""Distributions in words: as they were written, with their percentiles."""

import numpy as np

from deference_sim.scenario.chosen import Samples
from deference_sim.scenario.combined import Mixture
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.words import Words


def spread_text(distribution: Distribution, unit: str, written: str = "") -> str:
    """Return a distribution as it was ``written``, with its 5th percentile, median and 95th percentile; or its values.

    Of one that nobody wrote the kind is given.
    """
    if isinstance(distribution, Words):
        return " or ".join(f"{word} ({share:.3g})" for word, share in distribution.probabilities)
    suffix = "" if unit == "1" else f" {unit}"
    if isinstance(distribution, Mixture) and distribution.is_discrete:
        return " or ".join(f"{value:.6g}{suffix} ({share:.3g})" for value, share in distribution.points)
    if isinstance(distribution, Samples):
        return f"{written or 'samples'} ({len(distribution.values)} values; {percentiles_text(distribution, unit)})"
    points = "".join(f"; {share:.3g} at {value:.6g}" for value, share in distribution.points)
    text = written or next(iter(distribution.specification()))
    if {"p5", "p95"} <= set(text.split()):  # it names these itself
        return f"{text} (median {distribution.median:.4g}{suffix}{points})"
    return f"{text} ({percentiles_text(distribution, unit)}{points})"


def percentiles_text(distribution: Distribution, unit: str) -> str:
    """Return the 5th percentile, median and 95th percentile of a distribution, labelled, with the unit."""
    low, median, high = distribution.quantile(np.array([0.05, 0.5, 0.95]))
    return f"p5 {low:.4g}, median {median:.4g}, p95 {high:.4g}" + ("" if unit == "1" else f" {unit}")
