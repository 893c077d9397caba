"""What would change the advice of a brief: flips, weights, inputs, signposts."""

from collections.abc import Callable, Sequence
from typing import Any

from deference_sim.analysis.brief import (
    MOST_FOR_POLICIES,
    MOST_INPUTS,
    Flip,
    WeightFlip,
    most_important,
)
from deference_sim.analysis.brief.choices import SURE, is_sure
from deference_sim.analysis.brief.signposts import Signpost, Third
from deference_sim.analysis.digits import signed
from deference_sim.analysis.given import COUNTED
from deference_sim.analysis.sensitivity.inputs import as_written
from deference_sim.pages.brief.section import Section
from deference_sim.pages.brief.words import choice_words, in_per_cent, policy_words
from deference_sim.pages.glossary import label_of
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import points, rounded, with_interval

_SEEN = {
    "margin_found": "the margin that the review finds (py)",
    "lead": "the lead as believed (months)",
    "capability": "capability of our AIs (py)",
    "findings": "schemers found so far",
}


class WhatWouldChangeIt(Section):
    """The section in words."""

    def page(self) -> Page:
        """Return the section."""
        return [
            Heading("What would change it?", section=True),
            *self._flips(),
            Paragraph(self._weights()),
            *self._policy_flips(),
            self._inputs(),
            Paragraph(self._knowing()),
            self._from("tornado", "sobol", "knowing"),
            *self._signposts(),
        ]

    def _flips(self) -> Page:
        found = self.found
        return self._flipping(
            found.flips,
            MOST_INPUTS,
            "the choice of the date",
            "make another choice clearly better",
            lambda name: choice_words(found.choices[name]),
        )

    def _policy_flips(self) -> Page:
        own = self.found.scenario.strategy.policy
        best = policy_words(self.found.strategy.best.policy, own)
        return self._flipping(
            self.found.policy_flips,
            MOST_FOR_POLICIES,
            f"the choice of a policy, {best}",
            "make another policy clearly better, each with the settings that suit the scenario as written",
            lambda name: policy_words(name, own),
        )

    def _flipping(
        self, flips: Sequence[Flip], most: int, what: str, better: str, to_words: Callable[[str], str]
    ) -> Page:
        """Return what flips ``what``: a table, or that none of the ``most`` important inputs does."""
        varied = self.found.sobol.plan.varied
        inputs = [varied.label(bundle) for bundle in most_important(self.found.sobol)[:most]]
        tried = "; ".join(_input_words(name.split(" + ")) for name in inputs)
        if not flips:
            count = {3: "three", 5: "five"}.get(len(inputs), str(len(inputs)))
            return [
                Paragraph(
                    f"Nothing that was tried flips {what}: at no value of its plausible range does any of the first "
                    f"{count} inputs below, alone, {better}: {tried}"
                )
            ]
        rows = tuple(
            (
                _input_words(flip.paths),
                _values(flip, flip.own),
                _values(flip, flip.at),
                self._flip_interval(flip),
                f"{to_words(flip.to)}, {points(flip.beyond)} points better at {_values(flip, flip.looked)}",
            )
            for flip in flips
        )
        columns = ("input", "now", "flips at", "95 % interval", "to")
        note = (
            "One input at a time, everything else as written. A flip is told where another choice is better by "
            "three standard errors somewhere in the input's plausible range; in between, straight lines."
        )
        commands = tuple(Paragraph(f"From: {self._command(flip.command)}", aside=True) for flip in flips[:1])
        more = [] if len(flips) < 2 else [Paragraph("The others likewise, with their own values.", aside=True)]
        return [
            Table(f"What flips {what}", columns, rows, frozenset(), frozenset({0, 1})),
            Paragraph(note, aside=True),
            *commands,
            *more,
        ]

    def _flip_interval(self, flip: Flip) -> str:
        low, high = ("–" if end is None else _values(flip, end) for end in (flip.low, flip.high))
        ends = sorted([flip.low, flip.high], key=lambda end: (end is None, end))
        return f"{low} to {high}" if None in ends else " to ".join(_values(flip, end) for end in ends if end)

    def _weights(self) -> str:
        found = self.found
        if found.measure == "p_stay":
            return "By p_stay, ends have no weights that could flip the choice."
        if not found.weight_flips:
            return (
                "No weight from 0 to 1 of being overtaken safely, or of being unresolved, flips the choice of the "
                "date, the other weights as they are."
            )
        return " ".join(self._weight(flip) for flip in found.weight_flips)

    def _weight(self, flip: WeightFlip) -> str:
        end = {"overtaken_safely": "being overtaken safely, by luck,", "unresolved": "being unresolved"}[flip.end]
        sure = " (though never clearly so)" if flip.sure is None else f" (clearly so at {flip.sure:.2f})"
        return (
            f"Where {end} counts {flip.at:.2f} instead of {flip.own:g}, the choice flips to "
            f"{choice_words(self.found.choices[flip.to])}{sure}."
        )

    def _inputs(self) -> Table:
        found = self.found
        totals = {row["input"]: row for row in found.sobol.table.to_dict("records")}
        worth = {row["input"]: row for row in found.knowing.table.to_dict("records")}
        rows = []
        moved = {row["input"]: row for row in found.tornado.table.to_dict("records")}
        varied = found.sobol.plan.varied
        by_path = {one.path: one for one in varied.inputs}
        for bundle in most_important(found.sobol, words=True):
            name = varied.label(bundle)
            row, share, known = moved[name], totals.get(name), worth.get(name)
            rows.append(
                (
                    _input_words(name.split(" + ")),
                    as_written(found.scenario, by_path[name.split(" + ")[0]]) or "–",
                    str(row["range"]).split("; ")[0],
                    f"{100 * row['at_low']:.0f} to {100 * row['at_high']:.0f} %",
                    "–" if share is None else _share(share, "total"),
                    "–" if known is None else _gain(known, "value"),
                    str(row["status"]).split("; ")[0],
                )
            )
        columns = (
            "",
            "range as written",
            "5th to 95th percentile",
            f"{self.name} there",
            "part in the variance",
            "knowing it",
            "status",
        )
        return Table(
            "The five inputs with the greatest part in the variance",
            columns,
            tuple(rows),
            frozenset(),
            frozenset({2, 3, 6}),
            spare=(1,),
            mark="guess",
        )

    def _knowing(self) -> str:
        found = self.found.knowing
        decision = found.more["decision"]
        every = found.more["all_inputs"]
        options = ", ".join(one["option"] for one in decision["options"])
        return (
            f"Knowing it: how many points of {self.name} it would gain to know the input before choosing "
            f"{decision['path']} among {options}. Knowing all inputs would gain "
            f"{_interval(every['estimate'], every['low'], every['high'])} points."
        )

    def _signposts(self) -> Page:
        posts = self.found.signposts
        if not posts:
            return [Paragraph("Signposts: nothing that can be seen at the handoff or after it differs enough to tell.")]
        rows = tuple(
            (f"{_SEEN[post.name]}, {_when(post.months)}", *(self._third(third) for third in _three(post.thirds)))
            for post in posts
        )
        columns = ("what is seen", "lowest third (or none)", "middle", "highest third (or some)")
        title = f"Signposts: {self.name} by what is seen"
        note = (
            "In brackets the 95 % interval and the number of futures that are still going and look so. What is seen "
            "is a sign, not a lever: changing it by itself need not change the outcome."
        )
        strongest = max(posts, key=lambda post: post.clear)
        return [
            *([Paragraph(self._strongest(strongest))] if strongest.clear > SURE else []),
            Table(title, columns, rows, frozenset(), frozenset()),
            Paragraph(note, aside=True),
            Paragraph(f"From: {self._command(strongest.thirds[0].command)}; the others likewise.", aside=True),
            *self._switches(),
        ]

    def _strongest(self, post: Signpost) -> str:
        low, high = post.thirds[0], post.thirds[-1]
        seen = f"{_SEEN[post.name]}, {_when(post.months)}"
        return (
            f"What tells most clearly: {seen}. {_bounds(low).capitalize()}: {self.name} is "
            f"{with_interval(low.estimate)}; "
            f"{_bounds(high)}: it is {with_interval(high.estimate)}."
        )

    def _third(self, third: Third | None) -> str:
        if third is None:
            return ""
        return f"{_bounds(third)}: {with_interval(third.estimate)}, {third.estimate.n:,}"

    def _switches(self) -> Page:
        better = [one for one in self.found.switches if is_sure(one.gain)]
        own = self.found.scenario.strategy.policy
        if not better:
            return [
                Paragraph(
                    "Whatever is seen at the handoff, no other policy is then clearly better than the scenario's own: "
                    "chosen on some futures that look so and judged on fresh ones."
                )
            ]
        example = f"From: {self._command(better[0].command)}; the others likewise."
        policies = {one.policy for one in better}
        if len(policies) == 1 and len(better) == len(self.found.switches):
            gains = "; ".join(f"{points(one.gain)} where {one.given}" for one in better)
            policy = policy_words(better[0].policy, own)
            told = f"Whatever is seen at the handoff, {policy} is better: by {gains} (points)."
            return [Paragraph(told), Paragraph(example, aside=True)]
        rows = tuple((str(one.given), policy_words(one.policy, own), points(one.gain)) for one in better)
        title = "The policy to switch to at the handoff, by what is seen there"
        columns = ("where", "policy", f"gains in {self.name} (points)")
        return [Table(title, columns, rows, frozenset(), frozenset({1, 2})), Paragraph(example, aside=True)]


