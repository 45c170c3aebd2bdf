"""Made-up crimes whose series are all known: to see how well a linkage finds them."""

import geopandas as gpd
import numpy as np
import pandas as pd

_FIRST = pd.Timestamp("2022-01-01")
_ALONE, _LONGEST, _METHODS, _HUBS = 0.75, 32, 31, 6
# Hours that windows last, and how often.
_WIDTHS_H, _SHARES = (0.0, 1.0, 4.0, 9.0, 14.0, 40.0), (0.15, 0.15, 0.25, 0.25, 0.15, 0.05)


def linked_incidents(seed: int = 0, crimes: int = 490) -> gpd.GeoDataFrame:
    """Draw crimes by offenders of whom some commit one and some up to thirty.

    Parameters
    ----------
    seed : int
    crimes : int
        How many.

    Returns
    -------
    geopandas.GeoDataFrame
        Incidents over four years in a city of 12 km: ``crime_ref``, windows from no hours to
        forty, one of 31 methods in ``mo`` (one in twenty blank), ``series_id`` of every crime.
        Each offender has a home, a time of year, hours and a favourite method, and keeps to none
        of them strictly. EPSG:27700.

    Examples
    --------
    >>> made = linked_incidents()
    >>> len(made), made["series_id"].nunique() > 100
    (490, True)
    """
    draw = np.random.default_rng(seed)
    common = draw.dirichlet(np.full(_METHODS, 0.6))
    hubs = draw.uniform(0, 12_000, (_HUBS, 2))
    parts: list[pd.DataFrame] = []
    left = crimes
    while left:
        alone = draw.random() < _ALONE
        size = min(1 if alone else int(2 + 2 * draw.pareto(1.1)), _LONGEST, left)
        home = hubs[draw.integers(_HUBS)] + draw.normal(0, 1_800, 2)
        parts.append(_one_offender(draw, size, home, common).assign(series_id=f"S/{len(parts)}"))
        left -= size
    made = pd.concat(parts, ignore_index=True).iloc[draw.permutation(crimes)]
    made = made.reset_index(drop=True)
    made.insert(0, "crime_ref", [f"C{number:04d}" for number in range(1, crimes + 1)])
    points = gpd.points_from_xy(made.pop("x"), made.pop("y"))
    frame = gpd.GeoDataFrame(made, geometry=points, crs="EPSG:27700")
    frame.attrs["resolution"] = "day"
    return frame


def _one_offender(
    draw: np.random.Generator, size: int, home: np.ndarray, common: np.ndarray
) -> pd.DataFrame:
    """Return the crimes of one offender."""
    days = draw.uniform(0, 1_400) + draw.uniform(0, draw.uniform(5, 90) + 6 * size, size)
    hour = draw.choice([2, 11, 14, 20]) + draw.normal(0, 1.5)
    hours = np.mod(hour + draw.normal(0, draw.uniform(1, 4), size), 24)
    width = draw.choice(_WIDTHS_H, size, p=_SHARES) * draw.uniform(0.5, 1.2, size)
    begun = np.floor(days) * 24 + hours - draw.random(size) * width
    favourites = draw.choice(_METHODS, 2, p=common)
    kind = draw.choice(3, size, p=(0.45, 0.15, 0.4))
    method = np.where(kind < 2, favourites[np.minimum(kind, 1)],
                      draw.choice(_METHODS, size, p=common))  # fmt: skip
    away = draw.standard_t(3, (size, 2)) * 1_500 * draw.choice([0.25, 1, 1.6], (size, 1))
    start, end = (_FIRST + pd.to_timedelta(np.round(60 * h), unit="min") for h in
                  (begun, begun + width))  # fmt: skip
    known = draw.random(size) > 0.05
    return pd.DataFrame(
        {
            "occurred_from": start, "occurred_to": end,
            "mo": [f"M{code + 1}" if told else None for code, told in
                   zip(method, known, strict=True)],
            "x": home[0] + away[:, 0], "y": home[1] + away[:, 1],
        }
    )  # fmt: skip
