"""Shares that a page states: of homes, else of built-up ground, never of a county's fields."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspot.addresses import read_addresses
from hotspot.addresses.distinct_homes import homes_of
from hotspot.briefing.findings import RaisedRisk
from hotspot.briefing.sections.raised_risk import _sentences
from hotspot.density import hotspots, kernel_density
from hotspot.density.density_result import map_density
from hotspot.density.ground_shares import ground_of, too_large
from hotspot.grid import Grid
from tests.conftest import incidents_at

COUNTY = Grid(0, 0, 250, ncols=100, nrows=100, crs="EPSG:27700")
TOWN = shapely.box(10_000, 10_000, 11_000, 11_000)


@pytest.fixture(scope="module")
def crimes():
    """Return burglaries of one town of a square kilometre in a county of 625."""
    x, y = np.random.default_rng(1).uniform(10_001, 10_999, (2, 300))
    return incidents_at(x, y, np.arange(300))


def homes(points):
    told = {"uprn": [f"{n:06d}" for n in points], "address": [f"{n} Lane" for n in points]}
    places = gpd.points_from_xy(*(530_000 + np.array([points, points])))
    frame = gpd.GeoDataFrame(told, geometry=places, crs="EPSG:27700")
    return read_addresses(frame).assign(geometry=gpd.points_from_xy(points, points))


def test_the_town_is_all_of_the_built_up_ground(crimes):
    ground = ground_of(COUNTY, None, None, crimes)
    assert ground.words == "of built-up ground"
    assert ground.share(TOWN) == 1.0
    assert ground.share(shapely.box(10_000, 10_000, 10_500, 11_000)) == pytest.approx(0.5)
    # The share of the area would have been 16 of 10,000 cells.
    assert len(ground.points) == 16


def test_a_street_builds_up_its_blocks(crimes):
    street = gpd.GeoSeries([shapely.LineString([(0, 100), (3_999, 100)])])
    ground = ground_of(COUNTY, None, None, crimes, street)
    assert len(ground.points) == 32
    assert ground.share(TOWN) == 0.5


def test_homes_go_before_built_up_ground_and_only_those_of_the_study_area(crimes):
    addresses = homes([10_100, 10_200, 10_900, 20_000])
    ground = ground_of(COUNTY, TOWN, addresses, crimes)
    assert ground.words == "of the homes"
    assert ground.shares(gpd.GeoSeries([shapely.box(10_000, 10_000, 10_500, 10_500)])) == [2 / 3]
    everywhere = ground_of(COUNTY, None, addresses, crimes)
    assert everywhere.share(TOWN) == 0.75
    elsewhere = ground_of(COUNTY, shapely.box(0, 0, 500, 500), addresses, crimes)
    assert elsewhere.words == "of built-up ground"


def test_shares_of_many_shapes_are_those_of_every_home(crimes):
    random = np.random.default_rng(4)
    at = random.integers(0, 60, 300) * 100
    addresses = homes(np.unique(at))
    ground = ground_of(COUNTY, None, addresses)
    shapes = [shapely.Point(x, x).buffer(700.0) for x in range(0, 6_000, 450)]
    shapes += [shapely.box(100, 100, 300, 300), shapely.box(9e4, 9e4, 9e5, 9e5), shapely.Polygon()]
    slow = [float(shapely.intersects(shape, ground.points).mean()) for shape in shapes]
    assert ground.shares(gpd.GeoSeries(shapes)) == slow
    assert 0 < slow[0] < 1
    assert slow[-1] == slow[-2] == 0


def test_a_home_without_a_number_among_numbers_is_known_by_its_place():
    told = {"uprn": pd.Series([1, 2, None, None], dtype=object), "parent_uprn": [None, 1, None, ""]}
    places = gpd.points_from_xy([0, 10, 20, 20], [0, 0, 0, 0])
    frame = gpd.GeoDataFrame(told, geometry=places, crs="EPSG:27700")
    # 1 is the building of 2; two rows without a number at one place are one home.
    assert homes_of(frame).index.tolist() == [1, 2]


def test_the_page_of_a_county_states_its_share_of_built_up_ground(crimes):
    outline = gpd.GeoSeries([shapely.box(*COUNTY.bounds)], crs=COUNTY.crs)
    result = map_density(crimes, bandwidth_m=400, cell_size_m=125, within=outline)
    spot = result.table.iloc[0]
    # A hundredth of the county is six times the town: all of it, in 1 % of the area.
    assert spot["crime_share"] == 1.0
    assert spot["area_share"] <= 0.01
    assert spot["ground_share"] == 1.0
    assert "100 % of the incidents in 100 % of built-up ground" in result.summary()
    assert "Hotspot 1 (" in result.summary()
    assert "too large to patrol: more than 50 ha" in result.summary()


def test_only_hotspots_above_half_a_square_kilometre_are_too_large(crimes):
    spots = hotspots(kernel_density(crimes, COUNTY, 400), crimes)
    assert too_large(spots.assign(area_km2=0.5)) == []
    assert too_large(spots.iloc[:1].assign(area_km2=3.45))[0].startswith("Hotspot 1 (345 ha) is")


def test_where_nothing_is_built_up_there_is_no_share_and_none_is_said(crimes):
    ground = ground_of(COUNTY, shapely.box(0, 0, 500, 500), None, crimes)
    share = ground.share(TOWN)
    assert np.isnan(share)
    raised = RaisedRisk(gpd.GeoDataFrame({"crimes": [1]}, geometry=[TOWN], crs=COUNTY.crs), share)
    assert not raised.too_wide
    rule = SimpleNamespace(distance_m=400.0, window_days=42)
    inputs = SimpleNamespace(
        config=SimpleNamespace(rule=rule), known=SimpleNamespace(incidents=crimes),
        last=crimes["occurred_to"].max(), hidden=np.zeros(len(crimes), dtype=bool),
    )  # fmt: skip
    findings = SimpleNamespace(density=SimpleNamespace(ground=ground), lists=None)
    assert "The zones cover" not in " ".join(_sentences(inputs, findings, raised))
