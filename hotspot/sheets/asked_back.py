"""What every sheet asks back of a visit: headings, names of fields, and the words to choose from.

All sheets write them from here and the ledger reads them by the same, so that they cannot part.
"""

from typing import Literal, NamedTuple

from hotspot import rule

YES_NO = ("yes", "no")


class Asked(NamedTuple):
    """One thing that a sheet asks for: its heading for people, its field in a saved file."""

    heading: str
    field: str
    kind: Literal["result", "time", "text", "yes or no"]


ASKED = (
    Asked("Result", "result", "result"),
    Asked("Visited at", "visited_at", "time"),
    Asked("Collar number", "collar_number", "text"),
    Asked("Leaflet left", "leaflet_left", "yes or no"),
    Asked("Camera or doorbell", "camera_or_doorbell", "yes or no"),
    Asked("Referral", "referral", "yes or no"),
    Asked("Do not contact", "do_not_contact", "yes or no"),
    Asked("For the officer in the case", "for_the_officer", "text"),
)


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
