"""Folium elements that put text from data on a page without running any of it.

Folium renders what a macro gave a second time as a Jinja template, so that braces in an address
would run on the analyst's machine. Ours go onto the page as they are.
"""

import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

# What could end a script element or begin markup inside one; JSON reads the escapes back.
_SCRIPT_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"})

# How the patterns and the head of an arrow look in a legend.
_PATTERN_PATHS = {
    "hatch": "M2 9l7-7M4 14L16 2M11 14L22 3M18 14l4-4",
    "backhatch": "M2 7l7 7M4 2l12 12M11 2l11 11M18 2l4 4",
    "dots": "M5 5h2M11 5h2M17 5h2M8 8h2M14 8h2M5 11h2M11 11h2M17 11h2",
}
_HEAD_PATH = "l-6-4m6 4l-6 4"
_SCRIPTS = (
    "map_shapes.js", "map_labels.js", "map_points.js", "map_weeks.js", "map_tables.js",
    "map_print.js", "map_briefing.js",
)  # fmt: skip

LegendEntry = tuple["Style", str]
Bounds = tuple[float, float, float, float]


def script_json(value: Any) -> str:
    r"""Write a value as JSON that is safe inside a script element.

    Examples
    --------
    >>> script_json(["</script>", 1])
    '["\\u003c/script\\u003e",1]'
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False).translate(_SCRIPT_ESCAPES)


@cache
def asset(name: str) -> str:
    """Read one of the files that come with the package."""
    return files("hotspot").joinpath("_assets", name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Style:
    """How one kind of thing is drawn, on the map and in its legend.

    Parameters
    ----------
    stroke, fill : str
        Colours. No fill: an outline or a line.
    fill_opacity, weight : float
    dash : str
        Lengths of dashes and gaps, so that kinds can be told apart without colour.
    radius : float
        Of a point, in pixels; 0 for lines and areas.
    shape : sequence of (x, y)
        Corners of a point's sign, in radii, y downwards. Default: a circle.
    pattern : {"", "hatch", "backhatch", "dots"}
        Drawn over the fill in the colour of the stroke.
    arrow : bool
        End a line in a head, where it leads to.
    """

    stroke: str
    fill: str = ""
    fill_opacity: float = 1.0
    weight: float = 1.0
    dash: str = ""
    radius: float = 0.0
    shape: Sequence[tuple[float, float]] = ()
    pattern: str = ""
    arrow: bool = False

    def options(self) -> dict[str, Any]:
        """Options of a Leaflet path."""
        options: dict[str, Any] = {
            "color": self.stroke,
            "weight": self.weight,
            "fill": bool(self.fill),
            "fillColor": self.fill,
            "fillOpacity": self.fill_opacity,
        }
        optional = {
            "dashArray": self.dash,
            "radius": self.radius,
            "shape": self.shape,
            "pattern": self.pattern,
            "arrow": self.arrow,
        }
        return options | {name: value for name, value in optional.items() if value}

    def swatch(self) -> str:
        """Draw the style as a small SVG picture."""
        if self.shape:
            corners = " ".join(
                f"{12 + x * self.radius:.1f},{8 + y * self.radius:.1f}" for x, y in self.shape
            )
            outline = f'<polygon points="{corners}"'
        elif self.radius:
            outline = f'<circle cx="12" cy="8" r="{min(self.radius, 6.5):g}"'
        elif self.fill:
            outline = '<rect x="2" y="2" width="20" height="12"'
        else:
            outline = f'<path d="M1 8h22{_HEAD_PATH if self.arrow else ""}"'
        marks = _PATTERN_PATHS.get(self.pattern, "")
        return (
            '<svg width="24" height="16" aria-hidden="true">'
            f'{outline} fill="{self.fill or "none"}" fill-opacity="{self.fill_opacity:g}" '
            f'stroke="{self.stroke}" stroke-width="{self.weight:g}" '
            f'stroke-dasharray="{self.dash or "none"}"/>'
            + (f'<path d="{marks}" fill="none" stroke="{self.stroke}"/>' if marks else "")
            + "</svg>"
        )


class Verbatim(Element):
    """A piece of a page that is written as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        return self.text


def page_of(element: MacroElement) -> Figure:
    """Find the page that an element is on, with our script and style in its head."""
    page = element.get_root()
    if not isinstance(page, Figure):
        raise TypeError("An element can be rendered only on a page: add it to a map first.")
    style = asset("map_briefing.css")
    functions = "".join(asset(name) for name in _SCRIPTS)
    script = (
        f'const hotspotMap = (() => {{\n"use strict";\n{functions}'
        "return { layer, points, weeks, panel };\n})();\n"
    )
    page.header.add_child(
        Verbatim(f"<style>{style}</style>\n<script>{script}</script>\n"), name="hotspot_map"
    )
    return page


