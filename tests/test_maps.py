"""What a map shows, and what a saved one never does."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import folium
import folium.plugins
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hotspot._errors import ConfigError, DataError, OutputError
from hotspot.dates import cutoff
from hotspot.maps import briefing_map, save_map
from hotspot.maps.folium_inside import children_of
from hotspot.maps.saving import page_text
from tests import made_maps
from tests.conftest import incidents_at


def plain_map() -> folium.Map:
    """Make a user's own map: shapes, points and a marker, no tiles."""
    m = folium.Map([53.1, 2.2], tiles=None)
    folium.GeoJson(
        {"type": "Point", "coordinates": [2.2, 53.1]}, marker=folium.CircleMarker(radius=5)
    ).add_to(m)
    folium.CircleMarker([53.1, 2.2], popup="a popup").add_to(m)
    folium.Marker([53.11, 2.21], tooltip="a tooltip").add_to(m)
    return m


def policy_of(page: str) -> dict[str, list[str]]:
    content = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert content
    return {name: values for name, *values in map(str.split, content[1].split(";"))}


def test_a_plain_folium_map_is_saved_as_one_file_without_links(tmp_path: Path) -> None:
    path = save_map(plain_map(), tmp_path / "map.html")

    page = path.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]
    assert not re.search(r"<(script|img|link)[^>]*(src|href)=[\"']?http", page)
    assert "Leaflet 1.9.3" in page
    assert "jQuery v3.7.1" in page
    assert "bootstrap" not in page
    assert "sourceMappingURL" not in page


def test_only_the_scripts_of_the_map_may_run_and_nothing_may_be_fetched() -> None:
    page = page_text(plain_map())

    head = page.index("<head>") + len("<head>")
    assert page[head:].lstrip().startswith('<meta http-equiv="Content-Security-Policy"')
    policy = policy_of(page)
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert policy["script-src"] == [f"'sha256-{digest}'" for digest in digests]
    assert policy["default-src"] == ["'none'"]
    assert policy["connect-src"] == ["'none'"]
    assert policy["img-src"] == ["data:"]
    assert policy["form-action"] == policy["base-uri"] == policy["frame-src"] == ["'none'"]


def test_the_character_set_is_told_within_the_first_1024_bytes() -> None:
    m = plain_map()
    for number in range(20):
        m.get_root().html.add_child(folium.Element(f"<script>var a{number} = 1;</script>"))

    assert '<meta charset="utf-8">' in page_text(m)[:1024]


def test_every_save_gives_the_same_bytes_and_leaves_the_map_as_it_was() -> None:
    m = plain_map()
    before = {name: dict(children_of(getattr(m.get_root(), name))) for name in ("header", "script")}

    first = page_text(m)

    assert {
        name: dict(children_of(getattr(m.get_root(), name))) for name in ("header", "script")
    } == before
    assert page_text(m) == first
    assert page_text(plain_map()) == first
    m._repr_html_()
    assert page_text(m) == first


def test_a_script_added_after_a_map_was_shown_still_comes_after_the_map() -> None:
    m = plain_map()
    m._repr_html_()
    m.get_root().script.add_child(folium.Element(f"{m.get_name()}.setZoom(3);"))

    page = page_text(m)

    assert page.index("L.map(") < page.index(".setZoom(3);")


def test_text_that_looks_like_an_id_is_left_alone() -> None:
    reference = hashlib.md5(b"a crime", usedforsecurity=False).hexdigest()
    m = plain_map()
    folium.CircleMarker([53.1, 2.2], popup=reference).add_to(m)

    assert reference in page_text(m)


def test_braces_in_the_data_are_never_run_as_a_template() -> None:
    m = plain_map()
    hostile = "{{ 7 * 7191 }} {% set x = 1 %} {# x #}"
    folium.GeoJson(
        {
            "type": "Feature",
            "properties": {"name": hostile},
            "geometry": {"type": "Point", "coordinates": [2.2, 53.1]},
        }
    ).add_to(m)
    folium.CircleMarker([53.1, 2.2], popup=hostile + "{% raw %}").add_to(m)

    page = page_text(m)

    assert "50337" not in page
    assert hostile in page


def test_braces_that_cannot_be_told_from_a_template_stop_the_save() -> None:
    m = plain_map()
    folium.GeoJson(
        {
            "type": "Feature",
            "properties": {"name": "{% raw %}"},
            "geometry": {"type": "Point", "coordinates": [2.2, 53.1]},
        }
    ).add_to(m)

    with pytest.raises(OutputError, match="takes for a template"):
        page_text(m)


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "map.html"
    path.write_text("the old map")

    def half(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OutputError, match="No space left"):
        save_map(plain_map(), path)

    assert path.read_text() == "the old map"
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]


def test_tiles_nobody_asked_for_are_left_out_and_the_page_says_so() -> None:
    m = folium.Map([53.1, 2.2])
    m._repr_html_()

    page = page_text(m)

    assert "L.tileLayer" not in page
    assert "tile_layer" not in page
    assert "background map from tile.openstreetmap.org is left out" in page
    assert policy_of(page)["img-src"] == ["data:"]


