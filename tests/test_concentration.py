"""How much of the crime happens in how few places."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.trends import concentration
from tests import naive
from tests.conftest import incidents_at

counts = st.lists(st.integers(0, 9), min_size=1, max_size=30).filter(any)


def test_the_published_example_of_the_generalised_gini():
    """Bernasco and Steenbeek (2017): counts of 5, 2, 1 and seven empty places."""
    found = concentration([5, 2, 1, 0, 0, 0, 0, 0, 0, 0])
    assert found.gini == pytest.approx(0.80)
    assert found.generalised_gini == pytest.approx(0.75)


@settings(max_examples=100, deadline=None)
@given(counts)
def test_the_gini_is_that_of_the_slow_twin_and_its_correction_lies_below(values):
    found = concentration(values)
    assert found.gini == pytest.approx(naive.gini(values))
    assert -1e-12 <= found.generalised_gini <= found.gini + 1e-12
    if sum(values) >= len(values):
        assert found.generalised_gini == found.gini


@settings(max_examples=100, deadline=None)
@given(counts, st.sampled_from([0.25, 0.5, 0.8, 1.0]))
def test_the_fewest_places_hold_the_share(values, share):
    row = concentration(values, shares=(share,)).table.iloc[0]
    falling = sorted(values, reverse=True)
    number = int(row["places"])
    assert sum(falling[:number]) >= share * sum(values) - 1e-9
    assert sum(falling[: number - 1]) < share * sum(values)
    assert row["place_share"] <= row["place_share_even"] + 1e-12


def test_as_even_as_can_be_is_no_concentration():
    assert concentration([1, 1, 1, 0, 0, 0, 0, 0]).generalised_gini == pytest.approx(0, abs=1e-12)
    assert concentration([3, 3, 3]).gini == 0
    assert concentration([7, 0, 0]).generalised_gini == pytest.approx(2 / 3)


@pytest.mark.slow
def test_the_share_by_chance_is_that_of_a_simulation():
    random = np.random.default_rng(1)
    drawn = []
    for _ in range(200):
        by_place = np.bincount(random.integers(0, 5000, 1500), minlength=5000)
        held = np.cumsum(np.sort(by_place)[::-1])
        drawn.append(np.searchsorted(held, 375) + 1)
    even = np.zeros(5000, dtype=int)
    even[:1500] = 1
    by_chance = concentration(even).table["place_share_chance"][0]
    assert by_chance == pytest.approx(np.mean(drawn) / 5000, rel=0.02)


def test_the_curve_runs_from_nothing_to_everything():
    curve = concentration([0, 3, 1]).curve
    assert curve["crime_share"].tolist() == [0, 0.75, 1, 1]
    assert curve["place_share"].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_incidents_are_counted_by_cell_area_street_and_address():
    incidents = incidents_at([50, 60, 150, 250, 900], [5, 5, 5, 5, 5], [0] * 5)
    grid = hs.Grid(0, 0, 100, ncols=4, nrows=1, crs="EPSG:27700")
    areas = gpd.GeoDataFrame(
        {"area": list("ABCD")},
        geometry=[shapely.box(x, 0, x + 100, 100) for x in (0, 100, 200, 300)],
        crs="EPSG:27700",
    )
    lines = areas.set_geometry(
        [shapely.LineString([(x, 0), (x + 99, 0)]) for x in (0, 100, 200, 300)]
    ).set_crs("EPSG:27700", allow_override=True)
    points = areas.set_geometry(gpd.points_from_xy([55, 150, 250, 350], [0] * 4, crs="EPSG:27700"))
    for places in (grid, areas, lines, points):
        found = concentration(incidents, places)
        assert (found.places, found.crimes) == (4, 4)
        assert found.gini == pytest.approx(naive.gini([2, 1, 1, 0]))
    on_the_border = incidents_at([100], [50], [0])
    assert concentration(on_the_border, areas).crimes == 1


def test_an_incident_in_an_overlap_counts_in_the_first_by_name():
    overlapping = gpd.GeoDataFrame(
        {"area": ["B", "A"]},
        geometry=[shapely.box(0, 0, 20, 9), shapely.box(10, 0, 30, 9)],
        crs="EPSG:27700",
    )
    incidents = incidents_at([5, 12, 15, 20, 30], [5] * 5, [0] * 5)
    both = concentration(incidents, overlapping)
    assert (both.crimes, both.curve["crime_share"].tolist()) == (5, [0, 0.8, 1])
    with pytest.raises(hs.DataError, match="places are in"):
        concentration(incidents, overlapping.to_crs(32630))


def test_the_summary_says_the_shares():
    text = concentration([5, 2, 1, 0, 0, 0, 0, 0, 0, 0]).summary()
    assert "25% of 8 crimes happened at 10.00% of 10 places (1)" in text
    assert "Generalised Gini 0.75" in text


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(hs.DataError, match="no crimes"):
        concentration([0, 0])
    with pytest.raises(hs.DataError, match=r"row b"):
        concentration(pd.Series([1, -1], index=["a", "b"]))
    with pytest.raises(hs.ConfigError, match="places="):
        concentration(incidents_at([0], [0], [0]))
    with pytest.raises(hs.ConfigError, match="shares"):
        concentration([1], shares=(0, 0.5))


def test_fields_are_no_places_where_it_is_told_what_is_built_up():
    grid = hs.Grid(0, 0, 100, ncols=10, nrows=10, crs="EPSG:27700")
    crimes = incidents_at([50, 60, 250], [50, 50, 50], [0, 1, 2])
    every = concentration(crimes, grid)
    assert (every.places, every.empty_cells) == (100, 98)
    assert "98 of the cells never had a crime" in every.summary()
    street = gpd.GeoDataFrame(geometry=[shapely.LineString([(50, 50), (450, 50)])], crs=grid.crs)
    town = concentration(crimes, grid, built_up=street)
    assert (town.places, town.empty_cells) == (5, 0)
    assert "never had a crime" not in town.summary()
    with pytest.raises(hs.ConfigError, match="cells of a Grid"):
        concentration(crimes, street, built_up=street)
