"""What can be observed at the handoff and after it, and conditions on it: runs that meet them are looked at alone."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines.compiled import run_replicates, sample_replicates
from deference_sim.scenario import Scenario
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import ArgumentError, Mark, did_you_mean, refusal, shown
from deference_sim.study.runner import numbers_of

MARGIN = "margin_found"
COUNTED = "findings"  # what is counted, in whole numbers
#: What can be observed, with its unit and what it is: what decisions believe, not what is true.
OBSERVABLES: Final[Mapping[str, tuple[str, str]]] = {
    MARGIN: ("py", "margin that the last review found"),
    "lead": ("months", "lead as it is believed"),
    "capability": ("py", "capability of the AIs in charge"),
    COUNTED: ("", "times that schemers were found so far"),
}
#: Where a sample holds what can be observed.
_SAMPLED: Final[Mapping[str, str]] = {MARGIN: "margin_believed", "lead": "lead_believed", "capability": "C"}
Floats = NDArray[np.float64]
LATEST = 120.0  # months after the handoff that can be asked about
_SIGNS: Final[Mapping[str, Callable[[Any, float], Any]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_CONDITION = re.compile(r"^\s*([a-z_]+)\s*(?:@\s*([0-9.]+))?\s*(<=|>=|<|>)\s*([-+0-9.eE]+)\s*$")
ALLOWED = (
    f"NAME[@MONTHS] < NUMBER (or <=, >, >=), several joined by `and`; names: {', '.join(OBSERVABLES)}; @MONTHS: so "
    "many months after the handoff, at it by default"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """That something observed ``months`` after the handoff lies on one side of a number, in its unit."""

    name: str
    months: float
    sign: str
    number: float

    def __str__(self) -> str:
        """Return the condition as one writes it."""
        when = f"@{self.months:g}" if self.months else ""
        return f"{self.name}{when} {self.sign} {self.number:g}"


@dataclass(frozen=True, slots=True)
class Given:
    """Conditions that hold together."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        """Return the conditions as one writes them."""
        return " and ".join(map(str, self.conditions))

    def holds(self, scenario: Scenario, seed: int, records: NDArray[np.void]) -> NDArray[np.bool_]:
        """Return for each record of ``scenario`` whether its run was seen to meet all conditions.

        A run that never handed off, or that had ended before an observation, does not.
        """
        found = np.ones(len(records), bool)
        for months in sorted({one.months for one in self.conditions}):
            due = Given(tuple(one for one in self.conditions if one.months == months))
            found &= due.holds_of(observed(scenario, seed, records, months, {one.name for one in due.conditions}))
        return found

    def holds_of(self, seen: Mapping[str, Floats]) -> NDArray[np.bool_]:
        """Return the same of what was seen at one time, by name."""
        found = [_SIGNS[one.sign](seen[one.name], one.number) for one in self.conditions]
        return np.asarray(np.logical_and.reduce(found))


def given_of(text: str, mark: Mark = ARGUMENT) -> Given:
    """Read conditions, such as ``margin_found > 0.3 and lead@2 > 1``. Raises ``ScenarioError``."""
    if not isinstance(text, str):
        raise ArgumentError("given", text, "conditions in words, such as 'margin_found > 0.3 and lead@2 > 1'")
    return Given(tuple(_condition(part, mark) for part in re.split(r"\band\b", text)))


def _condition(text: str, mark: Mark) -> Condition:
    read = _CONDITION.match(text)
    if read is None:
        raise refusal(mark, "given", shown(text.strip() or "nothing"), ALLOWED)
    name, months, sign, number = read.groups()
    if name not in OBSERVABLES:
        raise refusal(mark, "given", shown(name), f"one of {', '.join(OBSERVABLES)}", did_you_mean(name, OBSERVABLES))
    try:
        after, bound = float(months or 0.0), float(number)
    except ValueError:
        raise refusal(mark, "given", shown(text.strip()), ALLOWED) from None
    if after > LATEST:
        raise refusal(mark, "given", f"@{after:g}", f"0 to {LATEST:g} months after the handoff")
    return Condition(name, after, sign, bound)


def observed(
    scenario: Scenario, seed: int, records: NDArray[np.void], months: float, names: set[str]
) -> dict[str, Floats]:
    """Return what is seen of each record's run ``months`` after its handoff; NaN if it had ended, or never handed off.

    The runs are made again up to there: their worlds are the same, and so is what happens in them.
    """
    seen = {name: np.full(len(records), np.nan) for name in names}
    handed_off = np.isfinite(records["handoff_month"])
    going = handed_off & (records["months"] > records["handoff_month"] + months)
    if MARGIN in names and not months:  # which the record has, also of a run that ends at its handoff
        seen[MARGIN][handed_off] = records["handoff_estimate"][handed_off]
        names = names - {MARGIN}
    for month in np.unique(records["handoff_month"][going]) if names else ():
        rows = np.flatnonzero(going & (records["handoff_month"] == month))
        for name, values in _at(scenario, seed, records["replicate"][rows], float(month + months), names).items():
            seen[name][rows] = values
    return seen


def _at(
    scenario: Scenario, seed: int, replicates: NDArray[np.int64], month: float, names: set[str]
) -> dict[str, Floats]:
    numbers, hazards = numbers_of(scenario, seed, replicates)
    found: dict[str, Floats] = {}
    if names & set(_SAMPLED):
        _, samples = sample_replicates(numbers.copy(), hazards, seed, replicates, np.array([month]))
        found |= {name: samples[column][:, 0] for name, column in _SAMPLED.items()}
    if COUNTED in names:
        numbers["horizon"] = month
        found[COUNTED] = run_replicates(numbers, hazards, seed, replicates)[COUNTED].astype(float)
    return {name: found[name] for name in names}
