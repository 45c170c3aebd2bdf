"""Backtests: nothing is known early, ties are shared, and losing is said plainly."""

import pickle
from dataclasses import replace
from typing import ClassVar

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from matplotlib.figure import Figure
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.cluster import KMeans

from hotspot._errors import ConfigError, DataError
from hotspot.backtesting import backtest, choose_bandwidth
from hotspot.backtesting.named_models import models_named
from hotspot.backtesting.scoring import (
    bootstrap_weights,
    prediction_accuracy,
    prediction_efficiency,
    ratio_interval,
    top_cells,
    top_sums,
)
from hotspot.density import Bandwidth, kernel_density, select_bandwidth
from hotspot.forecast import (
    Blend,
    NearRepeatRisk,
    ProspectiveMap,
    RetrospectiveDensity,
    SelfExcitingProcess,
)
from hotspot.grid import Grid
from tests import naive
from tests.conftest import incidents_at

GRID = Grid(0, 0, 200, ncols=20, nrows=20, crs="EPSG:27700")
COLUMNS = [
    "model", "area_share", "hit_rate", "low", "high", "pai", "pei",
    "difference", "difference_low", "difference_high",
]  # fmt: skip


@pytest.fixture(scope="module")
def town(make_incidents):
    """Three clusters that last and one that moves on, over a year."""
    random = np.random.default_rng(7)
    centres = np.array([[600, 700], [1500, 2500], [3000, 1200]])
    days = np.sort(random.integers(0, 400, 900))
    points = centres[random.integers(0, 3, 900)] + random.normal(0, 180, (900, 2))
    x, y = np.clip(points, 1, 3999).round(1).T
    return make_incidents(x, y, days, start="2024-01-01")


@pytest.fixture(scope="module")
def result(town):
    return backtest(
        [RetrospectiveDensity(150, None, 120, "gaussian"), NearRepeatRisk()],
        town, GRID, "2024-11-01", "2025-01-02", seed=1,
    )  # fmt: skip


def test_the_table_has_its_columns_and_every_baseline(result):
    assert list(result.table.columns[: len(COLUMNS)]) == COLUMNS
    assert result.table["area_share"].unique().tolist() == [0.01, 0.05]
    assert result.table["model"].unique().tolist() == [
        "RetrospectiveDensity", "NearRepeatRisk", "random", "all-history count", "year's density",
    ]  # fmt: skip
    # 62 days hold eight whole weeks.
    assert result.windows["window"].nunique() == 8
    assert result.windows["window"].max() == pd.Timestamp("2024-12-20")
    inside = result.table[["low", "hit_rate", "high"]].to_numpy()
    assert (np.diff(inside, axis=1) >= 0).all()


def test_searching_at_random_finds_the_share_that_is_searched(result):
    rows = result.table[result.table["model"] == "random"].set_index("area_share")
    assert rows["hit_rate"].to_dict() == pytest.approx({0.01: 4 / 400, 0.05: 20 / 400})
    assert rows["pai"].tolist() == pytest.approx([1, 1])


def test_the_years_density_differs_from_itself_by_nothing(result):
    rows = result.table[result.table["model"] == "year's density"]
    assert (rows[["difference", "difference_low", "difference_high"]] == 0).all(axis=None)


def test_hits_are_those_counted_by_hand(town):
    model = RetrospectiveDensity(200, None, None, "cell")
    found = backtest({"count": model}, town, GRID, "2024-12-01", "2024-12-15", seed=1)
    hits = events = 0
    for start in pd.to_datetime(["2024-12-01", "2024-12-08"]):
        past = town[town["occurred_to"] < start]
        now = town[town["occurred_to"].between(start, start + pd.Timedelta("6D"))]
        counts = np.bincount(GRID.cells_of(past), minlength=400).astype(float)
        seen = np.bincount(GRID.cells_of(now), minlength=400).astype(float)
        hits += top_sums(counts, seen, np.array([20]))[0]
        events += len(now)
    row = found.table[(found.table["model"] == "count") & (found.table["area_share"] == 0.05)]
    assert row["hit_rate"].item() == pytest.approx(hits / events)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=6))
@settings(deadline=None, max_examples=20)
def test_cells_of_equal_risk_count_in_expectation(cells):
    risk, happened = (np.array(values, dtype=float) for values in zip(*cells, strict=True))
    for number in range(1, len(cells) + 1):
        fast = top_sums(risk, happened, np.array([number]))[0]
        assert fast == pytest.approx(naive.found_in_top(list(risk), list(happened), number))


def test_rounding_does_not_break_ties():
    risk = np.array([0.1 + 0.2, 0.3])
    assert top_sums(risk, np.array([1.0, 0.0]), np.array([1])) == [0.5]


