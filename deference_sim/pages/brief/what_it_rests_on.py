"""What the answer of a brief rests on: guesses, and ranges that were widened."""

from deference_sim.analysis.sensitivity.inputs import HALF_TO_DOUBLE, WIDENED
from deference_sim.pages.brief.section import Section
from deference_sim.pages.brief.words import in_per_cent
from deference_sim.pages.layout import Heading, Page, Paragraph


class WhatItRestsOn(Section):
    """The section in words."""

    def page(self) -> Page:
        """Return the section."""
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
            in_per_cent(*(float(shares[f"{order}{end}"]) for end in ("", "_low", "_high")))
            for order in ("first", "total")
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
