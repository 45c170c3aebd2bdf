"""What the elements of a map hold that no tag shows: pictures, pages, calls to servers."""

from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import folium
from branca.colormap import ColorMap
from branca.element import Element, Html, IFrame
from folium.raster_layers import WmsTileLayer

from hotspot._checks import Problems
from hotspot.maps.elements import Verbatim
from hotspot.maps.folium_inside import children_of, text_of
from hotspot.maps.markup import pictures_asked_for, tags_of, with_pictures
from hotspot.maps.packaged_files import Library

# Where layers keep the address of what they show.
_LAYER_ADDRESSES = ("url", "video_url", "embed_link")
# A colour legend links to it while it is rendered, and nowhere says so.
_LEGEND_SCRIPT = "https://cdnjs.cloudflare.com/ajax/libs/d3/3.5.5/d3.min.js"
# Their scripts ask while the map is looked at, which no tag or option shows.
_ASK_SERVERS = {
    "Geocoder": "sends what is typed to a search service",
    "Realtime": "fetches its rows again and again",
    "TimestampedWmsTileLayers": "fetches pictures from a map server",
    "VectorGridProtobuf": "fetches tiles from a map server",
}
# The policy of the page forbids eval: they would be saved and stand still.
_MAKE_CODE = {
    "MeasureControl": "leaflet-measure",
    "Vega": "Vega",
    "VegaLite": "Vega-Lite",
}


def asked_by(elements: Iterable[Element]) -> dict[str, set[str]]:
    """Return the classes of the elements that link to each address."""
    asked: dict[str, set[str]] = {}
    for element in elements:
        for links in ("default_js", "default_css"):
            for _, address in getattr(element, links, ()):
                asked.setdefault(address, set()).add(type(element).__name__)
        if isinstance(element, ColorMap):
            asked.setdefault(_LEGEND_SCRIPT, set()).add(type(element).__name__)
    return asked


def has_frames(elements: Iterable[Element]) -> bool:
    """Test whether a popup holds a page of its own."""
    return any(isinstance(element, IFrame) for element in elements)


def unsaveable(elements: Iterable[Element]) -> Iterator[str]:
    """Find what elements would load or make by script, where no tag shows it."""
    for element in elements:
        kind = type(element).__name__
        if isinstance(element, IFrame) and (not _is_plain(element) or _runs_or_loads(element)):
            yield f"{kind}: the page in it runs scripts or loads files. Put plain HTML into it."
        if kind in _ASK_SERVERS:
            yield f"{kind} {_ASK_SERVERS[kind]}, and a saved map fetches nothing: leave it out."
        if kind in _MAKE_CODE:
            yield (
                f"{kind} cannot be saved: {_MAKE_CODE[kind]} makes code out of text while it runs, "
                "which a saved map forbids."
            )
        addresses: list[object] = []
        if isinstance(element, folium.CustomIcon):
            addresses = [element.options.get(name) for name in ("icon_url", "shadow_url")]
        elif isinstance(element, folium.map.Layer) and not isinstance(element, WmsTileLayer):
            addresses = [getattr(element, name, None) for name in _LAYER_ADDRESSES]
        for address in addresses:
            if isinstance(address, str) and not address.startswith("data:"):
                yield f"{kind} would load {address}, and a saved map fetches nothing."


@contextmanager
def pictures_inside(
    elements: Iterable[Element], library: Library, problems: Problems
) -> Iterator[None]:
    """Write the pictures of popups, tooltips and icons into the map for a while."""
    changed: list[tuple[MutableMapping[str, Any], str, Any]] = []
    try:
        for element in elements:
            for holder, key in _html_of(element):
                given = holder[key]
                text = str(text_of(given) if isinstance(given, Element) else given)
                if "<" in text:
                    text = with_pictures(text, library)
                problems.extend(_refused(type(element).__name__, text))
                changed.append((holder, key, given))
                # Text of a frame is a template for folium, and must not run as one.
                holder[key] = Verbatim(text) if isinstance(given, Element) else text
        yield
    finally:
        for holder, key, given in changed:
            holder[key] = given


def _html_of(element: Element) -> Iterator[tuple[MutableMapping[str, Any], str]]:
    """Find where an element keeps HTML of the user's."""
    own = vars(element)
    if isinstance(element, Html) and element.script:
        yield own, "data"
    elif isinstance(element, folium.Tooltip):
        yield own, "text"
    elif isinstance(element, folium.DivIcon) and "html" in element.options:
        yield element.options, "html"
    elif isinstance(element, IFrame) and _is_plain(element):
        yield from ((children_of(element), name) for name in children_of(element))


def _is_plain(frame: IFrame) -> bool:
    """Test whether a frame holds nothing but text."""
    return all(text_of(child) is not None for child in children_of(frame).values())


def _runs_or_loads(frame: IFrame) -> bool:
    texts = (text_of(child) or "" for child in children_of(frame).values())
    tags = [tag for text in texts for tag in tags_of(text)]
    return any(tag.name == "script" or tag.addresses() for tag in tags if tag.name != "img")


def _refused(kind: str, markup: str) -> Iterator[str]:
    for address in pictures_asked_for(markup):
        yield (
            f"{kind} would load the picture {address:.100}, and a saved map fetches nothing: put "
            "it into a folder and name it with files=."
        )
