"""Tables of inputs: which scenarios ship, what each parameter means, how two scenarios differ."""

from deference_sim.pages.layout import Entry, Page, Paragraph, Table
from deference_sim.pages.wording import plainly, singular
from deference_sim.scenario import Scenario
from deference_sim.scenario.catalogue import parameters
from deference_sim.scenario.groups import GROUPS
from deference_sim.scenario.listing import ParameterRow, differences, parameters_at


def scenarios_page() -> Page:
    """Return the shipped scenarios in their groups, with one line each."""
    tables = [Table(group, ("", ""), tuple(summaries.items())) for group, summaries in GROUPS.items()]
    return [*tables, Paragraph("Look into one with `deference-sim show NAME`.", aside=True)]


def parameters_page(what: str | None, *, every: bool = False) -> Page:
    """Return the core parameters, all of them, those at a path, or those about a word.

    Raises ``ScenarioError`` if nothing is found.
    """
    shown = parameters_at(what, every=every)
    entries = [_parameter_entry(row) for row in shown]
    if every or what is not None:
        return [*entries]
    others = len(parameters()) - len(shown)
    more = f"These are the {len(shown)} core parameters. {others} more: --all, or name a block, a parameter or a word."
    return [*entries, Paragraph(more, aside=True)]


def _parameter_entry(row: ParameterRow) -> Entry:
    says_so = not row.source or row.source.startswith(f"{row.status}:")  # the source of a guess may say that it is one
    status = (row.source or row.status) if says_so else f"{row.status}: {row.source}"
    default = "none (null in a file)" if row.default == "null" else row.default
    lines = [plainly(row.meaning), f"default {default}; {plainly(row.range)}", status]
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
    title = "1 input differs" if len(rows) == 1 else f"{len(rows)} inputs differ"
    return [Table(title, ("", first.name, second.name), rows)]
