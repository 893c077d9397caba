"""How the documentation is built: offline, with everything that can be generated generated from the code."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE / "make")]
os.environ.setdefault("MPLBACKEND", "agg")

import deference_sim  # noqa: E402 (the paths above come first)

project = "deference_sim"
author = "The deference_sim authors"
copyright = f"2026, {author}"
version = release = deference_sim.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "mathml",  # the next four lie in _extensions
    "described",
    "command",
    "pages",
]
exclude_patterns = ["_build", "_extensions", "images/**"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}

# Notebooks keep the outputs of their last run, which the tests hold to what the model gives.
nb_execution_mode = "off"
nb_render_image_options = {"alt": "output of the cell above"}
myst_enable_extensions = ["dollarmath", "attrs_block", "colon_fence"]
myst_heading_anchors = 3

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
maximum_signature_line_length = 90

numfig = True
html_theme = "furo"
html_title = f"deference_sim {release}"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
html_show_sourcelink = False
