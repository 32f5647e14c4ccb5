"""One table for reading elsewhere, as CSV (RFC 4180) or Excel. No cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import xlsxwriter

Cell = str | int | float | None
Format = Literal["csv", "xlsx"]
MIME: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MOST_TITLE = 31
"""Characters of a sheet's name in Excel."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """``notes``: lines under the table: the formulas, and as of when."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = ()


def written(sheet: Sheet, as_: Format) -> bytes:
    return _csv(sheet) if as_ == "csv" else _xlsx(sheet)


def _csv(sheet: Sheet) -> bytes:
    """With a byte order mark, for whatever opens it with a double click; text a spreadsheet would compute starts with ``'``."""
    out = io.StringIO()
    out.write("\ufeff")
    rows = csv.writer(out)
    rows.writerow(sheet.columns)
    for row in sheet.rows:
        rows.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in row])
    if sheet.notes:
        rows.writerow(())
        rows.writerows([note] for note in sheet.notes)
    return out.getvalue().encode()


def _xlsx(sheet: Sheet) -> bytes:
    """Text is written as text, numbers as numbers; the head stays in view and can be filtered by."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(_title(sheet.title))
        bold, last = book.add_format({"bold": True}), 0
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, name, bold)
            page.set_column(column, column, max(10, 2 * len(name) + 2))
        for last, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(last, column, cell)
                elif cell is not None:
                    page.write_number(last, column, cell)
        page.freeze_panes(1, 1)
        if sheet.columns:
            page.autofilter(0, 0, last, len(sheet.columns) - 1)
        for below, note in enumerate(sheet.notes, last + 2):
            page.write_string(below, 0, note)
    return out.getvalue()


def _title(text: str) -> str:
    return "".join("_" if letter in "[]:*?/\\'" else letter for letter in text)[:_MOST_TITLE] or "表"
