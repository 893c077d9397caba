"""What a brief advises: the date, what a month is worth, the policy."""

from collections.abc import Sequence

from deference_sim.analysis.brief import (
    INDIFFERENCE,
    NEVER,
    NOW,
    OWN_WAY,
    Choice,
    MonthMore,
)
from deference_sim.analysis.brief.choices import is_sure
from deference_sim.analysis.digits import signed
from deference_sim.analysis.paired import Difference
from deference_sim.model.handoff import Handoff
from deference_sim.pages.brief.section import Section
from deference_sim.pages.brief.words import a_month, choice_words, policy_words, to_ais_of
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.wording import chance, points, with_interval

_LATE = "a month later, with the same lead"
_MONTHS = {
    "before": "a month more of lead, spent before the handoff",
    "after": "a month more of lead, left after the handoff",
    "later": _LATE,
}


class WhatToDo(Section):
    """The section in words."""

    def advice(self) -> str:
        """Return what is advised about the date, as a sentence."""
        found, name = self.found, self.found.choices.advised
        to_whom = to_ais_of(found.choices[name])
        if name == NEVER or (name == OWN_WAY and found.scenario.handoff.never):
            return "Do not hand off."
        if name == INDIFFERENCE:
            return f"Hand off{to_whom} as soon as waiting stops paying (by indifference), not on a date."
        if name == OWN_WAY:
            return f"Hand off as the scenario says ({_own_way(found.scenario.medians.handoff)})."
        if name == NOW:
            return "Hand off now."
        return f"Hand off {_span(*found.choices.dates)}{to_whom}."

    def page(self) -> Page:
        """Return the section."""
        found = self.found
        commands = [self._command(one.command) for one in found.choices.every[1:2]]
        likewise = f"From: {commands[0]}; the others likewise. " if commands else ""
        search = f"The dates are from: {self._command(found.commands['handoff'])}"
        return [
            Heading("What should we do?", section=True),
            Paragraph(" ".join((self.advice(), *self._why()))),
            self._choices(),
            Paragraph(likewise + search, aside=True),
            *self._months(),
            *self._policy(),
        ]

    def _why(self) -> list[str]:
        found = self.found
        advised = found.choices[found.choices.advised]
        told = f"{self.name} ({self.success.meaning}) is then {with_interval(advised.estimate)}"
        if advised.name == OWN_WAY:
            told += "; nothing that was tried is clearly better."
        else:
            told += f", {points(advised.gain)} points better than the scenario's own way."
        lines = [told]
        if worse := [choice_words(one) for one in self._in_order() if one.is_worse]:
            lines.append(f"Clearly worse: {'; '.join(worse)}.")
        if equal := [choice_words(one) for one in self._in_order()[1:] if not one.is_worse]:
            lines.append(f"Not clearly better or worse: {'; '.join(equal)}.")
        first, last = found.choices.dates
        if advised.name == OWN_WAY and not found.scenario.handoff.never and first < last:
            lines.append(f"Of dates, any {_span(first, last)} is as good as the best.")
        return lines

    def _in_order(self) -> list[Choice]:
        """Return the choices, the advised one first, then the best."""
        choices = self.found.choices
        return sorted(choices.every, key=lambda one: (one.name != choices.advised, -one.gain.estimate))

    def _choices(self) -> Table:
        rows = [
            (
                choice_words(one) + (" (advised)" if one.name == self.found.choices.advised else ""),
                *chance(one.estimate),
                "–" if one.name == OWN_WAY else points(one.gain),
            )
            for one in self._in_order()
        ]
        columns = ("", self.name, "95 % interval", "better than the scenario's own way by (points)")
        return Table("The choices", columns, tuple(rows), frozenset({1}), frozenset({1, 2, 3}))

    def _months(self) -> Page:
        found = self.found
        if not found.months:
            return []
        rows = tuple((_MONTHS[one.name], points(one.gain)) for one in found.months)
        title = "What a month is worth, beside the scenario as written"
        if "rival.lead" in found.scenario.uncertain:
            title += f", the lead at its median of {float(found.scenario.medians.rival.lead):.3g} months"
        note = self._month_note(found.months)
        return [
            Table(title, ("", f"{self.name} (points)"), rows, frozenset(), frozenset({0, 1})),
            *([Paragraph(note)] if note else []),
            self._from_all(one.command for one in found.months),
        ]

    def _month_note(self, months: Sequence[MonthMore]) -> str:
        gains = {one.name: one.gain for one in months}
        if "before" not in gains:
            return ""
        apart = gains["before"].estimate - gains["after"].estimate
        unsure = 1.96 * (gains["before"].mcse ** 2 + gains["after"].mcse ** 2) ** 0.5
        if abs(apart) <= unsure:
            return "A month more is worth about as much before the handoff as after it."
        better, other = ("before", "after") if apart > 0.0 else ("after", "before")
        return f"A month more is worth more {better} the handoff than {other} it."

    def _policy(self) -> Page:
        found = self.found
        best, own = found.strategy.best, found.scenario.strategy.policy
        ties = [one.policy for one in found.strategy.policies[1:] if one.as_good]
        if is_sure(best.gain):
            told = f"Policy after the handoff: {best.policy}, tuned, instead of {own} as it is: "
            told += f"{with_interval(best.estimate)}, {points(best.gain)} points better."
        else:
            told = f"Policy after the handoff: keep {own} as it is. Tuned, {best.policy} comes to {points(best.gain)} "
            told += "points more, which may be luck."
        if ties:
            told += f" As good as {best.policy}, each tuned: {', '.join(ties)}."
        told += f" In {len(found.regret.worlds)} worlds, {self._regret()}"
        note = "Date and policy were each chosen with the other as written: what both do together is not told here."
        return [Paragraph(told), self._regrets(), Paragraph(note, aside=True), self._from("strategy")]

    def _regret(self) -> str:
        regret = self.found.regret
        worst = 100.0 * regret.largest_regret(regret.minimax)
        name = policy_words(regret.minimax, self.found.scenario.strategy.policy)
        return (
            f"{name} does best in the worst case: in none of them does it fall more than {worst:.0f} points behind "
            "the best policy there."
        )

    def _regrets(self) -> Table:
        regret = self.found.regret
        own = self.found.scenario.strategy.policy
        rows = []
        for world, best, *each in zip(
            regret.worlds, regret.best, *(regret.regret[name] for name in regret.policies), strict=True
        ):
            cells = (
                _half_width(one) if name != best else "best" for name, one in zip(regret.policies, each, strict=True)
            )
            rows.append((world, *cells))
        columns = ("regret in points, in", *(policy_words(name, own) for name in regret.policies))
        numbers = frozenset(range(len(columns)))
        return Table("What policies regret elsewhere", columns, tuple(rows), whole=numbers, folded=True)


def _half_width(found: Difference) -> str:
    """Return a difference in whole points with half the width of its interval, which is short enough for a grid."""
    return f"{signed(100 * found.estimate, 0)} ± {50 * (found.high - found.low):.0f}"


def _span(first: float, last: float) -> str:
    if first == last:
        return f"in month {a_month(first)}"
    return f"between month {a_month(first)} and month {a_month(last)}"


def _own_way(handoff: Handoff) -> str:
    if handoff.at is not None:
        return f"in month {a_month(handoff.at)}"
    waits = handoff.indifference or handoff.when_lead_below is not None or handoff.when_margin_above is not None
    return "by its own rule" if waits else "at the start"
