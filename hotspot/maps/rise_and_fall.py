"""Areas that rise and areas that fall, by sign and hatching beside colour."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from hotspot.english import count, percent
from hotspot.maps.colours import FALLING, NO_SURE_CHANGE, RISING
from hotspot.maps.elements import Drawing
from hotspot.maps.features import Field, as_text, drawable, drawing_of, point_labels
from hotspot.maps.scene import Scene
from hotspot.trends.comparison_words import COMPARABLE
from hotspot.trends.definition_changes import signed

_KINDS = (
    ("Rising", "\u25b2", RISING),
    ("Falling", "\u25bc", FALLING),
    ("No sure change", "", NO_SURE_CHANGE),
)
_RISING, _FALLING, _NEITHER = range(3)
_CLASS = "hotspot_class"
# What was hot all along, or once in a while, neither rises nor falls.
_BY_CLASS = {
    "new": _RISING,
    "consecutive": _RISING,
    "intensifying": _RISING,
    "diminishing": _FALLING,
    "historical": _FALLING,
    "persistent": _NEITHER,
    "oscillating": _NEITHER,
    "sporadic": _NEITHER,
    "no pattern": _NEITHER,
}


def _ratio(value: float) -> str:
    """Return a ratio of rates, which is infinite where there was nothing before."""
    return "none before" if np.isinf(value) else percent(value)


def _interval(low: float, high: float) -> str:
    """Return between which the ratio may be."""
    return f"{percent(low)} to {percent(high)}" if np.isfinite(high) else f"{percent(low)} or more"


_FIELDS: tuple[Field, ...] = (
    ("kind", "Change", as_text),
    (_CLASS, "Class", as_text),
    ("crimes_before", "Burglaries before", as_text),
    ("crimes_after", "Burglaries after", as_text),
    ("ratio", "Rate after, as a share of before", _ratio),
    ("interval", "Which may be", as_text),
    ("rolling_12", "Burglaries in 12 months", as_text),
    ("reference_12", "Held against", as_text),
    ("changed", "Change", as_text),
    ("word", "In a word", as_text),
    ("rule", "Why", as_text),
    ("compared", "Months", as_text),
    ("periods_hot", "Periods hot", as_text),
    ("periods_cold", "Periods cold", as_text),
    ("first_hot", "First hot", as_text),
    ("last_hot", "Last hot", as_text),
)


def change_problems(name: str, change: object) -> list[str]:
    """Return what keeps a frame from being drawn as a change."""
    columns = set(getattr(change, "columns", ()))
    known = ({_CLASS}, {"ratio_low", "ratio_high"}, {"word", "change"})
    if not columns or any(of <= columns for of in known):
        return []
    return [
        f"The {name} must be a frame of hotspot_change or classify_hotspots, or areas with the "
        "word and change of performance_table."
    ]


def draw_change(change: gpd.GeoDataFrame, _: Scene) -> Drawing:
    """Draw what rises and what falls.

    Parameters
    ----------
    change : GeoDataFrame
        Of `hotspot_change`: rising where the whole interval of the ratio is above 1, falling
        where it is below; or of `classify_hotspots`: new, consecutive and intensifying cells
        rise, diminishing and historical ones fall, and those that were never hot are left out; or
        areas with ``word`` and ``change`` of `performance_table`, "Comparable" ones neither.

    Returns
    -------
    Drawing
    """
    change = drawable(change)
    if _CLASS in change.columns:
        change = change[change[_CLASS].isin(list(_BY_CLASS))]
        number = change[_CLASS].map(_BY_CLASS).to_numpy(dtype=np.int64)
    elif "word" in change.columns:
        sure = ~change["word"].isin([COMPARABLE, ""])
        moves = np.where(change["change"] > 0, _RISING, _FALLING)
        number = np.where(sure, moves, _NEITHER)
        change = change.assign(changed=[signed(value) for value in change["change"]])
    else:
        # Only where chance alone leaves no doubt: a ratio of 2 from two burglaries to four is none.
        falls = np.where(change["ratio_high"] < 1, _FALLING, _NEITHER)
        number = np.where(change["ratio_low"] > 1, _RISING, falls)
        intervals = change[["ratio_low", "ratio_high"]].itertuples(index=False)
        change = change.assign(interval=[_interval(low, high) for low, high in intervals])
    change = change.assign(kind=[_KINDS[kind][0] for kind in number])
    return drawing_of(
        change,
        [style for _, _, style in _KINDS],
        number,
        _headings(change, number),
        _FIELDS,
        labels=point_labels(change, [_KINDS[kind][1] for kind in number]),
        label_options={"className": "hotspot-change", "rise": 18},
        legend=[
            (style, f"{sign} {name}: {count(int((number == kind).sum()), 'place')}".strip())
            for kind, (name, sign, style) in enumerate(_KINDS)
            if (number == kind).any()
        ],
    )


def _headings(change: gpd.GeoDataFrame, number: npt.NDArray[np.int64]) -> list[str]:
    """Return what each place is called, else what it does."""
    for column, before in (("rank", "Hotspot "), ("area", "")):
        if column in change.columns:
            return [f"{before}{as_text(value) or '?'}" for value in change[column]]
    return [_KINDS[kind][0] for kind in number]
