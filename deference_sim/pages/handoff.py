"""The page of a search for the best handoff: when, to AIs of which capability, and how the answer moves."""

from deference_sim.analysis.handoff import (
    INDIFFERENCE,
    NEVER,
    OWN_WAY,
    WAYS,
    Alternative,
    BestHandoff,
    Level,
    Moved,
    Timing,
)
from deference_sim.analysis.measure import success_of
from deference_sim.analysis.records import outcome_words
from deference_sim.analysis.worlds import SAFELY
from deference_sim.model.state import CATASTROPHES
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import (
    BY_LUCK,
    UNRESOLVED_WORTH_SAYING,
    chance,
    footer,
    fresh_note,
    percent,
    points,
    with_interval,
)
from deference_sim.scenario.explain import parameter_table

BETTER = {
    OWN_WAY: "What the scenario says",
    INDIFFERENCE: "Deciding on the way, by indifference,",
    NEVER: "Not handing off at all",
}
NONE = "–"


def page(found: BestHandoff, repeat: str = "") -> Page:
    """Return when to hand off and what that is worth; ``repeat`` is the command that repeats it."""
    return [
        Heading(f"{found.scenario.name} – when to hand off", _in_one_line(found)),
        Paragraph(_answer(found)),
        _ways(found),
        *_open_ends(found),
        _months(found),
        _levels(found),
        *([_moves(found)] if found.changes else []),
        Paragraph(_note(found), aside=True),
        footer("", found.engine, found.seconds, repeat),
    ]


def _in_one_line(found: BestHandoff) -> str:
    chosen = f"month {found.best.month:g}, to AIs of capability {found.best.capability:g} py"
    return f"{chosen}: {success_of(found.measure).name} {with_interval(found.best.estimate)}"


def _answer(found: BestHandoff) -> str:
    best = found.best
    first, last = found.as_good
    to_whom = f"to AIs of capability {best.capability:g} py"
    told = f"Best of what was tried: hand off in month {best.month:g}, {to_whom}. "
    if first == 0.0 < last == found.window:
        told += "But the month hardly matters: none of those tried does significantly worse. "
    elif first < last:
        told += f"Anything from {first:g} to {last:g} months is as good. "
    success = success_of(found.measure)
    chance_of = f"{success.name} ({success.meaning})"
    told += f"{_split(found)}{chance_of} is then {with_interval(best.estimate)}."
    better = [way for way in found.alternatives if way.loss.high < 0.0]
    return told + "".join(f" {BETTER[way.name]} does better still." for way in better)


def _split(found: BestHandoff) -> str:
    if found.lead is None or found.after is None:
        return f"Nobody presses (rival.mode is none); months up to the horizon, {found.window:g}, were tried. "
    kind = "time to the deadline" if found.scenario.rival.mode == "deadline" else "lead"
    whole = f"{found.lead:.4g} months of {kind}" + (" (median)" if "rival.lead" in found.scenario.uncertain else "")
    if found.after < 0.0:
        return f"That is after the {whole} have run out. "
    return f"Of {whole}, {found.best.month:.4g} are spent before the handoff and {found.after:.4g} are left after it. "


def _ways(found: BestHandoff) -> Table:
    best = ("in the best month", *_chance(found, found.best), _median(found.best.handed_off), NONE)
    rows = [best, *((WAYS[way.name], *_chance(found, way), *_way(way)) for way in found.alternatives)]
    columns = ("", *_chance_columns(found), "handed off", "worse by (points)")
    numbers = frozenset({*range(1, len(columns) - 1)} - {2})
    return Table("Compared with other ways to decide", columns, tuple(rows), numbers, frozenset(range(len(columns))))


def _chance_columns(found: BestHandoff) -> tuple[str, ...]:
    return success_of(found.measure).name, "95 % interval", *((BY_LUCK,) if found.measure == "p_good" else ())


def _chance(found: BestHandoff, one: Alternative | Level | Moved) -> tuple[str, ...]:
    """Return a chance with its interval and, of p_good, how much of it is luck."""
    safely = (percent(one.overtaken_safely, one.estimate),) if found.measure == "p_good" else ()
    return *chance(one.estimate), *safely


def _way(way: Alternative) -> tuple[str, str]:
    handed_off = _median(way.handed_off)
    if 0.0 < way.share_handed_off < 1.0:
        handed_off += f" (in {100.0 * way.share_handed_off:.0f} % of runs)"
    return handed_off, points(way.loss)


