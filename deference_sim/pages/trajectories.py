"""The page of sampled paths: which quantities there are, in which units, and where they stand along the way."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.columns import PATHS, SHARE
from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.trace import Trajectories
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import as_many_as_fit, with_repeat

_PLACES = (0.0, 0.25, 0.5, 0.75)  # of the grid, at which medians are told
_NOTE = (
    "Medians of the replicates that are still under way; – where none is, or where the world has no such thing. In "
    "to_frame() there is a row for each replicate and month, in to_xarray() all of it with units."
)


def page(found: Trajectories, repeat: str = "") -> Page:
    """Return what the paths are of, with medians at some months; ``repeat`` is the command that repeats them."""
    places = [int(place * (len(found.months) - 1)) for place in _PLACES]
    under_way = [int((found.end_month >= found.months[place]).sum()) for place in places]
    rows = [("replicates under way", "", *(f"{count:,}" for count in under_way), "")]
    for name, one in PATHS.items():
        told = [_median(getattr(found, name)[:, place], one.unit) for place in places]
        rows.append((name, "share" if one.unit == SHARE else one.unit, *told, one.meaning))
    columns = ("", "unit", *(f"month {found.months[place]:.3g}" for place in places), "meaning")
    last = len(columns) - 1
    count = f"{len(found.replicates):,} replicate{'s' * (len(found.replicates) > 1)}"
    return [
        Heading(f"Paths of {count} at {len(found.months):,} times, months 0 to {found.months[-1]:.4g}", _ends(found)),
        Table("", columns, tuple(rows), frozenset(range(2, last)), frozenset(range(last))),
        Paragraph(with_repeat(_NOTE, repeat), aside=True),
    ]


def _ends(found: Trajectories) -> str:
    """Return how the replicates end, the most frequent first."""
    counts = Counter(found.outcome).most_common()
    return as_many_as_fit([f"{count:,} {outcome_words(name, with_deadline=False)}" for name, count in counts])


def _median(values: NDArray[np.float64], unit: str) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return "–"
    middle = float(np.median(known))
    return f"{100.0 * middle:.0f} %" if unit == SHARE else with_minus(f"{middle:.2f}")
