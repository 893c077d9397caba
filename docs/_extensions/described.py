"""Sections of parameters and attributes, as ``deference_sim.described`` writes them, become lists of fields."""

import inspect
import re
from dataclasses import fields, is_dataclass
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.typing import stringify_annotation

FIELDS = {"Parameters": "param", "Attributes": "ivar"}


def as_fields(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Turn the section at the end of a docstring into fields, attributes with their types."""
    titles = [place for place, line in enumerate(lines) if line in FIELDS and set(lines[place + 1]) == {"-"}]
    if not titles:
        return
    (start,) = titles
    told = [line for line in lines[start + 2 :] if line]
    made = []
    for one, text in zip(told[::2], told[1::2], strict=True):
        made.append(f":{FIELDS[lines[start]]} {one}: {text.strip()}")
        if inspect.isclass(thing) and is_dataclass(thing):
            (field,) = (field for field in fields(thing) if field.name == one)
            kind = field.type if isinstance(field.type, str) else stringify_annotation(field.type, "smart")
            made.append(f":vartype {one}: {re.sub(r'~?(?:[a-zA-Z_]+[.])+', '', kind)}")
    lines[start:] = [*made, ""]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-process-docstring", as_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
