"""``python -m deference_sim.live.kernel.text_to_llvm``: the exports as LLVM's text, a module each, on standard output.

Numba reads its settings when it is imported, so this runs in a process of its own, with ``SETTINGS``.
"""

import json
import sys
from typing import Any

import numba
from numba.core import types
from numba.extending import overload, register_jitable

from deference_sim import quantiles
from deference_sim.engines.entry import OPTIONS
from deference_sim.engines.law import make_known
from deference_sim.engines.lending import lent
from deference_sim.live.kernel.exports import CALLED, EXPORTS, Export


@overload(quantiles.any_of)
def _any_of(found):  # type: ignore[no-untyped-def]
    return lambda found: found


def llvm_text(export: Export) -> tuple[str, str]:
    """Return the symbol of an export, and the module in which it stands with all that it calls."""
    signature: list[Any] = []
    for argument in export.arguments:
        element = numba.from_dtype(argument.dtype)
        lent_array = [types.CPointer(element), *[types.int64] * argument.dimensions]  # type: ignore[no-untyped-call]
        signature += lent_array if argument.dimensions else [element]
    options: dict[str, Any] = {**OPTIONS, "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    made = numba.njit(_on_memory(export), **options)
    made.compile(tuple(signature))
    (compiled,) = made.overloads.values()
    return compiled.fndesc.llvm_func_name, str(compiled.library._final_module)


def _on_memory(export: Export) -> Any:
    """Return a function of addresses and shapes that calls the export with the arrays that lie there."""
    names, lines, given = [], [], []
    for argument in export.arguments:
        shape = [f"{argument.name}_{axis}" for axis in range(argument.dimensions)]
        names += [f"{argument.name}_at", *shape] if shape else [argument.name]
        if shape:
            lines.append(f"    {argument.name} = lent({argument.name}_at, ({', '.join(shape)},))")
        given.append(argument.name)
    head, tail = f"def kernel({', '.join(names)}):", f"    return text({', '.join(given)})"
    space = {"lent": lent, "text": register_jitable(**OPTIONS)(export.function)}
    exec("\n".join([head, *lines, tail]), space)
    return space["kernel"]


def main() -> None:
    """Write the symbol and the text of every export, by its name."""
    make_known()
    for function in CALLED:
        register_jitable(**OPTIONS)(function)
    json.dump({export.name: llvm_text(export) for export in EXPORTS}, sys.stdout)


if __name__ == "__main__":
    main()
