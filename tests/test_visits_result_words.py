"""One record for each result: sheets, ledger, lists and report follow it in everything."""

import itertools
import re

import openpyxl
import pytest

from hotspot import DataError, cocooning_targets, rule, write_targets
from hotspot.cocooning import cocooning_messages
from hotspot.reading.cells import normalise_name
from hotspot.rule import RESULT_WORDS, ResultWord
from hotspot.visits import VisitLedger
from hotspot.visits.measures import measures
from hotspot.visits.schema import made
from tests.test_cocooning_ledger import burglary, two_sided
from tests.visits_lists import targets, visit

DAY = "2026-03-03 18:00"
# One of each kind that a report, a list or a sheet could take for something else.
ADDED = (
    ResultWord(label="dog loose", spellings=("dog", "dog in garden")),
    ResultWord(label="asked to return", answered=True),
    ResultWord(label="told by phone", reached=True, answered=True, ends_visit=True),
    ResultWord(
        label="told at work", reached=True, answered=True, face_to_face=True, ends_visit=True
    ),
    ResultWord(label="demolished", lives_there=False, ends_visit=True),
    ResultWord(label="solicitor only", answered=True, ends_visit=True, bars=True),
)
QUICK = ("asked to return", "solicitor only")


# One that sends people again and one that nobody may undo at once; the others in the slow part.
@pytest.fixture(
    params=[
        pytest.param(word, id=word.label, marks=[] if word.label in QUICK else pytest.mark.slow)
        for word in ADDED
    ]
)
def added(request, monkeypatch):
    monkeypatch.setattr(rule, "RESULT_WORDS", (*RESULT_WORDS, request.param))
    return request.param


@pytest.fixture
def ledger():
    with VisitLedger("sqlite://") as opened:
        yield opened


def count(report, *names):
    return [report.count(name) for name in names]


def assert_sums_add_up(report):
    """Every door that is due is counted once: not attempted, no home, or under one result."""
    of = {measure.name: measure.of for measure in measures()}
    words = rule.result_words().values()
    own = {w.measure for w in words if w.lives_there and not w.face_to_face} & of.keys()
    reached = {w.measure for w in words if w.reached} & own
    by_own = {name: report.count(name) for name in own}
    assert report.count("due") == sum(count(report, "empty or not found", "found occupied"))
    assert report.count("reached") == report.count("face to face") + sum(
        by_own[name] for name in reached
    )
    assert report.count("found occupied") == (
        report.count("not attempted") + report.count("face to face") + sum(by_own.values())
    )


def test_an_added_word_is_read_back_and_counted_under_its_own_name(added, ledger):
    every = [*RESULT_WORDS, added]
    ledger.issue(targets(*((f"V-{n}", 1, "2026-03-04 07:00") for n in range(len(every) + 1))))
    spelt = added.spellings[0] if added.spellings else added.label
    rows = [visit(f"V-{n}", word.label.upper(), DAY) for n, word in enumerate(every[:-1])]
    recorded = ledger.record([*rows, visit(f"V-{len(rows)}", spelt, DAY)])
    assert recorded.rejected.empty
    assert ledger.visits()["result"].tolist().count(added.label) == 1
    report = ledger.report(as_of="2026-03-05")
    assert_sums_add_up(report)
    assert count(report, added.label, "no reply", "refused", "leaflet only") == [1, 1, 1, 1]
    assert report.count("not attempted") == 1
    assert report.count("reached") == sum(word.reached for word in every)
    assert report.count("face to face") == sum(word.face_to_face for word in every)
    assert report.count("empty or not found") == sum(not word.lives_there for word in every)
    assert added.label.capitalize() in [row[0] for row in overall_rows(report)]
    (sentence,) = [line for line in report.summary().splitlines() if line.startswith("Of those")]
    assert (f"1 by {added.label}" in sentence) == (added.reached and not added.face_to_face)


def overall_rows(report):
    table = report.page().sections[0].tables[0]
    return [[getattr(cell, "text", cell) for cell in row] for row in table.rows]


def test_an_added_word_loses_to_what_says_more_of_a_door(added, ledger):
    ledger.issue(targets(("V-A", 1, "2026-03-04 07:00"), ("V-B", 1, "2026-03-04 07:00")))
    ledger.record(
        [
            visit("V-A", added.label, DAY),
            visit("V-A", "face to face", "2026-03-03 19:00"),
            visit("V-B", added.label, DAY, leaflet_left="yes"),
        ]
    )
    report = ledger.report(as_of="2026-03-05")
    assert_sums_add_up(report)
    assert report.count("face to face") == 1 + added.face_to_face
    assert report.count("reached") == 1 + added.lives_there


