"""Which columns of a register of cameras hold what; those of owners are never read."""

from dataclasses import dataclass
from os import PathLike
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._checks import raise_problems
from hotspot._errors import DataError
from hotspot.cameras.osm_tags import TAGS, tag_columns
from hotspot.reading.cells import normalise_name, to_text, without_missing_words
from hotspot.reading.chunks import Chunk, Source
from hotspot.reading.columns import (
    PLACE_FIELDS,
    PLACE_PAIRS,
    Given,
    candidates,
    given_columns,
    known_columns,
    known_names,
)
from hotspot.reading.sources import Readable, no_rows, open_source

#: What a register may tell of a camera, and may be given a column for.
FIELDS = (
    "camera_id", "kind", "direction", "field_of_view", "range_m", "retention_days", "consent_from",
    "consent_until", "removed_on", *PLACE_FIELDS,
)  # fmt: skip
_OF_OSM = ("man_made", "surveillance_type", "tags")
_OSM_ENDINGS = (".pbf", ".osm")
Columns: TypeAlias = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Register:
    """The rows of a register, as they stand in it.

    Attributes
    ----------
    opened : Source
    rows : Chunk
        The columns that are wanted, and no others.
    columns : dict of str to tuple of str
        Field to its columns; ``camera_id`` may have several, of which the first that is filled
        counts.
    """

    opened: Source
    rows: Chunk
    columns: Columns

    @property
    def frame(self) -> pd.DataFrame:
        """The rows that are records."""
        return self.rows.frame

    def heading(self, field: str) -> str:
        """Return what stands over a field."""
        return self.columns[field][0]

    def texts(self, field: str) -> pd.Series:
        """Return a field as text, with nothing where nothing is told or nothing is known."""
        if field not in self.columns:
            return pd.Series([None] * len(self.frame), index=self.frame.index, dtype=object)
        read = [without_missing_words(to_text(self.frame[name])) for name in self.columns[field]]
        text = read[0]
        for more in read[1:]:
            text = text.where(text.notna(), more)
        # None, where pandas would have a number that is none.
        values = [one if isinstance(one, str) else None for one in text]
        return pd.Series(values, index=self.frame.index, dtype=object)

    def told(self, field: str) -> npt.NDArray[np.bool_]:
        """Test where a field holds anything."""
        return self.texts(field).notna().to_numpy(dtype=bool)


def open_register(source: Readable, columns: Given | None, sheet: str | None) -> Register:
    """Open a register of cameras and read the columns that are wanted.

    Raises
    ------
    DataError
        If it cannot be opened, holds no row, or tells no places.
    ConfigError
        If `columns` is wrong.
    """
    known = known_columns("cameras", "places")
    if sheet is None and isinstance(source, str | PathLike):
        # Cameras are nodes; the other layers that GDAL makes hold none.
        sheet = "points" if str(source).lower().endswith(_OSM_ENDINGS) else None
    opened = open_source(source, sheet=sheet, known=known_names(known, columns))
    given = given_columns(opened.columns, columns or {}, FIELDS, opened.name)
    raise_problems(
        arguments=[
            f"columns gives {field} {len(names)} columns; it takes one."
            for field, names in given.items()
            if len(names) > 1 and field != "camera_id"
        ]
    )
    packed = candidates(opened.columns, {"tags": known["tags"]}).get("tags", ())
    headings = list(dict.fromkeys([*opened.columns, *(TAGS if packed else ())]))
    mapped = _mapped(headings, known, given)
    has_pair = any({*pair} <= mapped.keys() for pair in PLACE_PAIRS)
    if not opened.has_geometry and not has_pair:
        listed = ", ".join(map(repr, opened.columns)) or "no column"
        raise DataError(
            f"{opened.name} does not tell where the cameras are (columns={{'easting': ..., "
            f"'northing': ...}} or longitude, latitude; columns under [cameras] in a TOML file). "
            f"Found: {listed}."
        )
    wanted = [name for names in mapped.values() for name in names if name in opened.columns]
    rows = opened.read([*wanted, *packed])
    if rows.frame.empty and rows.not_records.empty:
        raise DataError(no_rows(source, opened, "cameras"))
    if packed:
        _unpack(rows.frame, packed[0])
    return Register(opened, rows, mapped)


def _mapped(headings: list[str], known: dict[str, tuple[str, ...]], given: Columns) -> Columns:
    """Find the columns of each field: what the user says, else by their names."""
    taken = [name for names in given.values() for name in names]
    found = candidates(headings, known, taken)
    mapped: Columns = {}
    for field in (*FIELDS, *_OF_OSM[:2]):
        if field in given:
            mapped[field] = given[field]
        elif field in found:
            # A map's own number stands in where a camera has no reference.
            mapped[field] = found[field] if field == "camera_id" else found[field][:1]
    return mapped


def _unpack(frame: pd.DataFrame, packed: str) -> None:
    """Write each tag into a column of its own; a column that the file has already comes first."""
    tags = tag_columns(frame[packed])
    names = {normalise_name(name): name for name in frame.columns}
    for name in tags.columns:
        own = names.get(normalise_name(name))
        if own is None:
            frame[name] = tags[name]
        else:
            frame[own] = frame[own].where(frame[own].notna(), tags[name])
