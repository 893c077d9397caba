"""Tables of inputs: which scenarios ship, what each parameter means, how two scenarios differ."""

from deference_sim.pages.layout import Entry, Page, Paragraph, Table
from deference_sim.pages.wording import singular
from deference_sim.scenario import Scenario, load, shipped
from deference_sim.scenario.explain import ParameterRow, differences, parameter_table


def scenarios_page() -> Page:
    """Return the shipped scenarios with their descriptions."""
    entries = [Entry(name, (" ".join(load(name).description.split()),)) for name in shipped()]
    return [*entries, Paragraph("Look into one with `deference-sim show NAME`.", aside=True)]


def parameters_page(path: str | None, *, every: bool = False) -> Page:
    """Return the core parameters, all of them, or those at ``path``. Raises ``ScenarioError`` for an unknown path."""
    rows = parameter_table(path)
    core = [row for row in rows if row.tier == "core"]
    shown = rows if every or path is not None else core
    entries = [_parameter_entry(row) for row in shown]
    if len(shown) == len(rows):
        return [*entries]
    more = f"These are the {len(shown)} core parameters; {len(rows) - len(shown)} more with --all, or name a block."
    return [*entries, Paragraph(more, aside=True)]


def _parameter_entry(row: ParameterRow) -> Entry:
    says_so = not row.source or row.source.startswith(f"{row.status}:")  # the source of a guess may say that it is one
    status = (row.source or row.status) if says_so else f"{row.status}: {row.source}"
    lines = [row.meaning, f"default {row.default}; {row.range}", status]
    if row.plausible:
        lines.append(f"plausible {row.plausible}; this range: {row.plausible_status}")
    return Entry(f"{row.path} ({row.label})", tuple(lines))


def diff_page(first: Scenario, second: Scenario) -> Page:
    """Return where two scenarios differ in meaning."""
    rows = tuple(
        (row.path, singular(row.first or "–"), singular(row.second or "–")) for row in differences(first, second)
    )
    if not rows:
        return [Paragraph(f"{first.name} and {second.name} mean the same (hash {first.hash}).")]
    return [Table("", ("", first.name, second.name), rows)]
