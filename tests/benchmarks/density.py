"""Quartic density of 400 m on cells of 50 m."""

import numpy as np

from tests.benchmarks.cases import arrays, burglaries
from tests.benchmarks.race import Race, Work

CELL_M, BANDWIDTH_M, COLS, ROWS = 50.0, 400.0, 620, 729


def ours() -> Work:
    import hotspot as hs

    incidents = burglaries()
    west, south, *_ = incidents.total_bounds
    grid = hs.Grid(west - 400, south - 400, CELL_M, COLS, ROWS, incidents.crs)
    return lambda: hs.kernel_density(incidents, grid, BANDWIDTH_M)


def scikit_learn() -> Work:
    from sklearn.neighbors import KernelDensity

    points, _ = arrays(burglaries())
    west, south = points.min(axis=0) - 400
    x, y = np.meshgrid(west + (np.arange(COLS) + 0.5) * CELL_M,
                       south + (np.arange(ROWS) + 0.5) * CELL_M)  # fmt: skip
    centres = np.column_stack([x.ravel(), y.ravel()])

    def work() -> np.ndarray:
        model = KernelDensity(kernel="epanechnikov", bandwidth=BANDWIDTH_M, algorithm="ball_tree")
        return np.exp(model.fit(points).score_samples(centres))

    return work


def contenders() -> Race:
    race = Race("Kernel density, 45,319 burglaries on 451,980 cells of 50 m, bandwidth 400 m")
    race.add("hotspot, quartic", ours)
    race.add("scikit-learn KernelDensity, Epanechnikov, ball tree", scikit_learn, 1)
    return race
