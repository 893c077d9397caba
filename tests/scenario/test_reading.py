"""What good files mean: numbers, quantities, null, extends, values set on top, and the sources of values."""

import os
import pickle
from pathlib import Path

import pytest

from deference_sim.model.hazards import Hazard
from deference_sim.model.rival import Rival
from deference_sim.scenario import Scenario, ScenarioError, load, shipped
from deference_sim.scenario.catalogue import parameters, paths_of
from deference_sim.scenario.distributions import Uniform

EVERYTHING_DEFAULT = "schema: 1\n"


def error_of(function, *arguments, **named) -> str:
    with pytest.raises(ScenarioError) as caught:
        function(*arguments, **named)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("3", 3.0),
        ("+3", 3.0),
        ("3.", 3.0),
        (".5", 0.5),
        ("1.0e1", 10.0),
        ("1E-3", 1e-3),
        ("-0.0", 0.0),
        ("0", 0.0),
        ("3 months", 3.0),
        ("3  months", 3.0),
        ("1 month", 1.0),
        ('"3 months"', 3.0),
        ("'3 months'", 3.0),
        ("1 year", 12.0),
        ("0.1 years", 1.2),
        ("1 week", 7 / 30.4375),
        ("30.4375 days", 1.0),
        ("0.1", 0.1),
        ("4.2 months", 4.2),
        ("0.000000000000000000000000000000000000000000000000000001", 1e-54),
    ],
)
def test_a_number_or_quantity_is_rounded_once(text: str, months: float, read) -> None:
    lead = read(f"schema: 1\nrival: {{lead: {text}}}\n").rival.lead
    assert (lead, str(lead)) == (months, str(months))


def test_every_unit_of_a_rate() -> None:
    def rate(text: str) -> float:
        return Scenario().with_(**{"defence.decay": text}).defence.decay

    assert rate("0.05 per year") == rate("0.05") == 0.05
    assert rate("0.05 per month") == 0.6
    assert rate("1 per day") == 365.25
    assert Scenario().with_(**{"capability.fizzle_pace": "1 py per month"}).capability.fizzle_pace == 12.0


def test_a_file_with_the_schema_alone_is_the_default_scenario(read) -> None:
    scenario = read(EVERYTHING_DEFAULT, name="plain-file.yaml")
    assert scenario.name == "plain-file"
    assert scenario.with_(name="scenario") == Scenario()
    assert set(scenario.sources.values()) == {"default"}


def test_a_file_name_that_is_no_scenario_name_is_not_taken(read) -> None:
    assert read(EVERYTHING_DEFAULT, name="My File.yaml").name == "scenario"


def test_null_switches_off_what_the_declaration_lets_it(read) -> None:
    scenario = read("schema: 1\ncapability: {stabilise_at: null, fizzle_pace: ~}\nhandoff: {full_when: Null}\n")
    assert (scenario.capability.stabilise_at, scenario.capability.fizzle_pace) == (None, None)
    assert scenario.handoff.full_when is None


def test_words_truth_values_and_knots(read) -> None:
    scenario = read(
        "schema: 1\nhandoff: {never: TRUE}\nrival: {mode: 'none'}\ntax: {shape: [[1 py, 1], [2 py, 0.5]]}\n"
    )
    assert scenario.handoff.never is True
    assert scenario.rival.mode == "none"
    assert scenario.tax.shape == ((1.0, 1.0), (2.0, 0.5))


def test_every_parameter_can_be_read_with_its_unit_and_says_where_it_is_from(read) -> None:
    scenario = read(Scenario().to_yaml(), name="scenario.yaml")
    assert scenario == Scenario()
    assert set(scenario.sources) >= {path for path, _, _ in paths_of(scenario)}
    lines = (Path("scenario.yaml")).read_text().splitlines()
    for path, source in scenario.sources.items():
        if source != "default":
            assert lines[int(source.removeprefix("scenario.yaml:")) - 1].split(":")[0].strip(" -") in path


