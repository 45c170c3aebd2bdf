"""What every sheet asks back of a visit: the words, the headings and the names of the fields.

All sheets write them from here and the ledger reads them by the same, so that they cannot part.
"""

from typing import Literal, NamedTuple

from hotspot.rule import RESULT_WORDS

RESULTS = tuple(word.label for word in RESULT_WORDS)
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
