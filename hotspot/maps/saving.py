"""Any folium map as one file that fetches nothing and runs only what the map is made of."""

import base64
import hashlib
import html
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path

import folium
from branca.colormap import ColorMap
from branca.element import Figure, IFrame
from folium.raster_layers import TileLayer, WmsTileLayer

from hotspot import __version__
from hotspot._checks import Problems
from hotspot._errors import ConfigError, OutputError
from hotspot.exports import replacing_file
from hotspot.maps.elements import TileNotice, notice_line
from hotspot.maps.packaged import packaged, unneeded, users
from hotspot.maps.rendering import elements_of, render
from hotspot.maps.tiles import tile_host, tile_layer, who_sees

_LOADING_ATTRIBUTES = {
    "audio": ("src",),
    "embed": ("src",),
    "frame": ("src",),
    "iframe": ("src", "srcdoc"),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
_PICTURES = ("image", "img", "input", "source")
_STYLE_ADDRESS = re.compile(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)")
# Where layers keep the address of what they show.
_LAYER_ADDRESSES = ("url", "video_url", "embed_link")
# A colour legend links to it while it is rendered, and nowhere says so.
_LEGEND_SCRIPT = "https://cdnjs.cloudflare.com/ajax/libs/d3/3.5.5/d3.min.js"
# A browser looks for the character set in the first 1,024 bytes only.
_MOST_POLICY_CHARACTERS = 850


def save_map(m: folium.Map, path: str | os.PathLike[str], *, basemap: str | None = None) -> Path:
    """Save any folium map as one file that asks nothing of any network.

    Parameters
    ----------
    m : folium.Map
        Of `briefing_map` or your own; it is left as it was.
    path : path
        Where the HTML file belongs; one that is there is replaced only when the new one is whole.
    basemap : str, optional
        Name of the provider whose web tiles, being in `m`, the page may ask for. A map of
        `briefing_map` was told already. All other web tiles are left out, with a line on the
        page that says so.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the map needs a file that no installed package holds (named, with the element that
        wants it), or the file cannot be written. Nothing is written then.
    ConfigError
        If `basemap` names no known provider, or none that the map has.

    Notes
    -----
    Leaflet and jQuery are written into the page from xstatic-leaflet and xstatic-jquery, in the
    versions that folium asks for; of folium's other default files those that the map does not need
    are left out (Bootstrap's look among them). A Content-Security-Policy forbids every connection,
    and every script but those of the map, named by their SHA-256. The same map gives the same
    bytes. HTML that you add to a map yourself is taken as it is: escape what comes from data.

    Examples
    --------
    >>> import tempfile
    >>> m = folium.Map(tiles=None)
    >>> _ = folium.CircleMarker([53.1, 2.2]).add_to(m)
    >>> page = save_map(m, Path(tempfile.mkdtemp()) / "map.html").read_text(encoding="utf-8")
    >>> "Content-Security-Policy" in page, "https://cdn" in page
    (True, False)
    """
    page = page_text(m, basemap)
    with replacing_file(path) as temporary:
        temporary.write_bytes(page.encode("utf-8"))
    return Path(path)


def page_text(m: folium.Map, basemap: str | None = None) -> str:
    """Make the page that `save_map` writes."""
    figure = m.get_root() if isinstance(m, folium.Map) else None
    if not isinstance(figure, Figure):
        raise OutputError(f"save_map takes a folium.Map, not {type(m).__name__}.")
    hosts, unwanted, lines = _tiles(figure, basemap)
    pieces = render(figure, without=unwanted)
    asked_by = _asked_by(figure)
    problems = Problems()
    problems.extend(_unsaveable(figure))
    head, body = (
        _inlined(part, asked_by, pieces.by_class, problems) for part in (pieces.head, pieces.body)
    )
    problems.raise_if_any(OutputError)
    body += "".join(map(notice_line, lines))
    return _page(figure.title or "", head, body, pieces.script, hosts)


def _tiles(
    figure: Figure, basemap: str | None
) -> tuple[list[str], list[TileLayer | WmsTileLayer], list[str]]:
    """Tell the hosts that may be asked for tiles, the layers to leave out, and what to say."""
    announced = {part.host for part in elements_of(figure) if isinstance(part, TileNotice)}
    asked = None if basemap is None else tile_host(tile_layer(basemap).tiles)
    hosts, unwanted, lines = set(), [], []
    for layer in elements_of(figure):
        if not isinstance(layer, (TileLayer, WmsTileLayer)):
            continue
        address = layer.tiles if isinstance(layer, TileLayer) else layer.url
        host = tile_host(address)
        if host is not None and host in {*announced, asked}:
            hosts.add(host)
            lines += [] if host in announced else [who_sees(host)]
        else:
            unwanted.append(layer)
            name = (host or address).removeprefix("*.")
            lines.append(
                f"The background map from {name} is left out: this page asks nothing of any "
                "network."
            )
    if asked is not None and asked not in hosts:
        raise ConfigError(f"The map has no tiles of {basemap!r} that its page could ask for.")
    return sorted(hosts), unwanted, sorted(set(lines))


def _asked_by(figure: Figure) -> dict[str, set[str]]:
    """Name the classes of the elements that link to each address."""
    asked: dict[str, set[str]] = {}
    for element in elements_of(figure):
        for links in ("default_js", "default_css"):
            for _, address in getattr(element, links, ()):
                asked.setdefault(address, set()).add(type(element).__name__)
        if isinstance(element, ColorMap):
            asked.setdefault(_LEGEND_SCRIPT, set()).add(type(element).__name__)
    return asked


def _unsaveable(figure: Figure) -> Iterator[str]:
    """Name what elements would load by script, where no tag shows it."""
    for element in elements_of(figure):
        kind = type(element).__name__
        if isinstance(element, IFrame):
            yield f"{kind}: a saved map shows no page inside a page. Give the popup HTML instead."
        addresses: list[object] = []
        if isinstance(element, folium.CustomIcon):
            addresses = [element.options.get(name) for name in ("icon_url", "shadow_url")]
        elif isinstance(element, folium.map.Layer) and not isinstance(element, WmsTileLayer):
            addresses = [getattr(element, name, None) for name in _LAYER_ADDRESSES]
        for address in addresses:
            if isinstance(address, str) and not address.startswith("data:"):
                yield f"{kind} would load {address}, and a saved map fetches nothing."


@dataclass
class _Tag:
    """A start tag; of a script the whole element."""

    name: str
    attributes: dict[str, str]
    start: int
    end: int
    content: str = ""

    def addresses(self) -> list[str]:
        """Tell what a browser would load for it."""
        harmless = ("#", "data:") if self.name in _PICTURES else ("#",)
        found = (self.attributes.get(name, "") for name in _LOADING_ATTRIBUTES.get(self.name, ()))
        return [address for address in found if address and not address.startswith(harmless)]


class _Scan(HTMLParser):
    """Finds the tags of a piece of HTML and where they stand."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[_Tag] = []
        self._markup = markup
        self._line_starts = [0, *accumulate(len(line) + 1 for line in markup.split("\n"))]
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._place()
        end = start + len(self.get_starttag_text() or "")
        self.tags.append(_Tag(tag, {name: value or "" for name, value in attrs}, start, end))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self.tags and self.tags[-1].name == "script":
            script = self.tags[-1]
            script.content = self._markup[script.end : self._place()]
            script.end = self._markup.index(">", self._place()) + 1

    def _place(self) -> int:
        line, column = self.getpos()
        return self._line_starts[line - 1] + column


def _inlined(
    markup: str,
    asked_by: dict[str, set[str]],
    pieces: list[tuple[str, str]],
    problems: Problems,
) -> str:
    """Put the content of packaged files where they are linked to, and tell what cannot be had."""
    parts, place = [], 0
    for tag in _Scan(markup).tags:
        for address in tag.addresses():
            if tag.name not in ("script", "link"):
                problems.add(
                    f"{address:.100} would be loaded by a tag <{tag.name}>, and a saved map "
                    "fetches nothing."
                )
                continue
            try:
                content = packaged(address)
                if content is None:
                    content = _left_out(address, asked_by, pieces)
            except OutputError as error:
                problems.extend(text for text in error.problems if text not in problems.found)
                content = ""
            parts += [markup[place : tag.start], content]
            place = tag.end
    for address in _STYLE_ADDRESS.findall(markup):
        problems.add(f"{address} is asked for by a style, and a saved map fetches nothing.")
    return "".join([*parts, markup[place:]])


def _left_out(address: str, asked_by: dict[str, set[str]], pieces: list[tuple[str, str]]) -> str:
    """Put nothing in the place of a file that nothing needs; refuse the others by name."""
    if unneeded(address, pieces):
        return ""
    names = users(address, pieces) or sorted(asked_by.get(address, ["your own HTML"]))
    raise OutputError(
        f"{address} is needed by {', '.join(names)}, and no package that is installed holds it."
    )


def _page(title: str, head: str, body: str, script: str, hosts: Iterable[str]) -> str:
    script = f"\n{script}\n"
    scripts = [
        tag.content for part in (head, body) for tag in _Scan(part).tags if tag.name == "script"
    ]
    policy = (
        '<meta http-equiv="Content-Security-Policy" '
        f'content="{_policy([*scripts, script], hosts)}">'
    )
    first = [policy, '<meta charset="utf-8">']
    if len(policy) > _MOST_POLICY_CHARACTERS:
        first.reverse()
    if title:
        # Folium writes a title as it is, so one may be escaped already.
        head = f"<title>{html.escape(html.unescape(title))}</title>\n{head}"
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            *first,
            # Browsers may look up the hosts of links before anybody follows them.
            '<meta http-equiv="x-dns-prefetch-control" content="off">',
            f'<meta name="generator" content="hotspot {__version__}">',
            head,
            "</head>",
            "<body>",
            body,
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _policy(scripts: Iterable[str], hosts: Iterable[str]) -> str:
    """Allow exactly these scripts, pictures in the page and of these hosts, and nothing else."""
    digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in scripts)
    hashes = dict.fromkeys(f"'sha256-{base64.b64encode(d).decode('ascii')}'" for d in digests)
    pictures = ["data:", *(f"https://{host}" for host in hosts)]
    directives = {
        "default-src": ["'none'"],
        "script-src": hashes,
        "style-src": ["'unsafe-inline'"],
        "img-src": pictures,
        "font-src": ["data:"],
        "connect-src": ["'none'"],
        "frame-src": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())
