"""The page of an explanation: what of the difference of two scenarios is due to which input."""

from math import factorial

from deference_sim.analysis.explain import MOST_EXACT, Explanation
from deference_sim.analysis.measure import MEASURES, success_of
from deference_sim.pages.compare import difference_in_words
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import footer, in_points, percent, points, shortened

MOST_NAMED = 2  # inputs in the answer


def page(found: Explanation, repeat: str = "") -> Page:
    """Return which inputs make two scenarios differ; ``repeat`` is the command that repeats it."""
    first, second = found.first.name, found.second.name
    if first == second:
        first, second = f"{first} (first)", f"{second} (second)"
    columns = ("", first, second, *(f"{name} (95 %)" for name in found.measures))
    shares = Table(
        "What each input that differs contributes to the difference, in points",
        columns,
        _shares(found),
        frozenset(range(3, len(columns))),
        frozenset(range(3, len(columns))),
        (*range(len(columns) - 1, 3, -1), 1, 2),
    )
    return [
        Heading(f"Why {second} differs from {first}", _answer(found)),
        Paragraph(_told(found, first, second)),
        _chances(found, first, second),
        shares,
        Paragraph(_note(found), aside=True),
        footer(
            f"{found.runs:,} runs: mixtures of the two on {found.replicates:,} worlds, seed {found.seed}",
            found.engine,
            found.seconds,
            repeat,
        ),
    ]


def _answer(found: Explanation) -> str:
    place = found.ranked[0]
    told = ", ".join(f"{name} {points(shares[place])}" for name, shares in found.shares.items())
    return f"Most of it by {found.players[place].name}: {told} points"


def _told(found: Explanation, first: str, second: str) -> str:
    """Return by how much they differ by the first measure, and which inputs have the largest shares of that."""
    name, pair = next(iter(found.measures.items()))
    shares = found.shares[name]
    most = [
        f"{found.players[place].name}, {share}"
        for place, share in zip(found.ranked, in_points([shares[place] for place in found.ranked]), strict=True)
    ][:MOST_NAMED]
    return f"{difference_in_words(name, pair, first, second)} The largest shares: {'; '.join(most)}."


def _chances(found: Explanation, first: str, second: str) -> Table:
    rows = []
    for name, (before, after, change) in found.measures.items():
        measure = name if name in MEASURES or found.value is None else found.value
        told = f"{name}: {success_of(measure).meaning}"
        rows.append((told, percent(before.estimate, before), percent(after.estimate, after), points(change)))
    columns = ("", first, second, "difference (95 %)")
    return Table("What is to be explained", columns, tuple(rows), frozenset({1, 2, 3}), frozenset({1, 2, 3}))


def _shares(found: Explanation) -> tuple[tuple[str, ...], ...]:
    """Return a row for each input, that with the greatest share first; those that move together one below the other.

    The last row is that of all together.
    """
    rows = []
    columns = [
        in_points([*(found.shares[name][place] for place in found.ranked), change])
        for name, (_, _, change) in found.measures.items()
    ]
    for rank, place in enumerate(found.ranked):
        cells = [column[rank] for column in columns]
        for number, one in enumerate(found.players[place].inputs):
            name, blank = (f"+ {one.path}", [""] * len(cells)) if number else (one.path, cells)
            rows.append((name, shortened(one.first or "–"), shortened(one.second or "–"), *blank))
    return (*rows, ("all together", "", "", *(column[-1] for column in columns)))


def _note(found: Explanation) -> str:
    n = len(found.players)
    said = (
        f"A share is what moving the input from {found.first.name}'s value to {found.second.name}'s changes, on "
        "average over all orders in which the inputs can be moved (Shapley); where inputs help or hinder each other, "
        "both have half of that. Shares sum to the difference of all together, world by world. Inputs joined by + move "
        "together: a word with the fields of its block that it switches on or off, or a group that was asked for. "
    )
    if found.orders is None:
        orders = f"{factorial(n):,} orders" if n > 1 else "order"
        return (
            f"{said}All {2**n:,} mixtures were run, so that the {orders} count exactly; intervals hold the error of "
            "the worlds."
        )
    return (
        f"{said}{n} inputs are more than the {MOST_EXACT} of which all mixtures are run: {found.orders:,} orders were "
        "drawn, and intervals hold the error of both orders and worlds."
    )
