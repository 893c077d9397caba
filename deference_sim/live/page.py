"""The live page: one HTML file with the whole Monte Carlo as WebAssembly, which asks no network for anything."""

import json
import os
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from deference_sim.analysis.measure import MEASURES
from deference_sim.described import described
from deference_sim.live.building import Scripts, scripts
from deference_sim.live.kernel import declarations, kernel_bytes, moment_text
from deference_sim.pages import loops as loop_words
from deference_sim.pages.files import frame
from deference_sim.pages.run import ENDINGS, LEDGER_NOTE, MISSED, SCHEMED
from deference_sim.pages.trace import STORY_NOTE
from deference_sim.quantiles import BETA_SHAPES
from deference_sim.scenario import Scenario, ScenarioLike, as_scenario, load
from deference_sim.scenario.library import shipped
from deference_sim.scenario.own import refuse_own
from deference_sim.scenario.several import OneOrMore, words_of
from deference_sim.study.limits import LAST_SEED_SHOWN, LEAST_SHOWN, MOST_SHOWN, USUAL_REPLICATES, replicates_of, whole

USUAL = "baseline"  # what a page shows that is told nothing else
#: The files of a page that is a folder.
INDEX, SCRIPT, STYLE, KERNEL = "index.html", "page.js", "page.css", "kernel.wasm"


@described(
    files="The content of each file by its name.",
    title="The scenario that it begins with.",
    script="Its script as a policy names it.",
)
@dataclass(frozen=True, slots=True, repr=False)
class LivePage:
    """A live page: its files by name; a single one, ``index.html``, unless it was made for a host that prefers files.

    In a notebook it shows itself, in a frame that may ask nobody for anything.
    """

    files: dict[str, bytes]
    title: str
    script: str  # the one that it runs, as a policy names it

    @property
    def html(self) -> str:
        """The page itself."""
        return self.files[INDEX].decode()

    def save(self, out: str | os.PathLike[str]) -> Path:
        """Write the page to the file ``out``, or its files into the folder ``out``; return it. Raises ``OSError``."""
        place = Path(out)
        if len(self.files) == 1:
            place.write_bytes(self.files[INDEX])
            return place
        place.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (place / name).write_bytes(content)
        return place

    def __repr__(self) -> str:
        return f"LivePage: {self.title}, {sum(map(len, self.files.values())) / 1e6:.2f} MB; save it with .save(FILE)"

    def _repr_html_(self) -> str:
        return frame(self.html, self.title)


@described(
    scenarios="Scenarios to offer first, names of shipped ones, or paths of files; all shipped ones are there besides.",
    out="Where to write the page: a file, or with ``folder`` a folder; by default it is only returned.",
    folder="Whether to write several files into a folder, for hosts that prefer them.",
    set="``PATH=VALUE``, or several in a list, on top of the first scenario.",
    replicates="How many futures the page simulates at first, from 100 to 100,000.",
    against="Whether the second scenario stands beside the first.",
)
def page(
    *scenarios: ScenarioLike,
    out: str | os.PathLike[str] | None = None,
    folder: bool = False,
    set: OneOrMore = (),
    replicates: int = USUAL_REPLICATES,
    seed: int = 1,
    against: bool = False,
) -> LivePage:
    """Return a live page that offers ``scenarios`` and all shipped ones, and begins with the first of them.

    Raises ``ScenarioError`` for a scenario or a setting that cannot be read, ``ValueError`` for a number that a
    page does not show, and ``PageMissing`` or ``KernelMissing`` where a checkout cannot build what it needs.
    """
    replicates = replicates_of(replicates, least=LEAST_SHOWN, most=MOST_SHOWN)
    seed = whole(seed, "seed", 0, LAST_SEED_SHOWN)
    set = words_of(set, "set", "PATH=VALUE, or several in a list")
    first = scenarios[0] if scenarios else USUAL
    if set:
        if isinstance(first, Scenario):
            raise TypeError("set goes with the name or the file of a scenario; change a Scenario by its with_")
        load(first, set=set)  # tells all that is wrong
    names, own = _named([as_scenario(one) for one in (first, *scenarios[1:])])
    settings = [[part.strip() for part in one.split("=", 1)] for one in set]
    other = {"preset": names[1], "settings": settings} if against else None
    view = {"preset": names[0], "settings": settings, "worlds": replicates, "seed": seed, "against": other, "start": ""}
    made_of = scripts()
    files = _files(_data(own, view), made_of, kernel_bytes(), folder=folder)
    made = LivePage(files, names[0], _hash(made_of.page))
    if out is not None:
        made.save(out)
    return made


