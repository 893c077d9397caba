"""Pages about choices: when to hand off, and which policy to follow, here and across worlds."""

from collections.abc import Mapping

from deference_sim.analysis.best_handoff import (
    INDIFFERENCE,
    NEVER,
    OWN_WAY,
    PREWORK,
    Alternative,
    BestHandoff,
    Timing,
)
from deference_sim.analysis.estimate import digits_for
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.result import UNRESOLVED_WORTH_SAYING
from deference_sim.analysis.strategies import (
    AS_IT_IS,
    DESIGN,
    SEARCHED,
    BestStrategy,
    PolicyRegret,
    Settings,
    Tuned,
    policies_to_compare,
)
from deference_sim.analysis.worlds import MEANINGS
from deference_sim.layout import Heading, Page, Paragraph, Table
from deference_sim.model.state import CATASTROPHES
from deference_sim.scenario.explain import parameter_table
from deference_sim.wording import chance, percent, with_interval, with_repeat

WAYS = {
    OWN_WAY: "as the scenario says",
    INDIFFERENCE: "by indifference",
    NEVER: "never",
}
BETTER = {
    OWN_WAY: "What the scenario says",
    INDIFFERENCE: "Deciding on the way, by indifference,",
    NEVER: "Not handing off at all",
}
NONE = "–"
NUMBERS = frozenset({1, 3})  # columns of numbers in a table of chances
SEARCH_NOTE = (
    f"Of each policy the scenario's own settings and {2**DESIGN} others (Sobol's sequence over the bounds searched) "
    "were tried, the better quarter again on four times as many worlds, and so on (successive halving). Where the last "
    "few that were left differ widely in a setting, it matters little. When chosen: on the worlds of the search, luck "
    "included."
)
FRESH_NOTE = (
    "What is best was chosen on the worlds of seed {seed}; all chances are from {replicates:,} fresh worlds (seed "
    "{fresh_seed}), so that the luck of the winner is not in them. Differences are paired: both ways meet the same "
    "worlds. Intervals hold the Monte Carlo error alone."
)


# ---- when to hand off ---------------------------------------------------------------------------------------


def handoff_page(found: BestHandoff, repeat: str = "") -> Page:
    """Return when to hand off and what that is worth; ``repeat`` is the command that repeats it."""
    return [
        Heading(f"{found.scenario.name} – when to hand off"),
        Paragraph(_handoff_answer(found)),
        _ways(found),
        *_open_ends(found),
        _months(found),
        _levels(found),
        _moves(found),
        Paragraph(_note(found), aside=True),
        Paragraph(_footer(found.engine, found.seconds, repeat), aside=True),
    ]


def _handoff_answer(found: BestHandoff) -> str:
    best = found.best
    first, last = found.as_good
    to_whom = f"to AIs of capability {best.capability:g} py"
    told = f"Best of what was tried: hand off in month {best.month:g}, {to_whom}. "
    if first == 0.0 < last == found.window:
        told += "But the month hardly matters: none of those tried does significantly worse. "
    elif first < last:
        told += f"Anything from {first:g} to {last:g} months is as good. "
    told += f"{_split(found)}{found.measure} ({MEANINGS[found.measure]}) is then {with_interval(best.estimate)}."
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
    best = ("in the best month", *chance(found.best.estimate), _median(found.best.handed_off), NONE)
    rows = [best, *(_way(way) for way in found.alternatives)]
    columns = ("", found.measure, "95 % interval", "handed off", "worse by (points)")
    return Table("Compared with other ways to decide", columns, tuple(rows), NUMBERS, frozenset(range(5)))


def _way(way: Alternative) -> tuple[str, ...]:
    handed_off = _median(way.handed_off)
    if 0.0 < way.share_handed_off < 1.0:
        handed_off += f" (in {100.0 * way.share_handed_off:.0f} % of runs)"
    return WAYS[way.name], *chance(way.estimate), handed_off, points(way.loss)


def _open_ends(found: BestHandoff) -> Page:
    """Say of which ways many runs were not settled, since p_good counts them as good."""
    told = [
        f"{100.0 * way.unresolved:.0f} % of the runs {WAYS[way.name]}"
        for way in found.alternatives
        if way.unresolved > UNRESOLVED_WORTH_SAYING
    ]
    if not told:
        return []
    counted = "successes" if found.measure == "p_good" else "failures"
    return [
        Paragraph(
            f"Not settled by month {found.scenario.horizon:g}, and counted as {counted}: {'; '.join(told)}.",
        )
    ]


