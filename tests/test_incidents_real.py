"""Real exports, traps included; what is expected was counted with plain pandas."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import hotspot as hs
from hotspot.incidents.layout import field_text, read_layout
from hotspot.incidents.offences import BY_DEFAULT, select_offences


def raw(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.set_axis(range(2, len(frame) + 2))


@pytest.fixture(scope="module")
def atlanta(data_dir: Path) -> hs.incidents.IncidentCheck:
    """Check the burglaries of Atlanta once for those who read what came of it."""
    path = data_dir / "atlanta_2021_2024" / "apd_2021_2024.csv.gz"
    return hs.check_incidents(path, offences="burglary")


def test_cincinnati_is_counted_by_incident(data_dir: Path) -> None:
    path = data_dir / "cincinnati_burglary_2016_2018" / "cincinnati_burglary.csv.gz"
    table = raw(path)
    located = table[table["longitude"] != "NA"]
    check = hs.check_incidents(path)
    assert check.rows_read == len(table) == 8723
    assert len(check.accepted) == located["incident_no"].nunique() == 6660
    # Of one crime listed at several points the most western stands, in whatever order they come.
    points = gpd.points_from_xy(located["longitude"], located["latitude"], crs=4326).to_crs(32616)
    east = pd.Series(points.x, index=located.index)
    stands = check.accepted.index
    west = east.groupby(located["incident_no"]).transform("min")
    assert located.loc[stands, "incident_no"].is_unique
    np.testing.assert_allclose(east[stands], west[stands], rtol=0, atol=1e-3)
    assert (east > west + 1).sum() > 100
    reasons = check.rejected["reason"]
    assert (reasons == "no coordinates").sum() == (table["longitude"] == "NA").sum() == 426
    duplicates = check.rejected[reasons.str.startswith("duplicate of row ")]
    assert len(duplicates) == 1637
    kept = duplicates["reason"].str.extract(r"row (\d+), ([\d,]+) m away")
    assert table.loc[kept[0].astype(int), "incident_no"].tolist() == duplicates["value"].tolist()
    assert check.resolution == "day"
    assert any("carry a time zone" in text for text in check.warnings)
    written = pd.to_datetime(table.loc[stands, "offense_date"].str.rstrip("Z"))
    assert (check.accepted["occurred_from"] == written).all()
    assert check.accepted.crs.to_epsg() == 32616


def test_nottingham_is_months_in_disguise(data_dir: Path) -> None:
    check = hs.check_incidents(data_dir / "nottingham_burglary_2022" / "nottingham_burglary.csv.gz")
    assert (len(check.accepted), len(check.rejected)) == (1795, 0)
    assert check.resolution == "month"
    assert check.accepted.crs == "EPSG:27700"
    assert any("OSTN15" in note or "exact to" in note for note in check.notes)


def test_police_uk_is_months_and_burglary_can_be_chosen(data_dir: Path) -> None:
    path = data_dir / "police_uk_2019_01" / "2019-01-cambridgeshire-street.csv"
    table = raw(path)
    burglary = table["Crime type"] == "Burglary"
    located = table["Longitude"] != ""
    check = hs.check_incidents(path, offences="burglary")
    assert burglary.sum() == 517
    assert len(check.accepted) == (burglary & located).sum() == 500
    assert check.resolution == "month"
    assert check.summary().startswith("Used 500. Not burglary 6,062. Could not use 17.\n")
    assert set(check.rejected["reason"].tolist()[:17]) == {"no coordinates"}
    assert len(check.accepted) + len(check.rejected) == len(table) == 6579
    everything = hs.check_incidents(path)
    assert len(everything.accepted) == located.sum()
    assert everything.accepted["crime_ref"].is_unique
    assert any('offences="burglary"' in text for text in everything.warnings)


def test_atlanta_is_month_first_and_far_geocodes_are_rejected(data_dir: Path) -> None:
    path = data_dir / "atlanta_2021_2024" / "apd_2021_2024.csv.gz"
    table = raw(path)
    check = hs.check_incidents(path)
    degrees = table[["Longitude", "Latitude"]].astype(float)
    middle = degrees.median()
    east = (degrees["Longitude"] - middle["Longitude"]) * np.cos(np.radians(middle["Latitude"]))
    north = degrees["Latitude"] - middle["Latitude"]
    far = np.hypot(east, north) * 111.2 > 100
    rejected = check.rejected[check.rejected["reason"].str.startswith("far from the rest")]
    assert rejected["row"].tolist() == table.index[far].tolist()
    assert len(rejected) == 5
    incidents = table.loc[~far, "IncidentNumber"].nunique()
    assert len(check.accepted) == incidents
    assert any("read month first" in text for text in check.warnings)


def test_atlanta_has_516_burglaries_with_windows(
    data_dir: Path, atlanta: hs.incidents.IncidentCheck
) -> None:
    path = data_dir / "atlanta_2021_2024" / "apd_2021_2024.csv.gz"
    table = raw(path)
    burglaries = table[table["NIBRS_Offense"] == "Burglary/Breaking & Entering"]
    check = atlanta
    assert len(check.accepted) == len(burglaries) == 516
    start = pd.to_datetime(burglaries["OccurredFromDate"], format="%m/%d/%Y %H:%M")
    end = pd.to_datetime(burglaries["OccurredToDate"], format="%m/%d/%Y %H:%M")
    assert (check.accepted["occurred_from"] == start).all()
    # Three rows end long after they were recorded, one of them, 13081, by a wrong year.
    recorded = pd.to_datetime(burglaries["ReportDate"], format="%m/%d/%Y %H:%M")
    late = (end > recorded + pd.Timedelta(days=1)) & (start <= recorded)
    assert end.index[late].tolist() == [8414, 13081, 13443]
    assert (check.accepted["occurred_to"] == end.where(~late, recorded)).all()
    assert sum("(rows 8414, 13081 and 13443)" in text for text in check.warnings) == 1
    longer = (check.accepted["occurred_to"] - check.accepted["occurred_from"]).dt.days >= 1
    assert longer.mean() == pytest.approx(0.19, abs=0.01)
    assert not any("of over a year" in text for text in check.warnings)


def test_atlantas_x_and_y_are_degrees_too(
    data_dir: Path, atlanta: hs.incidents.IncidentCheck
) -> None:
    path = data_dir / "atlanta_2021_2024" / "apd_2021_2024.csv.gz"
    trapped = hs.check_incidents(path, columns={"x": "x", "y": "y"}, offences="burglary")
    assert any("hold degrees" in text for text in trapped.warnings)
    assert atlanta.accepted.geometry.distance(trapped.accepted.geometry).max() < 0.01


def test_chicago_is_accepted_whole(data_dir: Path) -> None:
    path = data_dir / "chicago_burglary_2014_2017" / "chicago_burglary_2014_2017.csv"
    table = raw(path)
    check = hs.check_incidents(path, crs="EPSG:26971")
    assert (len(check.accepted), len(check.rejected)) == (len(table), 0) == (45_319, 0)
    written = pd.to_datetime(table["date_single"], format="%d/%m/%Y")
    assert (check.accepted["occurred_from"] == written).all()
    assert np.allclose(check.accepted.geometry.x, table["x"].astype(float), rtol=0, atol=1e-6)
    assert check.accepted["crime_ref"].is_unique
    assert not any("one point" in text for text in check.warnings)
    same = table.duplicated().sum()
    assert sum(f"{same:,} rows without a reference" in text for text in check.warnings) == 1


def test_chicago_without_a_crs_is_asked_for_one(data_dir: Path) -> None:
    path = data_dir / "chicago_burglary_2014_2017" / "chicago_burglary_2014_2017.csv"
    with pytest.raises(hs.DataError, match="which CRS x and y are in"):
        hs.check_incidents(path)


def test_a_file_of_addresses_is_no_file_of_crimes(data_dir: Path) -> None:
    with pytest.raises(hs.DataError, match="Missing: the date it happened"):
        hs.check_incidents(data_dir / "isle_of_man_addresses" / "addresses.csv")


@pytest.mark.parametrize("name", ["flat.xlsx", "two_row_headings.xlsx"])
def test_the_offences_of_a_workbook_are_those_of_the_truth(data_dir: Path, name: str) -> None:
    folder = data_dir / "force_export"
    truth = pd.read_csv(folder / "truth.csv.gz", dtype=str)
    check = hs.check_incidents(folder / name, offences=BY_DEFAULT)
    assert check.offences is not None
    homes = truth["offence"].str.contains("Residential")
    business = truth["offence"].str.contains("Business")
    assert check.offences.taken == {"residential": homes.sum()} == {"residential": 799}
    theft = (~homes & ~business).sum()
    assert (
        check.offences.left == {"business": business.sum(), "": theft} == {"business": 92, "": 59}
    )
    cancelled = homes & truth["outcome"].eq("Cancelled - no crime")
    assert (check.rejected["reason"] == "status: cancelled").sum() == cancelled.sum() == 17
    # Each title alone is what the truth has of it.
    layout = read_layout(folder / name)
    titles = field_text(layout.rows.frame, layout.mapped, "offence_code")
    for title, rows in truth["offence"].value_counts().items():
        assert select_offences(titles, title).chosen.sum() == rows


def test_the_default_is_all_that_is_burglary_in_atlanta(data_dir: Path) -> None:
    path = data_dir / "atlanta_2021_2024" / "apd_2021_2024.csv.gz"
    offences = raw(path)["NIBRS_Offense"]
    by_default = select_offences(offences, BY_DEFAULT)
    assert by_default.chosen.sum() == select_offences(offences, "burglary").chosen.sum() == 516
    assert by_default.counts.taken == {"any building": 516}
