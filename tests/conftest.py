"""What tests share: where the real data are, and small frames in canonical shape."""

import contextlib
import os
import sqlite3
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

# The process that hands out the tests loads this too, and waits until it has: what is heavy is
# loaded by the fixtures that use it.
if TYPE_CHECKING:
    import geopandas as gpd

    from hotspot.briefing import Briefing

# A shell may forbid Python to keep what it compiled; then each worker and each process that a test
# starts would compile all of ours again, and a worker would take twice as long to begin.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Their modules add cases when they are imported: once, by `test_hostile`, and not for doctests too.
collect_ignore = ["hostile"]

# A slow machine is no fault of the code, and no test asserts a time. Examples are others in every
# run of ours, so few of each find with time what many would; in CI they are the same in each, which
# judges the change and not the draw.
settings.register_profile(
    "no deadline", deadline=None, max_examples=20, derandomize=os.environ.get("CI") == "true"
)
settings.load_profile("no deadline")

ROOT = Path(__file__).resolve().parent.parent

# What takes longest, longest first: begun last, each of these would keep one worker while the
# others wait for it. Those whose slow tests are long come first, then the rest by their seconds of
# processor time; files that are not named come after them.
LONGEST = (
    "nulls", "hostile", "knox", "no_network", "briefing_real", "worth", "backtest_real",
    "notebooks", "calibrate", "gi_star", "address_cases", "impact_command", "impact_coverage",
    "month", "whole_briefings", "area_rates", "hotspots", "briefing_products", "briefing_cases",
    "cocooning_ledger", "cli", "stop_list_products", "briefing_ledger", "own_files",
    "visits_report", "places", "cocooning", "killed", "incidents_contents", "briefing_guess",
    "incidents_check", "incidents_address_places", "density", "visits_homes", "incidents_real",
    "visits_ledger", "exports_sheets", "maps_browser", "maps_saving_browser", "public_map_browser",
    "access", "kernels", "kernels_without_jit", "cli_options", "incidents_kept", "layer_files",
    "visits_cli", "forecast", "backtest", "house", "sample",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Hand out the files in the order in which they are collected, not by their number of tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first, where several workers share them; ask a browser twice."""
    for item in items:
        # A browser is a program of its own, with clocks of its own: on a machine that does other
        # work it may answer late. What fails twice is ours.
        if "started_browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.flaky(reruns=1))
    if hasattr(config, "workerinput"):
        places = {f"test_{name}": place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real data; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("HOTSPOT_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the folder of real data is not here (HOTSPOT_DATA names it)")
    return folder


@pytest.fixture(scope="session")
def sample_dir() -> Path:
    """Folder of the made-up town."""
    return ROOT / "sample_data"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a PostgreSQL of our own; tests that need it skip where none is installed."""
    from tests.postgres import find_binaries, running_postgres

    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL is installed")
    with running_postgres(binaries) as url:
        yield url


@pytest.fixture(scope="session")
def started_browser() -> Iterator[Any]:
    """Start a browser once, with its network cut; tests skip where there is none."""
    # Here, so that tests without a browser need no driver of one.
    from tests.browser import running_browser

    with running_browser() as browser:
        yield browser


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'visits.db'}"
    import sqlalchemy as sa

    from hotspot.visits.schema import metadata

    server: str = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(server.replace("://", "+psycopg://"), poolclass=sa.NullPool)
    metadata.drop_all(engine)
    return server


@pytest.fixture(scope="session")
def busy_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the made-up town where it is burgled three times as often, for many events."""
    from hotspot.demo import Process, write_sample

    # The workers of a run share what the first of them has made.
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "busy"
    if not shared.exists():
        made = tmp_path_factory.mktemp("busy-made")
        write_sample(made, process=Process(background_per_1000=22.0, operation_ratio=1.0))
        # Another worker may have been at it at the same time: then theirs is as good.
        with contextlib.suppress(OSError):
            made.rename(shared)
    return shared


@pytest.fixture
def still_open(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the connections to SQLite that are open; being dropped closes none here."""
    connections = []
    connect = sqlite3.dbapi2.connect

    def keep(*given: object, **named: object) -> sqlite3.Connection:
        connections.append(connect(*given, **named))
        return connections[-1]

    def number() -> int:
        answering = 0
        for connection in connections:
            with contextlib.suppress(sqlite3.ProgrammingError):
                connection.execute("SELECT 1")
                answering += 1
        return answering

    monkeypatch.setattr(sqlite3.dbapi2, "connect", keep)
    return number


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small town and its set-up, not to be written into."""
    from tests.small_town import write_town

    folder = tmp_path_factory.mktemp("town")
    write_town(folder)
    return folder


@pytest.fixture(scope="session")
def town(town_folder: Path) -> "Briefing":
    """One briefing of the small town, to be read by every test that can do with it."""
    return quiet_briefing(town_folder / "briefing.toml")


@pytest.fixture(scope="session")
def old_town(town_folder: Path) -> "Briefing":
    """Briefing of the small town three days later, when its data are old."""
    place = town_folder.with_name(f"{town_folder.name}-old")
    return quiet_briefing(town_folder / "briefing.toml", as_of="2026-03-05", folder=place)


@pytest.fixture
def plain_products(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write maps, workbooks and the still picture as a word each, save for `all_products`.

    They are half the time of a briefing. What tests look at who ask for this is all the rest: the
    page, the lists, the record, the ledger.
    """
    if request.node.get_closest_marker("all_products"):
        return
    from hotspot import maps

    def write_word(_made: object, path: Path, *_given: object, **_named: object) -> Path:
        path.write_text("not made", encoding="utf-8")
        return path

    drawn = {name: lambda *_given, **_named: None for name in ("briefing_map", "team_map")}
    stand_ins = SimpleNamespace(MapLayers=maps.MapLayers, save_map=write_word, **drawn)
    monkeypatch.setattr("hotspot.briefing.products.maps", stand_ins)
    monkeypatch.setattr("hotspot.briefing.products._picture", lambda *_given: b"not made")
    for workbook in ("write_team_workbook", "write_supervisor_workbook"):
        monkeypatch.setattr(f"hotspot.sheets.target_files.{workbook}", write_word)


def quiet_briefing(set_up: Path, **options: Any) -> "Briefing":
    from hotspot import DataWarning
    from hotspot.briefing import brief

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return brief(set_up, **options)


@pytest.fixture(scope="session")
def make_incidents() -> "Callable[..., gpd.GeoDataFrame]":
    return incidents_at


def incidents_at(
    x: object, y: object, days: object, *, start: str = "2025-01-01", **columns: object
) -> "gpd.GeoDataFrame":
    """Incidents in canonical shape, at points in metres and days after `start` (fractions too)."""
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    x = np.asarray(x, dtype=float)
    times = pd.Timestamp(start) + pd.to_timedelta(np.asarray(days, dtype=float) * 24, unit="h")
    frame = pd.DataFrame(
        {
            "crime_ref": [f"B{i:05d}" for i in range(len(x))],
            "occurred_from": times,
            "occurred_to": times,
            **columns,
        }
    )
    made = gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(x, np.asarray(y, dtype=float)), crs="EPSG:27700"
    )
    made.attrs["resolution"] = "day"
    return made
