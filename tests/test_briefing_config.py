"""The set-up: read, checked, every fault told at once."""

from pathlib import Path

import pandas as pd
import pytest

from hotspot._errors import ConfigError
from hotspot.addresses import read_addresses
from hotspot.addresses.address_reading import FIELDS as ADDRESS_FIELDS
from hotspot.briefing.config import load_config, read_config


def write(folder: Path, text: str, name: str = "briefing.toml") -> Path:
    (folder / "crimes.csv").write_text("x\n", encoding="utf-8")
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as told:
        load_config(path)
    return told.value.problems


def test_every_fault_is_told_at_once_in_words(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
as_of = 5
distance_m = 300
[incidents]
path = "crime.csv"
columns = { crime_ref = 5 }
[rule]
distance_m = -5
window_day = 42
window_days = 4.5
[rul]
[addresses]
name = "beat"
[density]
area_share = 2
[output]
author = 4
""",
    )
    assert sorted(faults(path)) == [
        "briefing.toml: [addresses] name does not belong here: put it under [areas].",
        "briefing.toml: [addresses] path is missing: it names the file of addresses.",
        "briefing.toml: [density] area_share must be 1 or less, not 2.",
        "briefing.toml: [incidents] columns.crime_ref must be a name in quotes or a list of "
        "names, not 5.",
        f"briefing.toml: [incidents] path names crime.csv, which is not in {tmp_path}.",
        "briefing.toml: [output] author must be text in quotes, not 4.",
        "briefing.toml: [rul] is not a known table: did you mean [rule]?",
        "briefing.toml: [rule] distance_m must be more than 0, not -5.",
        "briefing.toml: [rule] window_day is not a known setting: did you mean window_days?",
        "briefing.toml: [rule] window_days must be a whole number, not 4.5.",
        "briefing.toml: as_of must be a date or a time, such as 2026-03-02, not 5.",
        "briefing.toml: distance_m does not belong here: put it under [rule].",
    ]


def test_a_true_number_is_no_truth_value_and_no_infinity(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[incidents]\npath = "crimes.csv"\n[rule]\ndistance_m = true\n[density]\nbandwidth_m = inf',
    )
    assert faults(path) == [
        "briefing.toml: [rule] distance_m must be a number, not True.",
        "briefing.toml: [density] bandwidth_m must be a finite number, not inf.",
    ]


def test_no_incidents_is_told(tmp_path: Path) -> None:
    assert faults(write(tmp_path, "")) == [
        "briefing.toml: [incidents] is missing: it names the file of burglaries."
    ]


def test_toml_that_does_not_parse_names_the_line(tmp_path: Path) -> None:
    (problem,) = faults(write(tmp_path, "[incidents]\npath = \n"))
    assert "briefing.toml is not valid TOML" in problem
    assert "line 2" in problem


def test_a_windows_path_in_double_quotes_gets_a_hint(tmp_path: Path) -> None:
    (problem,) = faults(write(tmp_path, '[incidents]\npath = "C:\\data\\crimes.csv"\n'))
    assert "single quotes" in problem


def test_a_set_up_that_is_not_utf_8_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "briefing.toml"
    path.write_bytes('[output]\nauthor = "Café"'.encode("utf-16"))
    assert "UTF-8" in faults(path)[0]
    assert "cannot be read" in faults(tmp_path / "none.toml")[0]


def test_notepads_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"\xef\xbb\xbf" + b'[incidents]\npath = "crimes.csv"\n')
    assert load_config(path).incidents.path == tmp_path / "crimes.csv"


def test_paths_are_relative_to_the_set_up_not_to_where_we_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, '[incidents]\npath = "crimes.csv"\n')
    monkeypatch.chdir("/")
    config = load_config(path)
    assert config.incidents.path == tmp_path / "crimes.csv"
    assert config.output.folder == tmp_path / "briefing"


def test_a_path_alone_may_stand_for_its_table(tmp_path: Path) -> None:
    write(tmp_path, "")
    config = read_config({"incidents": "crimes.csv", "areas": "crimes.csv"}, base=tmp_path)
    assert config.areas is not None
    assert config.areas.path == config.incidents.path


@pytest.mark.parametrize("as_of", ["2026-03-02", "'2026-03-02 06:00'", "2026-03-02T06:00:00"])
def test_a_cut_off_is_a_day_or_a_time(tmp_path: Path, as_of: str) -> None:
    if not as_of.startswith("'") and "T" not in as_of:
        expected = pd.Timestamp("2026-03-02")
    else:
        expected = pd.Timestamp("2026-03-02 06:00")
    path = write(tmp_path, f'as_of = {as_of}\n[incidents]\npath = "crimes.csv"\n')
    assert load_config(path).as_of == expected


def test_a_cut_off_with_a_zone_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'as_of = 2026-03-02T06:00:00Z\n[incidents]\npath = "crimes.csv"\n')
    assert "without a zone" in faults(path)[0]


def test_another_cut_off_or_folder_leaves_the_set_up_as_it_was(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, '[incidents]\npath = "crimes.csv"\n'))
    changed = config.changed(as_of="2026-03-02", folder=tmp_path / "other")
    assert (changed.as_of, changed.output.folder.name) == (pd.Timestamp("2026-03-02"), "other")
    assert (config.as_of, config.output.folder.name) == (None, "briefing")


@pytest.mark.parametrize("as_of", ["02/03/2026", "yesterday", "", "2026-13-45"])
def test_a_cut_off_that_could_be_read_in_two_ways_or_in_none_is_refused(
    tmp_path: Path, as_of: str
) -> None:
    config = load_config(write(tmp_path, '[incidents]\npath = "crimes.csv"\n'))
    with pytest.raises(ConfigError, match=r"^as_of must be .*2026-03-02"):
        config.changed(as_of=as_of)


def test_an_unknown_field_is_told_with_the_other_faults(tmp_path: Path) -> None:
    text = """
[incidents]
path = "crimes.csv"
columns = { crime_reff = "Ref", easting = 5 }
[addresses]
path = "crimes.csv"
columns = { colour = "Colour" }
[rule]
distance_m = -5
"""
    told = faults(write(tmp_path, text))
    assert len(told) == 4
    assert (
        "briefing.toml: [incidents] columns.crime_reff is not a known field: did you mean "
        "crime_ref?"
    ) in told
    assert any(
        "[addresses] columns.colour is not a known field: known are uprn," in t for t in told
    )
    assert any("columns.easting must be a name" in text for text in told)


def test_the_fields_of_addresses_are_those_that_their_reader_knows() -> None:
    frame = pd.DataFrame({"Address": ["1 Mill Lane"], "E": [1], "N": [1]})
    with pytest.raises(ConfigError) as told:
        read_addresses(frame, columns={"colour": "Colour"})
    assert str(told.value).split("it may map ")[1] == f"{', '.join(ADDRESS_FIELDS)}."


def test_files_of_one_layout_and_columns_to_keep(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("Ref\n1\n", encoding="utf-8")
    told = {"path": ["a.csv", "b.csv"], "keep": ["Outcome"]}
    config = read_config({"incidents": told}, base=tmp_path)
    assert config.incidents.source == [tmp_path / "a.csv", tmp_path / "b.csv"]
    assert config.incidents.keep == ("Outcome",)
    assert list(config.input_files()) == ["incidents", "incidents 2"]
    renamed = read_config({"incidents": {**told, "keep": {"harm": "Harm Score"}}}, base=tmp_path)
    assert renamed.incidents.keep == {"harm": "Harm Score"}
    with pytest.raises(ConfigError) as error:
        read_config({"incidents": {"path": ["a.csv", "c.csv"], "keep": 3}}, base=tmp_path)
    assert "path names c.csv, which is not in" in str(error.value)
    assert "keep must be a name in quotes or a list of names, not 3." in str(error.value)
