"""Too little memory: said in a sentence, whatever the library that runs out of it first makes of it."""

import os
import sys

ENOUGH = 2_500_000_000  # bytes of address space that every command does with, compilers and pictures included
_SIGNS = ("failed to map segment", "cannot allocate memory", "shared object", "error return without exception set")


def prepare_for_little() -> None:
    """Say so where less memory is allowed than commands take, and spare it: libraries may end without a word of why."""
    limit = allowed()
    if limit is None or limit >= ENOUGH:
        return
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # each thread takes memory of its own, and waits for it
    if sys.stderr is not None:
        print(
            f"only {limit / 1e6:,.0f} MB of memory are allowed (ulimit -v); commands take up to "
            f"{ENOUGH / 1e6:,.0f} MB, and may fail",
            file=sys.stderr,
        )


def allowed() -> int | None:
    """Return how many bytes of memory this process may have; None where nothing limits it."""
    try:
        import resource
    except ImportError:  # there is no such limit on Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def is_want_of_memory(error: BaseException | None) -> bool:
    """Return whether an error, or what it came from, says that memory has run out."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        told = str(error).lower()
        if isinstance(error, ImportError | SystemError | OSError) and any(sign in told for sign in _SIGNS):
            return True
        error = error.__cause__ or error.__context__
    return False
