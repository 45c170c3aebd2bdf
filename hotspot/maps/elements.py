"""Elements of a folium map that write text from data on a page without running any of it.

Folium renders what a macro gave a second time as a Jinja template, so that braces in an address
would run on the analyst's machine. Ours go onto the page as they are.
"""

import html
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement

from hotspot.maps import colours
from hotspot.maps.colours import Style
from hotspot.maps.folium_inside import children_of
from hotspot.output.pages import make_page

# What could end a script element or begin markup inside one; JSON reads the escapes back.
_SCRIPT_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"}

_SCRIPTS = (
    "map_shapes.js", "map_labels.js", "map_points.js", "map_weeks.js", "map_tables.js",
    "map_search.js", "map_print.js", "map_briefing.js",
)  # fmt: skip

LegendEntry = tuple[Style, str]
Bounds = tuple[float, float, float, float]


def script_json(value: Any) -> str:
    r"""Write a value as JSON that is safe inside a script element.

    Examples
    --------
    >>> script_json(["</script>", 1])
    '["\\u003c/script\\u003e",1]'
    """
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    # Once for each sign: str.translate looks at every letter by itself.
    for sign, escape in _SCRIPT_ESCAPES.items():
        text = text.replace(sign, escape)
    return text


@cache
def asset(name: str) -> str:
    """Read one of the files that come with the package."""
    return files("hotspot").joinpath("_assets", name).read_text(encoding="utf-8")


