"""Peers: the same small system of equations by SciPy, diffrax, heyoka and our flow, in one run at equal error.

    python -m benchmarks.peers              half a minute to some minutes
    python -m benchmarks.peers --write      and put the table into docs/performance.md

The system is the law after a handoff, without chance or decisions: six stocks over five months, with 25 stops at which
an integrator ends a step, a tenth of a py of work apart as reviews are. Each world begins with goodness of its own. A
peer runs at the loosest of several tolerances at which it errs no more than our flow does, on one processor. diffrax
and heyoka are not installed with this package: a sentence says where one is missing (``pip install diffrax heyoka``).
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from math import inf
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import integrate

from deference_sim.engines import compiled
from deference_sim.model.goodness import DRIFT_MARGIN, FULL_RETURNS
from deference_sim.model.time_buying import buying_scale
from deference_sim.model.work import HEAD_START
from deference_sim.pages.layout import Page, Paragraph, Table, show
from deference_sim.scenario import Scenario, load
from deference_sim.study.runner import numbers_of
from deference_sim.trajectory.start import prepare_row
from validation import pages

Floats = NDArray[np.float64]

SECTION = "peers"
PAGE = pages.DOCS / "performance.md"
SEED = 1
MONTHS, STOPS = 5.0, 25
STOCKS = ("C", "A", "W", "R", "D", "bought")
GOODNESS, BUYING, DEFENCE = 0.25, 0.1, 0.05  # shares of effort, held throughout
TOLERANCES = tuple(10.0**-power for power in range(3, 13))
WORLDS = 1024
FEW = 4  # of them, for integrators that take milliseconds for one
CHECKED = 16  # of them are compared with a reference

#: Everything moves, nothing happens: no corner of the law lies on the way.
CHANGES: dict[str, Any] = {
    "hazards": [],
    "horizon": MONTHS,
    "capability.initial_speedup": 10.0,
    "capability.ceiling": 9.0,
    "capability.stabilise_at": None,
    "capability.fizzle_pace": None,
    "goodness.broad_alignment": 0.7,
    "goodness.capability_profile": 9.0,
    "goodness.spread": 0.02,
    "goodness.drift": 0.05,
    "goodness.waste": 1.0,
    "tax.broad_alignment": 0.4,
    "tax.decline": 0.1,
    "basin.hazard_at_edge": 0.0,
    "generations.step": 1e3,
    "evaluation.review_interval": MONTHS / STOPS,
    "evaluation.review_work": None,
    "evaluation.noise": 0.0,
    "evaluation.persistent_error": 0.0,
    "evaluation.tests_share": 0.0,
    "strategy.policy": "fixed",
    "strategy.goodness_share": GOODNESS,
    "strategy.time_buying_share": BUYING,
    "strategy.defence_share": DEFENCE,
    "time_buying.max_bought": 10.0,
    "rival.lead": 0.0,
    "rival.danger_at": 1e9,
    "rival.edge_sd": 0.0,
    "scheming.at_handoff": 0.0,
    "scheming.rate": 0.0,
}


@dataclass(frozen=True)
class System:
    """The equations with their numbers, and where each world begins and ends."""

    scenario: Scenario
    p: Any
    starts: Floats
    ends: Floats
    ours: float  # seconds that our flow takes for a world

    def rates(self, y: Any, exp: Callable[[Any], Any], log: Callable[[Any], Any]) -> list[Any]:
        """Return how fast the six stocks move, per month, in terms of whatever ``exp`` and ``log`` take."""
        p = self.p
        C, A, _, R, D, bought = (y[place] for place in range(len(STOCKS)))

        def pace_at(level: Any) -> Any:
            return p.pace_at_zero * exp(p.pace_slope * level + p.pace_power * log(1.0 - level / p.capability_ceiling))

        pace = pace_at(C)
        fallen = exp(-2.0 * (A - C) / p.basin_width)
        depth = (1.0 - fallen) / (1.0 + fallen)
        gained = pace * GOODNESS * depth / (p.tax_broad_alignment * exp(-p.tax_fall * C))
        worn = pace * p.goodness_drift * exp(-(A - C) / DRIFT_MARGIN)
        able = C + HEAD_START
        most = buying_scale(p, BUYING)
        buying = most * able / (able + p.time_buying_capability_half) * (1.0 - bought / p.time_buying_max_bought)
        return [
            pace * (1.0 - GOODNESS - BUYING - DEFENCE),
            gained - worn,
            -worn,
            (1.0 - buying) * p.rival_speed * pace_at(R),
            pace * DEFENCE * p.defence_returns - p.defence_decay * D,
            buying,
        ]


def system(repeats: int) -> System:
    """Run our flow over all worlds, and return the system that the others are to solve."""
    scenario = load("baseline").with_(**CHANGES)
    block = np.arange(WORLDS)
    parameters, hazards = numbers_of(scenario, SEED, block)
    records, samples = compiled.sample_replicates(parameters.copy(), hazards, SEED, block, np.zeros(1))
    row = parameters.copy().view(np.recarray)
    prepare_row(row[0])
    starts, ends = (np.column_stack([samples[name][:, place] for name in STOCKS]) for place in (0, 1))
    ahead = ends[:, 1] - ends[:, 0]
    if not np.all((records["months"] == MONTHS) & (0.0 < ahead) & (ahead < FULL_RETURNS)):
        raise ValueError(f"a world of this benchmark ends before month {MONTHS:g}, or comes to a corner of the law")
    seconds = inf
    for _ in range(repeats):
        before = perf_counter()
        compiled.run_replicates(parameters.copy(), hazards, SEED, block)
        seconds = min(seconds, perf_counter() - before)
    return System(scenario, row[0], starts, ends, seconds / WORLDS)


#: Integrates worlds from their starts at a tolerance; returns where they end.
Solver = Callable[[Floats, float], Floats]


def by_scipy(world: System, method: str) -> Solver:
    """Return SciPy's solve_ivp over each of the spans between stops, world by world."""
    stops = np.linspace(0.0, MONTHS, STOPS + 1)

    def rates(t: float, y: Floats) -> Floats:
        return np.array(world.rates(y, np.exp, np.log))

    def solve(starts: Floats, tolerance: float) -> Floats:
        ends = []
        for y in starts:
            for span in pairwise(stops):
                y = integrate.solve_ivp(rates, span, y, method=method, rtol=tolerance, atol=tolerance).y[:, -1]
            ends.append(y)
        return np.array(ends)

    return solve


