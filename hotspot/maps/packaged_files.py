"""The files that folium loads from the web, taken from installed packages instead.

Looked up in this order: the XStatic packages (files as their makers publish them, in the version
asked for or a mend of the same release), folium-offline (every file of folium and its plugins, kept
by address), and a folder that the user names, by file name. What none of them holds is named, never
fetched.
"""

import ast
import base64
import importlib
import importlib.util
import json
import mimetypes
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from urllib.parse import unquote, urlsplit

import folium

_CLASS = r"class=(?:\\?[\"']|\\u0022|\\u0027)[^\"'<>\\]*\b"
_BOOTSTRAP_CLASSES = (
    r"(?:accordion|alert|badge|btn|card|container|list-group|nav|progress|row|table|"
    r"col-\w+|[mp][bestxy]?-\d|(?:bg|text)-[a-z]+)\b"
)
# Folium's default files, by its names for them, and what shows that a map needs one.
_SIGNS = {
    "bootstrap": r"\bdata-bs-|\bbootstrap\.",
    "bootstrap_css": rf"\bdata-bs-|{_CLASS}{_BOOTSTRAP_CLASSES}",
    "awesome_markers": r"\bL\.AwesomeMarkers\b|iconRootAlias = L\.AwesomeMarkers",
    "awesome_markers_css": r"\bL\.AwesomeMarkers\b",
    "awesome_markers_font_css": rf"\"prefix\": \"fa\"|{_CLASS}fa[srbl]?\b",
    "awesome_rotate_css": r"fa-rotate-[1-9]",
    "glyphicons_css": rf"\"prefix\": \"glyphicon\"|{_CLASS}glyphicon\b",
}
_MARKER_PICTURES = {
    "iconUrl": "marker-icon.png",
    "iconRetinaUrl": "marker-icon-2x.png",
    "shadowUrl": "marker-shadow.png",
}
# A developer's console would ask for the map of a minified script.
_SOURCE_MAP = re.compile(r"\n//# sourceMappingURL=.*")
# Mends of one release, which is told by two numbers, call what the others call.
_VERSION = re.compile(r"[@/-](\d+\.\d+)(?:\.\d+)*")
# Written <\/ it reads the same in a script's string, and does not end the element.
_SCRIPT_END = re.compile(r"</(?=script)", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """The text of a script or style, and the file it was read from, if it was one."""

    text: str
    path: Path | None = None


class Library:
    """Finds files by the address that folium would load them from.

    Parameters
    ----------
    folder : Path, optional
        What the user offers beside the installed packages.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._offered = _by_name(folder) if folder is not None else {}

    def text(self, address: str) -> Found | None:
        """Find a script or a style; None where nothing holds it."""
        if (path := _in_xstatic(address)) is not None:
            return _packaged(path)
        if text := folium_offline().get(address):
            return Found(text)
        offered = map(self._offered.get, _names(address))
        path = next(filter(None, offered), None)
        return None if path is None else _read(path)

    def picture(self, address: str, beside: Path | None = None) -> str | None:
        """Find a picture or font and return it as a data address."""
        name = _base_name(address)
        wanted = beside / unquote(urlsplit(address).path) if beside is not None else None
        path = wanted if wanted is not None and wanted.is_file() else self._offered.get(name)
        # A style of folium-offline has no folder, and its fonts come in a package of their own.
        if path is None and name.startswith("fa-"):
            path = next((p for _, _, folder in _xstatic() for p in folder.rglob(name)), None)
        return None if path is None else data_uri(path)


def _read(path: Path) -> Found:
    # A byte-order mark inside a page would spoil the first rule of a style sheet.
    return Found(path.read_text(encoding="utf-8-sig"), path)


# A briefing saves hundreds of maps with the same few of them.
_packaged = lru_cache(maxsize=8)(_read)


@lru_cache(maxsize=8)
def script_text(found: Found) -> str:
    """Write a script for an element; Leaflet learns where its marker's pictures are."""
    text = _SCRIPT_END.sub(r"<\\/", _SOURCE_MAP.sub("", found.text))
    if found.path is not None and found.path.name == "leaflet.js":
        text += _marker_icon(found.path.parent / "images")
    return text


def installed_link(address: str) -> str:
    """Return the address of a file in the version that is installed, if that in `address` is not.

    Our own maps call what every Leaflet 1 has: which of them they get does not depend on which one
    a release of folium names.
    """
    if _in_xstatic(address):
        return address
    names = _names(address)
    for package, version, folder in _xstatic():
        for name in names:
            if (folder / name).is_file():
                return f"https://cdn.jsdelivr.net/npm/{package}@{version}/{name}"
    return next((held for held in folium_offline() if _names(held)[-1] == names[-1]), address)


def unneeded(address: str, pieces: list[tuple[str, str]]) -> bool:
    """Test whether a file is one of folium's default ones that none of the pieces needs."""
    return address in _default_files() and not users(address, pieces)


def users(address: str, pieces: list[tuple[str, str]]) -> list[str]:
    """Return the elements that need one of folium's default files, by name."""
    sign = _default_files().get(address)
    return sorted({name for name, text in pieces if sign and re.search(sign, text)})


def why_missing(address: str) -> str:
    """Return which package would hold a file, or that none does."""
    try:
        version = installed_version("folium-offline")
    except PackageNotFoundError:
        return "folium-offline, which holds the files of folium and its plugins, is not installed"
    name = _names(address)[-1]
    others = [known for known in folium_offline() if _names(known)[-1] == name]
    if others:
        return f"folium-offline {version} holds only {others[0]}"
    return f"neither folium-offline {version} nor an XStatic package that is installed holds it"


@cache
def folium_offline() -> dict[str, str]:
    """Read what folium-offline holds, by address, without running any of it."""
    # It is a copy of folium with the files in it: imported, it would load folium once more.
    spec = importlib.util.find_spec("offlinefolium")
    if spec is None or spec.origin is None:
        return {}
    source = Path(spec.origin).with_name("elements.py").read_text(encoding="utf-8")
    held = {}
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(
                [ast.Subscript(slice=ast.Constant(str(address)))], ast.Constant(str(text))
            ):
                held[address] = text
    return held


def data_uri(path: Path) -> str:
    """Write a picture or font as an address that holds it."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def _default_files() -> dict[str, str]:
    files = (*folium.Map.default_js, *folium.Map.default_css)
    return {address: _SIGNS[name] for name, address in files if name in _SIGNS}


def _by_name(folder: Path) -> dict[str, Path]:
    """Return the files of a folder by name; of two alike, the one that lies less deep."""
    # Deepest first: of two files of one name the dict keeps the last.
    paths = sorted(folder.rglob("*"), key=lambda path: (-len(path.parts), str(path)))
    return {path.name: path for path in paths if path.is_file()}


def _in_xstatic(address: str) -> Path | None:
    """Find a file in an XStatic package of the release in the address."""
    asked = _VERSION.search(address)
    # Another release may lack what the map's script calls, and nobody would see it before use.
    folders = [
        folder
        for _, version, folder in _xstatic()
        if asked and version.split(".")[:2] == asked[1].split(".")
    ]
    paths = (folder / name for folder in folders for name in _names(address))
    return next((path for path in paths if path.is_file()), None)


def _xstatic() -> Iterator[tuple[str, str, Path]]:
    """Return name, version and folder of each XStatic package that is installed."""
    try:
        namespace = importlib.import_module("xstatic.pkg")
    except ImportError:
        return
    for part in pkgutil.iter_modules(namespace.__path__):
        try:
            package = importlib.import_module(f"xstatic.pkg.{part.name}")
        except ImportError:
            continue
        yield part.name, package.VERSION, Path(package.BASE_DIR)


def _base_name(address: str) -> str:
    return unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2]


def _names(address: str) -> list[str]:
    """Return what a file may be called on a disk: with and without version and ``.min``."""
    name = _base_name(address)
    plain = re.sub(r"-\d+(\.\d+)+", "", name)
    bare = plain.replace(".min.", ".")
    stem, dot, end = bare.rpartition(".")
    return list(dict.fromkeys([name, plain, f"{stem}.min{dot}{end}", bare]))


def _marker_icon(images: Path) -> str:
    """Return what tells Leaflet its marker: it looks beside a file that it did not load."""
    pictures = {option: data_uri(images / name) for option, name in _MARKER_PICTURES.items()}
    return f'\nL.Icon.Default.imagePath = "";\nL.Icon.Default.mergeOptions({json.dumps(pictures)});'
