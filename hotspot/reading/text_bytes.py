"""Columns of text by their bytes, which tells at once what most of a million cells have not."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class TextBytes:
    """The bytes of a column of text, in UTF-8.

    Attributes
    ----------
    data : numpy.ndarray of uint8
        Of all cells, one after the other.
    starts : numpy.ndarray of int64
        Where each cell begins, and where the last one ends.

    Examples
    --------
    >>> text = TextBytes.of(pd.Series(["Mill Lane", "", " x"]))
    >>> text is None or text.lengths.tolist()
    [9, 0, 2]
    """

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, series: pd.Series) -> "TextBytes | None":
        """Return the bytes of a column; None where pandas does not hold it by Arrow."""
        if not held_by_arrow(series) or not len(series):
            return None
        column = pa.array(series)
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if not pa.types.is_large_string(column.type):
            column = column.cast(pa.large_string())
        _, starts, data = column.buffers()
        offsets = np.frombuffer(starts, np.int64)[column.offset : column.offset + len(column) + 1]
        content = np.frombuffer(b"" if data is None else data, np.uint8)
        return cls(content[offsets[0] : offsets[-1]], offsets - offsets[0])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The bytes of each cell: none where it is blank or missing."""
        return np.diff(self.starts)

    def ends(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the first and the last byte of each cell, 0 where there is none."""
        if not len(self.data):
            nothing = np.zeros(len(self.starts) - 1, dtype=np.uint8)
            return nothing, nothing
        filled = self.lengths > 0
        first = self.data[np.minimum(self.starts[:-1], len(self.data) - 1)]
        last = self.data[np.maximum(self.starts[1:] - 1, 0)]
        return np.where(filled, first, 0), np.where(filled, last, 0)

    def holds(self, signs: bytes) -> bool:
        """Test whether any cell holds one of some ASCII signs."""
        return any((self.data == sign).any() for sign in signs)

    def rows_with(self, which: Flags) -> Flags:
        """Test which cells hold one of the bytes that are flagged, of all bytes in turn."""
        rows = np.zeros(len(self.starts) - 1, dtype=bool)
        rows[np.searchsorted(self.starts, np.flatnonzero(which), side="right") - 1] = True
        return rows


def held_by_arrow(series: pd.Series) -> bool:
    """Test whether pandas holds a column of text by Arrow."""
    return isinstance(series.dtype, pd.StringDtype) and series.dtype.storage == "pyarrow"


def in_one_piece(series: pd.Series) -> pd.Series:
    """Return a column that is one piece of memory where it is of text: many are slow to choose of.

    Examples
    --------
    >>> in_one_piece(pd.concat([pd.Series(["a"]), pd.Series(["b"])])).tolist()
    ['a', 'b']
    """
    if not held_by_arrow(series):
        return series
    column = pa.array(series)
    if not isinstance(column, pa.ChunkedArray) or column.num_chunks < 2:
        return series
    whole = pa.chunked_array([column.combine_chunks()])
    texts = whole.to_pandas(types_mapper=lambda _: series.dtype)
    return pd.Series(texts.array, index=series.index, name=series.name)


def text_series(column: pa.Array | pa.ChunkedArray) -> pd.Series:
    """Return a column of text as pandas holds a list of texts, whatever its version."""
    dtype = pd.Series([""]).dtype
    kind = dtype if isinstance(dtype, pd.StringDtype) else None
    return pd.Series(column.to_pandas(types_mapper=lambda _: kind))
