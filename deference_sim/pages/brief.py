"""The page of a brief: answers first, each with its interval and the command that gives it."""

import shlex
from collections.abc import Iterable, Sequence, Set
from itertools import pairwise
from typing import Any

from deference_sim.analysis.brief import (
    BEST,
    INDIFFERENCE,
    NEVER,
    NOW,
    OWN_WAY,
    Brief,
    Choice,
    Command,
    Flip,
    MonthMore,
    WeightFlip,
    most_important,
)
from deference_sim.analysis.brief.choices import SURE, is_sure
from deference_sim.analysis.brief.signposts import COUNTED, Signpost, Third
from deference_sim.analysis.discover import missing_extra
from deference_sim.analysis.estimate import Quantile
from deference_sim.analysis.measure import success_of
from deference_sim.analysis.paired import Difference
from deference_sim.analysis.sensitivity.inputs import HALF_TO_DOUBLE, WIDENED
from deference_sim.analysis.strategy import AS_IT_IS
from deference_sim.pages.discover import in_words as box_in_words
from deference_sim.pages.glossary import glossary, label_of
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.required_lead import answers as lead_answers
from deference_sim.pages.run import ledger, spread_in_short
from deference_sim.pages.wording import chance, points, rounded, with_interval

NO_GAIN = 0.005  # what knowing an input would be worth, below which it is not worth saying
_LATE = "a month later, with the same lead"
_MONTHS = {
    "before": "a month more of lead, spent before the handoff",
    "after": "a month more of lead, left after the handoff",
    "later": _LATE,
}


def page(found: Brief, repeat: str = "", typed: Sequence[str] = ()) -> Page:
    """Return the brief; ``typed`` is the scenario in a command, with its settings; ``repeat`` makes the brief again."""
    told = _Told(found, tuple(typed) or (found.scenario.name,))
    return [
        Heading(f"{found.scenario.name}: a brief", told.in_one_line()),
        *([Paragraph(" ".join(found.scenario.description.split()))] if found.scenario.description else []),
        *told.what_to_do(),
        *told.how_sure(),
        *told.what_would_change_it(),
        *told.what_it_rests_on(),
        glossary(),
        Paragraph(told.how_made(repeat), aside=True),
    ]


