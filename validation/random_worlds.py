"""Random worlds: whole scenarios over everything that a file may say, extremes included, run and looked at.

``python -m validation.random_worlds --scenarios 1000 --replicates 10`` draws each scenario from its own number, so that
any of them can be made again alone. Nothing may end in NaN, run for ever, leave its range, or differ between the
engines. A trajectory that needs too many steps is an error that names the replicate; it is counted apart. Whatever
fails is made as small as possible and saved as a scenario file.
"""

import argparse
import math
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
import yaml
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.engines.failure import StepError
from deference_sim.model.roads import STAYED
from deference_sim.model.state import OUTCOMES, RIDDEN_OUT, SETTLED
from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from deference_sim.scenario.catalogue import Parameter, Section, catalogue
from deference_sim.scenario.problems import ScenarioError
from deference_sim.study import limits, runner
from validation import pages

Random = np.random.Generator

#: How far a scenario strays: share of its parameters that are drawn anew, and how often such a draw is extreme.
MOODS = {"mild": (0.15, 0.0), "wide": (0.4, 0.1), "extreme": (0.5, 0.5)}
#: Its table takes 16,000 runs beforehand, so it is drawn rarely, and never where every run may be a long one.
COSTLY = "handoff.indifference"
ENDLESS = "no end in sight"
SECTION = "random worlds"
MAY_BE_INFINITE = {"handoff_month", "first_exit_month", "minimum_margin", "lead"}
NEVER_NEGATIVE = ("months", "D", "bought", "Z", "delay_goodness", "delay_buying", "delay_defence", "delay_tests",
                  "delay_halts", "H", "T", "V", "generations", "reviews", "steps")  # fmt: skip


# ---- drawing a scenario --------------------------------------------------------------------------------------


def extremes(parameter: Parameter) -> list[float]:
    """Return values at the ends of the declared range, or very far out where it is open."""
    low, high = parameter.low, parameter.high
    if low > -math.inf:
        ends = [low + 1e-12, low + 1e-6] if parameter.low_open else [low, low + 1e-12]
    else:
        ends = [-1e6, -30.0, -1e-12]
    if high < math.inf:
        ends += [high - 1e-9 * (high - max(low, 0.0))] if parameter.high_open else [high]
    else:
        ends += [30.0, 1e3, 1e6]
    return [value for value in ends if parameter.admits(value)]


def a_number(parameter: Parameter, random: Random, extreme: float) -> float:
    """Return an admissible number: extreme, spread over orders of magnitude, or near the default."""
    if random.random() < extreme:
        return float(random.choice(extremes(parameter)))
    size = abs(parameter.default) if isinstance(parameter.default, float) and parameter.default else 0.5
    if random.random() < 0.5 and math.isfinite(parameter.high) and math.isfinite(parameter.low):
        value = random.uniform(parameter.low, parameter.high)
    elif parameter.low < 0.0:
        value = random.normal(0.0, 3.0 * size)
    else:
        value = parameter.low + size * 10.0 ** random.normal(0.0, 0.6)
    value = float(np.clip(value, parameter.low, parameter.high))
    return value if parameter.admits(value) else float(random.choice(extremes(parameter)))


def a_distribution(parameter: Parameter, random: Random, extreme: float) -> Any:
    """Return any of the notations of an uncertain number, with values in the declared range."""
    low, high = sorted((a_number(parameter, random, extreme), a_number(parameter, random, extreme)))
    if not low < high:
        return low
    middle = low + (high - low) * random.uniform(0.1, 0.9)
    ends = {"min": low, "max": high}
    kinds: list[Any] = [
        {"uniform": ends},
        {"triangular": {"min": low, "mode": middle, "max": high}},
        {"beta": {"alpha": 2.0, "beta": float(10.0 ** random.uniform(-0.3, 1.0)), **ends}},
        {"normal": {"mean": middle, "sd": (high - low) / 2.0, **ends}},
        {"discrete": [{"probability": 0.25, "value": low}, {"probability": 0.75, "value": high}]},
        {"mixture": [{"probability": 0.5, "value": {"uniform": ends}}, {"probability": 0.5, "value": middle}]},
    ]
    if low > 0.0:
        kinds += [{"loguniform": ends}, {"lognormal": {"median": middle, "sigma": 1.0, **ends}}]
    return kinds[random.integers(len(kinds))]


