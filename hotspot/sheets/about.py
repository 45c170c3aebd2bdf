"""What every list says of itself: marking, cut-off, parameters, version, and its limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from hotspot import __version__
from hotspot.dates import AsOf, cutoff
from hotspot.english import count, cut_off
from hotspot.output.handling import NO_GROUND, shown_marking
from hotspot.output.text import clean_text

SHOWS = (
    "It lists homes at and near burglaries recorded by the cut-off: places, not people.",
    f"It is {NO_GROUND}, and a listed home may never be burgled.",
    "Visits are not proven to prevent a burglary; what was not recorded is not on it.",
)
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

    Attributes
    ----------
    marking, cut_off : str
    last_moment : Timestamp or None
        The cut-off, where it is known.
    parameters, inputs : tuple of (str, str)
        Settings by what people call them; SHA-256 of each input by its name.
    warnings : tuple of str
        What must be read first.
    notes : tuple of str
        What was left out or added, each with the area that it is about.
    age_bands_days : tuple of int
        Upper edges of the ages by which doors are coloured.
    version : str
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
        """Return what is said of one area alone: totals of all areas would mislead there."""
        homes = count(messages, "other home")
        note = f"{area}: {homes} near a burglary: a message, never a visit."
        return replace(self, notes=(note,) if messages else ())


def about_targets(
    attrs: Mapping[Any, Any],
    *,
    marking: str | None,
    as_of: AsOf | None,
    notes: Iterable[str],
    inputs: Mapping[str, str] | None,
) -> About:
    """Return what is known of a list; what got lost on the way is said to be unknown."""
    as_of = attrs.get("as_of") if as_of is None else as_of
    last = None if as_of is None else cutoff(as_of)
    parameters = attrs.get("parameters") or {}
    return About(
        marking=shown_marking(marking),
        cut_off="not known" if last is None else cut_off(last).removeprefix("the "),
        last_moment=last,
        parameters=tuple(
            (words, _value(parameters[name]))
            for name, words in _PARAMETER_WORDS.items()
            # No preset is the usual; that visits have no limit is worth a line.
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
