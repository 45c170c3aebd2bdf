"""Recorded crimes: read from whatever a force exports, checked row by row."""

from hotspot.incidents.check import check_incidents, read_incidents
from hotspot.incidents.offences import offence_table
from hotspot.incidents.result import IncidentCheck

__all__ = ["IncidentCheck", "check_incidents", "offence_table", "read_incidents"]