def some_pairs(parameter: Parameter, random: Random) -> list[list[float]]:
    """Return knots that rise, with factors above 0."""
    count = int(random.integers(1, (parameter.longest or 8) + 1))
    xs = random.uniform(-3.0, 3.0) + np.concatenate([[0.0], np.cumsum(10.0 ** random.uniform(-3.0, 1.5, count - 1))])
    ys = 10.0 ** random.uniform(-2.0, 3.0, count)
    return [[float(x), float(y)] for x, y in zip(xs, ys, strict=True)]


def a_value(parameter: Parameter, random: Random, extreme: float) -> Any:
    """Return anything that a file may say for this parameter."""
    if parameter.nullable and random.random() < 0.25:
        return None
    if parameter.kind == "word":
        return str(random.choice(parameter.words))
    if parameter.kind == "truth":
        return bool(random.random() < 0.5)
    if parameter.kind == "pairs":
        return some_pairs(parameter, random)
    if random.random() < 0.1:
        return a_distribution(parameter, random, extreme)
    return a_number(parameter, random, extreme)


def a_horizon(random: Random, extreme: float) -> float:
    """Return a horizon from a day to a thousand years, mostly of some years."""
    if random.random() < extreme:
        return float(random.choice([1.0 / 30.4375, 1.0, 1_200.0, 12_000.0]))
    return float(10.0 ** random.uniform(0.0, 2.3))


def some_hazards(section: Section, random: Random, extreme: float) -> list[dict[str, Any]]:
    """Return a list of hazards: a few, or once in a while very many."""
    many = random.random() < 0.02 * extreme
    hazards = []
    for number in range(1_000 if many else int(random.integers(0, 5))):
        fields: dict[str, Any] = {"name": f"h{number}"}
        for name, parameter in section.parameters.items():
            if name != "name" and (parameter.required or random.random() < 0.5):
                value = a_value(parameter, random, extreme)
                fields[name] = max(parameter.low, 0.0) if many and isinstance(value, dict) else value
        if isinstance(fields.get("until"), float) and isinstance(fields.get("onset", 0.0), float):
            fields["until"] += fields.get("onset", 0.0)
        hazards.append(fields)
    return hazards


def plain_parameters() -> Iterator[Parameter]:
    """Yield every parameter that is not of a hazard."""
    for entry in catalogue().values():
        if isinstance(entry, Parameter):
            yield entry
        elif not entry.is_list:
            yield from entry.parameters.values()


def draw_changes(number: int, seed: int, moods: Sequence[str] = tuple(MOODS)) -> dict[str, Any]:
    """Return what random scenario ``number`` changes, before its parts are made to fit together."""
    random = np.random.default_rng([seed, number])
    share, extreme = MOODS[str(random.choice(moods))]
    changes: dict[str, Any] = {}
    for parameter in plain_parameters():
        rare = 0.0 if extreme else 0.01
        wanted = random.random() < (rare if parameter.path == COSTLY else share)
        if wanted and parameter.kind != "text":
            changes[parameter.path] = a_value(parameter, random, extreme)
    changes["horizon"] = a_horizon(random, extreme)
    section = catalogue()["hazards"]
    assert isinstance(section, Section)
    changes["hazards"] = some_hazards(section, random, extreme)
    uncertain = [path for path, value in changes.items() if isinstance(value, dict)]
    if len(uncertain) > 1 and random.random() < 0.5:
        pair = [str(path) for path in random.choice(uncertain, 2, replace=False)]
        changes["correlations"] = [{"between": pair, "spearman": float(random.uniform(-0.95, 0.95))}]
    return changes


