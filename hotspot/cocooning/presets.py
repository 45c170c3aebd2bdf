"""Ways of cocooning that forces and trials have used, by name."""

from dataclasses import dataclass
from typing import NamedTuple


class Reach(NamedTuple):
    """How many buildings around a burgled one are visited."""

    each_side: int = 4
    opposite: int = 5
    behind: int = 4


@dataclass(frozen=True)
class Preset:
    """A named rule, with where it comes from.

    Attributes
    ----------
    distance_m, window_days : float, int
        Within what distance and for how long risk is raised.
    visit_days : int
        For how long a burglary makes visits.
    reach : Reach
    age_bands_days : tuple of int
        Upper edges of the ages by which maps and sheets colour.
    source : str
    """

    distance_m: float
    window_days: int
    visit_days: int
    reach: Reach
    age_bands_days: tuple[int, ...]
    source: str


#: By the name that ``preset=`` takes.
PRESETS = {
    "standard": Preset(
        400.0, 42, 14, Reach(), (7, 14, 42),
        "Ross, N. and Pease, K. (2007). Predicting where lightning will strike. The risk spreads "
        "to some 400 metres and is gone after six weeks to two months.",
    ),
    "trafford": Preset(
        400.0, 21, 21, Reach(), (7, 14, 21),
        "Fielding, M. and Jones, V. (2012). 'Disrupting the optimal forager': predictive risk "
        "mapping and domestic burglary reduction in Trafford, Greater Manchester. International "
        "Journal of Police Science and Management 14(1), 30-41.",
    ),
    "swordfish": Preset(
        400.0, 42, 14, Reach(each_side=4, opposite=0, behind=0), (7, 14, 42),
        "Johnson, S. D. et al. (2017). Evaluation of operation swordfish: a near-repeat "
        "target-hardening strategy. Journal of Experimental Criminology 13(4), 505-525.",
    ),
    "us-rct": Preset(
        # All homes within were called at: here those around are visited, the rest gets a message.
        244.0, 14, 14, Reach(), (7, 14),
        "Groff, E. R. and Taniguchi, T. A. (2019). Using citizen notification to interrupt "
        "near-repeat residential burglary patterns: the micro-level near-repeat experiment. "
        "Journal of Experimental Criminology 15, 115-149. 800 feet are 244 m.",
    ),
}  # fmt: skip
DEFAULT_PRESET = "standard"
