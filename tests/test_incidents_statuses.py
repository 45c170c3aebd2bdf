"""Statuses and outcomes that take a row out, and those that only sound like it."""

import pandas as pd
import pytest

import hotspot as hs
from hotspot.incidents.statuses import not_recorded

GONE = {
    "cancelled": """Cancelled - no crime | Cancelled | CANCELED | Crime cancelled | Cancellation
        Cancelled/Transferred | Cancelled (duplicate) | Outcome: Cancelled | C1 - Cancelled
        Cancelled by FCR | Cancelled: additional verifiable information | Created in error
        Recorded in error | Cancelled – no crime | CANCELLED/NO CRIME | NFA - Cancelled | Void
        Not recorded - verifiable information | N100 | N100 - Additional Verifiable Information
        Not recorded - AVI""",
    "no crime": """No Crime | No-crime | Nocrime | No crimed | Filed - No Crime | No crime - AVI
        Recorded as no crime | Non-crime | Non Crime Incident | No crime confirmed
        Reclassified as no crime | NO CRIME (cancelled)""",
    "not a crime": "Not a crime | Not crimed | Not recorded as a crime | Not a notifiable offence",
    "unfounded": """Unfounded | CLEARED UNFOUNDED | Closed - Unfounded | Unfounded/False report
        False or baseless""",
    "duplicate": "Duplicate | Duplicate record",
    "transferred": """Transferred | Transferred to other force | Transferred to another force
        Transferred out | Transferred - other force | Transferred (BTP)
        Crime transferred to West Midlands Police | Transferred to BTP""",
}
STAYS = """Undetected - no suspect | No crime series linked | New | Charged | Filed | Detected
    Outcome 18 - Investigation complete no suspect identified | Outcome 1 - Charged | Crimed
    Outcome 14 - Victim declines - suspect not identified | No crime scene investigation | NFA
    No crime number | Cancellation requested | Interview cancelled | Founded | Not unfounded
    No crimes linked | Under investigation | Outcome not recorded | Possible duplicate | FALSE
    Interview - cancelled | Crime series linked - no crime pattern | Victim withdrew | Reclassified
    Suspect not identified | Not a crime scene | Not cancelled | Screened out | Invest Cont
    No verifiable information | Verifiable information requested | N1001"""


def split(lines: str) -> list[str]:
    return [text.strip() for line in lines.splitlines() for text in line.split("|")]


@pytest.mark.parametrize(
    ("status", "word"),
    [(text, word) for word, lines in GONE.items() for text in split(lines)],
)
def test_a_row_that_is_no_recorded_crime_goes_with_its_word(status: str, word: str) -> None:
    gone, words, warnings = not_recorded(pd.Series([status]))
    assert (gone.tolist(), words.tolist(), warnings) == ([True], [word], [])


@pytest.mark.parametrize("status", split(STAYS))
def test_what_only_sounds_like_it_stays(status: str) -> None:
    gone, _, warnings = not_recorded(pd.Series([status, None]))
    assert (gone.tolist(), warnings) == ([False, False], [])


def test_a_transfer_nobody_knows_whither_is_asked_about() -> None:
    statuses = pd.Series(
        ["Transferred to CPS", "Transferred - CID", "New", "Not recorded"], name="Outcome"
    )
    gone, _, (warning,) = not_recorded(statuses)
    assert not gone.any()
    assert warning.startswith("3 rows whose 'Outcome' may mean that they are no crime of this ")


def test_no_crimes_are_rejected_with_their_reason_and_counted() -> None:
    frame = pd.DataFrame(
        {
            "Crime Status": ["Cancelled - no crime", "Undetected", "No crime", "Cancelled"],
            "Date": ["13/03/2026", "14/03/2026", "15/03/2026", "16/03/2026"],
            "E": [451000, 452000, 453000, 454000],
            "N": [340000] * 4,
        }
    )
    check = hs.check_incidents(frame)
    assert len(check.accepted) == 1
    assert check.rejected["reason"].tolist() == [
        *("status: cancelled", "status: no crime", "status: cancelled"),
    ]
    assert "2 status: cancelled (rows 0 and 3)" in check.summary()
    assert check.offences_sentence().endswith(
        "Not recorded crimes by their status: 2 cancelled and 1 no crime."
    )
