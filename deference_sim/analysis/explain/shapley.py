"""Shapley values: what each player adds on average over all orders in which they come in."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: A coalition as a whole number: bit ``k`` is set where player ``k`` is in.
Coalition = int


@dataclass(frozen=True, slots=True)
class Order:
    """By how much each coalition counts for each player: ``weights[player]`` times what the coalition is worth.

    Summed over players they are 1 for all together, -1 for none, 0 for every other: so shares sum to the difference.
    """

    weights: dict[Coalition, Floats]


def exact(players: int) -> Order:
    """Return the weights of all coalitions, by Shapley's formula (L. S. Shapley, A value for n-person games, 1953)."""
    n = players
    by_size = [factorial(size) * factorial(n - size - 1) / factorial(n) for size in range(n)]
    weights = {}
    for coalition in range(1 << n):
        size = coalition.bit_count()
        inside = np.array([bool(coalition >> k & 1) for k in range(n)])
        with_it = by_size[size - 1] if size > 0 else 0.0
        without = by_size[size] if size < n else 0.0
        weights[coalition] = np.where(inside, with_it, -without)
    return Order(weights)


def sampled(players: int, pairs: int, random: np.random.Generator) -> Order:
    """Return the weights of the coalitions on ``pairs`` random orders and the same backwards.

    An order and its reverse err in opposite directions where players help or hinder each other in twos, so that a pair
    of them says more than two orders (R. Mitchell et al., J. Mach. Learn. Res. 23, 2022).
    """
    weights: dict[Coalition, Floats] = {}
    for order in _orders(players, pairs, random):
        coalition = 0
        for player in order:
            grown = coalition | 1 << player
            for one, sign in ((grown, 1.0), (coalition, -1.0)):
                weights.setdefault(one, np.zeros(players))[player] += sign / (2.0 * pairs)
            coalition = grown
    return Order(weights)


def _orders(players: int, pairs: int, random: np.random.Generator) -> Iterator[list[int]]:
    for _ in range(pairs):
        order = random.permutation(players).tolist()
        yield order
        yield order[::-1]
