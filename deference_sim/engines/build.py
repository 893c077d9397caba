"""Building the kernel: Numba makes object code from the text of the law, without anything of Python in it."""

from typing import Any

import numba
from numba.core import types
from numba.extending import register_jitable

from deference_sim.engines import entry
from deference_sim.engines.entry import ARGUMENTS, OPTIONS
from deference_sim.engines.law import make_known
from deference_sim.engines.lending import lent


def object_code() -> tuple[str, bytes]:
    """Return the symbol of the kernel and the object code that it stands in, for this processor."""
    make_known()
    for function in (entry.prepare, entry.run_block):
        register_jitable(**OPTIONS)(function)
    signature: list[Any] = [types.uint64]
    for _, dtype, dimensions in ARGUMENTS:
        pointer = types.CPointer(numba.from_dtype(dtype))  # type: ignore[no-untyped-call]
        signature += [pointer, *[types.int64] * dimensions]
    options: dict[str, Any] = {**OPTIONS, "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    made = numba.njit(_text(), **options)
    made.compile(types.int64(*signature))
    (compiled,) = made.overloads.values()
    library = compiled.library
    return compiled.fndesc.llvm_func_name, library._codegen._tm.emit_object(library._final_module)


def _text() -> Any:
    """Return the kernel as a function: arrays made of addresses and shapes, constants set, the block run."""
    names = [name for name, _, _ in ARGUMENTS]
    shapes = {name: ", ".join(f"{name}_{axis}" for axis in range(count)) for name, _, count in ARGUMENTS}
    lines = [
        f"def kernel(key, {', '.join(f'{name}_at, {shapes[name]}' for name in names)}):",
        *(f"    {name} = lent({name}_at, ({shapes[name]},))" for name in names),
        "    prepare(parameters)",
        f"    return run_block(key, {', '.join(names)})",
    ]
    space = {"lent": lent, "prepare": entry.prepare, "run_block": entry.run_block}
    exec("\n".join(lines), space)
    return space["kernel"]
