"""Building the kernel: object code from the text of the rounds and of the law, for one processor."""

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines.lanes import moves, rounds
from deference_sim.engines.lanes.frame import Frame
from deference_sim.engines.lanes.memory import BYTES, Array, Layout, Table, View
from deference_sim.engines.lanes.module import Module
from deference_sim.engines.lanes.text import Function
from deference_sim.engines.lanes.values import FLOAT, WHOLE, WORD, Code, Num
from deference_sim.engines.lanes.ways import EVERYWHERE
from deference_sim.model.parameters import HAZARD_DTYPE, PARAMETERS_DTYPE
from deference_sim.trajectory.log import note
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import SAMPLE_DTYPE
from deference_sim.trajectory.state import PROCESS_DTYPE, STATE_DTYPE


def whole_fields(dtype: np.dtype[Any]) -> tuple[str, ...]:
    """Return the names of the fields that hold whole numbers: switches, counts and numbers of streams."""
    return tuple(name for name in dtype.names or () if dtype[name].base.kind != "f")


#: In the parameters all lanes share what decides which text is run, so that it costs a branch and no masks.
STATE = Layout(STATE_DTYPE, frozenset({"key"}))
PARAMETERS = Layout(PARAMETERS_DTYPE, frozenset(whole_fields(PARAMETERS_DTYPE)))
HAZARDS = Layout(HAZARD_DTYPE, frozenset(whole_fields(HAZARD_DTYPE)))
PROCESSES, LANE = Layout(PROCESS_DTYPE), Layout(rounds.LANE_DTYPE)
RECORD, SAMPLE = Layout(RECORD_DTYPE), Layout(SAMPLE_DTYPE)
#: What the kernel takes: addresses (``ptr``) and whole numbers.
TAKEN = {
    "key": "i64", "replicates": "ptr", "count": "i64", "P": "ptr", "rows": "i64", "H": "ptr", "columns": "i64",
    "p": "ptr", "state": "ptr", "hazards": "ptr", "processes": "ptr", "process_rows": "i64", "lane": "ptr",
    "line": "ptr", "grid": "ptr", "times": "i64", "samples": "ptr", "sample_rows": "i64", "records": "ptr",
}  # fmt: skip


Changed = Mapping[Function, Function]
UNCHANGED: Changed = MappingProxyType({})


class Target(NamedTuple):
    """A processor that code is made for, and how many lanes its code has."""

    cpu: str
    features: str
    lanes: int


def target() -> Target:
    """Return this processor, or the one that ``NUMBA_CPU_NAME`` and ``NUMBA_CPU_FEATURES`` name, as for Numba."""
    from llvmlite import binding as llvm

    named = os.environ.get("NUMBA_CPU_NAME")
    features = os.environ.get("NUMBA_CPU_FEATURES")
    if features is None:
        features = "" if named else llvm.get_host_cpu_features().flatten()
    return Target(named or llvm.get_host_cpu_name(), features, 8 if "+avx512dq" in features else 4)


def text_of_kernel(lanes: int, changed: Changed = UNCHANGED) -> str:
    """Return the kernel, as LLVM reads it, for so many lanes; functions of the law may be ``changed`` for others."""
    module = Module(lanes, {note: _no_log, **moves.SPECIAL}, rounds.PARTS, changed)
    code = Code(lanes)

    def number(name: str) -> Num:
        return Num(f"%{name}", WHOLE, False)

    env: dict[str, Any] = {
        "key": Num("%key", WORD, False),
        "replicates": Array(code, "%replicates", 0, WHOLE, False, (number("count"),), BYTES),
        "P": Table(code, "%P", 0, PARAMETERS, number("rows"), entries=True),
        "H": Table(code, "%H", 0, HAZARDS, number("rows"), entries=True),
        "p": _from_the_middle(View(code, "%p", 0, PARAMETERS)),
        "state": _from_the_middle(View(code, "%state", 0, STATE)),
        "hazards": Table(code, "%hazards", 0, HAZARDS, number("columns")),
        "processes": Table(code, "%processes", 0, PROCESSES, number("process_rows")),
        "lane": View(code, "%lane", 0, LANE),
        "line": Array(code, "%line", 0, WHOLE, False, (2,), BYTES),
        "grid": Array(code, "%grid", 0, FLOAT, False, (number("times"),), BYTES),
        "samples": Table(code, "%samples", 0, SAMPLE, number("sample_rows"), entries=True),
        "records": Table(code, "%records", 0, RECORD, number("count"), entries=True),
    }
    Frame(module, code, rounds.run_rounds, env, EVERYWHERE).run()
    code.do("ret void")
    head = f"define void @{symbol_of(lanes)}({', '.join(f'{kind} %{name}' for name, kind in TAKEN.items())}) #0 {{"
    module.texts.append("\n".join([head, "start:", *code.reserved, *code.lines, "}"]))
    return module.text() + moves.HELPERS.format(lanes=lanes)


def _from_the_middle(view: View) -> View:
    return view.at(view.code, view.handed())


def symbol_of(lanes: int) -> str:
    """Return the name of the kernel for so many lanes."""
    return f"rounds_{lanes}"


def lanes_of(symbol: str) -> int:
    """Return for how many lanes the kernel of this name is."""
    return int(symbol.rpartition("_")[2])


def first_failed(lane: NDArray[np.int64], state: NDArray[np.int64], count: int) -> tuple[int, float]:
    """Return the place of the first replicate that could not be integrated, and its month; ``count`` if all could.

    ``lane`` and ``state`` are what the kernel has left in these records, of shape (words, lanes).
    """
    failed = np.flatnonzero(lane[LANE.fields["doing"][0]] == rounds.FAILED)
    if not len(failed):
        return count, 0.0
    places = lane[LANE.fields["place"][0]]
    first = failed[np.argmin(places[failed])]
    return int(places[first]), float(state[STATE.fields["t"][0]].view(np.float64)[first])


def _no_log(frame: Frame, *arguments: Any) -> None:
    """Nobody reads a log in lanes: nothing is done."""


def optimised(made_for: Target, changed: Changed = UNCHANGED) -> tuple[Any, Any]:
    """Return LLVM's module of the kernel, ready to become code, and its machine."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=made_for.cpu, features=made_for.features, opt=2, codemodel="jitdefault", jit=True
    )
    module = llvm.parse_assembly(text_of_kernel(made_for.lanes, changed))
    module.verify()
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    tuning.loop_vectorization = tuning.slp_vectorization = False  # all is in vectors as it is
    tuning.loop_unrolling = False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    return module, machine


def object_code(changed: Changed = UNCHANGED) -> tuple[str, bytes]:
    """Return the symbol of the kernel and the object code that it stands in, for the processor of ``target``.

    Functions of the law may be ``changed`` for others of the same arguments.
    """
    made_for = target()
    module, machine = optimised(made_for, changed)
    return symbol_of(made_for.lanes), machine.emit_object(module)
