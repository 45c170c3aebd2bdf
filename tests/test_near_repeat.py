"""Pairs and zones of the near-repeat rule."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot._kernels.pairs import near_pairs
from hotspot.near_repeat import distinct_events, pairs
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

# Whole metres on a small field make ties, edges and shared points common.
spots = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 90), st.integers(0, 9))
scenes = st.lists(spots, max_size=40)


def scene(rows, step_m=100, shift=(0.0, 0.0)):
    x, y, days, length = np.array(rows, dtype=float).reshape(-1, 4).T
    made = incidents_at(
        x * step_m + shift[0], y * step_m + shift[1], np.round((days + length / 7) * 86400) / 86400
    )
    made["occurred_from"] = made["occurred_from"].dt.round("s")
    made["occurred_to"] = made["occurred_from"] + pd.to_timedelta(length * 13, unit="h")
    return made


def as_set(found):
    return set(zip(found["first"], found["second"], found["days"], strict=True))


@settings(max_examples=25, deadline=None)
@given(scenes, st.sampled_from(["midpoint", "from", "to"]), st.sampled_from([100, 250, 400, 500]))
def test_pairs_are_those_of_the_slow_twin(rows, date, distance_m):
    incidents = scene(rows)
    found = hs.near_repeat_pairs(incidents, distance_m, 42, date)
    assert as_set(found) == naive.pairs(incidents, distance_m, 42, date)
    assert len(found) == len(as_set(found))


@settings(max_examples=25, deadline=None)
@given(scenes, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows, random):
    incidents = scene(rows)
    order = list(range(len(incidents)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        hs.near_repeat_pairs(incidents), hs.near_repeat_pairs(incidents.iloc[order])
    )


@settings(max_examples=25, deadline=None)
@given(scenes, st.integers(-5000, 5000), st.integers(-5000, 5000))
def test_exact_shifts_and_quarter_turns_do_not_matter(rows, dx, dy):
    here = hs.near_repeat_pairs(scene(rows))
    there = hs.near_repeat_pairs(scene(rows, shift=(dx, dy)))
    turned = scene(rows)
    turned["geometry"] = turned.geometry.rotate(90, origin=(0, 0)).map(
        lambda point: shapely.Point(round(point.x), round(point.y))
    )
    pd.testing.assert_frame_equal(here, there)
    pd.testing.assert_frame_equal(here, hs.near_repeat_pairs(turned))


@settings(max_examples=25, deadline=None)
@given(scenes, st.integers(0, 42))
def test_aoristic_probability_is_that_of_the_slow_twin(rows, window_days):
    incidents = scene(rows)
    found = hs.near_repeat_pairs(incidents, 300, window_days, date="aoristic")
    rows_at = {row.Index: row for row in incidents.itertuples()}
    kept = dict(
        zip(zip(found["first"], found["second"], strict=True), found["probability"], strict=True)
    )
    for one in rows_at.values():
        for other in rows_at.values():
            if one.Index >= other.Index or one.geometry.distance(other.geometry) > 300:
                continue
            expected = naive.lag_probability(one, other, window_days)
            pair = (one.Index, other.Index)
            got = kept.get(pair, kept.get(pair[::-1], 0.0))
            assert got == pytest.approx(expected, abs=1e-5)


def test_aoristic_is_certain_where_times_are_known():
    incidents = incidents_at([0, 10, 20], [0, 0, 0], [0, 42, 90])
    known = hs.near_repeat_pairs(incidents, window_days=42)
    spread = hs.near_repeat_pairs(incidents, window_days=42, date="aoristic")
    pd.testing.assert_frame_equal(known, spread)


def test_both_edges_are_within():
    incidents = incidents_at([0, 400, 400.001, 240], [0, 0, 0, 320], [0, 42, 42, 42.9])
    found = hs.near_repeat_pairs(incidents, distance_m=400, window_days=42)
    assert as_set(found[found["first"] == 0]) == {(0, 1, 42), (0, 3, 42)}
    assert found.loc[found["first"] == 0, "distance_m"].tolist() == [400.0, 400.0]


def test_calendar_days_count_not_hours():
    incidents = incidents_at([0, 0], [0, 1], [0.99, 43.01])
    assert hs.near_repeat_pairs(incidents, window_days=42).empty
    incidents = incidents_at([0, 0], [0, 1], [0.01, 42.99])
    assert hs.near_repeat_pairs(incidents, window_days=42)["days"].tolist() == [42]


@pytest.mark.parametrize("number", [0, 1])
def test_few_events_make_no_pair(number):
    found = hs.near_repeat_pairs(incidents_at([5] * number, [5] * number, [1] * number))
    assert found.empty
    assert list(found) == ["first", "second", "distance_m", "days", "probability", "kind"]


def test_all_at_one_point_pair_with_all():
    incidents = incidents_at([7.0] * 30, [7.0] * 30, np.arange(30))
    found = hs.near_repeat_pairs(incidents, window_days=42)
    assert len(found) == 30 * 29 // 2
    assert (found["kind"] == "repeat").all()


def test_a_pile_is_told_before_its_pairs_are_looked_for(monkeypatch):
    days = np.append(np.arange(500) % 50, 0)
    incidents = incidents_at(np.append(np.zeros(500), 900.0), np.zeros(501), days)
    # Of ten a day on fifty days, all but those of the 28 pairs of days that are more than 42 apart.
    told = r"500 burglaries of 501 stand on 1 point \(rows 0, 1, .*\), which .* makes 121,950 pairs"
    with pytest.warns(hs.DataWarning, match=told):
        assert len(hs.near_repeat_pairs(incidents)) == 121_950
    monkeypatch.setattr(pairs, "free_memory_bytes", lambda: 10e6)
    for tile_m in (None, 500.0):
        with (
            pytest.warns(hs.DataWarning, match="geocoder"),
            pytest.raises(hs.DataError, match=r"121,950 pairs .* need 0\.0 GB .* leave out points"),
        ):
            hs.near_repeat_pairs(incidents, tile_m=tile_m)
    # What lists no pair of one point says nothing of them.
    assert (hs.label_repeats(incidents)["label"] == "repeat").sum() == 499


def test_one_of_one_moment_comes_first_by_its_reference():
    incidents = incidents_at([0, 1], [0, 0], [3, 3], crime_ref=["B", "A"])
    assert hs.near_repeat_pairs(incidents)[["first", "second"]].to_numpy().tolist() == [[1, 0]]


def test_a_repeat_is_the_same_uprn_and_else_the_same_point():
    incidents = incidents_at(
        [0, 3, 0, 0], [0, 0, 0, 0], [0, 1, 2, 3], uprn=["007", "007", "8", None]
    )
    kinds = hs.near_repeat_pairs(incidents).set_index(["first", "second"])["kind"]
    assert kinds[(0, 1)] == "repeat"
    assert kinds[(0, 2)] == "near repeat"
    assert kinds[(0, 3)] == "repeat"
    assert kinds[(1, 3)] == "near repeat"


def test_a_shared_house_is_one_event():
    incidents = incidents_at(
        [0, 0, 0, 50], [0] * 4, [0, 0.5, 9, 1], uprn=["7", "7", "7", "8"], crime_ref=list("BACD")
    )
    incidents["occurred_to"] = incidents["occurred_from"] + pd.Timedelta(days=1)
    assert distinct_events(incidents).tolist() == [True, False, True, True]
    assert as_set(hs.near_repeat_pairs(incidents)) == {(0, 3, 1), (3, 2, 8), (0, 2, 9)}
    zones = hs.near_repeat_zones(incidents, "2025-01-20")
    assert zones["crimes"].sum() == 3


def test_the_index_of_the_caller_is_kept_and_nothing_is_changed():
    incidents = incidents_at([0, 10], [0, 0], [5, 0])
    incidents.index = pd.Index(["late", "early"])
    before = incidents.copy(deep=True)
    found = hs.near_repeat_pairs(incidents)
    assert found[["first", "second"]].to_numpy().tolist() == [["early", "late"]]
    pd.testing.assert_frame_equal(incidents, before)


def test_months_are_refused_with_a_sentence():
    incidents = incidents_at([0, 1, 2], [0] * 3, [0, 31, 59])
    incidents.attrs.clear()
    with pytest.raises(hs.DataError, match="months only"):
        hs.near_repeat_pairs(incidents)
    with pytest.raises(hs.DataError, match="months only"):
        hs.near_repeat_zones(incidents, "2025-03-01")


def test_every_fault_is_told_at_once():
    incidents = incidents_at([0, np.inf], [0, 0], [0, 1]).drop(columns="crime_ref")
    with pytest.raises(hs.DataError) as caught:
        hs.near_repeat_pairs(incidents, distance_m=-1, window_days=1.5, date="when")
    assert len(caught.value.problems) == 4
    with pytest.raises(hs.DataError, match="not in metres"):
        hs.near_repeat_pairs(incidents_at([0], [0], [0]).to_crs(4326))


def test_a_burglary_on_the_edge_of_another_zone_counts_in_its_own():
    """Two circles that touch or cross by age: each burglary is counted once, in its own band."""
    incidents = incidents_at([0, 400, 800, 0], [0, 0, 0, 400], [0, 20, 21, 22])
    zones = hs.near_repeat_zones(incidents, "2025-01-23", distance_m=400, window_days=42)
    assert zones["crimes"].sum() == 4
    assert dict(zip(zones["age_band"], zones["crimes"], strict=True)) == {
        "0-7 days": 3, "15-42 days": 1,
    }  # fmt: skip


def test_a_wrong_argument_is_no_fault_of_the_data():
    incidents = incidents_at([0], [0], [0])
    with pytest.raises(hs.ConfigError) as caught:
        hs.near_repeat_pairs(incidents, distance_m=-1, window_days=True, date="when")
    assert len(caught.value.problems) == 3
    with pytest.raises(hs.ConfigError, match="distance_m"):
        hs.near_repeat_zones(incidents, "2025-01-02", distance_m=-1)
    streets = gpd.GeoDataFrame(
        {"street": ["Quay"]}, geometry=[shapely.LineString([(0, 0), (9, 0)])], crs="EPSG:32630"
    )
    with pytest.raises(hs.DataError, match="streets are in"):
        hs.near_repeat_zones(incidents, "2025-01-02", streets=streets)


def test_threads_do_not_change_the_pairs():
    random = np.random.default_rng(3)
    x, y = random.uniform(0, 3000, (2, 20_000))
    days = random.integers(0, 400, 20_000)
    one = near_pairs(x, y, days, days, 100.0, 30, threads=1)
    two = near_pairs(x, y, days, days, 100.0, 30, threads=2)
    np.testing.assert_array_equal(one, two)


def test_pairs_of_chicago_are_the_published_ones(data_dir):
    """The 400 m / 42 day cell that pointpats 2.5.5 and a cKDTree script give for 2014-2017."""
    table = pd.read_csv(data_dir / "chicago_burglary_2014_2017" / "chicago_burglary_2014_2017.csv")
    dates = pd.to_datetime(table["date_single"], dayfirst=True).to_numpy().astype("M8[D]")
    days = dates.astype(np.int64)
    x, y = table["x"].to_numpy(), table["y"].to_numpy()
    assert len(near_pairs(x, y, days, days, 400.0, 42)) == 117_988
    assert len(near_pairs(x, y, days, days, 400.0, 10_000)) == 1_744_601


def test_zones_count_from_the_end_of_the_window_to_the_last_day():
    incidents = incidents_at([0, 5000, 10_000], [0] * 3, [0, 1, 2])
    incidents["occurred_to"] += pd.Timedelta(days=3)
    zones = hs.near_repeat_zones(incidents, "2025-02-15", window_days=42)
    assert zones["newest_days"].tolist() == [40, 41, 42]
    assert zones["days_left"].tolist() == [2, 1, 0]
    assert len(hs.near_repeat_zones(incidents, "2025-02-16", window_days=42)) == 2


def test_what_was_not_known_at_the_cutoff_is_not_drawn():
    incidents = incidents_at([0, 5000], [0, 0], [0.5, 0.5])
    incidents["recorded_at"] = pd.to_datetime(["2025-01-01 13:00", "2025-01-04 09:00"])
    assert len(hs.near_repeat_zones(incidents, "2025-01-01")) == 1
    assert len(hs.near_repeat_zones(incidents, "2025-01-04 08:59")) == 1
    assert len(hs.near_repeat_zones(incidents, "2025-01-04 09:00")) == 2
    assert hs.near_repeat_zones(incidents, "2025-01-01 11:00").empty


def test_circles_dissolve_within_an_age_band_only():
    incidents = incidents_at([0, 700, 1400, 1401], [0] * 4, [0, 1, 2, 20])
    zones = hs.near_repeat_zones(incidents, "2025-01-22", distance_m=400, window_days=42)
    assert zones["age_band"].tolist() == ["0-7 days", "15-42 days"]
    assert zones["crimes"].tolist() == [1, 3]
    assert zones.geometry.is_valid.all()
    one = zones.geometry.iloc[0]
    assert one.area == pytest.approx(np.pi * 400**2, rel=2e-4)


def test_a_zone_names_its_streets_longest_first():
    import geopandas as gpd

    streets = gpd.GeoDataFrame(
        {"street": ["Short Street", "Long Road", "Far Lane", None]},
        geometry=[
            shapely.LineString([(0, 0), (50, 0)]),
            shapely.LineString([(-500, 5), (500, 5)]),
            shapely.LineString([(900, 0), (950, 0)]),
            shapely.LineString([(0, 0), (0, 50)]),
        ],
        crs="EPSG:27700",
    )
    zones = hs.near_repeat_zones(incidents_at([0], [0], [0]), "2025-01-02", streets=streets)
    assert zones["streets"].tolist() == ["Long Road, Short Street"]


def test_no_live_incident_makes_an_empty_frame_of_the_same_shape():
    incidents = incidents_at([0], [0], [0])
    live = hs.near_repeat_zones(incidents, "2025-01-02")
    none = hs.near_repeat_zones(incidents, "2026-01-02")
    assert none.empty
    assert list(none) == list(live)
    assert none.crs == live.crs


@pytest.mark.parametrize("distance_m", [5e-324, 1e-300, 1e-4, 3e7, 1e300])
def test_lengths_beyond_any_map_are_refused_in_words(distance_m):
    incidents = incidents_at(range(9), [0] * 9, range(9))
    for run in (
        lambda: hs.near_repeat_pairs(incidents, distance_m=distance_m),
        lambda: hs.near_repeat_zones(incidents, "2025-01-09", distance_m=distance_m),
        lambda: hs.kernel_density(incidents, bandwidth_m=distance_m),
        lambda: hs.knox_test(incidents, distance_bands_m=(distance_m,), permutations=0),
    ):
        with pytest.raises(hs.ConfigError, match=r"of metres from 0\.001 to 20,000,000"):
            run()
