"""The compiled engine's kernel: machine code made once, kept as an object file and linked into the process by llvmlite.

It is the law's text in lanes (``engines.lanes``), and calls nothing of Numba or Python. Where nothing may be compiled,
or indices are to be checked, ``entry.run_block`` stands in for it, which runs the same text one trajectory at a time.
"""

import ctypes
import functools
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines.lanes import build
from deference_sim.engines.lanes.memory import BYTES
from deference_sim.engines.law import cache_folder, compiled_law, is_checking, is_compiling
from deference_sim.trajectory.log import LOG_DTYPE
from deference_sim.trajectory.state import FIRST_HAZARD, PROCESS_DTYPE, STATE_DTYPE

Arrays = NDArray[Any]
#: Takes a key, replicates, parameters and hazards (a row for each replicate, or one for all), times at which to sample,
#: room for samples and for records. Returns how many replicates, in order, were run, and when the next one failed.
Kernel = Callable[[np.uint64, Arrays, Arrays, Arrays, Arrays, Arrays, Arrays], tuple[int, float]]
_DIGEST = 16  # bytes at the head of the file, of what follows
_once = threading.Lock()


def kernel() -> Kernel:
    """Return the function that sets the law's constants and runs a block of replicates.

    It is read from the cache, or compiled now and put there; threads that ask at once wait for the first of them.
    """
    with _once:
        return _kernel()


@functools.cache
def _kernel() -> Kernel:
    if not is_compiling() or is_checking():
        return run_one_by_one
    made = _read()
    if made is None:
        made = build.object_code()
        _write(made)
    return _linked(*made)


def changed_kernel(changed: build.Changed) -> Kernel:
    """Return such a function for a law of which functions are ``changed`` for others, compiled now and not kept.

    Raises ``ValueError`` where nothing may be compiled.
    """
    if not is_compiling():
        raise ValueError("a changed law has to be compiled, which NUMBA_DISABLE_JIT forbids: unset it")
    return _linked(*build.object_code(changed))


def is_kept() -> bool:
    """Return whether the kernel of this very law for this very processor is in the cache, whole."""
    return _read() is not None


def _file() -> Path | None:
    folder = cache_folder()
    made_for = build.target()
    processor = f"{made_for.cpu} {made_for.features}"
    name = hashlib.blake2b(processor.encode(), digest_size=8).hexdigest()
    return None if folder is None else folder / f"kernel-{name}.o"


def _read() -> tuple[str, bytes] | None:
    """Return (symbol, object code) as kept; None if there is none, or a damaged file, which counts as a missing one."""
    path = _file()
    try:
        kept = b"" if path is None else path.read_bytes()
    except OSError:
        return None
    whole = kept[_DIGEST:]
    if not whole or hashlib.blake2b(whole, digest_size=_DIGEST).digest() != kept[:_DIGEST]:
        return None
    symbol, _, code = whole.partition(b"\n")
    return symbol.decode(), code


def _write(made: tuple[str, bytes]) -> None:
    """Keep symbol and object code; where that cannot be done they are made again next time."""
    path, whole = _file(), made[0].encode() + b"\n" + made[1]
    if path is None:
        return
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".kernel-")
    except OSError:
        return
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.blake2b(whole, digest_size=_DIGEST).digest() + whole)
        part.replace(path)
    except OSError:  # the disk is full, say: then nothing half written stays
        part.unlink(missing_ok=True)


def _linked(symbol: str, code: bytes) -> Kernel:
    """Return the function at ``symbol`` of the object code, linked into this process, where it stays."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
    linker = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    linker.add_object_file(llvm.ObjectFileRef.from_data(code))
    linker.finalize_object()
    types = [ctypes.c_void_p if kind == "ptr" else ctypes.c_uint64 for kind in build.TAKEN.values()]
    function = ctypes.CFUNCTYPE(None, *types)(linker.get_function_address(symbol))
    lanes = build.lanes_of(symbol)

    def run(
        key: np.uint64, replicates: Arrays, P: Arrays, H: Arrays, grid: Arrays, samples: Arrays, records: Arrays
    ) -> tuple[int, float]:
        columns = H.shape[1]
        room = {
            "p": build.PARAMETERS.words,
            "state": build.STATE.words,
            "hazards": build.HAZARDS.words * columns,
            "processes": build.PROCESSES.words * (FIRST_HAZARD + columns),
            "lane": build.LANE.words,
        }
        of_lanes = {name: _room(words, lanes) for name, words in room.items()}
        given: dict[str, Any] = of_lanes | {
            "key": key, "replicates": replicates, "count": len(replicates), "P": P, "rows": len(P), "H": H,
            "columns": columns, "process_rows": FIRST_HAZARD + columns, "line": np.zeros(2, np.int64), "grid": grid,
            "times": len(grid), "samples": samples, "sample_rows": len(samples), "records": records,
        }  # fmt: skip
        function(*(_handed(given[name]) for name in build.TAKEN))
        return build.first_failed(of_lanes["lane"], of_lanes["state"], len(replicates))

    run.linker = linker  # type: ignore[attr-defined]  # whose end would unmap the code
    return run


def _room(words: int, lanes: int) -> Arrays:
    """Return zeros for so many words of each lane, where processors read them best."""
    aligned = 64 // BYTES
    whole = np.zeros(words * lanes + aligned, np.int64)
    first = -(whole.ctypes.data // BYTES) % aligned
    return whole[first : first + words * lanes].reshape(words, lanes)


def _handed(value: Any) -> int:
    if not isinstance(value, np.ndarray):
        return int(value)
    if not value.flags.c_contiguous:
        raise TypeError("the kernel takes contiguous arrays only")
    return value.ctypes.data


def run_one_by_one(
    key: np.uint64, replicates: Arrays, P: Arrays, H: Arrays, grid: Arrays, samples: Arrays, records: Arrays
) -> tuple[int, float]:
    """Do the same without lanes: in plain Python, or compiled by Numba with its checks."""
    law = compiled_law()
    law.prepare(P)
    blank, state = np.zeros(1, STATE_DTYPE), np.zeros(1, STATE_DTYPE)
    processes, log = np.zeros(FIRST_HAZARD + H.shape[1], PROCESS_DTYPE), np.zeros(0, LOG_DTYPE)
    done = law.run_block(key, replicates, P, H, blank, state, processes, log, grid, samples, records)
    return int(done), float(state["t"][0])
