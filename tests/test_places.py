"""Files that name their place wrongly: read rightly, or asked about with the way to answer."""

import json
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.areas import read_outline
from hotspot.maps.backdrop import read_backdrop
from hotspot.reading.axis_order import are_exchanged
from hotspot.reading.datums import sound_crs

AIRY = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
    "+units=m +no_defs"
)
IRISH = (
    "+proj=tmerc +lat_0=53.5 +lon_0=-8 +k=1.000035 +x_0=200000 +y_0=250000 +ellps=mod_airy "
    "+units=m +no_defs"
)
GAUSS = "+proj=tmerc +lat_0=0 +lon_0=9 +k=1 +x_0=3500000 +y_0=0 +ellps=bessel +units=m +no_defs"
ESRI = pyproj.CRS("EPSG:27700").to_wkt("WKT1_ESRI")
RANDOM = np.random.default_rng(12)


def at(lon: float, lat: float, crs: int | str = 4326, rows: int = 12) -> pd.DataFrame:
    """Return burglaries around a place as two columns, "a" and "b", in a CRS."""
    to_crs = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    spread = RANDOM.normal(0, 0.01, (2, rows))
    a, b = to_crs.transform(lon + spread[0], lat + spread[1])
    days = pd.date_range("2026-03-01", periods=rows).strftime("%Y-%m-%d")
    return pd.DataFrame({"Ref": range(rows), "Date": days, "a": a, "b": b})


def named(frame: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    return frame.rename(columns={"a": first, "b": second})


def points(frame: pd.DataFrame, crs: object = None, *, swapped: bool = False) -> gpd.GeoDataFrame:
    a, b = (frame["b"], frame["a"]) if swapped else (frame["a"], frame["b"])
    geometry = gpd.points_from_xy(a, b)
    return gpd.GeoDataFrame(frame[["Ref", "Date"]], geometry=geometry, crs=crs)


def geojson(path: Path, frame: gpd.GeoDataFrame) -> Path:
    """Write GeoJSON without a CRS, as much software does whatever the CRS is."""
    path.write_text(json.dumps(json.loads(frame.set_crs(None, allow_override=True).to_json())))
    return path


def check(source: object, **options: object) -> hs.incidents.IncidentCheck:
    return hs.check_incidents(source, as_of="2026-06-01", **options)


def test_a_crs_is_checked_against_its_area_of_use() -> None:
    washington = at(-77.03, 38.9, 26985)
    with pytest.raises(
        hs.DataError, match=r"outside the area for which .*IaRCS zone 2.*--crs EPSG:"
    ):
        check(named(washington, "X", "Y"), crs="EPSG:7058")
    feet = named(at(-77.03, 38.9, 2248), "X", "Y")
    with pytest.raises(hs.DataError, match=r"They fit NAD83 / Maryland \(ftUS\) \(EPSG:2248\)"):
        check(feet, crs="EPSG:26985")
    with pytest.raises(hs.DataError, match=r"They fit NAD83 / Maryland \(EPSG:26985\)"):
        check(named(washington, "X", "Y"), crs="EPSG:2248")
    assert len(check(feet, crs="EPSG:2248").accepted) == 12
    with pytest.raises(hs.DataError, match="Most points of the frame would lie outside"):
        hs.read_addresses(feet.assign(Address="1 High St"), crs="EPSG:26985")


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (-87.65, 41.85, 26971), (-122.3, 47.6, 2926), (-87.65, 41.85, 3435), (178.4, -18.1, 3460),
        (-0.1, 51.5, 32630), (1.3, 52.6, 32630), (10.7, 59.9, 25833), (151.2, -33.9, 7856),
        (-5.93, 54.6, 2157), (-5.93, 54.6, 29903), (-1.1, 60.3, 27700), (2.3, 48.9, 3857),
    ],
)  # fmt: skip
def test_points_in_the_area_of_their_crs_are_taken(lon: float, lat: float, crs: int) -> None:
    found = check(named(at(lon, lat, crs), "X", "Y"), crs=crs)
    assert len(found.accepted) == 12
    assert not found.warnings
    middle = found.accepted.to_crs(4326).geometry.union_all().centroid
    assert (middle.x, middle.y) == pytest.approx((lon, lat), abs=0.02)


def test_a_part_that_lies_outside_is_warned_of() -> None:
    both = pd.concat([at(-77.03, 38.9, 26985, 40), at(-87.65, 41.85, 26985, 10)], ignore_index=True)
    found = check(named(both, "X", "Y").assign(Ref=range(50)), crs=26985)
    assert any("10 of 50 points of the frame lie outside" in text for text in found.warnings)


