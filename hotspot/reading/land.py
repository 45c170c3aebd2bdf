"""Where on the globe there is land: the evidence that points were read the right way."""

from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from hotspot.reading.crs import Flags, Floats

# Cells of a quarter of a degree, from the south and the west, that a country on Natural Earth's
# 1:10m map (public domain) touches; without Antarctica, with the sea off Norfolk where Doggerby
# lies, the town of the samples.
_CELL_DEG = 0.25
_ROWS, _COLUMNS = int(180 / _CELL_DEG), int(360 / _CELL_DEG)


def on_land(longitude: Floats, latitude: Floats) -> Flags:
    """Test which places lie on land, or within some 20 km of it.

    Examples
    --------
    >>> on_land(np.array([-87.6, -40.0, 41.8, np.inf]), np.array([41.8, 41.8, -87.6, 0.0])).tolist()
    [True, False, False, False]
    """
    with np.errstate(invalid="ignore"):
        there = (np.abs(longitude) <= 360) & (np.abs(latitude) <= 90)
    row = np.floor((np.where(there, latitude, 0.0) + 90) / _CELL_DEG).astype(int)
    column = np.floor((np.where(there, longitude, 0.0) + 180) % 360 / _CELL_DEG).astype(int)
    found: Flags = there & _cells()[np.minimum(row, _ROWS - 1), column % _COLUMNS]
    return found


@cache
def _cells() -> NDArray[np.bool_]:
    with files("hotspot").joinpath("_assets", "land.npz").open("rb") as file:
        packed = np.load(file)["cells"]
    return np.unpackbits(packed, axis=1, count=_COLUMNS).astype(bool)
