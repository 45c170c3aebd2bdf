"""Any folium map as one file: what is put inside, and what is refused by name."""

import base64
import re
import sys
from pathlib import Path

import branca
import folium
import pytest
from branca.element import Html
from folium import plugins

from hotspot._errors import ConfigError, OutputError
from hotspot.maps import packaged_files
from hotspot.maps.markup import tags_of
from hotspot.maps.offline_map import OfflineMap, bare_map
from hotspot.maps.rendering import elements_of
from hotspot.maps.saving import page_text, save_map

PLACE = [53.1, 2.2]
# One pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def plain_map() -> folium.Map:
    return folium.Map(PLACE, tiles=None, zoom_start=15)


def image_policy(page: str) -> str:
    found = re.search(r"img-src ([^;]*)", page)
    assert found
    return found[1]


def asks_for_nothing(page: str) -> bool:
    """Tell whether no tag and no style of a page names another file."""
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL))
    addresses = re.findall(r"url\(\s*[\"']?+(?!data:|#)([^)]+)", styles)
    return not addresses and not any(tag.addresses() for tag in tags_of(page))


def test_icons_and_markers_are_saved_with_their_pictures_and_fonts() -> None:
    m = plain_map()
    folium.Marker(PLACE).add_to(m)
    folium.Marker(PLACE, icon=folium.Icon("red")).add_to(m)
    folium.Marker(PLACE, icon=folium.Icon("green", icon="home", prefix="fa", angle=90)).add_to(m)

    page = page_text(m)

    assert "L.AwesomeMarkers" in page
    assert "Glyphicons Halflings" in page
    assert "Font Awesome 6 Free" in page
    assert asks_for_nothing(page)


def test_a_page_may_be_made_larger_by_who_reads_it() -> None:
    page = page_text(plain_map())

    assert re.findall(r'name="viewport" content="([^"]*)"', page) == [
        "width=device-width, initial-scale=1"
    ]


def test_files_that_no_element_needs_are_left_out() -> None:
    m = plain_map()
    folium.Marker(PLACE, icon=folium.Icon("red")).add_to(m)

    page = page_text(m)

    assert "Font Awesome 6" not in page
    assert "Bootstrap v5" not in page


def test_a_table_in_a_popup_brings_the_look_that_it_names() -> None:
    m = plain_map()
    folium.Marker(PLACE, popup='<table class="table table-striped"></table>').add_to(m)

    assert "Bootstrap" in page_text(m)


@pytest.mark.parametrize(
    "plugin",
    [
        plugins.MarkerCluster([PLACE]),
        plugins.HeatMap([PLACE]),
        plugins.Fullscreen(),
        plugins.Draw(export=True),
        plugins.MousePosition(),
        plugins.HeatMapWithTime([[PLACE]], index=["2026-01-01"]),
        plugins.TimestampedGeoJson({"type": "FeatureCollection", "features": []}),
        branca.colormap.LinearColormap(["red", "blue"]),
    ],
    ids=lambda plugin: type(plugin).__name__,
)
def test_plugins_are_saved_with_every_file_that_they_want(plugin: folium.Element) -> None:
    m = plain_map()
    plugin.add_to(m)

    assert asks_for_nothing(page_text(m))


def test_a_file_that_nothing_holds_is_named_with_who_wants_it_and_the_old_map_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaged_files, "folium_offline", dict)
    m = plain_map()
    folium.Marker(PLACE, icon=folium.Icon(color="red")).add_to(m)
    plugins.MarkerCluster([PLACE]).add_to(m)
    path = tmp_path / "map.html"
    path.write_text("the old map")

    with pytest.raises(OutputError) as caught:
        save_map(m, path)

    problems = caught.value.problems
    assert len(problems) == 6
    assert any("leaflet.markercluster.js is needed by MarkerCluster" in p for p in problems)
    assert any("leaflet.awesome-markers.js is needed by Icon" in p for p in problems)
    assert any("bootstrap-glyphicons.css is needed by Icon" in p for p in problems)
    assert path.read_text() == "the old map"
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]


def test_a_file_that_is_held_in_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    links = [(name, url.replace("1.9.3", "9.9.9")) for name, url in folium.Map.default_js]
    monkeypatch.setattr(folium.Map, "default_js", links)

    with pytest.raises(OutputError, match=r"leaflet@9\.9\.9.*holds only .*leaflet@1\.9\.3"):
        page_text(plain_map())


