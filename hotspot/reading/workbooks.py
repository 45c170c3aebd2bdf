"""Workbooks: .xlsx, .xls, .xlsb and .ods, read with calamine."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from hotspot._errors import DataError
from hotspot.english import some_of
from hotspot.reading.chunks import Chunk, Request, Source
from hotspot.reading.formulas import BookParts, book_parts, formula_cells
from hotspot.reading.group_headings import Merge, Row, filled
from hotspot.reading.headings import HEAD_ROWS, Header, chunks_of_rows, find_header
from hotspot.reading.joined_sources import (
    join_sources,
    left_out_warnings,
    tables_alike,
    which_read,
)
from hotspot.reading.row_stretches import RowFeed
from hotspot.reading.single_dates import DATE_1904
from hotspot.reading.workbook_bounds import Workbook, check_bounds

#: What stands in the cells of errors, by row and column from 0.
Errors: TypeAlias = Mapping[tuple[int, int], str]
# By what the names of files end with, calamine chooses how to read them.
_ENDINGS = {".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".xlsb": "xlsb", ".ods": "ods"}
_MOST_SHEETS = 1_000


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
    looked_at = check_bounds(path)
    parts = book_parts(path, looked_at.form)
    with _workbook(path, looked_at.form) as book:
        visible, hidden = (_worksheets(book, visible=seen) for seen in (True, False))
        names = book.sheet_names
        if request.sheet is not None and request.sheet not in names:
            raise DataError(
                f"{path.name} has no sheet {request.sheet!r}; it has "
                f"{some_of([repr(name) for name in names], 30)}."
            )
        asked = [*visible, *hidden] if request.sheet is None else [request.sheet]
        if len(asked) > _MOST_SHEETS:
            raise DataError(
                f"{path.name} has {len(asked):,} sheets, more than are looked through: name the "
                "one that is meant (sheet=, --sheet), or save it as a workbook of its own."
            )
        tables = _tables(_Book(path, looked_at, parts), book, asked, request.known)
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


@dataclass(frozen=True)
class _Book:
    """A workbook: where it is, and what was found of it before it was read."""

    path: Path
    looked_at: Workbook
    parts: BookParts

    @property
    def date1904(self) -> bool:
        """Whether its numbers are days of the calendar that begins in 1904."""
        return self.parts.date1904 or self.looked_at.date1904

    def errors(self, sheet: str) -> Errors:
        """Return the cells of a sheet that hold an error."""
        part = sheet if self.looked_at.form in ("ods", "xls") else self.parts.sheets.get(sheet, "")
        return self.looked_at.errors.get(part.lower(), {})


def _sheet_source(book: _Book, name: str, header: Header, first_column: int) -> Source:
    """Open the table of one sheet."""

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        with _workbook(book.path, book.looked_at.form) as opened:
            rows = _rows(opened.get_sheet_by_name(name), book.errors(name))
            feed = RowFeed.of_rows(rows)
            for chunk in chunks_of_rows(feed, header, wanted, strict_width=False):
                chunk.frame.attrs.update({DATE_1904: ("",)} if book.date1904 else {})
                yield chunk

    def formulas() -> list[tuple[Any, str]]:
        # Calamine begins a row at the first column that holds anything, the file at column A.
        found = formula_cells(book.path, book.parts.sheets.get(name, ""))
        cells = ((row, column - first_column - 1) for row, column in found)
        return [(row, header.names[at]) for row, at in cells if 0 <= at < len(header.names)]

    return Source(
        f"{book.path.name}, sheet {name}",
        header.names,
        open_chunks,
        notes=header.notes,
        formulas=formulas,
    )


@contextmanager
def _workbook(path: Path, form: str) -> Iterator[CalamineWorkbook]:
    """Open a workbook as what it is, or raise why that fails, or reading it, in a sentence."""
    try:
        if _ENDINGS.get(path.suffix.lower(), form) == form:
            with CalamineWorkbook.from_path(path) as book:
                yield book
        else:
            with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
                yield book
    except PasswordError:
        raise DataError(
            f"{path.name} is protected by a password: save a copy without one."
        ) from None
    except CalamineError as error:
        if form == "xls" and path.suffix.lower() != ".xls":
            # A workbook of today lies in such a container where it is protected.
            raise DataError(
                f"{path.name} is protected by a password, or damaged: save a copy without one."
            ) from None
        raise _damaged(path, error) from None
    except BaseException as error:
        # How pyo3 hands over a panic in calamine; it is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(path, error) from None


def _damaged(path: Path, error: BaseException) -> DataError:
    return DataError(
        f"{path.name} is no workbook that can be read: {str(error)[:200]}. Open it in a "
        "spreadsheet and save it again, or export it anew."
    )


def _worksheets(book: CalamineWorkbook, *, visible: bool = True) -> list[str]:
    """List the sheets that a person sees as tables, or those that are hidden."""
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet
        and (sheet.visible == SheetVisibleEnum.Visible) == visible
    ]


def _tables(
    book: _Book, opened: CalamineWorkbook, names: Sequence[str], known: Collection[str]
) -> dict[str, Source]:
    """Open the table of every sheet that has one."""
    tables = {}
    for name in names:
        table = opened.get_sheet_by_name(name)
        head = list(islice(_rows(table, book.errors(name)), HEAD_ROWS))
        header = find_header(head, known, _merges(table))
        if header is not None:
            tables[name] = _sheet_source(book, name, header, (table.start or (0, 0))[1])
    return tables


def _rows(sheet: CalamineSheet, errors: Errors) -> Iterator[Row]:
    """Iterate over the rows of a sheet from its row 1 on, blank ones at the top too.

    To calamine a cell with an error is blank; here it says which.
    """
    if not errors:
        yield from sheet.iter_rows()
        return
    left = (sheet.start or (0, 0))[1]
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (at, column), word in errors.items():
        by_row.setdefault(at, []).append((column - left, word))
    for number, row in enumerate(sheet.iter_rows()):
        for column, word in by_row.get(number, ()):
            if column < len(row) and not filled(row[column]):
                row[column] = word
        yield row


def _merges(sheet: CalamineSheet) -> list[Merge]:
    """List the cells that were merged, counted as in `_rows`, where the format says so."""
    shift = (sheet.start or (0, 0))[1]
    return [
        (top, left - shift, bottom, right - shift)
        for (top, left), (bottom, right) in getattr(sheet, "merged_cell_ranges", None) or []
    ]


def sheet_rows(path: Path, sheet: str) -> list[list[Any]]:
    """Read every cell of a sheet as the workbook holds it, its first row first.

    Parameters
    ----------
    path : pathlib.Path
    sheet : str

    Returns
    -------
    list of list
        Rows of texts, numbers, truths and times; "" where nothing stands.

    Raises
    ------
    DataError
        If the workbook cannot be read in bounded memory, or has no such sheet.
    """
    looked_at = check_bounds(path)
    with _workbook(path, looked_at.form) as book:
        if sheet not in book.sheet_names:
            raise DataError(f"{path.name} has no sheet {sheet!r}.")
        return list(book.get_sheet_by_name(sheet).iter_rows())
