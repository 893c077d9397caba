"""The page of a comparison: two scenarios in the same worlds, and which runs end otherwise."""

from collections.abc import Mapping, Sequence

from deference_sim.analysis.alternatives import EXPERT
from deference_sim.analysis.apart import ApartBy
from deference_sim.analysis.compare import Change, Comparison
from deference_sim.analysis.digits import signed
from deference_sim.analysis.estimate import Estimate
from deference_sim.analysis.measure import MEASURES, success_of
from deference_sim.analysis.paired import Difference
from deference_sim.pages.layout import Entry, Heading, Page, Paragraph, Table
from deference_sim.pages.run import ending
from deference_sim.pages.wording import counted, footer, lost_by, percent, points, points_decimals, repeated, shortened
from deference_sim.scenario import Scenario

Pair = tuple[Estimate, Estimate, Difference]

MOST_INPUTS = 24  # that differ and are listed
MOST_CHANGES = 8
SAFELY = "overtaken_safely"
WHOLE = frozenset(range(1, 5))  # columns beside what a row is about


def page(
    found: Comparison,
    repeat: str = "",
    names: tuple[str, str] | None = None,
    trace: Sequence[str] = (),
    by: Sequence[ApartBy] = (),
) -> Page:
    """Return what differs between two scenarios, called ``names`` (by default as they are).

    ``trace`` holds the commands, up to the option ``--replicate``, that tell one run of the first and the second;
    ``repeat`` is the command that repeats the comparison, ``by`` what they differ by with each expert and structure.
    """
    first, second = names or _names(found)
    columns = ("", first, second, "difference", "95 % interval")
    measured = {f"{name}: {_meaning(found, name)}": pair for name, pair in found.measures.items()}
    if SAFELY in found.shares:
        measured["part of p_good: overtaken, and safely by luck"] = found.shares[SAFELY]
    moves = sorted(found.losses.items(), key=lambda item: -abs(item[1][2].estimate))
    lost = _rows({lost_by(road, [found.first, found.second]): pair for road, pair in moves})
    ends = _rows({_short(found.second, name): pair for name, pair in found.shares.items()})
    numbers = frozenset({1, 2, 3})
    note = (
        "Differences are in percentage points, the second less the first, paired world by world. The intervals hold "
        "the Monte Carlo error alone."
    )
    return [
        Heading(f"{second} as against {first}, on the same {found.replicates:,} worlds", _answer(found)),
        Paragraph(" ".join(difference_in_words(name, pair, first, second) for name, pair in found.measures.items())),
        *([Paragraph(f"Of worlds in which {first} is seen to have {found.given}.")] if found.given else []),
        *_inputs(found, first, second),
        Table("Chances", columns, _rows(measured), numbers, WHOLE),
        *([Table("Counted by your own processes", columns, own, numbers, WHOLE)] if (own := _own_rows(found)) else []),
        *_by(by, columns),
        *([Table("Where the others are lost, what differs most first", columns, lost, numbers, WHOLE)] if lost else []),
        Table("How it ends", columns, ends, numbers, frozenset(range(5))),
        *_changes(found, first, second, trace),
        Paragraph(note, aside=True),
        footer(
            f"{counted(found.replicates, 'replicate')} of each, seed {found.seed}", found.engine, found.seconds, repeat
        ),
    ]


def change_page(found: Change, repeat: str = "") -> Page:
    """Return in which worlds a change of outcome was seen; ``repeat`` is the command that repeats the comparison."""
    named = ", ".join(str(replicate) for replicate in found.examples)
    told = f"{found.count:,} world{'s' * (found.count > 1)}, such as replicate{'s' * (len(found.examples) > 1)} {named}"
    return [Heading(f"{found.before} → {found.after}: {told}"), *repeated(repeat)]


def _answer(found: Comparison) -> str:
    return ", ".join(f"{name} {points(change)} points" for name, (_, _, change) in found.measures.items())


def difference_in_words(name: str, pair: Pair, first: str, second: str) -> str:
    """Return in a sentence which of two does better by a measure, and by how much."""
    before, after, change = pair
    there = second if second.startswith("with ") else f"with {second}"
    shares = f"{percent(after.estimate, before, after)} {there}, {percent(before.estimate, before, after)} with {first}"
    is_clear = not change.low <= 0.0 <= change.high
    verdict = ("is higher" if change.estimate > 0.0 else "is lower") if is_clear else "does not differ significantly"
    return f"{name} {verdict}: {shares}, a difference of {points(change)} points."


