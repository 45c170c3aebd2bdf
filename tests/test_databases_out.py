"""Frames written to databases: PostGIS, GeoPackage and SQLite, whole or not at all."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import sqlalchemy as sa

import hotspot as hs
from hotspot.sharing import server_tables, write_layer, write_layers
from tests.postgres import find_binaries
from tests.test_sharing import crimes

HOSTILE = (
    "'); DROP TABLE kept; --", '"; DROP TABLE kept; --', "%(x)s %s %%", ":name", "{0}", "$$", "\\.",
    "=HYPERLINK(1)", "<script>", "", "a\n\\.\nb", "\u202egnp", "1'||(SELECT 1)||'", "naïve 名前",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(postgres_url: str) -> str:
    """URL of a database with PostGIS in a schema of its own, and a schema for crimes."""
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        known = "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
        if connection.scalar(sa.text(known)) is None:
            pytest.skip("PostGIS is not installed")
        connection.execute(sa.text("CREATE DATABASE written"))
    url = engine.url.set(database="written", drivername="postgresql")
    engine.dispose()
    text = url.render_as_string(hide_password=False)
    psql(text, "CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis; CREATE SCHEMA crime;"
         "CREATE TABLE kept (x int); INSERT INTO kept VALUES (7)")  # fmt: skip
    return text


def psql(url: str, query: str) -> list[str]:
    """Run a query in the client of PostgreSQL, and return its lines."""
    binaries = find_binaries()
    assert binaries is not None
    found = subprocess.run(
        [binaries / "psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", url, "-c", query],
        env={**os.environ, "PGOPTIONS": "-c search_path=public,gis -c client_min_messages=warning"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


def hostile(column: str = "mo") -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(np.arange(len(HOSTILE)), np.zeros(len(HOSTILE)))
    return gpd.GeoDataFrame({column: HOSTILE}, geometry=points, crs=27700)


def kinds() -> gpd.GeoDataFrame:
    """One column of each kind of value, the second row empty where that can be."""
    return gpd.GeoDataFrame(
        {
            "text": ["a", None],
            "truth": pd.array([True, None], "boolean"),
            "whole": pd.array([2**53 + 1, None], "Int64"),
            "number": [0.1, np.nan],
            "moment": pd.Series([pd.Timestamp("2026-03-29 01:30:00.5"), pd.NaT]),
            "zoned": pd.Series([pd.Timestamp("2026-07-01 12:00", tz="Europe/London"), pd.NaT]),
            "category": pd.Categorical(["x", None]),
        },
        geometry=[shapely.Point(530000.1, 180000.2), None],
        crs=27700,
    )


def test_psql_reads_what_was_written_to_postgis(server: str):
    frame = crimes()
    written = write_layer(frame, f"{server}?table=crime.Written", marking="OFFICIAL")
    assert (written.table, written.rows) == ("crime.Written", len(frame))
    table = 'crime."Written"'
    assert psql(server, f"SELECT count(*), min(ST_SRID(geometry)) FROM {table}") == [
        f"{len(frame)}|27700"
    ]
    columns = "srid, type, coord_dimension"
    found = psql(server, f"SELECT {columns} FROM geometry_columns WHERE f_table_name = 'Written'")
    assert found == ["27700|POINT|2"]
    texts = psql(server, f"SELECT ST_AsBinary(geometry)::text FROM {table} ORDER BY fid")
    assert texts == ["\\x" + shape.wkb_hex.lower() for shape in frame.geometry]
    assert psql(server, f"SELECT occurred_to FROM {table} WHERE fid = 1") == [
        f"{frame['occurred_to'].iloc[0]:%Y-%m-%d %H:%M:%S}"
    ]
    assert "OFFICIAL" in psql(server, f"SELECT obj_description('{table}'::regclass)")[0]
    assert any("gist" in one for one in psql(
        server, "SELECT indexdef FROM pg_indexes WHERE tablename = 'Written'"))  # fmt: skip
    read = hs.read_incidents(f"{server}?table=crime.Written")
    assert read["crime_ref"].tolist() == frame["crime_ref"].tolist()
    assert (read.geometry.to_numpy() == frame.geometry.to_numpy()).all()
    assert read.crs == frame.crs


def test_each_kind_of_value_has_its_type_in_postgis_and_comes_back(server: str):
    write_layer(kinds(), server, "kinds")
    types = psql(server, "SELECT column_name, data_type FROM information_schema.columns"
                 " WHERE table_name = 'kinds' ORDER BY ordinal_position")  # fmt: skip
    assert types == [
        "fid|bigint", "text|text", "truth|boolean", "whole|bigint", "number|double precision",
        "moment|timestamp without time zone", "zoned|timestamp with time zone", "category|text",
        "geometry|USER-DEFINED",
    ]  # fmt: skip
    cells = "text, truth, whole, number, moment, zoned AT TIME ZONE 'UTC', category"
    rows = psql(server, f"SELECT {cells}, ST_AsText(geometry) FROM kinds ORDER BY fid")
    assert rows == [
        "a|t|9007199254740993|0.1|2026-03-29 01:30:00.5|2026-07-01 11:00:00|x|"
        "POINT(530000.1 180000.2)",
        "|||||||",
    ]


def test_each_kind_of_value_comes_back_from_a_geopackage(tmp_path: Path):
    write_layer(kinds(), tmp_path / "a.gpkg", "kinds", "OFFICIAL")
    read = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="kinds")
    assert read.crs == kinds().crs
    told = pyogrio.read_info(tmp_path / "a.gpkg", layer="kinds")
    assert told["geometry_type"] == "Point"
    assert "OFFICIAL" in told["layer_metadata"]["DESCRIPTION"]
    first = read.iloc[0]
    assert (first["text"], bool(first["truth"])) == ("a", True)
    with contextlib.closing(sqlite3.connect(tmp_path / "a.gpkg")) as made:
        assert made.execute("SELECT whole FROM kinds").fetchall() == [(2**53 + 1,), (None,)]
    assert (first["number"], first["category"]) == (0.1, "x")
    assert pd.Timestamp(first["moment"]) == pd.Timestamp("2026-03-29 01:30:00.5")
    assert pd.Timestamp(first["zoned"]).tz_localize(None) == pd.Timestamp("2026-07-01 11:00")
    assert first.geometry == shapely.Point(530000.1, 180000.2)
    assert read.iloc[1].isna().all()


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        ([shapely.Point(0, 0), None], "POINT"),
        ([shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])],
         "MULTIPOLYGON"),
        ([shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])], "GEOMETRY"),
        ([shapely.Point(0, 0, 1)], "POINTZ"),
        ([], "GEOMETRY"),
        ([None], "GEOMETRY"),
        ([shapely.Point()], "POINT"),
    ],
)  # fmt: skip
def test_the_geometry_column_is_of_the_kind_of_its_shapes(
    server: str, tmp_path: Path, shapes: list[object], kind: str
):
    frame = gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=27700)
    write_layer(frame, server, "shapes", replace=True)
    found = psql(server, "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE "
                 "attrelid = 'shapes'::regclass AND attname = 'geometry'")  # fmt: skip
    assert found[0].replace("gis.", "").upper() == f"GEOMETRY({kind},27700)"
    count = "SELECT count(*), count(geometry) FROM shapes"
    assert psql(server, count) == [f"{len(shapes)}|{sum(one is not None for one in shapes)}"]
    write_layer(frame, tmp_path / "a.gpkg", "shapes")
    with contextlib.closing(sqlite3.connect(tmp_path / "a.gpkg")) as made:
        found = made.execute("SELECT geometry_type_name, z FROM gpkg_geometry_columns").fetchall()
    assert found == [(kind.removesuffix("Z"), int(kind.endswith("Z")))]


def place_of(kind: str, server: str, folder: Path) -> str:
    return server if kind == "postgis" else f"sqlite:///{folder / 'a.gpkg'}"


BOTH = pytest.mark.parametrize("kind", ["postgis", "geopackage"])


@BOTH
def test_hostile_texts_and_names_run_nowhere_and_come_back_as_they_went(
    server: str, tmp_path: Path, kind: str
):
    place = place_of(kind, server, tmp_path)
    for at, name in enumerate(text for text in HOSTILE if text and text.isprintable()):
        layer = f"{at} {name}".replace(".", "")
        write_layer(hostile(name), place, layer)
        if kind == "postgis":
            engine = sa.create_engine(place.replace("postgresql:", "postgresql+psycopg:"))
            with engine.connect() as connection:
                columns = (sa.Column(name, sa.Text), sa.Column("fid", sa.Integer))
                table = sa.Table(layer, sa.MetaData(), *columns)
                found = list(connection.scalars(sa.select(table.c[name]).order_by(table.c.fid)))
            engine.dispose()
        else:
            read = pyogrio.read_dataframe(
                tmp_path / "a.gpkg", layer=f"{at} {name}".replace(".", "")
            )
            found = read[name].tolist()
        assert found == list(HOSTILE)
    if kind == "postgis":
        assert psql(server, "SELECT * FROM kept") == ["7"]


def test_a_schema_that_is_hostile_or_not_there_is_refused(server: str):
    for schema in ("nowhere", '"; DROP TABLE kept; --', "crime; --"):
        with pytest.raises(hs.OutputError, match="has no schema"):
            write_layer(hostile(), server, f"{schema}.a")
    assert psql(server, "SELECT * FROM kept") == ["7"]


@BOTH
def test_no_table_is_replaced_unless_that_is_said(server: str, tmp_path: Path, kind: str):
    place = place_of(kind, server, tmp_path)
    frame = crimes()
    write_layer(frame, place, "mine")
    write_layer(frame.iloc[:1], place, "other")
    with pytest.raises(hs.OutputError, match=r"has a table mine already.*replace=True") as told:
        write_layer(frame.iloc[:2], place, "mine")
    assert "--replace-table" in str(told.value)
    source = f"{place}?table=mine"
    assert len(hs.read_incidents(source)) == len(frame)
    assert write_layer(frame.iloc[:2], place, "mine", replace=True).rows == 2
    assert hs.read_incidents(source)["crime_ref"].tolist() == frame["crime_ref"].tolist()[:2]
    assert len(hs.read_incidents(f"{place}?table=other")) == 1


def test_a_view_and_a_table_that_one_stands_on_stay(server: str, tmp_path: Path):
    write_layer(crimes(), server, "crime.based")
    psql(server, "CREATE VIEW crime.standing AS SELECT * FROM crime.based")
    with pytest.raises(hs.OutputError, match=r"has a view crime\.standing already"):
        write_layer(crimes(), server, "crime.standing", replace=True)
    with pytest.raises(hs.OutputError, match="a view stands on it"):
        write_layer(crimes().iloc[:1], server, "crime.based", replace=True)
    assert psql(server, "SELECT count(*) FROM crime.standing") == [f"{len(crimes())}"]
    with pytest.raises(hs.OutputError, match="spatial_ref_sys"):
        write_layer(crimes(), server, "gis.spatial_ref_sys", replace=True)
    write_layer(crimes(), tmp_path / "a.gpkg", "based")
    with contextlib.closing(sqlite3.connect(tmp_path / "a.gpkg")) as made:
        made.execute("CREATE VIEW standing AS SELECT * FROM based")
    with pytest.raises(hs.OutputError, match="has a view standing already"):
        write_layer(crimes(), tmp_path / "a.gpkg", "standing", replace=True)


@pytest.mark.parametrize("before", [False, True])
def test_a_failure_half_way_leaves_the_old_table_or_none(
    server: str, monkeypatch: pytest.MonkeyPatch, before: bool
):
    name = f"half_{before}".lower()
    if before:
        write_layer(crimes().iloc[:3], server, name)
    monkeypatch.setattr(server_tables, "_ROWS_AT_ONCE", 2)
    real = server_tables._batches

    def broken(table: object) -> object:
        batches = real(table)  # type: ignore[arg-type]
        yield next(batches)
        yield [{**next(batches)[0], "fid": 1}]

    monkeypatch.setattr(server_tables, "_batches", broken)
    with pytest.raises(hs.OutputError, match="was not written to"):
        write_layers({"first": crimes(), name: crimes()}, server, replace=True)
    assert psql(server, "SELECT to_regclass('first') IS NULL") == ["t"]
    if before:
        assert psql(server, f"SELECT count(*) FROM {name}") == ["3"]
    else:
        assert psql(server, f"SELECT to_regclass('{name}') IS NULL") == ["t"]


@pytest.mark.parametrize("before", [False, True])
def test_a_geopackage_that_cannot_be_written_to_the_end_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bool
):
    from hotspot.sharing import geopackage_tables

    path = tmp_path / "a.gpkg"
    write_layer(crimes(), path, "kept")
    if before:
        write_layer(crimes().iloc[:3], path, "half")
    content = path.read_bytes()
    real = geopackage_tables._copy_layer

    def broken(kept: sqlite3.Connection, name: str) -> None:
        real(kept, name)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(geopackage_tables, "_copy_layer", broken)
    with pytest.raises(hs.OutputError, match="disk is full"):
        write_layer(crimes(), path, "half", replace=True)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


KILLED = """
import os, signal, sys
import tests.test_databases_out as own
from hotspot.sharing import geopackage_tables, server_tables, write_layer
server_tables._ROWS_AT_ONCE = 2
real, copy = server_tables._batches, geopackage_tables._copy_layer
def batches(table):
    yield next(real(table))
    os.kill(os.getpid(), signal.SIGKILL)
