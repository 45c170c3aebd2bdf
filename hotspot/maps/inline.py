"""A folium map that notebooks show without a network."""

import html
from typing import Any

import folium

from hotspot.maps.saving import page_text

_HEIGHT_PIXELS = 560
_OWN_FILES = ("leaflet", "jquery", "leaflet_css")


class OfflineMap(folium.Map):
    """A `folium.Map` that Jupyter shows as `save_map` would save it: nothing is fetched.

    Folium itself shows a map as a page that loads its scripts and styles from the web. This one
    takes the keywords of `folium.Map`, and `height_pixels` for its height in a notebook.

    Examples
    --------
    >>> shown = OfflineMap(tiles=None)._repr_html_()
    >>> "srcdoc=" in shown, "https://cdn" in shown
    (True, False)
    """

    def __init__(self, *args: Any, height_pixels: int = _HEIGHT_PIXELS, **options: Any) -> None:
        super().__init__(*args, **options)
        self.height_pixels = height_pixels

    def _repr_html_(self, **_: Any) -> str:
        """Show the whole page in a frame of its own, which knows nothing of the notebook."""
        return (
            '<iframe title="Map" sandbox="allow-scripts allow-modals allow-downloads" '
            f'style="width: 100%; height: {self.height_pixels}px; border: 0" '
            f'srcdoc="{html.escape(page_text(self))}">'
            "This notebook is not trusted yet: trust it or run the cell to see the map.</iframe>"
        )


def bare_map(attribution: bool = False) -> OfflineMap:
    """Make a map for layers of ours: a scale bar, no tiles, none of folium's other files."""
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
