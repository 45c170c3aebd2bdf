"""Tables as CSV: opened by Excel as UTF-8, with nothing in them that it would run."""

import io
import os
import re
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from hotspot.output.files import replacing_file
from hotspot.output.text import safe_cell

_DELIMITER, _LINE_END, _EMPTY = ",", "\r\n", '""'
_TO_QUOTE = re.compile('[,"\r\n]')
# How many rows are one text at a time.
_AT_ONCE = 10_000


def write_rejected(rejected: pd.DataFrame, path: str | os.PathLike[str]) -> list[Path]:
    """Write the rows that a check could not use, for whoever mends the export.

    Parameters
    ----------
    rejected : DataFrame
        As `check_incidents` returns them.
    path : path
        Of the CSV file.

    Returns
    -------
    list of Path
        The one file.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> rejected = pd.DataFrame({"row": [7], "column": ["E"], "value": ["=1+1"], "reason": ["?"]})
    >>> (path,) = write_rejected(rejected, Path(tempfile.mkdtemp()) / "rejected.csv")
    >>> path.read_text(encoding="utf-8-sig").splitlines()
    ['row,column,value,reason', "7,E,'=1+1,?"]
    """
    return write_table(rejected, path)


def write_table(table: pd.DataFrame, path: str | os.PathLike[str]) -> list[Path]:
    """Write a CSV that Excel opens as UTF-8 and in which no text can become a formula.

    Parameters
    ----------
    table : DataFrame
        Its index is left out.
    path : path
        A file there is replaced.

    Returns
    -------
    list of Path
        The one file.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> table = pd.DataFrame({"beat": ["=1+1"], "found": [pd.Timestamp("2026-03-02 18:00")]})
    >>> (path,) = write_table(table, Path(tempfile.mkdtemp()) / "table.csv")
    >>> path.read_text(encoding="utf-8-sig").splitlines()
    ['beat,found', "'=1+1,2026-03-02 18:00"]
    """
    path = Path(path)
    with (
        replacing_file(path) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        _write_rows(table, file)
    return [path]


def table_bytes(table: pd.DataFrame) -> bytes:
    """Return what `write_table` writes, for a file whose place is still to be found."""
    text = io.StringIO(newline="")
    _write_rows(table, text)
    return text.getvalue().encode("utf-8-sig")


def _write_rows(table: pd.DataFrame, file: TextIO) -> None:
    file.write(_lines([[_cell(str(name))] for name in table.columns]) or _LINE_END)
    columns = [_cells(column) for _, column in table.items()]
    for start in range(0, len(table), _AT_ONCE):
        file.write(_lines([column[start : start + _AT_ONCE] for column in columns]))


def _lines(columns: list[list[str]]) -> str:
    """Return rows as lines; one of a single empty cell would be taken for no row at all."""
    rows = map(_DELIMITER.join, zip(*columns, strict=True))
    return "".join(f"{row or _EMPTY}{_LINE_END}" for row in rows)


def _quoted(text: str) -> str:
    if not _TO_QUOTE.search(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _cells(column: pd.Series) -> list[str]:
    """Return the cells of a column, each text made once: of a force's homes few reasons differ."""
    dtype = column.dtype
    if isinstance(dtype, (pd.DatetimeTZDtype, pd.StringDtype)) or dtype.kind == "M":
        codes, distinct = pd.factorize(column)
        # One more entry, which a code of -1 takes: for what is missing.
        texts = np.array([*map(_cell, distinct.astype(object)), ""], dtype=object)
        cells: list[str] = texts[codes].tolist()
        return cells
    values: list[Any] = column.to_numpy(dtype=object).tolist()
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
        # NaN alone differs from itself.
        return ["" if value != value else str(value) for value in values]
    made = {value: _cell(value) for value in set(filter(_is_text, values))}
    return [made[value] if _is_text(value) else _cell(value) for value in values]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _cell(value: Any) -> str:
    """Return safe text, times to the minute, and numbers as they are."""
    if isinstance(value, str):
        return _quoted(safe_cell(value))
    if value is None or pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) else _quoted(str(value))
