"""Tables of parameters, resolved scenarios and differences; the notebook view; the JSON Schema."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from deference_sim.scenario import Scenario, ScenarioError, load, shipped
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.json_schema import json_schema
from deference_sim.scenario.listing import differences, parameter_table, resolved

SAMPLE = """\
schema: 1
name: sample
description: <script>alert(1)</script>
rival:
  lead: 2 to 9 months
  speed: {discrete: [{probability: 0.25, value: 0.5}, {probability: 0.75, value: 1}]}
  edge: {mixture: [{probability: 0.5, value: 0}, {probability: 0.5, value: 1 to 2 py}]}
hazards:
  - {name: misuse, kind: terrorist_misuse, rate: 0.05 per year}
correlations: [{between: [rival.lead, rival.speed], spearman: 0.3}]
"""


class TestParameterTable:
    def test_every_parameter_is_there_once_the_core_first(self) -> None:
        rows = parameter_table()
        assert sorted(row.path for row in rows) == sorted(parameters())
        tiers = [row.tier for row in rows]
        assert tiers == sorted(tiers, key=lambda tier: tier != "core")
        assert all(row.meaning and row.default and row.status in ("published", "derived", "guess") for row in rows)

    def test_one_parameter_and_one_block(self) -> None:
        (row,) = parameter_table("rival.lead")
        assert (row.unit, row.range) == ("months", "a number of at least 0, in months")
        assert {row.path for row in parameter_table("rival")} == {
            path for path in parameters() if path.startswith("rival.")
        }
        assert [row.path for row in parameter_table("hazards.misuse.rate")] == ["hazards.NAME.rate"]
        assert next(row.default for row in parameter_table("capability.stabilise_at")) == "5 py"
        assert next(row.default for row in parameter_table("hazards.NAME.kind")) == "required"

    def test_unknown_path(self) -> None:
        with pytest.raises(ScenarioError, match=r"rival\.leed  unknown parameter  did you mean `rival\.lead`\?"):
            parameter_table("rival.leed")


def test_resolved_says_where_every_value_is_from(read) -> None:
    rows = {row.path: row for row in resolved(read(SAMPLE, set=["capability.returns=1.3"]))}
    assert (rows["capability.returns"].value, rows["capability.returns"].source) == ("1.3", "command line")
    assert rows["capability.returns"].status == "given"
    assert rows["rival.lead"].value == "2 to 9 months (p5 2, median 4.243, p95 9 months)"
    assert rows["rival.speed"].value == "0.5 (0.25) or 1 (0.75)"
    assert rows["rival.edge"].value == ("mixture 0 (0.5) or 1 to 2 py (0.5) (p5 0, median 0, p95 1.853 py; 0.5 at 0)")
    assert rows["rival.lead"].source == "bad.yaml:5"
    assert rows["rival.mode"].source == "default"
    assert rows["tax.decline"].status == "guess"
    assert rows["hazards.misuse.rate"].value == "0.05 per year"
    assert rows["correlation of rival.lead and rival.speed"].value == "0.3"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2 to 9 months", "2 to 9 months (p5 2, median 4.243, p95 9 months)"),
        ("2 weeks  to 1 month", "2 weeks to 1 month (p5 0.46, median 0.6782, p95 1 months)"),
        ("{loguniform: {min: 1, max: 4 months}}", "loguniform 1 to 4 months (p5 1.072, median 2, p95 3.732 months)"),
        ("{lognormal: {p5: 2, p95: 9}}", "lognormal p5 2, p95 9 (median 4.243 months)"),
        ("{normal: {mean: 4, sd: 1}, min: 0}", "normal mean 4, sd 1, min 0 (p5 2.355, median 4, p95 5.645 months)"),
    ],
)
def test_a_range_is_told_as_its_author_wrote_it(written: str, told: str) -> None:
    """And still is where other inputs are changed. Would catch a percentile without a label, a text that is lost."""
    scenario = load("baseline", set=[f"rival.lead={written}"]).with_(**{"rival.speed": 2.0})
    (row,) = (row for row in resolved(scenario) if row.path == "rival.lead")
    assert row.value == told
    again = scenario.with_(**{"rival.lead": "1 to 3 months"})
    assert again.written["rival.lead"] == "1 to 3 months"
    assert "rival.lead" not in scenario.with_(**{"rival.lead": 3.0}).written


def test_every_parameter_has_a_label_of_its_own_that_fits_an_axis() -> None:
    """Would catch a parameter without one, two that a picture could not tell apart, and a sentence in its place."""
    labels = [parameter.label for path, parameter in parameters().items() if ".NAME." not in path]
    assert len(set(labels)) == len(labels)
    for parameter in parameters().values():
        assert 4 <= len(parameter.label) <= 50
        assert parameter.label[0].isupper()
        assert not parameter.label.endswith(".")


def test_differences(read) -> None:
    scenario = read(SAMPLE)
    assert differences(scenario, scenario.with_(name="other", description="")) == []
    other = scenario.with_(**{"rival.lead": 3, "hazards": []})
    rows = {row.path: (row.first, row.second) for row in differences(scenario, other)}
    assert rows.pop("rival.lead") == ("2 to 9 months (p5 2, median 4.243, p95 9 months)", "3 months")
    assert rows.pop("correlation of rival.lead and rival.speed") == ("0.3", "")
    assert rows["hazards.misuse.rate"] == ("0.05 per year", "")
    assert all(path.startswith("hazards.misuse.") for path in rows)


def test_the_notebook_view_shows_the_core_and_escapes_every_text(read) -> None:
    html = read(SAMPLE)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    shown, _, folded = html.partition("<details>")
    assert "rival.lead" in shown
    assert "guess" in shown
    assert "numerics.tolerance" in folded
    assert "hazards.misuse.rate" in folded
    assert "hazards.misuse.rate" not in shown, "a dozen lines a hazard hide what was given otherwise"


class Core12Loader(yaml.SafeLoader):
    """PyYAML with the numbers of YAML 1.2, as editors read them."""


Core12Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$"),
    list("-+0123456789."),
)


class TestJsonSchema:
    schema = json_schema()
    validator = jsonschema.Draft202012Validator(schema)

    def accepts(self, text: str) -> bool:
        return self.validator.is_valid(yaml.load(text, Loader=Core12Loader))

    def test_it_is_a_schema_and_is_json(self) -> None:
        jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(self.schema, allow_nan=False)))

    def test_it_knows_every_parameter_with_meaning_and_unit(self) -> None:
        for parameter in parameters().values():
            block, _, name = parameter.path.replace("NAME.", "").rpartition(".")
            holder = self.schema["properties"].get(block, self.schema)
            holder = holder.get("items", holder)
            held = holder["properties"][name]
            assert held["description"].startswith(parameter.meaning)
            assert parameter.unit == "1" or f"Unit: {parameter.unit}." in held["description"]

    def test_what_the_reader_accepts_it_accepts(self, here: Path) -> None:
        assert self.accepts(SAMPLE)
        assert self.accepts(Scenario().to_yaml())
        for name, path in shipped().items():
            assert self.accepts(path.read_text(encoding="utf-8")), name
            assert self.accepts(load(name).to_yaml()), name

    @pytest.mark.parametrize(
        "value",
        [
            "' 3  months '",
            "|\n  3 months\n",
            "2 months to 9 months",
            "'2\n  to 9 years'",
            "{normal: {mean: 2 years, sd: 3}, min: 1}",
            "{lognormal: {p2.5: 1, median: 3 months, max: 2 years}}",
            "{beta: {mean: 5, sd: 1 month, min: 2, max: 9}}",
            "{triangular: {min: 1, mode: 2 months, max: 3}}",
            "{discrete: [{probability: 0.5, value: 3}, {probability: 0.5, value: 1 year}]}",
            "{mixture: [{probability: 0.5, value: 2 to 9}, {probability: 0.5, value: {uniform: {min: 1, max: 2}}}]}",
        ],
    )
    def test_every_notation_of_a_number_is_accepted(self, value: str, read) -> None:
        """Would catch a space, a last line break or a unit that an editor marks as wrong and the reader takes."""
        text = f"schema: 1\nhorizon: {value}\n"
        read(text)
        assert self.accepts(text)

    def test_no_pattern_ends_where_python_and_javascript_differ(self) -> None:
        """In Python ``$`` also stands before a last line break, so a pattern allows white space there or refuses it."""
        patterns = re.findall(r'"(\^[^"]*)"', json.dumps(self.schema))
        assert len(set(patterns)) > 10
        for pattern in patterns:
            assert pattern.endswith((r"\\s*$", r"$(?!\\n)")), pattern

    @pytest.mark.parametrize(
        "text",
        [
            "horizon: 3\n",
            "schema: 2\n",
            "schema: 1\nhorizn: 3\n",
            "schema: 1\nhorizon: 0\n",
            "schema: 1\nhorizon: 3 py\n",
            "schema: 1\nhorizon: '3'\n",
            "schema: 1\nhorizon: null\n",
            "schema: 1\nhorizon: [2, 9]\n",
            "schema: 1\nhorizon: {lognorml: {p10: 2, p90: 9}}\n",
            "schema: 1\nhorizon: {lognormal: {p10: 2, q90: 9}}\n",
            "schema: 1\nrival: {mode: takoff}\n",
            "schema: 1\nrival: {catastrophe: 1.2}\n",
            "schema: 1\nhandoff: {never: 1}\n",
            "schema: 1\ntax: {shape: [[1, 2, 3]]}\n",
            "schema: 1\ntax: {shape: []}\n",
            "schema: 1\nhazards: {name: a}\n",
            "schema: 1\nhazards: [{name: A, kind: background}]\n",
            "schema: 1\nhazards: [{name: a}]\n",
            "schema: 1\nname: A B\n",
            "schema: 1\ncorrelations: [{between: [rival.lead], spearman: 0.1}]\n",
            'schema: 1\nname: "a\\n"\n',
            'schema: 1\nhazards: [{name: "a\\n", kind: background}]\n',
            "schema: 1\nhorizon: soon to be\n",
            "schema: 1\nhorizon: 2 to 9 py\n",
            "schema: 1\nhorizon: {lognormal: {p0: 2, p90: 9}}\n",
            "schema: 1\nhorizon: {lognormal: {p10: 2 py, p90: 9}}\n",
            "schema: 1\nhorizon: {lognormal: {p10: 2, p90: 9}, uniform: {min: 2, max: 9}}\n",
            "schema: 1\nhorizon: {uniform: {min: 2, max: 9}, max: 8}\n",
            "schema: 1\nhorizon: {min: 2, max: 9}\n",
            "schema: 1\nhorizon: {triangular: {min: 2, max: 9}}\n",
            "schema: 1\nhorizon: {lognormal: {median: 2, sigma: 1 month}}\n",
            "schema: 1\nhorizon: {discrete: [{probability: 1, value: 2 to 9}]}\n",
            "schema: 1\nhorizon: {discrete: [{value: 2}]}\n",
            "schema: 1\nhorizon: {mixture: [{probability: 1, value: {discrete: [{probability: 1, value: 3}]}}]}\n",
        ],
    )
    def test_what_it_refuses_the_reader_refuses(self, text: str, read) -> None:
        assert not self.accepts(text)
        with pytest.raises(ScenarioError):
            read(text)
