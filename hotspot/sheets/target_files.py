"""Target lists as files: for each area's team sheets and a workbook, the rest for supervisors."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import pandas as pd

from hotspot._checks import choice_problems, raise_problems
from hotspot.cocooning.walking_order import areas_in_order, listed_areas
from hotspot.dates import AsOf
from hotspot.output.files import replacing_files, safe_file_name
from hotspot.output.pages import write_page
from hotspot.output.printing import need_browser, print_page
from hotspot.output.tables import write_table
from hotspot.output.text import clean_text
from hotspot.sheets.about import About, about_targets
from hotspot.sheets.door_sheet import door_sheet
from hotspot.sheets.leaflets import leaflet_round, leaflets
from hotspot.sheets.list_formats import FORMATS, LAYOUTS, USUAL_FORMATS, SheetLayout
from hotspot.sheets.message_texts import MessageTexts, example_texts, rule_weeks
from hotspot.sheets.paper_map import Streets
from hotspot.sheets.phone_sheet import phone_sheet
from hotspot.sheets.printable_doors import NEEDED, printable_rows, with_ages
from hotspot.sheets.workbook import (
    FOR_THE_SUPERVISOR,
    write_supervisor_workbook,
    write_team_workbook,
)
from hotspot.sheets.workbook_cells import EXPIRED_FIELDS, Cells

_OVERALL = "targets"
_MESSAGES = "messages"
_CSV_FIELDS = [
    "visit_id", "area", "number", "ring", "address", "house_number", "street", "uprn",
    "at_the_door", "reason", "act_by", "expires", "crime_refs", "burglaries_12m",
    "distance_m", "newest",
]  # fmt: skip
# Written only where the list has them; `expected` is for ranking, and on no sheet.
_CSV_FIELDS_IF_THERE = [
    "uprns", "task", "attempt", "tier", "overdue", "recorded", "force_late", "expected",
]  # fmt: skip
_MESSAGE_FIELDS = ["area", "street", "ring", "address", "uprn", "reason", "expires"]

#: Kinds of file, as `WrittenTargets` calls them.
SHEET, SHEET_PDF, WORKBOOK, PHONE = "sheet", "sheet PDF", "workbook", "phone"
SUPERVISOR_WORKBOOK = "supervisor workbook"
SUPERVISOR_PAGE, SUPERVISOR_PAGE_PDF = "supervisor page", "supervisor page PDF"
LEAFLETS, LEAFLETS_PDF, CSV, MESSAGES = "leaflets", "leaflets PDF", "csv", "messages"
ROUND, ROUND_PDF = "leaflet round", "leaflet round PDF"


class WrittenTargets(list[Path]):
    """Result of `write_targets`: a list of the files, which knows whose each of them is.

    Parameters
    ----------
    by_area : dict of str to dict of str to Path
        For each area, by name, its files by their kind: ``"workbook"`` (the team's),
        ``"supervisor workbook"``, ``"supervisor page"``, ``"sheet"``, ``"phone"``, ``"leaflets"``,
        ``"leaflet round"`` (all but workbooks and phone with `` PDF`` too) and, for each language,
        ``"message (en)"``.
    overall : dict of str to Path
        The files of all areas: ``"workbook"``, ``"csv"``, ``"messages"``.
    """

    def __init__(
        self, by_area: Mapping[str, Mapping[str, Path]], overall: Mapping[str, Path]
    ) -> None:
        super().__init__([*(p for one in by_area.values() for p in one.values()),
                          *overall.values()])  # fmt: skip
        self.by_area = {area: dict(files) for area, files in by_area.items()}
        self.overall = dict(overall)

    @property
    def files(self) -> list[Path]:
        """The areas' files by name of the area, then the overall ones."""
        return list(self)


class _File(NamedTuple):
    """A file to write: of which area (None: of all), of which kind, where and by what."""

    area: str | None
    kind: str
    path: Path
    write: Callable[[Path], object]


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
    message: MessageTexts | None = None,
    streets: gpd.GeoDataFrame | None = None,
    layout: SheetLayout = "boxes",
    overall: str | os.PathLike[str] | None = None,
) -> WrittenTargets:
    """Write target lists: per area two workbooks and sheets, overall a workbook and a CSV.

    What a team gets (its workbook, sheets, phone sheet) tells of no burglary where or when it was
    and holds no reference; what tells it (the supervisor's workbook and all overall files) says
    for whom it is.

    Parameters
    ----------
    targets : GeoDataFrame
        As `cocooning_targets` returns them. Doors without an area go to "No area".
    folder : path
        Gets the files of each area. It is made where it is missing.
    by : {"area", None}
        None leaves out the files per area.
    formats : iterable of {"xlsx", "csv", "html", "pdf", "phone", "message", "supervisor"}
        Which files: ``xlsx``, per area ``<area>.xlsx``, which its team fills in and returns, and
        ``<area> - supervisor.xlsx``, which says why each door is listed and whom nobody called on
        in time, and one overall for analyst and supervisor; ``csv``, overall only; ``html``,
        ``<area>.html``, the sheet to print; ``pdf``, the same printed, which needs Edge, Chrome or
        Chromium on this machine; ``phone``, ``<area> phone.html``, a sheet on which results are
        ticked without a network and saved to a file; ``message``, ``<area> message.html``,
        leaflets for residents without victim, reference, method or date, ``<area> leaflet
        round.html``, how many each street gets (with ``pdf`` both printed too), and the message
        as text; ``supervisor``, ``<area> - supervisor.html``, one page to print with the map of
        the whole area and its burgled homes marked, which no page of the team's does.
    marking : str, optional
        Protective marking, with how to handle it, on everything but leaflets and messages, which
        anybody may read. Without one the lists say that none was given.
    as_of : date or time, optional
        The cut-off, where ``targets.attrs`` no longer holds it.
    notes : iterable of str
        More for the reader to know, before what ``targets.attrs["notes"]`` says; in the CSV, the
        column ``to_know``.
    inputs : mapping of str to str, optional
        SHA-256 of each input, by name.
    messages : GeoDataFrame, optional
        As `cocooning_messages` returns them: written to ``messages.csv``, and among those who get
        a leaflet.
    message : MessageTexts, optional
        The force's own wording of leaflets and messages, instead of our example in English. With
        it the text of each area is written, ``messages/<area> - en.txt``, for the platform by
        which the force writes to residents.
    streets : GeoDataFrame, optional
        As `read_streets` returns them: drawn and named on the maps of the sheet.
    layout : {"boxes", "lines"}
        Of the sheet to print: boxes to tick for two visits of each door, eight to ten doors a
        page, or one line a door, some 25 a page.
    overall : path, optional
        Folder of ``targets.csv``, ``targets.xlsx``, ``messages.csv`` and the folder ``messages``.
        Default: `folder`.

    Returns
    -------
    WrittenTargets
        A list of the files: those of the areas by name, then the overall ones. Its ``by_area``
        has for each area its files by their kind.

    Raises
    ------
    ConfigError
        If `by`, `layout` or a format is unknown.
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
    >>> written = write_targets(targets, tempfile.mkdtemp(), as_of="2026-03-02")
    >>> [path.name for path in written]
    ['Harbour.xlsx', 'Harbour - supervisor.xlsx', 'Harbour.html', 'targets.xlsx', 'targets.csv']
    >>> {kind: path.name for kind, path in written.by_area["Harbour"].items()}
    {'workbook': 'Harbour.xlsx', 'supervisor workbook': 'Harbour - supervisor.xlsx', \
'sheet': 'Harbour.html'}
    """
    formats = [formats] if isinstance(formats, str) else list(formats)
    _check(targets, messages, streets, by, formats, layout)
    if "pdf" in formats:
        # Before anything is made: most machines have one, and a run takes minutes.
        need_browser()
    about = about_targets(targets.attrs, marking=marking, as_of=as_of, notes=notes, inputs=inputs)
    rows = with_ages(printable_rows(targets), about.last_moment, about.age_bands_days)
    lists = _Lists(
        rows=rows,
        cells=Cells.of(rows),
        about=about,
        homes=None if messages is None else _homes(messages),
        besides=_besides(messages),
        message=example_texts() if message is None and "message" in formats else message,
        weeks=rule_weeks((targets.attrs.get("parameters") or {}).get("window_days")),
        streets=None if streets is None else Streets.of(streets),
        layout=layout,
        formats=frozenset(formats),
        expired=Cells.of(_expired(targets.attrs)),
        extra_fields=[name for name in _CSV_FIELDS_IF_THERE if name in targets.columns],
    )
    folder = Path(folder)
    whole = folder if overall is None else Path(overall)
    files = [
        *(_of_areas(lists, folder, whole) if by == "area" else ()),
        *_overall(lists, whole),
    ]
    with replacing_files(file.path for file in files) as places:
        for file in files:
            file.write(places[file.path])
    by_area: dict[str, dict[str, Path]] = {}
    for file in files:
        if file.area is not None:
            by_area.setdefault(file.area, {})[file.kind] = file.path
    return WrittenTargets(by_area, {f.kind: f.path for f in files if f.area is None})


