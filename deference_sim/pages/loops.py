"""The page of feedback loops: which of them move the takeoff, and whether it is the basin that keeps the AIs good."""

from deference_sim.analysis.digits import in_percent, with_minus
from deference_sim.analysis.estimate import Statistic
from deference_sim.analysis.ledger import road_in_words
from deference_sim.analysis.loops import SHIFTED, THRESHOLDS, Loops, Shift
from deference_sim.analysis.loops.families import BASIN, CUTS, FAMILY_WORDS, OTHER, family_of, in_words
from deference_sim.model.roads import ROADS
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import footer, points, with_interval, with_repeat

STRONGEST = 10  # loops that are listed
_KEPT = ("policy", "growth", "race")  # families with a column of their own in the table by end


def page(found: Loops, repeat: str = "") -> Page:
    """Return which feedback loops move the takeoff; ``repeat`` is the command that repeats it."""
    title = f"{found.scenario.name} – which feedback loops move it"
    if found.answer is None:
        return [
            Heading(title, "no run came to a handoff"),
            Paragraph(NOTHING if found.replicate is None else NOTHING_IN_ONE_RUN),
            _footer(found, repeat),
        ]
    if found.replicate is not None:
        return [
            Heading(f"{title}: replicate {found.replicate} of seed {found.seed}", _one_run(found)),
            Paragraph(f"{_one_run(found)[0].upper()}{_one_run(found)[1:]}. {_most(found)}"),
            _families(found),
            *_knockouts(found),
            _strongest(found),
            Paragraph(READING, aside=True),
            _footer(found, repeat),
        ]
    return [
        Heading(title, f"the basin's own loops carry more than half in {with_interval(found.answer)} of runs"),
        Paragraph(_told(found)),
        _families(found),
        _by_end(found),
        *([] if found.shift is None else [Paragraph(_shift(found.shift))]),
        *_knockouts(found),
        _strongest(found),
        _ways(found),
        Paragraph(READING, aside=True),
        _footer(found, repeat),
    ]


def section(found: Loops, repeat: str) -> Page:
    """Return a part of another page: the answer, and what each family carries; ``repeat`` gives these and more."""
    heading = Heading("Which feedback loops move it", section=True)
    if found.answer is None:
        return [heading, Paragraph("In no run capability grew after a handoff, so no loop could be looked at.")]
    told = (
        f"This is found on the first {found.replicates:,} futures alone, and what moves them counts from the handoff "
        "on. A reinforcing loop drives further whatever has begun, a balancing one holds against it."
    )
    return [heading, Paragraph(_told(found)), _by_kind(found), Paragraph(with_repeat(told, repeat), aside=True)]


def _by_kind(found: Loops) -> Table:
    """Return what each family carries, and how much of that reinforces and balances, that with the most first."""
    shares, up = found.groups["all"].shares, found.reinforcing
    rows = [
        (_named(name), FAMILY_WORDS[name], _share(one), in_percent(up[name], 1), in_percent(one.estimate - up[name], 1))
        for name, one in sorted(shares.items(), key=lambda item: -item[1].estimate)
    ]
    columns = ("loops", "what they are", "share (95 %)", "reinforcing", "balancing")
    return Table(FAMILY_SHARES, columns, tuple(rows), frozenset({2, 3, 4}), frozenset({2, 3, 4}))


NOTHING = "In no run capability grew after a handoff, so there is nothing to look at."
NOTHING_IN_ONE_RUN = "In this run capability did not grow after a handoff, so there is nothing to look at."
ONE_RUN = "the basin's own loops carried {own} of what moved this run, those of the policy {policy}; {end}"
MOST = "Most was carried by the families {first} and {second}."
A_FAMILY = "{name} ({words}) {share}"
FAMILY_SHARES = "What share of the movement each family of loops carries"
THE_BASINS_OWN = " (the basin's own)"
READING = (
    "A loop's score says how much of what moves the system at a moment goes round that loop: the product of the slopes "
    "on it, times how fast each stock on it moves compared with how fast that changes (Loops that Matter, Schoenberg, "
    "Davidsen and Eberlein 2020, in the form of 2023). Shares are of the sum of all scores, leaving out signs, of the "
    "loops that are linked with deference-goodness both ways. Slopes come from the law's own equations at every "
    "moment; only the names of the families are chosen. Reviews and decisions are taken to come at every instant, "
    "wrong by as much as the last review was; successors count by what they change on average. Chance events move a "
    "run, but are no loops."
)


