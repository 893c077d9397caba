"""Notations of uncertain inputs → ``Distribution``, within the declared range of the input.

``2 to 9 months`` gives the 5th and 95th percentile. A mapping names a distribution and its numbers, quantities in
any unit of the input. ``min`` and ``max`` cut normal and lognormal; percentiles and moments are those before the cut.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

import numpy as np

from deference_sim.scenario import shapes
from deference_sim.scenario.catalogue import Parameter, in_unit
from deference_sim.scenario.combined import Mixture, Point, Truncated
from deference_sim.scenario.distributions import Distribution, Lognormal, Normal
from deference_sim.scenario.experts import read_pool, read_samples
from deference_sim.scenario.metalog import MOST_TERMS
from deference_sim.scenario.problems import Mark, did_you_mean, gather, listed, refusal, shown
from deference_sim.scenario.quantities import between
from deference_sim.scenario.scalars import check_presence, check_range, kind_of, read_number
from deference_sim.scenario.shapes import Arguments, ArgumentsError, percentile
from deference_sim.scenario.tree import ListNode, MapNode, Node, Scalar

MAX_PARTS = 64  # of a mixture: more would slow every draw
MIN_KEPT = 0.001  # share of a distribution that truncation must leave
SUM_TOLERANCE = 1e-9
_TERMS = tuple(f"a{number}" for number in range(1, MOST_TERMS + 1))


def read_between(node: Scalar, ends: tuple[str, str], parameter: Parameter, path: str) -> Distribution:
    """Return the distribution of ``A to B``: lognormal if both ends are positive, else normal."""
    low, high = gather(
        partial(read_number, Scalar(end, True, node.mark), parameter.unit, path, parameter.allowed) for end in ends
    )
    kind = "lognormal" if low > 0.0 and high > 0.0 else "normal"
    distribution = _built(BY_NUMBERS[kind].build, {"p5": low, "p95": high}, node.mark, path)
    cut = f"write {{{kind}: {{p5: {ends[0]}, p95: {ends[1]}, %s}}}}"
    return _within(distribution, parameter, node.mark, path, cut)


def read_distribution(node: MapNode, parameter: Parameter, path: str) -> Distribution:
    """Return the distribution that a mapping describes."""
    of_table = ("column", "weight") if "samples" in node.entries else ()
    names = [name for name in node.entries if name not in ("min", "max", *of_table)]
    allowed = "one distribution: " + ", ".join(_KINDS)
    if len(names) != 1:
        quoted = listed([f"`{shown(name)}`" for name in names[:9]], "and")
        found = f"several keys: {quoted}" if names else "no distribution"
        raise refusal(node.mark, path, found, allowed, "such as {lognormal: {p10: 2, p90: 9}}")
    (name,) = names
    kind, entry = _KINDS.get(name), node.entries[name]
    if kind is None:
        raise refusal(entry.key, path, f"unknown distribution `{shown(name)}`", allowed, did_you_mean(name, _KINDS))
    check_presence(entry.node, f"{path}.{name}", "its numbers")
    distribution = kind(entry.node, node, parameter, f"{path}.{name}")
    return _within(distribution, parameter, entry.key, path)


def outside_range(distribution: Distribution, parameter: Parameter) -> tuple[str, str] | None:
    """Return which values of ``distribution`` leave the declared range, and the cut that would stop it, if any do."""
    low, high = distribution.reach
    if low < parameter.low:
        return f"values below {parameter.low:.12g} are possible", f"min: {parameter.low:.12g}"
    if high > parameter.high:
        return f"values above {parameter.high:.12g} are possible", f"max: {parameter.high:.12g}"
    for value, _ in distribution.points:
        if not parameter.admits(value):
            return f"the value {value:.12g} is possible", ""
    return None


def _within(
    distribution: Distribution, parameter: Parameter, mark: Mark, path: str, hint: str = "add `%s`"
) -> Distribution:
    if not all(map(math.isfinite, distribution.reach)):
        raise refusal(mark, path, "values too large for a number are possible", parameter.allowed)
    if out := outside_range(distribution, parameter):
        found, cut = out
        can_be_cut = isinstance(distribution, Normal | Lognormal | Truncated)
        raise refusal(mark, path, found, parameter.allowed, hint % cut if can_be_cut else "")
    return distribution


# ---- distributions that are given by named numbers ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByNumbers:
    """A distribution whose mapping holds numbers: their names, those without unit, and what makes it of them.

    ``fewest`` is how many it takes at least. With ``in_range`` it ends where the declared range of the input does,
    unless min or max say where.
    """

    build: Callable[[Arguments], Distribution]
    names: tuple[str, ...]
    percentiles: bool = False
    plain: tuple[str, ...] = ()
    cut: bool = False
    fewest: int = 2
    in_range: bool = False

    def __call__(self, node: Node, outer: MapNode, parameter: Parameter, path: str) -> Distribution:
        """Read the numbers and build the distribution."""
        if not isinstance(node, MapNode):
            raise refusal(node.mark, path, kind_of(node), "a mapping of " + self._allowed())
        beside = {side: entry for side, entry in outer.entries.items() if side in ("min", "max")}
        if beside and not self.cut:
            first = next(iter(beside.values()))
            raise refusal(first.key, path, "min or max beside it", "min and max inside, as its ends")
        numbers = gather(partial(self._number, name, node, parameter, path) for name in node.entries)
        given = dict(zip(node.entries, numbers, strict=True))
        if self.in_range:
            ends = {"min": parameter.low, "max": parameter.high}
            given = {side: end for side, end in ends.items() if math.isfinite(end)} | given
        for side, entry in beside.items():
            if side in given:
                raise refusal(entry.key, path, f"`{side}` twice", "one of them")
            given[side] = read_number(entry.node, parameter.unit, f"{path}.{side}", "a number")
        return _built(self._cut_to_ends if self.cut else self.build, given, node.mark, path)

    def _number(self, name: str, node: MapNode, parameter: Parameter, path: str) -> float:
        entry = node.entries[name]
        if name not in self.names and not (self.percentiles and percentile(name)):
            hint = did_you_mean(name, self.names)
            raise refusal(entry.key, f"{path}.{shown(name)}", f"unknown key `{shown(name)}`", self._allowed(), hint)
        unit = "1" if name in self.plain else parameter.unit
        return read_number(entry.node, unit, f"{path}.{name}", "a number" + in_unit(unit))

    def _allowed(self) -> str:
        return ", ".join(self.names) + (", p1 to p99" if self.percentiles else "")

    def _cut_to_ends(self, given: Arguments) -> Distribution:
        low, high = given.get("min", -math.inf), given.get("max", math.inf)
        whole = self.build({name: number for name, number in given.items() if name not in ("min", "max")})
        if low == -math.inf and high == math.inf:
            return whole
        if not low < high:
            raise ArgumentsError(f"min {low:.12g}, max {high:.12g}", "min below max")
        truncated = Truncated(whole, low, high)
        if not truncated.kept >= MIN_KEPT:
            found = f"min and max leave {truncated.kept:.2g} of the distribution"
            raise ArgumentsError(found, f"at least {MIN_KEPT:g} of it")
        return truncated


def _built(build: Callable[[Arguments], Distribution], given: Arguments, mark: Mark, path: str) -> Distribution:
    try:
        with np.errstate(all="ignore"):
            return build(given)
    except ArgumentsError as bad:
        raise refusal(mark, path, bad.found, bad.allowed, bad.hint) from None
    except (OverflowError, ZeroDivisionError):
        raise refusal(mark, path, "numbers too far apart or too close", "a distribution of finite numbers") from None


# ---- distributions that are given by a list of parts -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ByParts:
    """A distribution whose mapping holds a list of ``{probability: P, value: V}``."""

    read_part: Callable[[Node, Parameter, str], Distribution]

    def __call__(self, node: Node, outer: MapNode, parameter: Parameter, path: str) -> Distribution:
        """Read the parts, whose probabilities must add up to 1."""
        allowed = "a list of {probability: P, value: V}"
        if not isinstance(node, ListNode) or not node.items:
            raise refusal(node.mark, path, "an empty list" if isinstance(node, ListNode) else kind_of(node), allowed)
        if len(node.items) > MAX_PARTS:
            raise refusal(node.mark, path, f"{len(node.items)} parts", f"at most {MAX_PARTS}")
        if len(outer.entries) > 1:
            raise refusal(outer.mark, path, "min or max beside it", "min and max in its parts")
        parts = gather(
            partial(self._part, item, parameter, f"{path}[{place}]", allowed) for place, item in enumerate(node.items)
        )
        total = math.fsum(share for _, share in parts)
        if abs(total - 1.0) > SUM_TOLERANCE:
            raise refusal(
                node.mark, path, f"probabilities that add up to {total:.12g}", "probabilities that add up to 1"
            )
        mixture = Mixture(tuple(parts))
        values = [value for value, _ in mixture.points]
        if len(set(values)) < len(values):
            raise refusal(node.mark, path, "the same value twice", "each value once")
        return mixture

    def _part(self, node: Node, parameter: Parameter, path: str, allowed: str) -> tuple[Distribution, float]:
        if not isinstance(node, MapNode) or node.entries.keys() != {"probability", "value"}:
            raise refusal(node.mark, path, "a part without just probability and value", allowed)
        value, share = gather(_part_readings(self.read_part, node, parameter, path))
        assert isinstance(value, Distribution)
        assert isinstance(share, float)
        return value, share


def _part_readings(
    read_part: Callable[[Node, Parameter, str], Distribution], node: MapNode, parameter: Parameter, path: str
) -> Iterator[Callable[[], Distribution | float]]:
    yield partial(read_part, node.entries["value"].node, parameter, f"{path}.value")
    yield partial(read_probability, node.entries["probability"].node, f"{path}.probability")


def read_probability(node: Node, path: str) -> float:
    """Return a probability above 0."""
    allowed = "a number in (0, 1]"
    value = read_number(node, "1", path, allowed)
    if not 0.0 < value <= 1.0:
        raise refusal(node.mark, path, f"{value:.12g}", allowed)
    return value


def _read_point(node: Node, parameter: Parameter, path: str) -> Distribution:
    value = read_number(node, parameter.unit, path, parameter.allowed)
    return Point(check_range(value, parameter, node, path))


def _read_any_part(node: Node, parameter: Parameter, path: str) -> Distribution:
    if isinstance(node, Scalar) and (ends := between(node.text)):
        return read_between(node, ends, parameter, path)
    if not isinstance(node, MapNode):
        return _read_point(node, parameter, path)
    distribution = read_distribution(node, parameter, path)
    if isinstance(distribution, Mixture):
        raise refusal(node.mark, path, "a mixture in a mixture", "one list of parts")
    if distribution.choice:
        raise refusal(
            node.mark, path, "a pool or samples in another distribution", "a number, a range or a distribution"
        )
    return distribution


#: Distributions that are given by numbers, by name.
BY_NUMBERS: Final[Mapping[str, ByNumbers]] = {
    "lognormal": ByNumbers(
        shapes.lognormal, ("median", "sigma", "mean", "sd", "min", "max"), percentiles=True, plain=("sigma",), cut=True
    ),
    "normal": ByNumbers(shapes.normal, ("mean", "median", "sd", "min", "max"), percentiles=True, cut=True),
    "loguniform": ByNumbers(shapes.loguniform, ("min", "max"), percentiles=True),
    "uniform": ByNumbers(shapes.uniform, ("min", "max"), percentiles=True),
    "beta": ByNumbers(shapes.beta, ("alpha", "beta", "mean", "sd", "min", "max"), plain=("alpha", "beta")),
    "triangular": ByNumbers(shapes.triangular, ("min", "mode", "max"), fewest=3),
    "pert": ByNumbers(shapes.pert, ("min", "mode", "max"), fewest=3),
    "quantiles": ByNumbers(shapes.quantiles, ("median", "min", "max"), percentiles=True, in_range=True),
    "metalog": ByNumbers(shapes.metalog, (*_TERMS, "min", "max"), plain=_TERMS),
}
#: Distributions that are given by a list of parts, by name.
BY_PARTS: Final[Mapping[str, ByParts]] = {
    "discrete": ByParts(_read_point),
    "mixture": ByParts(_read_any_part),
}
_Read: TypeAlias = Callable[[Node, MapNode, Parameter, str], Distribution]
_KINDS: Mapping[str, _Read] = {
    **BY_NUMBERS,
    **BY_PARTS,
    "pool": partial(read_pool, read_part=_read_any_part),
    "samples": read_samples,
}
