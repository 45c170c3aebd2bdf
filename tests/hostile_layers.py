"""Geographic files that are not what they say, or damaged: made on the spot, for tests."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

LAYERS = (".geojson", ".json", ".gpkg", ".shp", ".kml", ".kmz", ".tab", ".mif", ".fgb", ".pbf",
          ".osm", ".parquet", ".zip")  # fmt: skip
IN_ZIPS = (".geojson", ".json", ".gpkg", ".shp", ".kml", ".tab", ".mif", ".fgb")


def square(west: float = -1.1) -> dict[str, Any]:
    ring = [[west, 52.9], [west + 0.01, 52.9], [west + 0.01, 52.91], [west, 52.91], [west, 52.9]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: Any = None, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties or {"beat": "A"},
        "geometry": square() if geometry is None else geometry,
    }


def collection(*features: Any, **members: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **members})


def foreign(address: str) -> dict[str, bytes]:
    """Return what other drivers of GDAL take for their own, each with an address to fetch."""
    vrt = f"<SrcDataSource>/vsicurl/{address}/x.geojson</SrcDataSource>"
    schema = f'xsi:schemaLocation="x {address}/s.xsd"'
    spaces = (
        'xmlns:gml="http://www.opengis.net/gml" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    point = "<gml:Point><gml:coordinates>1,2</gml:coordinates></gml:Point>"
    command = f"gdal vector pipeline ! read /vsicurl/{address}/x.geojson ! write"
    texts = {
        "vrt": f'<OGRVRTDataSource><OGRVRTLayer name="a">{vrt}</OGRVRTLayer></OGRVRTDataSource>',
        "wfs": f"<OGRWFSDataSource><URL>{address}/wfs</URL></OGRWFSDataSource>",
        "gdalg": json.dumps({"type": "gdal_streamed_alg", "command_line": command}),
        "gml": f'<?xml version="1.0"?><gml:FeatureCollection {spaces} {schema}><gml:featureMember>'
        f"<a>{point}</a></gml:featureMember></gml:FeatureCollection>",
        "oapif": f"OAPIF:{address}/o",
        "address": address,
    }
    return {name: text.encode() for name, text in texts.items()}


def zipped(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def beats() -> gpd.GeoDataFrame:
    boxes = [shapely.box(x, 340_000, x + 100, 340_100) for x in range(451_000, 451_400, 100)]
    return gpd.GeoDataFrame({"beat": list("abcd")}, geometry=boxes, crs=27700)


def geopackage(path: Path, *statements: tuple[str, tuple[Any, ...]] | str) -> Path:
    """Write beats, and change the database by SQL without its own triggers."""
    beats().to_file(path, layer="g")
    connection = sqlite3.connect(path)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    for statement in statements:
        text, values = (statement, ()) if isinstance(statement, str) else statement
        connection.execute(text, values)
    connection.commit()
    connection.close()
    return path


def flipped(content: bytes, seed: int, number: int = 20, start: int = 100) -> bytes:
    """Return content with some bytes changed after its header."""
    draws = np.random.default_rng(seed)
    flipped = np.frombuffer(content, dtype=np.uint8).copy()
    at = draws.integers(min(start, len(flipped) - 1), len(flipped), number)
    flipped[at] = draws.integers(0, 256, number)
    return flipped.tobytes()
