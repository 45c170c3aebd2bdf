"""What visits could at most prevent, and how well past lists were aimed."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hotspot import ConfigError, DataError, cocooning_targets, read_addresses, read_incidents
from hotspot.near_repeat import distinct_events
from hotspot.worth import preventable_share, replay, targeting_accuracy
from tests import naive
from tests.conftest import incidents_at

REPLAY = {"horizon_days": 42, "visit_days": 14, "distance_m": 400.0, "area_share": 0.01,
          "within": None}  # fmt: skip
BURGLARY = st.tuples(
    st.sampled_from([0.0, 30.0, 100.0, 250.0, 900.0]),
    st.integers(0, 60 * 24).map(lambda hour: hour / 24 + 0.01),
    st.sampled_from([0.0, 0.25, 3.0]),
    st.sampled_from([None, "01", "02"]),
    st.sampled_from([None, 0.1, 5.0]),
)


def made(rows: list[tuple[float, float, float, str | None, float | None]]) -> gpd.GeoDataFrame:
    """Burglaries of place, day, length of window, home and delay until they were recorded."""
    x, day, length, uprn, delay = zip(*rows, strict=True)
    frame = incidents_at(x, np.zeros(len(x)), day)
    frame["occurred_to"] = frame["occurred_from"] + pd.to_timedelta(np.array(length) * 24, "h")
    told = pd.to_timedelta(pd.Series(delay, dtype=float) * 24, "h")
    frame["recorded_at"] = frame["occurred_to"] + told.to_numpy()
    frame["uprn"] = [f"{at}-{known}" if known else None for at, known in zip(x, uprn, strict=True)]
    return frame


@settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(BURGLARY, min_size=2, max_size=9), st.sampled_from([0, 1.5, 4]))
def test_followers_and_those_in_time_equal_the_slow_twin(rows, response_days):
    incidents = made(rows)
    # The twin knows no events of several references.
    incidents = incidents[distinct_events(incidents)]
    result = preventable_share(incidents, response_days, 300, 21, permutations=1)
    for row, reach in zip(result.table.itertuples(), (0, 100, 200, 300), strict=True):
        followers, in_time = naive.follows_in_time(incidents, response_days, reach, 21)
        assert row.followers == followers
        assert row.in_time == pytest.approx(in_time)
        assert row.in_time_least <= row.in_time + 1e-9
        assert row.in_time <= row.in_time_most + 1e-9


def test_a_burglary_that_comes_before_the_force_could_act_is_not_in_time():
    quick = made([(0, 1.5, 0, None, 0.1), (50, 4.5, 0, None, 0.1)])
    slow = made([(0, 1.5, 0, None, 5.0), (50, 4.5, 0, None, 0.1)])
    assert preventable_share(quick, 2).table["in_time"].tolist() == [0, 1, 1, 1]
    assert preventable_share(slow, 2).table["in_time"].tolist() == [0, 0, 0, 0]
    assert preventable_share(quick, 3).table["in_time"].tolist() == [0, 0, 0, 0]


def test_an_unknown_time_counts_with_the_part_of_its_window_that_is_late_enough():
    incidents = made([(0, 1, 0, None, 0.0), (50, 1, 4, None, 0.0)])
    row = preventable_share(incidents, 3).table.iloc[1]
    assert row["in_time"] == pytest.approx(0.25)
    assert (row["in_time_least"], row["in_time_most"]) == (0, 1)


def test_a_day_without_a_time_is_any_hour_of_it():
    incidents = incidents_at([0, 50, 5000, 5050], [0] * 4, [0, 2, 0, 3])
    assert preventable_share(incidents, 2).table["in_time"].tolist() == [0, 1, 1, 1]


def test_references_of_one_event_are_known_when_the_first_was_recorded():
    rows = made([(0, 1, 1, "01", 9.0), (0, 1.2, 1, "01", 0.5), (80, 6, 0, None, 0.0)])
    rows["uprn"] = ["01", "01", None]
    result = preventable_share(rows, 2)
    assert result.burglaries == 2
    assert result.table["in_time"].tolist() == [0, 1, 1, 1]


def _scattered(events, pairs, seed=3):
    """Burglaries at random, and pairs of neighbours some days apart, in a wide area."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 20_000, (2, events))
    day = rng.uniform(0, 700, events)
    x, y = np.r_[x, x[:pairs] + 40], np.r_[y, y[:pairs]]
    return incidents_at(x, y, np.r_[day, day[:pairs] + rng.uniform(4, 30, pairs)])


