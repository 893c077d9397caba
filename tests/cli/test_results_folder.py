"""Results folders: a report that stands alone, and a folder that is whole or not touched.

Would catch: a page that loads something from a network, a name that is not escaped, a figure or an input left out of
the report, files of two results mixed, a folder of the user's overwritten, anything half-written after an error.
"""

import json
import re
import shlex
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from deference_sim.cli.folder import save_folder
from deference_sim.pages import files
from deference_sim.pages.layout import Entry, Heading, Paragraph, Table
from deference_sim.scenario import load
from deference_sim.scenario.listing import resolved
from deference_sim.study.provenance import provenance

from .commands import call, without_times

SWEEP = ("sweep", "rushed-handoff", "--over", "rival.lead=1:4 months:3", "--replicates", "40", "--quiet")
MOST = 3_000_000  # bytes of a report
HOSTILE = '<script>alert("1")</script> & <img src=x onerror=y> | [a](b) `c` *d* ~e~'


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Reader(HTMLParser):
    """All tags with their attributes, and all text, of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data + " "


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("results") / "of a run"
    settings = ("--set", "rival.lead=2 to 5 months", "--replicates", "40", "--quiet")
    result = call("run", "rushed-handoff", *settings, "--out", str(folder))
    assert result.exit_code == 0, result.output
    return contents(folder) | {"printed": result.stdout.encode()}


def test_the_page_stands_alone(whole: dict[str, bytes]) -> None:
    page = Reader(whole["report.html"].decode())
    assert "default-src 'none'" in str([attributes for tag, attributes in page.tags if tag == "meta"])
    assert {tag for tag, _ in page.tags} & {"script", "link", "object", "base", "form", "a"} == set()
    sources = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "href")]
    pictures = [b64decode(str(source).removeprefix("data:image/png;base64,"), validate=True) for source in sources]
    names = ("outcomes_over_time", "trajectories", "effort_over_time", "loops")
    assert pictures == [whole[f"{name}.png"] for name in names]
    assert "url(" not in files.STYLE
    assert "@import" not in files.STYLE


def test_the_live_page_stands_in_it_with_what_was_asked_and_may_run_its_own_script_alone(
    whole: dict[str, bytes],
) -> None:
    """Would catch: a page of another scenario than the report's, or of other worlds; rights that it does not need."""
    page = Reader(whole["report.html"].decode())
    (frame,) = [attributes for tag, attributes in page.tags if tag == "iframe"]
    assert frame["sandbox"] == "allow-scripts allow-downloads"
    inside = str(frame["srcdoc"])
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', inside, re.DOTALL)
    assert found
    view = json.loads(found.group(1))["view"]
    assert view["preset"] == "rushed-handoff"
    assert (view["settings"], view["seed"]) == ([["rival.lead", "2 to 5 months"]], 1)
    (script,) = re.findall(r"<script>(.*?)</script>", inside, re.DOTALL)
    named = b64encode(sha256(script.encode()).digest()).decode()
    policy = next(str(attributes["content"]) for tag, attributes in page.tags if "http-equiv" in attributes)
    assert policy == f"{files.POLICY}; script-src 'sha256-{named}' 'wasm-unsafe-eval'; worker-src blob:"
    assert len(whole["report.html"]) < MOST
    assert b"iframe" not in whole["report.md"]


def test_a_report_where_no_page_can_be_built_is_whole_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deference_sim.live import building, page

    def missing() -> None:
        raise building.PageMissing("there is no Node")

    monkeypatch.setattr(page, "scripts", missing)
    done = call("compare", "rushed-handoff", "baseline", "--replicates", "20", "--out", str(tmp_path / "found"))
    assert done.exit_code == 0
    assert "the report has no live page in it: there is no Node" in done.stderr
    assert "<iframe" not in (tmp_path / "found" / "report.html").read_text("utf-8")


def test_both_pages_say_what_was_printed_with_all_inputs_and_where_it_came_from(whole: dict[str, bytes]) -> None:
    page = Reader(whole["report.html"].decode()).words
    markdown = re.sub(r"\\(.)", r"\1", whole["report.md"].decode()).replace("&amp;", "&")
    made_by = json.loads(whole["provenance.json"])
    scenario = load("rushed-handoff", set=["rival.lead=2 to 5 months"])
    for text in (page, markdown):
        folded = " ".join(text.split())
        for row in resolved(scenario):
            assert row.path in folded
            assert row.value.replace("[-", "[−") in folded
        for status in ("guess", "published", "derived", "given"):
            assert status in folded
        for told in (made_by["command"], made_by["time"], made_by["engine_version"], scenario.hash):
            assert told in folded
    printed = whole["printed"].decode()
    for interval in re.findall(r"\d[\d.]* to \d[\d.]* %", printed):
        assert interval in page
        assert interval in markdown


