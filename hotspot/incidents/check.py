"""The way from a source to incidents: read, choose, find what is wrong, keep the rest."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot._errors import DataError, DataWarning
from hotspot.dates import AsOf, Resolution, cutoff
from hotspot.english import count, name_rows
from hotspot.incidents.check_result import NOT_SELECTED, IncidentCheck
from hotspot.incidents.duplicates import (
    case_warnings,
    duplicate_faults,
    made_references,
    pile_warnings,
    repeated_references,
    shared_address_warnings,
)
from hotspot.incidents.offences import Choice, Table, closed_offences, select_offences
from hotspot.incidents.windows import Windows, read_windows, resolution_of, window_warnings
from hotspot.reading.cells import to_text, without_missing_words
from hotspot.reading.chunks import NOT_RECORDS, Chunk, Source
from hotspot.reading.columns import Given, known_header_names, map_columns, same_names_notes
from hotspot.reading.coordinates import Location, locate
from hotspot.reading.datetimes import Reading, read_datetimes
from hotspot.reading.faults import Faults
from hotspot.reading.sources import Readable, open_source
from hotspot.reading.stray_points import Within

_DATE_FIELDS = ("occurred_from", "occurred_to", "recorded_at")
_PLACE_FIELDS = ("easting", "northing", "longitude", "latitude", "x", "y")
_KEPT_TEXT = ("offence_code", "uprn", "address", "area", "mo", "force")
_LONGEST_MO = 40
_ROUNDED = r"\d(?:[.,]\d+)?[eE]\+?\d+"
_NO_CRIME = re.compile(
    r"\b(cancel+ed|cancellation|transferred|no[ -]?crim(?:e|ed)|not (?:recorded|a crime)|unfounded"
    r"|duplicate)\b",
    re.IGNORECASE,
)


def check_incidents(
    source: Readable,
    columns: Given | None = None,
    crs: Any = None,
    to_crs: Any = None,
    dayfirst: bool = True,
    timezone: str | None = None,
    offences: Choice | None = None,
    within: Within | None = None,
    *,
    sheet: str | None = None,
    offence_table: Table | None = None,
    today: AsOf | None = None,
) -> IncidentCheck:
    """Read recorded crimes and say of every row whether it can be used, and if not, why.

    Parameters
    ----------
    source : path, str or DataFrame
        CSV (gzipped too), XLSX, GeoPackage, GeoJSON, (Geo)Parquet, a folder of files of one
        layout, a frame, or a database URL such as ``"sqlite:///crimes.db?table=burglaries"``.
    columns : mapping, optional
        Which column holds which field, where the table of known names does not tell:
        ``crime_ref``, ``occurred_from``, ``occurred_to``, ``recorded_at``, ``easting``,
        ``northing``, ``longitude``, ``latitude``, ``x``, ``y``, ``offence_code``, ``uprn``,
        ``address``, ``area``, ``mo``, ``status``, ``force``. A date may have two columns,
        ``["Date From", "Time From"]``.
    crs : optional
        What the coordinates are in. Needed for ``x`` and ``y``; easting and northing are on the
        British National Grid unless said otherwise.
    to_crs : optional
        A projected CRS in metres for the result. By default EPSG:27700 in Great Britain, the CRS
        of the source where that is in metres, else the local UTM zone.
    dayfirst : bool, default True
        How to read dates that fit both readings, where the whole column does not decide.
    timezone : str, optional
        Turn times that carry a zone into the civil time of this one, e.g. ``"Europe/London"``.
        Without it zones are dropped with a warning.
    offences : str or sequence of str, optional
        Codes, names or groups to choose, e.g. ``"burglary"`` or ``["28E", "28F"]``; see
        `offence_table`. The choice comes before faults and duplicates are looked for.
    within : shapely geometry, GeoSeries or GeoDataFrame, optional
        Rows outside are rejected.
    sheet : str, optional
        Sheet of a workbook, or layer of a geographic file.
    offence_table : DataFrame or path, optional
        An edited table of offences instead of the packaged one.
    today : date or time, optional
        The last day that is not in the future; by default the day on which this runs.

    Returns
    -------
    IncidentCheck
        ``accepted``, ``rejected``, ``warnings``, ``notes``, ``resolution`` and ``summary()``.
        Accepted and rejected add up to the rows read.

    Raises
    ------
    DataError
        If the source cannot be opened, or its layout is not known: then the message lists what
        was found, what is missing, and how to map it.

    Notes
    -----
    Rows with one reference are one incident: the first that can be used is kept. Rows without
    reference get one made from what they say, and count as they stand. Text of `mo` longer than
    40 characters is held back: it is no code, and free text never reaches a product.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {
    ...         "Crime Ref": ["A1", "A2", "A2"],
    ...         "Date From": ["25/02/2026", "26/02/2026", "26/02/2026"],
    ...         "Easting": [451234, 451240, 451243],
    ...         "Northing": [340567, 340600, 340604],
    ...     }
    ... )
    >>> check = check_incidents(frame)
    >>> check.summary().splitlines()[:2]
    ['Used 2. Could not use 1.', '  1 duplicate (row 2)']
    >>> check.rejected["reason"].item()
    'duplicate of row 1, 5 m away'
    """
    last_moment = cutoff(pd.Timestamp.now().normalize() if today is None else today)
    opened = open_source(source, sheet=sheet, known=known_header_names(columns))
    mapped = map_columns(opened.columns, columns, opened.has_geometry, opened.name)
    rows = opened.read([name for names in mapped.values() for name in names])
    if columns and set(_PLACE_FIELDS) & set(columns):
        rows = replace(rows, geometry=None)
    notes = [*opened.notes, _columns_note(mapped), *same_names_notes(opened.columns, mapped)]
    told = _Told(notes, _reading_warnings(rows, source, opened))
    out, all_burglary = _left_out(rows.frame, mapped, offences, offence_table, opened, told)
    kept = ~(out["offence"].faulty | out["status"].faulty)
    frame = rows.frame[kept]

    # All rows decide how dates and coordinates are read; only those kept are judged by it.
    reading = _read_dates(rows.frame, mapped, dayfirst, timezone, kept, told)
    resolution = _resolution(source, reading)
    windows = read_windows(reading.among(kept), frame.index, resolution, last_moment)
    told.warnings += windows.warnings
    location = _locate(rows, mapped, opened, (crs, to_crs, within), told).among(kept)
    faults = Faults(frame.index)
    faults.extend(windows.faults)
    faults.extend(location.faults)

    incidents = _incidents(frame, mapped, windows, location)[~faults.faulty]
    incidents = _without_lost_digits(incidents, told)
    duplicates = _duplicates(incidents, mapped, told)
    incidents = incidents[~duplicates.faulty]
    incidents = _with_references(incidents, told)
    incidents = _without_free_text(incidents, told)
    incidents.attrs = {
        "resolution": resolution,
        "source": opened.name,
        "transformation": location.transformation,
    }
    _warn_of_accepted(incidents, resolution, offence_table, told)
    rejected = _rejected(rows, faults, duplicates, out["status"], out["offence"])
    _warn_of_many(incidents, rejected, told)
    return IncidentCheck(
        incidents, rejected, told.warnings, resolution, told.notes, opened.name, all_burglary
    )


def read_incidents(
    source: Readable,
    columns: Given | None = None,
    crs: Any = None,
    to_crs: Any = None,
    dayfirst: bool = True,
    timezone: str | None = None,
    offences: Choice | None = None,
    within: Within | None = None,
    *,
    sheet: str | None = None,
    offence_table: Table | None = None,
    today: AsOf | None = None,
) -> gpd.GeoDataFrame:
    """Read recorded crimes, each warning issued as a `DataWarning`.

    Parameters
    ----------
    source, columns, crs, to_crs, dayfirst, timezone, offences, within, sheet, offence_table, today
        As for `check_incidents`.

    Returns
    -------
    geopandas.GeoDataFrame
        The accepted rows of `check_incidents`.

    Raises
    ------
    DataError
        If the source cannot be read, or none of the rows chosen can be used.

    Examples
    --------
    >>> frame = pd.DataFrame({"Date": ["25/02/2026"], "E": [451234], "N": [340567]})
    >>> read_incidents(frame)["crime_ref"].str[:5].item()
    'made-'
    """
    check = check_incidents(
        source,
        columns,
        crs,
        to_crs,
        dayfirst,
        timezone,
        offences,
        within,
        sheet=sheet,
        offence_table=offence_table,
        today=today,
    )
    if check.accepted.empty and (check.rejected["reason"] != NOT_SELECTED).any():
        raise DataError(f"No row of {check.source} can be used. {check.summary()}")
    for warning in check.warnings:
        warnings.warn(warning, DataWarning, stacklevel=2)
    return check.accepted


@dataclass
class _Told:
    """What is to be told of a check, gathered on the way."""

    notes: list[str]
    warnings: list[str]


def _text(frame: pd.DataFrame, mapped: Mapping[str, tuple[str, ...]], field: str) -> pd.Series:
    """Give a field as text; an address in several columns becomes one."""
    texts = [without_missing_words(to_text(frame[name])) for name in mapped[field]]
    if len(texts) == 1:
        return texts[0].rename(mapped[field][0])
    parts = zip(*(text.astype(object).where(text.notna(), "") for text in texts), strict=True)
    joined = [", ".join(filter(None, row)) or None for row in parts]
    return pd.Series(joined, index=frame.index, name=mapped[field][0], dtype=object)


def _columns_note(mapped: Mapping[str, tuple[str, ...]]) -> str:
    """Say what was taken from which column, for the reader to look over."""
    pairs = (f"{field} from {' and '.join(map(repr, names))}" for field, names in mapped.items())
    return f"Columns: {', '.join(pairs)}."


def _reading_warnings(rows: Chunk, source: Readable, opened: Source) -> list[str]:
    """Say what may be wrong with the rows of a source before any of them is looked at."""
    told = list(rows.warnings)
    nothing = rows.frame.empty and rows.not_records.empty
    if nothing and not isinstance(source, pd.DataFrame):
        told.append(f"{opened.name} holds a header and no row below it.")
    if rows.blank_rows:
        told.append(f"{count(rows.blank_rows, 'blank row')} passed over.")
    return told


def _left_out(
    frame: pd.DataFrame,
    mapped: Mapping[str, tuple[str, ...]],
    offences: Choice | None,
    table: Table | None,
    opened: Source,
    told: _Told,
) -> tuple[dict[str, Faults], bool]:
    """Find the rows that are no faults but not wanted: other offences, then cancelled crimes."""
    out = {"offence": Faults(frame.index), "status": Faults(frame.index)}
    all_burglary = False
    if "offence_code" in mapped:
        values = _text(frame, mapped, "offence_code")
        selection = select_offences(values, offences, table)
        out["offence"].add(~selection.chosen, str(values.name), values, NOT_SELECTED)
        told.warnings += selection.warnings
        all_burglary = selection.is_burglary
    elif offences:
        raise DataError(
            f"offences={offences!r} cannot be chosen: no column of {opened.name} is known to hold "
            f"the offence. Found: {', '.join(map(repr, opened.columns))}. Map it with "
            'columns={"offence_code": ...} (--columns offence_code=... on the command line), or '
            "leave offences (--offence) out."
        )
    if "status" in mapped:
        values = _text(frame, mapped, "status")
        found = values.astype(object).fillna("").astype(str).str.extract(_NO_CRIME, expand=False)
        gone = found.notna().to_numpy() & ~out["offence"].faulty
        reasons = [f"status: {word.casefold()}" for word in found[gone]]
        out["status"].add(gone, str(values.name), values, reasons)
    return out, all_burglary


def _read_dates(
    frame: pd.DataFrame,
    mapped: Mapping[str, tuple[str, ...]],
    dayfirst: bool,
    timezone: str | None,
    kept: NDArray[np.bool_],
    told: _Told,
) -> Reading:
    columns = {field: mapped[field] for field in _DATE_FIELDS if field in mapped}
    reading = read_datetimes(frame, columns, dayfirst, timezone, among=kept)
    told.notes += reading.notes
    told.warnings += reading.warnings
    return reading


def _resolution(source: Readable, reading: Reading) -> Resolution:
    """Take over what a frame says of itself, since a part of it may no longer show it."""
    said = source.attrs.get("resolution") if isinstance(source, pd.DataFrame) else None
    return "month" if said == "month" else resolution_of(reading)


def _locate(
    rows: Chunk,
    mapped: Mapping[str, tuple[str, ...]],
    opened: Source,
    asked: tuple[Any, Any, Within | None],
    told: _Told,
) -> Location:
    columns = {field: mapped[field][0] for field in _PLACE_FIELDS if field in mapped}
    crs, to_crs, within = asked
    location = locate(
        rows.frame,
        columns,
        geometry=rows.geometry,
        geometry_crs=opened.crs,
        crs=crs,
        to_crs=to_crs,
        within=within,
    )
    told.notes.append(location.transformation)
    told.warnings += location.warnings
    return location


def _incidents(
    frame: pd.DataFrame,
    mapped: Mapping[str, tuple[str, ...]],
    windows: Windows,
    location: Location,
) -> gpd.GeoDataFrame:
    """Bring all rows into the canonical shape; those with faults hold NaT and NaN."""
    data: dict[str, Any] = {
        "crime_ref": _text(frame, mapped, "crime_ref") if "crime_ref" in mapped else None,
        "occurred_from": windows.start,
        "occurred_to": windows.end,
    }
    if windows.recorded is not None:
        data["recorded_at"] = windows.recorded
    for field in _KEPT_TEXT:
        if field in mapped:
            data[field] = _text(frame, mapped, field)
    incidents = pd.DataFrame(data, index=frame.index)
    return gpd.GeoDataFrame(incidents, geometry=location.points)


def _duplicates(
    incidents: gpd.GeoDataFrame, mapped: Mapping[str, tuple[str, ...]], told: _Told
) -> Faults:
    if "crime_ref" not in mapped:
        return Faults(incidents.index)
    references = incidents["crime_ref"].rename(mapped["crime_ref"][0])
    told.warnings += case_warnings(references, incidents.get("force"))
    x, y = incidents.geometry.x.to_numpy(), incidents.geometry.y.to_numpy()
    return duplicate_faults(references, incidents.get("force"), x, y)


def _with_references(incidents: gpd.GeoDataFrame, told: _Told) -> gpd.GeoDataFrame:
    """Give a reference to the rows that have none, and report those that say the same."""
    missing = incidents["crime_ref"].isna()
    references = incidents["crime_ref"].astype(object)
    if missing.any():
        nameless = incidents[missing]
        made = made_references(_contents(nameless), nameless.index)
        references[missing] = made
        told.notes.append(
            f"{count(len(made), 'row')} without a reference got one made from the row's content "
            f"(such as {made.iloc[0]})."
        )
        again = repeated_references(made)
        if len(again):
            told.warnings.append(
                f"{count(len(again), 'row')} without a reference, the same as an earlier one "
                f"({name_rows(again)}): counted as they stand."
            )
    return incidents.assign(crime_ref=references.astype(str))


def _contents(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give what a made reference is made of, in a form that is the same on every machine."""
    contents: dict[str, Any] = {
        "x": (incidents.geometry.x * 1000).round().astype("int64"),
        "y": (incidents.geometry.y * 1000).round().astype("int64"),
    }
    for name in ("occurred_from", "occurred_to"):
        contents[name] = incidents[name].to_numpy().astype("datetime64[s]").astype("int64")
    for name in ("offence_code", "uprn", "address", "area", "force"):
        if name in incidents:
            contents[name] = incidents[name].astype(object).fillna("")
    return pd.DataFrame(contents)


