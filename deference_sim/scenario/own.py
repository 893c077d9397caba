"""What a user adds to a scenario in Python: a policy, processes, and measures that these count."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from deference_sim.scenario.problems import ArgumentError
from deference_sim.scenario.several import OneOrMore, is_several, words_of

_NAME = r"[a-z][a-z0-9_]{0,63}"


@dataclass(frozen=True, slots=True)
class Own:
    """A policy, processes and the names of measures of one's own; they run on the events engine only."""

    policy: Callable[..., Any] | None = None
    processes: tuple[Callable[..., Any], ...] = ()
    measures: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.policy is not None or bool(self.processes)


NOTHING = Own()


def refuse_own(own: Own, name: str, why: str) -> None:
    """Raise ``ArgumentError`` for a scenario with additions of a user's own, where they cannot go; ``why`` says why."""
    if own:
        raise ArgumentError("scenario", f"{name} with a policy or processes of your own", f"one without them, {why}")


def own_of(
    policy: Callable[..., Any] | None,
    processes: Callable[..., Any] | Iterable[Callable[..., Any]],
    measures: OneOrMore,
) -> Own:
    """Return a user's own additions, checked. Raises ``ArgumentError`` for what is no function and no name."""
    if policy is not None and not callable(policy):
        raise ArgumentError("policy", policy, "a function from an Observation to Shares")
    wanted = "a generator function of a World, or several in a list"
    if not callable(processes) and not is_several(processes):
        raise ArgumentError("processes", processes, wanted)
    several = (processes,) if callable(processes) else tuple(processes)
    for process in several:
        if not callable(process):
            raise ArgumentError("processes", process, wanted)
    allowed = "names of small letters, digits and _, each once"
    names = words_of(measures, "measures", allowed)
    for place, name in enumerate(names):
        if not re.fullmatch(_NAME, name) or name in names[:place]:
            raise ArgumentError("measures", name, allowed)
    if names and not several and policy is None:
        raise ArgumentError("measures", ", ".join(names), "measures that a process or a policy of your own counts")
    return Own(policy, several, names)
