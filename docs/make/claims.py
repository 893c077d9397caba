"""Measure every claim and what it hangs on, and write docs/claims.md.

Run with ``./dev python docs/make/claims.py`` (some minutes) after a change of the law, of a default or of a claim.
"""

import sys
from collections.abc import Sequence

from running import DOCS

from tests.mechanisms.claims import AFTER_A_LOOK, CLAIMS, Claim
from validation.core_inputs import CoreInput, core_inputs
from validation.looks import Found, Gain, Share

PAGE = DOCS / "claims.md"
AN_END = 500  # replicates of each world at each end of an input's range
MOST_MOVED = 3
NORMAL_975 = 1.96
HEAD = """# What the results show

What the results must show, and what they do show. Each claim is declared once, in `tests/mechanisms/claims.py`, from
which this page (`docs/make/claims.py`) and the tests come. Shares and differences of shares (in points) are given with
an interval of 95 %; the worlds of one claim meet the same luck. *Chosen* marks what is calibration, or was met in a
world chosen after a first look at numbers. A claim that does not hold says by how much it misses, and why.

*What it hangs on*: the three core inputs that move the measure most when each alone goes to the 5th and the 95th
percentile of what is plausible ({n} replicates an end, so that a shift below some {noise:.0f} points is chance), with
the measure at both ends, and roughly where the claim would turn over, by a straight line in the input's percentile.

| # | claim | measured | verdict | what it hangs on |
| --- | --- | --- | --- | --- |
"""


def main(each: int) -> None:
    """Measure everything and write the page."""
    lines = []
    for claim in CLAIMS:
        found = claim.look.find(claim.n, claim.seed)
        lines.append(f"| {claim.number} | {claim.says} | {measured(claim, found)} | {verdict(claim, found)} | ")
        lines[-1] += f"{'; '.join(hangs_on(claim, each)) or '–'} |"
        print(lines[-1], flush=True)
    head = HEAD.format(n=each, noise=200.0 / each**0.5)
    PAGE.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def measured(claim: Claim, found: Found) -> str:
    """Return the value with its interval, and what it was made of."""
    scale, unit = (100.0, " points") if isinstance(claim.look, Gain) else (1.0, "")
    half = NORMAL_975 * found.error
    least = -1.0 if isinstance(claim.look, Gain) else 0.0  # a share cannot be less, nor either more than 1
    low, high, value = (scale * min(max(found.value + shift, least), 1.0) for shift in (-half, half, 0.0))
    text = f"{value:.1f}{unit} ({low:.1f} to {high:.1f})" if unit else f"{value:.3f} ({low:.3f} to {high:.3f})"
    return f"{text}; n {claim.n:,}" + (f"; {found.made_of}" if found.made_of else "")


def verdict(claim: Claim, found: Found) -> str:
    """Return whether the claim holds, by how much it is missed and why, and whether it was chosen."""
    missed = claim.missed_by(found)
    by = f"{100.0 * missed:.1f} points" if isinstance(claim.look, Gain) else f"{missed:.3f}"
    text = f"**missed by {by}**: {claim.missed}" if missed else "holds"
    edge = min(found.value - claim.low, claim.high - found.value)
    if not missed and found.error and edge < 5.0 * found.error:
        text += f", {edge / found.error:.1f} standard errors clear"
    return text + (" (chosen)" if claim.chosen or claim.number in AFTER_A_LOOK else "")


def hangs_on(claim: Claim, each: int) -> list[str]:
    """Return, in words, the inputs that move a claim's measure most."""
    if not isinstance(claim.look, Share | Gain):
        return []
    here = claim.look.find(each).value
    moved = []
    for one in core_inputs():
        values = [dict(world.changes) for world in claim.look.worlds]
        given = {tuple(value.get(path) for path in one.paths) for value in values}
        if len(given) == 1:  # else it is what the claim compares
            ends = tuple(claim.look.find(each, more=one.changes(end)).value for end in one.ends)
            moved.append((max(abs(end - here) for end in ends), one, ends, given.pop()[0]))
    moved.sort(key=lambda entry: -entry[0])
    return [words(claim, one, ends, here, set_to) for _, one, ends, set_to in moved[:MOST_MOVED]]


def words(claim: Claim, one: CoreInput, ends: Sequence[float], here: float, set_to: float | None) -> str:
    """Return what one input does to a claim."""
    from deference_sim.scenario.catalogue import parameters

    centre = parameters()[one.paths[0]].default if set_to is None else set_to
    text = f"{one.name} {one.shown(one.ends[0])}: {ends[0]:.2f}, {one.shown(one.ends[1])}: {ends[1]:.2f}"
    turns = [
        turn for end, at in zip(ends, one.ends, strict=True) if (turn := turning(claim, one, here, centre, end, at))
    ]
    return text + (f" (turns at about {' and '.join(turns)})" if turns else "")


def turning(claim: Claim, one: CoreInput, here: float, centre: float, there: float, at: float) -> str:
    """Return about where between ``centre`` and the end ``at`` a claim turns over; nothing if it does not."""
    for bound in (claim.low, claim.high):
        if (here - bound) * (there - bound) < 0.0:
            part = (bound - here) / (there - here)
            share = one.share_below(centre) + part * (one.share_below(at) - one.share_below(centre))
            return one.shown(one.value_at(min(max(share, 0.001), 0.999)))
    return ""


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else AN_END)
