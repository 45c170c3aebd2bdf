"""Settings of a list: the keywords that a caller gives, and the checked record made of them."""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar

import geopandas as gpd
import pandas as pd

from hotspot import _checks
from hotspot._errors import ConfigError
from hotspot.cocooning.presets import DEFAULT_PRESET, PRESETS, Reach
from hotspot.cocooning.ranking import Forecaster
from hotspot.cocooning.text_columns import without_text
from hotspot.cocooning.tiers import Tier, read_tiers
from hotspot.cocooning.visit_history import TASKS
from hotspot.cocooning.waking_hours import WAKING, WakingHours, read_waking_hours
from hotspot.dates import AsOf, cutoff, is_end_of_day, month_only_problems
from hotspot.english import count, days_long, name_rows
from hotspot.incidents.stop_list import MAY_MATCH_NOTHING, StopList
from hotspot.rule import ACT_WITHIN_HOURS, RULE, AgeBands, hours_to_act

_T = TypeVar("_T")
# What a preset sets, as a product says it where a list does otherwise.
_CHANGED: dict[str, Callable[[Any], str]] = {
    "visit_days": lambda days: f"visits for {days_long(days)}",
    "distance_m": lambda metres: f"risk within {metres:g} m",
    "window_days": lambda days: f"risk for {days_long(days)}",
}


class ListOptions(TypedDict, total=False):
    """What `cocooning_targets` takes besides the data, by name; it documents each."""

    preset: str | None
    visit_days: int | None
    distance_m: float | None
    window_days: int | None
    revisit_days: int | None
    refusal_days: int | None
    model: Forecaster | None
    tiers: Iterable[Mapping[str, Any]] | None
    waking_hours: Sequence[str] | None
    exclude: Iterable[str]
    exclude_may_match_nothing: bool


@dataclass(frozen=True)
class ListSettings:
    """Everything besides the data that a list is made of, checked and completed by its preset.

    Attributes
    ----------
    as_of : Timestamp
        The last moment that counts.
    preset : str
    visit_days, distance_m, window_days, revisit_days, refusal_days, max_visits, model
        As of `cocooning_targets`.
    exclude : StopList
    tiers : tuple of Tier
    reach : Reach
    waking : WakingHours
    act_within_hours : tuple of int
        By ring; the last holds for all beyond.
    same_day : bool
        Whether the team is to call on the day of the list.
    exclude_may_match_nothing : bool
        Whether a stop list of which nothing matches was said to be right.
    """

    as_of: pd.Timestamp
    preset: str
    visit_days: int
    distance_m: float
    window_days: int
    revisit_days: int
    refusal_days: int
    max_visits: int | None
    exclude: StopList
    tiers: tuple[Tier, ...]
    model: Forecaster | None
    reach: Reach
    waking: WakingHours = WAKING
    act_within_hours: tuple[int, ...] = ACT_WITHIN_HOURS
    same_day: bool = False
    exclude_may_match_nothing: bool = False

    def hours_of(self, ring: int) -> float:
        """Return within how many hours a ring is to be called on."""
        return hours_to_act(ring, self.act_within_hours)

    @property
    def issued(self) -> pd.Timestamp:
        """When the list goes out: the team's clock starts then, and no earlier."""
        return self.waking.issue_of(self.as_of)

    @property
    def live_days(self) -> int:
        """How old a burglary may be that a list needs to know of.

        What a visit promised outlives the burglary's own days: after each attempt that told
        nobody the next is asked for as long again.
        """
        return max(self.visit_days * len(TASKS), self.window_days)

    @property
    def practice(self) -> str | None:
        """The preset by name while its values hold, with what was changed where they do not.

        None where the usual was changed: that is no practice of anybody's.
        """
        preset = PRESETS[self.preset]
        changed = [
            words(getattr(self, name))
            for name, words in _CHANGED.items()
            if getattr(self, name) != getattr(preset, name)
        ]
        # Packs are an addition where a preset has none of its own.
        if preset.tiers and self.tiers != read_tiers(preset.tiers):
            changed.append("packs of its own")
        if changed and self.preset == DEFAULT_PRESET:
            return None
        return f"{self.preset}, changed: {', '.join(changed)}" if changed else self.preset

    @property
    def parameters(self) -> dict[str, Any]:
        """What made a list, in values that any file can hold."""
        return {
            "preset": self.practice,
            "visit_days": self.visit_days,
            "distance_m": self.distance_m,
            "window_days": self.window_days,
            "revisit_days": self.revisit_days,
            "refusal_days": self.refusal_days,
            "max_visits": self.max_visits,
            "each_side": self.reach.each_side,
            "opposite": self.reach.opposite,
            "behind": self.reach.behind,
            "everyone": self.reach.everyone,
            "act_within_hours": list(self.act_within_hours),
            "same_day": self.same_day,
            "waking_hours": list(self.waking.words),
            "age_bands_days": list(AgeBands.within(self.window_days).edges_days),
            "tiers": [tier.name for tier in self.tiers],
            "ranked_by": "rule" if self.model is None else type(self.model).__name__,
        }

    @property
    def as_of_words(self) -> str:
        """The cut-off as a file holds it: a day where it counts to its end."""
        if is_end_of_day(self.as_of):
            return f"{self.as_of:%Y-%m-%d}"
        return self.as_of.isoformat(sep=" ")

    @property
    def words(self) -> str:
        """Which list this is, in a sentence."""
        visits = f"visits for {days_long(self.visit_days)}"
        parts = [] if self.practice is None else [f"preset {self.practice}"]
        parts += [] if parts and visits in parts[0] else [visits]
        parts += [] if self.max_visits is None else [f"at most {self.max_visits:,} an area"]
        return ", ".join(parts)


