"""Addresses, and the streets they stand on."""

from hotspot.addresses.reading import read_addresses, read_streets

__all__ = ["read_addresses", "read_streets"]
