"""Labels, links and chains of the near-repeat rule, and what counts as one address."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.near_repeat import chains, distinct_events, label_repeats, near_repeat_chains
from hotspot.near_repeat.pairs import pairs_by_position
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

spots = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 120))
scenes = st.lists(spots, max_size=30)


def scene(rows, shift=(0.0, 0.0)):
    x, y, days = np.array(rows, dtype=float).reshape(-1, 3).T
    return incidents_at(x * 120 + shift[0], y * 120 + shift[1], days)


@settings(max_examples=30, deadline=None)
@given(scenes)
def test_links_and_labels_are_those_of_the_slow_twin(rows):
    incidents = scene(rows)
    labels = label_repeats(incidents, 300, 30)
    links = naive.followed(incidents, 300, 30)
    led = {first for first, *_ in naive.pairs(incidents, 300, 30)}
    for row in labels.itertuples():
        link = links[row.Index]
        alone = "originator" if row.Index in led else "isolate"
        assert row.label == (link[1] if link else alone)
        assert (None if pd.isna(row.follows) else row.follows) == (link and link[0])


HOMES = (
    "1 High Street", "1 High St", "Flat 1, 1 High Street", "Flat 2, 1 High St", "Rose Cottage",
    "Rose Cottage, High Street", "Flat 1, Rose House, 1 High Street", None,
)  # fmt: skip
homes = st.tuples(st.integers(0, 1), st.integers(0, 40), st.integers(0, 5), st.sampled_from(HOMES))


@settings(max_examples=60, deadline=None)
@given(st.lists(homes, min_size=2, max_size=25), st.sampled_from(["none", "uprn", "address"]))
def test_links_at_one_point_are_those_of_the_list_of_all_pairs(rows, known):
    incidents = incidents_at([100.0 * x for x, *_ in rows], [0.0] * len(rows), [r[1] for r in rows])
    if known != "none":
        incidents["uprn"] = [None if uprn == 0 else str(uprn) for *_, uprn, _ in rows]
    if known == "address":
        incidents["address"] = [home for *_, home in rows]
    found = label_repeats(incidents, 300, 10), near_repeat_chains(incidents, 300, 10)

    def all_pairs(*rule, linking):
        return pairs_by_position(*rule)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "pairs_by_position", all_pairs)
        listed = label_repeats(incidents, 300, 10), near_repeat_chains(incidents, 300, 10)
    for ours, theirs in zip(found, listed, strict=True):
        pd.testing.assert_frame_equal(ours, theirs)


@settings(max_examples=30, deadline=None)
@given(scenes)
def test_chains_are_those_of_the_slow_twin(rows):
    incidents = scene(rows)
    labels = label_repeats(incidents, 300, 30)
    found = {frozenset(members) for members in labels.groupby("chain").groups.values()}
    assert found == naive.chains(incidents, 300, 30)
    assert labels["chain"].isna().eq(labels["label"] == "isolate").all()


@settings(max_examples=20, deadline=None)
@given(scenes)
def test_the_table_of_chains_agrees_with_the_labels(rows):
    incidents = scene(rows)
    labels = label_repeats(incidents, 300, 30)
    chains = near_repeat_chains(incidents, 300, 30).set_index("chain")
    assert chains["crimes"].is_monotonic_decreasing
    assert (chains.geometry.geom_type == "MultiLineString").all()
    assert chains.geometry[chains["extent_m"] > 0].is_valid.all()
    for chain, members in labels.groupby("chain"):
        row, own = chains.loc[chain], incidents.loc[members.index]
        days = own["occurred_from"].dt.normalize()
        assert (row["first_day"], row["last_day"]) == (days.min(), days.max())
        assert row["span_days"] == (days.max() - days.min()).days
        farthest = max(a.distance(b) for a in own.geometry for b in own.geometry)
        assert row["extent_m"] == pytest.approx(farthest)
        counts = members["label"].value_counts()
        assert row["repeats"] == counts.get("repeat", 0)
        assert row["near_repeats"] == counts.get("near repeat", 0)
        assert row["crimes"] == len(members)
        leads = set(own["crime_ref"][members["label"] == "originator"])
        assert set(row["originators"].split(", ")) == leads
        assert chain == own.sort_values(["occurred_from", "crime_ref"])["crime_ref"].iloc[0]


@settings(max_examples=12, deadline=None)
@given(scenes, st.randoms(use_true_random=False), st.integers(-5000, 5000))
def test_order_and_exact_shifts_do_not_matter(rows, random, shift):
    incidents = scene(rows)
    order = list(range(len(incidents)))
    random.shuffle(order)
    mixed, moved = incidents.iloc[order], scene(rows, shift=(shift, -shift))
    here = label_repeats(incidents)
    pd.testing.assert_frame_equal(label_repeats(mixed).sort_index(), here)
    pd.testing.assert_frame_equal(label_repeats(moved), here)
    chains = near_repeat_chains(incidents)
    pd.testing.assert_frame_equal(near_repeat_chains(mixed), chains)
    pd.testing.assert_frame_equal(
        near_repeat_chains(moved).drop(columns="geometry"), chains.drop(columns="geometry")
    )


def test_a_repeat_at_the_same_address_goes_before_a_nearer_day():
    incidents = incidents_at([0, 50, 0], [0, 0, 0], [0, 9, 10])
    labels = label_repeats(incidents)
    assert labels["label"].tolist() == ["originator", "near repeat", "repeat"]
    assert labels["follows"].tolist() == [pd.NA, 0, 0]
    assert labels.loc[2, ["distance_m", "days"]].tolist() == [0.0, 10]


def test_of_one_day_the_lowest_reference_is_the_originator():
    incidents = incidents_at([0, 10, 20], [0] * 3, [3] * 3, crime_ref=["C", "A", "B"])
    labels = label_repeats(incidents)
    assert labels["label"].tolist() == ["near repeat", "originator", "near repeat"]
    assert labels["chain"].tolist() == ["A"] * 3
    assert labels["follows"].tolist() == [1, pd.NA, 1]


def test_both_edges_are_within():
    incidents = incidents_at([0, 400, 9000, 9400.01], [0] * 4, [0, 42, 0, 1])
    labels = label_repeats(incidents, distance_m=400, window_days=42)
    assert labels["label"].tolist() == ["originator", "near repeat", "isolate", "isolate"]


def test_a_chain_may_have_several_originators_and_be_wider_than_the_rule():
    incidents = incidents_at([0, 700, 350], [0] * 3, [0, 1, 20])
    chains = near_repeat_chains(incidents, distance_m=400, window_days=42)
    assert chains["originators"].tolist() == ["B00000, B00001"]
    assert chains[["crimes", "extent_m"]].to_numpy().tolist() == [[3, 700.0]]


def test_arrows_point_from_the_crime_followed_to_the_follower():
    incidents = incidents_at([0, 30, 30], [0, 0, 40], [5, 0, 9])
    chain = near_repeat_chains(incidents).geometry.iloc[0]
    assert chain.equals_exact(shapely.from_wkt("MULTILINESTRING((30 0, 0 0), (0 0, 30 40))"), 0)


def test_further_references_of_an_event_carry_what_it_carries():
    incidents = incidents_at(
        [0, 0, 30], [0] * 3, [0, 0.5, 9], uprn=["7", "7", "8"], crime_ref=["B", "A", "C"]
    )
    incidents["occurred_to"] = incidents["occurred_from"] + pd.Timedelta(days=1)
    labels = label_repeats(incidents)
    assert labels["counted"].tolist() == [True, False, True]
    assert labels["label"].tolist() == ["originator", "originator", "near repeat"]
    assert labels["chain"].tolist() == ["B"] * 3
    chains = near_repeat_chains(incidents)
    assert chains["crimes"].tolist() == [2]
    assert labels["counted"].tolist() == distinct_events(incidents).tolist()


def test_chain_ids_carry_the_force_and_stay_apart():
    incidents = incidents_at(
        [0, 10, 9000, 9010, 20_000, 20_010], [0] * 6, [0, 1, 0, 1, 50, 51],
        crime_ref=["1", "2", "1", "2", "1", "2"], force=["X", "X", "Y", "Y", None, None],
    )  # fmt: skip
    assert label_repeats(incidents)["chain"].tolist() == ["X 1"] * 2 + ["Y 1"] * 2 + ["1"] * 2
    ids = label_repeats(incidents.drop(columns="force"))["chain"].tolist()
    assert ids == ["1"] * 2 + ["1 (2)"] * 2 + ["1 (3)"] * 2
    assert sorted(near_repeat_chains(incidents)["chain"]) == ["1", "X 1", "Y 1"]


def test_flats_are_told_apart_from_repeats():
    incidents = incidents_at(
        [0, 0, 0, 0, 3], [0] * 5, range(5),
        uprn=["1", "2", "1", "9", "5"], parent_uprn=["9", "9", "9", None, None],
    )  # fmt: skip
    pairs = hs.near_repeat_pairs(incidents).set_index(["first", "second"])
    assert pairs["kind"][(0, 1)] == "near repeat"
    assert pairs["kind"][(0, 2)] == "repeat"
    assert pairs["same_building"][(0, 1)]
    assert pairs["same_building"][(0, 2)]
    assert pairs["same_building"][(0, 3)], "a crime at the building itself is in the building"
    assert pairs["kind"][(0, 3)] == "near repeat"
    assert not pairs["same_building"][(0, 4)]
    assert "same_building" not in hs.near_repeat_pairs(incidents.drop(columns="parent_uprn"))
    assert label_repeats(incidents)["follows"].tolist() == [pd.NA, 0, 0, 2, 3]


def test_a_tolerance_counts_only_where_a_uprn_is_missing():
    incidents = incidents_at([0, 6, 8], [0, 8, 0], [0, 1, 2], uprn=["1", None, "2"])
    kinds = hs.near_repeat_pairs(incidents, same_place_m=10).set_index(["first", "second"])["kind"]
    assert kinds.to_dict() == {
        (0, 1): "repeat", (0, 2): "near repeat", (1, 2): "repeat",
    }  # fmt: skip
    assert (hs.near_repeat_pairs(incidents, same_place_m=9)["kind"] == "repeat").sum() == 1
    assert (hs.near_repeat_pairs(incidents)["kind"] == "near repeat").all()


def test_a_date_chooses_what_was_known_and_tells_ages():
    incidents = incidents_at([0, 10, 20, 9000, 9010], [0] * 5, [0, 5, 9, 1, 2])
    incidents["occurred_to"] += pd.Timedelta(hours=30)
    incidents["recorded_at"] = incidents["occurred_to"]
    incidents.loc[1, "recorded_at"] = pd.Timestamp("2025-02-01")
    then = near_repeat_chains(incidents, as_of="2025-01-12")
    assert then[["chain", "crimes", "newest_days"]].to_numpy().tolist() == [
        ["B00000", 2, 1], ["B00003", 2, 8],
    ]  # fmt: skip
    assert then.attrs["as_of"].startswith("2025-01-12T23:59:59")
    assert near_repeat_chains(incidents)["crimes"].tolist() == [3, 2]
    assert near_repeat_chains(incidents, as_of="2020-01-01").empty


@pytest.mark.parametrize("number", [0, 1])
def test_few_events_make_no_chain(number):
    incidents = incidents_at([5] * number, [5] * number, [1] * number)
    labels, chains = label_repeats(incidents), near_repeat_chains(incidents)
    assert labels["label"].tolist() == ["isolate"] * number
    assert chains.empty
    full = near_repeat_chains(incidents_at([0, 1], [0, 0], [0, 1]))
    assert list(chains) == list(full)
    assert chains.crs == incidents.crs


def test_all_at_one_place_are_one_chain_at_a_point():
    incidents = incidents_at([7.0] * 30, [7.0] * 30, np.arange(30) * 40)
    chains = near_repeat_chains(incidents, window_days=42)
    assert chains["crimes"].tolist() == [30]
    assert chains["repeats"].tolist() == [29]
    assert chains["extent_m"].tolist() == [0.0]
    assert chains.geometry.to_wkt().tolist() == ["MULTILINESTRING ((7 7, 7 7))"]


def test_all_on_one_day_are_linked_by_distance():
    chains = near_repeat_chains(incidents_at([0, 100, 5000], [0] * 3, [3] * 3))
    assert chains[["crimes", "span_days"]].to_numpy().tolist() == [[2, 0]]


def test_the_index_of_the_caller_is_kept_and_nothing_is_changed():
    incidents = incidents_at([0, 10], [0, 0], [5, 0])
    incidents.index = pd.Index(["late", "early"], name="id")
    before = incidents.copy(deep=True)
    labels = label_repeats(incidents)
    near_repeat_chains(incidents, as_of="2025-03-01")
    pd.testing.assert_frame_equal(incidents, before)
    pd.testing.assert_index_equal(labels.index, incidents.index)
    assert labels.loc["late", "follows"] == "early"


def test_every_fault_is_told_at_once():
    with pytest.raises(hs.ConfigError) as caught:
        label_repeats(incidents_at([0], [0], [0]), -1, 1.5, "aoristic", -2)
    assert len(caught.value.problems) == 4
    months = incidents_at([0, 1, 2], [0] * 3, [0, 31, 59])
    months.attrs.clear()
    with pytest.raises(hs.DataError, match="months only"):
        near_repeat_chains(months)


@pytest.fixture(scope="module")
def truth(sample_dir):
    """Events of the made-up town at their true time and place, with what triggered each."""
    table = pd.read_csv(sample_dir / "truth_events.csv", dtype=str, keep_default_na=False)
    moments = pd.to_datetime(table["occurred_at"])
    table = table.assign(occurred_from=moments, occurred_to=moments)
    points = gpd.points_from_xy(table["easting"].astype(float), table["northing"].astype(float))
    return gpd.GeoDataFrame(table, geometry=points, crs="EPSG:27700").set_index(
        "crime_ref", drop=False
    )


def test_the_links_of_the_sample_are_mostly_the_true_ones(truth):
    labels = label_repeats(truth, 400, 42)
    parent = truth["parent_ref"].where(truth["parent_ref"] != "")
    away = truth.geometry.distance(
        gpd.GeoSeries(truth.geometry.reindex(parent).to_numpy(), truth.index, crs=truth.crs)
    )
    days = truth["occurred_from"].dt.normalize()
    lag = (days - days.reindex(parent).set_axis(truth.index)).dt.days
    within = parent.notna() & (away <= 400) & (lag <= 42)
    near = truth["kind"].eq("near repeat") & within
    repeat = truth["kind"].eq("repeat") & within
    chain = labels["chain"]
    assert (chain[within].to_numpy() == chain.reindex(parent[within]).to_numpy()).all()
    assert (labels["label"][repeat] == "repeat").mean() > 0.98
    assert labels["label"][near].isin(["repeat", "near repeat"]).all()
    # Chance brings others near too; the true parent is still the one named for most repeats.
    named = labels["follows"] == parent
    assert named[repeat].mean() > 0.9
    assert named[near].mean() > 0.3