def fitted(changes: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the scenario of ``changes`` and what is left of them once the reader refuses nothing any more."""
    while True:
        try:
            return ds.load("baseline").with_(**changes), changes
        except ScenarioError as error:
            changes = without(changes, {problem.path for problem in error.problems})


def without(changes: dict[str, Any], refused: set[str]) -> dict[str, Any]:
    """Return ``changes`` without what the reader refuses; a refused block or correlation goes as a whole."""
    left = dict(changes)
    for path in refused:
        block = path.split(".")[0].split("[")[0]
        gone = [known for known in left if path == known or path.startswith((f"{known}.", f"{known}["))]
        gone = gone or [known for known in left if known.split(".")[0] == block]
        if not gone and block in changes:
            continue  # gone with another of its problems
        for known in gone or list(left)[-1:]:
            left.pop(known, None)
    if "correlations" in left and not all(isinstance(left.get(p), dict) for p in left["correlations"][0]["between"]):
        del left["correlations"]
    assert len(left) < len(changes), f"the reader refuses {sorted(refused)}"
    return left


# ---- looking at what it leaves -------------------------------------------------------------------------------


def wrong_with(records: NDArray[np.void], horizon: float, tolerance: float = 1e-6) -> set[str]:
    """Return what is wrong with records, in words: NaN, infinite, out of range, or against each other.

    ``tolerance`` is the integrator's: a stock that decays fast may be below 0 by as much.
    """
    found: set[str] = set()
    for name in records.dtype.names or ():
        column = records[name].astype(float)
        if np.isnan(column).any():
            found.add(f"NaN in {name}")
        if np.isinf(column).any() and name not in MAY_BE_INFINITE:
            found.add(f"infinite {name}")
        if name in NEVER_NEGATIVE and (column < -tolerance).any():
            found.add(f"negative {name}")
    if (records["months"] > horizon).any():
        found.add("a run past its horizon")
    if not np.isin(records["outcome"], range(1, len(OUTCOMES))).all():
        found.add("an outcome that does not exist")
    raced = records["R"] != 0.0  # where nobody is raced it stays 0
    if ((records["outcome"] == RIDDEN_OUT) & raced & (records["R"] >= records["Q"])).any():
        found.add("ridden out behind a rival")
    harmless = np.isin(records["outcome"], range(OUTCOMES.index("overtaken_safely"), len(OUTCOMES)))
    if (harmless & (records["scheming"] == 1)).any():
        found.add("an end without a catastrophe that schemers are in charge of")
    if ((records["V"] != 0.0) & (records["scheming"] == 0)).any():
        found.add("alignment that is pretended by nobody")
    return found | wrong_with_roads(records)


def wrong_with_roads(records: NDArray[np.void]) -> set[str]:
    """Return where roads do not fit the outcomes: p_stay and the shares of roads must add up to 1, to the last run."""
    found: set[str] = set()
    stayed, throughout = records["road"] == STAYED, records["in_basin_throughout"] == 1
    settled = np.isin(records["outcome"], [OUTCOMES.index(name) for name in SETTLED])
    if (stayed & ~settled).any():
        found.add("a run that fails by no road")
    if (stayed & ~throughout).any():
        found.add("a run that left the basin by no road")
    if (~stayed & throughout & settled).any():
        found.add("a run that stayed and has a road")
    if (throughout & np.isfinite(records["first_exit_month"])).any():
        found.add("in the basin throughout although it was left")
    return found


@dataclass
class Look:
    """What came of one random scenario."""

    number: int
    failures: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    changed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    agreed: int = 0
    seconds: float = 0.0
    message: str = ""


def look_at(changes: dict[str, Any], replicates: int, seed: int, agree: int) -> Look:
    """Run a scenario and return what came of it; ``agree`` replicates also run on the events engine."""
    look = Look(-1)
    started = process_time()
    try:
        scenario, kept = fitted(changes)
        look.changed, look.refused = tuple(kept), tuple(path for path in changes if path not in kept)
        records, _ = runner.run(scenario, replicates, seed)
        numbers, _ = runner.numbers_of(scenario, seed, np.arange(replicates))
        horizon, tolerance = (float(numbers[name].max()) for name in ("horizon", "numerics_tolerance"))
        look.failures = wrong_with(records, horizon, tolerance)
        look.outcomes = Counter(OUTCOMES[code] for code in records["outcome"])
        if agree:
            other, _ = runner.run(scenario, agree, seed, "events")
            look.agreed = agree
            if records[:agree].tobytes() != other.tobytes():
                look.failures.add("engines differ")
    except StepError as error:
        look.failures.add("step error")
        look.message = str(error)
    except Exception as error:  # whatever it is, it is what this looks for
        look.failures.add(f"{type(error).__name__}")
        look.message = str(error)
    look.seconds = process_time() - started
    return look


# ---- in a process of its own, so that an endless loop can be ended ------------------------------------------


def serve(pipe: Connection) -> None:
    """Look at what comes through ``pipe`` until it is closed; say first that the law is compiled."""
    for engine in limits.ENGINES:
        runner.warm_up(engine)
    pipe.send(None)
    while True:
        try:
            pipe.send(look_at(*pipe.recv()))
        except EOFError:
            return


class Watched:
    """A process that looks at scenarios and is replaced if one takes more seconds of a core than ``limit``."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, end = context.Pipe()
        self.process = context.Process(target=serve, args=(end,), daemon=True)
        self.process.start()
        end.close()
        self.pipe.recv()
        self.clock = psutil.Process(self.process.pid)

    def _used(self) -> float:
        times = self.clock.cpu_times()
        return float(times.user + times.system)

    def look(self, changes: dict[str, Any], replicates: int, seed: int, agree: int) -> Look:
        """Return what came of the scenario; a failure if it took longer than the limit or ended the process."""
        self.pipe.send((changes, replicates, seed, agree))
        why = ENDLESS
        began = self._used()
        try:
            while self._used() - began < self.limit:
                if self.pipe.poll(1.0):
                    answer: Look = self.pipe.recv()
                    return answer
        except (EOFError, psutil.Error):
            why = "process died"
        self.process.kill()
        self.process.join()
        self._start()
        return Look(-1, {why}, seconds=self.limit)


def smallest(worker: Watched, changes: dict[str, Any], failure: str, replicates: int, seed: int) -> dict[str, Any]:
    """Return as few of ``changes`` as still show ``failure``."""
    agree = min(replicates, 10) if failure == "engines differ" else 0

    def fails(tried: dict[str, Any]) -> bool:
        return failure in worker.look(tried, replicates, seed, agree).failures

    kept = dict(changes)
    size = max(len(kept) // 2, 1)
    while size:
        for first in range(0, len(kept), size):
            gone = list(kept)[first : first + size]
            tried = {path: value for path, value in kept.items() if path not in gone}
            if gone and fails(tried):
                kept = tried
        size //= 2
    return one_hazard(kept, fails)


def one_hazard(changes: dict[str, Any], fails: Any) -> dict[str, Any]:
    """Return ``changes`` with a single hazard, if that still fails."""
    for hazard in changes.get("hazards", ()):
        tried = changes | {"hazards": [hazard]}
        if fails(tried):
            return tried
    return changes


def as_file(name: str, changes: dict[str, Any]) -> str:
    """Return a scenario file that makes ``changes`` to the baseline."""
    said: dict[str, Any] = {"schema": 1, "name": name, "extends": "baseline"}
    for path, value in changes.items():
        block, _, key = path.partition(".")
        if key:
            said.setdefault(block, {})[key] = value
        else:
            said[block] = value
    return yaml.safe_dump(said, sort_keys=False, default_flow_style=None, width=110)


# ---- the whole campaign --------------------------------------------------------------------------------------


@dataclass
class Campaign:
    """What came of many random scenarios."""

    scenarios: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[int]] = field(default_factory=dict)
    changed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    agreed: int = 0
    slowest: tuple[float, int] = (0.0, -1)
    files: list[tuple[str, str]] = field(default_factory=list)

    def take(self, look: Look) -> None:
        """Take up one scenario."""
        self.scenarios += 1
        self.outcomes += look.outcomes
        self.changed.update(look.changed)
        self.refused.update(look.refused)
        self.agreed += look.agreed
        self.slowest = max(self.slowest, (look.seconds, look.number))
        for failure in look.failures:
            self.failures.setdefault(failure, []).append(look.number)


def campaign(args: argparse.Namespace) -> Campaign:
    """Run all scenarios, and make the first few of each kind of failure small."""
    found = Campaign()
    worker = Watched(args.limit)
    for number in range(args.first, args.first + args.scenarios):
        agree = args.replicates if (number - args.first) % args.agree_every == 0 else 0
        changes = draw_changes(number, args.seed)
        look = worker.look(changes, args.replicates, args.seed, agree)
        look.number = number
        found.take(look)
        for failure in look.failures:
            if args.out and len(found.failures[failure]) <= args.examples:
                save(found, worker, args, number, changes, failure)
        if look.failures:
            said = f"{number}: {', '.join(sorted(look.failures))} ({look.seconds:.1f} s) {look.message[:90]}"
            print(said, file=sys.stderr, flush=True)
    return found


def save(
    found: Campaign, worker: Watched, args: argparse.Namespace, number: int, changes: dict[str, Any], failure: str
) -> None:
    """Save a small scenario that shows the failure."""
    # To try many smaller ones would take the limit each time.
    kept = changes if failure == ENDLESS else smallest(worker, changes, failure, args.replicates, args.seed)
    name = f"{failure.replace(' ', '-').lower()}-{number}"
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / f"{name}.yaml"
    path.write_text(as_file(f"w{number}", kept))
    found.files.append((failure, str(path)))


def page(found: Campaign, args: argparse.Namespace, seconds: float) -> Page:
    """Return the tables of a campaign."""
    never = [parameter.path for parameter in plain_parameters() if parameter.kind != "text"]
    never = [path for path in never if not found.changed[path]]
    total = max(sum(found.outcomes.values()), 1)
    return [
        Heading(f"{found.scenarios} random scenarios × {args.replicates} replicates, seed {args.seed}"),
        Table(
            "Outcomes",
            ("outcome", "replicates", "share"),
            tuple((name, f"{found.outcomes[name]:,}", f"{found.outcomes[name] / total:.3f}") for name in OUTCOMES[1:]),
            right=frozenset({1, 2}),
        ),
        Table(
            "Failures",
            ("failure", "scenarios", "numbers"),
            tuple(
                (failure, f"{len(numbers):,}", ", ".join(map(str, numbers[:12])) + (" …" if len(numbers) > 12 else ""))
                for failure, numbers in sorted(found.failures.items())
            )
            or (("none", "0", ""),),
            right=frozenset({1}),
        ),
        Paragraph(
            f"{found.agreed:,} replicates ran on both engines, bit for bit the same unless a failure says otherwise. "
            f"{len(found.changed)} fields were changed; never: {', '.join(never) or 'none'}. The reader refused "
            f"{sum(found.refused.values()):,} changes that did not fit together, which were left out. "
            f"{seconds:.0f} s; the slowest scenario, {found.slowest[1]}, took {found.slowest[0]:.1f} s.",
            aside=True,
        ),
        *examples(found),
    ]


def examples(found: Campaign) -> Page:
    """Return where small scenarios that fail were saved."""
    return [Paragraph(f"{failure}: {path}") for failure, path in found.files]


def main(arguments: list[str] | None = None) -> int:
    """Run a campaign and print its tables; return 1 if anything but step errors was found."""
    parser = argparse.ArgumentParser(prog="python -m validation.random_worlds", description=__doc__)
    parser.add_argument("--scenarios", type=int, default=1_000)
    parser.add_argument("--replicates", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first scenario")
    parser.add_argument("--agree-every", type=int, default=20, help="every so many run on both engines")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds of a core after which it is endless")
    parser.add_argument("--out", type=Path, help="folder for small scenarios that fail")
    parser.add_argument("--examples", type=int, default=2, help="of each kind of failure")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/validation.md")
    args = parser.parse_args(arguments)
    started = perf_counter()
    found = campaign(args)
    made = page(found, args, perf_counter() - started)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, [block for block in made if block not in examples(found)])
    return 1 if found.failures.keys() - {"step error"} else 0


if __name__ == "__main__":
    sys.exit(main())
