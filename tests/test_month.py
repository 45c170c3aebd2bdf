"""A month of cocooning from the command line, with the mistakes that people make.

Four weekly lists go out; teams call, and hand in workbooks, files of the phone and CSV files with
slips in them; the sergeant mends, corrects, lifts, hands over, and nearly purges a month too much.
At every step the ledger is held to what truly happened (`tests.simulated_month`), on SQLite and
PostgreSQL.
"""

import contextlib
import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa

from hotspot import VisitLedger
from hotspot.cli import main
from hotspot.visits.schema import metadata
from tests.simulated_month import (
    DAY,
    NOBODY_TOLD,
    Call,
    Month,
    drawn_calls,
    expected_counts,
    expected_packs,
    expired,
    homes_of,
    issued,
    team_time,
)
from tests.small_town import Burglary, quick_town, uprn, usual

LISTS = ("2026-02-09", "2026-02-16", "2026-02-23", "2026-03-02")
END = "2026-03-09"
NEW = [
    ("M/01", "2026-02-05 18:00", "Mill Lane", 20), ("M/02", "2026-02-09 12:00", "Sea View", 12),
    ("M/03", "2026-02-07 21:00", "Sea View", 45), ("M/04", "2026-02-08 08:00", "Mill Lane", 50),
    ("M/05", "2026-02-12 18:00", "Mill Lane", 22), ("M/06", "2026-02-14 18:00", "Sea View", 26),
    ("M/07", "2026-02-16 17:30", "Mill Lane", 41), ("M/08", "2026-02-19 18:00", "Mill Lane", 6),
    ("M/09", "2026-02-21 02:00", "Sea View", 33), ("M/10", "2026-02-27 18:00", "Sea View", 45),
    ("M/11", "2026-03-01 21:00", "Mill Lane", 57), ("M/12", "2026-02-26 10:00", "Mill Lane", 12),
]  # fmt: skip
SET_UP = """
[cocooning]
ledger = "{url}"
[[cocooning.tiers]]
name = "gold"
rings = [0]
[[cocooning.tiers]]
name = "bronze"
[output]
formats = ["xlsx", "csv", "phone"]
"""
SHOWN = ("Visited at", "Result", "Second visited at", "Second result", "Third visited at",
         "Third result", "Leaflet left", "Pack given")  # fmt: skip
KNOCKED = "no reply"

Cells = dict[str, Any]
Slip = Callable[[Cells], None]


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: object) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
    return Done(status, out.getvalue(), err.getvalue())


