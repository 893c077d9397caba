"""A page with its pictures as files that stand alone: HTML that asks nothing of any network, and Markdown."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from deference_sim.pages import layout
from deference_sim.pages.layout import Block, Entry, Heading, Page, Paragraph, Table

#: Nothing may be loaded but what is in the file itself: pictures as data and one style sheet.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
LIVE_POLICY = "; script-src {} 'wasm-unsafe-eval'; worker-src blob:"
LIVE_TITLE = "Move the inputs yourself"
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 0 auto; max-width: 60rem;
  padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
h4 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; margin: .25rem 0 1.25rem; font-size: .9rem; }
th, td { padding: .2rem .8rem .2rem 0; vertical-align: top; font-variant-numeric: tabular-nums; }
th { font-weight: normal; color: #666; }
tr + tr td { border-top: 1px solid #eee; }
td em { background: #fff3cd; font-style: normal; padding: 0 .25rem; }
small { color: #666; }
summary { cursor: pointer; font-weight: bold; }
details { margin: .5rem 0; }
figure { margin: 1.5rem 0; }
figure img { max-width: 100%; height: auto; }
figcaption { color: #666; font-size: .9rem; }
.live iframe { width: min(1440px, 96vw); margin-left: calc(50% - min(720px, 48vw)); }
@media (scripting: none) { .live { display: none; } }
@page { margin: 15mm; }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  h1 { font-size: 16pt; } h4 { font-size: 12pt; margin-top: 1rem; }
  h1, h4, summary, table + p { break-after: avoid; }
  table { display: table; font-size: 8.5pt; } tr, figure { break-inside: avoid; }
  figure img { max-height: 9cm; } .live { display: none; }
  details > *:not(summary) { display: block; } details::details-content { content-visibility: visible; display: block; }
}
"""
_MARKDOWN_SIGNS = re.compile(r"[\\`*\[\]<>|~$!]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
_LIST_OR_HEADING = re.compile(r"^(\d*)(#|[-+](?= |--)|(?<=\d)[.)](?= |$))")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the bytes of a PNG file, the name of that file, and what it shows in words."""

    name: str
    png: bytes
    caption: str


@dataclass(frozen=True, slots=True)
class Live:
    """A page within the page that its reader can use: its HTML, and its only script as a policy names it."""

    html: str
    script: str


def html_file(title: str, blocks: Sequence[Block | Picture | Live]) -> str:
    """Return a whole HTML document: every text escaped, pictures inside, nothing loaded from outside."""
    parts = [_html(block) for block in blocks]
    # A frame obeys the policy around it and its own: what its script needs must be allowed here too.
    more = "".join(LIVE_POLICY.format(block.script) for block in blocks if isinstance(block, Live))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}{more}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def markdown_file(title: str, blocks: Sequence[Block | Picture]) -> str:
    """Return the same as Markdown (tables as GitHub reads them); pictures are files beside it."""
    return "\n\n".join([f"# {_plain(title)}", *(_markdown(block) for block in blocks)]) + "\n"


def without_title(page: Page) -> tuple[str, Page]:
    """Return the heading that a page begins with, and the rest of it."""
    first, *rest = page
    if not isinstance(first, Heading):
        raise TypeError("a page that becomes a file begins with a heading")
    return first.text, rest


def with_pictures(page: Page, pictures: Sequence[Picture]) -> list[Block | Picture]:
    """Return ``page`` with ``pictures`` behind its first table and what is said about that."""
    is_table = [isinstance(block, Table) for block in page]
    first = is_table.index(True) if any(is_table) else 0
    place = next((k for k in range(first + 1, len(page)) if not isinstance(page[k], Paragraph)), len(page))
    return [*page[:place], *pictures, *page[place:]]


def frame(html: str, title: str) -> str:
    """Return a page as a frame that runs its scripts and may do nothing else to what is around it."""
    inside = html.replace("&", "&amp;").replace("'", "&#39;")
    rights = 'sandbox="allow-scripts allow-downloads" loading="lazy"'
    size = 'width="100%" height="860" style="border:0"'
    return f"<iframe srcdoc='{inside}' {rights} title=\"{escape(title)}\" {size}></iframe>"


def _html(block: Block | Picture | Live) -> str:
    match block:
        case Live(html):
            told = "The whole simulator runs in your browser, on the same worlds; nothing is sent anywhere."
            opened = f"<p><small>{told}</small></p>{frame(html, LIVE_TITLE)}"
            return f'<details class="live"><summary>{LIVE_TITLE}</summary>{opened}</details>'
        case Picture(_, png, caption):
            words = escape(caption)
            data = b64encode(png).decode("ascii")
            image = f'<img alt="{words}" src="data:image/png;base64,{data}">'
            return f"<figure>{image}<figcaption>{words}</figcaption></figure>"
    return layout.html([block])


def _markdown(block: Block | Picture) -> str:
    match block:
        case Picture(name, _, caption):
            return f"![{_plain(caption)}]({name})"
        case Heading(text):
            return f"## {_plain(text)}"
        case Paragraph(text):
            return _plain(text)
        case Entry(term, lines):
            return f"**{_plain(term)}**\n\n" + "\n".join(f"- {_plain(line)}" for line in lines)
    return (f"**{_plain(block.title)}**\n\n" if block.title else "") + _markdown_table(block)


def _markdown_table(table: Table) -> str:
    rule = ["--:" if place in table.right else ":--" for place in range(len(table.columns))]
    rows = [[_plain(cell) for cell in row] for row in (table.columns, *table.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [rows[0], rule, *rows[1:]])


def _plain(text: str) -> str:
    """Return ``text`` such that Markdown shows it as it is: on one line, its signs and entities escaped."""
    line = " ".join(text.split()).replace("&", "&amp;")
    escaped = _MARKDOWN_SIGNS.sub(lambda sign: "\\" + sign.group(), line)
    return _LIST_OR_HEADING.sub(r"\1\\\2", escaped)
