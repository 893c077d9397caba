"""What the fuzzer aims at: three readers of hostile bytes, each with what must hold whatever the bytes are.

A target returns whether it read the bytes or refused them; what breaks a promise is raised: any exception but the one
meant for users, an ``AssertionError`` where something read does not read back, ``ForbiddenError`` for a file written.
"""

import math
import os
import re
import resource
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np

from deference_sim.model.units import UNITS
from deference_sim.scenario import ScenarioError, load, shipped
from deference_sim.scenario.canonical import document, value_text
from deference_sim.scenario.catalogue import Parameter, catalogue, find, general_path, parameters, paths_of
from deference_sim.scenario.distributions import FIRST_U, LAST_U, Distribution
from deference_sim.scenario.layers import COMMAND_LINE, changed, marked_tree, setting
from deference_sim.scenario.problems import MAX_PROBLEMS
from deference_sim.scenario.quantities import NumberError, between, quantity
from deference_sim.scenario.tree import MapNode
from deference_sim.scenario.uncertain import BY_NUMBERS, BY_PARTS
from deference_sim.scenario.values import read_value

BAD_FILES: Final = Path(__file__).parents[1] / "tests" / "scenario" / "bad_files.txt"
DOCUMENTED_UNITS: Final = tuple(UNITS)
SHARES: Final = np.array([FIRST_U, 1e-9, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0 - 1e-9, LAST_U])

MOST_SECONDS, MOST_MEGABYTES = 2.0, 300.0  # of a core for one input; of the whole process
SLOW: Final = f"more than {MOST_SECONDS:g} s"

