"""The steps of a check: read, choose, find what is wrong, keep the rest."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hotspot._errors import DataError
from hotspot.dates import AsOf, Resolution, cutoff
from hotspot.english import count
from hotspot.incidents.address_places import (
    Addresses,
    place_by_address,
    placed_notes,
    without_place,
)
from hotspot.incidents.check_result import NOT_SELECTED, STATUS, IncidentCheck
from hotspot.incidents.duplicates import (
    case_warnings,
    duplicate_faults,
    pile_warnings,
    reference_codes,
    shared_address_warnings,
)
from hotspot.incidents.free_text import free_text_warnings
from hotspot.incidents.kept_columns import Keep
from hotspot.incidents.layout import DATE_FIELDS, Layout, Mapped, field_text, read_layout
from hotspot.incidents.offence_counts import CHOSEN
from hotspot.incidents.offence_lines import Table, closed_offences
from hotspot.incidents.offences import ALL, BY_DEFAULT, Choice, Selection, select_offences
from hotspot.incidents.references import CODES, told_apart, with_references, without_lost_digits
from hotspot.incidents.statuses import not_recorded
from hotspot.incidents.windows import Windows, read_windows, resolution_of, window_warnings
from hotspot.reading.chunks import Chunk, Source
from hotspot.reading.columns import PLACE_FIELDS, PLACE_PAIRS, Given
from hotspot.reading.coordinates import Location, locate
from hotspot.reading.crs import in_great_britain
from hotspot.reading.datetimes import Reading, read_datetimes
from hotspot.reading.faults import FAULT_COLUMNS, Faults
from hotspot.reading.sources import Readable, no_rows
from hotspot.reading.split_dates import join_date_parts
from hotspot.reading.stray_points import Within
from hotspot.reading.text_bytes import held_by_arrow

_TEXT_FIELDS = ("offence_code", "uprn", "address", "area", "mo", "force")
_TAKEN = ("crime_ref", *_TEXT_FIELDS)


@dataclass(frozen=True)
class CheckOptions:
    """What a user wants of a check; each as `check_incidents` describes it.

    Rows of `without` are as if they did not stand in the source.
    """

    columns: Given | None = None
    crs: Any = None
    to_crs: Any = None
    dayfirst: bool = True
    timezone: str | None = None
    offences: Choice | None = None
    within: Within | None = None
    keep: Keep = ()
    addresses: Addresses | None = None
    sheet: str | None = None
    offence_table: Table | None = None
    as_of: AsOf | None = None
    without: Collection[Any] = ()


@dataclass
class _Table:
    """The rows of a source and how to read them; notes and warnings gather on the way."""

    opened: Source
    mapped: Mapped
    rows: Chunk
    options: CheckOptions
    notes: list[str]
    warnings: list[str]
    kept: dict[str, str]

    def text(self, name: str) -> pd.Series:
        """Return a field as text."""
        return field_text(self.rows.frame, self.mapped, name)


def check_rows(
    source: Readable, options: CheckOptions, layout: Layout | None = None
) -> IncidentCheck:
    """Check every row of a source.

    Parameters
    ----------
    source : path, str or DataFrame
    options : CheckOptions
    layout : Layout, optional
        What `read_layout` returns for it, where it was read already.

    Returns
    -------
    IncidentCheck
    """
    last_moment = cutoff(pd.Timestamp.now().normalize() if options.as_of is None else options.as_of)
    table = _read_table(source, options, layout)
    rows = table.rows
    selection = _select(table)
    unwanted = _unwanted(table, selection)
    chosen = ~(unwanted["offence"].faulty | unwanted["status"].faulty)

    # All rows decide how dates and coordinates are read; only those chosen are judged by it.
    everywhere = _locate(table)
    location = _placed(table, everywhere.among(chosen), chosen)
    reading = _read_dates(table, chosen, _home_zone(everywhere) or _home_zone(location))
    resolution = _resolution(source, reading)
    windows = read_windows(reading.among(chosen), rows.frame.index[chosen], resolution, last_moment)
    table.notes += windows.notes
    table.warnings += windows.warnings
    table.notes.append(location.transformation)
    table.warnings += everywhere.warnings
    faults = windows.faults
    faults.extend(location.faults)

    # What was read of a million rows fills memory, and goes where nothing more is asked of it.
    rows = table.rows = _without_read_columns(table)
    transformation = location.transformation
    del reading, everywhere
    kinds = None if selection is None else selection.kinds
    incidents = _incidents(table, chosen, windows, location, kinds)
    rows = table.rows = replace(rows, frame=rows.frame[[]])
    del windows, location
    incidents = _whole_codes(incidents, table)
    incidents, duplicates = _named(incidents, table)
    incidents.attrs = {
        "resolution": resolution,
        "source": table.opened.name,
        "transformation": transformation,
    }
    if selection is not None and options.offences not in (None, BY_DEFAULT):
        incidents.attrs[CHOSEN] = selection.counts.choice
    table.notes += placed_notes(incidents)
    _warn_of_accepted(incidents, resolution, table)
    rejected = _rejected(rows, faults, duplicates, unwanted["status"], unwanted["offence"])
    _warn_of_many(incidents, rejected, table.warnings)
    check = IncidentCheck(
        accepted=incidents,
        rejected=rejected,
        warnings=table.warnings,
        resolution=resolution,
        notes=table.notes,
        source=table.opened.name,
        offences=None if selection is None else selection.counts,
        columns=dict(table.mapped),
    )
    check.notes.extend([check.offences_sentence()] if check.rows_read else [])
    return check


def _read_table(source: Readable, options: CheckOptions, layout: Layout | None) -> _Table:
    """Read the columns that are mapped, of all rows."""
    placing = options.addresses is not None
    if layout is None:
        layout = read_layout(
            source, options.columns, options.sheet, options.keep, addresses=placing
        )
    opened, mapped, rows = layout.opened, layout.mapped, layout.rows
    if options.without:
        rows = rows.where(~rows.frame.index.isin(list(options.without)))
    # Columns that the user maps go before points that the file has of its own.
    if options.columns and set(PLACE_FIELDS) & set(options.columns):
        rows = replace(rows, geometry=None)
    pairs = (f"{name} from {' and '.join(map(repr, names))}" for name, names in mapped.items())
    notes = [*opened.notes, f"Columns: {', '.join(pairs)}.", *layout.notes]
    if layout.kept:
        own = (f"{name} from {column!r}" for name, column in layout.kept.items())
        notes.append(f"Kept untouched: {', '.join(own)}.")
    warnings = [*rows.warnings, *layout.warnings]
    if rows.frame.empty and rows.not_records.empty:
        warnings.append(no_rows(source, opened, "incidents"))
    if rows.blank_rows:
        warnings.append(f"{count(rows.blank_rows, 'blank row')} passed over.")
    return _Table(opened, mapped, rows, options, notes, warnings, layout.kept)


def _select(table: _Table) -> Selection | None:
    """Choose rows by their offence; None where no column tells it."""
    choice = table.options.offences
    if "offence_code" in table.mapped:
        values = table.text("offence_code")
        selection = select_offences(values, choice, table.options.offence_table)
        # Told here, where rows are left out by it.
        table.warnings += without_lost_digits(values, "offence_code")[1]
        table.warnings += selection.warnings
        return selection
    if choice in (None, BY_DEFAULT, ALL):
        return None
    raise DataError(
        f"offences={choice!r} cannot be chosen: no column of {table.opened.name} is known to "
        f"hold the offence. Found: {', '.join(map(repr, table.opened.columns))}. Map it with "
        'columns={"offence_code": ...} (--columns offence_code=... on the command line), or '
        "leave offences (--offence) out."
    )


def _unwanted(table: _Table, selection: Selection | None) -> dict[str, Faults]:
    """Find the rows that are no faults but not wanted: other offences, then cancelled crimes."""
    index = table.rows.frame.index
    out = {"offence": Faults(index), "status": Faults(index)}
    if selection is not None and not selection.chosen.all():
        values = table.text("offence_code")
        out["offence"].add(~selection.chosen, str(values.name), values, NOT_SELECTED)
    for column in table.mapped.get("status", ()):
        values = field_text(table.rows.frame, {"status": (column,)}, "status")
        gone, words, warned = not_recorded(values)
        gone &= ~(out["offence"].faulty | out["status"].faulty)
        out["status"].add(gone, column, values, [f"{STATUS}{word}" for word in words[gone]])
        table.warnings += warned
    return out


def _home_zone(location: Location) -> str | None:
    """Return the time zone of the place where it has but one: Great Britain."""
    placed = np.isfinite(location.x) & np.isfinite(location.y)
    if not placed.any():
        return None
    x, y = np.median(location.x[placed]), np.median(location.y[placed])
    place = gpd.GeoSeries(gpd.points_from_xy([x], [y]), crs=location.crs).to_crs(4326).iloc[0]
    return "Europe/London" if in_great_britain(place.x, place.y) else None


def _read_dates(table: _Table, chosen: NDArray[np.bool_], home_zone: str | None) -> Reading:
    """Read all date columns together."""
    columns = {name: table.mapped[name] for name in DATE_FIELDS if name in table.mapped}
    options = table.options
    frame, columns = join_date_parts(table.rows.frame, columns)
    reading = read_datetimes(frame, columns, options.dayfirst, options.timezone, chosen, home_zone)
    table.notes += reading.notes
    table.warnings += reading.warnings
    return reading


def _resolution(source: Readable, reading: Reading) -> Resolution:
    """Return what a frame says of itself, since a part of it may no longer show it."""
    own = source.attrs.get("resolution") if isinstance(source, pd.DataFrame) else None
    return "month" if own == "month" else resolution_of(reading)


def _locate(table: _Table) -> Location:
    """Locate all rows."""
    frame, options = table.rows.frame, table.options
    columns = {name: table.mapped[name][0] for name in PLACE_FIELDS if name in table.mapped}
    paired = any({*pair} <= {*columns} for pair in PLACE_PAIRS)
    if not paired and table.rows.geometry is None:
        # Places are told by the addresses alone: to all else, the coordinates are blank.
        columns = dict.fromkeys(("easting", "northing"), "coordinates")
        frame = pd.DataFrame({"coordinates": ""}, index=frame.index)
    return locate(
        frame,
        columns,
        geometry=table.rows.geometry,
        geometry_crs=table.opened.crs,
        crs=options.crs,
        to_crs=options.to_crs,
        within=options.within,
        what=table.opened.name,
    )


def _placed(table: _Table, location: Location, chosen: NDArray[np.bool_]) -> Location:
    """Place the rows chosen that have no coordinates by their address."""
    lost = without_place(location)
    if not lost.any():
        return location
    frame, options = table.rows.frame.iloc[np.flatnonzero(chosen)[lost]], table.options
    uprns, texts = (
        field_text(frame, table.mapped, name)
        if name in table.mapped
        else pd.Series(None, index=frame.index, dtype=object)
        for name in ("uprn", "address")
    )
    told = int((uprns.notna() | texts.notna()).sum())
    if options.addresses is not None and told:
        return place_by_address(
            location, options.addresses, uprns, texts, options.within, to_crs=options.to_crs
        )
    if told:
        table.notes.append(
            f"{count(told, 'row')} without coordinates but with an address: name a file of "
            "addresses to place them (addresses=, or [addresses] in a TOML file)."
        )
    return location


def _without_read_columns(table: _Table) -> Chunk:
    """Return the rows with the columns alone that incidents take as they stand."""
    names = [name for field in _TAKEN for name in table.mapped.get(field, ())]
    wanted = list(dict.fromkeys([*names, *table.kept.values()]))
    return replace(table.rows, frame=table.rows.frame[wanted], geometry=None)


def _incidents(
    table: _Table,
    chosen: NDArray[np.bool_],
    windows: Windows,
    location: Location,
    kinds: NDArray[np.object_] | None,
) -> gpd.GeoDataFrame:
    """Build the canonical frame of the rows chosen that have no fault."""
    frame, mapped = table.rows.frame, table.mapped
    good = ~(windows.faults.faulty | location.faults.faulty)
    at = np.flatnonzero(chosen)[good]

    def text(name: str) -> pd.Series:
        columns = list(mapped[name])
        # Of objects the rows chosen tell together whether the column is of text.
        if all(held_by_arrow(frame[column]) for column in columns):
            return field_text(frame, mapped, name).iloc[at]
        return field_text(frame.loc[chosen, columns], mapped, name)[good]

    data: dict[str, Any] = {
        "crime_ref": text("crime_ref") if "crime_ref" in mapped else None,
        "occurred_from": windows.start[good],
        "occurred_to": windows.end[good],
    }
    if windows.recorded is not None:
        data["recorded_at"] = windows.recorded[good]
    for name in _TEXT_FIELDS:
        if name in mapped:
            data[name] = text(name)
        if name == "offence_code" and kinds is not None:
            data["offence_kind"] = kinds[at]
    data |= {name: frame[column].iloc[at] for name, column in table.kept.items()}
    if location.placed_by is not None:
        data["placed_by"] = location.placed_by[good]
    incidents = pd.DataFrame(data, index=frame.index[at])
    return gpd.GeoDataFrame(incidents, geometry=location.among(good).points)


def _whole_codes(incidents: gpd.GeoDataFrame, table: _Table) -> gpd.GeoDataFrame:
    """Withhold the codes that a spreadsheet rounded."""
    for name in CODES:
        if name in table.mapped:
            codes, warned = without_lost_digits(incidents[name], name)
            incidents = incidents.assign(**{name: codes})
            table.warnings += warned if name != "offence_code" else []
    return incidents


def _named(incidents: gpd.GeoDataFrame, table: _Table) -> tuple[gpd.GeoDataFrame, Faults]:
    """Keep each crime once, under a reference of its own; the rows left out are returned too."""
    duplicates = Faults(incidents.index)
    if "crime_ref" in table.mapped:
        columns = table.mapped["crime_ref"]
        table.warnings += case_warnings(incidents)
        codes = reference_codes(incidents)
        duplicates = duplicate_faults(incidents, columns[0], codes)
        if duplicates.faulty.any():
            incidents = incidents[~duplicates.faulty]
            codes = codes[~duplicates.faulty]
        references, warned = told_apart(incidents, columns, table.opened.columns, codes)
        incidents = incidents.assign(crime_ref=references)
        table.warnings += warned
    incidents, noted, warned = with_references(incidents)
    table.notes += noted
    table.warnings += warned
    return incidents, duplicates


def _warn_of_accepted(incidents: gpd.GeoDataFrame, resolution: Resolution, table: _Table) -> None:
    """Add what may be wrong with rows that are used."""
    start, end, warnings = incidents["occurred_from"], incidents["occurred_to"], table.warnings
    warnings += window_warnings(start, end, resolution)
    warnings += pile_warnings(incidents)
    warnings += shared_address_warnings(incidents)
    warnings += free_text_warnings(incidents)
    if "offence_code" in incidents:
        codes = incidents["offence_code"]
        warnings += closed_offences(codes, start, table.options.offence_table)


def _rejected(rows: Chunk, faults: Faults, *others: Faults) -> pd.DataFrame:
    """Join all rows that are not used into one table: faults, then the kinds that follow."""
    wrong = faults.table()
    if len(rows.not_records):
        wrong = pd.concat([wrong, rows.not_records[list(FAULT_COLUMNS)]], ignore_index=True)
        if all(isinstance(row, int) for row in wrong["row"]):
            wrong = wrong.sort_values("row", kind="stable")
    tables = [wrong, *(other.table() for other in others)]
    return pd.concat(tables, ignore_index=True)


def _warn_of_many(incidents: gpd.GeoDataFrame, rejected: pd.DataFrame, warnings: list[str]) -> None:
    """Warn where most of what was chosen cannot be used: then the reading may be wrong."""
    unusable = int((rejected["reason"] != NOT_SELECTED).sum())
    if unusable > len(incidents):
        warnings.insert(
            0, f"More rows cannot be used ({unusable:,}) than can ({len(incidents):,})."
        )
