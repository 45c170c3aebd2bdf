"""Web tiles: only where the user names a provider, and never without naming its host."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import xyzservices
from branca.element import Element
from folium.raster_layers import TileLayer, WmsTileLayer

from hotspot._errors import ConfigError
from hotspot.maps.elements import TileNotice

# A see-through pixel.
_BLANK = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
# Nothing else: a policy is one line of text, into which a host could write another rule.
_HOST = re.compile(r"[a-z0-9.-]+(:\d+)?", re.IGNORECASE)


def tile_layer(provider: str) -> TileLayer:
    """Return the layer of a provider known to xyzservices, such as "OpenStreetMap".

    Raises
    ------
    ConfigError
        If no provider has the name, or it wants a key.
    """
    name = "OpenStreetMap.Mapnik" if provider.lower() == "openstreetmap" else provider
    try:
        known = xyzservices.providers.query_name(name)
    except ValueError:
        raise ConfigError(
            f"{provider!r} is no known provider of web tiles: name one, such as 'OpenStreetMap' or "
            "'OpenTopoMap' (the names that xyzservices knows), or leave basemap out."
        ) from None
    if known.requires_token():
        raise ConfigError(
            f"The web tiles of {provider!r} want a key, which a saved page would give away: choose "
            "another provider, or leave basemap out."
        )
    return TileLayer(known, name=provider)


def tile_problems(provider: str) -> list[str]:
    """Return why a provider's tiles cannot be had, to be raised with other problems."""
    try:
        tile_layer(provider)
    except ConfigError as error:
        return error.problems
    return []


def tile_host(address: str) -> str | None:
    """Return the host of tiles as a Content-Security-Policy names it; None where there is none.

    Examples
    --------
    >>> tile_host("https://{s}.basemaps.cartocdn.com/light_all/{z}/{x}/{y}.png")
    '*.basemaps.cartocdn.com'
    """
    # {s} is one of several servers; a policy names them all by a star.
    host = urlsplit(address).netloc.replace("{s}", "*")
    return host if _HOST.fullmatch(host.removeprefix("*.")) else None


def tile_notice(layer: TileLayer) -> TileNotice:
    """Return the line that says who sees what the map asks for."""
    host = tile_host(layer.tiles)
    if host is None:
        raise ConfigError(f"The host of the tiles {layer.tiles!r} cannot be told.")
    return TileNotice(host, who_sees(host))


def who_sees(host: str) -> str:
    """Return a sentence about who sees what a map asks for."""
    name = host.removeprefix("*.")
    return f"Background map from {name}: that host sees which places are looked at."


@dataclass(frozen=True)
class Tiles:
    """What becomes of the web tiles of a map.

    `sources` are the servers that the page may ask, as a Content-Security-Policy names them;
    `unwanted` the layers to leave out; `lines` what the page must say.
    """

    sources: list[str]
    unwanted: list[TileLayer | WmsTileLayer]
    lines: list[str]


def sort_tiles(elements: Sequence[Element], basemaps: Iterable[str]) -> Tiles:
    """Sort the web tiles into those that were asked for by name and those that nobody asked for.

    Raises
    ------
    ConfigError
        If one of `basemaps` is neither a known provider nor a host, or not on the map.
    """
    layers = [part for part in elements if isinstance(part, (TileLayer, WmsTileLayer))]
    hosts = [tile_host(_address(layer)) for layer in layers]
    announced = {part.host for part in elements if isinstance(part, TileNotice)}
    asked = {_asked_host(name, [host for host in hosts if host]) for name in basemaps}
    sources, unwanted, lines = set(), [], set()
    for layer, host in zip(layers, hosts, strict=True):
        address = _address(layer)
        if host is not None and host in announced | asked:
            sources.add(f"{urlsplit(address).scheme or 'https'}://{host}")
            lines |= set() if host in announced else {who_sees(host)}
        else:
            unwanted.append(layer)
            name = (host or address).removeprefix("*.")
            lines.add(
                f"The background map from {name} is left out: this page asks nothing of any "
                "network."
            )
    return Tiles(sorted(sources), unwanted, sorted(lines))


def _address(layer: TileLayer | WmsTileLayer) -> str:
    return layer.tiles if isinstance(layer, TileLayer) else layer.url


def _asked_host(name: str, hosts: list[str]) -> str:
    """Return the host on the map of a provider, or of a host as people write it."""
    for host in hosts:
        if name.lower() in (host.lower(), host.removeprefix("*.").lower()):
            return host
    known = tile_host(tile_layer(name).tiles)
    if known is None or known not in hosts:
        raise ConfigError(f"The map has no tiles of {name!r} that its page could ask for.")
    return known


@contextmanager
def blanked(layers: Iterable[TileLayer | WmsTileLayer]) -> Iterator[None]:
    """Replace layers by blank ones for a while: those of a map inside a map cannot be taken off."""
    before = [(layer, _address(layer)) for layer in layers if isinstance(layer, TileLayer)]
    try:
        for layer, _ in before:
            layer.tiles = _BLANK
        yield
    finally:
        for layer, address in before:
            layer.tiles = address