@pytest.mark.parametrize(
    ("results", "counted"),
    [
        (("no reply", "language or access"), "language or access"),
        (("language or access", "refused", "no reply"), "refused"),
        (("empty", "no reply"), "no reply"),
        (("refused", "leaflet"), "leaflet only"),
        (("no reply", "solicitor only", "language or access"), "solicitor only"),
    ],
)
def test_a_door_is_counted_by_what_says_most_of_it(results, counted, ledger, monkeypatch):
    monkeypatch.setattr(rule, "RESULT_WORDS", (*RESULT_WORDS, ADDED[-1]))
    ledger.issue(targets(("V-A", 1, "2026-03-04 07:00")))
    ledger.record([visit("V-A", word, f"2026-03-03 1{n}:00") for n, word in enumerate(results)])
    report = ledger.report(as_of="2026-03-05")
    assert_sums_add_up(report)
    measured = {word.measure for word in rule.RESULT_WORDS}
    assert {name for name in measured if report.count(name)} == {counted}


def test_an_added_word_ends_the_visit_or_not_as_its_record_says(added, ledger):
    first = cocooning_targets(burglary(), two_sided(), "2026-03-02", ledger=ledger)
    ledger.issue(first)
    row = first.set_index("house_number").loc["23"]
    ledger.record([visit(row["visit_id"], added.label, "2026-03-03 10:15", uprn=row["uprn"])])
    after = cocooning_targets(burglary(), two_sided(), "2026-03-03", ledger=ledger)
    again = after.set_index("house_number")
    assert ("23" in again.index) == (not added.ends_visit)
    if not added.ends_visit:
        assert again.loc["23", "task"] == "second visit"
        assert f"{added.label} Tuesday 3 March" in again.loc["23", "at_the_door"]
    messages = cocooning_messages(burglary(), two_sided(), "2026-03-20", ledger=ledger)
    if added.bars:
        assert row["uprn"] not in set(messages["uprn"])


def test_every_sheet_offers_an_added_word(added, tmp_path):
    listed = cocooning_targets(burglary(), two_sided(), "2026-03-02")
    files = write_targets(listed, tmp_path, formats=("xlsx", "html", "phone"), marking="OFFICIAL")
    book = openpyxl.load_workbook(next(file for file in files if file.suffix == ".xlsx"))
    offered = [
        validation.formula1
        for sheet in book.worksheets
        for validation in sheet.data_validations.dataValidation
    ]
    assert any(added.label in str(formula) for formula in offered)
    pages = [file.read_text(encoding="utf-8") for file in files if file.suffix == ".html"]
    with_results = [page for page in pages if re.search("no reply", page, re.IGNORECASE)]
    assert len(with_results) >= 2
    for page in with_results:
        assert re.search(added.label, page, re.IGNORECASE)


def test_a_result_that_is_not_known_is_refused_and_never_counted_as_another(ledger):
    ledger.issue(targets(("V-A", 1, "2026-03-04 07:00")))
    ledger.record([visit("V-A", "no reply", DAY)])
    with ledger._store.writing() as connection:
        connection.execute(made.update().values(result="sang a song"))
    with pytest.raises(DataError, match="'sang a song', which this hotspot does not know"):
        ledger.report(as_of="2026-03-05")
    with pytest.raises(DataError, match="'sang a song'"):
        cocooning_targets(burglary(), two_sided(), "2026-03-04", ledger=ledger)


def test_the_records_agree_with_themselves_and_with_each_other():
    spelt = [normalise_name(s) for w in RESULT_WORDS for s in (w.label, *w.spellings)]
    assert len(set(spelt)) == len(spelt)
    length = made.c.result.type.length
    for word in RESULT_WORDS:
        assert len(word.label) <= length
        assert word.label == word.label.strip().casefold()
        assert word.reached or not (word.face_to_face or word.leaflet)
        assert word.lives_there or not (word.reached or word.answered or word.bars)
    assert sum(word.leaflet for word in RESULT_WORDS) == 1
    by_measure = itertools.groupby(
        sorted(RESULT_WORDS, key=lambda w: w.measure), lambda w: w.measure
    )
    for _, words in by_measure:
        flags = {(w.lives_there, w.reached, w.face_to_face, w.bars, w.answered) for w in words}
        assert len(flags) == 1
