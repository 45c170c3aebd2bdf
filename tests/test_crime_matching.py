"""The layout for crime matching: every sentence that is said of it, read back by other programs."""

import csv
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot import ConfigError, DataError, OutputError
from hotspot.cli import main
from hotspot.sharing.matching_columns import BOUNDS, COLUMNS
from hotspot.sharing.matching_forces import FORCES
from hotspot.sharing.matching_types import TYPES, type_problems
from tests import naive

NIGHT = ("2025-07-16 01:00", "2025-07-16 03:00")
HOME = "28E Burglary - residential"


def crimes(*rows, **columns):
    """Incidents of (reference, from, to), all on one place of the grid unless told."""
    frame = pd.DataFrame(rows, columns=["crime_ref", "occurred_from", "occurred_to"])
    for name in ("occurred_from", "occurred_to"):
        frame[name] = pd.to_datetime(frame[name])
    places = columns.pop("places", [(451234.0, 340567.0)] * len(frame))
    frame = frame.assign(offence_code=HOME).assign(**columns)
    return gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(*zip(*places, strict=True)), crs="EPSG:27700"
    )


def one(start="2025-07-16 01:00", end="2025-07-16 03:00", **columns):
    return crimes(("B1", start, end), **{k: [v] for k, v in columns.items()})


@pytest.fixture
def write(tmp_path):
    def written(incidents, force="Kent", batch_date="2025-07-20", **options):
        return hs.write_crime_matching(
            incidents, tmp_path / "batch.csv", force, batch_date, **options
        )

    return written


def reason(result):
    (only,) = result.rejected["reason"]
    return only


def test_a_file_has_13_columns_in_utf_8_and_no_header(write):
    result = write(crimes(("Ä1", "2025-07-16 00:00", "2025-07-16 06:30"), ("B2", *NIGHT)))
    content = result.path.read_bytes()
    assert content.startswith("Kent,BIAD,Burglary in a dwelling,KNT20250720,Ä1,".encode())
    with result.path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [len(row) for row in rows] == [13, 13]
    assert rows == result.sent.to_numpy().tolist()
    assert tuple(result.sent.columns) == COLUMNS
    # By another program.
    read = pd.read_csv(result.path, header=None, dtype=str, keep_default_na=False)
    assert read.to_numpy().tolist() == rows
    assert rows[0] == [
        "Kent", "BIAD", "Burglary in a dwelling", "KNT20250720", "Ä1",
        "20250715230000", "20250716053000", "451234", "340567", "", "", "OSGB36", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "utc"),
    [
        ("2025-07-16 00:00", "2025-07-16 00:00", ("20250715230000", "20250715230000")),
        ("2025-01-16 00:00", "2025-01-16 12:00", ("20250116000000", "20250116120000")),
        # 13 hours on the clock, 12 that pass: the night in which the clocks go forward.
        ("2025-03-29 20:00", "2025-03-30 09:00", ("20250329200000", "20250330080000")),
        ("2025-10-25 20:00", "2025-10-26 07:00", ("20251025190000", "20251026070000")),
        # A part of a second widens the window, so that it never says less than is known.
        ("2025-07-16 01:00:00.7", "2025-07-16 01:00:00.7", ("20250716000000", "20250716000001")),
        ("2025-07-16 20:00", "2025-07-16 23:59:59.999999", ("20250716190000", "20250716230000")),
    ],
)
def test_times_go_in_utc_and_windows_of_12_hours_that_pass(write, start, end, utc):
    sent = write(one(start, end)).sent
    assert tuple(sent[["from", "to"]].iloc[0]) == utc


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        # 12 hours on the clock, 13 that pass.
        ("2025-10-25 20:00", "2025-10-26 08:00", "13 h"),
        ("2025-07-16 06:00", "2025-07-16 18:00:01", "12 h 1 s"),
        ("2025-07-16 06:00", "2025-07-16 18:00:00.000001", "12 h 1 s"),
        ("2025-03-29 20:00", "2025-03-30 09:01", "12 h 1 min"),
    ],
)
def test_a_window_over_12_hours_is_counted_and_never_shortened(write, start, end, hours):
    result = write(one(start, end))
    assert reason(result) == f"window over 12 h ({hours})"
    assert result.sent.empty
    assert result.counts == {"window over 12 h": 1}
    assert "never shortened" in result.summary()


