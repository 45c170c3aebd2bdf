"""What every source gives, whatever its format: columns, and rows in chunks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from hotspot._errors import DataError

ROWS_PER_CHUNK = 100_000
NOT_RECORDS = ("row", "column", "value", "reason")


def not_records(rows: Sequence[tuple[Any, str, str, str]] = ()) -> pd.DataFrame:
    """Frame of the rows of a source that are no records: row, column, value, reason."""
    return pd.DataFrame(list(rows), columns=list(NOT_RECORDS), dtype=object)


@dataclass(frozen=True)
class Chunk:
    """Some rows of a source.

    Attributes
    ----------
    frame : pandas.DataFrame
        The columns asked for, as the source holds them (text in a CSV file, text, numbers and
        dates in a workbook). The index names the row: its number in a spreadsheet, the number of
        the feature, or the label in a frame.
    geometry : numpy.ndarray or None
        The shapely geometries of the rows, where the source has any.
    not_records : pandas.DataFrame
        Rows that cannot be read as records, with columns ``row``, ``column``, ``value``,
        ``reason``: footers, repeated headers, rows with more cells than the header.
    blank_rows : int
        Rows passed over because nothing stands in them.
    warnings : tuple of str
        What may be wrong with how these rows were read.
    """

    frame: pd.DataFrame
    geometry: NDArray[np.object_] | None = None
    not_records: pd.DataFrame = field(default_factory=not_records)
    blank_rows: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """An opened source: what it is called, its columns, and its rows in chunks.

    Attributes
    ----------
    name : str
        What to call it in a message, e.g. ``"crimes.xlsx, sheet Crimes"``.
    columns : tuple of str
        The names in its header, made unique.
    has_geometry : bool
        Whether its chunks carry geometry.
    crs : pyproj.CRS or None
        What the geometry is in, where it says so.
    notes : tuple of str
        What the reader should know about how it was opened: encoding, sheet, banner.
    """

    name: str
    columns: tuple[str, ...]
    open_chunks: Callable[[list[str]], Iterator[Chunk]] = field(repr=False)
    has_geometry: bool = False
    crs: CRS | None = None
    notes: tuple[str, ...] = ()

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Give the rows of `columns`, in order, some at a time, so that memory stays bounded."""
        wanted = list(dict.fromkeys(columns))
        unknown = [name for name in wanted if name not in self.columns]
        if unknown:
            listed = ", ".join(repr(name) for name in unknown)
            raise DataError(f"{self.name} has no column {listed}.")
        return self.open_chunks(wanted)

    def read(self, columns: Sequence[str]) -> Chunk:
        """Give all rows of `columns` at once."""
        chunks = list(self.chunks(columns))
        if len(chunks) == 1:
            return chunks[0]
        geometries = [chunk.geometry for chunk in chunks if chunk.geometry is not None]
        return Chunk(
            frame=pd.concat([chunk.frame for chunk in chunks]),
            geometry=np.concatenate(geometries) if geometries else None,
            not_records=pd.concat([chunk.not_records for chunk in chunks], ignore_index=True),
            blank_rows=sum(chunk.blank_rows for chunk in chunks),
            warnings=tuple(text for chunk in chunks for text in chunk.warnings),
        )
