"""The forecasts to choose from by a short name, and what people call them."""

from collections.abc import Sequence
from itertools import chain

from hotspot._checks import choice_problems, raise_problems
from hotspot.backtesting.baselines import with_rule
from hotspot.backtesting.setting import CELL_M
from hotspot.forecast import (
    Blend,
    Forecast,
    LiveZones,
    NearRepeatRisk,
    ProspectiveMap,
    SelfExcitingProcess,
)
from hotspot.rule import RULE, NearRepeatRule

SHORT_NAMES = ("blend", "self-exciting", "promap", "rule", "zones", "added")


def models_named(
    short_names: Sequence[str] = SHORT_NAMES,
    rule: NearRepeatRule = RULE,
    cell_size_m: float = CELL_M,
) -> dict[str, Forecast]:
    """Return forecasts with their default settings, by what people call them.

    Parameters
    ----------
    short_names : sequence of str
        Of "blend", "self-exciting", "promap", "rule", "zones" and "added": the zones added to
        each map of the past that any forecast has to beat.
    rule : NearRepeatRule
    cell_size_m : float
        Side of the cells that are ranked.

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
    zones = LiveZones(rule.distance_m, rule.window_days)
    learned = NearRepeatRisk(rule.distance_bands_m, rule.time_bands_days)
    known: dict[str, dict[str, Forecast]] = {
        "blend": {"blend": Blend()},
        "self-exciting": {"self-exciting process": SelfExcitingProcess()},
        "promap": {"ProMap": ProspectiveMap()},
        "rule": {"near-repeat rule, learned": learned},
        "zones": {"live zones": zones},
        "added": with_rule(cell_size_m, zones),
    }
    problems = [choice_problems("models", name, [*known]) for name in short_names]
    raise_problems(arguments=chain.from_iterable(problems))
    return {name: model for short in short_names for name, model in known[short].items()}
