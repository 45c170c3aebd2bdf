"""Formats of maps, zip files, and tables that come through the Arrow interface."""

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

import hotspot as hs
from hotspot._errors import DataError
from hotspot.reading.sources import open_source

CRIMES = {
    "Crime Ref": ["A1", "A2"],
    "Date From": ["01/03/2026", "17/03/2026"],
}
XY = np.array([[451000.0, 340000.0], [451100.0, 340050.0]])
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
DRIVERS = {
    ".shp": "ESRI Shapefile",
    ".tab": "MapInfo File",
    ".mif": "MapInfo File",
    ".kml": "LIBKML",
    ".kmz": "LIBKML",
}


def layer(path: Path, frame: gpd.GeoDataFrame) -> Path:
    degrees = path.suffix in (".kml", ".kmz")
    (frame.to_crs(4326) if degrees else frame).to_file(path, driver=DRIVERS.get(path.suffix))
    return path


def points(first: int = 0) -> gpd.GeoDataFrame:
    crimes = {"ref": [f"A{first}", f"A{first + 1}"], "date": CRIMES["Date From"]}
    return gpd.GeoDataFrame(crimes, geometry=shapely.points(XY + first), crs=27700)


def beats(first: int = 0) -> gpd.GeoDataFrame:
    boxes = [shapely.box(x, 340000, x + 500, 341000) for x in (450500 + first, 451000 + first)]
    return gpd.GeoDataFrame({"beat": [f"N{first}", f"S{first}"]}, geometry=boxes, crs=27700)


def zipped(path: Path, **files: Path) -> Path:
    """Zip files and what lies beside them under the same name, at the places given."""
    with zipfile.ZipFile(path, "w") as made:
        for place, file in files.items():
            for part in file.parent.glob(f"{file.stem}.*"):
                made.write(part, f"{place}{part.suffix}")
    return path


@pytest.mark.parametrize("ending", DRIVERS)
def test_points_polygons_and_addresses_are_read_from_every_format(
    tmp_path: Path, ending: str
) -> None:
    incidents = hs.read_incidents(layer(tmp_path / f"crimes{ending}", points()), to_crs=27700)
    assert np.allclose(shapely.get_coordinates(incidents.geometry), XY, atol=0.01)
    assert incidents["crime_ref"].tolist() == ["A0", "A1"]
    assert incidents["occurred_from"].dt.day.tolist() == [1, 17]
    areas = hs.read_areas(layer(tmp_path / f"beats{ending}", beats()), to_crs=27700)
    assert areas["area"].tolist() == ["N0", "S0"]
    homes = points().assign(uprn=["1", "2"], address=["1 High St", "2 High St"])
    homes = homes[["uprn", "address", "geometry"]]
    addresses = hs.read_addresses(layer(tmp_path / f"homes{ending}", homes), to_crs=27700)
    assert addresses["uprn"].tolist() == ["1", "2"]


def test_a_zipped_layer_may_lie_in_a_folder(tmp_path: Path) -> None:
    for name in ("beats.shp", "beats.tab", "beats.kml"):
        (tmp_path / name[-3:]).mkdir()
        file = layer(tmp_path / name[-3:] / name, beats())
        path = zipped(tmp_path / f"{name[-3:]}.zip", **{"data/Beats 2026/beats": file})
        assert hs.read_areas(path, to_crs=27700)["area"].tolist() == ["N0", "S0"]


def test_layers_of_points_in_a_zip_are_read_together(tmp_path: Path) -> None:
    files = {f"y/{n}": layer(tmp_path / f"m{n}.shp", points(n)) for n in (2, 4)}
    check = hs.check_incidents(zipped(tmp_path / "months.zip", **files))
    assert len(check.accepted) == 4
    assert check.accepted.index.tolist() == ["2:1", "2:2", "4:1", "4:2"]
    assert len(hs.check_incidents(tmp_path / "months.zip", sheet="4").accepted) == 2


def test_of_layers_of_areas_the_first_is_read_and_it_is_told(tmp_path: Path) -> None:
    files = {n: layer(tmp_path / f"{n}.shp", beats(at)) for n, at in (("beats", 0), ("wards", 9))}
    path = zipped(tmp_path / "areas.zip", **files)
    with pytest.warns(hs.DataWarning, match=r"Read the layer 'beats' of areas\.zip; not read: 'w"):
        assert hs.read_areas(path)["area"].tolist() == ["N0", "S0"]
    with pytest.raises(DataError, match=r"no layer 'beat'; it has beats, wards"):
        open_source(path, sheet="beat")


def test_layers_of_one_name_are_told_apart_by_their_place(tmp_path: Path) -> None:
    files = {f"{n}/beats": layer(tmp_path / f"{n}.shp", beats(n)) for n in (1, 2)}
    opened = open_source(zipped(tmp_path / "areas.zip", **files))
    assert opened.sheets == ("1/beats/beats", "2/beats/beats")


