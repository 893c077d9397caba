"""Mixtures of two scenarios: one of them, with some of the inputs in which they differ taken from the other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from deference_sim.model.declare import Block
from deference_sim.scenario import Scenario, ScenarioError
from deference_sim.scenario.catalogue import Parameter, Section, catalogue
from deference_sim.scenario.copula import Correlation
from deference_sim.scenario.frozen import FrozenMap
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.listing import differences
from deference_sim.scenario.problems import refusal

#: Inputs that are moved, by name: a path, ``hazards.NAME`` for a whole hazard, or a correlation in words.
Moved = frozenset[str]


@dataclass(frozen=True, slots=True)
class Input:
    """One input in which two scenarios differ, in words in both; empty where one has no such hazard.

    ``path`` is that of a parameter, ``hazards.NAME`` where only one scenario has that hazard, or says which correlation
    it is.
    """

    path: str
    first: str
    second: str


class Mixing:
    """All scenarios between ``first`` and ``second``: each input as the one or the other has it.

    A mixture with nothing moved means what the first means, with everything moved what the second does.
    """

    def __init__(self, first: Scenario, second: Scenario) -> None:
        self.first, self.second = first, second
        self._blocks: dict[tuple[str, Moved], Block] = {}

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """Where the two differ, in declared order; a hazard that only one of them has is one input."""
        rows = differences(self.first, self.second)
        own = {
            f"hazards.{hazard.name}": hazard
            for name, hazards in self._hazards().items()
            if None in hazards
            for hazard in hazards
            if hazard is not None
        }
        found = [
            Input(row.path, row.first, row.second)
            for row in rows
            if row.path.rpartition(".")[0] not in own and not row.path.startswith(_CORRELATION)
        ]
        for path, hazard in own.items():
            told = f"{hazard.kind}, {hazard.rate:g} per year"
            there = self._hazards()[hazard.name][0] is not None
            found.append(Input(path, told if there else "", "" if there else told))
        for pair, (before, after) in self._correlations().items():
            if before != after and all(self._uncertain_in_both(path) for path in pair):
                found.append(Input(_named(pair), f"{before:g}", f"{after:g}"))
        return tuple(found)

    def mixed(self, moved: Moved) -> Scenario:
        """Return the first scenario with ``moved`` inputs as in the second.

        Raises ``ScenarioError`` where the checks of a file refuse that, with ``--group`` as the remedy.
        """
        try:
            return self._mixed(moved)
        except ValidationError as error:
            said = str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
            found = f"a mixture of {self.first.name} and {self.second.name} that is no scenario: {said}"
            hint = f"move these together, by --group PATH,PATH: {', '.join(sorted(moved))}"
            raise refusal(ARGUMENT, "", found, "inputs that can be moved one without the other", hint) from None

    def is_possible(self, moved: Moved) -> bool:
        """Whether there is a scenario with ``moved`` inputs as in the second and all others as in the first."""
        try:
            self.mixed(moved)
        except ScenarioError:
            return False
        return True

    def _mixed(self, moved: Moved) -> Scenario:
        fields: dict[str, Any] = {"name": self.first.name}
        uncertain, written = {}, {}
        for key, entry in catalogue().items():
            if isinstance(entry, Parameter):
                fields[key] = getattr(self._side(key, moved).medians, key)
            elif entry.is_list:
                fields[key] = tuple(self._present(moved))
            else:
                fields[key] = self._block(entry, key, moved)
        for path in dict.fromkeys([*self.first.uncertain, *self.second.uncertain]):
            side = self._side(path, moved)
            if path in side.uncertain:
                uncertain[path], written[path] = side.uncertain[path], side.written.get(path, "")
        correlations = tuple(self._kept(moved, uncertain))
        return Scenario(**fields, uncertain=FrozenMap(uncertain), written=FrozenMap(written), correlations=correlations)

    def _side(self, path: str, moved: Moved) -> Scenario:
        """Return the scenario from which the value at ``path`` is taken."""
        hazard = path.rpartition(".")[0]
        if hazard.startswith("hazards.") and None in (both := self._hazards()[hazard.partition(".")[2]]):
            return self.first if (both[0] is not None) != (hazard in moved) else self.second
        return self.second if path in moved else self.first

    def _block(self, section: Section, prefix: str, moved: Moved) -> Any:
        """Return one block, each field from its side; made, and checked, once for each choice of fields."""
        here = frozenset(path for path in moved if path.startswith(f"{prefix}."))
        key = prefix, here
        if key not in self._blocks:
            values = {}
            for name in section.parameters:
                side = self._side(f"{prefix}.{name}", here)
                values[name] = getattr(_part(side, prefix), name)
            self._blocks[key] = section.block(**values)
        return self._blocks[key]

    def _present(self, moved: Moved) -> Iterator[Any]:
        section = catalogue()["hazards"]
        assert isinstance(section, Section)
        for name, (before, after) in self._hazards().items():
            path = f"hazards.{name}"
            if before is not None and after is not None:
                yield self._block(section, path, moved)
            elif (one := before if path not in moved else after) is not None:
                yield one

    def _hazards(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the hazards of both by name; None where one has none of that name."""
        before, after = ({one.name: one for one in side.medians.hazards} for side in (self.first, self.second))
        return {name: (before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after])}

    def _correlations(self) -> Mapping[tuple[str, str], tuple[float, float]]:
        """Return the rank correlation in both of every pair that is tied in either."""
        before, after = ({one.between: one.spearman for one in side.correlations} for side in (self.first, self.second))
        return {pair: (before.get(pair, 0.0), after.get(pair, 0.0)) for pair in dict.fromkeys([*before, *after])}

    def _kept(self, moved: Moved, uncertain: Mapping[str, Any]) -> Iterator[Correlation]:
        """Yield the correlations of a mixture: of two inputs that are uncertain in it."""
        for pair, (before, after) in self._correlations().items():
            if not all(path in uncertain for path in pair):
                continue
            if all(self._uncertain_in_both(path) for path in pair):
                spearman = after if _named(pair) in moved else before
            else:  # which only one of the two scenarios can have tied
                spearman = before or after
            if spearman:
                yield Correlation(pair, spearman)

    def _uncertain_in_both(self, path: str) -> bool:
        return path in self.first.uncertain and path in self.second.uncertain


_CORRELATION = "correlation of "


def _named(pair: tuple[str, str]) -> str:
    return f"{_CORRELATION}{' and '.join(pair)}"


def _part(scenario: Scenario, prefix: str) -> Any:
    """Return the block of a scenario at ``prefix``, such as ``rival`` or ``hazards.misuse``."""
    section, _, name = prefix.partition(".")
    held = getattr(scenario.medians, section)
    return next(item for item in held if item.name == name) if name else held
