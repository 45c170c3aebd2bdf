"""Hotspots that are new, stay, come and go, or are over."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import hotspot as hs
from hotspot.density import classify_hotspots
from hotspot.density.hotspot_periods import DEFINITIONS, _trends, hotspot_classes
from tests import naive
from tests.conftest import incidents_at

GRID = hs.Grid(0, 0, 100, ncols=15, nrows=15, crs="EPSG:27700")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["hot", "cold", "neither"]), min_size=2, max_size=13),
    st.sampled_from([0.5, 0.9, 1.0]),
    st.sampled_from([-1, 0, 1]),
)
def test_each_cell_has_the_class_of_the_slow_twin(called, persistent, trend):
    hot, cold = ([one == which for one in called] for which in ("hot", "cold"))
    found = hotspot_classes(
        np.array(hot)[:, None], np.array(cold)[:, None], persistent, np.array([trend])
    )
    assert found.tolist() == [naive.hotspot_class(hot, cold, persistent, trend)]
    assert found[0] in DEFINITIONS


@pytest.mark.parametrize(
    ("periods", "trend", "expected"),
    [
        ("..........", 0, "never"), (".........H", 0, "new"), ("........HH", 0, "consecutive"),
        (".HHHHHHHHH", 1, "intensifying"), ("HHHHHHHHHH", 0, "persistent"),
        ("HHHH.HHHHH", -1, "diminishing"), ("HHHHHHHHH.", 1, "historical"),
        ("H.H.....HH", 1, "sporadic"), ("H.C......H", 0, "oscillating"),
        ("C........H", 0, "new"), ("HHHHHHHH..", 0, "no pattern"), ("..HHHHHHHH", 1, "consecutive"),
    ],
)  # fmt: skip
def test_classes_are_the_published_ones(periods, trend, expected):
    """Esri, How Emerging Hot Spot Analysis works: last step, nine of ten, cold before."""
    hot, cold = (np.array([each == which for each in periods])[:, None] for which in "HC")
    assert hotspot_classes(hot, cold, 0.9, np.array([trend])) == [expected]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-2, 3), min_size=3, max_size=12))
def test_a_trend_is_kendalls_tau(values):
    tau, p_value = _trends(np.array(values, dtype=float)[:, None])
    theirs = stats.kendalltau(np.arange(len(values)), values, method="asymptotic")
    if len(set(values)) == 1:
        assert (tau[0], p_value[0]) == (0, 1)
    else:
        assert tau[0] == pytest.approx(theirs.statistic)
        assert theirs.pvalue - 1e-12 <= p_value[0]  # with the correction for whole numbers


def clusters(*when):
    """Incidents in 10 periods of 7 days: a scatter, and 12 in a block of cells in those given."""
    random = np.random.default_rng(7)
    x, y, days = [], [], []
    for period in range(10):
        x += random.uniform(0, 1500, 25).tolist()
        y += random.uniform(0, 1500, 25).tolist()
        days += (random.uniform(0, 6.9, 25) + period * 7).tolist()
        for block, periods in enumerate(when):
            if period in periods:
                x += random.uniform(200 + 500 * block, 400 + 500 * block, 30).tolist()
                y += random.uniform(700, 900, 30).tolist()
                days += (random.uniform(0, 6.9, 30) + period * 7).tolist()
    return incidents_at(x, y, days)


def class_at(found, x, y):
    return found[found.contains(shapely.Point(x, y))]["hotspot_class"].item()


def test_hotspots_that_come_stay_and_go_are_told_apart():
    incidents = clusters(range(10), (8, 9), (1, 2, 3))
    found = classify_hotspots(incidents, GRID, period_days=7, periods=10, as_of="2025-03-11")
    assert found.attrs["periods"][0] == "2025-01-01"
    assert class_at(found, 310, 810) in ("persistent", "intensifying", "diminishing")
    assert class_at(found, 810, 810) == "consecutive"
    assert class_at(found, 1310, 810) == "no pattern"
    assert class_at(found, 1450, 50) == "never"
    assert set(found["hotspot_class"]) <= set(DEFINITIONS) == set(found.attrs["definitions"])
    lately = found[found["hotspot_class"].isin(["new", "consecutive"])]
    assert (lately["first_hot"] >= "2025-02-26").all()
    assert found[found["hotspot_class"] == "never"]["first_hot"].isna().all()


@pytest.mark.slow
def test_where_dense_counts_are_dealt_out_at_random_few_cells_are_ever_hot():
    # A dozen busy cells of 30 among 1,600, in another place each period.
    grid = hs.Grid(0, 0, 100, 40, 40, crs="EPSG:27700")
    random, x, y, days = np.random.default_rng(8), [], [], []
    for period in range(40):
        counts = random.permutation(np.r_[random.poisson(1.3, 1588), np.full(12, 30)])
        cell = np.repeat(np.arange(1600), counts)
        x += grid.x[cell % 40].tolist()
        y += grid.y[cell // 40].tolist()
        days += [period * 7] * len(cell)
    found = classify_hotspots(incidents_at(x, y, days), grid, period_days=7, periods=40)
    assert found["crimes"].sum() > 90_000
    # A period calls some cell, and then a few at once, in at most about 5 of 100.
    assert found["first_hot"].nunique() <= 5
    assert set(found["hotspot_class"]) <= {"never", "no pattern", "new"}


def test_periods_are_counted_back_from_the_last_day_and_whole():
    incidents = incidents_at([50] * 5 + [750] * 5, [50] * 10, [0, 1, 2, 3, 4, 20, 21, 22, 23, 29.5])
    found = classify_hotspots(incidents, GRID, period_days=10)
    assert found.attrs["periods"] == ["2025-01-01", "2025-01-11", "2025-01-21"]
    assert found["crimes"].sum() == 10
    shorter = classify_hotspots(incidents, GRID, period_days=10, as_of="2025-01-24")
    assert shorter.attrs["periods"] == ["2025-01-05", "2025-01-15"]
    assert shorter["crimes"].sum() == 5


def test_a_cut_off_at_a_time_leaves_out_what_is_later_that_day():
    incidents = incidents_at([50] * 4, [50] * 4, [0, 9, 19.25, 19.75])
    by_noon = classify_hotspots(incidents, GRID, period_days=10, as_of="2025-01-20 12:00")
    assert by_noon["crimes"].sum() == 3
    assert by_noon.attrs["periods"] == ["2025-01-01", "2025-01-11"]
    assert classify_hotspots(incidents, GRID, period_days=10)["crimes"].sum() == 4
    with pytest.raises(hs.ConfigError, match="as_of"):
        classify_hotspots(incidents, GRID, as_of="some day")


def test_what_cannot_be_classified_is_refused():
    incidents = incidents_at([50] * 3, [50] * 3, [0, 1, 2])
    with pytest.raises(hs.DataError, match="two periods"):
        classify_hotspots(incidents, GRID, period_days=7)
    with pytest.raises(hs.ConfigError) as caught:
        classify_hotspots(incidents, GRID, period_days=0, periods=1, alpha=1.5)
    assert len(caught.value.problems) == 3
    with pytest.raises(hs.DataError, match="are empty"):
        classify_hotspots(incidents.iloc[:0], GRID, period_days=7)
