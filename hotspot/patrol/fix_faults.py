"""Fixes that cannot be right: no position, two places at once, jumps that no vehicle makes."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from hotspot.reading.faults import Faults

#: No unit on the ground is faster: 216 km/h. In metres a second.
MOST_SPEED_MPS = 60.0
#: A fix that may be farther off than that places no one in a street or hotspot. In metres.
MOST_ACCURACY_M = 200.0
# Units that ride together may meet at a place or two to the metre, not all the way.
_PLACES_OF_A_TRACK = 10
_NO_POSITION = "without a position: 0, 0 is what a receiver writes then"
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def add_no_position(faults: Faults, first: Floats, second: Floats, column: str) -> Flags:
    """Add the fixes at 0, 0, and return which they are.

    Parameters
    ----------
    faults : Faults
        Added to.
    first, second : ndarray of float, shape (n,)
        Coordinates as they stand in the source.
    column : str
        What to call them.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    # Some receivers write a hair beside it: there is no land within a kilometre of 0, 0.
    nought = (np.abs(first) < 0.01) & (np.abs(second) < 0.01)
    faults.add(nought, column, np.full(len(first), "0, 0"), _NO_POSITION)
    return nought


def add_bad_accuracy(faults: Faults, accuracy: Floats, column: str) -> None:
    """Add the fixes that may be farther off than any place is wide."""
    far = accuracy > MOST_ACCURACY_M
    reason = f"accuracy worse than {MOST_ACCURACY_M:g} m: it tells no street"
    faults.add(far, column, [f"{one:g}" for one in accuracy], reason)


def add_repeated(faults: Faults, fixes: pd.DataFrame) -> int:
    """Add the fixes of one unit at one second but for the best, and return of how many places.

    Parameters
    ----------
    faults : Faults
        Of the rows of `fixes`; added to.
    fixes : DataFrame
        ``unit``, ``utc``, ``x``, ``y`` and ``accuracy_m``; rows with faults are passed over.

    Returns
    -------
    int
        How many stood elsewhere than the one kept.
    """
    good = np.flatnonzero(~faults.faulty)
    # The most exact is kept, then by place: not by the order of the rows.
    order = good[_order(fixes.iloc[good], ("unit", "utc", "accuracy_m", "x", "y"))]
    some = fixes.iloc[order]
    again = some.duplicated(["unit", "utc"]).to_numpy()
    if not again.any():
        return 0
    kept = np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))
    x, y = some["x"].to_numpy(), some["y"].to_numpy()
    apart = np.hypot(x - x[kept], y - y[kept])
    labels = faults.index[order]
    at, reasons = order[again], []
    for row, metres in zip(labels[kept[again]], apart[again], strict=True):
        what = f"repeated fix of row {row}"
        reasons.append(what if metres < 0.5 else f"another place at the second of row {row}")
    mask = np.zeros(len(fixes), dtype=bool)
    mask[at] = True
    by_row = dict(zip(at.tolist(), reasons, strict=True))
    values = [str(one) for one in fixes["unit"].to_numpy()]
    faults.add(mask, "unit", values, [by_row[one] for one in np.flatnonzero(mask).tolist()])
    return int((apart[again] >= 0.5).sum())


def add_jumps(faults: Faults, fixes: pd.DataFrame) -> int:
    """Add fixes to which and from which nobody could come so fast, and return what is left.

    Parameters
    ----------
    faults : Faults
        Of the rows of `fixes`; added to.
    fixes : DataFrame
        As of `add_repeated`.

    Returns
    -------
    int
        How many steps faster than `MOST_SPEED_MPS` are left: which of their ends is wrong, if any,
        nothing tells.
    """
    good = np.flatnonzero(~faults.faulty)
    order = good[_order(fixes.iloc[good], ("unit", "utc"))]
    some = fixes.iloc[order]
    x, y = some["x"].to_numpy(), some["y"].to_numpy()
    unit = some["unit"].to_numpy()
    seconds = some["utc"].to_numpy().astype("datetime64[ns]").astype(np.int64) / 1e9
    n = len(order)
    if n < 2:
        return 0
    fast = _speeds(x, y, seconds, 1) > MOST_SPEED_MPS
    fast &= unit[1:] == unit[:-1]
    if not fast.any():
        return 0
    jump = np.zeros(n, dtype=bool)
    if n > 2:
        over = _speeds(x, y, seconds, 2)
        jump[1:-1] = fast[:-1] & fast[1:] & (over <= MOST_SPEED_MPS)
        # Of two in a row the second may have been right: it is judged without the first.
        jump[1:] &= ~jump[:-1]
    inward = np.concatenate([[0.0], _speeds(x, y, seconds, 1)])
    mask = np.zeros(len(fixes), dtype=bool)
    mask[order[jump]] = True
    by_row = {
        int(at): f"a jump: {speed:,.0f} m/s from the fix before and back"
        for at, speed in zip(order[jump], inward[jump], strict=True)
    }
    values = [str(one) for one in fixes["unit"].to_numpy()]
    faults.add(mask, "geometry", values, [by_row[one] for one in np.flatnonzero(mask).tolist()])
    keep = ~jump
    left = _speeds(x[keep], y[keep], seconds[keep], 1) > MOST_SPEED_MPS
    return int((left & (unit[keep][1:] == unit[keep][:-1])).sum())


def same_tracks(fixes: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return the pairs of units that were in the same places at the same seconds.

    Parameters
    ----------
    fixes : DataFrame
        As of `add_repeated`; only those that are used.

    Returns
    -------
    list of (str, str, int)
        Two units and how many fixes they have in common: half of the fewer, at ten places or more.
        Radios that lie in one station are at fewer.
    """
    spot = ["utc", "x", "y"]
    shared = fixes[fixes.duplicated(spot, keep=False)].sort_values([*spot, "unit"])
    # Of three names of one unit each is held against the next: no number of them is squared.
    again = shared.duplicated(spot).to_numpy()
    pairs = shared[spot].assign(one=shared["unit"].shift(), other=shared["unit"])[again]
    pairs = pairs[pairs["one"] != pairs["other"]]
    number = {str(one): int(many) for one, many in fixes["unit"].value_counts().items()}
    found = []
    for key, group in pairs.groupby(["one", "other"]):
        one, other = map(str, key)
        places = len(group[["x", "y"]].drop_duplicates())
        if 2 * len(group) >= min(number[one], number[other]) and places >= _PLACES_OF_A_TRACK:
            found.append((one, other, len(group)))
    return found


def _order(fixes: pd.DataFrame, columns: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Return the order of rows by some columns, the first of them first."""
    keys = []
    for name in reversed(columns):
        values = fixes[name].to_numpy()
        keys.append(pd.factorize(values, sort=True)[0] if name == "unit" else values)
    return np.asarray(np.lexsort(keys), dtype=np.int64)


def _speeds(x: Floats, y: Floats, seconds: Floats, apart: int) -> Floats:
    """Return the speeds between fixes so many rows apart, in metres a second."""
    with np.errstate(divide="ignore", invalid="ignore"):
        metres = np.hypot(x[apart:] - x[:-apart], y[apart:] - y[:-apart])
        return np.asarray(metres / (seconds[apart:] - seconds[:-apart]))
