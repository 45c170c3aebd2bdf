"""The near-repeat rule and what is said of it: distance, window, ages, rings, hours, results.

Each number or word that two rooms need to agree on stands here once, as a small record.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

from hotspot._errors import DataError

#: No distance, bandwidth or cell is shorter or longer: a millimetre, half way round the Earth.
SHORTEST_M, LONGEST_M = 1e-3, 2e7


@dataclass(frozen=True)
class NearRepeatRule:
    """A distance and a window within which risk is raised after a burglary.

    Attributes
    ----------
    distance_m : float
    window_days : int
    band_m, band_days : float, int
        Width of the bands in which a Knox test cuts distance and window.
    age_edges_days : tuple of int
        Upper edges of the ages by which maps and sheets colour; the window is the last.

    Examples
    --------
    >>> NearRepeatRule(244.0, 10).distance_bands_m, NearRepeatRule(244.0, 10).time_bands_days
    ((100.0, 200.0, 244.0), (7, 10))
    """

    distance_m: float = 400.0
    window_days: int = 42
    band_m: float = 100.0
    band_days: int = 7
    age_edges_days: tuple[int, ...] = (7, 14)

    @property
    def distance_bands_m(self) -> tuple[float, ...]:
        """Upper edges of bands of equal width; the last is the distance, whatever remains."""
        whole = math.ceil(self.distance_m / self.band_m) - 1
        return (*(self.band_m * number for number in range(1, whole + 1)), self.distance_m)

    @property
    def time_bands_days(self) -> tuple[int, ...]:
        """Upper edges of bands of equal width; the last is the window, whatever remains."""
        return (*range(self.band_days, self.window_days, self.band_days), self.window_days)


#: Ross and Pease (2007): the risk spreads to some 400 metres and is gone after six weeks to two
#: months. Every default distance and window of the package is this one.
RULE = NearRepeatRule()
#: Of a surface for which none is chosen, in metres.
BANDWIDTH_M = RULE.distance_m


@dataclass(frozen=True)
class AgeBands:
    """Ages in whole days, cut into bands from 0 to the end of a window.

    Attributes
    ----------
    edges_days : tuple of int
        Upper edges, each inside its band.

    Examples
    --------
    >>> import numpy as np
    >>> bands = AgeBands.within(42)
    >>> bands.labels
    ('0-7 days', '8-14 days', '15-42 days')
    >>> bands.of(np.array([0, 7, 8, 42, 43, -1]))
    array([ 0,  0,  1,  2, -1, -1])
    """

    edges_days: tuple[int, ...]

    @classmethod
    def within(
        cls, window_days: int, edges_days: Sequence[int] = RULE.age_edges_days
    ) -> "AgeBands":
        """Cut a window at those of the edges that lie inside it."""
        return cls((*(edge for edge in edges_days if edge < window_days), int(window_days)))

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the label of each band: its first and last day."""
        starts = (0, *(edge + 1 for edge in self.edges_days[:-1]))
        return tuple(
            f"{start}-{end} days" for start, end in zip(starts, self.edges_days, strict=True)
        )

    def of(self, ages_days: "npt.ArrayLike") -> "npt.NDArray[np.int64]":
        """Return the band of each age, from 0; -1 where it is negative, missing or beyond."""
        # Loaded here: the command line states the rule in its help, which loads no heavy library.
        import numpy as np

        ages = np.asarray(ages_days, dtype=float)
        band = np.searchsorted(np.asarray(self.edges_days), np.nan_to_num(ages, nan=np.inf))
        return np.where((band < len(self.edges_days)) & (ages >= 0), band, -1).astype(np.int64)


@dataclass(frozen=True)
class Ring:
    """A cocooning ring: the burgled home, those next to it, those around, those within the rule.

    Attributes
    ----------
    number : int
    label : str
        As sheets and maps head it.
    plural : str
        As sentences count its homes.
    because : str
        Why a home of it is listed, for whoever asks.
    act_within_hours : int or None
        The force's by the clock from the record, the team's in waking hours from the list; None
        where no visit is made.
    """

    number: int
    label: str
    plural: str
    because: str
    act_within_hours: int | None


