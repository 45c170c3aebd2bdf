"""Whether the data support a trigger, and whether they can tell what it is called after."""

from dataclasses import replace

from scipy.stats import chi2

from hotspot.forecast.expectation import Fit, Parameters, climb
from hotspot.forecast.triggers import SHORTEST_DAYS, Trigger

REPEAT, NEAR = 0, 1
NAMES = ("repeat", "near repeat")
# Where points of blocks stand for homes, what follows next door may stand at the same point.
UNTOLD_NAMES = ("close, as wide as a place", "close, falling off")
# A parameter so near to a bound, as a share of it, is at the bound.
_AT_BOUND = 0.01
# Offspring with which a trigger starts again from a fit without it.
_SPARK = 0.02
# Level of significance below which a trigger stays.
_ALPHA = 0.01
# Fits without a trigger start where the one with it ended, and have not far to go.
_TEST_STEPS, _TEST_TOLERANCE = 60, 1e-6
_AGAIN_STEPS = 200
# Reaches after which a trigger has faded by next to nothing within one.
_FOREVER = 1000.0


def supported(fitted: Fit) -> tuple[Fit, tuple[float, ...]]:
    """Drop each trigger that is worth no more than chance, or no more than if it never faded.

    By the likelihood-ratio test: twice the logarithm of the ratio against chi-squared, with a
    degree of freedom for each parameter that the trigger brings beside its offspring. That no
    offspring lies at the end of the range makes the test strict (Self and Liang 1987, Journal of
    the American Statistical Association 82, 605-610), which is the side to err on.
    """
    gains: list[float] = []
    for number in range(len(fitted.parameters.triggers)):
        trigger = fitted.parameters.triggers[number]
        rest = _nested(fitted, number, replace(trigger, offspring=0.0))
        # A trigger that does not fade is no trigger, but a place where risk is always high.
        steady = replace(trigger, mean_days=_FOREVER * trigger.reach_days)
        flat = _nested(fitted, number, steady, fading=False)
        best = max((rest, flat), key=lambda one: one[1])
        if best[1] > fitted.log_likelihood:
            # It stopped in a lesser maximum than a fit that is a special case of it has.
            fitted = _again(fitted, number, best[0], trigger)
        gains.append(max(2.0 * (fitted.log_likelihood - best[1]), 0.0))
        if gains[-1] < chi2.ppf(1 - _ALPHA, 1 + number):
            fitted = _ended(fitted, *rest)
    return fitted, tuple(gains)


def _nested(
    fitted: Fit, number: int, trigger: Trigger, *, fading: bool = True
) -> tuple[Parameters, float]:
    """Fit the rest with one trigger put in place of its own; return the log-likelihood, too."""
    triggers = list(fitted.parameters.triggers)
    triggers[number] = trigger
    start = Parameters(fitted.parameters.background, tuple(triggers))
    found, _, _ = climb(
        fitted.likelihood, start, float(fitted.scales_m[0]), _TEST_STEPS, _TEST_TOLERANCE, fading
    )
    return found, fitted.likelihood.value(found)


def _again(fitted: Fit, number: int, nested: Parameters, trigger: Trigger) -> Fit:
    """Fit again from a nested fit with a little of the trigger; the better of the two."""
    triggers = list(nested.triggers)
    triggers[number] = replace(trigger, offspring=max(triggers[number].offspring, _SPARK))
    start = Parameters(nested.background, tuple(triggers))
    found, _, _ = climb(
        fitted.likelihood, start, float(fitted.scales_m[0]), _AGAIN_STEPS, _TEST_TOLERANCE
    )
    value = fitted.likelihood.value(found)
    return _ended(fitted, found, value) if value > fitted.log_likelihood else fitted


def _ended(fitted: Fit, parameters: Parameters, value: float) -> Fit:
    share = fitted.likelihood.background_share(parameters)
    return replace(fitted, parameters=parameters, log_likelihood=value, background_share=share)


def at_bounds(fitted: Fit) -> tuple[tuple[str, ...], bool]:
    """Return which parameters are at a bound, and whether the triggers can be told apart."""
    floor_m = float(fitted.scales_m[0])
    said, told_apart = [], True
    for number, trigger in enumerate(fitted.parameters.triggers):
        if trigger.offspring <= 0:
            continue
        # The bounds are those between which `triggers` looks for the best.
        values = [("mean_days", trigger.mean_days, SHORTEST_DAYS, 2.0 * trigger.reach_days)]
        if number == NEAR:
            widest = max(trigger.reach_m, 2 * floor_m)
            values.append(("scale_m", trigger.scale_m, floor_m, widest))
            told_apart = trigger.scale_m > floor_m * (1 + _AT_BOUND)
        for name, value, least, most in values:
            for bound, which in ((least, "least"), (most, "most")):
                if abs(value - bound) <= _AT_BOUND * bound:
                    said.append(f"{NAMES[number]}, {name}: {value:.4g} is the {which} tried.")
    if not told_apart:
        said.append(
            "The places are too far apart (half the way to the next one is "
            f"{floor_m:.0f} m) to tell a repeat at one home from one next door."
        )
    return tuple(said), told_apart
