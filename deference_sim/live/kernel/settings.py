"""The settings of Numba under which the kernel is compiled; it reads them when it is imported."""

from typing import Final

#: For no particular processor, and in single lanes: two lanes win nothing in V8.
SETTINGS: Final = {
    "NUMBA_CPU_NAME": "generic",
    "NUMBA_CPU_FEATURES": "",
    "NUMBA_LOOP_VECTORIZE": "0",
    "NUMBA_SLP_VECTORIZE": "0",
    "PYTHONHASHSEED": "0",
}