def test_a_time_that_clocks_show_twice_needs_a_choice(write):
    autumn = one("2025-10-26 01:30", "2025-10-26 04:00")
    assert "occurred_from that the clocks showed twice" in reason(write(autumn))
    assert "01:30 on 26 October 2025" in reason(write(autumn))
    for choice, utc in (("first", "20251026003000"), ("second", "20251026013000")):
        assert write(autumn, repeated_hour=choice).sent["from"].item() == utc
    # Whatever is chosen, the end counts too: 12 hours and a half from 13:00 if the second is meant.
    evening = one("2025-10-25 13:30", "2025-10-26 01:30")
    assert len(write(evening, repeated_hour="first").sent) == 1
    assert reason(write(evening, repeated_hour="second")) == "window over 12 h (13 h)"


def test_a_time_that_no_clock_showed_is_not_moved(write):
    spring = one("2025-03-30 01:30", "2025-03-30 04:00")
    for choice in (None, "first", "second"):
        told = reason(write(spring, repeated_hour=choice))
        assert told == "occurred_from that no clock showed (01:30 on 30 March 2025)"


def test_a_window_that_ends_before_it_begins_has_its_reason(write):
    assert reason(write(one("2025-07-16 03:00", "2025-07-16 01:00"))).startswith(
        "window that ends before"
    )


@pytest.mark.parametrize(
    ("place", "grid"),
    [
        ((600_000, 1_300_000), ("600000", "1300000")),
        ((0, 0), ("0", "0")),
        ((512345.678, 200000.1), ("512345.68", "200000.1")),
        ((600_000.004, 200_000), ("600000", "200000")),
    ],
)
def test_a_place_on_the_grid_goes_with_easting_and_northing(write, place, grid):
    sent = write(one(places=place)).sent.iloc[0]
    assert (sent["easting"], sent["northing"]) == grid
    assert (sent["latitude"], sent["longitude"], sent["datum"]) == ("", "", "OSGB36")


def test_norwich_goes_with_latitude_and_longitude(write):
    result = write(one(places=(623_000, 308_500)))
    sent = result.sent.iloc[0]
    assert (sent["easting"], sent["northing"], sent["datum"]) == ("", "", "WGS84")
    assert float(sent["latitude"]) == pytest.approx(52.629, abs=0.002)
    assert float(sent["longitude"]) == pytest.approx(1.295, abs=0.002)
    assert any("OSTN15" in note or "exact" in note for note in result.notes)


def test_other_crss_go_in_degrees_and_places_elsewhere_do_not_go(write):
    norwich = one(places=(623_000, 308_500))
    metres = norwich.to_crs("EPSG:32631")
    there, here = (write(frame).sent.iloc[0] for frame in (metres, norwich))
    for name in ("latitude", "longitude"):
        assert float(there[name]) == pytest.approx(float(here[name]), abs=2e-6)
    assert "place outside what the layout takes" in reason(write(one(places=(900_000, 308_500))))
    assert "place outside" in reason(write(one(places=(300_000, -100_000))))
    atlantic = gpd.GeoSeries(gpd.points_from_xy([-9.0], [55.0]), crs="EPSG:4326")
    far = one().set_geometry(atlantic.to_crs("EPSG:32629"))
    assert "place outside" in reason(write(far))


def test_every_pair_is_within_the_bounds_and_alone(write):
    places = [(50_000 * i, 100_000 * j) for i in range(16) for j in range(14)]
    rows = [(f"B{i}", *NIGHT) for i in range(len(places))]
    result = write(crimes(*rows, places=places))
    assert len(result.sent) + len(result.rejected) == len(places)
    pairs = (("easting", "northing"), ("latitude", "longitude"))
    for _, row in result.sent.iterrows():
        told = [all(row[name] for name in pair) for pair in pairs]
        assert sorted(told) == [False, True]
        assert not any(row[name] for name in pairs[told.index(False)])
        for name in pairs[told.index(True)]:
            assert BOUNDS[name][0] <= float(row[name]) <= BOUNDS[name][1]


