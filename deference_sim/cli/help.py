"""Help as wide as the terminal allows, in which no word, path or example is broken."""

import re
from collections.abc import Sequence
from textwrap import TextWrapper
from typing import Any

import typer
from typer.core import TyperCommand

WIDEST = 100  # letters in a line, as on a page
_LEAST = 32  # letters in a line beside the names of options; where there are fewer the text stands below
_TYPE = re.compile(r" <(?:str|path|list\[str\])>$")  # of an argument, whose help says it in words
_ASIS = "\b"  # before lines that are examples


_BASE: Any = typer.Context.formatter_class  # which Typer has no name for


class Formatter(_BASE):  # type: ignore[misc]
    """Lays help out."""

    def write_text(self, text: str) -> None:
        """Write paragraphs; examples go on in the next line as a shell takes it."""
        room = self.width - self.current_indent
        for number, part in enumerate(text.split("\n\n")):
            lines = part.splitlines()
            if lines and lines[0].strip() == _ASIS:
                shown = [line for example in lines[1:] for line in as_typed(example, room)]
            else:
                shown = wrapped(" ".join(lines), room)
            self.write("\n" * (number > 0) + "".join(f"{' ' * self.current_indent}{line}\n" for line in shown))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names with what they are, beside one another, or below where there is little room."""
        told = [(_TYPE.sub("", name), text) for name, text in rows]
        first = min(max(len(name) for name, _ in told), col_max) + col_spacing
        room = self.width - self.current_indent - first
        if room < _LEAST:
            first = self.indent_increment * 2
            room = self.width - self.current_indent - first
        indent = " " * self.current_indent
        for name, text in told:
            lines = wrapped(text, room)
            beside = len(name) + col_spacing <= first
            head = f"{name:{first}}{lines[0]}" if beside and lines else name
            below = lines[1:] if beside else lines
            self.write("".join(f"{line}\n" for line in [indent + head, *(indent + " " * first + one for one in below)]))


class Context(typer.Context):
    """The context of a command whose help is laid out so."""

    formatter_class = Formatter

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **({"max_content_width": WIDEST} | more))


class Command(TyperCommand):
    """A command with such help."""

    context_class = Context


def wrapped(text: str, width: int) -> list[str]:
    """Return running text in lines."""
    return TextWrapper(width, break_on_hyphens=False, break_long_words=False).wrap(text)


def as_typed(command: str, width: int) -> list[str]:
    """Return a command in lines that a shell takes as one, broken before an option."""
    indent = " " * (len(command) - len(command.lstrip()))
    lines = [""]
    for part in re.split(r" (?=--?[a-z])", command.strip()):
        if lines[-1] and len(indent) + len(lines[-1]) + len(part) + len(" ") > width - len(" \\"):
            lines.append(f"    {part}")
        else:
            lines[-1] += f" {part}" if lines[-1] else part
    return [indent + line + " \\" * (number < len(lines) - 1) for number, line in enumerate(lines)]
