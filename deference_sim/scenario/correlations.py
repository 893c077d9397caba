"""Nodes of the tree → rank correlations of uncertain inputs."""

from collections.abc import Mapping, Set
from functools import partial

from deference_sim.scenario.catalogue import find
from deference_sim.scenario.copula import Correlation, CorrelationError, check_correlations
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.problems import gather, refusal
from deference_sim.scenario.scalars import check_presence, kind_of, read_number, read_text
from deference_sim.scenario.tree import ListNode, MapNode, Node

_ALLOWED = "a list of {between: [path, path], spearman: number}"


def read_correlations(
    node: Node, uncertain: Mapping[str, Distribution] | None, freed: Set[str]
) -> tuple[Correlation, ...]:
    """Return the correlations of a list. Raises ``ScenarioError``.

    They are checked against ``uncertain`` unless that is not known (None). One of a path in ``freed`` that is no
    longer uncertain is left out instead of being refused.
    """
    check_presence(node, "correlations", _ALLOWED)
    if not isinstance(node, ListNode):
        raise refusal(node.mark, "correlations", kind_of(node), _ALLOWED)
    found = gather(partial(_read_one, item, f"correlations[{place}]") for place, item in enumerate(node.items))
    if uncertain is None:
        return tuple(found)
    kept = {place: one for place, one in enumerate(found) if not _has_lapsed(one, uncertain, freed)}
    try:
        check_correlations(list(kept.values()), uncertain)
    except CorrelationError as error:
        place = None if error.place is None else list(kept)[error.place]
        mark, path = (node.mark, "") if place is None else (node.items[place].mark, f"[{place}]")
        raise refusal(mark, f"correlations{path}", error.found, error.allowed, error.hint) from None
    return tuple(kept.values())


def _has_lapsed(correlation: Correlation, uncertain: Mapping[str, Distribution], freed: Set[str]) -> bool:
    return any(
        path not in uncertain and (path in freed or path.partition(".")[0] in freed) for path in correlation.between
    )


def _read_one(node: Node, path: str) -> Correlation:
    if not isinstance(node, MapNode) or node.entries.keys() != {"between", "spearman"}:
        raise refusal(node.mark, path, "not a correlation", _ALLOWED)
    between, spearman = node.entries["between"].node, node.entries["spearman"].node
    if not isinstance(between, ListNode) or len(between.items) != 2:
        raise refusal(between.mark, f"{path}.between", kind_of(between), "two paths: [path, path]")
    first, second = gather(partial(_read_path, item, f"{path}.between") for item in between.items)
    rank = read_number(spearman, "1", f"{path}.spearman", "a number in [-1, 1]")
    if not -1.0 <= rank <= 1.0:
        raise refusal(spearman.mark, f"{path}.spearman", f"{rank:.12g}", "a number in [-1, 1]")
    return Correlation.of(first, second, rank)


def _read_path(node: Node, path: str) -> str:
    text = read_text(node, path, "a path")
    find(text, node.mark)
    return text
