"""Scores by the force's own rule: their parts, what is missing, and that they are kept nowhere."""

import json
import pickle
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotspot as hs
from hotspot import ConfigError, DataError
from hotspot.cli import main
from hotspot.incidents.kept_columns import score_columns
from hotspot.output import Result
from hotspot.worth import ExtraPoints, RepeatPoints, ScoringRule, SeriesPoints, score_crimes
from tests import naive

RULE = ScoringRule(
    75,
    offence={"homes": 40, "aggravated burglary": 70, "30C": 10},
    method={"Letterbox - keys hooked": 30, "other": 5},
    series=SeriesPoints(15),
    repeat=RepeatPoints(20, window_days=30),
    extra=ExtraPoints(most=25),
    name="Team",
)
FILE = """\
name = "Team"
threshold = 75
[offence]
homes = 40
"aggravated burglary" = 70
30C = 10
[method]
"Letterbox - keys hooked" = 30
other = 5
[series]
points = 15
[repeat]
points = 20
window_days = 30
[extra]
most = 25
"""


def crimes(*days, **columns):
    frame = pd.DataFrame({"occurred_from": pd.to_datetime([*days])})
    frame["occurred_to"] = frame["occurred_from"]
    frame["crime_ref"] = [f"B{i}" for i in range(len(frame))]
    xs = columns.pop("x", [1000.0 * i for i in range(len(frame))])
    frame = frame.assign(**{name: pd.Series(its, dtype=object) for name, its in columns.items()})
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(xs, [0.0] * len(xs)), crs=27700)


def full(**changed):
    """Return two crimes a year apart of which everything is known."""
    columns = {
        "offence_code": ["28E", "28E"],
        "mo": ["Letterbox - keys hooked", "Window smashed"],
        "series_id": ["S1", "S1"],
        "extra_points": [5, 0],
        "area": ["North", "South"],
    }
    return crimes("2025-01-01 12:00", "2026-01-01 12:00", **{**columns, **changed})


def test_a_rule_is_read_from_a_file(tmp_path: Path):
    path = tmp_path / "rule.toml"
    path.write_text(FILE, encoding="utf-8-sig")
    assert hs.ScoringRule.read(path) == RULE
    assert RULE.highest == 70 + 30 + 15 + 20 + 25


def test_a_score_is_the_sum_of_its_parts():
    scores = hs.score_crimes(full(), RULE)
    last = scores.table.iloc[1]
    parts = ["offence", "method", "series", "repeat", "extra"]
    assert last[parts].tolist() == [40, 5, 15, 0, 0]
    assert (last["score"], last["most"], last["missing"], last["allocated"]) == (60, 60, "", False)
    # The first reaches the threshold, whatever was before the data began.
    first = scores.table.iloc[0]
    assert (first["score"], first["most"], first["missing"]) == (90, 110, "repeat")
    assert first["allocated"]
    assert scores["score"].tolist() == [90, 60]
    assert scores.by_area.to_numpy().tolist() == [["North", 1, 1, 0], ["South", 1, 0, 0]]


@pytest.mark.parametrize(
    ("column", "value", "part", "most"),
    [
        ("offence_code", None, "offence", 20 + 70),
        ("offence_code", "Theft of a bicycle", "offence", 20 + 70),
        ("mo", " ", "method", 55 + 30),
        ("series_id", None, "series", 60),
        ("extra_points", None, "extra", 60 + 25),
        ("extra_points", "n/k", "extra", 60 + 25),
    ],
)
def test_what_is_missing_is_told_and_is_no_nought(column, value, part, most):
    known = full()[column].iloc[0]
    row = hs.score_crimes(full(**{column: [known, value]}), RULE).table.iloc[1]
    assert row["missing"] == part
    assert pd.isna(row[part])
    assert row["most"] == most
    # Below the threshold, and perhaps not: only what is missing can tell.
    assert pd.isna(row["allocated"]) if most >= 75 else row["allocated"] == False  # noqa: E712
    gone = hs.score_crimes(full().drop(columns=column), RULE).table
    assert gone["missing"].str.contains(part).all()


def test_without_a_bound_of_the_extra_points_nothing_is_certain_below():
    rule = ScoringRule(75, offence={"homes": 10}, extra=ExtraPoints())
    row = hs.score_crimes(full(extra_points=[5, None]), rule).table.iloc[1]
    assert pd.isna(row["most"])
    assert row["allocated"] is pd.NA
    assert rule.highest is None