def test_what_chance_gives_is_taken_out_and_what_was_planted_is_left():
    planted = preventable_share(_scattered(900, 100), permutations=49).table.iloc[1]
    assert planted["of_all"] > 0.1 - 0.01
    assert planted["beyond_low"] < 0.1 < planted["beyond_high"]
    none = preventable_share(_scattered(900, 0), permutations=49)
    row = none.table.iloc[-1]
    assert row["by_chance"] == pytest.approx(row["of_all"], abs=0.03)
    assert row["beyond_low"] < 0 < row["beyond_high"]
    assert "not shown" in none.summary()


def test_the_summary_calls_it_a_ceiling_and_the_seed_gives_one_answer():
    incidents = _scattered(200, 30)
    first, again = (preventable_share(incidents, permutations=9) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, again.table)
    assert "ceiling" in first.summary()
    assert "Visits are not proven to prevent" in first.summary()
    # A share is never called the most, beside an interval that reaches above it.
    assert "at most" not in first.headline()
    assert "there is no more" not in first.summary()
    assert "do not tell when they were recorded" in first.summary()
    assert first.plot().axes[0].get_ylabel() == "Share of all burglaries (%)"
    alone = preventable_share(incidents_at([0, 9000], [0, 0], [0, 1]), permutations=1)
    assert alone.summary().startswith("None of 2 burglaries follows another")


def test_months_and_every_wrong_setting_are_told(make_incidents):
    months = make_incidents([0, 1], [0, 0], [0, 31])
    months.attrs["resolution"] = "month"
    with pytest.raises(DataError, match="months only"):
        preventable_share(months)
    with pytest.raises(ConfigError) as told:
        preventable_share(make_incidents([0], [0], [0]), -1, -1, permutations=0)
    assert len(told.value.problems) == 3


# The lists, replayed.


@pytest.fixture(scope="module")
def town(sample_dir):
    incidents = read_incidents(sample_dir / "burglaries.csv")
    addresses = read_addresses(sample_dir / "addresses.csv", to_crs=incidents.crs)
    late = incidents[incidents["occurred_to"] >= "2025-06-01"]
    # One beat is enough: those of the others would only take time.
    x, y = 639_900, 370_000
    near = late.geometry.x.between(x - 600, x + 600) & late.geometry.y.between(y - 600, y + 600)
    homes = addresses.geometry.x.between(x - 700, x + 700)
    homes &= addresses.geometry.y.between(y - 700, y + 700)
    return late[near].copy(), addresses[homes].reset_index(drop=True)


pytestmark = pytest.mark.filterwarnings("ignore::hotspot.DataWarning")


def test_a_replayed_list_names_the_homes_that_the_product_names(town):
    incidents, addresses = town
    ground = replay.Town.of_addresses(addresses)
    crimes = replay.match_crimes(incidents, ground)
    days = np.array(
        [(pd.Timestamp(d) - pd.Timestamp(0)).days for d in ("2025-10-01", "2026-01-15")]
    )
    lists = list(replay.replayed(crimes, ground, days, **REPLAY))
    for told, day in zip(lists, ("2025-10-01", "2026-01-15"), strict=True):
        targets = cocooning_targets(incidents, addresses, day)
        door = ground.doors.find(targets["uprn"].dropna().to_numpy(dtype=object))
        ring = targets.loc[targets["uprn"].notna(), "ring"].to_numpy()
        wanted = pd.Series(ring).groupby(ground.places[door]).min()
        assert len(wanted) > 20
        assert dict(zip(told.places.tolist(), told.rings.tolist(), strict=True)) == wanted.to_dict()


def test_nobody_is_asked_twice_within_the_horizon_unless_burgled(town):
    incidents, addresses = town
    ground = replay.Town.of_addresses(addresses)
    crimes = replay.match_crimes(incidents, ground)
    first = (pd.Timestamp("2025-10-01") - pd.Timestamp(0)).days
    days = np.arange(first, first + 40, 7)
    seen: set[int] = set()
    for told in replay.replayed(crimes, ground, days, **REPLAY):
        again = [i for i, place in enumerate(told.places.tolist()) if place in seen]
        assert (told.rings[again] == 0).all()
        seen |= set(told.places.tolist())
    assert seen


def _street(houses=30):
    """One street of odd houses, ten metres apart."""
    numbers = [str(1 + 2 * i) for i in range(houses)]
    return gpd.GeoDataFrame(
        {"uprn": numbers, "address": [f"{n} Mill Lane" for n in numbers], "number": numbers,
         "street": "Mill Lane"},
        geometry=gpd.points_from_xy(10.0 * np.arange(houses), np.zeros(houses)), crs="EPSG:27700",
    )  # fmt: skip


def _in_street(numbers, days, **more):
    uprns = [str(n) for n in numbers]
    x = [5.0 * (n - 1) for n in numbers]
    return incidents_at(x, np.zeros(len(x)), np.asarray(days) + 0.5, uprn=uprns, **more)


