"""The page of a published source: each figure as printed, as recomputed, and ours; and which sources there are."""

from deference_sim.analysis.takeoff import PRESETS
from deference_sim.analysis.takeoff.table import TakeoffTable
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import as_many_as_fit, with_repeat


def page(found: TakeoffTable, repeat: str = "") -> Page:
    """Return the figures of a source beside ours; ``repeat`` is the command that repeats them."""
    head, *rows = found.texts()
    runs = f"{found.replicates:,} runs" if found.replicates > 1 else "One run, nothing in it random"
    return [
        Heading(found.title, _answer(found)),
        Table("", head, tuple(rows), frozenset(range(1, len(head))), spare=_spare(head)),
        *(Paragraph(note, aside=True) for note in found.notes),
        Paragraph(f"Source: {found.source}.", aside=True),
        Paragraph(with_repeat(f"{runs}, seed {found.seed}.", repeat), aside=True),
    ]


def _spare(head: tuple[str, ...]) -> tuple[int, ...]:
    """Return what is left out first where there is no room."""
    return tuple(
        head.index(name) for name in ("our model", "vs our model", "vs recomputed", "recomputed") if name in head
    )


def _answer(found: TakeoffTable) -> str:
    """Return how many figures there are, and the first: as it is printed, and ours."""
    (_, *heads), (name, *cells), *_ = found.texts()
    told = (f"{head} {cell}" for head, cell in zip(heads, cells, strict=True) if cell)
    return as_many_as_fit([f"{len(found.figures)} figures", name, *told])


def presets_page() -> Page:
    """Return the published tables that can be reproduced, by the names of their presets."""
    rows = tuple((name, preset.title) for name, preset in PRESETS.items())
    return [Table("", ("preset", "what it reproduces"), rows), Paragraph("Run one: deference-sim takeoff PRESET", True)]
