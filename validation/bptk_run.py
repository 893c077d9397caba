"""An exported file run in BPTK-Py: a script for the Python of an environment that has it, which need not have ours.

    PYTHON validation/bptk_run.py FILE STEP MONTH...

Prints every stock at these months as JSON, by BPTK-Py's own names.
"""

import importlib.util
import json
import os
import sys
import tempfile


def main(file: str, step: str, *months: str) -> None:
    """Compile the file with BPTK-Py, follow it step by step, and print what its stocks are at ``months``."""
    from BPTK_Py.sdcompiler.compile import compile_xmile

    source, dt = os.path.abspath(file), float(step)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # where it leaves its log
        compile_xmile(source, os.path.join(folder, "model.py"), "py")
        found = importlib.util.spec_from_file_location("model", os.path.join(folder, "model.py"))
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        os.chdir("/")
    model = module.simulation_model()
    model.dt = dt
    start, remembered = model.starttime, model.memoize
    # What is remembered of a month is found again only by the very same number, which rounding would spoil.
    model.memoize = lambda name, month: remembered(name, start + round((month - start) / dt) * dt)
    last = round((max(map(float, months)) - start) / dt)
    path = {name: [model.equation(name, start + k * dt) for k in range(last + 1)] for name in model.stocks}
    at = [round((float(month) - start) / dt) for month in months]
    print(json.dumps({name: [values[k] for k in at] for name, values in path.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
