"""The command line: its contract, its exit codes, and that bad input is met with plain words."""

import json
import math
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import matplotlib.pyplot as plt
import pytest
import typer

from deference_sim import cli
from deference_sim.analysis.measure import MEASURES
from deference_sim.analysis.run import simulate
from deference_sim.cli import options
from deference_sim.cli.examples import EXAMPLES
from deference_sim.engines import cache, failure
from deference_sim.scenario import load, shipped
from deference_sim.scenario.groups import GROUPS
from deference_sim.scenario.json_schema import json_schema
from deference_sim.scenario.listing import parameter_table, resolved
from deference_sim.version import __version__

from .commands import call, output_of

ROOT = Path(cli.__file__).parent.parent.parent
FEW = ("--replicates", "60")
SPREADS = ("aggregate_tax_months", "handoff_months", "resolution_months", "months_bought")


def process(*arguments: str, code: str = "", **more: Any) -> subprocess.CompletedProcess[str]:
    script = f"import sys; from deference_sim.cli import main; {code or 'main()'}"
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120, **more)


# ---- run


def test_json_has_exactly_the_names_of_the_contract_and_full_numbers() -> None:
    found = json.loads(output_of("run", "rushed-handoff", *FEW, "--json"))
    expected = simulate(load("rushed-handoff"), 60).as_dict()
    assert {"scenario", "hash", "seed", "engine", "replicates", "p_stay", "p_good", "outcomes", "causes"} <= set(found)
    assert {"delay_months", *SPREADS, "seconds"} <= set(found)
    assert found | {"seconds": 0} == expected | {"seconds": 0}
    for estimate in (found["p_stay"], found["p_good"], *found["outcomes"].values(), *found["causes"].values()):
        assert set(estimate) == {"estimate", "low", "high", "mcse", "n", "method"}
    for spread in (*(found[name] for name in SPREADS), *found["delay_months"].values()):
        assert set(spread) == {"p5", "p50", "p95", "mean"}
    assert set(found["delay_months"]) == {"goodness", "buying", "defence", "tests", "halts"}
    assert set(found["causes"]) == {hazard.name for hazard in load("rushed-handoff").hazards}
    assert all(set(loss) == {"estimate", "low", "high", "believed_safe"} for loss in found["losses"].values())
    assert all(math.isfinite(number) for number in numbers_in(found))
    assert sum(estimate["estimate"] for estimate in found["outcomes"].values()) == pytest.approx(1.0)
    lost = sum(loss["estimate"] for loss in found["losses"].values())
    assert lost + found["p_stay"]["estimate"] == pytest.approx(1.0)
    assert {"start", "scheming", "rival", "unresolved", "hazard misuse"} < set(found["losses"])


def numbers_in(found: Any) -> list[float]:
    if isinstance(found, dict | list):
        return [
            number for value in (found.values() if isinstance(found, dict) else found) for number in numbers_in(value)
        ]
    return [found] if isinstance(found, float | int) else []


def test_what_the_answer_hangs_on_is_told_unless_turned_off_or_the_run_is_a_small_one() -> None:
    enough = ("run", "baseline", "--replicates", "1000")
    told = json.loads(output_of(*enough, "--json"))
    assert len(told["hangs_on"]["most"]) == 2
    assert told["hangs_on"] == json.loads(output_of(*enough, "--seed", "2", "--json"))["hangs_on"]
    assert told["hangs_on"]["most"][0]["paths"][0] in output_of(*enough)
    assert "hangs_on" not in json.loads(output_of(*enough, "--no-look", "--json"))
    assert "What this hangs on" not in output_of(*enough, "--no-look")
    assert "What this hangs on" not in output_of("run", "baseline", *FEW)


def test_the_report_explains_every_word_that_the_essay_does_not_have() -> None:
    """Would catch an input or a term told bare: whoever has read the essay alone has never met any of these."""
    text = output_of("run", "rushed-handoff", "--replicates", "1000", "--seed", "3")
    hangs_on = " ".join(text.partition("What this hangs on most")[2].partition("How it ends")[0].split())
    assert "tax of broad alignment and tax of the capability profile (tax.broad_alignment with" in hangs_on
    explained = text.partition("What the words mean")[2]
    for row in resolved(load("rushed-handoff")):
        if row.tier == "core":
            assert f"\n{row.path}  " in explained
    for term in ("py (progress-year)", "margin", "tax", "aligned capability", "active defence", "hazard", "severity"):
        assert f"\n{term}  " in explained
    assert max(map(len, text.splitlines())) <= 100


