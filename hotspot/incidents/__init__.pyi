from .check import check_incidents, read_incidents
from .check_result import IncidentCheck
from .offences import offence_table

__all__ = [
    "IncidentCheck",
    "check_incidents",
    "offence_table",
    "read_incidents",
]
