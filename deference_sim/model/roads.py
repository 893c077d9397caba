"""Roads: how a run came to fail, or to leave the basin. The first event that ends membership in p_stay names it."""

from typing import Any

from deference_sim.model.declare import equation

#: Roads with what they are, in words, in the order in which the first counts where several are taken at one instant.
ROADS: dict[str, str] = {
    "stayed": "in the basin from the handoff until the matter was settled",
    "scheming": "AIs began to scheme, or schemed already when they were handed off to",
    "start": "the AIs were outside the basin when they were deferred to",
    "successor": "a successor turned out worse, and was outside the basin",
    "infection": "infectious misalignment took the AIs out of the basin",
    "outrun": "capability outran deference-goodness, or goodness wore away",
    "early_takeover": "AIs took over before humans had handed off to them",
    "punted_before": "another end state was reached before any handoff",
    "rival": "the rival overtook us, or a deadline was missed",
    "hazard": "an exogenous hazard was fatal",
    "mistake_inside": "AIs inside the basin all along caused a catastrophe",
    "unresolved": "nothing was settled by the horizon",
}
(
    STAYED,
    BY_SCHEMING,
    AT_START,
    BY_SUCCESSOR,
    BY_INFECTION,
    OUTRUN,
    EARLY_TAKEOVER_ROAD,
    PUNTED_BEFORE,
    BY_RIVAL,
    BY_HAZARD,
    MISTAKE_INSIDE,
    LEFT_UNRESOLVED,
) = range(len(ROADS))


@equation
def shake(state: Any, road: int) -> None:
    """Note that a jump at this instant may take the AIs out of the basin by ``road``; the first in order counts."""
    state.shaken_by = road if state.shaken_by == STAYED else min(state.shaken_by, road)


@equation
def take_road(state: Any, road: int) -> None:
    """Let the run have failed by ``road``, unless it has by another already."""
    if state.road == STAYED:
        state.road = road
        state.believed_safe = state.looks_safe
