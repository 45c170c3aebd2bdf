"""The forecasts to choose from by a short name, and what people call them."""

from collections.abc import Sequence
from itertools import chain

from hotspot._checks import choice_problems, raise_problems
from hotspot.forecast import (
    Blend,
    Forecast,
    LiveZones,
    NearRepeatRisk,
    ProspectiveMap,
    SelfExcitingProcess,
)
from hotspot.rule import RULE, NearRepeatRule

SHORT_NAMES = ("blend", "self-exciting", "promap", "rule", "zones")


def models_named(
    short_names: Sequence[str] = SHORT_NAMES, rule: NearRepeatRule = RULE
) -> dict[str, Forecast]:
    """Return forecasts with their default settings, by what people call them.

    Parameters
    ----------
    short_names : sequence of str
        Of "blend", "self-exciting", "promap", "rule" and "zones".

    Returns
    -------
    dict of str to Forecast
        Not fitted.

    Raises
    ------
    ConfigError
        If a name is none of these; every fault is named.

    Examples
    --------
    >>> list(models_named(["blend", "zones"]))
    ['blend', 'live zones']
    """
    known: dict[str, tuple[str, Forecast]] = {
        "blend": ("blend", Blend()),
        "self-exciting": ("self-exciting process", SelfExcitingProcess()),
        "promap": ("ProMap", ProspectiveMap()),
        "rule": (
            "near-repeat rule, learned",
            NearRepeatRisk(rule.distance_bands_m, rule.time_bands_days),
        ),
        "zones": ("live zones", LiveZones(rule.distance_m, rule.window_days)),
    }
    problems = [choice_problems("models", name, [*known]) for name in short_names]
    raise_problems(arguments=chain.from_iterable(problems))
    return dict(known[name] for name in short_names)
