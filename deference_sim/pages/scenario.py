"""The page of a scenario: every value with its source; and what an answer says of the inputs that it came from."""

from collections.abc import Callable, Sequence
from typing import Any, get_args

from deference_sim.model.declare import Status
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import as_many_as_fit, in_words, repeated, shortened, singular, with_repeat
from deference_sim.scenario import Scenario
from deference_sim.scenario.catalogue import find, general_path, parameters
from deference_sim.scenario.distributions import Distribution
from deference_sim.scenario.frozen import FrozenMap
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.listing import ValueRow, parameter_table, resolved
from deference_sim.scenario.spreads import spread_text

_FOLDED = ("Hazards", "Other inputs, at their defaults")


def _of_hazard(row: ValueRow) -> bool:
    return row.path.startswith("hazards.")


_PARTS: tuple[tuple[str, Callable[[ValueRow], bool]], ...] = (
    ("Core inputs", lambda row: row.tier == "core"),
    (
        "Other inputs that were given",
        lambda row: row.tier != "core" and row.source != "default" and not _of_hazard(row),
    ),
    ("Hazards", lambda row: row.tier != "core" and row.source != "default" and _of_hazard(row)),
    ("Other inputs, at their defaults", lambda row: row.tier != "core" and row.source == "default"),
)
_NOTE = "guess: no source fixes the value. given: chosen by whoever wrote the scenario. See `deference-sim parameters`."


def page(found: Scenario, repeat: str = "", *, meanings: bool = True) -> Page:
    """Return every value of a scenario with its source and, if wanted, what it means; hazards and defaults folded away.

    ``repeat`` is the command that shows it.
    """
    rows = resolved(found)
    given = sum(row.source != "default" for row in rows)
    answer = f"{given} inputs given, {len(rows) - given} at their defaults; {len(found.uncertain)} uncertain"
    tables = [_table(title, [row for row in rows if belongs(row)], meanings) for title, belongs in _PARTS]
    return [
        Heading(f"{found.name} (hash {found.hash})", answer),
        *([Paragraph(" ".join(found.description.split()))] if found.description else []),
        *(table for table in tables if table.rows),
        Paragraph(with_repeat(_NOTE, repeat), aside=True),
    ]


def map_page(found: FrozenMap[Any], repeat: str = "") -> Page:
    """Return what a scenario holds by path: distributions of uncertain inputs as a file has them, or plain texts."""
    rows = tuple((path, _as_written(path, value)) for path, value in found.items())
    count = "1 entry" if len(rows) == 1 else f"{len(rows)} entries"
    told = as_many_as_fit([f"{path}: {text}" for path, text in rows], "; ")
    return [Heading(f"{count} by path", told), Table("", ("", ""), rows), *repeated(repeat)]


def _as_written(path: str, value: Any) -> str:
    is_known = isinstance(value, Distribution) and general_path(path) in parameters()
    return shortened(spread_text(value, find(path, ARGUMENT).unit)) if is_known else str(value)


def _table(title: str, rows: list[ValueRow], meanings: bool) -> Table:
    columns = ("", "value", "status", "from", *(("meaning",) if meanings else ()))
    cells = (
        (row.path, singular(row.value), row.status, row.source, *((row.meaning,) if meanings else ())) for row in rows
    )
    spare = tuple(range(len(columns) - 1, 2, -1))
    return Table(title, columns, tuple(cells), whole=frozenset({0, 3}), spare=spare, folded=title in _FOLDED)


# ---- what stands below an answer ------------------------------------------------------------------------------


def inputs(scenario: Scenario) -> Page:
    """Return the core inputs and all others that were changed, each with its status; guesses stand out."""
    rows = resolved(scenario)
    core = [row for row in rows if row.tier == "core"]
    others = [row for row in rows if row.tier != "core" and not row.path.startswith("hazards.")]
    unchanged = [row for row in others if row.status in get_args(Status)]
    changed = [row for row in others if row not in unchanged]
    columns = ("", "value", "status", "in place of the default")
    given = f", {_count(core, 'given')} given" if _count(core, "given") else ""
    title = f"Core inputs: {_count(core, 'guess')} of these {len(core)} are guesses{given}"
    page: Page = [Table(title, columns, tuple(_input_row(row) for row in core), spare=(3,), mark="guess", folded=True)]
    if changed or scenario.hazards:
        cells = (*(_input_row(row) for row in changed), *_hazard_rows(rows, scenario))
        title = "Other inputs that are not at their defaults"
        page.append(Table(title, columns, cells, spare=(3,), mark="guess", folded=True))
    note = (
        "guess: no source fixes the value. given: chosen by whoever wrote the scenario or the command line; we know "
        "no source for it. published, derived: see `deference-sim parameters`, which also says what each input means. "
        f"Of the {len(unchanged)} inputs not shown, all at their defaults, {_count(unchanged, 'guess')} are guesses. "
        "py (progress-year): the AI progress of a calendar year at the recent pace."
    )
    return [*page, Paragraph(note, aside=True)]


def _count(rows: list[ValueRow], status: str) -> int:
    return sum(row.status == status for row in rows)


def _input_row(row: ValueRow) -> tuple[str, str, str, str]:
    default = ""
    if row.status == "given":
        (declared,) = parameter_table(row.path)
        default = f"{shortened(declared.default)} ({declared.status})"
    return row.path, shortened(row.value), row.status, default


def _hazard_rows(rows: list[ValueRow], scenario: Scenario) -> list[tuple[str, str, str, str]]:
    made = []
    for hazard in scenario.hazards:
        prefix = f"hazards.{hazard.name}."
        own = {row.path.removeprefix(prefix): row for row in rows if row.path.startswith(prefix)}
        said = [name for name, row in own.items() if row.status == "given" or name in ("rate", "lethality")]
        told = [f"{name} {shortened(own[name].value)}" for name in said if name not in ("name", "kind")]
        made.append((f"hazards.{hazard.name}", ", ".join([in_words(hazard.kind), *told]), "given", ""))
    return made


def all_inputs(scenarios: Sequence[Scenario]) -> Page:
    """Return every input of each scenario with its status, and the source of what is not a guess, folded away."""
    columns = ("", "value", "status", "source")
    pages = []
    for scenario in scenarios:
        rows = resolved(scenario)
        guesses = _count(rows, "guess")
        title = f"All {len(rows)} inputs of {scenario.name}: {guesses} are guesses, {_count(rows, 'given')} given"
        cells = tuple((row.path, row.value, row.status, _source(row)) for row in rows)
        pages.append(Table(title, columns, cells, mark="guess", folded=True))
    return [*pages]


def _source(row: ValueRow) -> str:
    if row.status not in ("published", "derived"):
        return "" if row.status == "guess" else row.source
    (declared,) = parameter_table(row.path)
    return declared.source