def test_a_blank_series_is_what_the_rule_says_it_is():
    rule = ScoringRule(10, series=SeriesPoints(15, column="No.", without=2))
    frame = full().rename(columns={"series_id": "No."})
    frame["No."] = ["S1", None]
    assert hs.score_crimes(frame, rule).table["series"].tolist() == [15, 2]
    assert hs.score_crimes(frame.drop(columns="No."), rule).table["series"].isna().all()


def test_methods_are_compared_by_their_letters():
    frame = full(mo=["LETTERBOX keys-hooked", "Anything"])
    assert hs.score_crimes(frame, RULE).table["method"].tolist() == [30, 5]
    strict = ScoringRule(10, method={"Letterbox - keys hooked": 30})
    assert hs.score_crimes(frame, strict).table["method"].isna().tolist() == [False, True]


def test_a_repeat_is_an_earlier_burglary_of_the_address_within_the_window():
    rule = ScoringRule(20, repeat=RepeatPoints(20, window_days=30))
    days = ["2026-01-01", "2026-01-10", "2026-03-01", "2026-03-20", "2026-04-25"]
    # One point, then another address beside it by its UPRN; the last is 36 days after.
    frame = crimes(*days, x=[0, 0, 500, 500, 500], uprn=["1", "1", "7", "7", "7"])
    told = hs.score_crimes(frame, rule).table["repeat"]
    assert told.isna().tolist() == [True, False, False, False, False]
    assert told.tolist()[1:] == [20, 0, 20, 0]
    flats = crimes(*days[2:4], x=[500, 500], uprn=["7", "8"])
    frame = pd.concat([frame.iloc[:1], flats.set_axis([8, 9])])
    assert hs.score_crimes(frame, rule).table["repeat"].tolist()[1:] == [0, 0]
    with pytest.warns(hs.DataWarning, match="empty"):
        assert hs.score_crimes(crimes(), rule).table.empty


def test_crimes_before_a_day_are_not_scored_and_count_as_earlier_ones():
    rule = ScoringRule(20, repeat=RepeatPoints(20, window_days=30))
    frame = crimes("2026-01-01", "2026-01-10", x=[0, 0])
    scores = hs.score_crimes(frame, rule, since="2026-01-05")
    assert scores.table.index.tolist() == [1]
    assert scores.table["repeat"].tolist() == [20]


def test_other_thresholds_are_counted():
    frame = crimes(*["2026-01-01"] * 4, extra_points=[10, 20, None, 30])
    rule = ScoringRule(20, extra=ExtraPoints(most=30))
    scores = hs.score_crimes(frame, rule, thresholds=[1, 15, 25, 31])
    assert scores.thresholds.to_numpy().tolist() == [
        [1, 3, 1], [15, 2, 1], [20, 2, 1], [25, 1, 1], [31, 0, 0],
    ]  # fmt: skip
    words = scores.summary()
    assert words.startswith("2 of 4 crimes reach 20 points.\n1 more may")
    assert "extra of 1" in words
    assert "25 sends 1 and perhaps 1 more" in words
    steps = hs.score_crimes(frame, rule).thresholds["threshold"].tolist()
    assert steps == [5, 10, 15, 20, 25, 30]
    with pytest.raises(ConfigError, match="thresholds"):
        hs.score_crimes(frame, rule, thresholds=[1.5])


@pytest.mark.parametrize("value", [2.5, -1, "many", "inf", 26, "1,5"])
def test_extra_points_that_are_no_whole_number_are_refused_by_row(value):
    frame = full(extra_points=[value, 5])
    with pytest.raises(DataError, match=r"extra_points: 1 value .*0 to 25 \(row 0\)"):
        hs.score_crimes(frame, RULE)
    assert hs.score_crimes(full(extra_points=["5", 6.0]), RULE)["extra"].tolist() == [5, 6]


def test_an_offence_with_two_numbers_of_points_is_refused():
    rule = ScoringRule(10, offence={"residential burglary": 10, "aggravated burglary": 20})
    with pytest.raises(DataError, match="gives '29A' 10 and 20 points"):
        hs.score_crimes(full(offence_code=["29A", "28E"]), rule)
    own = ScoringRule(10, offence={"burglary": 10, "28e": 20, "Other": 1})
    scores = hs.score_crimes(full(offence_code=["28E", "Theft"]), own)
    assert scores["offence"].tolist() == [20, 1]