#: What reading may never do, as Python's audit events; ``open`` is looked at more closely.
FORBIDDEN: Final = frozenset(
    ["os.exec", "os.fork", "os.link", "os.mkdir", "os.posix_spawn", "os.remove", "os.rename", "os.rmdir", "os.symlink",
     "os.system", "os.truncate", "socket.connect", "subprocess.Popen"]
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


# ---- nothing is written ------------------------------------------------------------------------------------------


class ForbiddenError(BaseException):
    """A file that was written, or something else that reading may never do; nothing that reads may catch it."""


class _Watch:
    """Whether anybody looks at the moment; an audit hook cannot be taken away again."""

    on = False
    hooked = False
    done: str = ""


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _Watch.on and (event in FORBIDDEN or (event == "open" and _is_writing(*arguments[1:3]))):
        _Watch.done = f"{event} {str(arguments)[:200]}"


def _is_writing(mode: str | None, flags: int) -> bool:
    return bool(flags & _WRITING) or bool(mode and set(mode) & set("wax+"))


@contextmanager
def nothing_written() -> Iterator[None]:
    """Raise ``ForbiddenError`` if what is done meanwhile writes, renames or removes a file, or starts a process."""
    if not _Watch.hooked:
        sys.addaudithook(_hook)
        _Watch.hooked = True
    _Watch.on, _Watch.done = True, ""
    try:
        yield
    finally:
        _Watch.on = False
        if _Watch.done:
            raise ForbiddenError(_Watch.done)


# ---- the targets -------------------------------------------------------------------------------------------------


def reader(data: bytes) -> bool:
    """Read ``data`` as a scenario file; what is read must be written, read back equal and drawn from within range."""
    path = _scratch()
    path.write_bytes(data)
    with nothing_written():
        try:
            scenario = load(path)
        except ScenarioError as error:
            _check_words(error)
            return False
        text = scenario.to_yaml()
        drawn = scenario.draws(1, np.arange(4))
    path.write_text(text, encoding="utf-8")
    assert load(path).hash == scenario.hash, "what was read is not what is read from its own file"
    for name, values in drawn.items():
        parameter = find(name, COMMAND_LINE)
        assert all(parameter.admits(float(value)) for value in values), f"{name} is drawn outside its range"
    return True


def quantities(data: bytes) -> bool:
    """Read the bytes after the first, which chooses the unit, as a quantity; it must read back from its own text."""
    unit = DOCUMENTED_UNITS[data[0] % len(DOCUMENTED_UNITS)] if data else "1"
    text = data[1:].decode("utf-8", "replace")
    with nothing_written():
        for end in between(text) or (text,):
            try:
                value = quantity(end, unit)
            except NumberError:
                return False
            assert math.isfinite(value)
            again = f"{value!r}" + ("" if unit == "1" else f" {unit}")
            assert quantity(again, unit) == value, "a quantity that is not read back from its own text"
    return True


def distributions(data: bytes) -> bool:
    """Read ``data`` as the ``PATH=VALUE`` of ``--set``; a distribution must be one, and read back equal."""
    text = data.decode("utf-8", "surrogateescape")
    with nothing_written():
        try:
            change = setting(text)
            _, problems = changed(_baseline(), [change])
            if problems:
                raise ScenarioError(problems)
            parameter = parameters().get(general_path(change.path))
            if parameter is None:
                return False
            value = read_value(change.node, parameter, change.path)
        except ScenarioError as error:
            _check_words(error)
            return False
        if isinstance(value, Distribution):
            _check_distribution(value, parameter)
    return True


TARGETS: Final[dict[str, Callable[[bytes], bool]]] = {
    "reader": reader, "quantities": quantities, "distributions": distributions,
}  # fmt: skip


@cache
def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fuzzing-"))
    return folder / "any.yaml"


@cache
def _baseline() -> MapNode:
    scenario = load("five-hazards")
    return marked_tree(document(scenario, defaults=False), scenario.sources)


def _check_words(error: ScenarioError) -> None:
    """See that the lines a user would read are few, whole and printable."""
    lines = str(error).split("\n")
    assert 1 <= len(lines) == len(error.problems) <= MAX_PROBLEMS, "lines of an error are not its problems"
    assert all(line.isprintable() for line in lines), "a line that does not print"
    assert max(map(len, lines)) < 6_000, "a line that nobody would read"


def _check_distribution(distribution: Distribution, parameter: Parameter) -> None:
    """See that quantiles are finite, rise, stay in range, and that what a file says reads back."""
    with np.errstate(all="ignore"):
        values = distribution.quantile(SHARES)
        below = distribution.cumulative(values)
    assert np.isfinite(values).all(), "a quantile that is not finite"
    assert (np.diff(values) >= 0.0).all(), "quantiles that fall"
    assert not np.isnan(below).any(), "a cumulative function that is NaN"
    assert ((below >= -1e-12) & (below <= 1.0 + 1e-9)).all(), "a cumulative function outside 0 and 1"
    low, high = distribution.support
    assert low <= values[0] <= values[-1] <= high, "a quantile outside the support"
    said = setting(f"{parameter.path}={value_text(distribution, parameter)}")
    assert read_value(said.node, parameter, parameter.path) == distribution, "a distribution that does not read back"


# ---- judgement ---------------------------------------------------------------------------------------------------


def wrong_with(target: str, data: bytes) -> str:
    """Return what is wrong with how ``target`` takes ``data``, the same words for the same mistake; "" if nothing."""
    began = process_time()
    try:
        TARGETS[target](data)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _signature(error)
    return SLOW if process_time() - began > MOST_SECONDS else ""


def _signature(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "deference_sim" in frame.filename] or frames
    said = str(error) if isinstance(error, AssertionError | ForbiddenError) else ""
    return f"{type(error).__name__} {Path(own[-1].filename).name}:{own[-1].lineno} {said[:80]}".strip()


def replay(target: str, inputs: Sequence[bytes]) -> dict[str, Any]:
    """Return how ``target`` takes ``inputs``: longest time, peak of memory, how many are read, what is wrong."""
    slowest, read = 0.0, 0
    found: dict[str, list[int]] = {}
    for place, data in enumerate(inputs):
        began = process_time()
        what = wrong_with(target, data)
        slowest = max(slowest, process_time() - began)
        if what:
            found.setdefault(what, []).append(place)
        else:
            read += TARGETS[target](data)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # which Linux counts in KiB
    return {"inputs": len(inputs), "read": read, "seconds": slowest, "megabytes": peak, "wrong": found}


def smallest(target: str, data: bytes, what: str) -> bytes:
    """Return as few bytes of ``data`` as are still wrong in the same way."""
    size = max(len(data) // 2, 1)
    while size:
        place = 0
        while place < len(data):
            tried = data[:place] + data[place + size :]
            if wrong_with(target, tried) == what:
                data = tried
            else:
                place += size
        size //= 2
    return data


def covering(target: str, inputs: Sequence[bytes], longest: int = 300) -> list[bytes]:
    """Return few of ``inputs``, the shortest first, that run every line that any of them runs."""
    kept: list[bytes] = []
    seen: set[tuple[str, int]] = set()
    for data in sorted(inputs, key=lambda each: (len(each), each)):
        lines = _lines_run(target, data) if len(data) <= longest else set()
        if not lines <= seen:
            seen |= lines
            kept.append(data)
    return kept


def _lines_run(target: str, data: bytes) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()

    def trace(frame: Any, event: str, argument: object) -> Any:
        if "/deference_sim/scenario/" not in frame.f_code.co_filename:
            return None
        found.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        wrong_with(target, data)
    finally:
        sys.settrace(before)
    return found


# ---- what the fuzzer starts from ---------------------------------------------------------------------------------


def seeds(target: str) -> list[bytes]:
    """Return inputs to start from: the shipped scenarios and the bad files of the tests, or their values."""
    files = [path.read_text(encoding="utf-8") for path in shipped().values()]
    cases = re.split(r"(?m)^== ", BAD_FILES.read_text(encoding="utf-8"))[1:]
    files += [case.partition("\n")[2].partition("\n-> ")[0] + "\n" for case in cases]
    if target == "reader":
        return [text.encode() for text in files]
    if target == "quantities":
        said = sorted({value for text in files for value in re.findall(r": +([^\s{\[#][^#,}\]\n]*)", text)})
        return [bytes([place % len(DOCUMENTED_UNITS)]) + value.encode() for place, value in enumerate(said)]
    found = set()
    for text in files:
        found |= {f"{key}={value}" for key, value in re.findall(r"(?m)^ *([a-z_]+): +(.*)$", text)}
        found |= {f"rival.lead={value}" for value in re.findall(r"\{.*\}", text)}
    for name in shipped():
        scenario = load(name)
        for path, parameter, value in paths_of(scenario):
            if scenario.sources[path] != "default":
                found.add(f"{path}={value_text(scenario.uncertain.get(path, value), parameter)}")
    return [setting.encode() for setting in sorted(found)]


def words() -> list[str]:
    """Return what a file is made of: paths, keys, words, units, distributions and marks of YAML."""
    found = {*catalogue(), *parameters(), *BY_NUMBERS, *BY_PARTS}
    for parameter in parameters().values():
        found |= {parameter.name, *parameter.words}
    found |= {spelling for spellings in UNITS.values() for spelling in spellings}
    found |= {name for kind in BY_NUMBERS.values() for name in kind.names} | {"p5: ", "p10: ", "p90: ", "p95: "}
    found |= {"schema: 1\n", "extends: baseline\n", "hazards:\n  - {name: a, kind: background}\n", "correlations: "}
    found |= {"between: [", "spearman: ", "probability: ", "value: ", " to ", "null", "true", "1e308", "1e-308", "-0.0"}
    return sorted(found | set("{}[]:-!?|>#%@&*~'\"") | {"\\x41", "\\uD800", "<<: ", "--- ", "...", "!!str ", "%YAML"})


if __name__ == "__main__":  # judge a folder of inputs in a process that does nothing else
    import json

    print(json.dumps(replay(sys.argv[1], [path.read_bytes() for path in sorted(Path(sys.argv[2]).iterdir())])))
