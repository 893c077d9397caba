"""Run again the commands whose output is kept in docs/outputs, because they take too long for every build.

Run with ``./dev python docs/make/outputs.py`` (a few minutes), or with words: only commands that contain one of them.
"""

import re
import sys

from running import DOCS, OUTPUTS, is_asked_for, kept_at, printed

KEPT = re.compile(r"^```\{command\}\n((?::\w+:.*\n)*:kept:.*\n(?::\w+:.*\n)*)\n?((?:.*\n)+?)```$", re.MULTILINE)


def main(words: list[str]) -> None:
    """Run every command that is kept, and write what it prints; drop what no page asks for any more."""
    OUTPUTS.mkdir(exist_ok=True)
    lines = {line for page in DOCS.glob("**/*.md") for line in commands_in(page.read_text(encoding="utf-8"))}
    for path in set(OUTPUTS.glob("*.txt")) - {kept_at(line) for line in lines}:
        path.unlink()
    for line in sorted(lines):
        if is_asked_for(line, words):
            kept_at(line).write_text(printed(line), encoding="utf-8")


def commands_in(text: str) -> list[str]:
    """Return the commands in a page whose output is kept, each on one line."""
    return [
        " ".join(part.rstrip("\\").strip() for part in body.splitlines() if part.strip())
        for _, body in KEPT.findall(text)
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
