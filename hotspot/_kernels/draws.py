"""How probable a sum of counts is where they are drawn at random from the cells around.

Sums of whole numbers have whole-number tables, so the tails are those of the distribution itself
and not of a curve through its moments: with most cells empty, or one far above the rest, no curve
has both tails right.
"""

import numpy as np
import numpy.typing as npt

from hotspot._kernels.arrays import Floats, Ints
from hotspot._kernels.compiled import compiled
from hotspot._kernels.threads import run_blocks

# Cells in a block.
_BLOCK = 256
# Terms up to which cells are drawn without putting back: some seconds. The work grows with the
# square of the cells around, and of very many few are drawn twice.
_MOST_TERMS = 5e9


@compiled
def _all_sums(counts, table):
    """Compute the chance of each sum of k cells drawn from all, into ``table[k, sum]``."""
    most, sums = table.shape[0] - 1, table.shape[1]
    table[:] = 0.0
    table[0, 0] = 1.0
    for n in range(counts.shape[0]):
        count = counts[n]
        # From the longest draw down, so that a cell is not drawn twice.
        for k in range(min(most, n + 1), 0, -1):
            # Of n + 1 cells k are drawn: this one is among them with a chance of k / (n + 1).
            drawn = k / (n + 1.0)
            for total in range(sums - 1, -1, -1):
                with_it = table[k - 1, total - count] if total >= count else 0.0
                table[k, total] = (1.0 - drawn) * table[k, total] + drawn * with_it


@compiled
def _remove(table, n, count):
    """Remove a cell from the `n` from which the sums of `table` are drawn, in place."""
    for k in range(1, table.shape[0]):
        # What `_all_sums` does, solved for the table before it; k - 1 has been solved by now.
        drawn = k / float(n)
        scale = 1.0 / (1.0 - drawn)
        sums, fewer = table[k], table[k - 1]
        least = min(count, sums.shape[0])
        for total in range(least):
            sums[total] *= scale
        # No branch in this loop, so that the compiler can turn it into vectors.
        for at in range(sums.shape[0] - least):
            sums[least + at] = (sums[least + at] - drawn * fewer[at]) * scale


@compiled
def _exact(counts, around, start, cell, table, first, stop, below):
    n = counts.shape[0]
    for i in range(first, stop):
        number, total = start[i + 1] - start[i], around[i]
        if n - number <= number:
            continue
        outside = table[: number + 1, : total + 1].copy()
        for at in range(start[i], start[i + 1]):
            _remove(outside, n - (at - start[i]), counts[cell[at]])
        # Rounding may leave a hair on either side of a chance.
        below[i, 0] = min(max(outside[number, :total].sum(), 0.0), 1.0)
        below[i, 1] = min(max(outside[number].sum(), below[i, 0]), 1.0)


@compiled
def _multiply(one, two, out):
    """Multiply two distributions, up to the longest sum that is asked for."""
    out[:] = 0.0
    for a in range(one.shape[0]):
        if one[a] > 0.0:
            for b in range(out.shape[0] - a):
                out[a + b] += one[a] * two[b]


@compiled
def _with_putting_back(counts, around, start, cell, often, first, stop, below):
    n = counts.shape[0]
    for i in range(first, stop):
        number, total = start[i + 1] - start[i], around[i]
        if n - number <= number:
            continue
        # Only counts up to the sum can be part of it, or of a lower one.
        power = np.zeros(total + 1)
        power[: min(total + 1, often.shape[0])] = often[: total + 1]
        for at in range(start[i], start[i + 1]):
            power[counts[cell[at]]] -= 1.0
        power /= n - number
        sums, spare = np.zeros(total + 1), np.empty(total + 1)
        sums[0] = 1.0
        # The distribution of `number` draws as a product of powers of two of them.
        left = number
        while left > 0:
            if left % 2:
                _multiply(power, sums, spare)
                sums, spare = spare, sums
            left //= 2
            if left:
                _multiply(power, power, spare)
                power, spare = spare, power
        below[i, 0] = min(sums[:total].sum(), 1.0)
        below[i, 1] = min(sums.sum(), 1.0)


def chances_below(
    counts: Ints, around: Ints, start: Ints, cell: npt.NDArray[np.int32]
) -> tuple[Floats, Floats]:
    """Compute how probable lower sums are, drawn from the cells that are not near each.

    Parameters
    ----------
    counts : ndarray of int64, shape (n,)
        0 or more in each cell.
    around : ndarray of int64, shape (n,)
        Sum over the cells near each.
    start : ndarray of int64, shape (n + 1,)
        The cells near cell i stand at ``start[i]:start[i + 1]`` of `cell`.
    cell : ndarray of int32
        Numbers of cells.

    Returns
    -------
    lower, at_most : ndarray of float64, shape (n,)
        Chance of a sum below `around`, and of one not above it, of as many cells as are near,
        drawn without putting back; with putting back where very many are near, which makes
        extremes more probable than they are, never less. One cell with 1 is added to those that are
        drawn. NaN where not more cells are far than near.
    """
    number = np.diff(start)
    # One crime more than was recorded: where there is none outside at all, a single one here would
    # be impossible rather than rare.
    counts = np.r_[counts, 1]
    below = np.full((len(around), 2), np.nan)
    if (number.astype(np.float64) ** 2 * (around + 1.0)).sum() <= _MOST_TERMS:
        table = np.empty((number.max(initial=0) + 1, around.max(initial=0) + 1))
        _all_sums(counts, table)
        run_blocks(
            lambda first, stop: _exact(counts, around, start, cell, table, first, stop, below),
            len(around),
            _BLOCK,
        )
    else:
        often = np.bincount(counts).astype(np.float64)
        run_blocks(
            lambda first, stop: _with_putting_back(
                counts, around, start, cell, often, first, stop, below
            ),
            len(around),
            _BLOCK,
        )
    return below[:, 0], below[:, 1]
