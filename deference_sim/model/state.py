"""What a trajectory is at one moment, in words that the law shares: phases, end states, advice."""

PHASES = ("pre", "partial", "full", "halted", "resolved")
PRE, PARTIAL, FULL, HALTED, RESOLVED = range(len(PHASES))

#: End states in order of priority within one instant; 0 stands for none yet.
OUTCOMES = (
    "",
    "ai_takeover",
    "catastrophic_mistake",
    "exogenous_catastrophe",
    "rival_catastrophe",
    "overtaken_safely",
    "punted",
    "stabilised",
    "fizzled",
    "unresolved",
)
(
    NO_OUTCOME,
    AI_TAKEOVER,
    CATASTROPHIC_MISTAKE,
    EXOGENOUS_CATASTROPHE,
    RIVAL_CATASTROPHE,
    OVERTAKEN_SAFELY,
    PUNTED,
    STABILISED,
    FIZZLED,
    UNRESOLVED,
) = range(len(OUTCOMES))
CATASTROPHES = OUTCOMES[AI_TAKEOVER : RIVAL_CATASTROPHE + 1]
#: Outcomes in which deference has run its course, so that a run in the basin throughout has stayed in it.
SETTLED = OUTCOMES[PUNTED : FIZZLED + 1]
#: What became of advice to wait or halt.
NO_ADVICE, TAKEN, IGNORED = range(3)
