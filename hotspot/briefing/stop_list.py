"""The stop list: offences and homes that no product may show, leaving only a total."""

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._errors import ConfigError
from hotspot.reading.cells import normalise_name
from hotspot.reading.columns import known_columns

WITHHELD = "(withheld)"
# Headings of a stop list besides those that an export has for its references and UPRNs.
_MORE_HEADINGS = ("stop list", "exclude", "excluded", "reference or uprn", "crime ref or uprn")


@dataclass(frozen=True)
class StopList:
    """Crime references and UPRNs that are kept out of every list, point and popup.

    Attributes
    ----------
    entries : tuple of str
        As they stand in the file.
    rows : tuple of int
        The row of each in the file.

    Examples
    --------
    >>> stop = StopList(("DG/26/0001", "00123"), (1, 2))
    >>> stop.matches(pd.Series(["dg/26/0001", "123", None, "DG/26/00011"])).tolist()
    [True, True, False, False]
    """

    entries: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    def matches(self, texts: pd.Series) -> npt.NDArray[np.bool_]:
        """Tell which of some references or UPRNs are on the list."""
        wanted = {_key(entry) for entry in self.entries}
        return np.array(
            [isinstance(text, str) and _key(text) in wanted for text in texts], dtype=bool
        )

    def hides(self, frame: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
        """Tell which burglaries or addresses are on the list, by reference or UPRN."""
        hidden = np.zeros(len(frame), dtype=bool)
        for column in self._columns(frame):
            hidden |= self.matches(frame[column])
        return hidden

    def meant(self, frame: gpd.GeoDataFrame | None) -> frozenset[str]:
        """Give the references and UPRNs of the list as a frame writes them."""
        if frame is None:
            return frozenset()
        found = (frame.loc[self.matches(frame[name]), name] for name in self._columns(frame))
        return frozenset(text for texts in found for text in texts)

    def _columns(self, frame: gpd.GeoDataFrame) -> list[str]:
        """Name the columns to look in: none where nothing is on the list."""
        return [name for name in ("crime_ref", "uprn") if self.entries and name in frame.columns]

    def unmatched_rows(self, *frames: pd.DataFrame | None) -> list[int]:
        """Give the rows of the list that match nothing in some frames."""
        known = {
            _key(text)
            for frame in frames
            if frame is not None
            for column in ("crime_ref", "uprn")
            if column in frame.columns
            for text in frame[column].dropna()
        }
        pairs = zip(self.entries, self.rows, strict=True)
        return [row for entry, row in pairs if _key(entry) not in known]


def redacted(text: str, withheld: Collection[str]) -> str:
    """Take references and UPRNs out of a text.

    Examples
    --------
    >>> redacted("Rows 3 and 4 share DG/26/0001.", {"DG/26/0001"})
    'Rows 3 and 4 share (withheld).'
    """
    if not withheld:
        return text
    longest_first = sorted(map(re.escape, withheld), key=lambda entry: (-len(entry), entry))
    pattern = rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)"
    return re.sub(pattern, WITHHELD, text, flags=re.IGNORECASE)


def _key(text: str) -> str:
    """Bring a reference to the form in which references are compared."""
    key = "".join(text.split()).casefold()
    return (key.lstrip("0") or "0") if key.isdecimal() else key


def read_stop_list(path: Path | None) -> StopList:
    """Read a stop list: a CSV file of one column, with or without a header.

    Parameters
    ----------
    path : Path or None
        None gives an empty list.

    Returns
    -------
    StopList

    Raises
    ------
    ConfigError
        If the file cannot be read, or holds more than one column: a stop list holds no reasons.
    """
    if path is None:
        return StopList()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"The stop list {path} cannot be read: {error.strerror}.") from error
    if content.startswith(b"PK"):
        raise ConfigError(f"The stop list {path.name} is a workbook: save it as CSV.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    found = []
    for number, cells in enumerate(csv.reader(io.StringIO(text)), start=1):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) > 1:
            raise ConfigError(
                f"The stop list {path.name} has more than one value in row {number}: give one "
                "crime reference or UPRN a row, and no reasons."
            )
        if filled:
            found.append((filled[0], number))
    if found and _is_heading(found[0][0]):
        found = found[1:]
    return StopList(tuple(entry for entry, _ in found), tuple(row for _, row in found))


def _is_heading(text: str) -> bool:
    """Tell a heading by its words alone: an entry taken for one would be shown everywhere."""
    known = known_columns()
    headings = {*known["crime_ref"], *known["uprn"], *map(normalise_name, _MORE_HEADINGS)}
    return normalise_name(text) in headings
