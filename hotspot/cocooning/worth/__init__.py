"""Is it worth a visit? What visits could at most prevent, and how well the lists were aimed."""

from hotspot.cocooning.worth.accuracy import TargetingAccuracy, targeting_accuracy
from hotspot.cocooning.worth.preventable import PreventableShare, preventable_share

__all__ = ["PreventableShare", "TargetingAccuracy", "preventable_share", "targeting_accuracy"]
