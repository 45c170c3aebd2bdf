from .calibrate import RuleCalibration as RuleCalibration
from .calibrate import calibrate_rule as calibrate_rule
from .decay import NearRepeatDecay as NearRepeatDecay
from .decay import near_repeat_decay as near_repeat_decay
from .local import chain_significance as chain_significance
from .local import local_knox as local_knox
from .permutation_test import knox_test as knox_test
from .test_result import KnoxTest as KnoxTest