def test_published_indices_come_out():
    observed, predicted = np.array([6.0, 3, 0]), np.array([3.0, 2, 1])
    numbers = np.array([1, 2, 3])
    found, best = (top_sums(by, observed, numbers) for by in (predicted, observed))
    pai = [prediction_accuracy(hits / 9, n / 3) for hits, n in zip(found, numbers, strict=True)]
    assert pai == pytest.approx([2, 1.5, 1])
    pei = [prediction_efficiency(hits, top) for hits, top in zip(found, best, strict=True)]
    assert pei == [1, 1, 1]


def test_the_top_share_is_rounded_half_up():
    assert top_cells(8811, (0.01, 0.05)).tolist() == [88, 441]
    assert top_cells(250, (0.01, 0.05, 0.002)).tolist() == [3, 13, 1]
    assert top_cells(10, (0.001,)).tolist() == [1]


class Counts(BaseEstimator):
    """Counts every incident that it is handed, and keeps for all to see what that was."""

    handed: ClassVar[list] = []

    def fit(self, incidents, as_of):
        self.handed.append((incidents["occurred_to"].max(), incidents["recorded_at"].max(), as_of))
        self.cells_ = GRID.cells_of(incidents).to_numpy()
        return self

    def predict(self, grid, days):
        counts = np.bincount(self.cells_[self.cells_ >= 0], minlength=grid.nrows * grid.ncols)
        return grid.surface(counts.reshape(grid.shape).astype(float))


def test_no_model_is_ever_handed_what_came_later(town):
    frame = town.assign(recorded_at=town["occurred_to"] + pd.Timedelta("3D"))
    frame.loc[frame.index[::50], "recorded_at"] = pd.Timestamp("2025-06-01")
    found = backtest(Counts(), frame, GRID, "2024-12-01", "2024-12-15")
    assert {as_of.normalize() for _, _, as_of in Counts.handed} == {
        pd.Timestamp("2024-11-30"), pd.Timestamp("2024-12-07"),
    }  # fmt: skip
    assert all(ended <= as_of and recorded <= as_of for ended, recorded, as_of in Counts.handed)
    rates = found.table.set_index(["model", "area_share"])["hit_rate"]
    assert rates["Counts", 0.05] == pytest.approx(rates["all-history count", 0.05])
    assert found.suspects == ()


class NorthUp(Counts):
    """Hands over the same surface as a raster has it: from the north."""

    def predict(self, grid, days):
        return super().predict(grid, days).sortby("y", ascending=False)


class Below(Counts):
    def predict(self, grid, days):
        return super().predict(grid, days) - 1


class Bare(Counts):
    def predict(self, grid, days):
        return np.zeros(grid.shape)


class Elsewhere(Counts):
    def predict(self, grid, days):
        return replace(GRID, cell_size_m=100).surface(np.zeros(GRID.shape))


def test_a_models_surface_is_read_by_its_coordinates(town):
    frame = town.assign(recorded_at=town["occurred_to"])
    models = {"as the grid": Counts(), "from the north": NorthUp()}
    found = backtest(models, frame, GRID, "2024-12-01", "2024-12-15").table.set_index("model")
    one, other = (found.loc[name, "hit_rate"].tolist() for name in models)
    assert one == other


@pytest.mark.parametrize(
    ("model", "error", "words"),
    [
        (KMeans(3), ConfigError, r"mine cannot be tried: fit\(incidents, as_of\) ended with Value"),
        (Below(), DataError, "mine expects fewer than no incidents in [0-9]+ cells"),
        (Bare(), DataError, "prediction of mine must be an xarray.DataArray"),
        (Elsewhere(), DataError, "other cells than those of the grid"),
    ],
    ids=["of scikit-learn", "below nought", "no surface", "elsewhere"],
)
def test_a_model_that_answers_otherwise_is_told_what_is_asked(town, model, error, words):
    frame = town.assign(recorded_at=town["occurred_to"])
    with pytest.raises(error, match=words):
        backtest({"mine": model}, frame, GRID, "2024-12-01", "2024-12-15")


class Oracle(Counts):
    """Brings the future along."""

    def __init__(self, incidents=None):
        self.incidents = incidents

    def fit(self, incidents, as_of):
        later = self.incidents["occurred_to"] - as_of
        ahead = self.incidents[(later > pd.Timedelta(0)) & (later <= pd.Timedelta("7D"))]
        self.cells_ = GRID.cells_of(ahead).to_numpy()
        return self


def test_a_planted_leak_is_caught(town):
    found = backtest(Oracle(town), town, GRID, "2024-11-01", "2025-01-02")
    assert found.suspects == ("Oracle",)
    assert "must have seen" in found.sentences()[0]
    assert found.best(0.05) != "Oracle"
    assert found.table.loc[found.table["model"] == "Oracle", "rank"].tolist() == [1, 1]


