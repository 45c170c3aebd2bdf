"""Tables as CSV: opened by Excel as UTF-8, with nothing in them that it would run."""

import csv
import io
import os
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from hotspot.output.files import replacing_file
from hotspot.output.text import safe_cell


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
    cells = [_cells(column) for _, column in table.items()]
    writer = csv.writer(file)
    writer.writerow([safe_cell(str(name)) for name in table.columns])
    writer.writerows(zip(*cells, strict=True))


def _cells(column: pd.Series) -> list[Any]:
    """Return the cells of a column, each text made once: of a force's homes few reasons differ."""
    if isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype.kind == "M":
        codes, distinct = pd.factorize(column)
        texts = [_cell(value) for value in distinct]
        return ["" if code < 0 else texts[code] for code in codes.tolist()]
    # Of a text column each value would be fetched from Arrow by itself.
    values: list[Any] = column.to_numpy(dtype=object).tolist()
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf":
        # NaN alone differs from itself.
        return ["" if value != value else value for value in values]
    words = {value for value in values if isinstance(value, str)}
    made = {value: safe_cell(value) for value in words}
    return [made[value] if isinstance(value, str) else _cell(value) for value in values]


def _cell(value: Any) -> Any:
    """Return safe text, times to the minute, and numbers as they are."""
    if isinstance(value, str):
        return safe_cell(value)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    return value
