"""Nodes of the tree → values of parameters, in documented units, checked against the declared range.

Every function raises ``ScenarioError`` with all that is wrong in its node.
"""

import math
from functools import partial
from typing import Any, Final

from deference_sim.model.declare import Pairs
from deference_sim.scenario.catalogue import Parameter, in_unit
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.notations import is_spread, written_here
from deference_sim.scenario.problems import ScenarioError, did_you_mean, gather, refusal, shown
from deference_sim.scenario.quantities import between
from deference_sim.scenario.scalars import (
    TRUTH_WORDS,
    check_presence,
    check_range,
    is_null,
    kind_of,
    read_number,
    read_text,
)
from deference_sim.scenario.tree import Entry, ListNode, MapNode, Node, Scalar
from deference_sim.scenario.uncertain import SUM_TOLERANCE, read_between, read_distribution, read_probability
from deference_sim.scenario.words import Words

#: The one word that is the same in every future: it says what a hazard of a list is.
OF_A_LIST: Final = "hazards.NAME.kind"
_SUCH_AS = "write it as here: {lognormal: {p10: 2, p90: 9}}, {normal: …}, {uniform: {min: 2, max: 9}} and others"
_NUMBERS_AND_WORDS = {**TRUTH_WORDS, "1": "true", "0": "false"}
_NULL_IN_WORDS = {"none", "never", "off", "nil", "na", "n/a", "infinite", "infinity", ".inf", "inf"}


def read_value(node: Node, parameter: Parameter, path: str) -> Any:
    """Return what ``node`` says: a plain value or, where a number or a word is uncertain, a ``Distribution``."""
    check_presence(node, path, parameter.allowed, nullable=parameter.nullable)
    if is_null(node):
        return None
    match parameter.kind:
        case "truth":
            return _truth(node, parameter, path)
        case "word":
            return _word(node, parameter, path)
        case "text":
            return read_text(node, path, parameter.allowed, parameter.pattern)
        case "pairs":
            return _pairs(node, parameter, path)
        case "whole":
            return _whole(node, parameter, path)
        case "number":
            return _number(node, parameter, path)


def _number(node: Node, parameter: Parameter, path: str) -> float | Distribution:
    if isinstance(node, MapNode):
        return read_distribution(node, parameter, path)
    if isinstance(node, ListNode):
        raise _bare_list(node, parameter, path)
    assert isinstance(node, Scalar)
    if ends := between(node.text):
        return read_between(node, ends, parameter, path)
    if is_spread(node.text.strip()):
        written = written_here(node.text.strip(), parameter.low, parameter.high)
        found = f"`{shown(node.text)}`: a distribution as others write it"
        raise refusal(node.mark, path, found, parameter.allowed, f"write {written}" if written else _SUCH_AS)
    if parameter.nullable and node.text.strip().lower() in _NULL_IN_WORDS:
        raise refusal(node.mark, path, kind_of(node), parameter.allowed, "write null")
    return check_range(read_number(node, parameter.unit, path, parameter.allowed), parameter, node, path)


def _whole(node: Node, parameter: Parameter, path: str) -> int:
    value = check_range(read_number(node, parameter.unit, path, parameter.allowed), parameter, node, path)
    if not value.is_integer():
        raise refusal(node.mark, path, f"{value:.12g}", parameter.allowed)
    return int(value)


def _bare_list(node: ListNode, parameter: Parameter, path: str) -> ScenarioError:
    if len(node.items) != 2:
        return refusal(node.mark, path, "a list", parameter.allowed)
    low, high = (shown(item.text, 20) if isinstance(item, Scalar) else "…" for item in node.items)
    hint = (
        f"it may mean 80 % or 90 %: write `{low} to {high}` (5th to 95th percentile) "
        f"or {{lognormal: {{p10: {low}, p90: {high}}}}}"
    )
    return refusal(node.mark, path, "a bare pair", parameter.allowed + ", or a distribution", hint)


def _truth(node: Node, parameter: Parameter, path: str) -> bool:
    if isinstance(node, Scalar) and node.plain and node.text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return node.text.lower() == "true"
    meant = _NUMBERS_AND_WORDS.get(node.text.strip().lower()) if isinstance(node, Scalar) else None
    raise refusal(node.mark, path, kind_of(node), parameter.allowed, f"write {meant}" if meant else "")


def _word(node: Node, parameter: Parameter, path: str) -> str | Words:
    if isinstance(node, Scalar) and node.text in parameter.words:
        return node.text
    if isinstance(node, MapNode):
        return _uncertain_word(node, parameter, path)
    near = did_you_mean(node.text.strip().lower(), parameter.words) if isinstance(node, Scalar) else ""
    raise refusal(node.mark, path, kind_of(node), parameter.allowed, near)


def _uncertain_word(node: MapNode, parameter: Parameter, path: str) -> Words:
    if parameter.path == OF_A_LIST:
        raise refusal(
            node.mark, path, "a word that cannot be uncertain", parameter.allowed, "list a hazard of each kind"
        )
    such = f"{{discrete: {{{parameter.words[0]}: 0.6, {parameter.words[-1]}: 0.4}}}}"
    held = node.entries.get("discrete")
    if held is None or len(node.entries) > 1:
        raise refusal(
            node.mark, path, "a mapping", f"{parameter.allowed}, or words with probabilities", f"such as {such}"
        )
    if not isinstance(held.node, MapNode) or not held.node.entries:
        inside = f"{path}.discrete"
        raise refusal(held.node.mark, inside, kind_of(held.node), "{WORD: PROBABILITY, …}", f"such as {such}")
    found = gather(
        partial(_word_share, word, entry, parameter, f"{path}.discrete") for word, entry in held.node.entries.items()
    )
    total = math.fsum(share for _, share in found)
    if abs(total - 1.0) > SUM_TOLERANCE:
        added = f"probabilities that add up to {total:.12g}"
        raise refusal(held.node.mark, f"{path}.discrete", added, "probabilities that add up to 1")
    return Words(parameter.words, tuple(found))


def _word_share(word: str, entry: Entry, parameter: Parameter, path: str) -> tuple[str, float]:
    if word not in parameter.words:
        hint = did_you_mean(word.strip().lower(), parameter.words)
        raise refusal(entry.key, path, f"`{shown(word)}`", parameter.allowed, hint)
    return word, read_probability(entry.node, f"{path}.{word}")


def _pairs(node: Node, parameter: Parameter, path: str) -> Pairs:
    if not isinstance(node, ListNode):
        raise refusal(node.mark, path, kind_of(node), parameter.allowed, "write [[x, y], [x, y]]")
    count, longest = len(node.items), parameter.longest
    if count < parameter.shortest or (longest is not None and count > longest):
        raise refusal(node.mark, path, f"{count} pairs", parameter.allowed)
    pairs = gather(partial(_pair, item, parameter, path) for item in node.items)
    for (before, _), (here, _), item in zip(pairs, pairs[1:], node.items[1:], strict=False):
        if here <= before:
            found = f"{here:.12g} after {before:.12g}"
            raise refusal(item.mark, path, found, "first numbers that rise from pair to pair", "sort the pairs")
    return tuple(pairs)


def _pair(node: Node, parameter: Parameter, path: str) -> tuple[float, float]:
    if not isinstance(node, ListNode) or len(node.items) != 2:
        raise refusal(node.mark, path, kind_of(node), "a pair [x, y]")
    first, second = gather(
        partial(read_number, item, unit, path, "a number" + in_unit(unit))
        for item, unit in zip(node.items, parameter.pair_units, strict=True)
    )
    return first, second
