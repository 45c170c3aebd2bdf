"""What stands near a place: addresses in square cells, asked by distance, building and street."""

import numpy as np
import numpy.typing as npt

from hotspot._kernels.near_points import groups_near, into_cells, places_near, points_near

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
    """

    def __init__(self, x: Floats, y: Floats, home: Bools, place: Ints, street: Ints) -> None:
        self._cells = into_cells(x, y, _CELL_M)
        self._home, self._place, self._street = home, place, street
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
