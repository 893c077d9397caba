"""Expert judgement: pools of experts, samples from a table, uncertain words; and what one choice keeps together."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import yaml

import deference_sim as ds
from deference_sim.scenario import Scenario, ScenarioError
from deference_sim.scenario.json_schema import json_schema
from deference_sim.study import runner

N = 40_000
TABLE = "who, lead, speedup, w\nana, 2 months, 8, 2\nben, 4, 12, 1\ncy, 0.75 years, 20, 1\n"
SAMPLED = (
    "schema: 1\nrival: {lead: {samples: experts.csv, column: lead, weight: w}}\n"
    "capability: {initial_speedup: {samples: experts.csv, column: speedup, weight: w}}\n"
)
POOLED = {
    "rival.lead": "{pool: [{expert: ben, value: 7 months}, {expert: ana, weight: 3, value: 1 to 3 months}]}",
    "tax.decline": "{pool: [{expert: ana, weight: 3, value: 0.25}, {expert: ben, value: 0.5}]}",
}


@pytest.fixture
def sampled(tmp_path: Path) -> Scenario:
    (tmp_path / "experts.csv").write_text(TABLE)
    (tmp_path / "a.yaml").write_text(SAMPLED)
    return ds.load(tmp_path / "a.yaml")


def test_inputs_of_one_table_take_the_same_row_as_often_as_it_weighs(sampled: Scenario) -> None:
    drawn = sampled.draws(1, np.arange(N))
    rows = set(zip(drawn["rival.lead"].tolist(), drawn["capability.initial_speedup"].tolist(), strict=True))
    assert rows == {(2.0, 8.0), (4.0, 12.0), (9.0, 20.0)}
    for value, share in ((2.0, 0.5), (4.0, 0.25), (9.0, 0.25)):
        error = np.sqrt(share * (1.0 - share) / N)
        assert abs(float((drawn["rival.lead"] == value).mean()) - share) < 5.0 * error
    assert sampled.value("rival.lead") == 2.0
    assert sampled.uncertain["rival.lead"].points == ((2.0, 0.5), (4.0, 0.25), (9.0, 0.25))


def test_a_scenario_holds_its_table_and_its_hash_covers_the_content(sampled: Scenario, tmp_path: Path) -> None:
    assert sampled.written["rival.lead"] == "samples: experts.csv, column: lead, weight: w"
    (tmp_path / "resolved.yaml").write_text(sampled.to_yaml())
    (tmp_path / "experts.csv").write_text(TABLE.replace("\n", "\r\n").replace(", ", " ,"))
    assert ds.load(tmp_path / "a.yaml").hash == sampled.hash
    (tmp_path / "experts.csv").write_text(TABLE.replace("cy", "di"))  # a cell that no input reads
    assert ds.load(tmp_path / "a.yaml").hash != sampled.hash
    (tmp_path / "experts.csv").unlink()
    assert ds.load(tmp_path / "resolved.yaml") == sampled
    assert json.loads(sampled.canonical())["values"]["rival.lead"]["samples"]["values"] == [2.0, 4.0, 9.0]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("lead,speedup\n1,2\n3,4\n", "no column `w`"),
        ("who,lead,speedup,w\na,1,2\nb,3,4,5\n", "3 cells in this row, 4 names of columns"),
        ("lead,lead,speedup,w\n1,2,3,4\n3,4,5,6\n", "column `lead` twice"),
        ("lead,,speedup,w\n1,2,3,4\n3,4,5,6\n", "a column without a name"),
        ("lead,speedup,w\n1,2,3\n", "1 rows below the names"),
        ("lead,speedup,w\n1,2,1\n-3,4,1\n", "experts.csv:3:1  rival.lead.samples.values  -3"),
        ("lead,speedup,w\n1,2,1\n3,4,0\n", "a number above 0"),
        ('lead,speedup,w\n1,2,"1\n', "not a CSV file"),
        ("\n", "file has no content  allowed: a CSV$"),
        ("lead,speedup,w\n" + "1,2,1\n" * 501, "501 rows"),
    ],
)
def test_what_a_table_may_not_be(tmp_path: Path, table: str, told: str) -> None:
    (tmp_path / "experts.csv").write_text(table)
    (tmp_path / "a.yaml").write_text(SAMPLED)
    with pytest.raises(ScenarioError, match=told.replace(".", r"\.")):
        ds.load(tmp_path / "a.yaml")


def test_a_link_to_a_table_elsewhere_and_a_table_on_the_command_line_are_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "experts.csv").write_text(TABLE)
    (tmp_path / "experts.csv").symlink_to(tmp_path / "elsewhere" / "experts.csv")
    (tmp_path / "a.yaml").write_text(SAMPLED)
    with pytest.raises(ScenarioError, match="a link to another folder"):
        ds.load(tmp_path / "a.yaml")
    with pytest.raises(ScenarioError, match="write it into a scenario file"):
        ds.load("baseline", set=["rival.lead={samples: experts.csv, column: lead}"])


def test_samples_are_tied_by_their_rows_and_by_nothing_else(sampled: Scenario) -> None:
    pair = {"between": ["rival.lead", "rival.speed"], "spearman": 0.5}
    with pytest.raises(ScenarioError, match="comes from rows of a table"):
        sampled.with_(**{"rival.speed": "{uniform: {min: 0, max: 1}}", "correlations": [pair]})


def test_every_future_follows_one_expert_in_all_inputs() -> None:
    scenario = ds.load("baseline").with_(**POOLED)
    drawn = scenario.draws(3, np.arange(N))
    is_ben = drawn["rival.lead"] == 7.0
    np.testing.assert_array_equal(drawn["tax.decline"], np.where(is_ben, 0.5, 0.25))
    assert abs(float(is_ben.mean()) - 0.25) < 5.0 * np.sqrt(0.25 * 0.75 / N)
    ana = ds.load("baseline").with_(**{"rival.lead": "1 to 3 months"}).draws(3, np.arange(N))["rival.lead"]
    np.testing.assert_array_equal(drawn["rival.lead"][~is_ben], ana[~is_ben])


def test_a_design_draws_the_pool_as_a_run_does() -> None:
    """Would catch a number that picks the expert and is then used again, and experts who differ between inputs."""
    scenario = ds.load("baseline").with_(**POOLED)
    generator = np.random.default_rng(5)
    own = {path: generator.random(N) for path in POOLED}
    drawn = scenario.draws_at(own)
    is_ben = drawn["rival.lead"] == 7.0
    np.testing.assert_array_equal(drawn["tax.decline"], np.where(is_ben, 0.5, 0.25))
    share = float(scenario.uncertain["rival.lead"].cumulative(np.array([1.7]))[0])
    assert abs(float((drawn["rival.lead"] <= 1.7).mean()) - share) < 5.0 * np.sqrt(share * (1.0 - share) / N)


def test_the_schema_knows_these_notations() -> None:
    """Would catch an editor that underlines what the reader accepts, or lets a wrong word pass."""
    schema = json_schema()
    words = {"law": {"discrete": {"software_explosion": 0.6, "milestones": 0.4}}}
    rows = {"samples": {"of": "0123456789abcdef", "values": [1, "2 months"], "weights": [1, 2]}}
    told = [yaml.safe_load(POOLED["rival.lead"]), {"samples": "a.csv", "column": "b"}, rows]
    for lead in (*told, {"quantiles": {"p10": 1, "p90": "1 year"}}, {"pert": {"min": 1, "mode": 2, "max": 9}}):
        jsonschema.validate({"schema": 1, "rival": {"lead": lead}, "capability": words}, schema)
    for lead in ({"samples": "a.csv"}, {"pool": [{"value": 3}]}, {"pert": {"min": 1, "max": 9}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"schema": 1, "rival": {"lead": lead}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema": 1, "capability": {"law": {"discrete": {"milestone": 1}}}}, schema)


def test_the_order_of_experts_means_nothing() -> None:
    opinions = "{expert: a, value: 1}", "{expert: b, value: 2}"
    one, other = (f"{{pool: [{', '.join(order)}]}}" for order in (opinions, opinions[::-1]))
    baseline = ds.load("baseline")
    assert baseline.with_(**{"rival.lead": one}).hash == baseline.with_(**{"rival.lead": other}).hash


class TestWords:
    text = "{discrete: {milestones: 0.25, software_explosion: 0.75}}"

    def test_a_future_has_one_of_the_words_and_is_the_future_of_that_word(self) -> None:
        baseline = ds.load("baseline")
        scenario = baseline.with_(**{"capability.law": self.text})
        codes = scenario.draws(1, np.arange(600))["capability.law"]
        assert scenario.capability.law == "software_explosion"
        records = runner.run(scenario, 600, 1)[0]
        for word, code in (("software_explosion", 0), ("milestones", 2)):
            alone = runner.run(baseline.with_(**{"capability.law": word}), 600, 1)[0]
            assert records[codes == code].tobytes() == alone[codes == code].tobytes()
        assert abs(float((codes == 2).mean()) - 0.25) < 5.0 * np.sqrt(0.25 * 0.75 / 600)

    def test_both_engines_agree(self) -> None:
        words = {"strategy.policy": "{discrete: {fixed: 0.5, margin_target: 0.5}}", "capability.law": self.text}
        scenario = ds.load("rushed-handoff").with_(**words)
        assert runner.run(scenario, 24, 1)[0].tobytes() == runner.run(scenario, 24, 1, "events")[0].tobytes()

    def test_it_reads_back(self, tmp_path: Path) -> None:
        scenario = ds.load("baseline").with_(**{"capability.law": self.text})
        (tmp_path / "baseline.yaml").write_text(scenario.to_yaml())
        assert ds.load(tmp_path / "baseline.yaml") == scenario

    def test_every_structure_is_checked(self) -> None:
        policies = {"strategy.policy": "{discrete: {race: 0.7, fixed: 0.3}}"}
        with pytest.raises(ScenarioError, match=r"more than all effort, where strategy\.policy is fixed"):
            ds.load("baseline").with_(**policies, **{"strategy.goodness_share": 0.7, "strategy.time_buying_share": 0.4})
        with pytest.raises(ScenarioError, match=r"needs a list of milestones, where capability\.law is milestones"):
            ds.load("baseline").with_(**{"capability.law": self.text, "capability.milestones": None})

    def test_words_have_no_correlations(self) -> None:
        pair = {"between": ["capability.law", "rival.speed"], "spearman": 0.5}
        with pytest.raises(ScenarioError, match="is a word"):
            ds.load("uncertain-baseline").with_(**{"capability.law": self.text, "correlations": [pair]})
