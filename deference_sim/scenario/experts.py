"""Nodes of the tree → what experts believe: pools of their distributions, and rows of a table of samples."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from deference_sim.scenario.catalogue import Parameter
from deference_sim.scenario.chosen import Opinion, Pool, Samples
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.problems import gather, refusal
from deference_sim.scenario.scalars import check_range, kind_of, read_number, read_text
from deference_sim.scenario.tree import ListNode, MapNode, Node, Scalar

MAX_EXPERTS = 32
MAX_WEIGHT = 1_000_000
MAX_ROWS = 500  # so that a file that holds them all stays below the size of a scenario
NAME_PATTERN = r"[a-z0-9][a-z0-9_-]{0,63}"
OF_PATTERN = r"[0-9a-f]{16}"
_NAME = "a name of small letters, digits, _ and -, at most 64"
_OPINIONS = "a list of {expert: NAME, weight: W, value: V}, the weight 1 where it is left out"
_ROWS = "{samples: FILE.csv, column: NAME}, also with weight: NAME, in a scenario file"

ReadPart: TypeAlias = Callable[[Node, Parameter, str], Distribution]


def read_pool(node: Node, outer: MapNode, parameter: Parameter, path: str, read_part: ReadPart) -> Distribution:
    """Return the linear pool of a list of opinions."""
    if not isinstance(node, ListNode) or not node.items:
        raise refusal(node.mark, path, "an empty list" if isinstance(node, ListNode) else kind_of(node), _OPINIONS)
    if len(node.items) > MAX_EXPERTS:
        raise refusal(node.mark, path, f"{len(node.items)} experts", f"at most {MAX_EXPERTS}")
    if len(outer.entries) > 1:
        raise refusal(
            outer.mark, path, "a key beside it", "min and max in what an expert believes, weights in the list"
        )
    places = enumerate(node.items)
    opinions = gather(partial(_opinion, item, parameter, f"{path}[{place}]", read_part) for place, item in places)
    names = [one.expert for one in opinions]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise refusal(node.items[place].mark, f"{path}[{place}]", f"expert `{name}` again", "each expert once")
    return Pool(tuple(opinions))


def _opinion(node: Node, parameter: Parameter, path: str, read_part: ReadPart) -> Opinion:
    if not isinstance(node, MapNode) or not {"expert", "value"} <= node.entries.keys() <= {"expert", "weight", "value"}:
        raise refusal(node.mark, path, "something without expert and value", _OPINIONS)
    entries = node.entries
    name = read_text(entries["expert"].node, f"{path}.expert", _NAME, NAME_PATTERN)
    weight = _weight(entries["weight"].node, f"{path}.weight") if "weight" in entries else 1.0
    return Opinion(name, weight, read_part(entries["value"].node, parameter, f"{path}.value"))


def _weight(node: Node, path: str) -> float:
    allowed = f"a number above 0, at most {MAX_WEIGHT:,}"
    value = read_number(node, "1", path, allowed)
    if not 0.0 < value <= MAX_WEIGHT:
        raise refusal(node.mark, path, f"{value:.12g}", allowed)
    return value


def read_samples(node: Node, outer: MapNode, parameter: Parameter, path: str) -> Distribution:
    """Return the samples of a table that stands in the file itself.

    Those in a file of their own were put in its place when the scenario's file was read.
    """
    if isinstance(node, Scalar):
        hint = "write it into a scenario file, beside which that file lies"
        raise refusal(node.mark, path, f"{kind_of(node)}, a file's name on its own", _ROWS, hint)
    if not isinstance(node, MapNode) or not {"of", "values"} <= node.entries.keys() <= {"of", "values", "weights"}:
        raise refusal(node.mark, path, kind_of(node), _ROWS)
    if len(outer.entries) > 1:
        raise refusal(outer.mark, path, "a key beside it", "nothing beside a table that stands in the file itself")
    of = read_text(node.entries["of"].node, f"{path}.of", "16 hexadecimal digits", OF_PATTERN)
    values = _numbers(node.entries["values"].node, path, "values", partial(_sample, parameter=parameter))
    weights = [1.0] * len(values)
    if "weights" in node.entries:
        weights = _numbers(node.entries["weights"].node, path, "weights", _weight)
    if len(weights) != len(values):
        found = f"{len(values)} values, {len(weights)} weights"
        raise refusal(node.mark, path, found, "as many weights as values")
    return Samples(of, tuple(values), tuple(weights))


def _numbers(node: Node, path: str, name: str, read: Callable[[Node, str], float]) -> list[float]:
    if not isinstance(node, ListNode) or not 2 <= len(node.items) <= MAX_ROWS:
        found = f"{len(node.items)} {name}" if isinstance(node, ListNode) else kind_of(node)
        raise refusal(node.mark, path, found, f"a list of 2 to {MAX_ROWS} {name}")
    return gather(partial(read, item, f"{path}.{name}") for item in node.items)


def _sample(node: Node, path: str, parameter: Parameter) -> float:
    return check_range(read_number(node, parameter.unit, path, parameter.allowed), parameter, node, path)
