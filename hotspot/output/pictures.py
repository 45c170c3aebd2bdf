"""Still pictures for pages that are printed, drawn without any window or global state."""

import io
import math
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path as DrawnPath
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from hotspot.grid import as_surface
from hotspot.output.text import clean_text

_WIDTH_IN = 7.1
_HEIGHTS_IN = (3.6, 7.4)
_LEGEND_IN = 0.6
_MOST_RANKS = 10
_MANY_POINTS = 1_000
_LONGEST_NAME = 40
_MOST_LINES = 5
_DPI = 150
_INK = "#1d2733"
_STREET = "#b9c0c8"
_AREA_LINE = "#5c6773"
_HOTSPOT_LINE = "#3b1d6e"
_POINT = "#111111"
_DENSITY = LinearSegmentedColormap.from_list("density", ["#ffffff", "#cfd5dc", "#98a3b0"])
# Dark to light with age, so that the order survives a black-and-white printer.
_ZONE_FILLS = ("#c8102e", "#f08a24", "#ffe08a")


class Picture(Figure):
    """A figure that Jupyter shows by itself, whether or not a plotting backend was chosen."""

    def _repr_png_(self) -> bytes:
        return png_of(self)


@dataclass(frozen=True)
class PictureLayers:
    """What is drawn, from the ground up; a layer that is missing is left out.

    Attributes
    ----------
    extent : tuple of float
        West, south, east and north edge of the picture, in metres.
    surface : DataArray or None
        Density, as a grey backdrop.
    streets, areas, zones, hotspots, points : GeoDataFrame or None
        In one projected CRS; `zones` with ``age_band``, `hotspots` with ``rank``, `areas` with
        ``area``.
    points_label : str
        What the points are, for the legend.
    """

    extent: tuple[float, float, float, float]
    surface: xr.DataArray | None = None
    streets: gpd.GeoDataFrame | None = None
    areas: gpd.GeoDataFrame | None = None
    zones: gpd.GeoDataFrame | None = None
    hotspots: gpd.GeoDataFrame | None = None
    points: gpd.GeoDataFrame | None = None
    points_label: str = "Burglary"


def map_picture(layers: PictureLayers) -> bytes:
    """Draw a map with a legend and a scale bar.

    Parameters
    ----------
    layers : PictureLayers

    Returns
    -------
    bytes
        A PNG picture: the same layers give the same bytes.
    """
    west, south, east, north = layers.extent
    height = float(np.clip(_WIDTH_IN * (north - south) / (east - west), *_HEIGHTS_IN))
    west, south, east, north = _filled(layers.extent, height / _WIDTH_IN)
    figure = Figure(figsize=(_WIDTH_IN, height + _LEGEND_IN), dpi=_DPI)
    axes = figure.add_axes(
        (0, _LEGEND_IN / (height + _LEGEND_IN), 1, height / (height + _LEGEND_IN))
    )
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], autoscale_on=False)
    for spine in axes.spines.values():
        spine.set(color=_STREET, linewidth=0.8)
    entries = [
        *_draw_surface(axes, layers.surface),
        *draw_streets(axes, layers.streets),
        *_draw_zones(axes, layers.zones),
        *draw_areas(axes, layers.areas),
        *draw_hotspots(axes, layers.hotspots),
        *draw_points(axes, layers.points, layers.points_label),
    ]
    draw_scale(axes, east - west)
    if entries:
        figure.legend(
            handles=entries,
            loc="lower center",
            ncols=4,
            frameon=False,
            fontsize=8,
            labelcolor=_INK,
            handlelength=1.8,
        )
    return png_of(figure)


def _filled(
    extent: tuple[float, float, float, float], shape: float
) -> tuple[float, float, float, float]:
    """Return an extent widened or heightened about its middle to the shape of the picture."""
    west, south, east, north = extent
    wider = max((north - south) / shape - (east - west), 0) / 2
    higher = max((east - west) * shape - (north - south), 0) / 2
    return west - wider, south - higher, east + wider, north + higher


