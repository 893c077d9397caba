"""Bad scenario files and the exact lines that a user sees. Catches any message that gets worse, moves or vanishes."""

import os
import re
import socket
from pathlib import Path

import pytest

from deference_sim.scenario import Scenario, ScenarioError, load
from deference_sim.scenario.catalogue import Section, catalogue
from deference_sim.scenario.reader import TOP_KEYS

CASES = re.split(r"(?m)^== ", (Path(__file__).parent / "bad_files.txt").read_text(encoding="utf-8"))[1:]
TITLES = [case.partition("\n")[0] for case in CASES]


def lines_of(read, text, **more) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read(text, **more)
    lines = str(caught.value).split("\n")
    assert [str(problem) for problem in caught.value.problems] == lines
    return lines


def with_keys(line: str) -> str:
    """Fill in the keys that a message lists, so that a new parameter changes no expected line."""
    keys = {name: entry.parameters for name, entry in catalogue().items() if isinstance(entry, Section)}
    keys |= {"top": TOP_KEYS}
    return re.sub(r"\{keys of (\w+)\}", lambda found: "one of " + ", ".join(sorted(keys[found.group(1)])), line)


@pytest.mark.parametrize("case", CASES, ids=TITLES)
def test_every_bad_file_is_told_as_written_here(case: str, read, here: Path) -> None:
    _, _, rest = case.partition("\n")
    body, *expected = rest.split("\n-> ")
    assert lines_of(read, body + "\n") == [with_keys(line.rstrip("\n")) for line in expected]
    assert os.listdir(here) == ["bad.yaml"], "reading a file created something"


def test_there_are_at_least_a_hundred_different_ones() -> None:
    assert len(set(TITLES)) == len(TITLES) >= 100


BYTES = {
    "empty": (b"", "bad.yaml:1:1  file has no content  allowed: a scenario  start with `schema: 1`"),
    "blank lines": (b"\n \n", "bad.yaml:1:1  file has no content  allowed: a scenario  start with `schema: 1`"),
    "Latin-1": (
        b"name: caf\xe9\n",
        "bad.yaml:1:10  not UTF-8 at byte 9 (0xe9)  allowed: UTF-8 text  "
        "convert it, as with `iconv -f latin1 -t utf-8`",
    ),
    "UTF-16": ("schema: 1".encode("utf-16"), "bad.yaml:1:1  not a text file (looks like UTF-16)  allowed: UTF-8 text"),
    "UTF-16 without a mark": (
        "schema: 1".encode("utf-16-le"),
        "bad.yaml:1:1  not a text file (has NUL bytes: binary or UTF-16)  allowed: UTF-8 text",
    ),
    "gzip": (b"\x1f\x8b\x08\0\0", "bad.yaml:1:1  not a text file (looks like gzip)  allowed: UTF-8 text"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "bad.yaml:1:1  not a text file (looks like PNG)  allowed: UTF-8 text"),
    "NUL late in the file": (
        b"schema: 1\n" + b"#" * 64 + b"\nname: a\0b\n",
        "bad.yaml:3:8  control character U+0000  allowed: printable text  remove it",
    ),
    "bell": (b"name: a\x07b\n", "bad.yaml:1:8  control character U+0007  allowed: printable text  remove it"),
    "next line": (
        "name: a\x85b\n".encode(),
        "bad.yaml:1:8  control character U+0085  allowed: printable text  remove it",
    ),
    "old line ends": (
        b"schema: 1\rname: a\r",
        "bad.yaml:1:10  control character U+000D  allowed: printable text  remove it",
    ),
    "line separator": (
        "name: a\u2028b\n".encode(),
        "bad.yaml:1:8  line separator U+2028 (LINE SEPARATOR)  allowed: printable text  remove it",
    ),
    "zero-width space in a key": (
        "schema: 1\nhori\u200bzon: 3\n".encode(),
        "bad.yaml:2:5  invisible character U+200B (ZERO WIDTH SPACE)  allowed: printable text  remove it",
    ),
    "text that turns around": (
        "description: a\u202eb\n".encode(),
        "bad.yaml:1:15  invisible character U+202E (RIGHT-TO-LEFT OVERRIDE)  allowed: printable text  remove it",
    ),
    "unbreakable space": (
        "rival: {lead: 3\u00a0months}\n".encode(),
        "bad.yaml:1:16  unusual space U+00A0 (NO-BREAK SPACE)  allowed: printable text  use spaces",
    ),
    "a byte order mark inside": (
        "name: \ufeffa\n".encode(),
        "bad.yaml:1:7  invisible character U+FEFF (ZERO WIDTH NO-BREAK SPACE)  allowed: printable text  remove it",
    ),
    "no character": ("name: \uffff\n".encode(), "bad.yaml:1:7  not a character  allowed: printable text  remove it"),
    "tab before a key": (b"rival:\n\tlead: 3\n", "bad.yaml:2:1  tab  allowed: printable text  use spaces"),
    "tab after a colon": (b"a:\t1\n", "bad.yaml:1:3  tab  allowed: printable text  use spaces"),
    "keys that look identical": (
        "schema: 1\ncaf\u00e9: 1\ncafe\u0301: 2\n".encode(),
        "bad.yaml:3:1  key `cafe\u0301` looks identical to the one at 2:1  use ASCII a-z, 0-9, _",
    ),
    "keys of two widths": (
        "schema: 1\nhorizon: 1\nｈｏｒｉｚｏｎ: 2\n".encode(),
        "bad.yaml:3:1  key `ｈｏｒｉｚｏｎ` looks identical to the one at 2:1  use ASCII a-z, 0-9, _",
    ),
    "key of 2,000 letters": (
        b"schema: 1\n" + b"k" * 2000 + b": 1\n",
        "bad.yaml:2:1  key too long  allowed: at most 64 characters",
    ),
    "number of 5,000 digits": (
        b"schema: 1\nhorizon: " + b"9" * 5000 + b"\n",
        "bad.yaml:2:10  horizon  number too long (5000 characters)  allowed: at most 64",
    ),
    "half of a pair of code units": (
        rb'description: "\ud800"' + b"\n",
        "bad.yaml:1:17  unknown escape in double quotes  write \\\\ for a backslash, or use single quotes",
    ),
    "nested beyond all measure": (
        b"schema: 1\nrival: " + b"[" * 5000 + b"\n",
        "bad.yaml:2:1007  nested too deep  at most 16 levels",
    ),
    "alias bomb": (
        b"a: &a [x, x]\nb: &b [*a, *a]\n",
        "bad.yaml:1:4  anchor `&a`  anchors and aliases are not supported: repeat the value",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), BYTES.values(), ids=BYTES)
