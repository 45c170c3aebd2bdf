"""Sheets that come back from the doors: workbook, CSV, or the file of the phone sheet."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hotspot._checks import given_path
from hotspot._errors import DataError
from hotspot.reading.cells import normalise_name
from hotspot.reading.chunks import Chunk, Source, not_records
from hotspot.reading.sources import open_source
from hotspot.visits.row_checks import KNOWN_NAMES, field_of

# What sheets ask of each call at a door, and what they call those after the first.
_OF_A_CALL = {"result": "Result", "visited_at": "Visited at"}
_CALLS = ("second", "third")
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
    whole : bool
        Whether every door of a list should be in it: a phone saves only what was done.
    """

    rows: pd.DataFrame
    not_records: pd.DataFrame = field(default_factory=not_records)
    flagged: list[tuple[Any, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    source: str | None = None
    whole: bool = False


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
    path = given_path(path)
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


def calls_as_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the second and third calls that stand beside the first as rows of their own.

    Parameters
    ----------
    rows : DataFrame
        Of a sheet with columns such as "Second visited at" and "Third result".

    Returns
    -------
    rows : DataFrame
        Each call after its row. What else the row tells stays with its first call, wherever a
        later copy of the sheet has more calls: nothing of it is then recorded twice.
    further : int
        How many calls were added.

    Examples
    --------
    >>> rows, further = calls_as_rows(pd.DataFrame({
    ...     "Visit": ["V-A"], "Result": ["no reply"], "Visited at": ["3/3/2026 09:35"],
    ...     "Second result": ["face to face"], "Second visited at": ["3/3/2026 11:10"]}))
    >>> rows
                    Visit        Result      Visited at
    0                 V-A      no reply  3/3/2026 09:35
    0 (second call)   V-A  face to face  3/3/2026 11:10
    """
    if not rows.columns.is_unique:  # it is refused where its columns are looked at
        return rows, 0
    own = {name: column for column in rows.columns if (name := field_of(column))}
    calls = {call: _columns_of_call(rows, call) for call in _CALLS}
    if not any(calls.values()) or not {"visit_id", "result"} <= own.keys():
        return rows, 0
    first = {name: own.get(name, heading) for name, heading in _OF_A_CALL.items()}
    kept = rows.drop(columns=[column for columns in calls.values() for column in columns.values()])
    kept = kept.astype(object)
    home = [own[name] for name in ("visit_id", "uprn", "address") if name in own]
    labels: list[Any] = []
    records: list[dict[Any, Any]] = []
    every = zip(rows.index, kept.to_dict("records"), rows.to_dict("records"), strict=True)
    for label, record, cells in every:
        told: list[tuple[str, dict[Any, Any]]] = [
            (call, {first[name]: cells[column] for name, column in columns.items()})
            for call, columns in calls.items()
            if any(_filled(cells[column]) for column in columns.values())
        ]
        if told and not any(_filled(record.get(column)) for column in first.values()):
            # The first call was left empty: what else the row tells is of the next.
            record.update(told.pop(0)[1])
        labels += [label, *(f"{label} ({call} call)" for call, _ in told)]
        records += [record, *({**{name: record[name] for name in home}, **it} for _, it in told)]
    columns = list(dict.fromkeys([*kept.columns, *first.values()]))
    unfolded = pd.DataFrame(records, columns=columns, dtype=object)
    unfolded.index = pd.Index(labels, dtype=object, name=rows.index.name)
    unfolded.attrs = dict(rows.attrs)
    return unfolded, len(unfolded) - len(rows)


def _filled(cell: Any) -> bool:
    if isinstance(cell, str):
        return bool(cell.strip())
    return cell is not None and not pd.isna(cell)


def _columns_of_call(rows: pd.DataFrame, call: str) -> dict[str, Any]:
    """Find the columns of a further call, by field."""
    headings = {normalise_name(f"{call} {heading}"): name for name, heading in _OF_A_CALL.items()}
    named = {headings.get(normalise_name(column)): column for column in rows.columns}
    return {name: column for name, column in named.items() if name is not None}


def _is_read(column: object) -> bool:
    """Return whether we read a column, be it of a further call."""
    further = any(_columns_of_call(pd.DataFrame(columns=[column]), call) for call in _CALLS)
    return further or field_of(column) is not None


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
    return Returned(
        rows,
        others,
        _formulas(source, rows),
        [*notes, *chunk.warnings],
        path.name,
        whole=path.suffix.lower() != ".json",
    )


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
        if row in rows.index and _is_read(name)
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
        whole=True,
    )
