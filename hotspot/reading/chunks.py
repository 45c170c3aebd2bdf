"""An opened source, whatever its format: its columns, and its rows in chunks."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS

from hotspot._errors import DataError
from hotspot.english import count, name_rows, some_of
from hotspot.output.progress_bars import progress_bar
from hotspot.reading.crs import Extent
from hotspot.reading.faults import FAULT_COLUMNS
from hotspot.reading.single_dates import DATE_1904
from hotspot.reading.text_bytes import in_one_piece

ROWS_PER_CHUNK = 100_000
# One known name may stand in a banner: "Date: 3 March".
FEWEST_KNOWN = 2
_LONGEST_REASON = 100


def not_records(rows: Sequence[tuple[Any, str, str, str]] = ()) -> pd.DataFrame:
    """Return a frame of rows that are no records: row, column, value, reason."""
    return pd.DataFrame(list(rows), columns=list(FAULT_COLUMNS), dtype=object)


def reasons_of(rows: pd.DataFrame) -> str:
    """Return why rows are no records, and which they are.

    Parameters
    ----------
    rows : DataFrame
        As `not_records` returns it.

    Returns
    -------
    str

    Examples
    --------
    >>> reasons_of(not_records([(3, "", "", "not a feature"), (4, "", "", "not a feature")]))
    'not a feature (rows 3 and 4)'
    """
    by_reason = {
        str(reason)[:_LONGEST_REASON]: name_rows(group["row"].tolist())
        for reason, group in rows.groupby("reason", sort=False)
    }
    return some_of([f"{reason} ({which})" for reason, which in by_reason.items()], most=5)


def left_out_words(rows: pd.DataFrame, source: str) -> list[str]:
    """Return which rows of a source were left out as no records, and why; none of none.

    Parameters
    ----------
    rows : DataFrame
        As `not_records` returns it.
    source : str
        What to call the source.

    Returns
    -------
    list of str
    """
    if rows.empty:
        return []
    return [f"{source}: left out {count(len(rows), 'row')} as no record: {reasons_of(rows)}."]


@dataclass(frozen=True)
class Request:
    """What is wanted of a file, as `open_source` hands it to the opener of the format.

    Attributes
    ----------
    sheet : str or None
        The sheet of a workbook or the layer of a geographic file.
    known : collection of str
        Names that mark a header, as `normalise_name` returns them.
    extent : Extent or None
        Where the features must lie that are read, to spare the rest of a large file.
    """

    sheet: str | None = None
    known: Collection[str] = frozenset()
    extent: Extent | None = None

    def refuse_sheet(self, path: Path) -> None:
        """Refuse a sheet of a file of one table, lest another one than meant be read."""
        if self.sheet is not None:
            raise DataError(
                f"{path.name} is no workbook and has no sheet {self.sheet!r}: leave the sheet out "
                "(sheet= in Python, --sheet on the command line, sheet in a TOML file), or give "
                "the workbook."
            )


@dataclass(frozen=True)
class Chunk:
    """Some rows of a source.

    Attributes
    ----------
    frame : pandas.DataFrame
        The columns asked for, as the source holds them (text in a CSV file, text, numbers and
        dates in a workbook); those that a part of a joined source has not are left out. The index
        names the row: its number in a spreadsheet, the number of the feature, or the label in a
        frame.
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

    def where(self, mask: NDArray[np.bool_]) -> "Chunk":
        """Choose some of the rows."""
        geometry = None if self.geometry is None else self.geometry[mask]
        return replace(self, frame=self.frame[mask], geometry=geometry)


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
    warnings : tuple of str
        What may be wrong with how it was opened; `read` puts them before those of the rows.
    sheets : tuple of str
        The sheets that a person sees in the workbook, or the layers of the geographic file; each
        can be opened by its name. None where the file holds one table.
    formulas : callable
        Finds the cells that hold a formula: the number of the row and the column.
    of_points : bool
        Whether every shape is a point.
    """

    name: str
    columns: tuple[str, ...]
    open_chunks: Callable[[list[str]], Iterator[Chunk]] = field(repr=False)
    has_geometry: bool = False
    crs: CRS | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    formulas: Callable[[], list[tuple[Any, str]]] = field(default=list, repr=False)
    of_points: bool = False

    @property
    def left_out(self) -> tuple[str, ...]:
        """What its notes say of sheets, layers and files that were not read."""
        return tuple(note for note in self.notes if "not read: " in note)

    def chunks(self, columns: Sequence[str]) -> Iterator[Chunk]:
        """Iterate over the rows of `columns`, in order, some at a time: memory stays bounded."""
        wanted = list(dict.fromkeys(columns))
        unknown = [name for name in wanted if name not in self.columns]
        if unknown:
            listed = ", ".join(repr(name) for name in unknown)
            raise DataError(f"{self.name} has no column {listed}.")
        return self.open_chunks(wanted)

    def read(self, columns: Sequence[str]) -> Chunk:
        """Read all rows of `columns` at once."""
        chunks = []
        with progress_bar(None, "Rows read", delay_s=3.0, leave=False) as bar:
            for chunk in self.chunks(columns):
                chunks.append(chunk)
                bar.update(len(chunk.frame) + len(chunk.not_records) + chunk.blank_rows)
        if not chunks:
            # A table of a database without rows comes in no chunk at all.
            wanted = list(dict.fromkeys(columns))
            chunks = [Chunk(frame=pd.DataFrame(columns=wanted, dtype=object))]
        warnings = (*self.warnings, *(text for chunk in chunks for text in chunk.warnings))
        if len(chunks) == 1:
            return replace(chunks[0], warnings=warnings)
        geometries = [chunk.geometry for chunk in chunks if chunk.geometry is not None]
        no_records = pd.concat([chunk.not_records for chunk in chunks], ignore_index=True)
        blank_rows = sum(chunk.blank_rows for chunk in chunks)
        # Without empty frames, whose columns are of no type and would take that of the others.
        frames = [chunk.frame for chunk in chunks if len(chunk.frame)] or [chunks[0].frame]
        frame = pd.concat(frames).reindex(columns=list(dict.fromkeys(columns)))
        # pandas drops what is not the same in all parts.
        marks = [mark for part in frames for mark in part.attrs.get(DATE_1904, ())]
        # The texts of the parts go as each column becomes one piece.
        del chunks, frames
        for name in frame.columns:
            frame[name] = in_one_piece(frame[name])
        frame.attrs.update({DATE_1904: tuple(dict.fromkeys(marks))} if marks else {})
        return Chunk(
            frame=frame,
            geometry=np.concatenate(geometries) if geometries else None,
            not_records=no_records,
            blank_rows=blank_rows,
            warnings=warnings,
        )