def test_bytes_that_are_no_clean_text(data: bytes, expected: str, read) -> None:
    assert expected in lines_of(read, data)


def test_a_tab_in_a_comment_and_windows_line_ends_are_fine(read) -> None:
    assert read("\ufeffschema: 1\r\nhorizon: 3 # a\tb\r\n").horizon == 3.0


def test_at_most_fifty_problems_are_told_in_the_order_of_the_file(read) -> None:
    text = "schema: 1\nrival:\n" + "".join(f"  key{place}: 1\n" for place in range(80))
    lines = lines_of(read, text)
    assert len(lines) == 50
    assert [line.split(":")[1] for line in lines] == [str(line) for line in range(3, 53)]


def test_problems_of_form_and_of_meaning_are_told_together(read) -> None:
    lines = lines_of(read, "schema: 1\nhorizon: x\nrival: {lead: *a}\ntax: {decline: y}\n")
    assert [line.split("  ")[1] for line in lines] == ["horizon", "alias `*a`", "tax.decline"]


def test_a_tag_runs_nothing(read, here: Path) -> None:
    for tag in ("!!python/object/apply:os.system", "!!python/object/new:os.system", "!!python/name:os.system"):
        lines_of(read, f'schema: 1\ndescription: {tag} ["touch canary"]\n')
    assert os.listdir(here) == ["bad.yaml"]


class TestWhatIsNoRegularFile:
    def test_folder(self, here: Path) -> None:
        self.refused(".", ".  not a regular file  allowed: a scenario file")

    def test_device_without_end(self) -> None:
        self.refused("/dev/zero", "/dev/zero  not a regular file  allowed: a scenario file")

    def test_memory_of_the_process(self) -> None:
        with pytest.raises(ScenarioError, match=r"^/proc/self/mem  cannot be read: "):
            load("/proc/self/mem")

    def test_named_pipe_without_a_writer(self, here: Path) -> None:
        os.mkfifo("pipe.yaml")
        self.refused("pipe.yaml", "pipe.yaml  not a regular file  allowed: a scenario file")

    def test_socket(self, here: Path) -> None:
        with socket.socket(socket.AF_UNIX) as held:
            held.bind("socket.yaml")
            with pytest.raises(ScenarioError, match=r"^socket.yaml  "):
                load("socket.yaml")

    def test_sparse_file_of_a_gigabyte(self, here: Path) -> None:
        with open("huge.yaml", "wb") as file:
            file.truncate(2**30)
        self.refused("huge.yaml", "huge.yaml  file too large  allowed: at most 256 KiB")

    def test_no_file(self, here: Path) -> None:
        self.refused("gone.yaml", "gone.yaml  cannot be opened: No such file or directory  allowed: a scenario file")

    def test_name_with_a_nul(self) -> None:
        with pytest.raises(ValueError, match="null") as words:  # that differ between versions of Python
            os.open("a\0.yaml", os.O_RDONLY)
        self.refused("a\0.yaml", f"a\\u0000.yaml  cannot be opened: {words.value}  allowed: a scenario file")

    def test_name_that_does_not_ship(self, here: Path) -> None:
        with pytest.raises(
            ScenarioError, match=r"^no_such_one  no such scenario  allowed: a shipped name or the path of a file"
        ):
            load("no_such_one")

    def refused(self, path: str, expected: str) -> None:
        with pytest.raises(ScenarioError) as caught:
            load(path)
        assert str(caught.value) == expected


def test_the_error_survives_travel_between_processes() -> None:
    import pickle

    with pytest.raises(ScenarioError) as caught:
        Scenario().with_(**{"rival.lead": -1})
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.problems == caught.value.problems
    assert str(copy) == str(caught.value)
