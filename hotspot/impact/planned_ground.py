"""Ground as a plan fixes it: of each place its name, its size and a hash of its outline."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from hotspot.areas import read_areas, read_outline
from hotspot.english import some_of
from hotspot.impact.place_polygons import MATCHED_TO
from hotspot.reading.sources import Readable, open_source

# Outlines are compared to the centimetre: what a format adds in the last digits is no change.
_DIGITS = 2
_MOST_NAMED = 5


def read_ground(source: Readable, name: str | None = None, *, crs: Any = None) -> gpd.GeoDataFrame:
    """Read the places of an operation; those of a file without any column are numbered.

    Parameters
    ----------
    source : path or GeoDataFrame
    name : str, optional
        Column with their names, as of `read_areas`.
    crs : CRS, optional
        What the source is in, where it does not say so itself.

    Returns
    -------
    GeoDataFrame
        ``area`` and ``geometry``, in a CRS in metres.

    Raises
    ------
    DataError, ConfigError
        As `read_areas` does.
    """
    if isinstance(source, gpd.GeoDataFrame):
        return read_areas(source, name, crs=crs)
    opened = open_source(source)
    if name is None and opened.has_geometry and not opened.columns:
        shapes = read_outline(source, crs=crs)
        numbered = [f"Place {number}" for number in range(1, len(shapes) + 1)]
        return read_areas(
            gpd.GeoDataFrame({"area": numbered}, geometry=list(shapes), crs=shapes.crs)
        )
    areas = read_areas(source, name, crs=crs)
    if MATCHED_TO in opened.columns:
        # As `matched_controls` writes it: places are relabelled within their sets.
        sets = opened.read([MATCHED_TO]).frame[MATCHED_TO]
        if len(sets) == len(areas) and sets.notna().all():
            return areas.assign(**{MATCHED_TO: sets.astype(str).to_numpy()})
    return areas


@dataclass(frozen=True)
class PlannedPlace:
    """A place of a plan.

    Parameters
    ----------
    hectares : float
    sha256 : str
        Of its outline, in the CRS of its file, to the centimetre.
    """

    hectares: float
    sha256: str


@dataclass(frozen=True)
class PlannedGround:
    """The treated or the control ground of a plan.

    Parameters
    ----------
    crs : str
        In which its outlines are.
    places : mapping of str to PlannedPlace
    """

    crs: str
    places: Mapping[str, PlannedPlace]

    @classmethod
    def of(cls, ground: Readable) -> "PlannedGround":
        """Return what a plan keeps of polygons with names.

        Parameters
        ----------
        ground : path or GeoDataFrame
            As `read_areas` takes it.

        Returns
        -------
        PlannedGround
        """
        areas = read_ground(ground)
        places = {
            str(name): PlannedPlace(round(shape.area / 10_000, 4), outline_sha256(shape))
            for name, shape in zip(areas["area"], areas.geometry, strict=True)
        }
        return cls(_crs_name(areas), dict(sorted(places.items())))

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> "PlannedGround":
        """Return the ground of a table of a plan file."""
        places = {
            str(one["name"]): PlannedPlace(float(one["hectares"]), str(one["sha256"]))
            for one in table["places"]
        }
        return cls(str(table["crs"]), places)

    def table(self) -> dict[str, Any]:
        """Return it as a plan file holds it.

        Returns
        -------
        dict
        """
        places = [
            {"name": name, "hectares": one.hectares, "sha256": one.sha256}
            for name, one in sorted(self.places.items())
        ]
        return {"crs": self.crs, "places": places}

    def changes(self, now: "PlannedGround", what: str, since: str) -> list[str]:
        """Return how ground differs from that of the plan, in sentences.

        Parameters
        ----------
        now : PlannedGround
        what : str
            "treated" or "control".
        since : str
            "in the plan of 2025-02-10".

        Returns
        -------
        list of str
        """
        new = [name for name in now.places if name not in self.places]
        gone = [name for name in self.places if name not in now.places]
        told = []
        if new:
            told.append(f"{_named(new)} {_is(new)} {what} now and {_was(new)} not {since}.")
        if gone:
            told.append(f"{_named(gone)} {_was(gone)} {what} {since} and {_is(gone)} not now.")
        if self.crs != now.crs:
            return [
                *told,
                f"The {what} ground is in {now.crs} and was in {self.crs} {since}: outlines cannot "
                "be held against each other; use the file of the plan.",
            ]
        moved = [
            f"{name} ({one.hectares:,.4g} ha then, {now.places[name].hectares:,.4g} ha now)"
            for name, one in self.places.items()
            if name in now.places and one.sha256 != now.places[name].sha256
        ]
        if moved:
            outline = "outline" if len(moved) == 1 else "outlines"
            told.append(f"The {what} ground has another {outline} than {since}: {_named(moved)}.")
        return told


def outline_sha256(shape: shapely.Geometry) -> str:
    """Return the SHA-256 of an outline that no order of points and no file format changes.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
        In metres.

    Returns
    -------
    str

    Examples
    --------
    >>> one, other = shapely.box(0, 0, 9, 9), shapely.Polygon([(9, 9), (9, 0), (0, 0), (0, 9)])
    >>> outline_sha256(one) == outline_sha256(other)
    True
    """
    # Adding 0.0 turns -0.0 into 0.0, which would be other bytes.
    rounded = shapely.transform(shape, lambda points: np.round(points, _DIGITS) + 0.0)
    whole = shapely.normalize(shapely.multipolygons(shapely.get_parts(rounded)))
    outline = bytes(shapely.to_wkb(whole, byte_order=1, output_dimension=2))
    return hashlib.sha256(outline).hexdigest()


def _crs_name(areas: gpd.GeoDataFrame) -> str:
    code = areas.crs.to_epsg()
    return str(areas.crs.to_string()) if code is None else f"EPSG:{code}"


def _named(names: list[str]) -> str:
    return some_of(names, most=_MOST_NAMED)


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _was(names: list[str]) -> str:
    return "was" if len(names) == 1 else "were"