def test_texts_in_a_zip_are_read_and_what_is_none_is_named(tmp_path: Path) -> None:
    frame = pd.DataFrame({**CRIMES, "Easting": XY[:, 0], "Northing": XY[:, 1]})
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("2026/a.csv", frame.to_csv(index=False))
        made.writestr("__MACOSX/2026/._a.csv", b"\x00\x05")
        made.writestr("2026/b.csv", frame.assign(**{"Crime Ref": ["B1", "B2"]}).to_csv(index=False))
        made.writestr("2026/codes.csv", "Code,Meaning\nD01,North\n")
    check = hs.check_incidents(path)
    assert check.accepted.index.tolist() == [f"2026/{f}.csv:{row}" for f in "ab" for row in (2, 3)]
    assert any("not read: '2026/codes.csv'" in note for note in check.notes)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("notes.docx", "x")
    with pytest.raises(DataError, match=r"no Shapefile, other layer or CSV file, but 'notes"):
        open_source(path)


def test_a_damaged_or_protected_zip_gets_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(DataError, match=r"a\.zip is no zip file that can be read"):
        open_source(path)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.csv", "Date,E,N\n1,2,3\n")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the mark of a protected member
    path.write_bytes(content)
    with pytest.raises(DataError, match="protected by a password"):
        open_source(path)


@pytest.mark.parametrize(("ending", "part"), [(".shp", ".shx"), (".shp", ".dbf"), (".tab", ".dat")])
def test_a_part_that_is_missing_is_named(tmp_path: Path, ending: str, part: str) -> None:
    path = layer(tmp_path / f"beats{ending}", beats())
    path.with_suffix(part).unlink()
    with pytest.raises(DataError, match=rf"cannot be read without beats\{part}"):
        open_source(path)


def test_text_parted_by_tabs_is_no_table_of_mapinfo(tmp_path: Path) -> None:
    path = tmp_path / "crimes.tab"
    path.write_text("Crime Ref\tDate\tE\tN\nA\t01/03/2026\t451000\t340000\n", encoding="utf-8")
    assert open_source(path).columns == ("Crime Ref", "Date", "E", "N")


def test_folders_of_a_kml_are_read_together_and_how_marks_look_is_left_out(tmp_path: Path) -> None:
    marks = "".join(
        f"<Folder><name>{name}</name><Placemark id='x{at}'><name>P{at}</name><ExtendedData>"
        f"<Data name='Crime Ref'><value>R{at}</value></Data>"
        f"<Data name='Date From'><value>1{at}/03/2026</value></Data></ExtendedData>"
        f"<Point><coordinates>-1.2{at},52.9,0</coordinates></Point></Placemark></Folder>"
        for at, name in enumerate(["June", "July"], 3)
    )
    path = tmp_path / "crimes.kml"
    space = "http://www.opengis.net/kml/2.2"
    path.write_text(f'<kml xmlns="{space}"><Document>{marks}</Document></kml>', encoding="utf-8")
    check = hs.check_incidents(path)
    assert check.accepted.index.tolist() == ["June:1", "July:1"]
    assert open_source(path).columns == ("Name", "Crime_Ref", "Date_From")


def tables() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Crime Ref": ["0012", "0013", None],
            "Date From": [dt.datetime(2026, 3, day, 22, 30) for day in (1, 2, 3)],
            "Easting": [451000, 451100, 451200],
            "Northing": [340000.0, 340000.0, None],
        }
    )


def by_polars(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("polars").DataFrame(frame.to_dict("list"), strict=False)


def by_duckdb(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("duckdb").connect().from_df(frame)


class Stream:
    """What any other library hands over: the interface and nothing else."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._table = pa.Table.from_pandas(frame)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "make",
    [by_polars, by_duckdb, pa.Table.from_pandas, Stream, pa.RecordBatch.from_pandas],
    ids=["polars", "duckdb", "pyarrow", "stream", "batch"],
)
def test_a_table_with_the_arrow_interface_is_read_as_its_frame_is(
    make: Callable[[pd.DataFrame], Any],
) -> None:
    frame = tables()
    check, own = hs.check_incidents(make(frame)), hs.check_incidents(frame)
    assert check.accepted.index.tolist() == own.accepted.index.tolist() == [0, 1]
    assert check.accepted["crime_ref"].tolist() == ["0012", "0013"]
    assert check.accepted["occurred_from"].tolist() == own.accepted["occurred_from"].tolist()
    assert check.rejected["row"].tolist() == [2]


def test_an_arrow_table_brings_its_points_and_their_crs() -> None:
    table = pa.table(points().to_arrow())
    incidents = hs.read_incidents(table)
    assert incidents.crs.to_epsg() == 27700
    assert np.allclose(shapely.get_coordinates(incidents.geometry), XY)
    assert hs.read_areas(pa.table(beats().to_arrow()))["area"].tolist() == ["N0", "S0"]


def test_what_is_no_table_says_what_to_do() -> None:
    with pytest.raises(DataError, match=r"cannot be read as a table.*Give a pandas frame"):
        open_source(pa.chunked_array([[1, 2]]))
    lazy = type("LazyFrame", (), {"collect": None})()
    with pytest.raises(DataError, match=r"not LazyFrame\. Call its collect\(\) first"):
        open_source(lazy)
