"""Scenarios by name or path, with single values set on top: the one way from a file to a ``Scenario``."""

import os
import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from deference_sim.described import described
from deference_sim.scenario.layers import read_layers, setting
from deference_sim.scenario.problems import Mark, ScenarioError, did_you_mean, gather, in_order, refusal, shown, sift
from deference_sim.scenario.reader import NAME_PATTERN
from deference_sim.scenario.scenario import Scenario
from deference_sim.scenario.several import OneOrMore, words_of
from deference_sim.scenario.shipped import shipped

__all__ = ["ScenarioLike", "as_scenario", "as_scenarios", "load", "shipped"]

_NAMED = "a shipped scenario's name or the path of a file"
ScenarioLike: TypeAlias = Scenario | str | os.PathLike[str]


def as_scenario(given: ScenarioLike) -> Scenario:
    """Return ``given`` if it is a scenario, else that of a shipped name or of a file, as ``load`` does.

    Every public function that takes a scenario takes one of these. Raises ``ScenarioError`` for a name or a file that
    is none, and ``TypeError`` for anything else.
    """
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | os.PathLike):
        return load(given)
    raise TypeError(f"a scenario is a Scenario, {_NAMED}, not {given!r}")


def as_scenarios(given: ScenarioLike | Iterable[ScenarioLike]) -> tuple[Scenario, ...]:
    """Return one scenario or several, each as ``as_scenario`` does. Raises ``ScenarioError`` with all that is wrong."""
    if isinstance(given, Scenario | str | os.PathLike) or not isinstance(given, Iterable):
        return (as_scenario(given),)
    return tuple(gather(partial(as_scenario, one) for one in given))


@described(
    name_or_path="The name of a shipped scenario, or the path of a file.",
    set="``PATH=VALUE``, or several in a list, on top of it.",
)
def load(name_or_path: str | os.PathLike[str], set: OneOrMore = ()) -> Scenario:
    """Return the scenario of a shipped name or of a file, with each ``PATH=VALUE`` of ``set`` on top.

    Raises ``ScenarioError`` with every problem of the file, of what it extends and of ``set``, one line each.
    """
    if not isinstance(name_or_path, str | os.PathLike):
        raise TypeError(f"what is loaded is {_NAMED}, not {name_or_path!r}")
    settings = words_of(set, "set", "PATH=VALUE, or several in a list")
    path = _file_of(name_or_path)
    layers = read_layers(path)
    changes, problems = sift(partial(setting, text) for text in settings)
    stem = path.stem if re.fullmatch(NAME_PATTERN, path.stem) else "scenario"
    made, refused = sift([partial(Scenario.of_tree, layers.tree, name=stem, changes=changes)])
    if found := [*layers.problems, *problems, *refused]:
        raise ScenarioError(in_order(found, layers.files))
    return made[0]


def _file_of(name_or_path: str | os.PathLike[str]) -> Path:
    text = os.fspath(name_or_path)
    known = shipped()
    if isinstance(name_or_path, str) and text in known:
        return known[text]
    is_name = isinstance(name_or_path, str) and re.fullmatch(r"[^/\\.]+", text)
    if is_name and not os.path.exists(text):
        hint = did_you_mean(text, known) or "see `deference-sim scenarios`"
        raise refusal(Mark(shown(text)), "", "no such scenario", "a shipped name or the path of a file", hint)
    return Path(text)
