"""Uncertain inputs inside the kernel: drawn by the text of ``scenario.distributions``, ``combined`` and ``copula``.

The distributions of a scenario's inputs are rows of parts: one for a plain or cut distribution, several for a mixture.
"""

from dataclasses import fields
from typing import Any, Final

import numpy as np

from deference_sim.elementary import of_bits
from deference_sim.quantiles import clipped
from deference_sim.scenario.combined import (
    Point,
    cut_cumulative,
    cut_quantile,
    mixed_quantile,
    picked,
)
from deference_sim.scenario.copula import fill_square_root, pearson_of, tied
from deference_sim.scenario.distributions import SIMPLE, Distribution
from deference_sim.scenario.metalog import falls_at, fill_terms
from deference_sim.streams import normal_quantile, uniform

#: The kinds of parts, by their code.
KINDS: Final[tuple[type[Distribution], ...]] = (*SIMPLE, Point)
_POINT: Final = KINDS.index(Point)
#: What the rows of an input's parts make together.
ONE, PICKED, MIXED = range(3)

_NUMBERS = dict.fromkeys(one.name for kind in KINDS for one in fields(kind))  # type: ignore[arg-type]  # dataclasses all
PART_DTYPE = np.dtype(
    [("kind", "i8"), ("is_cut", "i8")] + [(name, "f8") for name in ("share", "cut_low", "cut_high", *_NUMBERS)],
    align=True,
)
#: ``first`` is the row at which the group of inputs begins that correlations tie to this one, and ``in_group`` how many
#: they are; ``choice`` is the stream of the number that picks one of the parts, 0 where none does; ``low`` and ``high``
#: are the ends that a draw is kept in; the law counts in ``divisor``s; ``cell`` is the place in the parameters or the
#: hazards, as so many numbers; what ``is_word`` stands there as a whole number.
_WHOLE = ("stream", "choice", "form", "parts_from", "parts_to", "first", "in_group", "of_hazard", "is_word", "cell")
INPUT_DTYPE = np.dtype(
    [(name, "i8") for name in _WHOLE] + [(name, "f8") for name in ("low", "high", "divisor")],
    align=True,
)


def _by_kind(name: str, method: str) -> Any:
    """Return a function of a part and a number that asks the part's kind."""
    lines = [f"if part.kind == {code}:\n        return kind_{code}(part, at)" for code in range(len(KINDS))]
    space = {f"kind_{code}": getattr(kind, method) for code, kind in enumerate(KINDS)}
    exec("\n    ".join([f"def {name}(part, at):", *lines, "return at"]), space)  # text of names made here
    return space[name]


whole_quantile = _by_kind("whole_quantile", "quantile")
whole_cumulative = _by_kind("whole_cumulative", "cumulative")


def part_quantile(part: Any, u: float) -> float:
    """Return the quantile of one part."""
    if part.is_cut == 1:
        return cut_quantile(part, whole_quantile, whole_cumulative, part.cut_low, part.cut_high, u)
    return whole_quantile(part, u)  # type: ignore[no-any-return]


def part_cumulative(part: Any, x: float) -> float:
    """Return P(X ≤ x) of one part."""
    if part.is_cut == 1:
        return cut_cumulative(part, whole_cumulative, part.cut_low, part.cut_high, x)
    return whole_cumulative(part, x)  # type: ignore[no-any-return]


def part_share(part: Any) -> float:
    """Return the probability of a part."""
    return part.share  # type: ignore[no-any-return]


def is_point(part: Any) -> bool:
    """Return whether a part is one value."""
    return part.kind == _POINT  # type: ignore[no-any-return]


def quantile(form: int, parts: Any, u: float) -> float:
    """Return the quantile of the distribution that ``parts`` make."""
    if form == PICKED:
        return picked(parts, part_quantile, part_share, u, u)
    if form == MIXED:
        return mixed_quantile(parts, part_quantile, part_cumulative, part_share, is_point, u)
    return part_quantile(parts[0], u)


def quantiles(form: int, parts: Any, at: Any, found: Any) -> int:
    """Put the quantile at each number of ``at`` into ``found``."""
    for place in range(len(at)):
        found[place] = quantile(form, parts, at[place])
    return len(at)


def fit(levels: Any, values: Any, low: float, high: float, matrix: Any, terms: Any) -> int:
    """Put the terms of a metalog through quantiles into ``terms``, as ``fill_terms`` does."""
    return fill_terms(levels, values, low, high, matrix, terms)


def falls(parts: Any) -> float:
    """Return the first level at which a metalog, the only one of ``parts``, does not rise; 0 if it rises everywhere."""
    return falls_at(parts[0])


def tie(spearmans: Any, matrix: Any, root: Any) -> int:
    """Make of a matrix of rank correlations the root that ties draws; ``matrix`` is scratch, ``root`` holds zeros."""
    for row in range(len(spearmans)):
        for column in range(len(spearmans)):
            same = row == column
            matrix[row, column] = 1.0 if same else pearson_of(spearmans[row, column])
    fill_square_root(matrix, root)
    return len(spearmans)


def draw(key: Any, replicate: int, inputs: Any, parts: Any, root: Any, own: Any, values: Any) -> None:
    """Draw every input of one replicate into ``values``, in documented units; ``own`` is scratch."""
    for row in range(len(inputs)):
        own[row] = uniform(key, replicate, inputs[row].stream, 0)
        if inputs[row].in_group > 1:
            own[row] = normal_quantile(own[row])
    for row in range(len(inputs)):
        one = inputs[row]
        u = tied(root, own, one.first, row) if one.in_group > 1 else own[row]
        own_parts = parts[one.parts_from : one.parts_to]
        if one.choice != 0:
            value = picked(own_parts, part_quantile, part_share, uniform(key, replicate, one.choice, 0), u)
        else:
            value = quantile(one.form, own_parts, u)
        values[row] = clipped(value, one.low, one.high)


def put(inputs: Any, values: Any, parameters: Any, hazards: Any) -> None:
    """Put drawn values into a row of the law's parameters and one of its hazards, both as plain numbers."""
    for row in range(len(inputs)):
        one = inputs[row]
        value = values[row] if one.divisor == 1.0 else values[row] / one.divisor
        if one.is_word == 1:
            value = of_bits(np.int64(value))
        if one.of_hazard == 1:
            hazards[one.cell] = value
        else:
            parameters[one.cell] = value


#: What a compiler must be told of, beside what is declared where it stands.
EQUATIONS: Final = (
    *(getattr(kind, method) for kind in KINDS for method in ("quantile", "cumulative")),
    whole_quantile,
    whole_cumulative,
    part_quantile,
    part_cumulative,
    part_share,
    is_point,
    quantile,
    draw,
    put,
)