def test_the_19_forces_are_those_of_the_source(data_dir: Path):
    with (data_dir / "crime_matching_forces.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [tuple(row.values()) for row in rows] == [tuple(force) for force in FORCES]
    assert len(FORCES) == 19


@pytest.mark.parametrize(
    ("given", "identifier", "code"),
    [
        ("Avon and Somerset", "AvonSomerset", "AVS"),
        ("City of London Police", "CoLP", "CoLP"),
        ("mps", "Metropolitan", "MPS"),
        ("NORTH WALES POLICE", "NorthWales", "NWL"),
        ("AvonSomerset", "AvonSomerset", "AVS"),
    ],
)
def test_a_force_goes_by_the_name_of_the_layout(write, given, identifier, code):
    sent = write(one(), force=given).sent.iloc[0]
    assert (sent["force"], sent["batch"]) == (identifier, f"{code}20250720")


@pytest.mark.parametrize("force", ["Norfolk", "Surrey Police", "", "Police", None, 7])
def test_a_force_that_is_none_of_the_19_is_refused_by_name(write, force):
    with pytest.raises(ConfigError, match="none of the 19 forces") as told:
        write(one(), force=force)
    assert repr(force) in str(told.value)
    assert "West Midlands" in str(told.value)


def test_a_force_that_is_close_is_offered(write):
    with pytest.raises(ConfigError, match=r"Close to it: Nottinghamshire\."):
        write(one(), force="Notinghamshire")


@pytest.mark.parametrize("suffix", ["N", "R", "A"])
def test_a_batch_is_force_day_and_suffix(write, suffix):
    assert write(one(), suffix=suffix).sent["batch"].item() == f"KNT20250720-{suffix}"
    assert write(one(), batch_date=pd.Timestamp("2026-03-02")).batch == "KNT20260302"


def test_everything_that_is_wrong_with_the_arguments_is_told_at_once(write):
    with pytest.raises(ConfigError) as told:
        write(
            one(),
            "Norfolk",
            "soon",
            types={"30C": "SHOP", "": "BIAD"},
            suffix="X",
            text="story",
            repeated_hour="third",
        )
    assert len(told.value.problems) == 7
    for wrong in (
        "Norfolk",
        "batch_date",
        "SHOP",
        "no offence",
        "suffix",
        "repeated_hour",
        "story",
    ):
        assert wrong in str(told.value)


@pytest.mark.parametrize(
    ("offence", "kind"),
    [
        ("28A", "BIAD"),
        (HOME, "BIAD"),
        ("Residential burglary of a home", "BIAD"),
        ("Attempted residential burglary of a home", "BIAD"),
        ("29A", "AB"),
        ("Aggravated burglary of a home", "AB"),
        ("31A Aggravated burglary - business and community", "AB"),
        ("30C", "BOTD"),
        ("Burglary in a building other than a dwelling", "BOTD"),
        *[(code, code) for code in TYPES],
        *[(words, code) for code, words in TYPES.items()],
    ],
)
def test_what_an_offence_tells_is_its_type(write, offence, kind):
    sent = write(one(offence_code=offence)).sent
    assert tuple(sent[["type", "description"]].iloc[0]) == (kind, TYPES[kind])


@pytest.mark.parametrize(
    ("offence", "why"),
    [
        ("Residential burglary of an unconnected building", "at an unconnected building"),
        ("Burglary", "that does not tell of what building"),
        ("Shoplifting", "of no known type"),
        ("Going equipped for burglary", "of no known type"),
        (None, "not told"),
        (" ", "not told"),
    ],
)
def test_an_offence_that_tells_no_type_needs_a_stated_one(write, offence, why):
    incidents = one(offence_code=offence)
    assert f"offence {why}" in reason(write(incidents))
    assert write(incidents, types="BOTD").sent["type"].item() == "BOTD"
    if offence and offence.strip():
        assert write(incidents, types={offence.upper(): "TFMV"}).sent["type"].item() == "TFMV"


def test_what_is_stated_goes_before_what_follows_by_itself(write):
    rows = [(f"B{i}", *NIGHT) for i in range(5)]
    offences = ["28E", "Burglary of a shed", "30C", "34B Robbery of a person", "28F"]
    incidents = crimes(*rows, offence_code=offences)
    stated = {"unconnected building": "BOTD", "30C": "AB", "34b robbery of a person": "RB"}
    result = write(incidents, types={**stated, "Theft of a van": "TOMV"})
    assert result.sent["type"].tolist() == ["BIAD", "BOTD", "AB", "RB", "BIAD"]
    assert any("'Theft of a van'" in note and "no crime" in note for note in result.notes)
    # The narrower goes first; two that are as broad and disagree are no answer.
    exact = write(incidents.iloc[[0]], types={"burglary": "BOTD", "homes": "AB", "28E": "BIAD"})
    assert exact.sent["type"].item() == "BIAD"
    kinds = write(incidents.iloc[[0]], types={"burglary": "BOTD", "homes": "AB"})
    assert kinds.sent["type"].item() == "AB"
    both = write(
        one(offence_code="29A"), types={"residential burglary": "BIAD", "aggravated burglary": "AB"}
    )
    assert "offence with two types ('29A': AB and BIAD)" in reason(both)


def test_crimes_without_a_column_of_offences_need_one_type_for_all(write):
    incidents = one().drop(columns="offence_code")
    assert "offence not told" in reason(write(incidents))
    assert write(incidents, types="BIAD").sent["type"].item() == "BIAD"


def test_a_class_of_homes_and_sheds_is_told(write):
    assert any("homes and sheds together" in note for note in write(one()).notes)
    assert not any(
        "sheds" in note for note in write(one(offence_code="Residential burglary of a home")).notes
    )


def test_the_text_is_empty_unless_it_was_asked_for(write):
    incidents = one(mo="Front door forced", note="Line one\nline two", long="x" * 41)
    assert write(incidents).sent["text"].item() == ""
    assert write(incidents, text="mo").sent["text"].item() == "Front door forced"
    assert reason(write(incidents, text="note")) == "text with control characters or line breaks"
    assert "more than 40 characters" in reason(write(incidents, text="long"))
    assert write(one(mo=None), text="mo").sent["text"].item() == ""


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "a, b", 'say "no"', "+1", "'x"])
def test_what_a_spreadsheet_would_run_goes_letter_for_letter(write, text):
    incidents = one(mo=text)
    incidents["crime_ref"] = text
    result = write(incidents, text="mo")
    with result.path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.reader(file)
    assert (row[4], row[12]) == (text, text)
    assert any("formula" in note for note in result.notes) == text.startswith(("=", "+"))


