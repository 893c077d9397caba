"""The law's kernel for the browser: WebAssembly built from the law's own text, and the data that runs it.

``python -m deference_sim.live.kernel`` builds it. ``js/kernel/README.md`` says how JavaScript runs it.
"""

from deference_sim.live.kernel.declarations import declarations
from deference_sim.live.kernel.kept import KernelMissing, is_built, kernel_bytes, law_hash
from deference_sim.live.kernel.text_to_js import moment_text

__all__ = ["KernelMissing", "declarations", "is_built", "kernel_bytes", "law_hash", "moment_text"]
