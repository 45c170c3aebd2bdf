"""Forecasts: expected counts, published weights, and what a self-exciting process recovers."""

import math
import pickle
from dataclasses import replace
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from hotspot._errors import ConfigError, DataError
from hotspot._kernels.forecast import (
    EXPONENTIAL,
    GAUSSIAN,
    QUARTIC,
    gaussian_in_cells,
    sums_at,
    table_sums_at,
)
from hotspot._kernels.hawkes import Windows, links, persistent_density, raised, shared
from hotspot.demo import Process
from hotspot.demo.simulation import simulate
from hotspot.forecast import (
    Blend,
    LiveZones,
    NearRepeatRisk,
    ProspectiveMap,
    RetrospectiveDensity,
    SeasonalLevel,
    SelfExcitingProcess,
)
from hotspot.forecast.blend import mixture_weights
from hotspot.forecast.expectation import Likelihood, Parameters
from hotspot.forecast.history import History
from hotspot.forecast.level import reported_shares
from hotspot.forecast.trigger_evidence import UNTOLD_NAMES, at_bounds, supported
from hotspot.forecast.triggers import Trigger
from hotspot.grid import Grid
from hotspot.rule import RULE
from hotspot.series import LinkageModel
from tests import naive

GRID = Grid(-1000, -1000, 200, ncols=25, nrows=25, crs="EPSG:27700")
MODELS = (
    RetrospectiveDensity(),
    RetrospectiveDensity(200, None, 80, "gaussian"),
    RetrospectiveDensity(200, None, 240, "cell"),
    ProspectiveMap(),
    NearRepeatRisk(),
    LiveZones(),
    SelfExcitingProcess(),
    Blend(windows=4),
)


def names(model: object) -> str:
    return f"{type(model).__name__}-{getattr(model, 'kernel', '')}"


@pytest.fixture(scope="module")
def town(make_incidents):
    """Make a year of incidents in three clusters, some followed by another nearby."""
    random = np.random.default_rng(5)
    centres = np.array([[500, 500], [1500, 2500], [3000, 1200]])
    points = centres[random.integers(0, 3, 500)] + random.normal(0, 150, (500, 2))
    days = random.integers(0, 400, 500)
    follows = random.random(500) < 0.4
    near = points[follows] + random.normal(0, 40, (follows.sum(), 2))
    later = days[follows] + random.integers(1, 12, follows.sum())
    x, y = np.concatenate([points, near]).round(1).T
    made = make_incidents(x, y, np.concatenate([days, later]), start="2024-01-01")
    return made.sample(frac=1, random_state=1)


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_a_forecast_is_of_expected_counts(model, town):
    fitted = clone(model).fit(town, "2024-12-31")
    surface = fitted.predict(GRID, days=7)
    due = fitted.level_.expected(7).sum()
    assert surface.dims == ("y", "x")
    assert surface.attrs["as_of"].startswith("2024-12-31")
    assert np.isfinite(surface).all()
    assert (surface >= 0).all()
    assert float(surface.sum()) == pytest.approx(due, rel=0.15)
    assert float(fitted.predict(GRID, days=14).sum()) > 1.5 * float(surface.sum())


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_points_and_cells_tell_the_same_risk(model, town):
    fitted = clone(model).fit(town, "2024-12-31")
    fine = Grid(400, 400, 10, 20, 20, "EPSG:27700")
    x, y = np.meshgrid(fine.x, fine.y)
    points = gpd.GeoSeries(gpd.points_from_xy(x.ravel(), y.ravel()), crs="EPSG:27700")
    points.index = [f"door {i}" for i in range(len(points))]
    risk = fitted.predict_points(points, days=7)
    assert risk.index.equals(points.index)
    in_cells = fitted.predict(fine, days=7)
    assert risk.sum() * fine.cell_area_km2 == pytest.approx(float(in_cells.sum()), rel=0.02)


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_a_score_is_the_log_likelihood_of_what_came_after(model, town):
    fitted = clone(model).fit(town, "2024-12-31")
    middle = town["occurred_from"] + (town["occurred_to"] - town["occurred_from"]) / 2
    came = town[(middle >= "2025-01-01") & (middle < "2025-01-29")]
    assert len(came) > 10
    risks = fitted.predict_points(came, days=28)
    slowly = sum(math.log(risk) if risk > 0 else -math.inf for risk in risks)
    slowly -= sum(fitted.level_.expected(28))
    assert fitted.score(town, days=28) == pytest.approx(slowly, rel=1e-12)
    assert fitted.score(town.iloc[::-1], days=28) == fitted.score(came, days=28)