def test_every_fault_of_a_rule_is_told_at_once(tmp_path: Path):
    path = tmp_path / "rule.toml"
    path.write_text(
        'thresold = 75\n[offence]\nhomes = 2.5\n"28E" = -1\nsheds = true\n'
        '[method]\n"Door forced" = 5\n"door FORCED" = 6\n"-" = 1\n'
        '[series]\nwithout = "none"\npoint = 3\n'
        '[repeat]\npoints = 5\nwindow_days = 0\n[extra]\ncolumn = ""\nmost = 1e3\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as told:
        hs.ScoringRule.read(path)
    assert len(told.value.problems) == 13
    for wanted in (
        "thresold is not known: did you mean threshold?",
        "threshold is missing",
        "[offence] 'homes' must be a whole number",
        "[offence] '28E' must be",
        "[offence] 'sheds' must be",
        "'Door forced' and 'door FORCED' are one name",
        "[method] '-' is no name",
        "[series] point is not known: did you mean points?",
        "[series] points is missing",
        "[series] without must be",
        "[repeat] window_days must be a whole number from 1",
        "[extra] column must be",
        "[extra] most must be",
    ):
        assert any(wanted in problem for problem in told.value.problems), wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("threshold = 200\n[offence]\nhomes = 40\n", "cannot be reached: the rule gives 40"),
        ("threshold = 5\n", "gives no points"),
        ("threshold = 5\nseries = 3\n", "series must be a table"),
        ("threshold = 5\noffence = 3\n", "offence must be a table"),
        ("threshold = 5\n[offence]\n", "is empty"),
        ("threshold = 0\n[offence]\nhomes = 1\n", "threshold must be a whole number from 1"),
        ("threshold = 75\n[offence\n", "not valid TOML"),
        ("a = " + "[" * 3000, "not valid TOML"),
        ("name = 5\nthreshold = 5\n[offence]\nhomes = 5\n", "name must be text"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(tmp_path: Path, text, words):
    path = tmp_path / "rule.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=words):
        hs.ScoringRule.read(path)


def test_a_file_that_is_no_rule_is_refused(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be read"):
        hs.ScoringRule.read(tmp_path / "none.toml")
    path = tmp_path / "rule.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not valid TOML"):
        hs.ScoringRule.read(path)
    path.write_bytes(b"#" * 1_000_001)
    with pytest.raises(ConfigError, match="1,000,001 bytes"):
        hs.ScoringRule.read(path)
    with pytest.raises(ConfigError, match="must be a ScoringRule"):
        hs.score_crimes(full(), {"threshold": 75})


def test_scores_have_nothing_that_stores_them():
    scores = score_crimes(full(), RULE)
    assert not isinstance(scores, Result)
    with pytest.raises(TypeError, match="not stored"):
        pickle.dumps(scores)
    # A notebook keeps what it shows: of these it shows no crime.
    assert scores._repr_html_().startswith("<p>")
    assert "<table" not in scores._repr_html_()
    assert "B0" not in repr(scores) + scores.summary() + scores._repr_html_()
    public = {name for name in dir(scores) if not name.startswith("_")}
    assert public == {"table", "by_area", "thresholds", "rule", "summary"}


def test_a_score_and_what_it_is_made_of_are_not_shared(tmp_path: Path):
    frame = full()
    scores = score_crimes(frame, RULE)
    scored = frame.join(scores.table[["score", "most", "missing", "allocated"]])
    terms = {
        "gateway": "ISA 12",
        "regime": "Part 3",
        "discloser": "Force A, data protection",
        "today": "2026-12-01",
    }
    for fields in (["crime_ref", "extra_points"], ["crime_ref", "score"], ["missing", "allocated"]):
        with pytest.raises(ConfigError, match="of a score by the force's own rule") as told:
            hs.write_share(
                scored,
                tmp_path / "share",
                "Force B",
                "Op Example",
                fields,
                "OFFICIAL",
                "2026-12-24",
                **terms,
            )
        assert len(told.value.problems) == len(set(fields) - {"crime_ref"})
    assert not (tmp_path / "share").exists()
    # Nor as the text of a layout.
    with pytest.raises(ConfigError, match="of a score"):
        hs.write_crime_matching(
            scored, tmp_path / "a.csv", "Kent", "2026-03-02", text="extra_points"
        )
    # Another's score, such as that of a crime which may belong to a series, is not meant.
    assert score_columns(["score"], frame.assign(score=1.0)) == []


def test_no_list_of_doors_has_points():
    frame = full().assign(address=["1 Mill Lane", "2 Mill Lane"], uprn=["1", "2"])
    places = gpd.points_from_xy([451234, 451300], [340567, 340567], crs=27700)
    frame = frame.set_geometry(gpd.GeoSeries(places, index=frame.index))
    homes = hs.read_addresses(frame[["uprn", "address", "geometry"]])
    targets = hs.cocooning_targets(frame, homes, "2026-01-02")
    assert len(targets)
    assert not {"extra_points", "score", "allocated"} & {*targets.columns}


KNOWN = st.one_of(st.none(), st.integers(0, 25))


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([("28E", 40), ("30C", 10), ("29A", 70), (None, None), ("Theft", None)]),
            st.sampled_from([("Letterbox - keys hooked", 30), ("Door", 5), (None, None)]),
            st.sampled_from([("S1", 15), (None, None)]),
            KNOWN,
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from([None, 25]),
    st.randoms(),
)
def test_the_fast_way_is_the_slow_one_in_any_order(drawn, bound, random):
    rule = ScoringRule(
        75, RULE.offence, RULE.method, series=RULE.series, extra=ExtraPoints(most=bound)
    )
    frame = crimes(
        *["2026-01-01"] * len(drawn),
        offence_code=[one[0][0] for one in drawn],
        mo=[one[1][0] for one in drawn],
        series_id=[one[2][0] for one in drawn],
        extra_points=[one[3] for one in drawn],
    )
    order = random.sample(range(len(frame)), len(frame))
    table = score_crimes(frame, rule).table
    pd.testing.assert_frame_equal(score_crimes(frame.iloc[order], rule).table, table.iloc[order])
    for i, (offence, method, series, extra) in enumerate(drawn):
        points = {
            "offence": (offence[1], 70),
            "method": (method[1], 30),
            "series": (series[1], 15),
            "extra": (extra, bound),
        }
        row = table.iloc[i][["score", "most", "missing", "allocated"]]
        told = [None if one is pd.NA else one for one in row]
        assert told == [*naive.crime_score(points, 75)]


def test_from_the_command_line_onto_the_screen_alone(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rule.toml").write_text(FILE, encoding="utf-8")
    table = pd.DataFrame(
        {
            "Crime Ref": ["A1", "A2", "A3"],
            "Date From": ["2026-02-01 10:00", "2026-02-10 10:00", "2026-02-20 10:00"],
            "Easting": [451234, 451234, 452000],
            "Northing": [340567, 340567, 340600],
            "Offence": ["28E Burglary - residential"] * 3,
            "MO": ["Letterbox - keys hooked", "=cmd()", "Letterbox - keys hooked"],
            "Extra Points": [25, None, 3],
        }
    )
    table.to_csv(tmp_path / "crimes.csv", index=False)
    before = {path.name for path in tmp_path.iterdir()}
    assert main(["score", "crimes.csv", "--rule", "rule.toml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    by_ref = {crime["crime_ref"]: crime for crime in told["crimes"]}
    assert (by_ref["A1"]["score"], by_ref["A1"]["allocated"]) == (95, True)
    assert by_ref["A2"]["repeat"] == 20
    assert by_ref["A2"]["missing"] == "series, extra"
    assert by_ref["A3"]["score"] == 73
    assert main(["score", "crimes.csv", "--rule", "rule.toml", "--since", "2026-02-05"]) == 0
    words = capsys.readouterr().out
    assert "A2: at least 65; missing: series, extra" in words
    assert "A1" not in words
    # Only the set-up that was guessed, which holds no crime and no score.
    assert {path.name for path in tmp_path.iterdir()} - before == {"crimes.toml"}
    assert "extra" not in (tmp_path / "crimes.toml").read_text(encoding="utf-8").casefold()
    # Without the column of the other system its points are missing, not nought.
    table.drop(columns="Extra Points").to_csv(tmp_path / "crimes.csv", index=False)
    assert main(["score", "crimes.csv", "--rule", "rule.toml"]) == 0
    assert "extra of 3" in capsys.readouterr().out
    for option in ("--out", "--folder"):
        with pytest.raises(SystemExit):
            main(["score", "crimes.csv", "--rule", "rule.toml", option, "x"])


def test_a_faulty_rule_is_told_before_the_crimes_are_read(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rule.toml").write_text("threshold = 1\nx = 1\n", encoding="utf-8")
    assert main(["score", "none.csv", "--rule", "rule.toml"]) == 1
    assert "x is not known" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["score", "none.csv"])
