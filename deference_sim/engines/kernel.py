"""The compiled engine's kernel: machine code that Numba makes once, kept as an object file and loaded without Numba.

Importing Numba takes longer than most runs, so a process that finds the file does without: llvmlite links the code
into the process. The code allocates nothing and calls nothing but the C library's mathematics and moves of memory.
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

from deference_sim.engines.entry import ARGUMENTS
from deference_sim.engines.law import cache_folder, is_compiling, on_arrays, plain_law

Kernel = Callable[..., int]
_DIGEST = 16  # bytes at the head of the file, of what follows
_once = threading.Lock()


def kernel() -> Kernel:
    """Return the function that sets the law's constants and runs a block: of a key, and arrays as in ``ARGUMENTS``.

    It returns how many replicates it ran. It is read from the cache, or compiled now and put there; threads that ask
    at once wait for the first of them.
    """
    with _once:
        return _kernel()


@functools.cache
def _kernel() -> Kernel:
    if not is_compiling():
        return _run_plainly
    made = _read()
    if made is None:
        from deference_sim.engines.build import object_code

        made = object_code()
        _write(made)
    return _linked(*made)


def is_kept() -> bool:
    """Return whether the kernel of this very law for this very processor is in the cache, whole."""
    return _read() is not None


def _file() -> Path | None:
    from llvmlite import binding as llvm

    folder = cache_folder()
    processor = f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
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
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.blake2b(whole, digest_size=_DIGEST).digest() + whole)
        Path(name).replace(path)
    except OSError:
        return


def _linked(symbol: str, code: bytes) -> Kernel:
    """Return the function at ``symbol`` of the object code, linked into this process, where it stays."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
    linker = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    linker.add_object_file(llvm.ObjectFileRef.from_data(code))
    linker.finalize_object()
    types: list[Any] = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64]
    for _, _, dimensions in ARGUMENTS:
        types += [ctypes.c_void_p, *[ctypes.c_int64] * dimensions]
    function = ctypes.CFUNCTYPE(ctypes.c_int32, *types)(linker.get_function_address(symbol))

    def run(key: np.uint64, *arrays: NDArray[Any]) -> int:
        done, raised = ctypes.c_int64(), ctypes.c_void_p()  # where Numba puts what is returned, and what is raised
        given: list[int] = []
        for array, (name, dtype, dimensions) in zip(arrays, ARGUMENTS, strict=True):
            if array.dtype != dtype or array.ndim != dimensions or not array.flags.c_contiguous:
                raise TypeError(f"{name} must be a contiguous array of {dimensions} dimensions of {dtype}")
            given += [array.ctypes.data, *array.shape]
        function(ctypes.addressof(done), ctypes.addressof(raised), int(key), *given)
        return done.value

    run.linker = linker  # type: ignore[attr-defined]  # whose end would unmap the code
    return run


def _run_plainly(key: np.uint64, *arrays: NDArray[Any]) -> int:
    law = plain_law()
    on_arrays(law.prepare)(arrays[1])
    return int(on_arrays(law.run_block)(key, *arrays))
