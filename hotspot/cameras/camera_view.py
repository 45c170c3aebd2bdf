"""Whether a camera sees a point, by what its register says of direction, field and range."""

import re

import geopandas as gpd
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

YES, NO, UNKNOWN = "yes", "no", "unknown"
# Which way these looked at a time, nothing in a register tells.
_TURNS = re.compile(r"\b(?:ptz|pan\w*|dome|turn\w*|rotat\w*|mov\w*|speed dome)\b")
#: Nearer than this a camera stands on the point, and looks at it from no side. In metres.
ON_THE_POINT_M = 0.05


def bearings(dx: Floats, dy: Floats) -> Floats:
    """Return directions, clockwise from grid north, in degrees from 0 to 360; NaN of no length.

    Examples
    --------
    >>> bearings(np.array([0.0, 1, 0, -1, 0]), np.array([1.0, 0, -1, 0, 0])).tolist()
    [0.0, 90.0, 180.0, 270.0, nan]
    """
    degrees = np.degrees(np.arctan2(dx, dy)) % 360.0
    # A hair west of north would be 360.
    degrees = np.where(degrees >= 360.0, 0.0, degrees)
    return np.where(np.hypot(dx, dy) < ON_THE_POINT_M, np.nan, degrees)


def turned(one: Floats, other: Floats) -> Floats:
    """Return the angle between directions, the short way round: 0 to 180 degrees.

    Examples
    --------
    >>> turned(np.array([350.0, 10.0]), np.array([20.0, 200.0])).tolist()
    [30.0, 170.0]
    """
    return np.asarray(np.abs((one - other + 180.0) % 360.0 - 180.0))


def in_view(cameras: gpd.GeoDataFrame, distance_m: Floats, bearing: Floats) -> tuple[Texts, Texts]:
    """Return whether each camera sees its point, and why.

    Parameters
    ----------
    cameras : GeoDataFrame
        A row for each pair of camera and point, with ``direction``, ``field_of_view``,
        ``range_m`` and ``kind`` where they are told.
    distance_m, bearing : ndarray of float, shape (n,)
        From the camera to the point.

    Returns
    -------
    in_view : ndarray of {"yes", "no", "unknown"}, shape (n,)
        "no" where the point is out of range or out of the field; "yes" where it is known to be
        within both. Nothing is claimed through buildings, hedges and the dark.
    why : ndarray of str, shape (n,)
    """
    n = len(cameras)
    direction, field, range_m = (
        _numbers(cameras, name) for name in ("direction", "field_of_view", "range_m")
    )
    turns = np.zeros(n, dtype=bool)
    if "kind" in cameras.columns:
        turns = np.array([isinstance(kind, str) and bool(_TURNS.search(kind.casefold()))
                          for kind in cameras["kind"]], dtype=bool)  # fmt: skip
    all_round = field >= 360
    off = turned(direction, bearing)
    # Compared as NaN, what is not known is neither within nor without.
    within = all_round | (off <= field / 2 + 1e-9)
    # Of one that turns, an arc told by the register is how far it can; one direction is a habit.
    outside = ~all_round & (off > field / 2 + 1e-9)
    far, near = distance_m > range_m, distance_m <= range_m
    yes = within & near & ~turns
    no = far | (outside & ~turns)
    answer = np.where(no, NO, np.where(yes, YES, UNKNOWN)).astype(object)
    reasons = (
        (far, "out of its range"),
        (no, "looks another way"),
        (yes, "within its field and range"),
        (turns, "it turns: where it looked then is not told"),
        (np.isnan(direction) & ~all_round, "where it looks is not told"),
        (np.isnan(bearing) & ~all_round, "it stands on the point of the crime"),
        (np.isnan(field), "how wide it sees is not told"),
        (np.isnan(range_m), "looks there; how far it sees is not told"),
    )
    why = np.full(n, "not known", dtype=object)
    for mask, words in reversed(reasons):
        why[mask] = words
    return answer, why


def _numbers(cameras: gpd.GeoDataFrame, name: str) -> Floats:
    if name not in cameras.columns:
        return np.full(len(cameras), np.nan)
    return np.asarray(cameras[name].to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
