"""What may come of a visit, and the spellings in which it comes back."""

from hotspot.reading.cells import normalise_name

RESULTS = (
    "face to face",
    "leaflet",
    "no reply",
    "refused",
    "empty",
    "address not found",
    "language or access",
)
FACE_TO_FACE, LEAFLET, NO_REPLY, REFUSED, EMPTY, NOT_FOUND, LANGUAGE = RESULTS
DO_NOT_CONTACT = "do not contact"

# Compared as `normalise_name` writes them: case, hyphens and spaces do not matter.
_SPELLINGS = {
    **{normalise_name(result): result for result in RESULTS},
    "f2f": FACE_TO_FACE,
    "leafletleft": LEAFLET,
    "leafletonly": LEAFLET,
    "leaflets": LEAFLET,
    "noanswer": NO_REPLY,
    "noresponse": NO_REPLY,
    "refusal": REFUSED,
    "declined": REFUSED,
    "donotcontact": REFUSED,
    "emptyproperty": EMPTY,
    "vacant": EMPTY,
    "void": EMPTY,
    "notfound": NOT_FOUND,
    "addressnotknown": NOT_FOUND,
    "language": LANGUAGE,
    "access": LANGUAGE,
    "languageaccess": LANGUAGE,
    "languagebarrier": LANGUAGE,
    "noaccess": LANGUAGE,
}
_NO_WORDS = frozenset({"", "no", "n", "false", "0", "none", "nil", "na", "nan", "off"})
_NO_LEAFLET = _NO_WORDS - {""} | {"not", "never", "nothing", "without", "unable", "cannot"}


def canonical_result(text: str) -> str | None:
    """Give the result that a text names, or None.

    Parameters
    ----------
    text : str
        Case, spaces and punctuation do not matter. Besides the words of `RESULTS` these are
        taken: ``F2F``; ``leaflet left``, ``leaflet only``, ``leaflets``; ``no answer``,
        ``no response``; ``refusal``, ``declined``, ``do not contact`` (refused); ``vacant``,
        ``void``, ``empty property``; ``not found``, ``address not known``; ``language``,
        ``access``, ``language/access``, ``language barrier``, ``no access``.

    Returns
    -------
    str or None

    Examples
    --------
    >>> canonical_result("Face-to-face"), canonical_result("NO REPLY"), canonical_result("F2F")
    ('face to face', 'no reply', 'face to face')
    >>> canonical_result("went well") is None
    True
    """
    return _SPELLINGS.get(normalise_name(text))


def means_do_not_contact(text: str) -> bool:
    """Tell whether a result asks, beyond refusing, that nobody calls again.

    Examples
    --------
    >>> means_do_not_contact("Do not contact"), means_do_not_contact("refused")
    (True, False)
    """
    return normalise_name(text) == normalise_name(DO_NOT_CONTACT)


def leaflet_told(text: str | None) -> bool:
    """Read whether a leaflet was left: what begins with a no is none, whatever the reason.

    A leaflet counts as contact, so that a doubtful word must not make one.

    Examples
    --------
    >>> leaflet_told("yes"), leaflet_told("no letterbox"), leaflet_told("not left: dog")
    (True, False, False)
    """
    first = (text or "").split(maxsplit=1)[:1]
    return ticked(text) and normalise_name(first[0]) not in _NO_LEAFLET


def ticked(text: str | None) -> bool:
    """Read a box that people tick: anything but nothing and a bare no is a yes.

    Examples
    --------
    >>> ticked("x"), ticked("Yes"), ticked("no"), ticked(None)
    (True, True, False, False)
    """
    if text is None:
        return False
    return normalise_name(text) not in _NO_WORDS or text.strip() in ("✓", "✔", "☑", "+")
