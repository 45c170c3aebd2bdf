"""Single treated places against the control, with q values: of twenty some fall by chance."""

import numpy as np
import pandas as pd
from scipy import stats

from hotspot._kernels.arrays import Floats
from hotspot.impact.ground import KINDS, Ground
from hotspot.impact.operation_input import Operation
from hotspot.trends.change import compare_rates, dispersion_within


def single_places(
    operation: Operation, ground: Ground, early: Floats, late: Floats
) -> pd.DataFrame:
    """Compute for each place what it had, what the control leads one to expect, and how sure.

    Parameters
    ----------
    operation : Operation
    ground : Ground
    early, late : ndarray, shape (places,)

    Returns
    -------
    DataFrame
        ``place``, ``kind``, ``before``, ``after``; for treated places ``expected`` after by the
        control's change, ``rate_ratio``, ``low``, ``high``, ``p_value`` and ``q_value`` (Benjamini
        and Hochberg). Counts vary as much more than Poisson counts as those of the control places
        did about their common change, and the control's own change is no more certain than its
        places make it.
    """
    treated, control = ground.of("T"), ground.of("C")
    table = pd.DataFrame({
        "place": ground.names, "kind": [KINDS[letter] for letter in ground.kinds],
        "before": early.astype(int), "after": late.astype(int),
    })  # fmt: skip
    total = early[control].sum(), late[control].sum()
    pairs = np.stack([early[control], late[control]])
    varies = dispersion_within(pairs) or 1.0
    columns = {name: np.full(len(table), np.nan) for name in (
        "expected", "rate_ratio", "low", "high", "p_value", "q_value")}  # fmt: skip
    columns["expected"][treated] = early[treated] * total[1] / total[0]
    if min(total) > 0:
        one, two = early[treated], late[treated]
        # The control's change varies too: its share is added to the dispersion of the counts.
        with np.errstate(divide="ignore", invalid="ignore"):
            own = np.where(one * two > 0, one * two / (one + two), np.minimum(one + two, 1) / 2)
        dispersion = varies * (1 + own * (1 / total[0] + 1 / total[1]))
        compared = compare_rates(
            one.astype(int), two.astype(int), total[0], total[1], operation.confidence, dispersion
        )
        for name, of_rates in (("rate_ratio", "ratio"), ("low", "ratio_low"),
                               ("high", "ratio_high"), ("p_value", "p_value")):  # fmt: skip
            columns[name][treated] = compared[of_rates]
        columns["q_value"][treated] = stats.false_discovery_control(compared["p_value"])
    return table.assign(**columns)
