"""Long work on executors and over tiles: whatever runs it, and however it is cut, one answer."""

import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspot import (
    ConfigError,
    DataError,
    DataWarning,
    Grid,
    HotspotError,
    backtest,
    kernel_density,
    near_repeat_pairs,
)
from hotspot._kernels.pairs import near_pairs
from hotspot.briefing import brief_each
from hotspot.cli import main
from hotspot.executors import run_pieces
from hotspot.forecast import ProspectiveMap, RetrospectiveDensity
from hotspot.knox import KnoxTest, calibrate_rule, chain_significance, knox_test
from hotspot.tiling import tiles
from tests.benchmarks.cases import burglaries
from tests.conftest import incidents_at
from tests.small_town import quick_town

PAIRS_OF_CHICAGO = 117_988
TILES_M = (900, 2000, 5000)


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    # Started anew, as Windows starts them: nothing may rest on what this process has in memory.
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module")
def town() -> gpd.GeoDataFrame:
    """Make 600 burglaries on either side of the origin, in chains, several at one point."""
    random = np.random.default_rng(8)
    centre = random.uniform(-3000, 3000, (60, 2))[random.integers(0, 60, 600)]
    # On whole metres and edges of tiles, so that distances tie with those of the bands.
    x, y = np.round(centre + random.normal(0, 120, (600, 2)), -2 + 1).T
    made = incidents_at(x, y, random.integers(0, 400, 600))
    made["occurred_to"] += pd.to_timedelta(random.integers(0, 3, 600), unit="D")
    return made


@given(
    st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), max_size=30),
    st.sampled_from([1.0, 7.0, 10.0, 33.3, 1000.0]),
    st.sampled_from([0.0, 5.0, 10.0, 21.0]),
)
def test_each_point_is_in_one_tile_and_every_point_in_reach_of_it_in_its_halo(points, side, halo):
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    owned: list[int] = []
    for tile in tiles(x, y, side, halo):
        mine = tile.at[tile.own]
        owned += mine.tolist()
        for at in mine:
            near = np.flatnonzero(np.hypot(x - x[at], y - y[at]) <= halo)
            assert set(near) <= set(tile.at)
    assert sorted(owned) == list(range(len(x)))


def test_pairs_over_tiles_are_those_of_the_whole(town):
    for options in ({}, {"date": "aoristic"}, {"date": "to", "same_place_m": 30.0}):
        whole = near_repeat_pairs(town, 400, 42, **options)
        for side in (250, 900, 1e6):
            cut = near_repeat_pairs(town, 400, 42, tile_m=side, **options)
            pd.testing.assert_frame_equal(cut, whole, check_exact=True)
    with pytest.warns(DataWarning, match="empty"):
        assert near_repeat_pairs(town.iloc[:0], tile_m=900).empty


def test_without_a_halo_the_pairs_of_chicago_are_short_by_a_tenth_or_a_third(data_dir):
    incidents = burglaries()
    x, y = incidents.geometry.x.to_numpy(), incidents.geometry.y.to_numpy()
    days = incidents["occurred_from"].to_numpy().astype("M8[D]").astype(np.int64)
    lost = []
    for side in TILES_M:
        assert len(near_repeat_pairs(incidents, tile_m=side)) == PAIRS_OF_CHICAGO
        own = [tile.at[tile.own] for tile in tiles(x, y, side, 0.0)]
        kept = sum(len(near_pairs(x[at], y[at], days[at], days[at], 400.0, 42)) for at in own)
        lost.append(1 - kept / PAIRS_OF_CHICAGO)
    assert lost == sorted(lost, reverse=True)
    assert np.round(lost, 2).tolist() == [0.32, 0.16, 0.08]


def same_test(one: KnoxTest, other: KnoxTest) -> None:
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
    assert (one.followers, one.changed_by_date) == (other.followers, other.changed_by_date)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"permutations": 0, "preset": "nrc"},
        {"date": "aoristic", "permutations": 19},
        {"metric": "manhattan", "closed": "left", "same_place_m": None, "date": "from"},
    ],
)
def test_a_knox_test_over_tiles_is_that_of_the_whole(town, options):
    asked = {"distance_bands_m": (100, 200, 400), "permutations": 49, "seed": 3, **options}
    whole = knox_test(town, **asked)
    for side in (300, 1000):
        same_test(knox_test(town, tile_m=side, **asked), whole)


@pytest.mark.parametrize("kernel", ["quartic", "uniform", "gaussian"])
def test_a_surface_over_tiles_is_that_of_the_whole_to_the_last_bit(town, kernel):
    # Cells of a size that no double holds, a corner that is no multiple of them, points beyond.
    grid = Grid(-1234.5, -987.6, 33.3, ncols=61, nrows=47, crs=town.crs)
    weights = pd.Series(np.random.default_rng(1).uniform(0, 2, len(town)), town.index)
    whole = kernel_density(town, grid, 250, kernel, weights=weights)
    for side in (20, 500, 1e6):
        if kernel != "gaussian" or side > 100:
            cut = kernel_density(town, grid, 250, kernel, weights=weights, tile_m=side)
            assert cut.identical(whole)
    none = kernel_density(town.iloc[:0], grid, period=("2025-01-01", "2025-12-31"), tile_m=500)
    assert not none.any()


