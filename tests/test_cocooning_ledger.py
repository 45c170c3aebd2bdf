"""A standing list: what past visits take off it, what stays, and ids that last."""

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspot import ConfigError, VisitLedger, cocooning_targets
from hotspot.cocooning import cocooning_lists, cocooning_messages
from hotspot.dates import cutoff
from tests.test_cocooning import burglaries, homes, join, rings_of, two_sided

DAY_0 = pd.Timestamp("2026-03-02")
FOUND = pd.Timestamp("2026-03-01 18:00")


class Kept:
    """A ledger of the plainest kind: rows in a list."""

    def __init__(self, *visits, started=None):
        self.visits, self.started, self.issued = list(visits), started, []

    def history(self, as_of):
        columns = [
            "visit_id", "uprn", "uprns", "result", "visited_at", "ring", "crime_refs",
            "known_until", "do_not_contact",
        ]  # fmt: skip
        table = pd.DataFrame(self.visits, columns=columns)
        table["visited_at"] = pd.to_datetime(table["visited_at"])
        return table[~(table["visited_at"] > as_of)]

    def asked(self):
        """Give each asking as its last list has it, but for when it was first asked."""
        columns = [
            "visit_id", "attempt", "task", "ring", "address", "area", "uprn", "uprns", "newest",
            "act_by", "expires", "crime_refs",
        ]  # fmt: skip
        lists = [
            pd.DataFrame(targets)[columns].assign(first_as_of=cutoff(targets.attrs["as_of"]))
            for targets, _, _ in self.issued
        ]
        if not lists:
            return pd.DataFrame(columns=[*columns, "first_as_of"])
        key = ["visit_id", "attempt"]
        every = pd.concat(lists, ignore_index=True)
        first = every.drop_duplicates(key).set_index(key)[["act_by", "first_as_of"]]
        last = every.drop_duplicates(key, keep="last")
        last = last.drop(columns=["act_by", "first_as_of"]).join(first, on=key)
        return last.sort_values(["first_as_of", *key], ignore_index=True)

    def issue(self, targets, messages=None, links=None):
        self.issued.append((targets, messages, links))
        if self.started is None:
            self.started = pd.Timestamp(targets.attrs["as_of"])
        return len(targets)

    def visit(self, target, result, at, **more):
        self.visits.append(
            {
                "visit_id": target["visit_id"], "uprn": target["uprn"], "uprns": target["uprns"],
                "result": result, "visited_at": pd.Timestamp(at), "ring": target["ring"],
                "crime_refs": target["crime_refs"], "do_not_contact": False, **more,
            }
        )  # fmt: skip


def burglary(ref="B1", number=21, at=FOUND, **columns):
    x, y = (number - 1) // 2 * 10, (number % 2 == 0) * 20
    made = burglaries((ref, f"Mill Lane/{number}", x, y), **columns)
    return made.assign(occurred_from=at, occurred_to=at)


def issued(crimes, street, as_of, ledger, **settings):
    """List and issue: two steps."""
    lists = cocooning_lists(crimes, street, as_of, ledger=ledger, **settings)
    if ledger is not None:
        ledger.issue(*lists)
    return lists.targets


def on(day, crimes, ledger, street=None, **settings):
    """List as it is issued so many days after the first day, by house number."""
    as_of = DAY_0 + pd.Timedelta(days=day)
    street = two_sided() if street is None else street
    return issued(crimes, street, as_of, ledger, **settings).set_index("house_number")


def test_a_list_reads_the_ledger_and_issuing_is_a_step_of_its_own():
    ledger = Kept()
    street = two_sided("Long Road", last=200)
    crime = burglaries(("B1", "Long Road/21", 100, 0))
    targets = cocooning_targets(crime, street, DAY_0, ledger=ledger)
    messages = cocooning_messages(crime, street, DAY_0, ledger=ledger)
    lists = cocooning_lists(crime, street, DAY_0, ledger=ledger)
    assert ledger.issued == []
    assert set(lists.links["visit_id"]) == set(targets["visit_id"])
    assert set(lists.links.columns) == {
        "visit_id", "crime_ref", "link", "distance_m", "found", "recorded"
    }  # fmt: skip
    pd.testing.assert_frame_equal(lists.messages, messages)
    pd.testing.assert_frame_equal(lists.targets, targets)
    assert ledger.issue(*lists) == len(targets)