def read_settings(
    as_of: AsOf,
    max_visits: int | None,
    options: Mapping[str, Any],
    known: Sequence[str] = tuple(ListOptions.__annotations__),
) -> tuple[ListSettings, list[str]]:
    """Complete the settings of a list by its preset, and collect what is wrong with them.

    Parameters
    ----------
    as_of, max_visits
        As of `cocooning_targets`.
    options : mapping
        Its keywords, those that were given.
    known : sequence of str
        What may be among them.

    Returns
    -------
    settings : ListSettings
        Not to be used where there are problems.
    problems : list of str
    """
    problems = _unknown_problems(options, known)
    name = options.get("preset") or DEFAULT_PRESET
    wrong_name = _checks.choice_problems("preset", name, tuple(PRESETS))
    preset = PRESETS[DEFAULT_PRESET if wrong_name else name]
    visit_days, distance_m, window_days = (
        getattr(preset, field) if options.get(field) is None else options[field]
        for field in ("visit_days", "distance_m", "window_days")
    )
    revisit_days = options.get("revisit_days")
    if revisit_days is None:
        # As long as the rule says that what was told at a visit holds.
        revisit_days = window_days
    refusal_days = options.get("refusal_days")
    if refusal_days is None:
        # Whoever said no is not called on sooner where a preset works with a shorter window.
        refusal_days = RULE.window_days
    days = {
        "visit_days": visit_days,
        "window_days": window_days,
        "revisit_days": revisit_days,
        "refusal_days": refusal_days,
    }
    number_problems = _checks.positive_problems(distance_m=distance_m)
    number_problems += _checks.integer_problems(0, **days)
    if max_visits is not None:
        number_problems += _checks.integer_problems(1, max_visits=max_visits)
    if not number_problems:
        # Numbers of numpy would not go into the record of a run.
        visit_days, window_days, revisit_days, refusal_days = map(int, days.values())
        distance_m = float(distance_m)
    exclude, stop_problems = _attempted(StopList.of, options.get("exclude", ()), StopList())
    tiers, tier_problems = _attempted(read_tiers, options.get("tiers") or preset.tiers or None, ())
    waking, waking_problems = _attempted(read_waking_hours, options.get("waking_hours"), WAKING)
    model = options.get("model")
    last, date_problems = _attempted(cutoff, as_of, pd.Timestamp.max)
    settings = ListSettings(
        last, DEFAULT_PRESET if wrong_name else name, visit_days, distance_m, window_days,
        revisit_days, refusal_days, max_visits, exclude, tiers, model, preset.reach, waking,
        preset.act_within_hours, preset.same_day, bool(options.get(MAY_MATCH_NOTHING)),
    )  # fmt: skip
    problems += wrong_name + number_problems + stop_problems + tier_problems + waking_problems
    return settings, problems + _model_problems(model) + date_problems


def _unknown_problems(options: Iterable[str], known: Sequence[str]) -> list[str]:
    problems = []
    for name in options:
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
        problems.append(f"{name} is not a setting of a list: {meant}")
    return problems


def _attempted(read: Callable[[Any], _T], value: Any, default: Any) -> tuple[_T, list[str]]:
    """Read a setting; where it is wrong, return the default and the problems."""
    try:
        return read(value), []
    except ConfigError as error:
        return default, error.problems


def _model_problems(model: object) -> list[str]:
    if model is None or hasattr(model, "predict_points"):
        return []
    return [f"model must be a fitted forecast with predict_points, not {type(model).__name__}."]


def data_problems(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    what: str,
    points: _checks.Coordinates | None = None,
) -> list[str]:
    """Collect what keeps a list from being made of some data.

    Parameters
    ----------
    incidents, addresses, areas
        As of `cocooning_targets`.
    what : str
        What cannot be had where dates are months only.
    points : tuple of ndarray, optional
        The coordinates of the addresses, where these were read.

    Returns
    -------
    list of str
    """
    problems = _checks.incident_problems(incidents)
    address_problems = _checks.frame_problems(addresses, "addresses", ("uprn", "address"))
    area_problems = [] if areas is None else _checks.frame_problems(areas, "areas", ("area",))
    if not problems:
        problems = month_only_problems(incidents, what)
        problems += _text_problems(incidents, "incidents", crime_ref=True, uprn=False)
        recorded = incidents.get("recorded_at")
        if recorded is not None and not pd.api.types.is_datetime64_dtype(recorded):
            problems.append(
                "The column recorded_at of the incidents must be timezone-naive datetime64."
            )
    if not address_problems:
        address_problems = _checks.point_problems(addresses, "addresses", points)
        address_problems += _text_problems(addresses, "addresses", uprn=True, parent_uprn=False)
    problems += address_problems + area_problems
    if not problems:
        problems += _checks.same_crs_problems(incidents, addresses=addresses, areas=areas)
    return problems


def _text_problems(frame: gpd.GeoDataFrame, what: str, **columns: bool) -> list[str]:
    """Return columns of references that are numbers, which lose their zeros, or lack values."""
    problems = []
    for name, needed in columns.items():
        if name not in frame.columns:
            continue
        if pd.api.types.is_numeric_dtype(frame[name]) and frame[name].notna().any():
            problems.append(f"The column {name} of the {what} must be text, not numbers.")
        elif needed and (empty := without_text(frame, name)).any():
            rows = frame.index[empty]
            problems.append(
                f"{count(len(rows), 'row')} of the {what} without {name} ({name_rows(rows)})."
            )
    return problems
