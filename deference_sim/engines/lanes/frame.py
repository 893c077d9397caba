"""The translation of one function: its statements under a mask that says which lanes they are for.

What differs from lane to lane is done for all lanes in which it holds, as if by itself: a condition splits the mask, a
loop goes on until no lane is left in it. What is more than a few operations is skipped where no lane needs it. What
all lanes share is a branch as in any code.
"""

import ast
import builtins
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from deference_sim.engines.lanes.memory import Array, Cell, Entry, Scattered, Table, View
from deference_sim.engines.lanes.text import (
    HEAVY,
    Function,
    assigned_in,
    ends_early,
    leaves,
    text_of,
    work_of,
)
from deference_sim.engines.lanes.values import TRUTH, WHOLE, Code, Num, each_part, is_constant, kind_of, same_constant

if TYPE_CHECKING:
    from deference_sim.engines.lanes.module import Module

MOST_UNROLLED = 16
UNDEFINED = object()
MADE_NOW = " made now"


class Variable:
    """A name whose value changes from one turn of a loop to the next."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell


class Loop:
    """A loop as it is translated: where lanes are noted that have left the function in it, or cut a turn short."""

    def __init__(self, gone: Cell, cut: Cell) -> None:
        self.gone, self.cut = gone, cut


class Frame:
    """A function as it is translated, with what its names stand for and the lanes that it is for now."""

    def __init__(self, module: "Module", code: Code, function: Function, env: dict[str, Any], mask: Num) -> None:
        self.module, self.code, self.function = module, code, function
        self.env, self.mask = env, mask
        self.whole = mask  # the lanes that the function was called for
        self.space = function.__globals__
        self.dead = False  # no lane is left that goes on from here
        self.loops: list[Loop] = []
        self.early = ends_early(function)
        self.result: Any = None
        self.slots: Any = None
        self.exit: str | None = None

    def run(self) -> Any:
        """Translate the function and return what it returns."""
        self.block(text_of(self.function).body)
        if self.exit is not None:
            self.code.branch(self.exit)
            self.code.begin(self.exit)
        return self.loaded(self.slots) if self.early else self.result

    # ---- statements -------------------------------------------------------------------------------------------------

    def block(self, statements: list[ast.stmt]) -> None:
        """Translate statements one after the other, the rest for what lanes are left."""
        for place, statement in enumerate(statements):
            before = self.mask
            getattr(self, f"do_{type(statement).__name__}")(statement)
            if self.dead:
                return
            rest = statements[place + 1 :]
            if self.mask is not before and rest and self.work(rest) >= HEAVY:
                self.where_any(lambda rest=rest: self.block(rest))  # type: ignore[misc]
                return

    def work(self, nodes: list[Any]) -> int:
        return work_of(nodes, self.space)

    def do_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def do_Pass(self, node: ast.Pass) -> None:
        pass

    def do_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def do_AugAssign(self, node: ast.AugAssign) -> None:
        read = ast.copy_location(_reading(node.target), node.target)
        made = self.code.operated(type(node.op).__name__, self.value(read), self.value(node.value))
        self.assign(node.target, made)

    def assign(self, target: ast.expr, value: Any) -> None:
        """Let a name, a field or an element stand for ``value`` from here on."""
        if isinstance(target, ast.Tuple):
            for each, part in zip(target.elts, value, strict=True):
                self.assign(each, part)
        elif isinstance(target, ast.Name):
            known = self.env.get(target.id)
            if isinstance(known, Variable):
                known.cell.store(value, self.mask)
            else:
                self.env[target.id] = value
        elif isinstance(target, ast.Attribute):
            record = self.value(target.value)
            if isinstance(record, Entry):
                record.set(target.attr, value, self.mask)
            else:
                record.cell(target.attr).store(value, self.mask)
        elif isinstance(target, ast.Subscript):
            self.value(target.value).item(self.value(target.slice)).store(value, self.mask)
        else:
            raise NotImplementedError(f"assignment to {ast.unparse(target)}")

    def do_Return(self, node: ast.Return) -> None:
        value = None if node.value is None else self.value(node.value)
        if not self.early:
            self.result = value
        else:
            if self.slots is None:
                self.slots = self.reserved(value)
            self.keep(self.slots, value)
        for loop in self.loops:
            loop.gone.store(True, self.mask)
        self.dead = True

    def reserved(self, value: Any) -> Any:
        """Return room for a value that some lanes return before others."""
        if isinstance(value, tuple):
            return each_part(self.reserved, value)
        if value is None:
            return None
        kind = kind_of(value)
        return Cell(self.code, self.code.reserve(kind, True), 0, kind, True)

    def keep(self, slot: Any, value: Any) -> None:
        """Put a value, or each of its parts, where it is kept for its lanes."""
        if isinstance(slot, tuple):
            for each, part in zip(slot, value, strict=True):
                self.keep(each, part)
        elif slot is not None:
            if slot.kind != kind_of(value) and not is_constant(value):
                raise TypeError(f"{self.function.__name__} returns {kind_of(value)} here and {slot.kind} before")
            slot.store(value, self.mask)

    def loaded(self, slot: Any) -> Any:
        """Return what is kept in room for a value."""
        if isinstance(slot, tuple):
            return each_part(self.loaded, slot)
        return None if slot is None else slot.load()

    # ---- conditions -------------------------------------------------------------------------------------------------

    def do_If(self, node: ast.If) -> None:
        test = self.code.truth(self.value(node.test))
        if not isinstance(test, Num):
            self.block(node.body if test else node.orelse)
        elif test.wide:
            self.split(test, node)
        else:
            self.fork(test, lambda: self.block(node.body), lambda: self.block(node.orelse))

    def split(self, test: Num, node: ast.If) -> None:
        """Translate both sides of a condition, each for its lanes."""
        before, mask = self.env, self.mask
        ends = []
        for body, lanes in ((node.body, test), (node.orelse, self.code.opposite(test))):
            self.env, self.dead = dict(before), False
            self.mask = self.code.both(mask, lanes)
            entered = self.mask
            if body and self.work(body) >= HEAVY:
                self.where_any(lambda body=body: self.block(body))  # type: ignore[misc]
            else:
                self.block(body)
            ends.append((self.env, self.mask, self.dead, self.mask is entered))
        (env, left, dead, full), (other_env, other_left, other_dead, other_full) = ends
        self.dead = dead and other_dead
        if dead:
            self.env, self.mask = other_env, other_left
        elif other_dead:
            self.env, self.mask = env, left
        else:
            self.env = self.merged(env, other_env, lambda this, that: self.code.chosen(test, this, that))
            self.mask = mask if full and other_full else self.code.either(left, other_left)

    def merged(self, env: dict[str, Any], other: dict[str, Any], join: Callable[[Any, Any], Any]) -> dict[str, Any]:
        """Return what names stand for after two ways; one that has no value on one of them has the other's."""
        found = dict(other)
        for name, value in env.items():
            that = other.get(name, UNDEFINED)
            found[name] = value if that is UNDEFINED or that is value else join(value, that)
        return found

    def where_any(self, body: Callable[[], None]) -> None:
        """Translate something that is skipped where no lane is left for it."""
        code, mask, before = self.code, self.mask, dict(self.env)
        inside, after, skipped = code.new_name("some"), code.new_name("after"), code.at
        code.branch_if(code.any_of(mask), inside, after)
        code.begin(inside)
        body()
        done = code.at
        code.branch(after)
        code.begin(after)
        if self.dead:
            self.env = before
            return
        ways = ((done, True), (skipped, False))

        def join(new: Any, old: Any) -> Any:
            return self.from_two(new, UNDEFINED, *(label for label, _ in ways))

        self.env = {
            name: value if name in before and before[name] is value else join(value, before.get(name))
            for name, value in self.env.items()
        }
        if self.mask is not mask:
            none = Num("zeroinitializer", TRUTH, True)
            self.mask = self.from_two(self.mask, none, done, skipped)

    def from_two(self, this: Any, that: Any, here: str, there: str) -> Any:
        """Return the value that has come from one of two blocks; what is undefined at the other is whatever it is."""
        code = self.code
        if isinstance(this, tuple):
            others = (UNDEFINED,) * len(this) if that is UNDEFINED else that
            return each_part(lambda *pair: self.from_two(*pair, here, there), this, others)
        if this is that or not (isinstance(this, Num) or is_constant(this)):
            return this
        if that is UNDEFINED:
            if is_constant(this):
                return this
            kind, wide, other = this.kind, this.wide, "poison"
        else:
            if is_constant(this) and is_constant(that) and same_constant(this, that):
                return this
            kind, wide = self.common(this, that)
            other = self.literal_of(that, kind, wide)
        name = self.literal_of(this, kind, wide)
        return Num(code.add(f"phi {code.type(kind, wide)} [ {name}, %{here} ], [ {other}, %{there} ]"), kind, wide)

    def common(self, this: Any, that: Any) -> tuple[str, bool]:
        kinds = {kind_of(this), kind_of(that)}
        wide = any(isinstance(each, Num) and each.wide for each in (this, that))
        return next(kind for kind in "fuib" if kind in kinds), wide

    def literal_of(self, value: Any, kind: str, wide: bool) -> str:
        if isinstance(value, Num) and (value.kind != kind or value.wide != wide):
            raise TypeError(f"{self.function.__name__}: a name is {value.kind} on one way and {kind} on the other")
        return self.code.num(value, kind, wide).name

    def fork(self, test: Num, body: Callable[[], None], orelse: Callable[[], None]) -> None:
        """Translate both sides of a condition that all lanes share: only one of them is run."""
        code, before, mask = self.code, self.env, self.mask
        labels = code.new_name("yes"), code.new_name("no")
        after = code.new_name("after")
        code.branch_if(test, *labels)
        ends = []
        for label, side in zip(labels, (body, orelse), strict=True):
            code.begin(label)
            self.env, self.mask, self.dead = dict(before), mask, False
            side()
            if self.dead and mask is self.whole:  # nobody else goes on
                if self.exit is None:
                    self.exit = code.new_name("exit")
                code.branch(self.exit)
                ends.append(None)
                continue
            if self.dead:
                self.mask = Num("zeroinitializer", TRUTH, True)
            ends.append((self.env, self.mask, code.at, self.dead))
            hold = code.new_name("end")
            code.branch(hold)
            code.begin(hold)
            ends[-1] = (self.env, self.mask, hold, self.dead, len(code.lines))  # type: ignore[assignment]
        self.join(ends, after, mask)

    def join(self, ends: list[Any], after: str, mask: Num) -> None:
        """Go on after two ways, of which some may have ended."""
        code = self.code
        left = [end for end in ends if end is not None]
        if not left:
            self.dead = True
            # What follows is reached by nobody, but text may stand there.
            code.begin(after)
            return
        if len(left) == 1:
            self.env, self.mask, hold, self.dead, at = left[0]
            code.lines.insert(at, f"  br label %{after}")
            code.begin(after)
            return
        (env, one, here, dead, at), (other_env, other, there, other_dead, other_at) = left
        self.dead = dead and other_dead
        # Conversions that a value needs to be like its other are made at the end of its way.
        first, second = [f"  br label %{after}"], [f"  br label %{after}"]
        joins = []
        for name in env.keys() | other_env.keys():
            a, b = env.get(name, UNDEFINED), other_env.get(name, UNDEFINED)
            if dead != other_dead:  # what the lanes have that go on
                a, b = (UNDEFINED, b) if dead else (a, UNDEFINED)
            if a is not b and a is not UNDEFINED and b is not UNDEFINED:
                a, b = self.converted(a, b, first), self.converted(b, a, second)
            joins.append((name, a, b))
        code.lines[other_at:other_at] = second
        code.lines[at:at] = first
        code.begin(after)
        self.env = {
            name: self.from_two(a, b, here, there) if a is not UNDEFINED else self.from_two(b, a, there, here)
            for name, a, b in sorted(joins, key=lambda each: each[0])
            if not (a is UNDEFINED and b is UNDEFINED)
        }
        self.mask = mask if one is mask and other is mask else self.from_two(one, other, here, there)

    def converted(self, value: Any, other: Any, lines: list[str]) -> Any:
        """Return ``value`` in the kind and width that it shares with ``other``, converted in ``lines`` before their end."""
        code = self.code
        if isinstance(value, tuple):
            return each_part(lambda *pair: self.converted(*pair, lines), value, other)
        if not isinstance(value, Num) or not (isinstance(other, Num) or is_constant(other)):
            return value
        kept, code.lines = code.lines, []
        made = code.num(value, *self.common(value, other))
        lines[-1:-1] = code.lines
        code.lines = kept
        return made

    # ---- loops ------------------------------------------------------------------------------------------------------

    def do_For(self, node: ast.For) -> None:
        if not isinstance(node.target, ast.Name):
            raise NotImplementedError(f"a loop over {ast.unparse(node.target)}")
        if not isinstance(node.iter, ast.Call):
            for each in self.value(node.iter):
                self.env[node.target.id] = each
                self.block(node.body)
            return
        limits = [self.value(limit) for limit in node.iter.args]
        first, last = (0, *limits) if len(limits) == 1 else limits
        if self.is_unrolled(first, last, node):
            for number in range(first, last):
                self.env[node.target.id] = number
                self.block(node.body)
            return
        counter = Cell(self.code, self.code.reserve(WHOLE, False), 0, WHOLE, False)
        everywhere = Num("splat (i1 true)", TRUTH, True)
        counter.store(first, everywhere)

        def test() -> Any:
            return self.code.compared("Lt", counter.load(), last)

        def body() -> None:
            self.env[node.target.id] = counter.load()  # type: ignore[union-attr]
            self.block(node.body)

        def next_turn() -> None:
            counter.store(self.code.operated("Add", counter.load(), 1), everywhere)

        self.loop(test, body, next_turn, node)

    def is_unrolled(self, first: Any, last: Any, node: ast.For) -> bool:
        if isinstance(first, Num) or isinstance(last, Num):
            return False
        if last <= first:
            return True
        short = last - first <= MOST_UNROLLED and not leaves(node.body)
        return short and self.work(list(node.body)) < HEAVY * 2

    def do_While(self, node: ast.While) -> None:
        self.loop(lambda: self.code.truth(self.value(node.test)), lambda: self.block(node.body), lambda: None, node)

    def loop(
        self, test: Callable[[], Any], body: Callable[[], None], next_turn: Callable[[], None], node: ast.For | ast.While
    ) -> None:
        """Translate a loop, which goes on until no lane is left in it."""
        code, before, mask = self.code, self.env, self.mask
        self.env = dict(before)
        for name in sorted(assigned_in(node) & before.keys()):
            value = before[name]
            if isinstance(value, Num) or is_constant(value):
                cell = Cell(code, code.reserve(kind_of(value), True), 0, kind_of(value), True)
                cell.store(value, Num("splat (i1 true)", TRUTH, True))
                self.env[name] = Variable(cell)
        left, gone, cut = (Cell(code, code.reserve(TRUTH, True), 0, TRUTH, True) for _ in range(3))
        everywhere, none = Num("splat (i1 true)", TRUTH, True), Num("zeroinitializer", TRUTH, True)
        left.store(mask, everywhere)
        gone.store(none, everywhere)
        head, inside, after = code.new_name("head"), code.new_name("turn"), code.new_name("after")
        code.branch(head)
        code.begin(head)
        kept = dict(self.env)
        self.mask = left.load()
        condition = test()
        some: Any = code.any_of(self.mask)
        if isinstance(condition, Num) and condition.wide:
            self.mask = code.both(self.mask, condition)
            some = code.any_of(self.mask)
        elif isinstance(condition, Num):
            some = code.both(condition, some) if leaves(node.body) else condition
        code.branch_if(some, inside, after)
        code.begin(inside)
        cut.store(none, everywhere)
        self.loops.append(Loop(gone, cut))
        body()
        self.loops.pop()
        still: Any = none if self.dead else self.mask
        left.store(code.either(still, cut.load()), everywhere)
        next_turn()
        code.branch(head)
        code.begin(after)
        self.dead, self.env = False, {name: value for name, value in kept.items() if name in before}
        self.mask = code.both(mask, code.opposite(gone.load())) if _returns(node) else mask

    def do_Break(self, node: ast.Break) -> None:
        self.dead = True

    def do_Continue(self, node: ast.Continue) -> None:
        cut = self.loops[-1].cut
        cut.store(self.code.either(cut.load(), self.mask), Num("splat (i1 true)", TRUTH, True))
        self.dead = True

    # ---- expressions ------------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Any:
        """Return what an expression stands for."""
        return getattr(self, f"of_{type(node).__name__}")(node)

    def of_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def of_Name(self, node: ast.Name) -> Any:
        if node.id in self.env:
            value = self.env[node.id]
            return value.cell.load() if isinstance(value, Variable) else value
        return self.space[node.id] if node.id in self.space else getattr(builtins, node.id)

    def of_Attribute(self, node: ast.Attribute) -> Any:
        record = self.value(node.value)
        return record.get(node.attr) if isinstance(record, View) else getattr(record, node.attr)

    def of_Subscript(self, node: ast.Subscript) -> Any:
        whole, index = self.value(node.value), self.value(node.slice)
        if isinstance(whole, tuple):
            return self.module.constant(self.code, whole, index) if isinstance(index, Num) else whole[index]
        found = whole.item(index)
        if isinstance(found, Scattered):
            return found.load(self.mask)
        return found.load() if isinstance(found, Cell) else found

    def of_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.value(each) for each in node.elts)

    def of_BinOp(self, node: ast.BinOp) -> Any:
        return self.code.operated(type(node.op).__name__, self.value(node.left), self.value(node.right))

    def of_UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        return self.code.opposite(value) if isinstance(node.op, ast.Not) else self.code.negated(value)

    def of_Compare(self, node: ast.Compare) -> Any:
        found: Any = True
        left = self.value(node.left)
        for test, other in zip(node.ops, node.comparators, strict=True):
            right = self.value(other)
            if isinstance(test, ast.In | ast.NotIn):
                one: Any = False
                for each in right:
                    one = self.code.either(one, self.code.compared("Eq", left, each))
                one = one if isinstance(test, ast.In) else self.code.opposite(one)
            else:
                one = self.code.compared(type(test).__name__, left, right)
            found, left = self.code.both(found, one), right
        return found

    def of_BoolOp(self, node: ast.BoolOp) -> Any:
        is_and = isinstance(node.op, ast.And)
        found = self.code.truth(self.value(node.values[0]))
        for each in node.values[1:]:
            if not isinstance(found, Num):
                if found != is_and:
                    return found
                found = self.code.truth(self.value(each))
                continue
            needed = found if is_and else self.code.opposite(found)
            other = self.under(needed, each)
            found = self.code.both(found, other) if is_and else self.code.either(found, other)
        return found

    def under(self, test: Num, node: ast.expr) -> Any:
        """Return the truth value of ``node``, which matters where ``test`` holds; elsewhere whatever it is."""
        if not test.wide:
            return self.one_of_two(test, lambda: self.true(node), lambda: self.code.num(False, TRUTH, True))
        return self.where(test, lambda: self.true(node), [node])

    def true(self, node: ast.expr) -> Num:
        """Return whether an expression counts as true, in each lane."""
        return self.code.num(self.code.truth(self.value(node)), TRUTH, True)

    def where(self, test: Num, value: Callable[[], Any], nodes: list[ast.expr]) -> Any:
        """Return a value that is made for the lanes in which ``test`` holds; elsewhere it is whatever it is."""
        mask = self.mask
        self.mask = self.code.both(mask, test)
        if self.work(nodes) < HEAVY:
            found = value()
        else:
            self.where_any(lambda: self.keep_for_now(value))
            found = self.env.pop(MADE_NOW)
        self.mask = mask
        return found

    def keep_for_now(self, value: Callable[[], Any]) -> None:
        """Let a name that no text has stand for a value, so that it outlives the way on which it is made."""
        made = value()
        self.env[MADE_NOW] = made

    def one_of_two(self, test: Num, this: Callable[[], Any], that: Callable[[], Any]) -> Any:
        """Return one of two values, of which only that is made, by a truth value that all lanes share."""
        self.fork(test, lambda: self.keep_for_now(this), lambda: self.keep_for_now(that))
        return self.env.pop(MADE_NOW)

    def of_IfExp(self, node: ast.IfExp) -> Any:
        test = self.code.truth(self.value(node.test))
        if not isinstance(test, Num):
            return self.value(node.body if test else node.orelse)
        if not test.wide:
            return self.one_of_two(test, lambda: self.value(node.body), lambda: self.value(node.orelse))
        this = self.where(test, lambda: self.value(node.body), [node.body])
        that = self.where(self.code.opposite(test), lambda: self.value(node.orelse), [node.orelse])
        return self.code.chosen(test, this, that)

    def of_Call(self, node: ast.Call) -> Any:
        function = self.value(node.func)
        arguments = [self.value(each) for each in node.args]
        if node.keywords:
            names = {each.arg: self.value(each.value) for each in node.keywords}
            bound = inspect.signature(function).bind(*arguments, **names)
            bound.apply_defaults()
            arguments = list(bound.arguments.values())
        return self.module.call(self, function, arguments)


def _returns(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Return) for each in ast.walk(node))


def _reading(target: ast.expr) -> ast.expr:
    """Return the expression that reads what a target is."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    assert isinstance(target, ast.Subscript)
    return ast.Subscript(target.value, target.slice, ast.Load())