@pytest.mark.parametrize(
    "named",
    [
        "https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet",
        "https://cdn.jsdelivr.net/npm/leaflet@1.10.0/dist/leaflet",
        "https://unpkg.com/leaflet/dist/leaflet",
    ],
)
@pytest.mark.parametrize("installed", ["all", "without XStatic"])
def test_maps_of_ours_take_the_installed_leaflet_whatever_folium_names(
    monkeypatch: pytest.MonkeyPatch, named: str, installed: str
) -> None:
    for links, ending in (("default_js", ".js"), ("default_css", ".css")):
        faked = [
            (name, f"{named}{ending}" if name.startswith("leaflet") else address)
            for name, address in getattr(folium.Map, links)
        ]
        monkeypatch.setattr(folium.Map, links, faked)
    if installed == "without XStatic":
        monkeypatch.setitem(sys.modules, "xstatic.pkg.leaflet", None)

    for m in (bare_map(), OfflineMap(PLACE, tiles=None)):
        page = page_text(m)
        assert "Leaflet 1.9.3" in page
        assert ".leaflet-pane" in page
        assert asks_for_nothing(page)
    # A map of the user's own calls what its maker chose: only a mend of the same release stands in.
    if "1.9.4" in named and installed == "all":
        assert "Leaflet 1.9.3" in page_text(plain_map())
    else:
        with pytest.raises(OutputError, match=r"leaflet.*is needed by Map"):
            page_text(plain_map())


def test_one_package_may_stand_in_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xstatic.pkg.jquery", None)

    assert "jQuery v3.7.1" in page_text(plain_map())


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_installed(name: str) -> str:
        raise packaged_files.PackageNotFoundError(name)

    monkeypatch.setattr(packaged_files, "folium_offline", dict)
    monkeypatch.setattr(packaged_files, "installed_version", not_installed)
    m = plain_map()
    plugins.HeatMap([PLACE]).add_to(m)

    with pytest.raises(OutputError, match=r"needed by HeatMap, but folium-offline.*not installed"):
        page_text(m)


def test_a_folder_of_the_users_gives_what_no_package_holds(tmp_path: Path) -> None:
    inner = tmp_path / "node_modules" / "thing" / "dist"
    inner.mkdir(parents=True)
    (inner / "thing.min.js").write_text(
        "var thing = '</script>';\n//# sourceMappingURL=thing.map\n"
    )
    (inner / "thing.css").write_text(".thing { background: url(images/back.png) }")
    (inner / "images").mkdir()
    (inner / "images" / "back.png").write_bytes(PNG)
    (tmp_path / "photo.png").write_bytes(PNG)
    m = plain_map()
    m.get_root().header.add_child(
        folium.Element(
            '<script src="https://cdn.example.org/thing@2.1.0/thing.js"></script>'
            '<link rel="stylesheet" href="https://cdn.example.org/thing-2.1.0.css">'
        )
    )
    folium.Marker(PLACE, popup='<img src="photos/photo.png" alt="front door">').add_to(m)

    page = page_text(m, files=tmp_path)

    assert "var thing = '<\\/script>'" in page
    assert "sourceMappingURL" not in page
    assert page.count(base64.b64encode(PNG).decode()) == 2
    assert "photos/photo.png" not in page
    with pytest.raises(OutputError) as caught:
        page_text(m)
    assert len(caught.value.problems) == 3


def test_a_style_that_asks_for_a_picture_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thing.css").write_text(".thing { background: url(images/back.png) }")
    m = plain_map()
    m.get_root().header.add_child(
        folium.Element('<link rel="stylesheet" href="https://cdn.example.org/thing.css">')
    )

    with pytest.raises(OutputError, match=r"picture back\.png, which https.*thing\.css shows"):
        page_text(m, files=tmp_path)


def test_a_font_is_asked_for_only_where_a_map_shows_it() -> None:
    m = plain_map()
    folium.Marker(PLACE, icon=folium.Icon(icon="fa-brands fa-github", prefix="fa")).add_to(m)

    with pytest.raises(OutputError, match=r"font fa-brands-400\.woff2.*xstatic-font-awesome"):
        page_text(m)


def test_pictures_of_files_are_put_inside(tmp_path: Path) -> None:
    (tmp_path / "pin.png").write_bytes(PNG)
    m = plain_map()
    folium.Marker(PLACE, icon=folium.CustomIcon(str(tmp_path / "pin.png"))).add_to(m)
    folium.raster_layers.ImageOverlay(str(tmp_path / "pin.png"), [[53, 2], [54, 3]]).add_to(m)

    page = page_text(m)

    assert page.count(base64.b64encode(PNG).decode()) == 2
    assert str(tmp_path) not in page


