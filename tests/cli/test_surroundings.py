"""Odd streams, settings and names of files: the command line gives an answer or a sentence, no traceback."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deference_sim.cli.repeat import in_shell

from .commands import call

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="streams and names of files are others there")

COMMAND = f'exec "{sys.executable}" -c "from deference_sim.cli import main; main()"'
FEW = "run baseline --replicates 5 --no-look"


def shell(line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line with redirections, as a shell understands them."""
    here = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | environment
    return subprocess.run(
        ["sh", "-c", f"{COMMAND} {line}"],
        cwd=folder,
        env=here,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_stop_nothing(closed: str, tmp_path: Path) -> None:
    """Would catch printing to what is not there, and a result's file that gets the number of a closed stream."""
    result = shell(f"{FEW} --out kept {closed}", tmp_path)
    assert (result.returncode, result.stderr.count("Traceback")) == (0, 0)
    assert json.loads((tmp_path / "kept" / "result.json").read_text())["replicates"] == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]


def test_json_stands_alone_where_notices_cannot_be_told(tmp_path: Path) -> None:
    result = shell(f"{FEW} --set horizon=0.1 --json 2>&-", tmp_path)
    assert json.loads(result.stdout)["replicates"] == 5


@pytest.mark.parametrize("setting", [{"MPLBACKEND": "nonsense"}, {"MATPLOTLIBRC": "rc"}])
def test_pictures_do_not_hang_on_the_settings_of_the_machine(setting: dict[str, str], tmp_path: Path) -> None:
    """Would catch a user's settings that ask for TeX, for another backend, or for another size."""
    (tmp_path / "rc").write_text("text.usetex: True\nsavefig.dpi: 30\n")
    for name, environment in (("usual", {}), ("odd", setting)):
        result = shell(f"trace baseline --plot {name}.png", tmp_path, **environment)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "odd.png").read_bytes() == (tmp_path / "usual.png").read_bytes()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited otherwise there")
@pytest.mark.parametrize("command", [FEW, "sweep baseline --over rival.lead=1,2 --replicates 5 --plot x.png",
                                     "discover baseline --replicates 128", "check baseline"])  # fmt: skip
@pytest.mark.parametrize("kilobytes", [250_000, 400_000])
def test_too_little_memory_is_told_in_a_sentence(command: str, kilobytes: int, tmp_path: Path) -> None:
    """Would catch the traceback of whatever library runs out of memory first, and a wait that has no end."""
    result = subprocess.run(
        ["sh", "-c", f"ulimit -v {kilobytes}; {COMMAND} {command}"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in result.stderr
    assert "of memory are allowed (ulimit -v)" in result.stderr
    assert result.returncode == 0 or "memory" in result.stderr.splitlines()[-1]


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_a_name_that_is_no_utf_8_is_shown_escaped(tmp_path: Path) -> None:
    name = b"\xe9.yaml"
    (tmp_path / os.fsdecode(name)).write_text("schema: 1\nextends: baseline\n")
    result = shell(f"{FEW.replace('baseline', os.fsdecode(name))} --out kept", tmp_path, PYTHONUTF8="1")
    assert result.returncode == 0, result.stderr
    for file in ("report.html", "report.md", "provenance.json"):
        (tmp_path / "kept" / file).read_text(encoding="utf-8")
    command = json.loads((tmp_path / "kept" / "provenance.json").read_text(encoding="utf-8"))["command"]
    assert command == r"deference-sim run $'\xe9.yaml' --replicates 5 --seed 1"


def test_a_sound_file_of_any_name_is_told_so_that_the_command_can_be_repeated(tmp_path: Path) -> None:
    """Would catch an escape sequence that is printed as it is, in the answer or in the command that repeats it."""
    name = "a\x1b[31m'red\\\n.yaml"
    (tmp_path / name).write_text("schema: 1\nextends: baseline\n")
    for command in ("check", "tax"):
        result = shell(f"{command} {shlex.quote(name)}", tmp_path)
        assert result.returncode == 0, result.stderr
        assert "\x1b" not in result.stdout + result.stderr
    assert r"deference-sim tax $'a\x1b[31m\'red\\\x0a.yaml'" in " ".join(result.stdout.split())
    bash = shutil.which("bash")
    if bash:
        told = subprocess.run([bash, "-c", f"printf %s {in_shell(name).partition(' ')[2]}"], capture_output=True)
        assert told.stdout.decode() == name


@pytest.mark.parametrize("option", ["--plot x.png", "--table x.csv", "--plot ro/x.png"])
def test_a_file_that_cannot_be_written_is_refused_before_any_work(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch an answer that is found, and then lost; whoever runs the tests may be one who can write anywhere."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ro").mkdir()
    (tmp_path / "x.png").touch()
    monkeypatch.setattr("deference_sim.cli.output.os.access", lambda path, mode: mode == os.R_OK)
    result = call("sweep", "baseline", "--over", "rival.lead=1,2", "--replicates", "10000000", *option.split())
    assert result.exit_code == 2
    assert "cannot be written: name another file" in " ".join(result.stderr.split())


def test_a_name_cannot_command_the_terminal(tmp_path: Path) -> None:
    name = "a\x1b[31mred.yaml"
    (tmp_path / name).write_text("schema: 1\nhorizn: 3\n")
    for command in ("check", "run", "show"):
        result = shell(f"{command} '{name}'", tmp_path)
        assert result.returncode != 0
        assert "\x1b" not in result.stdout + result.stderr
        assert "a\\u001b[31mred.yaml:2:1" in result.stdout + result.stderr


@pytest.mark.parametrize(
    "typed",
    [("run", "baseline", "--f\x1b[31m"), ("run", "baseline", "x\x1b[31m"), ("\x1b[31m",), ("--\x1b[31m",),
     ("run", "baseline", "--replicates", "\x1b[31m"), ("run", "baseline", "--engine", "\x1b[31m"),
     ("takeoff", "\x1b[31m"), ("resume", "\x1b[31m"), ("export", "baseline", "--out", "no/\x1b[31m")],
)  # fmt: skip
def test_what_is_refused_cannot_command_the_terminal(typed: tuple[str, ...]) -> None:
    """Would catch a name that is printed as it is, by us or by what reads the command line."""
    result = call(*typed)
    assert result.exit_code in (2, 3)
    assert "\x1b" not in result.output
    assert re.search(r"\\(u001b|x1b)\[31m", result.stderr)
    assert "Value error" not in result.stderr