class RowLayer(folium.map.Layer):
    """Rows of geometry, style and text that our script draws.

    Parameters
    ----------
    name : str
        In the layer control.
    rows : list of [geometry, style number, popup ...]
        A geometry is ``[lon, lat]`` or a GeoJSON geometry; a popup is a heading and a text or None
        for each of `fields`. Points at one place share one sign, the first row's, and one popup.
    styles : sequence of Style
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
    bounds : (west, south, east, north)
        In degrees; NaN where there is nothing.
    show : bool
        Whether it is on when the map opens.
    """

    _template = Template("")
    # The function of our script that draws it.
    maker = "layer"

    def __init__(
        self,
        name: str,
        rows: list[Any],
        styles: Sequence[Style],
        *,
        bounds: Bounds,
        fields: Sequence[str] | None = None,
        labels: Sequence[Any] = (),
        label_options: dict[str, Any] | None = None,
        grow: bool = False,
        min_zoom: int = 0,
        legend: Sequence[LegendEntry] = (),
        show: bool = True,
    ) -> None:
        super().__init__(name=name, overlay=True, show=show)
        self._name = "RowLayer"
        self.rows = script_json(rows)
        self.options = script_json(
            {
                "styles": [style.options() for style in styles],
                "fields": fields,
                "labels": labels,
                "labelOptions": label_options or {},
                "grow": grow,
                "minZoom": min_zoom,
            }
        )
        self.bounds = bounds
        self.legend = legend

    def render(self, **kwargs: Any) -> str:
        script = f"var {self.get_name()} = hotspotMap.{self.maker}({self.rows}, {self.options});\n"
        page_of(self).script.add_child(Verbatim(script), name=self.get_name())
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""

    def _get_self_bounds(self) -> list[list[float | None]]:
        west, south, east, north = (edge if isfinite(edge) else None for edge in self.bounds)
        return [[south, west], [north, east]]


class PointLayer(RowLayer):
    """Points that may be many: drawn as numbers in circles from afar, each by itself from near.

    Parameters
    ----------
    rows : list of [[lon, lat], style number, popup, age in days]
    """

    maker = "points"


class WeekLayer(folium.map.Layer):
    """The points of other layers, a week at a time, with a slider below the map.

    Parameters
    ----------
    name : str
        In the layer control; off at first.
    points : sequence of PointLayer
        What is shown.
    today : sequence of Layer
        What is of the cut-off and must not be seen beside an earlier week.
    styles : (Style, Style)
        Of the week's own points, and of those of the weeks before that still count.
    weeks : sequence of str
        What each week is called, the newest first.
    window_days : int
        How long points count.
    """

    _template = Template("")

    def __init__(
        self,
        name: str,
        points: Sequence[PointLayer],
        today: Sequence[folium.map.Layer],
        styles: tuple[Style, Style],
        weeks: Sequence[str],
        window_days: int,
    ) -> None:
        super().__init__(name=name, overlay=True, show=False)
        self._name = "WeekLayer"
        self.points, self.today = points, today
        self.options = script_json(
            {
                "styles": [style.options() for style in styles],
                "weeks": list(weeks),
                "windowDays": window_days,
            }
        )
        self.legend: Sequence[LegendEntry] = (
            (styles[0], "in the week shown"),
            (styles[1], f"in the {window_days} days to its end"),
        )

    def render(self, **kwargs: Any) -> str:
        script = (
            f"var {self.get_name()} = hotspotMap.weeks({_names(self.points)},"
            f"{_names(self.today)},{self.options});\n"
        )
        page_of(self).script.add_child(Verbatim(script), name=self.get_name())
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""


def _names(layers: Iterable[folium.map.Layer]) -> str:
    """Write a list of layers for our script."""
    return f"[{','.join(layer.get_name() for layer in layers)}]"


