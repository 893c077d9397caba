"""What only lanes do: to ask all of them, to queue, and to move records between lanes and ordinary memory."""

from collections.abc import Callable, Iterator
from typing import Any

from deference_sim.engines.lanes import rounds
from deference_sim.engines.lanes.memory import BYTES, Array, Cell, Table, View
from deference_sim.engines.lanes.text import Function
from deference_sim.engines.lanes.values import TRUTH, WHOLE, Num
from deference_sim.engines.lanes.ways import Ways

#: Copies words between neighbouring words and those of one lane, or fills those with zeros.
HELPERS = """
define internal void @copy_words(ptr %to, i64 %apart, ptr %from, i64 %between, i64 %words) {{
start:
  %none = icmp eq i64 %words, 0
  br i1 %none, label %done, label %more
more:
  %i = phi i64 [ 0, %start ], [ %next, %more ]
  %there = mul i64 %i, %apart
  %here = mul i64 %i, %between
  %source = getelementptr i8, ptr %from, i64 %here
  %target = getelementptr i8, ptr %to, i64 %there
  %word = load i64, ptr %source, align 8
  store i64 %word, ptr %target, align 8
  %next = add i64 %i, 1
  %last = icmp eq i64 %next, %words
  br i1 %last, label %done, label %more
done:
  ret void
}}

@no_word = private unnamed_addr constant i64 0
declare <{lanes} x i64> @llvm.ctpop.v{lanes}i64(<{lanes} x i64>)
declare i64 @llvm.ctpop.i64(i64)
"""


def any_lane(frame: Ways, condition: Any) -> Num:
    """Return whether ``condition`` holds in any lane that the text is for."""
    return frame.code.any_of(frame.code.num(frame.code.both(frame.mask, condition), TRUTH, True))


def next_in_line(frame: Ways, line: Array, which: int) -> Num:
    """Return for each lane here the next place in line, in the order of lanes."""
    code = frame.code
    bits = code.add(f"bitcast {code.typed(frame.mask)} to i{code.lanes}")
    asking = Num(code.add(f"zext i{code.lanes} {bits} to i64"), WHOLE, False)
    before = ", ".join(f"i64 {2**lane - 1}" for lane in range(code.lanes))
    ahead = code.operated("BitAnd", code.widened(asking), Num(f"<{before}>", WHOLE, True))
    vector = code.type(WHOLE, True)
    count = Num(code.add(f"call {vector} @llvm.ctpop.v{code.lanes}i64({code.typed(ahead)})"), WHOLE, True)
    next_place = line.item(which)
    assert isinstance(next_place, Cell)
    first = next_place.load()
    total = Num(code.add(f"call i64 @llvm.ctpop.i64({code.typed(asking)})"), WHOLE, False)
    next_place.store(code.operated("Add", first, total), frame.mask)
    return code.operated("Add", count, first)  # type: ignore[no-any-return]


def _lanes_here(frame: Ways) -> Iterator[int]:
    """Yield each lane; what is translated meanwhile is done if it is among those here."""
    code, mask = frame.code, frame.mask
    for lane in range(code.lanes):
        here, after = code.new_name("here"), code.new_name("after")
        bit = Num(code.add(f"extractelement {code.typed(mask)}, i64 {lane}"), TRUTH, False)
        code.branch_if(bit, here, after)
        code.begin(here)
        yield lane
        code.branch(after)
        code.begin(after)


def _copy(frame: Ways, record: View | Table, rows: Table, row: Any, out: bool) -> None:
    code = frame.code
    words: Any = record.layout.words
    if isinstance(record, Table):
        words = code.operated("Mult", record.count, words)
    size = code.operated("Mult", words, BYTES)
    for lane in _lanes_here(frame):
        number = row
        if isinstance(row, Num) and row.wide:
            number = Num(code.add(f"extractelement {code.typed(row)}, i64 {lane}"), WHOLE, False)
        at = code.num(code.operated("Mult", number, size), WHOLE, False)
        ordinary = code.add(f"getelementptr i8, ptr {rows.pointer()}, i64 {at.name}")
        in_lane = code.add(f"getelementptr i8, ptr {record.pointer()}, i64 {lane * BYTES}")
        ends = [f"ptr {in_lane}, i64 {BYTES * code.lanes}", f"ptr {ordinary}, i64 {BYTES}"]
        to, source = reversed(ends) if out else ends
        code.do(f"call void @copy_words({to}, {source}, {code.typed(code.num(words, WHOLE, False))})")


def fill(frame: Ways, record: View | Table, rows: Table, row: Any) -> None:
    """Copy an ordinary record into each lane here."""
    _copy(frame, record, rows, row, out=False)


def pour(frame: Ways, record: View | Table, rows: Table, row: Any) -> None:
    """Copy a record of each lane here into an ordinary one."""
    _copy(frame, record, rows, row, out=True)


def clear(frame: Ways, record: View) -> None:
    """Fill a record with zeros in each lane here."""
    code = frame.code
    for lane in _lanes_here(frame):
        in_lane = code.add(f"getelementptr i8, ptr {record.pointer()}, i64 {lane * BYTES}")
        to = f"ptr {in_lane}, i64 {BYTES * code.lanes}"
        code.do(f"call void @copy_words({to}, ptr @no_word, i64 0, i64 {record.layout.words})")


SPECIAL: dict[Function, Callable[..., Any]] = {
    rounds.any_lane: any_lane,
    rounds.next_in_line: next_in_line,
    rounds.fill: fill,
    rounds.pour: pour,
    rounds.clear: clear,
}
