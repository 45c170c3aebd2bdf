"""What a list says about a door: to the supervisor everything, on the door sheet no other home."""

import hashlib
import math
from itertools import product
from typing import Any, NamedTuple

import pandas as pd

from hotspot.addresses.address_matching import BY_BUILDING, BY_TEXT
from hotspot.cocooning import rings
from hotspot.cocooning.expired_doors import EXPIRED_DAYS
from hotspot.cocooning.matching import BY_PLACE, MATCH_WITHIN_M
from hotspot.cocooning.settings import ListSettings
from hotspot.english import count, long_day, long_moment

#: What a burglary is to the home that it was of, as a ledger keeps it.
BURGLED_HERE = "Burgled"
CHECK_FIRST = "check with the officer in the case first"
NO_ADDRESS = f"no address matched within {MATCH_WITHIN_M:.0f} m of the recorded point"


_WHERE = {
    rings.BESIDE_NAMED: "Beside, without a house number,",
    rings.ACROSS: "Opposite",
    rings.ACROSS_NAMED: "Opposite, without a house number,",
    rings.AT_BACK: "Backs on to",
    rings.CORNER: "Round the corner from",
    rings.BACK_OR_BESIDE: "Behind or beside",
    rings.WITHIN: "Near",
    rings.NEARBY: "Among the nearest homes (house numbers not known) to",
    rings.NEXT_NEAREST: "Close (house numbers not known) to",
    rings.NEARBY_ALONE: "Among the nearest homes (no house number next to it) to",
    rings.NEXT_NEAREST_ALONE: "Close (no house number next to it) to",
}
# Two letters of base 32 for ten bits.
_LETTERS = [a + b for a, b in product("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", repeat=2)]


class Link(NamedTuple):
    """One burglary that reaches one door."""

    link: str
    steps: int
    apart_m: float
    ring: int
    event: Any
    burgled_address: str


def visit_id(force: str | None, crime_ref: str, door: str) -> str:
    """Build an id of what a visit is about, so that the same visit has it on every run.

    Examples
    --------
    >>> visit_id("99", "B1", "0001") == visit_id("99", "B1", "0001") != visit_id("99", "B2", "0001")
    True
    """
    content = "|".join([force or "", crime_ref, door]).encode()
    # The letter and dash keep a spreadsheet from reading it as a number such as 2E5.
    # Of the digest no more than is written: ten letters of five bits, two at a time.
    bits = int.from_bytes(hashlib.sha256(content).digest()[:7]) >> 6
    return "V-" + "".join([_LETTERS[bits >> at & 1023] for at in (40, 30, 20, 10, 0)])


def within_m(apart_m: float) -> int:
    """Round a distance up to ten metres: it is never understated."""
    return max(10, math.ceil(apart_m / 10) * 10)


def reason(links: list[Link], burglaries_12m: int, homes: int = 1) -> str:
    """Explain why a door is listed: every burglary that reaches it, the leading one first."""
    sentences = [_sentence(link) for link in links]
    if burglaries_12m > (1 if links[0].link == rings.BURGLED else 0):
        times = "once" if burglaries_12m == 1 else f"{burglaries_12m} times"
        whose = "This home was" if homes == 1 else "These homes were"
        sentences.append(f"{whose} burgled {times} in the past 12 months.")
    return " ".join(sentences)


def officer_notes(
    link: Link, missed: list[tuple[pd.Timestamp, str]] | None = None, *, check_first: bool = False
) -> str:
    """Return what the officer must know of a door before knocking, and of no other home.

    Parameters
    ----------
    link : Link
        The burglary that leads.
    missed : list of (Timestamp, str), optional
        When somebody went before and told nobody, and why.
    check_first : bool
        The home was visited or refused before it was burgled.
    """
    notes = []
    if link.link == rings.BURGLED:
        if link.event.door < 0:
            notes.append("address not matched: confirm it before the visit")
        elif link.event.how == BY_PLACE:
            notes.append("address matched by place: confirm it before the visit")
        elif link.event.how == BY_BUILDING:
            notes.append("flat not known: confirm it before the visit")
    for why in dict.fromkeys(result for _, result in missed or []):
        times = " and ".join(
            long_moment(at, year=False) for at, result in missed or [] if result == why
        )
        notes.append(f"{why} {times}")
    if check_first:
        notes.append(CHECK_FIRST)
    return "; ".join(notes)


