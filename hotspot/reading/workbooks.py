"""Workbooks: .xlsx, .xls, .xlsb and .ods, read with calamine."""

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from hotspot._errors import DataError
from hotspot.reading.cells import normalise_name
from hotspot.reading.chunks import Chunk, Request, Source
from hotspot.reading.formulas import formula_cells
from hotspot.reading.group_headings import Merge, Row
from hotspot.reading.headings import HEAD_ROWS, Header, chunks_of_rows, find_header


def open_workbook(path: Path, request: Request) -> Source:
    """Open one sheet of a workbook.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request
        The sheet, by default the first that holds a table with known names, else the first that
        holds a table; and the names that mark a header.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened, is protected by a password, or holds no table.
    """
    with _workbook(path) as book:
        name, header = _choose_sheet(path, book, request.sheet, request.known)
        sheets = _worksheets(book)
        first_column = (book.get_sheet_by_name(name).start or (0, 0))[1]

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        with _workbook(path) as book:
            rows = _rows(book.get_sheet_by_name(name))
            yield from chunks_of_rows(rows, header, wanted, strict_width=False)

    def formulas() -> list[tuple[int, str]]:
        # Calamine begins a row at the first column that holds anything, the file at column A.
        cells = ((row, column - first_column - 1) for row, column in formula_cells(path, name))
        return [(row, header.names[at]) for row, at in cells if 0 <= at < len(header.names)]

    notes = list(header.notes)
    others = [other for other in sheets if other != name]
    if others:
        listed = ", ".join(repr(other) for other in others)
        notes.insert(0, f"Read the sheet {name!r} of {path.name}; not read: {listed}.")
    return Source(
        f"{path.name}, sheet {name}",
        header.names,
        open_chunks,
        notes=tuple(notes),
        sheets=tuple(sheets),
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


def _worksheets(book: CalamineWorkbook) -> list[str]:
    """List the sheets that a person sees as tables."""
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]


def _choose_sheet(
    path: Path, book: CalamineWorkbook, sheet: str | None, known: Collection[str]
) -> tuple[str, Header]:
    """Choose the sheet asked for, else the first with known names, else with a table."""
    if sheet is not None and sheet not in book.sheet_names:
        listed = ", ".join(repr(name) for name in book.sheet_names)
        raise DataError(f"{path.name} has no sheet {sheet!r}; it has {listed}.")
    headers = {}
    for name in [sheet] if sheet is not None else _worksheets(book):
        table = book.get_sheet_by_name(name)
        header = find_header(list(islice(_rows(table), HEAD_ROWS)), known, _merges(table))
        if header is not None:
            headers[name] = header
    if not headers:
        where = f"the sheet {sheet!r} of {path.name}" if sheet is not None else path.name
        raise DataError(f"No table in {where}: a header and rows below it.")
    # Of equals the first: a workbook opens there.
    return max(headers.items(), key=lambda item: _is_known(item[1], known))


def _is_known(header: Header, known: Collection[str]) -> bool:
    return len({normalise_name(name) for name in header.names} & set(known)) >= 2


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
