"""Which inputs a study varies, over which ranges, and which of them are tied to one another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from deference_sim.scenario import Scenario, load
from deference_sim.scenario.catalogue import Parameter, find, general_path, parameters
from deference_sim.scenario.copula import groups
from deference_sim.scenario.distributions import Distribution, Floats, Loguniform, Uniform
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import gather, refusal

UNCERTAIN, CORE = "uncertain", "core"
DECISIONS = ("strategy", "handoff")  # blocks whose inputs are chosen, not found out
RANGES = "uncertain-baseline"  # the shipped scenario that holds a plausible range of the main unknowns
HALF_TO_DOUBLE = "half to double"
FEW = 2  # with fewer uncertain inputs than this a scenario says too little about what is not known
ENDS = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a study: its plausible range, and where that is from.

    ``low`` and ``high`` are the 10th and 90th percentile of ``distribution``, or the ends of a range that is only half
    to double the value; ``status`` is that of the declared default (published, derived or guess).
    """

    path: str
    unit: str
    value: float
    distribution: Distribution
    range_from: str
    status: str

    @property
    def ends(self) -> tuple[float, float]:
        """The low and the high value."""
        if self.range_from == HALF_TO_DOUBLE:
            return self.distribution.support
        low, high = self.distribution.quantile(np.array(ENDS))
        return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Varied:
    """What a study varies: ``scenario`` has every one of ``inputs`` uncertain; correlated ones form one of ``groups``.

    ``left_out`` are core inputs that have no range, each with the reason.
    """

    scenario: Scenario
    inputs: tuple[Input, ...]
    groups: tuple[tuple[int, ...], ...]
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


def choose(scenario: Scenario, wanted: Sequence[str] = ()) -> Varied:
    """Return what a study of ``scenario`` varies.

    ``wanted`` are paths, ``uncertain`` (all that the scenario has uncertain) or ``core`` (every core number that is
    not a decision). By default the uncertain ones, and the core too if there are fewer than two. What is correlated
    with a wanted input is varied with it. An input that the scenario holds fixed gets the range it has in
    ``uncertain-baseline`` if it is at its default, else half to double its value. Raises ``ScenarioError``.
    """
    few = len(scenario.uncertain) < FEW
    names = list(wanted) or ([UNCERTAIN, CORE] if few else [UNCERTAIN])
    named = [name for name in names if name not in (UNCERTAIN, CORE)]
    gather(partial(_check_number, path) for path in named)
    paths = dict.fromkeys(scenario.uncertain) if UNCERTAIN in names else {}
    left_out: list[tuple[str, str]] = []
    for path in _core_paths() if CORE in names else ():
        if _range_of(scenario, path) is None:
            left_out.append((path, "it is 0 or null, so that half to double is no range"))
        else:
            paths[path] = None
    paths |= dict.fromkeys(named)
    if not paths:
        raise refusal(ARGUMENT, "inputs", "nothing to vary", "uncertain, core, or paths of numbers")
    everything = _with_correlated(scenario, paths)
    inputs = gather(partial(_input, scenario, path) for path in everything)
    varied = scenario.with_(**{one.path: one.distribution for one in inputs if one.path not in scenario.uncertain})
    return Varied(varied, tuple(inputs), _groups(varied, list(everything)), tuple(left_out))


def _check_number(path: str) -> None:
    parameter = find(path, ARGUMENT)
    if parameter.kind != "number":
        raise refusal(ARGUMENT, path, f"{parameter.allowed} cannot be varied over a range", "the path of a number")


def _core_paths() -> list[str]:
    return [
        path
        for path, parameter in parameters().items()
        if parameter.kind == "number" and parameter.declaration.tier == "core" and path.split(".")[0] not in DECISIONS
    ]


def _with_correlated(scenario: Scenario, paths: Iterable[str]) -> list[str]:
    wanted = dict.fromkeys(paths)
    for group in groups(scenario.uncertain, scenario.correlations):
        if wanted.keys() & set(group):
            wanted |= dict.fromkeys(group)
    return list(wanted)


def _groups(varied: Scenario, paths: list[str]) -> tuple[tuple[int, ...], ...]:
    found = [group for group in groups(varied.uncertain, varied.correlations) if group[0] in paths]
    return tuple(sorted(tuple(sorted(paths.index(path) for path in group)) for group in found))


def _input(scenario: Scenario, path: str) -> Input:
    parameter, value = find(path, ARGUMENT), scenario.value(path)
    found = _range_of(scenario, path)
    if found is None:
        raise refusal(
            ARGUMENT,
            path,
            f"no plausible range is known around {value}",
            "an input that is uncertain, or a number other than 0",
            f"say what is plausible: --set {path}='A to B'",
        )
    distribution, source = found
    status = "guess" if source == HALF_TO_DOUBLE else parameter.declaration.status
    return Input(path, parameter.unit, value, distribution, source, status)


def _range_of(scenario: Scenario, path: str) -> tuple[Distribution, str] | None:
    if path in scenario.uncertain:
        return scenario.uncertain[path], scenario.sources[path]
    value, parameter = scenario.value(path), parameters()[general_path(path)]
    plausible = _shipped_ranges().uncertain
    if path in plausible and value == parameter.default:
        return plausible[path], RANGES
    return _half_to_double(value, parameter) if value else None


def _half_to_double(value: float, parameter: Parameter) -> tuple[Distribution, str] | None:
    low, high = sorted((value / 2.0, value * 2.0))
    low, high = max(low, parameter.low), min(high, parameter.high)
    if not low < high:
        return None
    return (Loguniform if low > 0.0 else Uniform)(low, high), HALF_TO_DOUBLE


@cache
def _shipped_ranges() -> Scenario:
    return load(RANGES)