@described(
    replicates="How many futures the page simulates at first, from 100 to 100,000.",
)
def explore(scenario: ScenarioLike = USUAL, replicates: int = USUAL_REPLICATES, seed: int = 1) -> LivePage:
    """Return the live page of ``scenario`` (a name, a path or a ``Scenario``), which shows itself in a notebook.

    Raises what ``page`` raises.
    """
    return page(scenario, replicates=replicates, seed=seed)


def _named(scenarios: Sequence[Scenario]) -> tuple[list[str], dict[str, Scenario]]:
    """Return the names of ``scenarios`` on the page, and by name those that do not ship as they are."""
    for scenario in scenarios:
        refuse_own(scenario.own, scenario.name, "since a page in a browser cannot run Python")
    names: list[str] = []
    own: dict[str, Scenario] = {}
    for scenario in scenarios:
        name = scenario.name
        if name in shipped():
            if load(name).hash == scenario.hash:
                names.append(name)
                continue
            name = f"{name} (as given)"
        if name in own and own[name] != scenario:
            raise ValueError(f"two scenarios are called {name!r}: give them names of their own")
        own[name] = scenario
        names.append(name)
    return names, own


def _data(own: dict[str, Scenario], view: dict[str, Any]) -> dict[str, Any]:
    """Return what the page knows of the law, of its scenarios, and the words that are said elsewhere too."""
    data = dict(declarations())
    shown = [
        {
            "name": name,
            "description": " ".join(scenario.description.split()),
            "hash": scenario.hash,
            "scenario": json.loads(scenario.canonical()),
        }
        for name, scenario in own.items()
    ]
    rest = sorted(data["presets"], key=lambda preset: (preset["name"] != USUAL, preset["name"]))
    words = {
        "measures": {name: success.meaning for name, success in MEASURES.items()},
        "ledger": LEDGER_NOTE,
        "story": STORY_NOTE,
        "endings": ENDINGS,
        "missed": MISSED,
        "schemed": SCHEMED,
        "loops": {
            "nothing": loop_words.NOTHING_IN_ONE_RUN,
            "one_run": loop_words.ONE_RUN,
            "most": loop_words.MOST,
            "a_family": loop_words.A_FAMILY,
            "shares": loop_words.FAMILY_SHARES,
            "own": loop_words.THE_BASINS_OWN,
            "reading": loop_words.READING,
        },
    }
    limits = {"worlds": [LEAST_SHOWN, MOST_SHOWN], "seed": [0, LAST_SEED_SHOWN]}
    more = {"view": view, "limits": limits, "beta_shapes": list(BETA_SHAPES), "words": words}
    return data | {"presets": [*shown, *rest], **more}


def _files(data: dict[str, Any], made: Scripts, kernel: bytes, *, folder: bool) -> dict[str, bytes]:
    """Return the files of the page by name."""
    inside = _inside(data), _inside(moment_text() + made.worker)
    worker = f'<script type="application/json" id="worker">{inside[1]}</script>'
    if folder:
        policy = _policy("'self'", "'self'", "'self'")
        style = f'<link rel="stylesheet" href="{STYLE}">'
        held = f'<script type="application/octet-stream" id="kernel" data-file="{KERNEL}"></script>'
        script = f'<script src="{SCRIPT}" defer></script>'
    else:
        policy = _policy(_hash(made.page), _hash(made.style), "'none'")
        style = f"<style>{made.style}</style>"
        held = f'<script type="application/octet-stream" id="kernel">{b64encode(kernel).decode()}</script>'
        script = f"<script>{made.page}</script>"
    filled = {
        "policy": policy,
        "version": escape(data["version"]),
        "law": escape(data["law"]),
        "title": escape(data["view"]["preset"]),
        "style": style,
        "licences": escape(made.licences),
        "data": inside[0],
        "parts": f"{worker}\n{held}\n{script}",
    }
    html = made.frame
    pieces = html.split("{{")
    html = pieces[0] + "".join(filled[name] + rest for name, rest in (piece.split("}}", 1) for piece in pieces[1:]))
    files = {INDEX: html.encode()}
    if folder:
        files |= {SCRIPT: made.page.encode(), STYLE: made.style.encode(), KERNEL: kernel}
    return files


def _policy(script: str, style: str, connect: str) -> str:
    """Return the Content-Security-Policy: this script and style, WebAssembly, workers of its own making, no network."""
    rules = {
        "default-src": "'none'",
        "script-src": f"{script} 'wasm-unsafe-eval'",
        "style-src": style,
        "worker-src": "blob:",
        "img-src": "data:",
        "connect-src": connect,
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    """Return how a policy names the text of a script or a style."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _inside(value: Any) -> str:
    """Return JSON that may stand in an element of HTML: nothing in it can end that element."""
    told = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return told.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
