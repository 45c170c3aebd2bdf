"""What maps lean on and keep in one place: folium's inside, colours, the table of layers."""

import ast
import re
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import branca.element
import folium
import numpy as np
import pytest

import hotspot
from hotspot.maps import MapLayers, colours, elements
from hotspot.maps.colours import Style
from hotspot.maps.folium_inside import RELIED_ON, children_of, text_of
from hotspot.maps.map_layers import LAYERS
from hotspot.rule import RINGS, RULE, AgeBands

MAPS = Path(hotspot.__file__).parent / "maps"


@pytest.mark.parametrize(("attribute", "make", "why"), RELIED_ON)
def test_folium_still_has_what_a_saved_map_leans_on(attribute: str, make: Any, why: str) -> None:
    element = make()
    if not hasattr(element, attribute):
        pytest.fail(
            f"folium {version('folium')} with branca {version('branca')} has no "
            f"{type(element).__name__}.{attribute} any more, which maps/folium_inside.py leans on: "
            f"{why}"
        )


def test_folium_keeps_children_and_texts_as_a_saved_map_expects() -> None:
    parent, child = branca.element.Element(), branca.element.Element("{{ 1 }}")
    parent.add_child(child, name="one")

    assert dict(children_of(parent)) == {"one": child}
    assert text_of(child) == "{{ 1 }}"
    assert text_of(folium.Map(tiles=None)) is None
    del children_of(parent)["one"]
    assert "{{" not in parent.render()


def test_no_other_module_of_maps_touches_what_folium_keeps_private() -> None:
    touched = []
    for file in sorted(MAPS.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Attribute) or not re.match(r"_[a-z]", node.attr):
                continue
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not own and file.name != "folium_inside.py":
                touched.append(f"{file.name}:{node.lineno} {node.attr}")

    assert touched == []


def test_colours_of_layers_stand_in_one_module() -> None:
    elsewhere = [
        f"{file.name}: {colour}"
        for file in sorted(MAPS.glob("*.py"))
        if file.name != "colours.py"
        for colour in re.findall(r"#[0-9a-fA-F]{6}\b", file.read_text(encoding="utf-8"))
    ]
    sheet = elements.asset("map_briefing.css")

    assert elsewhere == []
    used = set(re.findall(r"var\((--map-[\w-]+)\)", sheet))
    assert used == set(re.findall(r"(--map-[\w-]+):", colours.for_style_sheets()))


def grey(style: Style, ground: float = 0.9) -> float:
    """Compute how light a fill is on the ground of the map, in grey."""
    red, green, blue = (int(style.fill[place : place + 2], 16) / 255 for place in (1, 3, 5))
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return light * style.fill_opacity + ground * (1 - style.fill_opacity)


@pytest.mark.parametrize("name", ["ZONES", "BURGLARIES", "WEEK", "FORECAST", "DOORS"])
def test_the_newer_the_nearer_and_the_higher_is_the_darker_in_grey(name: str) -> None:
    assert (np.diff([grey(style) for style in getattr(colours, name)]) > 0.03).all()


@pytest.mark.parametrize("name", ["DENSITY", "RATES"])
def test_more_is_darker_in_grey(name: str) -> None:
    assert (np.diff([grey(style) for style in getattr(colours, name)]) < -0.03).all()


@pytest.mark.parametrize(
    "styles", [colours.ZONES, (colours.RISING, colours.FALLING, colours.NO_SURE_CHANGE)]
)
def test_kinds_differ_in_more_than_colour(styles: tuple[Style, ...]) -> None:
    assert len({(style.dash, style.pattern) for style in styles}) == len(styles)


def test_there_is_a_style_for_each_age_band_and_ring() -> None:
    bands = len(AgeBands.within(RULE.window_days).labels)

    assert len(colours.ZONES) == len(colours.BURGLARIES) == bands
    assert len(colours.DOORS) == len(RINGS)


def test_every_field_of_the_record_is_a_layer_of_the_table_or_a_setting() -> None:
    drawn = {layer.of for layer in LAYERS} - {"incidents", "zones", "surface", "targets"}

    assert {field.name for field in fields(MapLayers)} == drawn | {*("weeks", "opens", "figure")}