def test_the_own_crs_of_a_file_is_checked_and_may_be_answered(tmp_path: Path) -> None:
    wrong = points(at(-77.03, 38.9, 2248), 26985)
    with pytest.raises(hs.DataError, match="They fit NAD83 / Maryland"):
        check(wrong)
    assert len(check(wrong, crs=2248).accepted) == 12
    beats = gpd.GeoDataFrame({"beat": ["N"]}, geometry=wrong.buffer(900).iloc[:1], crs=26985)
    with pytest.raises(hs.DataError, match="Most points of the frame would lie outside"):
        hs.read_areas(beats)
    assert len(hs.read_areas(beats, crs=2248)) == 1
    lines = gpd.GeoDataFrame({"name": ["High Street"]}, geometry=beats.boundary, crs=26985)
    with pytest.raises(hs.DataError, match="Most points"):
        hs.addresses.read_streets(lines)
    with pytest.raises(hs.DataError, match="Most points"):
        read_outline(beats)
    lines.to_file(tmp_path / "roads.gpkg", layer="roads")
    with pytest.raises(hs.DataError, match="Most points"):
        read_backdrop(tmp_path / "roads.gpkg", lines)


def test_to_crs_is_checked_against_its_area_of_use() -> None:
    chicago = named(at(-87.65, 41.85), "Longitude", "Latitude")
    with pytest.raises(hs.DataError, match=r"British National Grid.*Leave to_crs out"):
        check(chicago, to_crs=27700)
    beat = gpd.GeoDataFrame({"beat": ["N"]}, geometry=[shapely.box(-88, 41, -87, 42)], crs=4326)
    with pytest.raises(hs.DataError, match="Leave to_crs out"):
        hs.read_areas(beat, to_crs=27700)
    with pytest.raises(hs.DataError, match="Leave to_crs out"):
        hs.read_addresses(chicago.assign(Address="1 High St"), to_crs=27700)


# Chicago, Sydney, Tokyo, Buenos Aires, Toronto, Auckland, London, Douglas
PLACES = [
    (-87.6, 41.8), (151.2, -33.9), (139.7, 35.7), (-58.4, -34.6), (-79.4, 43.7), (174.8, -36.9),
    (-0.1, 51.5), (-4.48, 54.15),
]  # fmt: skip


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_exchanged_degrees_are_refused_with_the_mapping_to_give(lon: float, lat: float) -> None:
    frame = named(at(lon, lat), "Latitude", "Longitude")
    advice = r'exchanged .*columns=\{"longitude": "Latitude", "latitude": "Longitude"\}'
    with pytest.raises(hs.DataError, match=advice):
        check(frame)
    mapped = {"longitude": "Latitude", "latitude": "Longitude"}
    assert len(check(frame, columns=mapped).accepted) == 12
    with pytest.raises(hs.DataError, match=advice):
        hs.read_addresses(frame.assign(Address="1 High St"))
    assert len(check(named(at(lon, lat), "Longitude", "Latitude")).accepted) == 12


@pytest.mark.parametrize(("lon", "lat"), PLACES)
def test_geographic_files_with_latitude_first_are_exchanged_and_told(
    lon: float, lat: float, tmp_path: Path
) -> None:
    right = gpd.GeoDataFrame(
        {"beat": ["N"]}, geometry=[shapely.box(lon, lat, lon + 0.1, lat + 0.05)], crs=4326
    )
    turned = right.set_geometry(shapely.transform(right.geometry.array, lambda c: c[:, ::-1]))
    path = geojson(tmp_path / "beats.geojson", turned.set_crs(4326, allow_override=True))
    with pytest.warns(hs.DataWarning, match=r"beats.geojson stand latitude first"):
        areas = hs.read_areas(path)
    assert areas.geometry.iloc[0].equals_exact(hs.read_areas(right).geometry.iloc[0], 1e-6)
    found = check(points(at(lon, lat), 4326, swapped=True))
    assert any("stand latitude first" in text for text in found.warnings)
    middle = found.accepted.to_crs(4326).geometry.union_all().centroid
    assert (middle.x, middle.y) == pytest.approx((lon, lat), abs=0.02)


