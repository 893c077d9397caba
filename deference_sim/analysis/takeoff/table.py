"""The table of a published source: each figure as printed, as recomputed from the publication, and ours."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, log10
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate
from deference_sim.shown import Shown

if TYPE_CHECKING:
    import pandas as pd

MOST_DECIMALS = 4  # shown of a simulated number


@dataclass(frozen=True, slots=True)
class Number:
    """A number of ours with its 95 % interval; ``low`` and ``high`` are None if it is exact."""

    estimate: float
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, estimate: Estimate) -> "Number":
        """Return a simulated probability as a number."""
        return cls(estimate.estimate, estimate.low, estimate.high)

    def as_dict(self) -> dict[str, float | None]:
        """Return the number for JSON, in full precision."""
        return {"estimate": self.estimate, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a source.

    ``name`` is its key in JSON, ``words`` say what it is; figures of a matrix share ``words`` and stand under
    ``across``. ``unit`` is "%" for a probability (held as a share), else a unit of time. ``printed`` is what the
    source prints, and if ``is_floor`` only that it is more than that; ``recomputed`` is what follows from it by the
    published procedure. ``ours`` is the published procedure as implemented here or, where the source has none, the
    simulation; ``model`` is our own law in the same worlds, where that is something else.
    """

    name: str
    words: str
    unit: str
    ours: Number
    printed: float | None = None
    recomputed: float | None = None
    model: Number | None = None
    across: str = ""
    is_floor: bool = False

    def difference(self, published: float | None) -> float | None:
        """Return ours less a published value; None if there is no value to compare with."""
        return None if published is None or self.is_floor else self.ours.estimate - published

    def as_dict(self) -> dict[str, Any]:
        """Return the figure for JSON, probabilities as shares of 1."""
        return {
            "unit": "share" if self.unit == "%" else self.unit,
            "printed": self.printed,
            "printed_is_floor": self.is_floor,
            "recomputed": self.recomputed,
            "ours": self.ours.as_dict(),
            "model": self.model and self.model.as_dict(),
            "difference_from_printed": self.difference(self.printed),
            "difference_from_recomputed": self.difference(self.recomputed),
        }


@dataclass(frozen=True, slots=True, repr=False)
class TakeoffTable(Shown):
    """All figures of a preset, with the source and what has to be known to read them."""

    preset: str
    title: str
    source: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    replicates: int
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return the table for JSON: ``cells`` holds its figures by name."""
        return {
            "preset": self.preset,
            "source": self.source,
            "seed": self.seed,
            "replicates": self.replicates,
            "cells": {figure.name: figure.as_dict() for figure in self.figures},
        }

    @property
    def frame(self) -> "pd.DataFrame":
        """A row for each figure, numbers in full; nested ones in columns such as ``ours.low``."""
        import pandas as pd

        return pd.json_normalize([{"figure": figure.name} | figure.as_dict() for figure in self.figures])

    def texts(self) -> list[tuple[str, ...]]:
        """Return the table as texts to be shown, the head first; columns in which nothing stands are left out."""
        return _matrix(self.figures) if self.figures[0].across else _list(self.figures)


def unheard(count: int) -> None:
    """Hear how many more replicates are done, and do nothing."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a table is asked for: preset and title, replicates, seed, ``PATH=VALUE`` settings, and who hears progress.

    ``told`` is called with how many more replicates are done.
    """

    preset: str
    title: str
    replicates: int
    seed: int
    settings: tuple[str, ...] = ()
    told: Callable[[int], object] = unheard

    def table(
        self, source: str, figures: Iterable[Figure], notes: Iterable[str], replicates: int | None = None
    ) -> TakeoffTable:
        """Return the table that answers; ``replicates`` if another number than asked for was needed."""
        done = self.replicates if replicates is None else replicates
        return TakeoffTable(self.preset, self.title, source, tuple(figures), tuple(notes), done, self.seed)


LEAST_DIFFERENCE = 5e-6  # of exact figures: what is less comes of rounding

# ---- as texts -----------------------------------------------------------------------------------------------


def _list(figures: tuple[Figure, ...]) -> list[tuple[str, ...]]:
    units = {figure.unit for figure in figures}
    columns = ("printed", "recomputed", "ours", "95 % interval", "vs printed", "vs recomputed", "our model")
    head = ("" if len(units) > 1 else f"in {figures[0].unit}", "in", *columns)
    rows = [
        (
            figure.words,
            figure.unit if len(units) > 1 else "",
            ("> " if figure.is_floor else "") + _given(figure.printed, figure),
            _given(figure.recomputed, figure),
            _shown(figure.ours, figure),
            _interval(figure),
            _difference(figure.difference(figure.printed), figure),
            _difference(figure.difference(figure.recomputed), figure),
            "" if figure.model is None else _shown(figure.model, figure),
        )
        for figure in figures
    ]
    used = [place for place in range(len(head)) if place == 0 or any(row[place] for row in rows)]
    return [tuple(row[place] for place in used) for row in (head, *rows)]


def _matrix(figures: tuple[Figure, ...]) -> list[tuple[str, ...]]:
    lines: dict[str, dict[str, str]] = {}
    for figure in figures:
        lines.setdefault(figure.words, {})[figure.across] = _shown(figure.ours, figure)
    head = (f"in {figures[0].unit}", *next(iter(lines.values())))
    return [head, *((words, *cells.values()) for words, cells in lines.items())]


def _given(value: float | None, figure: Figure) -> str:
    """Return a published value in full, a curve's to four digits."""
    if value is None:
        return ""
    return _plain(_scale(figure) * value, 6 if figure.ours.low is None else 4)


