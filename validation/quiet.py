"""Quiet worlds: the baseline with everything switched off, to be filled one mechanism at a time."""

from typing import Any

import deference_sim as ds

YEAR = 12.0  # months

#: Constant pace of 1 py a month, all effort to capability, deference-goodness far beyond any need, no risk, no noise,
#: no tax, no review, no successor, no rival, no end but the horizon. All human months go to tests, so that human work
#: moves no goodness; and nothing is told apart by capability at handoff.
QUIET = {
    "horizon": 240,
    "hazards": [],
    "capability.law": "exponential",
    "capability.exponent": 0,
    "capability.initial_speedup": 24,
    "capability.fizzle_pace": None,
    "capability.stabilise_at": None,
    "goodness.broad_alignment": 1e6,
    "goodness.capability_profile": 1e6,
    "goodness.spread": 0,
    "goodness.loss_above": 0,
    "goodness.loss_below": 0,
    "goodness.waste": 1,
    "goodness.reach": 1e12,
    "goodness.drift": 0,
    "tax.broad_alignment": 0,
    "tax.capability_profile": 0,
    "tax.decline": 0,
    "basin.hazard_at_edge": 0,
    "generations.step": 1e6,
    "generations.alignment_sd": 0,
    "evaluation.review_interval": None,
    "evaluation.review_work": None,
    "evaluation.noise": 0,
    "evaluation.persistent_error": 0,
    "strategy.policy": "race",
    "strategy.time_buying_share": 0,
    "strategy.defence_share": 0,
    "time_buying.max_rate": 0,
    "time_buying.max_bought": 1e12,
    "rival.mode": "none",
    "scheming.at_handoff": 0,
    "scheming.rate": 0,
    "handoff.human_tests": 1,
}

NEVER_HAND_OFF = {"handoff.at": 12_000}
#: Neither inside nor outside do AIs move their own goodness: there is no basin, and its edge is as soft as can be.
NO_BASIN = {"basin.exists": 0, "basin.width": 1e9}
#: AIs that stand still: all effort to goodness, which yields nothing.
STANDING_STILL = {"strategy.policy": "fixed", "strategy.goodness_share": 1, **NO_BASIN}
#: Initial speed-up, returns, parallel returns and ceiling of the published median, to 5 py.
MEDIAN_EXPLOSION = {
    "capability.law": "software_explosion",
    "capability.initial_speedup": 20,
    "capability.stabilise_at": 5,
}


def quiet(**changes: Any) -> Any:
    """Return the quiet world with these changes."""
    return ds.load("baseline").with_(**(QUIET | changes))


def g(months: float) -> float:
    """Return what months of human work at the reference pace add to both components, as the model's text says it."""
    return 0.6 - 0.81 * (1.0 + months / 0.6) ** -0.457


def start(margin: float) -> float:
    """Return the margin to give AIs who are to start at ``margin`` without any human work: g(0) comes on top."""
    return margin - g(0.0)


def hazard(name: str = "a", /, **fields: Any) -> dict[str, Any]:
    """Return a hazard that nothing can handle and that is always fatal, unless ``fields`` say otherwise."""
    fatal: dict[str, Any] = {"kind": "background", "rate": 0.05, "severity_mean": 1e6, "severity_sd": 0, "lethality": 1}
    return {"name": name} | fatal | fields
