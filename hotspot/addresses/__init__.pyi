from .address_reading import read_addresses as read_addresses
from .address_reading import read_streets as read_streets