def _draw_surface(axes: Axes, surface: xr.DataArray | None) -> list[Artist]:
    # A surface of nothing but NaN has no range of colours.
    if surface is None or not np.isfinite(surface.to_numpy()).any():
        return []
    surface = as_surface(surface)
    half = float(surface.attrs["cell_size_m"]) / 2
    x, y = surface["x"].to_numpy(), surface["y"].to_numpy()
    axes.imshow(
        surface.to_numpy(),
        extent=(x[0] - half, x[-1] + half, y[0] - half, y[-1] + half),
        origin="lower",
        cmap=_DENSITY,
        vmin=0,
        interpolation="bilinear",
        aspect="auto",
        zorder=0,
    )
    return [Patch(color=_DENSITY(0.8), label="Density: darker is more")]


def draw_streets(axes: Axes, streets: gpd.GeoDataFrame | None) -> list[Artist]:
    """Draw the lines of streets, of which no legend need tell."""
    lines = [] if streets is None else _lines(streets.geometry)
    if lines:
        axes.add_collection(LineCollection(lines, colors=_STREET, linewidths=0.7, zorder=2))
    return []


def draw_areas(axes: Axes, areas: gpd.GeoDataFrame | None, label: str = "Beat") -> list[Artist]:
    """Draw the outlines of areas and, where they have any, their names."""
    if areas is None or areas.empty:
        return []
    lines = _lines(areas.geometry.boundary)
    axes.add_collection(
        LineCollection(lines, colors=_AREA_LINE, linewidths=1.1, linestyles=(0, (6, 3)), zorder=4)
    )
    places = areas.geometry.representative_point()
    names = areas["area"] if "area" in areas.columns else [""] * len(areas)
    for name, x, y in zip(names, places.x, places.y, strict=True):
        _label(axes, str(name), x, y, color=_AREA_LINE, fontsize=8)
    return [Line2D([], [], color=_AREA_LINE, linestyle=(0, (6, 3)), label=label)]


def _draw_zones(axes: Axes, zones: gpd.GeoDataFrame | None) -> list[Artist]:
    """Fill the zones, the oldest first, so that the newest lie on top."""
    if zones is None or zones.empty:
        return []
    bands = zones.groupby("age_band")["newest_days"].min().sort_values().index
    # What is older than all the fills has that of the oldest.
    fills = list(zip(bands, [*_ZONE_FILLS, *[_ZONE_FILLS[-1]] * len(bands)], strict=False))
    edge: dict[str, Any] = {"edgecolor": _INK, "linewidth": 0.4}
    for band, fill in reversed(fills):
        paths = polygon_paths(zones.geometry[zones["age_band"] == band])
        axes.add_collection(PathCollection(paths, facecolor=fill, alpha=0.5, zorder=3, **edge))
    return [
        Patch(facecolor=fill, alpha=0.6, label=f"Zone of {band}", **edge) for band, fill in fills
    ]


def draw_hotspots(axes: Axes, hotspots: gpd.GeoDataFrame | None) -> list[Artist]:
    """Draw hotspots in outline, white and ink, to be seen on any ground, with the first ranks."""
    if hotspots is None or hotspots.empty:
        return []
    halo = [withStroke(linewidth=3.6, foreground="white")]
    style: dict[str, Any] = {"colors": _HOTSPOT_LINE, "linewidths": 1.8, "path_effects": halo}
    axes.add_collection(LineCollection(_lines(hotspots.geometry.boundary), zorder=5, **style))
    bounds = hotspots.geometry.bounds
    middle = (bounds["minx"] + bounds["maxx"]) / 2
    labels = zip(hotspots["rank"], middle, bounds["maxy"], strict=True)
    for rank, x, y in list(labels)[:_MOST_RANKS]:
        _label(axes, str(rank), x, y, color=_HOTSPOT_LINE, fontsize=9, above=True)
    return [Line2D([], [], color=_HOTSPOT_LINE, linewidth=1.8, label="Hotspot, ranked")]


