"""The near-repeat rule: the published numbers of the default, and the bands of any other."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotspot.rule import RULE, AgeBands, NearRepeatRule

distances = st.floats(0.5, 5000, allow_nan=False)
windows = st.integers(1, 400)


def test_the_default_is_the_published_rule():
    """Ross and Pease (2007): the risk spreads to some 400 metres and is gone after six weeks.

    Bands and ages are the package's own cuts of it. Of the tests this one alone is about the
    numbers of the default: whoever changes `RULE` changes them here, with the new source.
    """
    assert (RULE.distance_m, RULE.window_days) == (400, 42)
    assert RULE.distance_bands_m == (100, 200, 300, 400)
    assert RULE.time_bands_days == (7, 14, 21, 28, 35, 42)
    ages = AgeBands.within(RULE.window_days)
    assert ages.labels == ("0-7 days", "8-14 days", "15-42 days")


@given(distances, st.sampled_from([25.0, 100.0, 250.0]))
@example(244.0, 100.0)
@example(400.0, 100.0)
@example(np.nextafter(300.0, 301.0), 100.0)
@example(40.0, 100.0)
def test_distance_bands_are_of_one_width_and_end_at_the_rule(distance_m, band_m):
    edges = NearRepeatRule(distance_m, 10, band_m=band_m).distance_bands_m
    assert edges[-1] == distance_m, "the last edge is the rule itself, not a whole band"
    assert list(edges[:-1]) == [band_m * number for number in range(1, len(edges))]
    widths = np.diff([0.0, *edges])
    assert (widths > 0).all()
    assert widths[-1] <= band_m * (1 + 1e-9)


@given(windows, st.sampled_from([1, 7, 30]))
@example(10, 7)
@example(42, 7)
@example(5, 7)
def test_time_bands_are_of_one_width_and_end_at_the_rule(window_days, band_days):
    edges = NearRepeatRule(244.0, window_days, band_days=band_days).time_bands_days
    assert edges[-1] == window_days, "the last edge is the rule itself, not a whole band"
    assert list(edges[:-1]) == [band_days * number for number in range(1, len(edges))]
    assert 0 < np.diff([0, *edges])[-1] <= band_days


@pytest.mark.parametrize(
    ("rule", "distances_m", "days"),
    [
        (NearRepeatRule(244.0, 10), (100, 200, 244), (7, 10)),
        (NearRepeatRule(300.0, 28), (100, 200, 300), (7, 14, 21, 28)),
        (NearRepeatRule(50.0, 3), (50,), (3,)),
    ],
)
def test_bands_of_other_rules(rule, distances_m, days):
    assert rule.distance_bands_m == distances_m
    assert rule.time_bands_days == days


@given(windows)
@example(7)
@example(10)
@example(14)
def test_every_day_of_a_window_has_one_age_and_no_day_beyond_it(window_days):
    bands = AgeBands.within(window_days)
    assert bands.edges_days[-1] == window_days
    days = np.arange(-1, window_days + 2)
    found = bands.of(days)
    assert found[0] == found[-1] == -1
    told = [tuple(map(int, label.removesuffix(" days").split("-"))) for label in bands.labels]
    assert told[0][0] == 0
    assert all(first <= last for first, last in told), "no band is empty"
    assert [later for later, _ in told[1:]] == [end + 1 for _, end in told[:-1]]
    for day, band in zip(days[1:-1], found[1:-1], strict=True):
        first, last = told[band]
        assert first <= day <= last