@pytest.mark.parametrize("sign", ["\n", "\r", "\x00", "\u202e", "\u2028", "\ud800", "\t"])
def test_references_that_would_break_a_row_do_not_go(write, sign):
    incidents = one()
    incidents["crime_ref"] = pd.Series([f"A{sign}1"], dtype=object)
    assert "control characters" in reason(write(incidents))


def test_references_are_the_forces_own_and_stand_once(write):
    rows = [("A1", *NIGHT), ("a1", *NIGHT), ("A1 (2025-07-16)", *NIGHT), ("C1", *NIGHT)]
    rows += [(None, *NIGHT), ("made-f1404a7c3183", *NIGHT), (" D1 ", *NIGHT)]
    result = write(crimes(*rows))
    assert result.sent["reference"].tolist() == ["C1", "D1"]
    assert result.rejected.index.tolist() == [0, 1, 2, 4, 5]
    assert result.counts["reference of several crimes"] == 3
    assert "3 rows" in result.rejected["reason"].iloc[0]
    assert result.rejected["reason"].iloc[3] == "no reference"
    assert "this one was made" in result.rejected["reason"].iloc[4]


def test_every_reason_of_a_row_is_told(write):
    incidents = crimes(
        (None, "2025-10-26 01:30", "2025-10-27 23:00"),
        ("B2", None, "2025-10-27 23:00"),
        ("B3", "2025-07-01 00:00", "2025-07-03 00:00"),
        offence_code=["Shoplifting", HOME, "Burglary of a shed"],
        places=[(900_000, 0), (451234, 340567), (-5, -200_000)],
    )
    told = write(incidents).rejected["reason"].str.split("; ")
    assert [len(one) for one in told] == [4, 1, 3]
    assert told.iloc[1] == ["no occurred_from"]


def test_a_row_without_a_place_has_its_reason(write):
    incidents = crimes(("B1", *NIGHT), ("B2", *NIGHT), ("B3", *NIGHT))
    incidents.loc[0, "geometry"] = None
    incidents = incidents.set_geometry(
        gpd.GeoSeries([None, gpd.points_from_xy([float("inf")], [0])[0], incidents.geometry[2]])
        .set_axis(incidents.index)
        .set_crs(27700)
    )
    result = write(incidents)
    assert result.rejected["reason"].tolist() == ["no place", "no place"]
    assert result.sent.index.tolist() == [2]


def test_crimes_of_another_of_the_forces_do_not_go(write):
    rows = [("B1", *NIGHT), ("B2", *NIGHT), ("B3", *NIGHT), ("B4", *NIGHT)]
    forces = ["Kent Police", "Essex Police", None, "Dogger Bank Constabulary"]
    result = write(crimes(*rows, force=forces))
    assert result.sent["reference"].tolist() == ["B1", "B3", "B4"]
    assert reason(result) == "recorded by another force ('Essex Police')"
    assert any("'Dogger Bank Constabulary'" in note for note in result.notes)