def test_what_a_map_would_load_by_script_or_tag_is_refused_all_at_once() -> None:
    m = plain_map()
    folium.raster_layers.ImageOverlay("https://example.org/over.png", [[53, 2], [54, 3]]).add_to(m)
    folium.Marker(PLACE, popup='<img src="https://example.org/home.jpg">').add_to(m)
    folium.Marker(PLACE, popup=folium.Popup(folium.IFrame("<script>1</script>"))).add_to(m)
    plugins.FloatImage("https://example.org/float.png").add_to(m)
    plugins.Geocoder().add_to(m)
    plugins.MeasureControl().add_to(m)
    m.get_root().header.add_child(
        folium.Element("<style>p { background: url(https://example.org/back.png) }</style>")
    )

    with pytest.raises(OutputError) as caught:
        page_text(m)

    message = str(caught.value)
    assert len(caught.value.problems) == 7
    assert "ImageOverlay would load https://example.org/over.png" in message
    assert "Html would load the picture https://example.org/home.jpg" in message
    assert "https://example.org/float.png would be loaded by FloatImage" in message
    assert "IFrame: the page in it runs scripts" in message
    assert "Geocoder sends what is typed to a search service" in message
    assert "MeasureControl cannot be saved" in message
    assert "https://example.org/back.png is asked for by a style" in message


def test_a_page_in_a_popup_is_text_and_no_template() -> None:
    m = plain_map()
    frame = folium.IFrame("<b>{{ 6 * 7 }}</b>")
    folium.Marker(PLACE, popup=folium.Popup(frame)).add_to(m)

    page = page_text(m)

    held = re.search(r"data:text/html;charset=utf-8;base64,([\w+/=]+)", page)
    assert held
    assert base64.b64decode(held[1]).decode().strip() == "<b>{{ 6 * 7 }}</b>"
    assert "frame-src data:;" in page
    assert frame.render() != ""


def test_a_map_is_left_as_it_was_and_every_save_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "home.png").write_bytes(PNG)
    m = folium.Map(PLACE)
    folium.Marker(PLACE, popup='<img src="home.png">', icon=folium.Icon("red")).add_to(m)
    plugins.MiniMap().add_to(m)
    popup = next(part for part in elements_of(m) if isinstance(part, Html))

    pages = [page_text(m, files=tmp_path) for _ in range(2)]

    assert pages[0] == pages[1]
    assert "tile.openstreetmap.org" not in pages[0].replace("map from tile.openstreetmap.org", "")
    assert popup.data == '<img src="home.png">'
    assert "https://tile.openstreetmap.org" in m.get_root().render()


def test_a_users_own_tiles_may_be_asked_for_by_host_and_the_page_says_who_sees() -> None:
    m = plain_map()
    folium.TileLayer("http://tiles.force.example/{z}/{x}/{y}.png", attr="Force").add_to(m)
    folium.TileLayer("OpenTopoMap").add_to(m)

    page = page_text(m, basemap=["tiles.force.example", "OpenTopoMap"])

    assert image_policy(page) == ("data: http://tiles.force.example https://*.tile.opentopomap.org")
    assert "Background map from tiles.force.example: that host sees" in page
    assert "Background map from tile.opentopomap.org: that host sees" in page


def test_files_must_name_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="must name a folder"):
        page_text(plain_map(), files=tmp_path / "nowhere")


def test_a_notebook_shows_a_map_of_ours_without_a_network() -> None:
    m = OfflineMap(PLACE, tiles=None, zoom_start=15)
    folium.Marker(PLACE, popup='say "hello"').add_to(m)

    shown = m._repr_html_()

    assert shown.startswith("<iframe")
    assert 'sandbox="allow-scripts' in shown
    assert "allow-same-origin" not in shown
    assert "https://cdn" not in shown
    assert shown.count('"') == shown.count('="') * 2


def test_a_map_of_ours_saves_itself_offline_by_the_method_of_folium(tmp_path: Path) -> None:
    m = bare_map()
    folium.Marker(PLACE, icon=folium.Icon("red")).add_to(m)
    by_name, by_file = tmp_path / "name.html", tmp_path / "file.html"

    m.save(by_name)
    with by_file.open("wb") as file:
        m.save(file, close_file=False)

    assert by_name.read_bytes() == by_file.read_bytes() == page_text(m).encode("utf-8")
    assert "L.AwesomeMarkers" in page_text(m)
    assert "awesome" not in page_text(bare_map())
    assert asks_for_nothing(page_text(m))
