from .accuracy import TargetingAccuracy, targeting_accuracy
from .preventable import PreventableShare, preventable_share

__all__ = ["PreventableShare", "TargetingAccuracy", "preventable_share", "targeting_accuracy"]
