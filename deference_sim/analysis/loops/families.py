"""Families of feedback loops: the only thing about loops that is declared by hand, and only as names.

A loop belongs to the first family here whose quantities it passes; what is left belongs to ``OTHER``. So families
part the loops: none is counted twice.
"""

from dataclasses import dataclass

from deference_sim.analysis.loops.scores import Loop
from deference_sim.engines.cuts import Cut
from deference_sim.model.basin import DEPTH
from deference_sim.model.declare import quantities
from deference_sim.model.evaluation import ESTIMATED_MARGIN
from deference_sim.model.generations import SUCCESSION, train_successor
from deference_sim.model.goodness import DRIFT, ROOM, WASTE, gains, goodness_rates, losses
from deference_sim.model.growth import PACE
from deference_sim.model.human import HUMAN_GAIN
from deference_sim.model.rival import RIVALS_PACE, rival_rate
from deference_sim.model.stocks import STOCKS
from deference_sim.model.strategy import ATTENTION, EFFORT, SLACK, decide
from deference_sim.model.tax import TAX
from deference_sim.model.time_buying import TIME_BUYING, time_bought
from deference_sim.trajectory.rates import shared

_DECISIONS = frozenset({ESTIMATED_MARGIN.name, ATTENTION.name, *(one.name for one in EFFORT.values())})


@dataclass(frozen=True)
class Family:
    """Loops with one story: they pass one of ``through``, and none of ``without``; ``cut`` is where all are cut."""

    name: str
    words: str
    through: frozenset[str]
    without: frozenset[str] = frozenset()
    cut: Cut | None = None

    def has(self, loop: Loop) -> bool:
        """Return whether a loop belongs here, if it belongs to none before."""
        return not self.through.isdisjoint(loop) and self.without.isdisjoint(loop)


def _family(
    name: str, words: str, *through: str, without: frozenset[str] = frozenset(), cut: Cut | None = None
) -> Family:
    return Family(name, words, frozenset(through), without, cut)


_DEPTH = "helpfulness(state, basin_depth(p, sufficient(state, p, C, A, W) - C))"
FAMILIES = (
    _family(
        "successors",
        "goodness makes better successors",
        SUCCESSION.name,
        without=_DECISIONS,
        cut=Cut(train_successor, "helpfulness(state, depth)", 1),
    ),
    _family(
        "goodness",
        "goodness makes goodness work better",
        DEPTH.name,
        WASTE.name,
        without=_DECISIONS,
        cut=Cut(gains, _DEPTH, 1),
    ),
    _family(
        "humans",
        "human work on what humans understand",
        HUMAN_GAIN.name,
        "H",
        cut=Cut(goodness_rates, "human_gain_rate(state, p, C, stocks.H)", 2),
    ),
    _family(
        "bought time",
        "aligned AIs buy time",
        TIME_BUYING.name,
        "bought",
        cut=Cut(time_bought, "buying_rate(p, state.buying_scale, aligned, bought)", 2),
    ),
    _family(
        "race",
        "the rival's takeoff, and haste for it",
        "R",
        RIVALS_PACE.name,
        SLACK.name,
        cut=Cut(rival_rate, "rival_pace(p, stocks.R)", 1),
    ),
    _family("tax", "capability makes goodness cheaper", TAX.name, cut=Cut(gains, "price_factor(p, C)", 1)),
    _family(
        "drift", "work wears goodness down", DRIFT.name, without=_DECISIONS, cut=Cut(losses, "max(margin, 0.0)", 0)
    ),
    _family("reach", "goodness far ahead is harder to raise", ROOM.name, without=_DECISIONS),
    _family(
        "growth",
        "capability speeds up its own growth",
        PACE.name,
        without=_DECISIONS,
        cut=Cut(shared, "growth_rate(state, p, pace)", 2),
    ),
    _family(
        "policy",
        "the policy holds the margin that it believes in",
        *sorted(_DECISIONS),
        cut=Cut(decide, "max(goodness, 0.0)", 0),
    ),
    _family("ageing", "defence and tests wear off by themselves", "D", "T"),
)
OTHER = Family("other", "all other loops", frozenset())
FAMILY_WORDS = {family.name: family.words for family in (*FAMILIES, OTHER)}
CUTS = {family.name: family.cut for family in FAMILIES if family.cut is not None}
#: The basin's own: the more goodness there is, the more of it is made.
BASIN = ("successors", "goodness")


def family_of(loop: Loop) -> str:
    """Return the name of the family that a loop belongs to."""
    return next((family.name for family in FAMILIES if family.has(loop)), OTHER.name)


def in_words(loop: Loop) -> str:
    """Return a loop as what it passes, in the words of diagrams."""
    words = {name: one.words for name, one in quantities().items()}
    words |= {name: one.words for name, one in STOCKS.items()} | {"practice": "practice against the tests"}
    return " → ".join(words[name] for name in (*loop, loop[0]))
