"""Canonical form and hash: equal for equal meaning, different for different meaning, and files that read back."""

import re
from pathlib import Path

import pytest

from deference_sim.scenario import Scenario, load, shipped
from deference_sim.scenario.canonical import COSMETIC
from deference_sim.scenario.catalogue import paths_of

FULL = """\
# A comment.
schema: 1
name: one
description: First.
horizon: 1 year
capability: {initial_speedup: 20, returns: {triangular: {min: 0.4, mode: 1.2, max: 3.6}}}
rival:
  lead: 2 to 9 months
  speed: {mixture: [{probability: 0.15, value: 0.05}, {probability: 0.85, value: {loguniform: {min: 0.1, max: 1}}}]}
  handle_at: {discrete: [{probability: 0.5, value: 3 py}, {probability: 0.5, value: 5 py}]}
  edge: {normal: {mean: 0, sd: 1, min: -2}}
handoff: {never: true}
tax: {shape: [[0.1 py, 0.21], [1 py, 0.4]]}
hazards:
  - {name: misuse, kind: terrorist_misuse, rate: 0.05 per year}
  - {name: war, kind: foreign_adversary, until: 24, growth: 0.1}
correlations:
  - {between: [rival.lead, capability.returns], spearman: 0.3}
  - {between: [rival.lead, rival.speed], spearman: 0.1}
"""

SAME = """\
schema: 1
name: two
description: "Second."
hazards:
  - growth: 1e-1
    kind: "foreign_adversary"
    until: 2 years
    name: war
  - {rate: 5.0e-2, severity_sd: 1.0 py, name: misuse, kind: terrorist_misuse}
correlations:
  - {spearman: +0.10, between: [rival.speed, rival.lead]}
  - {between: [capability.returns, rival.lead], spearman: 0.30}
tax: {shape: [[0.1, 0.21], [1, 0.4]]}
handoff: {never: TRUE}
rival:
  edge: {normal: {sd: 1 py, median: -0.0}, min: -2 py}
  handle_at: {discrete: [{value: 5, probability: 0.5}, {probability: 0.5, value: 3}]}
  speed: {mixture: [{probability: 0.85, value: {loguniform: {max: 1, min: 0.1}}}, {value: 0.05, probability: 0.15}]}
  lead: {lognormal: {p95: 9, p5: 2 months}}
capability: {returns: {triangular: {mode: 1.2, min: 0.4, max: 3.6}}, initial_speedup: 2e1}
horizon: 12.0
"""


def test_equal_meaning_has_one_hash(read) -> None:
    one, other = read(FULL), read(SAME)
    assert one.canonical() == other.canonical()
    assert one.hash == other.hash
    assert one != other, "names differ"
    assert one.with_(name="two", description="Second.") == other
    assert re.fullmatch("[0-9a-f]{32}", one.hash)


def test_cosmetic_fields_are_all_that_is_left_out(read) -> None:
    scenario = read(FULL)
    assert scenario.with_(name="x", description="y").hash == scenario.hash
    in_hash = set(Scenario.model_fields) - set(COSMETIC)
    shown_as = {"uncertain": '"lognormal"', "hazards": '"hazards.misuse.rate"'}
    for field in in_hash:
        assert shown_as.get(field, f'"{field}') in scenario.canonical()


def test_every_parameter_changes_the_hash(read) -> None:
    scenario = read(FULL.replace("1 year\n", "100\n")).with_(**{"correlations": [], "handoff.human_share": 0.1})
    seen = {scenario.hash}
    tried = 0
    for path, parameter, value in paths_of(scenario):
        if parameter.kind == "truth":
            other = not value
        elif parameter.kind == "word":
            other = next(word for word in parameter.words if word != value)
        elif parameter.kind == "text":
            other = "another"
        elif parameter.kind == "pairs":
            other = [(1.0, 0.5), (2.0, 0.625)]
        else:
            tries = (0.375, 0.625, 30.0, 1e-4, 3)
            other = next(number for number in tries if number != value and parameter.admits(number))
        seen.add(scenario.with_(**{path: other}).hash)
        tried += 1
    assert len(seen) == tried + 1


def test_correlations_and_distributions_change_the_hash(read) -> None:
    scenario = read(FULL)
    changed = [
        FULL.replace("spearman: 0.3", "spearman: 0.31"),
        FULL.replace("2 to 9", "2 to 9.1"),
        FULL.replace("min: -2", "min: -2.1"),
        FULL.replace("probability: 0.15", "probability: 0.2").replace("0.85", "0.8"),
        FULL.replace("2 to 9 months", "4.242640687119286"),
    ]
    changed[-1] = changed[-1].partition("correlations")[0]
    assert len({read(text).hash for text in changed} | {scenario.hash}) == len(changed) + 1


def test_the_hash_is_the_same_on_every_machine_and_in_every_process(read) -> None:
    import hashlib

    scenario = read(FULL)
    assert scenario.hash == hashlib.blake2b(scenario.canonical().encode(), digest_size=16).hexdigest()
    assert scenario.canonical().isascii()


@pytest.mark.parametrize("text", [FULL, SAME, "schema: 1\n"], ids=["full", "same", "default"])
def test_a_resolved_file_reads_back_to_an_equal_scenario(text: str, read) -> None:
    scenario = read(text)
    again = read(scenario.to_yaml(), name="again.yaml")
    assert again == scenario
    assert again.hash == scenario.hash
    assert again.to_yaml() == scenario.to_yaml()
    assert again.uncertain == scenario.uncertain
    assert again.hazards == scenario.hazards


def test_a_resolved_file_keeps_hard_texts(read) -> None:
    hard = 'quotes " and \\ and : # {é} \U0001f600\nnext line'
    scenario = Scenario().with_(description=hard)
    assert read(scenario.to_yaml(), name="scenario.yaml").description == hard


def test_shipped_scenarios_read_back(here: Path) -> None:
    for name in shipped():
        scenario = load(name)
        Path("again.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
        assert load("again.yaml") == scenario