def _plain(value: float, digits: int) -> str:
    """Return a number to so many digits, a large one with all that stand before its point."""
    told = f"{value:,.{digits}g}"
    return f"{value:,.0f}" if "e+" in told else told


def _shown(number: Number, figure: Figure) -> str:
    """Return ``number`` to the digits that its interval supports, in full if it is exact."""
    decimals = _decimals(number, figure)
    if decimals is None:
        return _plain(_scale(figure) * number.estimate, 6)
    return _fixed(number.estimate, figure, decimals)


def _interval(figure: Figure) -> str:
    low, high, decimals = figure.ours.low, figure.ours.high, _decimals(figure.ours, figure)
    if low is None or high is None or decimals is None:
        return ""
    return f"{_fixed(low, figure, decimals)} to {_fixed(high, figure, decimals)}"


def _difference(value: float | None, figure: Figure) -> str:
    if value is None:
        return ""
    decimals = _decimals(figure.ours, figure)
    scaled = _scale(figure) * value
    if decimals is None:
        told = "+0" if abs(scaled) < LEAST_DIFFERENCE else f"{scaled:+,.1g}"
    else:
        told = f"{scaled:+,.{decimals}f}"
    return told[1:] if not told.strip("+-0.") else told.replace("-", "−")


def _fixed(value: float, figure: Figure, decimals: int) -> str:
    return f"{_scale(figure) * value:,.{decimals}f}"


def _scale(figure: Figure) -> float:
    return 100.0 if figure.unit == "%" else 1.0


def _decimals(number: Number, figure: Figure) -> int | None:
    """Return the decimals that the interval of ``number`` supports; None if it has none, or no length."""
    if number.low is None or number.high is None or number.high <= number.low:
        return None
    half = 0.5 * _scale(figure) * (number.high - number.low)
    return min(max(ceil(-log10(half)), 0), MOST_DECIMALS)


# ---- intervals ----------------------------------------------------------------------------------------------


def quantiles(values: NDArray[np.float64], at: Iterable[float]) -> list[Number]:
    """Return quantiles of ``values`` with 95 % intervals between order statistics, at the shares ``at``.

    The ranks are binomial quantiles, so that the interval is good for any distribution; where there are too few
    values for a rank, it ends at the least or the greatest. Values are kept whole here: some gaps are longer than what
    the tallies of simulations hold.
    """
    from scipy.stats import binom

    ordered, n = np.sort(values), len(values)
    found = []
    for share in at:
        first, last = (int(binom.ppf(tail, n, share)) for tail in (0.025, 0.975))
        ranks = (max(ceil(share * n), 1), max(first, 1), min(last + 1, n))  # counted from 1
        found.append(Number(*(float(ordered[rank - 1]) for rank in ranks)))
    return found
