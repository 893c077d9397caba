"""Batch files: what they mean, and what is said of bad ones."""

from pathlib import Path

import pytest

import deference_sim as ds
from deference_sim.batches.batch_file import Instead, read_batch
from deference_sim.batches.plan import conflicts, gaps, plan_of
from deference_sim.scenario import ScenarioError, load


def written(folder: Path, text: str) -> Path:
    file = folder / "batch.yaml"
    file.write_text(text)
    return file


def test_scenarios_sweeps_policies_and_seeds_are_crossed(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("schema: 1\nextends: baseline\nhorizon: 5 years\n")
    text = """\
schema: 1
scenarios: [baseline, mine.yaml]
set: {basin.width: 0.3 py}
sweep:
  rival.lead: {from: 1 month, to: 4 months, points: 3, scale: log}
policies: [race, {policy: safety_case, gate: 0.5 py}]
seeds: [3, 340282366920938463463374607431768211455]
"""
    plan = read_batch(written(tmp_path, text))
    assert plan.name == "batch"
    assert len(plan.points) == 2 * 3 * 2
    assert len(plan.runs) == 24
    assert [point.scenario.value("rival.lead") for point in plan.points[:6:2]] == pytest.approx([1.0, 2.0, 4.0])
    point = plan.points[-1]
    assert point.name == "mine.yaml, rival.lead 4 months, strategy.policy safety_case (gate 0.5 py)"
    changes = {"basin.width": 0.3, "rival.lead": 4, "strategy.policy": "safety_case", "strategy.gate": 0.5}
    assert point.scenario == load("baseline").with_(name="mine", horizon=60, **changes).with_(
        description=point.scenario.description
    )


def test_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    file = written(tmp_path, "schema: 1\nscenarios: [baseline]\nset: {basin.width: 0.3}\nseeds: [1, 2]\n")
    plan = read_batch(file, Instead(7, 9, "events", ["basin.width=0.5", "horizon=9"]))
    assert (plan.replicates, plan.seeds, plan.engine) == (7, (9,), "events")
    assert (plan.points[0].scenario.basin.width, plan.points[0].scenario.horizon) == (0.5, 9.0)


@pytest.mark.parametrize("wrong", ["replicates: ten", "seeds: [1, 1]", "engine: fast"])
def test_what_the_command_line_replaces_is_read_all_the_same(tmp_path: Path, wrong: str) -> None:
    """Would catch a mistake in the file that shows itself only when the option is left out."""
    file = written(tmp_path, f"schema: 1\nscenarios: [baseline]\n{wrong}\n")
    with pytest.raises(ScenarioError, match=wrong.partition(":")[0]):
        read_batch(file, Instead(7, 9, "events"))


def test_comments_order_units_and_spelling_of_numbers_change_nothing(tmp_path: Path) -> None:
    one = "schema: 1\nscenarios: [baseline]\nsweep: {horizon: [1 year], tax.decline: [0.1]}\n"
    other = "# the same\nschema: 1\nsweep: {horizon: [12 months], tax.decline: [1e-1]}\nscenarios: ['baseline']\n"
    first, second = read_batch(written(tmp_path, one)), read_batch(written(tmp_path, other))
    assert first == second
    assert conflicts(first, second) == []


def test_every_problem_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    text = """\
schema: 1
scenario: [baseline]
scenarios: [baselin, baseline]
sweep:
  rival.led: [1, 2]
  tax.decline: {from: 0, to: 0.1, points: 2.5}
  rival.lead: 3
policies: [{policy: race, gat: 1}]
seeds: [1, -2]
replicates: 0
engine: fast
"""
    with pytest.raises(ScenarioError) as error:
        read_batch(written(tmp_path, text))
    found = [(one.line, one.column, one.found) for one in error.value.problems]
    assert found == [
        (2, 1, "unknown key `scenario`"),
        (3, 13, "no scenario `baselin`"),
        (5, 3, "unknown parameter"),
        (6, 43, "`2.5`"),
        (7, 15, "`3`"),
        (8, 27, "unknown key `gat`"),
        (9, 12, "`-2`"),
        (10, 13, "`0`"),
        (11, 9, "`fast`"),
    ]
    assert "did you mean `baseline`?" in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios: [baseline]\n", "`schema` is required"),
        ("schema: 1\n", "`scenarios` is required"),
        ("schema: 1\nscenarios: []\n", "an empty list"),
        ("schema: 1\nscenarios: baseline\n", "a list of shipped scenarios"),
        ("[baseline]\n", "a mapping"),
        ("schema: 1\nscenarios: [baseline, baseline]\n", "twice"),
        ("schema: 1\nscenarios: [baseline]\nsweep: {basin.width: [-1]}\n", "basin.width"),
        ("schema: 1\nscenarios: [baseline]\nset: {horizon: 9}\nsweep: {horizon: [9, 10]}\n", "set twice"),
        (
            "schema: 1\nscenarios: [baseline]\nsweep: {tax.decline: {from: 0, to: 1, points: 5, scale: log}}\n",
            "above 0",
        ),
        ("schema: 1\nscenarios: [baseline]\nsweep: {strategy.policy: {from: 0, to: 1, points: 5}}\n", "a mapping"),
        ("schema: 1\nscenarios: [baseline]\nsweep: {hazards.misuse.name: [a]}\n", "text"),
        ("schema: 1\nscenarios: [&a baseline]\n", "anchor"),
        ("schema: 1\nscenarios: [baseline]\npolicies: [reckless]\n", "strategy.policy"),
        ("schema: 1\nscenarios: [baseline]\nseeds: [340282366920938463463374607431768211456]\n", "whole number from 0"),
        ("schema: 1\nscenarios: [baseline]\nseeds: [1, 2, 1]\n", r":3:15  seeds  `1` twice  allowed: each seed once"),
        ("schema: 1\nscenarios: [baseline]\nseeds: 3\n", r"write \[3\] for this one seed, \[1, 2, 3\] for three"),
        ("schema: 1\nscenarios: [baseline]\nseeds: [1e3]\n", "write 1000"),
        ("schema: 1\nscenarios: [baseline]\nseeds: 1e3\n", r"write \[1000\] for this one seed"),
        ("schema: 1\nscenarios: [baseline]\nseeds: '3'\n", r"a list of seeds, such as \[1, 2, 3\]"),
        ("schema: 1\nscenarios: [baseline]\nseeds: [1.5]\n", "whole number from 0"),
        (
            "schema: 1\nscenarios: [baseline]\nsweep: {rival.lead: [1, 2, 1 month]}\n",
            ":3:28  rival.lead  `1 months` twice",
        ),
        ("schema: 1\nscenarios: [baseline]\npolicies: [race, fixed, race]\n", ":3:25  strategy.policy  `race` twice"),
        ("schema: 1\nscenarios: [baseline]\nreference: baseline\n", "a mapping, such as {scenario: baseline}"),
        ("schema: 1\nscenarios: [baseline]\nreference: {rival.lead: 3}\n", "not varied  allowed: one of scenario"),
        (
            "schema: 1\nscenarios: [baseline]\nreference: {scenario: plan-b}\n",
            r":3:23 .*`plan-b`  allowed: one of baseline",
        ),
        (
            "schema: 1\nscenarios: [baseline]\nsweep: {rival.lead: [1, 2]}\nreference: {rival.lead: 3}\n",
            r":4:25  reference.rival.lead  `3 months`  allowed: one of 1 months, 2 months",
        ),
    ],
)
def test_bad_files_are_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        read_batch(written(tmp_path, text))


