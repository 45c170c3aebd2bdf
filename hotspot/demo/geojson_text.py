"""Shapes as the text of a GeoJSON file, a feature a line."""

import json
from collections.abc import Iterable

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry


def geojson(name: str, features: Iterable[tuple[dict[str, str], BaseGeometry]]) -> str:
    """Write features one a line, with the older ``crs`` member that GDAL reads."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": row, "geometry": mapping(shape)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row, shape in features
    ]
    crs = '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}}'
    head = f'{{"type":"FeatureCollection","name":"{name}","crs":{crs},"features":[\n'
    return head + ",\n".join(lines) + "\n]}\n"
