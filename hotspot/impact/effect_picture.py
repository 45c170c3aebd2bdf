"""The picture of an evaluation: the ratio of each choice, beside operations that never were."""

from typing import TYPE_CHECKING

import numpy as np

from hotspot.english import count
from hotspot.output.text import clean_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from hotspot.impact.operation_effect import OperationEffect

_INK, _RED, _GREY, _BLUE = "#1d2733", "#c8102e", "#98a3b0", "#0b5cad"


def draw_effect(effect: "OperationEffect") -> "Figure":
    """Draw an evaluation: each choice with its interval, and what nothing done would have shown.

    Parameters
    ----------
    effect : OperationEffect

    Returns
    -------
    matplotlib.figure.Figure
    """
    from hotspot.output.pictures import Picture

    row = effect.table.iloc[0]
    lines = [("this evaluation", row["value"], row["low"], row["high"], _RED)]
    for choice in effect.choices.to_dict("records"):
        width = "" if np.isnan(choice["buffer_m"]) else f", {choice['buffer_m']:,.0f} m around"
        label = f"{choice['control']}{width} ({count(choice['control_places'], 'place')})"
        lines.append((label, choice["rate_ratio"], choice["low"], choice["high"], _BLUE))
    kinds = effect.placebo["kind"].unique().tolist()
    rows = len(lines) + len(kinds)
    figure = Picture(figsize=(7.4, 1.3 + 0.42 * rows), layout="constrained")
    axes = figure.subplots()
    axes.axvline(1, color=_INK, linewidth=1)
    for at, (_, value, low, high, colour) in enumerate(lines):
        axes.plot([low, high], [at, at], color=colour, linewidth=1.6)
        axes.plot([value], [at], "o", color=colour, markersize=6)
    for at, kind in enumerate(kinds, len(lines)):
        found = effect.placebo.loc[effect.placebo["kind"] == kind, "rate_ratio"]
        axes.plot(found, np.full(len(found), at), "|", color=_GREY, markersize=12)
    labels = [label for label, *_ in lines] + [f"nothing done: {kind}" for kind in kinds]
    axes.set_yticks(range(rows), [clean_text(label) for label in labels], fontsize=8)
    axes.set(xscale="log", ylim=(rows - 0.5, -0.5))
    ticks = [tick for tick in (0.1, 0.2, 0.5, 0.7, 1, 1.5, 2, 5, 10)
             if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]]  # fmt: skip
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("Rate ratio of treated to control (below 1: fewer than expected)")
    axes.grid(alpha=0.3, axis="x")
    return figure