def copied(kept, name):
    copy(kept, name)
    kept.execute("PRAGMA cache_spill = 1")
    os.kill(os.getpid(), signal.SIGKILL)
server_tables._batches, geopackage_tables._copy_layer = batches, copied
write_layer(own.crimes(), sys.argv[1], "killed", replace=True)
"""


@pytest.mark.slow
@BOTH
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a kill of POSIX")
def test_a_kill_half_way_leaves_the_old_table(server: str, tmp_path: Path, kind: str):
    place = place_of(kind, server, tmp_path)
    write_layer(crimes().iloc[:1], place, "killed")
    done = subprocess.run([sys.executable, "-c", KILLED, place], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    if kind == "geopackage":
        assert (tmp_path / "a.gpkg-journal").exists()
        # Whoever opens it next with the right to write, such as QGIS, undoes what was begun.
        with contextlib.closing(sqlite3.connect(tmp_path / "a.gpkg")) as opened:
            assert opened.execute("SELECT count(*) FROM killed").fetchone() == (1,)
    assert len(hs.read_incidents(f"{place}?table=killed")) == 1
    write_layer(crimes(), place, "killed", replace=True)
    assert len(hs.read_incidents(f"{place}?table=killed")) == len(crimes())


def test_passwords_are_in_no_message(server: str):
    secret = "s3cretword"  # of letters that no URL writes otherwise
    for place in (
        f"postgresql://user:{secret}@127.0.0.1:1/none?table=a",
        f"postgresql://127.0.0.1:1/none?table=a&user=u&password={secret}",
        f"postgresql://user:{secret}@127.0.0.1:port/none?table=a",
        f"mysql://user:{secret}@127.0.0.1/none?table=a",
        f"nothing://user:{secret}@h/none?table=a",
        f"postgresql://user:{secret}@h/none",
        server.replace("hotspot@", f"nobody:{secret}@"),
    ):
        with pytest.raises(hs.HotspotError) as told:
            write_layer(crimes(), place)
        assert secret not in str(told.value)
        with pytest.raises(hs.HotspotError) as told:
            hs.read_incidents(place)
        assert secret not in str(told.value)
    with pytest.raises(hs.ConfigError) as told:
        hs.output.write_hotspots(crimes(), f"postgresql://u:{secret}@h/none")
    assert secret not in str(told.value)
    assert "write_layer" in str(told.value)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (crimes().set_crs(None, allow_override=True), "no CRS"),
        (crimes().assign(**{"CRIME_REF": "x"}), "are one name to a database"),
        (crimes().assign(fid=1), "rows are numbered by"),
        (crimes().assign(**{"a" * 64: 1}), "longer than 63 bytes"),
        (crimes().assign(**{"a\0": 1}), "characters that no name has"),
        (crimes().rename(columns={"area": 7}), "no name"),
        (crimes().assign(area="x\0"), "no database takes"),
        (crimes().assign(area=pd.Series("\ud800", crimes().index, dtype=object)), "broken"),
        (crimes().assign(area=[[1]] * len(crimes())), "make it text"),
        (crimes().assign(n=pd.Series([2**64 - 1] * len(crimes()), dtype="uint64",
                                     index=crimes().index)), "no database takes"),
        (crimes().assign(n=pd.Timedelta(1, "h")), "durations"),
    ],
)  # fmt: skip
def test_what_a_database_cannot_hold_is_refused_in_words(
    tmp_path: Path, frame: gpd.GeoDataFrame, words: str
):
    with pytest.raises(hs.DataError, match=words):
        write_layer(frame, tmp_path / "a.gpkg", "a")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("place", "layer", "words"),
    [
        ("crimes.shp", "a", "no place for a table"),
        ("a.gpkg", None, "Name the table"),
        ("a.gpkg", "gpkg_contents", "keeps for itself"),
        ("a.gpkg", " a", "no name"),
        ("sqlite://", "a", "names no file"),
        ("sqlite:///plain.db", "a", "holds no shapes"),
        ("mssql+pyodbc://h/d", "a", "never tried"),
    ],
)
def test_a_place_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, layer: str | None, words: str
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(hs.ConfigError, match=words):
        write_layer(crimes(), place, layer)
    assert not list(tmp_path.iterdir())


def test_plain_sqlite_takes_frames_without_shapes_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plain = pd.DataFrame(crimes().drop(columns="geometry"))
    place = f"sqlite:///{tmp_path / 'a.db'}"
    monkeypatch.setattr(server_tables, "_ROWS_AT_ONCE", 2)
    real = server_tables._batches

    def broken(table: object) -> object:
        yield from real(table)  # type: ignore[arg-type]
        yield [{"fid": 1}]

    with monkeypatch.context() as within:
        within.setattr(server_tables, "_batches", broken)
        with pytest.raises(hs.OutputError, match="was not written to"):
            write_layer(plain, place, "crimes")
    assert not list(tmp_path.iterdir())
    write_layer(plain, place, "crimes")
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db")) as made:
        found = made.execute("SELECT fid, crime_ref FROM crimes ORDER BY fid").fetchall()
    assert found == list(enumerate(plain["crime_ref"], start=1))


def test_a_table_of_a_ledger_is_never_replaced(tmp_path: Path):
    place = f"sqlite:///{tmp_path / 'visits.db'}"
    with hs.VisitLedger(place):
        pass
    name = next(iter(server_tables.of_the_ledger.tables))
    plain = pd.DataFrame({"a": [1]})
    with pytest.raises(hs.OutputError, match="as the ledger of visits has"):
        write_layer(plain, place, name, replace=True)


def test_a_geopackage_keeps_its_other_layers_and_their_reference_systems(tmp_path: Path):
    path = tmp_path / "a.gpkg"
    own = "+proj=tmerc +lat_0=49 +lon_0=-2 +k=1 +x_0=400000 +y_0=-100000 +ellps=airy +units=m"
    other = own.replace("+k=1", "+k=0.9")
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(1, 2)], crs=own)
    write_layers({"one": frame, "plain": pd.DataFrame({"m": [3]}), "two": crimes()}, path)
    write_layer(frame, path, "again")
    layers = {name for name, _ in pyogrio.list_layers(path)}
    assert layers == {"one", "plain", "two", "again"}
    for name, crs in (("one", own), ("again", own), ("two", 27700)):
        assert pyogrio.read_dataframe(path, layer=name).crs == gpd.GeoSeries([], crs=crs).crs
    with pytest.raises(hs.OutputError, match="another CRS by the number"):
        write_layer(frame.set_crs(other, allow_override=True), path, "three")
    assert len(pyogrio.list_layers(path)) == 4
    # Whoever edits it, with GDAL or without: index and counts follow.
    with contextlib.closing(sqlite3.connect(path)) as made, made:
        made.execute("DELETE FROM two WHERE fid = 1")
        counted = made.execute("SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?",
                               ("two",)).fetchone()  # fmt: skip
        indexed = made.execute("SELECT count(*) FROM rtree_two_geom").fetchone()
    assert counted == indexed == (len(crimes()) - 1,)
    pyogrio.write_dataframe(crimes().iloc[:1], path, layer="two", append=True)
    told = pyogrio.read_info(path, layer="two")
    assert told["features"] == len(crimes())
    within = tuple(crimes().total_bounds)
    assert len(pyogrio.read_dataframe(path, layer="two", bbox=within)) == len(crimes())


def test_what_is_no_geopackage_or_in_use_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from hotspot.sharing import geopackage_tables

    path = tmp_path / "a.gpkg"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(hs.OutputError, match="was not written to"):
        write_layer(crimes(), path, "a")
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE a (b)")
    with pytest.raises(hs.OutputError, match="is no GeoPackage"):
        write_layer(crimes(), path, "a")
    path.unlink()
    write_layer(crimes(), path, "a")
    monkeypatch.setattr(geopackage_tables, "_WAIT_S", 0.05)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as editor:
        editor.execute("BEGIN IMMEDIATE")
        with pytest.raises(hs.OutputError, match="another program is writing"):
            write_layer(crimes(), path, "b")


@pytest.mark.parametrize("name", ["a.gpkg", "a.db"])
def test_a_url_of_a_geopackage_gives_its_shapes(tmp_path: Path, name: str):
    write_layers({"crimes": crimes(), "beats": crimes().iloc[:1]}, tmp_path / "a.gpkg")
    (tmp_path / "a.gpkg").rename(tmp_path / name)
    url = f"sqlite:///{tmp_path / name}?table=crimes"
    read: Callable[[str], gpd.GeoDataFrame] = hs.read_incidents
    found = read(url)
    assert found.crs == crimes().crs
    assert (found.geometry.to_numpy() == crimes().geometry.to_numpy()).all()
    with pytest.raises(hs.DataError, match="it has crimes, beats"):
        read(url.replace("=crimes", "=none"))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the set-up of a small town with a stop list."""
    from tests.small_town import quick_town

    folder = tmp_path_factory.mktemp("small")
    set_up = quick_town(folder, '[cocooning]\nexclude = "exclude.csv"\n')
    stopped = hs.read_incidents(folder / "burglaries.csv")["crime_ref"].iloc[0]
    (folder / "exclude.csv").write_text(f"Reference\n{stopped}\n", encoding="utf-8")
    return set_up