def test_absurd_sizes_are_counted_and_not_built(tmp_path: Path) -> None:
    axes = "".join(f"  {path}: {{from: 0.1, to: 1, points: 10000}}\n" for path in ("basin.width", "tax.decline"))
    text = f"schema: 1\nscenarios: [baseline]\nsweep:\n{axes}replicates: 1000000000\n"
    with pytest.raises(ScenarioError, match=r"100,000,000 points, 100,000,000,000,000,000 futures.*--allow-large"):
        read_batch(written(tmp_path, text))
    large = "schema: 1\nscenarios: [baseline]\nseeds: [1, 2]\nreplicates: 1000000000\n"
    with pytest.raises(ScenarioError, match="--allow-large"):
        read_batch(written(tmp_path, large))
    assert len(read_batch(written(tmp_path, large), Instead(allow_large=True)).runs) == 2


def test_a_plan_reads_back_from_what_is_kept_of_it(tmp_path: Path) -> None:
    text = "schema: 1\nscenarios: [uncertain-baseline, five-hazards]\nsweep: {rival.lead: [2 to 9 months, 3]}\n"
    text += "sensitivity: [rank, {method: sobol, measure: p_good, replicates: 64, inputs: [core, rival.lead]}]\n"
    plan = read_batch(written(tmp_path, text))
    assert plan_of(plan.as_dict()) == plan


@pytest.mark.parametrize(
    ("spans", "end", "expected"),
    [
        ([], 10, [(0, 10)]),
        ([(0, 10)], 10, []),
        ([(2, 4), (4, 6)], 10, [(0, 2), (6, 10)]),
        ([(0, 5), (3, 4), (8, 20)], 10, [(5, 8)]),
        ([(5, 20)], 10, [(0, 5)]),
    ],
)
def test_gaps(spans: list[tuple[int, int]], end: int, expected: list[tuple[int, int]]) -> None:
    assert list(gaps(spans, end)) == expected


def test_designs_are_those_of_sweeps(tmp_path: Path) -> None:
    """Would catch a batch whose points are not those of `ds.sweep` with the same values, seed and design."""
    for design in ("grid", "paired", "latin-hypercube"):
        path = tmp_path / f"{design}.yaml"
        path.write_text(
            f"schema: 1\nscenarios: [baseline]\nseeds: [3, 4]\ndesign: {design}\nsweep:\n"
            "  rival.lead: {from: 1 month, to: 4 months, points: 4}\n"
            "  tax.decline: {from: 0.1, to: 0.4, points: 4, scale: log}\n"
            "  horizon: {from: 50, to: 60, points: 4}\npolicies: [race, fixed]\n"
        )
        over = {
            "rival.lead": ds.linspace("1 month", 4, 4),
            "tax.decline": ds.logspace(0.1, 0.4, 4),
            "horizon": ds.linspace(50, 60, 4),
        }
        made = [point.scenario.hash for point in read_batch(path).points[::2]]
        swept = ds.sweep(ds.load("baseline").with_(**{"strategy.policy": "race"}), over, 1, seed=3, design=design)  # type: ignore[arg-type]
        assert made == [point.scenario.hash for point in swept.points]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("design: pared\nsweep: {rival.lead: [1, 2]}\n", "did you mean `paired`"),
        ("design: paired\nsweep: {rival.lead: [1, 2], tax.decline: [0.1]}\n", "equally many of each input"),
    ],
)
def test_a_wrong_design_is_told_with_its_place(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "b.yaml"
    path.write_text(f"schema: 1\nscenarios: [baseline]\n{text}")
    with pytest.raises(ScenarioError, match=said) as caught:
        read_batch(path)
    assert ":3:" in str(caught.value) or ":4:" in str(caught.value)