def test_a_score_is_higher_of_what_knows_more(town):
    blurred, sharp = (
        RetrospectiveDensity(metres).fit(town, "2024-12-31").score(town, days=28)
        for metres in (3000, 150)
    )
    assert sharp > blurred + 10
    fitted = RetrospectiveDensity().fit(town, "2024-12-31")
    with pytest.raises(DataError, match="to_crs"):
        fitted.score(town.to_crs(4326))
    with pytest.raises(ConfigError, match="days"):
        fitted.score(town, days=0)


@pytest.mark.parametrize("model", [*MODELS, LinkageModel()], ids=names)
def test_a_model_that_is_not_fitted_says_so_as_scikit_learns_do(model, town):
    asked = getattr(model, "score_pairs", None) or model.score
    with pytest.raises(NotFittedError, match="is not fitted yet: call fit first") as told:
        asked(town)
    assert isinstance(told.value, ConfigError)
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_what_was_not_known_changes_nothing(model, town):
    late = pd.Series(pd.NaT, index=town.index, dtype="datetime64[ns]")
    late.iloc[:40] = pd.Timestamp("2025-06-01")
    recorded = town.assign(recorded_at=late)
    known = town[(town["occurred_to"] < "2025-01-01") & late.isna()]
    some, all_of_it = (
        clone(model).fit(frame, "2024-12-31").predict(GRID, 7) for frame in (known, recorded)
    )
    assert np.array_equal(some, all_of_it)


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_a_model_is_cloned_and_says_the_same_of_rows_in_any_order(model, town):
    before = model.get_params()
    twin = clone(model)
    first = clone(model).fit(town, "2024-12-31")
    second = twin.fit(town.sample(frac=1, random_state=9), "2024-12-31")
    np.testing.assert_allclose(first.predict(GRID), second.predict(GRID), rtol=1e-6, atol=1e-12)
    assert {k: repr(v) for k, v in model.get_params().items()} == {
        k: repr(v) for k, v in before.items()
    }
    assert not hasattr(model, "history_")


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_update_takes_in_what_came_and_keeps_what_was_learned(model, town):
    fitted = clone(model).fit(town, "2024-10-31")
    learned = repr(getattr(fitted, "triggers_", None)), repr(getattr(fitted, "weights_", None))
    before = fitted.predict(GRID)
    after = fitted.update(town, "2024-12-31").predict(GRID)
    assert not np.allclose(before, after)
    assert after.attrs["as_of"].startswith("2024-12-31")
    kept = repr(getattr(fitted, "triggers_", None)), repr(getattr(fitted, "weights_", None))
    assert kept == learned


def test_kernels_match_their_slow_twins_on_any_number_of_threads():
    random = np.random.default_rng(2)
    x, y = random.uniform(0, 3000, (2, 700))
    weight = random.uniform(0, 2, 700)
    cells = gaussian_in_cells(x, y, weight, (100.0, 200.0), 250.0, (11, 9), 90.0, threads=1)
    slow = np.array(
        [
            [
                sum(
                    w * naive.gaussian_share((a, b), 100 + 250 * col, 200 + 250 * row, 250, 90)
                    for a, b, w in zip(x, y, weight, strict=True)
                )
                for col in range(9)
            ]
            for row in range(11)
        ]
    )
    # What lies beyond 4.5 standard deviations is left out.
    np.testing.assert_allclose(cells, slow, rtol=1e-4, atol=1e-4)
    two = gaussian_in_cells(x, y, weight, (100.0, 200.0), 250.0, (11, 9), 90.0, threads=2)
    assert np.array_equal(cells, two)
    for code, scale in ((QUARTIC, 400.0), (GAUSSIAN, 60.0), (EXPONENTIAL, 30.0)):
        one, two = (sums_at(x, y, x, y, weight, code, scale, threads) for threads in (1, 2))
        assert np.array_equal(one, two)
        apart = np.hypot(x[:, None] - x[:5], y[:, None] - y[:5])
        density = {
            QUARTIC: 3 / (np.pi * scale**2) * np.maximum(1 - (apart / scale) ** 2, 0) ** 2,
            GAUSSIAN: np.exp(-0.5 * (apart / scale) ** 2) / (2 * np.pi * scale**2),
            EXPONENTIAL: np.exp(-apart / scale) / (2 * np.pi * scale**2),
        }[code]
        np.testing.assert_allclose(one[:5], weight @ density, rtol=1e-3)


