"""A bare file of burglaries: its set-up is guessed, written down and kept."""

import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import hotspot as hs
from hotspot.briefing import brief
from hotspot.briefing.config import load_config
from hotspot.briefing.file_kinds import find_kinds, is_register
from hotspot.briefing.guess import guess_set_up
from hotspot.briefing.input_files import read_layers
from tests.small_town import Burglary, usual, write_burglaries, write_town

pytestmark = [
    pytest.mark.filterwarnings("ignore::hotspot.DataWarning"),
    pytest.mark.usefixtures("plain_products"),
]


def test_the_set_up_is_written_beside_the_file_ready_to_edit(tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", usual())
    made = brief(path)
    set_up = tmp_path / "crimes.toml"
    assert made.files[-1] == set_up
    written = tomllib.loads(set_up.read_text(encoding="utf-8"))
    assert written["incidents"]["path"] == "crimes.csv"
    assert written["incidents"]["columns"]["occurred_from"] == ["Date From", "Time From"]
    assert written["output"]["folder"] == "crimes-briefing"
    assert load_config(set_up).incidents.path == path
    again = brief(set_up, replace=True)
    assert again.record["counts"] == made.record["counts"]


def test_every_comment_of_the_set_up_is_good_toml_once_it_is_on(tmp_path: Path) -> None:
    write_town(tmp_path)
    set_up = guess_set_up([tmp_path / "burglaries.csv"]).file
    assert set_up is not None
    lines = set_up.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("# [addresses]"))
    (tmp_path / "exclude.csv").write_text("NEW/001\n", encoding="utf-8")
    on = [*lines[:first], *(line.removeprefix("# ") for line in lines[first:])]
    set_up.write_text("\n".join(on), encoding="utf-8")
    config = load_config(set_up)
    assert config.addresses is not None
    assert config.cocooning.exclude == tmp_path / "exclude.csv"
    assert config.cocooning.ledger == str(tmp_path / "visits.db")


def test_other_offences_are_chosen_from_and_burglary_alone_is_not(tmp_path: Path) -> None:
    theft = Burglary("T/1", "2026-03-01 12:00", offence="Shoplifting")
    write_burglaries(tmp_path / "all.csv", [*usual(), theft])
    write_burglaries(tmp_path / "only.csv", usual())
    config = guess_set_up([tmp_path / "all.csv"]).config
    assert config.incidents.offences == ("homes",)
    config = guess_set_up([tmp_path / "only.csv"]).config
    assert config.incidents.offences is None


def test_a_folder_whose_export_has_no_coordinates_is_placed_by_its_addresses(
    tmp_path: Path,
) -> None:
    write_town(tmp_path).unlink()
    path = tmp_path / "burglaries.csv"
    rows = pd.read_csv(path, dtype=str)
    rows[["House No", "Street", "Town"]] = rows["Address"].str.extract(r"(\d+) (.*), (.*)")
    rows.loc[0, "House No"] = "999"
    rows = rows.drop(columns=["Easting", "Northing", "UPRN", "Address"])
    rows.to_csv(path, index=False)
    (tmp_path / "exclude.csv").write_text("NEW/001\n", encoding="utf-8")
    made = brief(tmp_path)
    assert made.check.headline() == "Used 44. Could not use 1."
    written = tomllib.loads((tmp_path / "briefing.toml").read_text(encoding="utf-8"))
    assert written["incidents"]["columns"]["address"] == ["House No", "Street", "Town"]
    (tmp_path / "addresses.csv").unlink()
    (tmp_path / "briefing.toml").unlink()
    with pytest.raises(hs.DataError, match="give the addresses, which place the rows"):
        brief(tmp_path)


@pytest.mark.parametrize(("was", "named"), [("Easting", "X pos"), ("Northing", "Y pos")])
def test_half_a_pair_of_coordinates_is_a_question_however_often_it_is_asked(
    tmp_path: Path, was: str, named: str
) -> None:
    write_town(tmp_path).unlink()
    rows = pd.read_csv(tmp_path / "burglaries.csv", dtype=str, keep_default_na=False)
    rows = rows.rename(columns={was: named})
    rows.to_csv(tmp_path / "burglaries.csv", index=False)
    # The set-up of the first time names the address: that does not answer it.
    for _ in range(2):
        with pytest.raises(hs.DataError, match="Missing: where"):
            brief(tmp_path)