def test_a_ledger_on_disk_is_as_it_was_after_a_list_was_made(tmp_path):
    with VisitLedger(tmp_path / "visits.db") as ledger:
        targets = cocooning_targets(burglary(), two_sided(), DAY_0, ledger=ledger)
        assert len(targets)
        assert ledger.started is None
        assert ledger.asked().empty
        assert ledger.issue(targets) == len(targets)


@pytest.mark.parametrize(
    "result", ["face to face", "leaflet", "refused", "empty", "address not found"]
)
def test_a_visited_home_is_left_out_and_only_a_total_says_so(result):
    ledger = Kept()
    first = on(0, burglary(), ledger)
    ledger.visit(first.loc["23"], result, "2026-03-03 10:00")
    second = on(1, burglary(), ledger)
    assert set(first.index) - set(second.index) == {"23"}
    assert second.attrs["counts"]["left_out"] == 1
    text = " ".join([*second["reason"], *second["at_the_door"], *second.attrs["notes"]])
    assert "visited" not in text
    assert "refused" not in text
    messages = cocooning_messages(burglary(), two_sided(), "2026-03-03", ledger=ledger)
    assert "Mill Lane/23" not in set(messages["uprn"])


def test_a_visit_later_than_the_cut_off_is_not_yet_known():
    ledger = Kept()
    first = on(0, burglary(), ledger)
    ledger.visit(first.loc["23"], "face to face", "2026-03-05 10:00")
    assert "23" in on(2, burglary(), ledger).index
    assert "23" not in on(3, burglary(), ledger).index


def test_after_no_reply_comes_a_second_visit_then_a_leaflet_then_nothing():
    ledger = Kept()
    row = on(0, burglary(), ledger).loc["23"]
    assert (row["task"], row["attempt"]) == ("visit", 1)
    ids = [row["visit_id"]]
    ledger.visit(row, "no reply", "2026-03-03 10:15")
    row = on(1, burglary(), ledger).loc["23"]
    assert (row["task"], row["attempt"]) == ("second visit", 2)
    # 48 waking hours from the morning on which the second visit is first asked for.
    assert row["act_by"] == pd.Timestamp("2026-03-07 17:00")
    assert row["at_the_door"].endswith("no reply Tuesday 3 March at 10:15")
    assert on(2, burglary(), ledger).loc["23", "act_by"] == row["act_by"]
    ids.append(row["visit_id"])
    ledger.visit(row, "no reply", "2026-03-04 19:00")
    row = on(2, burglary(), ledger).loc["23"]
    assert (row["task"], row["attempt"]) == ("leaflet", 3)
    ids.append(row["visit_id"])
    assert len(set(ids)) == 1
    for result in ("leaflet", "no reply"):
        after = Kept(*ledger.visits, started=ledger.started)
        after.visit(row, result, "2026-03-05 12:00")
        assert "23" not in on(4, burglary(), after).index


def test_language_or_access_told_nobody_and_asks_for_another_attempt():
    ledger = Kept()
    row = on(0, burglary(), ledger).loc["23"]
    ledger.visit(row, "language or access", "2026-03-03 10:15")
    row = on(1, burglary(), ledger).loc["23"]
    assert (row["task"], row["attempt"]) == ("second visit", 2)
    assert row["at_the_door"].endswith("; language or access Tuesday 3 March at 10:15")
    ledger.visit(row, "no reply", "2026-03-04 19:00")
    row = on(2, burglary(), ledger).loc["23"]
    assert row["task"] == "leaflet"
    assert row["at_the_door"].endswith(
        "; language or access Tuesday 3 March at 10:15; no reply Wednesday 4 March at 19:00"
    )
    crimes = join(burglary(), burglary("B2", 23, pd.Timestamp("2026-03-05 08:00")))
    victim = on(3, crimes, ledger).loc["23"]
    assert victim["task"] == "visit"
    assert victim["at_the_door"].endswith("check with the officer in the case first")