def test_counts_on_a_street_that_can_be_counted_by_hand():
    # House 11 is burgled: it and four each side are visited. Then 13 (listed), and 59 (not).
    incidents = _in_street([11, 13, 59], [0, 10, 12])
    result = targeting_accuracy(incidents, _street(), "2025-01-02", "2025-02-13", every_days=7)
    rows = result.table.set_index("chosen_by")
    assert rows.loc["the lists", ["visits", "burglaries"]].tolist() == [9, 1]
    assert rows.loc["next door (ring 1)", ["visits", "burglaries"]].tolist() == [8, 1]
    assert rows.loc["burgled homes (ring 0)", ["visits", "burglaries"]].tolist() == [1, 0]
    # Two burglaries on 30 homes, nine of them visited; on the 29 others of the street as well.
    assert rows.loc["homes at random", "burglaries"] == pytest.approx(9 * 2 / 30)
    assert rows.loc["other homes of the street", "burglaries"] == pytest.approx(9 * 2 / 29)
    assert rows.loc["homes at random", "difference"] == pytest.approx(1000 * (1 / 9 - 2 / 30))
    assert (result.lists, result.burglaries, result.matched) == (1, 2, 2)


def test_a_burglary_counts_once_for_the_newest_visit_and_only_after_the_list():
    incidents = _in_street([11, 13, 13], [0, 4, 20])
    result = targeting_accuracy(incidents, _street(), "2025-01-02", "2025-02-27", every_days=7)
    lists = result.table.iloc[0]
    # 13 is asked on day 0 (burgled on day 4: a hit) and again on day 7 (burgled on day 20: a hit).
    assert lists["burglaries"] == 2
    assert result.lists == 3


def test_a_late_report_is_not_known_before_it_was_recorded():
    late = _in_street([11, 13], [0, 3])
    late["recorded_at"] = late["occurred_to"] + pd.Timedelta(days=30)
    result = targeting_accuracy(late, _street(), "2025-01-02", "2025-02-20", every_days=7)
    assert result.table.loc[0, "visits"] == 0
    assert "no home was listed" in result.summary()


def test_nothing_after_the_day_is_seen_and_a_planted_leak_is_caught(monkeypatch):
    incidents = _in_street([11, 31, 51], [0, 9, 11])
    incidents["recorded_at"] = incidents["occurred_to"]

    def visits():
        result = targeting_accuracy(incidents, _street(), "2025-01-02", "2025-02-13")
        return result.table.loc[0, ["visits", "burglaries"]].tolist()

    honest = visits()
    monkeypatch.setattr(replay, "known_by", lambda frame, as_of: np.ones(len(frame), dtype=bool))
    leaking = visits()
    assert honest == [9, 0]
    assert leaking == [27, 2]


def test_what_comes_later_changes_no_earlier_list(town):
    incidents, addresses = town
    early = incidents[incidents["recorded_at"] < "2025-12-01"]
    ground = replay.Town.of_addresses(addresses)
    day = np.array([(pd.Timestamp("2025-11-30") - pd.Timestamp(0)).days])
    whole, cut = (
        next(replay.replayed(replay.match_crimes(rows, ground), ground, day, **REPLAY))
        for rows in (incidents, early)
    )
    assert whole.places.tolist() == cut.places.tolist()
    assert len(whole.places)


def test_the_answer_is_seeded_and_says_what_it_does_not_show(town):
    incidents, addresses = town
    first, again = (
        targeting_accuracy(incidents, addresses, "2025-09-01", "2025-11-20") for _ in range(2)
    )
    pd.testing.assert_frame_equal(first.table, again.table)
    assert "it does not tell what a visit does" in first.summary()
    assert first.table["low"].iloc[0] <= first.table["per_thousand"].iloc[0]
    assert len(first.plot().axes[0].get_yticks()) == first.table["per_thousand"].notna().sum()


def test_every_wrong_setting_and_no_room_are_told():
    incidents, homes = _in_street([11], [0]), _street()
    with pytest.raises(ConfigError) as told:
        targeting_accuracy(incidents, homes, "2025-01-01", "2026-01-01", every_days=0, distance_m=0)
    assert len(told.value.problems) == 2
    with pytest.raises(ConfigError, match="no room for a list"):
        targeting_accuracy(incidents, homes, "2025-01-02", "2025-02-12")
    months = incidents.copy()
    months.attrs["resolution"] = "month"
    with pytest.raises(DataError, match="months only") as told:
        targeting_accuracy(months, homes.drop(columns="uprn"), "2025-01-02", "2025-02-12")
    assert len(told.value.problems) == 2
