"""Bytes of a scenario file → its text: a small, regular UTF-8 file without invisible or control characters."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from deference_sim.scenario.problems import MAX_PROBLEMS, Mark, Problem, ScenarioError, did_you_mean, refusal, shown

MAX_BYTES = 256 * 1024
SCENARIO, BATCH = "a scenario", "a batch"

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"PK\x03\x04": "ZIP",
    b"%PDF": "PDF",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"PAR1": "Parquet",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x7fELF": "a program",
}
#: Everything that may need a word: what is neither printable ASCII nor a line break, decided one by one below.
_SUSPECT = re.compile(r"[^\n\x20-\x7e]")
_COMMENT = re.compile(r"(?:^|\s)#")
_REFUSED_CATEGORIES = {
    "Cc": "control character",
    "Cf": "invisible character",
    "Cs": "half of a surrogate pair",
    "Zl": "line separator",
    "Zp": "paragraph separator",
    "Zs": "unusual space",
}


def read_text(path: Path, label: str, kind: str = SCENARIO) -> str:
    """Return the text of the file at ``path``, called ``label`` in messages, which say that it should be a ``kind``.

    Raises ``ScenarioError`` if it cannot be read, is not a regular file, is too large, or is not clean UTF-8 text.
    """
    return checked_text(_read_bytes(path, label, kind), label, kind)


def checked_text(data: bytes, label: str, kind: str = SCENARIO) -> str:
    """Return ``data`` as text. Raises ``ScenarioError`` unless it is UTF-8 without control or invisible characters."""
    text = _decoded(data.removeprefix(b"\xef\xbb\xbf"), label)
    text = text.replace("\r\n", "\n")
    problems = list(islice(_character_problems(text, label), MAX_PROBLEMS))
    if problems:
        raise ScenarioError(problems)
    if not text.strip():
        hint = "start with `schema: 1`" if kind in (SCENARIO, BATCH) else ""
        raise refusal(Mark(label, 1, 1), "", "file has no content", kind, hint)
    return text


def refused_character(text: str) -> str | None:
    """Return what is wrong with the first character of ``text`` that may stand in no key and no value, if any."""
    for match in _SUSPECT.finditer(text):
        if name := _refused(match.group()):
            return name
    return None


def beside(path: Path, name: str, mark: Mark, place: str, allowed: str, others: str, known: Iterable[str] = ()) -> Path:
    """Return the file called ``name`` in the folder of ``path``; its name alone, and no link that leads elsewhere.

    ``others`` is the pattern of files that may have been meant, as may ``known`` names. Raises ``ScenarioError``.
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", name) or ".." in name:
        raise refusal(mark, place, f"`{shown(name)}`", allowed, "a name alone, without folders")
    target = path.parent / name
    if not target.is_file():
        near = did_you_mean(name, [*known, *(file.name for file in path.parent.glob(others))])
        raise refusal(mark, place, f"no {'scenario' if known else 'file'} `{name}`", allowed, near)
    if target.resolve().parent != path.parent.resolve():
        raise refusal(mark, place, f"`{name}` is a link to another folder", allowed)
    return target


def _read_bytes(path: Path, label: str, kind: str) -> bytes:
    start = Mark(label)
    try:
        # Without O_NONBLOCK opening a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise refusal(start, "", f"cannot be opened: {_reason(error)}", f"{kind} file") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise refusal(start, "", "not a regular file", f"{kind} file")
        data = _read_up_to(descriptor, MAX_BYTES + 1)
    except OSError as error:
        raise refusal(start, "", f"cannot be read: {_reason(error)}", f"{kind} file") from None
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise refusal(start, "", "file too large", "at most 256 KiB")
    return data


def _read_up_to(descriptor: int, size: int) -> bytes:
    parts: list[bytes] = []
    while size and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _decoded(data: bytes, label: str) -> str:
    start = Mark(label, 1, 1)
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            raise refusal(start, "", f"not a text file (looks like {name})", "UTF-8 text")
    if b"\0" in data[:64] and len(data) > 1:
        raise refusal(start, "", "not a text file (has NUL bytes: binary or UTF-16)", "UTF-8 text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        place = Mark(label, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        found = f"not UTF-8 at byte {error.start} (0x{data[error.start]:02x})"
        raise refusal(place, "", found, "UTF-8 text", "convert it, as with `iconv -f latin1 -t utf-8`") from None


def _character_problems(text: str, label: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        comment = _COMMENT.search(line)
        for match in _SUSPECT.finditer(line):
            column = match.start()
            if match.group() != "\t":
                found, hint = _refused(match.group()), "remove it"
            elif comment and comment.start() < column:
                continue  # a tab in a comment (or in quoted text) misleads nobody
            else:
                found, hint = "tab", "use spaces"
            if found:
                hint = "use spaces" if found.startswith("unusual") else hint
                yield Problem(label, number, column + 1, "", found, "printable text", hint)


def _refused(character: str) -> str | None:
    kind = _REFUSED_CATEGORIES.get(unicodedata.category(character))
    if kind is None:
        return "not a character" if ord(character) & 0xFFFE == 0xFFFE else None
    name = unicodedata.name(character, "")
    return f"{kind} U+{ord(character):04X}" + (f" ({shown(name)})" if name else "")
