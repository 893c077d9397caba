"""Whatever a file holds, reading it gives a scenario or a ScenarioError, soon and in little memory.

Catches any other exception, any slow pattern, any import that would make reading slow, any created file.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deference_sim.model.hazards import Hazard
from deference_sim.scenario import Scenario, ScenarioError, compose, load
from deference_sim.scenario.catalogue import Section, catalogue, parameters
from deference_sim.scenario.problems import MAX_PROBLEMS
from deference_sim.scenario.source import MAX_BYTES

VALID = [
    Scenario().with_(hazards=[{"name": "a", "kind": "background"}]).to_yaml(),
    """\
schema: 1
name: uncertain
rival: {lead: 2 to 9 months, speed: {mixture: [{probability: 0.15, value: 0.05}, {probability: 0.85, value: 0.1 to 1}]}}
capability: {returns: {triangular: {min: 0.4, mode: 1.2, max: 3.6}}, ceiling: {uniform: {min: 6 py, max: 16 py}}}
goodness:
  broad_alignment: {normal: {mean: 0.8 py, sd: 0.2, min: 0}}
hazards:
  - {name: misuse, kind: terrorist_misuse, rate: {loguniform: {min: 0.001, max: 0.05 per year}}, until: null}
correlations: [{between: [rival.lead, capability.ceiling], spearman: 0.3}]
""",
]
FRAGMENTS = [*"{}[]:-!?|>#%@`'\",~\n\t \0\ufeff\u200bé“", "9" * 70, "2 to 9", "lognormal", "extends: baseline\n"]
FRAGMENTS += re.findall(r"\S+", "&a *a !!x -- --- ... << null true no 0x1F 1e999 -0.0 to p10 0,5 5% .inf NaN")
SETTINGS = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def lines_of_refusal(name: str = "any.yaml", settings: Sequence[str] = ()) -> list[str]:
    """The lines of the error that reading a file raises; empty if it is read. Any other exception is a failure."""
    try:
        load(name, set=settings)
    except ScenarioError as error:
        return str(error).split("\n")
    return []


def is_read_or_refused(data: bytes) -> None:
    Path("any.yaml").write_bytes(data)
    lines = lines_of_refusal()
    assert len(lines) <= MAX_PROBLEMS
    assert all(line.startswith(("any.yaml", "scenarios/")) and line.isprintable() for line in lines), lines
    if not lines:
        scenario = load("any.yaml")
        Path("again.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
        assert load("again.yaml").hash == scenario.hash
    assert set(os.listdir()) <= {"any.yaml", "again.yaml"}


def mutated(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, dropped, added in changes:
        place = at % (len(data) + 1)
        data = data[:place] + added + data[place + dropped :]
    return data


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 10**6),
        st.integers(0, 12),
        st.sampled_from(FRAGMENTS).map(str.encode) | st.binary(max_size=3),
    ),
    min_size=1,
    max_size=4,
)


@SETTINGS
@given(st.sampled_from(VALID), CHANGES)
def test_mutations_of_valid_files(here: Path, text: str, changes: list[tuple[int, int, bytes]]) -> None:
    is_read_or_refused(mutated(text.encode(), changes))


@SETTINGS
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode(errors="surrogatepass")))
def test_random_bytes(here: Path, data: bytes) -> None:
    is_read_or_refused(data)


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["3 months", "2 to 9", "0.5", "takeoff", "background", "misuse", "rival.lead", "1e-3 py", "p"])
)
WORDS = ["normal", "lognormal", "beta", "mixture", "discrete", "min", "max", "p10", "p90", "mean", "sd", "value"]
KEYS = st.sampled_from([*WORDS, *sorted({parameter.name for parameter in parameters().values()})]) | st.text(max_size=6)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=8
)
TOP_KEYS = st.sampled_from([*catalogue(), "correlations", "name", "description", "x"])


@SETTINGS
@given(st.dictionaries(TOP_KEYS, TREES, max_size=3))
def test_random_trees(here: Path, tree: dict[str, object]) -> None:
    text = yaml.safe_dump({"schema": 1, **tree}, allow_unicode=True)
    is_read_or_refused(text.encode(errors="surrogatepass"))


@SETTINGS
@given(st.sampled_from(sorted(parameters())), TREES)
def test_random_values_of_known_parameters(path: str, value: object) -> None:
    scenario = Scenario(hazards=(Hazard(name="a", kind="background"),))
    try:
        scenario.with_(**{path.replace("NAME", "a"): value})
    except ScenarioError as error:
        files = {problem.file for problem in error.problems}
        if not files <= {"argument", "default", "Python"}:
            raise


@SETTINGS
@given(st.text(max_size=40))
def test_random_settings(here: Path, text: str) -> None:
    Path("any.yaml").write_text("schema: 1\n")
    for setting in (text, f"rival.lead={text}", f"{text}=3", f"tax.shape={text}", f"name={text}"):
        lines = lines_of_refusal(settings=[setting])
        assert all(line.startswith("command line") and line.isprintable() for line in lines), lines


def filled(unit: str, head: str = "schema: 1\n", tail: str = "") -> str:
    return head + unit * ((MAX_BYTES - len(head) - len(tail)) // len(unit.encode())) + tail


LARGE = {
    "brackets": filled("[", "a: "),
    "question marks": filled("? ", ""),
    "hyphens": filled("- ", ""),
    "deep blocks": "".join(" " * depth + "a:\n" for depth in range(700)),
    "many keys": "schema: 1\n" + "".join(f"k{place}: 1\n" for place in range(25_000)),
    "one key again and again": filled("a: 1\n"),
    "near misses": "schema: 1\nrival:\n" + "".join(f"  lead{place}: 1\n" for place in range(1_500)),
    "long text": filled("x ", "schema: 1\ndescription: "),
    "digits": filled("9", "schema: 1\nhorizon: "),
    "ranges": filled("2 to ", "schema: 1\nhorizon: "),
    "spaces before a number": filled(" ", "schema: 1\nhorizon: 2", "3"),
    "spaces in quotes": filled(" ", 'schema: 1\nhorizon: "2', 'to 3"'),
    "unit": filled("a ", "schema: 1\nhorizon: 3 "),
    "slashes": filled("1/ ", "schema: 1\nhorizon: "),
    "commas": filled(",111", 'schema: 1\nhorizon: "1', '"'),
    "colons": filled(":1", "schema: 1\nhorizon: 1"),
    "plus signs": filled("+", "schema: 1\nhorizon: 1"),
    "per cent": filled("a", "schema: 1\nhorizon: 1", " %"),
    "name": filled("a_", "schema: 1\nname: "),
    "extends": filled("a", "schema: 1\nextends: "),
    "long key": filled("k", "schema: 1\n", ": 1\n"),
    "tabs": filled("\t"),
    "tabs in a comment": filled("\t", "# "),
    "zero-width spaces": filled("\u200b"),
    "letters with accents": filled("é", "schema: 1\ndescription: "),
    "aliases": filled("*a, ", "a: [", "]"),
    "anchors": filled("&a 1, ", "a: [", "]"),
    "documents": filled("---\n"),
    "directives": filled("%a\n", ""),
    "escapes": filled("\\x41", 'schema: 1\ndescription: "', '"'),
    "pairs": filled("[1, 2], ", "schema: 1\ntax: {shape: [", "]}"),
    "hazards": filled("- {name: a, kind: background}\n", "schema: 1\nhazards:\n"),
    "mixture": "schema: 1\nrival: {lead: {mixture: ["
    + ", ".join(f"{{probability: {1 / 1600}, value: {place} to {place + 1}}}" for place in range(1, 1601))
    + "]}}",
    "correlations": filled("{between: [rival.lead, horizon], spearman: 0.1}, ", "schema: 1\ncorrelations: [", "]"),
    "just too large": " " * (MAX_BYTES + 1),
}


@contextmanager
def calls_at_most(most: int) -> Iterator[None]:
    """Fail as soon as more than ``most`` functions are called or left: a count of work that no machine changes."""
    count = 0

    def one_more(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1
        assert count <= most, f"more than {most:,} calls"

    sys.setprofile(one_more)
    try:
        yield
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_the_largest_files_take_work_in_proportion_to_their_size(text: str, here: Path) -> None:
    Path("any.yaml").write_text(text, encoding="utf-8")
    with calls_at_most(60 * MAX_BYTES):
        lines = lines_of_refusal()
    assert sum(map(len, lines)) < 100_000


def test_reading_a_scenario_that_says_everything_is_little_work(here: Path) -> None:
    Path("full.yaml").write_text(VALID[0], encoding="utf-8")
    load("full.yaml")
    with calls_at_most(100_000):
        load("full.yaml")


READING = """
import resource, sys
from deference_sim.scenario import load
load(sys.argv[1])
heavy = ("numba", "scipy.stats", "matplotlib", "pandas", "simpy", "typer", "rich", *sys.argv[2:])
print(*(name for name in heavy if name in sys.modules))
"""


@pytest.mark.parametrize("place", [0, 1], ids=["plain", "uncertain"])
def test_reading_imports_nothing_heavy(place: int, here: Path) -> None:
    Path("any.yaml").write_text(VALID[place], encoding="utf-8")
    more = ["scipy"] if place == 0 else []
    root = Path(load.__code__.co_filename).parents[2]
    command = [sys.executable, "-c", READING, "any.yaml", *more]
    environment = os.environ | {"PYTHONPATH": str(root)}
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.split() == []


def test_pyyamls_own_parser_tells_the_same(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    text = (Path(__file__).parent / "bad_files.txt").read_text(encoding="utf-8")
    parsers = (compose.PARSER, yaml.SafeLoader)
    differing = []
    for case in re.split(r"(?m)^== ", text)[1:]:
        title, _, rest = case.partition("\n")
        Path("bad.yaml").write_text(rest.partition("\n-> ")[0] + "\n", encoding="utf-8")
        told = []
        for parser in parsers:
            monkeypatch.setattr(compose, "PARSER", parser)
            told.append([re.sub(r"^(bad.yaml:\d+):\d+", r"\1", line) for line in lines_of_refusal("bad.yaml")])
        if told[0] != told[1]:
            differing.append(title)
    assert differing == ["escape that is no character"]


def test_lists_are_the_only_sections_with_names() -> None:
    assert [entry.name for entry in catalogue().values() if isinstance(entry, Section) and entry.is_list] == ["hazards"]