def add(shared: int, number: int) -> int:
    return shared + number


def die_on_two(_: None, number: int) -> int:
    """Return the number, or end the process that it is handed to as a lack of memory does."""
    if number == 2:
        os._exit(1)
    return number


def refuse_two(_: None, number: int) -> int:
    if number == 2:
        raise DataError("2 cannot be used.")
    return number


class Mortal(Executor):
    """Runs pieces here, backwards; from the third on its workers are dead."""

    def __init__(self, outlived: int = 2) -> None:
        self.outlived, self.handed = outlived, 0

    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        self.handed += 1
        future: Future[Any] = Future()
        if self.handed > self.outlived + 2:
            raise BrokenExecutor("the pool is broken")
        if self.handed > self.outlived:
            future.set_exception(BrokenExecutor("a worker died"))
        else:
            future.set_result(work(*given, **named))
        return future


def test_pieces_come_in_their_order_and_tell_of_themselves():
    told: list[int] = []
    pieces = [(number,) for number in range(20)]
    for executor in (None, ThreadPoolExecutor(3), Mortal(20)):
        assert run_pieces(add, 5, pieces, executor, "Work", step=told.append) == [*range(5, 25)]
    assert sum(told) == 60


def test_a_dead_worker_is_told_with_what_is_lost_and_what_is_kept():
    for outlived, lost in ((2, "3 of 5 pieces are lost; 2 were done"),
                           (4, "1 of 5 pieces is lost; 4 were done")):  # fmt: skip
        told: list[int] = []
        with pytest.raises(HotspotError) as caught:
            run_pieces(add, 0, [(n,) for n in range(5)], Mortal(outlived), "Sums", step=told.append)
        assert f"{lost}. Nothing of them is kept." in str(caught.value)
        # All that could be done was done, and handed over before the fault was told.
        assert sum(told) == outlived


def test_what_is_wrong_with_the_work_is_told_as_it_is():
    with ThreadPoolExecutor(2) as pool, pytest.raises(DataError, match=r"^2 cannot be used\.$"):
        run_pieces(refuse_two, None, [(1,), (2,), (3,)], pool, "Work")
    with pytest.raises(ConfigError, match="not shut down"):
        run_pieces(add, 0, [(1,)], pool, "Work")


def test_a_backtest_keeps_what_was_scored_when_a_worker_died(town, tmp_path):
    grid, scores = Grid.over(town, 500), tmp_path / "scores"
    asked = (ProspectiveMap(), town, grid, "2025-06-01", "2025-08-24")
    with pytest.raises(HotspotError, match=r"is lost; 2 were done\. They are kept in"):
        backtest(*asked, refit_days=28, checkpoint=scores, executor=Mortal())
    assert scores.read_text("utf-8").count("ProspectiveMap") == 8
    with pytest.raises(HotspotError):
        backtest(*asked, refit_days=28, executor=Mortal(0))
    whole = backtest(*asked, refit_days=28)
    again = backtest(*asked, refit_days=28, checkpoint=scores, executor=Mortal(3))
    pd.testing.assert_frame_equal(again.table, whole.table, check_exact=True)


class Client:
    def get_executor(self) -> None: ...


def test_a_wrong_executor_or_tile_is_told_with_every_other_fault(town):
    with pytest.raises(ConfigError) as caught:
        near_repeat_pairs(town, -1, executor=4, tile_m=0)  # type: ignore[arg-type]
    assert [text.split()[0] for text in caught.value.problems] == [
        "distance_m",
        "executor",
        "tile_m",
    ]
    with pytest.raises(ConfigError, match=r"give client\.get_executor\(\)"):
        calibrate_rule(town, executor=Client())  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="give tile_m=, their side in metres"):
        kernel_density(town, executor=Mortal())


@pytest.mark.slow
def test_a_process_that_dies_is_told(town):
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        with pytest.raises(HotspotError, match="2 of 3 pieces are lost; 1 was done"):
            run_pieces(die_on_two, None, [(1,), (2,), (3,)], pool, "Work")
        # The pool is broken for good, which is told as well.
        with pytest.raises(HotspotError, match="1 of 1 piece is lost; 0 were done"):
            run_pieces(add, 0, [(1,)], pool, "Work")


@pytest.mark.slow
def test_what_no_process_can_be_sent_is_told(town, processes):
    class Own(ProspectiveMap):
        pass

    with pytest.raises(ConfigError, match="cannot be sent to another process"):
        backtest(Own(), town, Grid.over(town, 500), "2025-06-01", "2025-08-24", executor=processes)


