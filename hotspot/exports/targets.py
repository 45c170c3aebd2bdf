"""Target lists as files: workbooks and CSV for the supervisor, a sheet for each area's doors."""

import csv
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from hotspot._checks import Problems, choice_problems
from hotspot._errors import ConfigError, DataError
from hotspot.dates import AsOf
from hotspot.exports.about import about_targets
from hotspot.exports.door_sheet import write_door_sheet
from hotspot.exports.files import replacing_file, safe_file_name
from hotspot.exports.rows import NEEDED, per_area, printable_rows
from hotspot.exports.text import safe_cell
from hotspot.exports.workbook import write_workbook

FORMATS = ("xlsx", "csv", "html")
_OVERALL = "targets"
_MESSAGES = "messages"
_CSV_FIELDS = [
    "visit_id", "area", "ring", "address", "number", "street", "uprn", "reason", "act_by",
    "expires", "crime_refs", "burglaries_12m", "distance_m", "newest", "x", "y",
]  # fmt: skip
_MESSAGE_FIELDS = ["area", "ring", "address", "uprn", "reason", "expires"]


def write_targets(
    targets: gpd.GeoDataFrame,
    folder: str | os.PathLike[str],
    by: Literal["area"] | None = "area",
    formats: Iterable[str] = FORMATS,
    *,
    marking: str | None = None,
    as_of: AsOf | None = None,
    notes: Iterable[str] = (),
    inputs: Mapping[str, str] | None = None,
    messages: gpd.GeoDataFrame | None = None,
    overall: str | os.PathLike[str] | None = None,
) -> list[Path]:
    """Write target lists: per area a workbook and a door sheet, overall a workbook and a CSV.

    Parameters
    ----------
    targets : GeoDataFrame
        As `cocooning_targets` gives them. Doors without an area go to "No area".
    folder : path
        Gets ``<area>.xlsx`` and ``<area>.html``. It is made where it is missing.
    by : {"area", None}
        None leaves out the files per area.
    formats : iterable of {"xlsx", "csv", "html"}
        Which files. The door sheet is the HTML one; the CSV is overall only.
    marking : str, optional
        Protective marking, on every page. Without one the lists say that none was given.
    as_of : date or time, optional
        The cut-off, where ``targets.attrs`` no longer tells it.
    notes : iterable of str
        More for the reader to know, before what ``targets.attrs["notes"]`` says; in the CSV, the
        column ``to_know``.
    inputs : mapping of str to str, optional
        SHA-256 of each input, by name.
    messages : GeoDataFrame, optional
        As `cocooning_messages` gives them: written to ``messages.csv``.
    overall : path, optional
        Folder of ``targets.csv``, ``targets.xlsx`` and ``messages.csv``. Default: `folder`.

    Returns
    -------
    list of Path
        What was written: the areas by name, then the overall files.

    Raises
    ------
    ConfigError
        If `by` or a format is unknown.
    DataError
        If columns of the lists are missing.
    OutputError
        If a file cannot be written, such as one that Excel holds open.

    Notes
    -----
    Rows are in house order along the streets of an area. Workbook and CSV are for the supervisor
    and name every reference. The door sheet carries no reference and, on a neighbour's row, no
    burgled address; it has empty columns for what the officer fills in. It fetches nothing, runs
    nothing and prints on A4. Text stays text: no cell becomes a formula, UPRNs and references
    keep their zeros, and the name of an area becomes a file name but never a path. In the CSV a
    text that would start a formula has an apostrophe before it.

    Examples
    --------
    >>> import tempfile
    >>> targets = gpd.GeoDataFrame(
    ...     {"visit_id": ["V-A"], "uprn": ["01"], "address": ["1 Mill Lane"], "ring": [0],
    ...      "reason": ["Burgled."], "act_by": pd.to_datetime(["2026-03-03 08:00"]),
    ...      "expires": pd.to_datetime(["2026-03-16"]), "area": ["Harbour"], "crime_refs": ["B1"]},
    ...     geometry=gpd.points_from_xy([0], [0]), crs="EPSG:27700")
    >>> [path.name for path in write_targets(targets, tempfile.mkdtemp(), as_of="2026-03-02")]
    ['Harbour.xlsx', 'Harbour.html', 'targets.xlsx', 'targets.csv']
    """
    formats = [formats] if isinstance(formats, str) else list(formats)
    _check(targets, messages, by, formats)
    rows = printable_rows(targets)
    about = about_targets(targets.attrs, marking=marking, as_of=as_of, notes=notes, inputs=inputs)
    folder = Path(folder)
    overall = folder if overall is None else Path(overall)
    written, taken = [], [_OVERALL, _MESSAGES]
    for area, own in per_area(rows) if by == "area" else ():
        name = safe_file_name(area, taken)
        taken.append(name)
        title = f"Doors to visit: {area}"
        # Appended, not with_suffix: an area may be called "St. Mary".
        if "xlsx" in formats:
            path = folder / f"{name}.xlsx"
            written.append(write_workbook(own, path, title, about, whole=False))
        if "html" in formats:
            written.append(write_door_sheet(own, folder / f"{name}.html", title, about))
    if "xlsx" in formats:
        path = overall / f"{_OVERALL}.xlsx"
        written.append(write_workbook(rows, path, "Doors to visit", about, whole=True))
    if "csv" in formats:
        extra = {"cut_off": about.cut_off, "marking": about.marking}
        if about.warnings:
            extra["to_know"] = "; ".join(about.warnings)
        table = rows[_CSV_FIELDS].assign(**extra)
        written.append(write_table(table, overall / f"{_OVERALL}.csv"))
        if messages is not None:
            table = messages[_MESSAGE_FIELDS].assign(**extra)
            written.append(write_table(pd.DataFrame(table), overall / f"{_MESSAGES}.csv"))
    return written