def test_tiles_asked_for_by_name_may_be_fetched_and_their_host_is_named() -> None:
    m = folium.Map([53.1, 2.2])
    folium.TileLayer("OpenTopoMap").add_to(m)

    page = page_text(m, basemap="OpenTopoMap")

    assert policy_of(page)["img-src"] == ["data:", "https://*.tile.opentopomap.org"]
    assert "Background map from tile.opentopomap.org" in page
    assert "background map from tile.openstreetmap.org is left out" in page


@pytest.mark.parametrize(
    ("provider", "sentence"),
    [("No Such Map", "no known provider"), ("Thunderforest Landscape", "want a key")],
)
def test_a_basemap_that_cannot_be_had_is_told(provider: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        briefing_map(made_maps.incidents(), basemap=provider)


def test_tiles_that_a_map_does_not_have_cannot_be_asked_for() -> None:
    with pytest.raises(ConfigError, match="no tiles of 'OpenStreetMap'"):
        page_text(plain_map(), basemap="OpenStreetMap")


def test_save_map_takes_nothing_but_a_map(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        save_map("<html></html>", tmp_path / "map.html", files=tmp_path / "no")  # type: ignore[arg-type]

    assert caught.value.problems[0] == "m must be a folium.Map, not str."
    assert "must name a folder" in caught.value.problems[1]


def test_a_briefing_map_has_every_layer_with_its_numbers() -> None:
    page = page_text(made_maps.full_map())

    for name in (
        "Doors to visit",
        "Doors by ring, and why",
        "Burglaries",
        "Earlier burglaries",
        "Near-repeat chains",
        "Hotspots, ranked",
        "Rising and falling",
        "Raised risk now",
        "Forecast",
        "Burglary density",
        "Week by week",
        "Beats",
        "Streets",
        "Buildings",
        "Water",
    ):
        assert f'class=\\"hotspot-layer\\"\\u003e{name}\\u003c' in page
    for entry in (
        "Burgled home: 1",
        "Opposite or behind: 1",
        "found 0-7 days ago: 1 zone",
        "found in the last 7 days: 1",
        "found 14-42 days ago: 2",
        "incidents per km² per year".encode("unicode_escape").decode(),
    ):
        assert entry.replace("\\xb2", "\\u00b2") in page
    assert "OFFICIAL-SENSITIVE" in page
    assert "Burglaries known by Mon 2 Mar 2026" in page
    assert "no ground for a stop" in page


def test_a_briefing_map_asks_folium_for_no_file_that_it_does_not_need() -> None:
    links = re.findall(r'(?:src|href)="(https://[^"]+)"', made_maps.full_map().get_root().render())

    assert len(links) == 3
    assert all("leaflet@" in link or "jquery-" in link for link in links)


def test_frames_that_were_given_are_left_as_they_were() -> None:
    given_frames = made_maps.frames()
    copies = {name: frame.copy(deep=True) for name, frame in given_frames.items()}

    page_text(made_maps.drawn(made_maps.incidents(), **given_frames, as_of="2026-03-02"))

    for name, frame in given_frames.items():
        if isinstance(frame, xr.DataArray):
            xr.testing.assert_identical(frame, copies[name])
        else:
            pd.testing.assert_frame_equal(frame, copies[name])


def test_the_same_frames_give_the_same_bytes() -> None:
    assert page_text(made_maps.full_map()) == page_text(made_maps.full_map())


def test_no_address_of_an_incident_reaches_the_page() -> None:
    incidents = made_maps.incidents().assign(address="12 Secret Street", mo="by the cat flap")

    page = page_text(briefing_map(incidents, as_of="2026-03-02"))

    assert "Secret Street" not in page
    assert "cat flap" not in page
    assert "B00000" in page


def test_what_was_not_known_by_the_cut_off_is_not_shown() -> None:
    incidents = incidents_at([640000] * 3, [370000] * 3, [0, 1, 9], start="2026-03-01")
    incidents["recorded_at"] = pd.to_datetime(["2026-03-01", "2026-03-05", "2026-03-11"])

    page = page_text(briefing_map(incidents, as_of="2026-03-02"))

    assert "B00000" in page
    assert "B00001" not in page
    assert "B00002" not in page


def test_old_data_are_called_old() -> None:
    incidents = made_maps.incidents()

    assert "DATA IS 3 DAYS OLD" in page_text(briefing_map(incidents, as_of="2026-03-04"))
    assert "DAYS OLD" not in page_text(briefing_map(incidents, as_of="2026-03-03"))


def test_months_are_shown_as_months_and_have_no_age() -> None:
    incidents = incidents_at([640000] * 3, [370000] * 3, [0, 31, 59])
    incidents.attrs["resolution"] = "month"

    page = page_text(briefing_map(incidents, as_of="2025-06-30"))

    assert "only the month is known" in page
    assert "February 2025" in page
    assert "days old" not in page
    assert "DAYS OLD" not in page


def test_empty_frames_make_a_map_that_says_so() -> None:
    empty = {
        name: frame.iloc[:0]
        for name, frame in made_maps.frames().items()
        if isinstance(frame, gpd.GeoDataFrame)
    }

    m = made_maps.drawn(made_maps.incidents().iloc[:0], **empty)
    page = page_text(m)

    assert m.get_bounds() == [[None, None], [None, None]]
    for sentence in ("no live zone", "none found", "none today"):
        assert sentence in page


def test_every_problem_with_the_frames_is_told_at_once() -> None:
    frames = made_maps.frames()
    frames["zones"] = frames["zones"].drop(columns="age_band")
    frames["streets"] = frames["streets"].set_crs(None, allow_override=True)
    frames["surface"].attrs.pop("crs")

    with pytest.raises(DataError) as caught:
        made_maps.drawn(made_maps.incidents(), **frames)

    assert len(caught.value.problems) == 3


def test_wrong_arguments_are_told_with_wrong_data_and_alone_are_of_the_settings() -> None:
    frames = made_maps.frames()
    wrong: dict[str, Any] = {"as_of": "soon", "basemap": "No Such Map", "opens": "heat"}
    frames["targets"]["ring"] = [0, 1, 7]
    frames["zones"]["newest_days"] = [1.0, np.nan]

    with pytest.raises(DataError) as both:
        made_maps.drawn(made_maps.incidents().drop(columns="crime_ref"), **frames, **wrong)
    with pytest.raises(ConfigError) as alone:
        briefing_map(made_maps.incidents(), as_of="soon", layers={})  # type: ignore[arg-type]

    assert len(both.value.problems) == 6
    assert "crime_ref" in both.value.problems[0]
    assert "rings from 0 to 3" in both.value.problems[2]
    assert "hotspot.maps.MapLayers, not dict" in alone.value.problems[1]
    assert len(alone.value.problems) == 2


def test_a_share_just_under_one_is_written_as_a_percentage() -> None:
    spots = made_maps.frames()["hotspots"].assign(crime_share=0.995)

    page = page_text(made_maps.drawn(made_maps.incidents(), hotspots=spots))

    assert "100 %" in page
    assert "e+02" not in page


def test_a_cut_off_is_named_as_a_day_or_a_time() -> None:
    incidents = made_maps.incidents()

    for as_of, words in {
        "2026-03-02": "known by Mon 2 Mar 2026<",
        cutoff("2026-03-02"): "known by Mon 2 Mar 2026<",
        "2026-03-02 06:00": "known by Mon 2 Mar 2026 06:00<",
    }.items():
        assert words in page_text(briefing_map(incidents, as_of=as_of))


@pytest.mark.slow
def test_45_000_incidents_stay_a_file_that_can_be_mailed() -> None:
    generator = np.random.default_rng(1)
    places = np.array([[640000], [370000]]) + generator.normal(0, 5000, (2, 45_000))
    incidents = incidents_at(*places, generator.uniform(0, 1400, 45_000))

    page = page_text(briefing_map(incidents.assign(offence_code="28E"), as_of="2029-01-01"))

    assert len(page) < 6_000_000


@pytest.mark.parametrize(
    ("opens", "on"),
    [
        (None, "Raised risk now"),
        ("zones", "Raised risk now"),
        ("density", "Burglary density"),
        ("forecast", "Forecast"),
    ],
)
def test_the_layer_that_was_asked_for_opens(opens: str | None, on: str) -> None:
    shown = {
        layer.layer_name
        for layer in children_of(made_maps.full_map(opens=opens)).values()
        if getattr(layer, "show", False)
    }

    assert shown & {"Raised risk now", "Burglary density", "Forecast"} == {on}


def test_a_layer_that_is_not_known_cannot_open() -> None:
    with pytest.raises(ConfigError, match="opens must be one of"):
        made_maps.full_map(opens="heat")


def test_chains_and_change_of_another_kind_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        made_maps.drawn(
            made_maps.incidents(),
            chains=pd.DataFrame({"a": [1]}),
            change=made_maps.frames()["areas"],
        )

    assert "near_repeat_chains" in caught.value.problems[1]
    assert "hotspot_change" in caught.value.problems[0]


def test_what_a_door_is_expected_to_suffer_is_on_no_map() -> None:
    assert "0.0123" not in page_text(made_maps.full_map())


def test_there_is_no_slider_for_a_single_week_or_for_months_or_where_none_is_wanted() -> None:
    one_week = incidents_at([640000] * 2, [370000] * 2, [0, 6], start="2026-02-20")
    months = incidents_at([640000] * 3, [370000] * 3, [0, 31, 59])
    months.attrs["resolution"] = "month"

    pages = [
        page_text(briefing_map(one_week)),
        page_text(briefing_map(months)),
        page_text(made_maps.drawn(made_maps.incidents(), weeks=False)),
    ]

    assert all("hotspotMap.weeks(" not in page for page in pages)
    assert "hotspotMap.weeks(" in page_text(briefing_map(made_maps.incidents()))