@dataclass
class Operation:
    """A force's folder, its set-up and ledger, and what truly happened."""

    folder: Path
    set_up: Path
    url: str
    month: Month = field(default_factory=Month)
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(20260209))

    def visits(self, command: str, *arguments: object) -> Done:
        return run("visits", command, *arguments, "--config", self.set_up)

    def record(self, *sheets: Path) -> Done:
        return self.visits("record", *sheets, "--json")

    def report(self, day: str) -> dict[str, Any]:
        done = self.visits("report", "--as-of", day, "--folder", self.folder / "report", "--json")
        assert done.status == 0
        return done.json

    def issue(self, day: str, command: str = "cocoon") -> None:
        """Issue the list of a day, read it as handed out, and draw what the teams will do."""
        done = run(command, self.set_up, "--as-of", day, "--folder", self.folder / day)
        assert done.status == 0, done.err
        with (self.folder / day / "targets.csv").open(encoding="utf-8-sig") as file:
            rows = {row["visit_id"]: row for row in csv.DictReader(file)}
        self.month.lists[day] = rows
        skipped = 0.1 if day == LISTS[0] else 0.4
        for visit, row in rows.items():
            if calls := drawn_calls(day, row, self.random, skipped):
                self.month.calls.setdefault(visit, []).extend(calls)

    def called(self, day: str, area: str) -> dict[str, list[Call]]:
        """Return the calls of a team in the week of a list, in the order of its sheet."""
        end = pd.Timestamp(day) + 8 * DAY
        calls = {
            visit: [c for c in self.month.calls.get(visit, []) if issued(day) <= c.by < end]
            for visit, row in self.month.lists[day].items()
            if row["area"] == area
        }
        return {visit: own for visit, own in calls.items() if own}

    def address(self, visit: str) -> str:
        return self.month.rows(visit)[0][1]["address"]

    def sheet(self, day: str, area: str, slips: dict[str, Slip] | None = None) -> list[Cells]:
        """Fill in the team's workbook of a list by its headings, slips and all."""
        path = self.folder / day / "targets" / f"{area}.xlsx"
        heads, *lines = openpyxl.load_workbook(path)["Doors"].iter_rows(values_only=True)
        rows = [dict(zip(heads, line, strict=True)) for line in lines if line[1] is not None]
        called = self.called(day, area)
        for row in rows:
            calls = called.get(row["Visit"], [])
            for call, nth in zip(calls, ("", "Second ", "Third "), strict=False):
                moment = call.at.to_pydatetime()
                row[f"{nth}visited at".capitalize()] = moment if call.timed else moment.date()
                row[f"{nth}result".capitalize()] = call.result
            if calls:
                row["Leaflet left"] = "yes" if calls[0].leaflet else "no"
                row["Pack given"] = calls[0].pack and ("yes", calls[0].pack)[len(calls) % 2]
                row["Collar number"] = 4711
            (slips or {}).get(row["Visit"], lambda _: None)(row)
        return rows

    def workbook(self, day: str, area: str, slips: dict[str, Slip] | None = None) -> Path:
        """Hand in the workbook that was given out, filled in."""
        given = self.folder / day / "targets" / f"{area}.xlsx"
        book = openpyxl.load_workbook(given)
        doors = book["Doors"]
        heads = [cell.value for cell in doors[1]]
        for number, row in enumerate(self.sheet(day, area, slips), start=2):
            for place, head in enumerate(heads, start=1):
                doors.cell(number, place).value = row[head]
        path = self.folder / f"returned {area} {day}.xlsx"
        book.save(path)
        return path

    def phone(self, name: str, visits: list[tuple[str, Call]]) -> Path:
        """Save the file that a phone saves: a row for each call."""
        rows = [
            {
                "visit_id": visit, "result": call.result,
                "visited_at": f"{call.at:%Y-%m-%dT%H:%M}" if call.timed else f"{call.at:%Y-%m-%d}",
                "leaflet_left": "yes" if call.leaflet else "no", "camera_or_doorbell": "no",
                "pack_given": "yes" if call.pack else "no", "referral": "no",
                "do_not_contact": "no", "for_the_officer": "", "collar_number": "0042",
            }
            for visit, call in visits
        ]  # fmt: skip
        path = self.folder / f"visits {name}.json"
        path.write_text(json.dumps({"made_by": "hotspot", "area": "East", "visits": rows}))
        return path

    def held(self) -> tuple[int, ...]:
        """Count the rows that the ledger holds."""
        with VisitLedger(self.url) as ledger:
            return tuple(map(len, (ledger.asked(), ledger.visits(), ledger.corrections())))

    def kept(self, visit: str) -> list[tuple[pd.Timestamp, str]]:
        with VisitLedger(self.url) as ledger:
            visits = ledger.visits()
        own = visits[visits["visit_id"] == visit].sort_values("visited_at")
        return list(zip(own["visited_at"], own["result"], strict=True))


def written(cell: Any) -> Any:
    """Write a cell as a spreadsheet saves it to CSV in Britain."""
    if isinstance(cell, dt.datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    return f"{cell:%d/%m/%Y}" if hasattr(cell, "strftime") else cell


def as_csv(path: Path, rows: list[Cells]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({head: written(cell) for head, cell in row.items()} for row in rows)
    return path


def put(**cells: Any) -> Slip:
    """Make a slip of what stands in some cells."""
    return lambda row: row.update({name.replace("_", " "): cell for name, cell in cells.items()})


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=pytest.mark.slow, id=kind) for kind in ("sqlite", "postgresql")
    ],
)
def operation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("month")
    url = f"sqlite:///{folder / 'visits.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        engine = sa.create_engine(url.replace("://", "+psycopg://"), poolclass=sa.NullPool)
        metadata.drop_all(engine)
    old = [burglary for burglary in usual() if burglary.ref.startswith("OLD")]
    new = [Burglary(ref, found, street, number) for ref, found, street, number in NEW]
    set_up = quick_town(folder, SET_UP.format(url=url), [*old, *new])
    with_flats(folder / "addresses.csv")
    return Operation(folder, set_up, url)


