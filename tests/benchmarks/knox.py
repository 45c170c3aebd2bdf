"""The Knox test with 5 x 6 bands and 999 permutations, pairs included, through the public call."""

import numpy as np

from tests.benchmarks.cases import arrays, burglaries, clustered
from tests.benchmarks.race import Race, Work

EDGES_M = np.array([0.0, 100, 200, 300, 400])
EDGES_DAYS = np.array([7, 14, 21, 28, 35, 42])


def ours() -> Work:
    import hotspot as hs

    incidents = burglaries()
    return lambda: hs.knox_test(incidents, permutations=999, seed=1)


def ours_closed_form() -> Work:
    import hotspot as hs

    incidents = burglaries()
    return lambda: hs.knox_test(incidents, permutations=0)


def ours_million() -> Work:
    import hotspot as hs

    incidents = clustered(1_000_000)
    return lambda: hs.knox_test(incidents, permutations=999, seed=1)


def plain_numpy() -> Work:
    from scipy.spatial import cKDTree

    points, days = arrays(burglaries())

    def work() -> np.ndarray:
        random = np.random.default_rng(1)
        pairs = cKDTree(points).query_pairs(400.0, output_type="ndarray")
        apart = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
        row = np.searchsorted(EDGES_M, apart)
        tables = []
        for number in range(1000):
            dealt = random.permutation(days) if number else days
            lag = np.abs(dealt[pairs[:, 0]] - dealt[pairs[:, 1]])
            near = lag <= 42
            column = np.searchsorted(EDGES_DAYS, lag[near])
            tables.append(np.bincount(row[near] * 6 + column, minlength=30))
        return np.array(tables)

    return work


def pointpats_one_cell() -> Work:
    from pointpats import Knox

    points, days = arrays(burglaries().iloc[:2000])
    return lambda: Knox(points, days[:, None], delta=400, tau=42, permutations=999)


def ours_2000() -> Work:
    import hotspot as hs

    incidents = burglaries().iloc[:2000]
    return lambda: hs.knox_test(incidents, permutations=999, seed=1)


class Both:
    """The full table on all events, then the peers that cannot do all of them on fewer."""

    def run(self) -> None:
        race = Race("Knox test, 45,319 burglaries, 5 x 6 bands, 999 permutations")
        race.add("hotspot", ours, 3)
        race.add("hotspot, closed form (permutations=0)", ours_closed_form, 3)
        race.add("plain numpy over a scipy cKDTree pair list", plain_numpy, 1)
        race.run()
        race = Race("Knox test, the first 2,000 of them (the peer does one cell only)")
        race.add("hotspot, 30 cells", ours_2000, 3)
        race.add("pointpats Knox, one cell", pointpats_one_cell, 1)
        race.run()
        race = Race("Knox test, 1,000,000 clustered events, 999 permutations")
        race.add("hotspot", ours_million, 1)
        race.run()


def contenders() -> Both:
    return Both()
