"""The page of a search for the best policy, and of what each policy loses elsewhere."""

from collections.abc import Mapping, Sequence

from deference_sim.analysis.digits import with_minus
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import success_of
from deference_sim.analysis.strategy import (
    AS_IT_IS,
    DESIGN,
    SEARCHED,
    BestStrategy,
    PolicyRegret,
    Settings,
    Tuned,
    policies_to_compare,
)
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import (
    BY_LUCK,
    by_which_measure,
    chances,
    footer,
    fresh_note,
    in_points,
    percent,
    points,
    with_interval,
)
from deference_sim.scenario.listing import parameter_table

SEARCH_NOTE = (
    f"Of each policy the scenario's own settings and {2**DESIGN} others (Sobol's sequence over the bounds searched) "
    "were tried, the better quarter again on four times as many worlds, and so on (successive halving). Where the last "
    "few that were left differ widely in a setting, it matters little. When chosen: on the worlds of the search, luck "
    "included."
)


def page(found: BestStrategy, repeat: str = "", regret: PolicyRegret | None = None) -> Page:
    """Return which policy does best in one scenario, with which settings, and what these policies regret elsewhere.

    ``repeat`` is the command that repeats it.
    """
    elsewhere = [] if regret is None else across_worlds(regret)
    seconds = found.seconds + (0.0 if regret is None else regret.seconds)
    return [
        Heading(f"{found.scenario.name} – which policy does best", _in_one_line(found)),
        Paragraph(_answer(found)),
        _policies(found),
        _settings(found),
        *_edges(found.best),
        *elsewhere,
        _what_they_are(policies_to_compare(found)),
        Paragraph(fresh_note(found), aside=True),
        Paragraph(SEARCH_NOTE, aside=True),
        *([] if regret is None else [Paragraph(_regret_note(regret), aside=True)]),
        footer("", found.engine, seconds, repeat),
    ]


def _in_one_line(found: BestStrategy) -> str:
    tuned = f"{found.best.policy}, tuned: {success_of(found.measure).name} {with_interval(found.best.estimate)}"
    return f"{tuned}, against {with_interval(found.own)} as it is"


def _answer(found: BestStrategy) -> str:
    best, own, success = found.best, found.scenario.strategy.policy, success_of(found.measure)
    ties = [tuned.policy for tuned in found.policies[1:] if tuned.as_good]
    as_good = f" With settings of their own {_listed(ties)} do as well." if len(ties) > 1 else ""
    if len(ties) == 1:
        as_good = f" With settings of its own {ties[0]} does as well."
    versus = f"against {with_interval(found.own)} for the scenario's own {own} as it is"
    gain = f"{points(best.gain)} points" + (", which may be no gain at all" if best.gain.low <= 0.0 else "")
    return (
        f"Best of what was tried: {best.policy}, tuned. {success.name} ({success.meaning}) is then "
        f"{with_interval(best.estimate)}, {versus}: {gain}.{as_good}{by_which_measure(found.measure)}"
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _policies(found: BestStrategy) -> Table:
    good = found.measure == "p_good"
    column = [found.own, *(tuned.estimate for tuned in found.policies)]
    own, *told = chances(column)
    gains = in_points([tuned.gain for tuned in found.policies])
    rows = [(AS_IT_IS, *own, *_safely(found.own_overtaken_safely, column, good), "", "")]
    rows += [
        (
            tuned.policy,
            *chance,
            *_safely(tuned.overtaken_safely, column, good),
            gain,
            percent(tuned.searched, *column),
        )
        for tuned, chance, gain in zip(found.policies, told, gains, strict=True)
    ]
    more = (BY_LUCK,) if good else ()
    columns = (
        "",
        success_of(found.measure).name,
        "95 % interval",
        *more,
        "better than as it is by (points)",
        "when chosen",
    )
    numbers = frozenset({1, len(columns) - 1, *((3,) if good else ())})
    spare = (len(columns) - 1, *((3,) if good else ()))
    return Table("Policies, each with the settings that do best for it", columns, tuple(rows), numbers, spare=spare)


def _safely(share: float, column: Sequence[Estimate], good: bool) -> tuple[str, ...]:
    """Return how much of p_good is luck, where p_good is what is told."""
    return (percent(share, *column),) if good else ()


def _settings(found: BestStrategy) -> Table:
    own = found.scenario.medians.strategy
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


def regret_page(found: PolicyRegret, repeat: str = "") -> Page:
    """Return how policies do across worlds, and what each regrets; ``repeat`` is the command that repeats it."""
    return [
        Heading(f"Policies across {_counted(found)}", _regret_in_one_line(found)),
        *across_worlds(found),
        _what_they_are(found.policies),
        Paragraph(fresh_note(found), aside=True),
        Paragraph(_regret_note(found), aside=True),
        footer("", found.engine, found.seconds, repeat),
    ]


def across_worlds(found: PolicyRegret) -> Page:
    """Return what each policy regrets in each world, and how well it does there."""
    safely = [_safely_by_world(found)] if found.measure == "p_good" else []
    return [Paragraph(_regret_answer(found)), _regrets(found), _chances_by_world(found), *safely]


def _counted(found: PolicyRegret) -> str:
    return "1 world" if len(found.worlds) == 1 else f"{len(found.worlds)} worlds"


def _regret_in_one_line(found: PolicyRegret) -> str:
    least = f"{found.minimax} regrets at most {100.0 * found.largest_regret(found.minimax):.0f} points in any"
    return (
        f"{least}; {found.best_on_average} does best on average, {100.0 * found.average(found.best_on_average):.0f} %"
    )


def _regret_answer(found: PolicyRegret) -> str:
    minimax, average = found.minimax, found.best_on_average
    least = (
        f"Across {_counted(found)}, {minimax} does best in the worst case: in none of them does it fall more than "
        f"{100.0 * found.largest_regret(minimax):.0f} points behind the best policy there"
    )
    mean = f"on average ({100.0 * found.average(average):.0f} %)"
    return f"{least}. It also does best {mean}." if minimax == average else f"{least}; {average} does best {mean}."


def _chances_by_world(found: PolicyRegret) -> Table:
    rows = [
        (world, *(f"{100.0 * row[place].estimate:.0f}" for row in found.estimates.values()))
        for place, world in enumerate(found.worlds)
    ]
    means = {policy: f"{100.0 * found.average(policy):.0f}" for policy in found.policies}
    rows.append(("mean", *_marked(means, found.best_on_average, "highest")))
    return _by_world(f"{success_of(found.measure).name} in each world, in per cent", rows, found)


def _safely_by_world(found: PolicyRegret) -> Table:
    rows = [
        (world, *(f"{100.0 * row[place]:.0f}" for row in found.overtaken_safely.values()))
        for place, world in enumerate(found.worlds)
    ]
    return _by_world("Of that by luck, in per cent", rows, found)


def _regrets(found: PolicyRegret) -> Table:
    rows = [
        (
            world,
            *(
                "best" if policy == found.best[place] else with_minus(f"{100.0 * row[place].estimate:.0f}")
                for policy, row in found.regret.items()
            ),
        )
        for place, world in enumerate(found.worlds)
    ]
    largest = {policy: f"{100.0 * found.largest_regret(policy):.0f}" for policy in found.policies}
    rows.append(("largest", *_marked(largest, found.minimax, "smallest")))
    return _by_world("Regret: what the best policy does better in that world, in points", rows, found)


def _marked(cells: Mapping[str, str], policy: str, mark: str) -> list[str]:
    """Return cells by policy, that of one of them marked before its number."""
    return [f"{mark} {cell}" if name == policy else cell for name, cell in cells.items()]


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
