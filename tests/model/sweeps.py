"""The same equation at many points, as plain Python and compiled: what it returns and what it leaves behind."""

import ast
import functools
import hashlib
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines.law import cache_folder, compiled_law
from deference_sim.trajectory.rates import shared
from deference_sim.trajectory.state import stocks_of

from .random_arguments import HAZARDS, PROCESS_ROWS, WHOLE, from_plain, plain_rows, random_float

Equation = Callable[..., Any]
Columns = dict[str, NDArray[Any]]

#: The record that an argument of this name is: table, and which of the row's records if it has several.
RECORDS = {
    "state": ("S", 0),
    "p": ("P", 0),
    "hazards": ("H", 0),
    "hazard": ("H", len(HAZARDS)),
    "processes": ("X", 0),
    "process": ("X", PROCESS_ROWS),
    "log": ("L", 0),
    "record": ("R", 0),
    "sample": ("Q", 0),
    "y": ("Y", 0),
}
#: Arguments that are stocks by name: how each is made of the row's records.
BY_NAME = {
    "stocks": "stocks_of(Y[j])",
    "before": "stocks_of(Y[j])",
    "after": "stocks_of(Y[(j + 1) % len(Y)])",
    "now": "shared(S[j], P[j], stocks_of(Y[j]))",
}
MAKERS = {"stocks_of": stocks_of, "shared": shared}
#: Arguments that are a list of knots: which field of the parameters they are here.
KNOTS = {"xs": "tax_shape_x", "ys": "tax_shape_y", "count": "tax_shape_count"}
TABLES = "SPHXLRQY"
MOST_ARGUMENTS = 10


def tables_of(argument: str) -> set[str]:
    if argument in BY_NAME:
        return {"S", "P", "Y"}
    return {"P"} if argument in KNOTS else {RECORDS[argument][0]} if argument in RECORDS else set()


def is_word(name: str, annotation: object) -> bool:
    return name == "key" or annotation in (np.uint64, streams.Word)


def is_whole(annotation: object) -> bool:
    return annotation in (int, bool, streams.Truth)


def coefficients_at(column: int) -> list[int]:
    """Return which of the floats are the coefficients of a polynomial here: eight, in an order of its own."""
    return [(column + place) % 8 for place in range(8)]


def scalars(function: Equation, S: NDArray[np.void], points: int, seed: int) -> Columns:
    """Random values for the arguments that are no records: floats F, integers N and words B, a column each."""
    random = np.random.default_rng([seed, *function.__name__.encode()])
    shape = (points, MOST_ARGUMENTS)
    F, N, B = np.zeros(shape), np.zeros(shape, np.int64), np.zeros(shape, np.uint64)
    states = S[np.resize(np.arange(len(S)), points)]
    for column, (name, about) in enumerate(inspect.signature(function).parameters.items()):
        if is_word(name, about.annotation):
            B[:, column] = random.integers(0, 2**64 if name == "key" else 2**32, points, np.uint64)
        elif about.annotation is streams.Coefficients:
            F[:, :8] = random.normal(0.0, 10.0, (points, 8))
        elif is_whole(about.annotation) and name not in KNOTS:
            N[:, column] = random.integers(0, WHOLE[name], points)
        elif name not in RECORDS and name not in KNOTS and name not in BY_NAME:
            F[:, column] = random_float(random, name, states)
    return {"F": F, "N": N, "B": B}


def run_plain(function: Equation, records: dict[str, list[Any]], given: Columns, rows: int, points: int) -> list[Any]:
    """Call ``function`` at every point with plain objects and numbers, and return what it returns."""
    columns = {name: values.T.tolist() for name, values in given.items() if name != "B"}
    arguments: list[Callable[[int, int], Any]] = []
    for column, (name, about) in enumerate(inspect.signature(function).parameters.items()):
        if is_word(name, about.annotation):
            arguments.append(lambda i, j, column=column: given["B"][i, column])
        elif about.annotation is streams.Coefficients:
            places = coefficients_at(column)
            arguments.append(lambda i, j, places=places: tuple(columns["F"][n][i] for n in places))
        elif name in KNOTS:
            arguments.append(lambda i, j, field=KNOTS[name]: getattr(records["P"][j], field))
        elif name in BY_NAME:
            made = eval(f"lambda j, S, P, Y: {BY_NAME[name]}", dict(MAKERS))
            arguments.append(lambda i, j, made=made: made(j, *(records[table] for table in "SPY")))
        elif name in RECORDS:
            table, several = RECORDS[name]
            here = records[table]
            if several:
                arguments.append(lambda i, j, here=here, several=several: here[j][i % several])
            else:
                arguments.append(lambda i, j, here=here: here[j])
        else:
            values = columns["N" if is_whole(about.annotation) else "F"][column]
            arguments.append(lambda i, j, values=values: values[i])
    with np.errstate(all="raise"):
        return [function(*[argument(i, i % rows) for argument in arguments]) for i in range(points)]


