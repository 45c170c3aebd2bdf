"""Crimes in PostGIS: geometry, SRID, schemas, views and materialised views are read."""

import geopandas as gpd
import pandas as pd
import pytest
import sqlalchemy as sa

import hotspot as hs
from hotspot.reading import open_source
from tests.test_sharing import crimes


@pytest.fixture(scope="module")
def postgis(postgres_url: str) -> str:
    """URL of a database with PostGIS, a schema and crimes; tests skip where it is not installed."""
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        known = "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'"
        if connection.scalar(sa.text(known)) is None:
            pytest.skip("PostGIS is not installed")
        connection.execute(sa.text("CREATE DATABASE placed"))
    url = engine.url.set(database="placed")
    engine.dispose()
    placed = sa.create_engine(url, poolclass=sa.NullPool)
    with placed.begin() as connection:
        for text in (
            "CREATE EXTENSION postgis", "CREATE SCHEMA crime",
            'CREATE TABLE crime."Burglaries" (crime_ref text PRIMARY KEY, occurred_from timestamp,'
            " occurred_to timestamp, place geometry(Point, 27700))",
        ):  # fmt: skip
            connection.execute(sa.text(text))
        for row in crimes().itertuples():
            connection.execute(
                sa.text('INSERT INTO crime."Burglaries" VALUES (:r, :f, :t,'
                        " ST_SetSRID(ST_GeomFromWKB(:g), 27700))"),
                {"r": row.crime_ref, "f": row.occurred_from, "t": row.occurred_to,
                 "g": row.geometry.wkb},
            )  # fmt: skip
        for text in (
            "CREATE VIEW crime.seen AS SELECT crime_ref, occurred_to, place"
            ' FROM crime."Burglaries"',
            'CREATE MATERIALIZED VIEW crime.kept AS SELECT * FROM crime."Burglaries"',
        ):
            connection.execute(sa.text(text))
    return url.render_as_string(hide_password=False)


@pytest.mark.parametrize("table", ["crime.Burglaries", "crime.seen", "crime.kept"])
def test_tables_and_views_of_a_schema_are_read_with_their_places(postgis: str, table: str):
    read = hs.read_incidents(f"{postgis}?table={table}")
    wanted = crimes()
    assert read.crs == wanted.crs
    assert sorted(read["crime_ref"]) == wanted["crime_ref"].tolist()
    by_ref = read.set_index("crime_ref").geometry
    places = gpd.GeoSeries(wanted.geometry.to_numpy(), index=wanted["crime_ref"], crs=27700)
    assert (by_ref.x[places.index] == places.x).all()
    assert (by_ref.y[places.index] == places.y).all()


def test_a_geometry_column_is_no_field_and_what_is_not_there_is_told(postgis: str):
    opened = open_source(f"{postgis}?table=crime.kept")
    assert opened.columns == ("crime_ref", "occurred_from", "occurred_to")
    assert opened.has_geometry
    assert opened.of_points
    with pytest.raises(hs.DataError, match=r"'crime\.Burglaries', 'crime\.kept', 'crime\.seen'"):
        open_source(f"{postgis}?table=crime.nothing")
    with pytest.raises(hs.DataError, match="Tables there: none"):
        open_source(postgis)
    assert isinstance(opened.read(["crime_ref"]).frame, pd.DataFrame)