def with_flats(path: Path) -> None:
    """Make 43 Mill Lane three flats: one door of a list, three homes."""
    lines = path.read_text(encoding="utf-8").splitlines()
    flats = []
    for line in lines:
        if line.startswith(f"{uprn('Mill Lane', 43)},"):
            _, _, _, street, x, y = next(csv.reader([line]))[:1] + next(csv.reader([line]))[1:]
            flats = [
                f'0990{n},"Flat {n}, 43 Mill Lane, Doggerby","Flat {n}, 43",{street},{x},{y}'
                for n in (1, 2, 3)
            ]
    kept = [line for line in lines if not line.startswith(f"{uprn('Mill Lane', 43)},")]
    path.write_text("\n".join([*kept, *flats]) + "\n", encoding="utf-8")


@dataclass
class Told:
    """What the commands of the month said, to be held to the truth."""

    operation: Operation
    said: dict[str, Any] = field(default_factory=dict)
    slips: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.said[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.said[name] = value


@pytest.fixture(scope="module")
def told(operation: Operation) -> Told:
    """Live through the month."""
    done = Told(operation)
    for part in (first_week, second_week, third_week, fourth_week, month_s_end):
        part(operation, done)
    return done


def first_week(force: Operation, told: Told) -> None:
    """Hand in a workbook full of slips, and the phone's file twice, the second time fuller."""
    day = LISTS[0]
    force.issue(day)
    # Nobody in at 09:35, face to face at 11:10: one door of each team for certain.
    for area in ("West", "East"):
        visit = list(force.called(day, area))[12]
        morning = pd.Timestamp(day) + 2 * DAY + pd.Timedelta("09:35:00")
        later = morning + pd.Timedelta(minutes=95)
        force.month.calls[visit] = [Call(morning, KNOCKED), Call(later, "face to face")]
        told.slips[f"twice {area}"] = visit
    doors = list(force.called(day, "West"))
    named = dict(zip((
        "no such day", "no such result", "future", "no result", "month first", "mark and bad date",
        "marked", "happy", "maybe", "note", "last year",
    ), doors, strict=False))  # fmt: skip
    told.slips |= named
    slips = {
        "no such day": put(Visited_at="31/02/2026 10:15"),
        "no such result": put(Result="face too face"),
        "future": put(Visited_at=pd.Timestamp("2062-02-12 10:10").to_pydatetime()),
        "no result": put(Result=None),
        "month first": put(Visited_at="02/13/2026 10:10"),
        "mark and bad date": put(Visited_at="1O/02/2026", Do_not_contact="yes"),
        "marked": put(Do_not_contact="yes", For_the_officer_in_the_case="a grey van on Sunday"),
        "happy": put(Do_not_contact="no - happy for us to call"),
        "maybe": put(Do_not_contact="maybe", For_the_officer_in_the_case="footage until Friday"),
        "note": put(For_the_officer_in_the_case="number 18 heard glass"),
    }
    wrong_year = force.called(day, "West")[named["last year"]][0].at.replace(year=2025)
    slips["last year"] = put(Visited_at=wrong_year.to_pydatetime())
    sheet = force.workbook(day, "West", {named[name]: slip for name, slip in slips.items()})
    for name in ("mark and bad date", "marked"):
        force.month.marked |= force.month.homes(named[name])
    told["slips"] = force.record(sheet)
    told["mended"] = force.record(mend(force, Path(told["slips"].json["rejected_files"][0])))
    true = force.called(day, "West")[named["last year"]][0]
    told["year"] = force.visits(
        "correct", named["last year"], "--visited-at", f"{wrong_year:%Y-%m-%d}",
        "--to-visited-at", moment(true), "--why", "year mistyped", "--who", "Sgt Hill", "--json",
    )  # fmt: skip
    calls = [(v, call) for v, own in force.called(day, "East").items() for call in own]
    half = calls.index((told.slips["twice East"], force.month.calls[told.slips["twice East"]][1]))
    told["phone first"] = force.record(force.phone("East first", calls[:half]))
    told["phone second"] = force.record(force.phone("East second", calls))
    told["phone calls"] = (half, len(calls))
    told["marks"] = force.visits("marks", "--json").json["marks"]
    told["notes"] = force.visits(
        "notes", "--to", "DC Moss", "--folder", force.folder / "notes", "--json"
    ).json["notes"]
    ref = next(n["note_ref"] for n in told["notes"] if n["visit_id"] == named["note"])
    told["acknowledged"] = force.visits("notes", "--acknowledge", ref, "--who", "Sgt Hill")
    told["again"] = force.record(sheet)
    told["notes again"] = force.visits("notes", "--json").json["notes"]
    told["all acknowledged"] = force.visits("notes", "--acknowledge-all", "--yes")
    told["sheet"] = sheet
    told["kept"] = {area: force.kept(told.slips[f"twice {area}"]) for area in ("West", "East")}


def mend(force: Operation, rejected: Path) -> Path:
    """Write what is true into the rows that came back, as the reasons beside them ask."""
    table = pd.read_csv(rejected, dtype=str, keep_default_na=False)
    ids = {force.address(visit): visit for rows in force.month.lists.values() for visit in rows}
    for label, row in table.iterrows():
        visit = row["Visit"] if row["Visit"] in force.month.asked() else ids[row["Address"]]
        if "address" in row["What to mend"]:
            visit = ids[row["Address"]]
        first = force.month.calls[visit][0]
        table.loc[label, ["Visit", "Result"]] = [visit, first.result]
        table.loc[label, "Visited at"] = moment(first)
        if row["Do not contact"] != "yes":
            table.loc[label, "Do not contact"] = "no"
    path = rejected.with_name(f"{rejected.stem}, mended.csv")
    table.to_csv(path, index=False)
    return path


def moment(call: Call) -> str:
    return f"{call.at:%Y-%m-%d %H:%M}" if call.timed else f"{call.at:%Y-%m-%d}"


def second_week(force: Operation, told: Told) -> None:
    """Hand in a CSV file with rows lost, doubled and swapped, and correct what was told wrong."""
    day = LISTS[1]
    force.issue(day)
    rows = force.sheet(day, "West")
    called = force.called(day, "West")
    made = list(called)
    idle = [row["Visit"] for row in rows if row["Visit"] not in called]
    late, edited, copied, lower, twice = made[:5]
    told.slips |= {"late": late, "edited": edited, "copied": copied, "idle": idle[0]}
    told.slips["made up"] = edited[:-1] + ("A" if edited[-1] != "A" else "B")
    late_row = next(row for row in rows if row["Visit"] == late)
    kept = [dict(row) for row in rows if row["Visit"] not in (late, idle[0])]
    for row in kept:
        if row["Visit"] == lower:
            row["Visit"] = f" {lower.lower()} "
        elif row["Visit"] == copied:
            row["Visit"] = twice
        elif row["Visit"] == edited:
            row["Visit"] = told.slips["made up"]
    kept.append(
        next(
            row for row in kept if row["Visit"] == twice and row["Address"] == force.address(twice)
        )
    )
    told["csv"] = force.record(as_csv(force.folder / "West second.csv", kept))
    told["csv mended"] = force.record(mend(force, Path(told["csv"].json["rejected_files"][0])))
    made_up = [
        force.visits("correct", told.slips["made up"], "--visited-at", moment(call),
                     "--result", call.result, "--withdraw", "--why", "id edited")
        for call in called[edited]
    ]  # fmt: skip
    told["made up"] = made_up
    edited_row = next(row for row in rows if row["Visit"] == edited)
    told["late"] = force.record(as_csv(force.folder / "West late.csv", [late_row, edited_row]))

    east = force.called(day, "East")
    wrong = next(v for v, own in east.items() if own[0].result == "no reply" and len(own) == 1)
    idle = [row["Visit"] for row in force.sheet(day, "East") if row["Visit"] not in east]
    # One was ticked though nobody went; of the other somebody rang, who wants no visit.
    ghost, rang = idle[:2]
    told.slips |= {"wrong": wrong, "ghost": ghost, "rang": rang}
    force.month.marked |= force.month.homes(rang)
    when = pd.Timestamp(day) + 2 * DAY + pd.Timedelta("15:00:00")
    sheet = force.workbook(day, "East", {
        wrong: put(Result="refused"),
        ghost: put(Result="face to face", Visited_at=when.to_pydatetime()),
        rang: put(Do_not_contact="yes"),
    })  # fmt: skip
    told["east"] = force.record(sheet)
    told["corrected"] = [
        force.visits("correct", wrong, "--result", "refused", "--to-result", "no reply",
                     "--why", "ticked a line too far down", "--who", "Sgt Hill"),
        force.visits("correct", ghost, "--withdraw", "--why", "nobody went", "--who", "Sgt Hill"),
    ]  # fmt: skip
    told["east again"] = force.record(sheet)


def third_week(force: Operation, told: Told) -> None:
    """Lift one mark, set another by a result that says so, and read the oldest sheet again."""
    day = LISTS[2]
    force.issue(day)
    home = force.address(told.slips["marked"])
    told["lifted"] = force.visits(
        "marks", "--lift", home, "--why", "rang on 24 February", "--who", "Sgt Hill"
    )
    force.month.marked -= force.month.homes(told.slips["marked"])
    told["sheet of a lifted mark"] = force.record(told["sheet"])
    told["marks after"] = force.visits("marks", "--json").json["marks"]
    told["all marks"] = force.visits("marks", "--lifted", "--json").json["marks"]
    calls = [(v, call) for v, own in force.called(day, "West").items() for call in own]
    told["third"] = [force.record(force.phone("West third", calls))]
    rude = next(v for v, own in force.called(day, "East").items() if len(own) == 1)
    force.month.calls[rude][-1] = Call(force.month.calls[rude][-1].at, "refused")
    force.month.marked |= force.month.homes(rude)
    told.slips["rude"] = rude
    rows = force.sheet(day, "East", {rude: put(Result="Do not contact")})
    told["third"].append(force.record(as_csv(force.folder / "East third.csv", rows)))


def fourth_week(force: Operation, told: Told) -> None:
    """Issue the last list with the whole briefing, and hand both workbooks in at once."""
    day = LISTS[3]
    force.issue(day, "brief")
    sheets = [force.workbook(day, area) for area in ("West", "East")]
    told["fourth"] = force.record(*sheets)


def month_s_end(force: Operation, told: Told) -> None:
    """Count, answer who asks, erase one home, and purge: mistyped, then shown, then meant."""
    folder = force.folder / "again"
    told["list again"] = run("cocoon", force.set_up, "--as-of", LISTS[-1], "--folder", folder)
    told["middle"] = force.report("2026-03-04")
    told["report"] = force.report(END)
    before = force.held()
    told["mistyped"] = [
        force.visits("purge", "--before", "03/01/2026", "--yes"),
        force.visits("report", "--as-of", "03/01/2026", "--folder", force.folder / "none"),
    ]
    told["before"] = before
    told["after mistyped"] = force.held()
    told["look-up"] = run("lookup", "20 Mill Lane", force.set_up, "--who", "PC 42", "--json")
    old = told.slips["note"]
    told["explained"] = force.visits("explain", force.address(old), "--list", LISTS[0], "--json")
    subject = force.address(told.slips["twice West"])
    told["export"] = force.visits("subject", subject, "--to", "the resident", "--json")
    told["erase unasked"] = force.visits("subject", subject, "--erase")
    told["erased"] = force.visits("subject", subject, "--erase", "--yes", "--who", "DPO", "--json")
    told["nothing held"] = force.visits("subject", subject)
    homes = force.month.homes(told.slips["twice West"])
    gone = {visit for visit in force.month.asked() if force.month.homes(visit) & homes}
    told["without the home"] = (force.month.without(gone), force.report(END))
    told["before the preview"] = force.held()
    purge = ("purge", "--before", "2026-02-20")
    told["preview"] = [force.visits(*purge, "--dry-run", "--json"), force.visits(*purge, "--json")]
    told["still there"] = force.held()
    told["purge"] = force.visits(*purge, "--yes", "--who", "Sgt Hill", "--json")
    rest = told["without the home"][0]
    told["purged"] = (rest.without(rest.ended_before("2026-02-20")), force.report(END))
    told["log"] = force.visits("log", "--json").json


def counted(report: dict[str, Any]) -> dict[tuple[str, str, str], tuple[int, ...]]:
    return {
        (row["by"], row["group"], row["measure"]): tuple(
            row[name] for name in ("count", "out_of", "homes", "homes_out_of")
        )
        for row in report["table"]
    }


def hold(report: dict[str, Any], month: Month, end: str) -> None:
    """Hold a report to the truth: every number, every forgotten door, every pack."""
    month = month.until(end)
    assert counted(report) == expected_counts(month, end)
    assert {(d["visit_id"], d["attempt"]) for d in report["expired"]} == set(
        expired(month, end).items()
    )
    packs = {row["tier"]: (row["doors"], row["given"]) for row in report["packs"]}
    assert packs == expected_packs(month)
    assert (report["unknown"], report["too_early"]) == (0, 0)
    calls = [call for own in month.calls.values() for call in own]
    assert report["without_time"] == sum(not call.timed for call in calls)


def file_of(done: Done, nth: int = 0) -> dict[str, Any]:
    return done.json["files"][nth]


def test_the_report_equals_the_truth_by_attempt_door_and_home(told):
    month, report = told.operation.month, told["report"]
    hold(report, month, END)
    hold(told["middle"], month, "2026-03-04")
    numbers = counted(report)
    doors, _, homes, _ = numbers["all", "all", "asked"]
    assert doors > 95
    assert homes != doors
    assert {group for by, group, _ in numbers if by == "attempt"} == {"1", "2", "3"}
    assert report["expired"]
    assert {door["address"] for door in report["expired"]} == {
        told.operation.address(visit) for visit in expired(month, END)
    }
    middle = counted(told["middle"])
    for measure in ("not yet due", "overdue", "late for the force when listed", "refused",
                    "attempted within 24 h of the record", "leaflet only", "language or access",
                    "empty or not found", "attempted in the team's time"):  # fmt: skip
        some, among, *_ = middle["all", "all", measure]
        assert 0 < some < among, measure


def test_each_row_says_when_the_team_is_to_act_and_from_when_the_force_counts(told):
    recorded = {ref: pd.Timestamp(found) + pd.Timedelta(hours=1) for ref, found, _, _ in NEW}
    month = told.operation.month
    for visit in month.asked():
        for rows in month.attempts(visit).values():
            day, first = rows[0]
            act_by, since = team_time(day, int(first["ring"])), pd.Timestamp(first["recorded"])
            hours = pd.Timedelta(hours=24 if first["ring"] == "0" else 48)
            for listed, row in rows:
                assert pd.Timestamp(row["act_by"]) == act_by
                assert row["overdue"] == ("overdue" if act_by <= issued(listed) else "")
                late = row["attempt"] == "1" and since + hours <= issued(listed)
                assert row["force_late"] == str(late)
            assert pd.Timestamp(first["recorded"]) in {
                recorded[ref] for ref in first["crime_refs"].split("; ")
            }


def test_who_was_not_in_is_asked_for_again_and_who_was_told_is_not(told):
    month = told.operation.month
    for day in LISTS[1:]:
        end = pd.Timestamp(day) + DAY
        for visit, row in month.lists[day].items():
            before = [call for call in month.calls.get(visit, []) if call.by < end]
            assert all(call.result in NOBODY_TOLD for call in before), visit
            assert int(row["attempt"]) > len(before)
            assert row["task"] == ("visit", "second visit", "leaflet")[int(row["attempt"]) - 1]


def test_a_door_where_nobody_called_stays_listed_until_its_time_is_over(told):
    month = told.operation.month
    for before, after in pairwise(LISTS):
        end = pd.Timestamp(after) + DAY
        burgled = [homes_of(row) for row in month.lists[after].values() if row["ring"] == "0"]
        still_open = {
            visit
            for visit, row in month.lists[before].items()
            if pd.Timestamp(row["expires"]) >= end
            and not any(call.by < end for _, call in month.calls_at(homes_of(row)))
            and (row["ring"] == "0" or not any(homes_of(row) & homes for homes in burgled))
            and not homes_of(row) & month.marked
        }
        assert still_open
        assert still_open <= set(month.lists[after])


def test_several_calls_at_a_door_keep_each_its_time(told):
    day = pd.Timestamp(LISTS[0]) + 2 * DAY
    times = [day + pd.Timedelta("09:35:00"), day + pd.Timedelta("11:10:00")]
    both = list(zip(times, ("no reply", "face to face"), strict=True))
    assert told["kept"] == {"West": both, "East": both}


def test_each_slip_of_a_workbook_is_told_with_its_address_and_mended(told):
    done, address = told["slips"], told.operation.address
    reasons = {
        "no such day": "no date and time that can be read",
        "no such result": "did you mean 'face to face'?",
        "future": "in the future",
        "no result": "no result, but other cells are filled in",
        "month first": "dates are day first",
        "mark and bad date": "no date and time that can be read",
        "happy": "neither yes nor no",
        "maybe": "neither yes nor no",
    }
    assert done.status == 1
    assert (file_of(done)["rejected_rows"], len(file_of(done)["unclear"])) == (6, 2)
    table = pd.read_csv(done.json["rejected_files"][0], dtype=str).set_index("Address")
    assert len(table) == len(reasons)
    for name, reason in reasons.items():
        assert reason in table.loc[address(told.slips[name]), "What to mend"], name
    # As they stand on the sheet: 4711 came back as 4711.0, and was another officer's.
    assert set(table["Collar number"]) == {"4711"}
    assert file_of(told["mended"])["flagged"] == []
    flagged = {one["visit_id"]: one["reason"] for one in file_of(done)["flagged"]}
    too_early = "the visit is before the burglary was found: it does not count"
    assert flagged[told.slips["last year"]] == too_early
    assert (told["mended"].status, file_of(told["mended"])["added"]) == (0, 6)
    assert (told["year"].status, told["again"].status) == (0, 1)
    assert file_of(told["again"])["added"] == 0
    assert len(list(told.operation.folder.glob("returned West 2026-02-09 - not*.csv"))) == 2


def test_rows_to_mend_that_come_back_name_no_door_as_missing(told):
    assert [file_of(told[name])["missing"] for name in ("slips", "mended", "csv mended")] == [
        []
    ] * 3


def test_only_a_clear_yes_marks_a_home_and_a_lifted_mark_stays_lifted(told):
    named = [told.slips[name] for name in ("mark and bad date", "marked")]
    assert sorted(mark["visit_id"] for mark in told["marks"]) == sorted(named)
    assert told["lifted"].status == 0
    stands = {named[0], told.slips["rang"]}
    assert {mark["visit_id"] for mark in told["marks after"]} == stands
    assert (file_of(told["east"])["marked"], told["east"].status) == (1, 0)
    (lifted,) = [mark for mark in told["all marks"] if mark["lifted_by"]]
    assert (lifted["lifted_by"], lifted["lifted_why"]) == ("Sgt Hill", "rang on 24 February")
    again = [f["reason"] for f in file_of(told["sheet of a lifted mark"])["flagged"]]
    assert sum("it was not marked again" in reason for reason in again) == 1
    with VisitLedger(told.operation.url) as ledger:
        assert set(ledger.marks()["visit_id"]) == {*stands, told.slips["rude"]}
    month = told.operation.month
    assert not any(told.slips["rang"] in month.lists[day] for day in LISTS[2:])


def test_the_second_file_of_a_phone_adds_what_the_first_had_not(told):
    half, every = told["phone calls"]
    first, second = (file_of(told[f"phone {nth}"]) for nth in ("first", "second"))
    assert (told["phone first"].status, told["phone second"].status) == (0, 0)
    assert (first["added"], second["repeated"], second["added"]) == (half, half, every - half)


def test_notes_for_the_officer_are_handed_over_once_and_gone_when_acknowledged(told):
    assert [note["note"] for note in told["notes"] if note["visit_id"] == told.slips["note"]] == [
        "number 18 heard glass"
    ]
    assert len(told["notes"]) == 3
    assert all(note["crime_refs"].startswith("M/0") for note in told["notes"])
    # The same sheet, read again in between, brings none back.
    assert len(told["notes again"]) == 2
    assert told["all acknowledged"].status == 0
    with VisitLedger(told.operation.url) as ledger:
        assert ledger.visits()["for_the_officer"].isna().all()
        assert "2 notes" not in told.operation.visits("notes").out
    if told.operation.url.startswith("sqlite"):
        held = (told.operation.folder / "visits.db").read_bytes()
        assert b"heard glass" not in held
        assert b"grey van" not in held


def test_lost_doubled_and_swapped_rows_of_a_csv_are_told(told):
    done, slips = told["csv"], told.slips
    assert done.status == 1
    (rejected,) = {(row["column"], row["reason"]) for row in file_of(done)["rejected"]}
    assert rejected[0] == "address"
    assert rejected[1].endswith("was the id edited?")
    table = pd.read_csv(done.json["rejected_files"][0], dtype=str)
    assert set(table["Address"]) == {told.operation.address(slips["copied"])}
    assert {door["visit_id"] for door in file_of(done)["missing"]} == {
        slips[name] for name in ("late", "idle", "edited", "copied")
    }
    assert file_of(done)["unknown"] >= 1
    hint = [f["reason"] for f in file_of(done)["flagged"] if f["visit_id"] == slips["made up"]]
    assert "one holds its address: was the id edited?" in hint[0]
    assert [withdrawn.status for withdrawn in told["made up"]] == [0] * len(told["made up"])
    assert (told["csv mended"].status, told["late"].status) == (0, 0)


def test_a_visit_is_corrected_or_withdrawn_and_stays_so(told):
    assert [done.status for done in told["corrected"]] == [0, 0]
    again = {f["visit_id"]: f["reason"] for f in file_of(told["east again"])["flagged"]}
    assert file_of(told["east again"])["added"] == 0
    assert "corrected since, to 'no reply'" in again[told.slips["wrong"]]
    assert "withdrawn since" in again[told.slips["ghost"]]
    with VisitLedger(told.operation.url) as ledger:
        corrections = ledger.corrections()
    own = corrections[corrections["visit_id"] == told.slips["ghost"]]
    assert own[["corrected_by", "why", "withdrawn"]].to_numpy().tolist() == [
        ["Sgt Hill", "nobody went", True]
    ]


def test_sheets_without_a_slip_end_with_0(told):
    assert [done.status for done in (*told["third"], told["fourth"])] == [0, 0, 0]
    assert all(file["missing"] == [] for file in told["fourth"].json["files"])


def test_a_mistyped_purge_is_refused_and_nothing_is_lost(told):
    for done in told["mistyped"]:
        assert done.status == 2
        assert "write 2026-01-03 or 2026-03-01, whichever is meant" in done.err
    assert told["after mistyped"] == told["before"]
    assert told["before"][0] > 120


def test_a_purge_is_shown_first_and_then_takes_what_it_showed(told):
    shown, unasked = told["preview"]
    assert (shown.status, unasked.status, told["purge"].status) == (0, 2, 0)
    assert "nobody can be asked here" in unasked.err
    left = told["without the home"][0]
    assert told["still there"] == told["before the preview"]
    doors = len(left.ended_before("2026-02-20"))
    assert doors > 5
    assert shown.json == unasked.json
    # What the lists would heed for six weeks more: the home was told, or refused.
    heeded = [
        call
        for visit in left.ended_before("2026-02-20")
        for call in left.calls.get(visit, [])
        if call.result not in NOBODY_TOLD
    ]
    assert shown.json["still_heeded"] == len(heeded)
    assert len(heeded) > 5
    assert shown.json["doors"] == told["purge"].json["doors"] == doors
    hold(told["purged"][1], told["purged"][0], END)
    assert told["purged"][1]["purged_before"] == "2026-02-20T00:00:00"


def test_a_home_is_exported_and_erased_and_the_rest_is_as_it_was(told):
    export, erased = told["export"].json, told["erased"].json
    assert [row["result"] for row in export["visits"]] == ["no reply", "face to face"]
    assert told["erase unasked"].status == 2
    assert erased["rows"]["visits"] == len(export["visits"])
    assert told["nothing held"].status == 1
    hold(told["without the home"][1], told["without the home"][0], END)


def test_an_earlier_list_is_explained_by_address_as_it_stood(told):
    done, visit = told["explained"], told.slips["note"]
    row = told.operation.month.lists[LISTS[0]][visit]
    assert done.status == 0
    assert row["reason"] in json.dumps(done.json, ensure_ascii=False)
    refs = {one["crime_ref"] for one in done.json["burglaries"]}
    assert refs == set(row["crime_refs"].split("; "))


def test_the_log_tells_who_did_what_and_never_at_which_door(told):
    log = told["log"]
    kinds = {(row["what"], row["who"], row["to_whom"], row["count"]) for row in log}
    rest = len(told["without the home"][0].ended_before("2026-02-20"))
    assert {
        ("look-up", "PC 42", None, None), ("lift", "Sgt Hill", None, 1),
        ("correction", "Sgt Hill", None, 1), ("acknowledgement", "Sgt Hill", None, 1),
        ("erasure", "DPO", None, 1), ("purge", "Sgt Hill", None, rest),
    } <= kinds  # fmt: skip
    assert {"export", "hand-over", "mark"} <= {row["what"] for row in log}
    assert {row["to_whom"] for row in log} == {None, "DC Moss", "the resident"}
    assert sum(row["what"] == "correction" for row in log) == 3 + len(told["made up"])
    assert [row["at"] for row in log] == sorted(row["at"] for row in log)
    told_in_full = json.dumps(log)
    assert "Mill Lane" not in told_in_full
    assert "V-" not in told_in_full


def test_the_same_list_again_asks_for_nothing_new(told):
    assert "(0 newly asked for in the ledger)" in told["list again"].out
