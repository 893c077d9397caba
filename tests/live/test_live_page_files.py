"""The live page as a file: what is in it, what it may do, how it is made.

Would catch: a policy that allows more than it needs or not what it needs, a name or a description that ends the element
it stands in, an address of another server, a page that outgrows what may be sent by mail, a name that hides another.
"""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import deference_sim as ds

from ..cli.commands import call

ROOT = Path(__file__).resolve().parents[2]
MOST = 2_000_000  # bytes


@pytest.fixture(scope="module")
def html(page_file: Path) -> str:
    return page_file.read_text("utf-8")


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    return dict(json.loads(found.group(1)))


def view_of(html: str) -> dict[str, object]:
    view = data_of(html)["view"]
    assert isinstance(view, dict)
    return view


def test_the_policy_allows_this_script_and_this_style_alone(html: str) -> None:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert found
    rules = dict(rule.split(" ", 1) for rule in found.group(1).split("; "))
    assert rules["default-src"] == "'none'" == rules["connect-src"]
    assert rules["worker-src"] == "blob:"
    parts = {"script": re.findall(r"<script>(.*?)</script>", html, re.DOTALL)}
    parts["style"] = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    for name, texts in parts.items():
        (text,) = texts
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[f"{name}-src"].split() == [f"'sha256-{digest}'", *(["'wasm-unsafe-eval'"] * (name == "script"))]
    assert "unsafe-inline" not in found.group(1)
    assert not re.search(r"[^-]\beval\(|new Function\(", "".join(parts["script"]))
    assert not re.search(r"""<[^>]*\s(on\w+|style)=""", html.replace(parts["script"][0], ""))


def test_it_is_small_and_asks_for_nothing(html: str) -> None:
    assert len(html.encode()) < MOST
    assert re.findall(r"""(?:src|href)=["']?(?!data:|#)[^"' >]+""", html.split("<script>")[0]) == []


def test_what_a_scenario_says_cannot_leave_its_place(html: str, own_scenario: Path) -> None:
    assert "<script>document.title" not in html
    presets = data_of(html)["presets"]
    assert isinstance(presets, list)
    assert presets[0]["description"] == " ".join(ds.load(own_scenario).description.split())
    assert len(presets) > 40
    assert presets[1]["name"] == "baseline"


def test_a_folder_holds_the_same_as_files(tmp_path: Path) -> None:
    made = ds.page("rushed-handoff", out=tmp_path / "site", folder=True)
    assert {file.name for file in (tmp_path / "site").iterdir()} == set(made.files)
    assert set(made.files) == {"index.html", "page.js", "page.css", "kernel.wasm"}
    assert made.files["kernel.wasm"].startswith(b"\0asm")
    assert "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'" in made.html


def test_a_changed_scenario_of_a_shipped_name_gets_a_name_of_its_own() -> None:
    changed = ds.load("baseline").with_(**{"rival.lead": 3.0})
    assert view_of(ds.page(changed).html)["preset"] == "baseline (as given)"
    with pytest.raises(ValueError, match="two scenarios are called"):
        ds.page(changed, ds.load("baseline").with_(**{"rival.lead": 2.0}))


def test_a_page_begins_with_what_it_is_told() -> None:
    made = ds.page("rushed-handoff", "baseline", set=["rival.lead=1 month"], replicates=2000, seed=7, against=True)
    view = view_of(made.html)
    other = {"preset": "baseline", "settings": [["rival.lead", "1 month"]]}
    assert (view["preset"], view["settings"], view["against"]) == ("rushed-handoff", other["settings"], other)
    assert (view["worlds"], view["seed"]) == (2000, 7)
    with pytest.raises(ValueError, match="replicates: found 1000000; allowed: a whole number from 100 to 100,000"):
        ds.page(replicates=1_000_000)
    with pytest.raises(ds.ScenarioError, match="unknown parameter"):
        ds.page("baseline", set=["rival.led=3"])
    assert ds.explore("rushed-handoff", 2000, 7).html == ds.page("rushed-handoff", replicates=2000, seed=7).html


def test_the_command_writes_it_and_says_where(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    done = call("page", "rushed-handoff", "--out", file)
    assert (done.exit_code, done.stdout.split(" (")[0]) == (0, f"Written: {file}")
    assert view_of(file.read_text("utf-8"))["preset"] == "rushed-handoff"
    assert call("page", "rushed-handof", "--out", file).exit_code == 2
    refused = call("page", "--out", tmp_path / "no" / "such" / "page.html")
    assert refused.exit_code == 2
    assert "No such file" in refused.output


def test_an_installed_wheel_makes_a_page_with_nothing_on_the_path(tmp_path: Path, page_file: Path) -> None:
    """Would catch users who need Node or a network, because what is built was left out of what they install."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""})
    assert done.returncode == 0, done.stderr
    (source,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"deference_sim/live/built/{name}" for name in ("page.js", "worker.js", "licences.txt")} <= held
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = "import sys, deference_sim as ds; ds.page('baseline', out=sys.argv[1]); print(ds.__file__)"
    environment = {"PYTHONPATH": str(tmp_path / "site"), "PATH": "", "HOME": str(tmp_path)}
    command = [sys.executable, "-B", "-c", code, str(tmp_path / "page.html")]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith(str(tmp_path / "site"))
    parts = [file.read_text("utf-8").split("<script>")[1] for file in (tmp_path / "page.html", page_file)]
    assert parts[0] == parts[1]