class Verbatim(Element):
    """A piece of a page that is written as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        return self.text


def page_of(element: MacroElement) -> Figure:
    """Return the page that an element is on, with our script and style in its head."""
    page = element.get_root()
    if not isinstance(page, Figure):
        raise TypeError("An element can be rendered only on a page: add it to a map first.")
    style = colours.for_style_sheets() + asset("map_briefing.css")
    functions = "".join(asset(name) for name in _SCRIPTS)
    script = (
        'const hotspotMap = (() => {\n"use strict";\n'
        f"const COLOURS = {script_json(colours.for_scripts())};\n{functions}"
        "return { layer, points, weeks, panel };\n})();\n"
    )
    page.header.add_child(
        Verbatim(f"<style>{style}</style>\n<script>{script}</script>\n"), name="hotspot_map"
    )
    return page


@dataclass(frozen=True)
class Drawing:
    """What our script draws as one layer: rows of geometry, style and text.

    Parameters
    ----------
    rows : list of [geometry, style number, popup ...]
        A geometry is ``[lon, lat]`` or a GeoJSON geometry; a popup is a heading and a text or None
        for each of `fields`. Points at one place share one sign, the first row's, and one popup.
    styles : sequence of Style
    bounds : callable
        West, south, east and north in degrees, NaN where there is nothing: worked out when asked
        for, as few maps are.
    fields : sequence of str
        What the texts of a popup are. None: nothing can be clicked.
    labels : list of [lon, lat, text, degrees]
        Names written on the map, the most important first.
    label_options : dict
        ``className``, and ``minZoom`` from which labels are written.
    grow : bool
        Draw lines wider and signs larger the closer the map is.
    min_zoom : int
        From which zoom on it is drawn.
    legend : sequence of (Style, str)
    many : bool
        Points that may be many: drawn as numbers in circles from afar, each by itself from near.
        A row ends in its age in days.
    numbered : bool
        A row ends in what is written in its sign where the map is near enough, such as a number.
    tip : int
        How many of the fields stand under the heading where a mouse rests on a shape; below 0:
        nothing is shown there.
    places : sequence of (name, rows)
        What a search finds by its name, such as a street, and the numbers of its rows.
    noun : str
        What one row is, such as "door": a search says how many there are.
    """

    rows: list[Any]
    styles: Sequence[Style]
    bounds: Callable[[], Bounds]
    fields: Sequence[str] | None = None
    labels: Sequence[Any] = ()
    label_options: Mapping[str, Any] = field(default_factory=dict)
    grow: bool = False
    min_zoom: int = 0
    legend: Sequence[LegendEntry] = ()
    many: bool = False
    numbered: bool = False
    tip: int = -1
    places: Sequence[tuple[str, Sequence[int]]] = ()
    noun: str = ""


class ScriptLayer(folium.map.Layer):
    """A layer that a function of our script draws.

    Parameters
    ----------
    name : str
        In the layer control.
    call : str
        The call of our script that makes the layer.
    legend : sequence of (Style, str)
    show : bool
        Whether it is on when the map opens.
    """

    def __init__(self, name: str, call: str, legend: Sequence[LegendEntry], show: bool) -> None:
        super().__init__(name=name, overlay=True, show=show)
        self.call, self.legend = call, legend

    def render(self, **kwargs: Any) -> str:
        script = f"var {self.get_name()} = hotspotMap.{self.call};\n"
        page_of(self).script.add_child(Verbatim(script), name=self.get_name())
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""


class RowLayer(ScriptLayer):
    """A drawing as a layer of a map."""

    def __init__(self, name: str, drawing: Drawing, show: bool = True) -> None:
        options = {
            "styles": [style.options() for style in drawing.styles],
            "fields": drawing.fields,
            "labels": drawing.labels,
            "labelOptions": drawing.label_options,
            "grow": drawing.grow,
            "minZoom": drawing.min_zoom,
            "tip": drawing.tip,
        }
        if drawing.numbered:
            options["numbered"] = True
        if drawing.places:
            options |= {"places": drawing.places, "noun": drawing.noun}
        maker = "points" if drawing.many else "layer"
        # As text at once: a map is often saved more than once, and a town has many rows.
        call = f"{maker}({script_json(drawing.rows)}, {script_json(options)})"
        super().__init__(name, call, drawing.legend, show)
        self.bounds = drawing.bounds

    def get_bounds(self) -> list[list[float | None]]:
        west, south, east, north = (edge if isfinite(edge) else None for edge in self.bounds())
        return [[south, west], [north, east]]


class WeekLayer(ScriptLayer):
    """The points of other layers, a week at a time, with a slider below the map."""


def list_of(layers: Iterable[folium.map.Layer]) -> str:
    """Write a list of layers for our script."""
    return f"[{','.join(layer.get_name() for layer in layers)}]"


@dataclass(frozen=True)
class PanelText:
    """What a map says of itself.

    Parameters
    ----------
    title : str
    marking, known, warning : str or None
        For the bar: the protective marking, how far the data go, what is wrong with them.
    figure : str or None
        How well what opens has done.
    notes : iterable of str
        What the map shows and does not.
    first : sequence of (Style, str)
        What whoever opens the map must know of it, in plain words, with the signs that they are of.
    """

    title: str
    marking: str | None
    known: str | None
    figure: str | None
    notes: Iterable[str]
    warning: str | None = None
    first: Sequence[LegendEntry] = ()


class Panel(folium.LayerControl):
    """The bar with title and marking, the layer control with its legend, and the notes.

    Beside the map where there is room; on a phone the control folds into the map's corner.

    Parameters
    ----------
    m : folium.Map
        Whose layers are listed; the panel is to be added to it.
    text : PanelText
    home : [[south, west], [north, east]] or None
        What the map opens on.
    """

    def __init__(
        self, m: folium.Map, text: PanelText, home: Sequence[Sequence[float]] | None
    ) -> None:
        super().__init__()
        self.map, self.text, self.home = m, text, home

    def render(self, **kwargs: Any) -> str:
        page, text = page_of(self), vars(self.text)
        title = Verbatim(f"<title>{html.escape(self.text.title)}</title>\n")
        page.header.add_child(title, name="hotspot_title")
        # First on the page, where keyboards and screen readers begin.
        bar = Verbatim(f"{make_page('map_bar.html.j2', **text)}\n")
        page.html.add_child(bar, name=f"{self.get_name()}_bar", index=0)
        panel = Verbatim(f"{make_page('map_panel.html.j2', **text)}\n")
        page.html.add_child(panel, name=self.get_name())
        page.script.add_child(Verbatim(self._script()), name=self.get_name())
        return ""

    def _script(self) -> str:
        """Write the call of our script, late, so that layers can be added after the panel."""
        layers = [
            layer
            for layer in children_of(self.map).values()
            if isinstance(layer, folium.map.Layer) and layer.control
        ]
        overlays = [layer for layer in layers if layer.overlay]
        # What lies on top comes first in the panel, and the backdrop, without legend, last.
        downwards = overlays[::-1]
        listed = [layer for layer in downwards if getattr(layer, "legend", ())]
        listed.sort(key=lambda layer: isinstance(layer, WeekLayer))
        listed += [layer for layer in downwards if layer not in listed]
        bases = [layer for layer in layers if not layer.overlay]
        groups = f"{_pairs(bases)}, {_pairs(listed)}, {list_of(overlays)}"
        return (
            'document.addEventListener("DOMContentLoaded", () => '
            f"hotspotMap.panel({self.map.get_name()}, {groups}, {script_json(self.home)}));\n"
        )


def _pairs(layers: Iterable[folium.map.Layer]) -> str:
    """Write a list of layers, each with its legend and name, for our script."""
    pairs = []
    for layer in layers:
        name = layer.layer_name
        shown = make_page("map_legend.html.j2", name=name, legend=getattr(layer, "legend", ()))
        pairs.append(f"[{layer.get_name()},{script_json(shown)},{script_json(name)}]")
    return f"[{','.join(pairs)}]"


class TileNotice(MacroElement):
    """A visible line that names the host which sees what the map asks for."""

    def __init__(self, host: str, sentence: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.host, self.sentence = host, sentence

    def render(self, **kwargs: Any) -> str:
        line = Verbatim(notice_line(self.sentence))
        page_of(self).html.add_child(line, name=self.get_name())
        return ""


def notice_line(sentence: str) -> str:
    """Write a line that stands at the foot of any page with a map."""
    return f"{make_page('map_notice.html.j2', sentence=sentence)}\n"
