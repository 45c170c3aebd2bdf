"""A geographic file, on disk or in a zip file, and the rows of features that are read from one."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from hotspot._errors import DataError, HotspotError
from hotspot.english import count, name_rows
from hotspot.output.text import clean_text
from hotspot.reading.chunks import Chunk, Request, Source, not_records
from hotspot.reading.crs import Extent, to_degrees

#: What is read into memory as a whole, at most.
MOST_BYTES = 2_000_000_000
_LONGEST_WORDS = 200
_POINTS = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)


@dataclass(frozen=True)
class LayerFile:
    """A geographic file.

    Attributes
    ----------
    name : str
        What to call it in messages; its ending says how it is read.
    opened : callable
        Opens it for reading.
    parts : mapping of str to callable
        The files of its name beside it, by their endings in small letters, itself among them.
    path : pathlib.Path or None
        Where it lies; None in a zip file.
    """

    name: str
    opened: Callable[[], IO[bytes]]
    parts: Mapping[str, Callable[[], IO[bytes]]] = field(default_factory=dict)
    path: Path | None = None

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return Path(self.name).stem

    @property
    def ending(self) -> str:
        """What the name ends with, in small letters."""
        return Path(self.name).suffix.lower()

    def start(self, length: int) -> bytes:
        """Return the first bytes."""
        with self.opened() as file:
            return file.read(length)

    def content(self) -> bytes:
        """Return all of it, or refuse what memory may not hold."""
        with self.opened() as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise DataError(
                f"{self.name} is larger than {MOST_BYTES / 1e9:g} GB: cut it to your area first, "
                "or save it as a GeoPackage."
            )
        return content


# Opens each layer of a file, by its name; none is opened that is not asked for.
Layers: TypeAlias = Mapping[str, Callable[[], Source]]
Reader: TypeAlias = Callable[[LayerFile, Request], Layers]


def file_of(path: Path) -> LayerFile:
    """Return a file on disk with those of its name beside it.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    LayerFile

    Raises
    ------
    DataError
        If one of them is a pipe or a device, at which reading would wait for ever.
    """
    beside = {
        other.suffix.lower(): other
        for other in sorted(path.parent.iterdir())
        if other.stem == path.stem and other != path
    }
    for other in beside.values():
        refuse_no_file(other)
    opened = {end: _opener(other) for end, other in {**beside, path.suffix.lower(): path}.items()}
    return LayerFile(path.name, _opener(path), opened, path)


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def refuse_no_file(path: Path) -> None:
    """Refuse a pipe, a socket or a device, at which reading may wait for ever.

    Parameters
    ----------
    path : pathlib.Path
        A folder, and what is not there, are left to others.

    Raises
    ------
    DataError
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise DataError(
            f"{path.name} is no file but a pipe, a socket or a device, which is not read: save "
            "what it holds as a file."
        )


@contextmanager
def in_words(name: str, what: str = "geographic file") -> Iterator[None]:
    """Raise whatever a library says of a file as one sentence.

    Parameters
    ----------
    name : str
        Of the file.
    what : str
        What it should be.

    Raises
    ------
    DataError
    """
    try:
        yield
    except (HotspotError, FileNotFoundError, PermissionError):
        raise
    # Libraries raise what they please for bad bytes: IndexError, SystemError, MemoryError.
    except Exception as error:
        raise DataError(f"{name} is no {what} that can be read: {said_of(error)}.") from None


def said_of(error: Exception) -> str:
    """Return what an error says, in one line that is short and clean."""
    if isinstance(error, UnicodeError):
        return "its texts are not in the encoding that it names"
    lines = [clean_text(line).strip() for line in str(error).splitlines()]
    words = next((line for line in lines if line), "") or type(error).__name__
    return (words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}...").rstrip(".")


def crs_of_definition(text: str, name: str) -> CRS | None:
    """Read the CRS that a file defines in full, as WKT or PROJJSON.

    Parameters
    ----------
    text : str
    name : str
        Of the file.

    Returns
    -------
    pyproj.CRS or None

    Raises
    ------
    DataError
        If it is none, or would have other files read.
    """
    # The grids of a national datum are named without a folder; any other is a file of somebody's.
    if "parameterfile" in text.lower() or "grids" in text.lower():
        raise DataError(
            f"The CRS of {name} names a file with a grid, which is not opened: give the code of "
            "that CRS, or save the layer in another one."
        )
    try:
        crs = CRS.from_user_input(text) if text.strip() else None
        if crs is not None and (crs.is_geographic or crs.is_projected):
            # A definition may be read, and yet lead nowhere.
            to_degrees(crs)
        return crs
    except (CRSError, ProjError, ValueError) as error:
        raise DataError(
            f"{name} names a CRS that is not known ({said_of(error)}): save it again with an EPSG "
            "code."
        ) from None


def bounds_of(
    name: str, extent: Extent | None, crs: CRS | None
) -> tuple[float, float, float, float] | None:
    """Return the bounds of an extent in the CRS of a layer, as far as it says which that is."""
    if extent is None:
        return None
    crs = crs or extent.of_files
    if crs is None:
        raise DataError(f"{name} does not say what its coordinates are in: give crs=.")
    try:
        return extent.bounds_in(crs)
    except ProjError:
        shown = clean_text(crs.name)[:60]
        raise DataError(f"{name} is in {shown}, which has no place on the globe.") from None


