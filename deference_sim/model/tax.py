"""The deference-goodness tax: effort to raise goodness by one py over effort to raise capability by one py."""

from math import exp, log
from typing import Any

from deference_sim.model.declare import Block, equation, parameter

LN10 = log(10.0)


class Tax(Block):
    """The price of each component of deference-goodness, and how it falls."""

    broad_alignment: float = parameter(
        0.15,
        "Tax of broad alignment at capability 0: effort per py of it over effort per py of capability.",
        ge=0.0,
        source="the essay: from about 0 to 10 and more; the two components together 0.3",
        tier="core",
    )
    capability_profile: float = parameter(
        0.15,
        "Tax of the capability profile at capability 0.",
        ge=0.0,
        source="the essay: from about 0 to 10 and more; the two components together 0.3",
        tier="core",
    )
    decline: float = parameter(
        0.05,
        "Orders of magnitude by which both taxes fall per py of capability, as labour outgrows compute.",
        unit="per py",
        ge=-2.0,
        le=2.0,
        source="the essay gives the direction; proposed range 0 to 0.3",
        tier="core",
    )


@equation
def decline_factor(p: Any, C: float) -> float:
    """Return by how much the tax has fallen for AIs of capability ``C``, relative to capability 0."""
    return exp(min(max(-LN10 * p.tax_decline * C, -700.0), 700.0))


@equation
def total_tax(p: Any, C: float) -> float:
    """Return the deference-goodness tax at capability ``C``; equation (3)."""
    return (p.tax_broad_alignment + p.tax_capability_profile) * decline_factor(p, C)
