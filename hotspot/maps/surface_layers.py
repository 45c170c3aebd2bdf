"""Surfaces on a map: density as smooth contours, a forecast as the cells that stand highest."""

import math
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
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

from hotspot.maps.elements import LegendEntry, RowLayer, Style
from hotspot.maps.features import bounds_of, percent, point_labels, rows_of, words

# From pale to dark in grey as in colour; zones are orange, so that the two can lie together.
_COLOURS = ("#b4c2e2", "#8d92cb", "#6d52a5", "#41136a")
_DENSITY = tuple(
    Style(stroke="#41136a", fill=colour, fill_opacity=0.62, weight=0.8) for colour in _COLOURS
)
# The darkest colour begins here, as a share of the highest value.
_LAST_STEP = 0.6
# Cells are drawn as curves: finer steps between them take the corners off.
_MOST_FINE_CELLS = 1_500_000
_MOST_LABELS = 60
_FORECAST_SHARES = (0.01, 0.05)
_FORECAST = (
    Style(stroke="#00443a", fill="#00695c", fill_opacity=0.45, weight=1.5, pattern="dots"),
    Style(stroke="#00695c", fill="#80cbc4", fill_opacity=0.4, weight=1, dash="4 3"),
)

Values = npt.NDArray[np.float64]


def density_layer(surface: xr.DataArray, show: bool = True) -> RowLayer:
    """Draw a density as filled contours, nothing below the first.

    Parameters
    ----------
    surface : DataArray, dims ("y", "x")
        As `hotspot.kernel_density` gives it: evenly spaced cell centres, ``attrs["crs"]``, and
        ``attrs["units"]`` for the legend. NaN outside the study area.
    show : bool
        Whether it is on when the map opens.

    Returns
    -------
    RowLayer
        A row per band of density.
    """
    highest = float(np.nanmax(surface.to_numpy(), initial=0.0))
    steps = step_values(highest)
    bands = contour_bands(surface, [*steps, math.inf])
    drawn = ~bands.geometry.is_empty
    edges = [f"{low:.3g} to {high:.3g}" for low, high in pairwise([*steps, highest])]
    said = _said_of(surface)
    units = said[0] if surface.attrs.get("units") else "value"
    km2 = [words(area) for area in bands.area / 1e6]
    texts = [[text for text, there in zip(column, drawn, strict=True) if there]
             for column in (edges, km2)]  # fmt: skip
    numbers = np.flatnonzero(drawn)
    return RowLayer(
        "Burglary density",
        rows_of(bands[drawn], numbers, [f"Burglary density: {text}" for text in texts[0]], texts),
        _DENSITY,
        bounds=bounds_of(bands[drawn]),
        fields=[units[:1].upper() + units[1:], "Square kilometres"],
        labels=_level_labels(bands[drawn], [f"{step:.3g}" for step in np.array(steps)[drawn]]),
        label_options={"className": "hotspot-level", "minZoom": 12},
        legend=[
            *((Style(stroke="none"), line) for line in said),
            *zip(reversed(_DENSITY[: len(edges)]), reversed(edges), strict=True),
        ],
        show=show,
    )


def forecast_layer(forecast: xr.DataArray, show: bool = True) -> RowLayer:
    """Draw where the most burglaries are expected: the highest 1 % and 5 % of the ground.

    Parameters
    ----------
    forecast : DataArray, dims ("y", "x")
        Expected counts in cells, as the models of `hotspot.forecast` predict them.
    show : bool
        Whether it is on when the map opens.

    Returns
    -------
    RowLayer
        A row per share of the ground.

    Notes
    -----
    These are the shares that a backtest scores by default: round-half-up(share x cells).
    """
    values = forecast.transpose("y", "x").to_numpy().astype(float)
    order = np.argsort(-values, axis=None, kind="stable")[: int(np.isfinite(values).sum())]
    total = float(np.nansum(values))
    ends = [_round_half_up(share, len(order)) for share in _FORECAST_SHARES]
    rows = []
    for first, last, share in zip([0, *ends], ends, _FORECAST_SHARES, strict=False):
        chosen = order[first:last]
        chosen = chosen[values.flat[chosen] > 0]
        if len(chosen):
            name = f"Highest {share:.0%} of the ground"
            rows.append((name if first == 0 else f"Next, to {share:.0%} of the ground", chosen))
    shapes = gpd.GeoDataFrame(
        geometry=[_ground(forecast, chosen) for _, chosen in rows], crs=forecast.attrs["crs"]
    )
    expected = [float(values.flat[chosen].sum()) for _, chosen in rows]
    told = [f"{value:.2g} of {total:.3g} ({percent(value / total)})" for value in expected]
    days = forecast.attrs.get("days")
    period = f"expected burglaries, next {days} days" if days else "expected burglaries"
    legend: list[LegendEntry] = [(Style(stroke="none"), period)] if rows else []
    legend += [
        (style, f"{name}: {text}")
        for style, (name, _), text in zip(_FORECAST, rows, told, strict=False)
    ]
    return RowLayer(
        "Forecast",
        rows_of(
            shapes,
            range(len(rows)),
            [f"Forecast: {name[:1].lower()}{name[1:]}" for name, _ in rows],
            [told, [words(area) for area in shapes.area / 1e6]],
        ),
        _FORECAST,
        bounds=bounds_of(shapes),
        fields=[period[:1].upper() + period[1:], "Square kilometres"],
        legend=legend or [(Style(stroke="none"), "nothing expected")],
        show=show,
    )


