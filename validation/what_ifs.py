"""What if? A hunt for artefacts in a world: ``python -m validation.what_ifs [SCENARIO ...]``, or ``all``.

Core inputs move over what is plausible in twenty steps (wrong signs, cliffs); inputs that change no record are dead;
what is only numerical must not matter; nothing that an actor may do is a free lunch; odd starts must run. All on the
same luck, so that differences are known to their discordant pairs.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.engines.failure import StepError
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.scenario import shipped
from deference_sim.scenario.catalogue import paths_of
from deference_sim.study.runner import run
from validation import pages
from validation.core_inputs import CoreInput, core_inputs
from validation.looks import SEED, Records, ends_well, stays

SECTION, SECTION_OF_ALL = "what ifs", "what ifs everywhere"
STEPS = 20
CLIFF = 15.0  # points that one step of twenty may move p_stay, beside chance, and half of it a quarter of that step
CHANCE = 3.0  # standard errors
FEW = 100  # replicates of which an input that is not dead must change one
#: The direction in which p_stay must not fall; inputs that are not here may do either.
SIGNS = {
    "rival.lead": 1,
    "start": 1,
    "time_buying.max_rate": 1,
    "rival.speed": -1,
    "rival.edge": -1,
    "tax": -1,
    "tax.decline": 1,
    "evaluation.persistent_error": -1,
    "scheming.at_handoff": -1,
    "scheming.rate": -1,
    "capability.stabilise_at": -1,
    "hazard_factor": -1,
}
NUMERICAL: tuple[tuple[str, tuple[float, ...], float], ...] = (
    ("generations.step", (0.5, 2.0), 2.0),
    ("evaluation.review_interval", (0.5, 2.0), 1.0),
    ("numerics.tolerance", (0.1, 10.0), 0.1),
    ("horizon", (2.0,), 1.0),
)
POLICIES = ("fixed", "race", "margin_target", "safety_case", "deadline_aware")
WORST = 3.0  # points that deadline_aware may lose to safety_case
#: What might be had for nothing: changes in rising dose; each is held against doing nothing.
LUNCHES: dict[str, tuple[dict[str, Any], ...]] = {
    "halting": tuple({"handoff.halt_below": x, "handoff.resume_above": x + 0.2} for x in (0.0, 0.3, 1.0)),
    "people who fill in": tuple({"handoff.human_share": x, "handoff.fill_in_profile": 1.0} for x in (0.02, 0.1, 0.5)),
    "defence": tuple({"strategy.defence_share": x} for x in (0.0, 0.1, 0.3)),
    "checking": tuple({"tax.checking": x} for x in (0.5, 2.0, 10.0)),
    "tests": tuple({"evaluation.tests_share": x} for x in (0.03, 0.1, 0.3)),
    "never handing off": ({"handoff.never": True},),
    "racing": ({"strategy.policy": "race"},),
}
ODD: tuple[dict[str, Any], ...] = (
    {"goodness.broad_alignment": -1.0, "goodness.capability_profile": -1.0},
    {"goodness.broad_alignment": 3.0, "goodness.capability_profile": 3.0},
    {"rival.lead": 0.0},
    {"rival.lead": 60.0},
    {"tax.broad_alignment": 0.0, "tax.capability_profile": 0.0},
    {"tax.broad_alignment": 15.0, "tax.capability_profile": 15.0},
    {"capability.stabilise_at": 0.1},
    {"handoff.capability": -2.0},
    {"handoff.capability": 5.0},
)


@dataclass(frozen=True)
class Row:
    """One line of the table: what was tried, what came of it, and whether that is a finding."""

    tried: str
    came: str
    finding: str = ""


@dataclass(frozen=True)
class Hunt:
    """One world, and how many replicates are tried."""

    scenario: ds.Scenario
    n: int

    def records(self, n: int = 0, **changes: Any) -> Records:
        """Return the records of the world with some changes."""
        return run(self.scenario.with_(**changes) if changes else self.scenario, n or self.n, SEED)[0]

    def rows(self) -> list[Row]:
        """Return everything that was tried, dead numbers apart."""
        core = [self.core(one) for one in core_inputs()]
        return [*core, *self.numerical(), *self.lunches(), *self.policies(), *self.odd()]

    def core(self, one: CoreInput) -> Row:
        """Move one core input in twenty steps."""
        values = one.steps(STEPS)
        found = [stays(self.records(**one.changes(value))) for value in values]
        shares = [float(each.mean()) for each in found]
        steps = [points(after, before) for before, after in pairwise(found)]
        place = max(range(STEPS), key=lambda step: abs(steps[step][0]))
        largest, error = steps[place]
        sign = SIGNS.get(one.name, 0)
        wrong = [step for step in steps if sign * step[0] < -CHANCE * step[1]]
        said = [f"{len(wrong)} steps of the wrong sign, {min(sign * step[0] for step in wrong):.1f}"] if wrong else []
        parts = ""
        if abs(largest) - CHANCE * error > CLIFF:
            quarters = self._quarters(one, values[place], values[place + 1])
            parts = " (in quarters " + ", ".join(f"{value:+.1f}" for value, _ in quarters) + ")"
            if any(abs(value) - CHANCE * error > CLIFF / 2.0 for value, error in quarters):
                said.append(f"a cliff of {largest:+.1f}")
        low, high = (one.shown(end) for end in one.ends)
        middle = shares[STEPS // 2]
        came = f"{shares[0]:.3f}, {middle:.3f}, {shares[-1]:.3f}; largest step {largest:+.1f}{parts}"
        return Row(f"{one.name}, {low} to {high}", came, "; ".join(said))

    def _quarters(self, one: CoreInput, low: float, high: float) -> list[tuple[float, float]]:
        """Return what each quarter of a step does: a steep slope is spread over all of them, a cliff is in one."""
        found = [stays(self.records(**one.changes(low + (high - low) * quarter / 4.0))) for quarter in range(5)]
        return [points(after, before) for before, after in pairwise(found)]

    def dead(self) -> Row:
        """Say which numbers are dead in this world."""
        tried, dead = self.dead_numbers()
        return Row(f"{len(tried)} numbers halved and doubled", f"{len(dead)} change no record", ", ".join(dead))

    def dead_numbers(self) -> tuple[list[str], list[str]]:
        """Halve and double every number, or move it off 0; return the paths tried, and those that change no record."""
        base, tried, dead = self.records(FEW), [], []
        for path, parameter, value in paths_of(self.scenario):
            if parameter.kind != "number" or not isinstance(value, float) or path in self.scenario.uncertain:
                continue
            changed = list(self._changed(path, value))
            tried.append(path)
            if changed and all(same(base, records) for records in changed):
                dead.append(path)
        return tried, dead

    def _changed(self, path: str, value: float) -> Iterator[Records]:
        for other in (0.5 * value, 2.0 * value) if value else (0.1, 0.5):
            try:
                yield self.records(FEW, **{path: other})
            except (ds.ScenarioError, StepError):
                continue

    def numerical(self) -> Iterator[Row]:
        """Change what is only numerical."""
        base, known = stays(self.records()), {path: value for path, _, value in paths_of(self.scenario)}
        for path, factors, most in NUMERICAL:
            for factor in factors if path in known else ():
                value, error = points(stays(self.records(**{path: factor * known[path]})), base)
                wrong = abs(value) - CHANCE * error > most
                yield Row(f"{path} × {factor:g}", f"{value:+.1f} ± {error:.1f}", f"above {most:g}" if wrong else "")

    def lunches(self) -> Iterator[Row]:
        """Hold everything that an actor may do against doing nothing."""
        for name, doses in LUNCHES.items():
            found = []
            for dose in doses:
                try:
                    found.append(points(ends_well(self.records(**dose)), ends_well(self.records())))
                except ds.ScenarioError:
                    continue
            rising = len(found) > 1 and found[-1][0] - CHANCE * found[-1][1] > max(value for value, _ in found[:-1])
            came = ", ".join(f"{value:+.1f}" for value, _ in found)
            yield Row(f"{name} against nothing, by good ends", came, "the most is the best" if rising else "")

    def policies(self) -> Iterator[Row]:
        """Look for policies that do the same, and for a deadline-aware one that loses to a safety case."""
        found = {name: self.records(**{"strategy.policy": name}) for name in POLICIES}
        twins = [f"{a} = {b}" for a, b in combinations(POLICIES, 2) if same(found[a], found[b])]
        came = ", ".join(f"{name} {stays(records).mean():.3f}" for name, records in found.items())
        yield Row("policies", came, "; ".join(twins))
        value, error = points(stays(found["deadline_aware"]), stays(found["safety_case"]))
        lost = value + CHANCE * error < -WORST
        yield Row("deadline_aware against safety_case", f"{value:+.1f} ± {error:.1f}", "loses" if lost else "")

    def odd(self) -> Iterator[Row]:
        """Start oddly."""
        for changes in ODD:
            name = ", ".join(f"{path} {value:g}" for path, value in changes.items())
            try:
                records = self.records(**changes)
            except (ds.ScenarioError, StepError) as error:
                yield Row(name, "no result", str(error)[:80])
                continue
            came = f"p_stay {stays(records).mean():.3f}, good ends {ends_well(records).mean():.3f}"
            yield Row(name, came, "" if (records["outcome"] > 0).all() else "runs without an outcome")


def points(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[float, float]:
    """Return by how many points the first does better, and the standard error of pairs."""
    n, gained, lost = len(first), int((first & ~second).sum()), int((second & ~first).sum())
    return 100.0 * (gained - lost) / n, 100.0 * sqrt(max(gained + lost - (gained - lost) ** 2 / n, 1.0)) / n


def same(one: Records, other: Records) -> bool:
    """Return whether two tables of records are the same to the last bit."""
    return all(one[name].tobytes() == other[name].tobytes() for name in one.dtype.names or () if name != "steps")


def page(found: dict[str, list[Row]], n: int) -> Page:
    """Return the table of everything that was tried in each world."""
    blocks: Page = [Heading(f"What if, in {len(found)} worlds, {n:,} replicates of each trial, seed {SEED}")]
    for name, rows in found.items():
        cells = tuple((row.tried, row.came, row.finding or "–") for row in rows)
        blocks.append(Table(name, ("tried", "what came of it (p_stay, points)", "finding"), cells))
    blocks.append(
        Paragraph(
            f"A cliff is a step of more than {CLIFF:g} points, more than half of it in one of its quarters; all bounds "
            f"leave {CHANCE:g} errors."
        )
    )
    return blocks


def page_of_all(n: int) -> Page:
    """Hunt in every shipped world; return the table of findings, and the numbers that are dead in all of them."""
    cells, tried, alive = [], set(), set()
    for name in shipped():
        hunt = Hunt(ds.load(name), n)
        found = [row for row in hunt.rows() if row.finding]
        numbers, dead = hunt.dead_numbers()
        tried |= {declared(path) for path in numbers}
        alive |= {declared(path) for path in numbers if path not in dead}
        cells += [(name, row.tried, row.came, row.finding) for row in found]
        print(f"{name}: {len(found)} findings", file=sys.stderr, flush=True)
    return [
        Heading(f"What if, in all {len(shipped())} shipped worlds, {n:,} replicates of each trial, seed {SEED}"),
        Table("", ("world", "tried", "what came of it (p_stay, points)", "finding"), tuple(cells)),
        Paragraph(f"Of {len(tried)} numbers, dead in every world: {', '.join(sorted(tried - alive)) or 'none'}."),
    ]


def declared(path: str) -> str:
    """Return the path under which a number is declared: that of a hazard without the hazard's name."""
    return f"hazards.NAME.{path.rsplit('.', 1)[1]}" if path.startswith("hazards.") else path


def main(arguments: list[str] | None = None) -> int:
    """Hunt and print; findings are to be read, so that they fail nothing."""
    parser = argparse.ArgumentParser(prog="python -m validation.what_ifs", description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=["baseline"], metavar="SCENARIO")
    parser.add_argument("--replicates", type=int, default=1_000)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/validation.md")
    given = parser.parse_args(arguments)
    if given.scenarios == ["all"]:
        made, section = page_of_all(given.replicates), SECTION_OF_ALL
    else:
        hunts = {name: Hunt(ds.load(name), given.replicates) for name in given.scenarios}
        made, section = (
            page({name: [*hunt.rows(), hunt.dead()] for name, hunt in hunts.items()}, given.replicates),
            SECTION,
        )
    show(made, sys.stdout)
    if given.write:
        pages.write(section, made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
