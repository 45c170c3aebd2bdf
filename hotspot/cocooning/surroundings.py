"""What stands near a place: addresses in square cells, asked by distance, building and street."""

import numpy as np
import numpy.typing as npt

from hotspot._kernels.cocooning import Most, Standing, Start, home_neighbours
from hotspot._kernels.near_points import groups_near, into_cells, places_near, points_near
from hotspot.cocooning.presets import Reach

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Those next door are of one cell or two.
_CELL_M = 100.0


class Surroundings:
    """Addresses by their place.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
    home : ndarray of bool, shape (n,)
        Which of them are homes.
    place, street : ndarray of int64, shape (n,)
        Building, from 0, and street, -1 where it is not known.
    house, number : ndarray of int64, shape (n,)
        Rank of the house number, -1 where it is not known, and the bare number.
    """

    def __init__(
        self,
        x: Floats,
        y: Floats,
        home: Bools,
        place: Ints,
        street: Ints,
        house: Ints,
        number: Ints,
    ) -> None:
        self._cells = into_cells(x, y, _CELL_M)
        self._home, self._place, self._street = home, place, street
        self._standing = Standing(x, y, place, street, house, number)
        self._buildings = int(place.max(initial=-1)) + 1

    def homes(self, x: Floats, y: Floats, within_m: float) -> tuple[Ints, Ints]:
        """Return where the homes near each of some places begin, and these one after another."""
        return points_near(self._cells, self._home, x, y, within_m)

    def addresses(self, x: Floats, y: Floats, within_m: float) -> tuple[Ints, Ints]:
        """Return all addresses as `homes` returns homes, in the order in which they stand."""
        every = np.ones(len(self._home), dtype=bool)
        start, found = points_near(self._cells, every, x, y, within_m)
        nth = np.repeat(np.arange(len(x)), np.diff(start))
        return start, found[np.lexsort((found, nth))]

    def places(self, x: Floats, y: Floats, within_m: float) -> tuple[Ints, Ints]:
        """Count for each home the places within a distance, and find the last, -1 for none."""
        return places_near(self._cells, self._home, x, y, within_m)

    def buildings(
        self, point: tuple[float, float], street: int, place: int, within_m: float, near_m: float
    ) -> Ints:
        """Return the homes within a distance whose building is near, of the street or the place.

        A street or place of -1 is none.
        """
        asked = (*point, street, place)
        return groups_near(
            self._cells,
            self._home,
            self._place,
            self._street,
            asked,
            within_m,
            near_m,
            self._buildings,
        )

    def neighbours(
        self,
        near: Ints,
        point: tuple[float, float],
        door: int,
        within_m: float,
        near_m: float,
        reach: Reach,
    ) -> tuple[Ints, Ints, Floats, bool]:
        """Find what homes are to a burgled one, -1 where its door is not known.

        Returns
        -------
        door : ndarray of int64, shape (n,)
            The neighbours among the homes that `buildings` found, the nearest first.
        told : ndarray of int64, shape (3, n)
            As of `home_neighbours`, and so is whether there are enough.
        apart_m : ndarray of float64, shape (n,)
        enough : bool
        """
        (x, y), homes = point, self._standing
        dx, dy = homes.x[near] - x, homes.y[near] - y
        apart_m = np.hypot(dx, dy).round(2)
        kept = np.flatnonzero((apart_m <= within_m) & (near != door))
        # Ties are broken by where homes lie, never by the order of the rows.
        of = [values[near[kept]] for values in (homes.place, homes.house, homes.street)]
        kept = kept[np.lexsort((*of, *np.round([dy[kept], dx[kept]], 2), apart_m[kept]))]
        near, apart_m = near[kept], apart_m[kept]
        place, street, house, number = (
            (int(values[door]) for values in homes[2:]) if door >= 0 else (-1, -1, -1, 0)
        )
        start = Start(x, y, place, street, house, number)
        their = Standing._make(values[near] for values in homes)
        told, enough = home_neighbours(their, apart_m, start, near_m, Most(*reach))
        chosen = told[0] > 0
        return near[chosen], told[:, chosen], apart_m[chosen], enough