def test_what_is_on_the_stop_list_does_not_go_and_is_not_told(write):
    rows = [("B1", *NIGHT), ("B2", "2025-07-16 01:00", "2025-07-19 01:00"), ("B3", *NIGHT)]
    incidents = crimes(*rows, uprn=["1", "2", "3"])
    result = write(incidents, exclude=["b1", "2"])
    assert result.sent["reference"].tolist() == ["B3"]
    assert result.rejected["reason"].tolist() == ["on the stop list"] * 2
    assert result.rejected["crime_ref"].tolist() == ["(withheld)"] * 2
    # Not even by what else is wrong with it, nor by a count.
    assert result.counts == {"on the stop list": 2}
    with pytest.raises(ConfigError, match="Nothing on the stop list"):
        write(incidents, exclude=["B9"])
    assert len(write(incidents, exclude=["B9"], exclude_may_match_nothing=True).sent) == 2


def test_days_without_a_time_do_not_go_as_midnights(write):
    days = pd.date_range("2025-07-01", periods=5).astype(str)
    result = write(crimes(*[(f"B{i}", day, day) for i, day in enumerate(days)]))
    assert result.sent.empty
    assert result.counts == {"time of day not known: every crime here is at midnight": 5}
    # A single one may be a midnight that somebody saw.
    few = write(crimes(*[(f"B{i}", day, day) for i, day in enumerate(days[:2])]))
    assert len(few.sent) == 2
    assert any("at 00:00 exactly" in note for note in few.notes)


def test_months_are_refused(write):
    months = pd.date_range("2025-01-01", periods=4, freq="MS").astype(str)
    with pytest.raises(DataError, match="months only"):
        write(crimes(*[(f"B{i}", day, day) for i, day in enumerate(months)]))


def test_a_frame_that_is_not_canonical_is_refused(write):
    with pytest.raises(DataError, match="occurred_to"):
        write(one().drop(columns="occurred_to"))
    with pytest.raises(DataError, match="no CRS"):
        write(one().set_crs(None, allow_override=True))
    zoned = one()
    zoned["occurred_from"] = zoned["occurred_from"].dt.tz_localize("UTC")
    with pytest.raises(DataError, match="timezone-naive"):
        write(zoned)
    text = one()
    text["occurred_to"] = "2025-07-16 03:00"
    with pytest.raises(DataError, match="timezone-naive"):
        write(text)


def test_times_of_no_year_of_ours_have_their_reason(write):
    incidents = one()
    incidents["occurred_to"] = pd.Series(["9999-12-31"]).astype("datetime64[s]")
    assert "occurred_to outside the years" in reason(write(incidents))


def test_no_file_of_the_users_is_written_over(write, tmp_path: Path):
    place = tmp_path / "batch.csv"
    place.write_text("mine")
    with pytest.raises(OutputError):
        write(one())
    assert place.read_text() == "mine"
    place.unlink()
    # One of ours is replaced, and left as it is where nothing can go.
    write(one())
    before = place.read_bytes()
    nothing = write(one(offence_code="Shoplifting"))
    assert nothing.path is None
    assert place.read_bytes() == before
    assert "no file was written" in nothing.summary()
    write(one(mo="x"), text="mo")
    assert place.read_bytes() != before


def test_a_file_is_there_whole_or_not_at_all(write, tmp_path: Path, monkeypatch):
    class Broken:
        def writerows(self, rows):
            raise OSError("disk full")

    monkeypatch.setattr("hotspot.sharing.crime_matching.csv.writer", lambda file: Broken())
    with pytest.raises(OSError, match="disk full"):
        write(one())
    assert not (tmp_path / "batch.csv").exists()


def test_an_input_is_left_as_it_was(write):
    incidents = crimes(("B1", *NIGHT), ("B2", *NIGHT))
    before = incidents.copy(deep=True)
    write(incidents)
    pd.testing.assert_frame_equal(incidents, before)


def test_an_empty_frame_has_an_answer(write):
    result = write(one().iloc[:0])
    assert (len(result.sent), len(result.rejected), result.path) == (0, 0, None)
    assert result._repr_html_()


