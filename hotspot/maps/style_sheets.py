"""Style sheets with their pictures and fonts inside."""

import base64
import re
from collections.abc import Sequence
from functools import partial

from hotspot._checks import Problems
from hotspot.maps.packaged_files import Found, Library

_URL = re.compile(r"url\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"')\s]*))\s*\)")
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_HARMLESS = ("data:", "#", "%23")
_STYLE_END = re.compile(r"</(?=style)", re.IGNORECASE)
# Fonts that only some icons need, and what shows that one of these is on the map.
_FONT_SIGNS = {
    "fa-brands-400.woff2": r"\bfab\b|\bfa-brands\b",
    "fa-regular-400.woff2": r"\bfar\b|\bfa-regular\b",
    "fa-v4compatibility.woff2": r"(?!)",
}
# Two small pictures that no package holds, drawn by us: they change no meaning.
_TOGGLE_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 18 18">'
    '<path d="M14 5v9H5M14 14L4 4" fill="none" stroke="#333" stroke-width="2"/></svg>'
)
_WAIT_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">'
    '<circle cx="8" cy="8" r="6" fill="none" stroke="#999" stroke-dasharray="3"/></svg>'
)
_TOGGLE, _WAIT = (
    f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode('ascii')).decode('ascii')}"
    for drawn in (_TOGGLE_SVG, _WAIT_SVG)
)
_DRAWN = {"toggle.svg": _TOGGLE, "toggle.png": _TOGGLE, "loader.gif": _WAIT}


def style_text(
    found: Found, address: str, library: Library, texts: Sequence[str], problems: Problems
) -> str:
    """Write a style sheet for an element, with every picture and font in it.

    Parameters
    ----------
    found : Found
    address : str
        Where it would have been loaded from.
    library : Library
        Where pictures and fonts are looked for.
    texts : sequence of str
        What is on the map: shows which fonts must be had.
    problems : Problems
        Gets a sentence for each picture or font that the map needs and nothing holds.
    """
    beside = None if found.path is None else found.path.parent

    def inside(lost: list[str], place: re.Match[str]) -> str:
        target = next((part for part in place.groups() if part is not None), "")
        if not target or target.startswith(_HARMLESS):
            return place[0]
        name = target.partition("?")[0].partition("#")[0].rpartition("/")[2]
        held = library.picture(target, beside) or _DRAWN.get(name)
        if held is None:
            lost.append(name)
        return f'url("{held or "data:,"}")'

    def font_face(face: re.Match[str]) -> str:
        lost: list[str] = []
        text = _URL.sub(partial(inside, lost), face[0])
        # A browser takes the first of a font's files that it can read.
        if not lost or ";base64," in text:
            return text
        sign = _FONT_SIGNS.get(lost[0], "")
        if any(re.search(sign, text) for text in texts):
            missing.append(_not_held(lost[0], "font", address))
        return ""

    missing: list[str] = []
    pictures: list[str] = []
    css = _URL.sub(partial(inside, pictures), _FONT_FACE.sub(font_face, found.text))
    missing += [_not_held(name, "picture", address) for name in pictures]
    problems.extend(dict.fromkeys(missing))
    return _STYLE_END.sub(r"<\\/", css)


def _not_held(name: str, kind: str, address: str) -> str:
    package = "xstatic-font-awesome" if name.startswith("fa-") else None
    return f"The {kind} {name}, which {address} shows, is in no package that is installed" + (
        f": run pip install {package}." if package else "."
    )
