"""``{command}``: a command of ``deference-sim`` as it is typed, and what it prints, run anew at every build.

A command that fails, or is not there, is a warning, and so an error in the checks. What takes long is ``:kept:`` in
``docs/outputs``, a file for each command; ``./dev python docs/make/outputs.py`` runs them all again.
"""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from running import kept_at, output_of  # of docs/make
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Command(SphinxDirective):
    """Show the command in the body with its output; ``:lines:`` shows the first lines alone."""

    has_content = True
    option_spec: ClassVar = {
        "lines": directives.positive_int,
        "status": directives.nonnegative_int,
        "kept": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        line = " ".join(part.rstrip("\\").strip() for part in self.content)
        output = self._kept(line) if "kept" in self.options else self._fresh(line)
        if count := self.options.get("lines"):
            lines = output.splitlines()
            output = "\n".join([*lines[:count], *(["…"] if len(lines) > count else [])])
        text = "\n".join(["$ ./dev " + self.content[0], *(f"    {part.strip()}" for part in self.content[1:]), output])
        block = nodes.literal_block(text, text.rstrip(), language="text")
        self.set_source_info(block)
        return [block]

    def _kept(self, line: str) -> str:
        path = kept_at(line)
        if not path.exists():
            raise self.error(f"{line}: its output is not kept; run ./dev python docs/make/outputs.py")
        self.env.note_dependency(str(path))
        return path.read_text(encoding="utf-8")

    def _fresh(self, line: str) -> str:
        status, output = output_of(line)
        if status != self.options.get("status", 0):
            raise self.error(f"{line}: exit code {status}: {output}")
        return output


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("command", Command)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
