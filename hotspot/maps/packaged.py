"""The files that folium loads from the web, taken from installed packages instead."""

import base64
import importlib
import json
import re
from importlib.metadata import version as installed_version
from pathlib import Path

import folium

from hotspot._errors import OutputError

# What an address ends in, with its version; the library that holds it; and the file there.
_HELD = (
    (re.compile(r"/leaflet@([\d.]+)/(?:dist/)?leaflet\.js$"), "leaflet", "leaflet.js"),
    (re.compile(r"/leaflet@([\d.]+)/(?:dist/)?leaflet\.css$"), "leaflet", "leaflet.css"),
    (re.compile(r"/jquery-([\d.]+)(?:\.min)?\.js$"), "jquery", "jquery.min.js"),
)
_CLASS = r"class=(?:\\?[\"']|\\u0022|\\u0027)[^\"'<>\\]*\b"
# Folium's other default files, by its names for them, and what shows that a map needs one.
_SIGNS = {
    "bootstrap": r"\bdata-bs-|\bbootstrap\.",
    "bootstrap_css": r"\bdata-bs-",
    "awesome_markers": r"\bL\.AwesomeMarkers\b|iconRootAlias = L\.AwesomeMarkers",
    "awesome_markers_css": r"\bL\.AwesomeMarkers\b",
    "awesome_markers_font_css": rf"\"prefix\": \"fa\"|{_CLASS}fa[srbl]?\b",
    "awesome_rotate_css": r"fa-rotate-[1-9]",
    "glyphicons_css": rf"\"prefix\": \"glyphicon\"|{_CLASS}glyphicon\b",
}
_SOURCE_MAP = re.compile(r"\n//# sourceMappingURL=.*")
_CSS_IMAGE = re.compile(r"url\(images/([\w.-]+\.png)\)")


def packaged(address: str) -> str | None:
    """Give the element with the content of a file that folium links to.

    Parameters
    ----------
    address : str
        Where folium would have it loaded from.

    Returns
    -------
    str or None
        A script or style element; None where no package that we know holds the file.

    Raises
    ------
    OutputError
        If the package is not installed, or in another version than folium asks for.
    """
    for pattern, library, file in _HELD:
        if found := pattern.search(address):
            folder = _folder(library, found[1])
            text = _SOURCE_MAP.sub("", (folder / file).read_text(encoding="utf-8"))
            if file == "leaflet.css":
                return f"<style>{_with_images(text, folder)}</style>"
            return f"<script>{text}{_marker_icon(folder) if library == 'leaflet' else ''}</script>"
    return None


def unneeded(address: str, pieces: list[tuple[str, str]]) -> bool:
    """Tell whether a file is one of folium's default ones that none of the pieces needs."""
    return address in _default_files() and not users(address, pieces)


def users(address: str, pieces: list[tuple[str, str]]) -> list[str]:
    """Name the elements that need one of folium's default files."""
    sign = _default_files().get(address)
    if sign is None:
        return []
    return sorted({name for name, text in pieces if re.search(sign, text)})


def _default_files() -> dict[str, str]:
    files = (*folium.Map.default_js, *folium.Map.default_css)
    return {address: _SIGNS[name] for name, address in files if name in _SIGNS}


def _folder(library: str, version: str) -> Path:
    """Find the files of a library, in exactly the version that folium was written for."""
    try:
        package = importlib.import_module(f"xstatic.pkg.{library}")
    except ImportError as error:
        raise OutputError(
            f"The package xstatic-{library} is not installed: run "
            f"pip install xstatic-{library}=={version}.*"
        ) from error
    if version != package.VERSION:
        raise OutputError(
            f"folium {installed_version('folium')} wants {library} {version}, but xstatic-"
            f"{library} holds {package.VERSION}: run pip install xstatic-{library}=={version}.*"
        )
    return Path(package.BASE_DIR)


def _with_images(css: str, folder: Path) -> str:
    return _CSS_IMAGE.sub(lambda found: f"url({_data_uri(folder, found[1])})", css)


def _data_uri(folder: Path, image: str) -> str:
    content = (folder / "images" / image).read_bytes()
    return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"


def _marker_icon(folder: Path) -> str:
    """Give Leaflet its marker: it would look for the pictures beside a file it did not load."""
    pictures = {
        "iconUrl": _data_uri(folder, "marker-icon.png"),
        "iconRetinaUrl": _data_uri(folder, "marker-icon-2x.png"),
        "shadowUrl": _data_uri(folder, "marker-shadow.png"),
    }
    return f'\nL.Icon.Default.imagePath = "";\nL.Icon.Default.mergeOptions({json.dumps(pictures)});'