def draw_points(axes: Axes, points: gpd.GeoDataFrame | None, label: str) -> list[Artist]:
    """Draw a dot for each point, smaller where there are very many."""
    if points is None or points.empty:
        return []
    size = 3.4 if len(points) <= _MANY_POINTS else 1.6
    style: dict[str, Any] = {"marker": "o", "markersize": size, "markerfacecolor": _POINT}
    style |= {"markeredgecolor": "white", "markeredgewidth": size / 7, "linestyle": "none"}
    axes.plot(points.geometry.x, points.geometry.y, zorder=6, **style)
    return [Line2D([], [], label=label, **style)]


def _label(
    axes: Axes, text: str, x: float, y: float, *, color: str, fontsize: int, above: bool = False
) -> None:
    """Write a name that came from data: never read as a formula, cut off at the picture's edge."""
    text = clean_text(text)
    axes.text(
        x,
        y,
        text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…",
        color=color,
        fontsize=fontsize,
        fontweight="bold",
        ha="center",
        va="bottom" if above else "center",
        zorder=7,
        clip_on=True,
        parse_math=False,
        path_effects=[withStroke(linewidth=2.4, foreground="white")],
    )


def set_words(text: Text, words: str, letters: int) -> None:
    """Set words that may have come from data: in lines, not too many, never read as a formula."""
    text.set_parse_math(False)
    lines = textwrap.wrap(clean_text(words), letters, max_lines=_MOST_LINES, placeholder=" …")
    text.set_text("\n".join(lines))


def draw_scale(axes: Axes, width_m: float) -> None:
    """Draw a bar of a round length, at most a fifth of the width."""
    length = round_length_m(width_m / 5)
    label = f"{length:g} m" if length < 1000 else f"{length / 1000:g} km"
    axes.plot([0.02, 0.02 + length / width_m], [0.03, 0.03], transform=axes.transAxes,
              color=_INK, linewidth=3, solid_capstyle="butt", zorder=8)  # fmt: skip
    axes.text(0.02, 0.045, label, transform=axes.transAxes, color=_INK, fontsize=8, zorder=8,
              path_effects=[withStroke(linewidth=2.4, foreground="white")])  # fmt: skip


def round_length_m(most_m: float) -> float:
    """Return the longest of 1, 2 or 5 times a power of ten that is not above a length.

    Examples
    --------
    >>> round_length_m(1234), round_length_m(199), round_length_m(0.7)
    (1000.0, 100.0, 0.5)
    """
    power = 10.0 ** math.floor(math.log10(most_m))
    return max(step * power for step in (1, 2, 5) if step * power <= most_m)


def _lines(geometries: gpd.GeoSeries) -> list[np.ndarray]:
    """Return the lines of lines and multi-lines, as arrays of points."""
    parts = shapely.get_parts(geometries.dropna().to_numpy())
    parts = parts[~shapely.is_empty(parts)]
    return [shapely.get_coordinates(part) for part in parts]


def polygon_paths(geometries: gpd.GeoSeries) -> Sequence[DrawnPath]:
    """Return a path of each polygon whose holes stay open."""
    parts = shapely.get_parts(geometries.dropna().to_numpy())
    paths = []
    for part in parts[~shapely.is_empty(parts)]:
        # Normalised, so that holes turn against their outline: only then are they left unfilled.
        rings = map(shapely.get_coordinates, shapely.get_rings(shapely.normalize(part)))
        outlines = [DrawnPath(ring, closed=True) for ring in rings]
        paths.append(DrawnPath.make_compound_path(*outlines))
    return paths


def png_of(figure: Figure, dpi: float | Literal["figure"] = "figure") -> bytes:
    """Return a figure as a PNG picture: the same figure gives the same bytes."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; the page has it as text.
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        # Without the version of matplotlib, so that the same layers give the same bytes.
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()
