"""The report: honest denominators, against a slow twin and against what was simulated."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot import ConfigError
from hotspot.impact import by_dose
from hotspot.rule import RESULT_WORDS
from hotspot.trends.rate_intervals import wilson
from hotspot.visits import RESULTS, VisitLedger
from hotspot.visits.measures import measures
from tests import naive
from tests.conftest import incidents_at
from tests.visits_lists import targets, visit

START = pd.Timestamp("2026-03-02 07:00")
SOON = "2026-03-04 07:00"


def at(hours):
    return START + pd.Timedelta(hours=hours)


@pytest.fixture
def ledger():
    with VisitLedger("sqlite://") as opened:
        yield opened


def three_doors(ledger):
    """Ring 0 due after 20 hours, rings 1 and 2 after 44; recorded 4 hours before the list."""
    rows = (("V-A", 0, at(20)), ("V-B", 1, at(44)), ("V-C", 2, at(44)))
    ledger.issue(targets(*rows, area=["Harbour", "Harbour", None]))


def test_what_is_not_yet_due_is_in_no_share(ledger):
    three_doors(ledger)
    report = ledger.report(as_of=at(30))
    assert [report.count(name) for name in ("asked", "due", "not yet due", "overdue")] == [
        3, 1, 2, 1,
    ]  # fmt: skip
    assert report.row("reached")["out_of"] == 1


def test_the_dose_joins_what_followed_in_one_call(ledger):
    """Asked, made, in time, face to face by team and week: the outcome is one call away."""
    for week, result, hours in ((0, "face to face", 5), (1, "no reply", 6), (2, "leaflet", 60)):
        start = START + pd.Timedelta(weeks=week)
        rows = [(f"V-{area}{week}", 0, start + pd.Timedelta(hours=20)) for area in "AB"]
        ledger.issue(targets(*rows, as_of=start, area=["Harbour", "Moor"]))
        called = start + pd.Timedelta(hours=hours)
        ledger.record([visit(f"V-A{week}", result, called)])
    dose = ledger.report(as_of=START + pd.Timedelta(weeks=3)).dose
    assert dose[dose["place"] == "Harbour"].drop(columns=["place", "week"]).values.tolist() == [
        [1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 1, 0, 1, 0],
    ]  # fmt: skip
    assert dose.loc[dose["place"] == "Moor", ["asked", "made"]].values.tolist() == [[1, 0]] * 3
    assert dose["week"].dt.day_of_week.eq(0).all()
    beats = gpd.GeoDataFrame(
        {"area": ["Harbour", "Moor"]},
        geometry=[shapely.box(0, 0, 9, 9), shapely.box(10, 0, 19, 9)], crs="EPSG:27700",
    )  # fmt: skip
    crimes = incidents_at([5, 15], [5, 5], [-5, 150], start="2026-01-20")
    found = by_dose(crimes, beats, dose).table.set_index("group")["place_weeks"]
    assert found.to_dict() == {
        "reached in time": 1, "partly or late": 0, "asked and not reached": 5,
    }  # fmt: skip
    # Of the first two weeks the days before are older than the oldest record.
    late = incidents_at([5, 15], [5, 5], [10, 150], start="2026-01-20")
    assert by_dose(late, beats, dose).left_out == 4
    early = by_dose(crimes[:1], beats, dose)
    assert "6 weeks left out: the data do not reach so far" in early.summary()


def test_a_visit_before_its_time_makes_the_door_due(ledger):
    three_doors(ledger)
    ledger.record([visit("V-B", "face to face", at(5))])
    report = ledger.report(as_of=at(6))
    assert (report.count("due"), report.count("reached")) == (1, 1)
    assert report.row("reached")["share"] == 1


def test_empty_homes_leave_the_denominator_unless_someone_was_there_after_all(ledger):
    three_doors(ledger)
    ledger.record(
        [
            visit("V-A", "empty", at(5)),
            visit("V-B", "address not found", at(5)),
            visit("V-B", "face to face", at(30)),
            visit("V-C", "no reply", at(31)),
        ]
    )
    report = ledger.report(as_of=at(100))
    assert (report.count("found occupied"), report.count("empty or not found")) == (2, 1)
    assert report.row("reached")[["count", "out_of"]].tolist() == [1, 2]
    assert report.row("reached within 24 h of the record")["count"] == 0
    assert report.row("reached within 48 h of the record")["count"] == 1


def test_a_leaflet_left_is_reached_but_not_face_to_face(ledger):
    three_doors(ledger)
    ledger.record([visit("V-A", "no reply", at(1), leaflet_left="yes")])
    report = ledger.report(as_of=at(2))
    assert (report.count("reached"), report.count("face to face")) == (1, 0)
    assert report.count("leaflet only") == 1


def test_24_and_48_hours_run_from_the_record_to_the_minute(ledger):
    three_doors(ledger)
    ledger.record([visit("V-A", "leaflet", at(20)), visit("V-B", "leaflet", at(20.02))])
    report = ledger.report(as_of=at(60))
    assert report.count("reached within 24 h of the record") == 1
    assert report.count("reached within 48 h of the record") == 2
    first, second, third = report.summary().splitlines()[:3]
    assert first == (
        "The force's clock, from the record to the first call: 1 of 3 doors (33 %, 95 % interval 6 "
        "to 79 %) within 24 hours, 2 of 3 doors (67 %, 95 % interval 21 to 94 %) within 48 hours."
    )
    assert second.startswith("The team's clock, from the list that asked: 2 of 3 doors (67 %")
    assert third == "3 doors were asked for on 1 list, 3 homes in all."


def test_no_share_of_no_door_heads_the_report(ledger):
    three_doors(ledger)
    told = ledger.report(as_of=at(2)).summary().splitlines()[0]
    assert told.endswith(
        "call: no share yet, as no door's 24 hours have ended since the first list."
    )


def hours_of(ledger, hours, seconds=0.0, act_within=24):
    """Count as attempted within 24 h, within 48 h and in time what was done so long after."""
    ledger.issue(targets(("V-A", 0, START + pd.Timedelta(hours=act_within))))
    when = START + pd.Timedelta(hours=hours, seconds=seconds)
    ledger.record([visit("V-A", "face to face", when)])
    report = ledger.report(as_of=at(200))
    names = ("within 24 h of the record", "within 48 h of the record", "in the team's time")
    reached = [report.count(f"reached {name}") for name in names]
    assert reached == [report.count(f"attempted {name}") for name in names]
    return reached


@pytest.mark.parametrize(
    ("hours", "seconds", "expected"),
    [
        (24, 0, [1, 1, 1]),
        (24, 1, [0, 1, 0]),
        (48, 0, [0, 1, 0]),
        (48, 1, [0, 0, 0]),
        (24, -1, [1, 1, 1]),
    ],
)
def test_exactly_24_and_48_hours_and_the_time_asked_for_are_in_time(
    ledger, hours, seconds, expected
):
    assert hours_of(ledger, hours, seconds) == expected


def test_a_door_is_due_exactly_when_its_time_has_come(ledger):
    three_doors(ledger)
    assert ledger.report(as_of=at(20)).count("due") == 1
    assert ledger.report(as_of=at(20) - pd.Timedelta(seconds=1)).count("due") == 0


def test_the_day_of_a_visit_without_a_time_ends_with_its_last_microsecond(ledger):
    """One convention of the end of a day: that of `hotspot.dates`."""
    last = pd.Timestamp("2026-03-03 23:59:59")
    ends = [last + pd.Timedelta(microseconds=us) for us in (0, 500_000, 999_999)]
    ledger.issue(targets(*((f"V-{n}", 0, end) for n, end in enumerate(ends))))
    ledger.record([visit(f"V-{n}", "leaflet", "03/03/2026") for n in range(3)])
    assert ledger.report(as_of="2026-03-03").count("reached in the team's time") == 1
    # A burglary found in that last second is before the visit, to the list and to the report.
    late = targets(("V-L", 0, SOON), newest=ends[1])
    ledger.issue(late)
    flagged = ledger.record([visit("V-L", "leaflet", "03/03/2026")]).flagged
    assert flagged.empty
    assert ledger.report(as_of="2026-03-04").too_early == 0


def test_a_visit_without_a_time_is_taken_for_the_end_of_its_day(ledger):
    three_doors(ledger)
    ledger.record([visit("V-A", "face to face", "03/03/2026")])
    report = ledger.report(as_of=at(60))
    assert (report.count("reached"), report.count("reached in the team's time")) == (1, 0)
    assert "without a time of day" in report.summary()


def test_the_force_is_not_asked_for_what_was_over_before_the_ledger_began(ledger):
    rows = (("V-OLD", 0, at(30)), ("V-HALF", 0, at(30)), ("V-NEW", 0, at(30)))
    ledger.issue(targets(*rows, recorded=[at(-48), at(-47.9), at(-24)]))
    report = ledger.report(as_of=at(50))
    out_of = [report.row(f"attempted within {h} h of the record")["out_of"] for h in (24, 48)]
    assert out_of == [0, 2]
    # All of them are the team's from the list on.
    assert report.row("attempted in the team's time")["out_of"] == 3
    assert (report.count("overdue"), report.count("late for the force when listed")) == (3, 3)


def test_a_door_past_the_forces_hours_at_issue_is_late_for_the_force_never_for_the_team(ledger):
    listed = targets(("V-A", 0, at(60)), as_of=str(START), recorded=at(-200))
    ledger.issue(listed)
    ledger.record([visit("V-A", "face to face", at(40))])
    report = ledger.report(as_of=at(100))
    assert report.count("late for the force when listed") == 1
    assert report.row("attempted in the team's time")[["count", "out_of"]].tolist() == [1, 1]
    assert "1 door was past the force's hours when first listed" in report.summary()


def test_a_list_of_0_1_that_asked_for_what_was_over_makes_no_team_late(ledger):
    three_doors(ledger)
    ledger.issue(targets(("V-LATE", 0, at(100)), as_of=str(at(200))))
    report = ledger.report(as_of=at(201))
    assert report.count("overdue") == 3
    assert report.row("attempted in the team's time")["out_of"] == 3


def test_a_share_waits_until_its_time_is_over_for_every_door(ledger):
    """Counting an early call at once, and what is still open later, made every share too high."""
    three_doors(ledger)
    ledger.record([visit("V-B", "face to face", at(5))])
    names = [f"attempted within {hours} h of the record" for hours in (24, 48)]
    for hours, out_of in ((19.9, [0, 0]), (20, [3, 0]), (44, [3, 3])):
        report = ledger.report(as_of=at(hours))
        assert [report.row(name)["out_of"] for name in names] == out_of


def test_homes_are_counted_beside_doors(ledger):
    flats = {"uprn": ["1", "1", "2", "3"], "uprns": [None, "1", "2; 3", None]}
    rows = [(f"V-{n}", 1, at(44)) for n in range(4)]
    ledger.issue(targets(*rows, **flats))
    ledger.record([visit("V-0", "no reply", at(5)), visit("V-2", "leaflet", at(5))])
    report = ledger.report(as_of=at(60))
    assert report.homes("asked") == 3
    assert (report.count("attempted"), report.homes("attempted")) == (2, 3)
    assert report.row("reached")[["count", "homes", "out_of", "homes_out_of"]].tolist() == [
        1, 2, 4, 3,
    ]  # fmt: skip
    assert "4 doors were asked for on 1 list, 3 homes in all." in report.summary()


def test_attempts_have_visits_clocks_and_shares_of_their_own(ledger):
    three_doors(ledger)
    again = [("V-A", 0, at(190)), ("V-B", 1, at(190))]
    ledger.issue(targets(*again, as_of=str(at(150)), attempt=2, task="second visit"))
    ledger.record(
        [
            visit("V-A", "no reply", at(10)),
            visit("V-A", "no reply", at(12)),
            visit("V-B", "no reply", at(30)),
            # On the day of the list's cut-off, before it went out, is the first attempt still.
            visit("V-C", "no reply", at(149)),
            visit("V-A", "face to face", at(180)),
        ]
    )
    report = ledger.report(as_of=at(200))
    assert report.groups("attempt") == ["1", "2"]
    told = {
        name: [report.count(name, "attempt", nth) for nth in ("1", "2")]
        for name in ("asked", "attempted", "reached", "overdue", "attempted in the team's time")
    }
    assert told == {
        "asked": [3, 2],
        "attempted": [3, 1],
        "reached": [0, 1],
        "overdue": [0, 1],
        "attempted in the team's time": [2, 1],
    }
    force = [
        report.row("attempted within 48 h of the record", "attempt", nth)["out_of"]
        for nth in ("1", "2")
    ]
    assert force == [3, 0]


def test_doors_that_expired_unvisited_are_named_for_the_supervisor(ledger, tmp_path):
    ends = {"expires": at(300), "crime_refs": "B1"}
    three_doors(ledger)
    ledger.issue(targets(*((f"V-{n}", 1, at(44)) for n in "DEFGHI"), **ends))
    ledger.issue(targets(("V-D", 1, at(200)), as_of=str(at(150)), attempt=2, **ends))
    ledger.record(
        [
            visit("V-D", "no reply", at(10)),
            visit("V-E", "no reply", at(20)),
            visit("V-F", "refused", at(20)),
        ]
    )
    ledger.do_not_contact("0V-G")
    assert ledger.report(as_of=at(299)).expired.empty
    report = ledger.report(as_of=at(301), exclude=["0v-i"])
    assert report.expired[["visit_id", "attempt"]].to_numpy().tolist() == [["V-D", 2], ["V-H", 1]]
    assert report.count("expired, nobody went") == 2
    by_attempt = [report.count("expired, nobody went", "attempt", nth) for nth in ("1", "2")]
    assert by_attempt == [1, 1]
    assert "2 doors left the list and nobody had gone" in report.summary()
    page = report.write(tmp_path)[0].read_text(encoding="utf-8")
    assert "V-H Mill Lane" in page
    assert "V-E Mill Lane" not in page
    assert ledger.report(as_of=at(301), exclude=["b1 "]).expired.empty


def test_packs_that_were_given_are_counted_by_tier(ledger):
    ledger.issue(targets(*((f"V-{n}", 1, at(44)) for n in "ABC"), tier=["gold", "gold", None]))
    ledger.record(
        [
            visit("V-A", "face to face", at(5), pack_given="yes"),
            visit("V-B", "no reply", at(5), pack_given="no"),
            visit("V-C", "face to face", at(5), pack_given="yes"),
        ]
    )
    report = ledger.report(as_of=at(60))
    assert report.packs.to_numpy().tolist() == [["gold", 2, 1], ["of no tier on a list", 0, 1]]
    assert "Packs given: gold 1 (asked for at 2 doors)" in report.summary()


def test_second_attempts_and_repeated_lists_count_a_door_once(ledger):
    three_doors(ledger)
    again = targets(("V-A", 0, at(90)), as_of=str(at(50)), attempt=2, task="second visit")
    ledger.issue(again)
    ledger.record([visit("V-A", "no reply", at(10)), visit("V-A", "face to face", at(60))])
    report = ledger.report(as_of=at(61))
    assert (report.count("asked"), report.count("reached")) == (3, 1)
    assert report.count("attempted within 24 h of the record") == 1
    assert report.count("reached within 48 h of the record") == 0


def test_unknown_ids_and_visits_before_the_burglary_are_told_and_not_counted(ledger):
    three_doors(ledger)
    ledger.record(
        [visit("V-Z", "face to face", at(1)), visit("V-A", "leaflet", "2026-02-01 10:00")]
    )
    report = ledger.report(as_of=at(60))
    assert (report.unknown, report.too_early, report.count("attempted")) == (1, 1, 0)
    assert "1 visit of ids that no list holds" in report.summary()


def test_groups_add_up_to_all_and_a_team_without_a_name_has_one(ledger):
    three_doors(ledger)
    ledger.issue(targets(("V-D", 0, at(200)), as_of=str(at(190)), area="Sandhills"))
    ledger.record([visit("V-A", "face to face", at(1)), visit("V-C", "empty", at(3))])
    report = ledger.report()
    assert report.groups("area") == ["Harbour", "No area", "Sandhills"]
    assert report.groups("week") == ["2026-03-02", "2026-03-09"]
    for by in ("area", "ring", "week"):
        sums = report.table[report.table["by"] == by].groupby("measure")[["count", "out_of"]].sum()
        for measure in measures():
            whole = report.row(measure.name)[["count", "out_of"]].tolist()
            assert sums.loc[measure.name].tolist() == whole


def test_by_chooses_the_groups(ledger):
    three_doors(ledger)
    assert set(ledger.report(by="team").table["by"]) == {"all", "area"}
    assert set(ledger.report(by=None).table["by"]) == {"all"}
    with pytest.raises(ConfigError, match="'street'"):
        ledger.report(by=("ring", "street"))


def test_an_empty_ledger_reports_that_nothing_was_asked(ledger, tmp_path):
    report = ledger.report()
    assert report.summary() == "Nothing was asked yet: no list was issued."
    assert len(report.write(tmp_path)) == 5


@pytest.mark.parametrize(("number", "among"), [(0, 5), (5, 5), (1, 3), (23, 100), (230, 387)])
def test_intervals_are_those_of_wilson(number, among):
    assert wilson(number, among) == pytest.approx(naive.wilson_by_search(number, among), abs=1e-9)


@pytest.mark.parametrize("among", [1, 3, 5, 7, 49, 110, 10_007])
def test_intervals_end_exactly_at_nothing_and_at_all(among):
    low, high = wilson(0, among)
    assert low == 0.0 < high < 1.0
    low, high = wilson(among, among)
    assert 0.0 < low < high == 1.0
    assert all(np.isnan(wilson(0, 0)))


DOOR = st.tuples(
    st.integers(0, 2),
    st.integers(-40, 80),
    st.integers(-30, 10),
    st.sampled_from(["N", "S"]),
    st.integers(-90, 0),
)
VISIT = st.tuples(st.integers(0, 5), st.integers(-50, 120), st.sampled_from(RESULTS), st.booleans())


@settings(max_examples=10)
@given(
    doors=st.lists(DOOR, min_size=1, max_size=6),
    visits=st.lists(VISIT, max_size=12, unique_by=lambda v: (v[0], v[1])),
    until=st.integers(0, 130),
)
def test_every_share_agrees_with_counting_door_by_door(doors, visits, until):
    rows = [(f"V-{n}", ring, at(due)) for n, (ring, due, *_) in enumerate(doors)]
    newest = [at(found) for _, _, found, _, _ in doors]
    recorded = [at(hours) for *_, hours in doors]
    areas = [area for *_, area, _ in doors]
    with VisitLedger("sqlite://") as ledger:
        # Before the doors open no list goes out, whose hour would be another than its cut-off.
        listed = targets(*rows, area=areas, newest=newest, recorded=recorded)
        listed.attrs["parameters"]["waking_hours"] = ["07:00", "21:00"]
        ledger.issue(listed)
        told = ledger.record(
            [
                # Midnight would be a day without a time: half an hour later is not, nor a cut-off.
                visit(f"V-{n}", result, at(when + 0.5), leaflet_left="yes" if left else "no")
                for n, when, result, left in visits
            ]
        )
        assert told.rejected.empty
        report = ledger.report(as_of=at(until + 0.25))
    expected = naive.visit_counts(
        [
            {
                "visit_id": n,
                "act_by": due,
                "listed": 0,
                "recorded": hours,
                "hours": (24, 48, 48)[ring],
                "newest": found,
            }
            for n, (ring, due, found, _, hours) in enumerate(doors)
        ],
        [
            {"visit_id": n, "at": when + 0.5, "result": result, "leaflet": left}
            for n, when, result, left in visits
        ],
        as_of=until + 0.25,
        started=0,
    )
    found = report.table[report.table["by"] == "all"].set_index("measure")
    for measure, numbers in expected.items():
        assert tuple(found.loc[measure, ["count", "out_of"]]) == numbers, measure
    told_nobody = [word.measure for word in RESULT_WORDS if word.lives_there and not word.reached]
    assert (
        found.loc[["reached", *told_nobody, "not attempted"], "count"].sum()
        == found.loc["found occupied", "count"]
    )


def test_the_report_of_three_simulated_weeks_equals_the_truth(ledger):
    rng = np.random.default_rng(7)
    within = "reached within 48 h of the record"
    truth = {"asked": 0, "attempted": 0, "reached": 0, "face to face": 0, within: 0}
    for week in range(3):
        listed_at = START + pd.Timedelta(weeks=week)
        ids = [f"V-{week}-{door}" for door in range(60)]
        found = listed_at - pd.Timedelta(hours=30)
        rows = [(i, 1, listed_at + pd.Timedelta(hours=40)) for i in ids]
        ledger.issue(targets(*rows, as_of=str(listed_at), newest=found))
        results = rng.choice(["face to face", "leaflet", "no reply", ""], len(ids))
        hours = rng.integers(1, 80, len(ids)) + 0.5
        ledger.record(
            [
                visit(i, result, listed_at + pd.Timedelta(hours=hour) if result else None)
                for i, result, hour in zip(ids, results, hours, strict=True)
            ]
        )
        contact = np.isin(results, ["face to face", "leaflet"])
        truth["asked"] += len(ids)
        truth["attempted"] += int((results != "").sum())
        truth["reached"] += int(contact.sum())
        truth["face to face"] += int((results == "face to face").sum())
        truth[within] += int((contact & (hours <= 40)).sum())
    report = ledger.report(as_of=START + pd.Timedelta(weeks=4))
    assert {name: report.count(name) for name in truth} == truth


def test_the_page_fetches_nothing_runs_nothing_and_names_no_address(ledger, tmp_path):
    hostile = '<script>alert(1)</script>"&'
    ledger.issue(targets(("V-A", 0, at(20)), area=hostile, address="12 Mill Lane"))
    ledger.record([visit("V-A", "face to face", at(1))])
    files = ledger.report().write(tmp_path / "out", marking='OFFICIAL"; } body { display: none')
    assert [file.name for file in files] == [
        "visit_report.html", "visit_report.csv", "visit_report.png", "visit_report.xlsx",
        "visit_report.json",
    ]  # fmt: skip
    page = files[0].read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "Mill Lane" not in page + files[1].read_text(encoding="utf-8-sig")
    assert 'content: "OFFICIAL"' not in page
    assert "Counted up to" in page
    table = pd.read_csv(files[1])
    assert table.loc[table["measure"] == "reached", "share"].iloc[0] == 1
    assert files[2].read_bytes().startswith(b"\x89PNG")