def write_rejected(rejected: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write the rows that a check could not use, for whoever mends the export.

    Parameters
    ----------
    rejected : DataFrame
        As `check_incidents` gives them.
    path : path
        Of the CSV file.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> rejected = pd.DataFrame({"row": [7], "column": ["E"], "value": ["=1+1"], "reason": ["?"]})
    >>> path = write_rejected(rejected, Path(tempfile.mkdtemp()) / "rejected.csv")
    >>> path.read_text(encoding="utf-8-sig").splitlines()
    ['row,column,value,reason', "7,E,'=1+1,?"]
    """
    return write_table(rejected, Path(path))


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a CSV that Excel opens as UTF-8 and in which no text can become a formula."""
    cells = [[_cell(value) for value in column] for _, column in table.items()]
    with (
        replacing_file(path) as temporary,
        temporary.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow([safe_cell(str(name)) for name in table.columns])
        writer.writerows(zip(*cells, strict=True))
    return path


def _cell(value: Any) -> Any:
    """Give text that is safe, times to the minute, and numbers as they are."""
    if isinstance(value, str):
        return safe_cell(value)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    return value


def _check(
    targets: gpd.GeoDataFrame,
    messages: gpd.GeoDataFrame | None,
    by: str | None,
    formats: list[str],
) -> None:
    settings = Problems()
    if by is not None:
        settings.extend(choice_problems("by", by, ("area",)))
    for name in formats:
        settings.extend(choice_problems("formats", name, FORMATS))
    settings.raise_if_any(ConfigError)
    data = Problems()
    for what, frame, needed in (
        ("targets", targets, NEEDED),
        ("messages", messages, _MESSAGE_FIELDS),
    ):
        if frame is None:
            continue
        if not isinstance(frame, gpd.GeoDataFrame):
            data.add(f"The {what} must be a geopandas.GeoDataFrame, not {type(frame).__name__}.")
            continue
        missing = [name for name in needed if name not in frame.columns]
        if missing:
            data.add(f"The {what} lack {', '.join(missing)}.")
    data.raise_if_any(DataError)
