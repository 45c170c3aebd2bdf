"""Density at each point from all the others, for many bandwidths in one sweep over pairs.

A compact kernel is a polynomial in the square of the distance over that of the bandwidth. So what
a point needs for every bandwidth are the number of its neighbours between one bandwidth and the
next, and the sums of powers of their squared distances.
"""

import numpy as np

from hotspot._kernels.arrays import Floats
from hotspot._kernels.compiled import compiled
from hotspot._kernels.density import KERNELS
from hotspot._kernels.threads import run_blocks

# Places in a block: each has many neighbours, so few share out evenly.
_BLOCK = 512
# Steps of squared distance in the table that finds the bandwidths around a distance.
_STEPS = 4096


@compiled
def _band_sums(x, y, events, row_start, row, radius_sq, band_of, start, stop, out):
    """Sum, for places [start, stop), powers of the squared distance by band, into `out`."""
    bands, powers = out.shape[1], out.shape[2]
    widest_sq = radius_sq[bands - 1]
    widest = np.sqrt(widest_sq)
    scale = band_of.shape[0] / widest_sq
    for i in range(start, stop):
        # Rows are as high as the widest bandwidth: neighbours are in the own row or one beside it.
        for k in range(row[i] - 1, row[i] + 2):
            if k < 0 or k >= row_start.shape[0] - 1:
                continue
            first, last = row_start[k], row_start[k + 1]
            # Rows are long where bandwidths are wide, so the first in reach is found by halves.
            first += np.searchsorted(x[first:last], x[i] - widest)
            for j in range(first, last):
                dx = x[j] - x[i]
                if dx > widest:
                    break
                dy = y[j] - y[i]
                apart = dx * dx + dy * dy
                # Its own kernel left in would make the narrowest bandwidth the best of all.
                if j == i or apart > widest_sq:
                    continue
                # The table gives a band at or before the right one; at most a few steps are left.
                band = band_of[min(int(apart * scale), band_of.shape[0] - 1)]
                while apart > radius_sq[band]:
                    band += 1
                # Powers of the squared distance, each from the one before.
                term = events[j]
                for power in range(powers):
                    out[i, band, power] += term
                    term *= apart


def leave_one_out(
    x: Floats,
    y: Floats,
    events: Floats,
    bandwidths_m: Floats,
    kernel: str,
    threads: int | None = None,
) -> Floats:
    """Sum the kernels of all other places at each place, for each of many bandwidths.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Places in metres, each once.
    events : ndarray of float64, shape (n,)
        How many events happened at each.
    bandwidths_m : ndarray of float64, shape (m,)
        Radii, rising.
    kernel : str
        One of `hotspot._kernels.density.KERNELS` that has a polynomial.
    threads : int, optional
        The sums are the same on any number.

    Returns
    -------
    ndarray of float64, shape (n, m)
        Events per square metre.
    """
    coefficients, peak = KERNELS[kernel].polynomial, KERNELS[kernel].peak
    if coefficients is None:
        raise ValueError(f"{kernel} is no polynomial in the square of the distance")
    radius_sq = bandwidths_m * bandwidths_m
    row = np.floor((y - y.min(initial=np.inf)) / bandwidths_m[-1]).astype(np.int64)
    order = np.lexsort((y, x, row))
    row = row[order]
    row_start = np.searchsorted(row, np.arange(row[-1] + 2 if len(row) else 1))
    # The first bandwidth that may be as far as each step of squared distance; a hair less, so that
    # rounding never starts a search past its band.
    steps = np.arange(_STEPS) * (radius_sq[-1] / _STEPS) * (1 - 1e-9)
    band_of = np.searchsorted(radius_sq, steps)
    sums = np.zeros((len(x), len(bandwidths_m), len(coefficients)))
    x, y, events = x[order], y[order], events[order]

    def work(start: int, stop: int) -> None:
        _band_sums(x, y, events, row_start, row, radius_sq, band_of, start, stop, sums)

    run_blocks(work, len(x), _BLOCK, threads)
    # A wider bandwidth takes in all that a narrower one does: the bands add up.
    np.cumsum(sums, axis=1, out=sums)
    density = np.zeros((len(x), len(bandwidths_m)))
    for power, coefficient in enumerate(coefficients):
        density += coefficient * sums[:, :, power] / radius_sq**power
    # Rounding may leave a hair below 0 where every neighbour is at the very edge.
    density = np.maximum(density, 0.0) * peak / radius_sq
    out: Floats = np.empty_like(density)
    out[order] = density
    return out
