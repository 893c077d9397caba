"""Core inputs: what nobody knows and answers hang on, each with its plausible range, as the model declares them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Any

import numpy as np

import deference_sim as ds
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.distributions import Distribution

ENDS = (0.05, 0.95)
#: Inputs that are one unknown for the reader: both components of the start, and of the tax.
TOGETHER = {
    "start": ("goodness.broad_alignment", "goodness.capability_profile"),
    "tax": ("tax.broad_alignment", "tax.capability_profile"),
}


@dataclass(frozen=True)
class CoreInput:
    """One core input: its name, the paths that it moves together, and what is plausible of each."""

    name: str
    paths: tuple[str, ...]
    plausible: Distribution

    @property
    def ends(self) -> tuple[float, float]:
        """The 5th and the 95th percentile, in the documented unit of a path."""
        low, high = self.plausible.quantile(np.array(ENDS))
        return float(low), float(high)

    def steps(self, count: int) -> list[float]:
        """Return ``count`` + 1 values from end to end, equally likely to be passed."""
        return [float(value) for value in self.plausible.quantile(np.linspace(*ENDS, count + 1))]

    def share_below(self, value: float) -> float:
        """Return how likely it is that the input is at most ``value``."""
        return float(self.plausible.cumulative(np.array([value]))[0])

    def value_at(self, share: float) -> float:
        """Return the value that the input is below with probability ``share``."""
        return float(self.plausible.quantile(np.array([share]))[0])

    def changes(self, value: float) -> dict[str, Any]:
        """Return the changes of a scenario that give every path of the input this value."""
        return dict.fromkeys(self.paths, value)

    def shown(self, value: float) -> str:
        """Return a value in words, a tax for both components together."""
        return f"{value * (len(self.paths) if self.name == 'tax' else 1):.2g}"


@cache
def core_inputs() -> tuple[CoreInput, ...]:
    """Return all core inputs, in the order of the catalogue."""
    paths = [path for path, one in parameters().items() if one.declaration.tier == "core"]
    joined = {path: name for name, several in TOGETHER.items() for path in several}
    names = dict.fromkeys(joined.get(path, path) for path in paths)
    found = [(name, TOGETHER.get(name, (name,))) for name in names]
    return tuple(CoreInput(name, several, _plausible(several[0])) for name, several in found)


def without(paths: Iterable[str]) -> list[CoreInput]:
    """Return the core inputs that move none of ``paths``."""
    fixed = set(paths)
    return [one for one in core_inputs() if not fixed & set(one.paths)]


def _plausible(path: str) -> Distribution:
    text, most = parameters()[path].declaration.plausible, parameters()[path].high
    if text.startswith("{lognormal") and "max" not in text and most < inf:
        text = text.replace("}}", f", max: {most:g}}}}}")  # else a file would be refused
    return ds.load("baseline").with_(**{path: text}).uncertain[path]
