"""The ledger of visits: who was asked, what was done, in time, and why each door.

A list is issued in `issuing`, a returned sheet read in `sheet_reading`, checked in `row_checks` and
recorded in `recording`. What the ledger answers stands in `queries`, the report in `report` over
the counts of `measures`, "why my door?" in `explanation`, what is changed in `corrections` and
deleted in `retention`. `ledger` is their one face, with `ledger_answers` and `ledger_upkeep` for
its parts, `store` the database behind it, `schema` its tables, `migration` what brings older ones
to them, and `access_log` who looked, changed or deleted.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
