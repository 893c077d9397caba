"""The events engine: SimPy processes that read like the essay. The reference, and the one to extend.

A ``World`` is one replicate: SimPy's clock, the state, and the law. Its flow process lets time pass until something
happens and then opens the instant: the stages that are due fire in the law's order, and the processes that wait for
them act. Your own processes are generator functions of the world; your own policy is a function of an
``Observation``::

    def breakthrough(world):
        \"\"\"After three months a better method of alignment is published.\"\"\"
        yield world.timeout(3)
        world.change(A=world.state.A + 0.5)

    simulate(scenario, engine="events", processes=[breakthrough])
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.described import described
from deference_sim.engines.failure import cannot_integrate
from deference_sim.model import stages
from deference_sim.model.state import RESOLVED
from deference_sim.trajectory.flow import PAUSED
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import blank_samples
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE
from deference_sim.trajectory.step import STEP_FAILED

ROOM_FOR_ONE_INSTANT = 64  # entries of the log
Process = Generator[simpy.Event, Any, None]


@described(
    month="The time, in months since the lead clock started.",
    capability="Capability, in py above the minimum for deference.",
    margin="The margin as reviews have found it, in py.",
    tax="The tax on capability at that margin: 0.3 makes a py take 30 % longer.",
    lead="The lead as it is believed, in months.",
    months_bought="Months bought from the rival's clock so far.",
)
@dataclass(frozen=True, slots=True)
class Observation:
    """What a policy may know: estimates only."""

    month: float
    capability: float
    margin: float
    tax: float
    lead: float
    months_bought: float


@described(
    goodness="The share that goes into deference-goodness.",
    time_buying="The share that goes into buying time.",
    defence="The share that goes into active defence.",
    tests="The share that goes into tests.",
)
@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of all R&D effort; what is left of 1 goes to capability."""

    goodness: float = 0.0
    time_buying: float = 0.0
    defence: float = 0.0
    tests: float = 0.0


Policy = Callable[[Observation], Shares]


class StateView:
    """The state's fields as attributes, read as plain numbers."""

    def __init__(self, record: NDArray[np.void]) -> None:
        object.__setattr__(self, "_record", record)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._record[name][0].item()
        except ValueError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("the state is changed by world.change(...), so that the flow notices")


