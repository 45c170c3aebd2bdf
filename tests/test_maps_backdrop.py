"""Backdrops in the layouts of Ordnance Survey and OpenStreetMap."""

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from hotspot._errors import ConfigError, DataError
from hotspot.maps.backdrop import Backdrop, read_backdrop

X, Y = 640000, 370000
HERE = gpd.GeoDataFrame(geometry=[shapely.box(X, Y, X + 100, Y + 100)], crs="EPSG:27700")
LINE = shapely.LineString([(X, Y), (X + 90, Y)])
AREA = shapely.box(X + 10, Y + 10, X + 20, Y + 20)
FAR = 9000.0


def layer(shape: Any, **columns: list[Any]) -> gpd.GeoDataFrame:
    """Make a layer: a row for each value, the last of them far away."""
    number = max(map(len, columns.values())) if columns else 2
    shapes = gpd.GeoSeries([shape] * number, crs="EPSG:27700")
    shapes.iloc[-1] = shapely.transform(shape, lambda places: places + FAR)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:27700")


def tell(backdrop: Backdrop) -> dict[str, Any]:
    return {
        "streets": None if backdrop.streets is None else backdrop.streets["street"].tolist(),
        "buildings": None if backdrop.buildings is None else len(backdrop.buildings),
        "water": None if backdrop.water is None else len(backdrop.water),
    }


def test_os_open_roads(tmp_path: Path) -> None:
    file = tmp_path / "oproad_gb.gpkg"
    names, numbers = ["Mill Lane", None, "Far Lane"], [None, "A149", None]
    layer(LINE, name_1=names, road_classification_number=numbers).to_file(file, layer="road_link")
    layer(LINE.centroid, form_of_road_node=["junction"] * 2).to_file(file, layer="road_node")

    assert tell(read_backdrop(file, HERE)) == {
        "streets": ["Mill Lane", "A149"],
        "buildings": None,
        "water": None,
    }


def test_os_open_zoomstack(tmp_path: Path) -> None:
    file = tmp_path / "OS_Open_Zoomstack.gpkg"
    layer(LINE, type=["Local"] * 2, name=["Mill Lane", "Far"]).to_file(file, layer="roads_local")
    layer(AREA, uuid=["a", "b"]).to_file(file, layer="local_buildings")
    layer(AREA, type=["Local"] * 2).to_file(file, layer="surfacewater")
    layer(LINE, type=["Local"] * 2).to_file(file, layer="waterlines")
    layer(LINE, type=["Rail"] * 2).to_file(file, layer="rail")

    assert tell(read_backdrop(file, HERE)) == {
        "streets": ["Mill Lane"],
        "buildings": 1,
        "water": 2,
    }


def test_os_openmap_local_in_a_folder_of_shapefiles(tmp_path: Path) -> None:
    layer(LINE, distName=["Mill Lane", "Far"]).to_file(tmp_path / "TG_Road.shp")
    layer(AREA, ID=["a", "b"]).to_file(tmp_path / "TG_Building.shp")
    layer(AREA, ID=["a", "b"]).to_file(tmp_path / "TG_SurfaceWater_Area.shp")
    layer(LINE.centroid, ID=["a", "b"]).to_file(tmp_path / "TG_MotorwayJunction.shp")

    told = tell(read_backdrop(tmp_path, HERE))

    assert told == {"streets": ["Mill Lane"], "buildings": 1, "water": 1}


def test_geofabriks_shapefiles_of_openstreetmap(tmp_path: Path) -> None:
    roads = layer(LINE, name=["Mill Lane", None, "Path", "Far"],
                  fclass=["residential", "service", "footway", "residential"])  # fmt: skip
    roads.to_crs(4326).to_file(tmp_path / "gis_osm_roads_free_1.shp")
    buildings = layer(AREA, type=["house"] * 2).to_crs(4326)
    buildings.to_file(tmp_path / "gis_osm_buildings_a_free_1.shp")
    layer(AREA, fclass=["water"] * 2).to_crs(4326).to_file(tmp_path / "gis_osm_water_a_free_1.shp")
    rails = layer(LINE, name=["Line"] * 2).to_crs(4326)
    rails.to_file(tmp_path / "gis_osm_railways_free_1.shp")

    backdrop = read_backdrop(tmp_path, HERE)

    assert tell(backdrop) == {"streets": ["Mill Lane", None], "buildings": 1, "water": 1}
    assert backdrop.streets is not None
    assert backdrop.streets.crs == HERE.crs


