"""What visits could at most prevent, and how well past lists were aimed."""

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hotspot import (
    ConfigError,
    DataError,
    RetrospectiveDensity,
    VisitLedger,
    cocooning_targets,
    kernel_density,
    read_addresses,
    read_incidents,
)
from hotspot._kernels.percentiles import middle_of
from hotspot.backtesting.scoring import ratio_interval
from hotspot.cocooning import plan
from hotspot.density.hotspot_outlines import highest_cells
from hotspot.near_repeat import distinct_events
from hotspot.rule import RULE
from hotspot.worth import preventable_share, replay, targeting_accuracy
from hotspot.worth.accuracy import _table
from hotspot.worth.intervals import at_least_exact
from tests import naive
from tests.conftest import incidents_at

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
def town(busy_dir):
    incidents = read_incidents(busy_dir / "burglaries.csv")
    addresses = read_addresses(busy_dir / "addresses.csv", to_crs=incidents.crs)
    late = incidents[incidents["occurred_to"] >= "2025-06-01"]
    # One beat is enough: those of the others would only take time.
    x, y = 639_860, 370_000
    near = late.geometry.x.between(x - 850, x + 850) & late.geometry.y.between(y - 850, y + 850)
    homes = addresses.geometry.x.between(x - 950, x + 950)
    homes &= addresses.geometry.y.between(y - 950, y + 950)
    return late[near].copy(), addresses[homes].reset_index(drop=True)


pytestmark = pytest.mark.filterwarnings("ignore::hotspot.DataWarning")


RINGS = [f"{name} (ring {n})" for n, name in enumerate(
    ("burgled homes", "next door", "opposite or behind"))]  # fmt: skip
FIRST, WEEKS = "2025-10-01", 4


def replay_of(town, horizon_days=21, **settings):
    """Replay four lists, the first at the end of the day before `FIRST`."""
    end = pd.Timestamp(FIRST) + pd.Timedelta(days=7 * (WEEKS - 1) + horizon_days)
    return targeting_accuracy(*town, FIRST, end, horizon_days=horizon_days, **settings)


def lists_of(town, ledger=None, areas=None, max_visits=None, **settings):
    """Make the list of each of these days as the product makes it."""
    days = pd.Timestamp(FIRST) + pd.to_timedelta(7 * np.arange(WEEKS) - 1, unit="D")
    return [cocooning_targets(*town, day, areas, max_visits, ledger, **settings) for day in days]


def compare(town, **settings):
    """Hold every replayed list to the one that was issued on its day."""
    result, issued = replay_of(town, **settings), lists_of(town, **settings)
    asked, visits = set(), []
    for targets in issued:
        keys = set(zip(targets["visit_id"], targets["attempt"], strict=True))
        visits.append(len(keys - asked))
        asked |= keys
    assert result.by_list["listed"].tolist() == [len(targets) for targets in issued]
    assert result.by_list["visits"].tolist() == visits
    by_ring = pd.concat(issued).drop_duplicates(["visit_id", "attempt"])["ring"].value_counts()
    rows = result.table.set_index("chosen_by")
    assert rows.loc[RINGS, "visits"].tolist() == [by_ring.get(n, 0) for n in range(3)]
    assert rows.loc["the lists", "visits"] == len(asked)
    return result, issued


def test_the_replayed_lists_are_those_that_were_issued(town):
    result, issued = compare(town)
    assert min(len(targets) for targets in issued) > 20
    assert result.table.loc[0, "visits"] < sum(len(targets) for targets in issued)
    assert "(preset standard, visits for two weeks)" in result.headline()
    assert "(preset standard, visits for two weeks)" in result.summary()


@pytest.mark.slow
def test_with_swordfish_nobody_opposite_or_behind_is_counted(town):
    result, _ = compare(town, preset="swordfish")
    assert result.table.set_index("chosen_by").loc[RINGS[2], "visits"] == 0
    assert result.table.set_index("chosen_by").loc[RINGS[1], "visits"] > 20
    assert "(preset swordfish, visits for two weeks)" in result.headline()