def _without_lost_digits(incidents: gpd.GeoDataFrame, told: _Told) -> gpd.GeoDataFrame:
    """Hold back references and UPRNs that a spreadsheet rounded, lest different ones be one."""
    for name in ("crime_ref", "uprn"):
        if name not in incidents or not incidents[name].notna().any():
            continue
        rounded = incidents[name].str.fullmatch(_ROUNDED, na=False).astype(bool)
        if rounded.any():
            rows = incidents.index[rounded]
            told.warnings.append(
                f"{count(len(rows), 'row')} whose {name} a spreadsheet has rounded, such as "
                f"{incidents.loc[rows[0], name]} ({name_rows(rows)}): it is left out. Export the "
                "column as text."
            )
            incidents = incidents.assign(**{name: incidents[name].where(~rounded, None)})
    return incidents


def _without_free_text(incidents: gpd.GeoDataFrame, told: _Told) -> gpd.GeoDataFrame:
    """Hold back methods that are sentences rather than codes."""
    if "mo" not in incidents:
        return incidents
    long = incidents["mo"].astype(object).fillna("").astype(str).str.len() > _LONGEST_MO
    if not long.any():
        return incidents
    rows = incidents.index[long]
    told.warnings.append(
        f"{count(len(rows), 'method')} of more than {_LONGEST_MO} characters held back: free text "
        f"reaches no product ({name_rows(rows)})."
    )
    return incidents.assign(mo=incidents["mo"].where(~long, None))


