"""Which file is what: burglaries, addresses, beats, streets or cameras, by what is in each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import shapely

from hotspot._errors import DataError, LayoutError
from hotspot.english import some_of
from hotspot.incidents.layout import open_incidents
from hotspot.reading.cells import normalise_name
from hotspot.reading.chunks import Source
from hotspot.reading.columns import known_columns, known_names, match_columns
from hotspot.reading.sources import endings, open_source

#: The set-up of a folder whose files are of several kinds.
FOLDER_SET_UP = "briefing.toml"
# A list of addresses may have dates and codes of its own, one of crimes the parts of an address.
_ONLY_OF_GAZETTEERS = ("usrn", "parent_uprn", "sao_", "pao_", "gazetteer_street")
_ONLY_OF_CRIMES = {"crime_ref", "recorded_at", "offence_code", "mo"}
_USUAL_OF_CRIMES = {"occurred_from", "occurred_to", *_ONLY_OF_CRIMES} - {"crime_ref"}
_ONLY_OF_CAMERAS = {
    "direction", "field_of_view", "range_m", "retention_days", "man_made", "surveillance_type",
}  # fmt: skip
_LINES = {shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING}
_POLYGONS = {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}
_SHAPES_LOOKED_AT = 1000
# In whatever format and wherever in its name: what is not known for one would be shown.
_STOP_LIST = re.compile(
    r"(?:^|[^a-z])(?:exclu(?:de[ds]?|sions?)|stop[ _-]?lists?)(?:[^a-z]|$)", re.I
)
_OPENSTREETMAP = (".pbf", ".osm")


@dataclass(frozen=True)
class FileKinds:
    """Some files by what they hold.

    Attributes
    ----------
    incidents, addresses, areas, streets, backdrop, exclude, cameras, left : tuple of Path
        The last are none of the others.
    mixed : frozenset of str
        Kinds whose files differ in their columns, so that they cannot be read as one.
    place_tells : bool
        Whether the set-up is named by the burglaries, so that it must be theirs.
    """

    incidents: tuple[Path, ...] = ()
    addresses: tuple[Path, ...] = ()
    areas: tuple[Path, ...] = ()
    streets: tuple[Path, ...] = ()
    backdrop: tuple[Path, ...] = ()
    exclude: tuple[Path, ...] = ()
    cameras: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()
    mixed: frozenset[str] = frozenset()
    place_tells: bool = True

    @property
    def several(self) -> bool:
        """Whether there is any other file than one of burglaries."""
        layers = [paths for _, paths in self.layers().values()]
        return len(self.incidents) > 1 or any([*layers, self.cameras, self.left])

    def is_one(self, name: str, paths: Sequence[Path]) -> bool:
        """Test whether files of a kind can be taken: one, or addresses in parts of one layout."""
        return len(paths) == 1 or (name == "addresses" and bool(paths) and name not in self.mixed)

    def layers(self) -> dict[tuple[str, str], tuple[str, tuple[Path, ...]]]:
        """Return what lies around the burglaries, its name first, by table and setting."""
        return {
            ("addresses", "path"): ("addresses", self.addresses),
            ("areas", "path"): ("areas", self.areas),
            ("basemap", "streets"): ("streets", self.streets),
            ("basemap", "backdrop"): ("backdrop", self.backdrop),
            ("cocooning", "exclude"): ("stop list", self.exclude),
        }

    def folder_name(self, place: Path) -> str:
        """Return what the folder of the briefing is called by default."""
        return f"{place.stem}-briefing" if self.place_tells else "briefing"


def find_kinds(paths: Sequence[Path]) -> tuple[FileKinds, Path]:
    """Find what each of some files holds, and where their set-up is or belongs.

    Parameters
    ----------
    paths : sequence of Path
        Files, or one folder.

    Returns
    -------
    kinds : FileKinds
    place : Path
        The TOML file: beside the first file of burglaries and of its name; in the folder where
        one with files of several kinds was named.

    Raises
    ------
    DataError
        If a file that is named cannot be opened, or none holds burglaries.
    """
    first = paths[0]
    if len(paths) == 1 and not first.is_dir():
        return FileKinds((first,)), set_up_beside(first)
    if len(paths) > 1:
        kinds = _of_crimes(_sorted(paths, strict=True), paths)
        beside, others = set_up_beside(kinds.incidents[0]), len(kinds.incidents) - 1
        # The first alone may have a set-up of its own.
        name = f"{beside.stem} and {others} more.toml" if others else beside.name
        return kinds, beside.with_name(name)
    folder = first.resolve()
    inside, beside = folder / FOLDER_SET_UP, set_up_beside(folder)
    if not inside.exists() and beside.exists():
        return FileKinds((folder,)), beside
    kinds = _sorted(_files_in(folder), strict=False)
    layers = bool(kinds.cameras) or any(paths for _, paths in kinds.layers().values())
    if kinds.incidents and "incidents" not in kinds.mixed and not layers:
        # A folder of exports is read as one file, with those that come to lie in it later.
        return (FileKinds((folder,)), beside) if not inside.exists() else (kinds, inside)
    return replace(_of_crimes(kinds, [folder]), place_tells=False), inside


def set_up_beside(path: Path) -> Path:
    """Return the path of the TOML file that belongs to a bare file or folder.

    Examples
    --------
    >>> set_up_beside(Path("data/crimes 02.03.2026.csv.gz")).name
    'crimes 02.03.2026.toml'
    """
    known = [ending for ending in endings() if path.name.lower().endswith(ending)]
    bare = path.name[: -max(map(len, known))] if known else path.name
    return path.with_name(f"{bare or path.name}.toml")


def _of_crimes(kinds: FileKinds, paths: Sequence[Path]) -> FileKinds:
    """Return the kinds of some files; refuse files of which none holds burglaries."""
    if kinds.incidents:
        return kinds
    others = some_of([path.name for path in paths], most=8)
    raise DataError(
        f"None of these is known to hold burglaries, with a date and a place each: {others}. Give "
        "the file of burglaries alone to learn what is missing in it."
    )


def _files_in(folder: Path) -> list[Path]:
    """List the files of a folder that can be read, in the order of their names."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and (path.name.lower().endswith(endings()) or _is_stop_list(path))
        and not path.name.startswith((".", "~"))
    )


