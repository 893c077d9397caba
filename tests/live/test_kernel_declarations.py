"""Declarations as data: complete, ready for JSON, and rules across fields that say what Python's say."""

import json
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.live.kernel import declarations, law_hash
from deference_sim.live.kernel.facts import layout
from deference_sim.live.kernel.rules import rules, translated
from deference_sim.model.events import EVENTS, SENTENCES
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.plausible import core_paths, plausible_ranges
from deference_sim.scenario.problems import ScenarioError
from deference_sim.scenario.shipped import shipped
from deference_sim.trajectory.record import RECORD_DTYPE
from validation.kernel_in_node import answers, as_data


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What a page reads, as it reads it."""
    return dict(json.loads(json.dumps(declarations(), allow_nan=False)))


def test_every_parameter_is_told(told: dict[str, Any]) -> None:
    """Would catch a parameter that the page cannot set, or sets in other bounds."""
    found = {one["path"]: one for one in told["parameters"]}
    assert list(found) == list(parameters())
    for path, parameter in parameters().items():
        one = found[path]
        assert (one["kind"], one["unit"], one["meaning"]) == (parameter.kind, parameter.unit, parameter.meaning)
        assert one["low"] == (parameter.low if np.isfinite(parameter.low) else None)
        assert one["words"] == list(parameter.words)
        assert (one["plausible"] is not None) == (path in plausible_ranges())
    assert {path for path, one in found.items() if one["tier"] == "core"} == set(core_paths())
    assert {path for path, one in found.items() if one["plausible"]} == set(core_paths())


def test_presets_and_words(told: dict[str, Any]) -> None:
    assert [one["name"] for one in told["presets"]] == list(shipped())
    for one in told["presets"]:
        scenario = ds.load(one["name"])
        assert one["scenario"] == as_data(scenario)
        assert one["hash"] == scenario.hash
    assert [(one["name"], one["sentence"]) for one in told["events"]] == [(name, SENTENCES[name]) for name in EVENTS]
    assert told["law"] == law_hash()
    assert len(told["law"]) == 24
    assert {"ai_takeover", "stabilised"} <= {one["name"] for one in told["outcomes"]}
    assert {one["name"] for one in told["outcomes"] if one["good"]} >= {"stabilised", "ridden_out", "punted"}


def test_layouts_are_numpys() -> None:
    made = layout(RECORD_DTYPE)
    assert made["size"] == RECORD_DTYPE.itemsize
    fields = RECORD_DTYPE.fields or {}
    assert [field[0] for field in made["fields"]] == list(RECORD_DTYPE.names or ())
    assert all(fields[name][1] == offset for name, _, offset, _ in made["fields"])
    nested = layout(np.dtype([("a", "i8"), ("b", "f8", (3, 2))], align=True))
    assert nested == {"size": 56, "fields": [["a", "i8", 0, 1], ["b", "f8", 8, 6]]}


#: Changes that break a rule each, or keep it.
CHANGES: list[dict[str, Any]] = [
    {},
    {"strategy.time_buying_share": 0.7, "strategy.defence_share": 0.4},
    {"strategy.policy": "fixed", "strategy.goodness_share": 0.98, "strategy.defence_share": 0.05},
    {"strategy.policy": "race", "strategy.goodness_share": 0.98},
    {"handoff.halt_below": 0.3, "handoff.resume_above": 0.3},
    {"handoff.halt_below": -0.25, "handoff.resume_above": 0.3},
    {"handoff.fill_in_profile": 0.5, "handoff.human_share": 0.0},
    {"capability.law": "milestones", "capability.milestones": None},
    {"capability.law": "milestones", "capability.milestones": [[0, 1], [2, 1e10]]},
    {"tax.shape": [[0, 1e-12]]},
    {"hazards.misuse.onset": 1234567.0, "hazards.misuse.until": 3.0},
]


def test_rules_say_what_python_says() -> None:
    """Would catch a rule that the page does not know, or tells otherwise."""
    hazard = {"name": "misuse", "kind": "terrorist_misuse", "until": 30}
    scenario = ds.load("baseline").with_(hazards=[hazard])
    values = as_data(scenario)["values"]
    jobs = [{"what": "rules", "values": values | change, "rules": rules()} for change in CHANGES]
    broken = 0
    for change, found in zip(CHANGES, answers(jobs).told, strict=True):
        if not change:
            assert found == []
            continue
        try:
            scenario.with_(**change)
        except ScenarioError as error:
            (problem,) = error.problems
            (one,) = found
            said = f"{problem.found}: {problem.hint}" if problem.hint else problem.found
            assert one["message"] == said
            assert one["path"].rpartition(".")[0] == problem.path.rpartition(".")[0]
            assert one["path"].rpartition(".")[2].rstrip("s") in said
            broken += 1
        else:
            assert found == []
    assert broken >= 7


def test_a_rule_that_javascript_does_not_know_is_an_error() -> None:
    def check(self: Any) -> Any:
        if self.lead**2 > 4:
            raise ValueError("too much")
        return self

    with pytest.raises(NotImplementedError, match=r"cannot carry out: self.lead \*\* 2"):
        translated(check)
