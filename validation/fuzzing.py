"""Fuzzing: coverage-guided search for bytes that the reader of scenarios neither reads nor refuses properly.

``python -m validation.fuzzing`` fuzzes for an hour in all: whole files, quantities, and ``PATH=VALUE`` with every
distribution. It starts from the shipped scenarios and the bad files of the tests. Whatever is raised beside the error
meant for users, takes more than 2 s of a core or 300 MB, writes a file, or does not read back from its own text is
made as short as possible and printed. With ``--write``, the table goes to the docs and a few short inputs that run
every line that was reached go to the tests. Needs atheris (the extra ``fuzz``).
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from deference_sim.pages.layout import Heading, Page, Paragraph, Table, show
from validation import fuzz_targets, pages

SECTION = "fuzzing"
ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "scenario" / "fuzz_corpus.txt"
LONGEST = 8_192  # bytes of an input
_PROGRESS = re.compile(r"^#(\d+)\s+(INITED|NEW|REDUCE|pulse|DONE|RELOAD).*?cov: (\d+) ft: (\d+)", re.M)


@dataclass
class Fuzzed:
    """What came of fuzzing one target."""

    target: str
    minutes: float = 0.0
    executions: int = 0
    features: tuple[int, int] = (0, 0)  # of the seeds, at the end
    edges: tuple[int, int] = (0, 0)
    replayed: dict[str, Any] = field(default_factory=dict)
    findings: dict[str, bytes] = field(default_factory=dict)


def fuzz(target: str, minutes: float, folder: Path, seed: int) -> Fuzzed:
    """Fuzz ``target`` for some minutes; corpus and findings stay in ``folder``, from which a later run goes on."""
    corpus, seeds, findings = (folder / target / name for name in ("corpus", "seeds", "findings"))
    for each in (corpus, seeds, findings):
        each.mkdir(parents=True, exist_ok=True)
    for place, data in enumerate(fuzz_targets.seeds(target)):
        (seeds / f"{place:04}").write_bytes(data)
    words = folder / "words.txt"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in fuzz_targets.words()), encoding="ascii")
    found = Fuzzed(target)
    began = monotonic()
    while (
        left := minutes * 60.0 - (monotonic() - began)
    ) > 1.0:  # once, unless libFuzzer ends it for its time or memory
        _fuzz_on(found, [str(corpus), str(seeds), f"-dict={words}", f"-max_total_time={left:.0f}", f"-seed={seed}"],
                 findings)  # fmt: skip
        seed += 1
    found.minutes = (monotonic() - began) / 60.0
    found.replayed = _replayed(target, corpus, seeds, folder / target / "all")
    for note in sorted(findings.glob("*.txt")):
        what = note.read_text(encoding="utf-8").strip()
        found.findings[what] = fuzz_targets.smallest(target, note.with_suffix("").read_bytes(), what)
    for file in findings.iterdir():
        if file.name.startswith(("timeout-", "oom-", "crash-")):
            found.findings[f"ended by libFuzzer: {file.name.partition('-')[0]}"] = file.read_bytes()
    return found


def _escaped(word: str) -> str:
    return "".join(letter if letter.isalnum() else f"\\x{ord(letter):02x}" for letter in word)


def _fuzz_on(found: Fuzzed, options: Sequence[str], findings: Path) -> None:
    limits = [f"-max_len={LONGEST}", "-timeout=20", "-malloc_limit_mb=300", "-rss_limit_mb=1000", "-reload=0"]
    command = [sys.executable, "-m", "validation.fuzz_inside", found.target, str(findings), *options, *limits]
    done = subprocess.run([*command, f"-artifact_prefix={findings}/"], cwd=ROOT, env=_environment(), text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, errors="replace", check=False)  # fmt: skip
    progress = _PROGRESS.findall(done.stderr)
    if not progress:
        raise RuntimeError(f"the fuzzer did not start (is atheris there?):\n{done.stderr[-2000:]}")
    start = next((each for each in progress if each[1] == "INITED"), progress[0])
    executions, _, edges, features = progress[-1]
    found.executions += int(executions)
    found.edges = (found.edges[0] or int(start[2]), int(edges))
    found.features = (found.features[0] or int(start[3]), int(features))


def _environment() -> dict[str, str]:
    memory = Path("/dev/shm")  # each input of the reader is a file: in memory, if there is such a folder
    return os.environ | {"PYTHONPATH": str(ROOT)} | ({"TMPDIR": str(memory)} if memory.is_dir() else {})


def _replayed(target: str, corpus: Path, seeds: Path, together: Path) -> dict[str, Any]:
    """Replay all inputs in a fresh process without instruments, where time and memory are a user's."""
    together.mkdir(exist_ok=True)
    for file in (*corpus.iterdir(), *seeds.iterdir()):
        (together / file.name).write_bytes(file.read_bytes())
    command = [sys.executable, "-m", "validation.fuzz_targets", target, str(together)]
    done = subprocess.run(command, cwd=ROOT, env=_environment(), text=True, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def page(found: Sequence[Fuzzed]) -> Page:
    """Return the table of what was fuzzed, and each finding."""
    rows = [
        (
            each.target,
            f"{each.minutes:.0f}",
            f"{each.executions:,}",
            f"{each.edges[0]:,} → {each.edges[1]:,}",
            f"{each.features[0]:,} → {each.features[1]:,}",
            f"{each.replayed['inputs']:,} ({each.replayed['read']:,} read)",
            f"{each.replayed['seconds']:.2f}",
            f"{each.replayed['megabytes']:.0f}",
            f"{len(each.findings)}",
        )
        for each in found
    ]
    columns = ("target", "minutes", "executions", "edges reached", "features", "corpus", "slowest, s", "peak, MB",
               "findings")  # fmt: skip
    said = [Paragraph(f"{each.target}: {what}: {data!r}") for each in found for what, data in each.findings.items()]
    minutes = sum(each.minutes for each in found)
    return [
        Heading(f"{sum(each.executions for each in found):,} executions in {minutes:.0f} minutes of one core"),
        Table("", columns, tuple(rows), right=frozenset(range(1, len(columns)))),
        Paragraph(
            "Edges and features are libFuzzer's, of the seeds → at the end. Time and memory (of the whole process) "
            "are of a replay of the corpus without instruments; 2 s and 300 MB are allowed.",
            aside=True,
        ),
        *said,
    ]


def read_corpus(path: Path = CORPUS) -> list[tuple[str, bytes]]:
    """Return the inputs that the tests replay: target and bytes."""
    lines = path.read_text(encoding="ascii").splitlines()
    return [(target, json.loads(text).encode("latin-1")) for target, _, text in (line.partition(" ") for line in lines)]


def write_corpus(folder: Path, path: Path = CORPUS) -> int:
    """Keep a few short inputs of each corpus that run every line that any of them runs; return how many."""
    lines = []
    for target in fuzz_targets.TARGETS:
        inputs = [file.read_bytes() for file in (folder / target).glob("all/*")]
        kept = fuzz_targets.covering(target, inputs)
        lines += [f"{target} {json.dumps(data.decode('latin-1'))}\n" for data in kept]
    path.write_text("".join(lines), encoding="ascii")
    return len(lines)


def main(arguments: list[str] | None = None) -> int:
    """Fuzz and print what came of it; return 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="python -m validation.fuzzing", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="in all, shared out among the targets")
    parser.add_argument("--target", choices=list(fuzz_targets.TARGETS), action="append", help="only this one")
    parser.add_argument("--folder", type=Path, help="keep corpora and findings here, and go on from what is there")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="table into docs/validation.md, small corpus into tests/")
    args = parser.parse_args(arguments)
    targets = args.target or list(fuzz_targets.TARGETS)
    folder = args.folder or Path(tempfile.mkdtemp(prefix="fuzzing-"))
    found = [fuzz(target, args.minutes / len(targets), folder.resolve(), args.seed) for target in targets]
    made = page(found)
    show(made, sys.stdout)
    if args.write:
        pages.write(SECTION, made)
        print(f"{write_corpus(folder)} inputs in {CORPUS}", file=sys.stderr)
    too_much = [
        each for each in found if each.replayed["wrong"] or each.replayed["megabytes"] > fuzz_targets.MOST_MEGABYTES
    ]
    return 1 if too_much or any(each.findings for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
