"""A folium map that notebooks show without a network."""

import html
import os
from typing import Any

import folium

from hotspot.maps.packaged_files import installed_link
from hotspot.maps.rendering import elements_of
from hotspot.maps.saving import page_text, save_map

_Link = tuple[str, str]

_HEIGHT_PIXELS = 560
_OWN_FILES = ("leaflet", "jquery", "leaflet_css")
# Bootstrap's rules for whole pages would change ours.
_NEVER = ("bootstrap", "bootstrap_css")
# What may need folium's other files: pins, and HTML with signs in it.
_WITH_SIGNS = (folium.Icon, folium.DivIcon, folium.Popup)


class OfflineMap(folium.Map):
    """A `folium.Map` that Jupyter shows, and `save` saves, as `save_map` would: nothing is fetched.

    Folium itself makes a page that loads its scripts and styles from the web. Layers, markers and
    icons are added to this one as to any other.

    Parameters
    ----------
    *args, **options
        As of `folium.Map`; ``tiles=None`` draws no tiles, which would come from the web.
    height_pixels : int
        Height in a notebook.

    Examples
    --------
    >>> shown = OfflineMap(tiles=None)._repr_html_()
    >>> "srcdoc=" in shown, "https://cdn" in shown
    (True, False)
    """

    def __init__(self, *args: Any, height_pixels: int = _HEIGHT_PIXELS, **options: Any) -> None:
        super().__init__(*args, **options)
        self.default_js = _as_installed(self.default_js)
        self.default_css = _as_installed(self.default_css)
        self.height_pixels = height_pixels
        # What a map for the public tells, for the record of what was published.
        self.publication: object = None

    def render(self, **options: Any) -> str:
        """Render as folium does, with the files that pins of a user's need on a map of ours.

        Parameters
        ----------
        **options
            As folium takes them.

        Returns
        -------
        str
            Empty: the parts are rendered where they stand.
        """
        if any(isinstance(part, _WITH_SIGNS) for part in elements_of(self)):
            self.default_js = _with_others(self.default_js, folium.Map.default_js)
            self.default_css = _with_others(self.default_css, folium.Map.default_css)
        super().render(**options)  # type: ignore[no-untyped-call]
        return ""

    def save(self, outfile: Any, close_file: bool = True, **_: Any) -> None:
        """Save the map as `save_map` does, or write the same page to an open binary file.

        Parameters
        ----------
        outfile : str, path or binary file
        close_file : bool
            Whether an open file is closed after it.
        **_
            What folium takes besides, and no page of ours needs.
        """
        if isinstance(outfile, (str, os.PathLike)):
            save_map(self, outfile)
            return
        outfile.write(page_text(self).encode("utf-8"))
        if close_file:
            outfile.close()

    def _repr_html_(self, **_: Any) -> str:
        """Show the whole page in a frame of its own, which knows nothing of the notebook."""
        return (
            # Without allow-same-origin: a script of a map must not read the notebook.
            '<iframe title="Map" sandbox="allow-scripts allow-modals allow-downloads" '
            f'style="width: 100%; height: {self.height_pixels}px; border: 0" '
            f'srcdoc="{html.escape(page_text(self))}">'
            "This notebook is not trusted yet: trust it or run the cell to see the map.</iframe>"
        )


def bare_map(attribution: bool = False) -> OfflineMap:
    """Return a map for layers of ours: a scale bar, no tiles, none of folium's other files."""
    m = OfflineMap(
        tiles=None,
        prefer_canvas=True,
        control_scale=True,
        attributionControl=attribution,
        minZoom=5,
        maxZoom=20,
        zoomSnap=0.25,
    )
    m.default_js = [link for link in m.default_js if link[0] in _OWN_FILES]
    m.default_css = [link for link in m.default_css if link[0] in _OWN_FILES]
    return m


def _as_installed(links: list[_Link]) -> list[_Link]:
    return [
        (name, installed_link(address) if name in _OWN_FILES else address)
        for name, address in links
    ]


def _with_others(links: list[_Link], known: list[_Link]) -> list[_Link]:
    names = {name for name, _ in links}
    return [*links, *(link for link in known if link[0] not in names.union(_NEVER))]
