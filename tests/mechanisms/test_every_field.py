"""No field of a scenario is without effect: changing each one, where it matters, changes some record."""

import dataclasses
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.model.declare import parameters_of
from deference_sim.model.hazards import Hazard
from deference_sim.model.parameters import PLAIN, block_classes

REPLICATES = 60

MISUSE = {
    "name": "misuse",
    "kind": "terrorist_misuse",
    "rate": 2.0,
    "growth": 0.1,
    "severity_mean": 0.5,
    "severity_slope": 0.5,
    "severity_sd": 1.0,
    "lethality": 0.1,
    "setback": 0.5,
}


@dataclasses.dataclass(frozen=True)
class Change:
    """A new value of a field, and the surroundings in which it matters."""

    value: Any
    around: dict[str, Any] = dataclasses.field(default_factory=dict)


DEADLINE = {"rival.mode": "deadline", "rival.lead": 12.0}
SCHEMING = {"scheming.at_handoff": 0.5, "scheming.rate": 0.2, "scheming.detection": 5.0}
HALTING = {"handoff.halt_below": 0.4}
PARTIAL = {"handoff.human_share": 0.2}
PRE = {"handoff.at": 2.0}
SHORT = {"rival.lead": 1.5}
AFTER_THE_TAKEOFF = {"capability.stabilise_at": None}

CHANGES: dict[str, Change] = {
    "horizon": Change(5.0),
    "hazard_factor": Change(30.0),
    "capability.law": Change("exponential"),
    "capability.initial_speedup": Change(25.0),
    "capability.returns": Change(1.4),
    "capability.parallel_returns": Change(0.4),
    "capability.ceiling": Change(9.0),
    "capability.software_share": Change(0.6),
    "capability.hardware_pace": Change(1.0),
    "capability.fizzle_pace": Change(3.0, AFTER_THE_TAKEOFF),
    "capability.settle": Change(2.0, AFTER_THE_TAKEOFF),
    "capability.stabilise_at": Change(4.0),
    "capability.exponent": Change(0.2, {"capability.law": "exponential"}),
    "capability.milestones": Change([[0.0, 20.0], [9.5, 250.0]], {"capability.law": "milestones"}),
    "goodness.broad_alignment": Change(0.6),
    "goodness.capability_profile": Change(0.6),
    "goodness.spread": Change(0.4),
    "goodness.profile_ratio": Change(0.8),
    "goodness.best_capability": Change(0.1),
    "goodness.loss_above": Change(0.1, {"handoff.capability": 0.8}),
    "goodness.loss_below": Change(0.1),
    "goodness.waste": Change(4.0),
    "goodness.reach": Change(1.5),
    "goodness.alignment_spillover": Change(0.3),
    "goodness.profile_spillover": Change(0.3),
    "goodness.drift": Change(0.1),
    "goodness.infection_rate": Change(0.5),
    "goodness.infection_size": Change(0.5, {"goodness.infection_rate": 0.5}),
    "tax.broad_alignment": Change(0.3),
    "tax.capability_profile": Change(0.3),
    "tax.decline": Change(0.2),
    "tax.shape": Change([[0.0, 1.0], [2.0, 3.0], [4.0, 0.5]]),
    "tax.checking": Change(0.5),
    "tax.checking_gain": Change(0.3, {"tax.checking": 0.5}),
    "tax.paradigm_shift_rate": Change(0.5),
    "tax.paradigm_shift_sd": Change(1.0, {"tax.paradigm_shift_rate": 0.5}),
    "basin.exists": Change(0.5),
    "basin.width": Change(0.5),
    "basin.hazard_at_edge": Change(2.0),
    "basin.hazard_scale": Change(0.5),
    "control.strength": Change(0.1, {**PARTIAL, "basin.hazard_at_edge": 5.0}),
    "control.half": Change(5.0, {**PARTIAL, "basin.hazard_at_edge": 5.0}),
    "generations.step": Change(0.4),
    "generations.min_time": Change(1.0),
    "generations.alignment_loss": Change(0.5),
    "generations.alignment_sd": Change(0.3),
    "generations.accept": Change(0.7),
    "generations.retrain": Change(0.5, {"generations.accept": 0.7}),
    "evaluation.review_interval": Change(0.1, {"evaluation.review_work": None}),
    "evaluation.review_work": Change(0.05),
    "evaluation.noise": Change(0.4),
    "evaluation.persistent_error": Change(0.6),
    "evaluation.tests_half": Change(2.0, {"evaluation.tests_share": 0.1}),
    "evaluation.overfitting": Change(0.3),
    "evaluation.tests_share": Change(0.1),
    "evaluation.trial_fraction": Change(0.2),
    "evaluation.tax_error": Change(0.5),
    "evaluation.lead_error": Change(3.0, SHORT),
    "strategy.policy": Change("race"),
    "strategy.target": Change(0.6),
    "strategy.gate": Change(0.6),
    "strategy.goodness_share": Change(0.4, {"strategy.policy": "fixed"}),
    "strategy.time_buying_share": Change(0.1),
    "strategy.defence_share": Change(0.1),
    "strategy.min_capability_share": Change(0.5),
    "strategy.advice_ignored": Change(0.9),
    "time_buying.max_rate": Change(0.9),
    "time_buying.capability_half": Change(1.0),
    "time_buying.max_bought": Change(2.0),
    "time_buying.before_handoff": Change(0.3, PRE),
    "time_buying.deal_rate": Change(5.0),
    "time_buying.deal_size": Change(1.0, {"time_buying.deal_rate": 5.0}),
    "time_buying.backfire": Change(0.9, {"time_buying.deal_rate": 5.0}),
    "time_buying.proliferation": Change(2.0),
    "rival.mode": Change("none"),
    "rival.lead": Change(2.0),
    "rival.speed": Change(1.5, SHORT),
    "rival.edge": Change(1.0, SHORT),
    "rival.edge_sd": Change(1.0, SHORT),
    "rival.danger_at": Change(3.0, SHORT),
    "rival.handle_at": Change(3.0, {**DEADLINE, "tax.broad_alignment": 1.0, "tax.capability_profile": 1.0}),
    "rival.catastrophe": Change(0.2, SHORT),
    "rival.theft_rate": Change(3.0),
    "rival.theft_cut": Change(0.2, {"rival.theft_rate": 3.0}),
    "defence.returns": Change(1.0),
    "defence.decay": Change(5.0),
    "scheming.at_handoff": Change(0.5),
    "scheming.rate": Change(0.5),
    "scheming.capability_slope": Change(1.5, SCHEMING),
    "scheming.margin_scale": Change(3.0, SCHEMING),
    "scheming.work_halves": Change(1.0, {**SCHEMING, **PRE}),
    "scheming.detection": Change(0.5, SCHEMING),
    "scheming.recovery": Change(0.1, SCHEMING),
    "scheming.half": Change(0.2, SCHEMING),
    "handoff.at": Change(1.0),
    "handoff.when_lead_below": Change(2.0, {"handoff.when_lead_below": 3.0}),
    "handoff.when_margin_above": Change(0.9, {"handoff.when_margin_above": 0.7, "rival.lead": 9.0}),
    "handoff.indifference": Change(True, {"goodness.broad_alignment": 0.0}),
    "handoff.never": Change(True),
    "handoff.capability": Change(0.5),
    "handoff.scaling_share": Change(0.5, PRE),
    "handoff.human_share": Change(0.2),
    "handoff.fill_in_profile": Change(1.0, PARTIAL),
    "handoff.full_when": Change(0.5, PARTIAL),
    "handoff.halt_below": Change(0.4),
    "handoff.resume_above": Change(0.9, HALTING),
    "handoff.min_halt": Change(0.2, {"handoff.halt_below": 0.6, "handoff.resume_above": 0.61}),
    "handoff.human_pace": Change(6.0, PRE),
    "handoff.human_tests": Change(0.5, PRE),
    "alternatives.early_takeover_rate": Change(2.0, PRE),
    "alternatives.punt_rate": Change(1.0),
    "alternatives.punt_growth": Change(5.0, {"alternatives.punt_rate": 0.3}),
    "numerics.tolerance": Change(1e-4),
}
HAZARD_CHANGES: dict[str, Any] = {
    "rate": 4.0,
    "growth": 0.5,
    "onset": 3.0,
    "until": 2.0,
    "diffusion_gap": 0.1,
    "severity_mean": 1.5,
    "severity_slope": 1.0,
    "severity_sd": 2.0,
    "lethality": 0.9,
    "setback": 2.0,
}


