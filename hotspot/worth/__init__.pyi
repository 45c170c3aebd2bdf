from .accuracy import TargetingAccuracy as TargetingAccuracy
from .accuracy import targeting_accuracy as targeting_accuracy
from .preventable import PreventableShare as PreventableShare
from .preventable import preventable_share as preventable_share
