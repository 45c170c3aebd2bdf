"""A surface as a picture in Web Mercator, the projection that web maps are drawn in."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr
from folium.raster_layers import ImageOverlay
from pyproj import Transformer
from scipy import ndimage

from hotspot.maps.elements import LegendEntry, Style

PANE = "hotspot-surface"
# From pale to dark in grey as in colour; zones are orange, so that the two can lie together.
_COLOURS = ("#b4c2e2", "#8d92cb", "#6d52a5", "#41136a")
_OPACITY = 0.7
_PIXELS_PER_CELL = 6
_MOST_PIXELS = 1500
# The darkest colour begins here, as a share of the highest value.
_LAST_STEP = 0.6

Values = npt.NDArray[np.float64]


class SurfaceOverlay(ImageOverlay):
    """A surface in steps of colour, see-through below the first step.

    Parameters
    ----------
    surface : DataArray, dims ("y", "x")
        As `hotspot.kernel_density` gives it: evenly spaced cell centres, ``attrs["crs"]``, and
        ``attrs["units"]`` for the legend. NaN outside the study area.
    name : str
        In the layer control.
    show : bool
        Whether it is on when the map opens.

    Notes
    -----
    Each pixel is turned back into the surface's own projection and read between the four cell
    centres around it, so at a cell's centre stands the colour of its value.
    """

    def __init__(self, surface: xr.DataArray, name: str, show: bool = True) -> None:
        values, bounds = mercator_values(surface)
        highest = float(np.nanmax(surface.to_numpy(), initial=0.0))
        steps = step_values(highest)
        super().__init__(
            _picture(values, steps),
            bounds,
            pixelated=False,
            name=name,
            show=show,
            pane=PANE,
            alt=name,
        )
        self.legend = _legend(steps, highest, _said_of(surface))


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


def mercator_values(surface: xr.DataArray) -> tuple[Values, list[list[float]]]:
    """Read a surface on a north-up grid in Web Mercator.

    Returns
    -------
    values : ndarray
        Row 0 in the north; NaN outside the study area.
    bounds : [[south, west], [north, east]]
        Outer edges of the picture, in degrees.
    """
    x, y = (surface[dim].to_numpy().astype(float) for dim in ("x", "y"))
    step_x, step_y = _spacing(x, surface), _spacing(y, surface)
    outline = (x[0] - step_x / 2, y[0] - step_y / 2, x[-1] + step_x / 2, y[-1] + step_y / 2)
    to_mercator = Transformer.from_crs(surface.attrs["crs"], "EPSG:3857", always_xy=True)
    west, south, east, north = to_mercator.transform_bounds(
        min(outline[0], outline[2]),
        min(outline[1], outline[3]),
        max(outline[0], outline[2]),
        max(outline[1], outline[3]),
    )
    columns, rows = _picture_size(len(x), len(y))
    across = west + (np.arange(columns) + 0.5) * (east - west) / columns
    down = north - (np.arange(rows) + 0.5) * (north - south) / rows
    own_x, own_y = to_mercator.transform(*np.meshgrid(across, down), direction="INVERSE")
    values = _between_centres(
        surface.transpose("y", "x").to_numpy().astype(float),
        (own_y - y[0]) / step_y,
        (own_x - x[0]) / step_x,
    )
    to_degrees = Transformer.from_crs("EPSG:3857", "EPSG:4326", always_xy=True)
    (left, right), (bottom, top) = to_degrees.transform([west, east], [south, north])
    return values, [[bottom, left], [top, right]]


def _spacing(centres: Values, surface: xr.DataArray) -> float:
    """Distance between cell centres, with its sign; of a single cell its size."""
    if len(centres) == 1:
        return float(surface.attrs["cell_size_m"])
    return float(centres[-1] - centres[0]) / (len(centres) - 1)


def _picture_size(ncols: int, nrows: int) -> tuple[int, int]:
    scale = min(_PIXELS_PER_CELL, _MOST_PIXELS / max(ncols, nrows))
    return max(1, round(ncols * scale)), max(1, round(nrows * scale))


def _between_centres(values: Values, row: Values, col: Values) -> Values:
    """Interpolate among the cells that are not NaN; NaN where the nearest cell is."""
    known = np.isfinite(values)
    places = np.stack([row, col])
    total = ndimage.map_coordinates(np.where(known, values, 0.0), places, order=1, mode="nearest")
    share = ndimage.map_coordinates(known.astype(float), places, order=1, mode="nearest")
    nearest = np.floor(places + 0.5).astype(int)
    inside = (nearest >= 0).all(axis=0)
    inside &= (nearest[0] < values.shape[0]) & (nearest[1] < values.shape[1])
    inside[inside] = known[nearest[0][inside], nearest[1][inside]]
    between = np.full(total.shape, np.nan)
    np.divide(total, share, out=between, where=inside)
    return between


def _picture(values: Values, steps: Sequence[float]) -> npt.NDArray[np.uint8]:
    """Colour each pixel by its step, see-through below the first."""
    opaque = [[*bytes.fromhex(colour[1:]), round(255 * _OPACITY)] for colour in _COLOURS]
    palette = np.array([[0, 0, 0, 0], *opaque], dtype=np.uint8)
    return palette[np.searchsorted(steps, np.nan_to_num(values), side="right")]


def _said_of(surface: xr.DataArray) -> list[str]:
    """Say in what units a surface is, and with which kernel and width and why it was smoothed."""
    attrs = surface.attrs
    said = [str(attrs["units"])] if attrs.get("units") else []
    if "kernel" in attrs and "bandwidth_m" in attrs:
        said.append(f"{attrs['kernel']} kernel, {attrs['bandwidth_m']:g} m")
    if attrs.get("bandwidth_from", "given") != "given":
        said.append(str(attrs["bandwidth_from"]))
    return said


def _legend(steps: Sequence[float], highest: float, said: Sequence[str]) -> list[LegendEntry]:
    edges = [*steps, highest]
    entries = [
        (
            Style(stroke="#666", fill=colour, fill_opacity=_OPACITY, weight=0.5),
            f"{low:.3g} to {high:.3g}",
        )
        for colour, (low, high) in zip(_COLOURS, pairwise(edges), strict=False)
    ]
    return [*((Style(stroke="none"), words) for words in said), *entries[::-1]]
