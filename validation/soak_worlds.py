"""The worlds of the soak: every mechanism is on, and trajectories are short, so that very many can be run."""

from typing import Any

import deference_sim as ds

#: What all of them have in common. Aligned capability needs little, so that a trajectory has some fifteen steps.
EVERYTHING: dict[str, Any] = {
    "horizon": 12,
    "capability.initial_speedup": 24,
    "capability.stabilise_at": 0.6,
    "goodness.infection_rate": 0.2,
    "tax.paradigm_shift_rate": 0.3,
    "generations.step": 0.3,
    "generations.alignment_sd": 0.25,
    "evaluation.review_interval": 1,
    "evaluation.review_work": 0.3,
    "time_buying.deal_rate": "2 per year",
    "time_buying.backfire": 0.2,
    "time_buying.proliferation": 0.3,
    "rival.lead": 2,
    "rival.danger_at": 0.3,
    "rival.edge": 0,
    "rival.catastrophe": 0.7,
    "rival.theft_rate": "0.5 per year",
    "hazards": [
        {
            "name": "misuse",
            "kind": "terrorist_misuse",
            "rate": "0.3 per year",
            "growth": 0.2,
            "severity_mean": 0.3,
            "severity_slope": 0.5,
            "setback": 0.5,
        },
        {
            "name": "adversary",
            "kind": "foreign_adversary",
            "rate": "0.2 per year",
            "severity_slope": 1,
        },
        {
            "name": "natural",
            "kind": "background",
            "rate": "0.05 per year",
            "onset": 1,
            "until": 9,
            "severity_mean": 5,
            "lethality": 1,
        },
    ],
    "scheming.at_handoff": 0.05,
    "scheming.rate": 0.1,
    "scheming.detection": 2,
    "handoff.halt_below": -0.1,
    "handoff.resume_above": 0.3,
    "handoff.min_halt": 0.5,
    "alternatives.early_takeover_rate": "0.05 per year",
    "alternatives.punt_rate": "0.05 per year",
    "numerics.tolerance": 1e-5,
}

#: What each has beside that: all policies, laws and modes of the rival, all ways to hand off, certain and uncertain.
CHANGES: dict[str, dict[str, Any]] = {
    "partial deference": {"handoff.human_share": 0.2, "handoff.full_when": 0.6},
    "successors sent back": {
        "strategy.policy": "safety_case",
        "strategy.gate": 0.4,
        "generations.accept": 0.4,
    },
    "a race": {"strategy.policy": "race", "capability.law": "exponential", "capability.exponent": 0.1},
    "a deadline": {
        "strategy.policy": "fixed",
        "capability.law": "constant_returns",
        "rival.mode": "deadline",
        "rival.handle_at": 0.5,
    },
    "milestones, uncertain": {
        "strategy.policy": "margin_target",
        "capability.law": "milestones",
        "rival.lead": {"lognormal": {"median": 2, "sigma": 0.5}},
        "tax.broad_alignment": {"loguniform": {"min": 0.05, "max": 0.5}},
        "correlations": [{"between": ["rival.lead", "tax.broad_alignment"], "spearman": 0.4}],
    },
    "work before handoff": {
        "goodness.broad_alignment": 0,
        "evaluation.trial_fraction": 0.2,
        "handoff.capability": 0.2,
        "handoff.when_lead_below": 1.5,
        "time_buying.before_handoff": 0.2,
    },
    "handoff by indifference": {"goodness.broad_alignment": 0.1, "handoff.indifference": True},
    "nobody to race": {
        "horizon": 2,
        "rival.mode": "none",
        "alternatives.punt_rate": "0.3 per year",
        "evaluation.tests_share": 0.03,
    },
    "uncertain": {
        "capability.initial_speedup": {"lognormal": {"median": 20, "sigma": 0.4}},
        "goodness.broad_alignment": {"normal": {"mean": 0.6, "sd": 0.3}},
        "rival.lead": {"uniform": {"min": 0, "max": 4}},
        "hazards.misuse.rate": {"uniform": {"min": 0, "max": 0.05}},
    },
    "outside the basin": {
        "goodness.broad_alignment": -0.1,
        "goodness.spread": 0.1,
        "strategy.advice_ignored": 0.5,
        "strategy.min_capability_share": 0.3,
        "handoff.human_share": 0.3,
    },
    "growth that ends": {"capability.ceiling": 0.5, "capability.fizzle_pace": "6 py per year", "capability.settle": 1},
}


def worlds() -> dict[str, Any]:
    """Return the scenarios by name."""
    base = ds.load("baseline")
    return {name: base.with_(**(EVERYTHING | changes)) for name, changes in CHANGES.items()}
