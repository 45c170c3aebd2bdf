from .address_reading import read_addresses, read_streets

__all__ = [
    "read_addresses",
    "read_streets",
]
