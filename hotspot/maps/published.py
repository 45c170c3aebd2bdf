"""The record of the public maps that were published, and the check of each new one against it."""

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import shapely

from hotspot._errors import ConfigError, DataError
from hotspot.maps.saving import page_text
from hotspot.maps.subtraction import Told, ordered, overlapping, revealed
from hotspot.output.files import locked, replacing_file

#: The record beside a public map, where none is named.
RECORD_FILE = "published.json"
WARNING = (
    "Maps whose periods or places overlap can be subtracted from each other: a year and its "
    "quarters give hidden counts away. Publish beside this one only other whole periods, of the "
    "same places."
)
_KIND = "public maps published with hotspot"
_VERSION = 1


@dataclass(frozen=True)
class Publication:
    """A public map as the record needs it.

    Parameters
    ----------
    told : Told
        What its page tells.
    homes : GeoSeries of points or None
        Each home: by these pieces of places are judged. They are in no record.
    """

    told: Told
    homes: gpd.GeoSeries | None

    def check(self, path: Path, record: Path) -> str:
        """Return the record with this map in it; raise where the map reveals too much.

        Parameters
        ----------
        path, record : Path
            As of `publish_map`.

        Returns
        -------
        str
            JSON.
        """
        new = _named(self.told, path.name)
        published = _read(record, self.told.places.crs)
        _refuse(new, published, self.homes, record)
        return json.dumps(_as_json([*published, new]), indent=1, ensure_ascii=False)

    def write(self, page: str, path: Path, record: Path | None = None) -> None:
        """Write the page of the map and record what it tells; raise where that reveals too much.

        Parameters
        ----------
        page : str
        path, record : Path
            As of `publish_map`.
        """
        record = _record_beside(path) if record is None else record
        # Of two runs at once the second is checked against what the first published.
        with locked(record):
            text = self.check(path, record)
            with replacing_file(path) as page_beside:
                page_beside.write_bytes(page.encode("utf-8"))
                # The record has no moment without a file, in which another run would take it for
                # empty, and comes first: of a run that is killed between the two it holds back
                # more, never less.
                with replacing_file(record) as record_beside:
                    record_beside.write_text(text + "\n", encoding="utf-8", newline="\n")


def publish_map(
    m: folium.Map,
    path: str | os.PathLike[str],
    record: str | os.PathLike[str] | None = None,
    *,
    dry_run: bool = False,
) -> Path:
    """Save a public map and record what it tells, unless it would give away what is hidden.

    Parameters
    ----------
    m : folium.Map
        Of `public_map`.
    path : path
        Where the HTML file belongs; see `save_map`.
    record : path, optional
        The record of what was published: periods, outlines of places, and what the pages tell of
        each, nothing else. Default: ``published.json`` in the folder of `path`. It is made where
        it is missing. Keep one for all maps of a force, wherever they are published.
    dry_run : bool
        Check the map against the record, and write neither.

    Returns
    -------
    Path
        Of the map. Map and record are written together or not at all.

    Raises
    ------
    DataError
        If a reader of this map and of those in the record could work out what no page may tell;
        or if the record cannot be read.
    ConfigError
        If `m` is no map of `public_map`.

    Notes
    -----
    All maps whose periods overlap are looked at together, with every sum and difference that a
    reader can make of them: a year and its quarters, areas and the smaller ones in them, borders
    that moved. Nothing is used but what the pages tell [1]_. The same map can be made again.

    Not covered is what others publish of the same burglaries, such as police.uk or a force's
    answers to requests, and what was published before the record was begun or is in another. Exact
    totals of maps that overlap are taken to be known only as the pages round them. Of a burglary
    that was recorded late, withdrawn or put on the stop list, a map made again tells by its
    difference; it is refused where a place contradicts what was published, and may otherwise
    change by that one.

    References
    ----------
    .. [1] Dobra, A. and Fienberg, S. E. (2000). Bounds for cell entries in contingency tables given
       marginal totals and decomposable graphs. *PNAS* 97(22), 11885-11892.

    Examples
    --------
    >>> publish_map(folium.Map(tiles=None), "public.html")
    Traceback (most recent call last):
    ...
    hotspot._errors.ConfigError: m must be a map of public_map, not Map.
    """
    made = getattr(m, "publication", None)
    if not isinstance(made, Publication):
        raise ConfigError(f"m must be a map of public_map, not {type(m).__name__}.")
    path = Path(path)
    record = _record_beside(path) if record is None else Path(record)
    if dry_run:
        made.check(path, record)
    else:
        made.write(page_text(m), path, record)
    return path


