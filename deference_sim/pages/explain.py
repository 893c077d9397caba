"""The page of an explanation: what of the difference of two scenarios is due to which input."""

from math import factorial

from deference_sim.analysis.explain import MOST_EXACT, Explanation
from deference_sim.analysis.measure import MEASURES, success_of
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import footer, percent, points, shortened


def page(found: Explanation, repeat: str = "") -> Page:
    """Return which inputs make two scenarios differ; ``repeat`` is the command that repeats it."""
    first, second = found.first.name, found.second.name
    if first == second:
        first, second = f"{first} (first)", f"{second} (second)"
    columns = ("", first, second, *(f"{name} (95 %)" for name in found.measures))
    shares = Table(
        f"What each input in which they differ makes of {second}, in points",
        columns,
        (*_shares(found), ("all together", "", "", *(points(change) for _, _, change in found.measures.values()))),
        frozenset(range(3, len(columns))),
        frozenset(range(3, len(columns))),
    )
    return [
        Heading(f"Why {second} differs from {first}", _answer(found)),
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


def _chances(found: Explanation, first: str, second: str) -> Table:
    rows = []
    for name, (before, after, change) in found.measures.items():
        measure = name if name in MEASURES or found.value is None else found.value
        told = f"{name}: {success_of(measure).meaning}"
        rows.append((told, percent(before.estimate, before), percent(after.estimate, after), points(change)))
    columns = ("", first, second, "difference (95 %)")
    return Table("What is to be explained", columns, tuple(rows), frozenset({1, 2, 3}), frozenset({1, 2, 3}))


def _shares(found: Explanation) -> list[tuple[str, ...]]:
    """Return a row for each input, that with the greatest share first; those that move together one below the other."""
    rows = []
    for place in found.ranked:
        cells = [points(shares[place]) for shares in found.shares.values()]
        for number, one in enumerate(found.players[place].inputs):
            name, blank = (f"+ {one.path}", [""] * len(cells)) if number else (one.path, cells)
            rows.append((name, shortened(one.first or "–"), shortened(one.second or "–"), *blank))
    return rows


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
