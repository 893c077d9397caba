"""Text → tree with positions: the part of YAML 1.2 in which a file can mean only one thing.

PyYAML finds the events; this file refuses what could mislead (anchors, aliases, tags, merge keys, directives,
duplicate keys) and puts syntax errors in plain words. Values stay as written: ``values.py`` decides what they mean.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml

from deference_sim.scenario.problems import MAX_PROBLEMS, Mark, Problem, shown
from deference_sim.scenario.source import refused_character
from deference_sim.scenario.tree import Broken, Entry, ListNode, MapNode, Node, Scalar

MAX_DEPTH = 16
MAX_NODES = 20_000
MAX_KEY = 64

#: The C parser of libyaml where PyYAML was built with it; both find the same events at the same places.
PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NO_ALIASES = "anchors and aliases are not supported: repeat the value"
_TOLD_LATE = ("text in quotes", "line without")  # found only further down than it begins
#: Words of PyYAML's and libyaml's syntax errors → what was found, what to do.
_SYNTAX = (
    ("mapping values are not allowed", "unexpected `:`", "check the indentation; put text that has `: ` in quotes"),
    ("nesting depth", "nested too deep", f"at most {MAX_DEPTH} levels"),
    ("could not find expected ':'", "line without `:`", "write `key: value`"),
    ("unexpected end of stream", "text in quotes that never ends", "close the quotes"),
    ("document separator", "text in quotes that never ends", "close the quotes"),
    ("',' or '}'", "`{` without its `}`, or a missing comma", "close the braces"),
    ("',' or ']'", "`[` without its `]`, or a missing comma", "close the brackets"),
    ("alphabetic or numeric", "anchor or alias", _NO_ALIASES),
    ("tag", "tag", "tags are not allowed: remove it"),
    ("directive", "directive", "directives are not supported: remove the line"),
    ("decimal", "unknown escape in double quotes", "write \\\\ for a backslash, or use single quotes"),
    ("escape", "unknown escape in double quotes", "write \\\\ for a backslash, or use single quotes"),
    ("expected <document start>", "text after the end of the mapping", "check the indentation"),
    ("indentation", "wrong indentation", "use the same number of spaces in every line of a block"),
    ("block end", "wrong indentation", "use the same number of spaces in every line of a block"),
    ("expected key", "wrong indentation", "use the same number of spaces in every line of a block"),
    ("'-' indicator", "wrong indentation", "use the same number of spaces in every line of a block"),
    ("unexpected ':'", "unexpected `:`", "write a space after `:`; put text with `:` in quotes"),
    ("node content", "a bracket where a value should be", "check the brackets"),
)  # fmt: skip


def compose(text: str, label: str) -> tuple[Node | None, list[Problem]]:
    """Return the tree of ``text`` (None if there is none) and the problems of its form, at most ``MAX_PROBLEMS``.

    Reading goes on after a problem where it can, with ``Broken`` nodes where something is wrong. After an error of
    syntax nothing more can be known.
    """
    composer = _Composer(text, label)
    try:
        return composer.document(), composer.problems
    except _EnoughError:
        return None, composer.problems


class _EnoughError(Exception):
    """Too much to read on: the problem is already noted."""


class _Composer:
    def __init__(self, text: str, label: str) -> None:
        self._text = text
        self._label = label
        self._events: Iterator[Any] = yaml.parse(text, Loader=PARSER)
        self._nodes = 0
        self.problems: list[Problem] = []
        self._last = Mark(label, 1, 1)

    def document(self) -> Node | None:
        """Return the tree of the only document, or None after an error of syntax."""
        try:
            return self._document()
        except yaml.YAMLError as error:
            self._add_syntax_error(error)
        except (ValueError, OverflowError):  # PyYAML's own parser on an escape such as "\UFFFFFFFF"
            self._add(self._last, "escape that is no character", hint="write the character itself")
        return None

    def _document(self) -> Node | None:
        self._next()  # the start of the stream
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            self._add(Mark(self._label, 1, 1), "file has no content", "a scenario", "start with `schema: 1`")
            return None
        if start.version or start.tags:
            self._add(self._last, "directive", hint="directives are not supported: remove the line")
        root = self._node(self._next(), 0)
        self._next()  # the end of the document
        if not isinstance(self._next(), yaml.StreamEndEvent):
            self._add(self._last, "second document", "only one document", "remove what follows `---`")
        return root

    def _add(self, mark: Mark, found: str, allowed: str = "", hint: str = "") -> None:
        """Note a problem at ``mark``."""
        self.problems.append(Problem(mark.file, mark.line, mark.column, "", found, allowed, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _EnoughError

    def _add_syntax_error(self, error: yaml.YAMLError) -> None:
        """Note an error that PyYAML found, in plain words."""
        mark = self._mark(getattr(error, "problem_mark", None))
        words = str(getattr(error, "problem", None) or error)
        if key := self._long_key(error):
            self._add(key, "key too long", f"at most {MAX_KEY} characters")
            return
        if self._line(mark).lstrip().startswith(":"):
            self._add(mark, "empty key", "a name", "write the key before `:`")
            return
        if "cannot start any token" in words:
            character = self._line(mark)[mark.column - 1 : mark.column]
            self._add(mark, f"`{shown(character)}` at the start of a value", hint="put the value in quotes")
            return
        for part, found, hint in _SYNTAX:
            if part in words:
                self._add(self._start(error, mark) if found.startswith(_TOLD_LATE) else mark, found, hint=hint)
                return
        self._add(mark, f"not valid YAML: {shown(words, 80)}")

    def _next(self) -> Any:
        event = next(self._events)
        self._last = self._mark(event.start_mark)
        return event

    def _mark(self, mark: Any) -> Mark:
        return Mark(self._label, mark.line + 1, mark.column + 1) if mark else self._last

    def _start(self, error: yaml.YAMLError, otherwise: Mark) -> Mark:
        mark = getattr(error, "context_mark", None)
        return self._mark(mark) if mark else otherwise

    def _line(self, mark: Mark) -> str:
        lines = self._text.split("\n")
        return lines[mark.line - 1] if mark.line <= len(lines) else ""

    def _word(self, mark: Mark) -> str:
        return self._line(mark)[mark.column - 1 :].split(maxsplit=1)[0].rstrip(",]}")

    def _long_key(self, error: yaml.YAMLError) -> Mark | None:
        # YAML itself ends a key on one line after 1,024 characters; what it then complains of would not help.
        for mark in (getattr(error, "context_mark", None), getattr(error, "problem_mark", None)):
            if mark and (match := re.match(r" *([^\s:#]{1000,})\s*:", self._line(self._mark(mark)))):
                return Mark(self._label, mark.line + 1, match.start(1) + 1)
        return None

    def _node(self, event: Any, depth: int) -> Node:
        mark = self._last
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._add(mark, "too many values", f"at most {MAX_NODES}")
            raise _EnoughError
        if depth > MAX_DEPTH:
            self._add(mark, "nested too deep", f"at most {MAX_DEPTH} levels")
            raise _EnoughError
        if isinstance(event, yaml.AliasEvent):
            self._add(mark, f"alias `{shown(self._word(mark))}`", hint=_NO_ALIASES)
            return Broken(mark)
        sound = self._is_without_marks(event, mark)
        node: Node
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event, mark)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._list(mark, depth)
        else:
            node = self._mapping(mark, bool(event.flow_style), depth)
        return node if sound else Broken(mark)

    def _is_without_marks(self, event: Any, mark: Mark) -> bool:
        if event.anchor is not None:
            self._add(mark, f"anchor `{shown(self._word(mark))}`", hint=_NO_ALIASES)
        if event.tag is not None:
            self._add(mark, f"tag `{shown(self._word(mark))}`", hint="tags are not allowed: remove it")
        return event.anchor is None and event.tag is None

    def _scalar(self, event: Any, mark: Mark) -> Node:
        if found := refused_character(event.value.replace("\n", " ")):
            self._add(mark, found, "printable text", "remove it")
            return Broken(mark)
        return Scalar(event.value, not event.style, mark)

    def _list(self, mark: Mark, depth: int) -> Node:
        items: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return ListNode(tuple(items), mark)

    def _mapping(self, mark: Mark, flow: bool, depth: int) -> Node:
        entries: dict[str, Entry] = {}
        looks: dict[str, tuple[str, Mark]] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key_mark = self._last
            key = self._node(event, depth + 1)
            node = self._node(self._next(), depth + 1)
            if self._is_key(key, key_mark, looks):
                assert isinstance(key, Scalar)
                entries[key.text] = Entry(key_mark, node)
        return MapNode(entries, mark, flow)

    def _is_key(self, key: Node, mark: Mark, looks: dict[str, tuple[str, Mark]]) -> bool:
        if isinstance(key, Broken):
            return False
        if not isinstance(key, Scalar):
            self._add(mark, "list or mapping as a key", "a name")
        elif not key.text.strip() or (key.plain and key.text == "~"):
            self._add(mark, "empty key", "a name", "write the key before `:`")
        elif len(key.text) > MAX_KEY:
            self._add(mark, f"key too long ({len(key.text)} characters)", f"at most {MAX_KEY} characters")
        elif key.plain and key.text == "<<":
            self._add(mark, "merge key `<<`", hint="merge keys are not supported: use `extends`")
        else:
            return self._is_new(key.text, mark, looks)
        return False

    def _is_new(self, key: str, mark: Mark, looks: dict[str, tuple[str, Mark]]) -> bool:
        look = key if key.isascii() else unicodedata.normalize("NFKC", key).casefold()
        first, place = looks.setdefault(look, (key, mark))
        if place is mark:
            return True
        at = f"{place.line}:{place.column}"
        if first == key:
            self._add(mark, f"key `{shown(key)}` again, first at {at}", hint="keep one of them")
        else:
            self._add(mark, f"key `{shown(key)}` looks identical to the one at {at}", hint="use ASCII a-z, 0-9, _")
        return False
