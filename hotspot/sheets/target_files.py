"""Target lists as files: workbooks and CSV for the supervisor, sheets for each area's doors."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from hotspot._checks import Problems, choice_problems
from hotspot._errors import ConfigError, DataError
from hotspot.dates import AsOf
from hotspot.output.files import replacing_file, safe_file_name
from hotspot.output.pages import write_page
from hotspot.output.printing import need_browser, print_page
from hotspot.output.tables import write_table
from hotspot.output.text import clean_text
from hotspot.sheets.about import About, about_targets
from hotspot.sheets.door_sheet import door_sheet
from hotspot.sheets.leaflets import leaflets
from hotspot.sheets.phone_sheet import phone_sheet
from hotspot.sheets.printable_doors import (
    NEEDED,
    NO_AREA,
    areas_in_order,
    printable_rows,
    with_ages,
)
from hotspot.sheets.workbook import write_workbook

USUAL_FORMATS = ("xlsx", "csv", "html")
FORMATS = (*USUAL_FORMATS, "pdf", "phone", "message")
_OVERALL = "targets"
_MESSAGES = "messages"
_CSV_FIELDS = [
    "visit_id", "area", "ring", "address", "number", "street", "uprn", "reason", "act_by",
    "expires", "crime_refs", "burglaries_12m", "distance_m", "newest",
]  # fmt: skip
# Told only where the list tells them; `expected` is for ranking, and on no sheet.
_CSV_FIELDS_IF_THERE = ["uprns", "task", "attempt", "tier", "overdue", "expected"]
_MESSAGE_FIELDS = ["area", "ring", "address", "uprn", "reason", "expires"]

_Writer = Callable[[Path], object]


def write_targets(
    targets: gpd.GeoDataFrame,
    folder: str | os.PathLike[str],
    by: Literal["area"] | None = "area",
    formats: Iterable[str] = USUAL_FORMATS,
    *,
    marking: str | None = None,
    as_of: AsOf | None = None,
    notes: Iterable[str] = (),
    inputs: Mapping[str, str] | None = None,
    messages: gpd.GeoDataFrame | None = None,
    message: str | None = None,
    streets: gpd.GeoDataFrame | None = None,
    overall: str | os.PathLike[str] | None = None,
) -> list[Path]:
    """Write target lists: per area a workbook and sheets, overall a workbook and a CSV.

    Parameters
    ----------
    targets : GeoDataFrame
        As `cocooning_targets` gives them. Doors without an area go to "No area".
    folder : path
        Gets the files of each area. It is made where it is missing.
    by : {"area", None}
        None leaves out the files per area.
    formats : iterable of {"xlsx", "csv", "html", "pdf", "phone", "message"}
        Which files: ``xlsx``, a workbook per area and overall, that a team can fill in and
        return; ``csv``, overall only; ``html``, ``<area>.html``, the sheet to print; ``pdf``, the
        same printed, which needs Edge, Chrome or Chromium on this machine; ``phone``,
        ``<area> phone.html``, a sheet on which results are ticked without a network and saved to
        a file; ``message``, ``<area> message.html``, leaflets for residents without victim,
        reference, method or date (with ``pdf`` printed too).
    marking : str, optional
        Protective marking, on every page but the leaflets. Without one the lists say that none
        was given.
    as_of : date or time, optional
        The cut-off, where ``targets.attrs`` no longer tells it.
    notes : iterable of str
        More for the reader to know, before what ``targets.attrs["notes"]`` says; in the CSV, the
        column ``to_know``.
    inputs : mapping of str to str, optional
        SHA-256 of each input, by name.
    messages : GeoDataFrame, optional
        As `cocooning_messages` gives them: written to ``messages.csv``, and among those who get
        a leaflet.
    message : str, optional
        The text of the leaflets, instead of ours. An empty line begins a paragraph, a line that
        begins with a dash is an item of a list; ``{street}`` and ``{area}`` are filled in.
    streets : GeoDataFrame, optional
        As `read_streets` gives them: drawn on the small map of each page of the sheet.
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
        If columns of the lists are missing, or `streets` are in another CRS.
    OutputError
        If a file cannot be written, such as one that Excel holds open, or "pdf" is asked for and
        there is no browser to print with. No file takes its place before all are made.

    Notes
    -----
    Rows are in house order along the streets of an area and numbered so. Workbook and CSV are for
    the supervisor and name every reference. The sheets carry no reference and, on a neighbour's
    row, no burgled address; ``expected`` is in the CSV alone. Sheets fetch nothing; only the
    phone's runs a script, ours, which its Content-Security-Policy names by hash. Text stays text:
    no cell becomes a formula, UPRNs and references keep their zeros, and the name of an area
    becomes a file name but never a path. In the CSV a text that would start a formula has an
    apostrophe before it.

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
    _check(targets, messages, streets, by, formats)
    if "pdf" in formats:
        need_browser()
    about = about_targets(targets.attrs, marking=marking, as_of=as_of, notes=notes, inputs=inputs)
    lists = _Lists(
        rows=with_ages(printable_rows(targets), about.last_moment, about.age_bands_days),
        about=about,
        messages=None if messages is None else _plain(messages),
        message=message,
        streets=streets,
        formats=frozenset(formats),
        told=[name for name in _CSV_FIELDS_IF_THERE if name in targets.columns],
    )
    folder = Path(folder)
    overall = folder if overall is None else Path(overall)
    files = [*(_of_areas(lists, folder) if by == "area" else ()), *_overall(lists, overall)]
    with ExitStack() as all_or_none:
        for path, write in files:
            write(all_or_none.enter_context(replacing_file(path)))
    return [path for path, _ in files]


