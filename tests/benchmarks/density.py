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


def _million() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points, _ = arrays(burglaries())
    random = np.random.default_rng(1)
    chosen = points[random.integers(0, len(points), 1_000_000)]
    return *(chosen + random.normal(0, 100, chosen.shape)).T.copy(), points.min(axis=0) - 400


def ours_million() -> Work:
    from hotspot._kernels.density import kernel_sums

    x, y, corner = _million()
    ones = np.ones(len(x))
    return lambda: kernel_sums(x, y, ones, tuple(corner), CELL_M, (ROWS, COLS), BANDWIDTH_M)


def scikit_learn_million_in_part() -> Work:
    """Take a fiftieth of the cells, since all of them take a minute."""
    from sklearn.neighbors import KernelDensity

    x, y, corner = _million()
    cols, rows = np.meshgrid(np.arange(COLS), np.arange(0, ROWS, 50))
    centres = np.column_stack([cols.ravel(), rows.ravel()]) * CELL_M + corner + CELL_M / 2
    points = np.column_stack([x, y])

    def work() -> np.ndarray:
        model = KernelDensity(kernel="epanechnikov", bandwidth=BANDWIDTH_M, algorithm="ball_tree")
        return np.exp(model.fit(points).score_samples(centres))

    return work


class Both:
    """Burglaries through the public call, then a million points from arrays."""

    def run(self) -> None:
        race = Race("Kernel density, 45,319 burglaries on 451,980 cells of 50 m, bandwidth 400 m")
        race.add("hotspot, quartic", ours)
        race.add("scikit-learn KernelDensity, Epanechnikov, ball tree", scikit_learn, 1)
        race.run()
        race = Race("1,000,000 points from arrays on the same cells")
        race.add("hotspot, quartic, all cells", ours_million)
        race.add("scikit-learn, a fiftieth of the cells only", scikit_learn_million_in_part, 1)
        race.run()


def contenders() -> Both:
    return Both()