def by_diffrax(world: System) -> Solver:
    """Return diffrax's Dopri5 over all worlds at once (``vmap``), compiled for each tolerance."""
    import diffrax
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    term = diffrax.ODETerm(lambda t, y, _: jnp.stack(world.rates(y, jnp.exp, jnp.log)))
    length = MONTHS / STOPS

    def one(y: Any, tolerance: Any) -> Any:
        control = diffrax.PIDController(rtol=tolerance, atol=tolerance)

        def to_the_next_stop(y: Any, _: Any) -> Any:
            found = diffrax.diffeqsolve(
                term, diffrax.Dopri5(), 0.0, length, length, y, stepsize_controller=control, max_steps=None
            )
            return found.ys[-1], None

        return jax.lax.scan(to_the_next_stop, y, None, length=STOPS)[0]

    all_at_once = jax.jit(jax.vmap(one, in_axes=(0, None)))
    return lambda starts, tolerance: np.asarray(all_at_once(jnp.asarray(starts), tolerance))


def by_heyoka(world: System) -> Solver:
    """Return heyoka's Taylor integrator in batches as wide as the processor's vectors, compiled for each tolerance."""
    import heyoka

    variables = heyoka.make_vars(*STOCKS)
    equations = list(zip(variables, world.rates(variables, heyoka.exp, heyoka.log), strict=True))
    width = heyoka.recommended_simd_size()
    stops = np.linspace(0.0, MONTHS, STOPS + 1)[1:]
    made: dict[float, Any] = {}

    def solve(starts: Floats, tolerance: float) -> Floats:
        if tolerance not in made:
            blank = np.tile(starts[:1].T, width)
            made[tolerance] = heyoka.taylor_adaptive_batch(equations, blank, tol=tolerance)
        integrator = made[tolerance]
        ends = np.empty_like(starts)
        for first in range(0, len(starts), width):
            integrator.state[:] = starts[first : first + width].T
            integrator.set_time(0.0)
            for stop in stops:
                integrator.propagate_until(stop)
            ends[first : first + width] = integrator.state.T
        return ends

    return solve


