"""Building the kernel: Numba makes object code from the text of the law, without anything of Python in it."""

from typing import Any

import numba
from numba.core import cgutils, types
from numba.extending import intrinsic, register_jitable
from numba.np.arrayobj import make_array, populate_array

from deference_sim.engines import entry
from deference_sim.engines.entry import ARGUMENTS, OPTIONS
from deference_sim.engines.law import make_known


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


@intrinsic
def lent(typing_context: Any, pointer: Any, shape: Any) -> Any:
    """Return the array at an address, C-contiguous and of this shape, which stays its owner's."""
    array_type = types.Array(pointer.dtype, shape.count, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        element = context.get_data_type(array_type.dtype)
        size = context.get_constant(types.intp, context.get_abi_sizeof(element))
        lengths = cgutils.unpack_tuple(builder, arguments[1], shape.count)  # type: ignore[no-untyped-call]
        strides = [size]
        for length in reversed(lengths[1:]):
            strides.insert(0, builder.mul(strides[0], length))
        array = make_array(array_type)(context, builder)  # type: ignore[no-untyped-call]
        data = builder.bitcast(arguments[0], element.as_pointer())
        layout = {"data": data, "shape": lengths, "strides": strides, "itemsize": size, "meminfo": None}
        populate_array(array, **layout)  # type: ignore[no-untyped-call]
        return array._getvalue()

    return array_type(pointer, shape), generate