def test_an_attempt_on_a_day_without_a_time_says_no_time():
    ledger = Kept()
    ledger.visit(on(0, burglary(), ledger).loc["23"], "no reply", "2026-03-03")
    row = on(1, burglary(), ledger).loc["23"]
    assert row["at_the_door"].endswith("; no reply Tuesday 3 March")
    assert row["expires"] == pd.Timestamp("2026-03-17 23:59:59.999999")


def test_doors_whose_time_is_over_are_told_of_where_nobody_went():
    ledger = Kept()
    first = on(0, burglary(), ledger)
    ledger.visit(first.loc["23"], "no reply", "2026-03-03 10:00")
    ledger.visit(first.loc["19"], "refused", "2026-03-03 10:05")
    mark = {"uprn": "Mill Lane/17", "result": None, "visited_at": pd.NaT}
    ledger.visits.append({**dict.fromkeys(ledger.visits[0]), **mark, "do_not_contact": True})
    last = on(13, burglary(), ledger)
    assert last.attrs["counts"]["expired"] == 0
    crimes = join(burglary(), burglary("B2", 31, pd.Timestamp("2026-03-16 08:00")))
    for day in (14, 14, 20):
        over = on(day, crimes, ledger)
        # Those around number 31 are asked for again.
        assert {"23", "29"} <= set(over.index)
        forgotten = set(first.index) - set(over.index) - {"19", "17"}
        assert over.attrs["counts"]["expired"] == len(forgotten) > 0
        (said,) = [note for note in over.attrs["notes"] if "left the list" in note]
        assert said.endswith("because their time was over: nobody had gone there.")
    assert on(23, crimes, ledger).attrs["counts"]["expired"] == 0
    assert cocooning_targets(crimes, two_sided(), "2026-03-16").attrs["counts"]["expired"] == 0


def test_what_is_overdue_is_carried_forward_with_its_first_time_until_it_expires():
    ledger = Kept()
    first = on(0, burglary(), ledger)
    assert (first["overdue"] == "").all()
    third = on(2, burglary(), ledger)
    # The victim by Wednesday 19:00, the others by Friday 17:00; the third list is of Thursday.
    assert third["overdue"].to_dict() == dict.fromkeys(first.index, "") | {"21": "overdue"}
    assert on(4, burglary(), ledger).attrs["counts"]["overdue"] == len(first) == 14
    last = on(13, burglary(), ledger)
    pd.testing.assert_series_equal(last["act_by"], first["act_by"].reindex(last.index))
    assert on(14, burglary(), ledger).empty


def test_nobody_is_late_for_what_nobody_was_asked_yet():
    ledger = Kept()
    old = burglary(at=pd.Timestamp("2026-02-24 09:00"))
    for day in (0, 1):
        targets = on(day, old, ledger)
        assert (targets["overdue"] == "").all()
        assert targets["force_late"].all()
        assert (targets["recorded"] == pd.Timestamp("2026-02-24 09:00")).all()
    assert targets.attrs["counts"]["force_late"] == len(targets)
    assert targets.attrs["counts"]["overdue"] == 0
    without = cocooning_targets(old, two_sided(), DAY_0 + pd.Timedelta(days=20))
    assert (without["overdue"] == "").all()


@pytest.mark.parametrize(
    ("found", "late"), [("2026-03-01 08:00", True), ("2026-03-01 08:01", False)]
)
def test_the_forces_hours_run_by_the_clock_to_the_moment_of_issue(found, late):
    # Issued on Tuesday at 08:00: 48 hours after Sunday 08:00.
    targets = on(0, burglary(at=pd.Timestamp(found)), None)
    assert bool(targets.loc["23", "force_late"]) is late
    assert bool(targets.loc["21", "force_late"])


def test_a_second_visit_is_not_late_for_the_force_that_came_once():
    ledger = Kept()
    ledger.visit(on(0, burglary(), ledger).loc["23"], "no reply", "2026-03-03 10:15")
    again = on(7, burglary(), ledger)
    assert not again.loc["23", "force_late"]
    assert again.loc["25", "force_late"]