def _is_stop_list(path: Path) -> bool:
    """Test whether a file says in its name that it is a stop list."""
    return path.suffix.lower() != ".toml" and bool(_STOP_LIST.search(path.name))


def _sorted(paths: Iterable[Path], *, strict: bool) -> FileKinds:
    """Sort files by what they hold; what cannot be opened is left or, where strict, a fault."""
    found: dict[str, Any] = {}
    layouts: dict[str, set[frozenset[str]]] = {}
    for path in paths:
        try:
            kind, columns = _kind_of(path)
        except DataError:
            if strict:
                raise
            kind, columns = "left", ()
        found[kind] = (*found.get(kind, ()), path)
        layouts.setdefault(kind, set()).add(frozenset(columns))
    mixed = frozenset(kind for kind, different in layouts.items() if len(different) > 1)
    return FileKinds(mixed=mixed, **found)


def _kind_of(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the attribute of `FileKinds` that a file belongs to, and its columns."""
    name = path.name.lower()
    if _is_stop_list(path):
        return "exclude", ()
    if name.endswith(_OPENSTREETMAP):
        return "backdrop", ()
    opened = open_source(
        path, known=known_names(known_columns("incidents", "addresses", "places"), None)
    )
    shapes = _shapes(opened)
    if shapes & _POLYGONS:
        return "areas", opened.columns
    if shapes & _LINES:
        return "streets", opened.columns
    if is_register(opened.columns):
        return "cameras", opened.columns
    return _kind_of_table(path, opened.columns), opened.columns


def is_register(columns: Sequence[str]) -> bool:
    """Test whether columns are those of a register of cameras: two that no other file has.

    Examples
    --------
    >>> is_register(["Camera ID", "Easting", "Northing", "Retention"])
    True
    >>> is_register(["Crime Ref", "Date From", "Type", "Direction"])
    False
    """
    # A type is of an offence, of a camera or of anything.
    if (_USUAL_OF_CRIMES - {"offence_code"}) & set(
        match_columns(columns, known_columns("incidents"))
    ):
        return False
    cameras = match_columns(columns, known_columns("cameras"))
    named = normalise_name(cameras.get("camera_id", "")).startswith(("cam", "cctv"))
    return named or len(_ONLY_OF_CAMERAS & set(cameras)) > 1


def _kind_of_table(path: Path, columns: Sequence[str]) -> str:
    """Return whether a table is of burglaries or addresses: both have places and references.

    Headings decide where they can: a file of all addresses is too large to be read for this.
    """
    homes = match_columns(columns, known_columns("addresses"))
    crimes = match_columns(columns, known_columns("incidents"))
    if crimes.get("offence_code") == homes.get("classification"):
        crimes.pop("offence_code", None)
    of_gazetteer = any(field.startswith(_ONLY_OF_GAZETTEERS) for field in homes)
    if of_gazetteer and not _ONLY_OF_CRIMES & set(crimes):
        return "addresses"
    if _USUAL_OF_CRIMES & set(crimes):
        return "incidents"
    uprn = homes.get("uprn", "")
    if {"address", "street", "number"} & set(homes) or "uprn" in normalise_name(uprn):
        return "addresses"
    try:
        open_incidents(path)
    except LayoutError:
        return "incidents" if "crime_ref" in crimes else "left"
    return "incidents"


def _shapes(opened: Source) -> set[int]:
    """Return the kinds of shapes in the first rows of a source."""
    if not opened.has_geometry:
        return set()
    shapes = next(opened.chunks([])).geometry
    if shapes is None:
        return set()
    return set(shapely.get_type_id(shapes[:_SHAPES_LOOKED_AT]).tolist())