def _open_ends(found: BestHandoff) -> Page:
    """Say of which ways many runs were not settled, which are neither good nor bad."""
    told = [
        f"{100.0 * way.unresolved:.0f} % of the runs {WAYS[way.name]}"
        for way in found.alternatives
        if way.unresolved > UNRESOLVED_WORTH_SAYING
    ]
    if not told:
        return []
    horizon = f"Not settled by month {found.scenario.horizon:g}"
    return [Paragraph(f"{horizon}, and so neither good nor bad, nor a success here: {'; '.join(told)}.")]


def _months(found: BestHandoff) -> Table:
    occurring = [name for name in (*CATASTROPHES, SAFELY) if any(timing.risks[name] > 0.0 for timing in found.curve)]
    with_deadline = found.scenario.rival.mode == "deadline"
    open_ends = any(timing.unresolved > UNRESOLVED_WORTH_SAYING for timing in found.curve)
    more = ("not settled",) if open_ends else ()
    words = [outcome_words(name, with_deadline) for name in occurring]
    columns = ("month", success_of(found.measure).name, "95 % interval", "", *words, *more)
    rows = tuple(_month_row(timing, found, occurring, open_ends) for timing in _shown(found))
    right = frozenset({0, 1, *range(4, len(columns))})
    title = "By month of the handoff, and what goes wrong, or well only by luck (share of runs)"
    return Table(title, columns, rows, right)


def _shown(found: BestHandoff) -> list[Timing]:
    """Return about a dozen months and, beside them, the best and the ends of those that are as good."""
    wanted = {found.best.month, *found.as_good}
    apart = found.window / 24.0
    shown: list[Timing] = []
    for timing in found.curve:
        near_wanted = any(timing.month != month and abs(timing.month - month) < apart for month in wanted)
        if timing.month in wanted or (
            not near_wanted and (not shown or timing.month - shown[-1].month >= apart or timing.month == found.window)
        ):
            shown.append(timing)
    return shown


def _month_row(timing: Timing, found: BestHandoff, occurring: list[str], open_ends: bool) -> tuple[str, ...]:
    mark = "best" if timing.month == found.best.month else "as good" if timing.as_good else ""
    risks = [percent(timing.risks[name], timing.estimate) for name in occurring]
    if open_ends:
        risks.append(percent(timing.unresolved, timing.estimate))
    return (f"{timing.month:.2f}", *chance(timing.estimate), mark, *risks)


def _levels(found: BestHandoff) -> Table:
    rows = tuple(
        (
            f"{level.capability:g} py",
            f"{level.month:g}",
            *_chance(found, level),
            _median(level.handed_off),
            NONE if level == found.best else points(level.loss),
        )
        for level in found.levels
    )
    columns = ("capability", "best month", *_chance_columns(found), "handed off", "worse by (points)")
    title = "By capability of the AIs handed off to, for which the handoff waits"
    numbers = frozenset({*range(len(columns) - 1)} - {3})
    return Table(title, columns, rows, numbers, frozenset(range(len(columns))))


def _moves(found: BestHandoff) -> Table:
    rows = [("as it is", "", f"{found.best.month:g}", _range(found.as_good), *_chance(found, found.best))]
    for moved in found.changes:
        (declared,) = parameter_table(moved.path)
        value = f"{moved.value:.4g} {declared.unit}".rstrip()
        change = "its median" if moved.factor == 1.0 else f"× {moved.factor:g}"
        rows.append(
            (moved.path, f"{value} ({change})", f"{moved.month:g}", _range(moved.as_good), *_chance(found, moved))
        )
    columns = ("", "", "best month", "as good", *_chance_columns(found))
    return Table("How the answer moves", columns, tuple(rows), frozenset({2, 4, 6} & {*range(len(columns))}))


def _range(months: tuple[float, float]) -> str:
    first, last = months
    return f"{first:g} to {last:g}" if first < last else f"{first:g}"


def _median(spread: dict[str, float | None]) -> str:
    return NONE if spread["p50"] is None else f"{spread['p50']:.2f}"


def _note(found: BestHandoff) -> str:
    return (
        f"{fresh_note(found)} Handed off: the median month in which it "
        "happens. By indifference: once the chance of a good end looks no better later, by the margin that reviews "
        "find. As good: not significantly worse than the best month in a paired test at 5 %; whichever of the months "
        "tried is truly best is among them with a probability of at least 95 %. The answers under changed assumptions "
        f"keep the capability and rest on {found.search_replicates:,} worlds each, so that more months pass as good "
        "there."
    )