@settings(max_examples=25, deadline=None)
@given(
    st.one_of(
        st.tuples(st.floats(-124.0, -67.0), st.floats(25.0, 60.0)),
        st.tuples(st.floats(114.0, 178.0), st.floats(-47.0, -11.0)),
        st.tuples(st.floats(-5.2, 1.7), st.floats(50.2, 58.6)),
    )
)
def test_degrees_of_the_english_speaking_world_are_never_mistaken(
    place: tuple[float, float],
) -> None:
    lon, lat = np.array([place[0]]), np.array([place[1]])
    assert are_exchanged(lat, lon, pyproj.CRS(4326))
    assert not are_exchanged(lon, lat, pyproj.CRS(4326))


def test_exchanged_eastings_that_leave_the_grid_are_refused() -> None:
    inverness = named(at(-4.22, 57.48, 27700), "Northing", "Easting")
    with pytest.raises(
        hs.DataError, match=r'columns=\{"easting": "Northing", "northing": "Easting"\}'
    ):
        check(inverness)
    with pytest.raises(hs.DataError, match="are exchanged"):
        check(inverness, crs=27700)
    turned = points(at(-4.22, 57.48, 27700), 27700, swapped=True)
    with pytest.raises(hs.DataError, match=r"Are they, or .* another CRS\? .*Swap X and Y.*--crs"):
        check(turned)
    with pytest.raises(hs.DataError, match="Swap X and Y"):
        hs.read_areas(turned.assign(beat=turned["Ref"]).set_geometry(turned.buffer(100)))


# Berlin, Paris, Delhi, Johannesburg, Lagos, Belfast, Dublin
@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (13.4, 52.5),
        (2.35, 48.85),
        (77.2, 28.6),
        (28.0, -26.2),
        (3.4, 6.5),
        (-5.9, 54.6),
        (-6.3, 53.4),
    ],
)
def test_degrees_in_the_sea_that_fit_land_are_exchanged(lon: float, lat: float) -> None:
    with pytest.raises(hs.DataError, match="are exchanged"):
        check(named(at(lon, lat), "Latitude", "Longitude"))
    assert not check(named(at(lon, lat), "Longitude", "Latitude")).warnings


# London, Birmingham, Bristol, Newcastle, Edinburgh, Cardiff, Southampton, Plymouth
@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (-0.1, 51.5), (-1.9, 52.48), (-2.6, 51.45), (-1.6, 54.97), (-3.2, 55.95), (-3.18, 51.48),
        (-1.4, 50.91), (-4.14, 50.37),
    ],
)  # fmt: skip
def test_eastings_in_the_sea_that_fit_land_are_asked_about(
    lon: float, lat: float, tmp_path: Path
) -> None:
    frame = at(lon, lat, 27700)
    found = check(named(frame, "Northing", "Easting"))
    advice = 'Are they? Then map columns={"easting": "Northing", "northing": "Easting"}'
    assert any(advice in text for text in found.warnings)
    assert not check(named(frame, "Easting", "Northing")).warnings
    turned = points(frame, 27700, swapped=True)
    beats = gpd.GeoDataFrame({"beat": turned["Ref"]}, geometry=turned.buffer(500))
    with pytest.warns(hs.DataWarning, match="lie in the sea, and on land.*Swap X and Y"):
        hs.read_areas(beats)
    with pytest.warns(hs.DataWarning, match="Are they"):
        hs.read_addresses(named(frame, "Northing", "Easting").assign(Address="1 High St"))


@pytest.mark.parametrize(
    ("crs", "x", "y", "words"),
    [
        (27700, 451.2, 340.1, "seem to be in kilometres"),
        (32630, 600.0, 5700.0, "seem to be in kilometres"),
        (26971, 358.4, 578.9, "outside the area for which"),
    ],
)
def test_kilometres_are_not_taken_for_metres(crs: int, x: float, y: float, words: str) -> None:
    n = np.arange(30)
    frame = pd.DataFrame(
        {"Ref": n, "Date": "13/03/2026", "Easting": x + n / 100, "Northing": y + n / 100}
    )
    with pytest.raises(hs.DataError, match=words):
        hs.check_incidents(frame, crs=crs)
    metres = frame.assign(Easting=frame["Easting"] * 1000, Northing=frame["Northing"] * 1000)
    assert len(hs.check_incidents(metres, crs=crs).accepted) == 30


def test_a_crs_that_puts_points_into_the_sea_is_asked_about() -> None:
    frame = named(at(-87.0, 28.0, 32616), "X", "Y")
    assert any("lie in the sea: is it" in text for text in check(frame, crs=32616).warnings)


