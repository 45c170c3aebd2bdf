"""A series that an operation interrupts: the model's numbers, a control, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import hotspot as hs
from hotspot.impact.quasi_likelihood import fit_quasi

MONTHS = pd.period_range("2001-01", "2005-12", freq="M")
START = "2004-01-01"


def made(seed=1, step=0.85, mean=100.0):
    random = np.random.default_rng(seed)
    exposure = pd.Series(random.uniform(9e4, 1.1e5, len(MONTHS)), index=MONTHS)
    season = 0.1 * np.sin(2 * np.pi * np.asarray(MONTHS.month) / 12)
    level = mean * exposure / 1e5 * np.exp(0.004 * np.arange(len(MONTHS)) + season)
    after = pd.Period(START, "M") <= MONTHS
    return pd.Series(random.poisson(level * np.where(after, step, 1.0)), index=MONTHS), exposure


def slow_quasi(counts, design, offset):
    """Fit by minimising the likelihood, with se and dispersion of the textbook."""

    def minus(coefficients):
        predictor = design @ coefficients + offset
        return np.exp(predictor).sum() - counts @ predictor

    start = np.zeros(design.shape[1])
    start[0] = np.log(counts.sum() / np.exp(offset).sum())
    found = optimize.minimize(minus, start, method="BFGS", options={"gtol": 1e-9}).x
    mean = np.exp(design @ found + offset)
    dispersion = ((counts - mean) ** 2 / mean).sum() / (len(counts) - len(found))
    gram = design.T @ np.diag(mean) @ design
    return found, np.sqrt(dispersion * np.diag(np.linalg.inv(gram))), dispersion


@pytest.mark.parametrize("slope", [False, True])
def test_the_model_is_a_quasi_poisson_model_with_an_offset(slope):
    counts, exposure = made()
    found = hs.interrupted_series(counts, START, exposure=exposure, slope=slope)
    month = np.asarray(MONTHS.month)
    after = (pd.Period(START, "M") <= MONTHS).astype(float)
    time = np.arange(1, 61)
    columns = [np.ones(60), time, after, *([after * (time - 37)] if slope else [])]
    columns += [f(2 * np.pi * k * month / 12) for k in (1, 2) for f in (np.sin, np.cos)]
    slow = slow_quasi(counts.to_numpy(float), np.column_stack(columns), np.log(exposure.to_numpy()))
    np.testing.assert_allclose(found.table["coefficient"], slow[0], atol=2e-5)
    np.testing.assert_allclose(found.table["se"], slow[1], rtol=1e-3)
    assert found.dispersion == pytest.approx(slow[2], rel=1e-4)
    assert found.table["term"].tolist()[:3] == ["intercept", "trend", "step"]
    assert ("slope change" in found.table["term"].tolist()) == slope
    assert found.choices["model"].tolist() == [
        "step, no season", "step and slope, no season", "step, 2 harmonics",
        "step and slope, 2 harmonics",
    ]  # fmt: skip


def test_the_digits_are_those_of_another_program():
    # statsmodels 0.14 GLM, Poisson, scale="X2"; as R's glm(family = quasipoisson).
    design = np.column_stack([np.ones(8), np.arange(8), [0, 0, 0, 0, 1, 1, 1, 1]])
    counts = np.array([12.0, 15, 11, 18, 9, 8, 12, 7])
    offset = np.log([10.0, 11, 10, 12, 10, 10, 11, 9])
    found = fit_quasi(counts, design, offset)
    np.testing.assert_allclose(
        found.coefficients, [0.2137855069, 0.0319098584, -0.4944630885], atol=1e-9
    )
    np.testing.assert_allclose(found.se, [0.1041949390, 0.0486194903, 0.2202984285], atol=1e-9)
    assert found.dispersion == pytest.approx(0.2696731439, abs=1e-9)


def test_a_control_takes_out_what_moved_both():
    counts, _ = made(step=1.0)
    random = np.random.default_rng(5)
    shock = np.where(pd.Period(START, "M") <= MONTHS, 0.7, 1.0)
    both = [pd.Series(random.poisson(one * shock), index=MONTHS) for one in (counts, 3 * counts)]
    alone = hs.interrupted_series(both[0], START).row("step")
    beside = hs.interrupted_series(both[0], START, control=both[1])
    assert alone["high"] < 1
    assert beside.row("step")["low"] < 1 < beside.row("step")["high"]
    assert beside.with_control
    assert "trend, season and control" in beside.summary()
    halved = both[0].where(pd.Period(START, "M") > MONTHS, both[0] // 2)
    assert hs.interrupted_series(halved, START, control=both[1]).row("step")["high"] < 0.7


def test_a_start_within_a_month_leaves_that_month_out():
    counts, _ = made()
    found = hs.interrupted_series(counts, "2004-01-15")
    left = counts.astype(float)
    left["2004-01"] = np.nan
    gone = hs.interrupted_series(left, "2004-01-01")
    assert "1 period left out: the operation began within it, on 15 January 2004." in found.cautions
    np.testing.assert_allclose(
        found.row("sin 1")["rate_ratio"], gone.row("sin 1")["rate_ratio"], rtol=1e-9
    )


def test_dates_of_beginnings_are_periods_and_what_is_prevented_has_an_interval():
    counts, _ = made(step=0.7)
    dated = counts.set_axis(counts.index.to_timestamp())
    one = hs.interrupted_series(counts, START)
    two = hs.interrupted_series(dated, pd.Period(START, "M"))
    pd.testing.assert_frame_equal(one.table, two.table)
    assert one.prevented_low < one.prevented < one.prevented_high
    after = one.series[one.series["after"]]
    assert one.prevented == pytest.approx((after["without"] - after["fitted"]).sum())


def test_what_cannot_be_fitted_is_told_at_once():
    counts, exposure = made()
    with pytest.raises(hs.DataError) as told:
        hs.interrupted_series(counts.drop(counts.index[5]), "soon", harmonics=-1, confidence=2)
    for words in ("lacks 1 period: 2001-06", "started must be a date", "harmonics must be",
                  "confidence must be"):  # fmt: skip
        assert words in str(told.value)
    for given, words in (
        ({"counts": counts.to_numpy()}, "must be a pandas Series"),
        ({"counts": counts.astype(str) + " crimes"}, "counts must be numbers, not text"),
        ({"counts": -counts}, "60 numbers of counts not 0 or more"),
        ({"counts": counts, "exposure": 0 * exposure}, "exposure not above 0"),
        ({"counts": counts, "control": [1, 2]}, "control has 2 numbers for 60 periods"),
        ({"counts": counts[::-1]}, "order of time"),
        ({"counts": counts[30:]}, "6 periods before and 24 after 1 January 2004 are too few"),
        (
            {"counts": counts.where(pd.Period(START, "M") > MONTHS, 0)},
            "nothing in any period after",
        ),
        ({"counts": pd.concat([counts, counts])}, "more than once"),
    ):
        with pytest.raises(hs.DataError, match=words):
            hs.interrupted_series(**{"started": START} | given)


def test_a_series_writes_itself(tmp_path):
    counts, _ = made(mean=1000.0)
    found = hs.interrupted_series(counts, START)
    assert found.summary().startswith("From 1 January 2004 the rate was 0.8")
    assert len(found.write(tmp_path)) == 5


@pytest.mark.slow
@pytest.mark.parametrize("alike", [0.0, 0.3])
def test_intervals_of_steps_hold_the_truth(alike):
    """Months in a row may be alike, and counts vary more than Poisson counts."""
    random = np.random.default_rng(11)
    months = pd.period_range("2001-01", periods=48, freq="M")
    after = np.arange(48) >= 36
    held = 0
    for _ in range(200):
        noise = random.normal(size=48)
        for at in range(1, 48):
            noise[at] = alike * noise[at - 1] + np.sqrt(1 - alike**2) * noise[at]
        level = 80 * np.exp(0.002 * np.arange(48) + 0.15 * noise) * np.where(after, 0.8, 1.0)
        found = hs.interrupted_series(pd.Series(random.poisson(level), index=months), "2004-01-01")
        held += found.row("step")["low"] <= 0.8 <= found.row("step")["high"]
    assert held / 200 >= 0.91
