"""Pictures of a backtest: curves of hits, and differences from last year's map."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hotspot.backtesting.baselines import COUNT, DENSITY, RANDOM
from hotspot.output.pictures import Picture

if TYPE_CHECKING:
    from hotspot.backtesting.backtest_result import Backtest

_MOST_SHARE = 0.2
_GREYS = {RANDOM: "#c2c2c2", COUNT: "#8a8a8a", DENSITY: "#3f3f3f"}
_COLOURS = ("#0b6e4f", "#c8102e", "#2a52be", "#b8860b", "#6a3d9a", "#008b8b")
# Dashes and markers tell the lines apart on a photocopy.
_LINES = ("-", "-.", ":", (0, (6, 1)), (0, (3, 1, 1, 1)))
_MARKERS = "os^D"


def draw(result: "Backtest") -> Figure:
    """Draw hit rates by share of the area, and paired differences with their intervals.

    Parameters
    ----------
    result : Backtest

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Picture(figsize=(10, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 4))
    names = list(dict.fromkeys(result.table["model"]))
    styles = {name: _style(number, name) for number, name in enumerate(names)}
    _draw_curves(left, result, styles)
    _draw_differences(right, result, styles)
    windows = result.windows["window"].nunique()
    figure.suptitle(
        f"{windows:,} windows of {result.horizon_days} days, each forecast from what was known "
        "before it",
        fontsize=10,
    )
    return figure


def _draw_curves(axes: Axes, result: "Backtest", styles: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw the share of incidents found against the share of the area searched."""
    for name, style in styles.items():
        curve = result.curves[result.curves["model"] == name]
        curve = curve[curve["area_share"] <= _MOST_SHARE]
        # From the origin: who searches nothing finds nothing.
        x, y = (100 * np.append(0, curve[axis]) for axis in ("area_share", "hit_rate"))
        axes.plot(x, y, label=_plain(name), **style)
    axes.set_xlabel("Share of the area searched, %")
    axes.set_ylabel("Share of burglaries found, %")
    axes.set_xlim(0, 100 * _MOST_SHARE)
    axes.set_ylim(0)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, framealpha=0.9, edgecolor="none", loc="lower right")


def _draw_differences(
    axes: Axes, result: "Backtest", styles: Mapping[str, Mapping[str, Any]]
) -> None:
    """Draw, share by share, how much more than the year's density each forecast found."""
    shown = [name for name in styles if name not in (RANDOM, DENSITY)]
    shares = list(dict.fromkeys(result.table["area_share"]))
    apart = 0.6 / max(len(shares), 2)
    for place, share in enumerate(shares):
        rows = result.table[result.table["area_share"] == share].set_index("model")
        marker = _MARKERS[place % len(_MARKERS)]
        for number, name in enumerate(shown):
            row = 100 * rows.loc[name, ["difference", "difference_low", "difference_high"]]
            middle, low, high = row.to_numpy(dtype=float)
            at, colour = -(number + place * apart), styles[name]["color"]
            axes.plot([low, high], [at, at], color=colour, linewidth=2)
            axes.plot(middle, at, marker, color=colour)
        axes.plot([], [], marker, color="#555555", label=f"in {100 * share:.3g} % of the area")
    axes.axvline(0, color="black", linewidth=0.8)
    middle_of_group = apart * (len(shares) - 1) / 2
    ticks = [-number - middle_of_group for number in range(len(shown))]
    axes.set_yticks(ticks, [_plain(name) for name in shown], fontsize=8)
    axes.set_xlabel(
        "Percentage points more than last year's map found, with\n"
        "95 % intervals: what crosses 0 may be noise"
    )
    axes.grid(alpha=0.3, axis="x")
    axes.legend(fontsize=8, frameon=False, loc="best")


def _style(number: int, name: str) -> dict[str, Any]:
    """Choose colour and line of a forecast; baselines are grey."""
    if name in _GREYS:
        return {"color": _GREYS[name], "linestyle": "--", "linewidth": 1.4}
    colour, line = _COLOURS[number % len(_COLOURS)], _LINES[number % len(_LINES)]
    return {"color": colour, "linestyle": line, "linewidth": 1.8}


def _plain(name: str) -> str:
    """Escape a name, so that it is not read as mathematics."""
    return name.replace("$", r"\$")
