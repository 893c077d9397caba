"""What is compiled already, so that a user can be told before the first run waits for the compiler."""

from collections.abc import Callable
from typing import Any

from deference_sim.engines import kernel
from deference_sim.engines.law import NEEDED, cache_folder


def is_cached(engine: str = "compiled") -> bool:
    """Return whether all that ``engine`` always needs of the compiled law is in the cache already."""
    if engine == "compiled":
        return kernel.is_kept()
    folder = cache_folder()
    return folder is not None and all(any(folder.rglob(f"*.{name}-*.nbc")) for name in NEEDED)


def announce_compilation(say: Callable[[str], Any], engine: str = "compiled") -> None:
    """Tell the user, through ``say``, that the first run of ``engine`` compiles, if it will."""
    if not is_cached(engine):
        how_long = "some seconds" if engine == "compiled" else "about a minute"
        say(f"Compiling the model for this machine (once, {how_long}) …")