def test_tags_of_openstreetmap_in_one_file(tmp_path: Path) -> None:
    features = [
        (LINE, {"highway": "residential", "name": "Mill Lane"}),
        (LINE, {"highway": "steps"}),
        (LINE, {"waterway": "stream", "name": "Mill Beck"}),
        (AREA, {"building": "yes"}),
        (AREA, {"building": "no"}),
        (AREA, {"natural": "water"}),
        (AREA, {"landuse": "reservoir"}),
        (AREA, {"landuse": "forest"}),
    ]
    shapes = gpd.GeoSeries([shape for shape, _ in features], crs="EPSG:27700").to_crs(4326)
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": tags, "geometry": shapely.geometry.mapping(shape)}
            for shape, (_, tags) in zip(shapes, features, strict=True)
        ],
    }
    file = tmp_path / "export.geojson"
    file.write_text(json.dumps(collection), encoding="utf-8")

    assert tell(read_backdrop(file, HERE)) == {
        "streets": ["Mill Lane"],
        "buildings": 1,
        "water": 3,
    }


def test_what_cannot_be_a_backdrop_is_told(tmp_path: Path) -> None:
    layer(AREA, ward=["A", "B"]).to_file(tmp_path / "wards.gpkg", layer="wards")
    layer(LINE, name=["Mill Lane", "Far"]).to_file(tmp_path / "roads.gpkg", layer="roads")
    elsewhere = HERE.set_geometry(HERE.translate(50_000))
    (tmp_path / "notes.gpkg").write_text("no geopackage")
    (tmp_path / "empty").mkdir()

    for file, within, sentence in (
        ("none.gpkg", HERE, "There is no file"),
        ("wards.gpkg", HERE, "no layer of streets, buildings or water: wards"),
        ("roads.gpkg", elsewhere, "lies where the map is"),
        ("roads.gpkg", HERE.iloc[:0], "which is nothing. The incidents are empty"),
        ("roads.gpkg", HERE.set_crs(None, allow_override=True), "have no CRS"),
        ("roads.gpkg", HERE.to_crs(4326), "is not in metres"),
        ("notes.gpkg", HERE, "no geographic file that can be read"),
        ("empty", HERE, "holds no GeoPackage"),
    ):
        with pytest.raises(DataError, match=sentence):
            read_backdrop(tmp_path / file, within)


def test_a_margin_that_is_no_distance_is_refused(tmp_path: Path) -> None:
    layer(LINE, name=["Mill Lane", "Far"]).to_file(tmp_path / "roads.gpkg", layer="roads")

    with pytest.raises(ConfigError, match="margin_m must be a finite number"):
        read_backdrop(tmp_path / "roads.gpkg", HERE, margin_m=-1)
    assert tell(read_backdrop(tmp_path / "roads.gpkg", HERE, margin_m=0))["streets"]


def test_a_layer_that_does_not_say_where_it_is_is_refused_only_where_it_is_needed(
    tmp_path: Path,
) -> None:
    nowhere = layer(LINE, name=["Mill Lane", "Far"]).set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        nowhere.to_file(tmp_path / "roads.gpkg", layer="roads")
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        nowhere.to_file(tmp_path / "other.gpkg", layer="names")
    with pytest.raises(DataError, match=r"roads\.gpkg does not say what its coordinates are in"):
        read_backdrop(tmp_path, HERE)
    (tmp_path / "roads.gpkg").unlink()
    layer(LINE, name=["Mill Lane", "Far"]).to_parquet(tmp_path / "roads.parquet")
    assert tell(read_backdrop(tmp_path, HERE))["streets"] == ["Mill Lane"]


def test_a_zipped_shapefile_is_read(tmp_path: Path) -> None:
    layer(LINE, name=["Mill Lane", "Far"]).to_file(tmp_path / "roads.shp")
    with zipfile.ZipFile(tmp_path / "roads.zip", "w") as zipped:
        for part in tmp_path.glob("roads.*"):
            if part.suffix != ".zip":
                zipped.write(part, part.name)
    assert tell(read_backdrop(tmp_path / "roads.zip", HERE))["streets"] == ["Mill Lane"]
