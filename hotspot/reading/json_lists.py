"""JSON files: a layer of GeoJSON, or a list of objects, such as the file of the phone sheet."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from hotspot._errors import DataError
from hotspot.reading.chunks import Chunk, Request, Source, not_records
from hotspot.reading.geojson import (
    features_source,
    is_layer,
    parsed_json,
    plain_value,
    text_of_json,
)
from hotspot.reading.layer_files import file_of
from hotspot.reading.layers import open_layers


def open_json(path: Path, request: Request) -> Source:
    """Open a JSON file.

    Parameters
    ----------
    path : pathlib.Path
        The file. A list of objects may stand in an object, beside other values.
    request : Request
        The layer and the extent of GeoJSON.

    Returns
    -------
    Source

    Raises
    ------
    DataError
        If it is no JSON file, or holds no layer and no list.
    """
    file = file_of(path)
    content = parsed_json(text_of_json(file.content(), path.name), path.name, "JSON file")
    if is_layer(content):
        layer = {path.stem: lambda: features_source(content, path.name, request)}
        return open_layers(path.name, [(path.stem, layer)], request)
    rows = _list_of(content, path.name)
    request.refuse_sheet(path)
    columns = tuple(dict.fromkeys(str(key) for row in rows if isinstance(row, dict) for key in row))

    def open_chunks(wanted: list[str]) -> Iterator[Chunk]:
        records = {number: row for number, row in enumerate(rows, 1) if isinstance(row, dict)}
        index = pd.Index(list(records), name="row")
        data = [[plain_value(row.get(name)) for name in wanted] for row in records.values()]
        others = [
            (number, "", str(row)[:60], "not a record: no object")
            for number, row in enumerate(rows, 1)
            if not isinstance(row, dict)
        ]
        frame = pd.DataFrame(data, index=index, columns=wanted, dtype=object)
        yield Chunk(frame=frame, not_records=not_records(others))

    return Source(path.name, columns, open_chunks)


def _list_of(content: Any, name: str) -> list[Any]:
    """Return the list that a file is, or the only one in the object that it is."""
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        content = lists[0] if len(lists) == 1 else None
    if not isinstance(content, list):
        raise DataError(f"{name} holds no layer of a map, and no list of records.")
    return content
