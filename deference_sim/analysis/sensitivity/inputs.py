"""Which inputs a study varies, over which ranges, and which of them are tied to one another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from deference_sim.scenario import Scenario, load
from deference_sim.scenario.catalogue import Parameter, find
from deference_sim.scenario.copula import Correlation, groups, together
from deference_sim.scenario.distributions import Distribution, Floats, Loguniform, Uniform
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.plausible import TWINS, core_paths, plausible_ranges, range_status
from deference_sim.scenario.problems import gather, refusal
from deference_sim.scenario.several import OneOrMore, words_of
from deference_sim.scenario.words import Words

UNCERTAIN, CORE = "uncertain", "core"
DECISIONS = ("strategy", "handoff")  # blocks whose inputs are chosen, not found out
RANGES = "uncertain-baseline"  # the shipped scenario that holds the plausible range of the main unknowns
GIVEN = "given"  # the status of a range that whoever wrote the scenario has chosen
WIDENED = "widened"
HALF_TO_DOUBLE = "half to double"
ENDS = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a study: its plausible range, and where that is from.

    Its low and high value are the 5th and 95th percentile of ``distribution``, or the ends of a range that is only half
    to double the value, or that was widened to hold it. ``status`` (published, derived, given by the scenario, or
    guess) is that of the range. Of a word the value is its place among those that are declared.
    """

    path: str
    unit: str
    value: float
    distribution: Distribution
    range_from: str
    status: str

    @property
    def words(self) -> Mapping[str, float]:
        """The words of an input that is one, each with its place among those that are declared; else nothing."""
        if not isinstance(self.distribution, Words):
            return {}
        return {word: float(self.distribution.declared.index(word)) for word, _ in self.distribution.probabilities}

    @property
    def ends(self) -> tuple[float, float]:
        """The low and the high value."""
        if self.range_from in (HALF_TO_DOUBLE, WIDENED):
            return self.distribution.support
        low, high = self.distribution.quantile(np.array(ENDS))
        return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Varied:
    """What a study varies: ``scenario`` has every one of ``inputs`` uncertain; correlated ones form one of ``groups``.

    ``bundles`` are those that are one unknown (perfectly correlated): none of them moves alone. ``left_out`` are inputs
    that have no range, each with the reason.
    """

    scenario: Scenario
    inputs: tuple[Input, ...]
    groups: tuple[tuple[int, ...], ...]
    bundles: tuple[tuple[int, ...], ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def labels(self) -> list[str]:
        """What each group is called: its inputs' paths."""
        return [self.label(group) for group in self.groups]

    def label(self, group: Iterable[int]) -> str:
        """Return what one group is called."""
        return " + ".join(self.inputs[place].path for place in group)

    def own(self, points: Floats) -> dict[str, Floats]:
        """Return the columns of ``points`` (a row each, a column per input) by path."""
        return {one.path: points[:, place] for place, one in enumerate(self.inputs)}


def as_written(scenario: Scenario, one: Input) -> str:
    """Return the range of an input in its author's own text; empty where nobody wrote this very one."""
    for source in (scenario, _shipped_ranges()):
        known = source.uncertain.get(one.path)
        if known is not None and known.specification() == one.distribution.specification():
            return source.written.get(one.path, "")
    return ""


def choose(scenario: Scenario, wanted: OneOrMore = (), *, words: bool = False) -> Varied:
    """Return what a study of ``scenario`` varies; with ``words`` also those that the scenario has uncertain.

    ``wanted`` are paths, ``uncertain`` (all that the scenario has uncertain) or ``core`` (every core input). By default
    the main unknowns, which are those of ``uncertain-baseline``, and what the scenario has uncertain besides. What is
    correlated with a wanted input in the scenario is varied with it, and where both components of deference-goodness
    are varied in their start, or in their tax, they move as one. An input that the scenario holds fixed gets its
    plausible range, widened where its value lies outside; without such a range half to double its value. Raises
    ``ScenarioError``.
    """
    wanted = words_of(wanted, "inputs", "a path, or several in a list")
    named = [name for name in wanted if name not in (UNCERTAIN, CORE)]
    drawn = [path for path, one in scenario.uncertain.items() if isinstance(one, Words) and not words]
    known = [path for path in scenario.uncertain if path not in drawn]
    gather(partial(_check_number, path) for path in named if path not in known)
    left_out = [(path, "it is a word, drawn anew in every future") for path in drawn]
    paths = dict.fromkeys(known if UNCERTAIN in wanted or not wanted else ())
    for path in _main_unknowns(wanted):
        if scenario.value(path) is None:
            left_out.append((path, "it is null"))
        else:
            paths[path] = None
    paths |= dict.fromkeys(named)
    if not paths:
        raise refusal(ARGUMENT, "inputs", "nothing to vary", "uncertain, core, or paths of numbers")
    everything = _with_correlated(scenario, paths)
    inputs = gather(partial(_input, scenario, path) for path in everything)
    varied = scenario.with_(**{one.path: one.distribution for one in inputs if one.path not in scenario.uncertain})
    varied = _with_twins(varied, everything)
    return Varied(
        varied,
        tuple(inputs),
        _groups(together(varied.uncertain, varied.correlations), everything),
        _groups(groups(varied.uncertain, [one for one in varied.correlations if one.spearman == 1.0]), everything),
        tuple(left_out),
    )


def _main_unknowns(wanted: Sequence[str]) -> Iterable[str]:
    if not wanted:
        return _shipped_ranges().uncertain
    return core_paths() if CORE in wanted else ()


def _with_twins(varied: Scenario, paths: Sequence[str]) -> Scenario:
    """Return ``varied`` with inputs that are one unknown moving as one, where it does not tie them itself."""
    tied = {path for one in varied.correlations for path in one.between}
    added = [Correlation.of(*pair, 1.0) for pair in TWINS if set(pair) <= set(paths) and not tied & set(pair)]
    if not added:
        return varied
    told = [{"between": list(one.between), "spearman": one.spearman} for one in (*varied.correlations, *added)]
    return varied.with_(correlations=told)


def _check_number(path: str) -> None:
    parameter = find(path, ARGUMENT)
    if parameter.kind != "number":
        raise refusal(ARGUMENT, path, f"{parameter.allowed} cannot be varied over a range", "the path of a number")


def _with_correlated(scenario: Scenario, paths: Iterable[str]) -> list[str]:
    wanted = dict.fromkeys(paths)
    for group in together(scenario.uncertain, scenario.correlations):
        if wanted.keys() & set(group):
            wanted |= dict.fromkeys(group)
    return list(wanted)


def _groups(joined: Iterable[list[str]], paths: list[str]) -> tuple[tuple[int, ...], ...]:
    found = [group for group in joined if group[0] in paths]
    return tuple(sorted(tuple(sorted(paths.index(path) for path in group)) for group in found))


def _input(scenario: Scenario, path: str) -> Input:
    parameter, value = find(path, ARGUMENT), scenario.value(path)
    own = scenario.uncertain.get(path)
    if isinstance(own, Words):
        return Input(path, parameter.unit, float(own.declared.index(value)), own, scenario.sources[path], GIVEN)
    found = _range_of(scenario, path, parameter)
    if found is None:
        raise refusal(
            ARGUMENT,
            path,
            f"no plausible range is known around {value}",
            "an input that is uncertain, or a number other than 0",
            f"say what is plausible: --set {path}='A to B'",
        )
    return Input(path, parameter.unit, value, *found)


def _range_of(scenario: Scenario, path: str, parameter: Parameter) -> tuple[Distribution, str, str] | None:
    """Return the range of an input, where it is from, and its status."""
    plausible = plausible_ranges().get(path, _shipped_ranges().uncertain.get(path))
    if own := scenario.uncertain.get(path):
        is_plausible = plausible is not None and own.specification() == plausible.specification()
        return own, scenario.sources[path], range_status(path) if is_plausible else GIVEN
    value = scenario.value(path)
    if value is None:
        return None
    if plausible is None:
        return _half_to_double(value, parameter) if value else None
    low, high = (float(end) for end in plausible.quantile(np.array(ENDS)))
    if low <= value <= high:
        return plausible, RANGES, range_status(path)
    return _even(min(low, value), max(high, value)), WIDENED, "guess"


def _half_to_double(value: float, parameter: Parameter) -> tuple[Distribution, str, str] | None:
    low, high = sorted((value / 2.0, value * 2.0))
    low, high = max(low, parameter.low), min(high, parameter.high)
    return (_even(low, high), HALF_TO_DOUBLE, "guess") if low < high else None


def _even(low: float, high: float) -> Distribution:
    """Return the range from ``low`` to ``high`` with no value preferred: by ratios if both are above 0."""
    return (Loguniform if low > 0.0 else Uniform)(low, high)


@cache
def _shipped_ranges() -> Scenario:
    return load(RANGES)
