"""Tables of a batch: every point with its probabilities, intervals and paired differences, in four formats."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from deference_sim.analysis.digits import in_percent, shared_decimals, signed
from deference_sim.analysis.estimate import probability
from deference_sim.analysis.ledger import roads_of
from deference_sim.analysis.measure import MEASURES, Success
from deference_sim.analysis.paired import difference
from deference_sim.batches.plan import Plan, Point
from deference_sim.batches.store import Chunks
from deference_sim.model.roads import ROADS
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario.catalogue import find
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.spreads import spread_text
from deference_sim.study.runner import hazard_names
from deference_sim.study.tally import losses_of

_WANTED: Final = ("outcome", "road", "cause", "believed_safe")  # all that the measures and the ledger look at
_WORDS: Final = {"outcome": OUTCOMES, "road": tuple(ROADS)}
LOST, BELIEVED = "lost ", "believed safe of "  # how the columns of the ledger begin
SHARE_DIGITS = 1
#: Columns for people.
STAY, GOOD, SAFELY = "p_stay (95 % interval)", "p_good (95 % interval)", "of that overtaken safely"
DIFFERENCE = "difference (points)"
MOST_ROADS = 3  # told of each point where there is little room
_ABSENT: Final = 0  # the place of "" in OUTCOMES: a replicate that is not there

Ends = Mapping[str, NDArray[Any]]


def _ends(plan: Plan, point: Point, chunks: Chunks) -> Ends:
    """Return how the replicates of one point ended, all seeds one after the other, as columns of records.

    The outcome is ``_ABSENT`` where a chunk is missing.
    """
    size = plan.replicates
    words = _WORDS | {"cause": hazard_names(point.scenario)}
    found = {name: np.zeros(size * len(plan.seeds), np.int16) for name in _WANTED}
    for place, run in enumerate(plan.runs_of(point)):
        for first, table in chunks.tables(run.key, 0, size, _WANTED):
            rows = slice(place * size + first, place * size + first + len(table))
            for name, codes in found.items():
                codes[rows] = _codes(table[name].combine_chunks(), words[name]) if name in words else table[name]
    return found


def _codes(column: pa.DictionaryArray, words: Sequence[str]) -> NDArray[np.int16]:
    """Return the place of each word of a column in ``words``, -1 where there is none."""
    places = np.array([*(words.index(word) for word in column.dictionary.to_pylist()), -1], np.int16)
    return np.asarray(places[column.indices.fill_null(len(places) - 1).to_numpy()])


def _present(ends: Ends) -> NDArray[np.bool_]:
    return np.asarray(ends["outcome"] != _ABSENT)


def points_table(plan: Plan, chunks: Chunks) -> pd.DataFrame:
    """Return a row for each point of a batch that has any replicates, its seeds taken together.

    The point's name and what is varied come first: numbers in the documented unit of their path. p_stay and p_good
    follow with 95 % interval and Monte Carlo standard error, and with the difference from the point that is the
    ``reference`` (empty for a reference itself), on the same worlds; then the
    ledger (of all runs, the share lost on each road, and of these the share that was believed safe at the last review
    before, missing where there are none), and the share of each outcome. Raises ``DamagedError`` or ``OSError`` for a
    chunk that cannot be read.
    """
    ends_of = lru_cache(maxsize=2)(lambda place: _ends(plan, plan.points[place], chunks))
    roads = roads_of({name for point in plan.points for name in hazard_names(point.scenario)})
    rows = []
    for place, (point, varied) in enumerate(zip(plan.points, _varied(plan), strict=True)):
        ends = ends_of(place)
        n = int(_present(ends).sum())
        if not n:
            continue
        other = plan.reference_of(point)
        reference = None if other is None else ends_of(plan.points.index(other))
        row: dict[str, object] = {"point": point.name, **varied, "replicates": n}
        row["reference"] = "" if other is None else other.name
        for name, success in MEASURES.items():
            row |= _probability(name, success, ends) | _difference(name, success, ends, reference)
        row |= _ledger(ends, hazard_names(point.scenario), roads)
        counts = {name: np.count_nonzero(ends["outcome"] == OUTCOMES.index(name)) for name in OUTCOMES[1:]}
        rows.append(row | {name: count / n for name, count in counts.items()})
    return pd.DataFrame(rows)


def _probability(name: str, success: Success, ends: Ends) -> dict[str, object]:
    present = _present(ends)
    found = probability(int((success.of_records(ends) & present).sum()), int(present.sum()))
    return {
        name: found.estimate,
        f"{name}_low": found.low,
        f"{name}_high": found.high,
        f"{name}_mcse": found.mcse,
        f"{name}_method": found.method,
    }


def _difference(name: str, success: Success, ends: Ends, reference: Ends | None) -> dict[str, object]:
    """Return the difference on the worlds that both have; missing for the reference itself and where there are none."""
    names = [f"{name}_difference{end}" for end in ("", "_low", "_high", "_mcse")]
    if reference is None or not (both := _present(ends) & _present(reference)).any():
        return dict.fromkeys(names, float("nan"))
    found = difference(success.of_records(ends)[both], success.of_records(reference)[both])
    return dict(zip(names, (found.estimate, found.low, found.high, found.mcse), strict=True))


def _ledger(ends: Ends, hazards: Sequence[str], roads: Sequence[str]) -> dict[str, object]:
    """Return the share lost on each of ``roads``, and of these the share that was believed safe."""
    present = _present(ends)
    lost = losses_of({name: codes[present] for name, codes in ends.items()}, hazards)
    safe = ends["believed_safe"][present] != 0
    shares: dict[str, object] = {f"{LOST}{road}": float((lost == road).mean()) for road in roads}
    believed = {
        f"{BELIEVED}{road}": float(safe[lost == road].mean()) if (lost == road).any() else float("nan")
        for road in roads
    }
    return shares | believed


def _varied(plan: Plan) -> list[dict[str, object]]:
    """Return for each point the values of what is varied: as numbers where all points have numbers, else in words."""
    columns: dict[str, list[object]] = {}
    for axis in plan.axes:
        words: list[object] = [_in_words(point, axis) for point in plan.points]
        is_number = axis != "scenario" and find(axis, ARGUMENT).kind in ("number", "whole")
        certain = all(axis not in point.scenario.uncertain for point in plan.points)
        numbers = is_number and certain
        columns[axis] = [point.scenario.value(axis) for point in plan.points] if numbers else words
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _in_words(point: Point, axis: str) -> str:
    distribution, written = point.scenario.uncertain.get(axis), point.scenario.written.get(axis, "")
    return point.label[axis] if distribution is None else spread_text(distribution, find(axis, ARGUMENT).unit, written)


def runs_table(plan: Plan) -> pd.DataFrame:
    """Return a row for each point and seed: what it is, and what its run is called in the names of files."""
    return pd.DataFrame(
        [
            {"point": point.name, **varied, "seed": str(run.seed), "run": run.key, "hash": point.scenario.hash}
            for point, varied in zip(plan.points, _varied(plan), strict=True)
            for run in plan.runs_of(point)
        ]
    )


def table_files(plan: Plan, points: pd.DataFrame) -> dict[str, bytes]:
    """Return the files of the tables by name: the same bytes for the same plan and records."""
    return as_files("points", points, readable(points), _caption(plan)) | {"runs.csv": _csv(runs_table(plan))}


def as_files(name: str, table: pd.DataFrame, shown: pd.DataFrame, caption: str) -> dict[str, bytes]:
    """Return ``table`` in full as CSV and Parquet, and as it is ``shown`` to people as Markdown and LaTeX."""
    return {
        f"{name}.csv": _csv(table),
        f"{name}.parquet": table.to_parquet(index=False),
        f"{name}.md": f"{caption}\n\n{_text(shown, 'pipe')}\n".encode(),
        f"{name}.tex": _latex(shown, caption, name).encode(),
    }


def readable(points: pd.DataFrame) -> pd.DataFrame:
    """Return the table of points for people: shares in per cent and differences in points, to what errors support."""
    columns = list(points.columns[1 : list(points.columns).index("replicates") + 1])  # without the point's name
    found = points[columns].copy()
    found[STAY] = _shown(points, "p_stay", in_percent)
    found[DIFFERENCE] = _shown(points, "p_stay_difference", lambda share, digits: signed(100.0 * share, digits))
    found[GOOD] = _shown(points, "p_good", in_percent)
    found[SAFELY] = [in_percent(share, SHARE_DIGITS) for share in points["overtaken_safely"]]
    found["lost most by"] = [_lost_most(row) for _, row in points.iterrows()]
    found.loc[points["point"].isin(points["reference"]), DIFFERENCE] = "reference"
    return found


def _lost_most(row: "pd.Series[Any]") -> str:
    """Return the roads on which most runs of a point are lost, with their shares."""
    lost = {str(name).removeprefix(LOST): float(row[name]) for name in row.index if str(name).startswith(LOST)}
    most = sorted(lost.items(), key=lambda item: -item[1])[:MOST_ROADS]
    return ", ".join(f"{road} {in_percent(share, SHARE_DIGITS)}" for road, share in most if share > 0.0)


def _shown(points: pd.DataFrame, name: str, told: Callable[[float, int], str]) -> list[str]:
    """Return a column with its intervals, all with as many decimals; nothing where there is no number."""
    numbers = points[[name, f"{name}_low", f"{name}_high", f"{name}_mcse"]].to_numpy(float)
    errors = [100.0 * max(row[3], (row[2] - row[1]) / 4.0) for row in numbers if not np.isnan(row[0])]
    digits = shared_decimals(errors)
    cells = []
    for row in numbers:
        value, low, high = (told(number, digits) for number in np.nan_to_num(row[:3]))
        cells.append("" if np.isnan(row[0]) else f"{value} ({low.removesuffix(' %')} to {high})")
    return cells


def _caption(plan: Plan) -> str:
    units = [f"{axis} in {find(axis, ARGUMENT).unit}" for axis in plan.axes if axis != "scenario"]
    units = [text for text in units if not text.endswith(" in 1")]
    return (
        f"Batch {plan.name}: probability of staying in the basin of good deference (p_stay) and of a good end "
        f"(p_good), with 95 % intervals (Wilson; Clopper and Pearson with fewer than 10 successes or failures). "
        f"Differences of p_stay are {compared_with(plan)}, on the same worlds, with paired intervals (Bonett and "
        f"Price). "
        f"{plan.replicates:,} replicates for each of {_counted(len(plan.seeds), 'seed')}"
        f" ({', '.join(map(str, plan.seeds))}){'; ' if units else ''}{', '.join(units)}. "
        f"Engine {plan.engine}, version {plan.engine_version}."
    )


def compared_with(plan: Plan) -> str:
    """Return in words what points are compared with."""
    named = ", ".join(f"{name} {value}" for name, value in plan.reference.items())
    if set(plan.reference) == set(plan.axes):
        return f"from {Point(plan.reference, plan.points[0].scenario).name}"
    return f"from the point with {named} that has all else in common"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n").encode()


def _text(table: pd.DataFrame, form: str) -> str:
    from tabulate import tabulate

    cells = table.map(lambda value: f"{value:.6g}" if isinstance(value, float) else str(value))
    if form.startswith("latex"):
        cells = cells.map(lambda text: text.replace("−", "-"))  # which every engine of LaTeX sets
    return str(tabulate(cells, headers="keys", tablefmt=form, showindex=False, disable_numparse=True))


def _latex(table: pd.DataFrame, caption: str, label: str) -> str:
    escaped = caption.replace("%", r"\%").replace("_", r"\_")
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{escaped}}}",
            rf"\label{{tab:{label}}}",
            _text(table, "latex_booktabs"),
            r"\end{table}",
            "",
        ]
    )