def _months(found: BestHandoff) -> Table:
    occurring = [name for name in CATASTROPHES if any(timing.risks[name] > 0.0 for timing in found.curve)]
    words = {name: name.replace("_", " ").replace("ai ", "AI ") for name in occurring}
    if found.scenario.rival.mode == "deadline":
        words["rival_catastrophe"] = "deadline missed"
    open_ends = any(timing.unresolved > UNRESOLVED_WORTH_SAYING for timing in found.curve)
    more = ("not settled",) if open_ends else ()
    columns = ("month", found.measure, "95 % interval", "", *(words[name] for name in occurring), *more)
    rows = tuple(_month_row(timing, found, occurring, open_ends) for timing in _shown(found))
    right = frozenset({0, 1, *range(4, len(columns))})
    return Table("By month of the handoff, and what goes wrong (share of runs)", columns, rows, right)


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
            *chance(level.estimate),
            _median(level.handed_off),
            NONE if level == found.best else points(level.loss),
        )
        for level in found.levels
    )
    columns = ("capability", "best month", found.measure, "95 % interval", "handed off", "worse by (points)")
    title = "By capability of the AIs handed off to, for which the handoff waits"
    return Table(title, columns, rows, frozenset({0, 1, 2, 4}), frozenset(range(6)))


def _moves(found: BestHandoff) -> Table:
    rows = [("as it is", "", f"{found.best.month:g}", _range(found.as_good), *chance(found.best.estimate))]
    for moved in found.changes:
        (declared,) = parameter_table(moved.path)
        unit = "py in all" if moved.path == PREWORK else declared.unit
        value = f"{moved.value:.4g} {unit}".rstrip()
        change = "its median" if moved.factor == 1.0 else f"× {moved.factor:g}"
        rows.append(
            (moved.path, f"{value} ({change})", f"{moved.month:g}", _range(moved.as_good), *chance(moved.estimate))
        )
    columns = ("", "", "best month", "as good", found.measure, "95 % interval")
    return Table("How the answer moves", columns, tuple(rows), frozenset({2, 4}))


def _range(months: tuple[float, float]) -> str:
    first, last = months
    return f"{first:g} to {last:g}" if first < last else f"{first:g}"


def _median(spread: dict[str, float | None]) -> str:
    return NONE if spread["p50"] is None else f"{spread['p50']:.2f}"


def _note(found: BestHandoff) -> str:
    return (
        f"{_fresh_note(found)} Handed off: the median month in which it happens. By indifference: once the chance of a "
        "good end looks no better later, by the margin that reviews find. As good: not significantly worse than the "
        "best month in a paired test at 5 %; whichever of the months tried is truly best is among them with a "
        "probability of at least 95 %. The answers under changed assumptions keep the capability and rest on "
        f"{found.search_replicates:,} worlds each, so that more months pass as good there."
    )


# ---- which policy -------------------------------------------------------------------------------------------


def strategy_page(found: BestStrategy, regret: PolicyRegret | None = None, repeat: str = "") -> Page:
    """Return which policy does best in one scenario, with which settings, and what these policies regret elsewhere.

    ``repeat`` is the command that repeats it.
    """
    elsewhere = [] if regret is None else across_worlds(regret)
    seconds = found.seconds + (0.0 if regret is None else regret.seconds)
    return [
        Heading(f"{found.scenario.name} – which policy does best"),
        Paragraph(_strategy_answer(found)),
        _policies(found),
        _settings(found),
        *_edges(found.best),
        *elsewhere,
        _what_they_are(policies_to_compare(found)),
        Paragraph(_fresh_note(found), aside=True),
        Paragraph(SEARCH_NOTE, aside=True),
        *([] if regret is None else [Paragraph(_regret_note(regret), aside=True)]),
        Paragraph(_footer(found.engine, seconds, repeat), aside=True),
    ]


