"""Worlds for the tests of the law: a scenario with everything switched off, and short ways to run one."""

from collections.abc import Callable, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines import entry
from deference_sim.engines.compiled import run_replicates
from deference_sim.engines.events import World
from deference_sim.engines.law import compiled_law
from deference_sim.model.events import EVENTS
from deference_sim.model.human import human_curve
from deference_sim.model.parameters import Blocks, hazard_numbers, law_numbers
from deference_sim.model.stages import STAGES
from deference_sim.model.state import OUTCOMES, PRE, RESOLVED
from deference_sim.trajectory.flow import advance
from deference_sim.trajectory.instant import open_instant, perform
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.start import next_stop, start
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE
from deference_sim.trajectory.step import STEP_FAILED

from .random_arguments import plain_rows

SEED = 20_240_613
WEEK = 7 / 30.4375

#: Nothing happens but growth: no rival, no risk, no chance, no tax, no error, and so much goodness that it never binds.
#: All human months go to tests, which then find nothing new, so that human work moves nothing either.
QUIET: dict[str, dict[str, Any]] = {
    "capability": {"stabilise_at": None, "fizzle_pace": None, "settle": 0.0},
    "goodness": {
        "broad_alignment": 1e3,
        "capability_profile": 1e3,
        "spread": 0.0,
        "drift": 0.0,
        "waste": 1.0,
        "loss_above": 0.0,
        "loss_below": 0.0,
    },
    "tax": {"broad_alignment": 0.0, "capability_profile": 0.0, "decline": 0.0},
    "basin": {"hazard_at_edge": 0.0},
    "generations": {"alignment_sd": 0.0},
    "evaluation": {"noise": 0.0, "persistent_error": 0.0},
    "strategy": {"policy": "race", "time_buying_share": 0.0, "defence_share": 0.0},
    "rival": {"mode": "none", "edge_sd": 0.0},
    "scheming": {"at_handoff": 0.0, "rate": 0.0},
    "handoff": {"human_tests": 1.0},
}
COMPONENTS = ("broad_alignment", "capability_profile")


def quiet(horizon: float = 120.0, hazards: Iterable[dict[str, Any]] = (), **blocks: dict[str, Any]) -> Blocks:
    """Return the quiet world with the given parameters changed, block by block.

    The components of goodness are given as they are at capability 0 at the start, with what humans know by then.
    """
    named = {name: {**QUIET.get(name, {}), **blocks.get(name, {})} for name in {*QUIET, *blocks}}
    for component in COMPONENTS:
        named["goodness"][component] -= human_curve(0.0)
    return Blocks.model_validate({"horizon": horizon, "hazards": tuple(hazards), **named})


def steady(py_per_month: float) -> dict[str, Any]:
    """Return capability that grows at a constant pace at full effort."""
    return {"law": "exponential", "exponent": 0.0, "initial_speedup": 24.0 * py_per_month}


def hazard(name: str = "risk", **changes: Any) -> dict[str, Any]:
    """Return a hazard that is always handled."""
    return {"name": name, "kind": "background", "severity_mean": -1e6, "severity_sd": 0.0, "rate": 0.0} | changes


FATAL = {"severity_mean": 1e6, "lethality": 1.0}
HARMLESS = {"mode": "takeoff", "danger_at": 1e9}  # a rival that never overtakes


def run(blocks: Blocks, replicates: int | Iterable[int] = 1, seed: int = SEED) -> NDArray[np.void]:
    """Return the records of some replicates, run by the compiled engine."""
    numbers = np.arange(replicates) if isinstance(replicates, int) else np.array(list(replicates), np.int64)
    return run_replicates(law_numbers(blocks), hazard_numbers(blocks), seed, numbers)


def run_one(blocks: Blocks, replicate: int = 0, seed: int = SEED) -> SimpleNamespace:
    """Return the record of one replicate as plain numbers, its outcome in words."""
    (row,) = run(blocks, [replicate], seed)
    record = SimpleNamespace(**{name: row[name].item() for name in row.dtype.names})
    record.outcome = OUTCOMES[record.outcome]
    return record


