"""Counts that can be published: places with enough homes, and no small number to be worked out."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from hotspot._errors import DataError
from hotspot.english import count

SHOWN, FEW, WITHHELD = "shown", "few", "withheld"
# Of two areas that overlap by less than this share of the smaller, the borders are only drawn ill.
_SLIVER = 0.01

Numbers = npt.NDArray[np.int64]


def cells_with_homes(homes: gpd.GeoSeries, cell_size_m: float, minimum: int) -> gpd.GeoDataFrame:
    """Cut the ground into squares, and join those with too few homes to their neighbours.

    Parameters
    ----------
    homes : GeoSeries of points
    cell_size_m : float
        Edge of a square; edges lie on whole multiples of it.
    minimum : int
        Homes that each cell holds at least.

    Returns
    -------
    GeoDataFrame
        Columns ``homes`` and geometry, from the north-west to the south-east. No cell overlaps
        another. The cut depends on nothing but the homes.

    Raises
    ------
    DataError
        If there are fewer homes in all.
    """
    if len(homes) < minimum:
        raise DataError(
            f"There are only {count(len(homes), 'address', 'addresses')} of homes: no place with "
            f"at least {minimum} can be shown."
        )
    squares, held = np.unique(_squares(homes, cell_size_m), axis=0, return_counts=True)
    groups = _joined(squares.astype(float), held, minimum)
    west, south = squares[:, 0] * cell_size_m, squares[:, 1] * cell_size_m
    boxes = shapely.box(west, south, west + cell_size_m, south + cell_size_m)
    cells = gpd.GeoDataFrame({"group": groups, "homes": held}, geometry=boxes, crs=homes.crs)
    cells = cells.dissolve("group", aggfunc="sum")
    corner = cells.geometry.bounds
    return cells.iloc[np.lexsort((corner["minx"], -corner["maxy"]))].reset_index(drop=True)


def _squares(points: gpd.GeoSeries, cell_size_m: float) -> Numbers:
    """Return the column and row of the square that each point lies in."""
    places = shapely.get_coordinates(points.to_numpy())
    return np.floor(places / cell_size_m).astype(np.int64)


def _joined(squares: npt.NDArray[np.float64], held: Numbers, minimum: int) -> Numbers:
    """Join groups below the minimum to the nearest other group, until there are none."""
    # All poor groups at once, each to its nearest: a round at least halves them, whatever the town.
    groups = np.arange(len(squares), dtype=np.int64)
    # A group below the minimum has fewer squares than this, so that another's is among them.
    near = min(len(squares), minimum)
    tree = cKDTree(squares)
    while True:
        poor = np.flatnonzero(np.bincount(groups, held)[groups] < minimum)
        if not len(poor):
            return groups
        away, other = tree.query(squares[poor], k=near)
        away = np.where(groups[other] == groups[poor][:, None], np.inf, away)
        best = np.argmin(away, axis=1)
        pairs = pd.DataFrame(
            {
                "group": groups[poor],
                "other": groups[other[np.arange(len(poor)), best]],
                "away": away.min(axis=1),
            }
        )
        pairs = pairs.sort_values(["away", "other"]).drop_duplicates("group")
        links = coo_matrix(
            (np.ones(len(pairs)), (pairs["group"], pairs["other"])), shape=(groups.max() + 1,) * 2
        )
        groups = connected_components(links, directed=False)[1].astype(np.int64)[groups]


def overlaps(areas: gpd.GeoDataFrame) -> list[str]:
    """Return which areas share ground: a crime there would count twice.

    Which area a point lies in is decided once, by `geo.area_positions`; this asks for any pair that
    touches, since ground that is claimed by two belongs to neither for a count that is published.
    """
    shapes = areas.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    names = areas["area"].astype(str).to_numpy()
    return [
        f"The areas {names[a]} and {names[b]} overlap: a burglary there would count twice."
        for a, b, part in zip(first, second, shared > _SLIVER * smaller, strict=True)
        if part
    ]


def protected(
    counts: Numbers, homes: Numbers, minimum: int, smallest: int
) -> npt.NDArray[np.object_]:
    """Choose which counts are shown, so that no other can be worked out from them.

    Parameters
    ----------
    counts : array of int, n
    homes : array of int, n
        A place with fewer than `minimum` has its count withheld.
    minimum : int
    smallest : int
        Counts below it are shown as "fewer than" it only, whether 0 or not.

    Returns
    -------
    array of {"shown", "few", "withheld"}, n

    Raises
    ------
    DataError
        If nothing is left to hide the small counts in, and the total would tell them.

    Notes
    -----
    The reader is taken to know the exact total from elsewhere, and this rule. Where any count is
    hidden, so is that of the place with the fewest homes of those that could be shown: it may be
    all that is hidden, so that the total proves a burglary nowhere else [1]_. Whether and which
    follows from what the page tells anyway and never from a hidden count, or else the choice would
    tell it [2]_.

    References
    ----------
    .. [1] Hundepool, A. et al. (2012). *Statistical Disclosure Control*, chapter 4 (secondary
       cell suppression and the audit of its intervals). Wiley.
    .. [2] Wong, R. C.-W., Fu, A. W.-C., Wang, K. and Pei, J. (2007). Minimality attack in privacy
       preserving data publishing. *Proceedings of VLDB*, 543-554.

    Examples
    --------
    >>> protected(np.array([9, 2, 5]), np.array([40, 30, 20]), minimum=8, smallest=3).tolist()
    ['shown', 'few', 'withheld']
    """
    enough = homes >= minimum
    status = np.where(enough, np.where(counts < smallest, FEW, SHOWN), WITHHELD).astype(object)
    secret, shown = status != SHOWN, np.flatnonzero(status == SHOWN)
    # Two places with too few homes hide each other, and all small counts.
    if secret.any() and (~enough).sum() < 2 and len(shown):
        status[shown[np.argmin(homes[shown])]] = WITHHELD
    if secret.any() and _provable(counts, status, secret, smallest):
        raise DataError(
            "There are too few burglaries, in too few places, for a public map: what is hidden "
            "could be worked out from the total. Choose a longer period."
        )
    return status


def _provable(
    counts: Numbers,
    status: npt.NDArray[np.object_],
    secret: npt.NDArray[np.bool_],
    smallest: int,
) -> bool:
    """Test whether the total proves a burglary in a place that must not be told."""
    rest = int(counts[status != SHOWN].sum())
    hidden = status == WITHHELD
    # The most that all other places that are not shown can hold; a withheld one has no limit.
    few_hold = int((status == FEW).sum()) * (smallest - 1)
    others = np.where(status == FEW, few_hold - (smallest - 1.0), few_hold)
    others = np.where(hidden.sum() - hidden > 0, np.inf, others)
    return bool((rest > others[secret]).any())