def records(scenario: Any) -> Any:
    table = ds.simulate(scenario, REPLICATES, seed=5).records.drop(columns="steps")
    return table.astype({"outcome": str, "cause": str})


def test_every_field_has_a_change() -> None:
    """A new field must say here where it matters."""
    declared = {f"{block}.{name}" for block, cls in block_classes().items() for name, _ in parameters_of(cls)}
    assert declared | set(PLAIN) == set(CHANGES)
    assert {name for name, _ in parameters_of(Hazard)} - {"name", "kind"} == set(HAZARD_CHANGES)


@pytest.mark.parametrize("path", sorted(CHANGES))
def test_field_has_an_effect(path: str) -> None:
    """A field that is read, checked and documented but never used would pass every other test."""
    change = CHANGES[path]
    around = ds.load("baseline").with_(**change.around) if change.around else ds.load("baseline")
    assert not records(around).equals(records(around.with_(**{path: change.value})))


@pytest.mark.parametrize("name", sorted(HAZARD_CHANGES))
def test_field_of_a_hazard_has_an_effect(name: str) -> None:
    """The same for the fields of a hazard."""
    base = ds.load("baseline").with_(hazards=[MISUSE])
    changed = ds.load("baseline").with_(hazards=[MISUSE | {name: HAZARD_CHANGES[name]}])
    assert not records(base).equals(records(changed))


def test_the_kind_of_a_hazard_has_an_effect() -> None:
    """Methods that spread make the AIs of others go wrong less often, and help against no other hazard."""
    spreading = ds.load("baseline").with_(**{"time_buying.proliferation": 3.0})
    misuse = spreading.with_(hazards=[MISUSE])
    assert not records(misuse).equals(records(spreading.with_(hazards=[MISUSE | {"kind": "external_misaligned_ai"}])))
    assert records(misuse).equals(records(spreading.with_(hazards=[MISUSE | {"kind": "background"}])))


def test_numbers_stay_finite_where_they_must() -> None:
    """NaN in a record means that an equation left its domain."""
    table = ds.simulate(ds.load("with-scheming"), 300, seed=5).records
    for name in ("months", "C", "A", "W", "V", "H", "T", "D", "Q", "bought", "delay_goodness", "delay_halts"):
        assert np.isfinite(table[name]).all(), name
