"""What every list says of itself: marking, cut-off, parameters, version, and its limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hotspot import __version__
from hotspot.dates import AsOf, cutoff
from hotspot.english import count, long_day
from hotspot.output.text import clean_text

SHOWS = (
    "It lists homes at and near burglaries recorded by the cut-off: places, not people.",
    "It is no ground for a stop, a search or an arrest, and a listed home may never be burgled.",
    "Visits are not proven to prevent a burglary; what was not recorded is not on it.",
)
_NO_MARKING = "NO MARKING GIVEN: HANDLE AS SENSITIVE"
_PARAMETER_WORDS = {
    "preset": "By the practice of",
    "visit_days": "Doors are listed for burglaries of the last (days)",
    "distance_m": "Raised risk within (m)",
    "window_days": "Raised risk for (days)",
    "max_visits": "Most visits per area",
}


@dataclass(frozen=True)
class About:
    """What a list says of itself, as text that is ready to print.

    `warnings` are what the maker of the list must have read first; `notes` say of what they tell.
    """

    marking: str
    cut_off: str
    last_moment: pd.Timestamp | None
    parameters: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    age_bands_days: tuple[int, ...] = ()
    version: str = __version__

    def of_area(self, area: str, messages: int) -> "About":
        """Say of one area what is known of it alone: totals of all areas would mislead there."""
        homes = count(messages, "other home")
        told = f"{area}: {homes} near a burglary: a message, never a visit."
        return replace(self, notes=(told,) if messages else ())


def about_targets(
    attrs: Mapping[Any, Any],
    *,
    marking: str | None,
    as_of: AsOf | None,
    notes: Iterable[str],
    inputs: Mapping[str, str] | None,
) -> About:
    """Gather what is known of a list; what got lost on the way is said to be unknown."""
    told = attrs.get("as_of") if as_of is None else as_of
    last = None if told is None else cutoff(told)
    parameters = attrs.get("parameters") or {}
    return About(
        marking=clean_text(marking or "").strip() or _NO_MARKING,
        cut_off="not known" if last is None else _moment(last),
        last_moment=last,
        parameters=tuple(
            (words, _value(parameters[name]))
            for name, words in _PARAMETER_WORDS.items()
            if name in parameters and not (name == "preset" and parameters[name] is None)
        ),
        inputs=tuple((clean_text(name), digest) for name, digest in (inputs or {}).items()),
        warnings=tuple(clean_text(note) for note in notes),
        notes=tuple(f"All areas: {clean_text(note)}" for note in attrs.get("notes", ())),
        age_bands_days=tuple(parameters.get("age_bands_days") or ()),
    )


def _value(value: Any) -> str:
    if value is None:
        return "no limit"
    return clean_text(value) if isinstance(value, str) else f"{value:g}"


def _moment(last: pd.Timestamp) -> str:
    day = long_day(last)
    return f"end of {day}" if last == cutoff(last.normalize()) else f"{day}, {last:%H:%M}"