def test_what_was_recorded_late_is_not_known_early(town, make_incidents):
    # Every week a burst in a cell of its own, of which the first report is filed a month later.
    weeks = pd.date_range("2024-10-07", periods=12, freq="7D")
    days = np.repeat((weeks - pd.Timestamp("2024-01-01")).days, 20) + np.tile(np.arange(20) % 7, 12)
    x = np.repeat(np.arange(12) * 200.0 + 900, 20)
    bursts = make_incidents(x, np.full(240, 3900.0), days, start="2024-01-01")
    both = pd.concat([town, bursts.assign(crime_ref=bursts["crime_ref"] + "x")], ignore_index=True)
    late = np.where(np.arange(len(both)) < len(town), 0, 40)
    both["recorded_at"] = both["occurred_to"] + pd.to_timedelta(late, "D")
    prompt = both.assign(recorded_at=both["occurred_to"])
    recent = RetrospectiveDensity(200, 6, None, "cell")
    start, end = "2024-10-11", "2024-12-27"
    told, kept = (
        backtest({"m": recent}, frame, GRID, start, end).table["hit_rate"].iloc[0]
        for frame in (prompt, both)
    )
    assert told > kept + 0.05


def test_within_is_by_centres_and_what_is_outside_is_missed(town):
    west = shapely.box(0, 0, 2000, 4000)
    model = RetrospectiveDensity()
    half = backtest(model, town, GRID, "2024-12-01", "2024-12-29", within=west)
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[:, :10] = True
    same = backtest(model, town, GRID, "2024-12-01", "2024-12-29", within=mask)
    pd.testing.assert_frame_equal(half.table, same.table)
    assert half.cells == 200
    whole = half.curves[(half.curves["model"] == "random") & (half.curves["area_share"] == 1.0)]
    december = town[town["occurred_to"].between("2024-12-01", "2024-12-28")]
    assert whole["hit_rate"].item() == pytest.approx((december.geometry.x < 2000).mean())


def test_threads_and_seed_decide_nothing_but_the_intervals(town):
    def run(**settings):
        return backtest(ProspectiveMap(), town, GRID, "2024-10-01", "2025-01-01", refit_days=14,
                        **settings).table  # fmt: skip

    one = run(threads=1, seed=3)
    pd.testing.assert_frame_equal(one, run(threads=2, seed=3))
    other = run(threads=2, seed=4)
    assert one["hit_rate"].equals(other["hit_rate"])
    assert not one["low"].equals(other["low"])