def test_promap_gives_the_published_weights(make_incidents):
    random = np.random.default_rng(3)
    x, y = random.integers(0, 900, (2, 120)).astype(float)
    age = random.integers(0, 70, 120)
    incidents = make_incidents(x, y, 100 - age, start="2025-01-01")
    model = ProspectiveMap().fit(incidents, "2025-04-11")
    grid = Grid(0, 0, 50, ncols=18, nrows=18, crs="EPSG:27700")
    events = list(zip(x, y, age.tolist(), strict=True))
    slow = [[naive.promap_weight((a, b), events, 400, 56) for a in grid.x] for b in grid.y]
    np.testing.assert_allclose(model.weights(grid), slow, rtol=1e-12)


def test_an_unknown_time_widens_risk_in_time(make_incidents):
    known = make_incidents([0, 1000], [0, 0], [0, 60])
    window = known.copy()
    window.loc[0, "occurred_to"] = window.loc[1, "occurred_to"]
    model = RetrospectiveDensity(200, None, 20, "cell")
    grid = Grid(-100, -100, 200, ncols=7, nrows=1, crs="EPSG:27700")
    as_of = "2025-03-02"
    shares = [model.fit(frame, as_of).predict(grid).to_numpy()[0] for frame in (known, window)]
    old, wide = (share[0] / share.sum() for share in shares)
    # Spread over 60 days it counts the mean of exp(-age / 20) over them, not that of one day.
    mean = np.exp(-np.arange(1, 61) / 20).mean()
    assert old == pytest.approx(np.exp(-3) / (np.exp(-3) + 1))
    assert wide == pytest.approx(mean / (mean + 1), rel=1e-3)


def test_the_level_knows_trend_season_and_week():
    days = np.arange(20_000, 20_000 + 1461)
    season = 0.3 * np.cos(2 * np.pi * days / 365.25)
    week = np.where((days + 3) % 7 == 4, 0.3, 0.0)
    mean = 20 * np.exp(-0.2 * (days - days[-1]) / 365.25 + season + week)
    counts = np.random.default_rng(4).poisson(mean).astype(float)
    level = SeasonalLevel.of(counts, int(days[0]))
    assert np.log1p(level.trend_per_year) == pytest.approx(-0.2, abs=0.02)
    assert level.season_amplitude == pytest.approx(0.3, abs=0.03)
    ahead = level.expected(28)
    assert ahead.argmax() % 7 == (4 - (days[-1] + 1 + 3)) % 7
    true = 20 * np.exp(0.3 * np.cos(2 * np.pi * (days[-1] + np.arange(1, 29)) / 365.25))
    assert ahead.sum() == pytest.approx((true * np.exp(0.3 / 7)).sum(), rel=0.06)


def test_the_level_allows_for_what_is_not_reported_yet(make_incidents):
    random = np.random.default_rng(4)
    happened = random.uniform(0, 800, 2400)
    x, y = random.uniform(0, 1000, (2, 2400))
    incidents = make_incidents(x, y, happened)
    # Three a day, and half of them are recorded more than a week later.
    late = pd.to_timedelta(random.exponential(12, 2400), unit="D")
    recorded = incidents.assign(recorded_at=incidents["occurred_to"] + late)
    history = History.known(recorded, "2026-12-31")
    known = SeasonalLevel.of(history.daily(), history.first_day)
    assert known.expected(28).sum() < 0.9 * 84
    assert history.level.expected(28).sum() == pytest.approx(84, rel=0.15)
    prompt = History.known(incidents, "2026-12-31")
    assert (prompt.level.reported == 1).all()


def test_shares_reported_match_their_slow_twin():
    random = np.random.default_rng(9)
    delay, age = random.integers(0, 30, 400), random.integers(0, 60, 400)
    known = delay <= age
    weight = random.uniform(0.1, 1, known.sum())
    fast = reported_shares(delay[known], age[known], weight)
    events = list(zip(delay[known].tolist(), age[known].tolist(), weight.tolist(), strict=True))
    assert fast[:40] == pytest.approx([naive.reported_share(events, days) for days in range(40)])


def test_an_earlier_history_is_the_one_that_was_known(town):
    late = pd.Series(pd.NaT, index=town.index, dtype="datetime64[ns]")
    late.iloc[:40] = pd.Timestamp("2025-01-10 09:00")
    frame = town.assign(recorded_at=late)
    whole = History.known(frame, "2025-02-01")
    for day in ("2024-06-30", "2025-01-09", "2025-01-10"):
        first = History.known(frame, day)
        again = whole.earlier(first.last_day)
        for name in ("x", "y", "last_day", "offset", "day", "share", "as_of"):
            assert np.array_equal(getattr(first, name), getattr(again, name)), name
        assert first.incidents.index.equals(again.incidents.index)
    with pytest.raises(DataError, match="nothing to learn"):
        whole.earlier(0)


