"""OpenStreetMap's tags of cameras, where GDAL keeps them together in one cell."""

import re
from typing import Any

import pandas as pd

from hotspot.reading.cells import to_text

#: What is taken from the tags, by the heading that other exports of OpenStreetMap have for it.
TAGS = ("man_made", "surveillance:type", "camera:type", "camera:direction", "ref")
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
#: What `surveillance:type` says of those that record: not a guard.
RECORDS = frozenset({"camera", "alpr", "anpr", "webcam"})


def tags_of(cell: Any) -> dict[str, str]:
    """Return the tags that are wanted of a cell such as ``"camera:type"=>"dome","level"=>"1"``.

    Who operates a camera, and what else is tagged, is passed over.

    Examples
    --------
    >>> tags_of('"operator"=>"J. Doe","camera:type"=>"dome"')
    {'camera:type': 'dome'}
    """
    if not isinstance(cell, str):
        return {}
    pairs = ((_unescaped(name), _unescaped(value)) for name, value in _PAIR.findall(cell))
    return {name: value for name, value in pairs if name in TAGS}


def tag_columns(cells: pd.Series) -> pd.DataFrame:
    """Return a column for each tag that is wanted, on the index of the cells."""
    read = [tags_of(cell) for cell in to_text(cells)]
    columns = {name: [tags.get(name) for tags in read] for name in TAGS}
    return pd.DataFrame(columns, index=cells.index, dtype=object)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