def _warn_of_accepted(
    incidents: gpd.GeoDataFrame, resolution: Resolution, table: Table | None, told: _Told
) -> None:
    """Add what may be wrong with rows that are used."""
    start, end = incidents["occurred_from"], incidents["occurred_to"]
    told.warnings += window_warnings(start, end, resolution)
    told.warnings += pile_warnings(incidents)
    told.warnings += shared_address_warnings(incidents)
    if "offence_code" in incidents:
        told.warnings += closed_offences(incidents["offence_code"], start, table)


def _rejected(rows: Chunk, faults: Faults, *others: Faults) -> pd.DataFrame:
    """Put all rows that are not used into one table: faults, then the kinds that follow."""
    wrong = faults.table()
    if len(rows.not_records):
        wrong = pd.concat([wrong, rows.not_records[list(NOT_RECORDS)]], ignore_index=True)
        if all(isinstance(row, int) for row in wrong["row"]):
            wrong = wrong.sort_values("row", kind="stable")
    tables = [wrong, *(other.table() for other in others)]
    return pd.concat(tables, ignore_index=True)


def _warn_of_many(incidents: gpd.GeoDataFrame, rejected: pd.DataFrame, told: _Told) -> None:
    """Say so where most of what was chosen cannot be used: then the reading may be wrong."""
    unusable = int((rejected["reason"] != NOT_SELECTED).sum())
    if unusable > len(incidents):
        told.warnings.insert(
            0, f"More rows cannot be used ({unusable:,}) than can ({len(incidents):,})."
        )
    elif len(rejected) and not unusable and incidents.empty:
        told.warnings.insert(0, "No row is of the offences chosen.")
