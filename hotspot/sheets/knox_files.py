"""What a Knox test leaves behind: its table, its words and its picture."""

import json
import os
from pathlib import Path

from hotspot import __version__
from hotspot.knox import KnoxTest
from hotspot.output.files import replacing_file


def write_knox(test: KnoxTest, folder: str | os.PathLike[str]) -> list[Path]:
    """Write a Knox test as CSV, JSON and PNG.

    Parameters
    ----------
    test : KnoxTest
        As `hotspot.knox_test` gives it.
    folder : path
        Where to write; it is made where it is missing, and files of the same names are replaced.

    Returns
    -------
    list of Path
        ``knox.csv`` (a row per cell), ``knox.json`` (the same with the words and the settings, no
        place and no reference) and ``knox.png``.

    Raises
    ------
    OutputError
        If a file cannot be written; each is there whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd, pandas as pd, hotspot as hs
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-02"])
    >>> frame = pd.DataFrame({"crime_ref": ["A", "B"], "occurred_from": days, "occurred_to": days})
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([0, 9], [0, 0]), crs=27700)
    >>> files = write_knox(hs.knox_test(incidents, permutations=0), tempfile.mkdtemp())
    >>> [file.name for file in files]
    ['knox.csv', 'knox.json', 'knox.png']
    """
    place = Path(folder)
    files = [place / "knox.csv", place / "knox.json", place / "knox.png"]
    with replacing_file(files[0]) as temporary:
        test.table.to_csv(temporary, index=False, lineterminator="\n")
    with replacing_file(files[1]) as temporary:
        temporary.write_text(json.dumps(knox_record(test), indent=2) + "\n", encoding="utf-8")
    with replacing_file(files[2]) as temporary:
        test.plot().savefig(temporary, dpi=150)
    return files


def knox_record(test: KnoxTest) -> dict[str, object]:
    """Put a Knox test into what JSON can hold, so that it can be run again alike."""
    return {
        "product": "hotspot knox",
        "version": __version__,
        "events": test.events,
        "followers": test.followers,
        "permutations": test.permutations,
        "seed": test.seed,
        "metric": test.metric,
        "date": test.date,
        "changed_by_date": test.changed_by_date,
        "summary": test.summary().splitlines(),
        "cells": json.loads(test.table.to_json(orient="records", double_precision=12)),
    }