def test_a_workbook_needs_no_set_up(tmp_path: Path) -> None:
    rows = pd.DataFrame([burglary.row() for burglary in usual()])
    rows.to_excel(tmp_path / "crimes.xlsx", index=False)
    made = brief(tmp_path / "crimes.xlsx")
    assert made.check.headline() == "Used 46. Could not use 0."
    assert (tmp_path / "crimes.toml").is_file()
    assert {path.name for path in made.files} >= {"briefing.html", "map.html"}


def test_a_set_up_that_is_there_is_used_and_never_overwritten(tmp_path: Path) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", usual())
    text = '[incidents]\npath = "crimes.csv"\n[output]\nauthor = "Me"\n'
    (tmp_path / "crimes.toml").write_text(text, encoding="utf-8")
    made = brief(path)
    assert made.record["author"] == "Me"
    assert made.record["inputs"]["set-up"]["file"] == "crimes.toml"
    assert (tmp_path / "crimes.toml").read_text(encoding="utf-8") == text
    assert tmp_path / "crimes.toml" not in made.files


def test_the_set_up_of_another_file_is_not_taken(tmp_path: Path) -> None:
    write_burglaries(tmp_path / "crimes.csv", usual())
    other = write_burglaries(tmp_path / "crimes.txt", usual())
    guess_set_up([tmp_path / "crimes.csv"])
    with pytest.raises(hs.ConfigError, match=r"is the set-up of crimes\.csv, not of crimes\.txt"):
        brief(other)


def test_a_set_up_that_cannot_be_kept_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_burglaries(tmp_path / "crimes.csv", usual())

    def refuse(place: Path) -> None:
        raise hs.OutputError(f"Cannot write {place}.")

    monkeypatch.setattr("hotspot.briefing.guess.replacing_file", refuse)
    made = brief(path, folder=tmp_path / "out")
    assert any("The set-up that was guessed is not kept" in text for text in made.warnings)
    assert (tmp_path / "out" / "briefing.html").is_file()


def test_a_layout_that_is_not_known_is_written_with_its_gaps(tmp_path: Path) -> None:
    path = tmp_path / "odd export.csv"
    path.write_text(
        "Crime Ref,Date A,Date B,Easting,Northing\nA/1,25/02/2026,26/02/2026,640000,370000\n",
        encoding="utf-8",
    )
    with pytest.raises(hs.DataError, match=r"(?s)are not known.*odd export\.toml.*which of"):
        brief(path)
    set_up = tmp_path / "odd export.toml"
    text = set_up.read_text(encoding="utf-8")
    assert 'crime_ref = "Crime Ref"\n# occurred_from = "..."  # which of: \'Date A\'' in text
    assert tomllib.loads(text)["incidents"]["columns"]["easting"] == "Easting"
    set_up.write_text(
        text.replace('# occurred_from = "..."', 'occurred_from = "Date A"'), encoding="utf-8"
    )
    made = brief(path)
    assert made.check.columns["occurred_from"] == ("Date A",)
    assert set_up not in made.files


