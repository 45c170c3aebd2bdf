"""Classes of addresses: a home, a building that holds homes, or neither."""

import re

from hotspot.addresses.address_words import text_key

# AddressBase codes: dwellings, houses in multiple occupation, residential institutions, dual use;
# not garages (RG), car parking (RC) or ancillary buildings (RB).
_HOME_CODE = re.compile(r"(?:r[dhi]?|x)[0-9]*")
_PARENT_CODE = re.compile(r"p[ps]?")
# fmt: off
_HOME_WORDS = {
    "residential", "dwelling", "dwellings", "house", "home", "flat", "flats", "apartment",
    "apartments", "bungalow", "maisonette", "cottage", "terrace", "terraced", "detached", "semi",
    "hmo", "res",
}
_OTHER_WORDS = {
    "non", "not", "public", "guest", "commercial", "business", "office", "shop", "garage",
    "garages", "parking", "garden",
}
# fmt: on


def says_home(classification: str) -> bool:
    """Test whether a class, an AddressBase code or plain words, is that of a home.

    Examples
    --------
    >>> [text for text in ("RD04", "Flat", "CR08", "Shop with flat") if says_home(text)]
    ['RD04', 'Flat']
    """
    key = text_key(classification)
    if _HOME_CODE.fullmatch(key):
        return True
    words = set(key.split())
    return bool(words & _HOME_WORDS) and not words & _OTHER_WORDS


def says_parent(classification: str) -> bool:
    """Test whether a class is that of a building, the parent of its addresses."""
    return _PARENT_CODE.fullmatch(text_key(classification)) is not None
