"""Core inputs: what nobody knows and answers hang on, each with its plausible range, as the model declares them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.plausible import TWINS, core_paths, plausible_ranges

ENDS = (0.05, 0.95)
#: What an unknown is called that two inputs share: the start, and the tax, of both components.
TOGETHER = dict(zip(("start", "tax"), TWINS, strict=True))


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
    """Return all core inputs that are numbers, in the order of the catalogue."""
    joined = {path: name for name, several in TOGETHER.items() for path in several}
    names = dict.fromkeys(joined.get(path, path) for path in core_paths() if path in plausible_ranges())
    several = [(name, TOGETHER.get(name, (name,))) for name in names]
    return tuple(CoreInput(name, paths, plausible_ranges()[paths[0]]) for name, paths in several)
