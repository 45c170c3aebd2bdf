"""The check of recorded crimes: which rows can be used, which cannot, and why."""

import warnings
from typing import Any

import geopandas as gpd

from hotspot._errors import DataError, DataWarning
from hotspot.dates import AsOf
from hotspot.incidents.address_places import Addresses
from hotspot.incidents.check_result import NOT_SELECTED, IncidentCheck
from hotspot.incidents.check_steps import CheckOptions, check_rows
from hotspot.incidents.kept_columns import Keep
from hotspot.incidents.offence_lines import Table
from hotspot.incidents.offences import Choice
from hotspot.reading.columns import Given
from hotspot.reading.sources import Readable
from hotspot.reading.stray_points import Within


def check_incidents(
    source: Readable,
    columns: Given | None = None,
    crs: Any = None,
    to_crs: Any = None,
    dayfirst: bool = True,
    timezone: str | None = None,
    offences: Choice | None = None,
    within: Within | None = None,
    keep: Keep = (),
    addresses: Addresses | None = None,
    *,
    sheet: str | None = None,
    offence_table: Table | None = None,
    as_of: AsOf | None = None,
) -> IncidentCheck:
    """Check every row of recorded crimes: whether it can be used, and if not, why.

    Parameters
    ----------
    source : path, str, list of paths or DataFrame
        CSV (gzipped too), XLSX, GeoPackage, GeoJSON, (Geo)Parquet, Shapefile (zipped too), MapInfo
        TAB, KML; several files of one layout (a list, a folder, a pattern); a frame, or a table
        that comes through Arrow (polars, DuckDB); or a database URL such as
        ``"sqlite:///crimes.db?table=burglaries"``.
    columns : mapping, optional
        Which column holds which field, where the table of known names does not tell:
        ``crime_ref``, ``occurred_from``, ``occurred_to``, ``recorded_at``, ``easting``,
        ``northing``, ``longitude``, ``latitude``, ``x``, ``y``, ``offence_code``, ``uprn``,
        ``address``, ``area``, ``mo``, ``status``, ``force``. A date may have two columns,
        ``["Date From", "Time From"]``, or its parts, ``["Year", "Month", "Day"]``; a reference
        that is unique only within a year or a station has both, ``["Crime No", "Year"]``. Of
        several columns with known names the fullest is taken.
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
        Without it zones are dropped with a warning; seconds since 1970 are British time in Great
        Britain.
    offences : str or sequence of str, optional
        ``"homes"``: burglary of homes with attempts, distraction and aggravated, and the mixed
        "residential" kind, where sheds cannot be told from homes. ``"burglary"`` (all of it),
        ``"residential"``, ``"unconnected building"``, ``"business"``; or codes, titles or groups,
        e.g. ``["28E", "28F"]``; see `offence_table`. Every row where none are given, as with
        ``"all"``. The choice comes before faults and duplicates are looked for.
    within : shapely geometry, GeoSeries or GeoDataFrame, optional
        Rows outside are rejected.
    keep : str, sequence of str or mapping, optional
        Columns of your own to carry through untouched, such as outcome, attendance, harm or
        series, or their new names with the column of each: ``{"harm": "Harm Score"}``. What names
        a person (names, births, contacts, ethnicity, health) is refused. No product shows a column
        that is kept unless it is named there.
    addresses : GeoDataFrame, path or callable, optional
        As `read_addresses` returns or takes them, or a function that returns them, called where
        they are needed. A row without coordinates is placed by its UPRN or address, where they
        have it once; ``placed_by`` tells which rows are. Then a source needs no columns of
        coordinates: the result is in the CRS of the addresses, or in `to_crs`.
    sheet : str, optional
        Sheet of a workbook, or layer of a geographic file.
    offence_table : DataFrame or path, optional
        An edited table of offences instead of the packaged one.
    as_of : date or time, optional
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
    ConfigError
        If an option can never be right: a field, a CRS or a time zone that is none.

    Notes
    -----
    Rows with one reference are one incident: the first that can be used is kept. Rows without
    reference get one made from what they say, and count as they stand. Text of `mo` stands here as
    it stands in the source; no product shows one of more than 40 characters.

    Examples
    --------
    >>> import pandas as pd
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
    options = CheckOptions(
        columns, crs, to_crs, dayfirst, timezone, offences, within, keep, addresses,
        sheet=sheet, offence_table=offence_table, as_of=as_of,
    )  # fmt: skip
    return check_rows(source, options)


def read_incidents(
    source: Readable,
    columns: Given | None = None,
    crs: Any = None,
    to_crs: Any = None,
    dayfirst: bool = True,
    timezone: str | None = None,
    offences: Choice | None = None,
    within: Within | None = None,
    keep: Keep = (),
    addresses: Addresses | None = None,
    *,
    sheet: str | None = None,
    offence_table: Table | None = None,
    as_of: AsOf | None = None,
) -> gpd.GeoDataFrame:
    """Read recorded crimes, each warning issued as a `DataWarning`.

    Parameters
    ----------
    source, columns, crs, to_crs, dayfirst, timezone, offences, within, keep, addresses
        As for `check_incidents`.
    sheet, offence_table, as_of
        As for `check_incidents`.

    Returns
    -------
    geopandas.GeoDataFrame
        The accepted rows of `check_incidents`.

    Raises
    ------
    DataError
        If the source cannot be read, or none of the rows chosen can be used.

    Notes
    -----
    To choose the incidents of one beat, write ``incidents[incidents["area"] == "Westgate"]``. The
    attribute ``incidents.area`` is not that column: in geopandas it is the size of every shape.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"Date": ["25/02/2026"], "E": [451234], "N": [340567]})
    >>> read_incidents(frame)["crime_ref"].str[:5].item()
    'made-'
    """
    options = CheckOptions(
        columns, crs, to_crs, dayfirst, timezone, offences, within, keep, addresses,
        sheet=sheet, offence_table=offence_table, as_of=as_of,
    )  # fmt: skip
    check = check_rows(source, options)
    if check.accepted.empty and (check.rejected["reason"] != NOT_SELECTED).any():
        raise DataError(f"No row of {check.source} can be used. {check.summary()}")
    for warning in check.warnings:
        warnings.warn(warning, DataWarning, stacklevel=2)
    return check.accepted
