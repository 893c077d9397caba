"""Panes of HTML that ask nothing of other servers, in a notebook either."""

from typing import Any

import panel as pn
from bokeh.models import ImportedStyleSheet


class Html(pn.pane.HTML):
    """HTML with its own styles alone: Panel's would be fetched from elsewhere whenever a notebook's pane changes."""

    def _get_properties(self, doc: Any) -> dict[str, Any]:
        found: dict[str, Any] = super()._get_properties(doc)
        sheets = found.get("stylesheets", [])
        found["stylesheets"] = [sheet for sheet in sheets if not isinstance(sheet, ImportedStyleSheet)]
        return found
