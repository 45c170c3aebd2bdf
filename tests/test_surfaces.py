"""Surfaces that went through other tools: cells are read from coordinates, not from positions."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rioxarray
import shapely
import tifffile
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import Resampling

import hotspot as hs
from hotspot.density import plot_surface, rate_surface
from hotspot.grid import as_surface
from hotspot.maps import MapLayers
from hotspot.maps.surface_layers import draw_density, draw_forecast
from hotspot.output import write_surface
from tests.conftest import incidents_at

GRID = hs.Grid(451_000, 340_000, 100, ncols=12, nrows=9, crs="EPSG:27700")
YEAR = ("2025-01-01", "2025-12-31")


def density() -> xr.DataArray:
    random = np.random.default_rng(1)
    x = np.r_[random.normal(451_300, 60, 40), random.uniform(451_000, 452_200, 20)]
    y = np.r_[random.normal(340_700, 60, 40), random.uniform(340_000, 340_900, 20)]
    return hs.kernel_density(incidents_at(x, y, np.zeros(60)), GRID, 250, period=YEAR)


SURFACE = density()


def as_raster(surface: xr.DataArray) -> xr.DataArray:
    """Return it as a reader of rasters does: a band, the CRS in a coordinate, no data by number."""
    raster = surface.sortby("y", ascending=False).expand_dims(band=[1]).fillna(-9999)
    raster.attrs = {"_FillValue": -9999.0}
    reference = xr.DataArray(0, attrs={"crs_wkt": GRID.crs.to_wkt()})
    return raster.assign_coords(spatial_ref=reference)


TURNED = {
    "north-up": lambda s: s[::-1],
    "east to west": lambda s: s[:, ::-1],
    "transposed": lambda s: s.transpose("x", "y"),
    "shuffled": lambda s: s.isel(y=np.random.default_rng(2).permutation(s.sizes["y"])),
    "a raster": as_raster,
}


@pytest.mark.parametrize("turn", TURNED.values(), ids=TURNED)
def test_a_turned_surface_gives_the_same_hotspots_rates_files_and_maps(turn, tmp_path):
    turned = turn(SURFACE)
    assert hs.Grid.of(turned) == GRID
    expected, found = hs.hotspots(SURFACE, area_share=0.05), hs.hotspots(turned, area_share=0.05)
    assert found.geom_equals_exact(expected, 1e-6).all()
    assert found["peak"].tolist() == expected["peak"].tolist()

    (straight,) = write_surface(SURFACE, tmp_path / "straight.tif")
    (other,) = write_surface(turned, tmp_path / "turned.tif")
    assert np.array_equal(tifffile.imread(straight), tifffile.imread(other))

    incidents = incidents_at([451_250], [340_650], [0])
    one, two = (
        rate_surface(incidents, counts, bandwidth_m=300, period=YEAR)["rate"]
        for counts in (SURFACE, turned)
    )
    assert one.equals(two)
    for draw in (draw_density, draw_forecast):
        one, two = (draw(as_surface(surface)).rows for surface in (SURFACE, turned))
        assert [row[0] for row in one] == [row[0] for row in two]
    assert hs.briefing_map(incidents, surface=turned, layers=MapLayers(forecast=turned))
    assert plot_surface(as_surface(turned)).axes


@settings(max_examples=20, deadline=None)
@given(
    rows=st.tuples(st.integers(0, 2), st.integers(6, 9)),
    cols=st.tuples(st.integers(0, 3), st.integers(7, 12)),
    stride=st.integers(1, 3),
    north_up=st.booleans(),
)
def test_clipped_and_strided_surfaces_have_the_cells_of_their_coordinates(
    rows, cols, stride, north_up
):
    part = SURFACE[slice(*rows, stride), slice(*cols, stride)]
    part = part[::-1] if north_up else part
    grid = hs.Grid.of(part)
    assert grid.cell_size_m == 100 * stride
    assert np.allclose(grid.x, part["x"])
    assert np.allclose(grid.y, np.sort(part["y"]))
    top = hs.hotspots(part, area_share=0.5).geometry[0]
    peak = part.where(part == part.max(), drop=True)
    assert top.distance(shapely.Point(float(peak["x"][0]), float(peak["y"][0]))) == 0


def test_a_coarsened_surface_has_larger_cells():
    coarse = SURFACE.coarsen(x=3, y=3).mean()
    grid = hs.Grid.of(coarse)
    assert (grid.cell_size_m, grid.shape, grid.bounds) == (300, (3, 4), GRID.bounds)
    incidents = incidents_at([451_250] * 5, [340_650] * 5, [0] * 5)
    assert hs.hotspots(coarse, incidents, area_share=0.1)["crimes"][0] == 5
    assert as_surface(coarse).attrs["units"] == SURFACE.attrs["units"]


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")
@pytest.mark.parametrize("cell_m", [50, 100])
def test_a_reprojected_surface_has_its_hotspots_where_they_were(cell_m):
    """Through rioxarray into UTM, whose north is a degree off: hotspots kilometres away before."""
    there = SURFACE.rio.write_crs(GRID.crs).rio.reproject(
        "EPSG:32630", resolution=cell_m, resampling=Resampling.nearest
    )
    expected, found = (hs.hotspots(surface, area_share=0.05) for surface in (SURFACE, there))
    assert found.crs == "EPSG:32630"
    back = found.to_crs(expected.crs)
    assert back.distance(expected).max() == 0
    assert back.centroid.distance(expected.centroid).max() < 50
    assert back.intersection(expected).area.sum() > 0.75 * expected.area.sum()


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")
def test_a_surface_goes_through_a_raster_file_and_back(tmp_path):
    SURFACE.rio.write_crs(GRID.crs).rio.to_raster(tmp_path / "theirs.tif")
    (ours,) = write_surface(SURFACE, tmp_path / "ours.tif")
    for path in (tmp_path / "theirs.tif", ours):
        with rioxarray.open_rasterio(path, masked=True) as raster:
            assert hs.Grid.of(raster) == GRID
            there = as_surface(raster).to_numpy()
        np.testing.assert_allclose(there, SURFACE.to_numpy(), rtol=1e-6)


def test_the_crs_of_the_last_step_is_taken_not_the_one_carried_along():
    moved = SURFACE.assign_coords(spatial_ref=xr.DataArray(0, attrs={"spatial_ref": "EPSG:32631"}))
    assert moved.attrs["crs"] == "EPSG:27700"
    assert hs.Grid.of(moved).crs.to_epsg() == 32631


def test_what_has_no_known_cells_is_refused_with_what_to_do():
    uneven, nameless = SURFACE.isel(x=[0, 1, 3, 4]), SURFACE.copy()
    del nameless.attrs["crs"]
    for surface, words in (
        (uneven, "not square and evenly spaced .x in steps of 100 to 200"),
        (SURFACE[:, ::2], "200 by 100"),
        (nameless, "names no CRS"),
        (SURFACE.drop_vars("x"), "with the coordinates of cell centres"),
        (SURFACE.rename(x="lon", y="lat"), "dimensions y and x"),
        (SURFACE.to_numpy(), "must be an xarray.DataArray"),
    ):
        for ask in (
            hs.hotspots,
            lambda given: write_surface(given, Path("never.tif")),
            lambda given: hs.briefing_map(incidents_at([451_250], [340_650], [0]), surface=given),
        ):
            with pytest.raises(hs.DataError, match=words):
                ask(surface)
    del uneven.attrs["crs"]
    with pytest.raises(hs.DataError) as caught:
        hs.Grid.of(uneven)
    assert len(caught.value.problems) == 2


def test_a_surface_of_one_row_or_cell_takes_its_size_from_what_is_there():
    assert hs.Grid.of(SURFACE[2:3]).shape == (1, 12)
    assert hs.Grid.of(SURFACE[2:3, 4:5]).bounds == (451_400, 340_200, 451_500, 340_300)
    lone = SURFACE[2:3, 4:5].copy()
    del lone.attrs["cell_size_m"]
    with pytest.raises(hs.DataError, match="one cell"):
        hs.Grid.of(lone)


def test_surfaces_have_names_for_programs_and_for_people():
    assert (SURFACE.name, SURFACE.attrs["long_name"]) == ("density", "density of incidents")
    assert GRID.surface(np.zeros(GRID.shape)).name == "surface"
    x, y = np.random.default_rng(3).uniform(0, 900, (2, 30))
    incidents = incidents_at(451_000 + x, 340_000 + y, range(30))
    assert hs.RetrospectiveDensity().fit(incidents, "2025-02-01").predict(GRID).name == "expected"
    homes = gpd.GeoDataFrame(geometry=gpd.points_from_xy([451_500], [340_500]), crs=27700)
    rates = rate_surface(incidents, homes, GRID, bandwidth_m=400, period=YEAR)
    assert rates["rate_unshrunk"].attrs["long_name"] == "rate_unshrunk"
