"""Tails: surprises of unit variance, normal or with the heavier tails of Student's t."""

from math import exp, inf, log, sqrt
from typing import Any

from deference_sim.model.declare import equation
from deference_sim.streams import normal, normal_quantile, uniform_pair

TAIL_MARKS = 1 << 30  # a tail's further draws stand at these indices of its stream


@equation
def student(key: Any, replicate: int, stream: int, index: int, df: float) -> float:
    """Return the surprise at an address: normal, or Student's t of ``df`` > 2 degrees scaled to unit variance."""
    return with_tail(key, replicate, stream, index, normal(key, replicate, stream, index), df)


@equation
def with_tail(key: Any, replicate: int, stream: int, mark: int, z: float, df: float) -> float:
    """Return ``z`` with the tail of Student's t, by Bailey's polar method (Math. Comput. 62, 1994).

    ``z`` and a second normal give the direction on the circle, a uniform the radius; both stand at ``mark``.
    """
    if df == inf:
        return z
    luck, other = uniform_pair(key, replicate, stream, mark + TAIL_MARKS)
    across = normal_quantile(other)
    radius = sqrt(df * (exp(min(-2.0 / df * log(luck), 700.0)) - 1.0))
    return radius * z / sqrt(z * z + across * across) * sqrt((df - 2.0) / df)