def test_nobody_who_never_hands_off_stays_in_the_basin() -> None:
    """Would catch never handing off as good by definition: what is good about it is told with how it comes about."""
    result = call("run", "never-hand-off", *FEW)
    assert "nobody defers, so that p_stay is 0" in result.stderr
    found = json.loads(output_of("run", "never-hand-off", *FEW, "--json"))
    assert found["p_stay"]["estimate"] == 0.0
    assert found["losses"]["punted_before"]["estimate"] == found["outcomes"]["punted"]["estimate"] > 0.5
    assert found["p_good"]["estimate"] == pytest.approx(
        sum(found["outcomes"][end]["estimate"] for end in ("overtaken_safely", "punted", "stabilised", "ridden_out"))
    )


def test_the_same_run_gives_the_same_json_on_both_engines() -> None:
    first, again, events_engine = (
        json.loads(output_of("run", "five-hazards", *FEW, "--seed", "7", "--json", *more))
        for more in ((), (), ("--engine", "events"))
    )
    times = {"seconds": 0}
    assert first | times == again | times
    assert events_engine["engine"] == "events"
    assert events_engine | times | {"engine": "compiled"} == first | times


def test_the_report_tells_a_command_that_repeats_the_run() -> None:
    arguments = ("run", "baseline", *FEW, "--seed", "5", "--set", "rival.lead=1 to 3 months", "--set", "horizon=9")
    told = " ".join(output_of(*arguments).split()).partition("Repeat: ")[2]
    repeated = shlex.split(told)
    assert repeated[0] == "deference-sim"
    times = {"seconds": 0}
    found = json.loads(output_of(*repeated[1:], "--json"))
    assert found | times == json.loads(output_of(*arguments, "--json")) | times


def test_notices_go_to_standard_error_and_can_be_silenced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "is_cached", lambda *_: False)
    loud, quiet = (call("run", "baseline", *FEW, "--json", *more) for more in ((), ("--quiet",)))
    assert "Compiling" in loud.stderr
    assert quiet.stderr == ""
    assert json.loads(loud.stdout)["scenario"] == json.loads(quiet.stdout)["scenario"] == "baseline"


def test_measures_are_those_of_the_analysis() -> None:
    assert set(get_args(options.MeasureName)) == set(MEASURES)