def test_a_list_of_the_ledger_of_0_1_is_given_the_time_it_never_had():
    """Deadlines stood at 04:11, and before the list that asked: they counted from the record."""
    ledger = Kept()
    first = on(0, burglary(), ledger)
    for act_by in ("2026-03-02 18:00", "2026-03-04 04:11"):
        ledger.issued[0][0]["act_by"] = pd.Timestamp(act_by)
        again = on(1, burglary(), ledger)
        ledger.issued.pop()
        pd.testing.assert_series_equal(again["act_by"], first["act_by"].reindex(again.index))


def test_the_waking_hours_are_a_setting():
    hours = ["10:00", "18:00"]
    targets = on(0, burglary(), None, waking_hours=hours)
    assert targets.loc["21", "act_by"] == pd.Timestamp("2026-03-05 18:00")
    assert targets.loc["23", "act_by"] == pd.Timestamp("2026-03-08 18:00")
    assert targets.attrs["parameters"]["waking_hours"] == hours
    assert targets.attrs["issued"] == "2026-03-03 10:00:00"
    with pytest.raises(ConfigError, match="waking_hours must be two times"):
        on(0, burglary(), None, waking_hours="08:00")


def test_a_new_burglary_at_a_visited_home_lists_it_again_with_an_id_of_its_own():
    ledger = Kept()
    first = on(0, burglary(), ledger)
    ledger.visit(first.loc["23"], "refused", "2026-03-03 10:00")
    crimes = join(burglary(), burglary("B2", 23, pd.Timestamp("2026-03-04 20:00")))
    again = on(3, crimes, ledger).loc["23"]
    assert again["ring"] == 0
    assert again["visit_id"] != first.loc["23", "visit_id"]
    assert again["at_the_door"].endswith("; check with the officer in the case first")
    assert again["act_by"] == pd.Timestamp("2026-03-07 19:00")
    ledger.visit(again, "face to face", "2026-03-05 11:00")
    assert "23" not in on(4, crimes, ledger).index


def test_a_victim_who_was_never_asked_needs_no_check():
    note = on(0, burglary(), Kept()).loc["21", "at_the_door"]
    assert "officer in the case" not in note
    ledger = Kept()
    ledger.visit(on(0, burglary(), ledger).loc["21"], "no reply", "2026-03-03 10:00")
    assert "officer in the case" not in on(1, burglary(), ledger).loc["21", "at_the_door"]


def test_a_second_burglary_at_the_same_home_is_a_new_visit():
    ledger = Kept()
    first = on(0, burglary(), ledger).loc["21"]
    ledger.visit(first, "face to face", "2026-03-02 20:00")
    crimes = join(burglary(), burglary("B2", 21, pd.Timestamp("2026-03-06 20:00")))
    again = on(5, crimes, ledger).loc["21"]
    assert again["visit_id"] != first["visit_id"]
    assert again["crime_refs"] == "B2; B1"
    assert again["at_the_door"].endswith("check with the officer in the case first")


def test_a_neighbours_burglary_lists_a_visited_home_again_after_the_chosen_time():
    ledger = Kept()
    first = on(0, burglary(), ledger)
    ledger.visit(first.loc["23"], "face to face", "2026-03-03 10:00")
    ledger.visit(first.loc["19"], "refused", "2026-03-03 10:05")
    crimes = join(burglary(), burglary("B2", 25, pd.Timestamp("2026-03-10 20:00")))
    assert "23" not in on(9, crimes, ledger).index
    listed = on(9, crimes, ledger, revisit_days=7)
    assert listed.loc["23", "visit_id"] != first.loc["23", "visit_id"]
    assert "19" not in listed.index
    # Told of the first burglary and not of the second: a message, but none where it was refused.
    messages = cocooning_messages(crimes, two_sided(), "2026-03-11", ledger=ledger)
    assert "Mill Lane/23" in set(messages["uprn"])
    assert "Mill Lane/19" not in set(messages["uprn"])


