"""What each layer of a map draws, from its frame and in its scene."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hotspot.grid import Grid
from hotspot.maps import colours
from hotspot.maps.briefing_layers import draw_burglaries, draw_zones
from hotspot.maps.chain_arrows import draw_chains
from hotspot.maps.features import line_labels
from hotspot.maps.rise_and_fall import draw_change
from hotspot.maps.saving import page_text
from hotspot.maps.scene import Scene
from hotspot.maps.surface_layers import contour_bands, draw_density, draw_forecast, step_values
from hotspot.near_repeat import (
    label_repeats,
    near_repeat_chains,
    near_repeat_pairs,
    near_repeat_zones,
)
from tests import made_maps, naive
from tests.conftest import incidents_at


@pytest.mark.parametrize(
    ("window_days", "ages", "labels"),
    [
        (10, [3, 9], ["0-7 days", "8-10 days"]),
        (21, [9, 20], ["8-14 days", "15-21 days"]),
        (60, [3, 60], ["0-7 days", "15-60 days"]),
    ],
)
def test_zones_and_points_have_the_colours_of_their_ages_whatever_the_window(
    window_days: int, ages: list[int], labels: list[str]
) -> None:
    points = incidents_at([640000, 642000], [370000] * 2, [60 - age for age in ages])
    zones = near_repeat_zones(points, "2025-03-02", window_days=window_days)
    assert zones["age_band"].tolist() == labels
    band = {"0-7 days": 0, "8-10 days": 1, "8-14 days": 1}

    here = Scene.of(points, "2025-03-02", zones, "zones", tiles=False)
    shown, dots = draw_zones(zones, here), draw_burglaries(points, here)
    expected = [band.get(label, 2) for label in labels]
    assert [row[1] for row in shown.rows] == expected
    assert [style for style, _ in shown.legend] == [colours.ZONES[n] for n in expected]
    assert dots is not None
    assert [row[1] for row in dots.rows] == expected
    assert f"found {labels[-1]} ago: 1 zone" in [text for _, text in shown.legend]
    assert sum(text.endswith(": 1") for _, text in dots.legend) == 2
    # Joined with others, a frame may lose what window it was made for.
    zones.attrs.clear()
    lost = Scene.of(points, "2025-03-02", zones, "zones", tiles=False)
    assert [row[1] for row in draw_zones(zones, lost).rows] == expected


@pytest.mark.parametrize("upside_down", [False, True])
@pytest.mark.parametrize("holes", [False, True])
def test_contours_lie_where_the_surface_says(upside_down: bool, holes: bool) -> None:
    grid = Grid(640000, 370000, 50, ncols=60, nrows=40, crs="EPSG:27700")
    across, up = np.meshgrid(grid.x - 640000, grid.y - 370000)
    values = 3.0 * across + 7.0 * up
    if holes:
        values[:5, :5] = np.nan
    surface = grid.surface(values)
    if upside_down:
        surface = surface.isel(y=slice(None, None, -1))

    (band,) = contour_bands(surface, [6000, 9000]).geometry

    inner = shapely.box(grid.x[6], grid.y[6], grid.x[-2], grid.y[-2])
    west, east = 639_900, 643_100
    on_line = [[(x, 370000 + (level - 3 * (x - 640000)) / 7) for x in (west, east)]
               for level in (6000, 9000)]  # fmt: skip
    expected = shapely.Polygon([*on_line[0], *on_line[1][::-1]]) & inner
    assert band.intersection(inner).symmetric_difference(expected).area < expected.area * 1e-3


def test_nothing_is_drawn_outside_the_study_area_or_below_the_first_step() -> None:
    grid = Grid(640000, 370000, 100, ncols=30, nrows=30, crs="EPSG:27700")
    values = np.zeros(grid.shape)
    values[10:20, 10:20] = 90.0
    values[:, 25:] = np.nan
    surface = grid.surface(values, units="burglaries per km² per year")

    layer = draw_density(surface)
    bands = contour_bands(surface, [5, 10, 20, 40, np.inf])

    assert bands.union_all().within(shapely.box(640900, 370900, 642100, 372100))
    assert bands.area.sum() == pytest.approx(1_000_000, rel=0.2)
    assert [text for _, text in layer.legend] == [
        "burglaries per km² per year",
        "40 to 90",
        "20 to 40",
        "10 to 20",
        "5 to 10",
    ]


def test_a_surface_without_any_value_has_no_steps() -> None:
    grid = Grid(640000, 370000, 100, ncols=3, nrows=1, crs="EPSG:27700")

    for values in ([[0.0, 0.0, 0.0]], [[np.nan, np.nan, np.nan]]):
        layer = draw_density(grid.surface(np.array(values), units="crimes"))
        assert [text for _, text in layer.legend] == ["crimes"]


def test_a_forecast_is_the_highest_shares_of_the_ground() -> None:
    grid = Grid(640000, 370000, 100, ncols=10, nrows=10, crs="EPSG:27700")
    values = np.full(grid.shape, 0.01)
    values[4, 4:9] = [0.5, 0.4, 0.3, 0.2, 0.1]

    layer = draw_forecast(grid.surface(values, days=7))

    assert [text for _, text in layer.legend] == [
        "expected burglaries, next 7 days",
        "Highest 1 % of the ground: 0.5 of 2.45 (20 %)",
        "Next, to 5 % of the ground: 1 of 2.45 (41 %)",
    ]
    empty = grid.surface(np.zeros(grid.shape))
    assert not draw_forecast(empty).legend
    nowhere = made_maps.incidents().iloc[:0]
    assert "nothing expected" in page_text(made_maps.drawn(nowhere, forecast=empty))


@given(st.floats(1e-9, 1e9))
def test_steps_double_and_the_last_lies_in_the_middle_of_the_values(highest: float) -> None:
    steps = np.array(step_values(highest))

    assert 0.29 * highest < steps[-1] < 0.61 * highest
    np.testing.assert_allclose(steps[1:], 2 * steps[:-1], rtol=1e-9)


def test_street_names_run_along_their_streets_and_never_upside_down() -> None:
    lines = {
        "Eastward": [(0, 0), (200, 0)],
        "Westward": [(200, 0), (0, 0)],
        "Northward": [(0, 0), (0, 200)],
        "Diagonal": [(0, 0), (200, 200)],
    }
    streets = gpd.GeoDataFrame(
        {"street": list(lines)},
        geometry=[shapely.LineString(line) for line in lines.values()],
        crs="EPSG:3857",
    )

    angles = {text: angle for _, _, text, angle in line_labels(streets, "street")}

    assert angles == {"Eastward": 0, "Westward": 0, "Northward": -90, "Diagonal": -45}


def test_a_street_in_pieces_is_named_once() -> None:
    streets = gpd.GeoDataFrame(
        {"street": ["High Street"] * 3 + [None]},
        geometry=[shapely.LineString([(100 * i, 0), (100 * i + 100, 0)]) for i in range(4)],
        crs="EPSG:3857",
    )

    assert [label[2] for label in line_labels(streets, "street")] == ["High Street"]


@given(st.integers(0, 10_000))
def test_streets_are_labelled_as_one_by_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    lines = [random.uniform(0, 3_000, (size, 2)).round() for size in random.integers(2, 5, 12)]
    # Some go on where another ended, and one is no longer than its letters.
    lines[1], lines[2] = lines[1] - lines[1][0] + lines[0][-1], lines[2] / 1_000
    streets = gpd.GeoDataFrame(
        {"street": random.choice(["Quay", "Mill Lane", "Row"], len(lines))},
        geometry=[shapely.LineString(line) for line in lines],
        crs="EPSG:3857",
    )

    expected = naive.street_labels(streets)

    places = gpd.points_from_xy([label[1] for label in expected], [label[2] for label in expected])
    degrees = shapely.get_coordinates(gpd.GeoSeries(places, crs="EPSG:3857").to_crs("EPSG:4326"))
    labels = line_labels(streets, "street")
    assert [label[2:] for label in labels] == [list(label[3:]) for label in expected]
    assert np.abs(np.array([label[:2] for label in labels]) - degrees).max() < 1e-6


def scene(incidents: gpd.GeoDataFrame, as_of: str | None = None) -> Scene:
    return Scene.of(incidents, as_of, None, "zones", tiles=False)


def linked() -> tuple[gpd.GeoDataFrame, dict[str, pd.DataFrame]]:
    """Make burglaries at 0, 5 and 9 days, two at one place, and all that tells their links."""
    incidents = incidents_at([640000, 640100, 640100], [370000] * 3, [0, 5, 9], start="2026-02-20")
    return incidents, {
        "chains": near_repeat_chains(incidents),
        "pairs": near_repeat_pairs(incidents),
        "labels": label_repeats(incidents),
    }


@pytest.mark.parametrize(("kind", "arrows"), [("chains", 1), ("pairs", 2), ("labels", 1)])
def test_chains_are_arrows_from_whatever_frame_tells_them(kind: str, arrows: int) -> None:
    incidents, frames = linked()

    layer = draw_chains(frames[kind], scene(incidents))

    legend = [text for _, text in layer.legend]
    assert legend[0] == f"to the burglary that followed: {arrows}"
    assert kind == "chains" or legend[1:] == ["again at the same point: 1 place"]
    lines = [row for row in layer.rows if isinstance(row[0], dict)]
    first, last = np.array(lines[0][0]["coordinates"]).reshape(-1, 2)[[0, -1]]
    assert first[0] < last[0]


def test_links_to_old_or_hidden_burglaries_are_not_drawn() -> None:
    incidents, frames = linked()

    old = draw_chains(frames["labels"], scene(incidents, as_of="2026-12-31"))
    hidden = draw_chains(frames["pairs"], scene(incidents.iloc[1:]))

    assert not old.legend
    assert [text for _, text in hidden.legend] == ["again at the same point: 1 place"]
    page = page_text(made_maps.drawn(incidents, chains=frames["pairs"], as_of="2026-02-26"))
    assert "B00002" not in page


def test_what_rises_and_falls_is_told_from_the_interval_or_the_class() -> None:
    compared = made_maps.frames()["change"]
    cells = compared[["geometry"]].assign(hotspot_class=["new", "historical", "never"])

    here = scene(made_maps.incidents())
    by_rate, by_class = draw_change(compared, here), draw_change(cells, here)

    assert [text for _, text in by_rate.legend] == [
        "\u25b2 Rising: 1 place",
        "\u25bc Falling: 1 place",
        "No sure change: 1 place",
    ]
    assert [text for _, text in by_class.legend] == [
        "\u25b2 Rising: 1 place",
        "\u25bc Falling: 1 place",
    ]
    assert "none before" in str(by_rate.rows)
    assert "140 % to 680 %" in str(by_rate.rows)
