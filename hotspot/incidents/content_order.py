"""One order of incidents by what they say, so that no answer turns on the order of the rows."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]


def content_order(incidents: pd.DataFrame, times: pd.Series | None = None) -> Ints:
    """Return the positions of the rows in order of what they say.

    Parameters
    ----------
    incidents : DataFrame, n rows
        With ``crime_ref``, ``occurred_from`` and ``occurred_to``; points where it is a
        GeoDataFrame.
    times : Series of datetime64, optional
        The moment of each row that goes first. Default: when its window begins.

    Returns
    -------
    ndarray of int64, shape (n,)
        By moment, then reference, place and window, then by all other columns as text. Rows that
        remain tied say the same, and it does not matter which comes first; the index and the
        order of the rows decide nothing.

    Examples
    --------
    >>> day = pd.to_datetime(["2026-03-02", "2026-03-01", "2026-03-01"])
    >>> incidents = gpd.GeoDataFrame(
    ...     {"crime_ref": ["A", "C", "B"], "occurred_from": day, "occurred_to": day},
    ...     geometry=gpd.points_from_xy([0, 0, 0], [0, 0, 0]))
    >>> content_order(incidents).tolist()
    [2, 1, 0]
    """
    begun, ended = (incidents[name].to_numpy() for name in ("occurred_from", "occurred_to"))
    known = ["crime_ref", "occurred_from", "occurred_to"]
    place = []
    if isinstance(incidents, gpd.GeoDataFrame):
        points = incidents.geometry
        place = [points.x.to_numpy(), points.y.to_numpy()]
        known.append(points.name)
    refs = pd.factorize(incidents["crime_ref"], sort=True)[0]
    keys = [begun if times is None else times.to_numpy(), refs, *place, begun, ended]
    order = np.lexsort(keys[::-1])
    tied = np.zeros(len(order), dtype=bool)
    tied[1:] = np.logical_and.reduce([key[order[1:]] == key[order[:-1]] for key in keys])
    tied[:-1] |= tied[1:]
    if tied.any():
        # Few rows, if any: to write all columns of every row as text would take far longer.
        rows = order[tied]
        others = sorted((name for name in incidents.columns if name not in known), key=str)
        texts = [incidents[name].iloc[rows].astype(str) for name in others]
        keys = [*(key[rows] for key in keys), *(pd.factorize(t, sort=True)[0] for t in texts)]
        order[tied] = rows[np.lexsort(keys[::-1])]
    return np.asarray(order, dtype=np.int64)


def in_content_order(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows in order of what they say, each with its label."""
    return incidents.iloc[content_order(incidents)]