class TestExtends:
    def test_mappings_merge_and_lists_replace(self, read) -> None:
        base = (
            "schema: 1\nname: base\ndescription: Below.\nhorizon: 60\nrival: {lead: 3, speed: 1}\n"
            "hazards:\n  - {name: a, kind: background}\n  - {name: b, kind: background}\n"
        )
        child = "schema: 1\nextends: base.yaml\nrival: {speed: 2}\nhazards:\n  - {name: c, kind: background}\n"
        scenario = read(child, name="child.yaml", base=base)
        assert (scenario.name, scenario.description) == ("child", "")
        assert (scenario.horizon, scenario.rival.lead, scenario.rival.speed) == (60.0, 3.0, 2.0)
        assert [hazard.name for hazard in scenario.hazards] == ["c"]
        assert scenario.sources["rival.lead"] == "base.yaml:5"
        assert scenario.sources["rival.speed"] == "child.yaml:3"
        assert scenario.sources["rival.edge"] == "default"

    def test_a_value_that_is_a_mapping_replaces(self, read) -> None:
        base = "schema: 1\nrival: {lead: {lognormal: {p10: 2, p90: 9}}}\n"
        scenario = read("schema: 1\nextends: base.yaml\nrival: {lead: {uniform: {min: 2, max: 9}}}\n", base=base)
        assert scenario.uncertain == {"rival.lead": Uniform(2.0, 9.0)}

    def test_an_empty_list_replaces_too(self, read) -> None:
        base = "schema: 1\nhazards:\n  - {name: a, kind: background}\n"
        assert read("schema: 1\nextends: base.yaml\nhazards: []\n", base=base).hazards == ()

    def test_errors_name_the_right_file(self, read) -> None:
        said = error_of(
            read, "schema: 1\nextends: base.yaml\nrival: {speed: x}\n", base="schema: 1\nrival: {lead: y}\n"
        )
        assert [line.split("  ")[0] for line in said.split("\n")] == ["bad.yaml:3:16", "base.yaml:2:15"]

    def test_every_file_says_its_schema(self, read) -> None:
        assert error_of(read, "schema: 1\nextends: base.yaml\n", base="horizon: 3\n").startswith(
            "base.yaml:1:1  schema"
        )

    def test_what_a_file_replaces_need_not_be_right(self, read) -> None:
        assert read("schema: 1\nextends: base.yaml\nhorizon: 3\n", base="schema: 1\nhorizon: x\n").horizon == 3.0

    def test_cycle(self, read) -> None:
        said = error_of(
            read,
            "schema: 1\nextends: a.yaml\n",
            a="schema: 1\nextends: b.yaml\n",
            b="schema: 1\nextends: bad.yaml\n",
        )
        assert said == (
            "b.yaml:2:10  extends  a cycle: bad.yaml → a.yaml → b.yaml → bad.yaml  "
            "allowed: files that end in one that extends none"
        )

    def test_a_chain_has_an_end(self, read) -> None:
        files = {f"f{place}": f"schema: 1\nextends: f{place + 1}.yaml\n" for place in range(12)}
        assert read("schema: 1\nextends: f4.yaml\n", **files | {"f11": "schema: 1\nhorizon: 7\n"}).horizon == 7.0
        said = error_of(read, "schema: 1\nextends: f0.yaml\n", **files)
        assert said == "f7.yaml:2:10  extends  a long chain of files  allowed: at most 8 files below the first"

    def test_a_link_out_of_the_folder_is_refused(self, here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        outside = tmp_path_factory.mktemp("outside") / "base.yaml"
        outside.write_text("schema: 1\n")
        Path("base.yaml").symlink_to(outside)
        Path("bad.yaml").write_text("schema: 1\nextends: base.yaml\n")
        assert error_of(load, "bad.yaml").startswith("bad.yaml:2:10  extends  `base.yaml` is a link to another folder")

    def test_the_nearest_file_is_named(self, read) -> None:
        said = error_of(read, "schema: 1\nextends: bass.yaml\n", base="schema: 1\n")
        assert said.endswith("did you mean `base.yaml`?")

    def test_from_another_folder(self, here: Path) -> None:
        Path("inner").mkdir()
        Path("inner/base.yaml").write_text("schema: 1\nhorizon: 7\n")
        Path("inner/child.yaml").write_text("schema: 1\nextends: base.yaml\n")
        assert load(Path("inner/child.yaml")).sources["horizon"] == "inner/base.yaml:2"


class TestSettings:
    def test_set_reads_as_a_file_reads(self, read) -> None:
        settings = [
            "rival.lead=3 weeks",
            "hazards.a.rate=1 per month",
            "tax.shape=[[1 py, 0.5], [12 py, 1]]",
            "capability.stabilise_at=null",
            "handoff.never=false",
            "name=no",
            "description=a: b",
            "rival.speed={uniform: {min: 0, max: 1}}",
        ]
        scenario = read("schema: 1\nhazards:\n  - {name: a, kind: background}\n", set=settings)
        assert scenario.rival.lead == 3 * 7 / 30.4375
        assert scenario.hazards[0].rate == 12.0
        assert scenario.tax.shape == ((1.0, 0.5), (12.0, 1.0))
        assert scenario.capability.stabilise_at is None
        assert (scenario.name, scenario.description) == ("no", "a: b")
        assert scenario.uncertain == {"rival.speed": Uniform(0.0, 1.0)}
        assert scenario.sources["rival.lead"] == scenario.sources["hazards.a.rate"] == "command line"
        assert scenario.sources["hazards.a.kind"] == "bad.yaml:3"

    @pytest.mark.parametrize(
        ("setting", "said"),
        [
            ("rival.lead", "rival.lead  no `=`  allowed: PATH=VALUE  such as rival.lead='3 months'"),
            ("rival.lead=", "rival.lead  value missing  allowed: PATH=VALUE"),
            ("rival.lead=x", "rival.lead  text `x`  allowed: a number of at least 0, in months"),
            (
                "rival.lead=0,5",
                "rival.lead  `0,5`: decimal comma?  allowed: a number of at least 0, in months  write 0.5",
            ),
            ("rival.lead=[2, 9", "rival.lead  `[` without its `]`, or a missing comma  close the brackets"),
            ("rival.lead=*a", "rival.lead  alias `*a`  anchors and aliases are not supported: repeat the value"),
            ("rival.lead=3\t", "rival.lead  ok"),
            ("rival.leed=3", "rival.leed  unknown parameter  did you mean `rival.lead`?"),
            ("lead=3", "lead  unknown parameter  did you mean `rival.lead`?"),
            ("returns=3", "returns  unknown parameter  did you mean"),
            ("rival=3", "rival  a block, not a parameter  name one of its parameters, such as `rival."),
            ("hazards.b.rate=3", "hazards.b  no `b` in hazards  there is a"),
            ("hazards.a.ratee=3", "hazards.a.ratee  unknown parameter  did you mean `hazards.NAME.rate`?"),
            ("extends=x", "extends  unknown parameter"),
            ("schema=2", "schema  unknown parameter"),
            ("=3", "unknown parameter"),
            ("rival.lead.x=3", "rival.lead.x  unknown parameter"),
            ("name=../x", "name  `../x`  allowed: a name of small letters, digits and -, at most 64"),
            (
                "strategy.time_buying_share=0.99",
                "strategy.time_buying_share  the shares add up to 1.01, more than all effort",
            ),
        ],
    )
    def test_bad_settings_name_the_command_line(self, setting: str, said: str, read) -> None:
        text = "schema: 1\nhazards:\n  - {name: a, kind: background}\n"
        if said.endswith("ok"):
            assert read(text, set=[setting]).rival.lead == 3.0
        else:
            assert error_of(read, text, set=[setting]).startswith(f"command line  {said}")

    def test_problems_of_file_and_settings_are_told_together(self, read) -> None:
        said = error_of(read, "schema: 1\nhorizon: x\n", set=["rival.lead=y", "rival.leed=3"])
        assert [line.split("  ")[:2] for line in said.split("\n")] == [
            ["bad.yaml:2:10", "horizon"],
            ["command line", "rival.leed"],
            ["command line", "rival.lead"],
        ]

    def test_a_path_set_twice(self, read) -> None:
        assert "set twice" in error_of(read, EVERYTHING_DEFAULT, set=["rival.lead=3", "rival.lead=4"])

    def test_fixing_an_input_drops_its_correlations(self, read) -> None:
        text = (
            "schema: 1\nrival: {lead: 2 to 9, handle_at: 1 to 3, edge: 1 to 2}\n"
            "correlations: [{between: [rival.lead, rival.edge], spearman: 0.3},"
            " {between: [rival.handle_at, rival.edge], spearman: 0.2}]\n"
        )
        assert len(read(text).correlations) == 2
        for fixed in (read(text, set=["rival.lead=3"]), read(text).with_(**{"rival.lead": 3})):
            assert [correlation.spearman for correlation in fixed.correlations] == [0.2]
        assert read(text).with_(rival={"lead": 3, "edge": 1}).correlations == ()


def test_two_hazards_that_would_share_random_numbers_are_refused(read) -> None:
    text = "schema: 1\nhazards:\n  - {name: h32063, kind: background}\n  - {name: h106359, kind: background}\n"
    assert error_of(read, text).startswith(
        "bad.yaml:3:3  hazards  'hazard:h32063' and 'hazard:h106359' share random stream"
    )


def test_a_correlation_is_not_judged_beside_another_problem(read) -> None:
    text = (
        "schema: 1\nrival: {lead: 2 too 9, edge: 1 to 2}\n"
        "correlations: [{between: [rival.lead, rival.edge], spearman: 0.3}]\n"
    )
    assert len(error_of(read, text).split("\n")) == 1


class TestChanging:
    def test_python_values(self) -> None:
        import numpy as np

        changed = Scenario().with_(
            **{
                "rival.lead": np.float64(3.5),
                "rival.mode": "deadline",
                "handoff.never": np.bool_(True),
                "horizon": np.int64(60),
                "tax.shape": [(1, 0.5), ("12 py", 1)],
                "capability.stabilise_at": None,
                "rival.speed": Uniform(0, 1),
                "hazards": [Hazard(name="a", kind="background"), {"name": "b", "kind": "background"}],
            }
        )
        assert (changed.rival.lead, changed.rival.mode, changed.handoff.never) == (3.5, "deadline", True)
        assert (changed.horizon, changed.capability.stabilise_at) == (60.0, None)
        assert changed.tax.shape == ((1.0, 0.5), (12.0, 1.0))
        assert [hazard.name for hazard in changed.hazards] == ["a", "b"]
        assert changed.rival.speed.median == 0.5
        assert changed.sources["horizon"] == "argument"

    def test_all_that_is_wrong_is_told_at_once(self) -> None:
        """Would catch a path that leads nowhere, or text that cannot be read, hiding the other problems."""
        changes = {"rival.leed": 3, "rival.lead": -3, "tax.decline": "[", "handoff.halt_below": 2.0, "horizon": "x"}
        said = error_of(Scenario().with_, **changes).split("\n")
        assert sorted(line.split("  ")[1] for line in said) == sorted(
            ["rival.leed", "rival.lead", "tax.decline", "handoff.halt_below", "horizon"]
        )

    def test_the_original_stays(self) -> None:
        scenario = Scenario()
        before = scenario.canonical()
        scenario.with_(**{"rival.lead": 3, "name": "other"})
        assert scenario.canonical() == before
        with pytest.raises(ValueError, match="frozen"):
            scenario.horizon = 3.0  # type: ignore[misc]

    @pytest.mark.parametrize(
        "value",
        [float("nan"), float("inf"), 10**400, 1 << 99_999, -1, True, None, [2, 9], "x", object(), b"3"],
        ids=type,
    )
    def test_bad_python_values(self, value: object) -> None:
        assert error_of(Scenario().with_, **{"rival.lead": value}).startswith("argument  rival.lead  ")

    def test_value_by_path(self) -> None:
        scenario = Scenario().with_(hazards=[{"name": "a", "kind": "background", "rate": 0.5}])
        assert scenario.value("hazards.a.rate") == 0.5
        assert scenario.value("rival.lead") == scenario.rival.lead
        assert error_of(scenario.value, "hazards.b.rate") == "argument  hazards.b.rate  no `b` in hazards"
        assert error_of(scenario.value, "rival.leed").endswith("did you mean `rival.lead`?")

    def test_changing_every_number_of_the_model_to_its_own_value_changes_nothing(self) -> None:
        scenario = Scenario().with_(hazards=[{"name": "a", "kind": "background"}])
        values = {path: value for path, parameter, value in paths_of(scenario) if parameter.kind != "text"}
        assert scenario.with_(**values) == scenario


class TestFromPython:
    def test_blocks_are_taken_as_they_are(self) -> None:
        scenario = Scenario(rival=Rival(lead=3.0))
        assert scenario.sources["rival.lead"] == "Python"
        assert scenario.sources["rival.speed"] == "default"

    def test_what_no_file_could_say_is_refused(self) -> None:
        hazard = Hazard(name="a", kind="background")
        with pytest.raises(ValueError, match="names of their own"):
            Scenario(hazards=(hazard, hazard))
        with pytest.raises(ValueError, match="no such number"):
            Scenario(uncertain={"rival.mode": Uniform(0.0, 1.0)})
        with pytest.raises(ValueError, match="values above 1"):
            Scenario(rival=Rival(catastrophe=1.0), uncertain={"rival.catastrophe": Uniform(0.0, 2.0)})
        with pytest.raises(ValueError, match="must hold the median"):
            Scenario(uncertain={"rival.lead": Uniform(0.0, 1.0)})
        with pytest.raises(ValueError, match="control character"):
            Scenario(description="\a")
        with pytest.raises(ValueError, match="share random stream"):
            Scenario(hazards=(Hazard(name="h32063", kind="background"), Hazard(name="h106359", kind="background")))
        with pytest.raises(ValueError, match="pattern"):
            Scenario(name="../x")


def test_pickling_keeps_everything(read) -> None:
    scenario = read("schema: 1\nrival: {lead: 2 to 9}\n")
    copy = pickle.loads(pickle.dumps(scenario))
    assert copy == scenario
    assert copy.sources == scenario.sources
    assert hash(copy) == hash(scenario)


def test_every_shipped_scenario_is_read_and_bears_the_name_of_its_file() -> None:
    for name, path in shipped().items():
        scenario = load(name)
        assert (scenario.name, path.stem) == (name, name)
        assert scenario.description
        assert all(os.sep not in source.removeprefix("scenarios/") for source in scenario.sources.values())


def test_every_parameter_has_a_known_unit() -> None:
    from deference_sim.model.units import UNITS

    for parameter in parameters().values():
        units = parameter.pair_units if parameter.kind == "pairs" else (parameter.unit,)
        assert set(units) <= set(UNITS), parameter.path