class _Told:
    """A brief in words: a method a section, and what they share."""

    def __init__(self, found: Brief, typed: Sequence[str]) -> None:
        self.found, self.typed = found, typed
        self.success = success_of(found.measure)
        self.name = self.success.name

    # ---- what should we do --------------------------------------------------------------------------------

    def in_one_line(self) -> str:
        found = self.found
        return f"{self.advice()} {self.name} as written {with_interval(found.chance)}"

    def advice(self) -> str:
        """Return what is advised about the date, as a sentence."""
        found, name = self.found, self.found.choices.advised
        if name == NEVER or (name == OWN_WAY and found.scenario.handoff.never):
            return "Do not hand off."
        if name == INDIFFERENCE:
            return "Hand off as soon as waiting stops paying (by indifference), not on a date."
        if name == OWN_WAY:
            at = found.scenario.handoff.at
            return f"Hand off as the scenario says ({'by its own rule' if at is None else f'in month {at:g}'})."
        if name == NOW:
            return "Hand off now."
        return f"Hand off {_span(*found.choices.dates)}."

    def what_to_do(self) -> Page:
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
            told += "; nothing that was tried is surely better."
        else:
            told += f", {points(advised.gain)} points better than the scenario's own way."
        lines = [told]
        if worse := [_choice_words(one) for one in self._in_order() if one.is_worse]:
            lines.append(f"Surely worse: {'; '.join(worse)}.")
        if equal := [_choice_words(one) for one in self._in_order()[1:] if not one.is_worse]:
            lines.append(f"Not to be told from it: {'; '.join(equal)}.")
        first, last = found.choices.dates
        if advised.name == OWN_WAY and not found.scenario.handoff.never and first < last:
            lines.append(f"Of dates, any {_span(first, last)} is as good as the best.")
        return lines

    def _in_order(self) -> list[Choice]:
        """Return the choices, the advised one first, then the best."""
        choices = self.found.choices
        return sorted(choices.every, key=lambda one: (one.name != choices.advised, -one.gain.value))

    def _choices(self) -> Table:
        rows = [
            (
                _choice_words(one) + (" (advised)" if one.name == self.found.choices.advised else ""),
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
            title += f", the lead at its median of {float(found.scenario.rival.lead):.3g} months"
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
        apart = gains["before"].value - gains["after"].value
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
        name = _policy_words(regret.minimax, self.found.scenario.strategy.policy)
        return (
            f"{name} has the smallest largest regret: what the best policy of a world does better there, "
            f"{worst:.0f} points at most."
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
        columns = ("regret in points, in", *(_policy_words(name, own) for name in regret.policies))
        numbers = frozenset(range(len(columns)))
        return Table("What policies regret elsewhere", columns, tuple(rows), whole=numbers, folded=True)

    # ---- how sure is that ---------------------------------------------------------------------------------

    def how_sure(self) -> Page:
        found = self.found
        spread = found.spread
        rows: tuple[tuple[str, ...], ...] = (
            ("as written: every fixed input as the scenario says", *chance(found.chance), "luck of the simulation"),
            (
                "over the ranges: the main unknowns drawn from what is plausible",
                *chance(spread.overall),
                "luck, and how few draws there are",
            ),
        )
        if found.measure != "p_stay":
            stays = f"p_stay, as written: {success_of('p_stay').meaning}"
            rows = (*rows, (stays, *chance(found.run.p_stay), "luck of the simulation"))
        columns = (self.name, "", "95 % interval", "what the interval holds")
        return [
            Heading("How sure is that?", section=True),
            Table("Two chances, not to be mixed", columns, rows, frozenset({1}), frozenset({0, 1, 2})),
            Paragraph(spread_in_short(spread, self.name)),
            self._from("run", "spread"),
            *ledger(found.run),
            *self._ledger_note(),
            self._from("run"),
            *self._lead(),
            *self._keep_up(),
            *self._failing(),
        ]

    def _ledger_note(self) -> Page:
        if self.found.measure == "p_stay":
            return []
        told = (
            "This ledger goes by p_stay. Some of the runs in it end well all the same: overtaken safely by luck, in "
            "another end state, or stabilised after a time outside the basin."
        )
        return [Paragraph(told, aside=True)]

    def _lead(self) -> Page:
        if self.found.required is None:
            return [Paragraph("Nobody presses (rival.mode is none), so no lead is required.")]
        title = "How much lead it takes"
        return [*lead_answers(self.found.required, title), self._from("required_lead")]

    def _keep_up(self) -> Page:
        kept = self.found.keep_up
        if kept.least_lead is None:
            return []
        middle, low = kept.least_lead
        told = (
            f"Keeping up: from the handoff to the end, the lead at its smallest is {_months(middle)} in the median run "
            f"and {_months(low)} or less in every tenth (below 0: the rival was ahead)"
        )
        if kept.binds_at is not None:
            told += f". It is smallest at a capability of {_number(kept.binds_at)} py (median)"
        if kept.bought is not None:
            bought, least = kept.bought
            told += (
                f". Each month of the tax that was paid stands beside {_number(bought)} months bought from the rival "
                f"(median; {_number(least)} or less in every tenth): below 1, time bought does not pay for the tax"
            )
        note = (
            f"From {kept.runs:,} futures of the scenario as written, looked at on the way; 95 % intervals in brackets."
        )
        return [Paragraph(told + "."), Paragraph(note, aside=True)]

    def _failing(self) -> Page:
        found = self.found.failing
        if found is None:
            return [Paragraph(f"Where it fails was not looked for: {missing_extra()}.")]
        boxes = found.boxes["prim"]
        if not boxes:
            return [
                Paragraph("Where it fails: no ranges of inputs hold clearly more failures than others."),
                self._from("discover"),
            ]
        return [Paragraph(f"Where it fails, over the ranges: {box_in_words(boxes[0])}."), self._from("discover")]

    # ---- what would change it -----------------------------------------------------------------------------

    def what_would_change_it(self) -> Page:
        return [
            Heading("What would change it?", section=True),
            *self._flips(),
            Paragraph(self._weights()),
            self._inputs(),
            Paragraph(self._knowing()),
            self._from("tornado", "sobol", "knowing"),
            *self._signposts(),
        ]

    def _flips(self) -> Page:
        found = self.found
        varied = found.sobol.plan.varied
        inputs = [varied.label(bundle) for bundle in most_important(found.sobol)]
        tried = "; ".join(_input_words(name.split(" + ")) for name in inputs)
        if not found.flips:
            return [
                Paragraph(
                    "Nothing that was tried flips the choice of the date: at no value of its plausible range does any "
                    f"of the five inputs below, alone, make another choice surely better: {tried}"
                )
            ]
        rows = tuple(
            (
                _input_words(flip.paths),
                _values(flip, flip.own),
                _values(flip, flip.at),
                self._flip_interval(flip),
                f"{_flip_to(flip.to, found)}, {points(flip.beyond)} points better at {_values(flip, flip.looked)}",
            )
            for flip in found.flips
        )
        columns = ("input", "now", "flips at", "95 % interval", "to")
        note = (
            "One input at a time, everything else as written. A flip is told where another choice is better by "
            "three standard errors somewhere in the input's plausible range; in between, straight lines."
        )
        commands = tuple(Paragraph(f"From: {self._command(flip.command)}", aside=True) for flip in found.flips[:1])
        more = [] if len(found.flips) < 2 else [Paragraph("The others likewise, with their own values.", aside=True)]
        return [
            Table("What flips the choice of the date", columns, rows, frozenset(), frozenset({0, 1})),
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
        sure = " (though never surely so)" if flip.sure is None else f" (surely so at {flip.sure:.2f})"
        return (
            f"Where {end} counts {flip.at:.2f} instead of {flip.own:g}, the choice flips to "
            f"{_flip_to(flip.to, self.found)}{sure}."
        )

    def _inputs(self) -> Table:
        found = self.found
        totals = {row["input"]: row for row in found.sobol.table.to_dict("records")}
        worth = {row["input"]: row for row in found.knowing.table.to_dict("records")}
        rows = []
        moved = {row["input"]: row for row in found.tornado.table.to_dict("records")}
        varied = found.sobol.plan.varied
        for bundle in most_important(found.sobol):
            name = varied.label(bundle)
            row, share, known = moved[name], totals.get(name), worth.get(name)
            rows.append(
                (
                    _input_words(name.split(" + ")),
                    f"{str(row['range']).split('; ')[0]}: {100 * row['at_low']:.0f} to {100 * row['at_high']:.0f} %",
                    "–" if share is None else _share(share, "total"),
                    "–" if known is None else _gain(known, "value"),
                    str(row["status"]).split("; ")[0],
                )
            )
        columns = (
            "",
            f"range (5th to 95th percentile): {self.name} there",
            "part in the variance",
            "knowing it",
            "status",
        )
        return Table(
            "The five inputs with the greatest part in the variance",
            columns,
            tuple(rows),
            frozenset(),
            frozenset({1, 4}),
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
                    "Whatever is seen at the handoff, no other policy is then surely better than the scenario's own: "
                    "chosen on some futures that look so and judged on fresh ones."
                )
            ]
        example = f"From: {self._command(better[0].command)}; the others likewise."
        policies = {one.policy for one in better}
        if len(policies) == 1 and len(better) == len(self.found.switches):
            gains = "; ".join(f"{points(one.gain)} where {one.given}" for one in better)
            policy = _policy_words(better[0].policy, own)
            told = f"Whatever is seen at the handoff, {policy} is better: by {gains} (points)."
            return [Paragraph(told), Paragraph(example, aside=True)]
        rows = tuple((str(one.given), _policy_words(one.policy, own), points(one.gain)) for one in better)
        title = "The policy to switch to at the handoff, by what is seen there"
        columns = ("where", "policy", f"gains in {self.name} (points)")
        return [Table(title, columns, rows, frozenset(), frozenset({1, 2})), Paragraph(example, aside=True)]

    # ---- what it rests on ---------------------------------------------------------------------------------

    def what_it_rests_on(self) -> Page:
        return [
            Heading("What does it rest on?", section=True),
            Paragraph(self._guesses()),
            *self._widened(),
            self._from("sobol"),
        ]

    def _guesses(self) -> str:
        found = self.found.sobol
        inputs = found.plan.varied.inputs
        count = sum(one.status == "guess" for one in inputs)
        told = f"Of the {len(inputs)} inputs that were varied, {count} have ranges that are guesses, without a source. "
        shares = found.more["by_status"].get("guess")
        if shares is None:
            return told + ("All of the variance rests on guesses." if count else "None of the variance rests on them.")
        if shares["first"] != shares["first"] or shares["total"] != shares["total"]:
            return f"{told}How much of the variance rests on them cannot be told from so few futures."
        alone, part = (
            _part(*(float(shares[f"{order}{end}"]) for end in ("", "_low", "_high"))) for order in ("first", "total")
        )
        return (
            f"{told}By themselves they explain {alone} of the variance of {self.name} over the ranges, and they have a "
            f"part in {part} of it."
        )

    def _widened(self) -> Page:
        inputs = self.found.sobol.plan.varied.inputs
        outside = [one.path for one in inputs if one.range_from == WIDENED]
        rough = [one.path for one in inputs if one.range_from == HALF_TO_DOUBLE]
        told = []
        if outside:
            told.append(
                f"Outside its plausible range, which was widened to hold it, lies the scenario's value of "
                f"{', '.join(outside)}."
            )
        if rough:
            told.append(f"No range is known of {', '.join(rough)}: half to double its value was taken.")
        return [Paragraph(" ".join(told))] if told else []

    # ---- what made it -------------------------------------------------------------------------------------

    def how_made(self, repeat: str) -> str:
        found = self.found
        futures = found.futures
        told = (
            f"Every choice was made on some futures and judged on fresh ones: dates on {futures.choices:,}, policies "
            f"on {futures.strategy:,}. The scenario as written was run {futures.run:,} times. That is less than the "
            "commands take by default, so that a brief takes about a minute; --replicates asks for more. "
            f"Seed {found.seed}, scenario hash {found.scenario.hash[:12]}."
        )
        return f"{told} Repeat: {repeat}" if repeat else told

    def _from(self, *parts: str) -> Paragraph:
        return self._from_all(self.found.commands[part] for part in parts)

    def _from_all(self, commands: Iterable[Command]) -> Paragraph:
        told = dict.fromkeys(map(self._command, commands))
        return Paragraph("From: " + "; ".join(told), aside=True)

    def _command(self, command: Command) -> str:
        words = command.words
        set_here = {path.partition("=")[0] for flag, path in pairwise(words) if flag == "--set"}
        return shlex.join(["deference-sim", command.name, *_without(self.typed, set_here), *words])


# ---- words ----------------------------------------------------------------------------------------------------


_SEEN = {
    "margin_found": "the margin that the review finds (py)",
    "lead": "the lead as believed (months)",
    "capability": "capability of our AIs (py)",
    "findings": "schemers found so far",
}


def _bounds(third: Third) -> str:
    """Return between what a third lies; of what is counted, none or some."""
    conditions = third.given.conditions
    if conditions[0].name == COUNTED:
        return "none" if conditions[0].sign == "<" else "some"
    return " and ".join(f"{one.sign} {one.number:g}" for one in conditions)


def _when(months: float) -> str:
    if not months:
        return "at the handoff"
    return f"{months:g} month{'s' * (months != 1.0)} after it"


def _three(thirds: Sequence[Third]) -> tuple[Third | None, Third | None, Third | None]:
    """Return thirds for three columns; where there are only two, the middle is empty."""
    return (thirds[0], thirds[1] if len(thirds) == 3 else None, thirds[-1])


def _without(typed: Sequence[str], paths: Set[str]) -> list[str]:
    """Return a scenario as typed without the settings of ``paths``, which the command sets otherwise."""
    kept = [typed[0]]
    for flag, setting in zip(typed[1::2], typed[2::2], strict=True):
        if setting.partition("=")[0].strip() not in paths:
            kept += [flag, setting]
    return kept


def _choice_words(one: Choice) -> str:
    return {
        NOW: "hand off now",
        BEST: f"hand off in month {one.month or 0.0:.2g}, the best of the dates tried",
        OWN_WAY: "as the scenario says",
        INDIFFERENCE: "by indifference: as soon as waiting stops paying",
        NEVER: "never hand off",
    }[one.name]


def _input_words(paths: Sequence[str]) -> str:
    """Return what one unknown is called, with its paths."""
    return f"{label_of(paths)} ({' with '.join(paths)})"


def _flip_to(name: str, found: Brief) -> str:
    return _choice_words(found.choices[name])


def _policy_words(name: str, own: str) -> str:
    return f"{own} {AS_IT_IS}" if name == AS_IT_IS else f"{name}, tuned"


def _span(first: float, last: float) -> str:
    if first == last:
        return f"in month {first:.2g}"
    return f"between month {first:.2g} and month {last:.2g}"


def _half_width(found: Difference) -> str:
    """Return a difference in whole points with half the width of its interval, which is short enough for a grid."""
    return f"{100 * found.value:+.0f} ± {50 * (found.high - found.low):.0f}"


def _months(found: Quantile) -> str:
    return f"{_number(found)} months"


def _number(found: Quantile) -> str:
    low, high = ("–" if end is None else f"{end:.2g}" for end in (found.low, found.high))
    return f"{found.value:.2g} ({low} to {high})"


def _values(flip: Flip, values: tuple[float, ...]) -> str:
    told = (rounded(float(f"{value:.3g}"), unit) for value, unit in zip(values, flip.units, strict=True))
    return " and ".join(dict.fromkeys(told))


def _share(row: dict[Any, Any], name: str) -> str:
    value, low, high = (float(row[name + end]) for end in ("", "_low", "_high"))
    return "–" if value != value else _part(value, low, high)


def _part(value: float, low: float, high: float) -> str:
    """Return a part of a variance with its interval, which luck may carry beyond 0 and 1, within these."""
    held = (min(max(one, 0.0), 1.0) for one in (value, low, high))
    part, *ends = (f"{100 * one:.0f}" for one in held)
    return f"{part} % ({' to '.join(ends)})"


def _gain(row: dict[Any, Any], name: str) -> str:
    value, low, high = (float(row[name + end]) for end in ("", "_low", "_high"))
    return _interval(value, low, high)


def _interval(value: float, low: float, high: float) -> str:
    return f"{100 * value:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
