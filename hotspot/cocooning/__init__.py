"""Cocooning: which doors to knock on after a burglary, in what order, and why.

`lists` is the public face, over `plan`. On the way there `matching` finds the address of each
burglary, `rings` the homes around it, `listed_visits` makes them a row per building with act-by
and expiry, `visit_history` leaves out what was done, `ranking` and `tiers` set order and packs,
and `wording` says why.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
