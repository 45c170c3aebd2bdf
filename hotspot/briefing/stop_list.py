"""The stop list: offences and homes that no product may show, leaving only a total."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot._errors import ConfigError, DataError
from hotspot.incidents.references import stop_list_key
from hotspot.reading.cells import normalise_name
from hotspot.reading.columns import known_columns
from hotspot.reading.sources import read_plain_rows
from hotspot.reading.text_files import DELIMITERS

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
        """Test which of some references or UPRNs are on the list."""
        wanted = {stop_list_key(entry) for entry in self.entries}
        return np.array(
            [isinstance(text, str) and stop_list_key(text) in wanted for text in texts], dtype=bool
        )

    def hides(self, frame: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
        """Test which burglaries or addresses are on the list, by reference or UPRN."""
        hidden = np.zeros(len(frame), dtype=bool)
        for column in self._columns(frame):
            hidden |= self.matches(frame[column])
        return hidden

    def meant(self, frame: gpd.GeoDataFrame | None) -> frozenset[str]:
        """Return the references and UPRNs of the list as a frame writes them."""
        if frame is None:
            return frozenset()
        columns = (frame.loc[self.matches(frame[name]), name] for name in self._columns(frame))
        return frozenset(text for texts in columns for text in texts)

    def _columns(self, frame: gpd.GeoDataFrame) -> list[str]:
        """Return the columns to look in: none where nothing is on the list."""
        return [name for name in ("crime_ref", "uprn") if self.entries and name in frame.columns]

    def unmatched_rows(self, *frames: pd.DataFrame | None) -> list[int]:
        """Return the rows of the list that match nothing in some frames."""
        known = {
            stop_list_key(text)
            for frame in frames
            if frame is not None
            for column in ("crime_ref", "uprn")
            if column in frame.columns
            for text in frame[column].dropna()
        }
        pairs = zip(self.entries, self.rows, strict=True)
        return [row for entry, row in pairs if stop_list_key(entry) not in known]


def redacted(text: str, withheld: Collection[str]) -> str:
    """Remove references and UPRNs from a text.

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


def read_stop_list(path: Path | None) -> StopList:
    """Read a stop list: a CSV file of one column, gzipped or not, with or without a header.

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
        If anything in the file cannot be read with certainty, or it holds more than one column: a
        stop list holds no reasons. What is not understood is never passed over, for it would be
        shown.
    """
    if path is None:
        return StopList()
    try:
        lines = read_plain_rows(path)
    except DataError as error:
        raise ConfigError(f"The stop list {path} cannot be read: {error}") from error
    entries = []
    for number, cells in enumerate(lines, start=1):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) > 1 or any(_holds_more_than_one(entry) for entry in filled):
            raise ConfigError(
                f"The stop list {path.name} has more than one value in row {number}: give one "
                "crime reference or UPRN a row, and no reasons."
            )
        entries += [(entry, number) for entry in filled]
    if not entries:
        raise ConfigError(
            f"The stop list {path.name} is blank. If nothing is on it, write a heading such as "
            "'Reference' into it: an export that failed leaves a blank file too."
        )
    if _is_heading(entries[0][0]):
        entries = entries[1:]
    return StopList(tuple(entry for entry, _ in entries), tuple(row for _, row in entries))


def _holds_more_than_one(entry: str) -> bool:
    """Test whether a cell holds several values, parted by another sign or on lines of their own.

    Taken for one entry it would match nothing, and all that stand in it would be shown.
    """
    return any(sign in entry for sign in (*DELIMITERS, "\n", "\r"))


def _is_heading(text: str) -> bool:
    """Test for a heading by its words alone: an entry taken for one would be shown everywhere."""
    known = known_columns("incidents")
    headings = {*known["crime_ref"], *known["uprn"], *map(normalise_name, _MORE_HEADINGS)}
    return normalise_name(text) in headings
