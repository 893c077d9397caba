"""Expressions: what they stand for, in the lanes that they are for."""

import ast
import builtins
import inspect
from collections.abc import Callable
from typing import Any

from deference_sim.engines.lanes.memory import Cell, Scattered, View
from deference_sim.engines.lanes.text import HEAVY
from deference_sim.engines.lanes.values import TRUTH, Num
from deference_sim.engines.lanes.ways import Variable, Ways

MADE_NOW = " made now"
#: What translates each kind of expression.
EXPRESSIONS = {
    ast.Constant: "_of_constant",
    ast.Name: "_of_name",
    ast.Attribute: "_of_attribute",
    ast.Subscript: "_of_subscript",
    ast.Tuple: "_of_tuple",
    ast.BinOp: "_of_bin_op",
    ast.UnaryOp: "_of_unary_op",
    ast.Compare: "_of_compare",
    ast.BoolOp: "_of_bool_op",
    ast.IfExp: "_of_if_exp",
    ast.Call: "_of_call",
}


class Expressions(Ways):
    """A function as it is translated, as far as its expressions go."""

    def value(self, node: ast.expr) -> Any:
        """Return what an expression stands for."""
        return getattr(self, EXPRESSIONS[type(node)])(node)

    def _of_constant(self, node: ast.Constant) -> Any:
        return node.value

    def _of_name(self, node: ast.Name) -> Any:
        if node.id in self.env:
            value = self.env[node.id]
            return value.cell.load() if isinstance(value, Variable) else value
        return self.space[node.id] if node.id in self.space else getattr(builtins, node.id)

    def _of_attribute(self, node: ast.Attribute) -> Any:
        record = self.value(node.value)
        return record.get(node.attr) if isinstance(record, View) else getattr(record, node.attr)

    def _of_subscript(self, node: ast.Subscript) -> Any:
        whole, index = self.value(node.value), self.value(node.slice)
        if isinstance(whole, tuple):
            return self.module.constant(self.code, whole, index) if isinstance(index, Num) else whole[index]
        found = whole.item(index)
        if isinstance(found, Scattered):
            return found.load(self.mask)
        return found.load() if isinstance(found, Cell) else found

    def _of_tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.value(each) for each in node.elts)

    def _of_bin_op(self, node: ast.BinOp) -> Any:
        return self.code.operated(type(node.op).__name__, self.value(node.left), self.value(node.right))

    def _of_unary_op(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        return self.code.opposite(value) if isinstance(node.op, ast.Not) else self.code.negated(value)

    def _of_compare(self, node: ast.Compare) -> Any:
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

    def _of_bool_op(self, node: ast.BoolOp) -> Any:
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

    def _of_if_exp(self, node: ast.IfExp) -> Any:
        test = self.code.truth(self.value(node.test))
        if not isinstance(test, Num):
            return self.value(node.body if test else node.orelse)
        if not test.wide:
            return self.one_of_two(test, lambda: self.value(node.body), lambda: self.value(node.orelse))
        this = self.where(test, lambda: self.value(node.body), [node.body])
        that = self.where(self.code.opposite(test), lambda: self.value(node.orelse), [node.orelse])
        return self.code.chosen(test, this, that)

    def _of_call(self, node: ast.Call) -> Any:
        function = self.value(node.func)
        arguments = [self.value(each) for each in node.args]
        if node.keywords:
            names = {each.arg: self.value(each.value) for each in node.keywords if each.arg}
            bound = inspect.signature(function).bind(*arguments, **names)
            bound.apply_defaults()
            arguments = list(bound.arguments.values())
        return self.module.call(self, function, arguments)
