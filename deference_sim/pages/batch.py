"""The page of a batch: its points with their chances, and where tables and records lie."""

from deference_sim.batches.result import BatchResult
from deference_sim.batches.store import CHUNKS, RUNS, TABLES
from deference_sim.batches.tables import DIFFERENCE, GOOD, SAFELY, STAY, compared_with, readable
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import repeated, singular
from deference_sim.scenario.catalogue import label_at, parameters

MOST_ROWS, MOST_AXES = 30, 2  # of a table on a page; with more axes p_good is in the files alone


def page(found: BatchResult, repeat: str = "") -> Page:
    """Return what a batch has found so far, with its title; ``repeat`` is the command that repeats it."""
    return [
        Heading(f"{found.plan.name} – a batch in {found.folder}", _answer(found)),
        *points(found),
        *repeated(repeat),
    ]


def _answer(found: BatchResult) -> str:
    """Return how much of the batch is there."""
    failed = f", {len(found.failures):,} chunks failed" if found.failures else ""
    if not len(found.table):
        return f"{found.missing:,} replicates are missing{failed}"
    shares = found.table.sort_values("p_stay").index
    told = readable(found.table)[STAY]
    missing = f"; {found.missing:,} replicates are missing" if found.missing else ""
    return f"{len(told):,} points, p_stay from {told[shares[0]]} to {told[shares[-1]]}{missing}{failed}"


def points(found: BatchResult) -> Page:
    """Return the points of a batch with their chances, and where tables and records lie."""
    if not len(found.table):
        return [Paragraph(f"{found.folder}: {found.missing:,} replicates are missing")]
    shown = readable(found.table)
    counts = shown["replicates"].unique()
    text = f"95 % intervals; differences of p_stay {singular(compared_with(found.plan))}, on the same worlds."
    if len(counts) == 1:
        text = f"{counts[0]:,} futures at each point; {text}"
        shown = shown.drop(columns="replicates")
    if len(found.plan.axes) > MOST_AXES:
        shown = shown.drop(columns=[GOOD, SAFELY])  # for want of room
    cells = shown.map(lambda value: f"{value:g}" if isinstance(value, float) else str(value))
    columns = tuple(_head(str(name)) for name in shown.columns)
    words = {place for place, name in enumerate(shown.columns) if name in parameters() and not _is_number(str(name))}
    numbers = frozenset({*range(1, len(columns) - 1)} - words)
    rows = tuple(tuple(row) for row in cells.head(MOST_ROWS).itertuples(index=False))
    if len(shown) > len(rows):
        text += f" {len(shown) - len(rows):,} more points are in the tables."
    told = (("records", CHUNKS), ("a file for each run", RUNS))
    held = [f"{what}: {found.folder / name}" for what, name in told if (found.folder / name).is_dir()]
    return [
        Table("", columns, rows, numbers, spare=_spare(columns)),
        Paragraph(text, aside=True),
        Paragraph(f"{'; '.join([f'Tables: {found.folder / TABLES}', *held])}.", aside=True),
    ]


def _is_number(path: str) -> bool:
    return parameters()[path].kind == "number"


def _spare(columns: tuple[str, ...]) -> tuple[int, ...]:
    """Return what is left out first where there is no room: how runs are lost, p_good, the difference."""
    order = "lost most by", SAFELY, "p_good", DIFFERENCE
    return tuple(columns.index(name) for name in order if name in columns)


def _head(column: str) -> str:
    """Return what a column is called: of an input its name, in its unit."""
    if column not in parameters():
        return column.removesuffix(" (95 % interval)")
    unit = parameters()[column].unit
    return label_at(column) if unit == "1" else f"{label_at(column)} ({unit})"