def _meaning(found: Comparison, name: str) -> str:
    measure = name if name in MEASURES or found.value is None else found.value
    return success_of(measure).meaning


def _names(found: Comparison) -> tuple[str, str]:
    first, second = found.first.name, found.second.name
    return (first, second) if first != second else (f"{first} (first)", f"{second} (second)")


def _by(by: Sequence[ApartBy], columns: tuple[str, ...]) -> Page:
    """Return a table of what both do with each expert, or structure, alone, for each measure."""
    made: Page = []
    for one in by:
        every = {measure: None for each in one.each for measure in each.measures}
        for measure in every:
            rows = _rows({f"{each.name} {_weights(each.weights)}": each.measures[measure] for each in one.each})
            inputs = f" ({', '.join(one.paths)})" if one.kind == EXPERT else ""
            made.append(Table(f"{measure} by {one.kind}{inputs}", columns, rows, frozenset({1, 2, 3}), WHOLE))
    if made:
        told = "Each expert, or structure of the world, alone (its weight in brackets), all in the same worlds."
        made.append(Paragraph(told, aside=True))
    return made


def _weights(weights: tuple[float | None, float | None]) -> str:
    told = dict.fromkeys(f"{100.0 * weight:.3g}" for weight in weights if weight is not None)
    return f"({' and '.join(told)} %)"


def _short(scenario: Scenario, outcome: str) -> str:
    return ending(scenario, outcome).partition(":")[0]


def _inputs(found: Comparison, first: str, second: str) -> Page:
    if not found.inputs:
        return [Paragraph("Both say the same: no input differs.")]
    rows = tuple(
        (row.path, shortened(row.first or "–"), shortened(row.second or "–")) for row in found.inputs[:MOST_INPUTS]
    )
    title = "1 input differs" if len(found.inputs) == 1 else f"{len(found.inputs)} inputs differ"
    table = Table(title, ("", first, second), rows)
    left = len(found.inputs) - len(rows)
    return [table, Paragraph(f"… and {left} more: see `deference-sim diff`.", aside=True)] if left else [table]


def _rows(pairs: Mapping[str, Pair]) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table: what each is about, both shares, their difference and its interval."""
    both = [one for first, second, _ in pairs.values() for one in (first, second)]
    digits = points_decimals([change for _, _, change in pairs.values()])
    return tuple(
        (
            words,
            percent(first.estimate, *both),
            percent(second.estimate, *both),
            signed(100.0 * change.estimate, digits),
            f"{signed(100.0 * change.low, digits)} to {signed(100.0 * change.high, digits)}",
        )
        for words, (first, second, change) in pairs.items()
    )


def _own_rows(found: Comparison) -> tuple[tuple[str, ...], ...]:
    """Return the means of what processes and policies of one's own have counted, in both, and their difference."""
    return tuple(
        (name, *(f"{one.estimate:.4g}" for one in (first, second, change)), f"{change.low:.4g} to {change.high:.4g}")
        for name, (first, second, change) in found.own_measures.items()
    )


def _changes(found: Comparison, first: str, second: str, trace: Sequence[str]) -> Page:
    moved = sum(change.count for change in found.changes)
    if not moved:
        return [Paragraph("Every world ends the same way in both.")]
    rows = tuple(
        (
            _short(found.first, change.before),
            _short(found.second, change.after),
            f"{change.count:,}",
            ", ".join(str(replicate) for replicate in change.examples),
        )
        for change in found.changes[:MOST_CHANGES]
    )
    title = f"{moved:,} of the {found.replicates:,} worlds end otherwise"
    columns = (f"in {first}", f"in {second}", "worlds", "such as replicates")
    table = Table(title, columns, rows, frozenset({2}), frozenset(range(4)))
    lines = [f"{command} --replicate {change.examples[0]}" for change in found.changes[:2] for command in trace]
    return [table, Entry("To see why, follow one of them in both", tuple(lines))] if lines else [table]