@dataclass(frozen=True)
class _Lists:
    """What all files are made of."""

    rows: pd.DataFrame
    about: About
    messages: pd.DataFrame | None
    message: str | None
    streets: gpd.GeoDataFrame | None
    formats: frozenset[str]
    told: list[str]


def _plain(messages: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give the messages as a table, each in an area."""
    table = pd.DataFrame(messages.drop(columns=messages.geometry.name))
    named = [NO_AREA if pd.isna(area) else clean_text(str(area)) for area in table["area"]]
    streets = table.get("street", pd.Series(None, index=table.index, dtype=object))
    return table.assign(area=pd.Series(named, index=table.index, dtype=object), street=streets)


def _of_areas(lists: _Lists, folder: Path) -> Iterator[tuple[Path, _Writer]]:
    """Name each file of each area, with what writes it."""
    told = lists.rows["area"]
    if "message" in lists.formats and lists.messages is not None:
        told = pd.concat([told, lists.messages["area"]])
    names, taken = {}, [_OVERALL, _MESSAGES]
    for area in areas_in_order(told):
        names[area] = safe_file_name(area, taken)
        taken.append(names[area])
    for area, name in names.items():
        yield from _of_area(lists, area, folder, name, taken)


def _of_area(
    lists: _Lists, area: str, folder: Path, name: str, taken: list[str]
) -> Iterator[tuple[Path, _Writer]]:
    rows = lists.rows[lists.rows["area"] == area]
    homes = lists.messages
    homes = None if homes is None else homes[homes["area"] == area]
    about = lists.about.of_area(area, 0 if homes is None else len(homes))
    title = f"Doors to visit: {area}"
    # Names are appended to, not given a suffix: an area may be called "St. Mary".
    if len(rows) and "xlsx" in lists.formats:
        yield (
            folder / f"{name}.xlsx",
            lambda path: write_workbook(rows, path, title, about, whole=False),
        )
    if len(rows) and lists.formats & {"html", "pdf"}:
        yield from _page_files(
            lists, folder / name, lambda: door_sheet(rows, title, about, lists.streets)
        )
    if len(rows) and "phone" in lists.formats:
        taken.append(safe_file_name(f"{name} phone", taken))
        path = folder / f"{taken[-1]}.html"
        yield path, lambda path: write_page(phone_sheet(rows, title, area, about), path)
    if "message" in lists.formats:
        taken.append(safe_file_name(f"{name} message", taken))
        told = rows[["street"]] if homes is None else pd.concat([rows, homes])[["street"]]
        yield from _page_files(
            lists,
            folder / taken[-1],
            lambda: leaflets(told, area, about, lists.message),
            html="html" in lists.formats or "pdf" not in lists.formats,
        )


def _page_files(
    lists: _Lists, place: Path, make: Callable[[], str], *, html: bool | None = None
) -> Iterator[tuple[Path, _Writer]]:
    """Name a page and its print, as far as they are asked for."""
    if "html" in lists.formats if html is None else html:
        yield place.with_name(f"{place.name}.html"), lambda path: write_page(make(), path)
    if "pdf" in lists.formats:
        yield place.with_name(f"{place.name}.pdf"), lambda path: _print(make(), path)


def _print(page: str, path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="hotspot-") as folder:
        print_page(write_page(page, Path(folder) / "page.html"), path)


def _overall(lists: _Lists, folder: Path) -> Iterator[tuple[Path, _Writer]]:
    about = lists.about
    if "xlsx" in lists.formats:
        yield (
            folder / f"{_OVERALL}.xlsx",
            lambda path: write_workbook(lists.rows, path, "Doors to visit", about, whole=True),
        )
    if "csv" in lists.formats:
        extra = {"cut_off": about.cut_off, "marking": about.marking}
        if about.warnings:
            extra["to_know"] = "; ".join(about.warnings)
        table = lists.rows[[*_CSV_FIELDS, *lists.told, "x", "y"]].assign(**extra)
        yield folder / f"{_OVERALL}.csv", lambda path: write_table(table, path)
        if lists.messages is not None:
            homes = lists.messages[_MESSAGE_FIELDS].assign(**extra)
            yield folder / f"{_MESSAGES}.csv", lambda path: write_table(homes, path)


def _check(
    targets: gpd.GeoDataFrame,
    messages: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
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
    needed: dict[str, tuple[Any, Iterable[str]]] = {
        "targets": (targets, NEEDED),
        "messages": (messages, _MESSAGE_FIELDS),
        "streets": (streets, ()),
    }
    for what, (frame, columns) in needed.items():
        if frame is None:
            continue
        if not isinstance(frame, gpd.GeoDataFrame):
            data.add(f"The {what} must be a geopandas.GeoDataFrame, not {type(frame).__name__}.")
            continue
        missing = [name for name in columns if name not in frame.columns]
        if missing:
            data.add(f"The {what} lack {', '.join(missing)}.")
    data.raise_if_any(DataError)
    if streets is not None and streets.crs != targets.crs:
        raise DataError(
            "The streets are in another CRS than the targets: turn them with .to_crs(targets.crs)."
        )
