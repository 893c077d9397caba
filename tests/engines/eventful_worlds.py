"""Random worlds in which much happens: the baseline with many parameters drawn anew, each over a sensible range."""

from functools import cache
from typing import Any

import numpy as np

import deference_sim as ds
from deference_sim.scenario.catalogue import Parameter, Section, catalogue
from validation.random_worlds import plain_parameters

#: Ranges where the declared one is open, or so wide that nearly every draw would be a world without events.
SENSIBLE = {
    "capability.initial_speedup": (2, 60),
    "capability.stabilise_at": (0.3, 8),
    "capability.exponent": (-0.3, 0.5),
    "capability.returns": (0.4, 3.6),
    "capability.fizzle_pace": (0.5, 40),
    "goodness.broad_alignment": (-0.3, 2.5),
    "goodness.capability_profile": (-0.3, 2.5),
    "tax.broad_alignment": (0, 2),
    "tax.capability_profile": (0, 2),
    "tax.decline": (-0.1, 0.5),
    "basin.exists": (0, 1),
    "generations.accept": (-0.5, 0.8),
    "evaluation.review_interval": (0.1, 3),
    "evaluation.review_work": (0.05, 1),
    "evaluation.lead_error": (0, 6),
    "strategy.target": (-0.2, 2),
    "strategy.gate": (-0.5, 1),
    "strategy.goodness_share": (0, 0.6),
    "strategy.time_buying_share": (0, 0.1),
    "strategy.defence_share": (0, 0.1),
    "evaluation.tests_share": (0, 0.1),
    "time_buying.deal_rate": (0, 10),
    "rival.lead": (0, 8),
    "rival.theft_rate": (0, 3),
    "rival.handle_at": (0, 6),
    "rival.catastrophe": (0, 1),
    "rival.edge": (-1, 1),
    "rival.danger_at": (0, 2),
    "handoff.at": (0, 6),
    "handoff.when_lead_below": (0, 6),
    "handoff.when_margin_above": (-0.5, 1),
    "handoff.capability": (-1, 1.5),
    "handoff.full_when": (-0.5, 1),
    "handoff.halt_below": (-0.5, 0.3),
    "handoff.resume_above": (0.4, 1),
    "hazards.NAME.rate": (0, 5),
    "hazards.NAME.growth": (-0.3, 0.6),
    "hazards.NAME.onset": (0, 6),
    "hazards.NAME.until": (6.5, 30),
    "hazards.NAME.severity_mean": (-2, 3),
    "hazards.NAME.setback": (0, 3),
    "hazards.NAME.lethality": (0, 0.2),
    "scheming.rate": (0, 0.1),
    "numerics.tolerance": (1e-8, 1e-4),
}
#: Decided beforehand by many simulations, which look as far as the horizon: see its own tests.
LEFT_OUT = ("handoff.indifference",)
POLICIES = ("fixed", "race", "margin_target", "safety_case", "deadline_aware")
LAWS = (
    "software_explosion",
    "constant_returns",
    "software_explosion",
    "exponential",
    "software_explosion",
    "milestones",
)
MODES = ("takeoff", "deadline", "takeoff", "none")


def a_number(parameter: Parameter, rng: np.random.Generator) -> float:
    """Return a number in the declared range: in the sensible one if there is one, else within 3 of the default."""
    low, high = SENSIBLE.get(parameter.path, (None, None))
    if low is None:
        around = abs(parameter.default or 0.0)
        low, high = (around / 3.0, around * 3.0) if around else (0.0, 0.5)
    value = float(np.clip(rng.uniform(low, high), parameter.low, parameter.high))
    return value if parameter.admits(value) else (low + high) / 2.0


def a_value(parameter: Parameter, rng: np.random.Generator) -> Any:
    """Return any value that the declaration allows."""
    if parameter.nullable and parameter.path != "capability.milestones" and rng.random() < 0.25:
        return None
    if parameter.kind == "word":
        return str(rng.choice(parameter.words))
    if parameter.kind == "truth":
        return parameter.default if rng.random() < 0.8 else not parameter.default
    if parameter.kind == "pairs":
        x = np.cumsum(rng.uniform(0.1, 3.0, size=rng.integers(1, 5)))
        return [[float(month), float(y)] for month, y in zip(x, np.cumsum(rng.uniform(0.1, 1.5, len(x))), strict=True)]
    value = a_number(parameter, rng)
    if rng.random() < 0.15 and (other := a_number(parameter, rng)) != value:
        return {"uniform": {"min": min(value, other), "max": max(value, other)}}
    return value


def a_hazard(section: Section, name: str, rng: np.random.Generator) -> dict[str, Any]:
    """Return a hazard with a value for about every second parameter."""
    drawn = {
        field: a_value(parameter, rng)
        for field, parameter in section.parameters.items()
        if field != "name" and (parameter.required or rng.random() < 0.5)
    }
    return {"name": name} | drawn


@cache
def random_scenario(number: int) -> Any:
    """Return random scenario ``number``: the baseline with about every fourth parameter drawn anew."""
    rng = np.random.default_rng([2025, number])
    changes = {
        parameter.path: a_value(parameter, rng)
        for parameter in plain_parameters()
        if parameter.kind != "text" and parameter.path not in LEFT_OUT and rng.random() < 0.25
    }
    if changes.get("handoff.fill_in_profile") is not None:
        changes.setdefault("handoff.human_share", 0.2)  # humans who supply strategy do some of the work
    changes |= {"horizon": float(rng.uniform(2, 36)), "strategy.policy": POLICIES[number % len(POLICIES)]}
    changes |= {
        "capability.law": LAWS[(number + number // 5) % len(LAWS)],
        "rival.mode": MODES[number // 2 % len(MODES)],
    }
    section = catalogue()["hazards"]
    assert isinstance(section, Section)
    changes["hazards"] = [a_hazard(section, f"h{place}", rng) for place in rng.permutation(number % 6)]
    return ds.load("baseline").with_(**changes)
