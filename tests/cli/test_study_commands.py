"""The commands sensitivity, discover and takeoff: what they print, how bad input is met, what a missing extra says."""

import importlib.util
import json

import pytest

import deference_sim as ds
from deference_sim.analysis.takeoff import PRESETS
from deference_sim.scenario.plausible import core_paths

from .commands import call, output_of


def test_sensitivity_prints_the_page_or_json() -> None:
    settings = ("--set", "capability.stabilise_at=1.5 py", "--replicates", "30", "--inputs")
    told = call("sensitivity", "baseline", *settings, "rival.lead,tax.decline", "--quiet")
    assert told.exit_code == 0, told.output
    assert "Tornado: one input at a time" in told.stdout
    found = json.loads(call("sensitivity", "baseline", *settings, "rival.lead", "--json").stdout)
    assert [row["input"] for row in found["table"]] == ["rival.lead"]


def test_sensitivity_varies_all_main_unknowns_on_its_own_accord() -> None:
    found = json.loads(call("sensitivity", "rushed-handoff", "--replicates", "5", "--json").stdout)
    varied = {path for row in found["table"] for path in row["input"].split(" + ")}
    assert varied == {*core_paths(), *ds.load("uncertain-baseline").uncertain}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("no-such-scenario",), "no-such-scenario"),
        (("baseline", "--inputs", "rival.leed"), "rival.lead"),
        (("baseline", "--method", "voi", "--decide", "handoff.at"), "PATH=A,B"),
        (("baseline", "--replicates", "0"), "from 1"),
        (("baseline", "--plot", "picture.txt"), ".png"),
    ],
)
def test_sensitivity_refuses_bad_input(arguments: tuple[str, ...], told: str) -> None:
    result = call("sensitivity", *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_discover_prints_boxes_in_words() -> None:
    settings = (
        "--set",
        "capability.stabilise_at=1.5 py",
        "--set",
        "rival.lead=0.3 to 3 months",
        "--replicates",
        "1024",
    )
    told = call(
        "discover", "baseline", *settings, "--inputs", "rival.lead,goodness.broad_alignment", "--algorithm", "cart"
    )
    assert told.exit_code == 0, told.output
    assert "(density)" in told.stdout
    assert "CART (tree), box 1" in told.stdout


@pytest.mark.parametrize(
    ("command", "room", "module", "extra"),
    [
        (("sensitivity", "baseline", "--method", "morris"), "sensitivity", "SALib", "sensitivity"),
        (("discover", "baseline"), "discover", "ema_workbench", "discovery"),
    ],
)
def test_a_missing_extra_is_named(
    command: tuple[str, ...], room: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(module, room, monkeypatch)
    result = call(*command)
    assert result.exit_code == 2
    assert f"deference-sim[{extra}]" in result.output


def without(module: str, room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a room of the analyses find no such module."""
    there = importlib.util.find_spec
    monkeypatch.setattr(
        f"deference_sim.analysis.{room}.find_spec", lambda name: None if name == module else there(name)
    )


def test_a_missing_extra_is_named_in_python_too(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = ds.load("uncertain-baseline")
    without("SALib", "sensitivity", monkeypatch)
    with pytest.raises(ModuleNotFoundError, match="SALib"):
        ds.sensitivity(scenario, "morris")
    without("ema_workbench", "discover", monkeypatch)
    with pytest.raises(ModuleNotFoundError, match="EMA Workbench"):
        ds.ema_model(scenario)


def test_takeoff_lists_presets_and_gives_cells_by_name() -> None:
    listed = output_of("takeoff", "--list")
    assert listed == output_of("takeoff")
    for preset in PRESETS:
        assert f"\n{preset} " in listed
    found = json.loads(output_of("takeoff", "forethought-median", "--json"))["cells"]["3py"]
    assert found["difference_from_recomputed"] == found["ours"]["estimate"] - 7.545
    page = output_of("takeoff", "ai-2027", "--replicates", "1000")
    for words in ("SC to SAR", "0.397654", "> 100", "--replicates 1000", "Source: Kokotajlo"):
        assert words in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["forethougt"], "did you mean `forethought`?"),
        (["zzz"], "takeoff --list"),
        (["forethought", "--replicates", "0"], "found 0"),
        (["ai-2027", "--replicates", "1000000000"], "at most 5000000"),
        (["forethought", "--set", "capability.retuns=3"], "capability.returns"),
    ],
)
def test_takeoff_refuses_bad_input(arguments: list[str], said: str) -> None:
    result = call("takeoff", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