@dataclass(frozen=True)
class Peer:
    """An integrator: its name, how many worlds it is timed on, and its solver."""

    name: str
    worlds: int
    solver: Callable[[System], Solver]
    module: str


PEERS = (
    Peer("SciPy, RK45", FEW, lambda world: by_scipy(world, "RK45"), "scipy"),
    Peer("SciPy, DOP853", FEW, lambda world: by_scipy(world, "DOP853"), "scipy"),
    Peer("diffrax, Dopri5 under vmap", WORLDS, by_diffrax, "diffrax"),
    Peer("heyoka, Taylor in batches", WORLDS, by_heyoka, "heyoka"),
)


def reference(world: System) -> Floats:
    """Return where the first worlds end, as exactly as SciPy can say."""
    return by_scipy(world, "DOP853")(world.starts[:CHECKED], 1e-13)


def rows(world: System, repeats: int) -> Iterator[tuple[str, ...]]:
    """Measure each integrator that is installed; yield the rows of the table."""
    exact = reference(world)
    least = error_of(world.ends, exact)
    tolerance = world.scenario.value("numerics.tolerance")
    yield "our flow, in lanes", f"{tolerance:.0e}", f"{least:.1e}", f"{1.0 / world.ours:,.0f}", "1"
    for peer in PEERS:
        if find_spec(peer.module) is None:
            continue
        solve = peer.solver(world)
        for tolerance in TOLERANCES:
            error = error_of(solve(world.starts[: max(CHECKED, FEW)], tolerance), exact)
            if error <= least:
                break
        starts = world.starts[: peer.worlds]
        solve(starts, tolerance)  # which compiles it for so many worlds
        seconds = inf
        for _ in range(repeats):
            before = perf_counter()
            solve(starts, tolerance)
            seconds = min(seconds, perf_counter() - before)
        a_second = len(starts) / seconds
        yield peer.name, f"{tolerance:.0e}", f"{error:.1e}", f"{a_second:,.0f}", f"{1.0 / world.ours / a_second:,.1f}"


def error_of(found: Floats, exact: Floats) -> float:
    """Return the largest error of any stock at the end, in py or months."""
    return float(np.max(np.abs(found[: len(exact)] - exact)))


def page(repeats: int) -> Page:
    """Measure, and return the table with what it takes to read it."""
    world = system(repeats)
    missing = [peer.name for peer in PEERS if find_spec(peer.module) is None]
    made: Page = [
        Table(
            f"Six stocks, {STOPS} stops, at equal error",
            ("integrator", "its tolerance", "largest error", "trajectories a second", "times as long as ours"),
            tuple(rows(world, repeats)),
            right=frozenset({1, 2, 3, 4}),
        ),
        Paragraph(
            f"One processor, least of {repeats} by the clock, of {WORLDS:,} worlds ({FEW} by SciPy); the largest error "
            f"of a stock at the end of {CHECKED} worlds. Ours does more on the way: eleven stocks and not six, rates "
            "of processes, crossings, and a review at each stop.",
            aside=True,
        ),
    ]
    if missing:
        made.append(Paragraph(f"Not installed here: {', '.join(missing)}.", aside=True))
    return made


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args(arguments)
    if hasattr(os, "sched_setaffinity"):  # before JAX counts processors
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    made = page(args.repeats)
    if args.write:
        pages.write(SECTION, made, PAGE)
    show(made, sys.stdout)


if __name__ == "__main__":
    main()
