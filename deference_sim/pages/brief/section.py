"""A section of a brief: what all of them share."""

import shlex
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise

from deference_sim.analysis.brief import (
    Brief,
    Command,
)
from deference_sim.analysis.measure import success_of
from deference_sim.pages.layout import Paragraph


class Section:
    """Some part of a brief in words, each figure with the command that gives it."""

    def __init__(self, found: Brief, typed: Sequence[str]) -> None:
        self.found, self.typed = found, typed
        self.success = success_of(found.measure)
        self.name = self.success.name

    def _from(self, *parts: str) -> Paragraph:
        return self._from_all(self.found.commands[part] for part in parts)

    def _from_all(self, commands: Iterable[Command]) -> Paragraph:
        told = dict.fromkeys(map(self._command, commands))
        return Paragraph("From: " + "; ".join(told), aside=True)

    def _command(self, command: Command) -> str:
        words = command.words
        set_here = {path.partition("=")[0] for flag, path in pairwise(words) if flag == "--set"}
        return shlex.join(["deference-sim", command.name, *_without(self.typed, set_here), *words])


def _without(typed: Sequence[str], paths: Set[str]) -> list[str]:
    """Return a scenario as typed without the settings of ``paths``, which the command sets otherwise."""
    kept = [typed[0]]
    for flag, setting in zip(typed[1::2], typed[2::2], strict=True):
        if setting.partition("=")[0].strip() not in paths:
            kept += [flag, setting]
    return kept