TIMES = st.one_of(
    st.datetimes(pd.Timestamp("2025-03-29"), pd.Timestamp("2025-03-31")),
    st.datetimes(pd.Timestamp("2025-10-25"), pd.Timestamp("2025-10-27")),
).map(lambda time: pd.Timestamp(time).floor("15min"))
CRIME = st.tuples(
    TIMES,
    st.integers(-4, 60),
    st.sampled_from(["RB", "BIAD", "TFP"]),
    st.sampled_from([(451234.0, 340567.5), (600_000.0, 0.0), (660_000.0, 300_000.0)]),
)
KINDS = ("no clock showed", "showed twice", "ends before it begins", "over 12 h")


@settings(max_examples=10)
@given(st.lists(CRIME, min_size=1, max_size=20))
def test_the_fast_way_is_the_slow_one_in_any_order(tmp_path_factory, drawn):
    rows = [
        (f"B{i}", start, start + pd.Timedelta(minutes=15 * quarters))
        for i, (start, quarters, _, _) in enumerate(drawn)
    ]
    incidents = crimes(
        *rows, offence_code=[one[2] for one in drawn], places=[one[3] for one in drawn]
    )
    folder = tmp_path_factory.mktemp("matching")
    result = hs.write_crime_matching(incidents, folder / "a.csv", "Kent", "2025-11-01")
    other = hs.write_crime_matching(incidents[::-1], folder / "b.csv", "Kent", "2025-11-01")
    for crime in incidents.itertuples():
        wanted = naive.crime_matching_row(crime, "Kent", "KNT20251101")
        east = wanted == {"east of the grid"}
        if isinstance(wanted, list) or east:
            cells = result.sent.loc[crime.Index].tolist()
            assert cells[11] == "WGS84" if east else cells == wanted
            assert other.sent.loc[crime.Index].tolist() == cells
        else:
            told = result.rejected.loc[crime.Index, "reason"]
            assert {kind for kind in KINDS if kind in told} == wanted - {"east of the grid"}
            assert other.rejected.loc[crime.Index, "reason"] == told


def test_127_of_atlantas_516_windows_are_too_long(data_dir: Path, write):
    """As its two columns have them; the reader ends 3 windows where the crime was recorded."""
    table = pd.read_csv(data_dir / "atlanta_2021_2024" / "apd_2021_2024.csv.gz")
    table = table[table["NIBRS_Offense"] == "Burglary/Breaking & Entering"]
    times = [
        pd.to_datetime(table[name], format="%m/%d/%Y %H:%M")
        for name in ("OccurredFromDate", "OccurredToDate")
    ]
    incidents = gpd.GeoDataFrame(
        {
            "crime_ref": table["IncidentNumber"],
            "occurred_from": times[0],
            "occurred_to": times[1],
        },
        geometry=gpd.points_from_xy(table["Longitude"], table["Latitude"], crs=4326).to_crs(32616),
    )
    result = write(incidents, types="BIAD")
    assert len(incidents) == 516
    assert result.counts["window over 12 h"] == 127
    # Atlanta lies nowhere that the layout takes.
    assert result.counts["place outside what the layout takes"] == 516


def test_from_the_command_line(tmp_path: Path, monkeypatch, capsys, sample_dir: Path):
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "burglaries.csv"
    source.write_bytes((sample_dir / "burglaries.csv").read_bytes())
    command = ["share", "matching", "burglaries.csv", "--batch-date", "2026-03-02"]
    command += ["--out", "batch.csv", "--rejected", "rejected.csv"]
    with pytest.raises(SystemExit):
        main([*command, "--force", "Norfolk"])
    assert "'Norfolk' is none of the 19" in capsys.readouterr().err
    assert not (tmp_path / "batch.csv").exists()
    stated = ["--offence", "burglary", "--types", "unconnected building=BOTD", "--json"]
    assert main([*command, "--force", "Humberside", "--suffix", "N", *stated]) == 0
    told = json.loads(capsys.readouterr().out)
    with (tmp_path / "batch.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == told["sent"] > 400
    assert {row[3] for row in rows} == {"HMB20260302-N"}
    assert {row[1] for row in rows} == {"BIAD", "AB", "BOTD"} & {row[1] for row in rows}
    rejected = pd.read_csv(tmp_path / "rejected.csv")
    assert len(rejected) == told["rejected"] + told["not_read"]
    assert rejected["reason"].notna().all()
    # What is read is not written over.
    assert main([*command[:5], "--out", "burglaries.csv", "--force", "Kent"]) == 1
    with pytest.raises(SystemExit):
        main(command)


@pytest.mark.parametrize("value", [[], {}, None, 1])
def test_a_type_that_is_no_text_is_told(value: object):
    assert "which is not one of" in type_problems({"28E": value})[0]
