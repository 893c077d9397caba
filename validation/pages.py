"""Generated tables in the docs: a page of blocks as Markdown, put between the marks of its section."""

import re
from pathlib import Path

from deference_sim.pages.layout import Entry, Heading, Page, Table

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "validation.md"


def markdown(page: Page) -> str:
    """Return ``page`` as Markdown; its heading is left to the section that it stands in."""
    parts = []
    for block in page:
        match block:
            case Table():
                parts.append((f"**{block.title}**\n\n" if block.title else "") + _table(block))
            case Entry(term, lines):
                parts.append(f"**{term}**: " + " ".join(lines))
            case Heading(text):
                parts.append(f"*{text}.*")
            case _:
                parts.append(block.text)
    return "\n\n".join(parts)


def _table(table: Table) -> str:
    rule = ["---:" if place in table.right else "---" for place in range(len(table.columns))]
    rows = [table.columns, rule, *table.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def marks(section: str) -> tuple[str, str]:
    """Return the marks around a generated section."""
    return f"<!-- made: {section} -->", f"<!-- end: {section} -->"


def write(section: str, page: Page, path: Path = PAGE) -> None:
    """Replace a generated section. Raises ``ValueError`` if the file does not have its marks, once each."""
    first, last = marks(section)
    text = path.read_text(encoding="utf-8")
    if text.count(first) != 1 or text.count(last) != 1:
        raise ValueError(f"{path} must have the marks {first} and {last} once each")
    made = f"{first}\n\n{markdown(page)}\n\n{last}"
    path.write_text(re.sub(re.escape(first) + ".*?" + re.escape(last), lambda _: made, text, flags=re.S), "utf-8")
