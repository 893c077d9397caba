"""The page of a brief: answers first, each with its interval and the command that gives it."""

from collections.abc import Sequence

from deference_sim.analysis.brief import Brief
from deference_sim.pages.brief.how_sure import HowSure
from deference_sim.pages.brief.what_it_rests_on import WhatItRestsOn
from deference_sim.pages.brief.what_to_do import WhatToDo
from deference_sim.pages.brief.what_would_change_it import WhatWouldChangeIt
from deference_sim.pages.glossary import glossary
from deference_sim.pages.layout import Heading, Page, Paragraph
from deference_sim.pages.wording import with_interval


def page(found: Brief, repeat: str = "", typed: Sequence[str] = ()) -> Page:
    """Return the brief; ``typed`` is the scenario in a command, with its settings; ``repeat`` makes the brief again."""
    given = found, tuple(typed) or (found.scenario.name,)
    to_do = WhatToDo(*given)
    in_one_line = f"{to_do.advice()} {to_do.name} as written {with_interval(found.chance)}"
    return [
        Heading(f"{found.scenario.name}: a brief", in_one_line),
        *([Paragraph(" ".join(found.scenario.description.split()))] if found.scenario.description else []),
        *to_do.page(),
        *HowSure(*given).page(),
        *WhatWouldChangeIt(*given).page(),
        *WhatItRestsOn(*given).page(),
        glossary(),
        Paragraph(_how_made(found, repeat), aside=True),
    ]


def _how_made(found: Brief, repeat: str) -> str:
    futures = found.futures
    told = (
        f"Every choice was made on some futures and judged on fresh ones: dates on {futures.choices:,}, policies "
        f"on {futures.strategy:,}. The scenario as written was run {futures.run:,} times. That is less than the "
        "commands take by default, so that a brief takes about a minute; --replicates asks for more. "
        f"Seed {found.seed}, scenario hash {found.scenario.hash[:12]}."
    )
    return f"{told} Repeat: {repeat}" if repeat else told