def test_a_run_that_was_broken_off_goes_on(town, tmp_path, monkeypatch):
    path = tmp_path / "run.jsonl"
    settings = {"start": "2024-10-01", "end": "2024-12-10", "refit_days": 14, "seed": 1}
    whole = backtest(NearRepeatRisk(), town, GRID, checkpoint=path, **settings)
    lines = path.read_text().splitlines()
    # Half of it is left, and the last line was being written when the power went.
    foreign = ["5", "[]", '{"fingerprint": 3}', "\0\0"]
    path.write_text("\n".join([*lines[: len(lines) // 2], *foreign, lines[-1][:50]]))
    again = backtest(NearRepeatRisk(), town, GRID, checkpoint=path, **settings)
    pd.testing.assert_frame_equal(whole.table, again.table)

    def broken(*_):
        raise AssertionError("nothing is left to do")

    monkeypatch.setattr("hotspot.backtesting.rolling_windows._window", broken)
    pd.testing.assert_frame_equal(
        whole.table, backtest(NearRepeatRisk(), town, GRID, checkpoint=path, **settings).table
    )
    # Scores of other data are not taken for these.
    with pytest.raises(AssertionError, match="nothing is left"):
        backtest(NearRepeatRisk(), town.iloc[1:], GRID, checkpoint=path, **settings)


@pytest.mark.parametrize("left", [1, 3, 6])
def test_a_run_goes_on_wherever_in_a_window_it_was_broken_off(town, tmp_path, left):
    path = tmp_path / "run.jsonl"
    days = {"start": "2024-10-01", "end": "2024-10-22"}
    whole = backtest(ProspectiveMap(), town, GRID, checkpoint=path, **days)
    lines = [line for line in path.read_text().splitlines() if line]
    # Four models to a window, and three windows that learn once.
    assert len(lines) == 12
    path.write_text("\n".join(lines[:left]))
    again = backtest(ProspectiveMap(), town, GRID, checkpoint=path, **days)
    pd.testing.assert_frame_equal(whole.table, again.table)


def test_three_sentences_say_what_finds_most_and_what_the_rule_is_worth(result):
    most, margin, rule = result.sentences()
    assert result.summary().splitlines() == [most, margin, rule]
    row = result.table[(result.table["area_share"] == 0.05) & (result.table["rank"] == 1)].iloc[0]
    assert most.lower().startswith(row["model"].lower())
    assert f"{100 * row['hit_rate']:.0f} % of burglaries in 5 % of the area" in most
    assert f"{row['pai']:.1f} times what places picked at random" in margin
    # The rule in place of a map tells nothing of the rule beside it.
    assert rule.startswith("Instead of any map, by itself, the near-repeat rule found ")
    assert rule.endswith("Whether it adds to a map was not tried.")
    assert result.best_layer() == "density"
    assert "expected" in result.trust()
    assert f"best of {result.table['model'].nunique()} on the same 8 weeks" in result.trust()


@pytest.fixture(scope="module")
def added(town):
    """Score the rule by itself, and added to each map of the past."""
    models = models_named(["zones", "added"], cell_size_m=200)
    return backtest(models, town, GRID, "2024-11-01", "2025-01-02")


def test_the_addition_is_scored_against_the_best_map_of_the_past(added):
    assert dict(added.additions) == {
        "all-history count with zones": "all-history count",
        "year's density with zones": "year's density",
    }
    hits = added.windows.pivot_table("hits", ["area_share", "window"], "model")
    events = added.windows.drop_duplicates("window")["events"].sum()
    for share, found in hits.groupby("area_share"):
        best = found[["year's density", "all-history count"]].sum().max()
        rows = added.table[added.table["area_share"] == share].set_index("model")
        wanted = (found.sum() - best) / events
        pd.testing.assert_series_equal(
            rows["from_best"], wanted[rows.index], check_names=False, atol=1e-12
        )


def test_a_share_of_a_county_of_fields_is_told_as_a_share_of_its_towns(result):
    assert result.parameters["cells_with_incidents"] < result.cells == 400
    few = {**result.parameters, "cells_with_incidents": 40}
    # 5 % of 400 cells are 20, half of the 40 that ever had a burglary.
    words = ", as many cells as 50 % of those that ever had a burglary"
    assert words in replace(result, parameters=few).sentences()[0]
    many = {**result.parameters, "cells_with_incidents": 300}
    assert "as many cells" not in replace(result, parameters=many).sentences()[0]


@pytest.mark.parametrize(
    ("at_5", "at_1", "verdict"),
    [
        ((0.01, 0.005, 0.02), (0.0, -0.01, 0.01), "The near-repeat rule helps here: "),
        # What the row of 1 % says is not contradicted by a sentence about 5 %.
        ((-0.01, -0.02, 0.005), (0.01, 0.004, 0.02), "The near-repeat rule helps here: "),
        ((-0.01, -0.02, 0.005), (0.0, -0.01, 0.005), "The rule adds nothing here: "),
        ((-0.01, -0.02, 0.005), (-0.01, -0.4, 0.4), "The rule adds nothing here: "),
        ((-0.01, -0.02, 0.005), (0.01, -0.4, 0.4), "8 weeks with "),
        ((0.01, -0.005, 0.02), (0.0, -0.01, 0.005), "8 weeks with "),
        ((-0.01, -0.4, 0.4), (0.0, -0.01, 0.005), "8 weeks with "),
    ],
)
def test_what_is_said_of_the_rule_holds_at_every_share(added, at_5, at_1, verdict):
    table = added.table.copy()
    for share, values in ((0.05, at_5), (0.01, at_1)):
        rows = table["model"].isin(added.additions) & (table["area_share"] == share)
        table.loc[rows, ["from_best", "from_best_low", "from_best_high"]] = values
    rule = replace(added, table=table).sentences()[2]
    assert rule.startswith(verdict)
    assert f"{abs(100 * at_5[0]):.1f} percentage points" in rule
    assert "in 5 % of the area and " in rule
    assert "in 1 % of the area." in rule
    assert "Instead of any map, by itself, the near-repeat rule found " in rule


def test_the_zones_are_opened_only_where_they_beat_last_years_map(make_incidents):
    random = np.random.default_rng(3)
    # Pairs in places of their own: the second within two days and 50 m of the first.
    x, y = random.uniform(0, 4000, (2, 700))
    days = random.integers(0, 400, 700)
    x = np.concatenate([x, x + random.normal(0, 30, 700)])
    y = np.concatenate([y, y + random.normal(0, 30, 700)])
    followed = make_incidents(
        x, y, np.concatenate([days, days + random.integers(7, 10, 700)]), start="2024-01-01"
    )
    rule = NearRepeatRisk((100, 200), (7, 14))
    found = backtest({"rule": rule}, followed, GRID, "2024-08-01", "2025-01-01")
    assert "Instead of any map, by itself, the near-repeat rule found" in found.sentences()[2]
    assert "more than last year's map" in found.sentences()[2]
    assert found.best_layer() == "density"  # the zones as drawn were not tried
    drawn = replace(found, rules=("rule", "random"), zones=("random",))
    assert "The zones as they are drawn on maps found" in drawn.sentences()[2]
    assert drawn.best_layer() == "density"
    assert replace(found, zones=("rule",)).best_layer() == "zones"
    assert replace(found, zones=("rule",), suspects=("rule",)).best_layer() == "density"
    rows = found.table.set_index(["model", "area_share"])
    assert not rows.loc[("rule", 0.05), "noise"]


def test_noise_is_called_noise(town):
    twin = RetrospectiveDensity(401)
    found = backtest({"twin": twin}, town, GRID, "2024-10-01", "2025-01-01")
    assert found.table.loc[found.table["model"] == "twin", "noise"].all()
    assert "may be noise" in found.sentences()[1] or "no forecast" in found.sentences()[1]


@pytest.mark.parametrize("name", ["start", "end"])
def test_what_is_no_date_is_told_by_its_name(town, name):
    days = {"start": "2024-12-01", "end": "2024-12-15", name: "foo"}
    with pytest.raises(ConfigError, match=f"^{name} must be a date"):
        backtest(NearRepeatRisk(), town, GRID, **days)


def test_fewer_than_eight_windows_bear_no_interval(town):
    few = backtest(NearRepeatRisk(), town, GRID, "2024-12-01", "2025-01-12")
    for name in ("low", "high", "difference_low", "from_best_high"):
        assert few.table[name].isna().all()
    assert few.table["noise"].all()
    assert few.summary().count("fewer than 8 windows bear no interval") >= 2
    assert "interval nan" not in few.summary()
    assert "nan" not in str(few.page().sections[0].tables[0].rows)
    assert isinstance(few.plot(), Figure)


def test_calibration_adds_up(result, town):
    for _, rows in result.calibration.groupby("model"):
        assert rows["observed"].sum() == pytest.approx(
            town["occurred_to"].between("2024-11-01", "2024-12-26").sum()
        )
        assert rows["expected"].sum() == pytest.approx(rows["observed"].sum(), rel=0.2)


def test_search_efficiency_and_recapture_are_those_counted_by_hand(town):
    model = RetrospectiveDensity(200, None, None, "cell")
    found = backtest({"count": model}, town, GRID, "2024-12-01", "2024-12-15", area_shares=(0.05,))
    hits, rate, before = 0.0, [], []
    for start in pd.to_datetime(["2024-12-01", "2024-12-08"]):
        past = town[town["occurred_to"] < start]
        now = town[town["occurred_to"].between(start, start + pd.Timedelta("6D"))]
        year = past[past["occurred_to"] >= start - pd.Timedelta("365D")]
        counts, seen, old = (
            np.bincount(GRID.cells_of(rows), minlength=400).astype(float)
            for rows in (past, now, year)
        )
        hits += top_sums(counts, seen, np.array([20]))[0]
        rate.append((top_sums(counts, seen, np.array([20]))[0], len(now)))
        before.append((top_sums(counts, old, np.array([20]))[0], len(year)))
    row = found.table[found.table["model"] == "count"].iloc[0]
    # Two windows, twenty cells of 0.04 square kilometres.
    assert row["search_efficiency"] == pytest.approx(hits / 2 / (20 * 0.04))
    (a, b), (c, d) = np.sum(rate, axis=0), np.sum(before, axis=0)
    assert row["recapture"] == pytest.approx((a / b) / (c / d))


def test_what_was_reported_on_the_day_itself_is_not_of_the_year_before(town):
    model = RetrospectiveDensity(200, None, None, "cell")
    days = "2024-12-01", "2024-12-08"
    # Ten that had happened before are reported on the first day of the window.
    ten = town.index[town["occurred_to"] < "2024-11-30"][-10:]
    late = town.assign(recorded_at=town["occurred_to"])
    late.loc[ten, "recorded_at"] = pd.Timestamp(days[0])
    later, never = (
        backtest({"count": model}, frame, GRID, *days, area_shares=(0.05,)).table
        for frame in (late, late.drop(index=ten))
    )
    assert later["recapture"].tolist() == never["recapture"].tolist()


def test_accuracy_is_by_the_cells_that_were_searched(town):
    # Five per cent of fifty cells are three.
    mask = np.zeros(GRID.shape, dtype=bool)
    mask[2:7, 1:11] = True
    found = backtest(ProspectiveMap(), town, GRID, "2024-12-01", "2024-12-29", within=mask)
    rows = found.table[found.table["area_share"] == 0.05]
    assert rows["pai"].tolist() == pytest.approx((rows["hit_rate"] / (3 / 50)).tolist())


def test_intervals_and_differences_are_paired_over_windows(result):
    rows = result.windows[result.windows["area_share"] == 0.05]
    wide = rows.pivot(index="window", columns="model", values="hits")
    events = rows.drop_duplicates("window").set_index("window")["events"].loc[wide.index]
    more = (wide["NearRepeatRisk"] - wide["year's density"]).to_numpy()
    random = np.random.default_rng(1)
    drawn = random.integers(0, len(wide), (4000, len(wide)))
    ratio = more[drawn].sum(axis=1) / events.to_numpy()[drawn].sum(axis=1)
    table = result.table.set_index(["model", "area_share"]).loc[("NearRepeatRisk", 0.05)]
    told = table[["difference_low", "difference_high"]].to_numpy(dtype=float)
    # Farther out by what few windows ask for (Hesterberg 2015), and no narrower than a t interval.
    windows = len(wide)
    level = stats.norm.cdf(-stats.t.ppf(0.975, windows - 1) * (windows / (windows - 1)) ** 0.5)
    low, high = np.quantile(ratio, [level, 1 - level])
    left_out = [(more.sum() - more[w]) / (events.sum() - events.iloc[w]) for w in range(windows)]
    spread = np.std(left_out) * (windows - 1) ** 0.5 * stats.t.ppf(0.975, windows - 1)
    middle = more.sum() / events.sum()
    expected = min(low, middle - spread), max(high, middle + spread)
    assert told == pytest.approx(expected, abs=0.02)
    assert table["difference"] == pytest.approx(more.sum() / events.sum())


@pytest.mark.slow
@pytest.mark.parametrize("windows", [8, 12, 26])
@pytest.mark.parametrize("busy", [60, 6])
def test_intervals_over_few_windows_hold_the_truth(windows, busy):
    """Plain percentiles held it in 81 to 89 of 100 at 8 windows."""
    random = np.random.default_rng(windows + busy)

    def weeks(number):
        # Weeks differ in how many burglaries there are and in how easily these are foretold.
        events = random.negative_binomial(8, 8 / (8 + busy), number)
        share = random.beta(56, 744, number)
        hits = random.binomial(events, share).astype(float)
        return events.astype(float), hits, hits - random.binomial(events, 0.9 * share)

    events, hits, more = weeks(400_000)
    truth = hits.sum() / events.sum(), more.sum() / events.sum()
    held = np.zeros(2)
    for trial in range(1000):
        events, hits, more = weeks(windows)
        weights = bootstrap_weights(windows, 1000, trial)
        for kind, top in enumerate((hits, more)):
            low, high = ratio_interval(top, events, weights)
            held[kind] += low <= truth[kind] <= high
    # A thousand trials leave a percent and a half of doubt.
    assert (held >= 0.93 * 1000 - 15).all()
    assert (held <= 0.97 * 1000 + 15).all()


@pytest.mark.parametrize("windows", [1, 7])
def test_few_windows_have_no_interval(windows):
    ones = np.ones(windows)
    assert np.isnan(ratio_interval(ones, ones, np.ones((5, windows)))).all()


def test_the_picture_is_a_figure_and_the_notebook_sees_escaped_text(town, result):
    assert isinstance(result.plot(), Figure)
    shown = backtest({"<b>x</b>": ProspectiveMap()}, town, GRID, "2024-12-01", "2024-12-29")
    assert "<b>x</b>" not in shown._repr_html_()
    result.plot().draw_without_rendering()


def test_every_model_of_ours_goes_through(town):
    models = [
        ProspectiveMap(), NearRepeatRisk(), SelfExcitingProcess(), Blend(windows=4),
        RetrospectiveDensity(), RetrospectiveDensity(800),
    ]  # fmt: skip
    found = backtest(models, town, GRID, "2024-12-01", "2024-12-15")
    assert "RetrospectiveDensity 2" in set(found.table["model"])
    assert np.isfinite(found.table[["hit_rate", "pai", "pei", "difference"]]).all(axis=None)


def test_the_bandwidth_that_foresaw_best_is_chosen(make_incidents):
    random = np.random.default_rng(4)
    centres = random.uniform(0, 8000, (6, 2))
    points = centres[random.integers(0, 6, 800)] + random.normal(0, 250, (800, 2))
    incidents = make_incidents(*points.T, random.integers(0, 365, 800))
    choice = choose_bandwidth(incidents, "2026-01-01", (20, 400, 4000))
    assert choice.bandwidth_m == 400
    assert choice.table["score"].idxmax() == 1
    # It is a bandwidth as what `select_bandwidth` returns is one, with the same face.
    other = select_bandwidth(incidents)
    for one in (choice, other):
        assert isinstance(one, Bandwidth)
        assert one.summary().startswith(f"{float(one):.0f} m: {one.why}")
        assert "bandwidth_m" in one.table
        assert isinstance(one.plot(), Figure)
    assert "<table" in choice._repr_html_()
    surface = kernel_density(incidents, bandwidth_m=choice)
    assert surface.attrs["bandwidth_m"] == 400
    assert surface.attrs["bandwidth_from"] == choice.why
    again = pickle.loads(pickle.dumps(choice))
    assert (again, again.why) == (choice, choice.why)


def test_one_incident_that_nothing_foresaw_does_not_decide_the_bandwidth(make_incidents):
    random = np.random.default_rng(4)
    points = random.normal(0, 60, (400, 2))
    points[-1] = 2500, 0
    # In the week that is foreseen three come where they always came, and one does not.
    days = np.concatenate([random.integers(0, 350, 396), [360, 361, 362, 363]])
    incidents = make_incidents(*points.T, days)
    assert choose_bandwidth(incidents, "2025-12-31", (200, 4000), windows=1) == 200


def test_a_bandwidth_is_chosen_from_some_that_are_wide(town):
    with pytest.raises(ConfigError) as raised:
        choose_bandwidth(town, "2024-12-31", (-1, 0), windows=0, kernel="box")
    assert len(raised.value.problems) == 4
    with pytest.raises(ConfigError, match="at least one"):
        choose_bandwidth(town, "2024-12-31", ())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"seed": -1}, "seed must be a whole number, 0 or more"),
        ({"seed": 1.5}, "seed must be"),
        ({"resamples": 0}, "resamples must be a whole number"),
        ({"resamples": 2.5}, "resamples must be a whole number"),
        ({"refit_days": -7}, "refit_days must be a whole number"),
        ({"horizon_days": 6.5}, "horizon_days must be a whole number"),
        ({"horizon_days": None}, "horizon_days must be a whole number"),
        ({"threads": 0}, "threads must be a whole number"),
        ({"area_shares": (0.01, 1.5)}, "area_shares must be numbers above 0"),
        ({"area_shares": (float("nan"),)}, "area_shares must be numbers above 0"),
        ({"area_shares": ()}, "area_shares must be numbers above 0"),
        ({"area_shares": 0.05}, "area_shares must be numbers above 0"),
        ({"area_shares": "0.05"}, "area_shares must be numbers above 0"),
        ({"checkpoint": 5}, "checkpoint must be the path"),
        ({"checkpoint": "nowhere/at/all/run.jsonl"}, "checkpoint must be a file in a folder"),
        ({"checkpoint": "."}, "checkpoint must be a file in a folder"),
        ({"end": "2024-12-05"}, "No whole window of 7 days"),
        ({"end": "2024-11-05"}, "No whole window of 7 days"),
        ({"start": None}, "start is missing"),
        ({"models": "blend"}, "str must be a model with fit, predict"),
        ({"models": Blend}, "must be a model with fit, predict"),
        ({"models": {"mine": Blend(windows=0)}}, "mine: windows must be a whole number"),
        ({"models": {"random": Blend()}}, "cannot be called 'random'"),
        ({"within": np.ones((2, 2))}, "within must be a mask of the grid's shape"),
        ({"within": "Westgate"}, "within must be an area or a mask, not str"),
        ({"grid": 200}, "grid must be a Grid, not int"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
def test_every_argument_is_checked_before_the_work(town, monkeypatch, fault, words):
    def worked(*_):
        raise AssertionError("the work began")

    monkeypatch.setattr("hotspot.backtesting.protocol.run", worked)
    asked = {"models": ProspectiveMap(), "grid": GRID, "start": "2024-12-01", "end": "2024-12-15"}
    with pytest.raises(AssertionError, match="the work began"):
        backtest(incidents=town, **asked)
    with pytest.raises(ConfigError, match=words) as raised:
        backtest(incidents=town, **{**asked, **fault})
    assert len(raised.value.problems) == 1


def test_wrong_data_are_told_from_wrong_arguments(town):
    days = "2024-12-01", "2024-12-15"
    elsewhere = gpd.GeoSeries([shapely.box(0, 0, 9, 9)], crs="EPSG:26971")
    with pytest.raises(DataError, match="within is not in the CRS"):
        backtest(ProspectiveMap(), town, GRID, *days, within=elsewhere)
    with pytest.raises(DataError, match="The grid is in"):
        backtest(ProspectiveMap(), town, Grid(0, 0, 9, 9, 9, "EPSG:26971"), *days)
    with pytest.raises(DataError, match="incidents are empty"):
        backtest(ProspectiveMap(), town.iloc[:0], GRID, *days)
    with pytest.raises(DataError) as raised:
        backtest(ProspectiveMap(), town.drop(columns="crime_ref"), GRID, *days, seed=-1)
    assert [words[:17] for words in raised.value.problems] == [
        "The incidents lac",
        "seed must be a wh",
    ]


def test_a_seed_is_drawn_and_kept_and_gives_the_intervals_again(town):
    def run(**settings):
        return backtest(ProspectiveMap(), town, GRID, "2024-11-01", "2024-12-27", **settings)

    drawn = run(seed=None)
    again = run(seed=drawn.parameters["seed"])
    pd.testing.assert_frame_equal(drawn.table, again.table)
    assert run(seed=None).parameters["seed"] != drawn.parameters["seed"]
    # Where none is asked for, runs that are compared resample the same windows.
    pd.testing.assert_frame_equal(run().table, run().table)


class Learner(RetrospectiveDensity):
    """Notes on which days it learned anew, and on which it took in what was new."""

    learned: ClassVar[list] = []
    taken: ClassVar[list] = []

    def _learn(self, history):
        self.learned.append(history.last_day)

    def _take(self, history):
        self.taken.append(history.last_day)
        super()._take(history)


@pytest.mark.parametrize(("refit_days", "every"), [(14, 2), (20, 2), (3, 1), (700, 9)])
def test_models_learn_anew_after_whole_windows_of_the_days_asked_for(town, refit_days, every):
    Learner.learned.clear(), Learner.taken.clear()
    backtest(Learner(), town, GRID, "2024-10-01", "2024-12-03", refit_days=refit_days, threads=1)
    before = np.datetime64("2024-09-30").astype("datetime64[D]").astype(int)
    windows = before + 7 * np.arange(9)
    assert Learner.taken == windows.tolist()
    assert Learner.learned == windows[::every].tolist()


def test_a_window_counts_what_happened_in_it_whenever_it_was_reported(town):
    late = town.assign(recorded_at=town["occurred_to"] + pd.Timedelta("400D"))
    late.loc[late["occurred_to"] < "2024-11-01", "recorded_at"] = pd.NaT
    prompt, reported = (
        backtest(Counts() if "recorded_at" in frame else ProspectiveMap(), frame, GRID,
                 "2024-12-01", "2024-12-15").windows
        for frame in (town, late)
    )  # fmt: skip
    days = ["window", "events"]
    assert prompt[days].drop_duplicates().equals(reported[days].drop_duplicates())


def test_an_incident_is_of_the_window_that_holds_its_middle(make_incidents, town):
    # From a day of the first window to one after the last: the middle is in the second.
    across = make_incidents([100], [100], [340], start="2024-01-01")
    across["occurred_to"] += pd.Timedelta("14D")
    both = pd.concat([town, across.assign(crime_ref="across")], ignore_index=True)
    with_it, without = (
        backtest(ProspectiveMap(), frame, GRID, "2024-12-01", "2024-12-15")
        .windows.drop_duplicates("window")["events"]
        .to_numpy()
        for frame in (both, town)
    )
    assert (with_it - without).tolist() == [0, 1]


def test_faults_are_named_together(town):
    with pytest.raises(ConfigError) as raised:
        backtest(ProspectiveMap(), town, GRID, "foo", "2024-12-15", -1, (0, 2), seed=-1)
    assert len(raised.value.problems) == 4
    with pytest.raises(DataError, match="before the first window"):
        backtest(ProspectiveMap(), town, GRID, "2023-12-01", "2024-12-05")
    with pytest.raises(DataError, match="nothing to score"):
        backtest(ProspectiveMap(), town, GRID, "2026-12-01", "2026-12-15")
    away = gpd.GeoSeries([shapely.Point(-9, -9).buffer(1)], crs="EPSG:27700")
    with pytest.raises(ConfigError, match="No cell"):
        backtest(ProspectiveMap(), town, GRID, "2024-12-01", "2024-12-15", within=away)


def test_the_function_answers_to_its_name_whatever_was_imported_first():
    import hotspot
    import hotspot.backtesting.protocol

    assert hotspot.backtest is hotspot.backtesting.protocol.backtest
    grid = hotspot.Grid(0, 0, 100, 2, 2, "EPSG:27700")
    incidents = incidents_at([5], [5], [0])
    with pytest.raises(hotspot.ConfigError, match="horizon_days"):
        hotspot.backtest([], incidents, grid, "2025-01-02", "2025-02-01", horizon_days=-1)
