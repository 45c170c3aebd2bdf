"""Frames of ours written as a shapefile, which cuts names to ten letters, are read back."""

import datetime as dt
import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import hotspot as hs


def written(frame: gpd.GeoDataFrame, path: Path) -> Path:
    with warnings.catch_warnings():
        # That names are cut is what this is about.
        warnings.simplefilter("ignore")
        frame.to_file(path)
    return path


@pytest.mark.filterwarnings("ignore::hotspot.DataWarning")
def test_crimes_and_addresses_come_back_from_a_shapefile(sample_dir: Path, tmp_path: Path):
    pairs = [
        (hs.read_incidents, sample_dir / "burglaries.csv", "crime_ref"),
        (hs.read_addresses, sample_dir / "addresses.csv", "uprn"),
    ]
    for read, source, key in pairs:
        frame = read(source)  # type: ignore[operator]
        frame = frame[~frame[key].duplicated()].iloc[:200]
        back = read(written(frame, tmp_path / f"{key}.shp"))  # type: ignore[operator]
        assert back.crs == frame.crs
        assert back.columns.tolist() == frame.columns.tolist()
        for name in frame.columns:
            one, other = (each[name].reset_index(drop=True) for each in (frame, back))
            if one.dtype.kind == "M":
                assert (one.isna() == other.isna()).all()
                assert ((one - other).dropna() == pd.Timedelta(0)).all()
            else:
                assert one.astype(object).where(one.notna(), None).tolist() == (
                    other.astype(object).where(other.notna(), None).tolist()
                )


def test_dates_without_times_of_a_shapefile_are_days(tmp_path: Path):
    days = [dt.date(2026, 3, 1), dt.date(2026, 3, 2)]
    frame = gpd.GeoDataFrame(
        {"crime_ref": ["a", "b"], "occurred_from": days, "occurred_to": days},
        geometry=gpd.points_from_xy([530000, 530100], [180000, 180000]),
        crs=27700,
    )
    read = hs.read_incidents(written(frame, tmp_path / "a.shp"))
    assert read["occurred_from"].dt.date.tolist() == days
    assert (read["occurred_to"].dt.date == pd.Series(days, read.index)).all()
    assert read.attrs["resolution"] == "day"