@pytest.mark.slow
def test_with_trafford_visits_are_for_21_days_and_burglaries_count_for_as_many(town):
    result, issued = compare(town, preset="trafford")
    standard = lists_of(town)
    longer = [len(t) - len(s) for t, s in zip(issued, standard, strict=True)]
    # A week without a burglary of 15 to 21 days before it adds nothing.
    assert min(longer) >= 0
    assert np.count_nonzero(longer) >= WEEKS - 1, longer
    assert "(preset trafford, visits for three weeks)" in result.headline()
    assert targeting_accuracy(*town, FIRST, "2025-11-20", preset="trafford").horizon_days == 21
    usual = targeting_accuracy(*town, FIRST, "2026-02-28", every_days=28)
    assert usual.horizon_days == RULE.window_days


@pytest.mark.slow
def test_max_visits_counts_for_every_replayed_list(town):
    result, _ = compare(town, max_visits=10)
    assert result.by_list["listed"].tolist() == [10] * WEEKS
    assert "at most 10 an area" in result.headline()


@pytest.mark.slow
def test_areas_tiers_and_the_rule_of_the_run_count_too(town):
    homes = town[1].geometry
    halves = gpd.GeoDataFrame(
        {"area": ["east", "west"]},
        geometry=[
            shapely.box(639_900, 360_000, 650_000, 380_000),
            shapely.box(630_000, 360_000, 639_900, 380_000),
        ],
        crs=homes.crs,
    )
    compare(town, areas=halves, max_visits=6, tiers=[{"name": "gold", "rings": [0]}])
    near, _ = compare(town, distance_m=30.0, visit_days=7)
    assert near.by_list["listed"].sum() < replay_of(town).by_list["listed"].sum()


@pytest.mark.slow
def test_who_is_on_the_stop_list_is_in_no_replayed_list(town):
    first = lists_of(town)[0]
    victim, neighbour = first.iloc[0], first[first["ring"] == 1].iloc[-1]
    for exclude in ([victim["crime_refs"].split("; ")[0]], [neighbour["uprn"]]):
        result, _ = compare(town, exclude=exclude)
        assert result.by_list["listed"].iloc[0] < len(first)


@pytest.mark.slow
def test_the_ledger_is_known_as_far_as_it_was_on_each_day(town):
    with VisitLedger("sqlite://") as ledger:
        first = lists_of(town)[0]
        ledger.issue(first)
        ledger.record(
            [{"visit_id": visit, "result": "face to face", "visited_at": "2025-10-03 10:00"}
             for visit in first["visit_id"]]
        )  # fmt: skip
        result, _ = compare(town, ledger=ledger)
        before = ledger.asked()
        assert len(before) == len(first)
    alone = replay_of(town).by_list
    assert result.by_list["listed"].iloc[0] == alone["listed"].iloc[0]
    assert result.by_list["listed"].iloc[1] < alone["listed"].iloc[1]


def test_a_model_ranks_the_replayed_lists_by_what_was_known_then(town, monkeypatch):
    fitted = []

    class Near(RetrospectiveDensity):
        def fit(self, incidents, as_of):
            fitted.append((pd.Timestamp(as_of), incidents["recorded_at"].max()))
            return super().fit(incidents, as_of)

    replay_of(town, max_visits=5, model=Near())
    assert len(fitted) == WEEKS
    assert all(last <= as_of for as_of, last in fitted)
    replay_of(town, model=Near())
    assert len(fitted) == WEEKS


def test_the_hotspots_are_those_of_the_density_room(town, monkeypatch):
    drawn, asked = [], []

    def density(known, grid, bandwidth_m, **more):
        drawn.append((bandwidth_m, grid.cell_size_m))
        return kernel_density(known, grid=grid, bandwidth_m=bandwidth_m, **more)

    def cells(values, inside, area_share):
        asked.append(area_share)
        return highest_cells(values, inside, area_share)

    monkeypatch.setattr(replay, "kernel_density", density)
    monkeypatch.setattr(replay, "highest_cells", cells)
    replay_of(town, area_share=0.05, cell_size_m=100.0, bandwidth_m=250.0)
    assert drawn == [(250.0, 100.0)] * WEEKS
    assert asked == [0.05] * WEEKS


