"""The page of a search for the best handoff: when, to AIs of which capability, and how the answer moves."""

from collections.abc import Sequence

from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.estimate import Estimate
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
    by_which_measure,
    chances,
    footer,
    fresh_note,
    in_points,
    percent,
    with_interval,
)
from deference_sim.scenario.listing import parameter_table

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
    told += "".join(f" {BETTER[way.name]} does better still." for way in better)
    return told + by_which_measure(found.measure)


def _split(found: BestHandoff) -> str:
    if found.lead is None or found.after is None:
        return f"Nobody presses (rival.mode is none); months up to the horizon, {found.window:g}, were tried. "
    kind = "time to the deadline" if found.scenario.rival.mode == "deadline" else "lead"
    whole = f"{found.lead:.4g} months of {kind}" + (" (median)" if "rival.lead" in found.scenario.uncertain else "")
    if found.after < 0.0:
        return f"That is after the {whole} have run out. "
    return f"Of {whole}, {found.best.month:.4g} are spent before the handoff and {found.after:.4g} are left after it. "


def _ways(found: BestHandoff) -> Table:
    own, *told = _chances(found, [found.best, *found.alternatives])
    losses = in_points([way.loss for way in found.alternatives])
    rows = [("in the best month", *own, _median(found.best.handed_off), NONE)]
    rows += [
        (WAYS[way.name], *chance, _handed_off(way), loss)
        for way, chance, loss in zip(found.alternatives, told, losses, strict=True)
    ]
    columns = ("", *_chance_columns(found), "handed off in month", "worse by (points)")
    numbers = frozenset({*range(1, len(columns) - 1)} - {2})
    everywhere = frozenset(range(len(columns)))
    spare = (*_spare(found), len(columns) - 2)
    return Table("Compared with other ways to decide", columns, tuple(rows), numbers, everywhere, spare)


def _spare(found: BestHandoff) -> tuple[int, ...]:
    """Return the column of luck, where there is one: the third of those that ``_chance_columns`` names."""
    return (3,) if found.measure == "p_good" else ()


def _chance_columns(found: BestHandoff) -> tuple[str, ...]:
    return success_of(found.measure).name, "95 % interval", *((BY_LUCK,) if found.measure == "p_good" else ())


def _chances(found: BestHandoff, column: Sequence[Alternative | Level | Moved]) -> list[tuple[str, ...]]:
    """Return each chance of a column with its interval and, of p_good, how much of it is luck."""
    estimates = [one.estimate for one in column]
    told: list[tuple[str, ...]] = [*chances(estimates)]
    if found.measure != "p_good":
        return told
    return [(*both, percent(one.overtaken_safely, *estimates)) for both, one in zip(told, column, strict=True)]


def _handed_off(way: Alternative) -> str:
    median = _median(way.handed_off)
    return f"{median} (in {100.0 * way.share_handed_off:.0f} % of runs)" if 0.0 < way.share_handed_off < 1.0 else median


def _open_ends(found: BestHandoff) -> Page:
    """Say of which ways many runs were not settled, which are neither good nor bad."""
    told = [
        f"{100.0 * way.unresolved:.0f} % of the runs {WAYS[way.name]}"
        for way in found.alternatives
        if way.unresolved > UNRESOLVED_WORTH_SAYING
    ]
    if not told:
        return []
    horizon = f"Not settled by month {found.scenario.medians.horizon:g}"
    return [Paragraph(f"{horizon}, and so neither good nor bad, nor a success here: {'; '.join(told)}.")]


def _months(found: BestHandoff) -> Table:
    occurring = [name for name in (*CATASTROPHES, SAFELY) if any(timing.risks[name] > 0.0 for timing in found.curve)]
    with_deadline = found.scenario.rival.mode == "deadline"
    open_ends = any(timing.unresolved > UNRESOLVED_WORTH_SAYING for timing in found.curve)
    more = ("not settled",) if open_ends else ()
    words = [outcome_words(name, with_deadline) for name in occurring]
    columns = ("month", success_of(found.measure).name, "95 % interval", "", *words, *more)
    shown = _shown(found)
    estimates = [timing.estimate for timing in shown]
    rows = tuple(
        (f"{timing.month:.2f}", *told, _mark(timing, found), *_risks(timing, estimates, occurring, open_ends))
        for timing, told in zip(shown, chances(estimates), strict=True)
    )
    risks = range(4, len(columns))
    title = "By month of the handoff, and what goes wrong, or well only by luck (share of runs)"
    return Table(title, columns, rows, frozenset({0, 1, *risks}), spare=tuple(reversed(risks)))


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


def _mark(timing: Timing, found: BestHandoff) -> str:
    return "best" if timing.month == found.best.month else "as good" if timing.as_good else ""


def _risks(timing: Timing, column: Sequence[Estimate], occurring: list[str], open_ends: bool) -> list[str]:
    shares = [timing.risks[name] for name in occurring] + ([timing.unresolved] if open_ends else [])
    return [percent(share, *column) for share in shares]


def _levels(found: BestHandoff) -> Table:
    losses = in_points([level.loss for level in found.levels if level != found.best])
    rows = tuple(
        (
            with_minus(f"{level.capability:g} py"),
            f"{level.month:.2f}",
            *told,
            _median(level.handed_off),
            NONE if level == found.best else losses.pop(0),
        )
        for level, told in zip(found.levels, _chances(found, found.levels), strict=True)
    )
    columns = ("capability", "best month", *_chance_columns(found), "handed off in month", "worse by (points)")
    title = "By capability of the AIs handed off to, for which the handoff waits"
    numbers = frozenset({*range(len(columns) - 1)} - {3})
    spare = (*(4 for _ in _spare(found)), len(columns) - 2)
    return Table(title, columns, rows, numbers, frozenset(range(len(columns))), spare)


def _moves(found: BestHandoff) -> Table:
    own, *told = _chances(found, [found.best, *found.changes])
    rows = [("as it is", "", f"{found.best.month:.2f}", _range(found.as_good), *own)]
    for moved, chance in zip(found.changes, told, strict=True):
        (declared,) = parameter_table(moved.path)
        value = f"{moved.value:.4g} {declared.unit}".rstrip()
        change = "its median" if moved.factor == 1.0 else f"× {moved.factor:g}"
        rows.append((moved.path, f"{value} ({change})", f"{moved.month:.2f}", _range(moved.as_good), *chance))
    columns = ("", "", "best month", "as good", *_chance_columns(found))
    numbers = frozenset({2, 4, 6} & {*range(len(columns))})
    return Table("How the answer moves", columns, tuple(rows), numbers, spare=(*(6 for _ in _spare(found)), 3, 5))


def _range(months: tuple[float, float]) -> str:
    first, last = months
    return f"{first:.2f} to {last:.2f}" if first < last else f"{first:.2f}"


def _median(spread: dict[str, float | None]) -> str:
    return NONE if spread["p50"] is None else f"{spread['p50']:.2f}"


def _note(found: BestHandoff) -> str:
    return (
        f"{fresh_note(found)} Handed off in month: the median of the "
        "runs. By indifference: once the chance of a good end looks no better later, by the margin that reviews "
        "find. As good: not significantly worse than the best month in a paired test at 5 %; whichever of the months "
        "tried is truly best is among them with a probability of at least 95 %. The answers under changed assumptions "
        f"keep the capability and rest on {found.search_replicates:,} worlds each, so that more months pass as good "
        "there."
    )