def _record_beside(path: Path) -> Path:
    return path.parent / RECORD_FILE


def _refuse(
    new: Told, published: Sequence[Told], homes: gpd.GeoSeries | None, record: Path
) -> None:
    """Refuse a map that tells too much beside others, with what to do instead."""
    problems = revealed(new, published, homes)
    if not problems:
        return
    others = [f"{one.file} ({one.period})" for one in overlapping(new, published)]
    raise DataError(
        [
            f"This map ({new.period}) cannot be published beside {', '.join(others)}: what is "
            "hidden could be worked out by subtraction.",
            *(f"It would tell of {problem}." for problem in problems),
            "Publish the same period with the same places again, or wait for a whole later period "
            f"with the same places. If one of them was never published, take it out of {record}.",
        ]
    )


def _named(told: Told, file: str) -> Told:
    values = {**vars(told), "file": file, "places": ordered(told.places)}
    return Told(**values)


def _as_json(maps: Sequence[Told]) -> dict[str, Any]:
    """Return the record: outlines once, however many maps are of them, and no map twice."""
    outlines: dict[str, Any] = {}
    listed: list[dict[str, Any]] = []
    for one in maps:
        places = [
            {"name": str(name), "outline": json.loads(shapely.to_geojson(shape))}
            for name, shape in zip(one.places["name"], one.places.geometry, strict=True)
        ]
        key = hashlib.sha256(json.dumps(places).encode()).hexdigest()[:16]
        outlines[key] = places
        entry = {
            "file": one.file,
            "from": f"{one.start:%Y-%m-%d}",
            "to": f"{one.end - pd.Timedelta(days=1):%Y-%m-%d}",
            "places": key,
            "minimum": one.minimum,
            "smallest": one.smallest,
            "total_at_most": one.total_most,
            "told": [
                None if math.isinf(most) else [int(least), int(most)]
                for least, most in zip(one.places["least"], one.places["most"], strict=True)
            ],
            "homes": [int(homes) for homes in one.places["homes"]],
        }
        if entry not in listed:
            listed.append(entry)
    # All outlines are in one CRS: that of the newest map.
    crs = maps[-1].places.crs
    return {
        "record": _KIND,
        "version": _VERSION,
        "crs": None if crs is None else crs.to_string(),
        "places": outlines,
        "maps": listed,
    }


def _read(record: Path, crs: Any) -> list[Told]:
    """Return the maps of a record, in the CRS of the new one."""
    if not record.exists():
        return []
    wrong = (
        f"{record} is no record of published maps that can be read. What was published is not "
        "known without it: give the right one, or move this one away if nothing was published."
    )
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        if content["record"] != _KIND:
            raise DataError(wrong)
        if content["version"] != _VERSION:
            raise DataError(f"{record} was written by a newer version of hotspot: update this one.")
        return [_told(one, content, crs) for one in content["maps"]]
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(wrong) from None


def _told(one: Mapping[str, Any], content: Mapping[str, Any], crs: Any) -> Told:
    listed = content["places"][one["places"]]
    shapes = shapely.from_geojson([json.dumps(place["outline"]) for place in listed])
    limits = [(0, math.inf) if limit is None else limit for limit in one["told"]]
    places = gpd.GeoDataFrame(
        {
            "name": [place["name"] for place in listed],
            "homes": one["homes"],
            "least": [float(least) for least, _ in limits],
            "most": [float(most) for _, most in limits],
        },
        geometry=shapes,
        crs=content["crs"],
    )
    if places.crs is not None and crs is not None and places.crs != crs:
        places = places.to_crs(crs)
    return Told(
        file=str(one["file"]),
        start=pd.Timestamp(one["from"]),
        end=pd.Timestamp(one["to"]) + pd.Timedelta(days=1),
        places=ordered(places),
        total_most=int(one["total_at_most"]),
        minimum=int(one["minimum"]),
        smallest=int(one["smallest"]),
    )