@dataclass(frozen=True)
class _Lists:
    """What all files are made of."""

    rows: pd.DataFrame
    cells: Cells
    about: About
    homes: pd.DataFrame | None
    besides: pd.DataFrame
    message: MessageTexts | None
    weeks: int
    streets: Streets | None
    layout: SheetLayout
    formats: frozenset[str]
    expired: Cells
    extra_fields: list[str]

    @cached_property
    def _places(self) -> dict[str, dict[Any, Any]]:
        """Which entries of each table are of an area: asked once, not once for each area."""
        areas = {"rows": self.rows["area"], "besides": self.besides["area"]}
        areas["expired"] = pd.Series(self.expired["area"], dtype=object)
        if self.homes is not None:
            areas["homes"] = self.homes["area"]
        return {name: those.groupby(those, sort=False).indices for name, those in areas.items()}

    def of_area(self, area: str) -> "_Lists":
        """Return what the files of one area are made of."""
        at = {name: places.get(area, []) for name, places in self._places.items()}
        # Rows of an area follow each other.
        first, doors = next(iter(at["rows"]), 0), len(at["rows"])
        own = replace(
            self,
            rows=self.rows.iloc[first : first + doors],
            cells=self.cells.part(at["rows"]),
            expired=self.expired.part(at["expired"]),
            about=self.about.of_area(area, len(at.get("homes", []))),
        )
        if self.homes is None or "message" not in self.formats:
            return own
        homes, besides = self.homes.iloc[at["homes"]], self.besides.iloc[at["besides"]]
        return replace(own, homes=homes, besides=besides)

    @property
    def with_leaflet(self) -> pd.DataFrame:
        """Every home that gets a leaflet, burgled or not, so that none stands out."""
        doors = self.rows[["street"]]
        parts = [doors] if self.homes is None else [doors, self.homes, self.besides]
        return pd.concat([part[["street"]] for part in parts], ignore_index=True)