#: The rule under which the scenes on one street are counted by hand.
BY_HAND: dict[str, Any] = {"distance_m": 400, "window_days": 42}


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
    result = targeting_accuracy(
        incidents, _street(), "2025-01-02", "2025-02-13", every_days=7, **BY_HAND
    )
    rows = result.table.set_index("chosen_by")
    assert rows.loc["the lists", ["visits", "burglaries"]].tolist() == [9, 1]
    assert rows.loc["next door (ring 1)", ["visits", "burglaries"]].tolist() == [8, 1]
    assert rows.loc["burgled homes (ring 0)", ["visits", "burglaries"]].tolist() == [1, 0]
    # Two burglaries on 30 homes, nine of them visited; on the 29 others of the street as well.
    assert rows.loc["homes at random", "burglaries"] == pytest.approx(9 * 2 / 30)
    assert rows.loc["other homes of the street", "burglaries"] == pytest.approx(9 * 2 / 29)
    assert rows.loc["homes at random", "difference"] == pytest.approx(1000 * (1 / 9 - 2 / 30))
    assert (result.lists, result.burglaries, result.matched) == (1, 2, 2)


def test_a_burglary_counts_after_every_visit_before_it_and_only_after_the_list():
    incidents = _in_street([11, 13, 13], [0, 4, 20])
    result = targeting_accuracy(
        incidents, _street(), "2025-01-02", "2025-02-27", every_days=7, **BY_HAND
    )
    # 13 is asked on day 0 (burgled on days 4 and 20) and again on day 7 (burgled on day 20).
    assert result.table.loc[0, "burglaries"] == 3
    assert result.by_list["burglaries"].tolist() == [2, 1, 0]
    assert result.on_listed_homes == 2
    assert result.lists == 3


def test_rows_of_one_building_share_its_burglaries():
    street = _street()
    flats = street.iloc[[5, 5, 5]].assign(
        uprn=["F1", "F2", "F3"], number=["Flat 1", "Flat 2", "Flat 3"], parent_uprn="11"
    )
    homes = pd.concat([street.assign(parent_uprn=None), flats], ignore_index=True)
    incidents = _in_street([11, 11], [0, 10]).assign(uprn=["F1", "F2"])
    result = targeting_accuracy(incidents, homes, "2025-01-02", "2025-02-13", **BY_HAND)
    rows = result.table.set_index("chosen_by")
    assert rows.loc["the lists", ["visits", "burglaries"]].tolist() == [10, 1]
    assert rows.loc["burgled homes (ring 0)", ["visits", "burglaries"]].tolist() == [1, 1]


def test_a_late_report_is_not_known_before_it_was_recorded():
    late = _in_street([11, 13], [0, 3])
    late["recorded_at"] = late["occurred_to"] + pd.Timedelta(days=30)
    result = targeting_accuracy(
        late, _street(), "2025-01-02", "2025-02-20", every_days=7, **BY_HAND
    )
    assert result.table.loc[0, "visits"] == 0
    assert "no home was listed" in result.summary()


def test_nothing_after_the_day_is_seen_and_a_planted_leak_is_caught(monkeypatch):
    incidents = _in_street([11, 31, 51, 33], [0, 0, 0, 12])
    incidents["recorded_at"] = incidents["occurred_to"] + pd.to_timedelta([0, 9, 11, 0], unit="D")

    def visits():
        result = targeting_accuracy(incidents, _street(), "2025-01-02", "2025-02-13", **BY_HAND)
        return result.table.loc[0, ["visits", "burglaries"]].tolist()

    honest = visits()
    monkeypatch.setattr(
        plan, "known_by", lambda frame, as_of: (frame["occurred_to"] <= as_of).to_numpy()
    )
    assert honest == [9, 0]
    assert visits() == [27, 1]


def test_what_comes_later_changes_no_earlier_list(town):
    incidents, addresses = town
    early = incidents[incidents["recorded_at"] < "2025-12-01"]
    whole, cut = (
        targeting_accuracy(rows, addresses, "2025-12-01", "2026-01-12", **BY_HAND).by_list
        for rows in (incidents, early)
    )
    assert whole["listed"].tolist() == cut["listed"].tolist()
    assert whole["listed"].iloc[0] > 20


