"""Tables of results as files."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

TABLES = (".csv", ".parquet", ".md", ".tex")


def save_table(table: "pd.DataFrame", file: Path) -> None:
    """Save ``table`` in the format that the suffix of ``file`` names: CSV, Parquet, Markdown or LaTeX.

    Numbers are in full in CSV and Parquet, and to four digits in text that is there to be read.
    Raises ``ValueError`` for another suffix.
    """
    match file.suffix.lower():
        case ".csv":
            table.to_csv(file, index=False, lineterminator="\n")
        case ".parquet":
            table.to_parquet(file, index=False)
        case ".md" | ".tex":
            file.write_text(_as_text(table, "pipe" if file.suffix.lower() == ".md" else "latex_booktabs"), "utf-8")
        case _:
            raise ValueError(f"{file}: the name must end in {', '.join(TABLES)}")


def _as_text(table: "pd.DataFrame", form: str) -> str:
    from tabulate import tabulate

    return str(tabulate(table, headers="keys", tablefmt=form, showindex=False, floatfmt=".4g")) + "\n"