def step_values(highest: float) -> list[float]:
    """Choose round values at which the colour changes, each twice the one before.

    Crime is so uneven that even steps would leave all but a few places blank.

    Examples
    --------
    >>> step_values(96.2), step_values(343)
    ([5.0, 10.0, 20.0, 40.0], [25.0, 50.0, 100.0, 200.0])
    """
    if not (math.isfinite(highest) and highest > 0):
        return []
    most = _LAST_STEP * highest
    power = 10.0 ** math.floor(math.log10(most))
    last = max(digit * power for digit in (1, 2, 4, 8) if digit * power <= most * 1.000001)
    halvings = range(len(_COLOURS) - 1, -1, -1)
    return [float(f"{last / 2**halving:.12g}") for halving in halvings]


def contour_bands(surface: xr.DataArray, levels: Sequence[float]) -> gpd.GeoDataFrame:
    """Outline the ground between each two levels.

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
    values = surface.transpose("y", "x").to_numpy().astype(float)
    fine = _finer(values)
    # A rim below every level closes the curves at the edge, and makes a line of cells a plane.
    fine = np.pad(np.where(np.isfinite(fine), fine, np.nan), 1, constant_values=-math.inf)
    fine[np.isneginf(fine)] = 0.0
    curves = contour_generator(
        _places(x, surface, values.shape[1], fine.shape[1] - 2),
        _places(y, surface, values.shape[0], fine.shape[0] - 2),
        np.ma.masked_invalid(fine),
        fill_type=FillType.OuterOffset,
    )
    bands = []
    for low, high in pairwise(levels):
        parts = list(_polygons(*curves.filled(low, high)))
        bands.append(shapely.multipolygons(parts) if parts else shapely.MultiPolygon())
    return gpd.GeoDataFrame(geometry=bands, crs=surface.attrs["crs"])


def _finer(values: Values) -> Values:
    """Read a surface between its cell centres, where the whole of it is known and it is small."""
    fine_shape = tuple(2 * length - 1 for length in values.shape)
    if min(values.shape) < 4 or not np.isfinite(values).all():
        return values
    if fine_shape[0] * fine_shape[1] > _MOST_FINE_CELLS:
        return values
    across = np.meshgrid(*(np.linspace(0, n - 1, 2 * n - 1) for n in values.shape), indexing="ij")
    fine: Values = ndimage.map_coordinates(values, across, order=3, mode="nearest")
    return fine


def _places(centres: Values, surface: xr.DataArray, cells: int, fine: int) -> Values:
    """Give the coordinates of the finer points, with one more at either end."""
    if cells == 1:
        step = float(surface.attrs["cell_size_m"])
    else:
        step = float(centres[-1] - centres[0]) / (fine - 1)
    places: Values = centres[0] + step * np.arange(-1, fine + 1)
    return places


def _polygons(points: Any, offsets: Any) -> Iterator[shapely.Polygon]:
    """Turn what contourpy calls "OuterOffset" into polygons with their holes."""
    for corners, starts in zip(points, offsets, strict=True):
        shell, *holes = (corners[first:last] for first, last in pairwise(starts))
        polygon = shapely.Polygon(shell, holes)
        if polygon.area > 0:
            yield polygon


def _level_labels(bands: gpd.GeoDataFrame, texts: Sequence[str]) -> list[list[object]]:
    """Write its value at the top of each curve, the longest curves first."""
    curves = bands.assign(text=list(texts)).explode(ignore_index=True)
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


def _round_half_up(share: float, cells: int) -> int:
    number = Decimal(str(share)) * cells
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _said_of(surface: xr.DataArray) -> list[str]:
    """Say in what units a surface is, and with which kernel and width and why it was smoothed."""
    attrs = surface.attrs
    said = [str(attrs["units"])] if attrs.get("units") else []
    if "kernel" in attrs and "bandwidth_m" in attrs:
        said.append(f"{attrs['kernel']} kernel, {attrs['bandwidth_m']:g} m")
    if attrs.get("bandwidth_from", "given") != "given":
        said.append(str(attrs["bandwidth_from"]))
    return said
