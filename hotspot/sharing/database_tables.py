"""Frames written to a database by its URL: PostGIS, GeoPackage and SQLite."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from hotspot._checks import raise_problems
from hotspot._errors import ConfigError, quoted
from hotspot.english import count
from hotspot.output.text import clean_text
from hotspot.reading.databases import file_of_url, geopackage_of_url, shown_url, url_and_table
from hotspot.sharing.layer_tables import layer_table, name_problem

if TYPE_CHECKING:
    import sqlalchemy as sa

# What a GeoPackage and SQLite keep for themselves.
_OF_THE_SYSTEM = ("gpkg_", "rtree_", "sqlite_")
_SCHEME_WORDS = (
    "write postgresql://user@host/name?table=schema.table, sqlite:///file.gpkg?table=layer or the "
    "path of a .gpkg"
)


class WrittenTable(NamedTuple):
    """A table that was written.

    Parameters
    ----------
    database : str
        Its URL without a password, or its file.
    table : str
        With its schema where one was named.
    rows : int
    """

    database: str
    table: str
    rows: int

    def __str__(self) -> str:
        return f"{count(self.rows, 'row')} in the table {self.table} of {self.database}"


def write_layer(
    frame: pd.DataFrame,
    place: str | os.PathLike[str],
    layer: str | None = None,
    marking: str | None = None,
    *,
    replace: bool = False,
) -> WrittenTable:
    """Write a frame to a table of PostGIS, or to a layer of a GeoPackage, in one transaction.

    Parameters
    ----------
    frame : GeoDataFrame or DataFrame
        Crimes, targets, hotspots, a series, a share: any frame of text, numbers, truth and times.
        Its index is left out; rows are numbered from 1 in the column ``fid``.
    place : path or str
        A GeoPackage (a path that ends in .gpkg, or ``sqlite:///file.gpkg``), PostgreSQL
        (``postgresql://user@host/name``), or, for a frame without shapes, any file of SQLite
        (``sqlite:///file.db``). ``?table=`` names the table, with its schema or not.
    layer : str, optional
        The table, where the URL names none, such as ``"crime.burglaries"``.
    marking : str, optional
        Protective marking: kept in the comment of the table, or the description of the layer.
    replace : bool
        Whether a table of that name is replaced. A view never is, nor a table of a visit ledger.

    Returns
    -------
    WrittenTable

    Raises
    ------
    ConfigError
        If the place is none of these, or names no table.
    DataError
        If the frame holds what a database cannot, or its shapes have no CRS.
    OutputError
        If a table is there already, or the database refuses. Nothing is written then, and what
        stood there stands there as it was.

    Notes
    -----
    The geometry column has the SRID of the frame's CRS, an index, and the one kind of the shapes:
    where single and multiple ones are mixed all become multiple, other mixtures are "Geometry". In
    PostGIS it bears its name in the frame, in a GeoPackage ``geom``. An empty text stays one.

    A password in a URL is seen by whoever lists the processes of the machine: name the user alone
    and keep the password where libpq looks for it (``~/.pgpass``, ``PGPASSWORD``). It is in no
    message and no file.

    References
    ----------
    Open Geospatial Consortium (2021). GeoPackage encoding standard, version 1.3. OGC 12-128r17.

    Examples
    --------
    >>> import tempfile
    >>> from hotspot.demo import true_incidents
    >>> place = Path(tempfile.mkdtemp()) / "crimes.gpkg"
    >>> print(str(write_layer(true_incidents().iloc[:3], place, "crimes")).partition(" of ")[0])
    3 rows in the table crimes
    """
    (written,) = write_layers({layer: frame}, place, marking, replace=replace)
    return written


def write_layers(
    frames: Mapping[str, pd.DataFrame] | Mapping[str | None, pd.DataFrame],
    place: str | os.PathLike[str],
    marking: str | None = None,
    *,
    replace: bool = False,
) -> list[WrittenTable]:
    """Write several frames to one database, all or none; see `write_layer`.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        By the names of their tables. The only one takes that of the URL, where that names one.
    place : path or str
    marking : str, optional
    replace : bool

    Returns
    -------
    list of WrittenTable

    Raises
    ------
    ConfigError, DataError, OutputError
        As of `write_layer`.
    """
    path, url, named = _place(place)
    if named is not None and len(frames) > 1:
        raise ConfigError(
            f"The URL names one table, and there are {len(frames)} frames: leave ?table= out."
        )
    pairs = [(named or name, frame) for name, frame in frames.items()]
    names = [name for name, _ in pairs if name is not None]
    if len(names) < len(pairs):
        raise ConfigError("Name the table: ?table=burglaries in the URL, or layer='burglaries'.")
    raise_problems(arguments=_table_problems(names, in_file=path is not None))
    tables = [layer_table(name, frame, marking) for name, frame in zip(
        names, frames.values(), strict=True)]  # fmt: skip
    if path is not None:
        from hotspot.sharing.geopackage_tables import write_geopackage_tables

        write_geopackage_tables(path, tables, replace=replace)
        database, called = str(path), names
    else:
        from hotspot.sharing.server_tables import write_server_tables

        if url.get_backend_name() == "sqlite" and any(one.place is not None for one in tables):
            raise ConfigError(
                f"{shown_url(url)} is plain SQLite, which holds no shapes: write to a GeoPackage, "
                "which is SQLite too (its name ends in .gpkg)."
            )
        called = write_server_tables(url, tables, replace=replace)
        database = shown_url(url)
    rows = [len(one.data) for one in tables]
    return [WrittenTable(database, *one) for one in zip(called, rows, strict=True)]


def _place(place: str | os.PathLike[str]) -> "tuple[Path | None, sa.URL, str | None]":
    """Return the GeoPackage that is written to, or None; the URL; and the table that it names."""
    import sqlalchemy as sa

    text = os.fspath(place)
    if "://" not in text:
        if Path(text).suffix.lower() != ".gpkg":
            raise ConfigError(f"{clean_text(text)} is no place for a table: {_SCHEME_WORDS}.")
        return Path(text), sa.URL.create("sqlite", database=text), None
    try:
        url, named = url_and_table(text)
    except (sa.exc.ArgumentError, ValueError):
        # The text itself is not told: it may hold a password.
        raise ConfigError(f"The database's URL cannot be read: {_SCHEME_WORDS}.") from None
    backend = url.get_backend_name()
    if backend not in ("postgresql", "sqlite"):
        raise ConfigError(
            "Tables are written to PostgreSQL (PostGIS) and SQLite (GeoPackage), not to "
            f"{backend}: that a table comes whole or not at all was never tried there. Reading "
            "works."
        )
    if backend == "postgresql":
        return None, url, named
    path = file_of_url(text)
    if path is None:
        raise ConfigError("The URL of SQLite names no file: write sqlite:///file.gpkg.")
    package = path.suffix.lower() == ".gpkg" or geopackage_of_url(text) is not None
    return (path if package else None), url, named


def _table_problems(names: list[str], *, in_file: bool) -> list[str]:
    problems = []
    for name in names:
        parts = [name] if in_file else name.split(".", 1)
        problems += [problem for part in parts if (problem := name_problem(part))]
        if parts[-1].lower().startswith(_OF_THE_SYSTEM):
            problems.append(f"{quoted(name)} is a name that the database keeps for itself.")
    if len({name.casefold() for name in names}) < len(names):
        problems.append("Two tables have the same name.")
    return problems
