from .calibrate import RuleCalibration, calibrate_rule
from .decay import NearRepeatDecay, near_repeat_decay
from .local import chain_significance, local_knox
from .permutation_test import knox_test
from .test_result import KnoxTest

__all__ = [
    "KnoxTest",
    "NearRepeatDecay",
    "RuleCalibration",
    "calibrate_rule",
    "chain_significance",
    "knox_test",
    "local_knox",
    "near_repeat_decay",
]