@pytest.mark.parametrize(
    ("days", "day", "asked"),
    [(None, 43, False), (None, 44, True), (10, 11, False), (10, 12, True), (0, 1, False),
     (0, 2, True)],
)  # fmt: skip
def test_a_refusal_ends_its_round_and_a_later_burglary_asks_again_when_its_days_are_over(
    days, day, asked
):
    ledger = Kept()
    first = on(0, burglary(), ledger, preset="us-rct")
    ledger.visit(first.loc["23"], "refused", "2026-03-03 10:05")
    new = burglary("B2", 27, DAY_0 + pd.Timedelta(days=day, hours=-4))
    crimes = join(burglary(), new)
    # Seven days of the preset's window are no leave to ask so soon.
    listed = on(day, crimes, ledger, preset="us-rct", refusal_days=days, revisit_days=7)
    assert listed.attrs["parameters"]["refusal_days"] == (42 if days is None else days)
    assert ("23" in listed.index) == asked
    if asked:
        assert listed.loc["23", "visit_id"] != first.loc["23", "visit_id"]
        assert listed.loc["23", "crime_refs"].split("; ")[0] == "B2"
    # A mark has no end.
    ledger.visits[-1]["do_not_contact"] = True
    assert "23" not in on(day, crimes, ledger, refusal_days=days, revisit_days=7).index


@pytest.mark.parametrize(("day", "written"), [(43, False), (44, True)])
def test_a_home_that_refused_gets_no_message_before_its_days_are_over(day, written):
    ledger = Kept()
    ledger.visit(on(0, burglary(), ledger).loc["23"], "refused", "2026-03-03 10:05")
    far = burglary("B2", 39, DAY_0 + pd.Timedelta(days=day, hours=-4))
    as_of = DAY_0 + pd.Timedelta(days=day)
    messages = cocooning_messages(far, two_sided(), as_of, ledger=ledger)
    assert ("Mill Lane/23" in set(messages["uprn"])) == written


def test_a_marked_home_is_neither_visited_nor_written_to_unless_burgled():
    mark = {"uprn": "Mill Lane/23", "uprns": None, "visit_id": None, "result": None,
            "visited_at": pd.NaT, "crime_refs": None, "do_not_contact": True}  # fmt: skip
    ledger = Kept(mark)
    far = {**mark, "uprn": "Mill Lane/39"}
    targets = on(0, burglary(), ledger)
    assert "23" not in targets.index
    messages = cocooning_messages(burglary(), two_sided(), DAY_0, ledger=Kept(mark, far))
    assert not {"Mill Lane/23", "Mill Lane/39"} & set(messages["uprn"])
    crimes = join(burglary(), burglary("B2", 23))
    victim = on(0, crimes, ledger).loc["23"]
    assert victim["ring"] == 0
    assert victim["at_the_door"].endswith("check with the officer in the case first")


def test_a_visit_covers_no_burglary_recorded_after_it():
    ledger = Kept()
    told = burglary(recorded_at=pd.to_datetime(["2026-03-02 08:00"]))
    first = on(0, told, ledger)
    for number, result in (("21", "face to face"), ("23", "refused")):
        ledger.visit(first.loc[number], result, "2026-03-03 10:00")
    before = pd.Timestamp("2026-03-02 20:00")
    late = pd.to_datetime(["2026-03-04 09:00"])
    crimes = join(
        told,
        *(burglary(f"B{n}", n, before, recorded_at=late) for n in (21, 23)),
    )
    assert not {"21", "23"} & set(on(1, crimes, ledger).index)
    again = on(2, crimes, ledger).loc[["21", "23"]]
    assert list(again["ring"]) == [0, 0]
    assert again["at_the_door"].str.endswith("; check with the officer in the case first").all()


def test_results_that_come_late_cover_nothing_that_joined_their_row_since():
    ledger = Kept()
    on(0, burglary(), ledger)
    crimes = join(burglary(), burglary("B2", 25, pd.Timestamp("2026-03-04 20:00")))
    joined = on(3, crimes, ledger).loc["23"]
    assert joined["crime_refs"] == "B2; B1"
    ledger.visit(joined, "face to face", "2026-03-03 10:00")
    assert "23" not in on(4, crimes, ledger).index
    assert on(4, crimes, ledger, revisit_days=2).loc["23", "crime_refs"] == "B2; B1"
    messages = cocooning_messages(crimes, two_sided(), "2026-03-06", ledger=ledger)
    assert "Mill Lane/23" in set(messages["uprn"])


