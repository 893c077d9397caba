"""What a page shows, as one small value: scenario, changes, seed, replicates; into an address and out of it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from urllib.parse import parse_qs, urlencode

from deference_sim.scenario import Scenario, ScenarioError, ScenarioLike, load
from deference_sim.scenario.catalogue import find
from deference_sim.scenario.library import shipped
from deference_sim.scenario.problems import Mark, did_you_mean, gather, refusal, shown
from deference_sim.study.limits import LAST_SEED, USUAL_REPLICATES

ADDRESS = Mark("address")
MOST_SHOWN = 100_000  # of one page: a costlier question belongs on the command line
MOST_SETTINGS = 200
LEAD = "rival.lead"

Settings = tuple[tuple[str, str], ...]  # paths with their values as a file says them


class Presets:
    """The scenarios that a page may begin from: those that ship, and one's own. A label is never used as a path."""

    def __init__(self, own: Scenario | None = None, label: str = "") -> None:
        self.own, self.label = own, label

    def __iter__(self) -> Iterator[str]:
        if self.own is not None:
            yield self.label
        yield from shipped()

    def scenario(self, label: str, settings: Settings = ()) -> Scenario:
        """Return the scenario called ``label`` with ``settings`` on top. Raises ``ScenarioError``."""
        if label not in self:
            raise refusal(ADDRESS, "scenario", f"no scenario `{shown(label)}` here", hint=did_you_mean(label, self))
        base = self.own if self.own is not None and label == self.label else _shipped(label)
        return base.with_(**dict(settings)) if settings else base


@cache
def _shipped(name: str) -> Scenario:
    return load(name)


@dataclass(frozen=True, slots=True)
class View:
    """All that decides what a page shows.

    ``scenario`` and ``against``, what it is compared with (nothing if empty), are labels of ``Presets``; each has the
    settings that were made on top. ``over`` is the input along the curve.
    """

    scenario: str
    settings: Settings = ()
    replicates: int = USUAL_REPLICATES
    seed: int = 1
    over: str = LEAD
    against: str = ""
    against_settings: Settings = ()

    def with_setting(self, path: str, text: str | None) -> "View":
        """Return the view with ``path`` set to ``text``; None takes the setting back."""
        kept = {known: value for known, value in self.settings if known != path}
        return replace(self, settings=tuple((kept | ({} if text is None else {path: text})).items()))

    def query(self) -> str:
        """Return the view as the query of an address; what is usual is left out."""
        usual = View(self.scenario)
        pairs = [("scenario", self.scenario), *_pairs("set", self.settings)]
        for key in ("replicates", "seed", "over"):
            if getattr(self, key) != getattr(usual, key):
                pairs.append((key, str(getattr(self, key))))
        if self.against:
            pairs += [("against", self.against), *_pairs("against-set", self.against_settings)]
        return "?" + urlencode(pairs)

    def command(self) -> list[str]:
        """Return the command that computes the same numbers."""
        settings = [part for path, text in self.settings for part in ("--set", f"{path}={text}")]
        numbers = ["--replicates", str(self.replicates), "--seed", str(self.seed)]
        return ["deference-sim", "run", self.scenario, *settings, *numbers]


def of_query(query: str, presets: Presets, usual: View) -> View:
    """Return the view that an address's query tells; what it does not say is as in ``usual``.

    Raises ``ScenarioError`` with every problem.
    """
    return of_arguments(parse_qs(query.removeprefix("?"), keep_blank_values=True), presets, usual)


def of_arguments(given: Mapping[str, Sequence[str]], presets: Presets, usual: View) -> View:
    """Return the view that the arguments of an address tell; see ``of_query``."""
    if not given:
        return usual
    said = {key: values[-1] for key, values in given.items() if values}
    allowed = ("scenario", "set", "replicates", "seed", "over", "against", "against-set")
    gather(partial(_refuse_unknown, key, allowed) for key in given if key not in allowed)
    label = said.get("scenario", usual.scenario)
    from_usual = "scenario" not in said and "set" not in said
    settings, against_settings = gather(partial(_settings, key, given) for key in ("set", "against-set"))
    replicates, seed = gather(
        (
            partial(_whole, said, "replicates", usual.replicates, 1, MOST_SHOWN),
            partial(_whole, said, "seed", usual.seed, 0, LAST_SEED),
        )
    )
    view = View(
        label,
        usual.settings if from_usual else settings,
        replicates,
        seed,
        said.get("over", usual.over),
        said.get("against", ""),
        against_settings,
    )
    check(view, presets)
    return view


def check(view: View, presets: Presets) -> None:
    """Raise ``ScenarioError`` with every reason why ``view`` cannot be shown."""
    wanted = [(view.scenario, view.settings)] + ([(view.against, view.against_settings)] if view.against else [])
    gather(partial(presets.scenario, *one) for one in wanted)
    _check_number(view.over)


def _check_number(path: str) -> None:
    parameter = find(path, ADDRESS)
    if parameter.kind != "number":
        raise refusal(ADDRESS, "over", f"{path}, which is no number", "the path of a number")


def _pairs(key: str, settings: Settings) -> list[tuple[str, str]]:
    return [(key, f"{path}={text}") for path, text in settings]


def _refuse_unknown(key: str, allowed: Sequence[str]) -> None:
    raise refusal(ADDRESS, shown(key), "unknown key", ", ".join(allowed), did_you_mean(key, allowed))


def _settings(key: str, given: Mapping[str, Sequence[str]]) -> Settings:
    texts = given.get(key, ())
    if len(texts) > MOST_SETTINGS:
        raise refusal(ADDRESS, key, f"{len(texts)} of them", f"at most {MOST_SETTINGS}")
    made: dict[str, str] = {}
    for text in texts:
        path, equals, value = (part.strip() for part in text.partition("="))
        if not equals or path in made:
            raise refusal(ADDRESS, key, f"`{shown(text)}`", "PATH=VALUE, each path once")
        made[path] = value
    return tuple(made.items())


def _whole(said: Mapping[str, str], key: str, usual: int, least: int, most: int) -> int:
    text = said.get(key, str(usual))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) else least - 1
    if not least <= number <= most:
        raise refusal(ADDRESS, key, f"`{shown(text)}`", f"a whole number from {least} to {most}")
    return number


def in_words(error: ScenarioError) -> str:
    """Return what is wrong on one line, without where it was typed: whoever reads it sees that."""
    parts = ((one.path, one.found, one.allowed and f"allowed: {one.allowed}", one.hint) for one in error.problems)
    return "; ".join(": ".join(part for part in told if part) for told in parts)


def start(scenario: ScenarioLike, settings: Sequence[str], replicates: int, seed: int) -> tuple[Presets, View]:
    """Return the presets and the first view of a page that begins with ``scenario`` (a name, a path, an object).

    ``settings`` are texts ``PATH=VALUE`` on top. Raises ``ScenarioError``.
    """
    if isinstance(scenario, Scenario):
        presets = Presets(scenario, f"{scenario.name} (as given)")
    elif isinstance(scenario, str) and scenario in shipped():
        presets = Presets()
    else:
        presets = Presets(load(scenario), os.fspath(scenario))
    label = presets.label or str(scenario)
    if not isinstance(scenario, Scenario):
        load(scenario, set=settings)  # of a bad setting it tells that the command line has it
    numbers = {"replicates": [str(replicates)], "seed": [str(seed)]}
    return presets, of_arguments({"scenario": [label], "set": settings, **numbers}, presets, View(label))
