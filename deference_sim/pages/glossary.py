"""What the words of a report mean, for a reader who knows the essay and nothing else: terms, and the core inputs."""

from deference_sim.pages.layout import Table

#: Every core input in a few plain words; what it is exactly stands in its declaration.
INPUTS = {
    "hazard_factor": "how often exogenous hazards come, as a multiple of what was guessed",
    "capability.initial_speedup": "pace of AI software at capability 0, as a multiple of the recent pace",
    "capability.returns": "doublings of AI software per doubling of the research done so far",
    "capability.stabilise_at": "aligned capability with which the situation is safe for good",
    "goodness.broad_alignment": "margin of broad alignment at the start, before human safety work",
    "goodness.capability_profile": "margin of the capability profile at the start, before human work",
    "tax.broad_alignment": "effort per py of broad alignment, over effort per py of capability",
    "tax.capability_profile": "effort per py of capability profile, over effort per py of capability",
    "tax.decline": "powers of ten by which the tax falls with each py of capability",
    "evaluation.persistent_error": "how wrong tests of the AIs stay for want of work on the tests",
    "time_buying.max_rate": "months that very capable aligned AIs win from the rival in a month",
    "rival.lead": "months until the rival is where we are at the start",
    "rival.speed": "how fast the rival's AIs improve, as a multiple of ours",
    "rival.edge": "how far ahead of the rival one must be not to be overtaken",
    "scheming.at_handoff": "chance that the first AIs scheme, without human safety work before",
    "scheming.rate": "how often AIs begin to scheme later, per py of capability",
}
#: The same for two inputs that are one unknown.
TWIN_WORDS: dict[tuple[str, ...], str] = {
    ("goodness.broad_alignment", "goodness.capability_profile"): (
        "the margin with which each component of deference-goodness starts"
    ),
    ("tax.broad_alignment", "tax.capability_profile"): "the deference-goodness tax, for each of its two components",
}
_TERMS = (
    ("py (progress-year)", "the AI progress of a calendar year at the recent pace; levels are in py"),
    ("capability", "0 is the least with which AIs can be deferred to"),
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


def words_of(paths: tuple[str, ...]) -> str:
    """Return what one unknown is, in a few plain words; ``paths`` are its inputs."""
    return TWIN_WORDS[paths] if len(paths) > 1 else INPUTS[paths[0]]


def glossary() -> Table:
    """Return what the terms and the core inputs of a report mean."""
    return Table("What the words mean", ("", ""), (*_TERMS, *INPUTS.items()), folded=True)