def _told(found: Loops) -> str:
    assert found.answer is not None
    assert found.basin_above_policy is not None
    moved = [
        f"{in_percent(found.basin[way][level].estimate, 0)} ({way}, above {in_percent(level, 0)})"
        for way, level in found.hangs_on
    ]
    hangs = f" That hangs on how one looks: it is {', '.join(moved)}." if moved else ""
    return (
        "Is it the basin itself that keeps AIs good, or those who watch them? The basin's own reinforcing loops, by "
        "which good AIs work better on goodness and make better successors, carry more than half of what moves the "
        f"takeoff in {with_interval(found.answer)} of runs{_by_stay(found)}.{hangs} They carry more than the loops of "
        "the policy, which "
        f"holds the margin that it believes in, in {with_interval(found.basin_above_policy)}. Of {found.replicates:,} "
        f"runs {found.handed_off:,} went on after a handoff, so that capability grew; all shares are of those."
    )


def _by_stay(found: Loops) -> str:
    """Return the same for runs that stay in the basin and for others, which these loops take further out."""
    words = {"stayed": "of those that stay in the basin", "left": "of those that do not, which they drive further out"}
    told = [f"in {with_interval(one)} {words[end]}" for end, one in found.basin_by_end.items()]
    return f": {', and '.join(told)}"


def _one_run(found: Loops) -> str:
    shares = {name: one.estimate for name, one in found.groups["all"].shares.items()}
    own = in_percent(sum(shares[name] for name in BASIN), 0)
    end = next(end for end in found.groups if end != "all")
    policy = in_percent(shares["policy"], 0)
    return ONE_RUN.format(own=own, policy=policy, end=ROADS[end])


def _most(found: Loops) -> str:
    """Return which two families carried most in one run."""
    shares = {name: one.estimate for name, one in found.groups["all"].shares.items()}
    first, second = (
        A_FAMILY.format(name=name, words=FAMILY_WORDS[name], share=in_percent(shares[name], 0))
        for name in sorted(shares, key=lambda name: -shares[name])[:2]
    )
    return MOST.format(first=first, second=second)


def _families(found: Loops) -> Table:
    """Return what each family carries, that with the most first; of one run without intervals."""
    ends = {end: found.groups[end].shares for end in ("all", "stayed") if end in found.groups}
    heads = tuple(f"{end} (95 %)" for end in ends)
    if found.replicate is not None:
        ends, heads = {"all": ends["all"]}, ("share",)
    tell = _share if found.replicate is None else lambda one: in_percent(one.estimate, 1)
    rows = [
        (
            _named(name),
            FAMILY_WORDS[name],
            *(tell(s[name]) for s in ends.values()),
        )
        for name in sorted(FAMILY_WORDS, key=lambda name: -ends["all"][name].estimate)
    ]
    columns = ("loops", "what they are", *heads)
    numbers = frozenset(range(2, len(columns)))
    return Table(FAMILY_SHARES, columns, tuple(rows), numbers, numbers, tuple(range(3, len(columns))))


def _named(family: str) -> str:
    return family + (THE_BASINS_OWN if family in BASIN else "")


def _share(found: Statistic) -> str:
    low, high = in_percent(found.low, 1).removesuffix(" %"), in_percent(found.high, 1)
    return f"{in_percent(found.estimate, 1)} ({low} to {high})"


