"""Points come out in metres, and what is no place is told by row."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot._errors import ConfigError, DataError
from hotspot.reading.coordinates import Location, locate

GRID = {"easting": "E", "northing": "N"}
DEGREES = {"longitude": "lon", "latitude": "lat"}
RANDOM = np.random.default_rng(20260302)


def town(rows: int = 40, east: float = 640_000, north: float = 370_000) -> pd.DataFrame:
    spread = RANDOM.normal(0, 800, (rows, 2))
    return pd.DataFrame({"E": east + spread[:, 0], "N": north + spread[:, 1]})


def with_rows(frame: pd.DataFrame, *more: tuple[object, object]) -> pd.DataFrame:
    added = pd.DataFrame(list(more), columns=frame.columns, dtype=object)
    return pd.concat([frame.astype(object), added], ignore_index=True)


def reasons(location: Location) -> dict[int, str]:
    table = location.faults.table()
    return dict(zip(table["row"], table["reason"], strict=True))


def test_easting_and_northing_are_the_british_grid_and_stay_as_they_are() -> None:
    frame = town()
    location = locate(frame, GRID)
    assert location.crs == "EPSG:27700"
    assert (location.x == frame["E"]).all()
    assert (location.y == frame["N"]).all()
    assert "nothing was transformed" in location.transformation
    assert reasons(location) == {}


def test_every_kind_of_dirt_gets_its_row_and_reason() -> None:
    dirt = [
        ("", "370000"),
        ("640000", None),
        ("N/A", "unknown"),
        ("abroad", "370000"),
        (0, 0),
        ("0", "370000"),
        ("inf", "370000"),
        (370_000, 640_000),
        (-1.15, 52.95),
        (840_000, 370_000),
        ("1e308", "370000"),
        (640_000, 170_000),
        ("=640000", "370000"),
        ("640,123", "370,456"),
    ]
    frame = with_rows(town(), *dirt)
    location = locate(frame, GRID)
    assert reasons(location) == {
        40: "no coordinates",
        41: "no coordinates",
        42: "no coordinates",
        43: "not a number",
        44: "zero coordinates",
        45: "zero coordinates",
        46: "infinite coordinates",
        47: "easting and northing look swapped",
        48: "degrees, not metres",
        49: "off-area: outside the British National Grid",
        50: "off-area: outside the British National Grid",
        51: "far from the rest: 200 km from their middle",
        52: "not a number",
    }
    assert (location.x[53], location.y[53]) == (640_123, 370_456)
    assert np.isnan(location.x[40:53]).all()
    swapped = location.faults.table().set_index("row").loc[47]
    assert (swapped["column"], swapped["value"]) == ("E, N", "370000, 640000")


def test_degrees_in_great_britain_go_to_the_british_grid_and_say_how_exactly() -> None:
    # Ordnance Survey's worked example: Caister water tower, ETRS89 and OSTN15.
    caister = pd.DataFrame({"lon": [1.716073973], "lat": [52.658007833]})
    location = locate(caister, DEGREES)
    assert location.crs == "EPSG:27700"
    assert np.hypot(location.x[0] - 651_409.804, location.y[0] - 313_177.450) < 3.5
    assert "EPSG:4326" in location.transformation
    assert " m" in location.transformation


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (-4.48, 54.15, 27700),
        (-6.3, 49.92, 27700),
        (-1.2, 60.4, 27700),
        (-5.93, 54.6, 32630),
        (-6.26, 53.35, 32629),
        (2.35, 48.85, 32631),
        (-84.39, 33.75, 32616),
        (151.2, -33.87, 32756),
        (179.9, -17.0, 32760),
        (-180.0, -17.0, 32701),
    ],
)
def test_degrees_elsewhere_go_to_the_local_utm_zone(lon: float, lat: float, epsg: int) -> None:
    location = locate(pd.DataFrame({"lon": [lon], "lat": [lat]}), DEGREES)
    assert location.crs.to_epsg() == epsg
    back = pyproj.Transformer.from_crs(epsg, 4326, always_xy=True)
    assert back.transform(location.x[0], location.y[0]) == pytest.approx((lon, lat), abs=1e-4)


def test_to_crs_is_obeyed_and_must_be_in_metres() -> None:
    frame = pd.DataFrame({"lon": ["-84.39"], "lat": ["33.75"]})
    assert locate(frame, DEGREES, to_crs="EPSG:26916").crs.to_epsg() == 26916
    for bad in ("EPSG:4326", "EPSG:2240"):
        with pytest.raises(ConfigError, match="to_crs must be a projected CRS in metres"):
            locate(frame, DEGREES, to_crs=bad)
    with pytest.raises(ConfigError, match="to_crs='here' is no known CRS"):
        locate(frame, DEGREES, to_crs="here")


def test_x_and_y_need_a_crs_unless_they_are_degrees() -> None:
    columns = {"x": "E", "y": "N"}
    with pytest.raises(DataError, match=r"which CRS E and N are in .*--crs EPSG") as caught:
        locate(town(), columns)
    assert "British" not in str(caught.value)
    assert "27700" not in str(caught.value)
    assert locate(town(), columns, crs="EPSG:27700").crs == "EPSG:27700"
    degrees = pd.DataFrame({"E": [-84.39, -84.4], "N": [33.75, 33.76]})
    location = locate(degrees, columns)
    assert location.crs.to_epsg() == 32616
    assert location.warnings == [
        "E and N hold degrees; read as longitude and latitude (EPSG:4326)."
    ]
    with pytest.raises(DataError, match=r"E and N hold degrees, but .* is in metres"):
        locate(degrees, columns, crs="EPSG:26916")


def test_eastings_that_are_not_in_britain_need_a_crs() -> None:
    utm = town(east=740_000, north=3_734_000)
    with pytest.raises(DataError, match="do not fit the British National Grid"):
        locate(utm, GRID)
    assert locate(utm, GRID, crs="EPSG:32616").crs.to_epsg() == 32616


def test_feet_and_web_mercator_become_metres() -> None:
    point = (-87.65, 41.85)
    for epsg in (3435, 3857):
        x, y = pyproj.Transformer.from_crs(4326, epsg, always_xy=True).transform(*point)
        frame = pd.DataFrame({"E": [x], "N": [y]})
        location = locate(frame, {"x": "E", "y": "N"}, crs=epsg)
        assert location.crs.to_epsg() == 32616
        back = pyproj.Transformer.from_crs(32616, 4326, always_xy=True)
        assert back.transform(location.x[0], location.y[0]) == pytest.approx(point, abs=1e-4)


def test_degrees_go_before_x_and_y_unless_a_projected_crs_is_given() -> None:
    frame = pd.DataFrame({"x": [440_000.0], "y": [4_640_000.0], "lon": [-87.7], "lat": [41.9]})
    columns = {"x": "x", "y": "y", **DEGREES}
    assert locate(frame, columns).x[0] != 440_000
    assert locate(frame, columns, crs="EPSG:32616").x[0] == 440_000


def test_a_pair_without_any_number_gives_way_to_one_that_has_some() -> None:
    frame = pd.DataFrame({"E": ["", ""], "N": ["", ""], "lon": [-1.1, -1.2], "lat": [52.9, 53.0]})
    assert not reasons(locate(frame, {**GRID, **DEGREES}))


def test_exchanged_columns_are_refused_and_exchanged_rows_rejected() -> None:
    lon, lat = -1.15 + RANDOM.normal(0, 0.01, 30), 52.95 + RANDOM.normal(0, 0.01, 30)
    with pytest.raises(DataError, match=r'exchanged .* columns=\{"longitude": "lat"'):
        locate(pd.DataFrame({"lon": lat, "lat": lon}), DEGREES)
    lon[3], lat[3] = lat[3], lon[3]
    location = locate(pd.DataFrame({"lon": lon, "lat": lat}), DEGREES)
    assert reasons(location) == {3: "longitude and latitude look swapped"}
    west = pd.DataFrame({"lon": [-118.2] * 9 + [34.0], "lat": [34.0] * 9 + [-118.2]})
    assert reasons(locate(west, DEGREES)) == {9: "longitude and latitude look swapped"}


def test_points_of_geometry_are_used_and_other_geometry_rejected() -> None:
    shapes = np.array(
        [shapely.Point(-1.1, 52.9), None, shapely.Point(), shapely.LineString([(0, 0), (1, 1)])],
        dtype=object,
    )
    frame = pd.DataFrame(index=["a", "b", "c", "d"])
    location = locate(frame, {}, geometry=shapes, geometry_crs=pyproj.CRS(4326))
    assert reasons(location) == {
        "b": "no coordinates",
        "c": "no coordinates",
        "d": "a LineString, not a point",
    }
    assert location.points.index.tolist() == ["a", "b", "c", "d"]
    assert location.crs == "EPSG:27700"
    metres = np.array([shapely.Point(640_000, 370_000)], dtype=object)
    with pytest.raises(DataError, match="Nothing says which CRS the points are in"):
        locate(pd.DataFrame(index=[0]), {}, geometry=metres)


def test_within_decides_what_is_off_area_and_what_is_swapped() -> None:
    box = shapely.box(639_000, 369_000, 641_000, 371_000)
    points = [(640_000, 370_000), (641_500, 370_000), (370_000, 640_000), (641_000, 371_000)]
    frame = pd.DataFrame(points, columns=["E", "N"])
    expected = {
        1: "off-area: outside the area given",
        2: "easting and northing look swapped",
    }
    assert reasons(locate(frame, GRID, within=box)) == expected
    series = gpd.GeoSeries([box], crs="EPSG:27700")
    assert reasons(locate(frame, GRID, within=series)) == expected
    assert reasons(locate(frame, GRID, within=series.to_frame("geometry"))) == expected
    bow_tie = shapely.Polygon([(0, 0), (9e5, 9e5), (9e5, 0), (0, 9e5)])
    assert not bow_tie.is_valid
    assert reasons(locate(frame, GRID, within=bow_tie)) == {2: expected[2]}


def test_rows_inside_a_wide_area_are_never_swapped() -> None:
    britain = shapely.box(1, 1, 699_999, 699_999)
    frame = with_rows(town(60, 530_000, 180_000), (181_000, 529_000))
    assert 60 in reasons(locate(frame, GRID))
    assert reasons(locate(frame, GRID, within=britain)) == {}


@pytest.mark.parametrize(
    ("within", "message"),
    [
        (shapely.Polygon(), "encloses no area"),
        (shapely.box(-2, 50, -1, 51), "is in degrees"),
        (gpd.GeoSeries([shapely.box(0, 0, 1, 1)]), "has no CRS"),
        ("beats.geojson", "must be a geometry"),
    ],
)
def test_an_area_that_is_none_is_refused(within: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        locate(town(), GRID, within=within)


def highlands() -> pd.DataFrame:
    """Most crime in one town, a chain of villages, islands far away: all of it honest."""
    inverness = town(2000, 266_000, 845_000)
    road = pd.DataFrame(
        {"E": np.linspace(266_000, 340_000, 12), "N": np.linspace(845e3, 970e3, 12)}
    )
    orkney, shetland = town(8, 345_000, 1_010_000), town(6, 447_000, 1_142_000)
    fair_isle = pd.DataFrame({"E": [421_000.0], "N": [1_072_000.0]})
    return pd.concat([inverness, road, orkney, fair_isle, shetland], ignore_index=True)


def test_a_rural_force_keeps_its_islands() -> None:
    assert reasons(locate(highlands(), GRID)) == {}


def test_a_far_geocode_is_rejected_even_where_many_share_it() -> None:
    london = [(530_000, 180_000)] * 5
    location = locate(with_rows(highlands(), *london), GRID)
    assert set(reasons(location)) == {2027, 2028, 2029, 2030, 2031}


def test_two_cities_far_apart_are_both_kept() -> None:
    both = pd.concat([town(300, 430_000, 430_000), town(60, 245_000, 55_000)], ignore_index=True)
    assert reasons(locate(both, GRID)) == {}


def test_a_handful_of_rows_is_never_judged_by_the_rest() -> None:
    few = pd.DataFrame({"E": [640_000, 640_100, 250_000], "N": [370_000, 370_100, 55_000]})
    assert reasons(locate(few, GRID)) == {}


def test_a_town_on_the_diagonal_has_no_swapped_rows() -> None:
    leeds = town(300, 430_000, 433_000)
    assert reasons(locate(leeds, GRID)) == {}


DIRTY = with_rows(
    town(), ("", "1"), (0, 0), (370_000, 640_000), (640_000, 170_000), ("x", 1), (1.0, 52.0),
    (640_000, 370_000),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(47)))
def test_the_order_of_rows_changes_no_verdict(order: list[int]) -> None:
    straight, mixed = locate(DIRTY, GRID), locate(DIRTY.iloc[order], GRID)
    assert reasons(straight) == reasons(mixed)
    assert set(reasons(straight)) == {40, 41, 42, 43, 44, 45}


def test_no_row_at_all_is_no_error() -> None:
    assert len(locate(pd.DataFrame({"E": [], "N": []}), GRID).x) == 0
    location = locate(pd.DataFrame({"lon": ["", "NA"], "lat": ["", "NA"]}), DEGREES)
    assert location.faults.faulty.all()
    with pytest.raises(DataError, match="no coordinates"):
        locate(pd.DataFrame({"a": [1]}), {})
