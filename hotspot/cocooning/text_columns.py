"""Columns of text of a file of addresses: stripped, and of a million rows no more than is asked."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.reading.text_bytes import TextBytes

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

_SPACE, _DELETE = 0x20, 0x7F


class TextColumn:
    """A column of text that is read where it is asked for: of a million rows few are."""

    def __init__(self, frame: pd.DataFrame, name: str, rows: Ints) -> None:
        self._values = frame[name].array if name in frame.columns else None
        self._rows = rows
        # Lists of many days ask for the same few again: reading one costs as much as a door.
        self._read: dict[int, str | None] = {}

    @property
    def missing(self) -> bool:
        """Whether the file has no such column."""
        return self._values is None

    def __len__(self) -> int:
        return len(self._rows)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Texts:
        return np.asarray(self[np.arange(len(self))], dtype=dtype)

    def __getitem__(self, at: Any) -> Any:
        """Return the text at a position, or an array of those at several; None where missing."""
        if np.ndim(at):
            if self._values is None:
                return np.full(len(self._rows[at]), None, dtype=object)
            return stripped(self._values.take(self._rows[at]))
        if self._values is None:
            return None
        row = int(self._rows[at])
        if row not in self._read:
            self._read[row] = text_of(self._values[row])
        return self._read[row]

    def column(self, at: Ints) -> Any:
        """Return the texts at some positions as a column of a frame holds them.

        Of a million texts no object is made where the file holds them in one piece.
        """
        if self._values is None or not _is_usual(self._values):
            return self[at]
        taken = _without_space(self._values.take(self._rows[at]))
        return taken if pd.notna(taken).any() else np.full(len(taken), None, dtype=object)


def texts(frame: pd.DataFrame, column: str) -> Texts:
    """Return a column as stripped text, None where it is missing or empty or no column at all."""
    if column not in frame.columns:
        return np.full(len(frame), None, dtype=object)
    return stripped(frame[column].array)


def without_text(frame: pd.DataFrame, column: str) -> Bools:
    """Return which cells of a column hold no text."""
    values = frame[column]
    if isinstance(values.dtype, pd.StringDtype):
        return np.asarray(values.isna() | (values == "") | values.str.isspace(), dtype=bool)
    return np.asarray(pd.isna(texts(frame, column)))


def stripped(values: Any) -> Texts:
    """Return cells as stripped text, None where they are missing or empty."""
    if _is_usual(values):
        cells = np.asarray(_without_space(values), dtype=object)
        cells[pd.isna(cells)] = None
        return cells
    # A loop over a million cells is quicker than the string methods of a column of objects.
    cells = np.asarray(values, dtype=object)
    found = np.empty(len(cells), dtype=object)
    found[:] = [cell.strip() or None if type(cell) is str else text_of(cell) for cell in cells]
    return found


def text_of(value: Any) -> str | None:
    """Return a cell as stripped text, None where it is missing or empty."""
    return None if value is None or pd.isna(value) else str(value).strip() or None


def _is_usual(values: Any) -> bool:
    """Test whether texts are held as pandas would hold them by itself."""
    dtype = getattr(values, "dtype", None)
    return isinstance(dtype, pd.StringDtype) and bool(dtype == pd.Series(["text"]).dtype)


def _without_space(values: Any) -> Any:
    """Return strings without space around them, missing where nothing is left."""
    column = pd.Series(values)
    held = TextBytes.of(column)
    # Most files have none, as their bytes tell; what space is beyond ASCII is left to pandas.
    if held is not None and all(((at > _SPACE) & (at < _DELETE)).all() for at in held.ends()):
        return column.array
    column = column.str.strip()
    empty = column == ""
    return (column.mask(empty) if empty.any() else column).array