def test_an_id_lasts_when_a_burglary_joins_and_ends_with_the_one_that_opened_it():
    street = two_sided()
    crimes = burglary()
    ids = {0: on(0, crimes, None).loc["23", "visit_id"]}
    crimes = join(crimes, burglary("B2", 25, pd.Timestamp("2026-03-05 20:00")))
    for day in (4, 13, 14):
        ids[day] = on(day, crimes, None, street).loc["23", "visit_id"]
    assert ids[0] == ids[4] == ids[13] != ids[14]
    joined = on(4, crimes, None).loc["23"]
    assert joined["crime_refs"] == "B2; B1"
    assert joined["recorded"] == FOUND
    assert joined["expires"].normalize() == pd.Timestamp("2026-03-15")


def test_a_reference_that_joins_a_burglary_later_changes_no_id():
    first = burglary("B5", recorded_at=pd.to_datetime(["2026-03-02 08:00"]))
    later = burglary("A1", recorded_at=pd.to_datetime(["2026-03-04 08:00"]))
    later["occurred_from"] = FOUND - pd.Timedelta(hours=5)
    before = on(0, first, None)
    after = on(3, join(first, later), None)
    assert after.loc["21", "crime_refs"] == "A1; B5"
    pd.testing.assert_series_equal(before["visit_id"].sort_index(), after["visit_id"].sort_index())


def test_a_visit_to_a_building_is_one_to_all_its_flats_and_changes_no_other_id():
    flats = homes(
        *((f"F{n}", f"Flat {n}", "Mill Lane", 110.0, 0) for n in (1, 2, 3)),
        parent_uprn="Mill Lane/23",
    )
    street = join(two_sided(), flats)
    ledger = Kept()
    crimes = join(burglary(), burglaries(("B2", "F1", 110, 0)).assign(
        occurred_from=FOUND, occurred_to=FOUND))  # fmt: skip
    by_uprn = issued(crimes, street, DAY_0, ledger).set_index("uprn")
    assert by_uprn.loc["F2", "uprns"] == "F2; F3"
    victim = by_uprn.reset_index().set_index("uprn", drop=False).loc["F1"]
    ledger.visit(victim, "face to face", "2026-03-02 10:00")
    later = issued(crimes, street, "2026-03-03", ledger).set_index("uprn")
    assert later.loc["F2", "visit_id"] == by_uprn.loc["F2", "visit_id"]
    assert "F1" not in later.index
    building = later.reset_index().set_index("uprn", drop=False).loc["F2"]
    ledger.visit(building, "leaflet", "2026-03-03 10:00")
    last = issued(crimes, street, "2026-03-04", ledger)
    assert not {"F1", "F2", "F3"} & set(rings_of(last))


def test_a_visit_that_no_list_holds_still_names_its_door():
    ledger = Kept()
    crimes = burglary("B1", 21)
    crimes["uprn"] = None
    crimes = crimes.set_geometry(gpd.points_from_xy([100], [-60]), crs=crimes.crs)
    unmatched = cocooning_targets(crimes, two_sided(), DAY_0).iloc[0]
    assert pd.isna(unmatched["uprn"])
    ledger.visit(unmatched, "face to face", "2026-03-02 12:00", uprn=None, uprns=None,
                 crime_refs=None)  # fmt: skip
    neighbour = cocooning_targets(crimes, two_sided(), DAY_0).iloc[3]
    ledger.visit(neighbour, "face to face", "2026-03-02 12:00", uprn=None, uprns=None,
                 crime_refs=None)  # fmt: skip
    left = cocooning_targets(crimes, two_sided(), "2026-03-03", ledger=ledger)
    assert not {unmatched["visit_id"], neighbour["visit_id"]} & set(left["visit_id"])


def test_a_refusal_by_an_id_that_no_list_holds_is_kept_to():
    ledger = Kept()
    listed = on(0, burglary(), None).loc["23"]
    unknown = {"uprn": None, "uprns": None, "crime_refs": None}
    ledger.visit(listed, "refused", "2026-03-03 10:00", **unknown)
    crimes = join(burglary(), burglary("B2", 25, pd.Timestamp("2026-03-12 20:00")))
    for day in (11, 20):
        assert "23" not in on(day, crimes, ledger).index
        messages = cocooning_messages(
            crimes, two_sided(), DAY_0 + pd.Timedelta(days=day), ledger=ledger
        )
        assert "Mill Lane/23" not in set(messages["uprn"])


