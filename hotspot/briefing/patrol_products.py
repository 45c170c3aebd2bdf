"""What a set-up tells of patrols: how much places got of them, and when they are to go next."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd

from hotspot._errors import ConfigError, DataError, HotspotError
from hotspot.briefing.findings import find_density
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.patrol_settings import PatrolSettings
from hotspot.incidents.check_result import reason_kind
from hotspot.output.files import inputs_of
from hotspot.output.page_parts import Writer
from hotspot.output.result_files import MadeOf, WrittenResult
from hotspot.output.tables import write_rejected
from hotspot.patrol import (
    PatrolCheck,
    PatrolDosage,
    PatrolPlan,
    check_patrols,
    patrol_dosage,
    patrol_plan,
    read_places,
    read_shifts,
)

REJECTED = "patrol-rejected.csv"
_T = TypeVar("_T")


@dataclass(frozen=True)
class PatrolProducts:
    """What was found of patrols, and what is planned.

    Attributes
    ----------
    dosage : PatrolDosage or None
        None without fixes.
    plan : PatrolPlan or None
        None without shifts or burglaries.
    check : PatrolCheck or None
        How the fixes were read.
    inputs : dict of str to str
        Name and SHA-256 of each file.
    """

    dosage: PatrolDosage | None
    plan: PatrolPlan | None
    check: PatrolCheck | None
    inputs: dict[str, str]

    @property
    def notes(self) -> list[str]:
        """How the fixes were read, and what may be wrong with them."""
        if self.check is None:
            return []
        return [*self.check.summary().split("\nWarnings:")[0].split("\nNotes:")[0].splitlines(),
                *self.check.warnings, *self.check.notes]  # fmt: skip

    @property
    def record(self) -> dict[str, Any]:
        """How the fixes were read, as JSON can hold it."""
        if self.check is None:
            return {}
        reasons = self.check.rejected["reason"].map(reason_kind).value_counts()
        return {
            "fixes_used": len(self.check.accepted),
            "fixes_rejected": len(self.check.rejected),
            "reasons": {str(reason): int(number) for reason, number in reasons.items()},
            "warnings": self.check.warnings,
        }

    def written(self, made_of: MadeOf) -> list[WrittenResult]:
        """Return the results to be written, the dosage first, with the fixes that are rejected.

        Parameters
        ----------
        made_of : MadeOf

        Returns
        -------
        list of WrittenResult
        """
        files: dict[str, Writer] = {}
        check = self.check
        if check is not None:
            # Written where none is rejected, too: an older one tells of other fixes.
            files[REJECTED] = lambda path: write_rejected(check.rejected, path)
        results = [one for one in (self.dosage, self.plan) if one is not None]
        return [
            WrittenResult(one, one.product, made_of, files if number == 0 else {})
            for number, one in enumerate(results)
        ]


def find_patrols(
    settings: PatrolSettings,
    inputs: Inputs | None = None,
    span: tuple[Any, Any] = (None, None),
    seed: int | None = None,
) -> PatrolProducts:
    """Find how much patrol places got, and plan visits where there are shifts.

    Parameters
    ----------
    settings : PatrolSettings
    inputs : Inputs, optional
        The burglaries: their hotspots are the places where the settings name none, and their hours
        those of the plan. What is on the stop list is in neither.
    span : (date, date)
        First and last day; None: those of the fixes.
    seed : int, optional
        Of the plan.

    Returns
    -------
    PatrolProducts

    Raises
    ------
    DataError, ConfigError
        Everything that is wrong with fixes, places and shifts.
    """
    if settings.source is None and settings.shifts is None:
        raise ConfigError(
            "Name the fixes of patrols (--fixes, or path under [patrol] in a set-up), or the "
            "shifts to plan (--shifts)."
        )
    if inputs is None and settings.shifts is not None:
        raise ConfigError("A plan needs burglaries: give a set-up, or --fixes beside their file.")
    if inputs is None and settings.places is None:
        raise ConfigError("Name the places: --places hotspots.gpkg, or give a set-up, whose "
                          "hotspots are found.")  # fmt: skip
    faults: list[HotspotError] = []

    def attempt(read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except HotspotError as error:
            faults.append(error)
            return None

    check = None if settings.source is None else attempt(lambda: _checked(settings))
    places = attempt(lambda: _places(settings, inputs))
    file = settings.shifts
    shifts = None if file is None else attempt(lambda: read_shifts(file))
    if faults:
        of_settings = all(isinstance(fault, ConfigError) for fault in faults)
        problems = [text for fault in faults for text in fault.problems]
        raise (ConfigError if of_settings else DataError)(list(dict.fromkeys(problems)))
    assert places is not None
    plan = None
    if shifts is not None and inputs is not None:
        known = inputs.known.incidents
        plan = patrol_plan(places, known, shifts, settings.visits_per_day, settings.minutes, seed)
    dosage = None if check is None else _dosed(settings, check, places, span, plan)
    return PatrolProducts(dosage, plan, check, inputs_of(settings.files))


def _checked(settings: PatrolSettings) -> PatrolCheck:
    """Check the fixes, and refuse where none can be used."""
    assert settings.source is not None
    check = check_patrols(settings.source, settings.columns, settings.timezone, crs=settings.crs)
    if check.accepted.empty:
        raise DataError(f"No row of {check.source} can be used. {check.summary()}")
    return check


def _places(settings: PatrolSettings, inputs: Inputs | None) -> gpd.GeoDataFrame:
    """Return the places that are named, else the hotspots that the briefing has."""
    if settings.places is not None:
        return read_places(settings.places, settings.name)
    assert inputs is not None
    spots = find_density(inputs).hotspots
    if spots.empty:
        raise DataError(
            "Too few burglaries to speak of hotspots: name places to hold patrols against."
        )
    return spots[["rank", "geometry"]]


def _dosed(
    settings: PatrolSettings,
    check: PatrolCheck,
    places: gpd.GeoDataFrame,
    span: tuple[Any, Any],
    plan: PatrolPlan | None,
) -> PatrolDosage:
    """Return the dosage; what was asked is told by a plan of the same days."""
    times = check.accepted["time"]
    first, last = (
        day if day is not None else pd.Timestamp(own).normalize()
        for day, own in zip(span, (times.min(), times.max()), strict=True)
    )
    rules = {name: getattr(settings, name) for name in
             ("max_gap_s", "min_visit_s", "merge_s", "max_speed_mps")}  # fmt: skip
    asked = None
    if (
        plan is not None
        and plan.table["day"].between(pd.Timestamp(first), pd.Timestamp(last)).any()
    ):
        asked = plan
    return patrol_dosage(check.accepted, places, first, last, **rules, plan=asked)
