"""The translation of one function: its statements under a mask that says which lanes they are for.

What differs from lane to lane is done for all lanes in which it holds, as if by itself: a condition splits the mask, a
loop goes on until no lane is left in it. What is more than a few operations is skipped where no lane needs it. What
all lanes share is a branch as in any code.
"""

import ast
from collections.abc import Callable
from typing import Any

from deference_sim.engines.lanes.expressions import Expressions
from deference_sim.engines.lanes.memory import Cell, Entry
from deference_sim.engines.lanes.text import HEAVY, assigned_in, leaves, text_of
from deference_sim.engines.lanes.values import TRUTH, WHOLE, Num, each_part, is_constant, kind_of
from deference_sim.engines.lanes.ways import EVERYWHERE, NOWHERE, Loop, Variable

MOST_UNROLLED = 16
MOST_REPEATED = 120  # operations of a loop whose turns are written out: code that is read once a round costs its length
#: What translates each kind of statement.
STATEMENTS = {
    ast.Expr: "_do_expr",
    ast.Pass: "_do_pass",
    ast.Assign: "_do_assign",
    ast.AugAssign: "_do_aug_assign",
    ast.Return: "_do_return",
    ast.If: "_do_if",
    ast.For: "_do_for",
    ast.While: "_do_while",
    ast.Break: "_do_break",
    ast.Continue: "_do_continue",
}


class Frame(Expressions):
    """The translation of one function."""

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
            getattr(self, STATEMENTS[type(statement)])(statement)
            if self.dead:
                return
            rest = statements[place + 1 :]
            if self.mask is not before and rest and self.work(rest) >= HEAVY:
                self.where_any(lambda rest=rest: self.block(rest))  # type: ignore[misc]
                return

    def _do_expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _do_pass(self, node: ast.Pass) -> None:
        pass

    def _do_assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _do_aug_assign(self, node: ast.AugAssign) -> None:
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

    def _do_return(self, node: ast.Return) -> None:
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

    def _do_if(self, node: ast.If) -> None:
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

    # ---- loops ------------------------------------------------------------------------------------------------------

    def _do_for(self, node: ast.For) -> None:
        target = node.target
        if not isinstance(target, ast.Name):
            raise NotImplementedError(f"a loop over {ast.unparse(node.target)}")
        if not isinstance(node.iter, ast.Call):
            for each in self.value(node.iter):
                self.env[target.id] = each
                self.block(node.body)
            return
        limits = [self.value(limit) for limit in node.iter.args]
        first, last = (0, *limits) if len(limits) == 1 else limits
        if self.is_unrolled(first, last, node):
            for number in range(first, last):
                self.env[target.id] = number
                self.block(node.body)
            return
        counter = Cell(self.code, self.code.reserve(WHOLE, False), 0, WHOLE, False)
        counter.store(first, EVERYWHERE)

        def test() -> Any:
            return self.code.compared("Lt", counter.load(), last)

        def body() -> None:
            self.env[target.id] = counter.load()
            self.block(node.body)

        def next_turn() -> None:
            counter.store(self.code.operated("Add", counter.load(), 1), EVERYWHERE)

        self.loop(test, body, next_turn, node)

    def is_unrolled(self, first: Any, last: Any, node: ast.For) -> bool:
        """Return whether the turns of a loop are written out one after the other."""
        if isinstance(first, Num) or isinstance(last, Num):
            return False
        if last <= first:
            return True
        short = last - first <= MOST_UNROLLED and not leaves(node.body)
        return short and (last - first) * self.work(list(node.body)) < MOST_REPEATED

    def _do_while(self, node: ast.While) -> None:
        self.loop(lambda: self.code.truth(self.value(node.test)), lambda: self.block(node.body), lambda: None, node)

    def loop(
        self,
        test: Callable[[], Any],
        body: Callable[[], None],
        next_turn: Callable[[], None],
        node: ast.For | ast.While,
    ) -> None:
        """Translate a loop, which goes on until no lane is left in it."""
        code, before, mask = self.code, self.env, self.mask
        self.env = dict(before)
        for name in sorted(assigned_in(node) & before.keys()):
            value = before[name]
            if isinstance(value, Num) or is_constant(value):
                cell = Cell(code, code.reserve(kind_of(value), True), 0, kind_of(value), True)
                cell.store(value, EVERYWHERE)
                self.env[name] = Variable(cell)
        left, gone, cut = (Cell(code, code.reserve(TRUTH, True), 0, TRUTH, True) for _ in range(3))
        left.store(mask, EVERYWHERE)
        gone.store(NOWHERE, EVERYWHERE)
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
        cut.store(NOWHERE, EVERYWHERE)
        self.loops.append(Loop(gone, cut))
        body()
        self.loops.pop()
        still: Any = NOWHERE if self.dead else self.mask
        left.store(code.either(still, cut.load()), EVERYWHERE)
        next_turn()
        code.branch(head)
        code.begin(after)
        self.dead, self.env = False, dict(before)
        for name, value in kept.items():
            if isinstance(value, Variable) and value is not before.get(name):
                self.env[name] = value.cell.load()
        self.mask = code.both(mask, code.opposite(gone.load())) if _returns(node) else mask

    def _do_break(self, node: ast.Break) -> None:
        self.dead = True

    def _do_continue(self, node: ast.Continue) -> None:
        cut = self.loops[-1].cut
        cut.store(self.code.either(cut.load(), self.mask), EVERYWHERE)
        self.dead = True


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