def run(*words: object) -> int:
    from hotspot import cli

    return cli.main([str(word) for word in words])


@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_commands_write_tables_without_what_is_on_the_stop_list(
    server: str, tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]
):
    stopped = (small.parent / "exclude.csv").read_text(encoding="utf-8").split()[1]
    place = f"{server}?table=crime.small"
    assert run("check", small, "--database", place) == 0
    assert "in the table crime.small of postgresql://" in capsys.readouterr().out
    refs = psql(server, "SELECT crime_ref FROM crime.small")
    assert refs
    assert stopped not in refs
    assert run("check", small, "--database", place) == 1
    assert "--replace-table" in capsys.readouterr().err
    assert run("check", small, "--database", place, "--replace-table") == 0
    assert psql(server, "SELECT count(*) FROM crime.small") == [str(len(refs))]
    package = tmp_path / "a.gpkg"
    place = f"sqlite:///{package}"
    folder = ("--folder", tmp_path / "out")
    assert run("density", small, "--cell", 50, *folder, "--database", place) == 0
    told = pyogrio.read_info(package, layer="hotspots")
    assert told["geometry_type"] in ("Polygon", "MultiPolygon")
    assert told["features"] > 0
    # What is refused is refused before anything else is written.
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert run("density", small, "--cell", 50, *folder, "--database", place) == 1
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}