def test_markdown_shows_the_pictures_beside_it(whole: dict[str, bytes]) -> None:
    names = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", whole["report.md"].decode())
    assert names
    assert all(whole[name].startswith(b"\x89PNG") for name in names)


def test_names_are_shown_as_they_are_and_do_nothing() -> None:
    blocks = [
        Heading(HOSTILE),
        Paragraph(HOSTILE, aside=True),
        Table(HOSTILE, (HOSTILE,), ((HOSTILE,),)),
        Entry(HOSTILE, (HOSTILE,)),
        files.Picture("p.png", b"", HOSTILE),
    ]
    page = Reader(files.html_file(HOSTILE, [*blocks, files.Live(f"'{HOSTILE}&amp;", "'none'")]))
    assert [attributes["srcdoc"] for tag, attributes in page.tags if tag == "iframe"] == [f"'{HOSTILE}&amp;"]
    assert [tag for tag, _ in page.tags if tag in ("script", "a", "b")] == []
    assert [attributes["src"] for tag, attributes in page.tags if tag == "img"] == ["data:image/png;base64,"]
    assert page.words.count(HOSTILE) == 10  # every place but the caption's second, an attribute
    markdown = files.markdown_file(HOSTILE, blocks)
    assert re.findall(r"(?<!\\)[<>*~`]", markdown.replace("**", "")) == []
    rows = [line for line in markdown.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {2}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. of two", "1\\. of two"),
        ("84.7 %", "84.7 %"),
        ("# a", "\\# a"),
        ("- a", "\\- a"),
        ("-0.1", "−0.1"),
        ("---", "\\---"),
        ("p_stay", "p_stay"),
        ("_a_", "\\_a\\_"),
        ("a\n\nb", "a b"),
    ],
)
def test_markdown_is_escaped_where_it_must_be_and_only_there(text: str, shown: str) -> None:
    assert files.markdown_file("t", [Paragraph(text)]) == f"# t\n\n{shown}\n"


#: Commands that answer, and what their folder holds beside the report.
KEPT = {
    "compare baseline rushed-handoff plan-d --replicates 20": {
        "differences_1.csv",
        "differences_2.csv",
        "differences_1.png",
        "differences_2.png",
    },
    "handoff baseline --set rival.mode=none --set horizon=9 --replicates 4": {"months.csv", "picture.png"},
    "strategy rushed-handoff --worlds baseline --replicates 4": {"policies.csv", "regret.csv", "picture.png"},
    "sensitivity baseline --inputs rival.lead,tax.decline --replicates 20": {"table.csv", "picture.png"},
    "discover baseline --inputs rival.lead,goodness.broad_alignment --replicates 1024": {"boxes.csv", "boxes.png"},
    "trace rushed-handoff --replicate 3": {"log.csv", "path.csv", "picture.png", "loops.png"},
    "tax rushed-handoff": {"picture.png"},
    "takeoff forethought --replicates 20": {"figures.csv"},
}


@pytest.mark.parametrize("arguments", KEPT, ids=lambda arguments: arguments.split()[0])
def test_whatever_answers_can_be_kept_in_a_folder(tmp_path: Path, arguments: str) -> None:
    """Would catch a command that keeps other numbers than it finds, or a report without its picture or heading."""
    kept = call(*arguments.split(), "--out", str(tmp_path), "--json")
    assert kept.exit_code == 0, kept.output
    held = contents(tmp_path)
    others = {name for name in held if not name.endswith(".yaml")}
    assert others == {"report.html", "report.md", "result.json", "provenance.json"} | KEPT[arguments]
    assert json.loads(held["result.json"]) == json.loads(kept.stdout)
    made_by = json.loads(held["provenance.json"])
    for scenario in made_by["scenarios"].values():
        assert scenario["resolved"].encode() in held.values()
    page = Reader(held["report.html"].decode())
    assert [tag for tag, _ in page.tags].count("img") == sum(name.endswith(".png") for name in held)
    assert page.words.count(made_by["command"]) >= 1
    assert all(data.count(b",") > 3 for name, data in held.items() if name.endswith(".csv"))


