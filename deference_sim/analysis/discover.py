"""Scenario discovery: which ranges of the inputs make staying in the basin fail, by PRIM and CART of EMA Workbench.

Both look for boxes, ranges of a few inputs, that hold many failures (coverage) and little else (density). PRIM (J. H.
Friedman and N. I. Fisher, Stat. Comput. 9, 1999; for scenario discovery B. P. Bryant and R. J. Lempert, Technol.
Forecast. Soc. Change 77, 2010) peels thin slices off; CART is a tree of splits. A box is found on one half of the
futures, where it looks better than it is, and its numbers come from the other half.
"""

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, probability
from deference_sim.analysis.measure import Measure, success_of
from deference_sim.analysis.sensitivity.inputs import choose
from deference_sim.analysis.sensitivity.plan import Plan
from deference_sim.described import described
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario
from deference_sim.scenario.problems import ArgumentError
from deference_sim.scenario.several import OneOrMore, words_of
from deference_sim.shown import Shown
from deference_sim.study.limits import MOST_REPLICATES, one_of, replicates_of, seed_of, whole
from deference_sim.study.quasi_random import design, whole_design
from deference_sim.study.runner import warm_up

if TYPE_CHECKING:
    import pandas as pd

Algorithm = Literal["prim", "cart"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
Truths = NDArray[np.bool_]
Finder = Callable[["pd.DataFrame", Truths, int], "list[_Found]"]  # how many boxes of PRIM at most
DEFAULT = 8192
LEAST_MASS = 0.05  # share of the futures that a box must hold
MOST_BOXES = 3  # of PRIM
MOST_LEAVES = 5  # of CART that are reported
CHANCE = 0.05  # a limit whose quasi-p-value is above this may be there by chance, and is dropped
_CHI_SQUARE = 15.0  # of a split of CART, at least: about the 95th percentile of the best of many useless splits
LEAST_FAILURES = 20  # in the half on which boxes are found


@dataclass(frozen=True, slots=True)
class Limit:
    """A range of one input, in its documented unit; None where the box does not end.

    The quasi-p-values (one-sided binomial) say how likely as many failures would be in the box if the limit did
    nothing; CART has none.
    """

    path: str
    unit: str
    low: float | None
    high: float | None
    quasi_p_low: float | None = None
    quasi_p_high: float | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """Where failures are: limits that hold together, and what is found there among futures not used to find them.

    Inside is what lies within the limits and in no box before this one. ``density``: share of the futures inside that
    fail; ``coverage``: share of all failures that lie inside; ``mass``: share of all futures that lie inside.
    ``of_the_rest``: whether boxes before it hold some of what lies within the limits.
    """

    limits: tuple[Limit, ...]
    density: Estimate
    coverage: Estimate
    mass: Estimate
    of_the_rest: bool = False


@described(
    plan="What was varied, and over which ranges.",
    failures="The share of all futures that fail.",
    boxes="By algorithm the boxes that hold up on other futures.",
)
@dataclass(frozen=True, repr=False)
class Discovery(Shown):
    """What makes ``measure`` fail: boxes by PRIM (each found and judged in what those before it leave), leaves by CART.

    A box in which, on the other futures, no more than anywhere may fail is left out.
    """

    plan: Plan
    failures: Estimate
    boxes: dict[Algorithm, tuple[Box, ...]]
    runs: int
    seconds: float

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each limit of each box."""
        import pandas as pd

        shares = ("density", "coverage", "mass")
        rows = [
            (
                algorithm,
                number + 1,
                *(getattr(limit, name) for name in Limit.__slots__),
                *(getattr(box, name).estimate for name in shares),
                box.of_the_rest,
            )
            for algorithm, found in self.boxes.items()
            for number, box in enumerate(found)
            for limit in box.limits
        ]
        return pd.DataFrame(rows, columns=["algorithm", "box", *Limit.__slots__, *shares, "of_the_rest"])

    def as_dict(self) -> dict[str, Any]:
        """Return everything for JSON, in full precision."""
        return {
            "scenario": self.plan.scenario.name,
            "hash": self.plan.scenario.hash,
            "measure": self.plan.measure,
            "seed": self.plan.seed,
            "replicates": self.runs,
            "inputs": [one.path for one in self.plan.varied.inputs],
            "failures": self.failures.as_dict(),
            **{algorithm: [_as_dict(box) for box in found] for algorithm, found in self.boxes.items()},
            "seconds": self.seconds,
        }


def _as_dict(box: Box) -> dict[str, Any]:
    shares = {name: getattr(box, name).as_dict() for name in ("density", "coverage", "mass")}
    return {"limits": [asdict(limit) for limit in box.limits]} | shares | {"of_the_rest": box.of_the_rest}


@described(
    algorithms="``prim``, ``cart`` or both.",
    boxes="How many boxes PRIM looks for at most.",
    replicates="How many futures there are, raised to a power of two; half of them find the boxes, the other half "
    "judge them.",
)
def discover(
    scenario: ScenarioLike,
    *,
    inputs: OneOrMore = (),
    measure: Measure = "p_stay",
    algorithms: OneOrMore = ALGORITHMS,
    boxes: int = MOST_BOXES,
    replicates: int = DEFAULT,
    seed: int = 1,
    progress: Callable[[int], object] | None = None,
) -> Discovery:
    """Find out which ranges of the inputs of ``scenario`` make ``measure`` fail.

    Where ``measure`` is weights of ends, a future fails that is worth less than half. PRIM peels, CART grows a
    tree; boxes are found on half of the futures and judged on the other half. Raises ``ScenarioError`` for what
    cannot be studied and ``ModuleNotFoundError`` where EMA Workbench is missing.
    """
    names = words_of(algorithms, "algorithms", "prim or cart, or both in a list")
    chosen = tuple(one_of(name, "algorithms", ALGORITHMS) for name in dict.fromkeys(names))
    if not chosen:
        raise ArgumentError("algorithms", "none", "prim or cart, or both in a list")
    boxes = whole(boxes, "boxes", 1, MOST_REPLICATES)
    return carry_out(plan_of(as_scenario(scenario), inputs, measure, replicates, seed), chosen, progress, boxes)


def missing_extra() -> str:
    """Return what to say if EMA Workbench is not installed; empty if it is."""
    if find_spec("ema_workbench") is not None:
        return ""
    return "discover needs EMA Workbench, which is not installed: pip install 'deference-sim[discovery]'"


def plan_of(scenario: Scenario, inputs: OneOrMore, measure: Measure, replicates: int, seed: int) -> Plan:
    """Return the plan of a study, everything about it checked. Raises as ``discover`` does."""
    if told := missing_extra():
        raise ModuleNotFoundError(told)
    success_of(measure)
    replicates, seed = replicates_of(replicates), seed_of(seed)
    return Plan(scenario, choose(scenario, inputs), measure, whole_design(replicates), seed)


def carry_out(
    plan: Plan,
    algorithms: Sequence[Algorithm] = ALGORITHMS,
    progress: Callable[[int], object] | None = None,
    most: int = MOST_BOXES,
) -> Discovery:
    """Run a planned study for ``most`` boxes. ``progress`` is told how many more futures are done."""
    warm_up("compiled")
    started = perf_counter()
    values, failed = _futures(replace(plan, progress=progress))
    half = len(failed) // 2
    units = {one.path: one.unit for one in plan.varied.inputs}
    boxes = {}
    for algorithm in algorithms:
        finder = _FINDERS[algorithm]
        with _quiet_and_repeatable():
            found = finder(values[:half], failed[:half], most) if _is_mixed(failed[:half]) else []
        boxes[algorithm] = _judged(found, units, values[half:], failed[half:], float(failed.mean()))
    failures = probability(int(failed.sum()), len(failed))
    return Discovery(plan, failures, boxes, len(failed), perf_counter() - started)


def _futures(plan: Plan) -> "tuple[pd.DataFrame, Truths]":
    """Return the inputs of every future, a column each, and which of them fail."""
    import pandas as pd

    points = design(len(plan.varied.inputs), plan.replicates, plan.seed).reshape(plan.replicates, -1)
    values = plan.varied.scenario.draws_at(plan.varied.own(points))
    failed = plan.run(plan.varied.scenario, values, np.arange(plan.replicates)) < 0.5
    return pd.DataFrame(values), failed


def _is_mixed(failed: Truths) -> bool:
    return bool(LEAST_FAILURES <= failed.sum() <= len(failed) - LEAST_FAILURES)


# ---- finding boxes ------------------------------------------------------------------------------------------


@contextmanager
def _quiet_and_repeatable() -> Iterator[None]:
    """Keep what the libraries draw, such as the order in which a tree tries equal splits, the same in every run.

    They draw from NumPy's global generator, which is put back as it was; and they say too much.
    """
    state, logger = np.random.get_state(), logging.getLogger("EMA")
    level = logger.level
    np.random.seed(0)
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)
        logger.setLevel(level)


def _wanted_density(failed: Truths) -> float:
    """Return the share that should fail inside a box: halfway from that among all futures to every one."""
    return float(1.0 + failed.mean()) / 2.0


def _prim_boxes(values: "pd.DataFrame", failed: Truths, most: int = MOST_BOXES) -> "list[_Found]":
    """Return the boxes of PRIM: of each peeling path that with the best balance among the dense enough, or the densest.

    The balance of coverage and density is their harmonic mean.
    """
    from ema_workbench.analysis.prim import Prim

    share = float(failed.mean())
    search = Prim(values.reset_index(drop=True), failed.astype(int), threshold=share, mass_min=LEAST_MASS)
    found: list[_Found] = []
    for _ in range(most):
        box = search.find_box()
        if box is None or box.res_dim == 0:
            break
        path = box.peeling_trajectory
        dense = path[path["density"] >= _wanted_density(failed)]
        balance = dense["coverage"] * dense["density"] / (dense["coverage"] + dense["density"])
        box.select(int(path["density"].idxmax() if dense.empty else balance.idxmax()))
        _drop_what_may_be_chance(box)
        chances = box.qp[box._cur_box]
        if max(max(ends) for ends in chances.values()) > CHANCE:
            break  # the limit that remains may be there by chance as well, and so may all that is found after it
        found.append(_Found(box.box_lim, search.box_init, chances))
    return found


def _drop_what_may_be_chance(box: Any) -> None:
    """Drop limits of ``box`` one by one, the most doubtful first, while any may be there by chance; keep one."""
    while True:
        doubts = [
            (chance, path, end)
            for path, chances in box.qp[box._cur_box].items()
            for end, chance in enumerate(chances)
            if chance >= 0.0  # the workbench's sign of no limit is -1
        ]
        if len(doubts) < 2 or max(doubts)[0] <= CHANCE:
            return
        _, path, end = max(doubts)
        limits, remaining = box.box_lim.copy(), box.prim.x.loc[box.prim.yi_remaining]
        limits.loc[end, path] = box.box_lims[0].loc[end, path]
        inside = ((remaining >= limits.loc[0]) & (remaining <= limits.loc[1])).all(axis=1)
        box.update(limits, box.prim.yi_remaining[inside.to_numpy()])


def _cart_boxes(values: "pd.DataFrame", failed: Truths, most: int = MOST_BOXES) -> "list[_Found]":
    """Return the leaves of CART that are dense enough, or else the densest, the densest first."""
    from ema_workbench.analysis.cart import CART

    tree = CART(values.reset_index(drop=True), failed.astype(int), mass_min=LEAST_MASS)
    tree.build_tree()
    # The workbench lets a tree grow until its leaves are small. A split into shares p₁, p₂ lowers the Gini impurity of
    # all n by 2χ²·p(1 − p)/n: what is less than chance would find somewhere among so many places is pruned.
    price = 2.0 * _CHI_SQUARE * failed.mean() * (1.0 - failed.mean()) / len(failed)
    tree.clf.set_params(ccp_alpha=price).fit(values.to_numpy(), failed.astype(int))
    if tree.clf.get_n_leaves() == 1:
        return []  # no split is worth its price
    everything = values.agg(["min", "max"]).reset_index(drop=True)
    reached = tree.clf.apply(values.to_numpy())
    leaves = sorted(
        ((box, float(failed[reached == leaf].mean())) for leaf, box in _leaves(tree.clf.tree_, 0, everything)),
        key=lambda leaf: -leaf[1],
    )
    dense = [leaf for leaf in leaves if leaf[1] >= _wanted_density(failed)]
    return [_Found(box, everything, {}) for box, _ in (dense or leaves)[: MOST_LEAVES if dense else 1]]


def _leaves(tree: Any, node: int, box: "pd.DataFrame") -> "Iterator[tuple[int, pd.DataFrame]]":
    """Yield the leaves below a node of a tree, each with its box: the workbench cannot read a tree over one input."""
    below, above = int(tree.children_left[node]), int(tree.children_right[node])
    if below == above:  # scikit-learn's sign of a leaf
        yield node, box
        return
    for child, row in ((below, 1), (above, 0)):
        inside = box.copy()
        inside.iloc[row, int(tree.feature[node])] = float(tree.threshold[node])
        yield from _leaves(tree, child, inside)


_FINDERS: dict[Algorithm, Finder] = {"prim": _prim_boxes, "cart": _cart_boxes}


# ---- judging them -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Found:
    """A box as the workbench has it: two rows, low and high; that of everything; quasi-p-values by path (-1: none)."""

    limits: "pd.DataFrame"
    everything: "pd.DataFrame"
    quasi_p: dict[str, list[float]]

    def limit(self, path: str, unit: str) -> Limit | None:
        """Return the limit of one input; None if the box does not restrict it."""
        ends = [
            None if self.limits[path][row] == self.everything[path][row] else float(self.limits[path][row])
            for row in (0, 1)
        ]
        if ends == [None, None]:
            return None
        chances = [None if p < 0 else float(p) for p in self.quasi_p.get(path, (-1, -1))]
        return Limit(path, unit, *ends, *chances)


def _judged(
    found: list[_Found], units: dict[str, str], values: "pd.DataFrame", failed: Truths, anywhere: float
) -> tuple[Box, ...]:
    """Return the boxes as other futures see them, in turn, each among those that no box before it holds.

    One in which the share that fails may be no more than ``anywhere`` is left out, and holds nothing.
    """
    boxes: list[Box] = []
    left = np.ones(len(failed), bool)
    for one in found:
        limits = tuple(limit for path, unit in units.items() if (limit := one.limit(path, unit)) is not None)
        within = _within(limits, values)
        inside = within & left
        if not inside.any() or not failed.any():
            continue
        caught = int((inside & failed).sum())
        density = probability(caught, int(inside.sum()))
        if density.low > anywhere:
            coverage, mass = probability(caught, int(failed.sum())), probability(int(inside.sum()), len(failed))
            boxes.append(Box(limits, density, coverage, mass, bool((within & ~left).any())))
            left &= ~inside
    return tuple(boxes)


def _within(limits: Sequence[Limit], values: "pd.DataFrame") -> Truths:
    """Return which futures lie within all limits."""
    within = np.ones(len(values), bool)
    for limit in limits:
        column = values[limit.path].to_numpy()
        within &= column >= (-np.inf if limit.low is None else limit.low)
        within &= column <= (np.inf if limit.high is None else limit.high)
    return within