def test_live_zones_count_as_they_are_drawn(make_incidents):
    incidents = make_incidents([0, 300, 5000, 0], [0] * 4, [0, 10, 41, 42], start="2025-01-01")
    model = LiveZones(distance_m=400, window_days=42).fit(incidents, "2025-02-12")
    points = gpd.GeoSeries(gpd.points_from_xy([0, -150, 400.1, 5000], [0] * 4), crs="EPSG:27700")
    risk = model.predict_points(points)
    # The first is of age 42 and has no zone tomorrow; that of the 300th metre reaches 0.
    assert (risk / risk.iloc[3]).tolist() == [2.0, 1.0, 1.0, 1.0]
    quiet = LiveZones(distance_m=400, window_days=42).fit(incidents, "2025-12-31")
    assert (quiet.predict_points(points) == 0).all()


def test_the_likelihood_matches_its_slow_twin(make_incidents):
    random = np.random.default_rng(6)
    x, y = random.uniform(0, 800, (2, 90)).round(1)
    days = random.integers(0, 80, 90)
    history = History.known(make_incidents(x, y, days), "2025-04-01")
    triggers = (
        Trigger(0.2, 12.0, 15.0, "gaussian", 60.0, 40),
        Trigger(0.3, 5.0, 70.0, "exponential", 300.0, 20),
    )
    rates = np.array([0.4, 0.5, 0.1])
    density = random.uniform(1e-7, 1e-6, (90, 3))
    season = random.uniform(0.8, 1.2, 90)
    fast = Likelihood.of(history, season, density, triggers).value(Parameters(rates, triggers))
    events = list(zip(history.x, history.y, (history.day).tolist(), strict=True))
    total = rates.sum() * (history.last_day - history.first_day + 1)
    slow = naive.self_exciting_log_likelihood(
        events, history.last_day, list(season * (density @ rates)), total, list(triggers)
    )
    assert fast == pytest.approx(slow, rel=1e-6)


def test_links_say_the_same_on_any_number_of_threads(make_incidents):
    random = np.random.default_rng(12)
    x, y = random.uniform(0, 4000, (2, 5000)).round(1)
    history = History.known(make_incidents(x, y, random.integers(0, 300, 5000)), "2026-01-01")
    windows = Windows(history.offset, history.day, history.share)
    held = links(history.x, history.y, windows, 300.0, 30)
    trigger = Trigger(0.3, 5.0, 70.0, "exponential", 300.0, 30)
    tables = trigger.by_lag(), trigger.by_away()
    one, two = (raised(held, *tables, threads=threads) for threads in (1, 2))
    assert np.array_equal(one, two)
    per = random.uniform(0, 1, 5000)
    for a, b in zip(*(shared(held, *tables, per, threads=n) for n in (1, 2)), strict=True):
        assert np.array_equal(a, b)
    smooth = (
        persistent_density(history.x, history.y, history.day, per, 90.0, 3, threads=n)
        for n in (1, 2)
    )
    assert np.array_equal(*smooth)


def test_the_background_leaves_out_the_event_and_its_day(make_incidents):
    history = History.known(make_incidents([0, 0, 0, 40], [0] * 4, [0, 0, 9, 9]), "2025-03-01")
    weight = np.array([1.0, 2.0, 3.0, 4.0])
    found = persistent_density(history.x, history.y, history.day, weight, 50.0, 0)
    peak = 1 / (2 * np.pi * 50**2)
    near = np.exp(-0.5 * (40 / 50) ** 2)
    assert found[0] == pytest.approx(peak * (3 + 4 * near) / 7)
    assert found[3] == pytest.approx(peak * (1 + 2) * near / 3)


def test_a_window_links_by_the_probability_of_each_lag(make_incidents):
    incidents = make_incidents([0, 30], [0, 0], [0, 5])
    incidents.loc[1, "occurred_to"] += pd.Timedelta(days=2)
    history = History.known(incidents, "2025-03-01")
    trigger = Trigger(1.0, 5.0, 50.0, "exponential", 300.0, 20)
    alone = Likelihood.of(history, np.ones(2), np.zeros((2, 1)), (trigger,))
    _, risen = alone.parts(Parameters(np.zeros(1), (trigger,)))
    mean = (naive.lag_chance(trigger, 5) + naive.lag_chance(trigger, 6)) / 2
    assert risen[0] == pytest.approx([0.0, mean * naive.density(trigger, 30.0)], rel=1e-5)


