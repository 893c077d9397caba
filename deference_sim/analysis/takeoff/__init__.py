"""Takeoff: the figures of published models reproduced, a preset for each of their tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from deference_sim.analysis.takeoff import ai_2027, forethought, plans, racing, slowdown
from deference_sim.analysis.takeoff.forethought import windows
from deference_sim.analysis.takeoff.table import Request, TakeoffTable, unheard
from deference_sim.described import described
from deference_sim.scenario.several import OneOrMore, words_of
from deference_sim.study.limits import MOST_REPLICATES, one_of, replicates_of, seed_of

IN_MEMORY = 5_000_000  # replicates of which every value or record is held at once


@dataclass(frozen=True, slots=True)
class Preset:
    """A table that can be asked for: its title, how many replicates it takes if nobody says, and what makes it.

    ``passes`` is how often it goes through the replicates, ``most`` how many it takes at most, for want of memory.
    """

    title: str
    replicates: int
    make: Callable[[Request], TakeoffTable]
    passes: int = 1
    most: int = MOST_REPLICATES


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "forethought": Preset(
            "Years of AI progress compressed into months", 50_000, partial(windows, forethought.AS_THE_TOOL)
        ),
        "forethought-text-order": Preset(
            "The same in the order of the source's text", 50_000, partial(windows, forethought.AS_THE_TEXT)
        ),
        "forethought-retraining": Preset(
            "Variant: part of progress goes into shorter training",
            50_000,
            partial(windows, forethought.WITH_RETRAINING),
        ),
        "forethought-retraining-unsigned": Preset(
            "The same by the source's first formula", 50_000, partial(windows, forethought.WITH_RETRAINING_UNSIGNED)
        ),
        "forethought-gradual-boost": Preset(
            "Variant: the speed-up ramps up over five years, linearly",
            50_000,
            partial(windows, forethought.WITH_GRADUAL_BOOST),
        ),
        "forethought-gradual-boost-exponential": Preset(
            "The same, ramping up exponentially", 50_000, partial(windows, forethought.WITH_EXPONENTIAL_BOOST)
        ),
        "forethought-pace": Preset(
            "Chance of compressing 1 to 10 years of progress into 1 to 36 months", 20_000, forethought.pace_matrix
        ),
        "forethought-median": Preset("Months of the median run to 1, 2 and 3 py", 1, forethought.median_run),
        "forethought-constant-returns": Preset("When constant returns blow up", 1, forethought.constant_returns),
        "ai-2027": Preset("Phases between the milestones of AI 2027", 200_000, ai_2027.phases, most=IN_MEMORY),
        "tax-risk": Preset(
            "Tax paid after handoff, and AIs that become misaligned",
            4_000,
            slowdown.tax_risk,
            len(slowdown.TAXES),
            IN_MEMORY,
        ),
        "research-time": Preset(
            "Research before handoff, and AIs that are misaligned at it",
            20_000,
            slowdown.research_time,
            len(slowdown.RESEARCH_MONTHS),
            IN_MEMORY,
        ),
        "plans": Preset("Plans A to E", 4_000, plans.plans, len(plans.PLANS)),
        "racing": Preset("Races with a closed form", 20_000, racing.racing, racing.PASSES, IN_MEMORY),
    }
)


@described(
    preset="The name of a published table; ``deference-sim takeoff --list`` lists them.",
    replicates="How many futures are simulated; by default as many as the table needs.",
    settings="``PATH=VALUE``, or several in a list, on top of the preset's scenario.",
)
def takeoff(
    preset: str,
    replicates: int | None = None,
    seed: int = 1,
    settings: OneOrMore = (),
    progress: Callable[[int], object] | None = None,
) -> TakeoffTable:
    """Return the table of a preset, with ``PATH=VALUE`` settings on top of its scenario.

    Raises ``ValueError`` for an unknown preset and for too few or too many replicates, and ``ScenarioError`` for
    settings that are wrong or for which the source has no procedure.
    """
    one_of(preset, "preset", list(PRESETS))
    chosen = PRESETS[preset]
    count = chosen.replicates if replicates is None else replicates_of(replicates, most=chosen.most)
    return chosen.make(
        Request(
            preset,
            chosen.title,
            count,
            seed_of(seed),
            words_of(settings, "settings", "PATH=VALUE, or several in a list"),
            progress or unheard,
        )
    )
