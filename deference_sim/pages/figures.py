"""Single figures with their intervals: estimates, differences, quantiles; and tables of those that have names."""

from collections.abc import Mapping, Sequence
from typing import Any

from deference_sim.analysis.digits import in_percent, with_minus
from deference_sim.analysis.estimate import Estimate, Quantile, Statistic
from deference_sim.analysis.ledger import Loss
from deference_sim.analysis.listed import Named
from deference_sim.analysis.paired import Difference
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import (
    as_many_as_fit,
    chances,
    in_points,
    percent,
    points,
    repeated,
    with_interval,
    with_repeat,
)

_NUMBERS = frozenset(range(1, 8))


def page(found: Statistic, repeat: str = "") -> Page:
    """Return a figure with its interval, its Monte Carlo error and what it was found from."""
    told = with_interval(found) if isinstance(found, Estimate) else f"{points(found)} points"
    kind = "Estimate" if isinstance(found, Estimate) else "Difference" if isinstance(found, Difference) else "Figure"
    said = f"95 % interval in brackets; Monte Carlo standard error {100.0 * found.mcse:.2g} points"
    method = f", interval: {found.method}" if isinstance(found, Estimate) else ""
    return [
        Heading(f"{kind}: {told}, n {found.n:,}"),
        Paragraph(with_repeat(f"{said}{method}. In full: {found.estimate!r}.", repeat), aside=True),
    ]


def quantile_page(found: Quantile, repeat: str = "") -> Page:
    """Return a quantile with its interval, and in how many runs there is the quantity."""
    told = f"{found.estimate:.2f} ({_between((found.low, found.high))}) months"
    return [
        Heading(f"Quantile: {told}, n {found.n:,}"),
        Paragraph(with_repeat(f"{100.0 * found.never:.3g} % of the runs do not have it.", repeat), aside=True),
    ]


def loss_page(found: Loss, repeat: str = "") -> Page:
    """Return what was lost by one road, and how much of it had looked safe."""
    believed = "" if found.believed_safe is None else f", of these {with_interval(found.believed_safe)} believed safe"
    return [Heading(f"Loss: {with_interval(found.estimate)} of all runs{believed}"), *repeated(repeat)]


def table_page(found: Named[Any], repeat: str = "") -> Page:
    """Return figures by name as a table, and the largest of them in a line."""
    values = list(found.values())
    columns = ("", *_columns(next(iter(values), None)))
    rows = tuple((name, *cells) for name, cells in zip(found, _rows(values), strict=True))
    title = Heading(f"{found.about} ({len(found)})", _largest(found))
    return [title, Table("", columns, rows, _NUMBERS), *repeated(repeat)]


def _largest(found: Named[Any]) -> str:
    """Return the largest figures that a line has room for; all names where they are not single figures."""
    names, told = list(found), {name: name for name in found}
    if all(isinstance(value, Estimate | Loss) for value in found.values()):
        sizes = {name: value.estimate if isinstance(value, Loss) else value for name, value in found.items()}
        names.sort(key=lambda name: -sizes[name].estimate)
        told = {name: f"{name} {with_interval(one)}" for name, one in sizes.items()}
    elif all(_is_spread(value) for value in found.values()):
        told = {name: f"{name} {one['p50']:.2f} ({_between((one['p5'], one['p95']))})" for name, one in found.items()}
    return as_many_as_fit([told[name] for name in names])


def _is_spread(value: Any) -> bool:
    return isinstance(value, Mapping) and "mean" in value and value["mean"] is not None


def _columns(value: Any) -> tuple[str, ...]:
    """Return what stands in the columns beside the name, of figures like ``value``."""
    if isinstance(value, Loss):
        return "share", "95 % interval", "believed safe"
    if isinstance(value, tuple):
        return "first", "second", "difference (points)"
    return tuple(value) if isinstance(value, Mapping) else ("share", "95 % interval")


def _rows(values: Sequence[Any]) -> list[tuple[str, ...]]:
    """Return the cells of figures of one kind, those of a column with as many decimals."""
    if values and isinstance(values[0], Loss):
        believed = [one.believed_safe for one in values]
        told = ["" if one is None else percent(one.estimate, one) for one in believed]
        return [(*cells, safe) for cells, safe in zip(chances([one.estimate for one in values]), told, strict=True)]
    if values and isinstance(values[0], tuple):
        both = [one for first, second, _ in values for one in (first, second)]
        changes = in_points([change for *_, change in values])
        return [
            (percent(first.estimate, *both), percent(second.estimate, *both), change)
            for (first, second, _), change in zip(values, changes, strict=True)
        ]
    if values and isinstance(values[0], Mapping):
        return [tuple(_number(name, one) for name, one in value.items()) for value in values]
    return list(chances(values))


def _number(name: str, value: Any) -> str:
    if isinstance(value, list):
        return _between(value)
    if value is None:
        return "–"
    if name == "never":
        return in_percent(value, 0)
    return f"{value:,}" if isinstance(value, int) else with_minus(f"{value:.2f}")


def _between(ends: Any) -> str:
    low, high = ("–" if end is None else with_minus(f"{end:.2f}") for end in ends)
    return f"{low} to {high}"
