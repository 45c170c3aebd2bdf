"""Density from a set of incidents to the files that a GIS and a browser open."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import xarray as xr

from hotspot import __version__
from hotspot.density import DEFAULT_BANDWIDTH_M, hotspots, kernel_density
from hotspot.english import count
from hotspot.grid import Grid
from hotspot.maps import briefing_map, save_map
from hotspot.output.gis_files import write_hotspots, write_surface

_CELLS_PER_BANDWIDTH = 8


@dataclass(frozen=True)
class DensityFiles:
    """What was written, and from what."""

    files: tuple[Path, ...]
    surface: xr.DataArray
    hotspots: gpd.GeoDataFrame

    @property
    def record(self) -> dict[str, Any]:
        """The settings and what came out, as JSON can hold them."""
        return {
            "product": "hotspot density",
            "version": __version__,
            **{name: _plain(value) for name, value in self.surface.attrs.items()},
            "hotspots": self.hotspots.drop(columns="geometry").to_dict("records"),
        }

    def summary(self) -> str:
        """Say what was mapped and how far to trust it."""
        told, spots = self.surface.attrs, self.hotspots
        lines = [
            f"{count(told['incidents'], 'incident')} from {told['period_first']} to "
            f"{told['period_last']}; {told['kernel']} kernel, {told['bandwidth_m']:g} m "
            f"({told['bandwidth_from']}). Highest: {float(self.surface.max()):,.1f} "
            f"{told['units']}.",
        ]
        if len(spots):
            lines.append(
                f"{count(len(spots), 'hotspot')}: {spots['crime_share'].sum():.1%} of the "
                f"incidents in {spots['area_share'].sum():.1%} of the area. The share is of the "
                "incidents that were mapped: it tells what was, and is no forecast."
            )
        return "\n".join(lines)


def write_density(
    incidents: gpd.GeoDataFrame,
    folder: str | os.PathLike[str],
    *,
    bandwidth_m: float | None = None,
    cell_size_m: float | None = None,
    kernel: str = "quartic",
    area_share: float = 0.01,
    within: gpd.GeoDataFrame | gpd.GeoSeries | None = None,
    marking: str | None = None,
) -> DensityFiles:
    """Map where incidents stay and write it for a GIS and a browser.

    Parameters
    ----------
    incidents : GeoDataFrame
        As `read_incidents` gives them.
    folder : path
        Where to write; files of the same names are replaced.
    bandwidth_m, kernel, within
        As of `kernel_density`.
    cell_size_m : float, optional
        Side of a cell in metres. Default: an eighth of the bandwidth.
    area_share : float
        As of `hotspots`.
    marking : str, optional
        Protective marking that every file carries.

    Returns
    -------
    DensityFiles
        ``density.tif``, ``hotspots.gpkg`` and ``map.html``, each there whole or not at all.

    Raises
    ------
    DataError, ConfigError, OutputError
        As `kernel_density`, `hotspots` and `save_map` do.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-02"])
    >>> frame = pd.DataFrame({"crime_ref": ["A", "B"], "occurred_from": days, "occurred_to": days})
    >>> points = gpd.points_from_xy([640000, 640090], [370000, 370000])
    >>> incidents = gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:27700")
    >>> [file.name for file in write_density(incidents, tempfile.mkdtemp()).files]
    ['density.tif', 'hotspots.gpkg', 'map.html']
    """
    bandwidth = DEFAULT_BANDWIDTH_M if bandwidth_m is None else bandwidth_m
    cell = bandwidth / _CELLS_PER_BANDWIDTH if cell_size_m is None else cell_size_m
    if within is None:
        grid = Grid.over(incidents, cell, margin_m=bandwidth)
    else:
        grid = Grid.over(within, cell)
    surface = kernel_density(incidents, grid, bandwidth_m, kernel, within=within)
    spots = hotspots(surface, incidents, area_share=area_share)
    place = Path(folder)
    files = (place / "density.tif", place / "hotspots.gpkg", place / "map.html")
    write_surface(surface, files[0], marking)
    write_hotspots(spots, files[1], marking=marking)
    drawn = briefing_map(
        # No points: a surface can be shown to more people than the places behind it.
        incidents.iloc[:0],
        surface=surface,
        hotspots=spots,
        title="Burglary density",
        cutoff=surface.attrs["period_last"],
        marking=marking,
        notes=(
            "It shows where recorded incidents were: places, not people.",
            "It is no forecast, and no ground for a stop, a search or an arrest.",
        ),
    )
    save_map(drawn, files[2])
    return DensityFiles(files, surface, spots)


def _plain(value: Any) -> Any:
    """Turn numbers of numpy into Python's."""
    return value.item() if hasattr(value, "item") else value
