"""Settings of a list: checked, with every problem told at once, and completed by a preset."""

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from hotspot._checks import (
    choice_problems,
    frame_problems,
    incident_problems,
    point_problems,
    positive_problems,
    same_crs_problems,
)
from hotspot._errors import ConfigError, DataError
from hotspot.cocooning.doors import without_text
from hotspot.cocooning.plan import Rule
from hotspot.cocooning.presets import DEFAULT_PRESET, PRESETS
from hotspot.cocooning.tiers import Tier, read_tiers
from hotspot.dates import AsOf, cutoff, month_only_problems
from hotspot.english import count, name_rows


def checked_rule(
    incidents: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    as_of: AsOf,
    settings: Mapping[str, Any],
) -> Rule:
    """Raise every problem with the data and the settings at once; else give the rule.

    Parameters
    ----------
    incidents, addresses, areas, as_of
        As of `cocooning_targets`.
    settings : mapping
        Its other arguments by name, None where they are not given.
    """
    chosen, problems = _with_preset(settings)
    problems += positive_problems(distance_m=chosen["distance_m"])
    for name, least in (
        ("visit_days", 0), ("window_days", 0), ("revisit_days", 0), ("max_visits", 1)
    ):  # fmt: skip
        optional = name == "max_visits" and chosen[name] is None
        if not optional and not _is_whole(chosen[name], least):
            above = "0 or more" if least == 0 else "above 0"
            problems.append(f"{name} must be a whole number, {above}, not {chosen[name]!r}.")
    entries, stop_problems = _stop_list(chosen["exclude"])
    tiers, tier_problems = _tiers(chosen["tiers"])
    problems += stop_problems + tier_problems + _model_problems(chosen["model"])
    last = pd.Timestamp.max
    try:
        last = cutoff(as_of)
    except ConfigError as error:
        problems += error.problems
    data = _data_problems(incidents, addresses, areas)
    if data:
        raise DataError(data + problems)
    if problems:
        raise ConfigError(problems)
    preset = PRESETS[chosen["preset"]]
    return Rule(
        as_of=last,
        visit_days=int(chosen["visit_days"]),
        distance_m=float(chosen["distance_m"]),
        window_days=int(chosen["window_days"]),
        revisit_days=int(chosen["revisit_days"]),
        max_visits=chosen["max_visits"],
        exclude=entries,
        reach=preset.reach,
        preset=chosen["preset"],
        age_bands_days=preset.age_bands_days,
        tiers=tiers,
        model=chosen["model"],
    )


def _with_preset(settings: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Fill what is not given from the preset, and its default for visits not made again."""
    name = settings["preset"] or DEFAULT_PRESET
    problems = choice_problems("preset", name, tuple(PRESETS))
    preset = PRESETS[DEFAULT_PRESET if problems else name]
    chosen = {**settings, "preset": name}
    for field in ("distance_m", "window_days", "visit_days"):
        if chosen[field] is None:
            chosen[field] = getattr(preset, field)
    if chosen["revisit_days"] is None:
        chosen["revisit_days"] = chosen["window_days"]
    return chosen, problems


def _is_whole(value: object, least: int) -> bool:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return whole and int(value) >= least  # type: ignore[call-overload]


def _stop_list(exclude: Iterable[str]) -> tuple[frozenset[str], list[str]]:
    stopped = [exclude] if isinstance(exclude, str) else list(exclude)
    if isinstance(exclude, str) or not all(isinstance(entry, str) for entry in stopped):
        said = "exclude must be a list of crime references and UPRNs, each one text."
        return frozenset(), [said]
    return frozenset(entry.strip() for entry in stopped) - {""}, []


def _tiers(tables: Any) -> tuple[tuple[Tier, ...], list[str]]:
    try:
        return read_tiers(tables), []
    except ConfigError as error:
        return (), error.problems


def _model_problems(model: object) -> list[str]:
    if model is None or hasattr(model, "predict_points"):
        return []
    return [f"model must be a fitted forecast with predict_points, not {type(model).__name__}."]


def _data_problems(
    incidents: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None
) -> list[str]:
    problems = incident_problems(incidents)
    address_problems = frame_problems(addresses, "addresses", ("uprn", "address"))
    area_problems = [] if areas is None else frame_problems(areas, "areas", ("area",))
    if not problems:
        problems = month_only_problems(incidents, "A target list")
        problems += _text_problems(incidents, "incidents", crime_ref=True, uprn=False)
        recorded = incidents.get("recorded_at")
        if recorded is not None and not pd.api.types.is_datetime64_dtype(recorded):
            problems.append(
                "The column recorded_at of the incidents must be timezone-naive datetime64."
            )
    if not address_problems:
        address_problems = point_problems(addresses, "addresses")
        address_problems += _text_problems(addresses, "addresses", uprn=True, parent_uprn=False)
    problems += address_problems + area_problems
    if not problems:
        problems += same_crs_problems(incidents, addresses=addresses, areas=areas)
    return problems


def _text_problems(frame: gpd.GeoDataFrame, what: str, **columns: bool) -> list[str]:
    """Name columns of references that are numbers, which lose their zeros, or lack values."""
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
