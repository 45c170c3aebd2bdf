"""Sheets that come back from the doors: workbook, CSV, or the file of the phone sheet."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hotspot._errors import DataError
from hotspot.reading.chunks import Chunk, Source, not_records
from hotspot.reading.sources import open_source
from hotspot.visits.row_checks import KNOWN_NAMES, field_of

_OUR_ID = re.compile(r"V-[A-Z2-7]{10}", re.IGNORECASE)


@dataclass(frozen=True)
class Returned:
    """A returned sheet, read and not yet judged.

    Parameters
    ----------
    rows : DataFrame
        What stands in it, index the row of the spreadsheet.
    not_records : DataFrame
        Rows that are no records: ``row``, ``column``, ``value``, ``reason``.
    flagged : list of tuple
        ``row``, ``visit_id``, ``reason`` of what should be looked at, such as formulas.
    notes : list of str
        How it was read.
    source : str or None
        The name of the file.
    """

    rows: pd.DataFrame
    not_records: pd.DataFrame = field(default_factory=not_records)
    flagged: list[tuple[Any, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    source: str | None = None


def read_returns(path: str | os.PathLike[str]) -> Returned:
    r"""Read a sheet that came back from the doors.

    Parameters
    ----------
    path : path
        The workbook of the lists, a CSV file (commas or semicolons, whatever Excel saves), or the
        JSON file of the phone sheet. Columns may be moved, added or in other sheets; every
        visible sheet with the columns of the visit and its result is read.

    Returns
    -------
    Returned
        For `VisitLedger.record`. A cell with a formula counts by the value that was saved with
        it; no formula is run, and each is flagged.

    Raises
    ------
    DataError
        If the file is missing, locked, of no such kind, or has no column for the visit or for
        the result.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "harbour.csv"
    >>> _ = path.write_text("Result;Visit;Visited at\nno reply;V-A;3/3/2026 18:05\n")
    >>> read_returns(path).rows.loc[2, "Result"]
    'no reply'
    """
    path = Path(path).expanduser()
    first = open_source(path, known=KNOWN_NAMES)
    if not first.sheets:
        return _read_table(first, path)
    sheets = [(name, _read_table(source, path)) for name, source in _sheets_of_visits(path, first)]
    if not sheets:
        raise DataError(f"{path.name} has no sheet with the columns 'Visit' and 'Result'.")
    filled = [
        (name, read) for name, read in sheets if len(read.rows) + len(read.not_records)
    ] or sheets[:1]
    return filled[0][1] if len(filled) == 1 else _joined(filled, path)


def _sheets_of_visits(path: Path, first: Source) -> list[tuple[str, Source]]:
    """Find the sheets in which visits stand: a team may have copied the one that it was given."""
    sources = []
    for name in first.sheets:
        try:
            source = open_source(path, sheet=name, known=KNOWN_NAMES)
        except DataError:  # a sheet of remarks or a chart holds no table
            continue
        if {"visit_id", "result"} <= {field_of(column) for column in source.columns}:
            sources.append((name, source))
    return sources


def _read_table(source: Source, path: Path) -> Returned:
    """Read all columns of one table."""
    chunk = source.read(source.columns)
    rows, others = _with_bare_ids(source, chunk)
    # Which of its sheets were read is said once, for all of them.
    notes = [note for note in source.notes if not note.startswith("Read the sheet")]
    return Returned(rows, others, _formulas(source, rows), [*notes, *chunk.warnings], path.name)


def _with_bare_ids(source: Source, chunk: Chunk) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Restore what looks like a footer and is an id with nothing filled in beside it."""
    others = chunk.not_records
    bare = others["value"].astype(str).str.fullmatch(_OUR_ID) if len(others) else None
    if bare is None or not bare.any():
        return chunk.frame, others
    column = next(name for name in source.columns if field_of(name) == "visit_id")
    again = pd.DataFrame(
        {column: others.loc[bare, "value"].to_numpy()}, index=others.loc[bare, "row"].to_list()
    )
    rows = pd.concat([chunk.frame, again]).rename_axis("row").sort_index()
    return rows, others[~bare]


def _formulas(source: Source, rows: pd.DataFrame) -> list[tuple[Any, str, str]]:
    """List the rows in which a formula stands where we read, with their ids."""
    ids = next((name for name in source.columns if field_of(name) == "visit_id"), None)
    return [
        (
            row,
            "" if ids is None else str(rows.loc[row, ids]),
            f"a formula stands in {name!r}: it was not run, its saved value was taken",
        )
        for row, name in source.formulas()
        if row in rows.index and field_of(name) is not None
    ]


def _joined(sheets: list[tuple[str, Returned]], path: Path) -> Returned:
    """Join the rows of several sheets, named by sheet and number so that they differ."""

    def named(sheet: str, row: Any) -> str:
        return f"{sheet}:{row}"

    frames = [
        read.rows.set_axis([named(sheet, row) for row in read.rows.index]) for sheet, read in sheets
    ]
    others = [
        read.not_records.assign(row=[named(sheet, row) for row in read.not_records["row"]])
        for sheet, read in sheets
    ]
    listed = ", ".join(repr(sheet) for sheet, _ in sheets)
    return Returned(
        rows=pd.concat([frame.astype(object) for frame in frames]).rename_axis("row"),
        not_records=pd.concat(others, ignore_index=True),
        flagged=[
            (named(sheet, row), visit_id, reason)
            for sheet, read in sheets
            for row, visit_id, reason in read.flagged
        ],
        notes=[f"Read the sheets {listed}.", *(n for _, read in sheets for n in read.notes)],
        source=path.name,
    )
