"""A word that is uncertain: which of several structures of the world holds."""

from dataclasses import dataclass
from typing import Any

from deference_sim.scenario.combined import Point, mixed_cumulative, part_cumulative, part_quantile, part_share, picked
from deference_sim.scenario.distributions import Distribution, Floats


@dataclass(frozen=True, slots=True)
class Words(Distribution):
    """Words with their probabilities. As a number a word is its place among those that are ``declared``."""

    declared: tuple[str, ...]
    probabilities: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        in_order = sorted(self.probabilities, key=lambda one: self.declared.index(one[0]))
        object.__setattr__(self, "probabilities", tuple(in_order))

    @property
    def parts(self) -> tuple[tuple[Distribution, float], ...]:
        """The numbers of the words with their probabilities, in rising order."""
        return tuple((Point(float(self.declared.index(word))), share) for word, share in self.probabilities)

    @property
    def central(self) -> str:
        """The likeliest word; of several the one declared first."""
        return max(self.probabilities, key=lambda one: one[1])[0]

    @property
    def can_be_tied(self) -> bool:
        """No: words have no order."""
        return False

    def quantile(self, u: Floats) -> Floats:
        """Return the number of the word that ``u`` picks, the words being in declared order."""
        return picked(self.parts, part_quantile, part_share, u, u)

    def cumulative(self, x: Floats) -> Floats:
        """Return the probability of the words up to number ``x``."""
        return mixed_cumulative(self.parts, part_cumulative, part_share, x)

    @property
    def support(self) -> tuple[float, float]:
        """The numbers of the first and the last word."""
        first, last = self.parts[0][0], self.parts[-1][0]
        return first.support[0], last.support[1]

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The numbers of the words, each with its probability."""
        return tuple((part.support[0], share) for part, share in self.parts)

    def specification(self) -> dict[str, Any]:
        """Return the mapping of a file."""
        return {"discrete": dict(self.probabilities)}
