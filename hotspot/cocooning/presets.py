"""Ways of cocooning that forces and trials have used, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from hotspot.rule import ACT_WITHIN_HOURS, RULE


class Reach(NamedTuple):
    """How many buildings around a burgled one are visited; `everyone`: all within the distance."""

    each_side: int = 4
    opposite: int = 5
    behind: int = 4
    everyone: bool = False


_REACH = Reach()


@dataclass(frozen=True)
class Preset:
    """A named way of cocooning, with where it comes from; what it does not set is standard.

    Attributes
    ----------
    source : str
    distance_m, window_days : float, int
        Within what distance and for how long risk is raised.
    visit_days : int
        For how long a burglary makes visits.
    reach : Reach
    act_within_hours : tuple of int
        By ring: waking hours from the list for the team, hours from the record for the force. The
        last holds for all rings beyond.
    same_day : bool
        Whether the team is to call on the day of the list.
    tiers : tuple of mapping
        Which pack is given at which door, as of `cocooning_targets`, where no others are given.
    """

    source: str
    distance_m: float = RULE.distance_m
    window_days: int = RULE.window_days
    visit_days: int = 14
    reach: Reach = _REACH
    act_within_hours: tuple[int, ...] = ACT_WITHIN_HOURS
    same_day: bool = False
    tiers: tuple[Mapping[str, Any], ...] = ()


#: By the name that ``preset=`` takes. Numbers that a trial published stand here as published,
#: whatever the default rule of the package is.
PRESETS = {
    "standard": Preset(
        "Ross, N. and Pease, K. (2007). Predicting where lightning will strike. The risk spreads "
        "to some 400 metres and is gone after six weeks to two months."
    ),
    "trafford": Preset(
        "Fielding, M. and Jones, V. (2012). 'Disrupting the optimal forager': predictive risk "
        "mapping and domestic burglary reduction in Trafford, Greater Manchester. International "
        "Journal of Police Science and Management 14(1), 30-41.",
        distance_m=400.0,
        window_days=21,
        visit_days=21,
    ),
    "swordfish": Preset(
        "Johnson, S. D. et al. (2017). Evaluation of operation swordfish: a near-repeat "
        "target-hardening strategy. Journal of Experimental Criminology 13(4), 505-525. Victim and "
        "eight neighbours were called on within the same day, with a pack by how near they live.",
        distance_m=400.0,
        window_days=42,
        reach=Reach(each_side=4, opposite=0, behind=0),
        same_day=True,
        tiers=(
            {"name": "gold", "rings": [0]},
            {"name": "silver", "rings": [1], "max_steps": 2},
            {"name": "bronze"},
        ),
    ),
    "us-rct": Preset(
        "Groff, E. R. and Taniguchi, T. A. (2019). Using citizen notification to interrupt "
        "near-repeat residential burglary patterns: the micro-level near-repeat experiment. "
        "Journal of Experimental Criminology 15, 115-149. 800 feet are 244 m.",
        # Volunteers called at all homes within, in 24 hours.
        distance_m=244.0,
        window_days=14,
        reach=Reach(everyone=True),
        act_within_hours=(24,),
    ),
}
DEFAULT_PRESET = "standard"
