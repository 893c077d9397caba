"""The commands about batches: exit codes, plain words, and recovery commands that work when they are typed."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from deference_sim import cli
from deference_sim.analysis.sensitivity import sensitivity
from deference_sim.batches import files, lock
from deference_sim.batches.files import read_json
from deference_sim.batches.lock import locked
from deference_sim.cli.pace import LINE_SECONDS, Lines
from deference_sim.scenario import load

from .commands import call

ROOT = Path(cli.__file__).parents[2]
MAIN = (sys.executable, "-c", "from deference_sim.cli import main; main()")
TINY = "schema: 1\nscenarios: [baseline, rushed-handoff]\nreplicates: 30\n"
LONG = "schema: 1\nscenarios: [baseline]\nsweep: {rival.lead: [1, 2, 3, 4, 5, 6, 7, 8]}\nreplicates: 800\n"


def heed_interrupts() -> None:
    """Undo that a program which is run in the background inherits: it would never hear of an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(*arguments: object, **more: object) -> "subprocess.Popen[str]":
    command = [*MAIN, *map(str, arguments)]
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "preexec_fn": heed_interrupts} | more
    return subprocess.Popen(command, cwd=ROOT, text=True, **piped)  # type: ignore[call-overload, no-any-return]


def told_command(text: str) -> list[str]:
    """Return the arguments of the command that a message tells to go on with."""
    (line,) = re.findall(r"^  deference-sim (.*)$", text, re.MULTILINE)
    return shlex.split(line)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY)
    return file


@pytest.fixture
def done(tiny: Path, tmp_path: Path) -> Path:
    out = tmp_path / "it's done"
    assert call("batch", tiny, "--out", out, "--quiet").exit_code == 0
    return out


# ---- a batch from beginning to end


def test_a_batch_tells_its_size_first_and_its_tables_last(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["deference-sim", "batch", str(tiny), "--out", str(out)])  # as it was typed
    result = call("batch", tiny, "--out", out, "--seed", "5", "--set", "horizon=40 months")
    assert result.exit_code == 0
    assert re.search(r"tiny: 2 points, 2 runs of 30 futures: about \d+ s and 0\.\d MB", result.stderr)
    assert "30 futures at each point; 95 % intervals" in result.stdout
    assert "reference" in result.stdout
    (session,) = read_json(out / "provenance.json")["sessions"]
    assert session["command"] == f"deference-sim batch {tiny} --out {out}"
    assert "horizon: 40 months" in read_json(out / "plan.json")["points"][0]["scenario"]
    again = call("batch", tiny, "--out", out, "--seed", "5", "--set", "horizon=40 months", "--json")
    assert "all there" in again.stderr
    found = json.loads(again.stdout)
    assert (found["missing"], found["failed"], found["seeds"]) == (0, [], ["5"])
    assert [point["scenario"] for point in found["points"]] == ["baseline", "rushed-handoff"]


def test_a_finished_batch_is_verified_done_again_and_merged(done: Path) -> None:
    assert call("verify", done).stdout == "All is well: 2 chunks are as written, 0 replicates are missing\n"
    assert call("rerun", done).stdout == "Every bit is the same: 2 of 2 chunks are the same, 0 replicates are missing\n"
    assert json.loads(call("rerun", done, "--json").stdout)["same"] == 2
    assert call("merge", done).exit_code == 0
    assert len(list((done / "runs").glob("*.parquet"))) == 2
    assert json.loads(call("verify", done, "--json").stdout) == {
        "folder": str(done),
        "chunks": 2,
        "missing": 0,
        "damaged": {},
        "foreign": {},
    }


