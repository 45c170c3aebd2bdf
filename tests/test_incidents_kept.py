"""Columns of the user's own: carried through, refused where they name a person, in no product."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot._errors import ConfigError, DataError
from hotspot.briefing import brief
from hotspot.incidents import IncidentCheck
from tests.small_town import usual, write_town

ROWS = 30
DAYS = pd.date_range("2026-01-03", periods=ROWS, freq="2D")


def crimes(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"Ref": [f"A{n}" for n in range(ROWS)], "Date": DAYS, "E": 451_000 + 9 * np.arange(ROWS)}
    )
    return frame.assign(N=340_000, **{name.replace("_", " "): own for name, own in columns.items()})


def check(frame: pd.DataFrame, keep: object) -> IncidentCheck:
    return hs.check_incidents(frame, keep=keep, as_of="2026-06-30")


def test_columns_are_carried_through_untouched() -> None:
    harm = [0.5, None, *range(2, ROWS)]
    frame = crimes(Harm_Score=harm, Attended=" Yes ", Series=["S1", ""] * 15)
    frame.loc[3, "E"] = None
    found = check(frame, ["Harm Score", "Attended", "Series"])
    rows = found.accepted.index
    assert 3 not in rows
    for column in ("Harm Score", "Attended", "Series"):
        pd.testing.assert_series_equal(found.accepted[column], frame.loc[rows, column])
    renamed = check(frame, {"harm": "harm score"}).accepted
    assert renamed["harm"].equals(frame.loc[rows, "Harm Score"].rename("harm"))
    assert check(frame, "Attended").accepted["Attended"].eq(" Yes ").all()
    assert "Attended" not in check(frame, ()).accepted
    assert any("Kept untouched: harm from 'Harm Score'" in note for note in
               check(frame, {"harm": "Harm Score"}).notes)  # fmt: skip
    # A column that is read as a field may be kept as it stands in the source besides.
    assert check(frame, {"as listed": "Ref"}).accepted["as listed"].tolist()[:1] == ["A0"]


def test_what_is_kept_takes_no_name_of_a_field_and_must_be_there() -> None:
    frame = crimes(area="X", mo="Y")
    with pytest.raises(ConfigError, match=r"'mo' is the name of a field.*own_mo"):
        check(frame, "mo")
    for name in ("geometry", "crime_ref", "offence_kind", "easting"):
        with pytest.raises(ConfigError, match="is the name of a field"):
            check(frame, {name: "mo"})
    with pytest.raises(DataError, match="has no column 'Harm'"):
        check(frame, ["Harm"])
    for keep in ([3], 3, None, [["mo"]], {"own": ["mo"]}):
        with pytest.raises(ConfigError, match="keep takes names of columns"):
            check(frame, keep)
    assert check(frame, {"own_mo": "mo"}).accepted["own_mo"].eq("Y").all()


@pytest.mark.parametrize(
    "heading",
    [
        "Name", "Surname", "First Name", "Victim Name", "Suspect", "AGGRIEVED", "OIC", "Occupier",
        "Officer In Case", "DOB", "Date of Birth", "D.O.B.", "VictimDOB", "Age", "Age Group",
        "Victim Age", "Telephone", "Tel No", "Mobile", "E-mail", "Email Address", "Contact Number",
        "Ethnicity", "Ethnic Appearance", "Self Defined Ethnicity", "Nationality", "Religion",
        "Sex", "Gender", "Health", "Vulnerable Y/N", "Vulnerability", "Disability", "Mental Health",
        "Offender PNC ID", "NHS No", "victim_ethnicity", "personName", "Witness 1", "IP Address 1",
        "Householder", "Home phone", "Known Names", "Injury Type", "Safeguarding", "Race",
    ],
)  # fmt: skip
def test_headings_that_name_a_person_are_refused(heading: str) -> None:
    with pytest.raises(ConfigError, match=r"names a person"):
        check(crimes().assign(**{heading: "x"}), [heading])
    with pytest.raises(ConfigError, match=r"names a person"):
        check(crimes(Quiet="x"), {heading: "Quiet"})


@pytest.mark.parametrize(
    "heading",
    [
        "Outcome", "Attended", "Officer Attended", "Harm", "Series", "Offence Name", "Street Name",
        "Beat Name", "Operation Name", "Number of Suspects", "Victim Updated", "Property Value",
        "Damage", "Stage", "Age of Property", "Trace", "Contacted", "Forensics", "Crime Score",
        "Method", "Sector", "CSI Visit", "Stolen", "Suspect Identified", "Coverage", "Embrace",
    ],
)  # fmt: skip
def test_headings_of_the_crime_are_kept(heading: str) -> None:
    assert check(crimes().assign(**{heading: "x"}), [heading]).accepted[heading].eq("x").all()


@pytest.mark.parametrize("heading", ["Repeat Victim", "Suspect", "Witnesses", "victim_repeat"])
@pytest.mark.parametrize("values", [["Y", "N", None], ["Yes", "no"], [0, 3, 12], [True, False]])
def test_flags_and_numbers_of_people_name_nobody(heading: str, values: list[object]) -> None:
    frame = crimes().assign(**{heading: (values * ROWS)[:ROWS]})
    assert check(frame, heading).accepted[heading].equals(frame[heading])
    for named in ("A Jones", 4511, None):
        with pytest.raises(ConfigError, match="names a person"):
            check(frame.assign(**{heading: named}), heading)


@pytest.mark.parametrize(
    "values",
    [
        ["see notes", "j.smith@example.org"],
        ["07700 900123", "01632 960001"],
        ["+44 7700 900123"],
        ["(020) 7946 0001"],
        ["555-010-4477"],
        ["Mr J Smith", "Mrs A. Jones"],
        ["PC 4923", "DC 1510"],
        ["Male", "Female", "N/K"],
        ["IC1", "IC3"],
        ["White - British", "Asian - Other"],
        ["W1 - White British"],
        list(pd.date_range("1950-03-02", periods=30, freq="700D").strftime("%d/%m/%Y")),
    ],
)
def test_cells_that_name_a_person_are_refused_whatever_the_heading(values: list[str]) -> None:
    cells = (values * ROWS)[:ROWS]
    with pytest.raises(ConfigError, match="'Field 7' holds what names a person"):
        check(crimes(Field_7=cells), ["Field 7"])


@pytest.mark.parametrize(
    "values",
    [
        ["010001234567", "010001234568"],
        ["0000123/26"],
        ["Yes", "No"],
        ["M1", "F2"],
        ["Missed drop"],
        ["Drive", "Mill Drive"],
        ["2026-03-01", "2026-03-09"],
        [4.5, 7.25],
        [None],
    ],
)
def test_cells_of_the_crime_are_kept(values: list[object]) -> None:
    cells = (values * ROWS)[:ROWS]
    assert len(check(crimes(Field_7=cells), ["Field 7"]).accepted) == ROWS


@settings(max_examples=20)
@given(st.text(min_size=1, max_size=12), st.text(max_size=12))
def test_any_column_is_kept_or_refused_in_words(heading: str, value: str) -> None:
    frame = crimes().assign(**{heading: value})
    try:
        found = check(frame, {"own": heading})
    except (ConfigError, DataError):
        return
    assert found.accepted["own"].tolist() == frame.loc[found.accepted.index, heading].tolist()


def test_what_is_kept_and_what_is_told_of_methods_reach_no_product(tmp_path: Path) -> None:
    secret, story = "kept-secret-4711", "A tale of forty characters and more: the rear patio door"
    write_town(tmp_path, usual())
    set_up = tmp_path / "briefing.toml"
    text = set_up.read_text(encoding="utf-8").replace("[incidents]", '[incidents]\nkeep = ["Own"]')
    set_up.write_text(text, encoding="utf-8")
    frame = pd.read_csv(tmp_path / "burglaries.csv", dtype=str).assign(Own=secret, MO=story)
    frame.to_csv(tmp_path / "burglaries.csv", index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert brief(set_up).check.accepted["Own"].eq(secret).all()
        incidents = hs.read_incidents(frame, keep=["Own"])
        addresses = hs.read_addresses(tmp_path / "addresses.csv")
        as_of = incidents["occurred_to"].max().normalize()
        targets = hs.cocooning_targets(incidents, addresses, as_of)
        hs.write_targets(targets, tmp_path / "lists", formats=("xlsx", "csv", "html"))
        zones = hs.near_repeat_zones(incidents, as_of)
        chains = hs.near_repeat_chains(incidents)
        hs.save_map(hs.briefing_map(incidents, zones=zones, targets=targets), tmp_path / "map.html")
        hs.knox_test(incidents, permutations=9, seed=1).write(tmp_path / "knox")
    (tmp_path / "burglaries.csv").unlink()
    assert incidents["Own"].eq(secret).all()
    assert incidents["mo"].eq(story).all()
    for made in (targets, zones, chains):
        assert "Own" not in made.columns
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 8
    for path in files:
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            cells = pd.read_excel(path, sheet_name=None, header=None, engine="calamine")
            content = "".join(sheet.to_csv() for sheet in cells.values()).encode()
        assert secret.encode() not in content, path.name
        assert story[:41].encode() not in content, path.name