# ---- bad input


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "rushed-handof"), "did you mean `rushed-handoff`?"),
        (("run", "nothing-like-it"), "see `deference-sim scenarios`"),
        (("run", "no/such/file.yaml"), "no/such/file.yaml"),
        (("run", "baseline", "--set", "rival.led=3"), "did you mean `rival.lead`?"),
        (("run", "baseline", "--set", "rival.lead"), "no `=`"),
        (("run", "baseline", "--set", "rival.lead=3 parsecs"), "rival.lead"),
        (("run", "baseline", "--set", "basin.width=-1"), "basin.width"),
        (("run", "baseline", "--replicates", "0"), "found 0; allowed: a whole number from 1"),
        (("run", "baseline", "--replicates", "1000000000000"), "found 1000000000000"),
        (("run", "baseline", "--replicates", "many"), "found many"),
        (("run", "baseline", "--seed", "-1"), "found -1; allowed: a whole number from 0"),
        (("run", "baseline", "--seed", str(2**128)), "allowed"),
        (("run", "baseline", "--engine", "fast"), "'compiled', 'events'"),
        (("run", "baseline", "--sed", "1"), "--seed"),
        (("run",), "SCENARIO"),
        (("fly", "baseline"), "fly"),
        (("trace", "baseline", "--replicate", "-1"), "found -1; allowed: a whole number from 0"),
        (("trace", "baseline", "--replicate", "1.5"), "found 1.5"),
        (("trace", "baseline", "--plot", "picture.xyz"), ".png, .pdf, .svg"),
        (("trace", "baseline", "--plot", "no-such-folder/x.png"), "no-such-folder"),
        (("trace", "baselin"), "did you mean `baseline`?"),
        (("parameters", "rival.leed"), "did you mean"),
        (("show", "baselin"), "did you mean `baseline`?"),
        (("show", "baseline", "--plot", "inputs.png"), "has no uncertain input to draw"),
        (("show", "uncertain-baseline", "--plot", "no-such-folder/x.png"), "no-such-folder"),
        (("diff", "baseline", "baselin"), "did you mean `baseline`?"),
        (("check", "no-such.yaml"), "no-such.yaml"),
    ],
)
def test_bad_input_is_met_with_plain_words_and_exit_code_2(arguments: tuple[str, ...], said: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stderr


def test_nothing_is_simulated_before_all_is_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("work began")

    monkeypatch.setattr("deference_sim.analysis.run.simulate", refuse)
    monkeypatch.setattr("deference_sim.analysis.trace.trace", refuse)
    assert call("run", "baseline", "--set", "tax.decline=high").exit_code == 2
    assert call("trace", "baseline", "--plot", str(tmp_path)).exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_no_traceback_reaches_the_terminal() -> None:
    result = process("run", "baseline", "--set", "rival.led=3")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1


def test_a_trajectory_that_cannot_be_integrated_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure.cannot_integrate(3, 1, 2.5)

    monkeypatch.setattr("deference_sim.analysis.run.simulate", fail)
    result = call("run", "baseline", *FEW, "--quiet")
    assert result.exit_code == 1
    assert result.stderr.startswith("replicate 3 (seed 1)")


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("deference_sim.analysis.run.simulate", fail)
    assert isinstance(call("run", "baseline", *FEW).exception, ValueError)


def test_interrupted_runs_exit_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("deference_sim.analysis.run.simulate", interrupt)
    result = call("run", "baseline", *FEW)
    assert result.exit_code == 130
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
@pytest.mark.parametrize("arguments", [("parameters", "--all"), ("show", "baseline"), ("--help",)])
def test_a_broken_pipe_is_met_in_silence(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(0.5); from deference_sim.cli import main; main()"]
    with subprocess.Popen(
        [*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == ""
    assert started.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_told() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-c", "from deference_sim.cli import main; main()", "parameters", "rival"]
        result = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 4
    assert result.stderr.startswith("cannot write: ")
    assert result.stderr.count("\n") == 1


# ---- light commands


HEAVY = ("numba", "scipy.stats", "matplotlib", "pandas", "simpy", "pyarrow", "distributed")


@pytest.mark.parametrize(
    "arguments", [("--help",), ("run", "--help"), ("batch", "--help"), ("check", "baseline"), ("parameters",)]
)
def test_light_commands_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    code = f"sys.argv[0] = 'x'\ntry:\n main()\nexcept SystemExit: pass\nprint([m for m in {HEAVY} if m in sys.modules])"
    result = process(*arguments, code="\n" + code)
    assert result.stdout.splitlines()[-1] == "[]", result.stderr


def test_the_version_is_told() -> None:
    assert output_of("--version") == f"deference-sim {__version__}\n"


def test_show_draws_uncertain_inputs(tmp_path: Path) -> None:
    picture = tmp_path / "inputs.svg"
    told = output_of("show", "baseline", "--set", "rival.lead=2 to 9 months", "--plot", picture)
    assert "2 to 9 months" in told
    assert "rival.lead" in picture.read_text("utf-8")


def test_help_lists_the_commands() -> None:
    told = output_of("--help")
    for command in ("run", "trace", "scenarios", "check", "parameters", "show", "diff"):
        assert f"  {command} " in told


# ---- trace


def test_trace_agrees_with_the_records_of_the_same_replicates() -> None:
    records = simulate(load("rushed-handoff"), 4, seed=2).records
    for replicate in range(4):
        found = json.loads(output_of("trace", "rushed-handoff", "--replicate", str(replicate), "--seed", "2", "--json"))
        assert found["outcome"] == records["outcome"][replicate]
        assert found["month"] == records["months"][replicate]
        assert found["replicate"] == replicate


def test_trace_tells_a_story_and_all_tells_every_entry() -> None:
    told = output_of("trace", "baseline", "--replicate", "1")
    everything = output_of("trace", "baseline", "--replicate", "1", "--all")
    for words in ("baseline, replicate 1 of seed 1:", "handoff: humans defer", "Why it ended:", "What it cost:"):
        assert words in told
        assert words in everything
    assert len(everything.splitlines()) > 2 * len(told.splitlines())
    assert "\x1b" not in told


def test_trace_saves_its_plot(tmp_path: Path) -> None:
    picture = tmp_path / "trajectory.png"
    output_of("trace", "baseline", "--plot", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_picture_has_the_title_size_and_dots_that_are_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "ends.png"
    asked = ("run", "baseline", *FEW, "--plot", str(file))
    output_of(*asked, "--title", "My own", "--size", "5x3", "--dpi", "60")
    assert plt.imread(file).shape[:2] == (180, 300)
    output_of(*asked, "--size", "6x4")
    assert plt.imread(file).shape[:2] == (1200, 1800), "journals ask for 300 dots per inch"
    vectors = tmp_path / "ends.svg"
    output_of("run", "baseline", *FEW, "--plot", str(vectors))
    assert "<svg" in vectors.read_text()
    for wrong, said in ((("--size", "5"), "such as 6x4"), (("--dpi", "1"), "from 20 to 2,400")):
        assert said in call(*asked, *wrong).stderr
    assert "give --plot FILE too" in call("run", "baseline", *FEW, "--title", "x").stderr


# ---- inputs


def test_scenarios_are_listed_in_groups_with_a_line_each() -> None:
    """Would catch a scenario that ships but is in no group, in two, or with a line too long for a terminal."""
    grouped = [name for summaries in GROUPS.values() for name in summaries]
    assert sorted(grouped) == sorted(shipped())
    lines = output_of("scenarios").splitlines()
    assert set(GROUPS) <= set(lines)
    for name, summary in ((name, line) for summaries in GROUPS.values() for name, line in summaries.items()):
        (told,) = (line for line in lines if line.split(maxsplit=1)[:1] == [name])
        assert told.split(maxsplit=1)[1] == summary
    assert max(map(len, lines)) <= 90


def test_lists_of_inputs_are_data_too(tmp_path: Path) -> None:
    listed = json.loads(output_of("scenarios", "--json"))["scenarios"]
    assert {one["name"]: one["hash"] for one in listed} == {name: load(name).hash for name in shipped()}
    told = json.loads(output_of("parameters", "--all", "--json"))["parameters"]
    assert [one["path"] for one in told] == [row.path for row in parameter_table()]
    shown = json.loads(output_of("show", "uncertain-baseline", "--json"))
    values = {one["path"]: one for one in shown["values"]}
    assert values["rival.lead"]["value"] == load("uncertain-baseline").uncertain["rival.lead"].specification()
    assert (values["horizon"]["value"], values["horizon"]["unit"]) == (120.0, "months")
    differing = json.loads(output_of("diff", "plan-a", "plan-b", "--json"))
    assert {"path": "rival.lead", "first": "120 months", "second": "24 months"} in differing["differences"]
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: 1\nrival: {leed: 3}\n")
    result = call("check", "baseline", bad, "--json")
    sound, wrong = json.loads(result.stdout)["files"]
    assert (result.exit_code, sound["sound"], sound["hash"], wrong["sound"]) == (2, True, load("baseline").hash, False)
    assert (wrong["problems"][0]["line"], wrong["problems"][0]["hint"]) == (2, "did you mean `lead`?")


def test_parameters_are_found_by_words_of_their_name_or_meaning() -> None:
    found = [one["path"] for one in json.loads(output_of("parameters", "schemer detect", "--json"))["parameters"]]
    assert "scheming.detection" in found
    assert "rival.lead" not in found
    assert call("parameters", "no such words").exit_code == 2


def test_a_file_to_begin_with_reads_back_and_names_the_schema(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(output_of("show", "five-hazards", "--yaml"))
    assert file.read_text().startswith("# yaml-language-server: $schema=deference-sim.schema.json\n")
    assert load(str(file)).hash == load("five-hazards").hash
    assert json.loads(output_of("schema")) == json.loads(json.dumps(json_schema()))


@pytest.mark.parametrize("command", list(EXAMPLES))
def test_examples_in_the_help_are_commands_that_can_be_given(command: str) -> None:
    """Would catch an example with an option or a value that is not there any more."""
    help_of = output_of(*([command.replace("_", "-")] if command else []), "--help")
    for example in EXAMPLES[command]:
        words = ["deference-sim", command.replace("_", "-"), example]
        assert " ".join(word for word in words if word) in " ".join(help_of.replace("\\\n", "").split())
        name, *arguments = [word for word in shlex.split(" ".join(words[1:]), comments=True) if word]
        given = arguments[: arguments.index(">")] if ">" in arguments else arguments
        typer.main.get_command(cli.app).commands[name].make_context(name, given)  # type: ignore[attr-defined]


def test_parameters_show_the_core_first_and_all_on_demand() -> None:
    core, everything = output_of("parameters"), output_of("parameters", "--all")
    rows = parameter_table()
    terms = [line for line in everything.splitlines() if line and not line.startswith(" ")]
    assert terms == [f"{row.path} ({row.label})" for row in rows]
    first = [f"{row.path} ({row.label})" for row in rows if row.tier == "core"]
    assert [line for line in core.splitlines() if line in terms] == first
    assert "more: --all" in core


def test_one_parameter_is_explained() -> None:
    told = " ".join(output_of("parameters", "rival.lead").split())
    (row,) = parameter_table("rival.lead")
    for part in (row.path, row.meaning, f"default {row.default}", row.range, f"{row.status}: {row.source}"):
        assert part in told
    assert {row.path for row in parameter_table("rival")} <= set(output_of("parameters", "rival").split())


def test_show_gives_every_value_with_its_source() -> None:
    told = output_of("show", "rushed-handoff", "--set", "tax.decline=0.1")
    scenario = load("rushed-handoff", set=["tax.decline=0.1"])
    lines = {line.split()[0]: line for line in told.splitlines() if line.strip()}
    for row in resolved(scenario):
        assert row.source.split(":")[0].split()[0] in lines[row.path]
    assert "0.1 per py" in lines["tax.decline"]
    assert "command line" in lines["tax.decline"]
    assert "rushed-handoff.yaml:" in lines["rival.lead"]
    assert scenario.hash in told


def test_diff_names_what_differs_and_nothing_else(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text(shipped()["baseline"].read_text().replace("name: baseline", "name: copy") + "rival: {lead: 3}\n")
    told = output_of("diff", "baseline", str(copy))
    assert told.startswith("1 input differs\n")
    assert [line.split() for line in told.splitlines()[2:]] == [["rival.lead", "4", "months", "3", "months"]]
    assert "mean the same" in output_of("diff", "baseline", "baseline")


def test_check_names_every_problem_of_every_file(tmp_path: Path) -> None:
    bad, worse = tmp_path / "bad.yaml", tmp_path / "worse.yaml"
    bad.write_text("schema: 1\nrival: {leed: 3}\nhorizon: -1\n")
    worse.write_text("schema: 1\ntax: {decline: x}\n")
    result = call("check", "baseline", str(bad), str(worse))
    assert result.exit_code == 2
    assert result.stdout.startswith("baseline: sound")
    assert [line.split("  ")[0] for line in result.stderr.splitlines()] == [
        f"{bad}:2:9",
        f"{bad}:3:10",
        f"{worse}:2:16",
    ]


def test_quiet_has_a_short_form() -> None:
    assert call("run", "never-hand-off", *FEW, "-q", "--no-look").stderr == ""
    assert "notice:" in call("run", "never-hand-off", *FEW, "--no-look").stderr


def test_a_word_that_no_parameter_has_is_told_with_where_all_are() -> None:
    result = call("parameters", "zzzz")
    assert result.exit_code == 2
    assert "see `deference-sim parameters --all`" in result.stderr