@pytest.mark.parametrize(
    "crs",
    [
        AIRY, f"{AIRY} +towgs84=0,0,0", f"{AIRY} +towgs84=0,0,0,0,0,0,0",
        ESRI.replace("GCS_OSGB_1936", "GCS_Airy_1830").replace("D_OSGB_1936", "D_Airy_1830"),
        ESRI.replace("D_OSGB_1936", "D_unknown").replace("GCS_OSGB_1936", "Unknown"),
    ],
)  # fmt: skip
def test_a_british_grid_without_its_datum_is_the_british_grid(crs: str, tmp_path: Path) -> None:
    there = points(at(-1.2, 52.95, 27700), crs)
    found = check(there)
    assert found.accepted.crs.to_epsg() == 27700
    assert (found.accepted.geometry.x.to_numpy() == there.geometry.x.to_numpy()).all()
    assert any("without its datum" in text for text in found.warnings)
    assert not check(there, crs=27700).warnings
    beat = gpd.GeoDataFrame({"beat": ["N"]}, geometry=there.buffer(500).iloc[:1], crs=crs)
    with pytest.warns(hs.DataWarning, match="without its datum"):
        assert hs.read_areas(beat).crs.to_epsg() == 27700
    homes = there.assign(Address="1 High St", UPRN=range(12))
    with pytest.warns(hs.DataWarning, match="without its datum"):
        assert hs.read_addresses(homes).crs.to_epsg() == 27700
    beat.to_file(tmp_path / "beats.shp")
    with warnings.catch_warnings():
        # The driver of shapefiles knows some of these by itself.
        warnings.simplefilter("ignore", hs.DataWarning)
        assert hs.read_areas(tmp_path / "beats.shp").crs.to_epsg() == 27700


@pytest.mark.parametrize(
    ("crs", "epsg", "asked"),
    [
        (ESRI, 27700, False),
        (ESRI.replace("0.9996012717", "0.999601272"), 27700, False),
        (AIRY.replace("+ellps=airy", "+datum=OSGB36"), 27700, False),
        (f"{AIRY} +towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489", 27700, False),
        (f"{AIRY} +nadgrids=OSTN15_NTv2_OSGBtoETRS.gsb", 27700, False),
        (IRISH, 29903, True),
        ("EPSG:29902", 29902, False),
        ("EPSG:29903", 29903, False),
        ("EPSG:2157", 2157, False),
        ("EPSG:7405", 27700, False),
        ("EPSG:27700+5701", 27700, False),
        ("EPSG:4979", 4326, False),
        ("EPSG:5555", 25832, False),
        ("+proj=utm +zone=16 +ellps=GRS80 +units=m", 8909, False),
    ],
)
def test_a_crs_is_the_one_that_is_meant(crs: str, epsg: int, asked: bool) -> None:
    found, warnings = sound_crs(pyproj.CRS(crs))
    assert found is not None
    assert found.to_epsg() == epsg
    assert bool(warnings) == asked


@pytest.mark.parametrize(
    "crs",
    [
        AIRY.replace("airy", "WGS84"), GAUSS, f"{GAUSS} +towgs84=0,0,0", "EPSG:4001",
        "+proj=longlat +ellps=airy", "+proj=utm +zone=30 +ellps=intl",
    ],
)  # fmt: skip
def test_any_other_crs_without_a_datum_is_a_question_that_crs_answers(crs: str) -> None:
    frame = points(at(-1.2, 52.95, 27700), crs)
    with pytest.raises(hs.DataError, match="give"):
        check(frame)
    assert check(frame, crs=27700).accepted.crs.to_epsg() == 27700
    with pytest.raises(hs.ConfigError, match=r"crs=.*give"):
        check(named(at(-1.2, 52.95, 27700), "X", "Y"), crs=crs)


def test_compound_and_other_crs_do_not_crash() -> None:
    frame = named(at(-1.2, 52.95, 27700), "Easting", "Northing").assign(Address="1 High St")
    for crs in ("EPSG:7405", "EPSG:27700+5701"):
        assert check(frame, to_crs=crs).accepted.crs.to_epsg() == 27700
        assert hs.read_addresses(frame, to_crs=crs).crs.to_epsg() == 27700
        assert check(points(at(-1.2, 52.95, 27700), crs)).accepted.crs.to_epsg() == 27700
    for crs in ("EPSG:4978", "EPSG:5701", 'LOCAL_CS["x",UNIT["metre",1]]'):
        with pytest.raises(hs.ConfigError, match="places nothing on a map"):
            check(frame, crs=crs)
    plan = points(at(-1.2, 52.95, 27700), 'LOCAL_CS["x",UNIT["metre",1]]')
    with pytest.raises(hs.DataError, match="Nothing says which CRS"):
        check(plan)
    assert len(check(plan, crs=27700).accepted) == 12