class World(simpy.Environment):
    """One replicate under SimPy's clock (months since the lead clock started)."""

    def __init__(
        self,
        law: SimpleNamespace,
        parameters: NDArray[np.void],
        hazards: NDArray[np.void],
        hazard_names: Sequence[str],
        seed: int,
        replicate: int,
        *,
        log: bool = False,
        grid: NDArray[np.float64] | None = None,
        policy: Policy | None = None,
        processes: Iterable[Callable[["World"], Process]] = (),
        measures: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self.law = law
        self.causes = list(hazard_names)
        self.seed, self.replicate = seed, replicate
        self.policy = policy
        #: What your own processes and policy have counted, by name.
        self.noted = dict.fromkeys(measures, 0.0)
        self._P, self._H = parameters, hazards
        self._S = np.zeros(1, STATE_DTYPE)
        self._X = np.zeros(FIRST_HAZARD + len(hazards), PROCESS_DTYPE)
        self._L = np.zeros(ROOM_FOR_ONE_INSTANT if log else 0, LOG_DTYPE)
        self._S["key"], self._S["replicate"] = streams.key_of_seed(seed), replicate
        self.state = StateView(self._S)
        self.due = 0
        self.log: list[NDArray[np.void]] = []
        self._grid = np.empty(0) if grid is None else grid
        self._sampled = 0
        #: Where the trajectory stands at the months of ``grid``, and last at its end.
        self.samples = blank_samples(1, len(self._grid))[0]
        self._stages = [self.event() for _ in stages.STAGES]
        law.begin(self._S, self._P, self._H, self._X)
        for stage in LAWFUL_STAGES:
            self.process(by_the_law(self, stage))
        self.process(strategy(self))
        for process in processes:
            self.process(_generator(process, self))
        for column, _ in enumerate(hazard_names):
            self.process(hazard(self, column))

    def run_to_the_end(self) -> NDArray[np.void]:
        """Run until the trajectory is resolved, and return its record (one row)."""
        self.run(until=self.process(flow(self)))
        record = np.zeros(1, RECORD_DTYPE)
        self.law.finish(self._S, self._P, record, 0)
        self.law.sample(self._S, self._P, self.samples, len(self._grid))
        if self._sampled < len(self._grid) and self._grid[self._sampled] <= self.month:
            self.law.sample(self._S, self._P, self.samples, self._sampled)
        return record

    def when(self, stage: int) -> simpy.Event:
        """Return the event that fires the next time that ``stage`` of an instant is due."""
        return self._stages[stage]

    @property
    def month(self) -> float:
        """The time, in months since the lead clock started."""
        return float(self._S["t"][0])

    @property
    def resolved(self) -> bool:
        """Whether the trajectory has ended."""
        return bool(self._S["phase"][0] == RESOLVED)

    def open_instant(self, why: int) -> None:
        """Find out which stages are due at this instant; ``why`` is what has stopped time."""
        self.due = self.law.open_instant(self._S, self._P, self._X, self._L, why)

    def fire_next_stage(self) -> None:
        """Wake those who wait for the first stage that is due."""
        stage = (self.due & -self.due).bit_length() - 1
        self.due &= self.due - 1
        fired, self._stages[stage] = self._stages[stage], self.event()
        fired.succeed()

    def perform(self, stage: int) -> None:
        """Let the law do a stage of this instant, and note which later stages it makes due."""
        self.due |= self.law.perform(stage, self._S, self._P, self._H, self._X, self._L)

    def has_arrived(self, column: int) -> bool:
        """Return whether the hazard in ``column`` has arrived at this instant."""
        return bool(self._X["due"][FIRST_HAZARD + column])

    def meet(self, column: int) -> None:
        """Meet the hazard in ``column``, which has arrived."""
        self.law.meet(column, self._S, self._P, self._H, self._X, self._L)

    def observe(self) -> Observation:
        """Return what decisions may know at this moment."""
        state = self.state
        margin, tax, lead = self.law.estimates(self._S, self._P)
        return Observation(state.t, state.C, margin, tax, lead, state.bought)

    def share_effort(self, shares: Shares) -> None:
        """Put shares of effort into force; they must lie in [0, 1] and add up to at most 1."""
        given = (shares.goodness, shares.time_buying, shares.defence, shares.tests)
        taken = shares.goodness + shares.time_buying + shares.defence + shares.tests
        if not all(0.0 <= share <= 1.0 for share in given) or taken > 1.0 + 1e-12:
            raise ValueError(f"a policy returned {shares}: each share must be in [0, 1] and their sum at most 1")
        capability = max(1.0 - taken, 0.0)
        self.law.share_effort(self._S, self._P, self._L, capability, *given[:3])

    def change(self, **fields: float) -> None:
        """Change fields of the state (stocks such as ``A``, ``D``; see ``trajectory.state``) at this moment."""
        for name, value in fields.items():
            if name not in (STATE_DTYPE.names or ()):
                raise AttributeError(f"the state has no field {name!r}")
            self._S[name] = value
        self._S["step_alive"] = 0

    def catastrophe(self, cause: str) -> None:
        """End the trajectory now with ``exogenous_catastrophe`` of the named cause."""
        if cause not in self.causes:
            self.causes.append(cause)
        self.change(cause=self.causes.index(cause))

    def count(self, name: str, by: float = 1.0) -> None:
        """Add ``by`` to ``name``, a measure of your own, which begins at 0 in every replicate."""
        self.note(name, self.noted.get(name, 0.0) + by)

    def note(self, name: str, value: float) -> None:
        """Set the measure ``name`` of your own to ``value``. Raises ``ValueError`` if it was not named beforehand."""
        if name not in self.noted:
            known = ", ".join(self.noted) or "none"
            raise ValueError(f"no measure {name!r}: name it in with_own(measures=...); named are {known}")
        self.noted[name] = float(value)

    def uniform(self, name: str, index: int) -> float:
        """Return the ``index``-th number in (0, 1) of your own stream ``user:name`` for this replicate."""
        return float(streams.uniform(self._S["key"][0], self.replicate, streams.named_stream(f"user:{name}"), index))

    def pass_time(self) -> int:
        """Let time pass until something happens or somebody else acts; return why it stopped, as bits."""
        while True:
            sample_at = self._grid[self._sampled] if self._sampled < len(self._grid) else np.inf
            why = self.law.go_on(self._S, self._P, self._H, self._X, min(self.peek(), sample_at))
            if why == STEP_FAILED:
                raise cannot_integrate(self.replicate, self.seed, self.month)
            if why != PAUSED or self.month < sample_at:
                return int(why)
            self.law.sample(self._S, self._P, self.samples, self._sampled)
            self._sampled += 1
            if self.peek() <= self.month:
                return int(why)

    def collect_log(self) -> None:
        """Take up what the law has logged at this instant."""
        if len(self._L) and (count := self.state.logged):
            self.log.extend(self._L[:count].copy())
            self._S["logged"] = 0


def _generator(process: Callable[[World], Process], world: World) -> Process:
    made = process(world)
    if not hasattr(made, "throw"):
        name = getattr(process, "__name__", repr(process))
        raise TypeError(
            f"the process {name} returned {made!r}: it must be a generator function, which waits by "
            "`yield world.timeout(months)` or `yield world.when(stage)`"
        )
    return made


def flow(world: World) -> Process:
    """Time passes; when something happens, the instant opens and its stages fire in the law's order."""
    while not world.resolved:
        why = world.pass_time()
        yield world.timeout(max(world.month - world.now, 0.0))
        world.open_instant(why)
        while world.due and not world.resolved:
            world.fire_next_stage()
            yield world.timeout(0)  # those who wait for the stage act before the next one fires
        world.collect_log()


def hazard(world: World, column: int) -> Process:
    """An exogenous risk arrives, again and again, and aligned capability handles it or does not."""
    while True:
        yield world.when(stages.HAZARDS_STAGE)
        if world.has_arrived(column):
            world.meet(column)


def strategy(world: World) -> Process:
    """After each review effort is shared between capability, goodness, buying time and defence."""
    while True:
        yield world.when(stages.POLICY_STAGE)
        if world.policy is None:
            world.perform(stages.POLICY_STAGE)
        else:
            shares = world.policy(world.observe())
            if not isinstance(shares, Shares):
                raise TypeError(
                    f"a policy returned {shares!r}: it must return Shares, such as ds.Shares(goodness=0.6, tests=0.1); "
                    "what is left of 1 goes to capability"
                )
            world.share_effort(shares)


def by_the_law(world: World, stage: int) -> Process:
    """A handoff, a review, a successor, a theft: whenever its stage of an instant is due, the law does what it is."""
    while True:
        yield world.when(stage)
        world.perform(stage)


#: The stages that the law does alone.
LAWFUL_STAGES = [
    stage for stage in range(len(stages.STAGES)) if stage not in (stages.HAZARDS_STAGE, stages.POLICY_STAGE)
]
