from .check import check_incidents as check_incidents
from .check import read_incidents as read_incidents
from .check_result import IncidentCheck as IncidentCheck
from .offence_lines import offence_table as offence_table
