"""Pictures of process charts and of funnels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from hotspot._kernels.arrays import Bools
from hotspot.output.text import clean_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INK, _RED, _GREY, _BLUE = "#1d2733", "#c8102e", "#5c6773", "#0b5cad"
_MOST_LABELS = 8


def draw_chart(table: pd.DataFrame, labels: Sequence[str], what: str) -> "Figure":
    """Draw a process chart.

    Parameters
    ----------
    table : DataFrame
        As of `ProcessChart`.
    labels : sequence of str
        A name a period.
    what : str
        What is drawn, along the axis.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from hotspot.output.pictures import Picture

    figure = Picture(figsize=(7.4, 3.8), layout="constrained")
    axes = figure.subplots()
    x = np.arange(len(table))
    axes.plot(x, table["value"], "-o", color=_GREY, markerfacecolor=_INK, markeredgecolor=_INK,
              markersize=4, linewidth=1, label="each period")  # fmt: skip
    for number, part in table.groupby("phase"):
        at = part.index.to_numpy()
        # A limit at half a step to each side: a phase of its own is seen as one.
        ends = np.r_[at[0] - 0.5, at, at[-1] + 0.5]
        first = number == table["phase"].iloc[0]
        for name, style, words in (("centre", "-", "centre line"), ("low", "--", "limits"),
                                   ("high", "--", "")):  # fmt: skip
            line = part[name].to_numpy()
            axes.plot(ends, np.r_[line[0], line, line[-1]], style, color=_BLUE, linewidth=1.1,
                      label=words if first and words else None)  # fmt: skip
    told = (table["signal"] != "").to_numpy()
    if told.any():
        axes.plot(x[told], table["value"][told], "s", color=_RED, markersize=7, label="signal")
    step = max(1, -(-len(table) // _MOST_LABELS))
    axes.set_xticks(x[::step], [clean_text(label) for label in labels[::step]], fontsize=8)
    axes.set(ylabel=what, xlim=(-0.7, len(table) - 0.3))
    axes.legend(loc="upper left", bbox_to_anchor=(0, 1.14), ncols=4, frameon=False, fontsize=8)
    axes.grid(alpha=0.3)
    return figure


def draw_funnel(
    table: pd.DataFrame, curve: pd.DataFrame, benchmark: float, what: str, of: str
) -> "Figure":
    """Draw rates against what they are of, between the limits of chance.

    Parameters
    ----------
    table : DataFrame
        As of `FunnelRates`.
    curve : DataFrame
        ``denominator`` and the four limits, in its order.
    benchmark : float
    what, of : str
        Along the axes.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from hotspot.output.pictures import Picture

    figure = Picture(figsize=(7.0, 4.4), layout="constrained")
    axes = figure.subplots()
    for level, style in (("95", ":"), ("998", "--")):
        for side in ("low", "high"):
            words = f"{'95' if level == '95' else '99.8'} % limits" if side == "low" else None
            axes.plot(curve["denominator"], curve[f"{side}_{level}"], style, color=_BLUE,
                      linewidth=1.1, label=words)  # fmt: skip
    axes.axhline(benchmark, color=_BLUE, linewidth=1, label="benchmark")
    outside = table["verdict"].isin(("above", "below")).to_numpy()
    unknown = (table["verdict"] == "cannot tell").to_numpy()
    for chosen, mark, fill, words in (
        (~outside & ~unknown, "o", _INK, "as expected"),
        (unknown, "o", "white", "cannot tell"),
        (outside, "s", _RED, "above or below"),
    ):
        if chosen.any():
            axes.plot(table["denominator"][chosen], table["rate"][chosen], mark, color=_INK,
                      markerfacecolor=fill, linestyle="none", label=words)  # fmt: skip
    _name_points(axes, table, outside)
    axes.set(xlabel=of, ylabel=what, xlim=(0, None))
    axes.legend(loc="best", fontsize=8)
    axes.grid(alpha=0.3)
    return figure


def _name_points(axes: object, table: pd.DataFrame, which: Bools) -> None:
    for row in table[which].itertuples():
        axes.annotate(  # type: ignore[attr-defined]
            clean_text(str(row.area)), (row.denominator, row.rate), (6, 4),
            textcoords="offset points", fontsize=8,
        )  # fmt: skip