def test_an_id_of_the_other_flats_is_not_that_of_the_burgled_one():
    flats = homes(
        *((f"F{n}", f"Flat {n}", "Mill Lane", 110.0, 0) for n in (1, 2, 3)),
        parent_uprn="Mill Lane/23",
    )
    street = join(two_sided(), flats)
    crime = burglaries(("B1", "F1", 110, 0)).assign(occurred_from=FOUND, occurred_to=FOUND)
    ledger = Kept()
    listed = cocooning_targets(crime, street, DAY_0).set_index("uprn", drop=False)
    unknown = {"uprn": None, "uprns": None, "crime_refs": None}
    ledger.visit(listed.loc["F2"], "leaflet", "2026-03-02 10:00", **unknown)
    left = rings_of(cocooning_targets(crime, street, "2026-03-03", ledger=ledger))
    assert {uprn: left.get(uprn) for uprn in ("F1", "F2", "F3")} == {
        "F1": 0, "F2": None, "F3": None
    }  # fmt: skip


def test_the_ledger_of_the_package_is_such_a_ledger(tmp_path):
    ledger = VisitLedger(f"sqlite:///{tmp_path / 'visits.db'}")
    first = on(0, burglary(), ledger)
    assert ledger.started == DAY_0 + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
    ids = first["visit_id"]
    ledger.record(
        [
            {"visit_id": ids["23"], "result": "face to face", "visited_at": "2026-03-03 10:00"},
            {"visit_id": ids["19"], "result": "no reply", "visited_at": "2026-03-03 10:15"},
            {"visit_id": ids["17"], "result": "refused", "visited_at": "2026-03-03 10:20"},
        ]
    )
    ledger.do_not_contact(["Mill Lane/25"])
    crimes = join(burglary(), burglary("B2", 17, pd.Timestamp("2026-03-03 21:00")))
    second = on(2, crimes, ledger)
    assert not {"23", "25"} & set(second.index)
    assert second.loc["19", "task"] == "second visit"
    assert second.loc["17", "at_the_door"].endswith("check with the officer in the case first")
    assert second.attrs["counts"]["left_out"] == 2
    assert set(ledger.asked()["visit_id"]) == {*ids, *second["visit_id"]}
    pd.testing.assert_frame_equal(second, on(2, crimes, ledger))


RESULTS = ("face to face", "leaflet", "no reply", "refused", "empty")


@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_neither_the_order_of_rows_nor_running_twice_changes_a_standing_list(data):
    street = two_sided(last=24)
    numbers = data.draw(st.lists(st.integers(1, 24), min_size=1, max_size=4))
    crimes = join(
        *(
            burglary(f"B{n}", number, FOUND + pd.Timedelta(hours=30 * n))
            for n, number in enumerate(numbers)
        )
    )
    ledger = Kept()
    for day in range(0, 9, 4):
        targets = issued(crimes, street, DAY_0 + pd.Timedelta(days=day), ledger)
        for at, result in data.draw(
            st.lists(st.tuples(st.integers(0, 30), st.sampled_from(RESULTS)), max_size=4)
        ):
            if at < len(targets):
                when = DAY_0 + pd.Timedelta(days=day, hours=9 + at)
                ledger.visit(targets.iloc[at], result, when)
    shuffled = Kept(*data.draw(st.permutations(ledger.visits)), started=ledger.started)
    shuffled.issued = ledger.issued
    seed = data.draw(st.integers(0, 99))
    first, again, turned = (
        cocooning_targets(c, s, "2026-03-11", ledger=kept, max_visits=9)
        for c, s, kept in (
            (crimes, street, ledger),
            (crimes, street, ledger),
            (crimes.sample(frac=1, random_state=seed), street.sample(frac=1, random_state=seed),
             shuffled),
        )
    )  # fmt: skip
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(first.drop(columns="geometry"), turned.drop(columns="geometry"))
    assert first["visit_id"].is_unique