def test_two_names_of_one_crs_do_not_contradict_each_other() -> None:
    frame = points(at(-1.2, 52.95), "OGC:CRS84")
    assert len(check(frame, crs="EPSG:4326").accepted) == 12


def test_geojson_in_metres_is_read_where_they_are_british_and_asked_about_elsewhere(
    tmp_path: Path,
) -> None:
    here, there = points(at(-1.2, 52.95, 27700)), points(at(-87.65, 41.85, 26916))
    crimes = geojson(tmp_path / "crimes.geojson", here)
    found = check(crimes)
    assert found.accepted.crs.to_epsg() == 27700
    assert any("read as EPSG:27700" in text for text in found.warnings)
    assert len(check(crimes, crs=27700).accepted) == 12
    abroad = geojson(tmp_path / "abroad.geojson", there)
    with pytest.raises(hs.DataError, match=r"should hold degrees .*--crs EPSG:"):
        check(abroad)
    assert check(abroad, crs=26916).accepted.crs.to_epsg() == 26916
    for frame, epsg, name in ((here, 27700, "n.geojson"), (there, 26916, "s.geojson")):
        shapes = frame.geometry.set_crs(epsg).buffer(500)
        beats = geojson(tmp_path / name, gpd.GeoDataFrame({"beat": frame["Ref"]}, geometry=shapes))
        assert hs.read_areas(beats, crs=epsg).crs.to_epsg() == epsg
        if epsg == 27700:
            with pytest.warns(hs.DataWarning, match="read as EPSG:27700"):
                assert hs.read_areas(beats).geometry.area.iloc[0] > 700_000
        else:
            with pytest.raises(hs.DataError, match="should hold degrees"):
                hs.read_areas(beats)


def test_a_layer_without_a_crs_is_asked_about_with_what_it_holds() -> None:
    box = shapely.box(451_000, 340_000, 452_000, 341_000)
    beats = gpd.GeoDataFrame({"beat": ["N"]}, geometry=[box])
    with pytest.raises(
        hs.DataError, match=r"about 452,000, 340,000\. That fits EPSG:27700.*--crs EPSG"
    ):
        hs.read_areas(beats)
    lines = gpd.GeoDataFrame({"name": ["High Street"]}, geometry=[box.exterior])
    with pytest.raises(hs.DataError, match="That fits EPSG:27700"):
        hs.addresses.read_streets(lines)


def test_a_collection_of_one_point_is_a_point_and_other_shapes_are_named() -> None:
    shapes = [
        shapely.MultiPoint([(451_500, 340_500)]),
        shapely.Point(451_500, 340_500, 12),
        shapely.MultiPoint([(451_500, 340_500), (451_600, 340_500)]),
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.box(451_000, 340_000, 452_000, 341_000),
        shapely.MultiPoint(),
        None,
    ]
    frame = gpd.GeoDataFrame({"Date": ["2026-03-01"] * 7}, geometry=shapes, crs=27700)
    found = check(frame)
    assert found.accepted.geometry.to_wkt().tolist() == ["POINT (451500 340500)"] * 2
    assert found.rejected["reason"].tolist() == [
        "a MultiPoint of 2 parts, not a point",
        "a LineString, not a point",
        "a Polygon, not a point",
        "no coordinates",
        "no coordinates",
    ]


def side_by_side(lon: float, lat: float, crs: int, apart: float = 0.0) -> pd.DataFrame:
    """Return a grid in columns a, b with the degrees of the same points, moved by `apart`."""
    frame = at(lon, lat, crs)
    back = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    frame["Longitude"], frame["Latitude"] = back.transform(frame["a"], frame["b"])
    frame["Latitude"] += apart
    return frame


@pytest.mark.parametrize("names", [("X_COORDINATE", "Y_COORDINATE"), ("X", "Y"), ("E", "N")])
def test_the_grid_goes_before_degrees_of_the_same_place(names: tuple[str, str]) -> None:
    frame = side_by_side(1.7, 52.65, 27700)
    found = check(named(frame, *names))
    assert found.accepted.geometry.x.tolist() == frame["a"].tolist()
    assert not found.warnings
    frame.loc[3:6, "Latitude"] += 0.01
    warned = check(named(frame, *names))
    assert warned.accepted.geometry.x.tolist() == frame["a"].tolist()
    assert any("4 rows of 12 with both" in text for text in warned.warnings)


