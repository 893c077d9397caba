"""Tables of what can be simulated: the public names for what the commands list, whole and in the same words."""

import jsonschema
import pytest

import deference_sim as ds
from deference_sim.scenario import shipped
from deference_sim.scenario.catalogue import parameters


def test_scenarios_are_those_that_ship() -> None:
    found = ds.scenarios()
    assert set(found["name"]) == set(shipped())
    assert found.set_index("name")["hash"]["baseline"] == ds.load("baseline").hash
    assert found["summary"].str.len().min() > 0


def test_parameters_are_all_of_them_or_those_that_are_named() -> None:
    found = ds.parameters()
    assert set(found["path"]) == set(parameters())
    is_core = list(found["tier"] == "core")
    assert is_core == sorted(is_core, reverse=True)  # the core ones first
    assert list(ds.parameters("rival.lead")["path"]) == ["rival.lead"]
    assert set(ds.parameters("rival")["path"]) == {path for path in parameters() if path.startswith("rival.")}
    assert "scheming.detection" in set(ds.parameters("scheming detect")["path"])
    with pytest.raises(ds.ScenarioError, match=r"did you mean `rival\.lead`"):
        ds.parameters("rival.led")


def test_values_come_with_where_they_are_from() -> None:
    found = ds.show(ds.load("rushed-handoff").with_(**{"rival.lead": 2})).set_index("path")
    assert found.loc["rival.lead", "value"] == "2 months"
    assert found.loc["rival.lead", "source"] == "argument"
    assert found.loc["goodness.broad_alignment", "source"].startswith("scenarios/rushed-handoff.yaml:")


def test_differences_are_those_in_meaning() -> None:
    other = ds.load("baseline").with_(**{"rival.lead": 2, "name": "mine"})
    assert ds.diff("baseline", other).to_dict("records") == [
        {"path": "rival.lead", "first": "4 months", "second": "2 months"}
    ]
    assert list(ds.diff("baseline", "baseline").columns) == ["path", "first", "second"]
    assert ds.diff("baseline", "baseline").empty


def test_the_schema_knows_a_scenario_from_another_mapping() -> None:
    schema = ds.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"schema": 1, "rival": {"lead": "3 months"}}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema": 1, "rival": {"led": 3}}, schema)
