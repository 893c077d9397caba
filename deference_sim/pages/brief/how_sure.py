"""How sure a brief is: chances and spread, where runs are lost, lead, keeping up, where it fails."""

from deference_sim.analysis.discover import missing_extra
from deference_sim.analysis.measure import success_of
from deference_sim.pages.alternatives import tables as alternatives_tables
from deference_sim.pages.brief.section import Section
from deference_sim.pages.brief.words import a_number, in_months
from deference_sim.pages.discover import in_words as box_in_words
from deference_sim.pages.layout import Heading, Page, Paragraph, Table
from deference_sim.pages.required_lead import answers as lead_answers
from deference_sim.pages.run import ledger
from deference_sim.pages.spread import spread_in_short
from deference_sim.pages.wording import chance


class HowSure(Section):
    """The section in words."""

    def page(self) -> Page:
        """Return the section."""
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
            *self._by_alternative(),
            *ledger(found.run),
            *self._ledger_note(),
            self._from("run"),
            *self._lead(),
            *self._keep_up(),
            *self._failing(),
        ]

    def _by_alternative(self) -> Page:
        if not self.found.by:
            return []
        return [*alternatives_tables(self.found.by, self.found.measure), self._from("alternatives")]

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
            f"Keeping up: from the handoff to the end, the lead at its smallest is {in_months(middle)} in the median "
            f"run and {in_months(low)} or less in every tenth (below 0: the rival was ahead)"
        )
        if kept.binds_at is not None:
            told += f". It is smallest at a capability of {a_number(kept.binds_at)} py (median)"
        if kept.bought is not None:
            bought, least = kept.bought
            told += (
                f". Each month of the tax that was paid stands beside {a_number(bought)} months bought from the rival "
                f"(median; {a_number(least)} or less in every tenth): below 1, time bought does not pay for the tax"
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
