"""A mechanism added as the guide says: declared in at most five files, it runs on both engines and shows everywhere.

The changes are read from docs/how-to/add-a-mechanism.md and made in a copy of the package.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how-to" / "add-a-mechanism.md"
MOST_FILES = 5

WITH_IT = '{"candour.growth": 1.0, "candour.use": 1.0, "candour.reliance": 0.5, "candour.exposure_rate": 0.5}'
SHOWN = f"""
import dataclasses
import numpy as np
import deference_sim as ds
from deference_sim.analysis.influences import influences
from deference_sim.engines import compiled
from deference_sim.engines.events import World
from deference_sim.engines.law import on_arrays, plain_law
from deference_sim.study.runner import hazard_names, numbers_of
from types import SimpleNamespace

plain = ds.load("baseline")
scenario = plain.with_(**{WITH_IT})
replicates = np.arange(40)
numbers = numbers_of(scenario, 1, replicates)
records = compiled.run_replicates(*numbers, 1, replicates)

# The same bits from the events engine, on the law as plain Python.
law = SimpleNamespace(**{{name: on_arrays(function) for name, function in vars(plain_law()).items()}})
P, H = numbers
for replicate in range(3):
    world = World(law, P[:1].copy(), H[0], hazard_names(scenario), 1, replicate, log=True)
    record = world.run_to_the_end()
    assert record.tobytes() == records[replicate : replicate + 1].tobytes(), replicate

# It is not inert: the stock moves, the process fires, broad alignment and the sharing of effort change, where AIs last.
without = ds.simulate(plain, 40, engine="compiled").records
assert (records["K"] > 0.1).mean() > 0.8 and records["exposures"].sum() > 10
last = records["months"] > 3.0
assert last.sum() > 30 and (np.abs(records["A"] - without["A"])[last] > 1e-3).all()
mine = ds.simulate(scenario.with_(**{{"candour.reliance": 0.0}}), 40).records
assert (mine["delay_goodness"] != records["delay_goodness"])[last].all()
assert np.array_equal(ds.simulate(plain.with_(**{{"candour.use": 3.0}}), 40).records["A"], without["A"])  # it is off

# It shows: in records and reports, in the story, in diagrams.
result = ds.simulate(scenario, 200)
assert "AI exposed unjustly" in result._repr_html_()
told = [ds.simulate(scenario, 20).trace(replicate) for replicate in range(5)]
assert any("exposed" in set(one.log["event"]) for one in told) and "K" in told[0].log
assert any("an AI is exposed unjustly (time 1): candour falls to" in one._repr_html_() for one in told)
found = influences(scenario)
assert found.polarity("K", "A") == "+" and found.polarity("K", "effort on goodness") == "−"
assert found.polarity("effort on goodness", "K") == "+" and found.polarity("pace", "exposure") == "+"
assert not any("K" in link for link in influences(plain).signs if link[1] not in ("K",))
import matplotlib
matplotlib.use("Agg")
words = {{text.get_text().replace("\\n", " ") for text in ds.plot.causal_loops(scenario).texts}}
assert {{"candour K", "unjust exposure"}} <= words
assert "candour K" in {{text.get_text() for text in ds.plot.stocks_and_flows(scenario).texts}}

# Its units are checked: they agree, and a mistake is found where it is.
import inspect
from deference_sim.model.candour import candour_rate
from validation.units.checking import check
checked = check()
assert not checked.findings and not checked.not_run and "help_of_candour" in checked.units
(finding,) = check({{"candour_rate": inspect.getsource(candour_rate).replace(" * now.pace", "")}}).findings
assert finding.function == "candour_rate" and set(finding.units) == {{"1/py", "1/month"}}

# The live page finds its loops.
from deference_sim.live.kernel import moment_text
from deference_sim.live.kernel.facts import facts
assert "function candour_rate(" in moment_text() and "K" in facts()["loops"]["started"]
print("shown")
"""


def changes() -> dict[str, list[tuple[str, str]]]:
    """Return for each file that the guide changes what is replaced by what; a new file replaces nothing."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, block in re.findall(r"```(diff|python)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        first, _, rest = block.partition("\n")
        if kind == "python":
            found[first.removeprefix("# ")] = [("", rest)]
            continue
        pairs = re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", rest, re.MULTILINE)
        found[first] = [tuple(re.sub(r"^[-+]", "", part, flags=re.MULTILINE)[:-1] for part in pair) for pair in pairs]
    return found


def with_changes(folder: Path, leave_out: str = "") -> Path:
    """Copy the package into ``folder`` and make the changes of the guide, without those that hold ``leave_out``."""
    for name in ("deference_sim", "scenarios", "validation"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, pairs in changes().items():
        path = folder / name
        for old, new in pairs:
            text = path.read_text(encoding="utf-8") if old else ""
            assert not old or text.count(old) == 1, f"{name} does not have {old!r} once"
            path.write_text(text.replace(old, new) if old else new, encoding="utf-8")
    return folder


def run(tree: Path, code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(tree), "XDG_CACHE_HOME": str(tree / ".cache")}
    return subprocess.run([sys.executable, "-c", code], cwd=tree, env=environment, capture_output=True, text=True)


def test_the_guide_touches_few_files() -> None:
    assert 1 < len(changes()) <= MOST_FILES


def test_a_mechanism_added_as_the_guide_says_runs_and_shows(tmp_path: Path) -> None:
    done = run(with_changes(tmp_path), SHOWN)
    assert done.stdout == "shown\n", done.stderr


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('unit="1", words="candour K"', 'words="candour K"', "unit"),
        ('unit="1", words="candour K"', 'unit="lots", words="candour K"', "the stock K has the unit 'lots'"),
        ("@flow(K)", "@equation", "nothing moves K"),
        ("    turn=STEADY,\n", "", "turn"),
        ("    stage=OUTBREAK_STAGE,\n", "", "stage"),
        (', "an AI is exposed unjustly (time {item}): candour falls to {value:.2f}"', "", "sentence"),
        ('    counter=counter("exposures", "AI exposed unjustly"),\n', "", "counter"),
        ('counter("exposures", "AI exposed unjustly")', '"exposures"', "counter"),
        ("stream=EXPOSURE", "stream=13", "a name and a stream of its own"),
        ('"exposure",\n', '"theft",\n', "a name and a stream of its own"),
    ],
)
def test_what_is_missing_is_an_error_at_import(old: str, new: str, told: str, tmp_path: Path) -> None:
    """Would catch a declaration that is left out and passed over in silence."""
    tree = with_changes(tmp_path)
    mechanism = tree / "deference_sim" / "model" / "candour.py"
    text = mechanism.read_text(encoding="utf-8")
    assert text.count(old) == 1
    mechanism.write_text(text.replace(old, new), encoding="utf-8")
    done = run(tree, "import deference_sim.trajectory.instant")
    assert done.returncode == 1
    assert told in done.stderr.splitlines()[-1]
