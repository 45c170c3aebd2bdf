"""The colours, lines and signs of everything on a map, and why they are these.

All that a map's layers are drawn in stands here; how a style looks in a legend is drawn by
``map_legend.html.j2``; scripts and style sheets of the page get theirs
from `for_scripts` and `for_style_sheets`. Three rules hold for each set:

- Kinds on one layer differ in lightness, so that they stay apart for people who see no red or
  green, and on a grey photocopy, which is how most briefings are handed on.
- They differ in something beside colour, too: dashes, size, shape or hatching.
- Layers that are looked at together have hues of their own: what is raised now is orange, where
  it stays is violet, doors are blue, a forecast is green, and chains are black.

The steps of one hue are those of ColorBrewer's sequential schemes (Harrower and Brewer 2003,
The Cartographic Journal 40, 27-37), which were tested for both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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
    least : float
        Share of its size below which a sign does not shrink, from however far it is seen.
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
    least: float = 0.0

    def options(self) -> dict[str, Any]:
        """Return the options of a Leaflet path."""
        options: dict[str, Any] = {
            "color": self.stroke,
            "weight": self.weight,
            "fill": bool(self.fill),
            "fillColor": self.fill,
            "fillOpacity": self.fill_opacity,
        }
        if self.dash:
            options["dashArray"] = self.dash
        names = ("radius", "shape", "pattern", "arrow", "least")
        return options | {name: getattr(self, name) for name in names if getattr(self, name)}


#: Of a line of a legend that only says something.
NO_SIGN = Style(stroke="none")

# --- The ground: pale and without strong hues, so that what lies on it is what is seen. ---
GROUND = "#e6e7e3"
WATER = Style(stroke="#9dbfd3", fill="#c3dbe8", weight=1)
RIVER = Style(stroke="#9dbfd3", weight=1.5)
BUILDING = Style(stroke="#b3afa6", fill="#cfcbc2", weight=0.5)
# White, as on a street plan; over the zones, whose colour would hide them.
STREET = Style(stroke="#ffffff", weight=1)
# Dash-dot is the sign of a boundary on Ordnance Survey maps, and no zone has it.
AREA = Style(stroke="#6b6b6b", weight=1.5, dash="10 3 2 3")
NAME = "#444"

# --- Raised risk now: one orange, darker is newer; the older the shorter the dashes. ---
# By the bands of age of the rule, the newest first. See-through: zones of two bands overlap.
ZONES = (
    Style(stroke="#7f2704", fill="#d94801", fill_opacity=0.38, weight=2.5),
    Style(stroke="#a63603", fill="#fd8d3c", fill_opacity=0.28, weight=2, dash="9 5"),
    Style(stroke="#c2631d", fill="#fdd0a2", fill_opacity=0.3, weight=1.5, dash="2 4"),
)
ZONE_LABEL = "#6b2100"


def _pin(steps: int = 12, away: float = 1.75, lift: float = 0.8) -> tuple[tuple[float, float], ...]:
    """Return the corners of a pin: a head of radius 1 above its tip, the tip above its place."""
    # The sides touch the head where the line from the tip does.
    touch = math.acos(1 / away)
    turns = (math.pi / 2 + touch + (2 * math.pi - 2 * touch) * n / steps for n in range(steps + 1))
    head = ((math.cos(turn), math.sin(turn) - away - lift) for turn in turns)
    return ((0.0, -lift), *((round(x, 2), round(y, 2)) for x, y in head))


# Pins, which stand above their place: the number of the door there stays to be read.
_PIN = _pin()
# Of the hue of the zones that they raise, by the same bands; the newer the larger. The newest are
# what a briefing is about, and large from afar, too.
BURGLARIES = (
    Style(stroke="#ffffff", fill="#5f1c02", radius=6.5, weight=1.2, shape=_PIN, least=0.9),
    Style(stroke="#5f1c02", fill="#f16913", radius=5.0, weight=1.2, shape=_PIN),
    Style(stroke="#8c4a1a", fill="#fdd0a2", radius=4.0, weight=1.2, shape=_PIN),
)
# Out of the window: grey, for they raise nothing any more.
EARLIER = Style(stroke="#6f6f6f", fill="#c8c8c8", radius=2.5, weight=0.8)
# Of the week that the slider shows, and of the weeks before it that still counted then.
WEEK = (
    Style(stroke="#ffffff", fill="#5f1c02", radius=6.5, weight=1.4),
    Style(stroke="#8c4a1a", fill="#fdd0a2", radius=4.0, weight=1.2),
)
# A circle stands for burglaries of all ages, so it has the colour of none.
MANY = Style(stroke="#4d4d4d", fill="#f0ede6", fill_opacity=0.88)
MANY_LABEL = "#111"

# --- Where it stays: violet, so that zones and density can be looked at together. ---
# From pale to dark, in grey as in colour.
DENSITY = tuple(
    Style(stroke="#41136a", fill=fill, fill_opacity=0.62, weight=0.8)
    for fill in ("#b4c2e2", "#8d92cb", "#6d52a5", "#41136a")
)
DENSITY_LABEL = "#2c0b49"
# Black and heavy, with next to no fill: hotspots lie over a density, which must stay seen.
HOTSPOT = Style(stroke="#111111", fill="#111111", fill_opacity=0.06, weight=2.5)
RANK = ("#fff", "#111")

# --- A forecast: green, which nothing else is; dots where it is highest. ---
FORECAST = (
    Style(stroke="#00443a", fill="#00695c", fill_opacity=0.45, weight=1.5, pattern="dots"),
    Style(stroke="#00695c", fill="#80cbc4", fill_opacity=0.4, weight=1, dash="4 3"),
)

# --- Change: red and blue are as bright as each other in grey, so they are hatched both ways. ---
RISING = Style("#8a1c00", "#f4a582", 0.35, weight=2, pattern="hatch")
FALLING = Style("#05456e", "#92c5de", 0.35, weight=2, pattern="backhatch")
NO_SURE_CHANGE = Style("#4d4d4d", "#d9d9d9", 0.3, weight=1, dash="2 4")
CHANGE_LABEL = "#111"

# --- Chains: black, to be followed across every other layer. ---
ARROW = Style(stroke="#1a1a1a", weight=1.8, arrow=True)
# A ring around the sign of the burglary. A fill that cannot be seen lets a click find it.
AGAIN = Style(stroke="#1a1a1a", fill="#ffffff", fill_opacity=0.01, radius=9.0, weight=1.8)

# --- Doors to visit: blue against the orange of the zones. ---
# All alike: what tells the burgled home from its neighbours is for who plans, not for the street.
DOOR = Style(stroke="#ffffff", fill="#08519c", radius=9.0, weight=1.4)
DOOR_LABEL = "#fff"
DOOR_NUMBER = "#08306b"
_HOUSE = ((0.0, -1.2), (1.0, -0.3), (1.0, 1.0), (-1.0, 1.0), (-1.0, -0.3))
_SQUARE = ((-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8))
_DIAMOND = ((0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0))
# A shape for each ring, by its number: the more urgent, the darker and larger.
DOORS = (
    Style("#ffffff", "#08306b", radius=7.0, weight=1.5, shape=_HOUSE),
    Style("#ffffff", "#2171b5", radius=6.5, weight=1.2, shape=_SQUARE),
    Style("#08306b", "#9ecae1", radius=5.5, weight=1.2, shape=_DIAMOND),
    Style("#2171b5", "#ffffff", radius=3.5, weight=1.2),
)

# --- The public map: rates, darker is more; each edge is darker than its fill, for greys. ---
RATES = (
    Style(stroke="#7a5a2b", fill="#fdd49e", fill_opacity=0.8, weight=1),
    Style(stroke="#7a3d10", fill="#f9984a", fill_opacity=0.8, weight=1),
    Style(stroke="#6b2506", fill="#d7651f", fill_opacity=0.8, weight=1),
    Style(stroke="#3f1102", fill="#a1420c", fill_opacity=0.8, weight=1),
)
# Shown, but of so few homes that a rate would mean nothing: dots, so that no shade is read from it.
NO_RATE = Style(stroke="#7a5a2b", fill="#fff3e0", fill_opacity=0.8, weight=1, pattern="dots")
# White, but not "nothing": a count below the smallest that is shown may be 0 or not.
FEW = Style(stroke="#9a9a9a", fill="#ffffff", fill_opacity=0.55, weight=0.8)
# Grey and hatched: nobody must take what is hidden for little.
WITHHELD = Style(
    stroke="#5c5c5c", fill="#d8d8d8", fill_opacity=0.6, weight=1, dash="3 3", pattern="hatch"
)


# --- Crimes of one series: teal, with their place in time as a number. ---
SERIES = Style(stroke="#ffffff", fill="#00554d", radius=9.0, weight=1.4)
SERIES_LINE = Style(stroke="#00554d", weight=1.8, dash="7 4", arrow=True)
# Crimes that may belong to it, by rank: violet, as a lead is no member; rimmed in white, which
# keeps them apart from a density.
LEAD = Style(stroke="#ffffff", fill="#7a4b94", radius=9.0, weight=1.4)

# --- Cameras to ask: brown, as nothing else is, in the shape of one; pale: nothing to ask now. ---
_CAMERA = ((-1.2, -0.7), (0.4, -0.7), (0.4, -0.3), (1.2, -0.7), (1.2, 0.7), (0.4, 0.3), (0.4, 0.7),
           (-1.2, 0.7))  # fmt: skip
CAMERA = Style(stroke="#ffffff", fill="#5b3a00", radius=8.0, weight=1.2, shape=_CAMERA)
CAMERA_LAST = Style(stroke="#5b3a00", fill="#f2e6cf", radius=7.0, weight=1.2, shape=_CAMERA)
CAMERA_VIEW = Style(stroke="#5b3a00", fill="#c79a3b", fill_opacity=0.3, weight=1.0)
CAMERA_WAY = Style(stroke="#5b3a00", weight=1.6, dash="3 3", arrow=True)

# --- What was searched for: magenta, which no layer is. ---
FOUND = Style(stroke="#b5006e", weight=7, radius=15.0)


def for_scripts() -> dict[str, Any]:
    """Return what the map's script draws of its own accord: numbers, and what was found."""
    return {
        "many": MANY.options(),
        "manyLabel": MANY_LABEL,
        "numberLabel": DOOR_LABEL,
        "found": FOUND.options(),
    }


def for_style_sheets() -> str:
    """Return the colours of grounds and labels as custom properties of a style sheet.

    Examples
    --------
    >>> for_style_sheets().startswith(":root { --map-ground: #e6e7e3; ")
    True
    """
    rank_text, rank_ground = RANK
    named = {
        "ground": GROUND,
        "name": NAME,
        "zone-label": ZONE_LABEL,
        "week": WEEK[0].fill,
        "density": DENSITY[-1].fill,
        "density-label": DENSITY_LABEL,
        "change-label": CHANGE_LABEL,
        "door-number": DOOR_NUMBER,
        "rank": rank_text,
        "rank-ground": rank_ground,
    }
    return f":root {{ {' '.join(f'--map-{name}: {colour};' for name, colour in named.items())} }}\n"
