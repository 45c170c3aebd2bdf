"""The picture of an operation: its burglaries over time, and its ground."""

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from hotspot.english import day_of_year
from hotspot.output.pictures import Picture, draw_scale, draw_streets, polygon_paths

if TYPE_CHECKING:
    from hotspot.impact.operation_assessment import OperationAssessment

# Of the house's other pictures: what is, and what it is held against.
_BEFORE, _NOW, _HELD = "#9fb2c6", "#123f6d", "#a85a00"
_INK, _RING, _PROPOSED = "#1d2733", "#5c6773", "#98a3b0"
_MARGIN, _FEWEST = 0.06, 2


def draw_assessment(result: "OperationAssessment") -> Figure:
    """Draw the treated places over time beside what the control leads to expect, and a map.

    Parameters
    ----------
    result : OperationAssessment

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Picture(figsize=(11, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    _draw_time(left, result)
    _draw_ground(right, result)
    return figure


def _draw_time(axes: Axes, result: "OperationAssessment") -> None:
    """Draw treated burglaries by equal lengths of time, and the control brought to their size."""
    periods, settings = result.periods, result.effect.settings
    start = pd.Timestamp(settings["after"][0])
    axes.spines[["top", "right"]].set_visible(False)
    if len(periods) < _FEWEST:
        axes.text(0.5, 0.5, "Too short to draw over time", ha="center", transform=axes.transAxes)
        return
    day = pd.Timedelta(days=1)
    begins = ((periods["first"] - start) / day).to_numpy()
    ends = ((periods["last"] - start) / day).to_numpy() + 1
    colours = np.where(begins >= 0, _NOW, _BEFORE)
    axes.bar((begins + ends) / 2, periods["treated"], width=0.82 * (ends - begins), color=colours,
             zorder=2)  # fmt: skip
    handles: list[Any] = [
        Patch(color=_BEFORE, label="Treated, before"), Patch(color=_NOW, label="after"),
    ]  # fmt: skip
    expected = _expected(result)
    if expected is not None:
        handles += axes.plot((begins + ends) / 2, expected, color=_HELD, marker="o", markersize=4,
                             linewidth=1.8, label="As the control went, at their size",
                             zorder=3)  # fmt: skip
    axes.axvline(0, color=_INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    top = max(float(periods["treated"].max()), 0 if expected is None else float(expected.max()), 1)
    axes.set_ylim(0, 1.28 * top)
    axes.annotate(f"start, {day_of_year(start)}", (0, 1.1 * top), (4, 0), fontsize=8, color=_INK,
                  textcoords="offset points")  # fmt: skip
    ticks = [n for n in range(len(periods)) if n % max(1, len(periods) // 6) == 0]
    names = [f"{one:%m/%Y}" for one in periods["first"].iloc[ticks]]
    axes.set_xticks(begins[ticks], names, fontsize=8)
    first = periods.iloc[0]
    months = round((first["last"] - first["first"]).days / 30.4)
    each = "by month" if months == 1 else f"by {months} months"
    axes.set_title(f"Burglaries in the treated places, {each}", fontsize=10, loc="left")
    axes.legend(handles=handles, loc="upper right", ncols=3, frameon=False, fontsize=8)


def _expected(result: "OperationAssessment") -> "np.ndarray | None":
    """Return the control's counts brought to the size of the treated places before."""
    periods = result.periods
    if "control" not in periods or not result.effect.settings["controls"]:
        return None
    early = (periods["first"] < pd.Timestamp(result.effect.settings["after"][0])).to_numpy()
    treated, control = (float(periods.loc[early, kind].sum()) for kind in ("treated", "control"))
    if not control:
        return None
    return np.asarray(periods["control"] * (treated / control), dtype=float)


def _draw_ground(axes: Axes, result: "OperationAssessment") -> None:
    """Draw where it was, what it is held against, and the ring around."""
    ground = result.ground
    proposed = None if ground.proposed is None else ground.proposed.table
    shown = [one for one in (ground.treated, ground.control, proposed) if one is not None]
    widths = result.effect.settings["displacement_m"]
    west, south, east, north = pd.concat([one.geometry for one in shown]).total_bounds
    room = max(east - west, north - south) * _MARGIN + (widths[0] if widths else 0)
    axes.set(xlim=(west - room, east + room), ylim=(south - room, north + room), xticks=[],
             yticks=[], aspect="equal", autoscale_on=False)  # fmt: skip
    draw_streets(axes, ground.streets)
    handles = [_fill(axes, ground.treated, _NOW, "Treated", alpha=0.75)]
    if ground.control is not None:
        handles.append(_fill(axes, ground.control, _HELD, "Control", alpha=0.45))
    if proposed is not None and len(proposed):
        handles.append(_fill(axes, proposed, _PROPOSED, "Could be control", alpha=0.6))
    if widths:
        around = gpd.GeoSeries([ground.treated.union_all().buffer(widths[0])])
        dashes: dict[str, Any] = {
            "facecolor": "none", "edgecolor": _RING, "linestyle": (0, (3, 2)),
        }  # fmt: skip
        axes.add_collection(PathCollection(polygon_paths(around), zorder=4, **dashes))
        handles.append(Patch(label=f"Ring of {widths[0]:,.10g} m", **dashes))
    draw_scale(axes, east - west + 2 * room)
    axes.set_title("Where it was", fontsize=10, loc="left")
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.01), ncols=4,
                frameon=False, fontsize=8)  # fmt: skip


def _fill(axes: Axes, areas: gpd.GeoDataFrame, colour: str, label: str, alpha: float) -> Patch:
    style: dict[str, Any] = {"facecolor": colour, "edgecolor": colour, "alpha": alpha}
    axes.add_collection(
        PathCollection(polygon_paths(areas.geometry), linewidth=0.8, zorder=3, **style)
    )
    return Patch(label=label, **style)