def _strategy_answer(found: BestStrategy) -> str:
    best, own = found.best, found.scenario.strategy.policy
    ties = [tuned.policy for tuned in found.policies[1:] if tuned.as_good]
    as_good = f" With settings of their own {_listed(ties)} do as well." if len(ties) > 1 else ""
    if len(ties) == 1:
        as_good = f" With settings of its own {ties[0]} does as well."
    versus = f"against {with_interval(found.own)} for the scenario's own {own} as it is"
    gain = f"{points(best.gain)} points" + (", which may be no gain at all" if best.gain.low <= 0.0 else "")
    return (
        f"Best of what was tried: {best.policy}, tuned. {found.measure} ({MEANINGS[found.measure]}) is then "
        f"{with_interval(best.estimate)}, {versus}: {gain}.{as_good}"
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _policies(found: BestStrategy) -> Table:
    rows = [(AS_IT_IS, *chance(found.own), "", "")]
    rows += [
        (
            tuned.policy,
            *chance(tuned.estimate),
            points(tuned.gain),
            percent(tuned.searched, tuned.estimate),
        )
        for tuned in found.policies
    ]
    columns = ("", found.measure, "95 % interval", "better than as it is by (points)", "when chosen")
    return Table("Policies, each with the settings that do best for it", columns, tuple(rows), frozenset({1, 4}))


def _settings(found: BestStrategy) -> Table:
    own = found.scenario.strategy
    rows = []
    for name, value in found.best.settings.items():
        low, high = found.best.last[name]
        searched = f"{SEARCHED[name][0]:g} to {SEARCHED[name][1]:g}"
        (declared,) = parameter_table(f"strategy.{name}")
        path = f"{declared.path} ({declared.unit})" if declared.unit else declared.path
        rows.append((path, f"{value:g}", f"{low:g} to {high:g}", f"{getattr(own, name):g}", searched))
    columns = ("", "best", "among the last left", "as it is", "searched")
    return Table(f"Settings of {found.best.policy}", columns, tuple(rows), frozenset({1, 3}))


def _edges(tuned: Tuned) -> Page:
    if not tuned.at_edge:
        return []
    names = _listed([f"strategy.{name}" for name in tuned.at_edge])
    return [Paragraph(f"At the edge of what was searched, so that more of it may do better still: {names}.")]


# ---- across worlds ------------------------------------------------------------------------------------------


def regret_page(found: PolicyRegret) -> Page:
    """Return how policies do across worlds, and what each regrets."""
    return [
        Heading("Policies across worlds"),
        *across_worlds(found),
        _what_they_are(found.policies),
        Paragraph(_fresh_note(found), aside=True),
        Paragraph(_regret_note(found), aside=True),
        Paragraph(_footer(found.engine, found.seconds), aside=True),
    ]


def across_worlds(found: PolicyRegret) -> Page:
    """Return what each policy regrets in each world, and how well it does there."""
    return [Paragraph(_regret_answer(found)), _regrets(found), _chances_by_world(found)]


def _regret_answer(found: PolicyRegret) -> str:
    minimax, average = found.minimax, found.best_on_average
    least = (
        f"Across {len(found.worlds)} worlds, {minimax} has the smallest largest regret: at most "
        f"{100.0 * found.largest_regret(minimax):.0f} points in any of them"
    )
    mean = f"on average ({100.0 * found.average(average):.0f} %)"
    return f"{least}. It also does best {mean}." if minimax == average else f"{least}; {average} does best {mean}."


def _chances_by_world(found: PolicyRegret) -> Table:
    rows = [
        (world, *(f"{100.0 * row[place].value:.0f}" for row in found.estimates.values()))
        for place, world in enumerate(found.worlds)
    ]
    rows.append(("mean", *(f"{100.0 * found.average(policy):.0f}" for policy in found.policies)))
    rows.append(("", *("highest" if policy == found.best_on_average else "" for policy in found.policies)))
    return _by_world(f"{found.measure} in each world, in per cent", rows, found)


def _regrets(found: PolicyRegret) -> Table:
    rows = [
        (
            world,
            *(
                "best" if policy == found.best[place] else f"{100.0 * row[place].value:.0f}"
                for policy, row in found.regret.items()
            ),
        )
        for place, world in enumerate(found.worlds)
    ]
    rows.append(("largest", *(f"{100.0 * found.largest_regret(policy):.0f}" for policy in found.policies)))
    rows.append(("", *("smallest" if policy == found.minimax else "" for policy in found.policies)))
    return _by_world("Regret: what the best policy does better in that world, in points", rows, found)


def _by_world(title: str, rows: list[tuple[str, ...]], found: PolicyRegret) -> Table:
    columns = ("", *found.policies)
    everywhere = range(len(columns))
    return Table(title, columns, tuple(rows), frozenset(everywhere[1:]), frozenset(everywhere))


def _what_they_are(policies: Mapping[str, Settings]) -> Table:
    rows = tuple(
        (name, ", ".join(f"{path.removeprefix('strategy.')} {value}" for path, value in changes.items()))
        for name, changes in policies.items()
    )
    return Table("What the policies are", ("", ""), rows, folded=True)


def _regret_note(found: PolicyRegret) -> str:
    worst = max(regret.mcse for row in found.regret.values() for regret in row)
    return (
        f"Across worlds: {found.replicates:,} futures each. Which policy is best in a world, and which stands out over "
        "all, was chosen before fresh worlds were looked at too, so that a regret can turn out a little below 0. The "
        f"standard error of a regret is at most {100.0 * worst:.1f} points. Only the policy and its settings are "
        "carried over: all else in a world stays as it is."
    )


# ---- words --------------------------------------------------------------------------------------------------


def points(found: Difference) -> str:
    """Return a difference in points with its interval."""
    digits = max(digits_for(found.mcse) - 2, 0) if found.mcse > 0.0 else 1
    value, low, high = (f"{100.0 * part:+.{digits}f}" for part in (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def _fresh_note(found: BestHandoff | BestStrategy | PolicyRegret) -> str:
    return FRESH_NOTE.format(seed=found.seed, replicates=found.replicates, fresh_seed=found.fresh_seed)


def _footer(engine: str, seconds: float, repeat: str = "") -> str:
    return with_repeat(f"{engine} engine, {seconds:.1f} s.", repeat)
