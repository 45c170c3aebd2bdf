"""Crimes written in the layout in which they are matched with the positions of tags."""

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import choice_problems, frame_problems, incident_problems, raise_problems
from hotspot._errors import ConfigError, quoted
from hotspot.dates import AsOf, moment_of, month_only_problems
from hotspot.english import count
from hotspot.incidents.kept_columns import score_columns
from hotspot.incidents.stop_list import WITHHELD, Exclude, StopList
from hotspot.output.files import replacing_file
from hotspot.output.own_files import own_files
from hotspot.output.results import shown_html
from hotspot.sharing.matching_columns import (
    COLUMNS,
    TOO_LONG,
    Asked,
    Pass,
    Reasons,
    Suffix,
    Told,
    complete,
    fill_rows,
)
from hotspot.sharing.matching_forces import find_force, force_problems
from hotspot.sharing.matching_types import Stated, type_problems

STOPPED = "on the stop list"
_MOST_LINES = 16


@dataclass(frozen=True, repr=False, eq=False)
class CrimeMatching:
    """Result of `write_crime_matching`.

    Parameters
    ----------
    sent : DataFrame
        The rows of the file as they stand in it, all text: ``force``, ``type``, ``description``,
        ``batch``, ``reference``, ``from``, ``to``, ``easting``, ``northing``, ``latitude``,
        ``longitude``, ``datum`` and ``text``. The index is that of the incidents.
    rejected : DataFrame
        ``row``, ``crime_ref`` and ``reason`` of each crime that cannot go, on the same index; more
        than one reason is parted by "; ". `sent` and `rejected` add up to the incidents.
    counts : dict of str to int
        How many crimes each reason holds back. One that has two counts with both.
    path : Path or None
        The file; None where no crime can go and none was written.
    batch : str
        Id of the batch.
    notes : list of str
        What to know of the rows that went.
    """

    sent: pd.DataFrame
    rejected: pd.DataFrame
    counts: dict[str, int]
    path: Path | None
    batch: str
    notes: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Return what went, what did not and why, in plain sentences.

        Returns
        -------
        str
            One sentence a line.
        """
        where = "no file was written" if self.path is None else f"written to {self.path.name}"
        lines = [
            f"Batch {self.batch}: {count(len(self.sent), 'crime')} of "
            f"{len(self.sent) + len(self.rejected):,} can go; {where}.",
        ]
        if self.counts:
            lines.append(f"Could not go: {len(self.rejected):,}.")
        ordered = sorted(self.counts.items(), key=lambda one: -one[1])
        lines += [f"  {number:,} {reason}" for reason, number in ordered[:_MOST_LINES]]
        if TOO_LONG in self.counts:
            lines.append(
                "A window that is too long is left out, never shortened: nobody knows in which of "
                "its hours the crime was."
            )
        return "\n".join([*lines, *self.notes])

    def _repr_html_(self) -> str:
        reasons = pd.DataFrame(self.counts.items(), columns=["reason", "crimes"])
        return shown_html(self.summary(), reasons)


def write_crime_matching(
    incidents: gpd.GeoDataFrame,
    path: str | os.PathLike[str],
    force: str,
    batch_date: AsOf,
    *,
    types: Stated | None = None,
    suffix: Suffix | None = None,
    text: str | None = None,
    repeated_hour: Pass | None = None,
    exclude: Exclude = (),
    exclude_may_match_nothing: bool = False,
) -> CrimeMatching:
    """Write crimes in the Ministry of Justice's layout for matching with electronic monitoring.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, in any projected CRS in metres, with civil times of
        Great Britain.
    path : path
        Of the file: UTF-8, no header, 13 columns. A file there that hotspot did not write is left.
    force : str
        One of the 19 forces that are taken: its name, its name in the layout or its code.
    batch_date : date
        The day of the batch, whose id is the code of the force and this day: ``KNT20260302``.
    types : mapping of str to str, or str, optional
        Offences by code, title, group or kind (see `offence_table`) with the type of each: "RB",
        "BIAD", "AB", "BOTD", "TOMV", "TFP" or "TFMV". A single type is that of every crime.
        Without it burglaries of homes go as BIAD, aggravated ones as AB and those of businesses as
        BOTD; an unconnected building, a title that names no building and what is no burglary have
        no type until one is stated.
    suffix : {"N", "R", "A"}, optional
        Appended to the id of the batch after a hyphen. Which is meant when is told by whoever
        takes the file: the layout that is public does not say.
    text : str, optional
        Column of the incidents for the layout's free text, which is empty otherwise.
    repeated_hour : {"first", "second"}, optional
        Which pass of the hour is meant that clocks show twice on the last Sunday of October.
        Without it such times cannot go.
    exclude : iterable of str
        References and UPRNs of the stop list: they do not go.
    exclude_may_match_nothing : bool
        Whether it is right that nothing here is on the stop list.

    Returns
    -------
    CrimeMatching
        ``sent``, ``rejected`` with every reason, ``summary()``.

    Raises
    ------
    ConfigError
        If the force is none of the 19, or another argument is wrong: all at once.
    DataError
        If the incidents are not in canonical shape, or their dates are months only.
    OutputError
        If the file cannot be written: it is there whole or not at all.

    Notes
    -----
    Times go in UTC, to the second, and a part of a second widens the window. Its length is that
    which passes: 20:00 on Saturday 25 October 2025 to 08:00 on Sunday is 13 hours, and does not go.
    A window that is too long is not shortened, and a time that no clock showed is not moved.

    Crimes on the British National Grid go with easting and northing, in OSGB36, up to an easting of
    600,000. East of it, as Norwich is, and from other CRSs they go with latitude and longitude, in
    WGS84; `CrimeMatching.notes` tell how exact that transformation is on this machine. The
    description is the layout's own words for the type. The layout has no room for a protective
    marking: mark what the file travels in. No person goes in, and nothing of a tag comes back here.

    References
    ----------
    Ministry of Justice, hmpps-electronic-monitoring-crime-matching-api (MIT licence).

    Examples
    --------
    >>> import tempfile
    >>> night = pd.to_datetime(["2025-07-16 00:00"])
    >>> crimes = gpd.GeoDataFrame(
    ...     {"crime_ref": "B1", "offence_code": "28E Burglary - residential",
    ...      "occurred_from": night, "occurred_to": night + pd.Timedelta(hours=6)},
    ...     geometry=gpd.points_from_xy([623000], [308500]), crs="EPSG:27700")
    >>> path = Path(tempfile.mkdtemp()) / "batch.csv"
    >>> sent = write_crime_matching(crimes, path, "Essex", "2025-07-16").sent
    >>> sent[["type", "batch", "from", "to"]].iloc[0].tolist()
    ['BIAD', 'ESX20250716', '20250715230000', '20250716050000']
    """
    asked = _asked(incidents, force, batch_date, types, suffix, text, repeated_hour)
    stop = StopList.of(exclude).refuse_unlike(
        incidents, may_match_nothing=exclude_may_match_nothing
    )
    reasons, notes = Reasons(len(incidents)), list[str]()
    rows = pd.DataFrame("", index=incidents.index, columns=list(COLUMNS), dtype=object)
    hidden = stop.hides(incidents)
    # What is said of a crime on the stop list says that it is there.
    reasons.add(hidden, STOPPED)
    told = Told(incidents, ~hidden, rows, reasons, notes, np.zeros(len(incidents), dtype=bool))
    fill_rows(told, asked)
    went = reasons.none
    sent = rows[went]
    place = Path(path) if len(sent) else None
    if place is not None:
        _write(sent, place)
    references = incidents["crime_ref"].astype(object).where(~hidden, WITHHELD)
    rejected = pd.DataFrame(
        {
            "row": incidents.index,
            "crime_ref": references,
            "reason": ["; ".join(why) for why in reasons.of],
        },
        index=incidents.index,
    )[~went]
    return CrimeMatching(sent, rejected, reasons.counts, place, asked.batch, notes)


def _asked(
    incidents: gpd.GeoDataFrame,
    force: str,
    batch_date: AsOf,
    types: Stated | None,
    suffix: Suffix | None,
    text: str | None,
    repeated_hour: Pass | None,
) -> Asked:
    """Check everything that was given, and return what the batch is to be."""
    problems = [*force_problems(force), *type_problems(types)]
    day = None
    try:
        day = moment_of(batch_date, "batch_date")
    except ConfigError as error:
        problems += error.problems
    if suffix is not None:
        problems += choice_problems("suffix", suffix, get_args(Suffix))
    if repeated_hour is not None:
        problems += choice_problems("repeated_hour", repeated_hour, get_args(Pass))
    wanted = ("crime_ref", "occurred_from", "occurred_to")
    data = frame_problems(incidents, "incidents", wanted)
    if not data:
        if text is not None and text not in incidents.columns:
            problems.append(f"text: the incidents have no column {quoted(text)}.")
        if text is not None and score_columns([text], incidents):
            problems.append(f"text: {quoted(text)} is of a score, which is not handed on.")
        # Rows without a time or a place have their reason each; the others must be canonical.
        data = incident_problems(incidents[complete(incidents)])
        data += [] if data else month_only_problems(incidents, "Crime matching")
    raise_problems(data, problems)
    its = find_force(force)
    if its is None or day is None:  # refused above
        raise ConfigError(force_problems(force))
    ending = f"-{suffix}" if suffix else ""
    return Asked(its, f"{its.code}{day:%Y%m%d}{ending}", types, text, repeated_hour)


def _write(rows: pd.DataFrame, path: Path) -> None:
    """Write the rows: texts as they are, in quotes where a comma or a quote is in them."""
    with (
        own_files([path]),
        replacing_file(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        csv.writer(file).writerows(rows.itertuples(index=False, name=None))
