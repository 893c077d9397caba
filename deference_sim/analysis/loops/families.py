"""Families of feedback loops: the only thing about loops that is declared by hand, and only as names.

A loop belongs to the first family here whose quantities it passes; what is left belongs to ``OTHER``. So families
part the loops: none is counted twice.
"""

from dataclasses import dataclass

from deference_sim.analysis.loops.scores import Loop
from deference_sim.model.basin import DEPTH
from deference_sim.model.declare import quantities
from deference_sim.model.evaluation import ESTIMATED_MARGIN
from deference_sim.model.generations import SUCCESSION
from deference_sim.model.goodness import DRIFT, ROOM, WASTE
from deference_sim.model.growth import PACE
from deference_sim.model.human import HUMAN_GAIN
from deference_sim.model.rival import RIVALS_PACE
from deference_sim.model.stocks import STOCKS
from deference_sim.model.strategy import ATTENTION, EFFORT, SLACK
from deference_sim.model.tax import TAX
from deference_sim.model.time_buying import TIME_BUYING

_DECISIONS = frozenset({ESTIMATED_MARGIN.name, ATTENTION.name, *(one.name for one in EFFORT.values())})


@dataclass(frozen=True, slots=True)
class Family:
    """Loops with one story: they pass one of ``through``, and none of ``without``."""

    name: str
    words: str
    through: frozenset[str]
    without: frozenset[str] = frozenset()

    def has(self, loop: Loop) -> bool:
        """Return whether a loop belongs here, if it belongs to none before."""
        return not self.through.isdisjoint(loop) and self.without.isdisjoint(loop)


def _family(name: str, words: str, *through: str, without: frozenset[str] = frozenset()) -> Family:
    return Family(name, words, frozenset(through), without)


FAMILIES = (
    _family("successors", "goodness makes better successors", SUCCESSION.name, without=_DECISIONS),
    _family("goodness", "goodness makes goodness work better", DEPTH.name, WASTE.name, without=_DECISIONS),
    _family("humans", "human work on what is understood", HUMAN_GAIN.name, "H"),
    _family("bought time", "aligned AIs buy time", TIME_BUYING.name, "bought"),
    _family("race", "the rival's takeoff, and haste for it", "R", RIVALS_PACE.name, SLACK.name),
    _family("tax", "capability makes goodness cheaper", TAX.name),
    _family("drift", "work wears goodness down", DRIFT.name, without=_DECISIONS),
    _family("reach", "goodness far ahead is harder to raise", ROOM.name, without=_DECISIONS),
    _family("growth", "capability speeds up its own growth", PACE.name, without=_DECISIONS),
    _family("policy", "the policy holds the margin that it believes in", *sorted(_DECISIONS)),
)
OTHER = Family("other", "all other loops", frozenset())
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
