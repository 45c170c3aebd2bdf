"""Classes of addresses: a home, a building that holds homes, or neither."""

import re

from hotspot.addresses.address_words import text_key, word_set

# AddressBase codes: dwellings, houses in multiple occupation, residential institutions, dual use;
# not garages (RG), car parking (RC) or ancillary buildings (RB).
_HOME_CODE = re.compile(r"(?:r[dhi]?|x)(?:[0-9]+[a-z]{0,2})?")
_PARENT_CODE = re.compile(r"p[ps]?")
_HOME_WORDS = word_set("""
    residential residence dwelling dwellings house home flat flats apartment apartments bungalow
    maisonette cottage terrace terraced detached semi hmo res bedsit bedsits sheltered almshouse
    caravan chalet houseboat lodgings annexe annex studio penthouse dual mixed multiple occupation
    hostel domestic
""")
_OTHER_WORDS = word_set("""
    public guest commercial business office offices shop store stores garage garages parking garden
    warehouse factory workshop school surgery hotel church hall ancillary
""")
# "Flat above shop" is one; "Shop with flat" is the shop.
_ABOVE = re.compile(r"\b(?:flat|apartment|maisonette)s? (?:above|over|behind)\b")
_NO_HOME = re.compile(r"\b(?:non|not) (?:residential|domestic|a|in)\b")
# Lodgings that are let without profit.
_NOT_COUNTED = re.compile(r"\bnon commercial\b|\bhouse in multiple\b")


def says_home(classification: str) -> bool:
    """Test whether a class, an AddressBase code or plain words, is that of a home.

    Examples
    --------
    >>> classes = ("RD04", "Flat", "HMO", "Dual Use", "CR08", "Shop with flat", "Non-residential")
    >>> [text for text in classes if says_home(text)]
    ['RD04', 'Flat', 'HMO', 'Dual Use']
    """
    key = text_key(classification)
    if _HOME_CODE.fullmatch(key) or _ABOVE.search(key):
        return True
    if _NO_HOME.search(key):
        return False
    words = set(_NOT_COUNTED.sub("hmo", key).split())
    return bool(words & _HOME_WORDS) and not words & _OTHER_WORDS


def says_parent(classification: str) -> bool:
    """Test whether a class is that of a building, the parent of its addresses."""
    return _PARENT_CODE.fullmatch(text_key(classification)) is not None
