"""Reading areas."""

import geopandas as gpd
import pytest
import shapely

import hotspot as hs
from hotspot.addresses import read_streets
from hotspot.areas import read_outline

BOX, BOW_TIE = shapely.box(0, 0, 9, 9), shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])


def areas(**columns):
    return gpd.GeoDataFrame(columns, crs="EPSG:27700")


@pytest.mark.parametrize(
    ("path", "number", "first"),
    [
        ("nottingham_burglary_2022/nottingham_wards.gpkg", 20, "Aspley"),
        ("nottingham_burglary_2022/nottinghamshire_districts.gpkg", 8, "Nottingham"),
        ("boundaries/lsoa_cambridge_E07000008.json", 69, "Cambridge 006A"),
    ],
)
def test_public_boundaries_need_no_option(data_dir, path, number, first):
    found = hs.read_areas(data_dir / path)
    assert len(found) == number
    assert found["area"].iloc[0] == first
    assert found.crs.to_epsg() == 27700


def test_invalid_outlines_are_mended_and_named(data_dir):
    with pytest.warns(hs.DataWarning, match=r"mended: Hampshire"):
        forces = hs.read_areas(data_dir / "boundaries" / "police_force_areas.geojson")
    assert len(forces) == 43
    assert forces.geometry.is_valid.all()


def test_a_bow_tie_becomes_its_two_wings():
    with pytest.warns(hs.DataWarning, match="1 area cross"):
        found = hs.read_areas(areas(beat=["a"], geometry=[BOW_TIE]))
    assert found.geometry.area.sum() == pytest.approx(40.5)


def test_rows_of_one_name_are_one_area():
    east = shapely.box(9, 0, 18, 9)
    with pytest.warns(hs.DataWarning, match="count as one area: a"):
        found = hs.read_areas(areas(beat=["a", "b", "a"], geometry=[BOX, BOX, east]))
    assert found["area"].tolist() == ["a", "b"]
    assert found.geometry.iloc[0].area == pytest.approx(162)


def test_faults_are_told_at_once_with_their_rows():
    frame = gpd.GeoDataFrame({"beat": ["a", None]}, geometry=[shapely.Point(0, 0), BOX])
    with pytest.raises(hs.DataError) as caught:
        hs.read_areas(frame)
    assert len(caught.value.problems) == 3


def test_the_name_column_may_be_said_or_is_asked_for():
    frame = areas(left=["a"], right=["b"], geometry=[BOX])
    assert hs.read_areas(frame, name="Right")["area"].tolist() == ["b"]
    with pytest.raises(hs.DataError, match=r"Give name=.*'left', 'right'"):
        hs.read_areas(frame)
    with pytest.raises(hs.DataError, match="no column 'middle'"):
        hs.read_areas(frame, name="middle")


def test_an_empty_frame_is_said_to_be_empty_with_its_usual_cause():
    frame = areas(area=["a"], geometry=[BOX])
    with pytest.raises(hs.DataError, match=r'The areas are empty.*areas\["area"\]'):
        hs.read_areas(frame[frame.area == "a"])
    with pytest.raises(hs.DataError, match="The areas are empty"):
        read_outline(frame.iloc[:0])


def test_a_crs_that_is_none_or_not_in_metres_is_a_wrong_argument():
    frame = areas(area=["a"], geometry=[BOX])
    for wrong in ({"crs": "here"}, {"to_crs": "there"}, {"to_crs": "EPSG:4326"}):
        with pytest.raises(hs.ConfigError, match="crs"):
            hs.read_areas(frame, **wrong)
    with pytest.raises(hs.DataError, match=r"is in OSGB36.* but crs says WGS 84"):
        hs.read_areas(frame, crs="EPSG:4326")


@pytest.mark.parametrize(
    ("middle", "epsg"), [((-1.1, 52.9), 27700), ((-84.4, 33.7), 32616), ((151.2, -33.9), 32756)]
)
def test_areas_and_incidents_choose_one_crs(middle, epsg):
    place = shapely.Point(middle)
    frame = gpd.GeoDataFrame({"area": ["a"]}, geometry=[place.buffer(0.01)], crs="EPSG:4326")
    points = gpd.GeoDataFrame({"Date": ["2026-03-01"]}, geometry=[place], crs="EPSG:4326")
    assert hs.read_areas(frame).crs.to_epsg() == epsg
    assert hs.read_incidents(points).crs.to_epsg() == epsg


@pytest.mark.parametrize("corner", [(1e300, 0), (1e9, 0), (0, -1e300)])
def test_an_outline_that_no_map_holds_is_named(corner):
    # One of six: most points lie where the CRS is made for.
    x, y = 451_000, 340_000
    boxes = [shapely.box(x + 9 * n, y, x + 9 * n + 8, y + 8) for n in range(5)]
    frame = areas(beat=list("abcdef"), geometry=[*boxes, shapely.Polygon([(x, y), corner, (x, 0)])])
    for read in (hs.read_areas, read_outline):
        with pytest.raises(hs.DataError, match=r"1 row of .* lie on no map \(row 5\)"):
            read(frame)
    with pytest.raises(hs.DataError, match="lie on no map"):
        read_streets(
            areas(
                street=["a"] * 9,
                geometry=[shapely.LineString([(x, y), (x + n, y)]) for n in range(1, 9)]
                + [shapely.LineString([(x, y), corner])],
            )
        )