def features_chunk(
    frame: pd.DataFrame,
    shapes: NDArray[np.object_],
    damaged: Mapping[int, str],
    *,
    bounds: tuple[float, float, float, float] | None = None,
    others: list[tuple[int, str, str, str]] | None = None,
    warnings: tuple[str, ...] = (),
) -> Chunk:
    """Build a chunk of features; those that are damaged are no records, with the reason.

    Parameters
    ----------
    frame : DataFrame, n rows
        On an index of numbers.
    shapes : numpy.ndarray of shapely geometries, n
    damaged : mapping of int to str
        Places in `frame`, and the reasons.
    bounds : tuple of float, optional
        What lies elsewhere is left out.
    others : list of tuple, optional
        Further rows that are no records: row, column, value, reason.
    warnings : tuple of str

    Returns
    -------
    Chunk
    """
    rows = [(frame.index[at], "geometry", "", reason) for at, reason in damaged.items()]
    rows = sorted([*rows, *(others or [])], key=lambda row: row[0])
    kept = np.ones(len(frame), dtype=bool)
    kept[list(damaged)] = False
    if bounds is not None:
        kept &= shapely.intersects(shapes, shapely.box(*bounds))
    return Chunk(frame[kept], shapes[kept], not_records(rows), warnings=warnings)


def text_of_bytes(cell: bytes) -> str:
    """Return bytes as the text that they are, else as hexadecimal digits.

    Examples
    --------
    >>> text_of_bytes(b"A1"), text_of_bytes(bytes([255, 1]))
    ('A1', 'ff01')
    """
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return cell.hex()


def plain_columns(values: Mapping[str, list[object]], index: pd.Index) -> pd.DataFrame:
    """Build a frame of columns, numbers as numbers and what is mixed as it stands.

    Whole numbers with gaps stay whole: as floats, references would lose their digits.

    Examples
    --------
    >>> frame = plain_columns({"a": [1, None], "b": [1, 2]}, pd.RangeIndex(2))
    >>> frame["a"].tolist(), frame["b"].dtype.kind
    ([1, None], 'i')
    """
    series = {name: pd.Series(cells, index=index, dtype=object) for name, cells in values.items()}
    frame = pd.DataFrame(series, index=index, columns=pd.Index(list(values), dtype=object))
    whole = [name for name, column in series.items() if not column.isna().any()]
    for name in whole:
        kinds = set(map(type, values[name]))
        if len(kinds) == 1 and kinds <= {int, float, bool}:
            frame[name] = frame[name].infer_objects()
    return frame


class Features:
    """Features that are read whole, one after the other, and what stands where one should."""

    def __init__(self) -> None:
        #: What the features are called by, in the order of the file; a damaged one has columns too.
        self.columns: dict[str, None] = {}
        self._numbers: list[int] = []
        self._records: list[Mapping[str, Any]] = []
        self._shapes: list[shapely.Geometry | None] = []
        self._others: list[tuple[int, str, str, str]] = []
        self._closed: list[int] = []

    def add(
        self, number: int, record: Mapping[str, Any], shape: shapely.Geometry | None, closed: bool
    ) -> None:
        """Add a feature, and whether a ring of it was closed."""
        self.columns.update(dict.fromkeys(record))
        self._numbers.append(number)
        self._records.append(record)
        self._shapes.append(shape)
        if closed:
            self._closed.append(number)

    def refuse(self, number: int, text: str, reason: str) -> None:
        """Add what is no feature, and why."""
        self._others.append((number, "geometry", text, reason))

    def source(
        self, name: str, crs: CRS | None, request: Request, but: Collection[str] = ()
    ) -> Source:
        """Return the rows of a file of that name, without the columns of `but`."""
        shapes = np.empty(len(self._shapes), dtype=object)
        shapes[:] = self._shapes
        index = pd.Index(self._numbers, dtype="int64", name="row")
        warnings = (_closed_words(self._closed, name),) if self._closed else ()

        def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
            cells = {column: [record.get(column) for record in self._records] for column in wanted}
            bounds = bounds_of(name, request.extent, crs)
            frame = plain_columns(cells, index)
            yield features_chunk(
                frame, shapes, {}, bounds=bounds, others=self._others, warnings=warnings
            )

        own = tuple(column for column in self.columns if column not in but)
        return Source(name, own, open_chunks, True, crs, of_points=are_points(shapes))


def _closed_words(rows: Sequence[int], name: str) -> str:
    return (
        f"The outlines of {count(len(rows), 'row')} of {name} ended elsewhere than they began and "
        f"were closed ({name_rows(rows)})."
    )


def are_points(shapes: NDArray[np.object_]) -> bool:
    """Test whether there are shapes, and all of them are points or several."""
    kinds = shapely.get_type_id(shapes[~shapely.is_missing(shapes)])
    return len(kinds) > 0 and bool(np.isin(kinds, _POINTS).all())
