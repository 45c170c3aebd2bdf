"""Near-repeat pairs within 400 m and 42 days."""

import numpy as np

from tests.benchmarks.cases import arrays, burglaries
from tests.benchmarks.race import Race, Work


def _ours(threads: int | None) -> Work:
    from hotspot._kernels.pairs import near_pairs

    points, days = arrays(burglaries())
    x, y = np.ascontiguousarray(points.T)
    return lambda: near_pairs(x, y, days, days, 400.0, 42, threads)


def ours_all() -> Work:
    return _ours(None)


def ours_one() -> Work:
    return _ours(1)


def tree() -> Work:
    from scipy.spatial import cKDTree

    points, days = arrays(burglaries())

    def work() -> np.ndarray:
        found = cKDTree(points).query_pairs(400.0, output_type="ndarray")
        return found[np.abs(days[found[:, 0]] - days[found[:, 1]]) <= 42]

    return work


def contenders() -> Race:
    race = Race("Pairs within 400 m and 42 days among 45,319 burglaries")
    race.add("hotspot, one thread", ours_one)
    race.add("hotspot, every core", ours_all)
    race.add("scipy cKDTree, then days", tree)
    return race
