"""Weeks of lists: what is promised at a door is asked for until it is done or named as not done."""

import pandas as pd
import pytest

from hotspot import VisitLedger
from hotspot.cocooning import cocooning_lists
from tests.test_cocooning import join, two_sided
from tests.test_cocooning_ledger import DAY_0, Kept, burglary, on


def test_a_home_with_no_reply_gets_its_second_call_and_its_leaflet_after_the_14_days():
    """17 homes with no reply left the list in silence when the burglary was 14 days old."""
    ledger = Kept()
    row = on(0, burglary(), ledger).loc["23"]
    ledger.visit(row, "no reply", "2026-03-14 10:15")
    second = on(14, burglary(), ledger)
    assert list(second.index) == ["23"]
    assert (second.loc["23", "task"], second.loc["23", "attempt"]) == ("second visit", 2)
    assert second.loc["23", "visit_id"] == row["visit_id"]
    assert second.loc["23", "expires"] == pd.Timestamp("2026-03-28 23:59:59.999999")
    ledger.visit(second.loc["23"], "no reply", "2026-03-27 18:00")
    third = on(26, burglary(), ledger)
    assert list(third["task"]) == ["leaflet"]
    assert third.loc["23", "visit_id"] == row["visit_id"]
    assert third.loc["23", "act_by"] > pd.Timestamp("2026-03-29 08:00")
    ledger.visit(third.loc["23"], "leaflet", "2026-03-30 12:00")
    assert on(29, burglary(), ledger).empty


def test_a_second_call_that_nobody_made_ends_by_name_and_not_in_silence():
    ledger = Kept()
    row = on(0, burglary(), ledger).loc["23"]
    ledger.visit(row, "no reply", "2026-03-14 10:15")
    on(13, burglary(), ledger)
    # Until the end of the 14th day after the attempt, and not a day longer.
    assert list(on(26, burglary(), ledger).index) == ["23"]
    over = on(27, burglary(), ledger)
    assert over.empty
    assert [(door["address"], door["task"]) for door in over.attrs["expired"]] == [
        (row["address"], "second visit")
    ]
    assert over.attrs["counts"]["expired"] == 1
    stopped = on(27, burglary(), ledger, exclude=[row["uprn"]])
    assert stopped.attrs["expired"] == []


def test_a_promise_keeps_its_id_when_a_newer_burglary_reaches_the_home():
    ledger = Kept()
    row = on(0, burglary(), ledger).loc["23"]
    ledger.visit(row, "no reply", "2026-03-14 10:15")
    crimes = join(burglary(), burglary("B2", 25, pd.Timestamp("2026-03-12 20:00")))
    again = on(15, crimes, ledger)
    assert again.loc["23", "visit_id"] == row["visit_id"]
    assert again.loc["23", "attempt"] == 2
    # The others are listed for the newer burglary alone.
    assert again.loc["27", "crime_refs"] == "B2"
    assert again.loc["27", "attempt"] == 1


@pytest.mark.parametrize("result", ["face to face", "leaflet", "refused", "empty"])
def test_whoever_was_told_or_refused_is_promised_nothing(result):
    ledger = Kept()
    row = on(0, burglary(), ledger).loc["23"]
    ledger.visit(row, "no reply", "2026-03-13 10:15")
    ledger.visit(row, result, "2026-03-14 10:15")
    assert on(14, burglary(), ledger).empty


def test_six_weeks_of_lists_end_for_every_door_in_a_result_or_a_name():
    """A team that finds nobody in, and forgets every fifth door, loses none of them."""
    street = two_sided()
    crimes = burglary()
    done: dict[str, list[str]] = {}
    named: dict[str, str] = {}
    listed: dict[str, list[int]] = {}
    with VisitLedger("sqlite://") as ledger:
        for week in range(7):
            day = DAY_0 + pd.Timedelta(weeks=week)
            lists = cocooning_lists(crimes, street, day.normalize(), ledger=ledger)
            ledger.issue(*lists)
            named |= {door["visit_id"]: door["task"] for door in lists.targets.attrs["expired"]}
            rows = []
            for row in lists.targets.itertuples():
                listed.setdefault(row.visit_id, []).append(row.attempt)
                # By the house, so that it is the same door in every week.
                if int(row.house_number) % 5 == 0:
                    continue
                result = "leaflet" if row.task == "leaflet" else "no reply"
                done.setdefault(row.visit_id, []).append(result)
                at = day + pd.Timedelta(days=2, hours=11)
                rows.append({"visit_id": row.visit_id, "result": result, "visited_at": at})
            if rows:
                assert ledger.record(rows).rejected.empty
        report = ledger.report(as_of=DAY_0 + pd.Timedelta(weeks=7))
    assert set(listed) == set(done) | set(named)
    assert not set(done) & set(named)
    assert set(named.values()) == {"visit"}
    assert all(results == ["no reply", "no reply", "leaflet"] for results in done.values())
    assert all(listed[visit] == [1, 2, 3] for visit in done)
    assert set(report.expired["visit_id"]) == set(named)
    by_attempt = {
        nth: [report.count(name, "attempt", nth) for name in ("asked", "attempted", "reached")]
        for nth in report.groups("attempt")
    }
    doors, made = len(listed), len(done)
    assert by_attempt == {"1": [doors, made, 0], "2": [made, made, 0], "3": [made, made, made]}
    assert (report.homes("asked"), report.homes("reached")) == (doors, made)
    in_time = report.row("attempted in the team's time")
    assert (in_time["count"], in_time["out_of"]) == (made, doors)
