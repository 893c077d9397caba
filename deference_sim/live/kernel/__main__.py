"""``python -m deference_sim.live.kernel``: builds kernel.wasm if it is missing or comes from another law."""

import sys

from deference_sim.live.kernel.kept import FOLDER, KernelMissing, kernel_bytes, law_hash


def main() -> int:
    """Build what is missing, and say what there is; return the exit status."""
    try:
        module = kernel_bytes(lambda text: print(text, file=sys.stderr))
    except KernelMissing as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{FOLDER / 'kernel.wasm'}: {len(module):,} bytes, law {law_hash()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
