"""The scenario: checked as a whole, changed by path, compared by meaning, and drawn from."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import PrivateAttr, ValidationError, model_validator

from deference_sim.model.parameters import Blocks
from deference_sim.scenario.canonical import canonical_text, document, hash_of, yaml_text
from deference_sim.scenario.catalogue import (
    Parameter,
    Section,
    catalogue,
    find,
    general_path,
    nearest_path,
    parameters,
    paths_of,
)
from deference_sim.scenario.chosen import EXPERTS
from deference_sim.scenario.copula import check_correlations, draw, values_at
from deference_sim.scenario.distributions import Distribution, Floats
from deference_sim.scenario.fields import Fields
from deference_sim.scenario.frozen import FrozenMap
from deference_sim.scenario.layers import ARGUMENT, Change, change_of, changed, marked_tree
from deference_sim.scenario.own import NOTHING, Own, own_of
from deference_sim.scenario.problems import ScenarioError, refusal, sift
from deference_sim.scenario.reader import read_fields, reworded
from deference_sim.scenario.several import OneOrMore
from deference_sim.scenario.source import refused_character
from deference_sim.scenario.tree import MapNode
from deference_sim.scenario.uncertain import outside_range
from deference_sim.scenario.uncertain_input import UncertainInput
from deference_sim.scenario.words import Words
from deference_sim.shown import Shown
from deference_sim.streams import stream_table

MAX_STRUCTURES = 64  # combinations of uncertain words


class Scenario(Shown, Fields):
    """One scenario, frozen, and checked as a whole. An uncertain input reads as an ``UncertainInput``, not as a number.

    Two scenarios are equal if name, description and meaning are; ``hash`` is of the meaning alone.
    """

    _own: Own = PrivateAttr(NOTHING)

    @model_validator(mode="after")
    def _check_texts(self) -> Self:
        for section in catalogue().values():
            if isinstance(section, Section) and section.is_list:
                names = [item.name for item in vars(self)[section.name]]
                if len(set(names)) < len(names):
                    raise ValueError(f"{section.name} need names of their own, not {', '.join(names)}")
        stream_table([f"{kind}:{hazard.name}" for hazard in self.hazards for kind in ("hazard", "severity")])
        if found := refused_character(self.description.replace("\n", " ")):
            raise ValueError(f"description has a {found}")
        return self

    @model_validator(mode="after")
    def _check_uncertain(self) -> Self:
        values = {path: (parameter, value) for path, parameter, value in paths_of(self)}
        for path, distribution in self.uncertain.items():
            parameter, value = values.get(path, (None, None))
            is_words = isinstance(distribution, Words)
            if parameter is None or parameter.kind != ("word" if is_words else "number"):
                raise ValueError(f"{path} cannot be uncertain: no such {'word' if is_words else 'number'}")
            if out := outside_range(distribution, parameter):
                raise ValueError(f"{path}: {out[0]}; allowed: {parameter.allowed}")
            if value != distribution.central:
                middle = "likeliest word" if is_words else "median"
                raise ValueError(f"{path} must hold the {middle} of its distribution, {distribution.central!r}")
        choices = {distribution.choice for distribution in self.uncertain.values()} - {""}
        stream_table(f"parameter:{name}" for name in (*self.uncertain, *sorted(choices)))
        check_correlations(self.correlations, self.uncertain)
        return self

    @model_validator(mode="after")
    def _check_choices(self) -> Self:
        known: dict[str, tuple[str, Distribution]] = {}
        for path, distribution in self.uncertain.items():
            if not distribution.choice:
                continue
            first, other = known.setdefault(distribution.choice, (path, distribution))
            if other.shares != distribution.shares:
                told = [_shares_in_words(one) for one in (other, distribution)]
                raise ValueError(f"{path} has {told[1]}, {first} has {told[0]}: give both the same")
        return self

    @model_validator(mode="after")
    def _check_structures(self) -> Self:
        words = {path: one for path, one in self.uncertain.items() if isinstance(one, Words)}
        count = math.prod(len(one.probabilities) for one in words.values())
        if count > MAX_STRUCTURES:
            raise ValueError(f"{', '.join(words)}: {count} structures of the world; allowed: at most {MAX_STRUCTURES}")
        for name in sorted({path.partition(".")[0] for path in words}):
            inside = {path: one for path, one in words.items() if path.startswith(f"{name}.")}
            for chosen in product(*([word for word, _ in one.probabilities] for one in inside.values())):
                held = dict(zip((path.partition(".")[2] for path in inside), chosen, strict=True))
                self._check_block(name, held)
        return self

    def _check_block(self, name: str, words: Mapping[str, str]) -> None:
        block = vars(self)[name]
        try:
            type(block)(**{**dict(block), **words})
        except ValidationError as error:
            said = next(reworded(error, name, MapNode({}, ARGUMENT), ARGUMENT))
            when = " and ".join(f"{name}.{field} is {word}" for field, word in words.items())
            raise ValueError(f"{said.found}, where {when}" + (f": {said.hint}" if said.hint else "")) from None

    def model_post_init(self, context: object, /) -> None:
        """Note "default" or "Python" as the source of what no file and no command line gave."""
        given = dict(self.sources)
        for path, parameter, value in paths_of(self):
            given.setdefault(path, "default" if value == parameter.default else "Python")
        object.__setattr__(self, "sources", FrozenMap(given))

    if not TYPE_CHECKING:  # with it there, a checker would take any name for an attribute

        def __getattribute__(self, name: str) -> Any:
            """Return a field, with what is uncertain in it told as such: a median never reads as a plain number."""
            held = super().__getattribute__(name)
            if name not in catalogue() or not (uncertain := super().__getattribute__("uncertain")):
                return held
            numbers = {path: one for path, one in uncertain.items() if not isinstance(one, Words)}
            return _told(name, held, numbers, super().__getattribute__("written"))

    @property
    def medians(self) -> Blocks:
        """All inputs as plain values: of an uncertain one, which itself reads as such, the median."""
        return Blocks.model_construct(**{name: vars(self)[name] for name in catalogue()})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scenario):
            return NotImplemented
        mine, theirs = (self.name, self.description), (other.name, other.description)
        return mine == theirs and self.own == other.own and canonical_text(self) == canonical_text(other)

    def __hash__(self) -> int:
        return hash(canonical_text(self))

    @property
    def hash(self) -> str:
        """32 hexadecimal digits of BLAKE2b, equal for equal meaning; name and description do not count."""
        return hash_of(self)

    def canonical(self) -> str:
        """Return one line of JSON with every value in its documented unit, equal for equal meaning."""
        return canonical_text(self)

    def to_yaml(self) -> str:
        """Return a file that says everything, each number with its unit; it reads back to an equal scenario."""
        return yaml_text(self)

    def value(self, path: str) -> Any:
        """Return the value at ``path``, such as "rival.lead" or "hazards.misuse.rate", in its documented unit.

        Of an uncertain input it is the median. Raises ``ScenarioError`` if there is no such path.
        """
        general_path(path)
        for known, _, value in paths_of(self):
            if known == path:
                return value
        if general_path(path) in parameters():
            section, item, _ = path.split(".")
            raise refusal(ARGUMENT, path, f"no `{item}` in {section}")
        raise refusal(ARGUMENT, path, "unknown parameter", hint=nearest_path(path))

    def with_(self, **changes: Any) -> Self:
        """Return a copy with ``changes``: to each path another value, as in ``scenario.with_(**{"rival.lead": 3})``.

        A value is a number in the documented unit, a ``Distribution``, a word, a list, None for null, or text as in
        a file ("3 months", "2 to 9 months"). A number for an uncertain input fixes it and drops its correlations.
        The checks are those of a file; raises ``ScenarioError``.
        """
        wanted, problems = sift(partial(change_of, path, value) for path, value in changes.items())
        tree = marked_tree(document(self, defaults=False), self.sources)
        made, refused = sift([partial(self.of_tree, tree, changes=wanted)])
        if problems or refused:
            raise ScenarioError([*problems, *refused])
        kept = {path: text for path, text in self.written.items() if path in made[0].written and path not in changes}
        changed = made[0].model_copy(update={"written": FrozenMap({**made[0].written, **kept})})
        changed._own = self.own
        return changed

    @property
    def own(self) -> Own:
        """The policy, the processes and the measures that were added with ``with_own``."""
        return self._own

    def with_own(
        self,
        *,
        policy: Callable[..., Any] | None = None,
        processes: Callable[..., Any] | Iterable[Callable[..., Any]] = (),
        measures: OneOrMore = (),
    ) -> Self:
        """Return a copy with a policy and processes of your own, in the place of those it has; without any, with none.

        ``policy`` is a function from an ``Observation`` to ``Shares``; ``processes`` are generator functions of a
        ``World``, one or several. ``measures`` names what they count with ``world.count(name)`` or ``world.note(name,
        value)``. Such a scenario goes wherever one goes that is run, on the events engine, which is far slower. Its
        ``hash`` says nothing of them. Raises ``ArgumentError`` for what is no function and no name.
        """
        changed = self.model_copy()
        changed._own = own_of(policy, processes, measures)
        return changed

    def draws(self, seed: int, replicates: NDArray[np.integer]) -> dict[str, Floats]:
        """Return the values of every uncertain input for each of ``replicates`` of ``seed``, by path, in its unit.

        An input draws from its own address (stream ``parameter:PATH``, index 0): the same whatever else is
        uncertain, unless a correlation ties it to others. Empty if nothing is uncertain.
        """
        return self._inside_ranges(draw(self.uncertain, self.correlations, seed, replicates))

    def draws_at(self, own: Mapping[str, Floats]) -> dict[str, Floats]:
        """Return the values of some uncertain inputs at given numbers, by path, in documented units.

        ``own`` holds independent uniform numbers in (0, 1) by path, such as those of a quasi-random design.
        Correlations among those paths tie their values, as in ``draws``.
        """
        among = [correlation for correlation in self.correlations if set(correlation.between) <= own.keys()]
        return self._inside_ranges(values_at({path: self.uncertain[path] for path in own}, among, own))

    def _inside_ranges(self, drawn: Mapping[str, Floats]) -> dict[str, Floats]:
        return {path: _inside(values, find(path, ARGUMENT)) for path, values in drawn.items()}

    @classmethod
    def of_tree(cls, tree: MapNode, *, name: str = "scenario", changes: Sequence[Change] = ()) -> Self:
        """Return the scenario that a whole tree with ``changes`` describes, called ``name`` if the tree does not say.

        Correlations of what is changed lapse if it is not uncertain any more. Raises ``ScenarioError`` with the
        problems of all changes and of the tree.
        """
        tree, problems = changed(tree, changes)
        read, refused = sift([partial(read_fields, tree, [change.path for change in changes])])
        if problems or refused:
            raise ScenarioError([*problems, *refused])
        try:
            return cls(**{"name": name} | read[0])
        except ValidationError as error:
            raise ScenarioError(reworded(error, "", tree, tree.mark)) from None


def _told(name: str, held: Any, uncertain: Mapping[str, Distribution], written: Mapping[str, str]) -> Any:
    """Return what a field holds, an ``UncertainInput`` in the place of each median in it."""
    if isinstance(held, tuple):
        return tuple(_told(f"{name}.{item.name}", item, uncertain, written) for item in held)
    if name in uncertain:
        return UncertainInput(name, uncertain[name], find(name, ARGUMENT).unit, written.get(name, ""))
    inside = [path for path in uncertain if path.rpartition(".")[0] == name]
    if not inside:
        return held
    told = {
        path.rpartition(".")[2]: UncertainInput(path, uncertain[path], find(path, ARGUMENT).unit, written.get(path, ""))
        for path in inside
    }
    return held.model_copy(update=told)


def _shares_in_words(distribution: Distribution) -> str:
    if distribution.choice != EXPERTS:
        return f"{len(distribution.shares)} rows with their weights"
    return "experts " + ", ".join(f"{name} ({share:.3g})" for name, share in distribution.shares)


def _inside(values: Floats, parameter: Parameter) -> Floats:
    """Keep rounding from putting a draw on an end that the declared range leaves out."""
    low = np.nextafter(parameter.low, np.inf) if parameter.low_open else parameter.low
    high = np.nextafter(parameter.high, -np.inf) if parameter.high_open else parameter.high
    return np.clip(values, low, high)