def answers(incidents: gpd.GeoDataFrame, executor: Executor | None, folder: Path) -> dict[str, Any]:
    """Return what everything long gives on an executor."""
    grid = Grid.over(incidents, 250, margin_m=500)
    days = pd.date_range("2025-06-01", periods=2, freq="112D")
    tested = backtest(
        [ProspectiveMap(), RetrospectiveDensity()], incidents, grid, *days, refit_days=28,
        executor=executor, checkpoint=folder / "scores",
    )  # fmt: skip
    rule = calibrate_rule(incidents, resamples=600, seed=2, executor=executor)
    side = None if executor is None else 1500
    on: dict[str, Any] = {"executor": executor, "seed": 1}
    return {
        "backtest": tested.table,
        "windows": tested.windows,
        "permutations": knox_test(incidents, permutations=520, **on).table,
        "tiles": knox_test(incidents, permutations=29, tile_m=side, **on).table,
        "chains": pd.DataFrame(chain_significance(incidents, permutations=130, **on)),
        "distance": rule.by_distance,
        "rule": pd.DataFrame([[rule.p_value, rule.distance_interval, rule.window_interval]]),
        "pairs": near_repeat_pairs(incidents, executor=executor, tile_m=side),
        "surface": kernel_density(incidents, grid, executor=executor, tile_m=side).to_pandas(),
    }


def same_answers(incidents: gpd.GeoDataFrame, executor: Executor, folder: Path) -> None:
    (folder / "here").mkdir()
    expected = answers(incidents, None, folder / "here")
    for name, table in answers(incidents, executor, folder).items():
        pd.testing.assert_frame_equal(table, expected[name], check_exact=True, obj=name)
    # What was kept far from here is kept as it would have been here, whatever came first.
    kept = [set((place / "scores").read_text("utf-8").split("\n")) for place in
            (folder, folder / "here")]  # fmt: skip
    assert kept[0] == kept[1]


def test_threads_of_the_user_give_the_same_answers(town, tmp_path):
    with ThreadPoolExecutor(2) as threads:
        same_answers(town, threads, tmp_path)


@pytest.mark.slow
def test_processes_that_are_started_anew_give_the_same_answers(town, processes, tmp_path):
    same_answers(town, processes, tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_of_two_workers_gives_the_same_answers(town, tmp_path, data_dir):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address=None, local_directory=str(tmp_path),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):  # fmt: skip
        executor = client.get_executor()
        same_answers(town, executor, tmp_path)
        chicago = burglaries()
        for side in TILES_M:
            pairs = near_repeat_pairs(chicago, executor=executor, tile_m=side)
            assert len(pairs) == PAIRS_OF_CHICAGO
        whole = knox_test(chicago, permutations=99, seed=1)
        same_test(
            knox_test(chicago, permutations=99, seed=1, executor=executor, tile_m=5000), whole
        )
        # A worker that dies thrice over the same piece: the scheduler gives it up.
        with pytest.raises(HotspotError, match="1 of 2 pieces is lost; 1 was done"):
            run_pieces(die_on_two, None, [(1,), (2,)], executor, "Work")


def forces(folder: Path) -> list[Path]:
    """Write set-ups: the second has no burglaries, and the third has the folder of the first."""
    north, south, east = (quick_town(folder / name) for name in ("north", "south", "east"))
    (folder / "south" / "burglaries.csv").unlink()
    west = quick_town(folder / "west", '[output]\nfolder = "../north/briefing"\n')
    return [north, south, west, east]


@pytest.mark.usefixtures("plain_products")
def test_of_many_set_ups_one_that_fails_stops_no_other(tmp_path, capsys):
    paths = forces(tmp_path)
    status = main(["brief", *map(str, paths), "--json"])
    printed = capsys.readouterr()
    north, south, west, east = json.loads(printed.out)
    assert status == 1
    assert [one["status"] for one in (north, south, west, east)] == [0, 1, 1, 0]
    assert "burglaries.csv" in south["error"]
    assert "each set-up needs its own" in west["error"]
    for made in (north, east):
        assert Path(made["folder"]) == Path(made["set_up"]).parent / "briefing"
        assert Path(made["files"][0]).is_file()
    assert printed.err.count("hotspot: ") == 2

    # The pattern as Windows hands it over; of what is there already nothing is replaced.
    assert main(["brief", str(tmp_path / "[ne]*" / "*.toml")]) == 1
    again = capsys.readouterr()
    assert "0 of 2 set-ups briefed." in again.out
    assert again.err.count("--replace") == 2
    with pytest.raises(SystemExit, match="2"):
        main(["brief", *map(str, paths), "--folder", "elsewhere"])


@pytest.mark.slow
def test_briefings_of_processes_are_those_made_here(tmp_path, processes):
    paths = forces(tmp_path)
    with pytest.raises(ConfigError, match="must be a list of set-ups"):
        brief_each(str(paths[0]))
    here = brief_each(paths)
    there = brief_each(paths, replace=True, executor=processes)
    assert [str(one.error) for one in here] == [str(one.error) for one in there]
    for one, other in zip(here, there, strict=True):
        assert (one.set_up, one.folder, one.files) == (other.set_up, other.folder, other.files)
        assert one.warnings == other.warnings
        assert one.record.get("counts") == other.record.get("counts")
    lost = brief_each(paths, dry_run=True, executor=Mortal(0))
    assert [type(one.error) for one in lost] == [
        HotspotError,
        ConfigError,
        ConfigError,
        HotspotError,
    ]
