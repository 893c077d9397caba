"""Players: the inputs in which two scenarios differ, each alone or with those that cannot be told apart from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from deference_sim.analysis.explain.mixing import Input, Mixing, Moved
from deference_sim.scenario.catalogue import find, general_path, parameters
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import ArgumentError, Mark, did_you_mean, refusal, shown
from deference_sim.scenario.several import OneOrMore, is_several, words_of
from deference_sim.study.runner import run

PROBES = 256  # worlds on which a field is tried: it counts as switched off if it changes nothing in any of them


@dataclass(frozen=True, slots=True)
class Player:
    """Inputs that move together: one, a word with the fields of its block that it switches, or a group asked for."""

    inputs: tuple[Input, ...]

    @property
    def name(self) -> str:
        """The paths, in declared order."""
        return " with ".join(one.path for one in self.inputs)

    @property
    def moved(self) -> Moved:
        """What a mixture takes from the second scenario where the player is in."""
        return frozenset(one.path for one in self.inputs)


def players_of(mixing: Mixing, seed: int, groups: Iterable[OneOrMore] = (), mark: Mark = ARGUMENT) -> list[Player]:
    """Return the players between two scenarios, in declared order.

    ``groups`` join more: each names inputs that differ by path, by hazard (``hazards.NAME``) or by block. Raises
    ``ScenarioError`` for a name at which nothing differs.
    """
    if not is_several(groups):
        raise ArgumentError("groups", groups, "lists of paths, hazards and blocks that move together, in a list")
    inputs = mixing.inputs
    joined = {one.path: {one.path} for one in inputs}
    ties = [pair for pair in _pairs_in_blocks(inputs) if _is_switched(mixing, *pair, seed)]
    ties += [(first, path) for group in groups for first, *rest in [_members(inputs, group, mark)] for path in rest]
    for one, other in ties:
        both = joined[one] | joined[other]
        joined.update(dict.fromkeys(both, both))
    wholes = {id(paths): paths for paths in joined.values()}
    made = [tuple(one for one in inputs if one.path in paths) for paths in wholes.values()]
    return [Player(together) for together in sorted(made, key=lambda some: inputs.index(some[0]))]


def _members(inputs: Sequence[Input], group: OneOrMore, mark: Mark) -> list[str]:
    found: list[str] = []
    for name in words_of(group, "groups", "lists of paths"):
        here = [one.path for one in inputs if one.path == name or one.path.startswith(f"{name}.")]
        if not here:
            known = [one.path for one in inputs]
            allowed = f"inputs that differ: {', '.join(known)}"
            raise refusal(mark, "group", f"`{shown(name)}`", allowed, did_you_mean(name, known))
        found += here
    return list(dict.fromkeys(found))


def _pairs_in_blocks(inputs: Sequence[Input]) -> list[tuple[str, str]]:
    """Return every word that differs with every other input of its block."""
    paths = [one.path for one in inputs if general_path(one.path) in parameters()]
    found = []
    for one, other in combinations(paths, 2):
        if one.rpartition(".")[0] == other.rpartition(".")[0] and "." in one:
            found += [(word, field) for word, field in ((one, other), (other, one)) if _is_word(word)]
    return found


def _is_word(path: str) -> bool:
    return find(path, ARGUMENT).kind in ("word", "truth")


def _is_switched(mixing: Mixing, word: str, field: str, seed: int) -> bool:
    """Whether ``field`` changes anything under one of the two values of ``word`` only, with all else as in either.

    Two that cannot be moved apart at all count as switched.
    """
    whole = frozenset(one.path for one in mixing.inputs)
    for base in (frozenset[str](), whole - {word, field}):
        corners = [base, base | {field}, base | {word}, base | {word, field}]
        possible = [mixing.is_possible(corner) for corner in corners]
        if not all(possible):
            if possible[0] and possible[3]:
                return True
            continue  # what makes it impossible is another input
        records = [run(mixing.mixed(corner), PROBES, seed)[0] for corner in corners]
        matters = [not _same(records[place], records[place + 1]) for place in (0, 2)]
        if matters[0] != matters[1]:
            return True
    return False


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two tables of records hold the same."""
    names = first.dtype.names or ()
    return all(np.array_equal(first[name], second[name], equal_nan=first[name].dtype.kind == "f") for name in names)
