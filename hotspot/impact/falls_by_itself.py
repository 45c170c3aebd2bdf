"""How much chosen ground falls with nothing done: its counts drawn to those of ground like it."""

import numpy as np
import shapely

from hotspot._kernels.arrays import Floats
from hotspot.impact.ground import Ground
from hotspot.impact.mean_of_places import empirical_bayes
from hotspot.impact.operation_input import Operation

_FEWEST_CELLS = 20
# Places that vary no more than Poisson counts have one mean: a phi that large is without end.
_ALIKE = 1e6


def fall_by_itself(
    operation: Operation, ground: Ground, early: Floats
) -> tuple[float, float] | None:
    """Compute by what share treated and control places fall with nothing done.

    Parameters
    ----------
    operation : Operation
    ground : Ground
    early : ndarray, shape (places,)
        Counts before.

    Returns
    -------
    (treated, control) or None
        Shares of the counts before. None where there is too little ground like the treated.

    Notes
    -----
    Ground like it are the squares as large as the middle treated place that ever had a burglary in
    the data. Mean and dispersion of their counts before are those of `empirical_bayes`, which
    draws the count of each place towards it.
    """
    points = operation.incidents.geometry.to_numpy()
    side = float(np.sqrt(np.median(shapely.area(operation.treated.shapes))))
    x, y = (np.floor(of(points) / side).astype(np.int64) for of in (shapely.get_x, shapely.get_y))
    _, cell = np.unique(np.stack([x, y]), axis=1, return_inverse=True)
    held = np.bincount(cell.ravel()[operation.before.holds(operation.times)],
                       minlength=int(cell.max()) + 1)  # fmt: skip
    if len(held) < _FEWEST_CELLS or not held.any():
        return None
    mu, spread = float(held.mean()), float(held.var(ddof=1))
    phi = mu**2 / (spread - mu) if spread > mu else _ALIKE
    falls = []
    for letter in "TC":
        which = ground.of(letter)
        sizes = _sizes(operation, ground, letter, side)
        if sizes is None:
            falls.append(0.0)
            continue
        expected = sum(
            empirical_bayes(one, size, mu, phi).expected
            for one, size in zip(early[which], sizes, strict=True)
        )
        falls.append(1 - expected / early[which].sum())
    return falls[0], falls[1]


def _sizes(operation: Operation, ground: Ground, letter: str, side: float) -> Floats | None:
    """Return the area of each place in squares, where it has an outline."""
    if letter == "T":
        return np.asarray(shapely.area(operation.treated.shapes) / side**2)
    control = next(iter(operation.controls.values()), None)
    if control is None:
        return None
    kept = ~np.isin(control.names, ground.left_out)
    return np.asarray(shapely.area(control.shapes[kept]) / side**2)
