"""Web tiles: only where the user names a provider, and never without naming its host."""

import re
from urllib.parse import urlsplit

import xyzservices
from folium.raster_layers import TileLayer

from hotspot._errors import ConfigError
from hotspot.maps.elements import TileNotice

_HOST = re.compile(r"[a-z0-9.-]+(:\d+)?", re.IGNORECASE)


def tile_layer(provider: str) -> TileLayer:
    """Make the layer of a provider known to xyzservices, such as "OpenStreetMap".

    Raises
    ------
    ConfigError
        If no provider has the name, or it wants a key.
    """
    name = "OpenStreetMap.Mapnik" if provider.lower() == "openstreetmap" else provider
    try:
        known = xyzservices.providers.query_name(name)
    except ValueError as error:
        raise ConfigError(
            f"{provider!r} is no known provider of web tiles: name one, such as 'OpenStreetMap' or "
            "'OpenTopoMap' (the names that xyzservices knows), or leave basemap out."
        ) from error
    if known.requires_token():
        raise ConfigError(
            f"The web tiles of {provider!r} want a key, which a saved page would give away: choose "
            "another provider, or leave basemap out."
        )
    return TileLayer(known, name=provider)


def tile_host(address: str) -> str | None:
    """Name the host of tiles as a Content-Security-Policy does; None where there is none.

    Examples
    --------
    >>> tile_host("https://{s}.basemaps.cartocdn.com/light_all/{z}/{x}/{y}.png")
    '*.basemaps.cartocdn.com'
    """
    host = urlsplit(address).netloc.replace("{s}", "*")
    return host if _HOST.fullmatch(host.removeprefix("*.")) else None


def tile_notice(layer: TileLayer) -> TileNotice:
    """Make the line that says who sees what the map asks for."""
    host = tile_host(layer.tiles)
    if host is None:
        raise ConfigError(f"The host of the tiles {layer.tiles!r} cannot be told.")
    return TileNotice(host, who_sees(host))


def who_sees(host: str) -> str:
    """Say in a sentence who sees what a map asks for."""
    name = host.removeprefix("*.")
    return f"Background map from {name}: that host sees which places are looked at."