def _by_end(found: Loops) -> Table:
    rows = []
    for end, group in found.groups.items():
        if end != "all":
            own = sum(group.shares[name].estimate for name in BASIN)
            kept = [group.shares[name].estimate for name in _KEPT]
            cells = [in_percent(one, 0) for one in (own, *kept, max(1.0 - own - sum(kept), 0.0))]
            rows.append((ROADS["stayed" if end == "stayed" else end], f"{group.n:,}", *cells))
    columns = ("how it ended", "runs", "the basin's own", *_KEPT, "the rest")
    return Table("The same by how the run ended", columns, tuple(rows), frozenset(range(1, len(columns))))


def _shift(shift: Shift) -> str:
    led = f"At the handoff the family {shift.first} carries most in {with_interval(shift.leads)} of runs."
    if shift.capability is None:
        return f"{led} No other takes over from it in any of these."
    low, middle, high = (_to_two_digits(one) for one in shift.capability)
    return (
        f"{led} In {with_interval(shift.chance)} of these another takes over at some time, most often {shift.second}, "
        f"for the first time at a capability of {middle} py in the middle of those runs, and of {low} to {high} py in "
        "four out of five."
    )


def _to_two_digits(number: float) -> str:
    return with_minus(f"{number:.2g}")


def _knockouts(found: Loops) -> list[Table | Paragraph]:
    """Return what carries by score beside what matters when it is cut."""
    if not found.knockouts:
        return []
    shares = found.groups["all"].shares
    rows = []
    for one in sorted(found.knockouts, key=lambda one: one.measures["p_stay"].estimate):
        road, change = max(one.roads.items(), key=lambda item: item[1].estimate, default=("", None))
        more = (
            f"{road_in_words(road)} {points(change)}" if change is not None and change.low > 0.0 else "none certainly"
        )
        cells = (points(change) for change in one.measures.values())
        rows.append((one.family, in_percent(shares[one.family].estimate, 1), *cells, more))
    columns = ("family cut", "carries", "p_stay (95 %)", "p_good (95 %)", "road that loses more, in points")
    uncut = [name for name in FAMILY_WORDS if name not in CUTS and name != OTHER.name]
    title = f"What cutting a family at the handoff changes, in points, on {found.knockouts[0].pairs:,} worlds"
    return [
        Table(title, columns, tuple(rows), frozenset({1, 2, 3}), frozenset({0, 1, 2, 3}), (4,)),
        Paragraph(
            f"{_CUTTING} No single argument cuts {' and '.join(uncut)}.",
            aside=True,
        ),
    ]


_CUTTING = (
    "A family is cut by holding one quantity on its way at what it was at the handoff. What carries much and what "
    "matters when it is cut need not be the same: a loop that has already brought a margin to where it saturates "
    "carries little, and without it that margin would never have been reached; and a cut also takes away what the held "
    "quantity does outside the loop."
)


def _strongest(found: Loops) -> Table:
    rows = []
    for loop, one in list(found.strongest.items())[:STRONGEST]:
        part = one.reinforcing / one.share if one.share > 0.0 else 0.0
        kind = "reinforcing" if part > 0.95 else "balancing" if part < 0.05 else f"reinforcing in {in_percent(part, 0)}"
        rows.append((in_words(loop), family_of(loop), kind, in_percent(one.share, 1)))
    columns = ("loop", "family", "kind", "share")
    return Table("The loops that carry most", columns, tuple(rows), frozenset({3}), frozenset({3}))


def _ways(found: Loops) -> Table:
    rows = [
        (way, *(in_percent(chances[level].estimate, 1) for level in THRESHOLDS)) for way, chances in found.basin.items()
    ]
    columns = ("", *(f"above {in_percent(level, 0)}" for level in THRESHOLDS))
    title = "Share of runs in which the basin's own loops carry more than that, by how one looks at them"
    note = f" (a change of more than {in_percent(SHIFTED, 0)} is told above)"
    return Table(title + note, columns, tuple(rows), frozenset({1, 2, 3}), folded=True)


def _footer(found: Loops, repeat: str) -> Paragraph:
    made = f"{found.replicates:,} runs" if found.replicate is None else f"replicate {found.replicate}"
    runs = f"{made} looked at {found.moments:,} times, seed {found.seed}"
    return footer(runs, "compiled", found.seconds, repeat, found.scenario)
