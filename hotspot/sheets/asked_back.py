"""What every sheet asks back of a visit: headings, names of fields, and the words to choose from.

All sheets write them from here and the ledger reads them by the same, so that they cannot part.
"""

from typing import Literal, NamedTuple

from hotspot import rule

YES_NO = ("yes", "no")
#: Calls at one door that one row of a workbook has room for: as often as a list asks for them.
CALLS = ("", "second ", "third ")


class Asked(NamedTuple):
    """One thing that a sheet asks for: its heading for people, its field in a saved file."""

    heading: str
    field: str
    kind: Literal["result", "time", "text", "yes or no"]

    def of_call(self, nth: int) -> str:
        """Return the heading for the nth call at a door, from 0.

        Examples
        --------
        >>> RESULT.of_call(0), VISITED_AT.of_call(1), RESULT.of_call(2)
        ('Result', 'Second visited at', 'Third result')
        """
        return f"{CALLS[nth]}{self.heading}".capitalize()


VISITED_AT = Asked("Visited at", "visited_at", "time")
RESULT = Asked("Result", "result", "result")
#: Told of each call.
OF_A_CALL = (VISITED_AT, RESULT)
ASKED = (
    *OF_A_CALL,
    Asked("Collar number", "collar_number", "text"),
    Asked("Leaflet left", "leaflet_left", "yes or no"),
    Asked("Camera or doorbell", "camera_or_doorbell", "yes or no"),
    Asked("Referral", "referral", "yes or no"),
    Asked("Do not contact", "do_not_contact", "yes or no"),
    Asked("For the officer in the case", "for_the_officer", "text"),
)
#: Asked where the list says which packs to bring.
PACK_GIVEN = Asked("Pack given", "pack_given", "yes or no")


def asked_back(*, packs: bool) -> tuple[Asked, ...]:
    """Return what a sheet asks for: after packs only where its list names some.

    Examples
    --------
    >>> [one.field for one in asked_back(packs=False) if one.kind == "yes or no"]
    ['leaflet_left', 'camera_or_doorbell', 'referral', 'do_not_contact']
    """
    before = [asked.field for asked in ASKED].index("referral")
    return (*ASKED[:before], PACK_GIVEN, *ASKED[before:]) if packs else ASKED


def words_for(kind: str) -> tuple[str, ...]:
    """Return the words to choose from where a sheet asks for something of a kind.

    Examples
    --------
    >>> words_for("yes or no"), words_for("text")
    (('yes', 'no'), ())
    >>> words_for("result")[:2]
    ('face to face', 'leaflet')
    """
    if kind == "result":
        return tuple(rule.result_words())
    return YES_NO if kind == "yes or no" else ()
