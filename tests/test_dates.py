"""Whole days, cut-offs and the resolution of dates."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hotspot as hs
from hotspot import dates
from tests import naive
from tests.conftest import incidents_at


def test_a_day_counts_to_its_end_and_a_time_to_its_moment():
    incidents = incidents_at([0] * 3, [0] * 3, [0.4, 0.6, 1.0])
    assert dates.known_by(incidents, "2025-01-01").tolist() == [True, True, False]
    assert dates.known_by(incidents, "2025-01-01 12:00").tolist() == [True, False, False]
    assert dates.known_by(incidents, pd.Timestamp("2025-01-02").date()).all()


@pytest.mark.parametrize("wrong", ["soon", None, pd.NaT, "2025-01-01T00:00Z", 3.5j])
def test_a_cutoff_that_is_no_date_gets_a_sentence(wrong):
    with pytest.raises(hs.ConfigError, match="as_of"):
        dates.cutoff(wrong)


def test_resolution_is_worked_out_again_where_it_was_lost():
    months = incidents_at([0] * 3, [0] * 3, [0, 31, 59])
    months.attrs.clear()
    assert dates.resolution(months) == "month"
    assert dates.resolution(months.iloc[:1]) == "day"
    months.attrs["resolution"] = "day"
    assert dates.resolution(months) == "day"
    one_day = incidents_at([0] * 50, [0] * 50, [0] * 50)
    one_day.attrs.clear()
    assert dates.resolution(one_day) == "day"


minutes = st.integers(0, 60 * 24 * 20)


@given(st.lists(st.tuples(minutes, minutes), min_size=1, max_size=8))
def test_day_shares_are_those_of_the_slow_twin(windows):
    start, length = np.array(windows, dtype=float).T
    incidents = incidents_at(start * 0, start * 0, start / 1440)
    incidents["occurred_from"] = incidents["occurred_from"].dt.round("s")
    incidents["occurred_to"] = incidents["occurred_from"] + pd.to_timedelta(length, unit="min")
    shares = dates.day_shares(incidents)
    for i, row in enumerate(incidents.itertuples()):
        expected = naive.day_shares(row.occurred_from, row.occurred_to)
        cumulative = shares.cumulative[shares.offset[i] : shares.offset[i + 1]]
        got = np.diff(cumulative, prepend=0) / dates.SHARE_SCALE
        assert cumulative[-1] == dates.SHARE_SCALE
        np.testing.assert_allclose(got, [float(share) for share in expected.values()], atol=1e-5)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "03/01/2026",
            "a date year first: for '03/01/2026' write 2026-01-03 or 2026-03-01, "
            "whichever is meant.",
        ),
        ("31.1.2026", "a date year first: for '31.1.2026' write 2026-01-31."),
        ("1/31/26", "a date year first: for '1/31/26' write 2026-01-31."),
        ("02-02-2026 08:30", "a date year first: for '02-02-2026 08:30' write 2026-02-02 08:30."),
        (
            "31/31/2026",
            "a date or a time, year first, such as 2026-03-02: there is no '31/31/2026'.",
        ),
        ("2026-13-02", "a date or a time, such as 2026-03-02: there is no '2026-13-02'."),
        ("2026-02-30", "a date or a time, such as 2026-03-02: there is no '2026-02-30'."),
        (
            "2026-03-02 25:00",
            "a date or a time, such as 2026-03-02: there is no '2026-03-02 25:00'.",
        ),
        ("2026-03", "a date or a time, year first, such as 2026-03-02, not '2026-03'."),
        (
            "3 January 2026",
            "a date or a time, year first, such as 2026-03-02, not '3 January 2026'.",
        ),
        (20260302, "a date or a time, such as 2026-03-02, not 20260302."),
        (
            "2026-03-02 08:00Z",
            "local time without a zone, such as 2026-03-02 08:00, not 2026-03-02 08:00Z.",
        ),
    ],
)
def test_a_date_that_is_not_year_first_is_refused_with_what_may_be_meant(text, told):
    with pytest.raises(hs.ConfigError) as refused:
        dates.cutoff(text, "before")
    assert str(refused.value) == f"before must be {told}"


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2199, 12, 31)))
def test_what_is_written_year_first_is_read_as_it_stands(moment):
    for written in (str(moment), moment.isoformat(), f"{moment:%Y/%m/%d %H:%M:%S.%f}"):
        assert dates.moment_of(written) == pd.Timestamp(moment)
    assert dates.moment_of(f"{moment:%Y%m%d}") == pd.Timestamp(moment).normalize()
    assert dates.moment_of(f"{moment.year}-{moment.month}-{moment.day}") == pd.Timestamp(
        moment.date()
    )
