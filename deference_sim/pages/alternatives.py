"""The answer by expert or by structure, in words: a table with the one over all, and how much lies between them."""

from collections.abc import Sequence

from deference_sim.analysis.alternatives import EXPERT, Alternatives
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import chance, repeated, with_interval


def page(found: Alternatives, repeat: str = "") -> Page:
    """Return the answer by expert, or by structure; ``repeat`` is the command that repeats it."""
    order = sorted(found.each, key=lambda one: one.chance.estimate)
    ends = " to ".join(f"{with_interval(one.chance)} ({one.name})" for one in (order[0], order[-1]))
    title = f"The chance of success by {found.kind}: {with_interval(found.chance)} over all {len(found.each)}"
    return [Heading(title, f"from {ends}"), *_table(found, "Chance of success"), *repeated(repeat)]


def tables(found: Sequence[Alternatives], measure: Measure) -> Page:
    """Return a table of each kind of alternatives with what is to be read beside it."""
    return [block for one in found for block in _table(one, success_of(measure).name)]


def _table(found: Alternatives, name: str) -> Page:
    rows = tuple((one.name, f"{100.0 * one.weight:.3g} %", *chance(one.chance)) for one in found.each)
    rows = (*rows, ("all", "", *chance(found.chance)))
    title = f"{name} by {found.kind}" + (f" ({', '.join(found.paths)})" if found.kind == EXPERT else "")
    plural = "experts" if found.kind == EXPERT else "structures of the world"
    note = (
        f"Each {found.kind} alone, {found.chance.n:,} futures in the same worlds; all: their mean by weight. Of the "
        f"variance of whether one future succeeds, {with_interval(found.between)} lies between {plural}, the rest "
        f"within them: in what else is uncertain, and in chance."
    )
    return [
        Table(title, ("", "weight", "chance", "95 % interval"), rows, frozenset({1, 2, 3})),
        Paragraph(note, aside=True),
    ]