def test_shards_have_folders_of_their_own(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for part in (1, 2):
        assert call("batch", tiny, "--out", out, "--shard", f"{part}/2").exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == ["shard-1-of-2", "shard-2-of-2"]
    assert call("merge", out).exit_code == 0
    assert call("verify", out).exit_code == 0
    assert len(list((out / "runs").glob("*.parquet"))) == 2


def test_sensitivity_studies_are_done_once_and_told_in_tables(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.write_text(TINY + "sensitivity: [{method: tornado, replicates: 16, inputs: [rival.lead]}, tornadoo]\n")
    result = call("batch", tiny, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert f"{tiny}:4:" in result.stderr
    tiny.write_text(TINY + "sensitivity: [{method: tornado, replicates: 16, inputs: [rival.lead]}]\n")
    assert call("batch", tiny, "--out", tmp_path / "out").exit_code == 0
    tables = tmp_path / "out" / "tables"
    expected = sensitivity(load("baseline"), "tornado", replicates=16, inputs=["rival.lead"])
    found = pd.read_parquet(tables / "sensitivity-baseline-tornado.parquet")
    assert list(found["swing"]) == list(expected.table["swing"])
    assert list(found["swing_low"]) == list(expected.table["swing_low"])
    for form in ("csv", "md", "tex"):
        assert "rival.lead" in (tables / f"sensitivity-rushed-handoff-tornado.{form}").read_text()
    assert "95 % intervals" in (tables / "sensitivity-baseline-tornado.md").read_text()
    before = {path.name: path.read_bytes() for path in tables.iterdir()}
    monkeypatch.setattr("deference_sim.batches.studies.carry_out", None)  # what is kept is not done again
    assert call("resume", tmp_path / "out").exit_code == 0
    assert {path.name: path.read_bytes() for path in tables.iterdir()} == before
    assert call("verify", tmp_path / "out").exit_code == 0


# ---- what goes wrong, and its exit code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--shard", "3/2"), "found 3/2; allowed: i/N"),
        (("--shard", "1"), "found 1; allowed: i/N"),
        (("--replicates", "0"), "allowed: a whole number from 1"),
        (("--seed", "-1"), "allowed: a whole number from 0"),
        (("--set", "rival.led=3"), "did you mean `rival.lead`?"),
        (("--cluster", "nowhere"), "nowhere"),
    ],
)
def test_bad_input_is_told_and_nothing_is_made(
    tiny: Path, tmp_path: Path, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deference_sim.batches.cluster.CONNECT_SECONDS", 0.2)
    result = call("batch", tiny, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2, result.output
    assert said in result.stderr
    assert not list(tmp_path.glob("out/chunks/*"))


def test_no_batch_and_another_batch_are_conflicts(tiny: Path, done: Path, tmp_path: Path) -> None:
    for command in ("resume", "verify", "rerun", "merge"):
        result = call(command, tmp_path)
        assert result.exit_code == 3
        assert "holds no batch" in result.stderr
    tiny.write_text(TINY + "set: {basin.width: 0.31 py}\n")
    result = call("batch", tiny, "--out", done)
    assert result.exit_code == 3
    assert "baseline: basin.width: 0.25 py in the folder, 0.31 py now" in result.stderr


def test_a_folder_in_use_is_a_conflict(done: Path) -> None:
    if lock.fcntl is None:
        pytest.skip("needs flock")
    with locked(done):
        result = call("resume", done)
    assert result.exit_code == 3
    assert f"in use by process {os.getpid()}" in result.stderr


def test_a_full_disk_is_told_with_a_command_that_goes_on(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "name with 'quotes'"
    files._counts.clear()
    monkeypatch.setenv("DEFSIM_FAILPOINT", "write@3:full")
    result = call("batch", tiny, "--out", out)
    assert result.exit_code == 4
    assert "No space left on device" in result.stderr
    monkeypatch.delenv("DEFSIM_FAILPOINT")
    assert call(*told_command(result.stderr)).exit_code == 0
    assert call("verify", out).exit_code == 0


def test_damage_and_gaps_are_told_with_a_command_that_mends_them(done: Path) -> None:
    plan = (done / "plan.json").read_bytes()
    (done / "plan.json").write_bytes(plan[:-7])
    for command in ("verify", "resume", "rerun"):
        result = call(command, done)
        assert result.exit_code == 4
        assert "repeat the `deference-sim batch` command" in result.stderr
    (done / "plan.json").write_bytes(plan)
    (path, other) = sorted(done.glob("chunks/*/*"))
    path.write_bytes(path.read_bytes()[:-5])
    result = call("verify", done)
    assert result.exit_code == 4
    assert f"{path}: it is cut short" in result.stdout
    assert call(*told_command(result.stderr)).exit_code == 0
    assert call("verify", done).exit_code == 0
    other.unlink()
    result = call("merge", done)
    assert result.exit_code == 75
    assert "30 replicates are missing" in result.stderr
    assert call("rerun", done).exit_code == 75
    assert call(*told_command(result.stderr)).exit_code == 0
    assert call("merge", done).exit_code == 0


def test_chunks_that_cannot_be_made_are_listed(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from deference_sim.batches import work

    def failing(task: object, stopped: object) -> bytes:
        raise MemoryError("none left")

    monkeypatch.setattr(work, "made", failing)
    result = call("batch", tiny, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.count("MemoryError: none left") == 2
    monkeypatch.undo()
    assert call(*told_command(result.stderr)).exit_code == 0


# ---- signals, logs and surroundings


def wait_for_a_chunk(out: Path, process: "subprocess.Popen[str]") -> None:
    for _ in range(1_200):
        if list(out.glob("chunks/*/*.parquet")):
            return
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("no chunk came")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are otherwise there")
def test_an_interrupted_batch_says_how_to_go_on_and_that_works(tmp_path: Path) -> None:
    file, out = tmp_path / "long.yaml", tmp_path / "my results"
    file.write_text(LONG)
    process = started("batch", file, "--out", out, start_new_session=True)
    wait_for_a_chunk(out, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "stopped by SIGINT" in said
    with pytest.raises(ProcessLookupError):  # nobody is left of its group
        os.killpg(process.pid, 0)
    there = {path: path.stat().st_ino for path in out.glob("chunks/*/*.parquet")}
    assert 0 < len(there) < 8
    assert call(*told_command(said)).exit_code == 0
    assert {path: path.stat().st_ino for path in there} == there
    assert len(list(out.glob("chunks/*/*.parquet"))) == 8


@pytest.mark.skipif(sys.platform == "win32", reason="signals are otherwise there")
@pytest.mark.parametrize(
    ("signals", "code"),
    [((signal.SIGTERM,), 143), ((signal.SIGINT, signal.SIGINT), -signal.SIGINT)],
)
def test_sigterm_ends_in_good_order_and_a_second_signal_at_once(
    tmp_path: Path, signals: tuple[signal.Signals, ...], code: int
) -> None:
    file, out = tmp_path / "long.yaml", tmp_path / "out"
    file.write_text(LONG + "engine: events\n")
    process = started("batch", file, "--out", out, "--quiet")
    for _ in range(1_200):
        if (out / "plan.json").exists():
            break
        time.sleep(0.05)
    for one in signals:
        process.send_signal(one)
        time.sleep(0.05)
    process.communicate(timeout=60)
    assert process.returncode == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_surroundings_change_no_bytes_and_a_log_that_is_full_hides_nothing(
    tiny: Path, done: Path, tmp_path: Path
) -> None:
    out = tmp_path / "elsewhere"
    odd = {"LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0"}
    with open("/dev/full", "w") as full:
        process = started("batch", tiny, "--out", out, stderr=full, env=os.environ | odd)
        process.communicate(timeout=120)
    assert process.returncode == 0
    names = [path.relative_to(done) for path in done.glob("*/**/*") if path.is_file()]
    assert len(names) == 7
    for name in names:
        assert (out / name).read_bytes() == (done / name).read_bytes()


def test_lines_of_progress_tell_rate_and_remaining_time_once_a_minute() -> None:
    said: list[str] = []
    clock = [0.0]
    lines = Lines(10_000, said.append, lambda: clock[0])
    for second in range(1, 131):
        clock[0] = float(second)
        lines.tick(50)
    assert said == [
        "3,000 of 10,000 futures, 50 a second, about 2 min left",
        "6,000 of 10,000 futures, 50 a second, about 80 s left",
    ]
    assert LINE_SECONDS == 60.0


def test_the_file_is_read_once(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is edited while the work goes on changes nothing: the folder holds the plan as it was read."""
    from deference_sim.batches import session

    work = session.work_off

    def edit_first(*arguments: object, **named: object) -> object:
        tiny.write_text("schema: 1\nscenarios: [no-basin]\n")
        return work(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(session, "work_off", edit_first)
    found = json.loads(call("batch", tiny, "--out", tmp_path / "out", "--json").stdout)
    assert [point["scenario"] for point in found["points"]] == ["baseline", "rushed-handoff"]


def test_a_batch_file_that_is_not_there_is_called_one(tmp_path: Path) -> None:
    result = call("batch", tmp_path / "gone.yaml", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.endswith("allowed: a batch file\n")