def outputs_of(function: Equation) -> int:
    """Return how many values ``function`` returns."""
    returned = [node.value for node in ast.walk(text_of(function)) if isinstance(node, ast.Return)]
    return max((_parts(value) for value in returned if value is not None), default=0)


def _parts(value: ast.expr) -> int:
    """Return how many values an expression gives: several for a tuple, and for one with names."""
    if isinstance(value, ast.Tuple):
        return len(value.elts)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        if value.func.id in ("Stocks", "Now"):
            return len(value.args)
        if value.func.id == "gains":
            return 2
    return 1


def text_of(function: Equation) -> ast.FunctionDef:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(definition, ast.FunctionDef)
    return definition


def written_call(function: Equation, name: str) -> str:
    """Write a call of ``function`` under ``name`` with the arguments of point ``i``, that keeps what it returns."""
    written = []
    for column, (argument, about) in enumerate(inspect.signature(function).parameters.items()):
        if about.annotation is streams.Coefficients:
            written.append("(" + ", ".join(f"F[i, {n}]" for n in coefficients_at(column)) + ")")
        elif argument in KNOTS:
            written.append(f"P[j].{KNOTS[argument]}")
        elif argument in BY_NAME:
            written.append(BY_NAME[argument])
        elif argument in RECORDS:
            table, several = RECORDS[argument]
            written.append(f"{table}[j, i % {several}]" if several else f"{table}[j]")
        else:
            table = "B" if is_word(argument, about.annotation) else "N" if is_whole(about.annotation) else "F"
            written.append(f"{table}[i, {column}]")
    kept = ", ".join(f"out[i, {n}]" for n in range(outputs_of(function)))
    return f"{kept}{' = ' if kept else ''}{name}({', '.join(written)})"


@functools.cache
def compiled_loop(functions: tuple[Equation, ...]) -> Callable[..., None]:
    """Return a compiled loop over all points that calls one of ``functions`` and keeps what it returns.

    Several in one loop compile in half the time.
    """
    name = "loop_" + hashlib.blake2b(" ".join(f.__name__ for f in functions).encode(), digest_size=8).hexdigest()
    lines = [
        f"def {name}(number, {', '.join(TABLES)}, F, N, B, out):",
        " for i in range(len(out)):",
        "  j = i % len(P)",
    ]
    lines += [f"  if number == {n}: {written_call(f, f'f{n}')}" for n, f in enumerate(functions)]
    # Numba's cache wants the name of a module that can be imported and of a file that exists: this one's.
    space: dict[str, Any] = {f"f{n}": f for n, f in enumerate(functions)} | {"__name__": __name__} | MAKERS
    exec(compile("\n".join(lines), __file__, "exec"), space)
    compiled_law()  # registers the equations with Numba, and names its cache
    result: Callable[..., None] = numba.njit(space[name], cache=cache_folder() is not None)
    return result


def sweep_differences(
    functions: tuple[Equation, ...], number: int, worlds: Columns, points: int, seed: int
) -> list[str]:
    """Return where plain Python and compiled code differ, in what a function returns or in the records it changes.

    It is the one of that ``number`` among ``functions``, which are compiled together.
    Every point has its own row of the random worlds, from the first again when there are more points than rows (and
    the equation changes none).
    """
    function = functions[number]
    records = {name: worlds[name].copy() for name in TABLES}
    given = scalars(function, records["S"], points, seed)
    used = sorted(set().union(*(tables_of(name) for name in inspect.signature(function).parameters)))
    plain = {name: plain_rows(records[name]) for name in used}
    returned = run_plain(function, plain, given, len(worlds["P"]), points)
    out = np.zeros((points, outputs_of(function)))
    compiled_loop(functions)(number, *records.values(), *given.values(), out)
    expected = np.array(returned, float).reshape(out.shape) if out.size else out
    found = differences("returned", expected, out)
    for name in used:
        found += differences(name, from_plain(plain[name], records[name]), records[name])
    return found


def differences(label: str, plain: NDArray[Any], compiled: NDArray[Any]) -> list[str]:
    """Say what differs in any bit, field by field, with the first place and its two values; NaN equals NaN."""
    if plain.dtype.names:
        return [line for f in plain.dtype.names for line in differences(f"{label}.{f}", plain[f], compiled[f])]
    a, b = np.ascontiguousarray(plain), np.ascontiguousarray(compiled)
    same = a == b
    if a.dtype.kind == "f":
        same = (a.view(np.uint64) == b.view(np.uint64)) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return []
    at = tuple(int(k) for k in np.argwhere(~same)[0])
    return [f"{label} differs at {np.sum(~same)} of {same.size}, first at {at}: plain {a[at]!r}, compiled {b[at]!r}"]
