"""Arrays that compiled code is lent: made of addresses and shapes, without anything of Python in them."""

from typing import Any

from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array


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
