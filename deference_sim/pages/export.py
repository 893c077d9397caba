"""The page of a model for other tools: its stocks, and what it leaves out."""

from deference_sim.exchange.xmile import LEFT_OUT, Model
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import with_repeat


def page(found: Model, repeat: str = "") -> Page:
    """Return what a model holds; ``repeat`` is the command that writes its file."""
    stocks = [one for one in found.variables if one.kind == "stock"]
    rows = tuple((one.name, one.unit, one.told) for one in stocks)
    return [
        Heading(f"{found.title} as an XMILE model", in_short(found)),
        Table("Stocks", ("", "unit", "meaning"), rows),
        Paragraph(with_repeat(LEFT_OUT, repeat), aside=True),
    ]


def in_short(found: Model) -> str:
    """Return how large the model is and over which months it runs."""
    stocks = sum(one.kind == "stock" for one in found.variables)
    return f"{stocks} stocks, {len(found.auxiliaries)} auxiliaries, months {found.start:g} to {found.stop:g}"