def test_the_answer_is_one_and_says_what_it_does_not_show(town):
    incidents, addresses = town
    first, again = (
        targeting_accuracy(incidents, addresses, "2025-09-01", "2025-11-20", horizon_days=7)
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(first.table, again.table)
    assert "it does not tell what a visit does" in first.summary()
    assert first.table["low"].iloc[0] <= first.table["per_thousand"].iloc[0]
    assert len(first.plot().axes[0].get_yticks()) == first.table["per_thousand"].notna().sum()


def test_every_wrong_setting_and_no_room_are_told():
    incidents, homes = _in_street([11], [0]), _street()
    with pytest.raises(ConfigError) as told:
        targeting_accuracy(
            incidents, homes, "2025-01-01", "2026-01-01", every_days=0, distance_m=0, cell_size=9
        )
    assert len(told.value.problems) == 3
    assert "did you mean cell_size_m" in str(told.value)
    with pytest.raises(ConfigError, match="no room for a list"):
        targeting_accuracy(incidents, homes, "2025-01-02", "2025-02-12", **BY_HAND)
    months = incidents.copy()
    months.attrs["resolution"] = "month"
    with pytest.raises(DataError, match="months only") as told:
        targeting_accuracy(months, homes.drop(columns="uprn"), "2025-01-02", "2025-02-12")
    assert len(told.value.problems) == 2
    elsewhere = gpd.GeoSeries([shapely.box(0, 0, 9, 9)], crs="EPSG:3857")
    with pytest.raises(DataError, match="within is in"):
        targeting_accuracy(incidents, homes, "2025-01-02", "2025-03-12", within=elsewhere)


def _replay(random, lists, visits, rate, run=6, shape=4.0):
    """Draw lists whose weeks vary, and which share those of their horizon with their neighbours."""
    weeks = random.gamma(shape, 1 / shape, lists + run)
    for level in np.convolve(weeks, np.ones(run) / run, "valid")[:lists]:
        number = max(random.poisson(visits), 1)
        yield SimpleNamespace(
            new=np.ones(number, dtype=bool),
            ring=random.integers(0, 3, number),
            burglaries=random.poisson(rate * level, number),
            # A mean over all homes that might have been drawn, some of them burgled.
            chance=np.array([random.poisson(400 * rate * level * s) / 400 for s in (0.5, 0.3, 1)]),
        )


@pytest.mark.slow
@pytest.mark.parametrize("lists", [23, 26, 52])
@pytest.mark.parametrize(("visits", "rate"), [(40, 0.02), (200, 0.05), (40, 0.3)])
def test_intervals_over_lists_that_share_weeks_hold_the_truth(lists, visits, rate):
    """A bootstrap over runs of lists held it in 46 to 93 of 100 with 7 to 19 lists."""
    random, trials = np.random.default_rng(lists), 400
    held = np.zeros((trials, 2, 4))
    truth = 1000 * rate * np.array([1, 0.5, 0.3, 1])
    for trial in range(trials):
        table = _table(list(_replay(random, lists, visits, rate)), 6).drop(index=[1, 2, 3])
        apart = np.r_[0, truth[0] - truth[1:]]
        held[trial, 0] = (table["low"] <= truth) & (truth <= table["high"])
        low, high = table["difference_low"], table["difference_high"]
        held[trial, 1] = (low <= apart) & (apart <= high)
    # 400 trials of the lists, and of three ways beside them that share their weeks.
    assert held[:, 0].mean() >= 0.93 - 0.015
    assert held[:, 1, 1:].mean() >= 0.93 - 0.015
    assert held[:, 1, 1:].mean() <= 0.97 + 0.015


def test_too_few_lists_bear_no_interval():
    random = np.random.default_rng(1)
    few, enough = (_table(list(_replay(random, lists, 40, 0.1)), 6) for lists in (22, 23))
    ends = ["low", "high", "difference_low", "difference_high"]
    assert few[ends].isna().all(axis=None)
    assert enough[["low", "high"]].notna().all(axis=None)


def test_none_of_54_visits_is_not_nought_to_nought():
    nothing = np.zeros(1)
    low, high = at_least_exact(nothing, nothing, nothing, np.array([54.0]))
    # Clopper and Pearson: 1 - 0.025 ** (1 / 54).
    assert (low[0], high[0]) == (0.0, pytest.approx(0.06603, abs=1e-5))
    many = np.array([20.0])
    assert at_least_exact(nothing, nothing, many, 2 * many)[1][0] == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("weeks", [8, 26])
@pytest.mark.parametrize("rate", [0.02, 0.2])
def test_intervals_over_weeks_hold_the_truth(weeks, rate):
    """Percentiles alone gave 0 to 0 for 0 of 54, and held the truth in 80 to 90 of 100."""
    random = np.random.default_rng(weeks)
    held = np.zeros(2)
    for _ in range(2000):
        of = random.negative_binomial(6, 6 / 26, weeks).astype(float) + 1
        eased = random.beta(60 * rate, 60 * (1 - rate), weeks)
        counted = random.binomial(of.astype(int), eased).astype(float)
        draws = random.multinomial(weeks, [1 / weeks] * weeks, size=400).astype(float)
        drawn = ((draws @ counted) / (draws @ of))[:, None]
        low, high = np.array(ratio_interval(counted, of, draws)).clip(0, 1)[:, None]
        ours = at_least_exact(low, high, counted.sum()[None], of.sum()[None])
        for place, (low, high) in enumerate((middle_of(drawn, 10_000), ours)):
            held[place] += low[0] <= rate <= high[0]
    assert held[1] >= 0.93 * 2000
    assert held[1] > held[0]


def _drawn_to_their_places(random, weeks, a_week, drawn):
    """Burglaries of uneven weeks in 8 km, some of which bring one 40 m away in the month."""
    uneven = random.gamma(8, 1 / 8, weeks)
    events = random.poisson(a_week * weeks)
    day = 7 * random.choice(weeks, events, p=uneven / uneven.sum()) + random.uniform(0, 7, events)
    x, y = random.uniform(0, 8000, (2, events))
    later = day + random.uniform(4, 30, events)
    bring = (random.random(events) < drawn) & (later < 7 * weeks)
    days = np.r_[day, later[bring]]
    rows = incidents_at(np.r_[x, x[bring] + 40], np.r_[y, y[bring]], days)
    return rows, bring.sum() / len(days)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("weeks", "a_week", "drawn"), [(8, 8, 0.1), (26, 10, 0.0), (26, 10, 0.1), (104, 10, 0.1)]
)
def test_what_is_left_beyond_chance_holds_the_truth(weeks, a_week, drawn):
    """Deals let true pairs follow too: not taken back, 8 of 100 in half a year were told as 5."""
    random = np.random.default_rng(5)
    told = []
    for seed in range(250):
        rows, truth = _drawn_to_their_places(random, weeks, a_week, drawn)
        row = preventable_share(rows, permutations=19, seed=seed).table.iloc[1]
        told.append((truth, *row[["beyond_chance", "beyond_low", "beyond_high"]]))
    truth, left, low, high = np.array(told, dtype=float).T
    assert left.mean() == pytest.approx(truth.mean(), abs=0.006)
    assert ((low <= truth.mean()) & (truth.mean() <= high)).mean() >= 0.93


def test_what_true_pairs_have_by_chance_is_taken_back():
    """Ten pairs, far apart: of all pairs of events the deals let some follow, the true ones do."""
    x = np.repeat(np.arange(10) * 9000.0, 2) + np.tile([0, 40], 10)
    days = np.repeat(np.arange(10) * 30.0, 2) + np.tile([0, 10], 10)
    row = preventable_share(incidents_at(x, x * 0, days), permutations=199, seed=1).table.iloc[1]
    assert row["of_all"] == 0.5
    assert 0.05 < row["by_chance"] < 0.3
    assert row["beyond_chance"] == pytest.approx(0.5, abs=0.03)