class Panel(folium.LayerControl):
    """The bar with title and marking, the layer control with its legend, and the notes.

    Beside the map where there is room; on a phone the control folds into the map's corner.

    Parameters
    ----------
    title : str
    marking, known, warning : str or None
        For the bar: the protective marking, how far the data go, what is wrong with them.
    figure : str or None
        How well what opens has done.
    notes : iterable of str
        What the map shows and does not.
    home : [[south, west], [north, east]] or None
        What the map opens on.
    """

    def __init__(
        self,
        *,
        title: str,
        marking: str | None,
        known: str | None,
        warning: str | None,
        figure: str | None,
        notes: Iterable[str],
        home: Sequence[Sequence[float]] | None,
    ) -> None:
        super().__init__()
        self._name = "Panel"
        self.title = title
        self.marking = marking
        self.known = known
        self.warning = warning
        self.figure = figure
        self.notes = list(notes)
        self.home = home

    def render(self, **kwargs: Any) -> str:
        page = page_of(self)
        page.header.add_child(
            Verbatim(f"<title>{html.escape(self.title)}</title>\n"), name="hotspot_title"
        )
        # First on the page, where keyboards and screen readers begin.
        page.html.add_child(Verbatim(self._bar()), name=f"{self.get_name()}_bar", index=0)
        page.html.add_child(Verbatim(self._aside()), name=self.get_name())
        page.script.add_child(Verbatim(self._script()), name=self.get_name())
        return ""

    def _bar(self) -> str:
        return (
            '<a class="hotspot-skip" href="#hotspot-tables">Skip the map: show tables</a>\n'
            '<header class="hotspot-bar">'
            + _tag("strong", self.marking, "hotspot-marking")
            + _tag("h1", self.title, "hotspot-title")
            + _tag("strong", self.warning, "hotspot-warning")
            + _tag("span", self.known, "hotspot-known")
            + '<span class="hotspot-buttons"><button type="button" class="hotspot-as-tables" '
            'aria-expanded="false" aria-controls="hotspot-tables">Show as tables</button>'
            '<button type="button" class="hotspot-print">Print</button></span></header>\n'
        )

    def _aside(self) -> str:
        notes = "".join(_tag("li", note, "hotspot-note") for note in self.notes)
        return (
            '<section class="hotspot-tables" id="hotspot-tables" tabindex="-1" hidden '
            'aria-label="The map as tables"></section>\n'
            '<aside class="hotspot-panel" aria-label="Layers and legend">'
            + _tag("p", self.figure, "hotspot-figure")
            + '<div class="hotspot-key"></div>'
            '<details class="hotspot-notes" open><summary>What this map shows and does not'
            f"</summary><ul>{notes}</ul></details></aside>\n"
        )

    def _script(self) -> str:
        """Hand the layers to our script, late, so that more can be added after the panel."""
        assert self._parent is not None
        layers = [
            layer
            for layer in self._parent._children.values()
            if isinstance(layer, folium.map.Layer) and layer.control
        ]
        overlays = [layer for layer in layers if layer.overlay]
        # What lies on top comes first in the panel, and the backdrop, without legend, last.
        downwards = overlays[::-1]
        listed = [layer for layer in downwards if getattr(layer, "legend", ())]
        listed.sort(key=lambda layer: isinstance(layer, WeekLayer))
        listed += [layer for layer in downwards if layer not in listed]
        bases = [layer for layer in layers if not layer.overlay]
        arguments = (
            self._parent.get_name(),
            _pairs(bases),
            _pairs(listed),
            _names(overlays),
            script_json(self.home),
        )
        return (
            'document.addEventListener("DOMContentLoaded", () => '
            f"hotspotMap.panel({', '.join(arguments)}));\n"
        )


def _tag(name: str, text: str | None, kind: str) -> str:
    """Write an element with a text; nothing where there is none."""
    return f'<{name} class="{kind}">{html.escape(text)}</{name}>' if text else ""


def _pairs(layers: Iterable[folium.map.Layer]) -> str:
    """Write a list of layers, each with its legend and name, for our script."""
    pairs = [
        f"[{layer.get_name()},{script_json(_legend(layer))},{script_json(layer.layer_name)}]"
        for layer in layers
    ]
    return f"[{','.join(pairs)}]"


def _legend(layer: folium.map.Layer) -> str:
    """Write the name of a layer with its legend, as HTML for the layer control."""
    entries: Sequence[LegendEntry] = getattr(layer, "legend", ())
    signs = "".join(
        f'<span class="hotspot-sign">{style.swatch()} {html.escape(text)}</span>'
        for style, text in entries
    )
    name = f'<span class="hotspot-layer">{html.escape(layer.layer_name)}</span>'
    return f'{name}<span class="hotspot-legend">{signs}</span>' if signs else name


class TileNotice(MacroElement):
    """A visible line that names the host which sees what the map asks for."""

    _template = Template("")

    def __init__(self, host: str, sentence: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "TileNotice"
        self.host = host
        self.sentence = sentence

    def render(self, **kwargs: Any) -> str:
        line = Verbatim(notice_line(self.sentence))
        page_of(self).html.add_child(line, name=self.get_name())
        return ""


def notice_line(sentence: str) -> str:
    """Write a line that stands at the foot of any page with a map."""
    return (
        '<p class="hotspot-tiles" style="position:fixed;bottom:0;left:0;right:0;z-index:1000;'
        'margin:0;padding:2px 8px;background:#fff;font:12px sans-serif;text-align:center">'
        f"{html.escape(sentence)}</p>\n"
    )