@pytest.fixture(scope="module")
def sample(make_incidents):
    """Simulate the sample's process on a plane full of homes, as the model takes a town to be."""
    process = Process(background_per_1000=25.0)
    places = np.random.default_rng(7).uniform(0, 3000, (9000, 2)).round(1)
    homes = pd.DataFrame(places, columns=["easting", "northing"])
    homes["street"] = (homes // 250).astype(str).agg(" ".join, axis=1)
    homes = homes.assign(kind="terrace", beat="Westgate", classification="RD04")
    offences = simulate(np.random.RandomState(7), homes, process)
    home = [offence.home for offence in offences]
    days = [(offence.time - process.first_day) / pd.Timedelta(days=1) for offence in offences]
    points = homes[["easting", "northing"]].to_numpy()[home].T
    incidents = make_incidents(*points, days, start="2021-03-02")
    return incidents, process, SelfExcitingProcess().fit(incidents, process.last_day), offences


@pytest.mark.slow
def test_the_true_parameters_of_the_process_are_recovered(sample):
    _, true, model, offences = sample
    found = model.estimates()
    for name, value in (
        ("repeat, offspring", true.repeat_offspring),
        ("repeat, mean_days", true.repeat_mean_days),
        ("near repeat, offspring", true.near_offspring),
        ("near repeat, mean_days", true.near_mean_days),
        ("near repeat, scale_m", true.near_scale_m),
    ):
        # The background is drawn from the same events, and takes some of what was triggered: the
        # order of the numbers is recovered, and no interval is promised.
        assert value / 2 <= found.loc[name, "estimate"] <= 2 * value, name
    assert not {"low", "high"} & set(found.columns)
    share = sum(offence.parent is not None for offence in offences) / len(offences)
    assert model.triggered_share_ == pytest.approx(share, abs=0.1)
    assert model.level_.trend_per_year == pytest.approx(np.expm1(true.trend_per_year), abs=0.12)
    assert model.level_.season_amplitude == pytest.approx(true.season_amplitude, abs=0.12)


@pytest.mark.slow
def test_residuals_of_a_process_that_fits_are_standard(sample):
    incidents, _, model, _ = sample
    weeks = model.residuals()
    assert weeks["observed"].sum() == pytest.approx(len(model.history_), rel=0.02)
    assert abs(weeks["z"].mean()) < 0.15
    assert 0.8 < weeks["z"].std() < 1.25
    grid = Grid.over(incidents, 500, margin_m=1500)
    surface = model.residual_surface(grid)
    assert float(surface.sum()) == pytest.approx(0, abs=0.02 * len(incidents))
    assert model.converged_


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_triggering_is_found_where_there_is_none(make_incidents, sample, seed):
    incidents, *_ = sample
    random = np.random.default_rng(seed)
    # The same places, clustered as they are, on days of their own.
    x, y = incidents.geometry.x.to_numpy(), incidents.geometry.y.to_numpy()
    shuffled = make_incidents(x, y, random.integers(0, 1000, len(x)))
    assert SelfExcitingProcess().fit(shuffled, "2027-09-28").branching_ratio_ == 0.0
    x, y = random.uniform(0, 4000, (2, 800)).round(1)
    even = make_incidents(x, y, random.integers(0, 700, 800))
    assert SelfExcitingProcess().fit(even, "2026-12-02").branching_ratio_ == 0.0


def test_the_process_does_not_collapse_onto_one_address(make_incidents):
    random = np.random.default_rng(8)
    x, y = random.uniform(0, 3000, (2, 600)).round(0)
    # One address reported forty times, as a police station or a hostel is.
    x[:40], y[:40] = 1500.0, 1500.0
    incidents = make_incidents(x, y, random.integers(0, 500, 600))
    model = SelfExcitingProcess().fit(incidents, "2026-05-15")
    repeat, near = model.triggers_
    assert min(repeat.scale_m, near.scale_m) > 5
    surface = model.predict(Grid(0, 0, 250, ncols=12, nrows=12, crs="EPSG:27700"))
    assert float(surface.max() / surface.sum()) < 0.15


@pytest.mark.parametrize(
    ("scale_m", "mean_days", "said", "told_apart"),
    [
        (80.0, 15.0, [], True),
        # As in New York, whose points are those of blocks: a near repeat as narrow as a place.
        (43.44, 15.0, ["scale_m: 43.44 is the least tried", "next one is 43 m"], False),
        # As in Washington: what is called near falls nowhere within reach.
        (999.94, 15.0, ["scale_m: 999.9 is the most tried"], True),
        (80.0, 240.0, ["mean_days: 240 is the most tried"], True),
        (80.0, 1.2, ["mean_days: 1.2 is the least tried"], True),
    ],
)
def test_a_parameter_at_its_bound_is_named(scale_m, mean_days, said, told_apart):
    triggers = (
        Trigger(0.0, 60.0, 43.44, "gaussian", 174.0, 365),
        Trigger(0.16, mean_days, scale_m, "exponential", 1000.0, 120),
    )
    fitted = SimpleNamespace(
        parameters=Parameters(np.ones(3), triggers), scales_m=np.array([43.44, 200.0])
    )
    found, apart = at_bounds(fitted)
    assert apart == told_apart
    assert len(found) == len(said)
    for sentence, words in zip(found, said, strict=True):
        assert words in sentence


def test_triggers_that_the_places_cannot_tell_apart_are_not_named_after_repeats(town, monkeypatch):
    monkeypatch.setattr("hotspot.forecast.self_exciting.at_bounds", lambda _: (("so",), False))
    model = SelfExcitingProcess().fit(town, "2024-12-31")
    assert model.names_ == UNTOLD_NAMES
    assert not any("repeat" in name for name in model.estimates().index)


def test_a_process_that_stopped_below_its_own_nested_fit_starts_again(town):
    fitted = SelfExcitingProcess()._climbed(History.known(town, "2024-12-31"))
    # A trigger that was left with far too much of everything.
    bad = replace(
        fitted.parameters,
        triggers=tuple(replace(one, offspring=0.9) for one in fitted.parameters.triggers),
    )
    stuck = replace(fitted, parameters=bad, log_likelihood=fitted.likelihood.value(bad))
    mended, gains = supported(stuck)
    assert min(gains) >= 0
    assert mended.log_likelihood >= fitted.log_likelihood - 10


def test_a_blend_learns_from_past_windows_which_member_to_trust(town):
    members = {
        "good": RetrospectiveDensity(150, None, None, "gaussian"),
        "blurred": RetrospectiveDensity(3000, None, None, "gaussian"),
    }
    model = Blend(members, windows=8).fit(town, "2024-12-31")
    assert model.weights_.sum() == pytest.approx(1)
    assert model.weights_["good"] > 0.8
    assert list(model.weights_.index) == list(members)


def test_a_blend_is_tried_on_the_second_half_from_what_was_known_in_time(make_incidents):
    # One a day for forty days, each at a place of its own.
    incidents = make_incidents(np.arange(40) * 300.0, [0] * 40, np.arange(40))
    model = Blend({"near": RetrospectiveDensity(300.0, None, None, "gaussian")})
    history = History.known(incidents, "2025-02-09")
    # Two whole weeks fit into the second half, and hold what happened after their origins.
    assert model._origins(history) == [history.last_day - 14, history.last_day - 7]
    _, counts, _ = model.past_windows(history)
    assert counts.tolist() == [1.0] * 14
    # Of the first week nothing was known in time.
    late = incidents.assign(recorded_at=incidents["occurred_to"].clip(lower="2025-01-28"))
    _, counts, _ = model.past_windows(History.known(late, "2025-02-09"))
    assert counts.sum() == 7


def test_a_band_counts_as_far_as_it_stands_out_of_its_error(town):
    model = NearRepeatRisk().fit(town, "2024-12-31")
    rows = model.ratios_[model.ratios_["time_band"] != model.ratios_["time_band"].iloc[0]]
    surplus = (rows["observed"] - rows["expected"]).to_numpy(dtype=float)
    z = rows["z"].to_numpy(dtype=float)
    slow = np.maximum(surplus, 0) * np.clip(1 - 1 / z**2, 0, 1)
    assert model.added_ == pytest.approx(slow.sum() / len(model.history_))
    assert 0 < model.added_ < 0.98 * np.maximum(surplus, 0).sum() / len(model.history_)


@pytest.mark.parametrize("kernel", ["cell", "gaussian", "quartic"])
@pytest.mark.parametrize("decay_days", [None, 30.0])
@pytest.mark.parametrize("side_m", [40, 200])
def test_what_is_carried_to_later_windows_is_what_each_sums_anew(
    make_incidents, kernel, decay_days, side_m
):
    random = np.random.default_rng(5)
    x, y = random.uniform(0, 2000, (2, 200)).round()
    incidents = make_incidents(x, y, random.integers(0, 200, 200))
    # Reported late: what becomes known in a week is not all of that week.
    delay = pd.to_timedelta(random.integers(0, 40, 200), "D")
    incidents["recorded_at"] = incidents["occurred_to"] + delay
    history = History.known(incidents, "2025-12-31")
    grid = Grid(0, 0, side_m, 2000 // side_m, 2000 // side_m, incidents.crs)
    model = RetrospectiveDensity(200.0, None, decay_days, kernel)
    through = model._through(grid, 7)
    # Of the last week nothing is new.
    for day in [history.first_day + ago for ago in (30, 37, 44, 80, 300, 307)]:
        carried = through(history.earlier(day))
        model._take(history.earlier(day))
        anew = model._in_cells(grid, 7)
        np.testing.assert_allclose(
            carried / carried.sum(), anew / anew.sum(), rtol=1e-12, atol=1e-15
        )


def test_weights_of_a_mixture_are_the_most_likely():
    random = np.random.default_rng(1)
    shares = random.uniform(0, 1, (2, 60))
    counts = random.poisson(3, 60).astype(float)
    best = mixture_weights(shares, counts)
    tried = np.linspace(0, 1, 2001)
    mixed = tried[:, None] * shares[0] + (1 - tried[:, None]) * shares[1]
    likelihood = (np.log(mixed) * counts).sum(axis=1)
    assert best[0] == pytest.approx(tried[likelihood.argmax()], abs=2e-3)


def test_the_rule_is_flat_where_nothing_is_raised(make_incidents):
    random = np.random.default_rng(11)
    x, y = random.uniform(0, 3000, (2, 400))
    incidents = make_incidents(x, y, random.integers(0, 600, 400))
    one_band = NearRepeatRisk((400,), (42,)).fit(incidents, "2026-08-20")
    assert one_band.added_ < 0.05
    x[200:] = x[:200] + 20
    y[200:] = y[:200]
    days = random.integers(0, 600, 200)
    repeated = make_incidents(x, y, np.concatenate([days, days + 3]))
    raised = NearRepeatRisk().fit(repeated, "2026-09-01")
    assert raised.added_ == pytest.approx(0.5, abs=0.1)
    assert raised.raised_[0, 0] == raised.raised_.max()


def test_a_trend_is_not_carried_forward():
    # Five years of a fall by half a year, and no season: the coming year is at the last height.
    days = np.arange(20_000, 20_000 + 1826)
    counts = np.round(64 * 0.5 ** ((days - days[0]) / 365.25))
    level = SeasonalLevel.of(counts, int(days[0]))
    assert level.trend_per_year == pytest.approx(-0.5, abs=0.03)
    soon, later = (level.expected(364)[week : week + 28].sum() for week in (0, 336))
    assert later == pytest.approx(soon, rel=0.05)
    assert soon / 28 == pytest.approx(counts[-60:].mean(), rel=0.08)


def test_the_coming_days_of_the_week_are_those_of_the_calendar():
    # Ten on each Friday, one on other days; the last day learned from is a Tuesday.
    days = np.arange(19_723, 20_089)
    assert pd.Timestamp(days[-1], unit="D").day_name() == "Tuesday"
    friday = pd.to_datetime(days, unit="D").day_name() == "Friday"
    ahead = SeasonalLevel.of(np.where(friday, 10.0, 1.0), int(days[0])).expected(14)
    assert np.flatnonzero(ahead > 5).tolist() == [2, 9]


def test_a_season_takes_a_year_and_a_half_to_be_told_from_a_trend():
    def level(length):
        days = np.arange(20_000, 20_000 + length)
        return SeasonalLevel.of(20 + 10 * np.cos(2 * np.pi * days / 365.25), 20_000)

    assert level(547).season_amplitude == 0
    assert level(548).season_amplitude > 0.1


def test_a_lookback_ends_on_its_day_and_an_empty_one_falls_back_on_what_is_older(make_incidents):
    incidents = make_incidents([0, 1000, 2000], [0] * 3, [0, 1, 10], start="2025-01-01")
    grid = Grid(-100, -100, 200, ncols=12, nrows=1, crs="EPSG:27700")

    def shares(lookback_days, as_of):
        model = RetrospectiveDensity(200, lookback_days, None, "cell").fit(incidents, as_of)
        share = model.predict(grid).to_numpy()[0, [0, 5, 10]]
        return (share / share.sum()).round(3).tolist()

    # On the eleventh the first is ten days old, the second nine.
    assert shares(10, "2025-01-11") == [0.0, 0.5, 0.5]
    assert shares(11, "2025-01-11") == [0.333] * 3
    assert shares(5, "2025-06-30") == [0.333] * 3


def test_defaults_are_those_of_the_rule():
    assert (LiveZones().distance_m, LiveZones().window_days) == (RULE.distance_m, RULE.window_days)
    learned = NearRepeatRisk()
    assert learned.distance_bands_m == RULE.distance_bands_m
    assert learned.time_bands_days == RULE.time_bands_days
    assert RetrospectiveDensity().bandwidth_m == RULE.distance_m


def test_a_day_too_late_for_a_zone_is_too_late_for_the_rule(make_incidents):
    # Ages at the cut-off are 0, 41 and 42: tomorrow the last is one day beyond the window.
    incidents = make_incidents([0, 4000, 8000], [0] * 3, [42, 1, 0])
    model = NearRepeatRisk((100, 200, 300, 400), (7, 14, 21, 28, 35, 42))
    model.fit(incidents, "2025-02-12")
    assert sorted(model.age_.tolist()) == [0, 41]
    model.raised_ = np.ones_like(model.raised_)
    one_day = model._table(1)
    assert one_day.shape[0] == 42
    # What is 41 days old counts tomorrow, at the age of 42, and not the day after.
    assert one_day[41].tolist() == [1.0] * 4
    assert model._table(2)[41].tolist() == [1.0] * 4
    assert model._table(2)[40].tolist() == [2.0] * 4


def test_wrong_data_are_told_from_wrong_arguments(town):
    fitted = SelfExcitingProcess().fit(town, "2024-12-31")
    elsewhere = Grid(0, 0, 100, 5, 5, "EPSG:26971")
    with pytest.raises(DataError, match="The grid is in"):
        fitted.residual_surface(elsewhere)
    far = gpd.GeoSeries(gpd.points_from_xy([0], [0]), crs="EPSG:26971")
    with pytest.raises(DataError, match="The points are in"):
        fitted.predict_points(far)
    with pytest.raises(DataError, match="without a finite point"):
        fitted.predict_points(gpd.GeoSeries([None], crs="EPSG:27700"))
    with pytest.raises(ConfigError, match="days must be a whole number"):
        fitted.predict(GRID, 2.5)
    for model in (
        LiveZones(window_days=4.5),
        ProspectiveMap(window_days=0),
        Blend(windows=2.5),
        RetrospectiveDensity(lookback_days=0.5),
        SelfExcitingProcess(near_days=9.9),
    ):
        with pytest.raises(ConfigError, match="must be a whole number"):
            clone(model).fit(town, "2024-12-31")
    with pytest.raises(DataError, match="incidents are empty"):
        LiveZones().fit(town.iloc[:0], "2024-12-31")


def test_faults_are_named_together(town):
    with pytest.raises(ConfigError) as raised:
        RetrospectiveDensity(-1, kernel="box").fit(town, "2024-12-31")
    assert len(raised.value.problems) == 2
    with pytest.raises(ConfigError, match="not fitted"):
        ProspectiveMap().predict(GRID)
    fitted = ProspectiveMap().fit(town, "2024-12-31")
    with pytest.raises(DataError) as raised:
        fitted.predict(Grid(0, 0, 100, 5, 5, "EPSG:26971"), days=0)
    assert len(raised.value.problems) == 2
    with pytest.raises(DataError, match="No incident was known"):
        ProspectiveMap().fit(town, "1999-01-01")
    months = town.assign(
        occurred_from=town["occurred_from"].dt.to_period("M").dt.to_timestamp(),
        occurred_to=town["occurred_to"].dt.to_period("M").dt.to_timestamp(),
    )
    months.attrs["resolution"] = "month"
    with pytest.raises(DataError, match="months only"):
        ProspectiveMap().fit(months, "2024-12-31")


def test_a_table_of_rings_closes_where_it_says():
    at = np.array([0.0]), np.array([0.0])
    event = np.array([100.0]), np.array([0.0]), np.array([0])
    edges, table = np.array([100.0, 200.0]), np.array([[1.0, 2.0]])
    assert table_sums_at(*at, *event, edges, True, table) == [1.0]
    assert table_sums_at(*at, *event, edges, False, table) == [2.0]


def test_slow_twins_are_densities():
    trigger = SimpleNamespace(scale_m=30.0, reach_m=200.0, shape="exponential")
    rings = np.arange(0, 200, 0.1)
    total = sum(naive.density(trigger, r + 0.05) * 2 * np.pi * (r + 0.05) * 0.1 for r in rings)
    assert total == pytest.approx(1, abs=1e-4)
