"""Still pictures of surfaces and of the hours of the week, for reports and notebooks."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Patch

from hotspot._checks import frame_problems, raise_problems
from hotspot._errors import DataError
from hotspot._kernels.arrays import Floats
from hotspot.density.weights import aoristic_calendar
from hotspot.english import count, day_of_year, percent
from hotspot.output.pictures import (
    Picture,
    draw_areas,
    draw_hotspots,
    draw_points,
    draw_scale,
    draw_streets,
    set_words,
)

_WIDTH_IN = 7.1
_HEIGHTS_IN = (3.6, 8.5)
# What a title, axis labels and the lines below take.
_AROUND_IN = 1.3
# A pattern, since grey could be taken for a value in grey print.
_NO_VALUE: dict[str, Any] = {"facecolor": "white", "edgecolor": "#aab2bc", "hatch": "////"}
_NOTE = "#3c4651"
_BELOW: dict[str, Any] = {"facecolor": "#cfcbe4", "edgecolor": "black", "hatch": "..."}
# Both fall in lightness all the way, or away from the middle: they survive a grey printer.
_RISING, _BOTH_WAYS = "YlOrRd", "PuOr_r"
_TITLE_LETTERS, _NOTE_LETTERS, _UNIT_LETTERS = 64, 88, 48


def plot_surface(
    surface: xr.DataArray | npt.ArrayLike,
    hotspots: gpd.GeoDataFrame | None = None,
    incidents: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Figure | SubFigure:
    """Draw a surface as a still map, with what stands on it.

    Parameters
    ----------
    surface : DataArray or array, two dimensions
        As `kernel_density`, `rate_surface` (one of its layers) and `Forecast.predict` return it,
        with dims ``y`` and ``x``. A plain array is drawn cell by cell, its first row in the south.
    hotspots : GeoDataFrame, optional
        As `hotspots` returns them: outlined, the first ten with their ranks.
    incidents : GeoDataFrame, optional
        Points to draw.
    areas : GeoDataFrame, optional
        Outlines, with the names in their column ``area``.
    streets : GeoDataFrame, optional
        Lines.
    ax : matplotlib Axes, optional
        Where to draw. Default: a figure of its own.
    title : str, optional
        Default: what the surface says of itself.

    Returns
    -------
    matplotlib.figure.Figure
        That of `ax`, where one is given. Jupyter shows it by itself; ``.savefig(path)`` keeps it.

    Raises
    ------
    DataError
        If the surface has not the dimensions ``y`` and ``x`` or holds no number, or a layer is no
        GeoDataFrame in the CRS of the surface.

    Notes
    -----
    Darker is more, in grey print too; where some values are below 0, those are purple and dotted,
    those above orange, and 0 is white. Cells without a value are hatched. The lines below the map
    say what the values rest on, and whether the hotspots were found and counted on the same
    incidents: then their crimes say how concentrated these were, and nothing of those to come.

    Examples
    --------
    >>> from hotspot.grid import Grid
    >>> grid = Grid(0, 0, 100, ncols=3, nrows=2, crs="EPSG:27700")
    >>> surface = grid.surface(np.arange(6.0).reshape(2, 3), units="incidents per km² per year")
    >>> figure = plot_surface(surface, title="Two streets")
    >>> figure.axes[0].get_xlabel()
    'Easting, km'
    """
    layers = {"hotspots": hotspots, "incidents": incidents, "areas": areas, "streets": streets}
    values = _as_surface(surface)
    _check_layers(values, layers)
    extent = _extent(values)
    if ax is None:
        shape = (extent[3] - extent[2]) / (extent[1] - extent[0])
        # Within bounds: a long thin area would make a picture of no height.
        height = float(np.clip(_WIDTH_IN * 0.78 * shape, *_HEIGHTS_IN)) + _AROUND_IN
        figure: Figure | SubFigure = Picture(figsize=(_WIDTH_IN, height), layout="constrained")
        ax = figure.subplots()
    else:
        figure = ax.figure
    _draw_values(figure, ax, values, extent)
    entries = [
        *([Patch(**_NO_VALUE, label="No value")] if values.isnull().any() else []),
        *([Patch(**_BELOW, label="Below 0")] if (values < 0).any() else []),
        *draw_streets(ax, streets),
        *draw_areas(ax, areas, "Area"),
        *draw_hotspots(ax, hotspots),
        *draw_points(ax, incidents, "Incident"),
    ]
    if entries:
        ax.legend(handles=entries, loc="upper right", fontsize=8, framealpha=0.9)
    set_words(ax.set_title("", fontsize=11), title or _title_of(values.attrs), _TITLE_LETTERS)
    _name_axes(ax, metres="crs" in values.attrs, width=extent[1] - extent[0])
    _note_below(ax, _notes_of(values.attrs, hotspots))
    return figure


def _as_surface(surface: xr.DataArray | npt.ArrayLike) -> xr.DataArray:
    """Return the surface with its rows from south to north, its columns from west to east."""
    if not isinstance(surface, xr.DataArray):
        values = np.asarray(surface)
        if values.ndim != 2 or not np.issubdtype(values.dtype, np.number):
            raise DataError("A surface must be a DataArray, or numbers in two dimensions.")
        rows, cols = (np.arange(size) + 0.5 for size in values.shape)
        surface = xr.DataArray(values, dims=("y", "x"), coords={"y": rows, "x": cols})
    if set(surface.dims) != {"x", "y"} or not {"x", "y"} <= set(surface.coords):
        dims = ", ".join(map(str, surface.dims))
        raise DataError(
            f"A surface must have the dimensions y and x, with coordinates, not {dims}."
        )
    if not surface.size or not np.isfinite(surface.to_numpy()).any():
        raise DataError("The surface holds no number: there is nothing to draw.")
    return surface.transpose("y", "x").sortby(["y", "x"])


def _check_layers(surface: xr.DataArray, layers: dict[str, gpd.GeoDataFrame | None]) -> None:
    problems = []
    crs = surface.attrs.get("crs")
    for name, layer in layers.items():
        if layer is None:
            continue
        faults = frame_problems(layer, name, ("rank",) if name == "hotspots" else ())
        if not faults and crs is None:
            faults = [f"The surface names no CRS, so the {name} have no place on it."]
        elif not faults and layer.crs != crs:
            faults = [f"The {name} are in {layer.crs.name} but the surface in {crs}: turn them "
                      "with .to_crs(...)."]  # fmt: skip
        problems += faults
    raise_problems(problems)


def _extent(surface: xr.DataArray) -> tuple[float, float, float, float]:
    """Return the west, east, south and north edge of the cells."""
    edges: list[float] = []
    for name in ("x", "y"):
        at = surface[name].to_numpy().astype(float)
        steps = [(at[-1] - at[0]) / (len(at) - 1)] if len(at) > 1 else []
        # Coordinates are those of centres; the picture ends half a cell beyond them.
        # What a surface says of its cells may be from before it was coarsened.
        half = float(steps[0] if steps else surface.attrs.get("cell_size_m", 1.0)) / 2
        edges += [at[0] - half, at[-1] + half]
    return edges[0], edges[1], edges[2], edges[3]


def _draw_values(
    figure: Figure | SubFigure,
    axes: Axes,
    surface: xr.DataArray,
    extent: tuple[float, float, float, float],
) -> None:
    """Draw the cells and, beside them, what their colours stand for."""
    values = surface.to_numpy().astype(float)
    colours, norm = _colours(values)
    axes.patch.set(**_NO_VALUE)
    image = axes.imshow(
        np.ma.masked_invalid(values), extent=extent, origin="lower", cmap=colours, norm=norm,
        interpolation="nearest", aspect="equal", zorder=0,
    )  # fmt: skip
    below = (values < 0).astype(float)
    if below.any() and min(values.shape) > 1:
        axes.contourf(surface["x"], surface["y"], below, levels=[0.5, 1.5], colors="none",
                      hatches=["..."], zorder=0.5)  # fmt: skip
    axes.set(xlim=extent[:2], ylim=extent[2:], autoscale_on=False)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    units = str(surface.attrs.get("units") or surface.name or "value")
    bar.set_label("")
    set_words(bar.ax.yaxis.label, units[:1].upper() + units[1:], _UNIT_LETTERS)


def _colours(values: Floats) -> tuple[str | Colormap, Normalize]:
    lowest, highest = float(np.nanmin(values)), float(np.nanmax(values))
    if lowest < 0:
        # As far on both sides of 0, or one sign would look stronger than the other.
        farthest = max(-lowest, highest)
        return _BOTH_WAYS, TwoSlopeNorm(0.0, -farthest, farthest)
    # From 0 on: colours from the lowest value on would make a flat surface look steep.
    return _RISING, Normalize(0.0, highest or 1.0)


def _name_axes(axes: Axes, *, metres: bool, width: float) -> None:
    if not metres:
        axes.set(xlabel="Column of cells, from the west", ylabel="Row of cells, from the south")
        return
    axes.set(xlabel="Easting, km", ylabel="Northing, km")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value / 1000:,.6g}")
    axes.tick_params(labelsize=8)
    axes.locator_params(nbins=6)
    draw_scale(axes, width)


def _title_of(attrs: dict[str, Any]) -> str:
    """Return what is drawn, as far as the surface knows."""
    if "model" in attrs and "days" in attrs:
        from_day = day_of_year(pd.Timestamp(attrs["as_of"]))
        return f"Forecast by {attrs['model']} for the {attrs['days']} days after {from_day}"
    if "period_first" in attrs:
        first, last = (pd.Timestamp(attrs[name]) for name in ("period_first", "period_last"))
        return f"Density of incidents, {day_of_year(first)} to {day_of_year(last)}"
    return "Surface"


def _notes_of(attrs: dict[str, Any], hotspots: gpd.GeoDataFrame | None) -> list[str]:
    """Return what the values rest on, and what they do not show."""
    notes = []
    if "kernel" in attrs and "bandwidth_m" in attrs:
        counted = f"{attrs['incidents']:,} incidents. " if "incidents" in attrs else ""
        notes.append(
            f"{counted}Kernel: {attrs['kernel']}, bandwidth {attrs['bandwidth_m']:,.0f} m"
            + (f" ({attrs['bandwidth_from']})." if attrs.get("bandwidth_from") else ".")
        )
    if attrs.get("edge_correction"):
        notes.append("Corrected at the edge of the study area.")
    if attrs.get("resolution") == "month":
        notes.append("Dates are known to the month.")
    if hotspots is not None and hotspots.attrs.get("in_sample") is True:
        notes.append(
            "In-sample: the hotspots' crimes are those they were drawn from. They say how "
            "concentrated these were, not how well the hotspots foretell others."
        )
    elif hotspots is not None and hotspots.attrs.get("in_sample") is False:
        notes.append("The hotspots' crimes are later than those they were drawn from.")
    return notes


def plot_calendar(
    incidents: gpd.GeoDataFrame, ax: Axes | None = None, title: str | None = None
) -> Figure | SubFigure:
    """Draw when in the week incidents happen, by weekday and hour.

    Parameters
    ----------
    incidents : GeoDataFrame, n rows
        As `read_incidents` returns them, with days and times.
    ax : matplotlib Axes, optional
        Where to draw the weekdays and hours, without the sums beside them. Default: a figure of
        its own, with the sums by hour above and by weekday to the right.
    title : str, optional
        Default: how many incidents, from when to when.

    Returns
    -------
    matplotlib.figure.Figure
        That of `ax`, where one is given. Jupyter shows it by itself; ``.savefig(path)`` keeps it.

    Raises
    ------
    DataError
        If the incidents are not in canonical shape or their dates are months only.

    Notes
    -----
    Each incident is spread evenly over its window, as `aoristic_calendar` does, so the cells sum
    to the number of incidents. The line below says of how many the time is known within an hour:
    the fewer they are, the flatter the picture is, whatever the truth.

    References
    ----------
    Ratcliffe, J. H. (2000). Aoristic analysis: the spatial interpretation of unspecific temporal
    events. International Journal of Geographical Information Science 14(7), 669-679.

    Examples
    --------
    >>> when = pd.to_datetime(["2025-06-06 22:10"])
    >>> frame = pd.DataFrame({"crime_ref": ["A"], "occurred_from": when, "occurred_to": when})
    >>> incidents = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([0], [0]), crs=27700)
    >>> plot_calendar(incidents).get_suptitle()
    'Hours of the week of 1 incident, 6 Jun 2025'
    """
    calendar = aoristic_calendar(incidents)
    title = title or _span_title(incidents)
    if ax is not None:
        _draw_week(ax, calendar)
        set_words(ax.set_title("", fontsize=11), title, _TITLE_LETTERS)
        ax.figure.colorbar(ax.images[-1], ax=ax, label="Incidents in the hour")
        _note_below(ax, _calendar_notes(calendar))
        return ax.figure
    figure = Picture(figsize=(8.6, 4.9), layout="constrained")
    places = figure.subplot_mosaic(
        [["hours", "none"], ["week", "days"], ["bar", "none"]],
        empty_sentinel="none", width_ratios=(6, 1), height_ratios=(1, 3, 0.16),
    )  # fmt: skip
    week = places["week"]
    _draw_week(week, calendar)
    figure.colorbar(week.images[-1], cax=places["bar"], orientation="horizontal",
                    label="Incidents in each hour of the week")  # fmt: skip
    _draw_sums(places["hours"], places["days"], calendar)
    set_words(figure.suptitle("", fontsize=11), title, _TITLE_LETTERS)
    note = figure.supxlabel("", fontsize=8, color=_NOTE)
    set_words(note, " ".join(_calendar_notes(calendar)), 110)
    return figure


def _draw_week(axes: Axes, calendar: pd.DataFrame) -> None:
    axes.imshow(
        calendar.to_numpy(), cmap=_RISING, norm=Normalize(0, calendar.to_numpy().max() or 1.0),
        extent=(0, 24, 7, 0), aspect="auto", interpolation="nearest",
    )  # fmt: skip
    axes.set_xticks(range(0, 25, 3), [f"{hour:02}:00" for hour in range(0, 25, 3)])
    axes.set_yticks(np.arange(7) + 0.5, calendar.index)
    axes.set(xlabel="Hour of the day", ylabel="Day of the week")


def _draw_sums(hours: Axes, days: Axes, calendar: pd.DataFrame) -> None:
    """Draw the sums by hour and by weekday as bars."""
    hours.bar(np.arange(24) + 0.5, calendar.sum(axis=0), 0.9, color=_NOTE)
    hours.set(xlim=(0, 24), xticks=range(0, 25, 3), xticklabels=[], ylabel="Incidents")
    days.barh(np.arange(7) + 0.5, calendar.sum(axis=1), 0.9, color=_NOTE)
    days.set(ylim=(7, 0), yticks=[], xlabel="Incidents")
    for axes in (hours, days):
        axes.spines[["top", "right"]].set_visible(False)


def _span_title(incidents: gpd.GeoDataFrame) -> str:
    if incidents.empty:
        return "Hours of the week: no incidents"
    first = day_of_year(incidents["occurred_from"].min())
    last = day_of_year(incidents["occurred_to"].max())
    days = first if first == last else f"{first} to {last}"
    return f"Hours of the week of {count(len(incidents), 'incident')}, {days}"


def _calendar_notes(calendar: pd.DataFrame) -> list[str]:
    """Return how much of the picture is known, and how much is spread evenly."""
    counts = calendar.attrs
    incidents = counts["incidents"]
    if not incidents:
        return []
    known, dates, long = (
        counts[name] / incidents for name in ("within_an_hour", "without_time", "over_a_day")
    )
    notes = [
        f"Time known within an hour: {percent(known)} of incidents. The others are spread "
        "evenly over the window in which they happened (aoristic shares)."
    ]
    if long:
        notes.append(f"Windows longer than a day: {percent(long)}.")
    if dates:
        notes.append(f"A date without a time: {percent(dates)}, spread over that day.")
    if dates == 1:
        notes.append("No time is known: only the days of the week tell anything.")
    return notes


def _note_below(axes: Axes, notes: list[str]) -> None:
    """Write small lines below the label of the axis."""
    if notes:
        note = axes.annotate(
            "", (0.5, 0), (0, -4), xycoords=axes.xaxis.label, textcoords="offset points",
            ha="center", va="top", fontsize=8, color=_NOTE,
        )  # fmt: skip
        set_words(note, " ".join(notes), _NOTE_LETTERS)
