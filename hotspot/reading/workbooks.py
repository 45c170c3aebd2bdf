"""Workbooks: .xlsx, .xls, .xlsb and .ods, read with calamine."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from hotspot._errors import DataError
from hotspot.reading.chunks import Chunk, Request, Source
from hotspot.reading.formulas import counts_from_1904, formula_cells
from hotspot.reading.group_headings import Merge, Row
from hotspot.reading.headings import HEAD_ROWS, Header, chunks_of_rows, find_header
from hotspot.reading.joined_sources import (
    join_sources,
    left_out_warnings,
    tables_alike,
    which_read,
)
from hotspot.reading.single_dates import DATE_1904


def open_workbook(path: Path, request: Request) -> Source:
    """Open a sheet of a workbook, or all those of one layout, such as a sheet a month.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request
        The sheet, by default the first that holds a table with known names, else the first that
        holds a table, and with it those of its layout; and the names that mark a header.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened, is protected by a password, or holds no table.
    """
    with _workbook(path) as book:
        visible, hidden = (_worksheets(book, visible=seen) for seen in (True, False))
        if request.sheet is not None and request.sheet not in book.sheet_names:
            listed = ", ".join(repr(name) for name in book.sheet_names)
            raise DataError(f"{path.name} has no sheet {request.sheet!r}; it has {listed}.")
        asked = [*visible, *hidden] if request.sheet is None else [request.sheet]
        tables = _tables(path, book, asked, request.known)
    meant = {name: tables[name] for name in tables if name in visible or request.sheet is not None}
    if not meant:
        where = path.name if request.sheet is None else f"the sheet {asked[0]!r} of {path.name}"
        shown = f" Hidden there: {', '.join(map(repr, tables))}." if tables else ""
        raise DataError(f"No table in {where}: a header and rows below it.{shown}")
    alike = tables_alike(meant, request.known, list(meant))
    opened = join_sources(f"{path.name}, {len(alike)} sheets", alike, "sheet")
    others = {name: source for name, source in tables.items() if name not in alike}
    unread, unseen = ([n for n in names if n not in alike] for names in (visible, hidden))
    notes = which_read(path.name, "sheet", list(alike), unread, unseen)
    warnings = left_out_warnings("sheet", alike, others, request.known, hidden)
    return replace(
        opened,
        notes=(*notes, *opened.notes),
        warnings=(*opened.warnings, *warnings),
        sheets=tuple(visible),
    )


def _sheet_source(path: Path, name: str, header: Header, first_column: int) -> Source:
    """Open the table of one sheet."""
    date1904 = counts_from_1904(path)

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        with _workbook(path) as book:
            rows = _rows(book.get_sheet_by_name(name))
            for chunk in chunks_of_rows(rows, header, wanted, strict_width=False):
                chunk.frame.attrs.update({DATE_1904: ("",)} if date1904 else {})
                yield chunk

    def formulas() -> list[tuple[Any, str]]:
        # Calamine begins a row at the first column that holds anything, the file at column A.
        cells = ((row, column - first_column - 1) for row, column in formula_cells(path, name))
        return [(row, header.names[at]) for row, at in cells if 0 <= at < len(header.names)]

    return Source(
        f"{path.name}, sheet {name}",
        header.names,
        open_chunks,
        notes=header.notes,
        formulas=formulas,
    )


def _workbook(path: Path) -> CalamineWorkbook:
    """Open a workbook, or raise why that fails in a sentence."""
    try:
        return CalamineWorkbook.from_path(path)
    except CalamineError as error:
        with path.open("rb") as file:
            wrapped = file.read(4) == b"\xd0\xcf\x11\xe0" and path.suffix.lower() != ".xls"
        # A workbook of today is a zip file; a protected one hides it in the container of old.
        if isinstance(error, PasswordError) or wrapped:
            raise DataError(
                f"{path.name} is protected by a password: save a copy without one."
            ) from error
        raise DataError(f"{path.name} is no workbook that can be read: {error}.") from error


def _worksheets(book: CalamineWorkbook, *, visible: bool = True) -> list[str]:
    """List the sheets that a person sees as tables, or those that are hidden."""
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
        and (sheet.visible == SheetVisibleEnum.Visible) == visible
    ]


def _tables(
    path: Path, book: CalamineWorkbook, names: Sequence[str], known: Collection[str]
) -> dict[str, Source]:
    """Open the table of every sheet that has one."""
    tables = {}
    for name in names:
        table = book.get_sheet_by_name(name)
        header = find_header(list(islice(_rows(table), HEAD_ROWS)), known, _merges(table))
        if header is not None:
            tables[name] = _sheet_source(path, name, header, (table.start or (0, 0))[1])
    return tables


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Iterate over the rows of a sheet from its row 1 on, blank ones at the top too."""
    return iter(sheet.iter_rows())


def _merges(sheet: CalamineSheet) -> list[Merge]:
    """List the cells that were merged, counted as in `_rows`, where the format says so."""
    shift = (sheet.start or (0, 0))[1]
    return [
        (top, left - shift, bottom, right - shift)
        for (top, left), (bottom, right) in getattr(sheet, "merged_cell_ranges", None) or []
    ]
