"""What the validation tests share: a world with everything switched off, to be filled one mechanism at a time."""

from collections.abc import Callable
from typing import Any

import pytest

import deference_sim as ds

#: Constant pace of 1 py a month, all effort to capability, deference-goodness far beyond any need, no risk, no noise,
#: no tax, no review, no successor, no rival, no end but the horizon.
QUIET = {
    "horizon": 240,
    "capability.law": "exponential",
    "capability.exponent": 0,
    "capability.initial_speedup": 24,
    "capability.fizzle_pace": None,
    "capability.stabilise_at": None,
    "goodness.broad_alignment": 1e6,
    "goodness.capability_profile": 1e6,
    "goodness.spread": 0,
    "goodness.drift": 0,
    "goodness.drift_noise": 0,
    "goodness.reach": 1e12,
    "tax.broad_alignment": 0,
    "tax.capability_profile": 0,
    "tax.decline": 0,
    "basin.outside_pull": 0,
    "basin.hazard_inside": 0,
    "basin.hazard_outside": 0,
    "generations.step": 1e6,
    "generations.alignment_sd": 0,
    "generations.profile_sd": 0,
    "evaluation.review_interval": None,
    "evaluation.review_work": None,
    "evaluation.alignment_noise": 0,
    "evaluation.profile_noise": 0,
    "strategy.policy": "race",
    "strategy.time_buying_share": 0,
    "strategy.defence_share": 0,
    "time_buying.max_rate": 0,
    "time_buying.max_bought": 1e12,
    "rival.mode": "none",
    "handoff.prework": [[1, 0]],
}


@pytest.fixture(scope="session")
def quiet() -> Callable[..., Any]:
    """Return a maker of scenarios: the baseline with everything switched off, and then these changes."""

    def with_only(**changes: Any) -> Any:
        return ds.load("baseline").with_(**(QUIET | changes))

    return with_only