def test_os_names_alone_are_the_british_grid_where_they_fit_it() -> None:
    found = check(named(at(-1.2, 52.95, 27700), "X_COORDINATE", "Y_COORDINATE"))
    assert found.accepted.crs.to_epsg() == 27700
    assert any("X_COORDINATE and Y_COORDINATE fit the British" in note for note in found.notes)
    assert not found.warnings
    with pytest.raises(hs.DataError, match="Nothing says which CRS"):
        check(named(at(-87.65, 41.85, 3435), "X_COORDINATE", "Y_COORDINATE"))
    with pytest.raises(hs.DataError, match="Nothing says which CRS"):
        check(named(at(-1.2, 52.95, 27700), "X", "Y"))
    # Metres of Illinois fit the British grid.
    with pytest.raises(hs.DataError, match="Nothing says which CRS"):
        check(named(at(-87.65, 41.85, 26971), "X Coordinate", "Y Coordinate"))


def test_two_pairs_of_different_places_are_never_mixed() -> None:
    # The numbers of the Irish grid fit the British one, in Scotland.
    belfast = named(side_by_side(-5.93, 54.6, 29903), "Easting", "Northing")
    found = check(belfast)
    middle = found.accepted.to_crs(4326).geometry.union_all().centroid
    assert (middle.x, middle.y) == pytest.approx((-5.93, 54.6), abs=0.02)
    assert any("Longitude and Latitude were used" in text for text in found.warnings)
    atlanta = named(side_by_side(-84.4, 33.7, 32616), "Easting", "Northing")
    assert any("do not fit" in text for text in check(atlanta).warnings)
    assert not check(named(side_by_side(-87.65, 41.85, 26971), "X", "Y")).warnings
    moved = named(side_by_side(-1.2, 52.95, 27700, apart=0.5), "Easting", "Northing")
    with pytest.raises(hs.DataError, match=r"56 km from .*map only them.*\"longitude\""):
        check(moved)
    pair = {"longitude": "Longitude", "latitude": "Latitude"}
    assert len(check(moved, columns=pair).accepted) == 12
    turned = named(side_by_side(-1.2, 52.95, 27700), "Northing", "Easting")
    with pytest.raises(hs.DataError, match=r'"easting": "Northing", "northing": "Easting"'):
        check(turned)
    swapped = side_by_side(-1.2, 52.95, 27700).rename(
        columns={"Longitude": "Latitude", "Latitude": "Longitude"}
    )
    found = check(named(swapped, "Easting", "Northing"))
    assert found.accepted.geometry.x.tolist() == swapped["a"].tolist()
    assert any("Longitude and Latitude are exchanged" in text for text in found.warnings)
    feet = named(side_by_side(-77.03, 38.9, 2248), "X", "Y")
    with pytest.raises(hs.DataError, match="one of them is not what it seems"):
        check(feet, crs=26985)


def test_the_grid_beside_the_points_of_a_map_file_goes_before_them() -> None:
    frame = side_by_side(1.7, 52.65, 27700)
    shapes = gpd.points_from_xy(frame.pop("Longitude"), frame.pop("Latitude"))
    layer = gpd.GeoDataFrame(named(frame, "Easting", "Northing"), geometry=shapes, crs=4326)
    assert check(layer).accepted.geometry.x.tolist() == frame["a"].tolist()
    # A row that has a point and no grid is placed by its point, and so are all.
    layer.loc[2, "Easting"] = np.nan
    assert len(check(layer).accepted) == 12
    elsewhere = check(layer.assign(Easting=400_000, Northing=300_000)).accepted.geometry
    assert elsewhere.x.nunique() == 12


def test_a_backdrop_without_a_crs_is_asked_about_and_answered(tmp_path: Path) -> None:
    here = gpd.GeoSeries([shapely.box(451_000, 340_000, 452_000, 341_000)], crs=27700)
    lines = gpd.GeoDataFrame({"name": ["High Street"]}, geometry=here.boundary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        lines.set_crs(None, allow_override=True).to_file(tmp_path / "roads.shp")
    with pytest.raises(hs.DataError, match=r"roads.shp does not say .* give crs="):
        read_backdrop(tmp_path / "roads.shp", here)
    streets = read_backdrop(tmp_path / "roads.shp", here, crs="EPSG:27700").streets
    assert streets is not None
    assert streets["street"].tolist() == ["High Street"]