@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_a_share_goes_from_one_force_to_the_tables_of_the_next(tmp_path: Path):
    folder = tmp_path / "share"
    frames = {"crimes": crimes(), "same": crimes().iloc[:2]}
    fields = ["crime_ref", "occurred_from", "occurred_to", "mo"]
    hs.write_share(frames, folder, "Next", "Op", dict.fromkeys(frames, fields), "OFFICIAL",
                   "2099-01-01")  # fmt: skip
    assert run("share", "read", folder, "--database", tmp_path / "a.gpkg") == 0
    read = hs.read_incidents(f"sqlite:///{tmp_path / 'a.gpkg'}?table=crimes")
    assert read["crime_ref"].tolist() == crimes()["crime_ref"].tolist()
    assert len(pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="same")) == 2
    one = f"sqlite:///{tmp_path / 'b.gpkg'}?table=x"
    assert run("share", "read", folder, "--database", one) in (1, 2)
    assert not (tmp_path / "b.gpkg").exists()


@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_nothing_is_written_into_a_geopackage_that_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "a.gpkg"
    write_layer(crimes(), path, "crimes")
    content = path.read_bytes()
    for source in (path, f"sqlite:///{path}?table=crimes"):
        assert run("check", source, "--database", f"sqlite:///{path}?table=new") == 1
        assert "is read by this command" in capsys.readouterr().err
    assert path.read_bytes() == content
