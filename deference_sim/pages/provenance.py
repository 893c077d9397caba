"""The page of what made a result: command, versions, machine."""

from collections.abc import Mapping
from typing import Any

from deference_sim.pages.layout import Page, Paragraph, Table


def page(found: Mapping[str, Any]) -> Page:
    """Return in a table what made a result, from what ``study.provenance.provenance`` returns."""
    versions, platform = found["versions"], found["platform"]
    libraries = ", ".join(f"{name} {version}" for name, version in versions.items() if name != "deference_sim")
    hashes = dict.fromkeys(scenario["hash"] for scenario in found["scenarios"].values())
    rows = (
        ("command", found["command"]),
        *([("scenario hash", ", ".join(hashes))] if hashes else []),
        ("seed", ", ".join(found["seeds"])),
        ("replicates", f"{found['replicates']:,}"),
        ("engine", f"{found['engine']}, version {found['engine_version']}"),
        ("deference_sim", versions["deference_sim"]),
        ("with", libraries),
        ("on", f"{platform['system']}, {platform['machine']}, {platform['cores']} cores"),
        ("at", found["time"]),
    )
    note = (
        "The same command with the same versions gives the same numbers, whatever the machine's cores. What they are: "
        "consequences of the inputs above, most of which nobody could source. They are no forecast."
    )
    return [Table("Provenance", ("", ""), rows), Paragraph(note, aside=True)]
