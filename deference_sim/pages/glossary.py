"""What the words of a report mean, for a reader who knows the essay and nothing else: terms, and the core inputs."""

from collections.abc import Sequence

from deference_sim.pages.layout import Table
from deference_sim.pages.wording import plainly
from deference_sim.scenario.catalogue import label_at, parameters
from deference_sim.scenario.plausible import core_paths

_TERMS = (
    ("py (progress-year)", "the AI progress of a calendar year at the recent pace; levels are in py"),
    ("capability", "what the AIs can do; 0 is the least with which they can be deferred to"),
    ("broad alignment", "the capability up to which the AIs' alignment suffices"),
    ("capability profile", "the capability up to which wisdom, epistemics, judgement suffice"),
    ("deference-goodness", "the lower of these two"),
    ("margin", "deference-goodness less capability; in the basin it is above 0"),
    ("tax", "how much longer progress takes if goodness keeps up: 0.3 is 30 %"),
    ("aligned capability", "the lower of capability and goodness, with active defence added"),
    ("active defence", "protection beyond staying ahead, such as against bioweapons"),
    ("hazard", "an exogenous risk that comes up; handled if aligned capability suffices"),
    ("severity", "the aligned capability that it takes to handle a hazard"),
    ("lead", "months of its own work that the rival is behind aligned capability"),
)


def label_of(paths: Sequence[str]) -> str:
    """Return what one unknown is called; ``paths`` are its inputs."""
    first, *others = map(label_at, paths)
    return " and ".join([first, *(other[0].lower() + other[1:] for other in others)])


def glossary() -> Table:
    """Return what the terms and the core inputs of a report mean."""
    inputs = ((path, plainly(parameters()[path].meaning)) for path in core_paths())
    return Table("What the words mean", ("", ""), (*_TERMS, *inputs), folded=True)
