"""Run the commands that the README shows, put in what they print, and draw its picture again.

Run with ``./dev python docs/make/readme.py`` (a minute; after ``docs/make/outputs.py``, whose outputs it takes for what
takes long), or with words: only commands that contain one of them. The comment before each command says which lines of
its output are shown.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

from running import DOCS, is_asked_for, kept_at, printed

README = DOCS.parent / "README.md"
IMAGES = DOCS / "images"

SHOWN = re.compile(
    r"^<!-- lines: (?P<lines>[\d, -]+) -->\n```\n\$ \./dev (?P<command>(?:.*\\\n)*.*)\n(?P<output>(?:.*\n)*?)```$",
    re.MULTILINE,
)
BATCH_FILE = re.compile(r"`study\.yaml`:\n\n```yaml\n(.*?)```", re.DOTALL)


def main(words: list[str]) -> None:
    """Write the README anew with what its commands print now."""
    text = README.read_text(encoding="utf-8")

    def renewed(block: re.Match[str]) -> str:
        line = command_of(block)
        if not is_asked_for(line, words):
            return block.group()
        before, after = block.start("output") - block.start(), block.end("output") - block.start()
        return block.group()[:before] + extract(output(line), block["lines"]) + block.group()[after:]

    with in_a_folder(text):
        made = SHOWN.sub(renewed, text)
    README.write_text(made, encoding="utf-8")


@contextmanager
def in_a_folder(text: str) -> Iterator[None]:
    """Be in a folder with the files that the commands read; keep the pictures that they make."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("study.yaml").write_text(BATCH_FILE.findall(text)[0], encoding="utf-8")
        yield
        for picture in Path().glob("*.png"):
            shutil.copyfile(picture, IMAGES / picture.name)


def command_of(block: re.Match[str]) -> str:
    """Return the command of a block on one line."""
    return " ".join(part.strip() for part in block["command"].split("\\\n"))


def output(line: str) -> str:
    """Return all that a command prints, from where it is kept if it takes long."""
    kept = kept_at(line)
    return kept.read_text(encoding="utf-8") if kept.exists() else printed(line)


def extract(text: str, wanted: str) -> str:
    """Return the lines ``wanted``, such as ``1, 3-5``, with … where lines between them are left out."""
    lines = text.splitlines()
    shown: list[str] = []
    done = 0
    for part in wanted.split(","):
        first, _, last = part.strip().partition("-")
        if shown and int(first) > done + 1:
            shown.append("…")
        done = int(last or first)
        shown += lines[int(first) - 1 : done]
    return "".join(line + "\n" for line in shown)


if __name__ == "__main__":
    os.environ["MPLBACKEND"] = "agg"
    main(sys.argv[1:])