def test_what_is_given_completes_a_set_up_that_was_not_edited(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("Ref,Date A,E,N\nA/1,25/02/2026,640000,370000\n", encoding="utf-8")
    with pytest.raises(hs.DataError, match="are not known"):
        guess_set_up([path])
    given = {"incidents": {"columns": {"occurred_from": ["Date A"]}}}
    made = guess_set_up([path], given)
    assert made.is_new
    assert made.config.incidents.columns is not None
    assert load_config(tmp_path / "odd.toml").incidents.columns == made.config.incidents.columns
    edited = (tmp_path / "odd.toml").read_text(encoding="utf-8") + "# mine\n"
    (tmp_path / "odd.toml").write_text(edited, encoding="utf-8")
    again = guess_set_up([path], {"incidents": {"crs": "EPSG:27700"}})
    assert (again.is_new, again.config.incidents.crs) == (False, "EPSG:27700")
    assert any("For this run only: [incidents] crs" in note for note in again.notes)
    assert (tmp_path / "odd.toml").read_text(encoding="utf-8") == edited


def test_two_files_in_one_place_get_a_folder_each(tmp_path: Path) -> None:
    made = [brief(write_burglaries(tmp_path / f"{name}.csv", usual())) for name in ("a", "b")]
    assert [run.folder for run in made] == [tmp_path / "a-briefing", tmp_path / "b-briefing"]


def test_a_file_without_a_usable_row_is_explained_and_its_set_up_stays(tmp_path: Path) -> None:
    rows = [Burglary(f"BAD/{n}", "2026-03-01 12:00", cells={"Easting": "here"}) for n in range(3)]
    path = write_burglaries(tmp_path / "bad.csv", rows)
    with pytest.raises(hs.DataError, match=r"(?s)can be used\. Used 0\..*  3 .*rows 2, 3 and 4"):
        brief(path)
    assert sorted(tmp_path.iterdir()) == [path, tmp_path / "bad.toml"]


def test_a_set_up_of_the_users_own_stays_where_no_row_can_be_used(tmp_path: Path) -> None:
    path = write_town(tmp_path, [Burglary("B/1", "2026-03-01 12:00", cells={"Easting": "here"})])
    with pytest.raises(hs.DataError, match="can be used"):
        brief(path)
    assert path.is_file()


def test_a_folder_is_known_by_what_is_in_each_file(tmp_path: Path) -> None:
    folder = tmp_path / "Łódź export"
    write_town(folder).unlink()
    (folder / "exclude.csv").write_text("NEW/001\n", encoding="utf-8")
    (folder / "readme.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    made = guess_set_up([folder])
    assert made.file == folder / "briefing.toml"
    named = {name: path.name for name, path in made.config.input_files().items()}
    assert named == {
        "incidents": "burglaries.csv",
        "addresses": "addresses.csv",
        "areas": "beats.geojson",
        "streets": "streets.geojson",
        "exclude": "exclude.csv",
    }
    assert made.config.areas is not None
    assert made.config.areas.name == "beat"
    assert made.config.output.folder == folder / "briefing"
    assert any("not known: readme.csv" in note for note in made.notes)
    assert not guess_set_up([folder]).is_new


def test_a_register_of_cameras_is_named_and_never_read_as_burglaries(tmp_path: Path) -> None:
    write_town(tmp_path)
    (tmp_path / "briefing.toml").unlink()
    register = tmp_path / "cctv list.csv"
    register.write_text("Ref,Easting,Northing,Facing,Retention\nK1,640000,370000,N,31\n", "utf-8")
    for paths in ([tmp_path], [tmp_path / "burglaries.csv", register]):
        kinds = find_kinds(paths)[0]
        assert kinds.cameras == (register,)
        assert any("cctv list.csv: cameras" in note for note in guess_set_up(paths).notes)
    with pytest.raises(hs.DataError, match="is a register of cameras and holds no burglaries"):
        guess_set_up([register])
    assert not register.with_suffix(".toml").exists()


@pytest.mark.parametrize(
    ("heads", "taken"),
    [
        ("Camera Ref,Type,Easting,Northing,Facing,Footage Kept,Consent Given", True),
        ("Asset No,Type,Easting,Northing,Direction,Field of View", True),
        # Of a crime it may be told that there was a camera.
        ("Crime Ref,Date From,Date To,Easting,Northing,CCTV Ref,Direction,Range", False),
        ("Ref,Easting,Northing,Direction", False),
    ],
)
def test_a_type_may_be_of_a_camera(heads: str, taken: bool) -> None:
    assert is_register(heads.split(",")) == taken


def test_files_in_any_order_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    write_town(tmp_path)
    names = ("streets.geojson", "addresses.csv", "burglaries.csv", "beats.geojson")
    guess_set_up([tmp_path / "burglaries.csv"])
    made = guess_set_up([tmp_path / name for name in names])
    assert made.file == tmp_path / "burglaries.toml"
    assert made.is_new  # the one before named no layers, and nobody had edited it
    assert set(made.config.input_files()) == {"incidents", "addresses", "areas", "streets"}
    with pytest.raises(hs.DataError, match=r"None of these is known.*addresses\.csv"):
        guess_set_up([tmp_path / "addresses.csv", tmp_path / "beats.geojson"])


def test_of_two_files_of_areas_the_user_says_which(tmp_path: Path) -> None:
    write_town(tmp_path).unlink()
    shutil.copy(tmp_path / "beats.geojson", tmp_path / "wards.geojson")
    made = guess_set_up([tmp_path])
    assert made.config.areas is None
    assert made.file is not None
    assert (
        "# [areas]\n# path = \"...\"  # which of: 'beats.geojson', 'wards.geojson'"
        in made.file.read_text(encoding="utf-8")
    )


def test_files_of_burglaries_in_different_layouts_are_a_question(tmp_path: Path) -> None:
    write_town(tmp_path).unlink()
    (tmp_path / "other.csv").write_text(
        "Offence,Date,E,N\nBurglary,25/02/2026,640000,370000\n", encoding="utf-8"
    )
    with pytest.raises(hs.DataError, match=r"2 files hold burglaries.*briefing\.toml"):
        guess_set_up([tmp_path])
    text = (tmp_path / "briefing.toml").read_text(encoding="utf-8")
    assert "# path = \"...\"  # which of: 'burglaries.csv', 'other.csv'" in text
    with pytest.raises(hs.ConfigError, match=r"\[incidents\] path is missing"):
        guess_set_up([tmp_path])


def test_several_files_have_a_set_up_of_their_own(tmp_path: Path) -> None:
    months = [
        write_burglaries(tmp_path / f"{name}.csv", rows)
        for name, rows in (("feb", usual()[:30]), ("mar", usual()[30:]))
    ]
    guess_set_up(months[:1])
    made = brief(months)
    assert made.files[-1] == tmp_path / "feb and 1 more.toml"
    assert made.check.headline() == "Used 46. Could not use 0."
    assert set(made.record["inputs"]) == {"set-up", "incidents", "incidents 2"}
    assert brief(months, folder=tmp_path / "again").record["counts"] == made.record["counts"]


@pytest.mark.all_products
def test_a_column_that_is_kept_is_in_no_product(tmp_path: Path) -> None:
    rows = pd.DataFrame([burglary.row() for burglary in usual()]).assign(Outcome="Solved-it")
    rows.to_csv(tmp_path / "crimes.csv", index=False)
    given = {"path": tmp_path / "crimes.csv", "keep": ["Outcome"]}
    made = brief({"incidents": given, "output": {"folder": tmp_path / "out"}, "backtest": False})
    assert set(made.check.accepted["Outcome"]) == {"Solved-it"}
    texts = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any(b"Solved-it" in text for text in texts)


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("UPRN,UDPRN,STATE_DATE,CLASS,X_COORDINATE,Y_COORDINATE,LA_START_DATE,BUILDING_NUMBER,"
         "PAO_START_NUMBER,STREET_DESCRIPTION,LPI_LOGICAL_STATUS,USRN,POSTCODE", "addresses"),
        ("UPRN,PARENT_UPRN,USRN,CLASSIFICATION_CODE,EASTING,NORTHING,LAST_UPDATE_DATE,"
         "SINGLE_LINE_ADDRESS,STREET_NAME,POSTCODE", "addresses"),
        ("UPRN,LPI_KEY,START_DATE,END_DATE,PAO_START_NUMBER,STREET_DESCRIPTION,EASTING,NORTHING,"
         "STATUS", "addresses"),
        ("UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE", "addresses"),
        ("@id,addr:housenumber,addr:street,@lat,@lon", "addresses"),
        ("Ref,Address,Easting,Northing", "addresses"),
        ("Crime Number,Offence Title,Date From,House No,Street,USRN,UPRN,E,N", "incidents"),
        ("Date,Address,UPRN,Easting,Northing", "incidents"),
        ("TYPE,YEAR,MONTH,DAY,HUNDRED_BLOCK,X,Y", "incidents"),
        ("Crime Ref,When,E,N", "incidents"),
        ("a,b", "left"),
    ],
)  # fmt: skip
def test_addresses_have_dates_and_crimes_have_addresses(
    tmp_path: Path, headings: str, kind: str
) -> None:
    columns = headings.split(",")
    rows = [",".join(f"{7 + row}" for _ in columns) for row in range(3)]
    path = tmp_path / "file.csv"
    path.write_text("\n".join([headings, *rows]), encoding="utf-8")
    kinds, _ = find_kinds([path, write_burglaries(tmp_path / "crimes.csv", usual())])
    assert path in getattr(kinds, kind)


def test_addresses_in_several_parts_are_read_as_one(tmp_path: Path) -> None:
    write_town(tmp_path).unlink()
    head, *lines = (tmp_path / "addresses.csv").read_text(encoding="utf-8").splitlines()
    for name, part in (("addresses.csv", lines[:60]), ("more.csv", lines[60:])):
        (tmp_path / name).write_text("\n".join([head, *part]), encoding="utf-8")
    made = guess_set_up([tmp_path])
    assert made.config.addresses is not None
    assert made.config.addresses.source == [tmp_path / "addresses.csv", tmp_path / "more.csv"]
    layers = read_layers(made.config, gpd.GeoSeries([], crs="EPSG:27700"))
    assert layers.addresses is not None
    assert len(layers.addresses) == 120
