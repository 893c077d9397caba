"""The page of several results: the pages of all, one below the other."""

from dataclasses import replace

from deference_sim.analysis.listed import Several
from deference_sim.pages.layout import Block, Heading, Page
from deference_sim.pages.wording import repeated
from deference_sim.shown import page_function


def page(found: Several, repeat: str = "") -> Page:  # type: ignore[type-arg]  # of any kind
    """Return the pages of all results, the first of which stands in the title; ``repeat`` is the command for them."""
    count = "1 result" if len(found) == 1 else f"{len(found):,} results"
    pages = [page_function(type(one))(one) for one in found]
    if not pages:
        return [Heading(f"{count}"), *repeated(repeat)]
    first, *rest = pages[0]
    title = Heading(f"{count}: {first.text}" if len(found) == 1 else f"{count}, the first: {first.text}", first.answer)
    others = [_within(block) for page in pages[1:] for block in page]
    return [title, *rest, *others, *repeated(repeat)]


def _within(block: Block) -> Block:
    """Return a title as one of a part of the page."""
    return replace(block, section=True) if isinstance(block, Heading) else block
