"""The command that repeats what was asked, ready for a shell: from the options as they were given and came out."""

import os
import shlex
from collections.abc import Mapping
from typing import Any

import typer

_WHERE_IT_GOES = ("as_json", "plot", "title", "size", "dpi", "out", "table", "quiet")  # and not what is found
_ALWAYS_TOLD = ("replicate", "replicates", "seed")  # whose defaults differ from command to command


def in_shell(*words: str) -> str:
    """Return a command of the program as a shell takes it."""
    return " ".join(["deference-sim", *map(_quoted, words)])


def _quoted(word: str) -> str:
    """Return a word as a shell takes it, with nothing in it that would command a terminal, end a line, or not print."""
    if word.isprintable():
        return shlex.quote(word)
    letters = (
        f"\\{letter}" if letter in "\\'" else
        letter if letter.isprintable() else
        "".join(f"\\x{byte:02x}" for byte in os.fsencode(letter))
        for letter in word
    )  # fmt: skip
    return f"$'{''.join(letters)}'"


def repeated(context: typer.Context, came_out: Mapping[str, Any]) -> str:
    """Return the command of ``context`` with all that is not as by default.

    ``came_out`` has, by the names of the parameters, what the work has settled otherwise than was asked, such as the
    number of replicates where a precision was asked for; None for what need not be said any more.
    """
    arguments: list[str] = []
    options: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        value = came_out.get(name, context.params[name])
        if parameter.param_type_name == "argument":
            arguments += _each(value)
        elif name in _ALWAYS_TOLD or (name not in _WHERE_IT_GOES and value != parameter.get_default(context)):
            flag = parameter.opts[0]
            options += [flag] if value is True else [word for one in _each(value) for word in (flag, one)]
    return in_shell(context.info_name or "", *arguments, *options)


def _each(value: Any) -> list[str]:
    if value is None or value is False:
        return []
    return [str(one) for one in (value if isinstance(value, list | tuple) else [value])]
