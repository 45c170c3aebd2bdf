"""Any folium map as one file that fetches nothing and runs only what the map is made of."""

import base64
import hashlib
import html
import os
import re
from collections.abc import Iterable
from pathlib import Path

import folium
from branca.element import Figure
from folium.plugins import DualMap
from markupsafe import Markup

from hotspot import __version__
from hotspot._checks import Problems, raise_problems
from hotspot._errors import OutputError
from hotspot.maps.element_contents import asked_by, has_frames, pictures_inside, unsaveable
from hotspot.maps.elements import notice_line
from hotspot.maps.markup import Page
from hotspot.maps.packaged_files import Library
from hotspot.maps.rendering import elements_of, render
from hotspot.maps.tiles import blanked, sort_tiles
from hotspot.output.files import replacing_file
from hotspot.output.pages import make_page

# Without tiles a map has no nearest zoom, and plugins that count on one stop.
_NEAREST = "L.Map.mergeOptions({maxZoom: 20});\n"
# Folium's keeps people who see badly from making a page larger.
_VIEWPORT = re.compile(r"<meta name=\"viewport\"[^>]*>")
_WIDE = '<meta name="viewport" content="width=device-width, initial-scale=1">'
# A browser looks for the character set in the first 1,024 bytes only.
_MOST_POLICY_CHARACTERS = 850


def save_map(
    m: folium.Map | DualMap,
    path: str | os.PathLike[str],
    *,
    basemap: str | Iterable[str] | None = None,
    files: str | os.PathLike[str] | None = None,
) -> Path:
    """Save any folium map as one file that asks nothing of any network.

    Parameters
    ----------
    m : folium.Map
        Of `briefing_map` or your own; it is left as it was. One of `public_map` is checked and
        recorded as by `publish_map`.
    path : path
        Where the HTML file belongs; one that is there is replaced only when the new one is whole.
    basemap : str or iterable of str, optional
        Whose web tiles, being in `m`, the page may ask for: names of providers ("OpenStreetMap"),
        or hosts for tile layers of your own ("tiles.force.example"). A map of `briefing_map` was
        announced already. All other web tiles are left out, with a line on the page that says so.
    files : folder, optional
        Files that no package holds, such as a plugin's script or a picture in a popup: they are
        known by the last part of their web address, with or without version and ``.min``.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the map needs a file that nothing installed holds (all are named, each with the element
        that wants it), or the file cannot be written. Nothing is written then.
    DataError
        If a public map would give away what those published before it hide.
    ConfigError
        If `m` is no map, `basemap` names no known provider, or none that the map has, or `files` is
        no folder.

    Notes
    -----
    Leaflet and jQuery come from the XStatic packages, all else that folium and its plugins ask
    for from folium-offline; of folium's default files those that the map does not need are left
    out. A Content-Security-Policy forbids every connection, and every script but those of the
    map, named by their SHA-256. The same map gives the same bytes. HTML that you add to a map
    yourself is taken as it is: escape what comes from data.

    Examples
    --------
    >>> import tempfile
    >>> m = folium.Map(tiles=None)
    >>> _ = folium.Marker([53.1, 2.2], icon=folium.Icon("red", icon="home")).add_to(m)
    >>> page = save_map(m, Path(tempfile.mkdtemp()) / "map.html").read_text(encoding="utf-8")
    >>> "Content-Security-Policy" in page, "https://cdn" in page
    (True, False)
    """
    page = page_text(m, basemap, files)
    # A public map is for everybody however it is saved.
    if (publication := getattr(m, "publication", None)) is not None:
        publication.write(page, Path(path))
        return Path(path)
    with replacing_file(path) as temporary:
        temporary.write_bytes(page.encode("utf-8"))
    return Path(path)


def page_text(
    m: folium.Map | DualMap,
    basemap: str | Iterable[str] | None = None,
    files: str | os.PathLike[str] | None = None,
) -> str:
    """Return the page that `save_map` writes."""
    figure = m.get_root() if isinstance(m, (folium.Map, DualMap)) else None
    wrong = []
    if not isinstance(figure, Figure):
        wrong.append(f"m must be a folium.Map, not {type(m).__name__}.")
    if files is not None and not Path(files).is_dir():
        wrong.append(f"files must name a folder, and {files} is none.")
    raise_problems(arguments=wrong)
    assert isinstance(figure, Figure)
    elements = list(elements_of(figure))
    tiles = sort_tiles(elements, [basemap] if isinstance(basemap, str) else list(basemap or ()))
    library = Library(None if files is None else Path(files))
    problems = Problems()
    problems.extend(dict.fromkeys(unsaveable(elements)))
    with pictures_inside(elements, library, problems), blanked(tiles.unwanted):
        pieces = render(figure, without=tiles.unwanted)
    page = Page(library, asked_by(elements), pieces.by_class, problems)
    head, head_scripts = page.inlined(pieces.head)
    body, body_scripts = page.inlined(pieces.body)
    problems.raise_if_any(OutputError)
    body += "".join(map(notice_line, tiles.lines))
    # Tiles bring their own nearest zoom.
    script = f"\n{'' if tiles.sources else _NEAREST}{pieces.script}\n"
    # Of a large map each copy of the script weighs.
    del pieces, page
    scripts = [*head_scripts, *body_scripts, script]
    policy = _policy(scripts, tiles.sources, has_frames(elements))
    return _page(figure.title or "", head, body, script, policy)


def _page(title: str, head: str, body: str, script: str, policy: str) -> str:
    head = _VIEWPORT.sub(_WIDE, head)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    # The policy first: it holds for what comes after it.
    first = [policy, '<meta charset="utf-8">']
    if len(policy) > _MOST_POLICY_CHARACTERS:
        first.reverse()
    if title:
        # Folium writes a title as it is, so one may be escaped already.
        head = f"<title>{html.escape(html.unescape(title))}</title>\n{head}"
    # All of it is markup already, the user's own with it.
    markup = {"head": Markup(head), "body": Markup(body), "script": Markup(script)}
    page = make_page(
        "saved_map.html.j2", first=[*map(Markup, first)], version=__version__, **markup
    )
    return f"{page}\n"


def _policy(scripts: Iterable[str], sources: Iterable[str], frames: bool) -> str:
    """Return a policy that allows these scripts, pictures in the page and of these hosts, no more.

    A frame in the page is text that came with it, and bound by the same policy.
    """
    digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in scripts)
    hashes = dict.fromkeys(f"'sha256-{base64.b64encode(d).decode('ascii')}'" for d in digests)
    directives = {
        "default-src": ["'none'"],
        "script-src": hashes,
        # Of style elements and attributes; what they could load the other rules forbid.
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:", *sources],
        "font-src": ["data:"],
        "connect-src": ["'none'"],
        "frame-src": ["data:" if frames else "'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())