@pytest.mark.parametrize("arguments", [text for text in KEPT if text.startswith(("trace", "takeoff", "compare"))])
def test_commands_that_are_told_repeat_what_they_made(tmp_path: Path, arguments: str) -> None:
    more = ("--set", "capability.returns=0.8 to 1.4", "--out", str(tmp_path))
    assert call(*arguments.split(), *more).exit_code == 0
    command = json.loads((tmp_path / "provenance.json").read_text())["command"]
    again = json.loads(call(*shlex.split(command)[1:], "--json").stdout)
    assert without_times(again) == without_times(json.loads((tmp_path / "result.json").read_text()))


# ---- the folder ---------------------------------------------------------------------------------------------


def test_provenance_lists_every_other_file_as_it_is(whole: dict[str, bytes]) -> None:
    files = json.loads(whole["provenance.json"])["files"]
    held = {name: data for name, data in whole.items() if name not in ("provenance.json", "printed")}
    assert files == {name: sha256(data).hexdigest() for name, data in held.items()}


def test_an_earlier_result_is_replaced_whole(tmp_path: Path) -> None:
    out = ("--out", str(tmp_path))
    assert call("required-lead", "rushed-handoff", "--target", "0.5", "--replicates", "40", *out).exit_code == 0
    assert "answers.csv" in contents(tmp_path)
    assert call(*SWEEP, *out).exit_code == 0
    held = contents(tmp_path)
    assert "answers.csv" not in held
    assert set(json.loads(held["provenance.json"])["files"]) | {"provenance.json"} == set(held)


def test_a_folder_with_anything_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    refused = call(*SWEEP, "--out", str(tmp_path))
    assert refused.exit_code == 2
    assert "thesis.txt" in refused.output
    assert "name a new or an empty folder" in " ".join(re.sub(r"[│╭╮╰╯─]", " ", refused.output).split())
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


@pytest.mark.parametrize("changed", ["table.csv", "provenance.json", "notes.md"])
def test_a_result_that_someone_worked_on_is_not_replaced(tmp_path: Path, changed: str) -> None:
    small_result(tmp_path)
    (tmp_path / changed).write_text("changed by hand")
    before = contents(tmp_path)
    refused = call(*SWEEP, "--out", str(tmp_path))
    assert refused.exit_code == 2
    assert changed in refused.output
    assert contents(tmp_path) == before


def test_a_link_that_leads_nowhere_is_refused_before_any_work(tmp_path: Path) -> None:
    """Would catch an answer that is made, and then lost because there is no folder to put it into."""
    (tmp_path / "gone").symlink_to("nothing")
    (tmp_path / "round").symlink_to("round")
    for place in ("gone", "round", "gone/below"):
        result = call("tax", "baseline", "--out", tmp_path / place)
        assert result.exit_code == 2
        assert "is a link that leads nowhere; name a new or an empty folder" in " ".join(result.stderr.split())


@pytest.mark.parametrize("place", ["a file", "a file/below"])
def test_a_place_that_cannot_be_a_folder_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("mine")
    refused = call(*SWEEP, "--out", str(tmp_path / place))
    assert refused.exit_code == 2
    assert contents(tmp_path) == {"a file": b"mine"}


def small_result(folder: Path, number: int = 1) -> None:
    import pandas as pd

    scenario = load("rushed-handoff")
    page: Any = [Heading("title"), Table("", ("a",), ((str(number),),))]
    made_by = provenance("deference-sim sweep", {"0": scenario}, [1], "compiled", 40)
    save_folder(folder, page, {}, {"table": pd.DataFrame({"a": [number]})}, [scenario], {"a": number}, made_by, None)


@pytest.mark.parametrize("step", ["mkdir", "open", "write@3", "fsync@5", "replace@6"])
@pytest.mark.parametrize("earlier", [False, True])
def test_after_an_error_nothing_is_half_written(
    tmp_path: Path, step: str, earlier: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deference_sim.batches import files

    folder = tmp_path / "results"
    if earlier:
        small_result(folder)
    before = contents(folder) if earlier else None
    monkeypatch.setattr(files, "_counts", {})
    monkeypatch.setenv("DEFSIM_FAILPOINT", f"{step}:full")
    with pytest.raises(OSError, match="failpoint"):
        small_result(folder, 2)
    assert (contents(folder) if folder.exists() else None) == before
    monkeypatch.delenv("DEFSIM_FAILPOINT")
    small_result(folder, 2)
    assert json.loads((folder / "result.json").read_text()) == {"a": 2}
