"""Surfaces on a map: density as smooth contours, a forecast as the cells that stand highest."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xarray as xr
from contourpy import FillType, contour_generator
from scipy import ndimage

from hotspot.english import percent
from hotspot.geo import cells_in_share
from hotspot.maps.colours import DENSITY, FORECAST, NO_SIGN
from hotspot.maps.elements import Drawing, LegendEntry
from hotspot.maps.features import Field, as_text, drawing_of, point_labels
from hotspot.maps.scene import Scene

# The darkest colour begins here, as a share of the highest value.
_LAST_STEP = 0.6
# Cells are drawn as curves: finer steps between them take the corners off.
_MOST_FINE_CELLS = 1_500_000
_MOST_LABELS = 60
# Those that a backtest scores by default, so that the map shows what was scored.
_FORECAST_SHARES = (0.01, 0.05)

Values = npt.NDArray[np.float64]


def draw_density(surface: xr.DataArray, _: Scene | None = None) -> Drawing:
    """Draw a density as filled contours, nothing below the first.

    Parameters
    ----------
    surface : DataArray, dims ("y", "x")
        As `hotspot.kernel_density` returns it: evenly spaced cell centres, ``attrs["crs"]``, and
        ``attrs["units"]`` for the legend. NaN outside the study area.

    Returns
    -------
    Drawing
        A row per band of density.
    """
    highest = float(np.nanmax(surface.to_numpy(), initial=0.0))
    steps = step_values(highest)
    bands = contour_bands(surface, [*steps, math.inf])
    edges = [f"{low:.3g} to {high:.3g}" for low, high in pairwise([*steps, highest])]
    bands = bands.assign(values=edges, text=[f"{step:.3g}" for step in steps])
    bands = bands[~bands.geometry.is_empty]
    smoothing = _smoothing(surface)
    return drawing_of(
        bands.assign(km2=bands.area / 1e6),
        DENSITY,
        bands.index,
        [f"Burglary density: {text}" for text in bands["values"]],
        _fields(smoothing[0] if surface.attrs.get("units") else "value"),
        labels=_level_labels(bands),
        label_options={"className": "hotspot-level", "minZoom": 12},
        legend=[
            *((NO_SIGN, line) for line in smoothing),
            *zip(reversed(DENSITY[: len(edges)]), reversed(edges), strict=True),
        ],
    )


def draw_forecast(forecast: xr.DataArray, _: Scene | None = None) -> Drawing:
    """Draw where the most burglaries are expected: the highest 1 % and 5 % of the ground.

    Parameters
    ----------
    forecast : DataArray, dims ("y", "x")
        Expected counts in cells, as the models of `hotspot.forecast` predict them.

    Returns
    -------
    Drawing
        A row per share of the ground.
    """
    values = forecast.to_numpy().astype(float)
    order = np.argsort(-values, axis=None, kind="stable")[: int(np.isfinite(values).sum())]
    total = float(np.nansum(values))
    ends = [cells_in_share(share, len(order)) for share in _FORECAST_SHARES]
    rows = []
    for first, last, share in zip([0, *ends], ends, _FORECAST_SHARES, strict=False):
        chosen = order[first:last]
        chosen = chosen[values.flat[chosen] > 0]
        if len(chosen):
            which = "Next, to" if first else "Highest"
            rows.append((f"{which} {percent(share)} of the ground", chosen))
    expected = [float(values.flat[chosen].sum()) for _, chosen in rows]
    sums = [f"{value:.2g} of {total:.3g} ({percent(value / total)})" for value in expected]
    ground = [_ground(forecast, chosen) for _, chosen in rows]
    shapes = gpd.GeoDataFrame({"values": sums}, geometry=ground, crs=forecast.attrs["crs"])
    days = forecast.attrs.get("days")
    period = f"expected burglaries, next {days} days" if days else "expected burglaries"
    legend: list[LegendEntry] = [(NO_SIGN, period)] if rows else []
    legend += [
        (style, f"{name}: {text}")
        for style, (name, _), text in zip(FORECAST, rows, sums, strict=False)
    ]
    return drawing_of(
        shapes.assign(km2=shapes.area / 1e6),
        FORECAST,
        range(len(rows)),
        [f"Forecast: {name[:1].lower()}{name[1:]}" for name, _ in rows],
        _fields(period),
        legend=legend,
    )


def step_values(highest: float) -> list[float]:
    """Choose round values at which the colour changes, each twice the one before.

    Crime is so uneven that even steps would leave all but a few places blank.

    Examples
    --------
    >>> step_values(96.2), step_values(343)
    ([5.0, 10.0, 20.0, 40.0], [25.0, 50.0, 100.0, 200.0])
    """
    # Of 1, 2, 4 and 8 every half is a round number again, down to the palest step.
    if not (math.isfinite(highest) and highest > 0):
        return []
    most = _LAST_STEP * highest
    power = 10.0 ** math.floor(math.log10(most))
    last = max(digit * power for digit in (1, 2, 4, 8) if digit * power <= most * 1.000001)
    halvings = range(len(DENSITY) - 1, -1, -1)
    return [float(f"{last / 2**halving:.12g}") for halving in halvings]


def contour_bands(surface: xr.DataArray, levels: Sequence[float]) -> gpd.GeoDataFrame:
    """Return the ground between each two levels.

    Parameters
    ----------
    surface : DataArray, dims ("y", "x")
    levels : sequence of float
        In rising order.

    Returns
    -------
    GeoDataFrame
        A row per band, empty where the surface has none of it.
    """
    x, y = (surface[dim].to_numpy().astype(float) for dim in ("x", "y"))
    values = surface.to_numpy().astype(float, copy=False)
    # A rim below every level closes the curves at the edge, and makes a line of cells a plane.
    # Each copy of the surface of a force weighs: this is the only one here.
    fine = np.pad(_finer(values), 1, constant_values=0.0)
    fine[~np.isfinite(fine)] = np.nan
    curves = contour_generator(
        _places(x, surface, values.shape[1], fine.shape[1] - 2),
        _places(y, surface, values.shape[0], fine.shape[0] - 2),
        np.ma.masked_invalid(fine, copy=False),
        fill_type=FillType.ChunkCombinedOffsetOffset,
    )
    bands = [_ground_of(*curves.filled(low, high)) for low, high in pairwise(levels)]
    return gpd.GeoDataFrame(geometry=bands, crs=surface.attrs["crs"])


def _ground_of(corners: Any, rings: Any, polygons: Any) -> shapely.MultiPolygon:
    """Return what contourpy gives in one chunk: corners, and where rings and polygons begin."""
    if corners[0] is None:
        return shapely.MultiPolygon()
    starts = (rings[0], polygons[0])
    parts: Any = shapely.from_ragged_array(shapely.GeometryType.POLYGON, corners[0], starts)
    # Two levels that meet at one point of the surface leave a line.
    return shapely.MultiPolygon(list(parts[shapely.area(parts) > 0]))


def _finer(values: Values) -> Values:
    """Compute a surface between its cell centres, where all of it is known and it is small."""
    fine_shape = tuple(2 * length - 1 for length in values.shape)
    if min(values.shape) < 4 or not np.isfinite(values).all():
        return values
    if fine_shape[0] * fine_shape[1] > _MOST_FINE_CELLS:
        return values
    across = np.meshgrid(*(np.linspace(0, n - 1, 2 * n - 1) for n in values.shape), indexing="ij")
    # Cubic, and "nearest": a mirrored edge would bend curves at the rim of the study area.
    fine: Values = ndimage.map_coordinates(values, across, order=3, mode="nearest")
    return fine


def _places(centres: Values, surface: xr.DataArray, cells: int, fine: int) -> Values:
    """Return the coordinates of the finer points, with one more at either end."""
    if cells == 1:
        step = float(surface.attrs["cell_size_m"])
    else:
        step = float(centres[-1] - centres[0]) / (fine - 1)
    places: Values = centres[0] + step * np.arange(-1, fine + 1)
    return places


def _fields(values: str) -> tuple[Field, ...]:
    """Return what a popup shows of a part of the ground: what its values are, and its size."""
    heading = values[:1].upper() + values[1:]
    return ("values", heading, as_text), ("km2", "Square kilometres", as_text)


def _level_labels(bands: gpd.GeoDataFrame) -> list[list[object]]:
    """Return labels with its ``text`` at the top of each curve, the longest curves first."""
    curves = bands.explode(ignore_index=True)
    if curves.empty:
        return []
    rings = curves.set_geometry(curves.geometry.exterior)
    rings = rings.iloc[np.argsort(-rings.length.to_numpy(), kind="stable")[:_MOST_LABELS]]
    corners, ring = shapely.get_coordinates(rings.geometry.to_numpy(), return_index=True)
    northmost = pd.Series(corners[:, 1]).groupby(ring).idxmax().to_numpy()
    tops = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*corners[northmost].T), crs=bands.crs)
    return point_labels(tops, rings["text"].tolist())


def _ground(surface: xr.DataArray, cells: npt.NDArray[np.int64]) -> shapely.Geometry:
    """Join cells, by their places in the flattened surface."""
    x, y = surface["x"].to_numpy(), surface["y"].to_numpy()
    half = float(surface.attrs["cell_size_m"]) / 2
    row, col = np.divmod(cells, len(x))
    boxes = shapely.box(x[col] - half, y[row] - half, x[col] + half, y[row] + half)
    return shapely.union_all(boxes)


def _smoothing(surface: xr.DataArray) -> list[str]:
    """Return the units of a surface, and with which kernel and width and why it was smoothed."""
    attrs = surface.attrs
    lines = [str(attrs["units"])] if attrs.get("units") else []
    if "kernel" in attrs and "bandwidth_m" in attrs:
        lines.append(f"{attrs['kernel']} kernel, {attrs['bandwidth_m']:g} m")
    if attrs.get("bandwidth_from", "given") != "given":
        lines.append(str(attrs["bandwidth_from"]))
    return lines
