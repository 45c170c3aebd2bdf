"""Sources with types of their own, read without guesses: frames and geographic files.

A geographic file is read by its ending: the readers are listed in `_READERS`, and each refuses a
file that does not begin as its ending says. None fetches anything, opens a file that another one
names, or leaves one beside what it reads.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from hotspot._checks import index_problems, raise_problems
from hotspot._errors import DataError
from hotspot.reading.chunks import Chunk, Request, Source
from hotspot.reading.gdal_files import gdal_layers
from hotspot.reading.geojson import geojson_layers
from hotspot.reading.geopackages import geopackage_layers
from hotspot.reading.gpx import gpx_layers
from hotspot.reading.joined_sources import join_sources, tables_alike, which_read
from hotspot.reading.kml import kml_layers
from hotspot.reading.layer_files import LayerFile, Layers, Reader, file_of
from hotspot.reading.text_files import open_text_file

_EXTENSION = b"ARROW:extension:name"
_READERS: dict[str, Reader] = {
    ".gpkg": geopackage_layers,
    ".geojson": geojson_layers,
    ".json": geojson_layers,
    ".kml": kml_layers,
    ".kmz": kml_layers,
    ".gpx": gpx_layers,
    **dict.fromkeys((".shp", ".tab", ".mif", ".fgb", ".pbf", ".osm"), gdal_layers),
}


def open_frame(frame: pd.DataFrame, name: str = "the frame") -> Source:
    """Open a frame; its own index names the rows.

    Parameters
    ----------
    frame : pandas.DataFrame or geopandas.GeoDataFrame
        It is not changed.
    name : str
        What to call it in messages.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If the index is not unique, or two columns have one name.
    """
    raise_problems(index_problems(frame, name))
    geometry_name, crs = None, None
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        geometry_name, crs = frame.active_geometry_name, frame.crs
    labels = {str(label): label for label in frame.columns if label != geometry_name}
    if len(labels) < len(frame.columns) - (geometry_name is not None):
        raise DataError(f"Two columns of {name} have the same name.")

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        chosen = pd.DataFrame(frame)[[labels[name] for name in wanted]]
        chosen.columns = pd.Index(wanted, dtype=object)
        geometry = None if geometry_name is None else np.asarray(frame.geometry.array, dtype=object)
        yield Chunk(frame=chosen, geometry=geometry)

    return Source(name, tuple(labels), open_chunks, geometry_name is not None, crs)


@runtime_checkable
class ArrowTable(Protocol):
    """A table of polars, DuckDB, pyarrow or whatever else hands itself over through Arrow."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


def open_arrow(table: ArrowTable) -> Source:
    """Open a table that hands itself over through the Arrow interface.

    Parameters
    ----------
    table : object with ``__arrow_c_stream__``
        It is not changed. Its rows are named by their place, from 0, as those of a frame are.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it is no table.
    """
    kind = type(table)
    name = f"the {kind.__name__} of {kind.__module__.partition('.')[0].lstrip('_')}"
    try:
        read = pa.table(table)
        own = (field.metadata or {} for field in read.schema)
        with_geometry = any(b"geoarrow" in of.get(_EXTENSION, b"") for of in own) or any(
            "geoarrow" in getattr(field.type, "extension_name", "") for field in read.schema
        )
        frame = gpd.GeoDataFrame.from_arrow(read) if with_geometry else read.to_pandas()
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"{name[0].upper()}{name[1:]} cannot be read as a table: {error}. Give a pandas frame "
            "or write it to Parquet."
        ) from None
    return open_frame(frame, name)


def open_layer(path: Path, request: Request) -> Source:
    """Open a layer of a GeoPackage, GeoJSON, Shapefile, KML or other geographic file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request
        The layer, and the extent; by default the first layer with known names, with those of its
        layout where all hold points only: the areas of two layers would lie on one another.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened or has no such layer.
    """
    file = file_of(path)
    return open_layers(path.name, [(path.stem, layers_of(file, request))], request)


def open_geopackage(path: Path, request: Request) -> Source:
    """Open a layer of a GeoPackage, whatever its name ends with; see `open_layer`.

    Parameters
    ----------
    path : pathlib.Path
    request : Request

    Returns
    -------
    Source

    Raises
    ------
    DataError
    """
    layers = geopackage_layers(file_of(path), request)
    return open_layers(path.name, [(path.stem, layers)], request)


def open_tab(path: Path, request: Request) -> Source:
    """Open a table of MapInfo, or text parted by tabs that has the same ending.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    request : Request

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it cannot be opened.
    """
    with path.open("rb") as file:
        of_mapinfo = file.read(64).lstrip().lower().startswith(b"!table")
    return open_layer(path, request) if of_mapinfo else open_text_file(path, request)


def layers_of(file: LayerFile, request: Request) -> Layers:
    """Return the layers of a geographic file, by the reader for its ending.

    Parameters
    ----------
    file : LayerFile
    request : Request

    Returns
    -------
    Layers

    Raises
    ------
    DataError
        If it is not what its ending says.
    """
    return _READERS[file.ending](file, request)


def open_layers(name: str, files: Sequence[tuple[str, Layers]], request: Request) -> Source:
    """Open the layers of one file, or of the files in it where it is a zip.

    Parameters
    ----------
    name : str
        What to call it.
    files : sequence of str and Layers
        What tells the layers of a file from those of another, and its layers.
    request : Request

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If one cannot be opened, or there is no such layer.
    """
    found = [(stem, layer, opener) for stem, layers in files for layer, opener in layers.items()]
    turns = Counter(layer for _, layer, _ in found)
    labels = [layer if turns[layer] == 1 else f"{stem}/{layer}" for stem, layer, _ in found]
    tables = {
        label: opener()
        for label, (_, _, opener) in zip(labels, found, strict=True)
        if request.sheet in (None, label)
    }
    if not tables:
        listed = f"has no layer {request.sheet!r}; it has {', '.join(labels)}"
        raise DataError(f"{name} {listed if labels else 'holds no layer'}.")
    points = [label for label, source in tables.items() if source.of_points]
    alike = tables_alike(tables, request.known, points)
    opened = join_sources(f"{name}, {len(alike)} layers", alike, "layer")
    others = [label for label in labels if label not in alike]
    notes = which_read(name, "layer", list(alike), others)
    # In a zip file a layer is called by that, which is what the user gave.
    called = replace(opened, name=name) if len(alike) == 1 else opened
    return replace(called, notes=(*notes, *opened.notes), sheets=tuple(labels))