def outcomes(records: NDArray[np.void]) -> list[str]:
    return [OUTCOMES[outcome] for outcome in records["outcome"]]


class Watched(SimpleNamespace):
    """One replicate run by the events engine: its log as plain entries, what it was at the times of a grid."""

    log: list[SimpleNamespace]

    def times(self, event: str) -> list[float]:
        return [entry.t for entry in self.log if entry.event == event]

    def entries(self, event: str) -> list[SimpleNamespace]:
        return [entry for entry in self.log if entry.event == event]


def watch(
    blocks: Blocks,
    replicate: int = 0,
    seed: int = SEED,
    grid: Sequence[float] | NDArray[np.float64] = (),
    processes: Iterable[Callable[[World], Any]] = (),
) -> Watched:
    """Run one replicate with its log; ``samples`` has a row for each grid time reached."""
    P, H = law_numbers(blocks), hazard_numbers(blocks)
    compiled_law().prepare(P)
    names = sorted(item.name for item in blocks.hazards)
    world = World(
        compiled_law(), P, H[0], names, seed, replicate, log=True, grid=np.asarray(grid, float), processes=processes
    )
    (row,) = world.run_to_the_end()
    log = [SimpleNamespace(**{name: entry[name].item() for name in LOG_DTYPE.names or ()}) for entry in world.log]
    for line in log:
        line.event = EVENTS[line.event]
    record = SimpleNamespace(**{name: row[name].item() for name in row.dtype.names})
    record.outcome = OUTCOMES[record.outcome]
    return Watched(log=log, record=record, samples=world.samples[:-1][np.isfinite(world.samples["t"][:-1])], p=P[0])


class Plain:
    """One replicate of the law as plain Python, to be stepped by hand."""

    def __init__(self, blocks: Blocks, replicate: int = 0, seed: int = SEED, room_in_log: int = 10_000) -> None:
        H = hazard_numbers(blocks)
        self.P, self.hazards = plain_rows(law_numbers(blocks)), plain_rows(H)[0]
        entry.prepare(self.P)
        (self.p,) = self.P
        (self.state,) = plain_rows(np.zeros(1, STATE_DTYPE))
        self.processes = plain_rows(np.zeros(FIRST_HAZARD + H.shape[1], PROCESS_DTYPE))
        self.log = plain_rows(np.zeros(room_in_log, LOG_DTYPE))
        self.state.key, self.state.replicate = streams.key_of_seed(seed), replicate
        start(self.state, self.p, self.hazards, self.processes)

    def flow(self, t_pause: float = np.inf) -> int:
        """Let time pass until something happens; return why."""
        stop = next_stop(self.state, self.p)
        why = advance(self.state, self.p, self.hazards, self.processes, stop, t_pause)
        assert why != STEP_FAILED, f"cannot be integrated past month {self.state.t}"
        return why

    def instant(self, why: int, order: Sequence[int] = tuple(range(len(STAGES)))) -> None:
        """Let the stages that are due happen, in the law's order or another."""
        due = open_instant(self.state, self.p, self.processes, self.log, why)
        for stage in order:
            if (due >> stage) & 1 and self.state.phase != RESOLVED:
                due |= perform(stage, self.state, self.p, self.hazards, self.processes, self.log)

    def hand_off(self) -> "Plain":
        """Run until the handoff is over."""
        while self.state.phase == PRE:
            self.instant(self.flow())
        return self

    def to_the_end(self, order: Sequence[int] = tuple(range(len(STAGES)))) -> "Plain":
        while self.state.phase != RESOLVED:
            self.instant(self.flow(), order)
        return self

    @property
    def outcome(self) -> str:
        return OUTCOMES[self.state.outcome]

    def times(self, event: str) -> list[float]:
        return [line.t for line in self.log[: self.state.logged] if EVENTS[line.event] == event]
