"""What a saved map must know of the inside of folium and branca: all of it, and why.

Both keep in private attributes what a page cannot be made safe without. Nothing else in the
package touches one, a test asks for each by name, and ``setup.cfg`` holds folium and branca to the
versions in which they are so.
"""

from collections.abc import Callable, MutableMapping
from typing import cast

import folium
from branca.element import Element, Figure, Html

#: Each attribute, what makes an element that must have it, and the reason.
RELIED_ON: tuple[tuple[str, Callable[[], Element], str], ...] = (
    (
        "_children",
        Element,
        "What hangs on an element has to be walked, and web tiles that nobody asked for taken off; "
        "branca hands it out as names only.",
    ),
    (
        "_template_str",
        lambda: Element("a text"),
        "A rendered piece is a template again, whose braces would run; only here does its text "
        "stand as it was written.",
    ),
    ("header", Figure, "Scripts and styles of the page are put inside where they stand."),
    ("html", Figure, "So is the HTML of its body."),
    ("script", Figure, "The script of the map becomes one element, named by its hash."),
    (
        "data",
        lambda: Html(""),
        "Text of a popup stands in a template literal, in which it must not run.",
    ),
    (
        "script",
        lambda: Html(""),
        "Tells a popup's HTML, which may name pictures, from its plain text.",
    ),
    ("html", folium.Popup, "Holds the parts of a popup."),
    ("text", lambda: folium.Tooltip(""), "Text of a tooltip stands in a template literal, too."),
    (
        "options",
        lambda: folium.DivIcon(html=""),
        "Holds the HTML of a sign, which may name pictures.",
    ),
    (
        "options",
        lambda: folium.CustomIcon("data:,"),
        "Holds the address of a picture that would load.",
    ),
    ("default_js", lambda: folium.Map(tiles=None), "Names the scripts that would be loaded."),
    ("default_css", lambda: folium.Map(tiles=None), "Names the styles that would be loaded."),
)


def children_of(element: Element) -> MutableMapping[str, Element]:
    """Return what hangs on an element, by name: what is changed here is changed there."""
    return cast("MutableMapping[str, Element]", element._children)


def text_of(element: Element) -> str | None:
    """Return the text of a piece of a page as it was written; None of any other element."""
    text = element._template_str if type(element) is Element else None
    return None if text is None else str(text)
