"""The rule that fits the force's own burglaries, where the set-up asks for it."""

import warnings
from dataclasses import replace

from hotspot._errors import DataWarning
from hotspot.briefing.inputs import Inputs
from hotspot.knox.calibrate import calibrate_rule


def with_calibrated_rule(inputs: Inputs) -> Inputs:
    """Replace the rule by the one that the burglaries themselves propose, if so asked.

    Parameters
    ----------
    inputs : Inputs

    Returns
    -------
    Inputs
        With the proposed rule in its settings; as it was where none was asked for, the data
        support none, or dates are months only.

    Warns
    -----
    DataWarning
        Which rule it is and how sure that is, for every product's reader.
    """
    rule = inputs.config.rule
    if not rule.calibrate or inputs.month_only:
        return inputs
    proposed = calibrate_rule(inputs.known.incidents, seed=inputs.config.output.seed)
    summary = " ".join(proposed.summary().splitlines())
    if proposed.distance_m is None or proposed.window_days is None:
        usual = f"{rule.distance_m:g} m and {rule.window_days} days stay the rule"
        warnings.warn(f"[rule] calibrate: {usual}. {summary}", DataWarning, stacklevel=2)
        return inputs
    warnings.warn(f"[rule] calibrate: {summary}", DataWarning, stacklevel=2)
    local = rule.model_copy(
        update={"distance_m": proposed.distance_m, "window_days": proposed.window_days}
    )
    return replace(inputs, config=inputs.config.model_copy(update={"rule": local}))
