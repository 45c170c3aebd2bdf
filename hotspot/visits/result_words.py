"""What may come of a visit, and the spellings in which it comes back."""

from functools import lru_cache

from hotspot import rule
from hotspot.reading.cells import normalise_name
from hotspot.rule import ResultWord

RESULTS = tuple(rule.result_words())
DO_NOT_CONTACT = "do not contact"

_NO_WORDS = frozenset({"", "no", "n", "false", "0", "none", "nil", "na", "nan", "off"})
_NO_LEAFLET = _NO_WORDS - {""} | {"not", "never", "nothing", "without", "unable", "cannot"}


def canonical_result(text: str) -> str | None:
    """Return the result that a text names, or None.

    Parameters
    ----------
    text : str
        Case, spaces and punctuation do not matter. Besides the words of `RESULTS` the spellings
        are taken that `hotspot.rule.RESULT_WORDS` has for each, such as ``F2F``, ``leaflet left``,
        ``no answer``, ``declined``, ``vacant`` or ``no access``.

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
    return _labels(rule.RESULT_WORDS).get(normalise_name(text))


@lru_cache(maxsize=4)
def _labels(words: tuple[ResultWord, ...]) -> dict[str, str]:
    """Return the label of each spelling, written as `normalise_name` does."""
    return {
        normalise_name(spelling): word.label
        for word in words
        for spelling in (word.label, *word.spellings)
    }


def at_odds(one: str, other: str) -> bool:
    """Return whether two results of one door at one moment cannot both be.

    One knock brings two where nobody answered: "no reply", and then a leaflet was left.

    Examples
    --------
    >>> at_odds("refused", "no reply"), at_odds("leaflet", "no reply"), at_odds("empty", "empty")
    (True, False, False)
    """
    words = [rule.result_words().get(label) for label in (one, other)]
    unanswered = all(word and word.lives_there and not word.answered for word in words)
    return one != other and not unanswered


def means_do_not_contact(text: str) -> bool:
    """Return whether a result asks, beyond refusing, that nobody calls again.

    Examples
    --------
    >>> means_do_not_contact("Do not contact"), means_do_not_contact("refused")
    (True, False)
    """
    return normalise_name(text) == normalise_name(DO_NOT_CONTACT)


def leaflet_told(text: str | None) -> bool:
    """Return whether a leaflet was left: what begins with a no is none, whatever the reason.

    A leaflet counts as contact, so that a doubtful word must not make one.

    Examples
    --------
    >>> leaflet_told("yes"), leaflet_told("no letterbox"), leaflet_told("not left: dog")
    (True, False, False)
    """
    first = (text or "").split(maxsplit=1)[:1]
    return ticked(text) and normalise_name(first[0]) not in _NO_LEAFLET


def ticked(text: str | None) -> bool:
    """Return whether a box is ticked: anything but nothing and a bare no is a yes.

    Examples
    --------
    >>> ticked("x"), ticked("Yes"), ticked("no"), ticked(None)
    (True, True, False, False)
    """
    if text is None:
        return False
    return normalise_name(text) not in _NO_WORDS or text.strip() in ("✓", "✔", "☑", "+")
