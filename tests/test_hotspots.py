"""Hotspots, how they change, and hotspots along streets."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot.density import street_hotspots
from hotspot.output.gis_files import write_hotspots, write_surface
from hotspot.trends.change import hotspot_change
from tests import naive
from tests.conftest import incidents_at

# Frames without a row are among the awkward ones; what is said of them: tests/test_empty_frames.py.
pytestmark = pytest.mark.filterwarnings("ignore:The incidents are empty")

GRID = hs.Grid(0, 0, 50, ncols=20, nrows=16, crs="EPSG:27700")
YEAR = ("2025-01-01", "2025-12-31")


def test_hotspots_hold_the_share_of_area_asked_for():
    random = np.random.default_rng(5)
    incidents = incidents_at(*random.normal(500, 150, (2, 200)), np.zeros(200))
    surface = hs.kernel_density(incidents, GRID, 150, period=YEAR)
    spots = hs.hotspots(surface, incidents, area_share=0.05)
    assert spots["area_share"].sum() == pytest.approx(16 / 320)
    assert spots["rank"].tolist() == list(range(1, len(spots) + 1))
    assert spots["peak"].is_monotonic_decreasing
    assert spots["area_km2"].sum() == pytest.approx(spots.area.sum() / 1e6)
    assert float(surface.max()) == spots["peak"].iloc[0]
    within = incidents.sjoin(spots[["geometry"]]).groupby("index_right").size()
    assert spots["crimes"].tolist() == within.reindex(spots.index, fill_value=0).tolist()
    np.testing.assert_allclose(spots["pai"], spots["crime_share"] / spots["area_share"])


def test_round_half_up_decides_the_number_of_cells():
    values = np.arange(1.0, 11.0).reshape(1, 10)
    grid = hs.Grid(0, 0, 100, ncols=10, nrows=1, crs="EPSG:27700")
    assert hs.hotspots(grid.surface(values), area_share=0.25)["area_share"].sum() == 0.3
    assert hs.hotspots(grid.surface(values), area_share=0.04).empty


def test_no_hotspot_where_nothing_happened():
    assert hs.hotspots(GRID.surface(np.zeros(GRID.shape)), area_share=0.5).empty
    assert hs.hotspots(GRID.surface(np.full(GRID.shape, np.nan))).empty
    with pytest.raises(hs.ConfigError, match="area_share"):
        hs.hotspots(GRID.surface(np.zeros(GRID.shape)), area_share=0)


@pytest.fixture(scope="module")
def cluster():
    random = np.random.default_rng(5)
    return incidents_at(*random.normal(500, 150, (2, 200)), np.arange(200))


@pytest.fixture(scope="module")
def surface(cluster):
    return hs.kernel_density(cluster, GRID, 150, period=("2025-01-01", "2025-07-19"))


def test_a_threshold_takes_every_cell_from_it_on(surface):
    level = float(surface.quantile(0.9))
    spots = hs.hotspots(surface, threshold=level)
    assert spots["area_km2"].sum() == pytest.approx(
        int((surface >= level).sum()) * GRID.cell_area_km2
    )
    with pytest.raises(hs.ConfigError, match="not both"):
        hs.hotspots(surface, area_share=0.1, threshold=level)


def test_a_count_keeps_the_highest(surface):
    values = np.zeros(GRID.shape)
    values[2:4, 2:4], values[8, 8], values[12:15, 3] = 1, 3, 2
    made = GRID.surface(values)
    assert hs.hotspots(made, area_share=0.3)["peak"].tolist() == [3, 2, 1]
    assert hs.hotspots(made, area_share=0.3, count=2)["peak"].tolist() == [3, 2]
    assert len(hs.hotspots(surface, count=1000)) == len(hs.hotspots(surface))


def test_smooth_outlines_hold_the_same_peaks_and_nearly_the_same_ground(surface, cluster):
    cells = hs.hotspots(surface, cluster, area_share=0.1)
    smooth = hs.hotspots(surface, cluster, area_share=0.1, method="smooth")
    assert smooth["peak"].iloc[0] == cells["peak"].iloc[0]
    assert smooth.is_valid.all()
    assert smooth["area_km2"].sum() == pytest.approx(cells["area_km2"].sum(), rel=0.15)
    overlap = smooth.union_all().intersection(cells.union_all()).area
    assert overlap > 0.85 * cells.area.sum()
    inside = cluster.sjoin(smooth[["geometry"]]).groupby("index_right").size()
    assert smooth["crimes"].tolist() == inside.reindex(smooth.index, fill_value=0).tolist()
    assert shapely.get_num_coordinates(smooth.geometry.iloc[0]) > 8


def test_smooth_outlines_stay_in_the_study_area(cluster):
    area = shapely.Point(450, 400).buffer(260)
    masked = hs.kernel_density(cluster, GRID, 150, within=area, period=YEAR)
    spots = hs.hotspots(masked, area_share=0.2, method="smooth")
    inside = [
        shapely.box(x - 25, y - 25, x + 25, y + 25)
        for y, row in zip(GRID.y, masked.to_numpy(), strict=True)
        for x, value in zip(GRID.x, row, strict=True)
        if not np.isnan(value)
    ]
    outside = spots.union_all().difference(shapely.union_all(inside))
    assert outside.area < 1e-6
    assert hs.hotspots(GRID.surface(np.zeros(GRID.shape)), method="smooth").empty


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=24, max_size=24), st.floats(0.05, 0.9))
def test_smooth_outlines_hold_every_cell_that_counts(values, share):
    grid = hs.Grid(0, 0, 10, ncols=6, nrows=4, crs="EPSG:27700")
    made = grid.surface(np.array(values, dtype=float).reshape(4, 6))
    cells = hs.hotspots(made, area_share=share)
    smooth = hs.hotspots(made, area_share=share, method="smooth")
    assert smooth.empty == cells.empty
    if len(cells):
        assert smooth["peak"].max() == cells["peak"].max()
        lowest = sorted(values, reverse=True)[round(cells["area_km2"].sum() * 1e4) - 1]
        rows, cols = np.nonzero(made.to_numpy() >= max(lowest, 1))
        centres = shapely.points(grid.x[cols], grid.y[rows])
        assert shapely.intersects(smooth.union_all().buffer(1e-6), centres).all()


def test_figures_are_in_sample_unless_every_incident_is_later(surface, cluster):
    assert hs.hotspots(surface, cluster).attrs["in_sample"]
    later = incidents_at([500], [500], [0], start="2025-07-20")
    assert not hs.hotspots(surface, later).attrs["in_sample"]
    mixed = incidents_at([500, 500], [500, 500], [0, -1], start="2025-07-20")
    assert hs.hotspots(surface, mixed).attrs["in_sample"]
    assert hs.hotspots(surface).attrs["in_sample"]


def spot_frame(*boxes):
    return gpd.GeoDataFrame(
        {"rank": range(1, len(boxes) + 1)}, geometry=list(boxes), crs="EPSG:27700"
    )


def test_change_counts_each_period_and_what_happened_elsewhere():
    x = [5] * 6 + [105] * 3 + [500] * 4
    days = [0, 1, 2, 3, 4, 40, 0, 40, 41, 5, 6, 41, 99]
    incidents = incidents_at(x, [5] * 13, days)
    found = hotspot_change(
        incidents,
        spot_frame(shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10)),
        ("2025-01-01", "2025-01-30"),
        ("2025-02-01", "2025-03-02"),
    )
    assert found["crimes_before"].tolist() == [5, 1]
    assert found["crimes_after"].tolist() == [1, 2]
    assert found["ratio"].tolist() == pytest.approx([0.2, 2.0])
    elsewhere = found.attrs["elsewhere"]
    assert (elsewhere["crimes_before"], elsewhere["crimes_after"]) == (2, 1)
    assert (found["ratio_low"] < found["ratio"]).all()
    assert (found["ratio"] < found["ratio_high"]).all()
    with pytest.raises(hs.ConfigError, match="overlap"):
        hotspot_change(incidents, found, ("2025-01-01", "2025-02-01"), YEAR)


MONTHS = ("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28")


def test_change_counts_a_burglary_on_a_border_or_in_an_overlap_once():
    on_border, in_overlap, beyond = [10, 10], [18], [30]
    incidents = incidents_at([*on_border, *in_overlap, *beyond], [5] * 4, [0, 40, 1, 2])
    spots = spot_frame(
        shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(15, 0, 25, 10)
    )
    change = hotspot_change(incidents, spots, *MONTHS)
    assert change["crimes_before"].tolist() == [1, 1, 0]
    assert change["crimes_after"].tolist() == [1, 0, 0]
    assert change.attrs["elsewhere"]["crimes_before"] == 1
    # By rank, or by name where there is one: the order of the rows decides nothing.
    turned = hotspot_change(incidents, spots.iloc[::-1], *MONTHS)
    assert turned["crimes_before"].tolist() == [0, 1, 1]
    beats = spots.assign(area=["C", "B", "A"])
    assert hotspot_change(incidents, beats, *MONTHS)["crimes_before"].tolist() == [0, 1, 1]
    unnamed = hotspot_change(incidents, spots[["geometry"]], *MONTHS)
    assert unnamed["crimes_before"].tolist() == [1, 1, 0]


def test_wrong_data_and_wrong_arguments_of_a_change_are_told_apart():
    incidents = incidents_at([5], [5], [0])
    spots = spot_frame(shapely.box(0, 0, 10, 10))
    with pytest.raises(hs.DataError, match="not in metres"):
        hotspot_change(incidents, spots.to_crs(4326), *MONTHS)
    with pytest.raises(hs.DataError, match="hotspots are in WGS 84 / UTM"):
        hotspot_change(incidents, spots.to_crs(32630), *MONTHS)
    with pytest.raises(hs.ConfigError, match="confidence"):
        hotspot_change(incidents, spots, *MONTHS, confidence=1)
    with pytest.raises(hs.ConfigError, match="dispersion"):
        hotspot_change(incidents, spots, *MONTHS, dispersion=0.5)
    with pytest.raises(hs.DataError) as caught:
        hotspot_change(incidents.drop(columns="crime_ref"), spots, *MONTHS, confidence=1)
    assert len(caught.value.problems) == 2


def beats_with(counts):
    """Incidents in a row of beats: counts by day, then beat; and the beats."""
    day, beat = np.indices(counts.shape).reshape(2, -1)
    often = counts.ravel()
    x = np.repeat(beat * 10.0 + 5, often)
    areas = gpd.GeoDataFrame(
        {"area": [f"B{n}" for n in range(counts.shape[1])]},
        geometry=[shapely.box(n * 10, 0, n * 10 + 10, 10) for n in range(counts.shape[1])],
        crs="EPSG:27700",
    )
    return incidents_at(x, np.full(len(x), 5.0), np.repeat(day, often), start="2023-01-01"), areas


YEARS_APART = ("2024-12-01", "2024-12-30"), ("2025-11-26", "2025-12-25")


@pytest.mark.slow
def test_counts_that_vary_more_than_poisson_counts_call_less():
    # Each beat has good and bad months of its own: nothing changes for good.
    random = np.random.default_rng(4)
    called = {1.0: 0, None: 0}
    for _ in range(40):
        month = random.gamma(4, 1 / 4, (37, 9)) * 0.7
        counts = random.poisson(np.repeat(month, 30, axis=0)[:1095])
        incidents, areas = beats_with(counts)
        for dispersion in called:
            change = hotspot_change(incidents, areas, *YEARS_APART, dispersion=dispersion)
            called[dispersion] += (change["p_value"] < 0.05).sum()
    assert called[1.0] > 0.2 * 40 * 9
    assert called[None] <= 0.06 * 40 * 9


def test_poisson_counts_are_taken_for_what_they_are():
    random = np.random.default_rng(5)
    found = []
    for _ in range(20):
        incidents, areas = beats_with(random.poisson(0.7, (1095, 9)))
        found.append(hotspot_change(incidents, areas, *YEARS_APART).attrs["dispersion"])
    assert 1 <= np.mean(found) < 1.35


@pytest.mark.slow
def test_months_of_a_real_city_are_called_to_differ_in_one_of_twenty_cases(data_dir):
    """Under the Poisson rule a month differs from that of a year before in a fifth of all cases."""
    table = pd.read_csv(data_dir / "chicago_burglary_2014_2017" / "chicago_burglary_2014_2017.csv")
    day = pd.to_datetime(table["date_single"], dayfirst=True)
    incidents = gpd.GeoDataFrame(
        {"crime_ref": table.index.astype(str), "occurred_from": day, "occurred_to": day},
        geometry=gpd.points_from_xy(table["x"], table["y"]), crs=26971,
    )  # fmt: skip
    west, south, east, north = incidents.total_bounds
    boxes = [
        shapely.box(x, y, x + 8000, y + 8000)
        for x in np.arange(west, east, 8000) for y in np.arange(south, north, 8000)
    ]  # fmt: skip
    areas = gpd.GeoDataFrame({"area": range(len(boxes))}, geometry=boxes, crs=26971)
    held = areas.sjoin(incidents)["area"].value_counts()
    areas = areas[areas["area"].isin(held[held > 400].index)]
    p_values = {1.0: [], None: []}
    for month in pd.period_range("2016-01", "2017-12", freq="M"):
        periods = [(each.start_time, each.end_time.normalize()) for each in (month - 12, month)]
        for dispersion, found in p_values.items():
            change = hotspot_change(incidents, areas, *periods, dispersion=dispersion)
            found.extend(change["p_value"])
    assert np.mean(np.array(p_values[1.0]) < 0.05) > 0.15
    assert np.mean(np.array(p_values[None]) < 0.05) <= 0.06


def test_ground_chosen_by_the_first_period_is_said_to_fall_by_itself(surface, cluster):
    spots = hs.hotspots(surface, cluster)
    first, last = spots.attrs["chosen_on"]
    later = incidents_at([500] * 4, [500] * 4, [0, 1, 370, 371])
    nexts = ("2026-01-01", "2026-06-30"), ("2026-07-01", "2026-12-31")
    with pytest.warns(hs.DataWarning, match="falls towards the mean with nothing done"):
        change = hotspot_change(later, spots, (first, last), nexts[1])
    assert change["chosen_before"].all()
    assert not hotspot_change(later, spots, *nexts)["chosen_before"].any()
    beats = spot_frame(shapely.box(0, 0, 1000, 800))
    assert hotspot_change(later, beats, YEAR, nexts[1])["chosen_before"].isna().all()
    with pytest.warns(hs.DataWarning, match="falls towards the mean"):
        hotspot_change(later, beats, YEAR, nexts[1], chosen_on=YEAR)


def test_contours_that_touch_count_a_burglary_between_them_once():
    values = np.zeros((4, 4))
    values[1, 1] = values[2, 2] = 8.0
    grid = hs.Grid(0, 0, 10, ncols=4, nrows=4, crs="EPSG:27700")
    incidents = incidents_at([15, 25, 20], [15, 25, 20], [0, 1, 2])
    for method in ("cells", "smooth"):
        spots = hs.hotspots(grid.surface(values), incidents, threshold=8, method=method)
        held = spots.intersects(shapely.Point(20, 20)).sum()
        assert spots["crimes"].sum() == (3 if held else 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 12), st.integers(0, 12))
def test_the_p_value_of_equal_periods_is_that_of_the_slow_twin(before, after):
    incidents = incidents_at(
        [5] * (before + after), [5] * (before + after), [0] * before + [31] * after
    )
    found = hotspot_change(
        incidents, spot_frame(shapely.box(0, 0, 10, 10)),
        ("2025-01-01", "2025-01-10"), ("2025-02-01", "2025-02-10"),
    ).iloc[0]  # fmt: skip
    assert found["p_value"] == pytest.approx(naive.two_counts_p_value(before, after))
    assert found["ratio_low"] >= 0
    if before == 0:
        assert found["ratio_high"] == np.inf
    elif found["p_value"] > 0.05:
        assert found["ratio_low"] <= 1 <= found["ratio_high"]


def streets():
    lines = [[(0, 0), (500, 0)], [(500, 0), (1000, 0)], [(0, 200), (0, 1200)]]
    return gpd.GeoDataFrame(
        {"street": ["High Street", "High Street", None]},
        geometry=[shapely.LineString(line) for line in lines],
        crs="EPSG:27700",
    )


def test_streets_are_ranked_by_crimes_per_kilometre_and_year():
    incidents = incidents_at([10, 20, 600, 5, 300], [3, 50, 3, 700, 51], [0] * 5)
    found = street_hotspots(incidents, streets(), 50, period=YEAR)
    assert found["crimes"].tolist() == [2, 1, 1]
    assert found["per_km_year"].tolist() == pytest.approx([per * 365.25 / 365 for per in (4, 2, 1)])
    assert found.attrs["unmatched"] == 1
    assert (found["low"] < found["per_km_year"]).all()
    by_name = street_hotspots(incidents, streets(), 50, by="street", period=YEAR)
    assert by_name["crimes"].tolist() == [3, 1]
    assert by_name["length_km"].tolist() == [1.0, 1.0]
    assert by_name["street"].iloc[0] == "High Street"
    assert len(street_hotspots(incidents, streets(), 50, minimum=2, period=YEAR)) == 1


def test_an_incident_between_two_streets_counts_once_on_the_first_by_what_they_say():
    incidents = incidents_at([500], [30], [0])
    first, second = (
        street_hotspots(incidents, lines, minimum=0, period=YEAR)
        for lines in (streets(), streets().iloc[[1, 0, 2]])
    )
    assert first["crimes"].tolist() == [1, 0, 0]
    pd.testing.assert_frame_equal(first, second)


def test_a_geotiff_says_where_it_lies_and_what_it_shows(tmp_path, surface):
    import tifffile

    (path,) = write_surface(surface, tmp_path / "density.tif", marking="OFFICIAL <b>")
    assert path == tmp_path / "density.tif"
    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        np.testing.assert_array_equal(
            page.asarray(), np.flipud(surface.to_numpy()).astype(np.float32)
        )
        geo = file.geotiff_metadata
        assert int(geo["ProjectedCSTypeGeoKey"]) == 27700
        assert geo["ModelPixelScale"] == [50.0, 50.0, 0.0]
        assert geo["ModelTiepoint"] == [0.0, 0.0, 0.0, 0.0, 800.0, 0.0]
        about = page.tags[42112].value
    assert '<Item name="marking">OFFICIAL &lt;b&gt;</Item>' in about
    assert "incidents per km&#178; per year" in about


def test_a_wrong_name_for_a_file_is_a_wrong_argument_and_a_wrong_crs_wrong_data(tmp_path, surface):
    spots = hs.hotspots(surface)
    with pytest.raises(hs.ConfigError, match=r"A surface is written as \.tif"):
        write_surface(surface, tmp_path / "density.png")
    with pytest.raises(hs.ConfigError, match=r"Hotspots are written as \.gpkg"):
        write_hotspots(spots, tmp_path / "spots.shp")
    without_code = surface.assign_attrs(crs="+proj=tmerc +lat_0=10 +lon_0=3 +ellps=airy +units=m")
    with pytest.raises(hs.DataError, match="no EPSG code"):
        write_surface(without_code, tmp_path / "density.tif")
    with pytest.raises(hs.DataError, match="not in metres"):
        write_hotspots(spots.to_crs(4326), tmp_path / "spots.gpkg")
    with pytest.raises(hs.DataError, match="2 problems"):
        write_hotspots(spots.to_crs(4326), tmp_path / "spots.shp")
    assert list(tmp_path.iterdir()) == []


def test_hotspots_come_back_from_a_geopackage(tmp_path, surface):
    spots = hs.hotspots(surface)
    write_hotspots(spots, tmp_path / "spots.gpkg")
    back = gpd.read_file(tmp_path / "spots.gpkg")
    assert back.crs == spots.crs
    assert back["peak"].tolist() == spots["peak"].tolist()
    write_hotspots(spots.iloc[:0], tmp_path / "none.gpkg")
    assert gpd.read_file(tmp_path / "none.gpkg").empty


@pytest.mark.slow
@pytest.mark.parametrize("number", [12, 60])
@pytest.mark.parametrize(("mean", "followers"), [(1.0, 0.0), (3.0, 0.4), (20.0, 0.4)])
def test_intervals_of_streets_hold_the_truth(number, mean, followers):
    """Those of Poisson counts held it in 84 of 100 where four in ten have a follower."""
    random = np.random.default_rng(number)
    rate = random.gamma(3, mean / 3, number)
    lines = [shapely.LineString([(0, 200 * at), (1000, 200 * at)]) for at in range(number)]
    frame = gpd.GeoDataFrame(
        {"street": [f"{at:03}" for at in range(number)]}, geometry=lines, crs="EPSG:27700"
    )
    held = []
    for _ in range(60):
        began = np.repeat(np.arange(number), random.poisson(rate * (1 - followers)))
        # A geometric number follow each, in weeks: on average as many as were to be expected.
        follow = random.geometric(1 - followers, len(began))
        at = np.repeat(began, follow)
        day = np.repeat(random.uniform(0, 730, len(began)), follow)
        day = (day + random.exponential(14, len(at)) * (followers > 0)) % 730
        made = incidents_at(500 + 0 * at, 200.0 * at, np.floor(day), start="2024-01-01")
        found = street_hotspots(made, frame, period=("2024-01-01", "2025-12-30"), minimum=0)
        truth = rate[found["street"].astype(int)] / 2 * 365.25 / 365
        held.append(((found["low"] <= truth) & (truth <= found["high"])).mean())
    assert np.mean(held) >= 0.93 - 0.01
