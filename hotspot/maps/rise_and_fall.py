"""Areas that rise and areas that fall, told apart by sign and hatching beside colour."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from hotspot.english import count
from hotspot.maps.elements import RowLayer, Style
from hotspot.maps.features import (
    Field,
    bounds_of,
    drawable,
    percent,
    point_labels,
    rows_of,
    texts_of,
    words,
)

_KINDS = (
    ("Rising", "\u25b2", Style("#8a1c00", "#f4a582", 0.35, weight=2, pattern="hatch")),
    ("Falling", "\u25bc", Style("#05456e", "#92c5de", 0.35, weight=2, pattern="backhatch")),
    ("No sure change", "", Style("#4d4d4d", "#d9d9d9", 0.3, weight=1, dash="2 4")),
)
_RISING, _FALLING, _NEITHER = range(3)
_BY_CLASS = {
    "emerging": _RISING,
    "intensifying": _RISING,
    "diminishing": _FALLING,
    "former": _FALLING,
    "persistent": _NEITHER,
    "recent": _NEITHER,
    "sporadic": _NEITHER,
}


def _ratio(value: float) -> str | None:
    """Write a ratio of rates, which is infinite where there was nothing before."""
    return "none before" if np.isinf(value) else percent(value)


_FIELDS: tuple[Field, ...] = (
    ("kind", "Change", words),
    ("hotspot_class", "Class", words),
    ("crimes_before", "Burglaries before", words),
    ("crimes_after", "Burglaries after", words),
    ("ratio", "Rate after, as a share of before", _ratio),
    ("interval", "Which may be", words),
    ("periods_hot", "Periods hot", words),
    ("recent_hot", "Of the recent periods", words),
    ("first_hot", "First hot", words),
    ("last_hot", "Last hot", words),
)


def change_problems(change: gpd.GeoDataFrame | None) -> list[str]:
    """Say what keeps a frame from being drawn as a change."""
    if change is None or not isinstance(change, gpd.GeoDataFrame):
        return []
    if "hotspot_class" in change.columns or {"ratio_low", "ratio_high"} <= set(change.columns):
        return []
    return ["The change must be a frame of hotspot_change or classify_hotspots."]


def change_layer(change: gpd.GeoDataFrame, show: bool = False) -> RowLayer:
    """Draw what rises and what falls.

    Parameters
    ----------
    change : GeoDataFrame
        Of `hotspot_change`: rising where the whole interval of the ratio is above 1, falling
        where it is below; or of `classify_hotspots`: emerging and intensifying cells rise,
        diminishing and former ones fall, and those that were never hot are left out.
    show : bool
        Whether it is on when the map opens.

    Returns
    -------
    RowLayer
    """
    change = drawable(change)
    if "hotspot_class" in change.columns:
        change = change[change["hotspot_class"].isin(list(_BY_CLASS))]
        number = change["hotspot_class"].map(_BY_CLASS).to_numpy(dtype=np.int64)
    else:
        number = np.where(
            change["ratio_low"] > 1,
            _RISING,
            np.where(change["ratio_high"] < 1, _FALLING, _NEITHER),
        )
        change = change.assign(
            interval=[
                f"{percent(low)} to {percent(high)}"
                if np.isfinite(high)
                else f"{percent(low)} or more"
                for low, high in change[["ratio_low", "ratio_high"]].itertuples(index=False)
            ]
        )
    change = change.assign(kind=[_KINDS[kind][0] for kind in number])
    names, texts = texts_of(change, _FIELDS)
    return RowLayer(
        "Rising and falling",
        rows_of(change, number, _headings(change, number), texts),
        [style for _, _, style in _KINDS],
        bounds=bounds_of(change),
        fields=names,
        labels=point_labels(change, [_KINDS[kind][1] for kind in number]),
        label_options={"className": "hotspot-change", "rise": 18},
        legend=[
            (style, f"{sign} {name}: {count(int((number == kind).sum()), 'place')}".strip())
            for kind, (name, sign, style) in enumerate(_KINDS)
            if (number == kind).any()
        ]
        or [(Style(stroke="none"), "none found")],
        show=show,
    )


def _headings(change: gpd.GeoDataFrame, number: npt.NDArray[np.int64]) -> list[str]:
    """Name each place by what it is called, else by what it does."""
    for column, before in (("rank", "Hotspot "), ("area", "")):
        if column in change.columns:
            return [f"{before}{words(value) or '?'}" for value in change[column]]
    return [_KINDS[kind][0] for kind in number]
