"""The process that fuzzes one target: coverage-guided by atheris, going on after what it finds.

Run by ``validation.fuzzing``. The reader is instrumented as it is imported, so it must be imported here first.
"""

import hashlib
import sys
from pathlib import Path

import atheris

sys.dont_write_bytecode = True
with atheris.instrument_imports(include=["deference_sim.scenario", "deference_sim.model.units"]):
    from validation import fuzz_targets


def main() -> None:
    """Fuzz the target named first; findings go to the folder named second, the rest is for libFuzzer."""
    name, folder, *options = sys.argv[1:]

    def once(data: bytes) -> None:
        if what := fuzz_targets.wrong_with(name, data):
            keep(Path(folder), what, data)

    for seed in fuzz_targets.seeds(name):  # what is imported late is imported now, not while it is watched
        once(seed)
    atheris.Setup([sys.argv[0], *options], once)
    atheris.Fuzz()


def keep(findings: Path, what: str, data: bytes) -> None:
    """Save the input of a finding, unless a shorter one of the same kind is there already."""
    file = findings / hashlib.blake2b(what.encode(), digest_size=8).hexdigest()
    if not file.exists() or len(data) < file.stat().st_size:
        file.write_bytes(data)
        file.with_suffix(".txt").write_text(what + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