#: By their numbers. The hours are those of the guidance: the victim and the neighbours within a
#: day or two.
RINGS = (
    Ring(0, "Burgled home", "burgled homes", "it is the burgled home itself", 24),
    Ring(
        1, "Next door", "next door",
        "it is next door to a burgled home, or near it along the same side of the street", 48,
    ),
    Ring(
        2, "Opposite or behind", "opposite or behind",
        "it is opposite or behind a burgled home", 48,
    ),
    Ring(3, "Nearby", "nearby", "it is near a burgled home", None),
)  # fmt: skip
#: Of the rings that are visited, by their numbers.
ACT_WITHIN_HOURS = tuple(
    ring.act_within_hours for ring in RINGS if ring.act_within_hours is not None
)


def hours_to_act(ring: int, hours: Sequence[float] = ACT_WITHIN_HOURS) -> float:
    """Return within how many hours a ring is visited; beyond the last it is as that.

    Examples
    --------
    >>> hours_to_act(0), hours_to_act(2), hours_to_act(2, (24,))
    (24, 48, 24)
    """
    return hours[min(ring, len(hours) - 1)]


@dataclass(frozen=True, kw_only=True)
class ResultWord:
    """A result of a visit, with all that follows from it.

    What is not set is what promises least: somebody may live there, nobody was told, and the
    home is asked for again.

    Attributes
    ----------
    label : str
        As sheets print it and the ledger keeps it; 40 letters at most.
    spellings : tuple of str
        Other words that come back for it; case, spaces and punctuation do not matter.
    lives_there : bool
        False where it tells that nobody lives there, or that there is no such home.
    answered : bool
        Somebody came to the door or spoke through it, whether or not advice was given.
    reached : bool
        Somebody or the letterbox got the advice.
    face_to_face : bool
    leaflet : bool
        It is what the box "leaflet left" tells beside another result.
    ends_visit : bool
        Nobody need call again for the same burglary; else a second visit is asked for.
    bars : bool
        The home wants no visit for the burglaries of this round: it is left alone for as long as
        the setting ``refusal_days`` says. No contact at all is a mark, not a result.
    counted_as : str or None
        The measure of the report that counts it, where that is not the label.
    """

    label: str
    spellings: tuple[str, ...] = ()
    lives_there: bool = True
    answered: bool = False
    reached: bool = False
    face_to_face: bool = False
    leaflet: bool = False
    ends_visit: bool = False
    bars: bool = False
    counted_as: str | None = None

    @property
    def measure(self) -> str:
        """Return the measure of the report that counts it."""
        return self.counted_as or self.label


#: In the order in which sheets offer them. Another word is one more record here, and no more:
#: sheets, ledger, lists and report read what they need from it.
RESULT_WORDS = (
    ResultWord(
        label="face to face",
        spellings=("f2f",),
        answered=True,
        reached=True,
        face_to_face=True,
        ends_visit=True,
    ),
    ResultWord(
        label="leaflet",
        spellings=("leaflet left", "leaflet only", "leaflets"),
        reached=True,
        leaflet=True,
        ends_visit=True,
        counted_as="leaflet only",
    ),
    ResultWord(label="no reply", spellings=("no answer", "no response")),
    ResultWord(
        label="refused",
        spellings=("refusal", "declined", "do not contact"),
        answered=True,
        ends_visit=True,
        bars=True,
    ),
    ResultWord(
        label="empty",
        spellings=("empty property", "vacant", "void"),
        lives_there=False,
        ends_visit=True,
        counted_as="empty or not found",
    ),
    ResultWord(
        label="address not found",
        spellings=("not found", "address not known"),
        lives_there=False,
        ends_visit=True,
        counted_as="empty or not found",
    ),
    ResultWord(
        label="language or access",
        spellings=("language", "access", "language access", "language barrier", "no access"),
        answered=True,
    ),
)


def result_words() -> dict[str, ResultWord]:
    """Return the records of all results by their labels.

    Examples
    --------
    >>> result_words()["refused"].bars
    True
    """
    return {word.label: word for word in RESULT_WORDS}


def result_word(label: str) -> ResultWord:
    """Return the record of a result that a ledger holds.

    Raises
    ------
    DataError
        If it is none, as where a newer version wrote it: taken for anything else, it would be
        counted wrongly, and its home be asked for again or left out for no reason.

    Examples
    --------
    >>> result_word("refused").bars
    True
    """
    words = result_words()
    if label not in words:
        raise DataError(
            f"The ledger has a visit with the result {label!r}, which this hotspot does not know: "
            f"use the version that wrote it. Known are {', '.join(words)}."
        )
    return words[label]
