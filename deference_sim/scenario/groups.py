"""The shipped scenarios in groups, each with one line that says what it is about; its description says more."""

from collections.abc import Mapping
from types import MappingProxyType

#: By group, by name: in one line of a terminal.
GROUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Where to begin": {
            "baseline": "the central case: a good start, four months of lead",
            "uncertain-baseline": "the baseline with its main unknowns drawn anew for each run",
            "rushed-handoff": "three months of lead, one of them spent before the handoff",
            "one-month-lead": "the essay's hope: a good start, fast AIs, one month of lead",
            "safety-case-gated": "the essay's ideal: capability grows only behind a safety case",
        },
        "Plans and political will": {
            "plan-a": "strong political will: ten years of lead for safety",
            "plan-b": "one to three years of lead for safety",
            "plan-c": "one to nine months of lead for safety",
            "plan-d": "a few people care, with two weeks of lead",
            "plan-e": "nobody cares, and there is no lead at all",
            "years-of-breathing-room": "a coordinated pause gives years before and after the handoff",
            "company-override": "the company ignores half of the advice to slow down",
            "hail-mary": "deference is tried with weeks left, although it will likely fail",
        },
        "When and to whom to hand off": {
            "partial-deference": "humans keep strategy until reviews are good enough",
            "procrastination": "the handoff is put off while capability grows for ten months",
            "never-hand-off": "the AIs are too bad, and another end state is within reach",
            "capable-enough": "somewhat more capable AIs are easier to align, up to a point",
            "more-capable-handoff": "handoff two progress-years above the minimum capability",
            "weaker-specialised-ai": "AIs shaped for the task suffice below the general minimum",
            "clymer-start": "the baseline with a start as bad as published chances imply",
            "just-outside-the-basin": "the first AIs fall a little short, however long the lead",
            "no-basin": "there is no basin: AIs' work on goodness yields nothing",
        },
        "What goodness costs": {
            "negligible-tax": "scalable solutions were found: the tax is next to nothing",
            "tax-ten-times": "goodness takes ten times the effort of capability, in one month",
            "tax-hump": "hardest a little beyond today's methods, then easier",
            "commercial-spillover": "commercial incentives solve part of the problem for free",
            "checking-rescues": "AIs just short of the basin check one another, at a price",
            "bad-epistemics": "well-meaning AIs choose badly what to work on",
            "lean-rush": "short of time but everything well known: a small margin pays",
        },
        "Tests and scheming": {
            "with-scheming": "scheming is possible at the handoff and rarely detected",
            "capable-schemers": "schemers are found, but too capable by then to be stopped",
            "deceptive-reviews": "tests stay wrong and are overfitted: much only looks safe",
            "tests-pay": "evaluation is hard, and work on tests pays",
        },
        "Rivals, time and the outside world": {
            "slow-takeoff": "AI progress speeds up only twofold, with falling returns",
            "single-deadline": "one deadline in place of a rival (footnote 19 of the essay)",
            "deals-and-coordination": "AIs arrange pauses with the rival",
            "proliferate-methods": "our AIs publish methods of alignment for others to use",
            "punt-to-a-pause": "the task is to reach another end state, such as a long pause",
            "weights-stolen": "poor security: the rival steals weights",
            "hostile-world": "outside risks eight times as frequent as in the baseline",
            "five-hazards": "all five kinds of outside risk that the essay names",
        },
        "Published models of growth": {
            "ai-2027": "growth as in the AI 2027 takeoff forecast",
            "forethought-median": "growth at the median of Davidson and Houlden's paper",
            "forethought-prior": "growth drawn from Davidson and Houlden's prior",
        },
    }
)