def _expired(attrs: Mapping[Any, Any]) -> pd.DataFrame:
    """Return the doors that left the list unvisited, ready for print."""
    listed = pd.DataFrame(list(attrs.get("expired") or ()), columns=list(EXPIRED_FIELDS))
    for name in ("visit_id", "address", "task"):
        texts = [None if pd.isna(text) else clean_text(str(text)) for text in listed[name]]
        listed[name] = pd.Series(texts, index=listed.index, dtype=object)
    times = {name: pd.to_datetime(listed[name]) for name in ("act_by", "expires")}
    return listed.assign(area=listed_areas(listed["area"]), **times)


def _besides(messages: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return a row for each home that is on no list and gets its street's leaflet."""
    counted = [] if messages is None else messages.attrs.get("leaflets_besides", [])
    table = pd.DataFrame(counted, columns=["area", "street", "count"])
    table = table.loc[table.index.repeat(table["count"].astype(int))].reset_index(drop=True)
    return table.assign(area=listed_areas(table["area"]))


def _homes(messages: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the homes that get a message as a table, each in an area."""
    table = pd.DataFrame(messages.drop(columns=messages.geometry.name))
    table.attrs = {}
    streets = table.get("street", pd.Series(None, index=table.index, dtype=object))
    return table.assign(area=listed_areas(table["area"]), street=streets)


def _of_areas(lists: _Lists, folder: Path, whole: Path) -> Iterator[_File]:
    """Return the files to write of each area."""
    areas = lists.rows["area"]
    if lists.message is not None and lists.homes is not None:
        areas = pd.concat([areas, lists.homes["area"]])
    taken = [_OVERALL, _MESSAGES]
    names = {}
    # All areas get their names first: a beat called "Quay phone" keeps its own.
    for area in areas_in_order(areas):
        names[area] = safe_file_name(area, taken)
        taken.append(names[area])
    for area, name in names.items():
        own = lists.of_area(area)
        yield from _of_area(own, area, folder, name, taken)
        if lists.message is not None:
            yield from _for_residents(own, lists.message, area, folder, name, taken)
            yield from _texts(lists.message, area, whole / _MESSAGES / name, lists.weeks)


def _of_area(
    lists: _Lists, area: str, folder: Path, name: str, taken: list[str]
) -> Iterator[_File]:
    rows, about, formats = lists.rows, lists.about, lists.formats
    title = f"Doors to visit: {area}"
    if formats & {"xlsx", "supervisor"}:
        taken.append(safe_file_name(f"{name} - supervisor", taken))
    for_supervisor = taken[-1]
    # Names are appended to, not given a suffix: an area may be called "St. Mary".
    if len(rows) and "xlsx" in formats:
        team = partial(write_team_workbook, lists.cells, title=title, about=about)
        yield _File(area, WORKBOOK, folder / f"{name}.xlsx", team)
        write = partial(write_supervisor_workbook, lists.cells, title=f"{title} (supervisor)",
                        about=about, expired=lists.expired, whole=False)  # fmt: skip
        yield _File(area, SUPERVISOR_WORKBOOK, folder / f"{for_supervisor}.xlsx", write)
    if len(rows) and "supervisor" in formats:
        marked = partial(
            door_sheet, rows, f"{title} (supervisor)", about, lists.streets, lists.layout,
            for_supervisor=True,
        )  # fmt: skip
        # As leaflets: where neither kind of page was asked for, it is one to open.
        if "html" in formats or "pdf" not in formats:
            yield _File(area, SUPERVISOR_PAGE, folder / f"{for_supervisor}.html", _page(marked))
        if "pdf" in formats:
            path = folder / f"{for_supervisor}.pdf"
            yield _File(area, SUPERVISOR_PAGE_PDF, path, _print(marked))
    sheet = partial(door_sheet, rows, title, about, lists.streets, lists.layout)
    if len(rows) and "html" in formats:
        yield _File(area, SHEET, folder / f"{name}.html", _page(sheet))
    if len(rows) and "pdf" in formats:
        yield _File(area, SHEET_PDF, folder / f"{name}.pdf", _print(sheet))
    if len(rows) and "phone" in formats:
        taken.append(safe_file_name(f"{name} phone", taken))
        phone = partial(phone_sheet, rows, title, area, about)
        yield _File(area, PHONE, folder / f"{taken[-1]}.html", _page(phone))


def _for_residents(
    lists: _Lists, texts: MessageTexts, area: str, folder: Path, name: str, taken: list[str]
) -> Iterator[_File]:
    """Return the leaflets of an area, and the page for who delivers them, if they are asked for."""
    if "message" not in lists.formats:
        return
    homes, weeks = lists.with_leaflet, lists.weeks
    pages = {
        "message": (LEAFLETS, LEAFLETS_PDF, partial(leaflets, homes, area, texts, weeks)),
        "leaflet round": (
            ROUND, ROUND_PDF, partial(leaflet_round, homes, area, lists.about, texts, weeks)
        ),
    }  # fmt: skip
    for suffix, (kind, printed, make) in pages.items():
        taken.append(safe_file_name(f"{name} {suffix}", taken))
        # Leaflets were asked for: where neither kind of page was, they come as one.
        if "html" in lists.formats or "pdf" not in lists.formats:
            yield _File(area, kind, folder / f"{taken[-1]}.html", _page(make))
        if "pdf" in lists.formats:
            yield _File(area, printed, folder / f"{taken[-1]}.pdf", _print(make))


def _texts(texts: MessageTexts, area: str, place: Path, weeks: int) -> Iterator[_File]:
    """Return the message of an area in each language, as text for a platform of the force's."""
    for language in texts.texts:
        text = texts.filled(language, area, weeks)
        # What has no name in that language cannot be written about in it; the round says so.
        if text is not None:
            path = place.with_name(f"{place.name} - {language}.txt")
            yield _File(area, f"message ({language})", path, partial(write_page, f"{text}\n"))


def _page(make: Callable[[], str]) -> Callable[[Path], object]:
    """Return what writes a page, which is made only then."""
    return lambda path: write_page(make(), path)


def _print(make: Callable[[], str]) -> Callable[[Path], object]:
    """Return what prints a page, which is made only then."""

    def write(path: Path) -> None:
        # Its content, not a file: what is left of a file in a folder for all is read by all.
        print_page(make().encode(), path)

    return write


def _overall(lists: _Lists, folder: Path) -> Iterator[_File]:
    about = lists.about
    if "xlsx" in lists.formats:
        path = folder / f"{_OVERALL}.xlsx"
        title = "Doors to visit (analyst and supervisor)"
        write = partial(write_supervisor_workbook, lists.cells, title=title, about=about,
                        expired=lists.expired, whole=True)  # fmt: skip
        yield _File(None, WORKBOOK, path, write)
    if "csv" in lists.formats:
        extra = {
            "cut_off": about.cut_off, "marking": about.marking, "for_whom": FOR_THE_SUPERVISOR,
        }  # fmt: skip
        if about.warnings:
            extra["to_know"] = "; ".join(about.warnings)
        table = lists.rows[[*_CSV_FIELDS, *lists.extra_fields, "x", "y"]].assign(**extra)
        path = folder / f"{_OVERALL}.csv"
        yield _File(None, CSV, path, lambda path: write_table(table, path))
        if lists.homes is not None:
            homes = lists.homes[_MESSAGE_FIELDS].assign(**extra)
            path = folder / f"{_MESSAGES}.csv"
            yield _File(None, MESSAGES, path, lambda path: write_table(homes, path))


def _check(
    targets: gpd.GeoDataFrame,
    messages: gpd.GeoDataFrame | None,
    streets: gpd.GeoDataFrame | None,
    by: str | None,
    formats: list[str],
    layout: str,
) -> None:
    settings = [] if by is None else choice_problems("by", by, ("area",))
    settings += choice_problems("layout", layout, LAYOUTS)
    for name in formats:
        settings += choice_problems("formats", name, FORMATS)
    data = []
    needed: list[tuple[str, Any, Iterable[str]]] = [
        ("targets", targets, NEEDED),
        ("messages", messages, [name for name in _MESSAGE_FIELDS if name != "street"]),
        ("streets", streets, ()),
    ]
    for what, frame, columns in needed:
        if frame is not None and not isinstance(frame, gpd.GeoDataFrame):
            data.append(f"The {what} must be a geopandas.GeoDataFrame, not {type(frame).__name__}.")
        elif frame is not None and (missing := [c for c in columns if c not in frame.columns]):
            data.append(f"The {what} lack {', '.join(missing)}.")
    if not data and streets is not None and streets.crs != targets.crs:
        data.append(
            "The streets are in another CRS than the targets: turn them with .to_crs(targets.crs)."
        )
    raise_problems(data, settings)