def message_reason(crimes: int, newest: pd.Timestamp, distance_m: float, window_days: int) -> str:
    """Explain why a home gets a message and no visit."""
    return (
        f"Within {distance_m:g} m of {count(crimes, 'burglary', 'burglaries')} of the past "
        f"{window_days} days, the newest found {long_day(newest, year=False)}."
    )


def where(link: Link) -> str:
    """Return what a home is to a burgled one, up to the name of that one."""
    if link.link == rings.BURGLED:
        return BURGLED_HERE
    if link.link in (rings.ALONG, rings.ALONG_PAST):
        # Who reads it can see why a number between is missing.
        past = ", past a number out of line," if link.link == rings.ALONG_PAST else ""
        if link.steps > 1:
            return f"{link.steps} doors{past} from"
        if link.apart_m > rings.NEXT_DOOR_WITHIN_M:
            return f"The next house along{past} from"
        return f"Next door{past} to"
    return _WHERE.get(link.link, "In the same building as")


def _sentence(link: Link) -> str:
    found = f"found {long_day(link.event.ended)}"
    if link.link == rings.BURGLED:
        return f"Burgled, {found}.{_how_matched(link.event)}"
    return f"{where(link)} {link.burgled_address}, burgled, {found} ({link.apart_m:.0f} m)."


def _how_matched(event: Any) -> str:
    if event.door < 0:
        return f" Check the address: {NO_ADDRESS}."
    if event.how == BY_TEXT:
        return " Matched by its address text."
    if event.how == BY_PLACE:
        return (
            f" Matched by place: the nearest home, {event.off_m:.0f} m from the recorded point. "
            "Check the address."
        )
    if event.how == BY_BUILDING:
        return " The building is known, the flat is not."
    return ""


def notes(
    counts: dict[str, int], unclassified: int, addresses: int, settings: ListSettings
) -> list[str]:
    """Return what a reader of the list must know about what is on it and what is not."""
    lines = []
    if unclassified and unclassified == addresses:
        lines.append("No address is classified: every one is taken for a home.")
    elif unclassified:
        lines.append(
            f"{count(unclassified, 'address', 'addresses')} without a classification: "
            "taken for homes."
        )
    words = {
        "unmatched": ("burgled home matched no address", "burgled homes matched no address"),
        "non_residential": (
            "burglary at a non-residential address makes no visit",
            "burglaries at non-residential addresses make no visit",
        ),
        "by_distance": (
            "burglary without a house number, or without one next to it: the nearest homes are "
            "listed",
            "burglaries without a house number, or without one next to theirs: the nearest homes "
            "are listed",
        ),
        "out_of_line": (
            "burglary has house numbers around it that stand elsewhere on the street: they are "
            "passed over, and the next ones listed",
            "burglaries have house numbers around them that stand elsewhere on the street: they "
            "are passed over, and the next ones listed",
        ),
        "left_out": (
            "home is not listed because of what is known from earlier visits",
            "homes are not listed because of what is known from earlier visits",
        ),
        "overdue": ("door is overdue", "doors are overdue"),
        "expired": (
            f"door left the list in the past {EXPIRED_DAYS} days because its time was over: "
            "nobody had gone there",
            f"doors left the list in the past {EXPIRED_DAYS} days because their time was over: "
            "nobody had gone there",
        ),
        "force_late": (
            "door was past the force's hours, counted from the record, when the list went out",
            "doors were past the force's hours, counted from the record, when the list went out",
        ),
        "not_scheduled": (
            "door not scheduled, beyond the most visits of its area: a message instead",
            "doors not scheduled, beyond the most visits of their areas: a message instead",
        ),
        "ring3": (
            f"other home within {settings.distance_m:g} m of a burglary of the past "
            f"{settings.window_days} days: a message, never a visit",
            f"other homes within {settings.distance_m:g} m of a burglary of the past "
            f"{settings.window_days} days: a message, never a visit",
        ),
        "excluded": ("burglary left out by the stop list", "burglaries left out by the stop list"),
    }
    lines += [f"{count(counts[key], *forms)}." for key, forms in words.items() if counts[key]]
    return lines
