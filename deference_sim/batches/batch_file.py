"""A batch file → its plan: scenarios × a sweep × policies, seeds and replicates, every problem of the file at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final

from deference_sim.batches.plan import Plan, Point, Study, plan_for
from deference_sim.scenario import Scenario, ScenarioError, load, shipped
from deference_sim.scenario.canonical import document, value_text
from deference_sim.scenario.catalogue import Section, catalogue, find, paths_of
from deference_sim.scenario.layers import Change, marked_tree, read_mapping, setting
from deference_sim.scenario.problems import Mark, did_you_mean, gather, in_order, refusal
from deference_sim.scenario.reader import check_schema, read_name
from deference_sim.scenario.scalars import kind_of, read_number, read_text
from deference_sim.scenario.source import BATCH
from deference_sim.scenario.tree import Entry, ListNode, MapNode, Node, Scalar, is_broken, node_of
from deference_sim.study.arrangements import GRID, Column, count_rows, rows
from deference_sim.study.designs import Spacing, Value, column_of
from deference_sim.study.limits import (
    DESIGNS,
    ENGINES,
    LAST_SEED,
    MOST_REPLICATES,
    USUAL_REPLICATES,
    Design,
    Engine,
    one_of,
    replicates_of,
    seed_of,
)

KEYS: Final = (
    "schema",
    "name",
    "description",
    "scenarios",
    "set",
    "sweep",
    "design",
    "policies",
    "reference",
    "seeds",
    "replicates",
    "engine",
    "sensitivity",
)
MOST_POINTS, MOST_FUTURES = 10_000, 1_000_000_000  # more only when asked for
_MOST_VALUES = 100_000  # on one axis
_STUDY_KEYS = ("method", "inputs", "measure", "replicates")
_RANGE_KEYS = ("from", "to", "points", "scale")
_SCALES: Final = ("linear", "log")
_BYTES, _RATE = 100, 10_000  # roughly, of a future in a file and of futures a second, to say what is absurd


_POLICY: Final = "strategy.policy"
Step = tuple[Change, ...]  # what one value of an axis changes, the first path being the one that names the axis


@dataclass(frozen=True, slots=True)
class Instead:
    """What the command line says in the place of the file; None for what it leaves to it.

    Raises ``ValueError`` for a number of replicates, a seed or an engine that is none.
    """

    replicates: int | None = None
    seed: int | None = None
    engine: Engine | None = None
    settings: Sequence[str] = ()
    allow_large: bool = False

    def __post_init__(self) -> None:
        """Check what is not left to the file."""
        if self.replicates is not None:
            object.__setattr__(self, "replicates", replicates_of(self.replicates))
        if self.seed is not None:
            object.__setattr__(self, "seed", seed_of(self.seed))
        if self.engine is not None:
            one_of(self.engine, "engine", ENGINES)


def read_batch(path: Path, instead: Instead | None = None) -> Plan:
    """Return the plan of the batch file at ``path``. Raises ``ScenarioError`` with every problem, one line each."""
    instead = instead or Instead()
    label = str(path)
    root, problems = read_mapping(path, label, BATCH)
    try:
        plan = _read(root, path, instead)
    except ScenarioError as error:
        raise ScenarioError(in_order([*problems, *error.problems], [label])) from None
    if problems:
        raise ScenarioError(problems)
    return plan


def _read(root: MapNode, path: Path, instead: Instead) -> Plan:
    def node(key: str) -> Node | None:
        entry = root.entries.get(key)
        return entry.node if entry else None

    parts: list[Any] = gather(
        [
            partial(check_schema, root, root.mark),
            partial(_check_keys, root.entries, KEYS, ""),
            partial(_name, node("name"), path),
            partial(_scenarios, node("scenarios"), root.mark, path.parent),
            partial(_settings, node("set"), instead.settings),
            partial(_sweeps, node("sweep")),
            partial(_design, node("design")),
            partial(_policies, node("policies")),
            partial(_reference, node("reference")),
            partial(_seeds, node("seeds"), instead.seed),
            partial(_replicates, node("replicates"), instead.replicates),
            partial(_engine, node("engine"), instead.engine),
            partial(_asked_studies, node("sensitivity")),
        ]
    )
    _, _, name, scenarios, fixed, columns, design, policies, named, seeds, replicates, engine, asked = parts
    counts = {column.path: len(column.values) for column in columns}
    ranges = [column.path for column in columns if column.at is not None]
    places = count_rows(counts, ranges, design, root.entries["sweep"].node.mark) if columns else 1
    size = len(scenarios) * places * max(len(policies), 1)
    _check_size(root, size, len(seeds) * replicates, instead.allow_large)
    swept: list[tuple[Step, ...]] = rows(columns, design, seeds[0]) if columns else [()]
    followed: list[tuple[Step, ...]] = [(policy,) for policy in policies] or [()]
    points = gather(
        partial(_point, label, scenario, fixed, [*steps, *policy])
        for (label, scenario), steps, policy in product(scenarios.items(), swept, followed)
    )
    if design == GRID:
        axes = [*(column.values for column in columns), *([policies] if policies else [])]
        _check_values(points[: len(swept) * len(followed)], axes)
    _check_distinct([point.name for point in points], root.mark)
    bases = [_point(label, scenario, fixed, ()) for label, scenario in scenarios.items()]
    studies = [Study(base.name, base.scenario, **study) for base in bases for study in asked]
    _check_distinct([study.name for study in studies], root.mark)
    reference: Mapping[str, str] = {}
    if points:  # there are none where a listed scenario is no text
        reference = _matching(named, points, bases[0]) if named else _as_it_is(points, bases[0])
    return plan_for(name, points, seeds, replicates, engine, studies, reference)


# ---- parts of the file


def _check_keys(entries: Mapping[str, Entry], known: Iterable[str], path: str) -> None:
    wrong = [key for key in entries if key not in known]
    gather(
        partial(_refuse, entries[key].key, f"{path}{key}", f"unknown key `{key}`", known, did_you_mean(key, known))
        for key in wrong
    )


def _refuse(mark: Mark, path: str, found: str, known: Iterable[str], hint: str) -> None:
    raise refusal(mark, path, found, "one of " + ", ".join(known), hint)


def _name(node: Node | None, path: Path) -> str:
    return path.stem if node is None or is_broken(node) else read_name(node)


def _items(node: Node, path: str, allowed: str) -> tuple[Node, ...]:
    if not isinstance(node, ListNode):
        raise refusal(node.mark, path, kind_of(node), allowed)
    if not node.items:
        raise refusal(node.mark, path, "an empty list", allowed, "remove the key for none")
    return node.items


def _mapping(node: Node, path: str, allowed: str) -> Mapping[str, Entry]:
    if not isinstance(node, MapNode):
        raise refusal(node.mark, path, kind_of(node), allowed)
    return node.entries


def _scenarios(node: Node | None, start: Mark, folder: Path) -> dict[str, Scenario]:
    allowed = "a list of shipped scenarios, or of files as seen from the batch file"
    if node is None:
        raise refusal(start, "scenarios", "`scenarios` is required", allowed, "such as scenarios: [baseline]")
    if is_broken(node):
        return {}
    items = _items(node, "scenarios", allowed)
    pairs = gather(partial(_scenario, item, folder, allowed) for item in items)
    for place, (label, _) in enumerate(pairs):
        if label in dict(pairs[:place]):
            raise refusal(items[place].mark, "scenarios", f"`{label}` twice", "each scenario once")
    return dict(pairs)


def _scenario(node: Node, folder: Path, allowed: str) -> tuple[str, Scenario]:
    text = read_text(node, "scenarios", allowed)
    if text in shipped():
        return text, load(text)
    if not (folder / text).is_file():
        beside = [file.name for file in folder.glob("*.y*ml")]
        raise refusal(
            node.mark, "scenarios", f"no scenario `{text}`", allowed, did_you_mean(text, [*shipped(), *beside])
        )
    return text, load(folder / text)


def _settings(node: Node | None, typed: Sequence[str]) -> list[Change]:
    changes = {change.path: change for change in gather(partial(setting, text) for text in typed)}
    if node is None or is_broken(node):
        return list(changes.values())
    entries = _mapping(node, "set", "a mapping of paths to values")
    gather(partial(find, path, entry.key) for path, entry in entries.items())
    of_the_file = {path: Change(path, entry.node) for path, entry in entries.items()}
    return list((of_the_file | changes).values())


def _sweeps(node: Node | None) -> list[Column[Step]]:
    if node is None or is_broken(node):
        return []
    entries = _mapping(node, "sweep", "a mapping of paths to lists of values")
    return gather(partial(_sweep, path, entry) for path, entry in entries.items())


def _sweep(path: str, entry: Entry) -> Column[Step]:
    parameter = find(path, entry.key)
    allowed = "a list of values, or {from: …, to: …, points: …, scale: linear or log}"
    if parameter.kind == "text":
        raise refusal(entry.key, path, "text", "a path of numbers, words or truth values")
    mark = entry.node.mark
    if not isinstance(entry.node, MapNode):
        return Column(path, [(Change(path, item),) for item in _items(entry.node, path, allowed)])
    found = column_of(path, _range(entry.node, path, allowed), mark)

    def step(value: Value) -> Step:
        return (Change(path, node_of(value, mark)),)

    def at(share: float) -> Step:
        assert found.at is not None
        return step(found.at(share))

    return Column(path, [step(value) for value in found.values], at)


def _range(node: MapNode, path: str, allowed: str) -> Spacing:
    parameter = find(path, node.mark)
    _check_keys(node.entries, _RANGE_KEYS, f"{path}.")
    held = {key: entry.node for key, entry in node.entries.items()}
    if parameter.kind not in ("number", "whole") or any(key not in held for key in _RANGE_KEYS[:3]):
        raise refusal(node.mark, path, "a mapping", allowed)
    ends: list[float] = gather(
        [
            partial(read_number, held["from"], parameter.unit, f"{path}.from", "a number"),
            partial(read_number, held["to"], parameter.unit, f"{path}.to", "a number"),
            partial(_whole, held["points"], f"{path}.points", 2, _MOST_VALUES),
        ]
    )
    scale = read_text(held["scale"], f"{path}.scale") if "scale" in held else "linear"
    if scale not in _SCALES:
        raise refusal(held["scale"].mark, f"{path}.scale", f"`{scale}`", "linear or log")
    return Spacing(ends[0], ends[1], int(ends[2]), scale == "log")


def _design(node: Node | None) -> Design:
    if node is None or is_broken(node):
        return GRID
    allowed = f"one of {', '.join(DESIGNS)}"
    text = read_text(node, "design", allowed)
    for design in DESIGNS:
        if design == text:
            return design
    raise refusal(node.mark, "design", f"`{text}`", allowed, did_you_mean(text, DESIGNS))


def _policies(node: Node | None) -> list[Step]:
    if node is None or is_broken(node):
        return []
    allowed = "a list of policies: names, or mappings such as {policy: safety_case, gate: 0.5 py}"
    return gather(partial(_policy, item, allowed) for item in _items(node, "policies", allowed))


def _policy(node: Node, allowed: str) -> Step:
    if isinstance(node, Scalar):
        return (Change(_POLICY, node),)
    entries = _mapping(node, "policies", allowed)
    strategy = catalogue()["strategy"]
    assert isinstance(strategy, Section)
    _check_keys(entries, strategy.parameters, "policies.")
    if "policy" not in entries:
        raise refusal(node.mark, "policies", "no `policy`", allowed)
    names = ["policy", *(name for name in entries if name != "policy")]
    return tuple(Change(f"strategy.{name}", entries[name].node) for name in names)


def _reference(node: Node | None) -> Mapping[str, Entry]:
    """Return the entries of the point, or of what is in common to the points, from which differences are taken."""
    if node is None or is_broken(node):
        return {}
    return _mapping(node, "reference", "a mapping, such as {scenario: baseline} or {rival.lead: 3 months}")


def _seeds(node: Node | None, typed: int | None) -> tuple[int, ...]:
    """Return the seeds; what the file says is checked also where ``typed`` stands in its place."""
    if node is None or is_broken(node):
        return (1,) if typed is None else (typed,)
    allowed = "a list of seeds, such as [1, 2, 3]"
    if isinstance(node, Scalar):
        hint = "write [1, 2, 3] for three seeds"
        with suppress(ScenarioError):
            seed = read_number(node, "1", "seeds", allowed)
            if _is_exact(seed):
                hint = f"write [{seed:.0f}] for this one seed, [1, 2, 3] for three"
        raise refusal(node.mark, "seeds", kind_of(node), allowed, hint)
    items = _items(node, "seeds", allowed)
    seeds: list[int] = gather(partial(_seed, item) for item in items)
    for place, seed in enumerate(seeds):
        if seed in seeds[:place]:
            raise refusal(items[place].mark, "seeds", f"`{seed}` twice", "each seed once")
    return tuple(seeds) if typed is None else (typed,)


def _seed(node: Node) -> int:
    if isinstance(node, Scalar) and node.plain and re.fullmatch(r"[0-9]{1,39}", node.text):
        seed = int(node.text)
        if seed <= LAST_SEED:
            return seed
    allowed = f"a whole number from 0 to {LAST_SEED:,}"
    value = read_number(node, "1", "seeds", allowed)
    raise refusal(node.mark, "seeds", kind_of(node), allowed, f"write {value:.0f}" if _is_exact(value) else "")


def _is_exact(value: float) -> bool:
    """Return whether a number is a seed for certain: beyond 2**53 a decimal number may be another whole one."""
    return value.is_integer() and 0.0 <= value < 2.0**53


def _replicates(node: Node | None, typed: int | None) -> int:
    held = USUAL_REPLICATES if node is None or is_broken(node) else _whole(node, "replicates", 1, MOST_REPLICATES)
    return held if typed is None else typed


def _whole(node: Node, path: str, least: int, most: int) -> int:
    allowed = f"a whole number from {least:,} to {most:,}"
    value = read_number(node, "1", path, allowed)
    if not (value.is_integer() and least <= value <= most):
        raise refusal(node.mark, path, kind_of(node), allowed)
    return int(value)


def _engine(node: Node | None, typed: Engine | None) -> Engine:
    if node is None or is_broken(node):
        return typed or "compiled"
    text = read_text(node, "engine", "one of " + ", ".join(ENGINES))
    for engine in ENGINES:
        if engine == text:
            return typed or engine
    raise refusal(node.mark, "engine", f"`{text}`", "one of " + ", ".join(ENGINES), did_you_mean(text, ENGINES))


def _asked_studies(node: Node | None) -> list[dict[str, Any]]:
    if node is None or is_broken(node):
        return []
    allowed = "a list of methods: names, or mappings such as {method: sobol, replicates: 1024, inputs: [core]}"
    return gather(partial(_asked_study, item, allowed) for item in _items(node, "sensitivity", allowed))


def _asked_study(node: Node, allowed: str) -> dict[str, Any]:
    if isinstance(node, Scalar):
        return {"method": read_text(node, "sensitivity", allowed), "mark": node.mark}
    entries = _mapping(node, "sensitivity", allowed)
    _check_keys(entries, _STUDY_KEYS, "sensitivity.")
    if "method" not in entries:
        raise refusal(node.mark, "sensitivity", "no `method`", allowed)
    study: dict[str, Any] = {
        key: read_text(entries[key].node, f"sensitivity.{key}") for key in ("method", "measure") if key in entries
    }
    if "inputs" in entries:
        items = _items(entries["inputs"].node, "sensitivity.inputs", "a list of paths")
        study["inputs"] = tuple(gather(partial(read_text, item, "sensitivity.inputs") for item in items))
    if "replicates" in entries:
        study["replicates"] = _whole(entries["replicates"].node, "sensitivity.replicates", 1, MOST_REPLICATES)
    return study | {"mark": node.mark}


# ---- all of it together


def _check_size(root: MapNode, points: int, futures_of_a_point: int, allow_large: bool) -> None:
    """Refuse, before anything is built, what nobody can have meant."""
    futures = points * futures_of_a_point
    if allow_large or (points <= MOST_POINTS and futures <= MOST_FUTURES):
        return
    found = (
        f"{points:,} points, {futures:,} futures: about {futures * _BYTES / 1e9:,.0f} GB, and "
        f"{futures / _RATE / 86_400:,.1f} days at {_RATE:,} a second"
    )
    allowed = f"at most {MOST_POINTS:,} points and {MOST_FUTURES:,} futures"
    raise refusal(root.mark, "", found, allowed, "make it smaller, or say --allow-large")


def _point(label: str, scenario: Scenario, fixed: Sequence[Change], steps: Sequence[Step]) -> Point:
    changes = [*fixed, *(change for step in steps for change in step)]
    tree = marked_tree(document(scenario, defaults=False), scenario.sources)
    made = Scenario.of_tree(tree, name=scenario.name, changes=changes)
    values = {path: value_text(made.uncertain.get(path, value), parameter) for path, parameter, value in paths_of(made)}
    varied = {}
    for first, *more in steps:
        details = ", ".join(f"{change.path.rpartition('.')[2]} {values[change.path]}" for change in more)
        varied[first.path] = values[first.path] + (f" ({details})" if details else "")
    return Point({"scenario": label, **varied}, made)


def _matching(named: Mapping[str, Entry], points: Sequence[Point], base: Point) -> dict[str, str]:
    """Return what the file names of the reference, each as the points are labelled."""
    axes = list(points[0].label)
    known = ["policies" if axis == _POLICY else axis for axis in axes]
    wrong = [key for key in named if key not in (*known, *axes)]
    gather(partial(_refuse, named[key].key, f"reference.{key}", "not varied", known, "") for key in wrong)
    return dict(gather(partial(_named, key, entry, points, base) for key, entry in named.items()))


def _named(key: str, entry: Entry, points: Sequence[Point], base: Point) -> tuple[str, str]:
    axis, node = _POLICY if key == "policies" else key, entry.node
    found = dict.fromkeys(point.label[axis] for point in points)
    if axis == "scenario":
        label = read_text(node, "reference.scenario")
    else:
        step = _policy(node, "one of the policies") if axis == _POLICY else (Change(axis, node),)
        label = _point(base.label["scenario"], base.scenario, (), [step]).label[axis]
    if label not in found:
        raise refusal(node.mark, f"reference.{key}", f"`{label}`", "one of " + ", ".join(found))
    return axis, label


def _as_it_is(points: Sequence[Point], base: Point) -> dict[str, str]:
    """Return the label of the first listed scenario as it is, or, where no point is that, of the first point."""
    first = next((point for point in points if point.scenario.hash == base.scenario.hash), points[0])
    return dict(first.label)


def _check_values(points: Sequence[Point], axes: Sequence[Sequence[Step]]) -> None:
    """Refuse values of an axis that mean the same. ``points`` are those of one scenario, the last axis moving first."""
    stride = len(points)
    for steps in axes:
        stride //= len(steps)
        labels = [point.label[steps[0][0].path] for point in points[:: stride or 1][: len(steps)]]
        for place, label in enumerate(labels):
            if label in labels[:place]:
                path = steps[0][0].path
                allowed = "each policy once" if path == _POLICY else "each value once"
                raise refusal(steps[place][0].node.mark, path, f"`{label}` twice", allowed)


def _check_distinct(names: Sequence[str], start: Mark) -> None:
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    gather(partial(_refuse_twice, name, start) for name in twice)


def _refuse_twice(name: str, start: Mark) -> None:
    raise refusal(start, "", f"`{name}` twice", "each once")
