"""Still pictures: calendars, surfaces and those that results draw of themselves."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

import hotspot as hs
from hotspot.backtesting.bandwidth_choice import BandwidthChoice
from hotspot.density import aoristic_calendar
from hotspot.density.plots import plot_calendar, plot_surface
from tests import naive
from tests.conftest import incidents_at

GRID = hs.Grid(0, 0, 50, ncols=20, nrows=16, crs="EPSG:27700")
YEAR = ("2025-01-01", "2025-12-31")
HOSTILE = "$\\frac{1}{0$ <script>alert(1)</script> \x00\u202e{x} _^ " + "unending" * 400


def windows(*pairs):
    start, end = (pd.DatetimeIndex([pd.Timestamp(p[side]) for p in pairs]) for side in (0, 1))
    none = np.zeros(len(pairs))
    return incidents_at(none, none, none).assign(occurred_from=start, occurred_to=end)


def cluster(events=300, **columns):
    random = np.random.default_rng(5)
    x, y = random.normal([[500], [400]], 120, (2, events))
    return incidents_at(x, y, random.integers(0, 200, events), **columns)


def texts(figure):
    """All that a figure says, drawn once so that nothing is left to go wrong."""
    figure.canvas.draw()
    return " ".join(text.get_text() for text in figure.findobj(Text))


lengths = st.one_of(st.integers(0, 90), st.integers(0, 26 * 60))


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 15 * 24 * 60), lengths), min_size=1, max_size=4))
@example([(100, 8 * 24 * 60 + 7)])
def test_the_calendar_is_that_of_the_slow_twin_and_sums_to_the_incidents(drawn):
    first = pd.Timestamp("2025-03-01")
    pairs = [
        (first + pd.Timedelta(minutes=start), first + pd.Timedelta(minutes=start + length))
        for start, length in drawn
    ]
    calendar = aoristic_calendar(windows(*pairs))
    np.testing.assert_allclose(calendar, naive.calendar(pairs), rtol=0, atol=1e-12)
    assert calendar.to_numpy().sum() == pytest.approx(len(pairs), rel=1e-12)


def test_the_calendar_agrees_with_the_weights_of_each_shift():
    random = np.random.default_rng(8)
    incidents = incidents_at([0] * 300, [0] * 300, random.uniform(0, 60, 300))
    incidents["occurred_to"] += pd.to_timedelta(random.uniform(0, 200, 300), unit="h")
    calendar = aoristic_calendar(incidents)
    friday_night = hs.density.aoristic_weights(incidents, ["Friday"], (20, 24)).sum()
    assert calendar.loc["Friday", 20:23].sum() == pytest.approx(friday_night, rel=1e-12)
    assert calendar.to_numpy().sum() == pytest.approx(300, rel=1e-12)


def test_the_calendar_says_how_much_of_it_is_known():
    calendar = aoristic_calendar(
        windows(
            ("2025-06-06 22:00", "2025-06-06 22:00"),
            ("2025-06-06 22:00", "2025-06-06 23:00"),
            ("2025-06-06 22:00", "2025-06-08 23:00"),
            ("2025-06-07", "2025-06-07"),
        )
    )
    assert calendar.attrs == {
        "incidents": 4, "within_an_hour": 2, "over_a_day": 1, "without_time": 1,
    }  # fmt: skip
    assert calendar.loc["Saturday", 4] == pytest.approx(1 / 24 + 1 / 49)


def test_dates_known_to_the_month_have_no_calendar():
    months = incidents_at([5, 5, 5], [5, 5, 5], [0, 31, 59])
    months.attrs["resolution"] = "month"
    with pytest.raises(hs.DataError, match="months only"):
        plot_calendar(months)


def test_a_calendar_is_titled_labelled_and_tells_what_is_known():
    figure = plot_calendar(
        windows(("2025-06-06 22:00", "2025-06-06 22:30"), ("2025-06-07", "2025-06-08 12:00"))
    )
    said = texts(figure)
    for words in (
        "Hours of the week of 2 incidents, 6 Jun 2025 to 8 Jun 2025", "Hour of the day",
        "Day of the week", "Incidents in each hour of the week", "within an hour: 50 %",
        "longer than a day: 50 %", "Monday", "09:00",
    ):  # fmt: skip
        assert words in " ".join(said.split())
    dates = plot_calendar(windows(("2025-06-06", "2025-06-06")))
    assert "only the days of the week" in " ".join(texts(dates).split())
    with pytest.warns(hs.DataWarning, match="are empty"):
        assert "no incidents" in texts(plot_calendar(windows()))


def test_a_surface_is_titled_labelled_and_in_units():
    incidents = cluster()
    surface = hs.kernel_density(
        incidents, GRID, 200, within=shapely.box(0, 0, 900, 800), period=YEAR
    )
    areas = gpd.GeoDataFrame(
        {"area": ["North"]}, geometry=[shapely.box(0, 0, 900, 800)], crs=GRID.crs
    )
    streets = gpd.GeoDataFrame(
        {"street": ["Lane"]}, geometry=[shapely.LineString([(0, 0), (900, 800)])], crs=GRID.crs
    )
    figure = plot_surface(surface, hs.hotspots(surface, incidents), incidents, areas, streets)
    said = " ".join(texts(figure).split())
    for words in (
        "Density of incidents, 1 Jan 2025 to 31 Dec 2025", "Easting, km", "Northing, km",
        "Incidents per km² per year", "300 incidents. Kernel: quartic, bandwidth 200 m (given)",
        "In-sample", "North", "Hotspot, ranked", "No value", "200 m",
    ):  # fmt: skip
        assert words in said
    assert figure.axes[0].get_aspect() == 1.0
    later = incidents.assign(
        **{name: incidents[name] + pd.DateOffset(years=1)
           for name in ("occurred_from", "occurred_to")}
    )  # fmt: skip
    figure = plot_surface(surface, hs.hotspots(surface, later), title="Mine")
    assert "crimes are later" in texts(figure)
    assert figure.axes[0].get_title() == "Mine"


def test_the_lightness_of_a_surface_falls_as_values_rise():
    ramp = GRID.surface(np.linspace(0, 1, 320).reshape(GRID.shape))
    image = plot_surface(ramp).axes[0].images[0]
    grey = image.to_rgba(np.linspace(0, 1, 50))[:, :3] @ [0.299, 0.587, 0.114]
    assert (np.diff(grey) < 0).all()


def test_values_on_both_sides_of_nothing_are_told_apart():
    surface = GRID.surface(np.linspace(-1, 3, 320).reshape(GRID.shape), units="difference")
    figure = plot_surface(surface)
    assert "Below 0" in texts(figure)
    assert [dots.hatches for dots in figure.axes[0].collections] == [["..."]]
    image = figure.axes[0].images[0]
    assert image.norm.vmin == -3
    np.testing.assert_allclose(image.to_rgba(0.0)[:3], 0.97, atol=0.01)


def test_arrays_forecasts_and_turned_surfaces_are_drawn():
    figure = plot_surface(np.arange(6).reshape(2, 3))
    assert figure.axes[0].get_xlabel() == "Column of cells, from the west"
    assert figure.axes[0].get_xlim() == (0, 3)
    forecast = hs.RetrospectiveDensity().fit(cluster(), "2025-07-20").predict(GRID, 7)
    assert "for the 7 days after 20 Jul 2025" in " ".join(texts(plot_surface(forecast)).split())
    turned = forecast.transpose("x", "y")[:, ::-1]
    np.testing.assert_array_equal(
        plot_surface(turned).axes[0].images[0].get_array(), forecast.to_numpy()
    )
    assert plot_surface(GRID.surface(np.zeros(GRID.shape))).axes
    assert plot_surface(hs.Grid(0, 0, 50, 1, 1, "EPSG:27700").surface(np.ones((1, 1)))).axes


def test_pictures_are_drawn_in_axes_of_the_users_own():
    figure = Figure(layout="constrained")
    left, right = figure.subplots(1, 2)
    assert plot_surface(GRID.surface(np.ones(GRID.shape)), ax=left) is figure
    assert plot_calendar(cluster(), ax=right) is figure
    assert right.get_xlabel() == "Hour of the day"
    assert "time" in texts(figure)


def test_what_cannot_be_drawn_is_refused_in_words():
    surface = GRID.surface(np.ones(GRID.shape))
    with pytest.raises(hs.DataError, match="two dimensions"):
        plot_surface(np.ones(3))
    with pytest.raises(hs.DataError, match="y and x"):
        plot_surface(xr.DataArray(np.ones((2, 2)), dims=("a", "b")))
    with pytest.raises(hs.DataError, match="no number"):
        plot_surface(surface * np.nan)
    elsewhere = cluster().to_crs(32630)
    with pytest.raises(hs.DataError) as caught:
        plot_surface(surface, incidents=elsewhere, hotspots=cluster())
    assert len(caught.value.problems) == 2
    with pytest.raises(hs.DataError, match="names no CRS"):
        plot_surface(np.ones((2, 2)), incidents=cluster())


def test_hostile_text_is_only_text():
    """Formulas, tags, control characters and endless names break no picture."""
    areas = gpd.GeoDataFrame({"area": [HOSTILE]}, geometry=[shapely.box(0, 0, 900, 800)])
    surface = GRID.surface(np.ones(GRID.shape), units=HOSTILE, kernel=HOSTILE, bandwidth_m=3)
    figure = plot_surface(surface, areas=areas.set_crs(GRID.crs), title=HOSTILE)
    said = texts(figure)
    assert "<script>" in said
    assert "\x00" not in said
    assert "\u202e" not in said
    assert "<script>" in texts(plot_calendar(cluster(), title=HOSTILE))
    box = figure.axes[0].title.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width
    assert figure.axes[0].get_window_extent().height > figure.bbox.height / 3


def test_nothing_of_pyplot_is_touched():
    import sys

    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plot_calendar(cluster())
    assert dict(mpl.rcParams) == before
    if "matplotlib.pyplot" in sys.modules:
        assert not sys.modules["matplotlib.pyplot"].get_fignums()


def test_jupyter_shows_a_picture_by_itself():
    assert plot_calendar(cluster())._repr_png_().startswith(b"\x89PNG")


RESULTS = {
    "knox": (
        lambda incidents: hs.knox_test(incidents, permutations=19, seed=1),
        ["Pairs of burglaries", "Time between two burglaries", "days", "Distance", "m", "observed"],
    ),
    "rule": (
        lambda incidents: hs.knox.calibrate_rule(incidents, resamples=19, seed=1),
        ["Risk after a burglary nearby", "Distance between two burglaries, m", "days",
         "made to fall", "95 % of the resamples", "observed over expected"],
    ),
    "decay": (
        lambda incidents: hs.knox.near_repeat_decay(incidents, resamples=19, seed=1),
        ["Risk after a burglary", "300 burglaries", "Distance between two burglaries",
         "Time between two burglaries", "same place", "by chance alone", "observed over expected"],
    ),
    "bandwidth": (
        hs.density.select_bandwidth,
        ["Bandwidth, m", "least surprising", "chosen:", "Mean log-likelihood"],
    ),
    "concentration": (
        lambda incidents: hs.trends.concentration(incidents, GRID),
        ["Concentration of", "Share of crime, %", "Share of places", "by chance alone",
         "generalised Gini"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_results_draw_themselves_titled_labelled_and_with_units(name):
    make, words = RESULTS[name]
    figure = make(cluster()).plot()
    assert isinstance(figure, Figure)
    assert figure._repr_png_().startswith(b"\x89PNG")
    said = " ".join(texts(figure).split())
    for word in words:
        assert word in said


def test_the_lines_of_the_decay_differ_without_colour():
    right = hs.knox.near_repeat_decay(cluster(), resamples=19, seed=1).plot().axes[1]
    styles = {(line.get_linestyle(), line.get_marker()) for line in right.lines[:2]}
    assert len(styles) == 2


def test_a_rule_of_thumb_has_no_candidates_to_draw():
    with pytest.raises(hs.ConfigError, match="likelihood"):
        hs.density.select_bandwidth(cluster(), "rule of thumb").plot()


def test_a_check_draws_how_many_rows_each_fault_takes_out():
    frame = pd.DataFrame({"Crime Ref": ["A", "B", "C"], "Date": ["1/3/2026", "", "never"]})
    frame["Easting"], frame["Northing"] = ["400000"] * 3, ["300000"] * 3

    said = texts(hs.check_incidents(frame).plot())

    assert "Used 1. Could not use 2." in said
    assert "no date" in said
    assert "Rows that cannot be used" in said


def test_a_choice_of_bandwidth_says_and_draws_which_foresaw_best():
    table = pd.DataFrame({"bandwidth_m": [400.0, 100.0], "score": [np.log(3.0), np.log(2.0)]})
    choice = BandwidthChoice(400.0, "it foresaw past windows best", table=table)

    assert choice.summary() == "400 m: it foresaw past windows best."
    assert (choice, choice.bandwidth_m) == (400.0, 400.0)
    assert "chosen: 400 m" in texts(choice.plot())