def _bounds(third: Third) -> str:
    """Return between what a third lies; of what is counted, none or some."""
    conditions = third.given.conditions
    if conditions[0].name == COUNTED:
        return "none" if conditions[0].sign == "<" else "some"
    numbers = [f"{one.number:g}" for one in conditions]
    if len(numbers) > 1:
        return f"from {numbers[0]} to below {numbers[1]}"
    return f"below {numbers[0]}" if conditions[0].sign == "<" else f"at least {numbers[0]}"


def _gain(row: dict[Any, Any], name: str) -> str:
    value, low, high = (float(row[name + end]) for end in ("", "_low", "_high"))
    return _interval(value, low, high)


def _input_words(paths: Sequence[str]) -> str:
    """Return what one unknown is called, with its paths."""
    return f"{label_of(paths)} ({' with '.join(paths)})"


def _interval(value: float, low: float, high: float) -> str:
    told, *ends = (signed(100 * one, 1) for one in (value, low, high))
    return f"{told} ({' to '.join(ends)})"


def _share(row: dict[Any, Any], name: str) -> str:
    value, low, high = (float(row[name + end]) for end in ("", "_low", "_high"))
    return "–" if value != value else in_per_cent(value, low, high)


def _three(thirds: Sequence[Third]) -> tuple[Third | None, Third | None, Third | None]:
    """Return thirds for three columns; where there are only two, the middle is empty."""
    return (thirds[0], thirds[1] if len(thirds) == 3 else None, thirds[-1])


def _values(flip: Flip, values: tuple[float, ...]) -> str:
    told = (rounded(float(f"{value:.3g}"), unit) for value, unit in zip(values, flip.units, strict=True))
    return " and ".join(dict.fromkeys(told))


def _when(months: float) -> str:
    if not months:
        return "at the handoff"
    return f"{months:g} month{'s' * (months != 1.0)} after it"
